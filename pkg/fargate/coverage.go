package fargate

// This file holds what becomes of the pods of a selector that goes: which other profiles take them, and
// which pods are left without one.

import (
	"cmp"
	"slices"
	"strings"
)

// Extent says how much of a selector others cover.
type Extent string

// The extents of a cover.
const (
	// ExtentWhole: every pod that fits the selector fits one of the others.
	ExtentWhole Extent = "whole"
	// ExtentPart: some pods that fit it fit one of the others, and some none.
	ExtentPart Extent = "part"
	// ExtentNone: no pod that fits it fits any of the others.
	ExtentNone Extent = "none"
)

// SelectorRef names a selector of a profile.
type SelectorRef struct {
	// Profile is the profile's name, Status its state.
	Profile string
	Status  Status
	// Index counts the profile's selectors from 1.
	Index int
	// Selector is the selector itself.
	Selector Selector
}

// Cover says what the remaining profiles do for the pods of a selector that goes.
type Cover struct {
	// Selector is the one that goes; Index counts from 1 in the list it came in.
	Selector Selector
	Index    int
	// Extent is how much of it is covered, by all remaining selectors together.
	Extent Extent
	// By are the remaining selectors that take some of its pods, by name of the profile and by index.
	By []SelectorRef
	// Alone are those of By that take all of its pods without the help of others.
	Alone []SelectorRef
	// Loses is the smallest pod that is left without a profile; nil where the extent is whole.
	Loses *Pod
	// Unsure tells that the question was too hard to be decided (see smallestPod): the extent is then
	// part, or none, though it may be whole, and Loses is nil or not the smallest.
	Unsure bool
}

// Profiles gives the names of the profiles that the pods of the selector move to, each once: where one
// selector alone covers all, the profiles of those that do, else the profiles that cover some.
func (c Cover) Profiles() []string {
	refs := c.By
	if len(c.Alone) > 0 {
		refs = c.Alone
	}
	var out []string
	for _, r := range refs {
		if !slices.Contains(out, r.Profile) {
			out = append(out, r.Profile)
		}
	}
	return out
}

// Coverage says, for every selector that goes, in their order, whether the profiles that remain cover
// it. Only remaining profiles that take pods count: ACTIVE ones, and those that state no status. It is
// decided exactly, wildcards in namespaces, keys and values included, over the union of all remaining
// selectors: one may cover what another leaves.
func Coverage(lost []Selector, remaining []Profile) []Cover {
	others := selectorsOf(remaining)
	q := newQuestions(len(lost) + len(others))
	out := make([]Cover, len(lost))
	for i, s := range lost {
		out[i] = q.coverOf(s, others)
		out[i].Index = i + 1
	}
	return out
}

func (q *questions) coverOf(s Selector, others []SelectorRef) Cover {
	c := Cover{Selector: s, Extent: ExtentWhole}
	for _, o := range others {
		if shared := q.ask([]Selector{s, o.Selector}, nil, true); !shared.found && !shared.unsure {
			continue
		}
		c.By = append(c.By, o)
		if q.covered(s, o.Selector) {
			c.Alone = append(c.Alone, o)
		}
	}
	if len(c.Alone) > 0 {
		return c
	}
	f := q.ask([]Selector{s}, plainSelectors(c.By), false)
	if f.found {
		c.Loses = &f.pod
	}
	c.Unsure = f.unsure
	switch {
	case !f.found && !f.unsure:
	case len(c.By) == 0:
		c.Extent = ExtentNone
	default:
		c.Extent = ExtentPart
	}
	return c
}

// Uncovered gives those of the lost selectors that the remaining ones do not cover wholly, all together,
// in their order. Their pods may be left without a profile.
func Uncovered(lost, remaining []Selector) []Selector {
	var out []Selector
	for _, s := range lost {
		if !covered(s, remaining...) {
			out = append(out, s)
		}
	}
	return out
}

// selectorsOf gives the selectors of the profiles that take pods, by name of the profile and by index.
func selectorsOf(profiles []Profile) []SelectorRef {
	return slices.DeleteFunc(allSelectors(profiles), func(r SelectorRef) bool { return !r.Status.TakesPods() })
}

// allSelectors gives the selectors of all profiles, by name of the profile and by index.
func allSelectors(profiles []Profile) []SelectorRef {
	var out []SelectorRef
	for _, p := range profiles {
		for i, s := range p.Selectors {
			out = append(out, SelectorRef{Profile: p.Name, Status: p.Status, Index: i + 1, Selector: s})
		}
	}
	slices.SortStableFunc(out, func(a, b SelectorRef) int {
		return cmp.Or(strings.Compare(a.Profile, b.Profile), cmp.Compare(a.Index, b.Index))
	})
	return out
}

func plainSelectors(refs []SelectorRef) []Selector {
	out := make([]Selector, len(refs))
	for i, r := range refs {
		out[i] = r.Selector
	}
	return out
}
