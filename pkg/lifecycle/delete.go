package lifecycle

// This file deletes a profile and polls through DELETING.

import (
	"context"
	"fmt"
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
	return r.deleteKnown(ctx, *now, wait)
}

// deleteKnown is Delete for a profile that was read just now.
func (r *Runner) deleteKnown(ctx context.Context, p fargate.Profile, wait bool) error {
	o := r.begin("deleting profile " + p.Name)
	if p.Status == fargate.StatusCreating {
		// EKS refuses to delete what it is still creating.
		settled, err := o.poll(ctx, p.Cluster, p.Name, func(now fargate.Profile, found bool, _ time.Duration) error {
			if found && now.Status == fargate.StatusCreating {
				return nil
			}
			return errSettled
		})
		if err != nil {
			return err
		}
		if settled.Name == "" {
			return nil
		}
		p.Status = settled.Status
	}
	if p.Status != fargate.StatusDeleting {
		gone, err := o.requestDeletion(ctx, p)
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
func (o *operation) requestDeletion(ctx context.Context, p fargate.Profile) (gone bool, err error) {
	for {
		_, err := o.EKS.DeleteProfile(ctx, p.Cluster, p.Name)
		class := cloud.ClassOf(err)
		switch {
		case err == nil:
			return false, nil
		case ctx.Err() != nil:
			return false, o.unfinished(ctx.Err())
		case class == cloud.NotFound:
			// It was there when the caller read it: our own unanswered request or somebody else was faster.
			return true, nil
		case class == cloud.Busy:
			o.wait("EKS is busy", err)
			if err := o.awaitIdle(ctx, p.Cluster, p.Name); err != nil {
				return false, err
			}
		case class.Transient():
			o.wait("EKS did not take the request yet", err)
		default:
			return false, err
		}
		if err := o.pause(ctx); err != nil {
			return false, err
		}
		// Before asking again: the last request may have taken effect although no answer came.
		now, err := o.read(ctx, p.Cluster, p.Name)
		switch {
		case err != nil:
			return false, err
		case now == nil:
			return true, nil
		case p.ARN != "" && now.ARN != p.ARN:
			o.Report.Note(fmt.Sprintf("profile %s was re-created meanwhile; the new one is left alone", p.Name))
			return true, nil
		case now.Status == fargate.StatusDeleting:
			return false, nil
		}
	}
}
