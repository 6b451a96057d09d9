package cli

// This file bounds a run by --timeout: everything, from the first file to the last answer of AWS, retries and
// pauses that AWS asks for included. Only the time at a question does not count.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/lifecycle"
)

// readTime is the default of --timeout for commands that only read, changeTime for those that wait for EKS.
const (
	readTime   = time.Minute
	changeTime = 25 * time.Minute
)

// timeLimit is --timeout.
type timeLimit struct{ timeout time.Duration }

func (l *timeLimit) addTimeout(cmd *cobra.Command, usual time.Duration) {
	cmd.Flags().DurationVar(&l.timeout, "timeout", usual, "the longest that the whole run may take; 0 for no limit")
}

func (l *timeLimit) check(a *app, cmd *cobra.Command) error {
	if l.timeout < 0 {
		err := fmt.Errorf("%s %s is not a time to wait", a.named("timeout"), l.timeout)
		return &usageError{err: err, command: cmd.CommandPath()}
	}
	return nil
}

// cobraRun is cobra's form of what a command does.
type cobraRun = func(cmd *cobra.Command, args []string) error

// deadline is when a run ends. The context's own timer follows the machine's clock, because requests take real
// time even where a test's clock runs faster; what is only slept through ends by the app's clock.
type deadline struct {
	timeout time.Duration
	end     time.Time // by the app's clock; zero for no limit
	timer   *time.Timer
	due     time.Time // by the machine's clock
}

// within makes a command's context end when its time is up; an invalid limit is left to the command's checks. A
// command that changes something names the command that goes on.
func (a *app) within(l *timeLimit, changes bool, run cobraRun) cobraRun {
	return func(cmd *cobra.Command, args []string) error {
		if l.timeout <= 0 {
			return run(cmd, args)
		}
		ctx, cancel := context.WithCancelCause(cmd.Context())
		defer cancel(nil)
		up, late := fmt.Errorf("%w after %s", lifecycle.ErrTimeout, l.timeout), make(chan struct{})
		a.deadline = newDeadline(l.timeout, a.clock.Now(), func() {
			cancel(up)
			time.AfterFunc(windUp, func() { close(late) })
		})
		defer a.deadline.timer.Stop()
		cmd.SetContext(ctx)
		done := make(chan error, 1)
		go func() { done <- run(cmd, args) }()
		var err error
		select {
		case err = <-done:
		case <-late: // it is where a context does not reach, as at a pipe without a writer
			err = up
		}
		if !errors.Is(context.Cause(ctx), up) || exitCode(err) != exitInterrupted && !errors.Is(err, up) ||
			errors.As(err, new(*lifecycle.Unfinished)) {
			return err // ended by itself, or says enough
		}
		end := &timeUpError{up: up, during: err}
		if changes {
			end.resume = a.again()
		}
		return end
	}
}

func newDeadline(timeout time.Duration, now time.Time, end func()) deadline {
	due := time.Now().Add(timeout)
	return deadline{timeout: timeout, end: now.Add(timeout), due: due, timer: time.AfterFunc(timeout, end)}
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
