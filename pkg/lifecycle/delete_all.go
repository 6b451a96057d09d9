package lifecycle

// This file deletes several profiles, one after another, and keeps account of each.

import (
	"context"
	"errors"
	"fmt"

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
	now, err := o.read(ctx, p.Cluster, p.Name)
	if err != nil || now == nil {
		return nil, err
	}
	if p.ARN != "" && now.ARN != p.ARN {
		o.Report.Note(fmt.Sprintf("profile %s was re-created meanwhile (%s); the new one is left alone", p.Name, now.ARN))
		return nil, nil
	}
	return now, nil
}
