package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// Delete deletes the profile as it was read and, with wait, polls until it is gone. A profile that is
// already DELETING is only waited for. Transient refusals are retried within the time limit. The profile
// is read again before anything is sent: when it has another ARN by now, somebody re-created it under the
// name; it is not touched, and the one asked for counts as deleted.
func (r *Runner) Delete(ctx context.Context, p fargate.Profile, wait bool) error {
	return r.remove(ctx, p, wait, named(p.Name))
}

// chooser returns the profile that is to go from the cluster's profiles, nil where it is gone, and an error where it
// has to stay.
type chooser func([]fargate.Profile) (*fargate.Profile, error)

// named chooses the profile of the name.
func named(name string) chooser {
	return func(profiles []fargate.Profile) (*fargate.Profile, error) { return fargate.Named(profiles, name), nil }
}

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
		o.Report.Await("profile " + p.Name)
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
		unlisted, lacks := errors.AsType[*unlistedError](err)
		refusal, refused := errors.AsType[*decision.Refusal](err)
		moved := refused && refusal.Reason == decision.Moved
		switch {
		case (lacks || moved) && o.Clock.Now().Sub(begin) < grace:
			// What is missing was ACTIVE a moment ago; the list may lag behind.
			err = o.pause(ctx)
		case lacks:
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

// unlistedError says that the successor, profile, is not in the list of profiles.
type unlistedError struct {
	text    string
	profile fargate.Profile
}

func (e *unlistedError) Error() string { return e.text }

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

// Deletion is what became of one profile of several.
type Deletion struct {
	Profile fargate.Profile
	// Err is why it was not deleted; nil where it is gone or, without waiting, on its way.
	Err error
	// Untried reports whether nothing was sent, because the run ended before.
	Untried bool
}

// DeleteAll deletes the profiles in their order. A failure does not keep the next from being tried, unless
// the run itself ended: the time limit of one was reached, ctx is over, or AWS went away. done is called with every
// profile that was deleted, as soon as that is known.
func (r *Runner) DeleteAll(
	ctx context.Context, profiles []fargate.Profile, wait bool, done func(fargate.Profile),
) []Deletion {
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
		stopped = errors.As(out[i].Err, new(*Unfinished))
	}
	return out
}

// Selection is what was found of the profiles that are to be deleted.
type Selection struct {
	// Profiles are those of the cluster, Doomed those of them that are to go, in the order of their names as given.
	Profiles, Doomed []fargate.Profile
	// Missing are the names that no profile has.
	Missing []string
}

// Select finds the profiles of the names. First is a reading of the cluster's profiles of just now; what it lacks may
// be there, and with certain it is missing only when that was so for a grace period.
func (r *Runner) Select(ctx context.Context, cluster string, first []fargate.Profile, names []string, certain bool,
) (Selection, error) {
	s := Selection{Profiles: first}
	s.pick(names)
	if len(s.Missing) == 0 {
		return s, nil
	}
	found, err := r.find(ctx, cluster, s.Missing, certain)
	s.Profiles = append(s.Profiles, found...)
	s.pick(names)
	return s, err
}

// SelectAll is Select of all profiles of the cluster; that there are none is said for certain.
func (r *Runner) SelectAll(ctx context.Context, cluster string, first []fargate.Profile) (Selection, error) {
	profiles, err := r.settled(ctx, cluster, first, len(first) == 0)
	return Selection{Profiles: profiles, Doomed: profiles}, err
}

func (s *Selection) pick(names []string) {
	s.Doomed, s.Missing = nil, nil
	for _, name := range names {
		if p := fargate.Named(s.Profiles, name); p != nil {
			s.Doomed = append(s.Doomed, *p)
		} else {
			s.Missing = append(s.Missing, name)
		}
	}
}

// Left returns the profiles of the cluster that were not among the doomed ones: what a list had lacked, or what was
// made since.
func (r *Runner) Left(ctx context.Context, cluster string, doomed []fargate.Profile) ([]fargate.Profile, error) {
	first, err := r.EKS.Profiles(ctx, cluster)
	if err != nil {
		return nil, err
	}
	left, err := r.settled(ctx, cluster, first, false)
	return slices.DeleteFunc(left, func(p fargate.Profile) bool {
		return slices.ContainsFunc(doomed, func(d fargate.Profile) bool { return d.ARN == p.ARN })
	}), err
}
