package cli

// This file holds the ways a run of replace can go: begin afresh, finish what an earlier run left, undo
// it, or find that all is done.

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// fresh begins a replacement.
func (r *replacement) fresh(ctx context.Context) error {
	original := *r.situation.Original
	// A role that an earlier run has made is no change; asked for again, it is kept.
	r.opts.createRole = r.opts.createRole && !madeRole(original)
	p, err := r.successorOf(original)
	if err != nil && r.renewed(original) && r.opts.keepName {
		p, err = original, nil // the selector went when an earlier run did all this
	}
	if err != nil {
		return err
	}
	differences := fargate.Differences(original, p)
	renamed := r.opts.newName != ""
	if len(differences) == 0 && !renamed && !r.opts.createRole {
		switch unfinished, err := r.unseen(ctx, original); {
		case err != nil:
			return err
		case unfinished:
			return r.resume(ctx)
		}
		return r.nothingToDo(original, fmt.Sprintf("profile %s already has this configuration; nothing to replace (--new-name recreates it under another name)", original.Name))
	}
	if onlyTags(differences) && !renamed && !r.opts.createRole {
		return r.retag(ctx, original, p)
	}
	if original.Status != fargate.StatusActive {
		return &refusedError{fmt.Errorf("profile %s is %s, so there is nothing ACTIVE to replace; nothing was changed", original.Name, original.Status)}
	}
	if err := r.doneBefore(original, p); err != nil {
		return err
	}
	if p.Name, err = r.successorName(); err != nil {
		return err
	}
	if faults, warnings := fargate.Validate(p); len(faults) > 0 {
		return faults
	} else if len(warnings) > 0 {
		r.showWarnings(warnings)
	}
	if err := r.checkTags(original, p); err != nil {
		return err
	}
	report, err := r.preflightOf(ctx, p)
	if err != nil {
		return err
	}
	if err := r.showChecks(report); err != nil {
		return err
	}
	if report.Failed() {
		return &refusedError{errors.New("the pre-flight failed; nothing was changed")}
	}
	successor := report.Profile
	role, made := roleOf(report)
	if made {
		r.info("the pod execution role %s is made first", report.NewRole)
	}
	if successor.PodExecutionRoleARN = role; report.NewRole != "" && role != "" {
		differences = fargate.Differences(original, successor)
	}
	plan := r.plan(original, successor, differences)
	if err := r.addPods(ctx, plan, r.opts.pods, r.profiles, r.after(original, report.Profile), original.Name); err != nil {
		return err
	}
	if r.opts.dryRun {
		request := requestOf(lifecycle.Intended(successor, original, r.opts.keepName))
		plan.Request = &request
	}
	if err := r.present(plan, r.opts.answerFlags, r.opts.dryRun, r.opts.output); err != nil || r.opts.dryRun {
		return err
	}
	if err := r.wantsYes(plan, original, report.Profile); err != nil {
		return err
	}
	if err := r.approve(ctx, plan, r.opts.yes, fmt.Sprintf("Replace %s by %s?", original.Name, r.finalName(report.Profile))); err != nil {
		return err
	}
	return r.run(ctx, report)
}

// unseen looks over a grace period whether the first reading lacked a replacement that is unfinished, or what has become
// of the original since.
func (r *replacement) unseen(ctx context.Context, original fargate.Profile) (bool, error) {
	profiles, s, err := r.assessAgain(ctx, r.client, r.cluster, r.opts, r.profiles, true)
	if err != nil {
		return false, err
	}
	if s.Unfinished {
		r.profiles, r.situation = profiles, s
		return true, nil
	}
	if s.Original == nil || s.Original.Status != original.Status || len(fargate.Differences(*s.Original, original)) > 0 {
		return false, fmt.Errorf("profile %s has changed since it was first read; nothing was changed; to try again: %s", original.Name, r.again())
	}
	return false, nil
}

// successorName is the name under which the successor is made: with --keep-name that of the temporary profile.
func (r *replacement) successorName() (string, error) {
	taken := func(name string) bool { return slices.Contains(namesOf(r.profiles), name) }
	switch {
	case r.opts.keepName:
		return fargate.TemporaryName(r.opts.name, taken), nil
	case r.opts.newName == "":
		return fargate.SuccessorName(r.opts.name, taken), nil
	case taken(r.opts.newName):
		return "", &refusedError{fmt.Errorf("profile %s exists already; choose another --new-name; nothing was changed", r.opts.newName)}
	}
	return r.opts.newName, nil
}

// wantsYes refuses, where nobody can be asked, what takes pods their profile and was not agreed to by --yes. What
// other profiles cover, and the successor does not, wants a yes, too.
func (r *replacement) wantsYes(plan *changePlan, original, successor fargate.Profile) error {
	if r.opts.yes || r.interactive() {
		return nil
	}
	lost := slices.ContainsFunc(fargate.Coverage(original.Selectors, []fargate.Profile{asActive(successor)}), func(c fargate.Cover) bool {
		return c.Extent != fargate.ExtentWhole
	})
	switch {
	case lost:
		return &refusedError{errors.New("the successor does not cover all that the original covers; nothing was changed; say --yes if that is meant")}
	case plan.Uncovered:
		return &refusedError{errors.New("pods would be left without a profile, as the plan says; nothing was changed; say --yes if that is meant")}
	}
	return nil
}

// finalName is the name that the new profile has in the end.
func (r *replacement) finalName(successor fargate.Profile) string {
	if r.opts.keepName {
		return "a new " + r.opts.name
	}
	return successor.Name
}

// resume goes on with a replacement that an earlier run began, unless something else is asked for now.
func (r *replacement) resume(ctx context.Context) error {
	successor := *r.situation.Successor
	r.info("an unfinished replacement of %s by %s was found (%s is %s)", r.opts.name, successor.Name, successor.Name, successor.Status)
	finish := r.replaceCommand(r.cluster, r.opts.name)
	if err := r.sameChange(successor); err != nil {
		err = fmt.Errorf("%w\nto finish what was begun: %s", err, finish)
		if r.situation.CanAbort() {
			err = fmt.Errorf("%w\nto undo it: %s --abort", err, finish)
		}
		return &refusedError{err}
	}
	r.opts.keepName = r.situation.KeepName()
	plan := r.planRest(successor)
	if original := r.situation.Original; original != nil && !r.situation.Renewed {
		if err := r.addPods(ctx, plan, r.opts.pods, r.profiles, r.after(*original, successor), original.Name); err != nil {
			return err
		}
	}
	if err := r.present(plan, r.opts.answerFlags, r.opts.dryRun, r.opts.output); err != nil || r.opts.dryRun {
		return err
	}
	if err := r.approve(ctx, plan, r.opts.yes, fmt.Sprintf("Finish replacing %s by %s?", r.opts.name, r.finalName(successor))); err != nil {
		return err
	}
	return r.run(ctx, preflight.Report{Profile: successor, Siblings: r.profiles})
}

// sameChange is an error when the flags ask for another successor than the one that is under way.
func (r *replacement) sameChange(successor fargate.Profile) error {
	other := func(what string) error {
		return fmt.Errorf("a replacement of %s by %s is unfinished, and %s; nothing was changed", r.opts.name, successor.Name, what)
	}
	if r.opts.newName != "" && r.opts.newName != successor.Name {
		return other("--new-name asks for another name")
	}
	if r.opts.keepName && !r.situation.KeepName() {
		return other("it was begun without --keep-name")
	}
	if r.change.Empty() && !r.opts.createRole {
		return nil
	}
	if r.opts.createRole && !madeRole(successor) {
		return other("--create-pod-execution-role asks for another role than " + successor.PodExecutionRoleARN)
	}
	want := r.change.Wanted
	if r.situation.Original != nil && !r.situation.Renewed {
		full, err := r.successorOf(*r.situation.Original)
		if err != nil {
			return err
		}
		want = full
		want.Tags = r.change.Wanted.Tags // those of the original may have been changed since the successor was made
		if r.opts.createRole {
			want.PodExecutionRoleARN = successor.PodExecutionRoleARN
		}
	} else if why := r.change.Contradiction(successor); why != "" {
		return other("the flags ask for another profile: " + why)
	}
	if differences := fargate.Differences(successor, want); len(differences) > 0 {
		return other("the flags ask for another profile: " + differences[0].String())
	}
	return nil
}

// done finds the original gone and its successor in place.
func (r *replacement) done() error {
	successor := *r.situation.Successor
	if err := r.sameChange(successor); err != nil {
		return &refusedError{fmt.Errorf("there is no profile %s any more: it was replaced by %s, which is not as wanted now; replace %s instead", r.opts.name, successor.Name, successor.Name)}
	}
	return r.showProfiles(r.opts.output, []fargate.Profile{successor}, []string{fmt.Sprintf(
		"profile %s was already replaced by %s; nothing to do", r.opts.name, successor.Name)})
}

// run carries the replacement out.
func (r *replacement) run(ctx context.Context, report preflight.Report) error {
	runner, stop := r.runner(r.client)
	defer stop()
	successor := report.Profile
	role, checked, err := ensureRole(ctx, runner, r.client, report)
	if err != nil {
		return err
	}
	successor.PodExecutionRoleARN = role
	made, err := runner.Replace(ctx, lifecycle.Replacement{
		Name: r.opts.name, Situation: r.situation, Successor: successor, KeepName: r.opts.keepName,
		Settle: r.opts.settle, Wait: r.opts.wait, Siblings: report.Siblings, TrustChecked: checked,
	})
	if err != nil {
		stop()
		if err = r.waysOn(ctx, err, successor.Name); errors.As(err, new(*lifecycle.Overtaken)) {
			err = &refusedError{err}
		}
		return err
	}
	stop()
	sentence := fmt.Sprintf("profile %s is replaced by %s in cluster %s", r.opts.name, made.Name, r.cluster)
	switch {
	case !r.opts.wait:
		sentence = fmt.Sprintf("profile %s takes the place of %s in cluster %s; what is left is being deleted", made.Name, r.opts.name, r.cluster)
	case made.Name == r.opts.name:
		sentence = fmt.Sprintf("profile %s is replaced in cluster %s, under its own name", r.opts.name, r.cluster)
	}
	return r.showProfiles(r.opts.output, []fargate.Profile{made}, []string{sentence})
}

// waysOn adds to a failure the commands that finish or undo what is under way, or delete the successor (made) where
// nothing is any more. What there is, is read from AWS once more; where that fails too, the same command is named.
func (r *replacement) waysOn(ctx context.Context, failure error, made string) error {
	var unfinished *lifecycle.Unfinished
	if errors.As(failure, &unfinished) {
		return goOn(failure, r.again())
	}
	profiles, err := r.client.Profiles(ctx, r.cluster)
	if err != nil {
		return fmt.Errorf("%w\nfix this, then run: %s", failure, r.again())
	}
	s, err := lifecycle.Assess(profiles, r.opts.name)
	if err != nil {
		return fmt.Errorf("%w\n%w", failure, err)
	}
	if !s.Unfinished {
		for _, e := range s.Earlier {
			if e.Name == made {
				failure = fmt.Errorf("%w\n%s (%s) stays; to delete it: %s", failure, made, e.Status, r.commandOn(r.cluster, "", "delete", fargateprofile, made))
			}
		}
		return failure
	}
	finish := r.replaceCommand(r.cluster, r.opts.name)
	failure = fmt.Errorf("%w\nthe replacement by %s (%s) is unfinished; to finish it: %s", failure, s.Successor.Name, s.Successor.Status, finish)
	if s.CanAbort() {
		failure = fmt.Errorf("%w\nto undo it: %s --abort", failure, finish)
	}
	return failure
}

// nothingToDo ends a run that finds all as it is wanted.
func (r *replacement) nothingToDo(p fargate.Profile, sentence string) error {
	if r.opts.dryRun {
		r.info("%s", sentence)
		return r.printPlan(newPlan(r.cluster, "none"), r.opts.output)
	}
	return r.showProfiles(r.opts.output, []fargate.Profile{p}, []string{sentence})
}

// abort undoes an unfinished replacement.
func (r *replacement) abort(ctx context.Context) error {
	s := r.situation
	switch {
	case !s.Unfinished && s.Done:
		return &refusedError{fmt.Errorf("the replacement of %s by %s is finished and cannot be undone", r.opts.name, s.Successor.Name)}
	case !s.Unfinished && s.Original != nil && s.Original.Tags[lifecycle.TagReplaces] == r.opts.name:
		return &refusedError{fmt.Errorf("no replacement of profile %s is under way; the last one, under its own name, is finished and cannot be undone", r.opts.name)}
	case !s.Unfinished && s.Original == nil:
		return r.unknown()
	case !s.Unfinished:
		// As an --abort whose answer was lost leaves it.
		return r.nothingToDo(*s.Original, fmt.Sprintf("no replacement of profile %s is under way in cluster %s; there is nothing to undo", r.opts.name, r.cluster))
	case !s.CanAbort():
		return &refusedError{fmt.Errorf("the original %s is not ACTIVE any more, so the replacement by %s cannot be undone; finish it: %s",
			r.opts.name, s.Successor.Name, r.replaceCommand(r.cluster, r.opts.name))}
	}
	plan := planDeletion(r.cluster, []fargate.Profile{*s.Successor}, r.profiles)
	plan.Action = "abort"
	if err := r.addPods(ctx, plan, r.opts.pods, r.profiles, without(r.profiles, []fargate.Profile{*s.Successor}), s.Successor.Name); err != nil {
		return err
	}
	if err := r.present(plan, r.opts.answerFlags, r.opts.dryRun, r.opts.output); err != nil || r.opts.dryRun {
		return err
	}
	if err := r.approve(ctx, plan, r.opts.yes, fmt.Sprintf("Delete the unfinished successor %s and keep %s?", s.Successor.Name, r.opts.name)); err != nil {
		return err
	}
	runner, stop := r.runner(r.client)
	defer stop()
	if err := runner.Abort(ctx, s, r.opts.wait); err != nil {
		stop()
		return r.waysOn(ctx, err, "")
	}
	stop()
	return r.showProfiles(r.opts.output, []fargate.Profile{*s.Original}, []string{fmt.Sprintf(
		"the replacement of %s is undone; %s is deleted", r.opts.name, s.Successor.Name)})
}
