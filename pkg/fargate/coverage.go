package fargate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/selector"
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
	// Loses is a small pod that is left without a profile; nil where the extent is whole.
	Loses *selector.Pod
	// Unsure reports whether the question is undecided (selector.Undecided): the extent is then part, or none,
	// though it may be whole, and Loses is nil.
	Unsure bool
}

// Profiles returns the names of the profiles that the pods of the selector move to, each once: where one
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
// selectors: one may cover what another leaves. Beyond the bounds of a selector.Search it is undecided.
func Coverage(lost []Selector, remaining []Profile) []Cover {
	others := selectorsOf(remaining)
	var search selector.Search
	out := make([]Cover, len(lost))
	for i, s := range lost {
		out[i] = coverOf(&search, s, others)
		out[i].Index = i + 1
	}
	return out
}

func coverOf(search *selector.Search, s Selector, others []SelectorRef) Cover {
	c := Cover{Selector: s, Extent: ExtentWhole}
	for _, o := range others {
		if _, shared := search.Overlap(s, o.Selector); shared == selector.No {
			continue
		}
		c.By = append(c.By, o)
		if covered(search, s, o) {
			c.Alone = append(c.Alone, o)
		}
	}
	if len(c.Alone) > 0 {
		return c
	}
	pod, escapes := search.Escape(s, plainSelectors(c.By)...)
	switch escapes {
	case selector.No:
		return c
	case selector.Yes:
		c.Loses = &pod
	default:
		c.Unsure = true
	}
	c.Extent = ExtentPart
	if len(c.By) == 0 {
		c.Extent = ExtentNone
	}
	return c
}

// covered reports whether every pod that fits the selector fits one of the others. Where that is undecided it
// does not count as covered.
func covered(search *selector.Search, s Selector, others ...SelectorRef) bool {
	_, escapes := search.Escape(s, plainSelectors(others)...)
	return escapes == selector.No
}

// selectorsOf returns the selectors of the profiles that take pods, by name of the profile and by index.
func selectorsOf(profiles []Profile) []SelectorRef {
	return slices.DeleteFunc(allSelectors(profiles), func(r SelectorRef) bool { return !r.Status.TakesPods() })
}

// allSelectors returns the selectors of all profiles, by name of the profile and by index.
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
