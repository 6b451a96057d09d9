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
	// Name is the profile to be replaced.
	Name string
	// Situation is what Assess saw.
	Situation Situation
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

// Replace carries the replacement out from wherever it stands and gives the profile that takes the
// original's place. A successor that fails is removed and the original stays.
func (r *Runner) Replace(ctx context.Context, x Replacement) (fargate.Profile, error) {
	s := x.Situation
	if s.Done && s.Successor != nil {
		return *s.Successor, nil
	}
	successor := x.Successor
	if s.Unfinished {
		// What is under way is finished as it was begun.
		successor, x.KeepName = *s.Successor, s.KeepName()
	} else if s.Original == nil {
		return fargate.Profile{}, fmt.Errorf("there is no profile %s to replace", x.Name)
	} else {
		successor = Intended(successor, *s.Original, x.KeepName)
	}
	if s.Renewed && s.Original.Status == fargate.StatusActive {
		// The new profile is there, so the temporary one only has to go, however far it has come with that.
		return r.renew(ctx, x, successor)
	}
	standIn, err := r.ensure(ctx, successor, s.Successor, x)
	if err != nil {
		return standIn, err
	}
	if s.Original != nil && !s.Renewed {
		if err := r.retire(ctx, *s.Original, standIn, x.Settle, x.Wait || x.KeepName); err != nil {
			return standIn, err
		}
	}
	if !x.KeepName {
		return standIn, nil
	}
	return r.renew(ctx, x, standIn)
}

// renew is the second half of a replacement that keeps the name: the new profile under the old name,
// then the temporary one is retired.
func (r *Runner) renew(ctx context.Context, x Replacement, temporary fargate.Profile) (fargate.Profile, error) {
	wanted := temporary.Clone()
	wanted.Name, wanted.ARN, wanted.Status = x.Name, "", ""
	wanted = withIntent(wanted, x.Name, temporary.Tags[TagReplacesID], false)
	var have *fargate.Profile
	if x.Situation.Renewed {
		have = x.Situation.Original
	}
	renewed, err := r.ensure(ctx, wanted, have, x)
	if err != nil {
		return renewed, fmt.Errorf("%w\npods hit the temporary profile %s until the replacement is finished", err, temporary.Name)
	}
	return renewed, r.retire(ctx, temporary, renewed, x.Settle, x.Wait)
}

// ensure brings the profile to ACTIVE from whatever an earlier run left of it (have, nil for nothing).
// A profile that EKS gives up is removed again.
func (r *Runner) ensure(ctx context.Context, wanted fargate.Profile, have *fargate.Profile, x Replacement) (fargate.Profile, error) {
	if have != nil {
		switch have.Status {
		case fargate.StatusActive:
			return *have, nil
		case fargate.StatusCreating:
			r.Report.Note("profile " + have.Name + " of an earlier run is still CREATING; going on with it")
			made, err := r.WaitActive(ctx, have.Cluster, have.Name)
			return made, r.removeFailed(ctx, x.Name, err)
		}
		r.Report.Note(fmt.Sprintf("profile %s of an earlier run is %s; it is removed and made again", have.Name, have.Status))
		if err := r.Delete(ctx, *have, true); err != nil {
			return *have, err
		}
		wanted.ARN, wanted.Status, wanted.Issues = "", "", nil
	}
	made, err := r.Create(ctx, wanted, CreateOptions{Wait: true, Siblings: x.Siblings, TrustChecked: x.TrustChecked})
	return made, r.removeFailed(ctx, x.Name, err)
}

// removeFailed deletes a successor that ended in CREATE_FAILED, and keeps the reason.
func (r *Runner) removeFailed(ctx context.Context, original string, err error) error {
	var failed *Failed
	if !errors.As(err, &failed) || failed.Profile.Status != fargate.StatusCreateFailed {
		return err
	}
	r.Report.Note("profile " + failed.Profile.Name + " failed and is removed; " + original + " is not touched")
	if removal := r.Delete(ctx, failed.Profile, true); removal != nil {
		return errors.Join(err, removal)
	}
	return err
}

// retire deletes the old profile after the new one has settled. Both are read again first: nothing is
// deleted on a doubt.
func (r *Runner) retire(ctx context.Context, old, successor fargate.Profile, settle time.Duration, wait bool) error {
	o := r.begin("replacing profile " + old.Name)
	if old.Status != fargate.StatusDeleting && settle > 0 {
		o.see("profile "+successor.Name, fmt.Sprintf("ACTIVE, giving the scheduler %s to learn of it", settle))
		if err := r.Clock.Sleep(ctx, settle); err != nil {
			return o.unfinished(err)
		}
	}
	now, err := o.read(ctx, successor.Cluster, successor.Name)
	if err != nil {
		return err
	}
	if now == nil || now.Status != fargate.StatusActive || now.ARN != successor.ARN {
		state := "gone"
		if now != nil && now.ARN == successor.ARN {
			state = string(now.Status)
		} else if now != nil {
			state = "re-created by somebody else"
		}
		return fmt.Errorf("profile %s is %s and cannot take the pods of %s; %s was not deleted", successor.Name, state, old.Name, old.Name)
	}
	current, err := o.read(ctx, old.Cluster, old.Name)
	switch {
	case err != nil:
		return err
	case current == nil:
		return nil
	case current.ARN != old.ARN:
		return fmt.Errorf("profile %s was re-created by somebody else (%s); it was not deleted", old.Name, current.ARN)
	}
	return r.deleteKnown(ctx, *current, wait)
}

// Abort undoes an unfinished replacement: the successor is deleted and the original stays. The caller
// has asked CanAbort.
func (r *Runner) Abort(ctx context.Context, s Situation, wait bool) error {
	if !s.CanAbort() {
		return errors.New("the replacement cannot be undone: the original is not ACTIVE any more")
	}
	o := r.begin("undoing the replacement of profile " + s.Original.Name)
	current, err := o.read(ctx, s.Original.Cluster, s.Original.Name)
	if err != nil {
		return err
	}
	if current == nil || current.ARN != s.Original.ARN || current.Status != fargate.StatusActive {
		return fmt.Errorf("profile %s is not ACTIVE any more, so its successor %s was not deleted", s.Original.Name, s.Successor.Name)
	}
	return r.Delete(ctx, *s.Successor, wait)
}
