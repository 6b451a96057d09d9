package cli

// This file holds what the commands of one run share: the streams, the settings, the clock, and how
// loud to be.

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/viper"

	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

// app is one run of fgctl.
type app struct {
	streams  *output.Streams
	settings *viper.Viper
	clock    lifecycle.Clock
	global   globalOptions
	// applied tells where the value of a flag came from that was not given on the command line.
	applied map[string]string
	// fileLines are the lines of the keys in the settings file.
	fileLines map[string]int
	// dump collects the debug log for --dumpLogs.
	dump lockedBuffer
	// contextRegion is the region of the kubeconfig context that named the cluster.
	contextRegion string
	// pageSize is how many names AWS lists per request, 0 for AWS's own choice.
	pageSize int
	// inputRead reports whether standard input was read as a file (-); console is then the terminal to ask at.
	inputRead bool
	console   io.Reader
	// args is the command line, for messages that say how to go on.
	args []string
	// origins are those of the profiles that match has read from files, by name.
	origins map[string]origin
	// deadline is when the run ends.
	deadline deadline
	ending   ending
}

// globalOptions are the flags that every command knows.
type globalOptions struct {
	verbose     int
	color       string
	dumpLogs    bool
	region      string
	profile     string
	endpointURL string
	cluster     string
}

// The levels of --verbose.
const (
	verboseErrors   = 1
	verboseWarnings = 2
	verboseInfo     = 3
	verboseRequests = 4
	verboseBodies   = 5
)

func newApp(s *output.Streams, clock lifecycle.Clock) *app {
	settings := viper.New()
	settings.SetEnvPrefix("FGCTL")
	settings.SetEnvKeyReplacer(strings.NewReplacer("-", "_"))
	settings.AutomaticEnv()
	return &app{streams: s, settings: settings, clock: clock, applied: map[string]string{}}
}

// info writes a line to Err at the default verbosity and above.
func (a *app) info(format string, args ...any) { a.say(verboseInfo, "", format, args...) }

// warn writes a warning to Err unless --verbose is below 2.
func (a *app) warn(format string, args ...any) {
	a.say(verboseWarnings, a.streams.Warn("Warning:")+" ", format, args...)
}

func (a *app) say(level int, prefix, format string, args ...any) {
	if a.global.verbose < level {
		return
	}
	text := output.CleanLines(fmt.Sprintf(format, args...))
	_, _ = fmt.Fprintln(a.streams.Err, prefix+text)
}

// checklist writes items to Err: all of them at the default verbosity, fewer below.
func (a *app) checklist(items []output.Item) error {
	shown := make([]output.Item, 0, len(items))
	for _, item := range items {
		level := verboseInfo
		switch item.Mark {
		case output.Fail:
			level = 0
		case output.Warning:
			level = verboseWarnings
		}
		if a.global.verbose >= level {
			shown = append(shown, item)
		}
	}
	return output.Checklist(a.streams, shown)
}

// progress returns a progress that shows itself at the default verbosity and above.
func (a *app) progress() *output.Progress {
	s := *a.streams
	if a.global.verbose < verboseInfo {
		s.Err, s.ErrTerminal = io.Discard, false
	}
	return output.NewProgress(&s, a.clock.Now)
}

// debugLog returns the place for a line per AWS request, nil where nobody wants it.
func (a *app) debugLog() io.Writer {
	switch {
	case a.global.verbose >= verboseRequests:
		return a.streams.Err
	case a.global.dumpLogs:
		return &a.dump
	}
	return nil
}

// logBodies reports whether the debug log shows bodies.
func (a *app) logBodies() bool { return a.global.verbose >= verboseBodies || a.global.dumpLogs }

// dumpLog writes the collected debug log to Err, after a failure with --dumpLogs.
func (a *app) dumpLog() {
	if text := a.dump.String(); text != "" {
		_, _ = fmt.Fprintf(a.streams.Err, "debug log of the failed run:\n%s", output.CleanLines(text))
	}
}

// confirm asks a yes-or-no question on a terminal; the default is no. Without a terminal the answer
// is no, and the caller decides what that means.
func (a *app) confirm(ctx context.Context, question string) (bool, error) {
	if !a.interactive() {
		return false, nil
	}
	answer, err := a.prompt(ctx, question+" [y/N] ")
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", err
}

// prompt asks for a line on a terminal and returns it without the spaces around it.
func (a *app) prompt(ctx context.Context, question string) (string, error) {
	// What Clean makes of a space at the end is not its concern.
	lines := output.Wrap(output.Clean(strings.TrimSuffix(question, " ")), a.streams.ErrWidth, "  ")
	if _, err := io.WriteString(a.streams.Err, strings.Join(lines, "\n")+" "); err != nil {
		return "", err
	}
	defer a.deadline.stopped(a.clock.Now)()
	type reply struct {
		text string
		err  error
	}
	in := a.streams.In
	if a.console != nil {
		in = a.console
	}
	// The read cannot be interrupted, so it is left behind when ctx ends first.
	replies := make(chan reply, 1)
	go func() {
		text, err := bufio.NewReader(in).ReadString('\n')
		replies <- reply{text, err}
	}()
	select {
	case <-ctx.Done():
		_, _ = io.WriteString(a.streams.Err, "\n") // what comes next begins a line of its own
		return "", ctx.Err()
	case r := <-replies:
		if r.err != nil {
			_, _ = io.WriteString(a.streams.Err, "\n")
		}
		if r.err != nil && !errors.Is(r.err, io.EOF) {
			return "", fmt.Errorf("read the answer: %w", r.err)
		}
		return strings.TrimSpace(r.text), nil
	}
}

// interactive reports whether a question can be asked: a person sees it and can answer. Who pipes pods into fgctl
// at a terminal is asked at that terminal.
func (a *app) interactive() bool {
	switch {
	case !a.streams.ErrTerminal:
		return false
	case a.streams.InTerminal:
		return true
	}
	if a.console == nil && a.inputRead && a.streams.Console != nil {
		if in, err := a.streams.Console(); err == nil {
			a.console = in
		}
	}
	return a.console != nil
}

// environment returns a variable of the process.
func environment(name string) string { return os.Getenv(name) }

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

// lockedBuffer is a buffer that parallel requests can write their log to.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
