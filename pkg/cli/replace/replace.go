// Package replace holds the command that puts a changed profile in the place of another.
package replace

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/declared"
	"github.com/fgctl/fgctl/pkg/cli/env/kubernetes"
	"github.com/fgctl/fgctl/pkg/cli/env/podinput"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// options are the flags of replace.
type options struct {
	declared.ProfileFlags
	env.WaitFlags
	env.AnswerFlags
	kubernetes.DrainFlags
	podinput.PodFlags
	add      []string
	remove   []string
	newName  string
	keepName bool
	abort    bool
	settle   time.Duration
	skip     []string
	dryRun   bool
	output   string
}

// NewCommand returns the command that holds replace fargateprofile.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:     env.FargateProfile + " NAME",
		Aliases: env.FargateProfileAliases(),
		Short:   "Replace a Fargate profile by a changed one, without a gap",
		Long: `Replace a Fargate profile, which EKS cannot change, by a successor.

The successor inherits everything that no flag changes. It is created and ACTIVE, and the scheduler has
had --settle to learn of it, before the original is deleted; a successor that fails is removed and the
original stays. Deleting the original stops its pods at once; their replacements hit the successor.

The successor is named after the original (web, web-2, web-3) or by --new-name; --keep-name goes through
a temporary profile, four transitions instead of two, so that the name stays. What is under way is kept
in tags of the successor: the same command finishes a run that was interrupted, --abort undoes it as
long as the original lives.

With --drain the successor has a name that sorts before the original's (9-web, then 8-web), so that new
pods hit it while both are there. The owners of the original's pods are then restarted with kubectl
rollout restart, one after another, each waited for; an owner whose restart would break a
PodDisruptionBudget is left, and so are pods that are pinned to the original, that nothing makes again, or
whose kind kubectl cannot restart. The plan names them all. The original is deleted when it has no pods,
or after --drain-timeout; a rollout that fails keeps it.

The plan shows the steps, and for every selector of the original whether the profiles that are left cover
it, with a pod that loses its profile; --pods says what becomes of the pods that run now, and --price
what they, or those that are drained, cost. On a terminal replace asks: with y, or by typing the
profile's name where pods would be left without one. Without a terminal it goes ahead when the successor
covers all that the original covered, and wants --yes otherwise (exit 3). --dry-run prints the plan only.
A change of tags alone is made in place.`,
		Example: `  # Other selectors
  fgctl replace fargateprofile web --cluster demo --selector 'namespace=web*'

  # One selector more, one less
  fgctl replace fargateprofile web -c demo --add-selector namespace=api --remove-selector namespace=old

  # Other subnets, under the same name, unattended
  fgctl replace fargateprofile web -c demo --subnets subnet-0aaa0000000000001 --keep-name --yes

  # Pods move one workload after another before the original goes
  fgctl replace fargateprofile web -c demo --subnets subnet-0aaa0000000000001 --drain --dry-run
  fgctl replace fargateprofile web -c demo --subnets subnet-0aaa0000000000001 --drain --yes

  # The plan only; and back out of an unfinished run
  fgctl replace fargateprofile web -c demo --namespace web --dry-run
  fgctl replace fargateprofile web -c demo --abort`,
		Args: cobra.ArbitraryArgs,
		RunE: e.WithinOrAgain(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			change, err := opts.check(e, cmd, args)
			if err != nil {
				return err
			}
			return run(cmd.Context(), e, opts, change)
		}),
		ValidArgsFunction: e.CompleteOneProfile,
	}
	opts.AddProfile(e, cmd)
	flags := cmd.Flags()
	for name, usage := range map[string]string{ // what is a default of create is the original's here
		"namespace": "namespace of one selector, in the place of the original's selectors; * and ? are " +
			"wildcards",
		"selector": "a whole selector, as namespace=web,app=api,tier=*, in the place of the original's; " +
			"repeatable",
		"tags":                   "AWS tags to set, as key=value,key=value; others stay as they are",
		"subnets":                "private subnets; by default the original's",
		"pod-execution-role-arn": "pod execution role; by default the original's",
		"config-file": "read the profile of that name from a ClusterConfig, or from the output of get; - " +
			"reads stdin",
	} {
		flags.Lookup(name).Usage = usage
	}
	flags.StringArrayVar(&opts.add, "add-selector", nil,
		"a selector that the successor has besides the original's; repeatable")
	flags.StringArrayVar(&opts.remove, "remove-selector", nil,
		"a selector of the original that the successor does not have; repeatable")
	flags.StringVar(&opts.newName, "new-name", "", "new name (default: NAME-2, NAME-3, …)")
	flags.BoolVar(&opts.keepName, "keep-name", false, "go through a temporary profile, so that the name stays")
	flags.BoolVar(&opts.abort, "abort", false,
		"undo an unfinished replacement: delete the successor, keep the original")
	flags.DurationVar(&opts.settle, "settle", 30*time.Second,
		"time for the scheduler to learn of an ACTIVE profile before the other is deleted")
	opts.AddDrain(cmd)
	opts.AddWait(cmd, "the original is gone; without it replace ends when EKS has accepted the last deletion")
	env.AddSkipFlag(cmd, &opts.skip)
	opts.AddPods(cmd)
	flags.BoolVar(&opts.dryRun, "dry-run", false, "print the plan and the request, and change nothing")
	opts.AddAnswer(cmd)
	env.AddOutputFlag(cmd, &opts.output)
	flags.Lookup("output").Usage += "; with --dry-run the plan, as json or yaml"
	env.MustComplete(cmd, "remove-selector", e.CompleteSelectors)
	env.MustComplete(cmd, "new-name", env.CompleteNothing)
	return e.Verb("replace", "Replace a Fargate profile by a changed one", cmd)
}

// check judges the flags, all faults at once.
func (o *options) check(e *env.Env, cmd *cobra.Command, args []string) (fargate.Change, error) {
	name, nameErr := e.OneName(cmd, args, o.Name)
	faults := []error{
		nameErr, e.NoneEmpty(cmd), o.CheckTimeout(e, cmd), e.CheckOutputFlag(cmd, o.output), e.CheckSkips(cmd, o.skip),
		o.CheckPods(e, cmd, o.Drain, o.ConfigFile), o.onlyFile(e, cmd), o.CheckAnswer(e, cmd),
		o.CheckDrain(e, cmd, o.TimeLimit, o.keepName, o.Pods),
	}
	usage := func(format string, args ...any) { faults = append(faults, env.UsageOf(cmd, format, args...)) }
	if o.dryRun && !slices.Contains(env.PlanFormats, o.output) {
		usage("--dry-run prints a plan, so --output is json or yaml, not %s", o.output)
	}
	switch o.Name = name; {
	case name != "":
		faults = append(faults, env.CheckNames(name))
	case nameErr == nil && o.ConfigFile != "":
		usage("no profile is named; name the one that is to become as the file says")
	case nameErr == nil:
		usage("no profile is named; give the name of the one to replace")
	}
	if o.settle < 0 {
		faults = append(faults, e.InvalidValue(cmd, "settle", o.settle, "must not be negative"))
	}
	if o.keepName && o.newName != "" {
		usage("--keep-name and --new-name %s exclude each other; give one of them", o.newName)
	}
	if o.newName == name && name != "" {
		usage("--new-name %s is the name of the original; use --keep-name to keep it", name)
	} else if o.Drain && o.newName != "" && !fargate.SortsBefore(o.newName, name) {
		usage("--new-name %s does not sort before %s, so that new pods would hit %s "+
			"again; leave it out for a name that does", o.newName, name, name)
	}
	c, inputFaults := o.change()
	if o.abort && (!c.Empty() || o.CreateRole || o.newName != "" || o.keepName || o.Drain) {
		usage("--abort undoes a replacement and takes no change; leave out the flags that describe one")
	}
	return c, errors.Join(append(faults, inputFaults)...)
}

// change reads the flags that describe the successor.
func (o *options) change() (fargate.Change, error) {
	var c fargate.Change
	var faults, more fargate.Faults
	c.Wanted, faults = o.Profile()
	c.Add, more = declared.ParseSelectors("--add-selector", o.add)
	faults = append(faults, more...)
	c.Remove, more = declared.ParseSelectors("--remove-selector", o.remove)
	faults = append(faults, more...)
	if len(c.Wanted.Selectors) > 0 && len(o.add)+len(o.remove) > 0 {
		faults = append(faults, fargate.Fault{
			Field: "--add-selector", Message: "this and --remove-selector change the original's selectors, while " +
				"--selector, --namespace and --labels state all of them",
			Hint: "use one of the two ways",
		})
	}
	if o.CreateRole && o.Role != "" {
		faults = append(faults, fargate.Fault{
			Field:   "--create-pod-execution-role",
			Message: "--pod-execution-role-arn names a role already", Hint: "give one of them",
		})
	}
	if o.newName != "" {
		for _, f := range fargate.ValidateName(o.newName) {
			f.Field = "--new-name"
			faults = append(faults, f)
		}
	}
	// What the flags give is judged at once; the rest is the original's, which EKS has taken.
	probe := c.Wanted.Clone()
	probe.Name = "probe"
	probe.Selectors = append(probe.Selectors, c.Add...)
	if len(probe.Selectors) == 0 {
		probe.Selectors = []fargate.Selector{{Namespace: "probe"}}
	}
	judged, _ := fargate.Validate(probe)
	faults = append(faults, judged...)
	return c, faults.OrNil()
}

// run decides what there is to do, shows it, asks, and does it.
func run(ctx context.Context, e *env.Env, opts options, c fargate.Change) error {
	var stated env.Place
	if opts.ConfigFile != "" {
		file, place, err := declared.ReadFile(ctx, e, opts.ConfigFile)
		if err != nil {
			return err
		}
		if c, err = opts.fromFile(file.Profiles); err != nil {
			return err
		}
		stated = place
	}
	client, place, err := e.Target(ctx, stated)
	if err != nil {
		return err
	}
	if err := opts.ReadRates(ctx, e, client.Region()); err != nil {
		return err
	}
	stop := e.Asking(place.Cluster)
	profiles, err := client.Profiles(ctx, place.Cluster)
	if stop(); err != nil {
		return env.ExplainNotFound(ctx, client, err, place.Cluster, "")
	}
	r := replacement{Env: e, opts: opts, client: client, place: place}
	if r.kubernetes, err = opts.Cluster(e, client, place); err != nil {
		return err
	}
	if err := r.decide(ctx, profiles, c); err != nil {
		return r.Refused(err, r.place)
	}
	if r.Action == decision.Missing {
		return fmt.Errorf("cluster %s has no Fargate profile %q%s",
			place.Cluster, opts.Name, env.ThereAre(opts.Name, fargate.Names(r.Profiles)))
	}
	return r.run(ctx)
}

// decide finds what there is to do.
func (r *replacement) decide(ctx context.Context, profiles []fargate.Profile, c fargate.Change) (err error) {
	runner, stop := r.Runner(ctx, r.client)
	defer stop()
	r.Decision, err = runner.Decide(ctx, r.place.Cluster, profiles, decision.Wish{
		Name: r.opts.Name, Change: c, NewName: r.opts.newName, KeepName: r.opts.keepName,
		NewRole: r.opts.CreateRole, Abort: r.opts.abort, Drain: r.opts.Within(),
	})
	return env.GoOn(err, r.Again())
}

// replacement is one run of replace after everything was read and decided.
type replacement struct {
	*env.Env
	decision.Decision
	opts       options
	client     *cloud.Client
	kubernetes lifecycle.Kubernetes
	place      env.Place
}
