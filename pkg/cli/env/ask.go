package env

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/fgctl/fgctl/pkg/output"
)

// Confirm asks a yes-or-no question on a terminal; the default is no. Without a terminal the answer
// is no, and the caller decides what that means.
func (e *Env) Confirm(ctx context.Context, question string) (bool, error) {
	if !e.Interactive() {
		return false, nil
	}
	answer, err := e.Prompt(ctx, question+" [y/N] ")
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", err
}

// Prompt asks for a line on a terminal and returns it without the spaces around it. The time until the answer does not
// count for --timeout.
func (e *Env) Prompt(ctx context.Context, question string) (string, error) {
	// Clean may drop the trailing space, so it is added back below.
	lines := output.Wrap(output.Clean(strings.TrimSuffix(question, " ")), e.Streams.ErrWidth, "  ")
	if _, err := io.WriteString(e.Streams.Err, strings.Join(lines, "\n")+" "); err != nil {
		return "", err
	}
	defer deadlineOf(ctx).stopped(e.Clock.Now)()
	type reply struct {
		text string
		err  error
	}
	in := e.input.answers()
	// The read cannot be interrupted, so it is left behind when ctx ends first.
	replies := make(chan reply, 1)
	go func() {
		text, err := bufio.NewReader(in).ReadString('\n')
		replies <- reply{text, err}
	}()
	select {
	case <-ctx.Done():
		_, _ = io.WriteString(e.Streams.Err, "\n") // what comes next begins a line of its own
		return "", ctx.Err()
	case r := <-replies:
		if r.err != nil {
			_, _ = io.WriteString(e.Streams.Err, "\n")
		}
		if r.err != nil && !errors.Is(r.err, io.EOF) {
			return "", fmt.Errorf("read the answer: %w", r.err)
		}
		return strings.TrimSpace(r.text), nil
	}
}

// Interactive reports whether a question can be asked: a person sees it and can answer. Who pipes pods into fgctl
// at a terminal is asked at that terminal.
func (e *Env) Interactive() bool { return e.Streams.ErrTerminal && e.input.answers() != nil }

// input is standard input: a file, where a flag names -, and else the answers to questions.
type input struct {
	streams *output.Streams
	isFile  atomic.Bool
	console io.Reader
}

// file returns standard input to read it as a file.
func (i *input) file() io.Reader {
	i.isFile.Store(true)
	return i.streams.In
}

// answers returns where a person answers: standard input, or the terminal of the process where standard input was a
// file; nil for nowhere.
func (i *input) answers() io.Reader {
	if i.streams.InTerminal {
		return i.streams.In
	}
	if i.console == nil && i.isFile.Load() && i.streams.Console != nil {
		if in, err := i.streams.Console(); err == nil {
			i.console = in
		}
	}
	return i.console
}
