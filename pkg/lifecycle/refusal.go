package lifecycle

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
	// Moved means that the profile changed while it was looked at, so that the same may be tried again. This one is no
	// answer of no.
	Moved
)

// Refusal says why nothing is changed.
type Refusal struct {
	Reason Reason
	// Situation is the one in which a replacement was refused.
	Situation Situation
	err       error
}

// Error says what stands against the change.
func (r *Refusal) Error() string { return r.err.Error() }

// Unwrap returns what the message was made from.
func (r *Refusal) Unwrap() error { return r.err }

func refused(format string, args ...any) error {
	return &Refusal{err: fmt.Errorf(format, args...)}
}

// judge returns nil when a profile that exists is as wanted: a *Failed when EKS gave it up, a *Refusal when it
// differs.
func judge(have, want fargate.Profile) error {
	if have.Status == fargate.StatusCreateFailed || have.Status == fargate.StatusDeleteFailed {
		return &Failed{Profile: have}
	}
	if texts := differences(have, want); texts != "" {
		return &Refusal{
			Reason: Differs, err: fmt.Errorf("profile %s exists in cluster %s and differs:%s", have.Name, have.Cluster, texts),
		}
	}
	return nil
}

// differences returns how two profiles differ, each on a line of its own; it is empty where they do not.
func differences(have, want fargate.Profile) string {
	text := ""
	for _, d := range fargate.Differences(have, want) {
		text += "\n  " + d.String()
	}
	return text
}
