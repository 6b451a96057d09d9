package sandbox

// This file lets the sandbox's clock run fast, so that minutes of EKS can be measured in seconds.

import "time"

// slowest and fastest bound a world's speed. At the fastest a day makes 27 years, which a time.Duration
// still holds.
const slowest, fastest = 0.001, 10000.0

// faster is a clock that goes speed times as fast as now, from this instant on.
func faster(now func() time.Time, speed float64) func() time.Time {
	if speed == 0 || speed == 1 {
		return now
	}
	began := now()
	return func() time.Time { return began.Add(time.Duration(float64(now().Sub(began)) * speed)) }
}

// Now is the time of the sandbox's clock.
func (s *Server) Now() time.Time { return s.options.Now() }
