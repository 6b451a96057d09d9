package lifecycle

// This file holds what a replacement leaves in AWS, in tags of the successor, so that a run killed at
// any point can be finished or undone by another: which profile it replaces, and with what.

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// The tags of a successor. They stay when the replacement is done, as a record of where it came from.
const (
	// TagPrefix begins every tag that fgctl writes for itself.
	TagPrefix = "fgctl:"
	// TagReplaces is the name of the original.
	TagReplaces = TagPrefix + "replaces"
	// TagReplacesID is the last element of the original's ARN, which tells it from a profile that was
	// re-created under the same name. The whole ARN could be longer than a tag's value may be.
	TagReplacesID = TagPrefix + "replaces-id"
	// TagSpec is SpecHash of what was asked for.
	TagSpec = TagPrefix + "spec"
	// TagTemporary is "true" on the profile that stands in while a replacement keeps the name.
	TagTemporary = TagPrefix + "temporary"
)

// WithoutIntent returns the tags that a user gave: neither fgctl's own nor AWS's.
func WithoutIntent(tags map[string]string) map[string]string {
	out := fargate.OwnTags(tags)
	maps.DeleteFunc(out, func(k, _ string) bool { return strings.HasPrefix(k, TagPrefix) })
	return out
}

// SpecHash identifies what a profile is but for its name: selectors, role, subnets and the user's tags.
func SpecHash(p fargate.Profile) string {
	var lines []string
	for _, s := range p.Selectors {
		lines = append(lines, "selector "+s.String())
	}
	for _, s := range p.Subnets {
		lines = append(lines, "subnet "+s)
	}
	for k, v := range WithoutIntent(p.Tags) {
		lines = append(lines, fmt.Sprintf("tag %q %q", k, v))
	}
	lines = append(lines, "role "+p.PodExecutionRoleARN)
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:8])
}

// Intended returns the successor as it will be sent: with the tags that name the original it replaces.
func Intended(successor, original fargate.Profile, keepName bool) fargate.Profile {
	return withIntent(successor, original.Name, idOf(original), keepName)
}

func withIntent(p fargate.Profile, original, id string, temporary bool) fargate.Profile {
	p = p.Clone()
	hash := SpecHash(p)
	p.Tags = WithoutIntent(p.Tags)
	p.Tags[TagReplaces] = original
	p.Tags[TagReplacesID] = id
	p.Tags[TagSpec] = hash
	if temporary {
		p.Tags[TagTemporary] = "true"
	}
	return p
}

// idOf returns the last element of the profile's ARN.
func idOf(p fargate.Profile) string { return p.ARN[strings.LastIndex(p.ARN, "/")+1:] }

// Situation is what the cluster says about the replacement of one profile.
type Situation struct {
	// Original is the profile of the name, nil when there is none.
	Original *fargate.Profile
	// Successor is the profile that replaces the name, nil when none carries the intent. While a
	// replacement keeps the name it is the temporary profile.
	Successor *fargate.Profile
	// Renewed says that Original is already the new profile of a replacement that keeps the name.
	Renewed bool
	// Unfinished says that a replacement was begun and can be finished (or undone).
	Unfinished bool
	// Done says that the original is gone and its successor took its place.
	Done bool
	// Earlier are the profiles that replaced another original of this name, or were to, before Original was made.
	Earlier []fargate.Profile
}

// KeepName reports whether the replacement under way goes through a temporary profile.
func (s Situation) KeepName() bool {
	return s.Successor != nil && s.Successor.Tags[TagTemporary] == "true"
}

// CanAbort reports whether the original still lives unharmed, so that removing the successor undoes all.
func (s Situation) CanAbort() bool {
	return s.Unfinished && s.Original != nil && !s.Renewed && s.Original.Status == fargate.StatusActive
}

// Assess reads the situation of a name from the cluster's profiles. The error tells of a state that
// fgctl cannot have left and will not touch.
func Assess(profiles []fargate.Profile, name string) (Situation, error) {
	var s Situation
	for i := range profiles {
		if profiles[i].Name == name {
			s.Original = &profiles[i]
		}
	}
	for i := range profiles {
		p := &profiles[i]
		if p.Tags[TagReplaces] != name || p.Name == name {
			continue
		}
		temporary := p.Tags[TagTemporary] == "true"
		same := s.Original != nil && idOf(*s.Original) == p.Tags[TagReplacesID]
		switch {
		case same, temporary:
			if s.Unfinished {
				return s, fmt.Errorf("both %s and %s replace profile %s; delete one of them by hand", s.Successor.Name, p.Name, name)
			}
			s.Successor, s.Unfinished, s.Done = p, true, false
			s.Renewed = temporary && s.Original != nil && !same
		case s.Original != nil:
			s.Earlier = append(s.Earlier, *p)
		case !s.Unfinished && (p.Status == fargate.StatusCreating || p.Status == fargate.StatusCreateFailed):
			// Somebody deleted the original before its successor was there.
			s.Successor, s.Unfinished, s.Done = p, true, false
		case !s.Unfinished && p.Status == fargate.StatusActive:
			// A name may have been replaced more than once; the last time counts.
			if s.Successor == nil || p.CreatedAt.After(s.Successor.CreatedAt) {
				s.Successor, s.Done = p, true
			}
		}
	}
	if s.Renewed && !renews(*s.Original, *s.Successor) {
		return s, fmt.Errorf("profile %s was re-created by somebody else while %s stood in for it; nothing was touched: delete %s by hand when %s takes its pods",
			name, s.Successor.Name, s.Successor.Name, name)
	}
	return s, nil
}

// renews reports whether the profile of the old name is what the temporary one stood in for. Anybody can change tags,
// so what cannot be changed has to be the same, too.
func renews(p, temporary fargate.Profile) bool {
	same := p.Tags[TagSpec] == temporary.Tags[TagSpec]
	temporary.Tags = nil
	return same && len(fargate.Differences(p, temporary)) == 0
}
