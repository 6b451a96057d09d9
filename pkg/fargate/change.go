package fargate

// EKS cannot change a profile (EKS User Guide, Define which Pods use AWS Fargate when launched), so a change makes a
// successor: what it does not change is the original's.

import (
	"maps"
	"slices"
	"strings"
)

// Change is what a replacement changes of a profile.
type Change struct {
	// Wanted has the fields that the successor is to have; those that are empty are the original's. Its tags
	// are added to the original's.
	Wanted Profile
	// Add and Remove are single selectors that come and go.
	Add, Remove []Selector
}

// Empty reports whether nothing is to change.
func (c Change) Empty() bool {
	w := c.Wanted
	return len(w.Tags)+len(w.Subnets)+len(w.Selectors)+len(c.Add)+len(c.Remove) == 0 && w.PodExecutionRoleARN == ""
}

// Successor applies the change to the original; the caller sets its name. A selector that is to be removed
// has to be there; one that is to be added may be. The successor has no ARN, status or health yet.
func (c Change) Successor(original Profile) (Profile, Faults) {
	p, wanted := original.Clone(), c.Wanted.Clone()
	p.ARN, p.Status, p.Issues = "", "", nil
	if p.Tags == nil {
		p.Tags = map[string]string{}
	}
	maps.Copy(p.Tags, wanted.Tags)
	if len(wanted.Selectors) > 0 {
		p.Selectors = wanted.Selectors
	}
	var faults Faults
	for _, r := range c.Remove {
		i := slices.IndexFunc(p.Selectors, r.Equal)
		if i < 0 {
			faults.add(Fault{Field: "--remove-selector " + r.String(), Value: r.String()},
				"profile %s has no such selector; it has %s", original.Name, strings.Join(texts(original.Selectors), "; "))
			continue
		}
		p.Selectors = slices.Delete(p.Selectors, i, i+1)
	}
	if len(faults) > 0 {
		return p, faults
	}
	for _, s := range c.Add {
		if !slices.ContainsFunc(p.Selectors, s.Equal) {
			p.Selectors = append(p.Selectors, s)
		}
	}
	if len(p.Selectors) == 0 {
		return p, Faults{{
			Message: "--remove-selector leaves no selector of profile " + original.Name, Hint: "a profile has one at least",
		}}
	}
	if len(wanted.Subnets) > 0 {
		p.Subnets = wanted.Subnets
	}
	if wanted.PodExecutionRoleARN != "" {
		p.PodExecutionRoleARN = wanted.PodExecutionRoleARN
	}
	return p, nil
}

// Contradiction returns, where the original is not known any more, why a profile cannot be what Add and Remove
// made of it: they leave their mark, whatever else the original had. It is empty where it can.
func (c Change) Contradiction(successor Profile) string {
	for _, s := range c.Add {
		if !slices.ContainsFunc(successor.Selectors, s.Equal) {
			return "it has no selector " + s.String()
		}
	}
	for _, s := range c.Remove {
		if slices.ContainsFunc(successor.Selectors, s.Equal) && !slices.ContainsFunc(c.Add, s.Equal) {
			return "it has the selector " + s.String()
		}
	}
	return ""
}
