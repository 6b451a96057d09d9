package fargate

// This file holds what selectors have to do with each other: overlap (some pod fits both) and cover
// (every pod that fits one fits the other).

import (
	"maps"
	"slices"
)

// Matches tells whether a pod with this namespace and these labels fits the selector: the namespace
// matches and every label pair is met by some label of the pod (EKS User Guide, Fargate profile
// components; wildcards in keys: Fargate profile wildcards).
func (s Selector) Matches(namespace string, labels map[string]string) bool {
	if !MatchPattern(s.Namespace, namespace) {
		return false
	}
	for key, want := range s.Labels {
		if !pairMet(key, want, labels) {
			return false
		}
	}
	return true
}

func pairMet(key, want string, labels map[string]string) bool {
	if !HasWildcard(key) {
		got, has := labels[key]
		return has && MatchPattern(want, got)
	}
	for k, got := range labels {
		if MatchPattern(key, k) && MatchPattern(want, got) {
			return true
		}
	}
	return false
}

// Covers tells whether every pod that fits o also fits s, wildcards decided exactly. It compares one
// selector with one; a cover that only several selectors make together is Coverage's business. Beyond
// the bounds of one question (see smallestPod) the answer is no.
func (s Selector) Covers(o Selector) bool { return covered(o, s) }

// covered tells whether every pod that fits s fits one of the others.
func covered(s Selector, others ...Selector) bool { return newQuestions(1).covered(s, others...) }

// Overlap tells whether some pod fits both selectors, and gives the smallest as a witness: its namespace
// and labels, valid by Kubernetes' rules; the fewest labels, then the least text, and of several always
// the same. One label may meet a pair of each selector. Beyond the bounds of one question (see
// smallestPod) the witness may not be the smallest, or be a pod without a namespace where none was
// found, and the answer is yes.
func Overlap(a, b Selector) (Pod, bool) {
	f := smallestPod([]Selector{a, b}, nil)
	return f.pod, f.found || f.unsure
}

// Shape writes a pod's namespace and labels for people: namespace web, app=api.
func (p Pod) Shape() string {
	out := "namespace " + p.Namespace
	for _, k := range slices.Sorted(maps.Keys(p.Labels)) {
		out += ", " + k + "=" + p.Labels[k]
	}
	return out
}
