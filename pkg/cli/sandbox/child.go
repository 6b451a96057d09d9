package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/fgctl/fgctl/pkg/cli/env"
)

const (
	// childBound is how long a command may take to end once it was asked to.
	childBound = 10 * time.Second
	// childPoll is how often fgctl looks whether what the command started has ended too.
	childPoll = 20 * time.Millisecond
)

// runChild runs a command to its end. Signals that only fgctl gets are handed on, to what the command has
// started as well; what does not end within childBound of the first is killed. A failure of what the command
// needs ends it too.
func runChild(ctx context.Context, e *env.Env, cmd *exec.Cmd, failed <-chan error) error {
	// At a terminal the command stays in fgctl's process group: the terminal's keys reach both, and
	// the shell's job control and pipelines work.
	shared := e.Streams.InTerminal || e.Streams.OutTerminal || e.Streams.ErrTerminal
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, handedOn(shared)...)
	defer signal.Stop(signals)
	e.Ending.Child.Store(true)
	defer e.Ending.Child.Store(false)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f, err := startFamily(cmd, shared)
	if err != nil {
		return env.Usagef("cannot run %q: %w", cmd.Path, err)
	}
	defer f.close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	return waitChild(ctx, e, f, signals, ended, failed)
}

// handedOn are the signals that the command gets from fgctl.
func handedOn(shared bool) []os.Signal {
	signals := []os.Signal{syscall.SIGTERM}
	if !shared {
		signals = append(signals, os.Interrupt)
	}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// waitChild waits for the end of a command that runs.
func waitChild(ctx context.Context, e *env.Env, f *family, signals <-chan os.Signal, ended, failed <-chan error) error {
	timing, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var failure error
	var late, due <-chan struct{} // closed when the command should have ended; nil before it is asked to
	end := func(sent syscall.Signal) {
		f.signal(sent)
		if late == nil {
			late = after(timing, e, childBound)
			due = late
		}
	}
	cancelled := ctx.Done()
	for {
		select {
		case <-cancelled: // the signal came before the command was there
			cancelled = nil
			end(syscall.SIGTERM)
		case received := <-signals:
			if sent, ok := received.(syscall.Signal); ok {
				end(sent)
			}
		case err := <-failed:
			failed, failure = nil, fmt.Errorf("the sandbox stopped serving: %w", err)
			end(syscall.SIGTERM)
		case <-due:
			due = nil
			f.signal(syscall.SIGKILL)
		case err := <-ended:
			if late != nil {
				f.outlast(late)
			}
			if failure != nil {
				return failure
			}
			return childStatus(err)
		}
	}
}

// after returns a channel that is closed after a time on the run's clock.
func after(ctx context.Context, e *env.Env, d time.Duration) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		_ = e.Clock.Sleep(ctx, d) // it ends early where nobody waits any more
		close(over)
	}()
	return over
}

// outlast waits until what the command started has ended as well, and kills it when that is late.
func (f *family) outlast(late <-chan struct{}) {
	for f.alive() {
		select {
		case <-late:
			f.signal(syscall.SIGKILL)
			return
		case <-time.After(childPoll):
		}
	}
}

// childStatus turns the end of a command into fgctl's: its exit status, 128 and the signal's number
// where a signal ended it, as a shell has it.
func childStatus(err error) error {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &exit):
		return err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return env.StatusError(128 + int(status.Signal()))
	}
	return env.StatusError(exit.ExitCode())
}
