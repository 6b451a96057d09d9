package env

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

// The exit codes of fgctl.
const (
	ExitDone        = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitRefused     = 3
	ExitTimeout     = 4
	ExitInterrupted = 130
)

// ExitCode returns the exit code of an error: it is the only table of the two.
func ExitCode(err error) int {
	var (
		status  StatusError
		usage   *UsageError
		faults  fargate.Faults
		refused *RefusedError
		failure *cloud.Error
		partly  *PartlyError
		path    *output.PathError
	)
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &partly):
		return ExitFailed
	case errors.As(err, &status):
		return int(status)
	case errors.As(err, &usage), errors.As(err, &faults), errors.As(err, &path):
		return ExitUsage
	case errors.As(err, &refused):
		return ExitRefused
	case errors.Is(err, lifecycle.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return ExitTimeout
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.As(err, &failure) && failure.Local():
		return ExitUsage
	default:
		return ExitFailed
	}
}

// PartlyError says that some of several clusters could not be read, whatever the reason: the others were.
type PartlyError struct{ Err error }

// Error returns the text of Err.
func (e *PartlyError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *PartlyError) Unwrap() error { return e.Err }

// UsageError is wrong usage or invalid input: nothing was sent. Command is the path of the command
// whose help is pointed to; empty for none.
type UsageError struct {
	Err     error
	Command string
}

// Error returns the text of Err.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *UsageError) Unwrap() error { return e.Err }

// Usagef returns a UsageError that points to no help.
func Usagef(format string, args ...any) error {
	return &UsageError{Err: fmt.Errorf(format, args...)}
}

// UsageOf returns a UsageError that points to the help of cmd.
func UsageOf(cmd *cobra.Command, format string, args ...any) error {
	return &UsageError{Err: fmt.Errorf(format, args...), Command: cmd.CommandPath()}
}

// InvalidValue says what is wrong with the value of a flag, and where it comes from.
func (e *Env) InvalidValue(cmd *cobra.Command, flag string, value any, must string) error {
	source := ""
	if e.IsSetting(flag) {
		source = e.Sources[flag] + ": "
	}
	return UsageOf(cmd, "%sinvalid value %q for --%s: %s", source, fmt.Sprint(value), flag, must)
}

// ConfigFileError returns the usage error of a file of --config-file that cannot be read; where the command line does
// not name it, it says what does.
func (e *Env) ConfigFileError(err error) error {
	if source := e.Sources["config-file"]; source != "" {
		err = fmt.Errorf("%s: %w", source, err)
	}
	return &UsageError{Err: err}
}

// UsageFaults returns a UsageError of all errors that are not nil, which points to the help of cmd; nil for none.
func UsageFaults(cmd *cobra.Command, faults ...error) error {
	if err := errors.Join(faults...); err != nil {
		return &UsageError{Err: err, Command: cmd.CommandPath()}
	}
	return nil
}

// RefusedError is an answer of no. With a nil Err the command has said everything already.
type RefusedError struct{ Err error }

// Error returns the text of Err, empty for none.
func (e *RefusedError) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

// Unwrap returns Err.
func (e *RefusedError) Unwrap() error { return e.Err }

// Refusef returns a RefusedError with a text.
func Refusef(format string, args ...any) error {
	return &RefusedError{Err: fmt.Errorf(format, args...)}
}

// StatusError ends fgctl with the exit status of a command that it ran, saying nothing.
type StatusError int

// Error returns the status in words.
func (e StatusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// GoOn adds to the error of an unfinished sequence the command that resumes it.
func GoOn(err error, command string) error {
	unfinished, ok := errors.AsType[*lifecycle.Unfinished](err)
	if !ok {
		return err
	}
	if unfinished.Accepted {
		return fmt.Errorf("%w\nthe operation continues in AWS; to resume: %s", err, command)
	}
	return fmt.Errorf("%w\nto resume: %s", err, command)
}
