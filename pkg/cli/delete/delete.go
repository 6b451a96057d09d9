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
	"github.com/fgctl/fgctl/pkg/cli/env/declared"
	"github.com/fgctl/fgctl/pkg/cli/env/podinput"
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
	podinput.PodFlags
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
	flags.VarP((*env.Once)(&opts.configFile), "config-file", "f",
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
	usage := func(format string, args ...any) { faults = append(faults, env.UsageOf(cmd, format, args...)) }
	names, err := e.Names(cmd, args, o.name)
	faults = append(faults, err)
	if o.all && len(names) > 0 {
		usage("--all means every profile of the cluster; leave out %s, or --all", strings.Join(names, " "))
	}
	if o.deleteRole && !o.Wait {
		usage("--delete-pod-execution-role needs the profiles gone; leave out --wait=false")
	}
	if err == nil && len(names) == 0 && o.configFile == "" && !o.all && !o.deleteRole {
		usage("no profile is named; give names, --all or -f FILE")
	}
	o.names = names
	return errors.Join(append(faults, env.CheckNames(names...))...)
}

// namesIn returns the names of the profiles of a file, those that create would give them where it states none.
func namesIn(file profilefile.File, path string) ([]string, error) {
	var out []string
	var faults fargate.Faults
	for _, entry := range file.Profiles {
		name := declared.EntryName(entry)
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
		for _, f := range fargate.ValidateNameForm(name) {
			f.Field = declared.EntryPlace(path, entry, f.Field)
			faults = append(faults, f)
		}
	}
	if len(out) == 0 {
		return nil, env.Usagef("%s holds no Fargate profile, and none is named", path)
	}
	return out, faults.OrNil()
}

// deletion is one run of delete.
type deletion struct {
	*env.Env
	opts   options
	client *cloud.Client
	place  env.Place
	// found is what there is to delete, in the plan's order once there is one.
	found lifecycle.Selection
}

// run shows the plan, asks, and deletes.
func run(ctx context.Context, e *env.Env, opts options) error {
	d := &deletion{Env: e, opts: opts}
	if err := d.target(ctx); err != nil {
		return err
	}
	stop := e.Asking(d.place.Cluster)
	err := d.choose(ctx)
	if stop(); err != nil {
		return err
	}
	left := fargate.Without(d.found.Profiles, d.found.Doomed...)
	missing := d.missing(left)
	uses, err := d.roles(ctx)
	if err != nil {
		return errors.Join(env.GoOn(err, d.again()), missing)
	}
	roles := d.planned(uses)
	if len(d.found.Doomed)+len(roles) == 0 {
		return errors.Join(d.nothingToDo(), missing)
	}
	pods, err := d.opts.Gather(ctx, e, plan.NewPods(d.found.Profiles, left, fargate.Names(d.found.Doomed)...))
	if err != nil {
		return err
	}
	p, doomed := plan.Delete(d.place.Cluster, d.found.Doomed, d.found.Profiles, pods)
	d.found.Doomed = doomed
	if !d.opts.Wait {
		p.WithoutWait()
	}
	p.Roles = roles
	for _, s := range decision.Torn(d.found.Profiles, doomed) {
		e.Warn("%s", e.UnfinishedReplacement(d.place, d.found.Profiles, s))
	}
	if err := e.Present(p, d.opts.AnswerFlags, d.opts.dryRun, d.opts.output); err != nil {
		return err
	} else if d.opts.dryRun {
		return missing
	}
	if err := e.Approve(ctx, p, d.opts.Yes, d.opts.all, d.question(roles)); err != nil {
		return err
	}
	results, err := d.deleteAll(ctx)
	removed := []string{}
	if err == nil {
		removed, err = d.removeRoles(ctx, roles)
		err = env.GoOn(err, d.again())
	}
	err = errors.Join(err, d.show(results, removed), missing)
	if err == nil && d.opts.all {
		err = d.noneLeft(ctx)
	}
	return err
}

// target finds where the profiles are. Names that none of the flags state are taken from the file.
func (d *deletion) target(ctx context.Context) (err error) {
	var stated env.Place
	var file profilefile.File
	if d.opts.configFile != "" {
		if file, stated, err = declared.ReadFile(ctx, d.Env, d.opts.configFile); err != nil {
			return err
		}
	}
	d.client, d.place, err = d.Target(ctx, stated)
	if err == nil && d.opts.configFile != "" && len(d.opts.names) == 0 && !d.opts.all {
		d.opts.names, err = namesIn(file, d.opts.configFile)
	}
	if err != nil {
		return err
	}
	return d.opts.ReadRates(ctx, d.Env, d.client.Region())
}

// choose reads the cluster's profiles and finds those that are to go.
func (d *deletion) choose(ctx context.Context) error {
	cluster, opts := d.place.Cluster, d.opts
	profiles, err := d.client.Profiles(ctx, cluster)
	if roleAlone := opts.deleteRole && !opts.all && len(opts.names) == 0; roleAlone && cloud.NoCluster(err) {
		err = nil // its role may be left all the same
	}
	if err != nil {
		return env.ExplainNotFound(ctx, d.client, err, cluster, "")
	}
	runner, stop := d.Runner(ctx, d.client)
	if opts.all {
		d.found, err = runner.SelectAll(ctx, cluster, profiles)
	} else {
		d.found, err = runner.Select(ctx, cluster, profiles, opts.names, opts.ignoreNotFound)
	}
	stop()
	if err == nil && opts.all && len(d.found.Doomed) == 0 {
		d.Info("cluster %s has no Fargate profile; nothing to delete", cluster)
	}
	return env.GoOn(err, d.again())
}

// nothingToDo says so, in the form that was asked for.
func (d *deletion) nothingToDo() error {
	if d.opts.deleteRole {
		d.Info("cluster %s has no pod execution role that fgctl made; nothing to remove", d.place.Cluster)
	}
	if d.opts.dryRun {
		return d.PrintPlan(plan.New(d.place.Cluster, "none"), d.opts.output)
	}
	return d.show(nil, []string{})
}

// missing returns an error that names the profiles that do not exist; with --ignore-not-found it only says so. left are
// the profiles that stay.
func (d *deletion) missing(left []fargate.Profile) error {
	var errs []error
	for _, name := range d.found.Missing {
		if d.opts.ignoreNotFound {
			d.Info("cluster %s has no Fargate profile %s; nothing to delete", d.place.Cluster, name)
			continue
		}
		others := env.ThereAre(name, fargate.Names(left))
		if len(left) == 0 && len(d.found.Missing) < len(d.opts.names) {
			others = " besides these"
		}
		errs = append(errs, fmt.Errorf("cluster %s has no Fargate profile %q%s", d.place.Cluster, name, others))
	}
	return errors.Join(errs...)
}

// deleteAll deletes one after another, reports what became of each, and returns the failures, also as one error.
func (d *deletion) deleteAll(ctx context.Context) ([]lifecycle.Deletion, error) {
	runner, stop := d.Runner(ctx, d.client)
	defer stop()
	d.Ending.ResumeWith(d.again())
	var printErr error
	results := runner.DeleteAll(ctx, d.found.Doomed, d.opts.Wait, func(p fargate.Profile) {
		stop()
		done := fmt.Sprintf("profile %s is deleted from cluster %s", p.Name, p.Cluster)
		if !d.opts.Wait {
			done = fmt.Sprintf("profile %s is being deleted from cluster %s", p.Name, p.Cluster)
			d.TellWait(p.Name, d.WaitCommand(d.place, p.Name, "deleted"))
		}
		if d.opts.output == "" {
			printErr = errors.Join(printErr, d.ShowProfiles("", nil, []string{done}))
		}
	})
	stop()
	var errs []error
	var untried []string
	done, stuck := 0, false
	for _, r := range results {
		switch {
		case r.Untried:
			untried = append(untried, r.Profile.Name)
		case errors.As(r.Err, new(*lifecycle.Unfinished)):
			errs = append(errs, env.GoOn(r.Err, d.again()))
		case r.Err != nil:
			stuck = true
			errs = append(errs, fmt.Errorf("profile %s was not deleted: %w", r.Profile.Name, r.Err))
		default:
			done++
		}
	}
	if stuck {
		errs = append(errs, fmt.Errorf("fix this, then run: %s", d.again()))
	}
	if len(untried) > 0 {
		errs = append(errs, fmt.Errorf("not tried: %s", strings.Join(untried, ", ")))
	}
	if len(results) > 1 && len(errs) > 0 {
		d.Info("%d of %d profiles are deleted", done, len(results))
	}
	return results, errors.Join(append(errs, printErr)...)
}

// again is the command line that goes on: what is gone by then is no error.
func (d *deletion) again() string {
	if d.opts.ignoreNotFound || d.opts.all || slices.Contains(d.Args, "--") {
		return d.Again()
	}
	return d.Again("--ignore-not-found")
}

// noneLeft looks whether --all was all: what the list lacked that the plan was made from, was not agreed to. The
// profiles of the plan are accounted for already.
func (d *deletion) noneLeft(ctx context.Context) error {
	runner, stop := d.Runner(ctx, d.client)
	left, err := runner.Left(ctx, d.place.Cluster, d.found.Doomed)
	stop()
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("cluster %s still has Fargate profiles that the plan did not show: %s\nto delete them: %s",
			d.place.Cluster, strings.Join(fargate.Names(left), ", "), d.again())
	}
	return err
}
