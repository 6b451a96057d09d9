// Package diff holds the command that shows how a file and the profiles of a cluster differ.
package diff

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/declared"
	"github.com/fgctl/fgctl/pkg/cli/env/fleet"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/plan"
)

// options are the flags of diff.
type options struct {
	declared.GoalFlags
	env.TimeLimit
	fleet.Scope
	output, failOn string
}

var formats = append([]string{"", "json", "markdown"}, output.ReportFormats...)

// What makes the exit code 3.
const (
	failOnDifference = "difference"
	failOnNone       = "none"
)

var failOns = []string{failOnDifference, failOnNone}

// NewCommand returns the command.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:   "diff -f FILE",
		Short: "Show what apply would change",
		Long: `Show how the Fargate profiles of a cluster differ from those of a file, which is what apply with the same
flags would change: what is added, what changes with each field as it is and as the file has it, and
what is removed. Profiles that the file does not have and that stay are shown as well.

With --all-clusters every file is compared with the cluster that it names in metadata.name and
metadata.region; a cluster that is named and not there, or cannot be read, makes the exit code 1.

The exit code is 0 where apply has nothing to do, and 3 where there is a difference; with --fail-on none
it is 0 for both. diff reads only;
whether what has to be made passes the pre-flight, fgctl apply --dry-run says.`,
		Example: `  fgctl diff -f cluster.yaml
  fgctl diff -f cluster.yaml --prune -o json

  # A directory with a file for each cluster
  fgctl diff -f clusters/ --all-clusters --regions all

  # The comment of a pull request
  fgctl diff -f cluster.yaml -o markdown`,
		Args: e.NoArguments,
		RunE: e.Within(&opts.TimeLimit, func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(e.NoneEmpty(cmd), opts.CheckGoal(e, cmd), opts.CheckTimeout(e, cmd),
				opts.checkFleet(e, cmd), e.OneOf(cmd, "output", opts.output, formats),
				e.OneOf(cmd, "fail-on", opts.failOn, failOns)); err != nil {
				return err
			}
			return run(cmd.Context(), e, opts)
		}),
		ValidArgsFunction: env.CompleteNothing,
	}
	opts.AddGoal(e, cmd)
	opts.AddFleet(e, cmd)
	cmd.Flags().StringVar(&opts.failOn, "fail-on", failOnDifference,
		"what makes the exit code 3: difference, or none to report only")
	cmd.Flags().StringVarP(&opts.output, "output", "o", "",
		"json, markdown for the comment of a pull request, junit, sarif or github (annotations, step summary)")
	opts.AddTimeout(cmd, env.ReadTime)
	env.MustComplete(cmd, "output", env.CompleteFixed(formats[1:]))
	env.MustComplete(cmd, "fail-on", env.CompleteFixed(failOns))
	return cmd
}

// difference is what diff prints for scripts. Its form is a public contract: fields may be added.
type difference struct {
	// Account is the AWS credentials profile, where there are several.
	Account string `json:"awsProfile,omitempty"`
	Cluster string `json:"cluster"`
	Region  string `json:"region"`
	// Differs reports whether apply would change something.
	Differs bool          `json:"differs"`
	Changes []plan.Change `json:"changes"`
}

func run(ctx context.Context, e *env.Env, opts options) error {
	if opts.AllClusters {
		return runFleet(ctx, e, opts)
	}
	goal, stated, err := declared.ReadGoal(ctx, e, opts.GoalFlags)
	if err != nil {
		return err
	}
	client, place, err := e.Target(ctx, stated)
	if err != nil {
		return err
	}
	stop := e.Asking(place.Cluster)
	out, err := compare(ctx, e, client, place, goal)
	if stop(); err == nil {
		err = opts.print(e, []*difference{out})
	}
	if err == nil {
		err = opts.verdict(out.Differs)
	}
	return err
}

// verdict is the answer of a run that has read everything.
func (o *options) verdict(differs bool) error {
	if differs && o.failOn == failOnDifference {
		return &env.RefusedError{}
	}
	return nil
}

// compare reads a cluster and compares it with what files want of it.
func compare(ctx context.Context, e *env.Env, client *cloud.Client, place env.Place, goal decision.Goal,
) (*difference, error) {
	goal.Cluster = place.Cluster
	decided, err := declared.Decide(ctx, e, client, place, goal)
	if err != nil {
		return nil, err
	}
	out := &difference{
		Account: place.Account, Cluster: place.Cluster, Region: client.Region(), Changes: plan.ChangesOf(decided),
	}
	out.Differs = plan.Pending(out.Changes) > 0
	return out, nil
}
