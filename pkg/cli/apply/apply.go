// Package apply holds the command that makes the profiles of a cluster those of a file.
package apply

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
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
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/plan"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// options are the flags of apply.
type options struct {
	declared.GoalFlags
	env.AnswerFlags
	env.TimeLimit
	kubernetes.DrainFlags
	podinput.PodFlags
	createRole bool
	settle     time.Duration
	skip       []string
	dryRun     bool
	output     string
}

// applyTime is the default of --timeout: ten profiles may want as many creations and deletions, of minutes each.
const applyTime = 3 * time.Hour

// NewCommand returns the command.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Make the Fargate profiles of a cluster those of a file, without a gap",
		Long: `Make the Fargate profiles of a cluster those of a file: create what is missing, tag in place, replace
what differs, and with --prune delete what the file does not have.

There is one plan for all profiles, checked as a whole before the first change and agreed to once. EKS
changes one profile of a cluster at a time; apply makes everything before it deletes anything, as far
as profile slots allow, so that no pod is without a profile and none is stopped twice. A run that was
killed is finished by the same command; one that another file has begun is refused with both ways on.

A profile of the file is found by its tag fgctl:applied, whatever the name of its last successor: web
of the file may live as web-3. With --keep-name, or the annotation fgctl/keep-name in the file's
metadata, replacements go through a temporary profile and the name stays. Fields that the file leaves
out stay as they are; tags are set and never removed. --prune deletes only profiles that apply made or
adopted; --prune=all, all that the file does not have.

With --drain pods leave a profile before it goes: successors sort before their originals (9-web), so that
new pods hit them, and the owners of the pods are restarted with kubectl, as replace --drain does it. The
plan names the pods that stay. Profiles that --prune deletes have no successor and are not drained.
With --price the plan says what the pods cost of profiles that go: those of --pods, or of --drain.

On a terminal apply asks. Without one it goes ahead when no pod is left without a profile, and wants
--yes otherwise (exit 3).`,
		Example: `  fgctl apply -f cluster.yaml

  # The plan only; then unattended. What left the file is deleted
  fgctl apply -f cluster.yaml --prune --dry-run
  fgctl apply -f cluster.yaml --prune --yes

  # Several files; profiles that eksctl made are taken over
  fgctl apply -f profiles/ --adopt -c demo`,
		Args: e.NoArguments,
		RunE: e.WithinOrAgain(&opts.TimeLimit, func(cmd *cobra.Command, _ []string) error {
			if err := opts.check(e, cmd); err != nil {
				return err
			}
			return run(cmd.Context(), e, opts)
		}),
		ValidArgsFunction: env.CompleteNothing,
	}
	opts.AddGoal(e, cmd)
	flags := cmd.Flags()
	flags.BoolVar(&opts.createRole, "create-pod-execution-role", false,
		"make a pod execution role for new profiles of which the files name none")
	flags.DurationVar(&opts.settle, "settle", 30*time.Second,
		"time for the scheduler to learn of an ACTIVE profile before another one is deleted")
	opts.AddDrain(cmd)
	env.AddSkipFlag(cmd, &opts.skip)
	opts.AddPods(cmd)
	flags.BoolVar(&opts.dryRun, "dry-run", false, "check everything, print the plan and change nothing")
	opts.AddAnswer(cmd)
	opts.AddTimeout(cmd, applyTime)
	flags.StringVarP(&opts.output, "output", "o", "", "print the result, or with --dry-run the plan, as json or yaml")
	env.MustComplete(cmd, "output", env.CompleteFixed(env.PlanFormats[1:]))
	return cmd
}

// check judges the flags, all faults at once.
func (o *options) check(e *env.Env, cmd *cobra.Command) error {
	faults := []error{
		e.NoneEmpty(cmd), o.CheckGoal(e, cmd), o.CheckPods(e, cmd, o.Drain, o.Files...), o.CheckTimeout(e, cmd),
		e.CheckSkips(cmd, o.skip), o.CheckAnswer(e, cmd), e.OneOf(cmd, "output", o.output, env.PlanFormats),
		o.CheckDrain(e, cmd, o.TimeLimit, o.KeepName, o.Pods),
	}
	if o.settle < 0 {
		faults = append(faults, e.InvalidValue(cmd, "settle", o.settle, "must not be negative"))
	}
	return errors.Join(faults...)
}

// application is one run of apply.
type application struct {
	*env.Env
	decision.Changes
	opts       options
	client     *cloud.Client
	kubernetes lifecycle.Kubernetes
	place      env.Place
}

// run decides what there is to do, checks it, shows it, asks, and does it.
func run(ctx context.Context, e *env.Env, opts options) error {
	goal, stated, err := declared.ReadGoal(ctx, e, opts.GoalFlags)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(goal.Entries, func(x decision.Entry) bool { return x.KeepName }); i >= 0 && opts.Drain {
		return env.Usagef("profile %s keeps its name by the file's annotation fgctl/keep-name, and --drain needs a "+
			"successor whose name sorts before; leave out one of the two", goal.Entries[i].Name)
	}
	client, place, err := e.Target(ctx, stated)
	if err != nil {
		return err
	}
	if err := opts.ReadRates(ctx, e, client.Region()); err != nil {
		return err
	}
	kubernetes, err := opts.Cluster(e, client, place)
	if err != nil {
		return err
	}
	goal.Cluster, goal.NewRole, goal.Drain = place.Cluster, opts.createRole, opts.Within()
	if slices.Contains(opts.skip, "slots") {
		goal.Slots = math.MaxInt32
	}
	stop := e.Asking(place.Cluster)
	changes, err := declared.Decide(ctx, e, client, place, goal)
	if stop(); err != nil {
		return err
	}
	a := application{Env: e, Changes: changes, opts: opts, client: client, place: place, kubernetes: kubernetes}
	if len(a.Turns) == 0 && !opts.dryRun {
		for _, p := range a.Others {
			if name := p.Tags[decision.TagApplied]; name != "" {
				now := ""
				if p.Name != name {
					now = fmt.Sprintf(" (now %s)", p.Name)
				}
				a.Info("%s is not in the file any more and stays%s; --prune deletes it", name, now)
			}
		}
		done := fmt.Sprintf("cluster %s has the profiles as the file says; nothing to do", place.Cluster)
		return a.show([]string{done}, nil)
	}
	agreed, err := a.agree(ctx)
	if err != nil || !agreed {
		return err
	}
	return a.do(ctx)
}

// agree checks everything that has to be made, shows the plan, and asks.
func (a *application) agree(ctx context.Context) (agreed bool, err error) {
	pods, err := a.opts.Gather(ctx, a.Env, plan.PodsOfAll(a.Changes))
	if err != nil {
		return false, err
	}
	a.Schedule(pods.Again())
	if err := a.check(ctx); err != nil {
		return false, err
	}
	p := plan.Apply(a.Changes, a.opts.settle, pods)
	if err := a.opts.AddDrains(ctx, p, a.kubernetes, a.Decisions...); err != nil {
		return false, err
	}
	if err := a.Present(p, a.opts.AnswerFlags, a.opts.dryRun, a.opts.output); err != nil || a.opts.dryRun {
		return false, err
	}
	if p.Uncovered && !a.opts.Yes && !a.Interactive() {
		return false, env.Refusef("pods would be left without a profile, as the plan says; nothing was changed; " +
			"say --yes if that is meant")
	}
	return true, a.Approve(ctx, p, a.opts.Yes, false, "Apply this plan?")
}

// check runs the pre-flight of everything that has to be made, all of them at once.
func (a *application) check(ctx context.Context) error {
	inputs, at := a.Checks(a.opts.skip, decision.RoleName(a.place.Cluster, a.client.Region()))
	stop := a.Asking(a.place.Cluster)
	reports, err := preflight.RunAll(ctx, a.client, inputs)
	if stop(); err != nil {
		return err
	}
	for i, report := range reports {
		d := a.Decisions[at[i]]
		if err := a.ShowChecks(report, len(reports) > 1); err != nil {
			return err
		}
		if d.Original != nil && d.Action == decision.Begin {
			if lost := decision.Lost(*d.Original); len(lost) > 0 {
				a.Warn("the successor cannot have the tags %s, which are AWS's own; what manages %s by them will not know it",
					strings.Join(lost, ", "), d.Name)
			}
		}
		if _, made := decision.RoleOf(report); made {
			a.Info("the pod execution role %s is made first", report.NewRole)
		}
		a.Decisions[at[i]] = d.Checked(report)
	}
	return a.PreflightFailed(reports...)
}

// do does what was agreed to, and says of each change that it is done.
func (a *application) do(ctx context.Context) error {
	runner, stop := a.Runner(ctx, a.client)
	defer stop()
	runner.Kubernetes = a.kubernetes
	var changes []plan.Change
	var printErr error
	err := runner.Apply(ctx, a.Changes, a.opts.settle, func(d decision.Decision, p fargate.Profile) {
		stop()
		changes = append(changes, plan.ChangeOf(d))
		if a.opts.output == "" {
			printErr = errors.Join(printErr, a.ShowProfiles("", nil, []string{a.done(d, p)}))
		}
	})
	stop()
	switch {
	case err == nil:
	case errors.As(err, new(*lifecycle.Unfinished)):
		err = env.GoOn(err, a.Again())
	default:
		err = fmt.Errorf("%w\n%d of %d changes are done\nfix this, then run: %s", a.Refused(err, a.place), len(changes),
			plan.Pending(plan.ChangesOf(a.Changes)), a.Again())
	}
	return errors.Join(err, printErr, a.show(nil, changes))
}

// done says what was done.
func (a *application) done(d decision.Decision, p fargate.Profile) string {
	switch {
	case d.Action == decision.Tag:
		return "profile " + p.Name + " has its new tags"
	case d.Action == decision.Drop:
		return fmt.Sprintf("profile %s is deleted from cluster %s", p.Name, a.place.Cluster)
	case d.Action == decision.Make:
		return fmt.Sprintf("profile %s is ACTIVE in cluster %s", p.Name, a.place.Cluster)
	case p.Name == d.Name:
		return fmt.Sprintf("profile %s is replaced in cluster %s, under its own name", p.Name, a.place.Cluster)
	}
	return fmt.Sprintf("profile %s is replaced by %s in cluster %s", d.Name, p.Name, a.place.Cluster)
}

// result is what apply did, for scripts. Its form is a public contract: fields may be added.
type result struct {
	Cluster string `json:"cluster"`
	// Done are the changes that were carried out, in their order.
	Done []plan.Change `json:"done"`
}

// show prints sentences, or for scripts the changes that were done.
func (a *application) show(sentences []string, changes []plan.Change) error {
	if changes == nil {
		changes = []plan.Change{}
	}
	if done, err := output.Encode(a.Streams.Out, a.opts.output, result{a.place.Cluster, changes}); done {
		return err
	}
	return a.ShowProfiles("", nil, sentences)
}
