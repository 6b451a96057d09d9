package get

import (
	"context"
	"reflect"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
)

// How long --watch waits between two looks: in transition, at rest, and for each request of a look at least.
const (
	pauseMoving  = time.Second
	pauseAtRest  = 5 * time.Second
	pauseRequest = 200 * time.Millisecond
)

// gone is the status of a profile that is not there any more; EKS has no word for that.
const gone fargate.Status = "gone"

// follow prints the profiles that change, from those that were printed before, until the context ends.
func (o *options) follow(
	ctx context.Context, e *env.Env, list *output.ProfileList, before []found,
) error {
	for {
		now := make([]found, len(before))
		err := e.Clock.Sleep(ctx, pause(before))
		if err == nil {
			var group errgroup.Group
			for i, f := range before {
				group.Go(func() (err error) {
					now[i], err = f.again()
					return err
				})
			}
			err = group.Wait()
		}
		switch {
		case ctx.Err() != nil:
			return env.StatusError(env.ExitInterrupted) // so a watch ends: there is nothing to say
		case err != nil:
			return err
		}
		if changed := changes(before, now); len(changed) > 0 {
			if err := list.Print(changed); err != nil {
				return err
			}
			warnHealth(e, o.Several(), changed)
		}
		before = now
	}
}

// pause is how long to wait before the next look.
func pause(all []found) time.Duration {
	least, requests := pauseAtRest, 0
	for _, f := range all {
		requests += 1 + len(f.Profiles)
		if slices.ContainsFunc(f.Profiles, func(p fargate.Profile) bool { return p.Status.InTransition() }) {
			least = pauseMoving
		}
	}
	return max(least, time.Duration(requests)*pauseRequest)
}

// changes returns the profiles of clusters that are not as they were before, each with its status now.
func changes(before, now []found) []output.ClusterProfiles {
	var out []output.ClusterProfiles
	for i, f := range now {
		old := before[i].Profiles
		changed := f.ClusterProfiles
		changed.Profiles = nil
		for _, p := range f.Profiles {
			same := func(was fargate.Profile) bool { return reflect.DeepEqual(was, p) }
			if !slices.ContainsFunc(old, same) {
				changed.Profiles = append(changed.Profiles, p)
			}
		}
		for _, p := range old {
			if !slices.Contains(fargate.Names(f.Profiles), p.Name) {
				p.Status, p.Issues = gone, nil
				changed.Profiles = append(changed.Profiles, p)
			}
		}
		if len(changed.Profiles) > 0 {
			out = append(out, changed)
		}
	}
	return out
}
