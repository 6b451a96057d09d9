package cloud

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// rounds lets as many attempts as may be under way begin and end together, so many times, and returns how many there were
// each time.
func rounds(s *slots, n int, throttled bool) []int {
	var out []int
	s.waiting.Add(1) // somebody always waits
	defer s.waiting.Add(-1)
	for range n {
		count := 0
		for s.free.TryAcquire(1) {
			count++
		}
		began := time.Now()
		time.Sleep(time.Millisecond) // of the bubble
		for range count {
			s.giveBack(began, throttled)
		}
		out = append(out, count)
	}
	return out
}

// Adapting slots double while nothing is throttled, halve once for each round that is, and then grow by one a round.
func TestSlotsAdapt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(0)
		up := rounds(s, 5, false)
		if !slices.Equal(up, []int{10, 20, 40, 80, 100}) {
			t.Errorf("up %v", up)
		}
		time.Sleep(time.Second)
		down := rounds(s, 8, true)
		if down[0] != mostInFlight || down[1] != mostInFlight/2 || down[7] != 1 {
			t.Errorf("down %v", down)
		}
		slow := rounds(s, 10, false)
		for i := 1; i < len(slow); i++ {
			if slow[i]-slow[i-1] > 1 {
				t.Errorf("slow %v", slow)
			}
		}
		if slow[9] < 5 || !s.free.TryAcquire(int64(s.bound)) {
			t.Errorf("slow %v, or some of %d slots are still taken", slow, s.bound)
		}
	})
}

// A fixed number stays.
func TestSlotsFixed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(3)
		for _, n := range append(rounds(s, 5, false), rounds(s, 5, true)...) {
			if n != 3 {
				t.Errorf("%d", n)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for s.free.TryAcquire(1) {
		}
		if s.take(ctx) == nil {
			t.Error("a slot for a context that has ended")
		}
	})
}
