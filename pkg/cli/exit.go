package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

const exitCodesHelp = `Exit codes:
    0  done, or the answer is yes
    1  AWS or the machine failed
    2  wrong usage or invalid input; nothing was sent
    3  the answer is no: a check failed, a pod has no single profile, a file
       differs, you did not agree; nothing was changed
    4  timed out; the message says how to resume, and what EKS accepted goes on
  130  interrupted; as for 4`

// countFaults counts the faults in an error.
func countFaults(err error) int {
	switch e := err.(type) { //nolint:errorlint // every layer is looked at
	case fargate.Faults:
		return len(e)
	case *env.UsageError:
		return countFaults(e.Err)
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
	var status env.StatusError
	if err == nil || errors.As(err, &status) || errors.Is(err, syscall.EPIPE) || err.Error() == "" {
		return
	}
	text := strings.TrimSpace(output.CleanLines(err.Error()))
	var unfinished *lifecycle.Unfinished
	if !errors.As(err, &unfinished) {
		// No creation or deletion was under way, so which request was cut short is nobody's concern.
		if env.ExitCode(err) == env.ExitInterrupted && !errors.Is(err, env.ErrAtQuestion) {
			text = "interrupted"
		}
	}
	var faults fargate.Faults
	if n := countFaults(err); errors.As(err, &faults) && n > 1 {
		text = fmt.Sprintf("the input has %d faults:\n%s", n, text)
	}
	if hint := cloud.Hint(err); hint != "" {
		text += "\n" + output.CleanLines(hint)
	}
	var usage *env.UsageError
	isUsage := errors.As(err, &usage)
	if here, bad := os.Getwd(); isUsage && errors.Is(err, fs.ErrNotExist) && bad == nil {
		text += "\ncheck the path; relative ones start at " + output.CleanLines(here)
	}
	const prefix = "Error:"
	var out strings.Builder
	out.WriteString(s.Bad(prefix) + strings.TrimPrefix(output.Message(prefix+" ", text, s.ErrWidth), prefix) + "\n")
	if isUsage && usage.Command != "" {
		fmt.Fprintf(&out, "See '%s --help'.\n", usage.Command)
	}
	_, _ = io.WriteString(s.Err, out.String())
}
