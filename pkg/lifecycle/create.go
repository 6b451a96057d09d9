package lifecycle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// trustPropagation bounds the retries of "Misconfigured PodExecutionRole Trust Policy", which EKS also
// answers for a role so new that IAM has not spread it (the Terraform provider waits as long).
const trustPropagation = 2 * time.Minute

// making is a profile that was checked, on its way to ACTIVE. Its siblings are the cluster's profiles as last read; one
// in transition is waited for before anything is sent.
type making struct {
	preflight.Report
	// have is the profile of the name as last read, nil where there is none. ours reports whether an earlier run of the
	// same replacement left it, so that it may be removed where it failed.
	have *fargate.Profile
	ours bool
	// wait until the profile is ACTIVE; otherwise it is made when EKS has accepted the request.
	wait bool
	// trusted reports whether the role's trust policy was found right, so that a complaint of EKS about it is the lag
	// of IAM and worth a retry.
	trusted bool
	// still, where it is not nil, judges the cluster's profiles right before the request is sent, and again whenever
	// time has passed since: an error ends the creation.
	still func([]fargate.Profile) error
}

// Create brings the profile of the report to ACTIVE from whatever there is of it: it takes one that is as wanted, waits
// for one that is on its way, and makes one where there is none, with its role. Without wait it returns when EKS has
// accepted the request. Refusals that pass (a sibling in transition, a cluster update, throttling, a lost connection)
// are retried within the time limit, all with one clientRequestToken, so that a request whose answer was lost makes no
// second profile. A profile that ends in CREATE_FAILED is a *Failed.
func (r *Runner) Create(ctx context.Context, report preflight.Report, wait bool) (fargate.Profile, error) {
	return r.bring(ctx, making{Report: report, have: report.Existing(), wait: wait})
}

// bring is the one way to an ACTIVE profile.
func (r *Runner) bring(ctx context.Context, m making) (fargate.Profile, error) {
	if m.have != nil {
		made, settled, err := r.takeOver(ctx, m)
		if settled || err != nil {
			return made, err
		}
		m.Profile.ARN, m.Profile.Status, m.Profile.Issues = "", "", nil
	}
	if err := r.takeRole(ctx, &m); err != nil {
		return m.Profile, err
	}
	return r.make(ctx, m)
}

// takeRole sees to it that the profile has its role.
func (r *Runner) takeRole(ctx context.Context, m *making) error {
	arn, trusted, err := r.ensureRole(ctx, m.Report)
	m.Profile.PodExecutionRoleARN, m.trusted, m.NewRole = arn, m.trusted || trusted, ""
	return err
}

// takeOver goes on from a profile that is there. With settled it is what was to be made, or on its way to that;
// otherwise it is gone, and the way is free.
func (r *Runner) takeOver(ctx context.Context, m making) (made fargate.Profile, settled bool, err error) {
	have := *m.have
	switch {
	case have.Status == fargate.StatusActive && m.ours:
		return have, true, nil // it is read again before anything relies on it
	case have.Status == fargate.StatusActive:
		made, err = r.stillActive(ctx, have, m.Profile)
		return made, true, err
	case have.Status == fargate.StatusCreating:
		if m.ours {
			r.Report.Note("profile " + have.Name + " of an earlier run is still CREATING; going on with it")
		}
		if !m.wait {
			return have, true, nil
		}
		made, err = r.WaitActive(ctx, have.Cluster, have.Name)
		return made, true, err
	case m.ours:
		r.Report.Note(fmt.Sprintf("profile %s of an earlier run is %s; it is removed and made again", have.Name, have.Status))
		return have, false, r.Delete(ctx, have, true)
	case have.Status == fargate.StatusDeleting:
		r.Report.Note(fmt.Sprintf("profile %s is still being deleted; it is created when it is gone", have.Name))
		return have, false, r.WaitDeleted(ctx, have.Cluster, have.Name, have.ARN)
	}
	return have, true, &decision.Failed{Profile: have}
}

// stillActive looks at an ACTIVE profile once more, as the reading may be of the time before a change, and judges it.
func (r *Runner) stillActive(ctx context.Context, have, wanted fargate.Profile) (fargate.Profile, error) {
	now, err := r.find(ctx, have.Cluster, []string{have.Name}, false)
	switch {
	case err != nil:
		return have, err
	case len(now) == 0 || now[0].Status != fargate.StatusActive:
		err := fmt.Errorf("profile %s was ACTIVE a moment ago and is not any more", have.Name)
		return have, &decision.Refusal{Reason: decision.Moved, Err: err}
	}
	return now[0], decision.Judge(now[0], wanted)
}

// make sends the profile to EKS and waits until it is ACTIVE.
func (r *Runner) make(ctx context.Context, m making) (fargate.Profile, error) {
	p := m.Profile
	o := r.begin("creating profile " + p.Name)
	err := o.mayCreate(ctx, m)
	if busy := otherInTransition(m.Siblings, p.Name); busy != nil && m.still == nil {
		err = o.waitFor(ctx, *busy, p)
	}
	if err != nil {
		return fargate.Profile{}, err
	}
	made, err := o.send(ctx, m, r.Token())
	if err != nil || !m.wait {
		return made, err
	}
	o = r.beginAccepted(waitingActive(p.Name))
	o.existed = true
	o.see("profile "+p.Name, string(made.Status))
	if made.Status != fargate.StatusActive {
		if err := o.pause(ctx); err != nil {
			return made, err
		}
	}
	return o.awaitActive(ctx, p.Cluster, p.Name, grace)
}

// otherInTransition returns a profile in transition besides the one of the name, nil where there is none.
func otherInTransition(profiles []fargate.Profile, name string) *fargate.Profile {
	for i, p := range profiles {
		if p.Name != name && p.Status.InTransition() {
			return &profiles[i]
		}
	}
	return nil
}

// mayCreate looks at the cluster's profiles as often as another one is in transition, where somebody wants that.
func (o *operation) mayCreate(ctx context.Context, m making) error {
	p := m.Profile
	for m.still != nil {
		profiles, err := o.readAll(ctx, p.Cluster)
		if err == nil {
			err = m.still(profiles)
		}
		if err != nil {
			return err
		}
		busy := otherInTransition(profiles, p.Name)
		if busy == nil || fargate.Named(profiles, p.Name) != nil {
			return nil // whether one of the name is ours, EKS's answer tells; a wait would only let others go on
		}
		if err := o.waitFor(ctx, *busy, p); err != nil {
			return err
		}
	}
	return nil
}

// send repeats the request until EKS takes it or refuses it for good.
func (o *operation) send(ctx context.Context, m making, token string) (fargate.Profile, error) {
	p := m.Profile
	unanswered := false // whether an earlier request may have taken effect without an answer
	for {
		o.Report.Await("profile " + p.Name)
		made, err := o.EKS.CreateProfile(ctx, p, token)
		switch class := cloud.ClassOf(err); {
		case err == nil:
			return made, nil
		case class == cloud.Exists && ctx.Err() == nil:
			made, err := o.adopt(ctx, p, err, unanswered)
			if err != nil {
				// Whoever has the name may be what takes this one's place.
				err = cmp.Or(o.mayCreate(ctx, m), err)
			}
			if err != nil || made.Status != fargate.StatusDeleting {
				return made, err
			}
			o.Report.Note("profile " + p.Name + " is being deleted; it is created when it is gone")
			if _, err := o.awaitGone(ctx, p.Cluster, p.Name, made.ARN, false); err != nil {
				return made, err
			}
			if err := o.pause(ctx); err != nil {
				return made, err
			}
		case class == cloud.TrustNotReady && (!m.trusted || o.Clock.Now().Sub(o.start) > trustPropagation):
			return fargate.Profile{}, err
		default:
			unanswered = unanswered || class == cloud.Unavailable || class == cloud.Senseless
			if err := o.outlast(ctx, p.Cluster, p.Name, err); err != nil {
				return fargate.Profile{}, err
			}
		}
		if err := o.mayCreate(ctx, m); err != nil {
			return fargate.Profile{}, err
		}
	}
}

// outlast waits until a change of the profile that failed may be asked for again; it returns the end of the operation
// where that is no use.
func (o *operation) outlast(ctx context.Context, cluster, name string, failure error) error {
	switch class := cloud.ClassOf(failure); {
	case ctx.Err() != nil:
		return o.unfinished(ended(ctx, failure))
	case class == cloud.Busy:
		o.wait("EKS is busy", failure)
		if err := o.awaitIdle(ctx, cluster, name); err != nil {
			return err
		}
	case class == cloud.Unavailable, class == cloud.Senseless:
		if !o.passes(failure) {
			return o.unfinished(failure)
		}
		o.wait("EKS may not have taken the request", failure)
	case class.Transient():
		o.wait("EKS did not take the request yet", failure)
	default:
		return failure
	}
	return o.pause(ctx)
}

// waitFor says that another profile is busy, and waits until none is but p.
func (o *operation) waitFor(ctx context.Context, busy, p fargate.Profile) error {
	o.Report.Note(fmt.Sprintf("profile %s is %s; EKS allows one transition at a time in a cluster, so fgctl waits for it",
		busy.Name, busy.Status))
	return o.awaitIdle(ctx, p.Cluster, p.Name)
}

// wait says that a refusal will pass.
func (o *operation) wait(what string, err error) {
	o.lastSeen = err.Error()
	o.asked = cloud.RetryAfter(err)
	if text := fmt.Sprintf("%s, trying again: %s", what, brief(err)); text != o.told {
		o.told = text
		o.Report.Note(text)
	}
}

// brief is an error of AWS without its request id, in which each answer differs from the last.
func brief(err error) string {
	e, ok := errors.AsType[*cloud.Error](err)
	if !ok || e.RequestID == "" {
		return err.Error()
	}
	return strings.ReplaceAll(err.Error(), " (request id "+e.RequestID+")", "")
}

// adopt judges "already exists": the profile is ours when it is as wanted, whether our own request
// made it without an answer or somebody else did; otherwise the refusal stands.
func (o *operation) adopt(
	ctx context.Context, p fargate.Profile, refusal error, unanswered bool,
) (fargate.Profile, error) {
	have, err := o.read(ctx, p.Cluster, p.Name)
	if err != nil {
		return fargate.Profile{}, err
	}
	if have == nil {
		return fargate.Profile{}, refusal
	}
	if texts := decision.Differences(*have, p); texts != "" {
		return fargate.Profile{}, fmt.Errorf("%w; it is not as wanted:%s", refusal, texts)
	}
	if !unanswered {
		o.Report.Note("profile " + p.Name + " was made meanwhile, exactly as wanted")
	}
	return *have, nil
}
