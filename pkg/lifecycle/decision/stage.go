package decision

import (
	"fmt"
	"slices"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// Stage is how far the replacement of a profile's name has come.
type Stage int

const (
	// Absent means that no profile has the name, and none has taken its place.
	Absent Stage = iota
	// Fresh means that the profile is there, and nothing replaces it.
	Fresh
	// Begun means that the original is there, and so is its successor, in whatever status.
	Begun
	// Orphaned means that the original is gone, and what takes its place is not ACTIVE yet or only temporary.
	Orphaned
	// Renewed means that the new profile of a replacement that keeps the name is there, and so is the temporary one.
	Renewed
	// Done means that the original is gone, and its successor has taken its place.
	Done
)

// Unfinished reports whether a replacement was begun and can be finished (or undone).
func (s Stage) Unfinished() bool { return s == Begun || s == Orphaned || s == Renewed }

// Situation is what the cluster says about the replacement of one profile.
type Situation struct {
	Stage
	// Name is the name in question, Profiles what the situation was read from.
	Name     string
	Profiles []fargate.Profile
	// Original is the profile of the name, nil when there is none. When the name was Renewed it is the new one.
	Original *fargate.Profile
	// Successor is the profile that replaces the name, nil when none carries the intent. While a
	// replacement keeps the name it is the temporary profile.
	Successor *fargate.Profile
	// Earlier are the profiles that replaced another original of this name, or were to, before Original was made.
	Earlier []fargate.Profile
}

// KeepName reports whether the replacement under way goes through a temporary profile.
func (s Situation) KeepName() bool {
	return s.Successor != nil && s.Successor.Tags[TagTemporary] == "true"
}

// CanAbort reports whether the original still lives unharmed, so that removing the successor undoes all.
func (s Situation) CanAbort() bool {
	return s.Stage == Begun && s.Original.Status == fargate.StatusActive
}

// Drains reports whether the replacement was begun with a drain, by the successor's name, and the original still lives.
func (s Situation) Drains() bool {
	return s.CanAbort() && s.Successor.Name == fargate.EarlierName(s.Name, func(string) bool { return false })
}

// Assess reads the situation of a name from the cluster's profiles. The error is about a state that
// fgctl cannot have left and will not touch.
func Assess(profiles []fargate.Profile, name string) (Situation, error) {
	s := Situation{Name: name, Profiles: profiles}
	if s.Original = fargate.Named(profiles, name); s.Original != nil {
		s.Stage = Fresh
	}
	for i := range profiles {
		p := &profiles[i]
		if p.Tags[TagReplaces] != name || p.Name == name {
			continue
		}
		temporary := p.Tags[TagTemporary] == "true"
		same := s.Original != nil && Replaces(*p, *s.Original)
		switch {
		case same, temporary:
			if s.Unfinished() {
				return s, fmt.Errorf("both %s and %s replace profile %s; delete one of them by hand",
					s.Successor.Name, p.Name, name)
			}
			switch s.Successor = p; {
			case same:
				s.Stage = Begun
			case s.Original == nil:
				s.Stage = Orphaned
			default:
				s.Stage = Renewed
			}
		case s.Original != nil:
			s.Earlier = append(s.Earlier, *p)
		case s.Unfinished():
		case p.Status == fargate.StatusCreating, p.Status == fargate.StatusCreateFailed:
			// Somebody deleted the original before its successor was there.
			s.Successor, s.Stage = p, Orphaned
		case p.Status == fargate.StatusActive && (s.Stage != Done || p.CreatedAt.After(s.Successor.CreatedAt)):
			// A name may have been replaced more than once; the last time counts.
			s.Successor, s.Stage = p, Done
		}
	}
	if s.Stage == Renewed && !Renews(*s.Original, *s.Successor) {
		return s, fmt.Errorf("profile %s was re-created by somebody else while %s stood in for it; "+
			"nothing was touched: delete %s by hand when %s takes its pods", name, s.Successor.Name, s.Successor.Name, name)
	}
	return s, nil
}

// ReplacementBy returns the unfinished replacement whose successor is p; unfinished is false where there is none.
func ReplacementBy(profiles []fargate.Profile, p fargate.Profile) (s Situation, unfinished bool, err error) {
	name := p.Tags[TagReplaces]
	if name == "" || name == p.Name {
		return s, false, nil
	}
	s, err = Assess(profiles, name)
	return s, err == nil && s.Unfinished() && s.Successor.Name == p.Name, err
}

// Torn returns the successors in unfinished replacements of which the doomed profiles are one half. Who deletes both
// may be taken to know that the replacement could be finished or undone.
func Torn(profiles, doomed []fargate.Profile) []fargate.Profile {
	return slices.DeleteFunc(slices.Clone(profiles), func(p fargate.Profile) bool {
		_, unfinished, err := ReplacementBy(profiles, p)
		whole := (fargate.Named(doomed, p.Name) == nil) == (fargate.Named(doomed, p.Tags[TagReplaces]) == nil)
		return whole || !unfinished && err == nil
	})
}

// Renews reports whether the profile of the old name is what the temporary one stood in for. Anybody can change tags,
// so what cannot be changed has to be the same, too.
func Renews(p, temporary fargate.Profile) bool {
	same := p.Tags[TagSpec] == temporary.Tags[TagSpec]
	temporary.Tags = nil
	return same && len(fargate.Differences(p, temporary)) == 0
}

// Step is a transition of a replacement, each done when the next one begins.
type Step int

const (
	// MakeSuccessor brings the successor to ACTIVE; it is a temporary profile where the name is kept.
	MakeSuccessor Step = iota
	// DrainOriginal moves the original's pods, as far as that goes.
	DrainOriginal
	// RetireOriginal deletes the original.
	RetireOriginal
	// MakeRenewed brings the new profile under the original's name to ACTIVE.
	MakeRenewed
	// RetireTemporary deletes the temporary profile.
	RetireTemporary
)

// Steps returns the transitions that are left of what was decided, in their order. A profile that is made counts as a
// successor without an original, and one that goes as an original without a successor.
func (d Decision) Steps() []Step {
	switch d.Action {
	case Make:
		return []Step{MakeSuccessor}
	case Drop:
		return []Step{RetireOriginal}
	case Missing, Keep, Tag, Settle, Undo:
		return nil
	case Begin, Finish:
	}
	var left []Step
	active := func(p *fargate.Profile) bool { return p != nil && p.Status == fargate.StatusActive }
	renewed := d.Stage == Renewed && active(d.Original)
	if !renewed && !active(d.Successor) {
		left = append(left, MakeSuccessor)
	}
	if d.Stage == Fresh || d.Stage == Begun {
		if d.Wish.Drain > 0 && active(d.Original) {
			left = append(left, DrainOriginal)
		}
		left = append(left, RetireOriginal)
	}
	if d.Wish.KeepName && !renewed {
		left = append(left, MakeRenewed)
	}
	if d.Wish.KeepName {
		left = append(left, RetireTemporary)
	}
	return left
}

// Retires reports whether the original is still to go.
func (d Decision) Retires() bool { return slices.Contains(d.Steps(), RetireOriginal) }
