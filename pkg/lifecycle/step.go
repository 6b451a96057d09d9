package lifecycle

import "github.com/fgctl/fgctl/pkg/fargate"

// Step is a transition of a replacement, each done when the next one begins.
type Step int

const (
	// MakeSuccessor brings the successor to ACTIVE; it is a temporary profile where the name is kept.
	MakeSuccessor Step = iota
	// RetireOriginal deletes the original.
	RetireOriginal
	// MakeRenewed brings the new profile under the original's name to ACTIVE.
	MakeRenewed
	// RetireTemporary deletes the temporary profile.
	RetireTemporary
)

// steps are those that are left of the replacement, in their order.
func (s Situation) steps(keepName bool) []Step {
	var left []Step
	active := func(p *fargate.Profile) bool { return p != nil && p.Status == fargate.StatusActive }
	renewed := s.Stage == Renewed && active(s.Original)
	if !renewed && !active(s.Successor) {
		left = append(left, MakeSuccessor)
	}
	if s.Stage == Fresh || s.Stage == Begun {
		left = append(left, RetireOriginal)
	}
	if keepName && !renewed {
		left = append(left, MakeRenewed)
	}
	if keepName {
		left = append(left, RetireTemporary)
	}
	return left
}

// Steps returns the transitions that are left of a replacement, in their order.
func (d Decision) Steps() []Step { return d.steps(d.Wish.KeepName) }
