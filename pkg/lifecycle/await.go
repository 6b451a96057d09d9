package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// grace is how long an answer may contradict a change that AWS has just accepted: reads may lag
// behind writes.
const grace = 30 * time.Second

// errSettled ends a poll whose condition holds; errAgain has it look again at once.
var (
	errSettled = errors.New("settled")
	errAgain   = errors.New("look again")
)

// poll looks at the profile until judge ends it: with errSettled for success, another error for
// failure. judge gets the profile, or found=false. Transient errors of AWS are waited out.
func (o *operation) poll(
	ctx context.Context, cluster, name string, judge func(p fargate.Profile, found bool) error,
) (fargate.Profile, error) {
	subject := "profile " + name
	o.Report.Await(subject)
	for {
		p, err := o.EKS.Profile(ctx, cluster, name)
		switch {
		case err == nil:
			o.existed, o.senseless = true, 0
			o.deleting = o.deleting || p.Status == fargate.StatusDeleting
			o.see(subject, string(p.Status))
		case cloud.NoCluster(err) && !o.existed:
			// A cluster that never was says nothing about the profile; its name is wrong.
			return p, err
		case cloud.ClassOf(err) == cloud.NotFound:
			o.missing = err
		default:
			if err := o.bear(ctx, subject, err); err != nil {
				return p, err
			}
			continue
		}
		switch verdict := judge(p, err == nil); {
		case errors.Is(verdict, errSettled):
			return p, nil
		case errors.Is(verdict, errAgain):
			continue
		case verdict != nil:
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

// WaitActive polls until the profile is ACTIVE and returns it. CREATE_FAILED ends the wait at once with
// a *Failed; so does a profile that goes away or is being deleted. One that does not exist at the first
// look is AWS's own error, of the class NotFound.
func (r *Runner) WaitActive(ctx context.Context, cluster, name string) (fargate.Profile, error) {
	return r.beginAccepted(waitingActive(name)).awaitActive(ctx, cluster, name, 0)
}

func waitingActive(name string) string { return "waiting for profile " + name + " to become ACTIVE" }

// awaitActive tolerates a missing profile for lag, the time in which a read may not know of the creation yet. ACTIVE
// counts when a second look says so too: the first may show the time before a deletion.
func (o *operation) awaitActive(ctx context.Context, cluster, name string, lag time.Duration) (fargate.Profile, error) {
	confirmed := ""
	return o.poll(ctx, cluster, name, func(p fargate.Profile, found bool) error {
		switch {
		case !found && o.Clock.Now().Sub(o.start) < lag, found && p.Status == fargate.StatusCreating:
			return nil
		case !found:
			now, err := o.gone(ctx, fargate.Profile{Cluster: cluster, Name: name}, graceOf(o.existed))
			switch {
			case err != nil || now != nil:
				return err
			case !o.existed:
				return o.missing
			}
			return fmt.Errorf("profile %s was deleted from cluster %s", name, cluster)
		case p.Status == fargate.StatusActive && confirmed == p.ARN:
			return errSettled
		case p.Status == fargate.StatusActive:
			confirmed = p.ARN
			return errAgain
		case p.Status == fargate.StatusDeleting:
			return fmt.Errorf("profile %s is being deleted, so it will not become ACTIVE", name)
		default:
			return &decision.Failed{Profile: p}
		}
	})
}

// WaitDeleted polls until the profile is gone. An ACTIVE profile is waited for all the same, because
// somebody may be about to delete it. DELETE_FAILED ends the wait with a *Failed. A profile that was
// re-created under the name meanwhile counts as gone when arn is given and differs. A cluster that does
// not exist is an error of the class NotFound: it says nothing about the profile.
func (r *Runner) WaitDeleted(ctx context.Context, cluster, name, arn string) error {
	_, err := r.begin(waitingGone(name)).awaitGone(ctx, cluster, name, arn, false)
	return err
}

func waitingGone(name string) string { return "waiting for profile " + name + " to be deleted" }

// awaitGone polls until the profile, or the one that had the ARN, is gone. accepted says that AWS has taken our request
// to delete, so that a profile which stays ACTIVE is a contradiction. One answer is no evidence, neither for that nor
// for the end.
func (o *operation) awaitGone(ctx context.Context, cluster, name, arn string, accepted bool) (fargate.Profile, error) {
	wanted := fargate.Profile{Cluster: cluster, Name: name, ARN: arn}
	var contradicted time.Time // since when each look shows something else than a deletion under way
	return o.poll(ctx, cluster, name, func(p fargate.Profile, found bool) error {
		now := o.Clock.Now()
		failed := found && p.Status == fargate.StatusDeleteFailed
		stays := accepted && found && p.Status != fargate.StatusDeleting
		if !failed && !stays {
			contradicted = time.Time{}
		} else if contradicted.IsZero() {
			contradicted = now
		}
		switch {
		case !found, later(p, wanted):
			here, err := o.gone(ctx, wanted, graceOf(!accepted && !o.deleting))
			if err != nil || here != nil {
				return err
			}
			if o.existed {
				// The status word is ours: EKS has none for a profile that is gone.
				o.see("profile "+name, "gone")
			}
			return errSettled
		case failed && now.Sub(contradicted) >= absence:
			return &decision.Failed{Profile: p} // before that it may be of the time before the deletion
		case stays && now.Sub(contradicted) > grace:
			return fmt.Errorf("EKS accepted the deletion of profile %s, but it is %s", name, p.Status)
		}
		return nil
	})
}

// awaitIdle waits until no profile of the cluster but the one named is in transition, because EKS lets only one
// at a time.
func (o *operation) awaitIdle(ctx context.Context, cluster, except string) error {
	for {
		profiles, err := o.readAll(ctx, cluster)
		if err != nil {
			return err
		}
		busy := otherInTransition(profiles, except)
		if busy == nil {
			return nil
		}
		// Only the busy one is asked for while it lasts; then all are looked at again.
		moving := func(p fargate.Profile) bool { return p.Status.InTransition() }
		if _, err := o.poll(ctx, cluster, busy.Name, while(moving)); err != nil {
			return err
		}
	}
}

// while judges for a poll that goes on while the profile is there and holds is true of it.
func while(holds func(fargate.Profile) bool) func(fargate.Profile, bool) error {
	return func(now fargate.Profile, found bool) error {
		if found && holds(now) {
			return nil
		}
		return errSettled
	}
}
