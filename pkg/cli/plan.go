package cli

// This file shows the plan of delete and replace, and asks for it.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/manifest"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/plan"
)

// addPodsFlag adds --pods.
func (a *app) addPodsFlag(cmd *cobra.Command, files *[]string) {
	cmd.Flags().StringSliceVar(files, "pods", nil, "tell what becomes of these pods: the output of kubectl get pods -A -o json, or manifests; - reads stdin")
	env.MustComplete(cmd, "pods", env.CompleteFiles)
}

// checkFiles judges whether the files of --pods and --config-file can be read, before anything is.
func checkFiles(cmd *cobra.Command, pods []string, configFile string) error {
	var faults []error
	if configFile == "-" && slices.Contains(pods, "-") {
		faults = append(faults, &env.UsageError{Err: errors.New("--config-file - and --pods - both want standard input; give one of them a file"), Command: cmd.CommandPath()})
	}
	if configFile != "" && configFile != "-" {
		if _, err := os.Stat(configFile); err != nil {
			faults = append(faults, env.Usagef("--config-file: %s: %w", configFile, env.WithoutPath(err)))
		}
	}
	if _, err := manifest.Files(pods, false); err != nil {
		faults = append(faults, env.Usagef("--pods: %w", err))
	}
	return errors.Join(faults...)
}

// gather reads the files of --pods into x. Without files it returns nil, as nothing is said of pods then.
func (a *app) gather(ctx context.Context, files []string, x *plan.Pods) (*plan.Pods, error) {
	if len(files) == 0 || x == nil {
		return nil, nil
	}
	return x, a.ReadPods(ctx, env.PodInput{Files: files, Budgets: x.AddBudget}, func(pod fargate.Pod) error {
		x.Add(pod)
		return nil
	})
}

// answerFlags are the flags that answer the question before the fact.
type answerFlags struct {
	yes    bool
	failOn []string
}

func (f *answerFlags) addTo(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	cmd.Flags().StringSliceVar(&f.failOn, "fail-on", nil, "uncovered: stop, with exit 3, before any pod loses its profile")
	env.MustComplete(cmd, "fail-on", env.CompleteFixed([]string{env.FailOnUncovered}))
}

// check judges --fail-on. What a setting holds besides may be meant for match.
func (f *answerFlags) check(a *app, cmd *cobra.Command) error {
	var faults []error
	for _, value := range f.failOn {
		if !a.IsSetting("fail-on") || !slices.Contains(env.FailOnPods, value) {
			faults = append(faults, a.OneOf(cmd, "fail-on", value, []string{env.FailOnUncovered}))
		}
	}
	return errors.Join(faults...)
}

// present tells the plan before anything is changed: on Out where that is all that is wanted, else on Err; whoever
// is going to be asked sees it whatever --verbose says. It is an error where the plan leaves pods without a profile
// and --fail-on says to stop then.
func (a *app) present(p *plan.Plan, answers answerFlags, dryRun bool, format string) error {
	if !dryRun {
		a.show(p, !answers.yes && a.Interactive())
	} else if err := a.printPlan(p, format); err != nil {
		return err
	}
	if p.Uncovered && slices.Contains(answers.failOn, env.FailOnUncovered) {
		return &env.RefusedError{Err: errors.New("pods would lose their profile; nothing was changed (--fail-on uncovered)")}
	}
	return nil
}

// show tells the plan on Err, all of it or what --verbose leaves of it.
func (a *app) show(p *plan.Plan, all bool) {
	e := a.Env
	if all {
		e = e.AtVerbosity(max(e.Global.Verbose, env.VerboseInfo))
	}
	for _, line := range output.Plan(p, e.Streams.ErrWidth, "Warning: ", "  ") {
		if line.Risk {
			e.Warn("%s", strings.TrimPrefix(line.Text, "Warning: "))
		} else {
			e.Info("%s", line.Text)
		}
	}
}

// printPlan is the result of a dry run: the plan on Out.
func (a *app) printPlan(p *plan.Plan, format string) error {
	switch format {
	case "json":
		return output.JSON(a.Streams.Out, p)
	case "yaml":
		return output.YAML(a.Streams.Out, p)
	}
	var out strings.Builder
	for _, line := range output.Plan(p, a.Streams.Width, "  ! ", "    ") {
		out.WriteString(line.Text + "\n")
	}
	if p.Request != nil {
		var request strings.Builder
		if err := output.YAML(&request, p.Request); err != nil {
			return err
		}
		out.WriteString("Request of step 1:\n" + output.CleanLines(output.Indent(request.String(), "  ")))
	}
	if _, err := io.WriteString(a.Streams.Out, out.String()); err != nil {
		return err
	}
	a.Info("dry run: nothing was changed")
	return nil
}

// planFormats are the values of --output of a dry run.
var planFormats = []string{"", "json", "yaml"}

// approve asks for what the plan says, on a terminal and unless yes answers: with y, or where pods would be
// left without a profile, with the names of the profiles that have them.
func (a *app) approve(ctx context.Context, p *plan.Plan, yes bool, question string) error {
	if yes || !a.Interactive() {
		return nil
	}
	losers := p.Losers()
	if len(losers) == 0 {
		agreed, err := a.Confirm(ctx, question)
		if err == nil && !agreed {
			err = errNotAgreed
		}
		return err
	}
	what := "the profile's name"
	if len(losers) > 1 {
		what = "the profiles' names"
	}
	wanted := strings.Join(losers, " ")
	answer, err := a.Prompt(ctx, fmt.Sprintf("%s Pods of %s would be left without a profile; to agree type %s: ", question, strings.Join(losers, ", "), what))
	if err != nil {
		return err
	}
	switch typed := strings.Join(strings.Fields(strings.ReplaceAll(answer, ",", " ")), " "); typed {
	case wanted:
		return nil
	case "":
		return errNotAgreed
	default:
		return &env.RefusedError{Err: fmt.Errorf("cancelled; nothing was changed (%q is not %s %q)", typed, what, wanted)}
	}
}

var errNotAgreed = &env.RefusedError{Err: errors.New("cancelled; nothing was changed")}
