package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

const (
	// windUp is how long a command may take to end in good order after the first signal. What cannot be
	// cancelled, such as opening a FIFO that nobody writes to, is left behind then.
	windUp = 600 * time.Millisecond
	// lastWords is how long writing the last message may take: the reader of standard error may have stopped.
	lastWords = 150 * time.Millisecond
)

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
	a := newApp(s, clock)
	ended := make(chan int, 1)
	go func() { ended <- a.run(ctx, args) }()
	for {
		select {
		case code := <-ended:
			return code
		case <-signals:
			if a.ending.child.Load() {
				continue // the signal is the child's, and its end is that of the run
			}
			cancel()
			return a.end(ended, signals)
		}
	}
}

// ending is what the end of an interrupted run depends on; the command sets it and another goroutine reads it.
type ending struct {
	// child is set while a command of the user's runs, whose end fgctl waits for.
	child atomic.Bool
	// onward is the command line that resumes what the run has begun to change.
	onward atomic.Pointer[string]
}

func (e *ending) resumeWith(command string) { e.onward.Store(&command) }

// end waits for the cancelled run, but not for long, and returns the exit code.
func (a *app) end(ended <-chan int, signals <-chan os.Signal) int {
	late := time.After(windUp)
	for {
		select {
		case code := <-ended:
			return code
		case <-signals:
			if a.ending.child.Load() {
				continue
			}
			return exitInterrupted
		case <-late:
			if a.ending.child.Load() {
				late = nil
				continue
			}
			a.reportInterrupted(ended)
			return exitInterrupted
		}
	}
}

// reportInterrupted writes what is known of a run that does not end by itself.
func (a *app) reportInterrupted(ended <-chan int) {
	text := a.streams.Bad("Error:") + " interrupted\n"
	if onward := a.ending.onward.Load(); onward != nil {
		text += "  to resume: " + *onward + "\n"
	}
	written := make(chan struct{})
	go func() {
		_, _ = io.WriteString(a.streams.Err, text)
		close(written)
	}()
	select {
	case <-written:
	case <-ended:
	case <-time.After(lastWords):
	}
}
