package lifecycle

// This file creates a profile and waits for it.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// trustPropagation bounds the retries of "Misconfigured PodExecutionRole Trust Policy", which EKS also
// answers for a role so new that IAM has not spread it (the Terraform provider waits as long).
const trustPropagation = 2 * time.Minute

// CreateOptions says how to create.
type CreateOptions struct {
	// Have is the profile of the name as last read, nil where there is none. Creation goes on from there: Ours says
	// that an earlier run of the same replacement left it, so that it may be removed where it failed.
	Have *fargate.Profile
	Ours bool
	// Role, where it is given, is called right before the profile is made. It returns the ARN of its role, and whether
	// the role's trust policy is right as TrustChecked says it.
	Role func(context.Context) (arn string, trustChecked bool, err error)
	// Wait until the profile is ACTIVE; otherwise return when EKS has accepted the request.
	Wait bool
	// Siblings are the cluster's other profiles as last read; one in transition is waited for before
	// anything is sent.
	Siblings []fargate.Profile
	// TrustChecked says that the role's trust policy was found right, so that a complaint of EKS about it
	// is the lag of IAM and worth a retry.
	TrustChecked bool
	// Still, where it is given, judges the cluster's profiles right before the request is sent, and again whenever
	// time has passed since: an error ends the creation.
	Still func([]fargate.Profile) error
}

// Create brings the profile to ACTIVE from whatever there is of it: it takes one that is as wanted, waits for one that
// is on its way, and makes one where there is none. Refusals that pass (a sibling in
// transition, a cluster update, throttling, a lost connection) are retried within the time limit, all
// with one clientRequestToken, so that a request whose answer was lost makes no second profile.
// A profile that ends in CREATE_FAILED is a *Failed.
func (r *Runner) Create(ctx context.Context, p fargate.Profile, opts CreateOptions) (fargate.Profile, error) {
	if opts.Have != nil {
		made, settled, err := r.takeOver(ctx, p, opts)
		if settled || err != nil {
			return made, err
		}
		p.ARN, p.Status, p.Issues = "", "", nil
	}
	if opts.Role != nil {
		var err error
		if p.PodExecutionRoleARN, opts.TrustChecked, err = opts.Role(ctx); err != nil {
			return p, err
		}
	}
	return r.make(ctx, p, opts)
}

// takeOver goes on from a profile that is there. With settled it is what was to be made, or on its way to that;
// otherwise it is gone, and the way is free.
func (r *Runner) takeOver(ctx context.Context, p fargate.Profile, opts CreateOptions) (made fargate.Profile, settled bool, err error) {
	have := *opts.Have
	switch {
	case have.Status == fargate.StatusActive && opts.Ours:
		return have, true, nil // it is read again before anything relies on it
	case have.Status == fargate.StatusActive:
		made, err = r.stillActive(ctx, have, p)
		return made, true, err
	case have.Status == fargate.StatusCreating:
		if opts.Ours {
			r.Report.Note("profile " + have.Name + " of an earlier run is still CREATING; going on with it")
		}
		if !opts.Wait {
			return have, true, nil
		}
		made, err = r.WaitActive(ctx, have.Cluster, have.Name)
		return made, true, err
	case opts.Ours:
		r.Report.Note(fmt.Sprintf("profile %s of an earlier run is %s; it is removed and made again", have.Name, have.Status))
		return have, false, r.Delete(ctx, have, true)
	case have.Status == fargate.StatusDeleting:
		r.Report.Note(fmt.Sprintf("profile %s is still being deleted; it is created when it is gone", have.Name))
		return have, false, r.WaitDeleted(ctx, have.Cluster, have.Name, have.ARN)
	}
	return have, true, &Failed{Profile: have}
}

// stillActive looks at an ACTIVE profile once more, as the reading may be of the time before a change, and judges it.
func (r *Runner) stillActive(ctx context.Context, have, wanted fargate.Profile) (fargate.Profile, error) {
	now, err := r.Present(ctx, have.Cluster, []string{have.Name}, false)
	switch {
	case err != nil:
		return have, err
	case len(now) == 0 || now[0].Status != fargate.StatusActive:
		return have, &Refusal{Reason: Moved, err: fmt.Errorf("profile %s was ACTIVE a moment ago and is not any more", have.Name)}
	}
	return now[0], Judge(now[0], wanted)
}

// make sends the profile to EKS and waits until it is ACTIVE.
func (r *Runner) make(ctx context.Context, p fargate.Profile, opts CreateOptions) (fargate.Profile, error) {
	o := r.begin("creating profile " + p.Name)
	if opts.Still != nil {
		if err := o.mayCreate(ctx, p, opts.Still); err != nil {
			return fargate.Profile{}, err
		}
		opts.Siblings = nil // these are newer
	}
	for _, s := range opts.Siblings {
		if s.Status.InTransition() && s.Name != p.Name {
			o.waitFor(s)
			if err := o.awaitIdle(ctx, p.Cluster, p.Name); err != nil {
				return fargate.Profile{}, err
			}
			break
		}
	}
	made, err := o.send(ctx, p, r.Token(), opts)
	if err != nil || !opts.Wait {
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

// mayCreate looks at the cluster's profiles as often as another one is in transition.
func (o *operation) mayCreate(ctx context.Context, p fargate.Profile, still func([]fargate.Profile) error) error {
	for {
		profiles, err := o.readAll(ctx, p.Cluster)
		if err == nil {
			err = still(profiles)
		}
		if err != nil {
			return err
		}
		busy := -1
		for i, s := range profiles {
			if s.Name == p.Name {
				return nil // whether it is ours, EKS's answer tells; a wait would only let others go on
			}
			if s.Status.InTransition() {
				busy = i
			}
		}
		if busy < 0 {
			return nil
		}
		o.waitFor(profiles[busy])
		if err := o.awaitIdle(ctx, p.Cluster, p.Name); err != nil {
			return err
		}
	}
}

// send repeats the request until EKS takes it or refuses it for good.
func (o *operation) send(ctx context.Context, p fargate.Profile, token string, opts CreateOptions) (fargate.Profile, error) {
	unanswered := false // whether an earlier request may have taken effect without an answer
	for {
		made, err := o.EKS.CreateProfile(ctx, p, token)
		class := cloud.ClassOf(err)
		switch {
		case err == nil:
			return made, nil
		case ctx.Err() != nil:
			return fargate.Profile{}, o.unfinished(ended(ctx, err))
		case class == cloud.Exists:
			made, err := o.adopt(ctx, p, err, unanswered)
			if err != nil && opts.Still != nil {
				// Whoever has the name may be what takes this one's place.
				err = cmp.Or(o.mayCreate(ctx, p, opts.Still), err)
			}
			if err != nil || made.Status != fargate.StatusDeleting {
				return made, err
			}
			o.Report.Note("profile " + p.Name + " is being deleted; it is created when it is gone")
			if _, err := o.awaitGone(ctx, p.Cluster, p.Name, made.ARN, false); err != nil {
				return made, err
			}
		case class == cloud.TrustNotReady && (!opts.TrustChecked || o.Clock.Now().Sub(o.start) > trustPropagation):
			return fargate.Profile{}, err
		case class == cloud.Busy:
			o.wait("EKS is busy", err)
			if err := o.awaitIdle(ctx, p.Cluster, p.Name); err != nil {
				return fargate.Profile{}, err
			}
		case class == cloud.Unavailable, class == cloud.Senseless:
			if !o.passes(err) {
				return fargate.Profile{}, o.unfinished(err)
			}
			o.wait("EKS may not have taken the request", err)
			unanswered = true
		case class.Transient():
			o.wait("EKS did not take the request yet", err)
		default:
			return fargate.Profile{}, err
		}
		if err := o.pause(ctx); err != nil {
			return fargate.Profile{}, err
		}
		if opts.Still != nil {
			if err := o.mayCreate(ctx, p, opts.Still); err != nil {
				return fargate.Profile{}, err
			}
		}
	}
}

// waitFor tells of another profile that has to be waited for.
func (o *operation) waitFor(busy fargate.Profile) {
	o.Report.Note(fmt.Sprintf("profile %s is %s; EKS allows one transition at a time in a cluster, so fgctl waits for it", busy.Name, busy.Status))
}

// wait tells of a refusal that passes.
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
	var e *cloud.Error
	if !errors.As(err, &e) || e.RequestID == "" {
		return err.Error()
	}
	return strings.ReplaceAll(err.Error(), " (request id "+e.RequestID+")", "")
}

// adopt judges "already exists": the profile is ours when it is as wanted, whether our own request
// made it without an answer or somebody else did; otherwise the refusal stands.
func (o *operation) adopt(ctx context.Context, p fargate.Profile, refusal error, unanswered bool) (fargate.Profile, error) {
	have, err := o.read(ctx, p.Cluster, p.Name)
	if err != nil {
		return fargate.Profile{}, err
	}
	if have == nil {
		return fargate.Profile{}, refusal
	}
	if differences := fargate.Differences(*have, p); len(differences) > 0 {
		texts := make([]string, len(differences))
		for i, d := range differences {
			texts[i] = "\n  " + d.String()
		}
		return fargate.Profile{}, fmt.Errorf("%w; it is not as wanted:%s", refusal, strings.Join(texts, ""))
	}
	if !unanswered {
		o.Report.Note("profile " + p.Name + " was made meanwhile, exactly as wanted")
	}
	return *have, nil
}

// read looks at one profile, through transient errors; nil means that this answer knows of none.
func (o *operation) read(ctx context.Context, cluster, name string) (*fargate.Profile, error) {
	for {
		p, err := o.EKS.Profile(ctx, cluster, name)
		switch {
		case err == nil:
			return &p, nil
		case cloud.ClassOf(err) == cloud.NotFound:
			return nil, nil
		}
		if err := o.bear(ctx, "profile "+name, err); err != nil {
			return nil, err
		}
	}
}
