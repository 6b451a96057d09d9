package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

// lastWords is how long writing the last message may take: the reader of standard error may have stopped.
const lastWords = 150 * time.Millisecond

// Signals returns a channel that receives the signals that end fgctl. A hangup that is ignored, as under nohup,
// stays ignored.
func Signals() <-chan os.Signal {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	return signals
}

// Main runs fgctl with the arguments after the program's name and returns its exit code. The first of signals
// ends the run in good order where that is quickly done, and at once otherwise; a second one does not wait.
func Main(signals <-chan os.Signal, args []string, s *output.Streams) int {
	return runUntil(signals, args, s, systemClock{})
}

// runUntil is Main with another clock, for tests.
func runUntil(signals <-chan os.Signal, args []string, s *output.Streams, clock lifecycle.Clock) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	e := env.New(s, clock, args)
	ended := make(chan int, 1)
	go func() { ended <- runIn(ctx, e) }()
	for {
		select {
		case code := <-ended:
			return code
		case <-signals:
			if e.Ending.Child.Load() {
				continue // the signal is the child's, and its end is that of the run
			}
			cancel()
			return end(e, ended, signals)
		}
	}
}

// end waits for the cancelled run, but not for long, and returns the exit code.
func end(e *env.Env, ended <-chan int, signals <-chan os.Signal) int {
	late := time.After(env.WindUp)
	for {
		select {
		case code := <-ended:
			return code
		case <-signals:
			if e.Ending.Child.Load() {
				continue
			}
			return env.ExitInterrupted
		case <-late:
			if e.Ending.Child.Load() {
				late = nil
				continue
			}
			reportInterrupted(e, ended)
			return env.ExitInterrupted
		}
	}
}

// reportInterrupted writes what is known of a run that does not end by itself.
func reportInterrupted(e *env.Env, ended <-chan int) {
	text := e.Streams.Bad("Error:") + " interrupted\n"
	if resume := e.Ending.Resume(); resume != "" {
		text += "  to resume:\n    " + resume + "\n"
	}
	written := make(chan struct{})
	go func() {
		_, _ = io.WriteString(e.Streams.Err, text)
		close(written)
	}()
	select {
	case <-written:
	case <-ended:
	case <-time.After(lastWords):
	}
}

// systemClock is the clock of the machine.
type systemClock struct{}

// Now returns the time.
func (systemClock) Now() time.Time { return time.Now() }

// Sleep waits for d, or until ctx is done, and returns the context's error then.
func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
