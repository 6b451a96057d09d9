package fargate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/selector"
)

// ProfileOverlap is a pair of selectors of different profiles that some pod fits both of.
type ProfileOverlap struct {
	// A and B are the selectors; A's profile is the first by name.
	A, B SelectorRef
	// Witness is a small pod that fits both. It is empty where the selectors are too involved to find one.
	Witness selector.Pod
	// Counts reports whether both profiles take pods. Where one does not, because it is not ACTIVE, the overlap
	// matters only if it becomes so.
	Counts bool
	// TakenBy is the profile that takes the witness: of all profiles that take pods and match it, not
	// only of these two, the first by name in byte order (EKS User Guide, Fargate profile wildcards;
	// older AWS texts say one at random). It is empty when none of them takes pods, or no witness was found.
	TakenBy string
}

// Overlaps returns the pairs of selectors of different profiles that some pod fits both of, in the order
// of A and then B, by name of the profile and by index. Names of profiles are taken to be unique.
func Overlaps(profiles []Profile) []ProfileOverlap {
	return overlapsOf(profiles, func(string, string) bool { return true })
}

// OverlapsWith returns those of Overlaps that the profile of this name takes part in.
func OverlapsWith(name string, profiles []Profile) []ProfileOverlap {
	return overlapsOf(profiles, func(a, b string) bool { return a == name || b == name })
}

func overlapsOf(profiles []Profile, wanted func(a, b string) bool) []ProfileOverlap {
	refs := allSelectors(profiles)
	takers := selectorsOf(profiles)
	var search selector.Search
	var out []ProfileOverlap
	for i, a := range refs {
		for _, b := range refs[i+1:] {
			if a.Profile == b.Profile || !wanted(a.Profile, b.Profile) {
				continue
			}
			pod, overlap := search.Overlap(a.Selector, b.Selector)
			if overlap == selector.No {
				continue
			}
			o := ProfileOverlap{A: a, B: b, Witness: pod, Counts: a.Status.TakesPods() && b.Status.TakesPods()}
			taker := slices.IndexFunc(takers, func(t SelectorRef) bool { return t.Selector.Matches(pod.Namespace, pod.Labels) })
			if overlap == selector.Yes && taker >= 0 {
				o.TakenBy = takers[taker].Profile
			}
			out = append(out, o)
		}
	}
	return out
}

// Redundancy is a selector that could go without any pod being left without a profile.
type Redundancy struct {
	// Selector is the one that could go.
	Selector SelectorRef
	// By are selectors that together take all its pods, none of which is dispensable for that; one where
	// one is enough. It is empty for a selector that no pod can fit.
	By []SelectorRef
	// Within reports whether By are selectors of the same profile: then not even the profile of a pod would
	// change.
	Within bool
}

// String says it in a sentence.
func (r Redundancy) String() string {
	own := fmt.Sprintf("selector %d of profile %s (%s)", r.Selector.Index, r.Selector.Profile, r.Selector.Selector)
	if len(r.By) == 0 {
		return own + " adds nothing: no pod can fit it"
	}
	names := make([]string, len(r.By))
	for i, by := range r.By {
		names[i] = fmt.Sprintf("selector %d of profile %s (%s)", by.Index, by.Profile, by.Selector)
		if r.Within {
			names[i] = fmt.Sprintf("selector %d (%s)", by.Index, by.Selector)
		}
	}
	together := ""
	if len(names) > 1 {
		together = " together"
	}
	verdict, anyway := "is redundant", ""
	if r.Within {
		verdict, anyway = "adds nothing", " anyway"
	}
	return fmt.Sprintf("%s %s: %s%s would take all its pods%s",
		own, verdict, strings.Join(names, " and "), together, anyway)
}

// Redundancies returns the selectors that others make redundant, by name of the profile and by index. All
// of them together could go: of selectors that cover each other the last one is called redundant,
// and what one alone covers goes before what only several do. First it is asked what a profile's own selectors
// make redundant, then what those of all profiles do; so By of the former may hold one of the latter.
// Only profiles that take pods count. An undecided question finds no redundancy.
func Redundancies(profiles []Profile) []Redundancy {
	all := selectorsOf(profiles)
	var search selector.Search
	found := map[int]Redundancy{}
	gone := map[int]bool{}
	for _, within := range []bool{true, false} {
		// others returns the selectors but for one that are still there, of its profile or of all.
		others := func(but int) []SelectorRef {
			var out []SelectorRef
			for i, r := range all {
				if i != but && !gone[i] && (!within || r.Profile == all[but].Profile) {
					out = append(out, r)
				}
			}
			return out
		}
		var dropped []int
		// What one covers goes before what only several do: of a, a?* and a* the first two, not the last.
		for _, isCovered := range []func(*selector.Search, Selector, ...SelectorRef) bool{coveredByOne, covered} {
			for i := len(all) - 1; i >= 0; i-- {
				if !gone[i] && isCovered(&search, all[i].Selector, others(i)...) {
					gone[i] = true
					dropped = append(dropped, i)
				}
			}
		}
		for _, i := range dropped {
			found[i] = Redundancy{Selector: all[i], By: coverers(&search, all[i].Selector, others(i)), Within: within}
		}
	}
	out := make([]Redundancy, 0, len(found))
	for _, i := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[i])
	}
	return out
}

// coveredByOne reports whether one of the others alone covers the selector.
func coveredByOne(search *selector.Search, s Selector, others ...SelectorRef) bool {
	// What all of them leave, none covers; that one question spares most of the others.
	one := func(o SelectorRef) bool { return covered(search, s, o) }
	return covered(search, s, others...) && slices.ContainsFunc(others, one)
}

// coverers returns those of the others that are needed to cover the selector, which they do together: the
// first that does alone, else a set of which none can be spared.
func coverers(search *selector.Search, s Selector, others []SelectorRef) []SelectorRef {
	if covered(search, s) {
		return nil // no pod fits it
	}
	for i, o := range others {
		if covered(search, s, o) {
			return others[i : i+1]
		}
	}
	needed := slices.Clone(others)
	for i := len(needed) - 1; i >= 0; i-- {
		if rest := slices.Delete(slices.Clone(needed), i, i+1); covered(search, s, rest...) {
			needed = rest
		}
	}
	return needed
}
