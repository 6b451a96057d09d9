package replace

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/plan"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// run shows what was decided, asks for it, and does it.
func (r *replacement) run(ctx context.Context) error {
	switch r.Action {
	case decision.Begin:
		if err := r.check(ctx); err != nil {
			return err
		}
	case decision.Finish:
		r.Info("an unfinished replacement of %s by %s was found (%s is %s)", r.Name, r.Wanted.Name, r.Wanted.Name,
			r.Wanted.Status)
	case decision.Tag:
		r.Info("only tags differ; they are changed in place, without a replacement")
	case decision.Keep:
		if r.opts.dryRun {
			r.Info("%s", r.done(r.Wanted))
		}
	case decision.Missing, decision.Settle, decision.Undo:
	}
	if agreed, err := r.agree(ctx); !agreed || err != nil {
		return err
	}
	made, err := r.do(ctx)
	if err != nil {
		return err
	}
	return r.ShowProfiles(r.opts.output, []fargate.Profile{made}, []string{r.done(made)})
}

// agree shows the plan and asks, where something will be done that has to be agreed to.
func (r *replacement) agree(ctx context.Context) (agreed bool, err error) {
	if !r.opts.dryRun && r.question() == "" {
		return true, nil
	}
	p := plan.Replace(r.place.Cluster, r.Decision, r.opts.settle)
	if !r.opts.Wait {
		p.WithoutWait()
	}
	pods, err := r.opts.Gather(ctx, r.Env, plan.PodsOf(r.Decision))
	if err != nil {
		return false, err
	}
	p.AddPods(pods)
	if err := r.opts.AddDrains(ctx, p, r.kubernetes, r.Decision); err != nil {
		return false, err
	}
	if err := r.Present(p, r.opts.AnswerFlags, r.opts.dryRun, r.opts.output); err != nil || r.opts.dryRun {
		return false, err
	}
	if !r.opts.Yes && !r.Interactive() {
		if err := r.Agreed(p.Uncovered); err != nil {
			return false, r.Refused(err, r.place)
		}
	}
	return true, r.Approve(ctx, p, r.opts.Yes, false, r.question())
}

// check judges the successor as create would, knowing that the original goes.
func (r *replacement) check(ctx context.Context) error {
	_, warnings := fargate.Validate(r.Wanted)
	r.ShowWarnings(warnings)
	if left := decision.Lost(*r.Original); len(left) > 0 {
		r.Warn("the successor cannot have the tags %s, which are AWS's own; what manages %s by them will not know it",
			strings.Join(left, ", "), r.Name)
	}
	input := preflight.Input{Profile: r.Wanted, Skip: r.opts.skip, Leaving: []string{r.Name}}
	if r.Wish.NewRole {
		input.NewRole = decision.RoleName(r.place.Cluster, r.client.Region())
	}
	stop := r.Asking(r.place.Cluster)
	report, err := preflight.Run(ctx, r.client, input)
	if stop(); err != nil {
		return err
	}
	if err := r.ShowChecks(report, false); err != nil {
		return err
	}
	if err := r.PreflightFailed(report); err != nil {
		return err
	}
	if _, made := decision.RoleOf(report); made {
		r.Info("the pod execution role %s is made first", report.NewRole)
	}
	r.Decision = r.Checked(report)
	return nil
}

// question asks for what was decided; it is empty where nothing has to be agreed to.
func (r *replacement) question() string {
	final := r.Wanted.Name
	if r.Wish.KeepName {
		final = "a new " + r.Name
	}
	switch r.Action {
	case decision.Begin:
		return fmt.Sprintf("Replace %s by %s?", r.Name, final)
	case decision.Finish:
		return fmt.Sprintf("Finish replacing %s by %s?", r.Name, final)
	case decision.Undo:
		return fmt.Sprintf("Delete the unfinished successor %s and keep %s?", r.Wanted.Name, r.Name)
	case decision.Missing, decision.Keep, decision.Tag, decision.Settle:
	}
	return ""
}

// do does what was decided.
func (r *replacement) do(ctx context.Context) (fargate.Profile, error) {
	runner, stop := r.Runner(ctx, r.client)
	runner.Kubernetes = r.kubernetes
	made, err := runner.Do(ctx, r.Decision, lifecycle.Options{Settle: r.opts.settle, Wait: r.opts.Wait})
	stop()
	switch {
	case err == nil, r.Action == decision.Tag:
		return made, err
	case errors.As(err, new(*decision.Refusal)):
		return made, &env.RefusedError{Err: r.waysOn(ctx, err)}
	}
	return made, r.waysOn(ctx, err)
}

// done says what was done.
func (r *replacement) done(made fargate.Profile) string {
	switch {
	case r.Action == decision.Keep && r.opts.abort:
		return fmt.Sprintf("no replacement of profile %s is under way in cluster %s; there is nothing to undo",
			r.Name, r.place.Cluster)
	case r.Action == decision.Keep:
		return fmt.Sprintf("profile %s already has this configuration; "+
			"nothing to replace (--new-name recreates it under another name)", r.Name)
	case r.Action == decision.Settle:
		return fmt.Sprintf("profile %s was already replaced by %s; nothing to do", r.Name, made.Name)
	case r.Action == decision.Tag:
		return "profile " + r.Name + " has its new tags"
	case r.Action == decision.Undo:
		return fmt.Sprintf("the replacement of %s is undone; %s is deleted", r.Name, r.Successor.Name)
	case !r.opts.Wait:
		return fmt.Sprintf("profile %s takes the place of %s in cluster %s; what is left is being deleted", made.Name,
			r.Name, r.place.Cluster)
	case made.Name == r.Name:
		return fmt.Sprintf("profile %s is replaced in cluster %s, under its own name", r.Name, r.place.Cluster)
	}
	return fmt.Sprintf("profile %s is replaced by %s in cluster %s", r.Name, made.Name, r.place.Cluster)
}

// waysOn adds to a failure the commands that finish or undo what is under way, or delete the successor where nothing is
// any more. What there is, is read from AWS once more; where that fails too, the same command is named.
func (r *replacement) waysOn(ctx context.Context, failure error) error {
	if errors.As(failure, new(*lifecycle.Unfinished)) {
		return env.GoOn(failure, r.Again())
	}
	profiles, err := r.client.Profiles(ctx, r.place.Cluster)
	if err != nil {
		return fmt.Errorf("%w\nfix this, then run: %s", failure, r.Again())
	}
	s, err := decision.Assess(profiles, r.opts.Name)
	if err != nil {
		return fmt.Errorf("%w\n%w", failure, err)
	}
	if !s.Unfinished() {
		for _, e := range s.Earlier {
			if e.Name == r.Wanted.Name && r.Action != decision.Undo {
				failure = fmt.Errorf("%w\n%s (%s) stays; to delete it: %s", failure, e.Name, e.Status,
					r.On(r.place, "delete", env.FargateProfile, e.Name))
			}
		}
		return failure
	}
	finish, undo := r.WaysOut(r.place, s)
	if r.opts.Drain {
		finish = r.Again() // with the rest of its flags
	}
	failure = fmt.Errorf("%w\nthe replacement by %s (%s) is unfinished; to finish it: %s",
		failure, s.Successor.Name, s.Successor.Status, finish)
	if undo != "" {
		failure = fmt.Errorf("%w\nto undo it: %s", failure, undo)
	}
	return failure
}
