package env

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// The time at a question does not count, by either clock.
func TestQuestionsTakeNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Bool
		begin := time.Now()
		d := newDeadline(time.Minute, begin, func() { ended.Store(true) })
		time.Sleep(20 * time.Second)
		goOn := d.stopped(time.Now)
		time.Sleep(time.Hour)
		goOn()
		time.Sleep(39 * time.Second)
		if synctest.Wait(); ended.Load() {
			t.Error("the hour at the question counted")
		}
		time.Sleep(2 * time.Second)
		if synctest.Wait(); !ended.Load() {
			t.Error("the time did not end after the question")
		}
		if want := begin.Add(time.Hour + time.Minute); !d.end.Equal(want) {
			t.Errorf("the end is %s, want %s", d.end, want)
		}
		d.stopped(time.Now)() // a question when the time is up, and one without a limit, change nothing
		(&deadline{}).stopped(time.Now)()
	})
}

// An attempt that is not answered leaves time for another.
func TestAttemptsFitIntoTheTimeout(t *testing.T) {
	for timeout, want := range map[time.Duration]time.Duration{
		0: 0, time.Second: time.Second / 2,
		25 * time.Minute: 30 * time.Second,
	} {
		if got := (&deadline{timeout: timeout}).attempt(); got != want {
			t.Errorf("--timeout %s: %s, want %s", timeout, got, want)
		}
	}
}
