package lifecycle

// This file holds the polling: one loop that survives what is transient, and what it waits for.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// grace is how long an answer may contradict a change that AWS has just accepted: reads may lag
// behind writes.
const grace = 30 * time.Second

// errSettled ends a poll whose condition holds.
var errSettled = errors.New("settled")

// poll looks at the profile until judge ends it: with errSettled for success, another error for
// failure. judge gets the profile, or found=false. Transient errors of AWS are waited out.
func (o *operation) poll(ctx context.Context, cluster, name string,
	judge func(p fargate.Profile, found bool, age time.Duration) error,
) (fargate.Profile, error) {
	subject := "profile " + name
	for {
		p, err := o.EKS.Profile(ctx, cluster, name)
		switch {
		case err == nil:
			o.existed, o.senseless = true, 0
			o.see(subject, string(p.Status))
		case cloud.NoCluster(err) && !o.existed:
			// A cluster that never was says nothing about the profile; its name is wrong.
			return p, err
		case cloud.ClassOf(err) == cloud.NotFound:
			o.missing = err
			if o.existed {
				// The status word is ours: EKS has none for a profile that is gone.
				o.see(subject, "gone")
			}
		case ctx.Err() != nil:
			return p, o.unfinished(ended(ctx, err))
		case o.passes(err):
			o.asked = cloud.RetryAfter(err)
			o.see(subject, fmt.Sprintf("unknown, asking again (%s)", brief(err)))
			if err := o.pause(ctx); err != nil {
				return p, err
			}
			continue
		default:
			return p, o.unfinished(err)
		}
		verdict := judge(p, err == nil, o.Clock.Now().Sub(o.start))
		if errors.Is(verdict, errSettled) {
			return p, nil
		}
		if verdict != nil {
			return p, verdict
		}
		if err := o.pause(ctx); err != nil {
			return p, err
		}
	}
}

func (o *operation) see(subject, status string) {
	o.lastSeen = subject + " " + status
	o.Report.Update(subject, status)
}

// WaitActive polls until the profile is ACTIVE and gives it. CREATE_FAILED ends the wait at once with
// a *Failed; so does a profile that goes away or is being deleted. One that does not exist at the first
// look is AWS's own error, of the class NotFound.
func (r *Runner) WaitActive(ctx context.Context, cluster, name string) (fargate.Profile, error) {
	return r.beginAccepted(waitingActive(name)).awaitActive(ctx, cluster, name, 0)
}

func waitingActive(name string) string { return "waiting for profile " + name + " to become ACTIVE" }

// awaitActive tolerates a missing profile for lag, the time in which a read may not know of the
// creation yet.
func (o *operation) awaitActive(ctx context.Context, cluster, name string, lag time.Duration) (fargate.Profile, error) {
	return o.poll(ctx, cluster, name, func(p fargate.Profile, found bool, age time.Duration) error {
		switch {
		case !found && age < lag, found && p.Status == fargate.StatusCreating:
			return nil
		case !found && !o.existed:
			return o.missing
		case !found:
			return fmt.Errorf("there is no profile %s in cluster %s any more", name, cluster)
		case p.Status == fargate.StatusActive:
			return errSettled
		case p.Status == fargate.StatusDeleting:
			return fmt.Errorf("profile %s is being deleted, so it will not become ACTIVE", name)
		default:
			return &Failed{Profile: p}
		}
	})
}

// WaitDeleted polls until the profile is gone. An ACTIVE profile is waited for all the same, because
// somebody may be about to delete it. DELETE_FAILED ends the wait with a *Failed. A profile that was
// re-created under the name meanwhile counts as gone when arn is given and differs. A cluster that does
// not exist is an error of the class NotFound: it says nothing about the profile.
func (r *Runner) WaitDeleted(ctx context.Context, cluster, name, arn string) error {
	_, err := r.beginAccepted(waitingGone(name)).awaitGone(ctx, cluster, name, arn, false)
	return err
}

func waitingGone(name string) string { return "waiting for profile " + name + " to be deleted" }

// awaitGone: accepted says that AWS has taken our request to delete, so that a profile which stays
// ACTIVE is a contradiction.
func (o *operation) awaitGone(ctx context.Context, cluster, name, arn string, accepted bool) (fargate.Profile, error) {
	return o.poll(ctx, cluster, name, func(p fargate.Profile, found bool, age time.Duration) error {
		switch {
		case !found, arn != "" && p.ARN != "" && p.ARN != arn:
			return errSettled
		case p.Status == fargate.StatusDeleteFailed:
			return &Failed{Profile: p}
		case accepted && p.Status != fargate.StatusDeleting && age > grace:
			return fmt.Errorf("EKS accepted the deletion of profile %s, but it is %s", name, p.Status)
		}
		return nil
	})
}

// awaitIdle waits until no profile of the cluster but those named in except is in transition, because
// EKS lets only one at a time.
func (o *operation) awaitIdle(ctx context.Context, cluster string, except ...string) error {
	for {
		profiles, err := o.readAll(ctx, cluster)
		if err != nil {
			return err
		}
		busy := slices.IndexFunc(profiles, func(p fargate.Profile) bool {
			return p.Status.InTransition() && !slices.Contains(except, p.Name)
		})
		if busy < 0 {
			return nil
		}
		// Only the busy one is asked for while it lasts; then all are looked at again.
		if _, err := o.poll(ctx, cluster, profiles[busy].Name, func(p fargate.Profile, found bool, _ time.Duration) error {
			if found && p.Status.InTransition() {
				return nil
			}
			return errSettled
		}); err != nil {
			return err
		}
	}
}

// readAll looks at all profiles of the cluster, through transient errors.
func (o *operation) readAll(ctx context.Context, cluster string) ([]fargate.Profile, error) {
	for {
		profiles, err := o.EKS.Profiles(ctx, cluster)
		switch {
		case err == nil:
			return profiles, nil
		case ctx.Err() != nil:
			return nil, o.unfinished(ended(ctx, err))
		case !o.passes(err):
			return nil, o.unfinished(err)
		}
		o.asked = cloud.RetryAfter(err)
		o.see("cluster "+cluster, fmt.Sprintf("unknown, asking again (%s)", brief(err)))
		if err := o.pause(ctx); err != nil {
			return nil, err
		}
	}
}
