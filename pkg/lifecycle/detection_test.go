package lifecycle

// This file measures how soon a change in AWS is reported: go test ./pkg/lifecycle -run '^$' -bench Detection
// prints the table.

import (
	"fmt"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// detection is what one wait for a transition took.
type detection struct {
	lag   time.Duration // from the change in AWS to the report
	polls int
	// soonest is the shortest pause between two looks.
	soonest time.Duration
}

// detect creates or deletes a profile with a transition of that length, on a clock that only passes when
// somebody waits, and looks at when the end of it was seen.
func detect(t testing.TB, deletion bool, transition time.Duration) detection {
	t.Helper()
	b := newBench(t, func(w *sandbox.World) {
		w.Delays = sandbox.Delays{Create: transition, Delete: transition}
		if deletion {
			withProfiles(existing("web", "ACTIVE", "web"))(w)
		}
	})
	var err error
	if deletion {
		err = b.Delete(t.Context(), b.read(t, "web"), true)
	} else {
		_, err = b.Create(t.Context(), checked(wanted("web", "web")), true)
	}
	if err != nil {
		t.Fatal(err)
	}
	reported := b.clock.Now()
	changes := b.server.History("demo")
	d := detection{lag: reported.Sub(changes[len(changes)-1].At), soonest: time.Hour}
	begin := changes[len(changes)-2].At
	last := begin
	for _, r := range b.server.Requests() {
		// A read at the very moment of the request is no poll.
		if r.Operation != "DescribeFargateProfile" || !r.At.After(begin) {
			continue
		}
		d.polls++
		if !r.At.Before(changes[len(changes)-1].At) {
			continue // the end is confirmed at once, by more reads
		}
		d.soonest = min(d.soonest, r.At.Sub(last))
		last = r.At
	}
	return d
}

var detected = []time.Duration{3 * time.Second, 8 * time.Second, time.Minute, 5 * time.Minute, 20 * time.Minute}

// The end of a transition is reported within a second or a twentieth of the time it took, with no more than
// one look a second.
func TestDetection(t *testing.T) {
	for _, deletion := range []bool{false, true} {
		for _, transition := range detected {
			// Transitions end between two looks as a rule; these end at every phase of the pause.
			for phase := range 10 {
				length := transition + time.Duration(phase)*transition/97
				d := detect(t, deletion, length)
				if limit := max(time.Second, length/20); d.lag > limit || d.lag < 0 {
					t.Errorf("deletion %v of %s: seen %s late, more than %s", deletion, length, d.lag, limit)
				}
				if d.soonest < time.Second {
					t.Errorf("deletion %v of %s: two looks within %s", deletion, length, d.soonest)
				}
			}
		}
	}
}

// BenchmarkDetection prints how late the end of a transition is seen, in seconds and in parts of the
// transition, and how often was looked.
func BenchmarkDetection(b *testing.B) {
	for _, transition := range detected[:4] {
		b.Run(fmt.Sprint(transition), func(b *testing.B) {
			var worst time.Duration
			polls := 0
			for b.Loop() {
				for _, deletion := range []bool{false, true} {
					d := detect(b, deletion, transition+17*time.Millisecond)
					worst, polls = max(worst, d.lag), max(polls, d.polls)
				}
			}
			b.ReportMetric(worst.Seconds(), "s-lag")
			b.ReportMetric(100*worst.Seconds()/transition.Seconds(), "%-lag")
			b.ReportMetric(float64(polls), "looks")
			b.ReportMetric(float64(polls)/(transition+worst).Seconds(), "looks/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
