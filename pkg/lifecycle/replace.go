package lifecycle

// This file replaces a profile: the successor is ACTIVE before the original is touched, and whatever
// fails leaves one of the two ACTIVE.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// Replacement says what to replace by what.
type Replacement struct {
	// Situation is what Assess saw of the profile to be replaced.
	Situation
	// Successor is the new profile, with its new name; with KeepName its name is that of the temporary
	// profile.
	Successor fargate.Profile
	// KeepName goes through a temporary profile, so that the new profile has the old name.
	KeepName bool
	// Settle is the pause between a profile's becoming ACTIVE and the deletion that relies on it: the
	// scheduler learns of profiles with some lag (eksctl waits 30 s too).
	Settle time.Duration
	// Wait polls through the last deletion; otherwise Replace returns when EKS has accepted it.
	Wait bool
	// Siblings and TrustChecked are as in CreateOptions.
	Siblings     []fargate.Profile
	TrustChecked bool
}

// Replace carries the replacement out from wherever it stands and returns the profile that takes the
// original's place. A successor that fails is removed and the original stays.
func (r *Runner) Replace(ctx context.Context, x Replacement) (fargate.Profile, error) {
	successor := x.Successor
	switch x.Stage {
	case Absent:
		return fargate.Profile{}, fmt.Errorf("there is no profile %s to replace", x.Name)
	case Done:
		return *x.Situation.Successor, nil
	case Fresh:
		successor = Intended(successor, *x.Original, x.KeepName)
	default: // what is under way is finished as it was begun
		successor, x.KeepName = *x.Situation.Successor, x.Situation.KeepName()
	}
	standIn, renewed := successor, fargate.Profile{}
	if x.Stage == Renewed {
		renewed = *x.Original
	}
	for _, step := range x.steps(x.KeepName) {
		var err error
		switch step {
		case MakeSuccessor:
			standIn, err = r.ensure(ctx, successor, x.Situation.Successor, x)
		case RetireOriginal:
			err = r.retire(ctx, *x.Original, standIn, x.Settle, x.Wait || x.KeepName)
		case MakeRenewed:
			renewed, err = r.renew(ctx, x, standIn)
		case RetireTemporary:
			err = r.retire(ctx, standIn, renewed, x.Settle, x.Wait)
		}
		if err != nil {
			return standIn, err
		}
	}
	if x.KeepName {
		return renewed, nil
	}
	return standIn, nil
}

// renew makes the new profile under the old name from the temporary one.
func (r *Runner) renew(ctx context.Context, x Replacement, temporary fargate.Profile) (fargate.Profile, error) {
	wanted := temporary.Clone()
	wanted.Name, wanted.ARN, wanted.Status = x.Name, "", ""
	wanted = withIntent(wanted, x.Name, temporary.Tags[TagReplacesID], false)
	var have *fargate.Profile
	if x.Stage == Renewed {
		have = x.Original
	}
	renewed, err := r.ensure(ctx, wanted, have, x)
	if err != nil {
		return renewed, fmt.Errorf("%w\npods hit the temporary profile %s until the replacement is finished", err, temporary.Name)
	}
	return renewed, nil
}

// ensure brings a profile of the replacement to ACTIVE. One that EKS gives up is removed again.
func (r *Runner) ensure(ctx context.Context, wanted fargate.Profile, have *fargate.Profile, x Replacement) (fargate.Profile, error) {
	opts := CreateOptions{Have: have, Ours: true, Wait: true, Siblings: x.Siblings, TrustChecked: x.TrustChecked}
	if x.Original != nil && wanted.Name != x.Name {
		opts.Still = func(profiles []fargate.Profile) error { return mayCome(profiles, *x.Original, wanted) }
	}
	made, err := r.Create(ctx, wanted, opts)
	return made, r.removeFailed(ctx, x, err)
}

// removeFailed deletes a successor that ended in CREATE_FAILED, and keeps the reason.
func (r *Runner) removeFailed(ctx context.Context, x Replacement, err error) error {
	var failed *Failed
	if !errors.As(err, &failed) || failed.Profile.Status != fargate.StatusCreateFailed {
		return err
	}
	note := "profile " + failed.Profile.Name + " failed and is removed"
	// The original is gone by then where the name is kept, or where somebody else has deleted it.
	if failed.Profile.Name != x.Name && x.Original != nil {
		note += "; " + x.Name + " is not touched"
	}
	r.Report.Note(note)
	if removal := r.Delete(ctx, failed.Profile, true); removal != nil {
		return errors.Join(err, removal)
	}
	return err
}

// retire deletes the old profile after the new one has settled. All are read again first, and again when EKS
// was busy: nothing is deleted on a doubt.
func (r *Runner) retire(ctx context.Context, old, successor fargate.Profile, settle time.Duration, wait bool) error {
	o := r.begin("replacing profile " + old.Name)
	if old.Status != fargate.StatusDeleting && settle > 0 {
		o.see("profile "+successor.Name, fmt.Sprintf("ACTIVE, giving the scheduler %s to learn of it", settle))
		if err := r.Clock.Sleep(ctx, settle); err != nil {
			return o.unfinished(ended(ctx, nil))
		}
	}
	again := func(ctx context.Context) (*fargate.Profile, error) {
		return o.whenIdle(ctx, old, func(profiles []fargate.Profile) (*fargate.Profile, error) { return mayGo(profiles, old, successor) })
	}
	now, err := again(ctx)
	if err != nil || now == nil {
		return err
	}
	return r.deleteKnown(ctx, *now, wait, again)
}

// Overtaken says that another replacement of the original was faster, so that nothing was created.
type Overtaken struct{ text string }

func (e *Overtaken) Error() string { return e.text }

// mayCome tells why a successor may not be made: another one takes the original's place, or has taken it. Where
// somebody just deleted the original, or made another one, the successor is made all the same: it is what later
// runs know the original by.
func mayCome(profiles []fargate.Profile, original, successor fargate.Profile) error {
	for _, p := range profiles {
		if p.Tags[TagReplaces] != original.Name || p.Tags[TagReplacesID] != idOf(original) {
			continue
		}
		differences := fargate.Differences(p, successor)
		switch {
		case p.Name == original.Name:
			return &Overtaken{fmt.Sprintf("profile %s was replaced meanwhile, under its own name; %s was not created", p.Name, successor.Name)}
		case p.Name != successor.Name:
			return &Overtaken{fmt.Sprintf("profile %s replaces %s already; %s was not created", p.Name, original.Name, successor.Name)}
		case len(differences) > 0:
			return &Overtaken{fmt.Sprintf("profile %s replaces %s already, and is not what is asked for now: %s; nothing was created", p.Name, original.Name, differences[0])}
		}
	}
	return nil
}

// unlistedError says that the successor, profile, is not in the list of profiles.
type unlistedError struct {
	text    string
	profile fargate.Profile
}

func (e *unlistedError) Error() string { return e.text }

// mayGo returns the old profile as it is now, nil when it is gone. The error tells why it has to stay: the
// successor cannot take its pods, or somebody else has plans with it.
func mayGo(profiles []fargate.Profile, old, successor fargate.Profile) (*fargate.Profile, error) {
	var current, heir, rival *fargate.Profile
	for i := range profiles {
		switch p := &profiles[i]; {
		case p.Name == old.Name:
			current = p
		case p.Name == successor.Name:
			heir = p
		case p.Tags[TagReplaces] == old.Name && p.Tags[TagReplacesID] == idOf(old):
			rival = p
		}
	}
	if current != nil && current.ARN != old.ARN && current.Tags[TagReplaces] == old.Name && current.Tags[TagReplacesID] == idOf(old) && renews(*current, successor) {
		return nil, nil // another run of the same replacement is ahead
	}
	stays := old.Name + " was not deleted"
	switch {
	case current == nil:
		stays = old.Name + " is gone"
	case current.ARN != old.ARN:
		stays = old.Name + " is another one by now"
	case current.Status == fargate.StatusDeleting:
		stays = old.Name + " is being deleted"
	}
	switch {
	case heir == nil:
		return nil, &unlistedError{fmt.Sprintf("profile %s is gone and cannot take the pods of %s; %s", successor.Name, old.Name, stays), successor}
	case heir.ARN != successor.ARN:
		return nil, fmt.Errorf("profile %s was re-created by somebody else (%s) and may not take the pods of %s; %s", successor.Name, heir.ARN, old.Name, stays)
	case heir.Status != fargate.StatusActive:
		return nil, fmt.Errorf("profile %s is %s and cannot take the pods of %s; %s", successor.Name, heir.Status, old.Name, stays)
	case rival != nil:
		return nil, fmt.Errorf("profile %s replaces %s too, besides %s; %s: delete the one of the two that is not wanted", rival.Name, old.Name, successor.Name, stays)
	case current != nil && current.ARN != old.ARN:
		return nil, fmt.Errorf("profile %s was re-created by somebody else (%s); it was not deleted", old.Name, current.ARN)
	}
	return current, nil
}

// Abort undoes an unfinished replacement: the successor is deleted and the original stays. The caller
// has asked CanAbort.
func (r *Runner) Abort(ctx context.Context, s Situation, wait bool) error {
	if !s.CanAbort() {
		return errors.New("the replacement cannot be undone: the original is not ACTIVE any more")
	}
	return r.retire(ctx, *s.Successor, *s.Original, 0, wait)
}
