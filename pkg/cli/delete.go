package cli

// This file holds delete: say what will lose its profile, ask, delete one after another, poll through
// DELETING.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/plan"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

type deleteOptions struct {
	env.WaitFlags
	answerFlags
	names          []string
	name           string
	all            bool
	configFile     string
	pods           []string
	ignoreNotFound bool
	dryRun         bool
	output         string
}

func newDeleteCommand(a *app) *cobra.Command {
	var opts deleteOptions
	cmd := &cobra.Command{
		Use:     env.FargateProfile + " NAME...",
		Aliases: env.FargateProfileAliases(),
		Short:   "Delete Fargate profiles, one after another",
		Long: `Delete Fargate profiles and wait until they are gone, one after another, as EKS wants it.

EKS stops the pods of a profile at once when it is deleted, whatever their PodDisruptionBudget says.
The plan says, selector by selector, whether the other ACTIVE profiles cover it wholly, in part or not
at all, with a pod that would be left without a profile. With --pods it says what becomes of
each workload: moves to another profile, becomes ambiguous, or stays Pending.

On a terminal delete asks: with y, or by typing the profile's name where pods would be left without one.
Without a terminal the command line is the answer. --fail-on uncovered stops before any pod loses its
profile. --dry-run prints the plan and changes nothing.

Several profiles are deleted in an order that moves no pod twice, where there is one. A profile that is DELETING already is
waited for; one in DELETE_FAILED is tried again. One that does not exist is an error (exit 1) unless
--ignore-not-found is given; a failure does not keep the others from being deleted.`,
		Example: `  fgctl delete fargateprofile web --cluster demo
  fgctl delete fp web batch -c demo --yes
  fgctl delete fp --all -c demo
  fgctl delete fp web -c demo --ignore-not-found --fail-on uncovered

  # What would become of the pods that run now
  kubectl get pods -A -o json | fgctl delete fp web -c demo --pods - --dry-run`,
		Args: cobra.ArbitraryArgs,
		RunE: a.WithinOrAgain(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			if err := opts.checkDelete(a, cmd, args); err != nil {
				return err
			}
			return runDelete(cmd.Context(), a, opts)
		}),
		ValidArgsFunction: a.CompleteProfiles,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	a.AddClusterFlag(cmd)
	flags.StringVar(&opts.name, "name", "", "name of the profile, instead of the argument")
	flags.StringVarP(&opts.configFile, "config-file", "f", "", "take cluster and region, and without names the profiles too, from this file; - reads stdin")
	flags.BoolVar(&opts.all, "all", false, "every Fargate profile of the cluster")
	a.addPodsFlag(cmd, &opts.pods)
	opts.AddWait(cmd, "the profiles are gone")
	flags.BoolVar(&opts.ignoreNotFound, "ignore-not-found", false, "a profile that does not exist is no error")
	flags.BoolVar(&opts.dryRun, "dry-run", false, "print the plan and delete nothing")
	opts.answerFlags.addTo(cmd)
	flags.StringVarP(&opts.output, "output", "o", "", "print the result, or with --dry-run the plan, as json or yaml")
	env.MustComplete(cmd, "output", env.CompleteFixed(planFormats[1:]))
	env.MustComplete(cmd, "name", a.CompleteProfiles)
	env.MustComplete(cmd, "config-file", env.CompleteFiles)
	return env.Verb("delete", "Delete Fargate profiles", cmd)
}

func (opts *deleteOptions) checkDelete(a *app, cmd *cobra.Command, args []string) error {
	faults := []error{
		a.NoneEmpty(cmd), opts.CheckTimeout(a.Env, cmd), checkFiles(cmd, opts.pods, opts.configFile), a.OneOf(cmd, "output", opts.output, planFormats),
		opts.answerFlags.check(a, cmd),
	}
	names := args
	if opts.name != "" {
		if len(args) > 0 && a.Given(cmd, "name") {
			faults = append(faults, &env.UsageError{Err: errors.New("names are given as arguments and with --name; give one of the two"), Command: cmd.CommandPath()})
		} else if len(args) == 0 {
			names = []string{opts.name}
		}
	}
	if slices.Contains(names, "") {
		faults = append(faults, &env.UsageError{Err: errors.New("a profile name is empty"), Command: cmd.CommandPath()})
	}
	if opts.all && len(names) > 0 {
		faults = append(faults, &env.UsageError{Err: errors.New("--all means every profile of the cluster; name none besides"), Command: cmd.CommandPath()})
	}
	if len(names) == 0 && opts.configFile == "" && !opts.all {
		faults = append(faults, &env.UsageError{Err: errors.New("no profile is named; give names, --all or -f FILE"), Command: cmd.CommandPath()})
	}
	for _, n := range names {
		if n != "" && !slices.Contains(opts.names, n) {
			opts.names = append(opts.names, n)
			faults = append(faults, fargate.ValidateNameForm(n).OrNil())
		}
	}
	return errors.Join(faults...)
}

// namesIn returns the names of the profiles of a file, those that create would give them where it states none.
func namesIn(file profilefile.File, path string) ([]string, error) {
	var out []string
	var faults fargate.Faults
	for _, entry := range file.Profiles {
		name := env.EntryName(entry)
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
		for _, f := range fargate.ValidateNameForm(name) {
			f.Field = env.EntryPlace(path, entry, f.Field)
			faults = append(faults, f)
		}
	}
	if len(out) == 0 {
		return nil, env.Usagef("%s holds no Fargate profile, and none is named", path)
	}
	return out, faults.OrNil()
}

func runDelete(ctx context.Context, a *app, opts deleteOptions) error {
	var stated env.Place
	var file profilefile.File
	var err error
	if opts.configFile != "" {
		if file, stated, err = a.ReadConfigFile(ctx, opts.configFile); err != nil {
			return err
		}
	}
	client, place, err := a.Target(ctx, stated)
	if err != nil {
		return err
	}
	cluster := place.Cluster
	if len(opts.names) == 0 && !opts.all {
		if opts.names, err = namesIn(file, opts.configFile); err != nil {
			return err
		}
	}
	profiles, err := client.Profiles(ctx, cluster)
	if err != nil {
		return env.ExplainNotFound(ctx, client, err, cluster, "")
	}
	runner, stop := a.Runner(ctx, client)
	defer stop()
	var found lifecycle.Selection
	if opts.all {
		found, err = runner.SelectAll(ctx, cluster, profiles)
	} else {
		found, err = runner.Select(ctx, cluster, profiles, opts.names, opts.ignoreNotFound)
	}
	if err != nil {
		return env.GoOn(err, opts.again(a))
	}
	stop()
	left := plan.Without(found.Profiles, found.Doomed...)
	missingErr := a.missingProfiles(opts, cluster, left, found.Missing)
	if len(found.Doomed) == 0 {
		if opts.all {
			a.Info("cluster %s has no Fargate profile; nothing to delete", cluster)
		}
		if opts.dryRun {
			return errors.Join(a.printPlan(plan.New(cluster, "none"), opts.output), missingErr)
		}
		return errors.Join(a.showDeletions(opts, cluster, nil, found.Missing), missingErr)
	}
	pods, err := a.gather(ctx, opts.pods, plan.NewPods(found.Profiles, left, fargate.Names(found.Doomed)...))
	if err != nil {
		return err
	}
	p, doomed := plan.Delete(cluster, found.Doomed, found.Profiles, pods)
	for _, s := range lifecycle.Torn(found.Profiles, doomed) {
		a.Warn("%s", a.UnfinishedReplacement(place, found.Profiles, s))
	}
	if err := a.present(p, opts.answerFlags, opts.dryRun, opts.output); err != nil {
		return err
	} else if opts.dryRun {
		return missingErr
	}
	if err := a.approve(ctx, p, opts.yes, fmt.Sprintf("Delete %s?", strings.Join(fargate.Names(doomed), ", "))); err != nil {
		return err
	}
	err = errors.Join(a.deleteAll(ctx, client, doomed, found.Missing, opts), missingErr)
	if err == nil && opts.all {
		err = a.noneLeft(ctx, client, cluster, doomed, opts)
	}
	return err
}

// missingProfiles is the error for names that do not exist, or nothing but a word about them.
func (a *app) missingProfiles(opts deleteOptions, cluster string, profiles []fargate.Profile, missing []string) error {
	var errs []error
	for _, name := range missing {
		if opts.ignoreNotFound {
			a.Info("cluster %s has no Fargate profile %s; nothing to delete", cluster, name)
			continue
		}
		others := env.ThereAre(name, fargate.Names(profiles))
		if len(profiles) == 0 && len(missing) < len(opts.names) {
			others = " besides these"
		}
		errs = append(errs, fmt.Errorf("cluster %s has no Fargate profile %q%s", cluster, name, others))
	}
	return errors.Join(errs...)
}

// deletionResult is what delete did, for scripts. Its form is a public contract: fields may be added.
type deletionResult struct {
	Cluster string `json:"cluster"`
	// Deleted are gone, or with --wait=false on their way.
	Deleted []string `json:"deleted"`
	// Failed were tried and stayed, or may have; NotTried were not.
	Failed   []deletionFailure `json:"failed"`
	NotTried []string          `json:"notTried"`
	// NotFound are names that no profile has.
	NotFound []string `json:"notFound"`
}

type deletionFailure struct {
	Profile string `json:"profile"`
	Error   string `json:"error"`
}

// deleteAll deletes one after another, tells what became of each, and returns the failures.
func (a *app) deleteAll(ctx context.Context, client *cloud.Client, doomed []fargate.Profile, missing []string, opts deleteOptions) error {
	runner, stop := a.Runner(ctx, client)
	defer stop()
	a.Ending.ResumeWith(opts.again(a))
	var printErr error
	results := runner.DeleteAll(ctx, doomed, opts.Wait, func(p fargate.Profile) {
		stop()
		done := fmt.Sprintf("profile %s is deleted from cluster %s", p.Name, p.Cluster)
		if !opts.Wait {
			done = fmt.Sprintf("profile %s is being deleted from cluster %s", p.Name, p.Cluster)
		}
		if opts.output == "" {
			printErr = errors.Join(printErr, a.ShowProfiles("", nil, []string{done}))
		}
	})
	stop()
	var errs []error
	var untried []string
	stuck := false
	for _, r := range results {
		var unfinished *lifecycle.Unfinished
		switch {
		case r.Untried:
			untried = append(untried, r.Profile.Name)
		case errors.As(r.Err, &unfinished):
			errs = append(errs, env.GoOn(r.Err, opts.again(a)))
		case r.Err != nil:
			stuck = true
			errs = append(errs, fmt.Errorf("profile %s was not deleted: %w", r.Profile.Name, r.Err))
		}
	}
	if stuck {
		errs = append(errs, fmt.Errorf("fix this, then run: %s", opts.again(a)))
	}
	if len(untried) > 0 {
		errs = append(errs, fmt.Errorf("not tried: %s", strings.Join(untried, ", ")))
	}
	if len(results) > 1 && len(errs) > 0 {
		a.Info("%d of %d profiles are deleted", len(results)-failed(results), len(results))
	}
	return errors.Join(append(errs, printErr, a.showDeletions(opts, doomed[0].Cluster, results, missing))...)
}

// again is the command line that goes on: what is gone by then is no error.
func (opts *deleteOptions) again(a *app) string {
	if opts.ignoreNotFound || opts.all || slices.Contains(a.Args, "--") {
		return a.Again()
	}
	return a.Again("--ignore-not-found")
}

func failed(results []lifecycle.Deletion) int {
	n := 0
	for _, r := range results {
		if r.Err != nil || r.Untried {
			n++
		}
	}
	return n
}

// showDeletions prints the result for scripts, where that is asked for.
func (a *app) showDeletions(opts deleteOptions, cluster string, results []lifecycle.Deletion, missing []string) error {
	out := deletionResult{Cluster: cluster, Deleted: []string{}, Failed: []deletionFailure{}, NotTried: []string{}, NotFound: append([]string{}, missing...)}
	for _, r := range results {
		switch {
		case r.Untried:
			out.NotTried = append(out.NotTried, r.Profile.Name)
		case r.Err != nil:
			out.Failed = append(out.Failed, deletionFailure{r.Profile.Name, r.Err.Error()})
		default:
			out.Deleted = append(out.Deleted, r.Profile.Name)
		}
	}
	switch opts.output {
	case "json":
		return output.JSON(a.Streams.Out, out)
	case "yaml":
		return output.YAML(a.Streams.Out, out)
	}
	return nil
}
