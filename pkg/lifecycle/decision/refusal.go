package decision

import (
	"fmt"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// Reason is why a change is refused, for callers that name the ways out.
type Reason int

const (
	// Stands means that the message says all.
	Stands Reason = iota
	// Differs means that a profile of the name exists, and is another one than wanted.
	Differs
	// OtherUnderWay means that another replacement than the one wished for is unfinished.
	OtherUnderWay
	// TooLate means that the replacement under way can be finished only.
	TooLate
	// DoneBefore means that the same was done with an earlier profile of the name.
	DoneBefore
	// GivenUp means that EKS gave up the profile that is to be replaced.
	GivenUp
	// Moved means that the profile changed while it was looked at, so that the same may be tried again. This one is no
	// answer of no.
	Moved
)

// Refusal says why nothing is changed.
type Refusal struct {
	Reason Reason
	// Situation is the one in which a replacement was refused.
	Situation Situation
	// Err is what stands against the change.
	Err error
}

// Error says what stands against the change.
func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap returns what the message was made from.
func (r *Refusal) Unwrap() error { return r.Err }

// Refused returns a Refusal whose message says all.
func Refused(format string, args ...any) error {
	return &Refusal{Err: fmt.Errorf(format, args...)}
}

// Judge returns nil when a profile that exists is as wanted: a *Failed when EKS gave it up, a *Refusal when it
// differs.
func Judge(have, want fargate.Profile) error {
	if have.Status == fargate.StatusCreateFailed || have.Status == fargate.StatusDeleteFailed {
		return &Failed{Profile: have}
	}
	if texts := Differences(have, want); texts != "" {
		return &Refusal{
			Reason: Differs, Err: fmt.Errorf("profile %s exists in cluster %s and differs:%s", have.Name, have.Cluster, texts),
		}
	}
	return nil
}

// Differences returns how two profiles differ, each on a line of its own; it is empty where they do not.
func Differences(have, want fargate.Profile) string {
	text := ""
	for _, d := range fargate.Differences(have, want) {
		text += "\n  " + d.String()
	}
	return text
}

// Failed says that EKS gave a profile up: it is in CREATE_FAILED or DELETE_FAILED. Its health issues
// are in Profile.Issues.
type Failed struct{ Profile fargate.Profile }

// Error names the profile, its state and every health issue in EKS's words.
func (f *Failed) Error() string {
	text := fmt.Sprintf("profile %s is %s", f.Profile.Name, f.Profile.Status)
	if len(f.Profile.Issues) == 0 {
		return text + "; EKS gives no reason (health.issues is empty)"
	}
	for _, i := range f.Profile.Issues {
		text += "\n  " + i.String()
		if remedy := i.Remedy(); remedy != "" {
			text += "\n    " + remedy
		}
	}
	return text
}
