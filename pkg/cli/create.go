package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/preflight"
)

type createOptions struct {
	profileFlags
	env.WaitFlags
	skip     []string
	dryRun   bool
	output   string
	profiles []fargate.Profile
	// stated is the place that the file of the profiles names.
	stated env.Place
}

func newCreateCommand(a *app) *cobra.Command {
	var opts createOptions
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
		RunE: a.WithinOrAgain(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			// Flags of eksctl may be empty, as they may there.
			if err := errors.Join(a.NoneEmpty(cmd, "subnets", "pod-execution-role-arn"), opts.CheckTimeout(a.Env, cmd), a.CheckOutputFlag(cmd, opts.output), checkSkips(cmd, opts.skip)); err != nil {
				return err
			}
			profiles, stated, warnings, err := opts.wanted(a, cmd, args)
			if err != nil {
				return err
			}
			a.ShowWarnings(warnings)
			opts.profiles, opts.stated = profiles, stated
			return runCreate(cmd.Context(), a, opts)
		}),
		ValidArgsFunction: env.CompleteNothing,
	}
	opts.profileFlags.addTo(a, cmd)
	opts.AddWait(cmd, "the profile is ACTIVE")
	a.addSkipFlag(cmd, &opts.skip)
	cmd.Flags().BoolVar(&opts.dryRun, "dry-run", false, "check everything, print the request and send nothing")
	env.AddOutputFlag(cmd, &opts.output)
	return env.Verb("create", "Create a Fargate profile", cmd)
}

// addSkipFlag adds --skip-checks.
func (a *app) addSkipFlag(cmd *cobra.Command, skip *[]string) {
	cmd.Flags().StringSliceVar(skip, "skip-checks", nil, "checks of the pre-flight to leave out: "+strings.Join(preflight.Checks, ", "))
	env.MustComplete(cmd, "skip-checks", env.CompleteList(preflight.Checks))
}

func checkSkips(cmd *cobra.Command, skip []string) error {
	var faults []error
	for _, s := range skip {
		if !slices.Contains(preflight.Checks, s) {
			faults = append(faults, fmt.Errorf("--skip-checks: there is no check %q%s; the checks are %s",
				s, env.DidYouMean(s, preflight.Checks, ""), strings.Join(preflight.Checks, ", ")))
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return &env.UsageError{Err: errors.Join(faults...), Command: cmd.CommandPath()}
}

// creation is a profile that was checked, and what there is to do about it.
type creation struct {
	preflight.Report
	action lifecycle.Action
}

// runCreate checks every profile before it creates the first.
func runCreate(ctx context.Context, a *app, opts createOptions) error {
	client, place, err := a.Target(ctx, opts.stated)
	if err != nil {
		return err
	}
	all, err := checkAll(ctx, client, place.Cluster, opts)
	if err != nil {
		return err
	}
	var refusals []error
	for i := range all {
		refusals = append(refusals, a.decide(&all[i], place, len(all) > 1))
	}
	if err := errors.Join(refusals...); err != nil {
		a.tellClusters(ctx, client, all[0].Report)
		return err
	}
	if opts.dryRun {
		return a.printRequests(opts.output, all)
	}
	var made []fargate.Profile
	var sentences []string
	for _, c := range all {
		// The profiles just made are siblings too: with --wait=false one may be in transition still.
		c.Siblings = slices.Concat(c.Siblings, made)
		p, sentence, err := a.createOne(ctx, client, place, c, opts.Wait)
		if err != nil {
			return errors.Join(a.ShowProfiles(opts.output, made, sentences), err)
		}
		made, sentences = append(made, p), append(sentences, sentence)
	}
	return a.ShowProfiles(opts.output, made, sentences)
}

// checkAll runs the checks of all profiles side by side; they share what they read, so that a file takes no more round
// trips than one.
func checkAll(ctx context.Context, client *cloud.Client, cluster string, opts createOptions) ([]creation, error) {
	all := make([]creation, len(opts.profiles))
	group, groupContext := errgroup.WithContext(ctx)
	reader := preflight.Remember(groupContext, client)
	for i, p := range opts.profiles {
		p.Cluster = cluster
		input := preflight.Input{Profile: p, Skip: opts.skip, Planned: opts.profiles[:i]}
		if opts.createRole && p.PodExecutionRoleARN == "" {
			input.NewRole = lifecycle.RoleName(cluster, client.Region())
		}
		group.Go(func() (err error) {
			all[i].Report, err = preflight.Run(groupContext, reader, input)
			return err
		})
	}
	return all, group.Wait()
}

// decide finds what there is to do about a profile, one of several or alone, and says what the checks found where it has
// to be made. The error says why it cannot be.
func (a *app) decide(c *creation, place env.Place, several bool) (err error) {
	name := c.Profile.Name
	if several {
		a.Info("profile %s:", name)
	}
	if c.action, err = lifecycle.DecideCreation(c.Report); err != nil || c.action != lifecycle.Missing {
		return a.withWays(err, place, c.Profile)
	}
	if err := a.ShowChecks(c.Report); err != nil || !c.Failed() {
		return err
	}
	if several {
		return &env.RefusedError{Err: fmt.Errorf("the pre-flight of profile %s failed; nothing was changed", name)}
	}
	return &env.RefusedError{Err: errors.New("the pre-flight failed; nothing was changed")}
}

// tellClusters names the clusters that there are, where the pre-flight did not find the one that is wanted.
func (a *app) tellClusters(ctx context.Context, client *cloud.Client, report preflight.Report) {
	if cluster := report.Results[0]; report.Cluster.ARN != "" || cluster.Level != preflight.Fail {
		return
	}
	if names, err := client.ClusterNames(ctx); err == nil {
		a.Info("there is no cluster %q in %s%s", report.Cluster.Name, client.Region(), env.ThereAre(report.Cluster.Name, names))
	}
}

// withWays names what can be done about a profile that exists and is not as wanted.
func (a *app) withWays(err error, place env.Place, p fargate.Profile) error {
	var refusal *lifecycle.Refusal
	var gaveUp *lifecycle.Failed
	switch {
	case errors.As(err, &refusal) && refusal.Reason == lifecycle.Moved:
		return fmt.Errorf("%w; to resume: %s", err, a.Again())
	case errors.As(err, &refusal):
		return &env.RefusedError{Err: fmt.Errorf("%w\nprofiles cannot be changed; to put a new one in its place: %s …", err,
			a.On(place, "replace", env.FargateProfile, p.Name))}
	case errors.As(err, &gaveUp):
		return fmt.Errorf("%w\ndelete it first: %s", err, a.On(place, "delete", env.FargateProfile, p.Name))
	}
	return err
}

// createOne creates the profile, or goes on with one that is there already, and says what was done.
func (a *app) createOne(
	ctx context.Context, client *cloud.Client, place env.Place, c creation, wait bool,
) (made fargate.Profile, done string, err error) {
	p := c.Profile
	runner, stop := a.Runner(ctx, client)
	defer stop()
	made, err = runner.Create(ctx, c.Report, wait)
	onward := a.WaitCommand(env.Place{Cluster: p.Cluster, Region: client.Region()}, p.Name, "active")
	if err != nil {
		var unfinished *lifecycle.Unfinished
		if c.action == lifecycle.Keep {
			err = a.withWays(err, place, p)
		}
		if errors.As(err, &unfinished) && !unfinished.Accepted && c.action != lifecycle.Finish {
			onward = a.Again() // EKS has not taken the request, so there is nothing to wait for yet
		}
		return made, "", env.GoOn(err, onward)
	}
	switch {
	case c.action == lifecycle.Keep:
		return made, fmt.Sprintf("profile %s already exists with this configuration; nothing to do", p.Name), nil
	case made.Status == fargate.StatusActive:
		return made, fmt.Sprintf("profile %s is ACTIVE in cluster %s", p.Name, p.Cluster), nil
	case c.action == lifecycle.Finish:
		return made, fmt.Sprintf("profile %s is being created in cluster %s already", p.Name, p.Cluster), nil
	}
	return made, fmt.Sprintf("profile %s is being created in cluster %s; to wait for it: %s", p.Name, p.Cluster, onward), nil
}
