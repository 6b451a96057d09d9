package env

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/plan"
)

// AnswerFlags are the flags that answer the question before the fact.
type AnswerFlags struct {
	Yes    bool
	FailOn []string
}

// AddAnswer adds the flags.
func (f *AnswerFlags) AddAnswer(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.Yes, "yes", "y", false, "do not ask")
	cmd.Flags().StringSliceVar(&f.FailOn, "fail-on", nil,
		"uncovered: stop, with exit 3, before any pod loses its profile")
	MustComplete(cmd, "fail-on", CompleteFixed([]string{FailOnUncovered}))
}

// CheckAnswer judges --fail-on. What a setting holds besides may be meant for match.
func (f *AnswerFlags) CheckAnswer(e *Env, cmd *cobra.Command) error {
	var faults []error
	for _, value := range f.FailOn {
		if !e.IsSetting("fail-on") || !slices.Contains(FailOnPods, value) {
			faults = append(faults, e.OneOf(cmd, "fail-on", value, []string{FailOnUncovered}))
		}
	}
	return errors.Join(faults...)
}

// Present shows the plan before anything is changed: on Out where that is all that is wanted, else on Err; whoever
// is going to be asked sees it whatever --verbose says. It is an error where the plan leaves pods without a profile
// and --fail-on says to stop then.
func (e *Env) Present(p *plan.Plan, answers AnswerFlags, dryRun bool, format string) error {
	if !dryRun {
		e.showPlan(p, !answers.Yes && e.Interactive())
	} else if err := e.PrintPlan(p, format); err != nil {
		return err
	}
	if p.Uncovered && slices.Contains(answers.FailOn, FailOnUncovered) {
		return &RefusedError{Err: errors.New("pods would lose their profile; nothing was changed (--fail-on " +
			"uncovered)")}
	}
	return nil
}

// showPlan writes the plan to Err, all of it or what --verbose leaves of it.
func (e *Env) showPlan(p *plan.Plan, all bool) {
	if all {
		e = e.atVerbosity(max(e.Global.Verbose, VerboseInfo))
	}
	for _, line := range output.Plan(p, e.Streams.ErrWidth, warning, "  ") {
		switch {
		case line.Risk && e.Global.Verbose >= VerboseWarnings:
			e.put(warning, strings.TrimPrefix(line.Text, warning))
		case !line.Risk && e.Global.Verbose >= VerboseInfo:
			e.put("", line.Text)
		}
	}
}

// PrintPlan writes the result of a dry run: the plan on Out.
func (e *Env) PrintPlan(p *plan.Plan, format string) error {
	if done, err := output.Encode(e.Streams.Out, format, p); done {
		return err
	}
	var out strings.Builder
	for _, line := range output.Plan(p, e.Streams.Width, "  ! ", "    ") {
		out.WriteString(line.Text + "\n")
	}
	if p.Request != nil {
		var request strings.Builder
		if err := output.YAML(&request, p.Request); err != nil {
			return err
		}
		out.WriteString("Request of step 1:\n" + output.CleanLines(output.Indent(request.String(), "  ")))
	}
	if _, err := io.WriteString(e.Streams.Out, out.String()); err != nil {
		return err
	}
	e.Info("dry run: nothing was changed")
	return nil
}

// PlanFormats are the values of --output of a dry run.
var PlanFormats = []string{"", "json", "yaml"}
