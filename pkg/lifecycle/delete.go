package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// Delete deletes the profile as it was read and, with wait, polls until it is gone. A profile that is
// already DELETING is only waited for. Transient refusals are retried within the time limit. The profile
// is read again before anything is sent: when it has another ARN by now, somebody re-created it under the
// name; it is not touched, and the one asked for counts as deleted.
func (r *Runner) Delete(ctx context.Context, p fargate.Profile, wait bool) error {
	return r.remove(ctx, p, wait, func(profiles []fargate.Profile) (*fargate.Profile, error) {
		return named(profiles, p.Name), nil
	})
}

// chooser returns the profile that is to go from the cluster's profiles, nil where it is gone, and an error where it
// has to stay.
type chooser func([]fargate.Profile) (*fargate.Profile, error)

// remove deletes p. What choose judges is read before the request is sent, and again whenever time has passed since:
// minutes may have passed since p was shown to a person, or while others were deleted.
func (r *Runner) remove(ctx context.Context, p fargate.Profile, wait bool, choose chooser) error {
	doing := "deleting profile " + p.Name
	creating := func(now fargate.Profile) bool { return now.Status == fargate.StatusCreating }
	o := r.begin(doing)
	now, err := o.whenIdle(ctx, p, choose)
	if err == nil && now != nil && now.Status == fargate.StatusCreating {
		// EKS refuses to delete what it is still creating.
		if _, err = o.poll(ctx, p.Cluster, p.Name, while(creating)); err == nil {
			now, err = o.whenIdle(ctx, p, choose)
		}
	}
	if err != nil || now == nil {
		return err
	}
	if now.Status != fargate.StatusDeleting {
		gone, err := r.begin(doing).requestDeletion(ctx, *now, choose)
		if err != nil || gone {
			return err
		}
	}
	if !wait {
		return nil
	}
	o = r.beginAccepted(waitingGone(p.Name))
	o.existed = true
	o.see("profile "+p.Name, string(fargate.StatusDeleting))
	if err := o.pause(ctx); err != nil {
		return err
	}
	_, err = o.awaitGone(ctx, p.Cluster, p.Name, now.ARN, true)
	return err
}

// requestDeletion repeats the request until EKS takes it. gone reports whether there is nothing to wait for.
func (o *operation) requestDeletion(ctx context.Context, p fargate.Profile, choose chooser) (gone bool, err error) {
	for {
		_, err := o.EKS.DeleteProfile(ctx, p.Cluster, p.Name)
		switch {
		case err == nil:
			return false, nil
		case cloud.ClassOf(err) == cloud.NotFound && ctx.Err() == nil:
			// It was there when it was read: our own unanswered request or somebody else was faster, or the answer is
			// wrong. The look below shows which.
			o.lastSeen = err.Error()
			err = o.pause(ctx)
		default:
			err = o.outlast(ctx, p.Cluster, p.Name, err)
		}
		if err != nil {
			return false, err
		}
		// The last request may have taken effect although no answer came, and others do not wait.
		now, err := o.whenIdle(ctx, p, choose)
		switch {
		case err != nil:
			return false, err
		case now == nil:
			return true, nil
		case now.Status == fargate.StatusDeleting:
			return false, nil
		}
	}
}

// whenIdle returns the profile that is to go, p, as choose finds it when no other one is in transition: EKS would
// refuse the deletion while one is, and nothing is sent in vain. It returns nil where p is gone for certain, its name
// taken by another one or not.
func (o *operation) whenIdle(ctx context.Context, p fargate.Profile, choose chooser) (*fargate.Profile, error) {
	begin := o.Clock.Now()
	for {
		profiles, err := o.readAll(ctx, p.Cluster)
		if err != nil {
			return nil, err
		}
		now, err := choose(profiles)
		var unlisted *unlistedError
		switch {
		case errors.As(err, &unlisted) && o.Clock.Now().Sub(begin) < grace:
			// It was ACTIVE a moment ago; the list may lag behind.
			err = o.pause(ctx)
		case errors.As(err, &unlisted):
			return nil, o.unlisted(ctx, unlisted)
		case err != nil:
			return nil, err
		case now == nil, p.ARN != "" && now.ARN != p.ARN:
			here, goneErr := o.gone(ctx, p, absence)
			if goneErr == nil && here == nil {
				if now != nil {
					o.Report.Note(fmt.Sprintf("profile %s was re-created meanwhile (%s); the new one is left alone",
						now.Name, now.ARN))
				}
				return nil, nil
			}
			if err = goneErr; err == nil {
				err = o.pause(ctx)
			}
		default:
			busy := otherInTransition(profiles, p.Name)
			if busy == nil || now.Status == fargate.StatusDeleting {
				return now, nil
			}
			err = o.waitFor(ctx, *busy, p)
		}
		if err != nil {
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
