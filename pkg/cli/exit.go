package cli

// This file turns errors into exit codes, in one table, and into the words that a user reads.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

// The exit codes; exitCodesHelp tells users of them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRefused     = 3
	exitTimeout     = 4
	exitInterrupted = 130
)

const exitCodesHelp = `Exit codes:
    0  done, or the answer is yes
    1  AWS or the machine failed
    2  wrong usage or invalid input; nothing was sent
    3  the answer is no: a check failed, a pod has no single profile, you did
       not agree; nothing was changed
    4  timed out; the message says how to resume, and what EKS accepted goes on
  130  interrupted; as for 4`

// usageError is wrong usage or invalid input: nothing was sent. Command is the path of the command
// whose help is pointed to; empty for none.
type usageError struct {
	err     error
	command string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// usagef is a usageError without a pointer to any help.
func usagef(format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...)}
}

// refusedError is an answer of no. With a nil err the command has said everything already.
type refusedError struct{ err error }

func (e *refusedError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}
func (e *refusedError) Unwrap() error { return e.err }

// statusError ends fgctl with the exit status of a command that it ran, saying nothing.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// exitCode is the table of errors and exit codes.
func exitCode(err error) int {
	var (
		status  statusError
		usage   *usageError
		faults  fargate.Faults
		refused *refusedError
		failure *cloud.Error
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &status):
		return int(status)
	case errors.As(err, &usage), errors.As(err, &faults):
		return exitUsage
	case errors.As(err, &refused):
		return exitRefused
	case errors.Is(err, lifecycle.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return exitTimeout
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &failure) && failure.Local():
		return exitUsage
	default:
		return exitFailed
	}
}

// countFaults counts what is told of an error, one by one.
func countFaults(err error) int {
	switch e := err.(type) { //nolint:errorlint // every layer is looked at
	case fargate.Faults:
		return len(e)
	case *usageError:
		return countFaults(e.err)
	case interface{ Unwrap() []error }:
		n := 0
		for _, one := range e.Unwrap() {
			n += countFaults(one)
		}
		return n
	}
	return 1
}

// report writes an error for the user. Faults of an input are listed one a line; a reader of stdout
// that went away, as head does, is no error worth a word.
func report(s *output.Streams, err error) {
	var status statusError
	if err == nil || errors.As(err, &status) || errors.Is(err, syscall.EPIPE) || err.Error() == "" {
		return
	}
	text := strings.TrimSpace(output.CleanLines(err.Error()))
	var unfinished *lifecycle.Unfinished
	if !errors.As(err, &unfinished) {
		// No creation or deletion was under way, so which request was cut short is nobody's concern.
		if exitCode(err) == exitInterrupted {
			text = "interrupted"
		}
	}
	var faults fargate.Faults
	if n := countFaults(err); errors.As(err, &faults) && n > 1 {
		text = fmt.Sprintf("the input has %d faults:\n%s", n, text)
	}
	if hint := cloud.Hint(err); hint != "" {
		text += "\n" + output.Clean(hint)
	}
	text = strings.ReplaceAll(text, "\n", "\n  ")
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s\n", s.Bad("Error:"), text)
	var usage *usageError
	if errors.As(err, &usage) && usage.command != "" {
		fmt.Fprintf(&out, "See '%s --help'.\n", usage.command)
	}
	_, _ = io.WriteString(s.Err, out.String())
}
