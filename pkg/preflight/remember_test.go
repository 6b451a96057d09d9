package preflight_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// counted is a Cloud that counts the questions after a cluster; it answers when it is let.
type counted struct {
	preflight.Cloud
	asked atomic.Int32
	let   chan struct{}
}

func (c *counted) Cluster(ctx context.Context, name string) (cloud.Cluster, error) {
	c.asked.Add(1)
	<-c.let
	if name == "none" {
		return cloud.Cluster{}, errors.New("no such cluster")
	}
	return cloud.Cluster{Name: name}, ctx.Err()
}

// Many ask at once, each in a context that is over already: one question is put for each cluster, in the
// context of all, and errors are remembered too.
func TestRememberAsksOnce(t *testing.T) {
	source := &counted{let: make(chan struct{})}
	memory := preflight.Remember(t.Context(), source)
	over, end := context.WithCancel(t.Context())
	end()
	var group sync.WaitGroup
	for i := range 30 {
		name := []string{"a", "b", "none"}[i%3]
		group.Go(func() {
			c, err := memory.Cluster(over, name)
			if name == "none" && err == nil || name != "none" && (err != nil || c.Name != name) {
				t.Errorf("%s: %v, %v", name, c, err)
			}
		})
	}
	close(source.let)
	group.Wait()
	if n := source.asked.Load(); n != 3 {
		t.Errorf("%d questions about 3 clusters", n)
	}
}
