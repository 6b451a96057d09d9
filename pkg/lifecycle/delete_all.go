package lifecycle

// This file deletes several profiles, one after another, and keeps account of each.

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// Deletion is what became of one profile of several.
type Deletion struct {
	Profile fargate.Profile
	// Err is why it was not deleted; nil where it is gone or, without waiting, on its way.
	Err error
	// Untried reports whether nothing was sent, because the run ended before.
	Untried bool
}

// DeleteAll deletes the profiles in their order. A failure does not keep the next from being tried, unless
// the run itself ended: the time limit of one was reached, ctx is over, or AWS went away. done hears of
// every profile that was deleted, as soon as that is known.
func (r *Runner) DeleteAll(ctx context.Context, profiles []fargate.Profile, wait bool, done func(fargate.Profile)) []Deletion {
	out := make([]Deletion, len(profiles))
	stopped := false
	for i, p := range profiles {
		out[i] = Deletion{Profile: p, Untried: stopped}
		if stopped {
			continue
		}
		if out[i].Err = r.Delete(ctx, p, wait); out[i].Err == nil {
			done(p)
		}
		var unfinished *Unfinished
		stopped = errors.As(out[i].Err, &unfinished)
	}
	return out
}

// stillThere reads a profile again before it is deleted: minutes may have passed since it was shown to a
// person, or while others were deleted. It returns nil where the profile is gone or another one now has its
// name, so that nothing is left to delete.
func (o *operation) stillThere(ctx context.Context, p fargate.Profile) (*fargate.Profile, error) {
	now, err := o.whenIdle(ctx, p, func(profiles []fargate.Profile) (*fargate.Profile, error) {
		return named(profiles, p.Name), nil
	})
	if err != nil || now == nil || p.ARN == "" || now.ARN == p.ARN {
		return now, err
	}
	o.Report.Note(fmt.Sprintf("profile %s was re-created meanwhile (%s); the new one is left alone", p.Name, now.ARN))
	return nil, nil
}

// named returns the profile of the name, nil where there is none.
func named(profiles []fargate.Profile, name string) *fargate.Profile {
	i := slices.IndexFunc(profiles, func(p fargate.Profile) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &profiles[i]
}

// whenIdle lets choose find the profile that is to go, p, among the cluster's profiles, as often as another one
// is in transition: EKS would refuse the deletion while it is, and nothing is sent in vain. It returns nil where p is
// gone for certain, and what has p's name now where that is another profile for certain.
func (o *operation) whenIdle(ctx context.Context, p fargate.Profile,
	choose func([]fargate.Profile) (*fargate.Profile, error),
) (*fargate.Profile, error) {
	begin := o.Clock.Now()
	for {
		profiles, err := o.readAll(ctx, p.Cluster)
		if err != nil {
			return nil, err
		}
		now, err := choose(profiles)
		var unlisted *unlistedError
		switch waited := o.Clock.Now().Sub(begin); {
		case errors.As(err, &unlisted) && waited < grace:
			// It was ACTIVE a moment ago; the list may lag behind.
			if err := o.pause(ctx); err != nil {
				return nil, err
			}
			continue
		case errors.As(err, &unlisted):
			return nil, o.unlisted(ctx, unlisted)
		case err != nil:
			return nil, err
		case now == nil, p.ARN != "" && now.ARN != p.ARN:
			here, err := o.gone(ctx, p, absence)
			switch {
			case err != nil:
				return nil, err
			case here == nil:
				return now, nil
			}
			if err := o.pause(ctx); err != nil {
				return nil, err
			}
			continue
		case now.Status == fargate.StatusDeleting:
			return now, nil
		}
		busy := slices.IndexFunc(profiles, func(o fargate.Profile) bool { return o.Name != p.Name && o.Status.InTransition() })
		if busy < 0 {
			return now, nil
		}
		o.waitFor(profiles[busy])
		if err := o.awaitIdle(ctx, p.Cluster, p.Name); err != nil {
			return nil, err
		}
	}
}

// unlisted is the error of a successor that lists have lacked for the grace period: it is gone where describing it
// says so too. Otherwise the lists are in doubt, and the same command goes on when they show it.
func (o *operation) unlisted(ctx context.Context, failure *unlistedError) error {
	here, err := o.read(ctx, failure.profile.Cluster, failure.profile.Name)
	switch {
	case err != nil:
		return err
	case here != nil:
		return o.unfinished(fmt.Errorf("EKS describes profile %s, but lists of cluster %s have lacked it for %s",
			here.Name, here.Cluster, grace))
	}
	return failure
}
