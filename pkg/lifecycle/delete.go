package lifecycle

import (
	"context"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// Delete deletes the profile as it was read and, with wait, polls until it is gone. A profile that is
// already DELETING is only waited for. Transient refusals are retried within the time limit. The profile
// is read again before anything is sent: when it has another ARN by now, somebody re-created it under the
// name; it is not touched, and the one asked for counts as deleted.
func (r *Runner) Delete(ctx context.Context, p fargate.Profile, wait bool) error {
	o := r.begin("deleting profile " + p.Name)
	now, err := o.stillThere(ctx, p)
	if err != nil || now == nil {
		return err
	}
	return r.deleteKnown(ctx, *now, wait, func(ctx context.Context) (*fargate.Profile, error) { return o.stillThere(ctx, p) })
}

// look reads what a deletion depends on. It gives the profile that is to go, nil where there is nothing left
// to delete, and an error where it has to stay.
type look func(ctx context.Context) (*fargate.Profile, error)

// deleteKnown is Delete for a profile that was read just now. Whenever time has passed before the request
// could be sent, again looks once more.
func (r *Runner) deleteKnown(ctx context.Context, p fargate.Profile, wait bool, again look) error {
	o := r.begin("deleting profile " + p.Name)
	if p.Status == fargate.StatusCreating {
		// EKS refuses to delete what it is still creating.
		if _, err := o.poll(ctx, p.Cluster, p.Name, func(now fargate.Profile, found bool, _ time.Duration) error {
			if found && now.Status == fargate.StatusCreating {
				return nil
			}
			return errSettled
		}); err != nil {
			return err
		}
		now, err := again(ctx)
		if err != nil || now == nil {
			return err
		}
		p = *now
	}
	if p.Status != fargate.StatusDeleting {
		gone, err := o.requestDeletion(ctx, p, again)
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
	_, err := o.awaitGone(ctx, p.Cluster, p.Name, p.ARN, true)
	return err
}

// requestDeletion repeats the request until EKS takes it. gone says that there is nothing to wait for.
func (o *operation) requestDeletion(ctx context.Context, p fargate.Profile, again look) (gone bool, err error) {
	for {
		_, err := o.EKS.DeleteProfile(ctx, p.Cluster, p.Name)
		switch {
		case err == nil:
			return false, nil
		case cloud.ClassOf(err) == cloud.NotFound && ctx.Err() == nil:
			// It was there when the caller read it: our own unanswered request or somebody else was faster, or the
			// answer is wrong. The look below tells.
			o.lastSeen = err.Error()
			err = o.pause(ctx)
		default:
			err = o.outlast(ctx, p.Cluster, p.Name, err)
		}
		if err != nil {
			return false, err
		}
		// The last request may have taken effect although no answer came, and others do not wait.
		now, err := again(ctx)
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
