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
	polls int           // until the change
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
		if !r.At.Before(changes[len(changes)-1].At) {
			continue // the end is seen, and confirmed at once by more reads
		}
		d.polls++
		d.soonest = min(d.soonest, r.At.Sub(last))
		last = r.At
	}
	return d
}

var detected = []time.Duration{3 * time.Second, 8 * time.Second, time.Minute, 5 * time.Minute, 20 * time.Minute}

// average returns the mean of the lags of transitions that end at every phase of the pause, and the worst of all else.
func average(t testing.TB, deletion bool, transition time.Duration) (mean time.Duration, worst detection) {
	const phases = 10
	worst.soonest = time.Hour
	for phase := range time.Duration(phases) {
		// The pause is a second, or 3 % of the time.
		d := detect(t, deletion, transition+phase*max(time.Second, transition*3/100)/phases+time.Millisecond)
		mean += d.lag / phases
		worst.lag, worst.polls, worst.soonest = max(worst.lag, d.lag), max(worst.polls, d.polls), min(worst.soonest, d.soonest)
	}
	return mean, worst
}

// The end of a transition is reported within 0.6 s or 3 % of the time it took on average, and at worst within a second
// or 3 %, with no more than one look a second.
func TestDetection(t *testing.T) {
	for _, deletion := range []bool{false, true} {
		for _, transition := range detected {
			mean, worst := average(t, deletion, transition)
			share := transition * 31 / 1000 // its last phase is 3 % longer
			if mean > max(600*time.Millisecond, share) || worst.lag > max(time.Second, share) {
				t.Errorf("deletion %v of %s: seen %s late, at worst %s", deletion, transition, mean, worst.lag)
			}
			if worst.soonest < time.Second {
				t.Errorf("deletion %v of %s: two looks within %s", deletion, transition, worst.soonest)
			}
		}
	}
}

// BenchmarkDetection prints how late the end of a transition is seen, on average and at worst, in seconds and as a
// ratio to the larger of 0.6 s and 3 %, and how often was looked until then.
func BenchmarkDetection(b *testing.B) {
	for _, transition := range detected {
		b.Run(fmt.Sprint(transition), func(b *testing.B) {
			var mean time.Duration
			var worst detection
			for b.Loop() {
				mean, worst = average(b, false, transition)
			}
			b.ReportMetric(mean.Seconds(), "s-lag")
			b.ReportMetric(worst.lag.Seconds(), "s-worst")
			b.ReportMetric(float64(mean)/float64(max(600*time.Millisecond, transition*3/100)), "x-aim")
			b.ReportMetric(float64(worst.polls)/transition.Seconds(), "looks/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
