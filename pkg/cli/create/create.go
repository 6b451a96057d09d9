// Package create holds the command that creates profiles, after checking everything that they need.
package create

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/declared"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// options are the flags of create.
type options struct {
	declared.ProfileFlags
	env.WaitFlags
	skip     []string
	dryRun   bool
	output   string
	profiles []fargate.Profile
	// stated is the place that the file of the profiles names.
	stated env.Place
}

// NewCommand returns the command that holds create fargateprofile.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:     env.FargateProfile + " [NAME]",
		Aliases: env.FargateProfileAliases(),
		Short:   "Create a Fargate profile, after checking everything it needs",
		Long: `Create a Fargate profile and wait until it is ACTIVE.

Names, selectors, labels and tags are judged first, all faults at once, and nothing is sent. Then the
cluster, the subnets' route tables and the role's trust policy are read and shown as a checklist; a
failed check ends the run with exit 3. EKS changes one profile of a cluster at a time, so create waits
for one that is in transition, and creates the profiles of a file one after another.

Without a name the profile is called after its selectors, always the same, so that a script that runs
twice makes one profile. A profile that exists just as wanted is no error; one that differs is.`,
		Example: `  # One namespace; subnets and role are found
  fgctl create fargateprofile --cluster demo --namespace web

  # Two selectors, wildcards and labels
  fgctl create fargateprofile batch -c demo --selector 'namespace=batch-*' --selector 'namespace=web,tier=jobs'

  # What would be checked and sent; -o json is what --cli-input-json of
  # aws eks create-fargate-profile reads
  fgctl create fargateprofile -c demo --namespace web --dry-run -o json

  # The profiles of an eksctl ClusterConfig
  fgctl create fargateprofile -f cluster.yaml

  # A new role, with the trust policy that Fargate needs
  fgctl create fargateprofile -c demo --namespace web --create-pod-execution-role`,
		Args: cobra.ArbitraryArgs,
		RunE: e.WithinOrAgain(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			// Flags of eksctl may be empty, as they may there; the cluster may not.
			if err := errors.Join(e.NoneEmpty(cmd, "cluster", "subnets", "pod-execution-role-arn"),
				opts.CheckTimeout(e, cmd), e.CheckOutputFlag(cmd, opts.output), e.CheckSkips(cmd, opts.skip)); err != nil {
				return err
			}
			if opts.dryRun && !slices.Contains([]string{"", "json", "yaml"}, opts.output) {
				return env.UsageOf(cmd, "--dry-run prints requests, so --output is json or yaml, not %s", opts.output)
			}
			profiles, stated, warnings, err := opts.wanted(e, cmd, args)
			if err != nil {
				return err
			}
			e.ShowWarnings(warnings)
			opts.profiles, opts.stated = profiles, stated
			return run(cmd.Context(), e, opts)
		}),
		ValidArgsFunction: env.CompleteNothing,
	}
	opts.AddProfile(e, cmd)
	opts.AddWait(cmd, "the profile is ACTIVE")
	env.AddSkipFlag(cmd, &opts.skip)
	cmd.Flags().BoolVar(&opts.dryRun, "dry-run", false, "check everything, print the request and send nothing")
	env.AddOutputFlag(cmd, &opts.output)
	return e.Verb("create", "Create a Fargate profile", cmd)
}

// creation is a profile that was checked, and what there is to do about it.
type creation struct {
	preflight.Report
	action decision.Action
}

// run checks every profile before it creates the first.
func run(ctx context.Context, e *env.Env, opts options) error {
	client, place, err := e.Target(ctx, opts.stated)
	if err != nil {
		return err
	}
	stop := e.Asking(place.Cluster)
	all, err := checkAll(ctx, client, place.Cluster, opts)
	if err == nil {
		nameClusters(ctx, client, all)
	}
	if stop(); err != nil {
		return err
	}
	var refusals []error
	reports := make([]preflight.Report, len(all))
	for i := range all {
		refusals = append(refusals, decide(e, &all[i], place, len(all) > 1))
		reports[i] = all[i].Report
	}
	if err := errors.Join(append(refusals, e.PreflightFailed(reports...))...); err != nil {
		return err
	}
	if opts.dryRun {
		return printRequests(e, opts.output, all)
	}
	var made []fargate.Profile
	var sentences []string
	for _, c := range all {
		// The profiles just made are siblings too: with --wait=false one may be in transition still.
		c.Siblings = slices.Concat(c.Siblings, made)
		p, sentence, err := createOne(ctx, e, client, place, c, opts.Wait)
		if err != nil {
			return errors.Join(e.ShowProfiles(opts.output, made, sentences), err)
		}
		made, sentences = append(made, p), append(sentences, sentence)
	}
	return e.ShowProfiles(opts.output, made, sentences)
}

// checkAll runs the checks of all profiles.
func checkAll(ctx context.Context, client *cloud.Client, cluster string, opts options) ([]creation, error) {
	inputs := make([]preflight.Input, len(opts.profiles))
	for i, p := range opts.profiles {
		p.Cluster = cluster
		inputs[i] = preflight.Input{Profile: p, Skip: opts.skip, Planned: opts.profiles[:i]}
		if opts.CreateRole && p.PodExecutionRoleARN == "" {
			inputs[i].NewRole = decision.RoleName(cluster, client.Region())
		}
	}
	reports, err := preflight.RunAll(ctx, client, inputs)
	all := make([]creation, len(reports))
	for i, report := range reports {
		all[i].Report = report
	}
	return all, err
}

// decide finds what there is to do about a profile, one of several or alone, and says what the checks found where it
// has to be made. The error says why it cannot be.
func decide(e *env.Env, c *creation, place env.Place, several bool) (err error) {
	if c.action, err = decision.DecideCreation(c.Report); err != nil || c.action != decision.Missing {
		return withWays(e, err, place, c.Profile)
	}
	return e.ShowChecks(c.Report, several)
}

// nameClusters names the clusters that there are, where the pre-flight did not find the one that is wanted.
func nameClusters(ctx context.Context, client *cloud.Client, all []creation) {
	report := all[0].Report
	if report.Cluster.ARN != "" || report.Results[0].Level != preflight.Fail {
		return
	}
	names, err := client.ClusterNames(ctx)
	if err != nil {
		return
	}
	text := fmt.Sprintf("there is no cluster %q in %s%s", report.Cluster.Name, client.Region(),
		env.ThereAre(report.Cluster.Name, names))
	for _, c := range all {
		r := &c.Results[0]
		r.Details, r.Message = append(r.Details, r.Message), text
	}
}

// withWays names what can be done about a profile that exists and is not as wanted.
func withWays(e *env.Env, err error, place env.Place, p fargate.Profile) error {
	var refusal *decision.Refusal
	var gaveUp *decision.Failed
	switch {
	case errors.As(err, &refusal) && refusal.Reason == decision.Moved:
		return fmt.Errorf("%w\nto try again: %s", err, e.Again())
	case errors.As(err, &refusal):
		return &env.RefusedError{Err: fmt.Errorf("%w\nprofiles cannot be changed; to put a new one in its place: %s", err,
			e.AgainAs("create", "replace", p.Name))}
	case errors.As(err, &gaveUp):
		return fmt.Errorf("%w\nto delete it first: %s", err, e.On(place, "delete", env.FargateProfile, p.Name))
	}
	return err
}

// createOne creates the profile, or goes on with one that is there already, and says what was done.
func createOne(
	ctx context.Context, e *env.Env, client *cloud.Client, place env.Place, c creation, wait bool,
) (made fargate.Profile, done string, err error) {
	p := c.Profile
	runner, stop := e.Runner(ctx, client)
	defer stop()
	made, err = runner.Create(ctx, c.Report, wait)
	onward := e.WaitCommand(env.Place{Cluster: p.Cluster, Region: client.Region()}, p.Name, "active")
	if err != nil {
		var unfinished *lifecycle.Unfinished
		if c.action == decision.Keep || errors.As(err, new(*decision.Failed)) {
			err = withWays(e, err, place, p)
		}
		if errors.As(err, &unfinished) && !unfinished.Accepted && c.action != decision.Finish {
			onward = e.Again() // EKS has not taken the request, so there is nothing to wait for yet
		}
		return made, "", env.GoOn(err, onward)
	}
	switch {
	case c.action == decision.Keep:
		return made, fmt.Sprintf("profile %s already exists with this configuration; nothing to do", p.Name), nil
	case made.Status == fargate.StatusActive:
		return made, fmt.Sprintf("profile %s is ACTIVE in cluster %s", p.Name, p.Cluster), nil
	case c.action == decision.Finish:
		return made, fmt.Sprintf("profile %s is being created in cluster %s already", p.Name, p.Cluster), nil
	}
	e.TellWait(p.Name, onward)
	return made, fmt.Sprintf("profile %s is being created in cluster %s", p.Name, p.Cluster), nil
}
