package decision

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// Goal is what the profiles of a cluster are to be: those of a file.
type Goal struct {
	Cluster string
	Entries []Entry
	// Adopt takes a profile that is there as the file has it as made by apply.
	Adopt bool
	Prune Prune
	// Drain has pods moved before their profile is replaced, and is how long that may take; see Wish.
	Drain time.Duration
	// NewRole asks for the role that fgctl makes for the cluster, where a new profile names none.
	NewRole bool
	// Slots is how many profiles the cluster may have; 0 stands for EKS's quota.
	Slots int
}

// Entry is a profile of the file. It may live under the name of a successor.
type Entry struct {
	fargate.Profile
	// KeepName has a replacement go through a temporary profile.
	KeepName bool
	// File and Line are where it stands.
	File string
	Line int
}

// Prune says which profiles go that the file does not have.
type Prune string

// The values of Prune: none, those that apply made or adopted, and all.
const (
	PruneNone    Prune = ""
	PruneApplied Prune = "applied"
	PruneAll     Prune = "all"
)

// Changes is what has to be done to reach a goal.
type Changes struct {
	Goal
	// Profiles are those of the cluster as they were read.
	Profiles []fargate.Profile
	// Decisions are about the entries of the goal, in their order, and then about the profiles that go.
	Decisions []Decision
	// Others are profiles that the file does not have, and that stay.
	Others []fargate.Profile
	// Turns are in the order in which they are done.
	Turns []Turn
}

// Decide compares the goal with what is there.
func (g Goal) Decide(profiles []fargate.Profile) (Changes, error) {
	c := Changes{Goal: g, Profiles: profiles}
	reserved := make([]string, 0, 2*len(g.Entries))
	for _, e := range g.Entries {
		reserved = append(reserved, e.Name)
	}
	var errs []error
	var kept []fargate.Profile
	for _, e := range g.Entries {
		d, err := decideEntry(profiles, Wish{
			Applied: e.Name, Adopt: g.Adopt, KeepName: e.KeepName, Reserved: slices.Clone(reserved),
			Drain:  g.Drain,
			Change: fargate.Change{Wanted: e.Profile},
		})
		d.Wish.NewRole = g.NewRole && d.Action == Make && e.PodExecutionRoleARN == ""
		errs = append(errs, err)
		c.Decisions = append(c.Decisions, d)
		reserved = append(reserved, d.Wanted.Name)
		for _, p := range []*fargate.Profile{d.Original, d.Successor} {
			if p != nil && fargate.Named(kept, p.Name) != nil {
				errs = append(errs, Refused("profile %s stands for more than one profile of the file, %s among them; "+
					"give that another name", p.Name, e.Name))
			} else if p != nil {
				kept = append(kept, *p)
			}
		}
	}
	var doomed []fargate.Profile
	for _, p := range fargate.Without(profiles, kept...) {
		if g.Prune == PruneAll || g.Prune == PruneApplied && p.Tags[TagApplied] != "" {
			doomed = append(doomed, p)
			s := Situation{Name: p.Name, Original: &p, Stage: Fresh, Profiles: profiles}
			c.Decisions = append(c.Decisions, Decision{Situation: s, Action: Drop})
		} else {
			c.Others = append(c.Others, p)
		}
	}
	for _, p := range Torn(profiles, doomed) {
		s, _, err := ReplacementBy(profiles, p)
		errs = append(errs, &Refusal{Reason: OtherUnderWay, Situation: s, Err: errors.Join(err, fmt.Errorf(
			"the replacement of %s by %s is unfinished, and the file does not have it", s.Name, p.Name))})
	}
	c.Schedule(nil)
	return c, errors.Join(errs...)
}

// decideEntry returns what has to be done about a profile of the file.
func decideEntry(profiles []fargate.Profile, w Wish) (d Decision, err error) {
	if w.Name, err = LivesAs(profiles, w); err != nil {
		return d, err
	}
	s, err := Assess(profiles, w.Name)
	switch {
	case err != nil:
		return d, err
	case s.Unfinished(), s.Original != nil && s.Original.Status == fargate.StatusActive:
		return s.Decide(w)
	}
	s.Successor = nil // one that is done has another name in the file
	wanted := w.Change.Wanted
	d = Decision{Situation: s, Action: Make, Wish: w, Wanted: wanted.Clone()}
	d.Wanted.Name, d.Wanted.Tags = w.Name, merged(wanted.Tags, map[string]string{TagApplied: w.Applied})
	d.Differences = fargate.Differences(fargate.Profile{}, wanted)
	have := s.Original
	switch {
	case have == nil, have.Status == fargate.StatusDeleting:
	case have.Status == fargate.StatusCreating, have.Tags[TagApplied] == "":
		return d, Judge(*have, wanted)
	}
	return d, nil
}

// LivesAs returns the name of the profile that stands for one of the file: by tag, by name, and by the replacements
// that are done, in this order. While a replacement is under way it is the original's.
func LivesAs(profiles []fargate.Profile, w Wish) (string, error) {
	var names []string
	for _, p := range profiles {
		if p.Tags[TagApplied] != w.Applied {
			continue
		}
		s, unfinished, err := ReplacementBy(profiles, p)
		if err != nil {
			return "", err
		}
		name := p.Name
		if unfinished {
			name = s.Name
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 1 {
		return names[0], nil
	}
	if len(names) > 1 {
		return "", Refused("profiles %s all stand for %s of the file, by the tag %s; delete those that are not wanted",
			strings.Join(names, ", "), w.Applied, TagApplied)
	}
	name := w.Applied
	for range profiles {
		s, err := Assess(profiles, name)
		if err != nil {
			return "", err
		}
		if s.Stage == Absent {
			name = cmp.Or(latestOf(profiles, name, w.Reserved), name)
			break
		}
		if s.Stage != Done || s.Successor.Tags[TagApplied] != "" || slices.Contains(w.Reserved, s.Successor.Name) {
			break
		}
		name = s.Successor.Name
	}
	if p := fargate.Named(profiles, name); p != nil && p.Tags[TagApplied] != "" {
		return "", Refused("profile %s stands for %s of a file, by the tag %s; give %s another name",
			name, p.Tags[TagApplied], TagApplied, w.Applied)
	}
	return name, nil
}

// latestOf returns the name of the last successor in a row of replacements that began with a name, where those between
// are gone; it is empty where there is none. While a replacement is under way it is the original's.
func latestOf(profiles []fargate.Profile, first string, reserved []string) string {
	name, last := "", fargate.Profile{}
	for _, p := range profiles {
		s, unfinished, _ := ReplacementBy(profiles, p) // what contradicts is met again where the name is assessed
		if p.Tags[TagFirst] != first || p.Tags[TagApplied] != "" || slices.Contains(reserved, p.Name) ||
			!unfinished && p.Status != fargate.StatusActive || name != "" && !p.CreatedAt.After(last.CreatedAt) {
			continue
		}
		if name, last = p.Name, p; unfinished {
			name = s.Name
		}
	}
	return name
}

// FileOf returns the profiles as a file has them that apply would change nothing for, and those that no such file can
// have: what fails or goes, and the originals of replacements that are under way.
func FileOf(profiles []fargate.Profile) (file, left []fargate.Profile) {
	for _, p := range profiles {
		replaced := slices.ContainsFunc(profiles, func(o fargate.Profile) bool {
			s, unfinished, err := ReplacementBy(profiles, o)
			return err == nil && unfinished && s.Name == p.Name
		})
		if p.Status != fargate.StatusActive && p.Status != fargate.StatusCreating || replaced {
			left = append(left, p)
			continue
		}
		p.Name, p.Status, p.Issues = cmp.Or(p.Tags[TagApplied], p.Name), "", nil
		p.Tags = WithoutIntent(p.Tags)
		file = append(file, p)
	}
	return file, left
}
