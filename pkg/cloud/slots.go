package cloud

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// mostInFlight is the bound that an adapting client does not go beyond.
const mostInFlight = 100

// slots bound how many attempts are under way. Adapting slots begin with MaxInFlight; while others wait for one and
// AWS does not throttle, every answer brings one more, so that they double with every round of answers. A throttled
// answer halves them, and from then on a whole round brings one more.
type slots struct {
	// free has room for all slots that there may ever be; those above the bound are taken from it.
	free *semaphore.Weighted

	waiting atomic.Int64 // how many attempts wait for a slot

	lock    sync.Mutex
	adapts  bool
	bound   int
	debt    int // slots to withdraw as they are given back
	answers int // since the last growth, once throttled
	slow    bool
	cut     time.Time
}

// newSlots returns a fixed number of slots, or those that adapt for 0.
func newSlots(bound int) *slots {
	s := &slots{bound: bound, adapts: bound == 0}
	most := bound
	if s.adapts {
		s.bound, most = MaxInFlight, mostInFlight
	}
	s.free = semaphore.NewWeighted(int64(most))
	s.free.TryAcquire(int64(most - s.bound))
	return s
}

// take waits for a slot.
func (s *slots) take(ctx context.Context) error {
	s.waiting.Add(1)
	defer s.waiting.Add(-1)
	return s.free.Acquire(ctx, 1)
}

// giveBack ends an attempt that began at a time, and was throttled or not.
func (s *slots) giveBack(began time.Time, throttled bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	switch {
	case !s.adapts:
	case throttled:
		s.slow = true
		if !began.Before(s.cut) { // what was sent before the last cut says nothing of the new bound
			less := s.bound / 2
			s.debt, s.bound, s.cut = s.debt+s.bound-max(1, s.bound-less), max(1, s.bound-less), time.Now()
		}
	case s.waiting.Load() > 0 && s.bound < mostInFlight:
		if s.answers++; !s.slow || s.answers >= s.bound {
			s.answers = 0
			s.bound++
			if s.debt > 0 {
				s.debt--
			} else {
				s.free.Release(1)
			}
		}
	}
	if s.debt > 0 {
		s.debt--
		return
	}
	s.free.Release(1)
}
