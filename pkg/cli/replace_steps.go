package cli

// This file holds the ways a run of replace can go: begin afresh, finish what an earlier run left, undo
// it, or find that all is done.

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/plan"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// begin makes a successor and lets the original go.
func (r *replacement) begin(ctx context.Context) error {
	original := *r.Original
	_, warnings := fargate.Validate(r.Wanted)
	r.ShowWarnings(warnings)
	if left := lifecycle.Lost(original); len(left) > 0 {
		r.Warn("the successor cannot have the tags %s, which are AWS's own; what manages %s by them will not know it", strings.Join(left, ", "), original.Name)
	}
	report, err := r.preflightOf(ctx, r.Wanted)
	if err != nil {
		return err
	}
	if err := r.ShowChecks(report); err != nil {
		return err
	}
	if report.Failed() {
		return &env.RefusedError{Err: errors.New("the pre-flight failed; nothing was changed")}
	}
	role, made := roleOf(report)
	if made {
		r.Info("the pod execution role %s is made first", report.NewRole)
	}
	d := r.Decision
	d.Wanted = report.Profile
	if d.Wanted.PodExecutionRoleARN = role; report.NewRole != "" && role != "" {
		d.Differences = fargate.Differences(original, d.Wanted)
	}
	p, err := r.plan(ctx, d)
	if err != nil {
		return err
	}
	if r.opts.dryRun {
		p.Request = plan.RequestOf(lifecycle.Intended(d.Wanted, original, r.Wish.KeepName))
	}
	if err := r.present(p, r.opts.answerFlags, r.opts.dryRun, r.opts.output); err != nil || r.opts.dryRun {
		return err
	}
	if !r.opts.yes && !r.Interactive() {
		if err := lifecycle.Agreed(original, report.Profile, p.Uncovered); err != nil {
			return r.refused(err)
		}
	}
	if err := r.approve(ctx, p, r.opts.yes, fmt.Sprintf("Replace %s by %s?", original.Name, r.finalName(report.Profile))); err != nil {
		return err
	}
	return r.run(ctx, report)
}

// plan is the plan of what was decided, with what becomes of the pods of --pods.
func (r *replacement) plan(ctx context.Context, d lifecycle.Decision) (*plan.Plan, error) {
	p := plan.Replace(r.place.Cluster, d, r.opts.settle)
	pods, err := r.gather(ctx, r.opts.pods, plan.PodsOf(d))
	p.AddPods(pods)
	return p, err
}

// finalName is the name that the new profile has in the end.
func (r *replacement) finalName(successor fargate.Profile) string {
	if r.Wish.KeepName {
		return "a new " + r.opts.name
	}
	return successor.Name
}

// resume goes on with a replacement that an earlier run began.
func (r *replacement) resume(ctx context.Context) error {
	successor := r.Wanted
	r.Info("an unfinished replacement of %s by %s was found (%s is %s)", r.opts.name, successor.Name, successor.Name, successor.Status)
	p, err := r.plan(ctx, r.Decision)
	if err != nil {
		return err
	}
	if err := r.present(p, r.opts.answerFlags, r.opts.dryRun, r.opts.output); err != nil || r.opts.dryRun {
		return err
	}
	if err := r.approve(ctx, p, r.opts.yes, fmt.Sprintf("Finish replacing %s by %s?", r.opts.name, r.finalName(successor))); err != nil {
		return err
	}
	return r.run(ctx, preflight.Report{Profile: successor, Siblings: r.Profiles})
}

// run carries the replacement out.
func (r *replacement) run(ctx context.Context, report preflight.Report) error {
	runner, stop := r.Runner(ctx, r.client)
	defer stop()
	successor := report.Profile
	role, checked, err := ensureRole(ctx, runner, r.client, report)
	if err != nil {
		return err
	}
	successor.PodExecutionRoleARN = role
	made, err := runner.Replace(ctx, lifecycle.Replacement{
		Situation: r.Situation, Successor: successor, KeepName: r.Wish.KeepName,
		Settle: r.opts.settle, Wait: r.opts.Wait, Siblings: report.Siblings, TrustChecked: checked,
	})
	if err != nil {
		stop()
		if err = r.waysOn(ctx, err, successor.Name); errors.As(err, new(*lifecycle.Overtaken)) {
			err = &env.RefusedError{Err: err}
		}
		return err
	}
	stop()
	sentence := fmt.Sprintf("profile %s is replaced by %s in cluster %s", r.opts.name, made.Name, r.place.Cluster)
	switch {
	case !r.opts.Wait:
		sentence = fmt.Sprintf("profile %s takes the place of %s in cluster %s; what is left is being deleted", made.Name, r.opts.name, r.place.Cluster)
	case made.Name == r.opts.name:
		sentence = fmt.Sprintf("profile %s is replaced in cluster %s, under its own name", r.opts.name, r.place.Cluster)
	}
	return r.tell(made, sentence)
}

// waysOn adds to a failure the commands that finish or undo what is under way, or delete the successor (made) where
// nothing is any more. What there is, is read from AWS once more; where that fails too, the same command is named.
func (r *replacement) waysOn(ctx context.Context, failure error, made string) error {
	var unfinished *lifecycle.Unfinished
	if errors.As(failure, &unfinished) {
		return env.GoOn(failure, r.Again())
	}
	profiles, err := r.client.Profiles(ctx, r.place.Cluster)
	if err != nil {
		return fmt.Errorf("%w\nfix this, then run: %s", failure, r.Again())
	}
	s, err := lifecycle.Assess(profiles, r.opts.name)
	if err != nil {
		return fmt.Errorf("%w\n%w", failure, err)
	}
	if !s.Unfinished() {
		for _, e := range s.Earlier {
			if e.Name == made {
				failure = fmt.Errorf("%w\n%s (%s) stays; to delete it: %s", failure, made, e.Status, r.On(r.place, "delete", env.FargateProfile, made))
			}
		}
		return failure
	}
	finish := r.ReplaceCommand(r.place, r.opts.name)
	failure = fmt.Errorf("%w\nthe replacement by %s (%s) is unfinished; to finish it: %s", failure, s.Successor.Name, s.Successor.Status, finish)
	if s.CanAbort() {
		failure = fmt.Errorf("%w\nto undo it: %s --abort", failure, finish)
	}
	return failure
}

// nothingToDo ends a run that finds all as it is wanted.
func (r *replacement) nothingToDo() error {
	sentence := fmt.Sprintf("profile %s already has this configuration; nothing to replace (--new-name recreates it under another name)", r.Name)
	if r.opts.abort {
		sentence = fmt.Sprintf("no replacement of profile %s is under way in cluster %s; there is nothing to undo", r.Name, r.place.Cluster)
	}
	if r.opts.dryRun {
		r.Info("%s", sentence)
		return r.printPlan(plan.New(r.place.Cluster, "none"), r.opts.output)
	}
	return r.tell(*r.Original, sentence)
}

// tell prints the profile that a run ends with.
func (r *replacement) tell(p fargate.Profile, sentence string) error {
	return r.ShowProfiles(r.opts.output, []fargate.Profile{p}, []string{sentence})
}

// abort undoes an unfinished replacement.
func (r *replacement) abort(ctx context.Context) error {
	s := r.Situation
	p, err := r.plan(ctx, r.Decision)
	if err != nil {
		return err
	}
	if err := r.present(p, r.opts.answerFlags, r.opts.dryRun, r.opts.output); err != nil || r.opts.dryRun {
		return err
	}
	if err := r.approve(ctx, p, r.opts.yes, fmt.Sprintf("Delete the unfinished successor %s and keep %s?", s.Successor.Name, r.opts.name)); err != nil {
		return err
	}
	runner, stop := r.Runner(ctx, r.client)
	defer stop()
	if err := runner.Abort(ctx, s, r.opts.Wait); err != nil {
		stop()
		return r.waysOn(ctx, err, "")
	}
	stop()
	return r.tell(*s.Original, fmt.Sprintf("the replacement of %s is undone; %s is deleted", r.opts.name, s.Successor.Name))
}

// retag changes tags in place; they are the only part of a profile that can change.
func (r *replacement) retag(ctx context.Context) error {
	r.Info("only tags differ; they are changed in place, without a replacement")
	if r.opts.dryRun {
		return r.printPlan(plan.Replace(r.place.Cluster, r.Decision, 0), r.opts.output)
	}
	after, changed := lifecycle.Retagged(*r.Original, r.Wanted)
	if err := r.client.TagProfile(ctx, after.ARN, changed); err != nil {
		return err
	}
	return r.tell(after, "profile "+r.Name+" has its new tags")
}
