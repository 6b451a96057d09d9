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
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// fromFile takes the wanted profile from the entry of a file that has the name of the original.
func (opts *replaceOptions) fromFile(c *change, entries []profilefile.Entry, file string) error {
	if c.any {
		return usagef("the file of --config-file says what the successor is like, so no other flag can")
	}
	i := slices.IndexFunc(entries, func(e profilefile.Entry) bool { return e.Profile.Name == opts.name })
	if i < 0 {
		return usagef("%s holds no Fargate profile %q", file, opts.name)
	}
	p := entries[i].Profile
	if faults, _ := fargate.Validate(p); len(faults) > 0 {
		return faults.In(fmt.Sprintf("%s:%d: %s", file, entries[i].Line, p.Name))
	}
	c.wanted, c.any = p, true
	return nil
}

// fresh begins a replacement.
func (r *replacement) fresh(ctx context.Context) error {
	original := *r.situation.Original
	p, err := r.change.successor(original)
	if err != nil {
		return err
	}
	differences := fargate.Differences(original, p)
	renamed := r.opts.newName != ""
	if len(differences) == 0 && !renamed && !r.opts.createRole {
		return r.showProfiles(r.opts.output, []fargate.Profile{original}, []string{fmt.Sprintf(
			"profile %s is as wanted already; nothing to replace (--new-name makes it anew under another name)", original.Name)})
	}
	if onlyTags(differences) && !renamed && !r.opts.createRole {
		return r.retag(ctx, original, p)
	}
	if original.Status != fargate.StatusActive {
		return &refusedError{fmt.Errorf("profile %s is %s, so there is nothing ACTIVE to replace; nothing was changed", original.Name, original.Status)}
	}
	taken := func(name string) bool {
		return slices.ContainsFunc(r.profiles, func(o fargate.Profile) bool { return o.Name == name })
	}
	switch {
	case r.opts.keepName:
		p.Name = fargate.TemporaryName(original.Name, taken)
	case renamed && taken(r.opts.newName):
		return &refusedError{fmt.Errorf("profile %s exists already; choose another --new-name; nothing was changed", r.opts.newName)}
	case renamed:
		p.Name = r.opts.newName
	default:
		p.Name = fargate.SuccessorName(original.Name, taken)
	}
	if faults, warnings := fargate.Validate(p); len(faults) > 0 {
		return faults
	} else if len(warnings) > 0 {
		r.showWarnings(warnings)
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
	lost, uncovered := r.plan(original, report.Profile, differences)
	if uncovered && r.opts.failOn == failOnUncovered {
		return &refusedError{errors.New("pods would lose their profile; nothing was changed (--fail-on uncovered)")}
	}
	if r.opts.dryRun {
		report.Profile = lifecycle.Intended(report.Profile, original, r.opts.keepName)
		return r.printRequests(r.opts.output, []preflight.Report{report}, r.opts.createRole)
	}
	if lost && !r.opts.yes && !r.interactive() {
		return &refusedError{errors.New("the successor does not cover all that the original covers; nothing was changed; say --yes if that is meant")}
	}
	if err := r.ask(ctx, r.opts.yes, fmt.Sprintf("Replace %s by %s?", original.Name, r.finalName(report.Profile))); err != nil {
		return err
	}
	return r.run(ctx, report)
}

func onlyTags(differences []fargate.Difference) bool {
	return len(differences) > 0 && !slices.ContainsFunc(differences, func(d fargate.Difference) bool {
		return len(d.Field) < 5 || d.Field[:5] != "tags."
	})
}

// retag changes tags in place; they are the only part of a profile that can change.
func (r *replacement) retag(ctx context.Context, original, wanted fargate.Profile) error {
	r.info("only tags differ; they are changed in place, without a replacement")
	if r.opts.dryRun {
		r.info("dry run: nothing was changed")
		return nil
	}
	if err := r.client.TagProfile(ctx, original.ARN, wanted.Tags); err != nil {
		return err
	}
	original.Tags = wanted.Tags
	return r.showProfiles(r.opts.output, []fargate.Profile{original}, []string{"profile " + original.Name + " has its new tags"})
}

// finalName is the name that the new profile has in the end.
func (r *replacement) finalName(successor fargate.Profile) string {
	if r.opts.keepName {
		return "a new " + r.opts.name
	}
	return successor.Name
}

// plan says on Err what will happen, step by step. lost says that the successor does not cover all that
// the original covers, uncovered that no other ACTIVE profile does either.
func (r *replacement) plan(original, successor fargate.Profile, differences []fargate.Difference) (lost, uncovered bool) {
	r.info("Plan for cluster %s:", r.cluster)
	for _, d := range differences {
		r.info("     %s", d)
	}
	r.info("  1. create profile %s, wait until it is ACTIVE and give the scheduler %s to learn of it", successor.Name, r.opts.settle)
	r.info("  2. delete profile %s and wait until it is gone; its pods are stopped at once, their replacements hit %s", original.Name, successor.Name)
	if r.opts.keepName {
		r.info("  3. create profile %s anew and wait until it is ACTIVE", original.Name)
		r.info("  4. delete the temporary profile %s; pods are stopped a second time", successor.Name)
	} else {
		r.info("     pods that pin %s: %s never hit %s; change their templates first", fargate.ProfileLabel, original.Name, successor.Name)
	}
	remaining := slices.Clone(successor.Selectors)
	for _, p := range r.profiles {
		if p.Name != original.Name && p.Status.TakesPods() {
			remaining = append(remaining, p.Selectors...)
		}
	}
	gone := fargate.Uncovered(original.Selectors, remaining)
	for _, s := range fargate.Uncovered(original.Selectors, successor.Selectors) {
		lost = true
		if slices.ContainsFunc(gone, s.Equal) {
			uncovered = true
			r.warn("pods of %s lose their profile: neither %s nor another ACTIVE profile covers them all, so they may stay Pending", s, successor.Name)
		} else {
			r.warn("pods of %s move to another profile: %s does not cover them all", s, successor.Name)
		}
	}
	return lost, uncovered
}

// resume goes on with a replacement that an earlier run began, unless something else is asked for now.
func (r *replacement) resume(ctx context.Context) error {
	successor := *r.situation.Successor
	r.info("an unfinished replacement of %s by %s was found (%s is %s)", r.opts.name, successor.Name, successor.Name, successor.Status)
	finish := shellCommand("fgctl", "replace", fargateprofile, r.opts.name, "--cluster", r.cluster)
	if err := r.sameChange(successor); err != nil {
		err = fmt.Errorf("%w\nto finish what was begun: %s", err, finish)
		if r.situation.CanAbort() {
			err = fmt.Errorf("%w\nto undo it: %s --abort", err, finish)
		}
		return &refusedError{err}
	}
	if r.opts.dryRun {
		r.info("dry run: it would be finished; nothing was changed")
		return nil
	}
	r.opts.keepName = r.situation.KeepName()
	if err := r.ask(ctx, r.opts.yes, fmt.Sprintf("Finish replacing %s by %s?", r.opts.name, r.finalName(successor))); err != nil {
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
	if !r.change.any {
		return nil
	}
	want := r.change.wanted
	// Selectors that are added or removed can only be told while the original lives.
	if r.situation.Original != nil && !r.situation.Renewed {
		full, err := r.change.successor(*r.situation.Original)
		if err != nil {
			return err
		}
		want = full
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
		return fmt.Errorf("there is no profile %s any more: it was replaced by %s, which is not as wanted now; replace %s instead", r.opts.name, successor.Name, successor.Name)
	}
	return r.showProfiles(r.opts.output, []fargate.Profile{successor}, []string{fmt.Sprintf(
		"profile %s was replaced by %s in cluster %s; all is done", r.opts.name, successor.Name, r.cluster)})
}

// run carries the replacement out.
func (r *replacement) run(ctx context.Context, report preflight.Report) error {
	runner, stop := r.runner(r.client, r.opts.timeout)
	defer stop()
	successor := report.Profile
	checked := report.Passed("role")
	if r.opts.createRole && !r.situation.Unfinished {
		role, err := r.ensureRole(ctx, runner, r.client, report.Cluster)
		if err != nil {
			return err
		}
		successor.PodExecutionRoleARN, checked = role.ARN, true
	}
	made, err := runner.Replace(ctx, lifecycle.Replacement{
		Name: r.opts.name, Situation: r.situation, Successor: successor, KeepName: r.opts.keepName,
		Settle: r.opts.settle, Wait: r.opts.wait, Siblings: report.Siblings, TrustChecked: checked,
	})
	if err != nil {
		return goOn(err, r.again())
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

// abort undoes an unfinished replacement.
func (r *replacement) abort(ctx context.Context) error {
	s := r.situation
	switch {
	case !s.Unfinished && s.Done:
		return &refusedError{fmt.Errorf("the replacement of %s by %s is finished and cannot be undone", r.opts.name, s.Successor.Name)}
	case !s.Unfinished:
		return &refusedError{fmt.Errorf("no replacement of %s is under way in cluster %s; nothing was changed", r.opts.name, r.cluster)}
	case !s.CanAbort():
		return &refusedError{fmt.Errorf("the original %s is not ACTIVE any more, so the replacement by %s cannot be undone; finish it: %s",
			r.opts.name, s.Successor.Name, shellCommand("fgctl", "replace", fargateprofile, r.opts.name, "--cluster", r.cluster))}
	}
	r.info("Plan for cluster %s: delete profile %s; %s stays as it is", r.cluster, s.Successor.Name, r.opts.name)
	if r.opts.dryRun {
		r.info("dry run: nothing was changed")
		return nil
	}
	if err := r.ask(ctx, r.opts.yes, fmt.Sprintf("Delete the unfinished successor %s?", s.Successor.Name)); err != nil {
		return err
	}
	runner, stop := r.runner(r.client, r.opts.timeout)
	defer stop()
	if err := runner.Abort(ctx, s, r.opts.wait); err != nil {
		return goOn(err, r.again())
	}
	stop()
	return r.showProfiles(r.opts.output, []fargate.Profile{*s.Original}, []string{fmt.Sprintf(
		"the replacement of %s is undone; %s is deleted", r.opts.name, s.Successor.Name)})
}
