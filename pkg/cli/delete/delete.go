// Package delete holds the command that deletes profiles, one after another.
package delete

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
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/plan"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// options are the flags of delete.
type options struct {
	env.WaitFlags
	env.AnswerFlags
	env.PodFlags
	names          []string
	name           string
	all            bool
	configFile     string
	ignoreNotFound bool
	deleteRole     bool
	dryRun         bool
	output         string
}

// NewCommand returns the command that holds delete fargateprofile.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:     env.FargateProfile + " NAME...",
		Aliases: env.FargateProfileAliases(),
		Short:   "Delete Fargate profiles, one after another",
		Long: `Delete Fargate profiles and wait until they are gone, one after another, as EKS wants it.

EKS stops the pods of a profile at once when it is deleted, whatever their PodDisruptionBudget says.
The plan says, selector by selector, whether the other ACTIVE profiles cover it wholly, in part or not
at all, with a pod that would be left without a profile. With --pods it says what becomes of
each workload: moves to another profile, becomes ambiguous, or stays Pending; with --price what it costs.

On a terminal delete asks: with y, or by typing the profile's name where pods would be left without one,
or the cluster's name for --all.
Without a terminal the command line is the answer. --fail-on uncovered stops before any pod loses its
profile. --dry-run prints the plan and changes nothing.

Several profiles are deleted in an order that moves no pod twice, where there is one. A profile that is
DELETING already is waited for; one in DELETE_FAILED is tried again. One that does not exist is an error
(exit 1) unless --ignore-not-found is given; a failure does not keep the others from being deleted.

A pod execution role that fgctl made, by its tag fgctl:cluster, and that no profile of the cluster uses any
more is named. With --delete-pod-execution-role it is removed, unless a profile of any cluster of the
region that can be read has it, or policies that fgctl did not give it; without names the role alone.`,
		Example: `  fgctl delete fargateprofile web --cluster demo
  fgctl delete fp web batch -c demo --yes
  fgctl delete fp --all -c demo
  fgctl delete fp web -c demo --ignore-not-found --fail-on uncovered

  # The last profile goes, and the role that fgctl made for the cluster with it
  fgctl delete fp web -c demo --delete-pod-execution-role

  # What would become of the pods that run now
  kubectl get pods -A -o json | fgctl delete fp web -c demo --pods - --dry-run`,
		Args: cobra.ArbitraryArgs,
		RunE: e.WithinOrAgain(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			if err := opts.check(e, cmd, args); err != nil {
				return err
			}
			return run(cmd.Context(), e, opts)
		}),
		ValidArgsFunction: e.CompleteProfiles,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	e.AddClusterFlag(cmd)
	e.AddNameFlag(cmd, &opts.name)
	flags.StringVarP(&opts.configFile, "config-file", "f", "",
		"take cluster and region, and without names the profiles too, from this file; - reads stdin")
	flags.BoolVar(&opts.all, "all", false, "every Fargate profile of the cluster")
	opts.AddPods(cmd)
	opts.AddWait(cmd, "the profiles are gone")
	flags.BoolVar(&opts.ignoreNotFound, "ignore-not-found", false, "a profile that does not exist is no error")
	flags.BoolVar(&opts.deleteRole, "delete-pod-execution-role", false,
		"remove the pod execution roles that fgctl made and that no profile uses any more")
	flags.BoolVar(&opts.dryRun, "dry-run", false, "print the plan and delete nothing")
	opts.AddAnswer(cmd)
	flags.StringVarP(&opts.output, "output", "o", "", "print the result, or with --dry-run the plan, as json or yaml")
	env.MustComplete(cmd, "output", env.CompleteFixed(env.PlanFormats[1:]))
	env.MustComplete(cmd, "config-file", env.CompleteFiles)
	return e.Verb("delete", "Delete Fargate profiles", cmd)
}

// check judges the flags and names, all faults at once.
func (o *options) check(e *env.Env, cmd *cobra.Command, args []string) error {
	faults := []error{
		e.NoneEmpty(cmd), o.CheckTimeout(e, cmd), o.CheckPods(e, cmd, false, o.configFile),
		e.OneOf(cmd, "output", o.output, env.PlanFormats), o.CheckAnswer(e, cmd),
	}
	usage := func(text string) { faults = append(faults, env.UsageOf(cmd, "%s", text)) }
	names, err := e.Names(cmd, args, o.name)
	faults = append(faults, err)
	if o.all && len(names) > 0 {
		usage(fmt.Sprintf("--all means every profile of the cluster; leave out %s, or --all", strings.Join(names, " ")))
	}
	if o.deleteRole && !o.Wait {
		usage("--delete-pod-execution-role needs the profiles gone; leave out --wait=false")
	}
	if err == nil && len(names) == 0 && o.configFile == "" && !o.all && !o.deleteRole {
		usage("no profile is named; give names, --all or -f FILE")
	}
	o.names = names
	for _, n := range names {
		faults = append(faults, fargate.ValidateNameForm(n).OrNil())
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

// run shows the plan, asks, and deletes.
func run(ctx context.Context, e *env.Env, opts options) error {
	client, place, err := opts.target(ctx, e)
	if err != nil {
		return err
	}
	cluster := place.Cluster
	stop := e.Asking(cluster)
	found, err := opts.selected(ctx, e, client, cluster)
	if stop(); err != nil {
		return err
	}
	left := fargate.Without(found.Profiles, found.Doomed...)
	missingErr := missingProfiles(e, opts, cluster, left, found.Missing)
	uses, err := opts.roles(ctx, e, client, cluster, found.Doomed)
	if err != nil {
		return errors.Join(env.GoOn(err, opts.again(e)), missingErr)
	}
	roles := opts.planned(uses)
	if len(found.Doomed)+len(roles) == 0 {
		return errors.Join(nothingToDo(e, opts, cluster, found.Missing), missingErr)
	}
	pods, err := opts.Gather(ctx, e, plan.NewPods(found.Profiles, left, fargate.Names(found.Doomed)...))
	if err != nil {
		return err
	}
	p, doomed := plan.Delete(cluster, found.Doomed, found.Profiles, pods)
	if !opts.Wait {
		p.WithoutWait()
	}
	p.Roles = roles
	for _, s := range decision.Torn(found.Profiles, doomed) {
		e.Warn("%s", e.UnfinishedReplacement(place, found.Profiles, s))
	}
	if err := e.Present(p, opts.AnswerFlags, opts.dryRun, opts.output); err != nil {
		return err
	} else if opts.dryRun {
		return missingErr
	}
	if err := e.Approve(ctx, p, opts.Yes, opts.all, question(doomed, roles)); err != nil {
		return err
	}
	results, err := deleteAll(ctx, e, client, place, doomed, opts)
	removed := []string{}
	if err == nil {
		removed, err = opts.removeRoles(ctx, e, client, place, doomed, roles)
		err = env.GoOn(err, opts.again(e))
	}
	err = errors.Join(err, showDeletions(e, opts, cluster, results, found.Missing, removed), missingErr)
	if err == nil && opts.all {
		err = noneLeft(ctx, e, client, cluster, doomed, opts)
	}
	return err
}

// target returns where the profiles are. Names that none of the flags state are taken from the file.
func (o *options) target(ctx context.Context, e *env.Env) (*cloud.Client, env.Place, error) {
	var stated env.Place
	var file profilefile.File
	var err error
	if o.configFile != "" {
		if file, stated, err = e.ReadConfigFile(ctx, o.configFile); err != nil {
			return nil, stated, err
		}
	}
	client, place, err := e.Target(ctx, stated)
	if err == nil && o.configFile != "" && len(o.names) == 0 && !o.all {
		o.names, err = namesIn(file, o.configFile)
	}
	if err != nil {
		return nil, place, err
	}
	return client, place, o.ReadRates(ctx, e, client.Region())
}

// selected reads the cluster's profiles and finds those that are to go.
func (o *options) selected(
	ctx context.Context, e *env.Env, client *cloud.Client, cluster string,
) (found lifecycle.Selection, err error) {
	profiles, err := client.Profiles(ctx, cluster)
	if roleAlone := o.deleteRole && !o.all && len(o.names) == 0; roleAlone && cloud.NoCluster(err) {
		err = nil // its role may be left all the same
	}
	if err != nil {
		return found, env.ExplainNotFound(ctx, client, err, cluster, "")
	}
	runner, stop := e.Runner(ctx, client)
	defer stop()
	if o.all {
		found, err = runner.SelectAll(ctx, cluster, profiles)
	} else {
		found, err = runner.Select(ctx, cluster, profiles, o.names, o.ignoreNotFound)
	}
	stop()
	if err == nil && o.all && len(found.Doomed) == 0 {
		e.Info("cluster %s has no Fargate profile; nothing to delete", cluster)
	}
	return found, env.GoOn(err, o.again(e))
}

// nothingToDo says so, in the form that was asked for.
func nothingToDo(e *env.Env, opts options, cluster string, missing []string) error {
	if opts.deleteRole {
		e.Info("cluster %s has no pod execution role that fgctl made; nothing to remove", cluster)
	}
	if opts.dryRun {
		return e.PrintPlan(plan.New(cluster, "none"), opts.output)
	}
	return showDeletions(e, opts, cluster, nil, missing, []string{})
}

// missingProfiles is the error for names that do not exist, or nothing but a word about them.
func missingProfiles(e *env.Env, opts options, cluster string, profiles []fargate.Profile, missing []string) error {
	var errs []error
	for _, name := range missing {
		if opts.ignoreNotFound {
			e.Info("cluster %s has no Fargate profile %s; nothing to delete", cluster, name)
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

// deleteAll deletes one after another, reports what became of each, and returns the failures, also as one error.
func deleteAll(
	ctx context.Context, e *env.Env, client *cloud.Client, place env.Place, doomed []fargate.Profile, opts options,
) ([]lifecycle.Deletion, error) {
	runner, stop := e.Runner(ctx, client)
	defer stop()
	e.Ending.ResumeWith(opts.again(e))
	var printErr error
	results := runner.DeleteAll(ctx, doomed, opts.Wait, func(p fargate.Profile) {
		stop()
		done := fmt.Sprintf("profile %s is deleted from cluster %s", p.Name, p.Cluster)
		if !opts.Wait {
			done = fmt.Sprintf("profile %s is being deleted from cluster %s", p.Name, p.Cluster)
			e.TellWait(p.Name, e.WaitCommand(place, p.Name, "deleted"))
		}
		if opts.output == "" {
			printErr = errors.Join(printErr, e.ShowProfiles("", nil, []string{done}))
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
			errs = append(errs, env.GoOn(r.Err, opts.again(e)))
		case r.Err != nil:
			stuck = true
			errs = append(errs, fmt.Errorf("profile %s was not deleted: %w", r.Profile.Name, r.Err))
		}
	}
	if stuck {
		errs = append(errs, fmt.Errorf("fix this, then run: %s", opts.again(e)))
	}
	if len(untried) > 0 {
		errs = append(errs, fmt.Errorf("not tried: %s", strings.Join(untried, ", ")))
	}
	if len(results) > 1 && len(errs) > 0 {
		e.Info("%d of %d profiles are deleted", len(results)-failed(results), len(results))
	}
	return results, errors.Join(append(errs, printErr)...)
}

// again is the command line that goes on: what is gone by then is no error.
func (o *options) again(e *env.Env) string {
	if o.ignoreNotFound || o.all || slices.Contains(e.Args, "--") {
		return e.Again()
	}
	return e.Again("--ignore-not-found")
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

// noneLeft looks whether --all was all: what the list lacked that the plan was made from, was not agreed to. The
// profiles of the plan are accounted for already.
func noneLeft(ctx context.Context, e *env.Env, client *cloud.Client, cluster string, doomed []fargate.Profile,
	opts options,
) error {
	runner, stop := e.Runner(ctx, client)
	defer stop()
	left, err := runner.Left(ctx, cluster, doomed)
	stop()
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("cluster %s still has Fargate profiles that the plan did not show: %s\nto delete them: %s",
			cluster, strings.Join(fargate.Names(left), ", "), opts.again(e))
	}
	return err
}
