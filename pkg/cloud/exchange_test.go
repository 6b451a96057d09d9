package cloud

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/smithy-go/middleware"
)

// Exactly MaxInFlight attempts are under way while more want to be; one that stops waiting for a slot
// says why, and takes none.
func TestSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newExchanger(Options{})
		var mu sync.Mutex
		underWay := 0
		release := make(chan struct{})
		next := middleware.DeserializeHandlerFunc(func(context.Context, middleware.DeserializeInput) (middleware.DeserializeOutput, middleware.Metadata, error) {
			mu.Lock()
			underWay++
			mu.Unlock()
			<-release
			return middleware.DeserializeOutput{}, middleware.Metadata{}, nil
		})
		var wait sync.WaitGroup
		for range 3 * MaxInFlight {
			wait.Go(func() {
				if _, _, err := x.attempt(t.Context(), middleware.DeserializeInput{}, next); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait() // everybody is in the handler or waits for a slot
		if underWay != MaxInFlight {
			t.Errorf("%d under way", underWay)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := x.attempt(ctx, middleware.DeserializeInput{}, next); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		close(release)
		wait.Wait()
		if underWay != 3*MaxInFlight || !x.slots.free.TryAcquire(MaxInFlight) {
			t.Errorf("%d in all, or some slots are still taken", underWay)
		}
	})
}
