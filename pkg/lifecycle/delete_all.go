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
	// Untried tells that nothing was sent, because the run ended before.
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
// person, or while others were deleted. It gives nil where the profile is gone or another one now has its
// name, so that nothing is left to delete.
func (o *operation) stillThere(ctx context.Context, p fargate.Profile) (*fargate.Profile, error) {
	return o.whenIdle(ctx, p, func(profiles []fargate.Profile) (*fargate.Profile, error) {
		i := slices.IndexFunc(profiles, func(now fargate.Profile) bool { return now.Name == p.Name })
		if i < 0 {
			return nil, nil
		}
		if p.ARN != "" && profiles[i].ARN != p.ARN {
			o.Report.Note(fmt.Sprintf("profile %s was re-created meanwhile (%s); the new one is left alone", p.Name, profiles[i].ARN))
			return nil, nil
		}
		return &profiles[i], nil
	})
}

// whenIdle lets choose find the profile that is to go among the cluster's profiles, as often as another one
// is in transition: EKS would refuse the deletion while it is, and nothing is sent in vain.
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
		if errors.As(err, &unlisted) && o.Clock.Now().Sub(begin) < grace {
			// It was ACTIVE a moment ago; the list may lag behind.
			if err := o.pause(ctx); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil || now == nil || now.Status == fargate.StatusDeleting {
			return now, err
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
