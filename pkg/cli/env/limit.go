package env

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/lifecycle"
)

// ReadTime is the default of --timeout for commands that only read, ChangeTime for those that wait for EKS.
const (
	ReadTime   = time.Minute
	ChangeTime = 25 * time.Minute
)

// WindUp is how long a command may take to end in good order when it is interrupted or its time is up. What cannot be
// cancelled, such as opening a FIFO that nobody writes to, is left behind then.
const WindUp = 600 * time.Millisecond

// TimeLimit is --timeout: it bounds everything, from the first file to the last answer of AWS, retries and pauses that
// AWS asks for included. Only the time at a question does not count.
type TimeLimit struct{ Timeout time.Duration }

// AddTimeout adds --timeout with its default.
func (l *TimeLimit) AddTimeout(cmd *cobra.Command, usual time.Duration) {
	cmd.Flags().DurationVar(&l.Timeout, "timeout", usual, "the longest that the whole run may take; 0 for no limit")
}

// CheckTimeout judges the value of --timeout.
func (l *TimeLimit) CheckTimeout(e *Env, cmd *cobra.Command) error {
	if l.Timeout < 0 {
		return e.InvalidValue(cmd, "timeout", l.Timeout, "must not be negative; 0 means no limit")
	}
	return nil
}

// WaitFlags are the flags of a command that waits for AWS.
type WaitFlags struct {
	TimeLimit
	Wait bool
}

// AddWait adds the flags; until says what is waited for.
func (w *WaitFlags) AddWait(cmd *cobra.Command, until string) {
	cmd.Flags().BoolVarP(&w.Wait, "wait", "w", true, "wait until "+until)
	w.AddTimeout(cmd, ChangeTime)
	cmd.Flags().Lookup("timeout").Usage = "the longest that the whole run may take, without the time at questions; " +
		"0 for no limit"
}

// Run is cobra's form of what a command does.
type Run = func(cmd *cobra.Command, args []string) error

// Within makes a command's context end when its time is up; an invalid limit is left to the command's checks.
func (e *Env) Within(l *TimeLimit, run Run) Run {
	return e.within(l, func() string { return "" }, run)
}

// WithinOrAgain is Within for a command that the same command line resumes.
func (e *Env) WithinOrAgain(l *TimeLimit, run Run) Run {
	return e.within(l, func() string { return e.Again() }, run)
}

func (e *Env) within(l *TimeLimit, resume func() string, run Run) Run {
	return func(cmd *cobra.Command, args []string) error {
		if l.Timeout <= 0 {
			return run(cmd, args)
		}
		ctx, cancel := context.WithCancelCause(cmd.Context())
		defer cancel(nil)
		up, late := fmt.Errorf("%w after %s", lifecycle.ErrTimeout, l.Timeout), make(chan struct{})
		d := newDeadline(l.Timeout, e.Clock.Now(), func() {
			cancel(up)
			time.AfterFunc(WindUp, func() { close(late) })
		})
		defer d.timer.Stop()
		cmd.SetContext(context.WithValue(ctx, deadlineKey{}, d))
		done := make(chan error, 1)
		go func() { done <- run(cmd, args) }()
		var err error
		select {
		case err = <-done:
		case <-late: // it is where a context does not reach, as at a pipe without a writer
			err = up
		}
		if !errors.Is(context.Cause(ctx), up) || ExitCode(err) != ExitInterrupted && !errors.Is(err, up) ||
			errors.As(err, new(*lifecycle.Unfinished)) {
			return err // ended by itself, or says enough
		}
		return &timeUpError{up: up, during: err, resume: resume()}
	}
}

// deadline is when a run ends. The context's own timer follows the machine's clock, because requests take real
// time even where a test's clock runs faster; what is only slept through ends by the clock of Env.
type deadline struct {
	timeout time.Duration
	end     time.Time // by the clock of Env; zero for no limit
	timer   *time.Timer
	due     time.Time // by the machine's clock
}

// deadlineKey is the key of the context's value that is the deadline of a run.
type deadlineKey struct{}

// deadlineOf returns the deadline of a run; without one, a deadline that never comes.
func deadlineOf(ctx context.Context) *deadline {
	if d, ok := ctx.Value(deadlineKey{}).(*deadline); ok {
		return d
	}
	return &deadline{}
}

func newDeadline(timeout time.Duration, now time.Time, end func()) *deadline {
	due := time.Now().Add(timeout)
	return &deadline{timeout: timeout, end: now.Add(timeout), due: due, timer: time.AfterFunc(timeout, end)}
}

// attempt bounds one attempt of one request, so that one that is not answered is tried again within the limit.
func (d *deadline) attempt() time.Duration {
	if d.timeout == 0 {
		return 0
	}
	return min(d.timeout/2, cloud.AttemptTimeout)
}

// stopped stops the time of the run until the function that it returns is called, for a question to the user.
func (d *deadline) stopped(now func() time.Time) (goOn func()) {
	if d.timer == nil || !d.timer.Stop() {
		return func() {}
	}
	left, start := time.Until(d.due), now()
	return func() {
		d.end = d.end.Add(now().Sub(start))
		d.due = time.Now().Add(left)
		d.timer.Reset(left)
	}
}

// timeUpError says that the run has taken as long as it may.
type timeUpError struct {
	up error
	// during is what was cut short; resume is the command that goes on, empty for none.
	during error
	resume string
}

// Error says how long the run took and what was under way.
func (e *timeUpError) Error() string {
	text := e.up.Error() + cloud.WaitingFor(e.during) + "; --timeout allows more time"
	if e.resume != "" {
		text += "\nto resume: " + e.resume
	}
	return text
}

// Unwrap returns lifecycle.ErrTimeout, wrapped.
func (e *timeUpError) Unwrap() error { return e.up }
