package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// Options say how what was decided is done.
type Options struct {
	// Settle is the pause between a profile's becoming ACTIVE and the deletion that relies on it: the
	// scheduler learns of profiles with some lag (eksctl waits 30 s too).
	Settle time.Duration
	// Wait polls through the last deletion; otherwise the sequence ends when EKS has accepted it.
	Wait bool
	// MakeOnly ends a replacement when its successor is ACTIVE. What is Made then goes on; with Settled the successor
	// had its pause already.
	MakeOnly, Settled bool
	// Still, where it is not nil, judges the cluster's profiles right before anything is deleted: an error ends the
	// sequence.
	Still func([]fargate.Profile) error
}

// Do does what was decided, and returns the profile that is there in the end. What begins must have been Checked.
func (r *Runner) Do(ctx context.Context, d decision.Decision, opts Options) (fargate.Profile, error) {
	switch d.Action {
	case decision.Begin, decision.Finish:
		if d.Action == decision.Begin && d.Preflight.Profile.Name == "" {
			return fargate.Profile{}, fmt.Errorf("the successor %s was not checked", d.Wanted.Name)
		}
		return r.replace(ctx, d, opts)
	case decision.Undo:
		return *d.Original, r.retire(ctx, *d.Successor, *d.Original, Options{Wait: opts.Wait})
	case decision.Tag:
		after, changed := decision.Retagged(*d.Original, d.Wanted)
		return after, r.EKS.TagProfile(ctx, after.ARN, changed)
	case decision.Make:
		return r.makeApplied(ctx, d)
	case decision.Drop:
		return *d.Original, r.remove(ctx, *d.Original, opts.Wait, opts.still(named(d.Name)))
	case decision.Keep, decision.Settle:
		return d.Wanted, nil
	case decision.Missing:
	}
	return fargate.Profile{}, fmt.Errorf("there is no profile %s to replace", d.Name)
}

// replace carries a replacement out from wherever it stands and returns the profile that takes the original's place. A
// successor that fails is removed and the original stays.
func (r *Runner) replace(ctx context.Context, d decision.Decision, opts Options) (fargate.Profile, error) {
	m := making{Report: d.Preflight, ours: true, wait: true}
	m.Siblings = d.Profiles
	if d.Action == decision.Begin {
		m.Profile = d.Wanted
		if err := r.takeRole(ctx, &m); err != nil {
			return d.Wanted, err
		}
		d.Wanted = m.Profile
		d.Wanted = d.Intended()
	}
	standIn, renewed := d.Wanted, fargate.Profile{}
	if d.Stage == decision.Renewed {
		renewed = *d.Original
	}
	for _, step := range d.Steps() {
		var err error
		switch step {
		case decision.MakeSuccessor:
			m.Profile, m.have = d.Wanted, d.Successor
			if standIn, err = r.ensure(ctx, d, m); opts.MakeOnly {
				return standIn, err
			}
		case decision.DrainOriginal:
			if err = r.settle(ctx, *d.Original, standIn, &opts); err == nil {
				err = r.drain(ctx, *d.Original, standIn, d.Wish.Drain)
			}
		case decision.RetireOriginal:
			first := opts
			first.Wait = opts.Wait || d.Wish.KeepName
			err = r.retire(ctx, *d.Original, standIn, first)
		case decision.MakeRenewed:
			m.Profile, m.have = renewal(standIn, d.Name), nil
			if d.Stage == decision.Renewed {
				m.have = d.Original
			}
			if renewed, err = r.ensure(ctx, d, m); err != nil {
				err = fmt.Errorf("%w\npods hit the temporary profile %s until the replacement is finished", err, standIn.Name)
			}
		case decision.RetireTemporary:
			err = r.retire(ctx, standIn, renewed, Options{Settle: opts.Settle, Wait: opts.Wait})
		}
		if err != nil {
			return standIn, err
		}
	}
	if d.Wish.KeepName {
		return renewed, nil
	}
	return standIn, nil
}

// renewal is the new profile under the old name, made from the temporary one.
func renewal(temporary fargate.Profile, name string) fargate.Profile {
	p := decision.WithIntent(temporary, name, temporary.Tags[decision.TagReplacesID], false)
	p.Name, p.ARN, p.Status = name, "", ""
	return p
}

// ensure brings a profile of the replacement to ACTIVE. One that fails is removed again.
func (r *Runner) ensure(ctx context.Context, d decision.Decision, m making) (fargate.Profile, error) {
	if wanted := m.Profile; d.Original != nil && wanted.Name != d.Name {
		m.still = func(profiles []fargate.Profile) error { return mayCome(profiles, *d.Original, wanted) }
	}
	made, err := r.bring(ctx, m)
	return made, r.removeFailed(ctx, d.Situation, err)
}

// removeFailed deletes a successor that ended in CREATE_FAILED, and keeps the reason.
func (r *Runner) removeFailed(ctx context.Context, x decision.Situation, err error) error {
	failed, ok := errors.AsType[*decision.Failed](err)
	if !ok || failed.Profile.Status != fargate.StatusCreateFailed {
		return err
	}
	note := "profile " + failed.Profile.Name + " failed and is removed"
	// The original is gone by then where the name is kept, or where somebody else has deleted it.
	if failed.Profile.Name != x.Name && x.Original != nil {
		note += "; " + x.Name + " is not touched"
	}
	r.Report.Note(note)
	return errors.Join(err, r.Delete(ctx, failed.Profile, true))
}

// retire deletes the old profile after the new one has settled. All are read again first, and again when EKS
// was busy: nothing is deleted on a doubt.
func (r *Runner) retire(ctx context.Context, old, successor fargate.Profile, opts Options) error {
	if err := r.settle(ctx, old, successor, &opts); err != nil {
		return err
	}
	return r.remove(ctx, old, opts.Wait, opts.still(func(profiles []fargate.Profile) (*fargate.Profile, error) {
		return mayGo(profiles, old, successor)
	}))
}

// settle waits until the scheduler has learnt of the successor, once.
func (r *Runner) settle(ctx context.Context, old, successor fargate.Profile, opts *Options) error {
	if opts.Settled || opts.Settle <= 0 || old.Status == fargate.StatusDeleting {
		return nil
	}
	o := r.begin("replacing profile " + old.Name)
	o.see("profile "+successor.Name, fmt.Sprintf("ACTIVE, giving the scheduler %s to learn of it", opts.Settle))
	opts.Settled = true
	return o.sleep(ctx, opts.Settle)
}

// still returns the chooser with what Still judges besides, of a profile that is there and not going yet.
func (o Options) still(choose chooser) chooser {
	return func(profiles []fargate.Profile) (*fargate.Profile, error) {
		p, err := choose(profiles)
		if err == nil && p != nil && p.Status != fargate.StatusDeleting && o.Still != nil {
			err = o.Still(profiles)
		}
		return p, err
	}
}

// mayCome returns why a successor may not be made: another one takes the original's place, or has taken it. Where
// somebody just deleted the original, or made another one, the successor is made all the same: it is what later
// runs know the original by.
func mayCome(profiles []fargate.Profile, original, successor fargate.Profile) error {
	for _, p := range profiles {
		if !decision.Replaces(p, original) {
			continue
		}
		differences := fargate.Differences(p, successor)
		switch {
		case p.Name == original.Name:
			return decision.Refused("profile %s was replaced meanwhile, under its own name; %s was not created",
				p.Name, successor.Name)
		case p.Name != successor.Name:
			return decision.Refused("profile %s replaces %s already; %s was not created", p.Name, original.Name, successor.Name)
		case len(differences) > 0:
			return decision.Refused("profile %s replaces %s already, and is not what is asked for now: %s; nothing was created",
				p.Name, original.Name, differences[0])
		}
	}
	return nil
}

// mayGo returns the old profile as it is now, nil when it is gone. The error says why it has to stay: the
// successor cannot take its pods, or somebody else has plans with it.
func mayGo(profiles []fargate.Profile, old, successor fargate.Profile) (*fargate.Profile, error) {
	current, heir := fargate.Named(profiles, old.Name), fargate.Named(profiles, successor.Name)
	rival := slices.IndexFunc(profiles, func(p fargate.Profile) bool {
		return p.Name != old.Name && p.Name != successor.Name && decision.Replaces(p, old)
	})
	another := current != nil && current.ARN != old.ARN
	if another && decision.Replaces(*current, old) && decision.Renews(*current, successor) {
		return nil, nil // another run of the same replacement is ahead
	}
	stays := old.Name + " was not deleted"
	switch {
	case current == nil:
		stays = old.Name + " is gone"
	case another:
		stays = old.Name + " is another one by now"
	case current.Status == fargate.StatusDeleting:
		stays = old.Name + " is being deleted"
	}
	switch {
	case heir == nil:
		text := fmt.Sprintf("profile %s is gone and cannot take the pods of %s; %s", successor.Name, old.Name, stays)
		return nil, &unlistedError{text, successor}
	case heir.ARN != successor.ARN:
		return nil, fmt.Errorf("profile %s was re-created by somebody else (%s) and may not take the pods of %s; %s",
			successor.Name, heir.ARN, old.Name, stays)
	case heir.Status != fargate.StatusActive:
		return nil, fmt.Errorf("profile %s is %s and cannot take the pods of %s; %s",
			successor.Name, heir.Status, old.Name, stays)
	case rival >= 0:
		return nil, fmt.Errorf("profile %s replaces %s too, besides %s; %s: delete the one of the two that is not wanted",
			profiles[rival].Name, old.Name, successor.Name, stays)
	case another:
		return nil, fmt.Errorf("profile %s was re-created by somebody else (%s); it was not deleted", old.Name, current.ARN)
	}
	return current, nil
}

// Decide reads from the cluster's profiles, as of just now, what there is to do. That nothing is, or that there is no
// such profile, one reading does not show: then more are made, which have to agree.
func (r *Runner) Decide(ctx context.Context, cluster string, profiles []fargate.Profile, w decision.Wish,
) (decision.Decision, error) {
	s, err := decision.Assess(profiles, w.Name)
	if err != nil {
		return decision.Decision{}, err
	}
	if !s.Unfinished() && (w.Abort || s.Stage != decision.Fresh) {
		s, err = r.assessAgain(ctx, cluster, s, w.Abort && s.Stage == decision.Fresh || s.Stage == decision.Done)
		if err != nil {
			return decision.Decision{}, err
		}
	}
	d, err := s.Decide(w)
	if err != nil || w.Abort || d.Action != decision.Keep {
		return d, err
	}
	// The reading may have lacked a replacement that is under way.
	again, err := r.assessAgain(ctx, cluster, s, true)
	switch {
	case err != nil:
		return decision.Decision{}, err
	case again.Unfinished():
		return again.Decide(w)
	case again.Original == nil, again.Original.Status != s.Original.Status,
		len(fargate.Differences(*again.Original, *s.Original)) > 0:
		err := fmt.Errorf("profile %s has changed since it was first read; nothing was changed", w.Name)
		return d, &decision.Refusal{Reason: decision.Moved, Err: err}
	}
	return d, nil
}

// assessAgain is Assess of readings that agree; with certain, over a grace period.
func (r *Runner) assessAgain(ctx context.Context, cluster string, s decision.Situation, certain bool,
) (decision.Situation, error) {
	profiles, err := r.settled(ctx, cluster, s.Profiles, certain)
	if err != nil {
		return s, err
	}
	return decision.Assess(profiles, s.Name)
}

// DecideAll reads from the cluster's profiles, as of just now, what has to be done. That nothing is, or that a profile
// has to be made, takes more readings, which agree over a grace period; which profiles go that the file does not have
// takes one more that agrees. The error joins all refusals.
func (r *Runner) DecideAll(ctx context.Context, first []fargate.Profile, g decision.Goal) (decision.Changes, error) {
	c, err := g.Decide(first)
	lacks := func(d decision.Decision) bool { return d.Action == decision.Make && d.Original == nil }
	certain := err != nil || len(c.Turns) == 0 || slices.ContainsFunc(c.Decisions, lacks)
	if !certain && g.Prune == decision.PruneNone {
		return c, nil
	}
	profiles, err := r.settled(ctx, g.Cluster, first, certain)
	if err != nil {
		return c, err
	}
	return g.Decide(profiles)
}

// Apply does what was decided, turn by turn; what is made must have been Checked. A failure ends it: what comes later
// may rely on it. The same goal decided about again goes on from there. done is called with every decision that is
// carried out, and the profile that there is then.
func (r *Runner) Apply(ctx context.Context, c decision.Changes, settle time.Duration,
	done func(decision.Decision, fargate.Profile),
) error {
	decisions := slices.Clone(c.Decisions)
	// When the last profile became ACTIVE that pods may move to: one of an earlier run may just have.
	var made time.Time
	if slices.ContainsFunc(decisions, func(d decision.Decision) bool { return d.Action == decision.Finish }) {
		made = r.Clock.Now()
	}
	for _, t := range c.Turns {
		d := decisions[t.Index]
		makes := t.MakeOnly || d.Action == decision.Make
		if left := settle - r.Clock.Now().Sub(made); !makes && d.Action != decision.Tag && left > 0 && !d.Going() {
			o := r.begin("changing the profiles of cluster " + c.Cluster)
			o.see("the new profiles", "ACTIVE, giving the scheduler "+left.Round(time.Second).String()+" to learn of them")
			if err := o.sleep(ctx, left); err != nil {
				return err
			}
		}
		p, err := r.Do(ctx, d, Options{
			Settle: settle, Wait: true, MakeOnly: t.MakeOnly, Settled: true, Still: t.Still(d),
		})
		if err != nil {
			return err
		}
		if makes {
			made = r.Clock.Now()
		}
		if t.MakeOnly {
			decisions[t.Index] = d.Made(p)
		}
		if rest := decisions[t.Index].Steps(); !t.MakeOnly || len(rest) == 0 {
			done(c.Decisions[t.Index], p)
		}
	}
	return nil
}

// makeApplied brings a profile of the file to ACTIVE. Somebody else may have made it meanwhile, and even replaced it.
func (r *Runner) makeApplied(ctx context.Context, d decision.Decision) (fargate.Profile, error) {
	m := making{Report: d.Preflight, have: d.Original, wait: true}
	m.Siblings = d.Profiles
	m.ours = m.have != nil && m.have.Status != fargate.StatusDeleting
	m.still = func(profiles []fargate.Profile) error {
		name, err := decision.LivesAs(profiles, d.Wish)
		if err == nil && name != d.Name {
			err = &decision.Refusal{
				Reason: decision.Moved, Err: fmt.Errorf("profile %s was made meanwhile, as %s", d.Wish.Applied, name),
			}
		}
		return err
	}
	if m.Profile.Name == "" {
		m.Profile = d.Wanted
	}
	return r.bring(ctx, m)
}
