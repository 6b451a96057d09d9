package env

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"

	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/plan"
)

// ErrAtQuestion is that a run was interrupted at a question, which is before any change.
var ErrAtQuestion error = atQuestion{}

type atQuestion struct{}

func (atQuestion) Error() string { return "interrupted at the question; nothing was changed" }
func (atQuestion) Unwrap() error { return context.Canceled }

// Approve asks for what the plan says, on a terminal and unless yes answers: with y, or where pods would be left
// without a profile, with the names of the profiles that have them. all asks for the name of the plan's cluster
// instead.
func (e *Env) Approve(ctx context.Context, p *plan.Plan, yes, all bool, question string) error {
	if yes || !e.Interactive() {
		return nil
	}
	names, what := p.Losers(), "the profile's name"
	switch {
	case len(names) > 0:
		question += fmt.Sprintf(" Pods of %s would be left without a profile;", strings.Join(names, ", "))
	case all:
		question += " These are all profiles of the cluster;"
	}
	switch {
	case all:
		names, what = []string{p.Cluster}, "the cluster's name"
	case len(names) > 1:
		what = "the profiles' names"
	case len(names) == 0:
		return e.askFor(ctx, question+" [y/N] ", "y or n")
	}
	return e.askFor(ctx, question+" to agree type "+what+": ", what, names...)
}

// askFor returns nil where the answer is the names, in any order, or without names a yes; what describes them. After
// a slip it asks once more.
func (e *Env) askFor(ctx context.Context, question, what string, names ...string) error {
	words := []string{"y"}
	if len(names) > 0 {
		words = sorted(names)
		what += fmt.Sprintf(" %q", strings.Join(names, " "))
	}
	for try := 1; ; try++ {
		answer, err := e.prompt(ctx, question)
		if err != nil {
			return err
		}
		typed := sorted(strings.FieldsFunc(answer, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }))
		word := strings.ToLower(strings.Join(typed, " "))
		said := fmt.Sprintf("%q is not %s", answer, what)
		switch {
		case slices.Equal(typed, words), len(names) == 0 && (word == "y" || word == "yes"):
			return nil
		case len(names) == 0 && (word == "" || word == "n" || word == "no"):
			return Refusef("cancelled; nothing was changed")
		case word == "":
			return Refusef("cancelled; nothing was changed (nothing was typed; expected %s)", what)
		case word == "n", word == "no", try > 1:
			return Refusef("cancelled; nothing was changed (%s)", said)
		}
		question = said + "; once more: "
	}
}

// sorted returns the words in order, each once.
func sorted(words []string) []string { return slices.Compact(slices.Sorted(slices.Values(words))) }

// prompt asks for a line on a terminal and returns it without the spaces around it. The time until the answer does not
// count for --timeout.
func (e *Env) prompt(ctx context.Context, question string) (string, error) {
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
		text, err := in.ReadString('\n')
		replies <- reply{text, err}
	}()
	select {
	case <-ctx.Done():
		_, _ = io.WriteString(e.Streams.Err, "\n") // what comes next begins a line of its own
		return "", ErrAtQuestion
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
	streams  *output.Streams
	isFile   atomic.Bool
	answered *bufio.Reader
}

// file returns standard input to read it as a file.
func (i *input) file() io.Reader {
	i.isFile.Store(true)
	return i.streams.In
}

// answers returns where a person answers: standard input, or the terminal of the process where standard input was a
// file; nil for nowhere.
func (i *input) answers() *bufio.Reader {
	switch {
	case i.answered != nil:
	case i.streams.InTerminal:
		i.answered = bufio.NewReader(i.streams.In)
	case i.isFile.Load() && i.streams.Console != nil:
		if in, err := i.streams.Console(); err == nil {
			i.answered = bufio.NewReader(in)
		}
	}
	return i.answered
}
