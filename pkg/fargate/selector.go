package fargate

// This file holds what selectors have to do with each other: overlap (some pod fits both) and cover
// (every pod that fits one fits the other).

import (
	"maps"
	"slices"
	"strings"
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
// selector with one: a cover that only several selectors make together is not seen here.
func (s Selector) Covers(o Selector) bool {
	if !contains(namespaceGrammar, s.Namespace, o.Namespace) {
		return false
	}
	for key, want := range s.Labels {
		implied := false
		for k, v := range o.Labels {
			if contains(keyGrammar, key, k) && contains(valueGrammar, want, v) {
				implied = true
				break
			}
		}
		if !implied {
			return false
		}
	}
	return true
}

// Overlap tells whether some pod fits both selectors, and gives a small one as a witness: its
// namespace and labels, valid by Kubernetes' rules.
func Overlap(a, b Selector) (Pod, bool) {
	namespace, ok := intersect(namespaceGrammar, a.Namespace, b.Namespace)
	if !ok {
		return Pod{}, false
	}
	labels := map[string]string{}
	// Pairs with a plain key first: their label is given, and may serve a wildcard pair as well.
	for key, want := range a.Labels {
		if HasWildcard(key) {
			continue
		}
		other, both := b.Labels[key]
		if !both {
			other = "*"
		}
		if labels[key], ok = intersect(valueGrammar, want, other); !ok {
			return Pod{}, false
		}
	}
	for key, want := range b.Labels {
		if _, done := labels[key]; done || HasWildcard(key) {
			continue
		}
		if labels[key], ok = intersect(valueGrammar, want, "*"); !ok {
			return Pod{}, false
		}
	}
	for _, s := range []Selector{a, b} {
		for _, key := range s.LabelKeys() {
			if pairMet(key, s.Labels[key], labels) {
				continue
			}
			k, okKey := freeKey(key, labels)
			v, okValue := intersect(valueGrammar, s.Labels[key], "*")
			if !okKey || !okValue {
				return Pod{}, false
			}
			labels[k] = v
		}
	}
	return Pod{Namespace: namespace, Labels: labels}, true
}

// freeKey gives a label key that fits the pattern and is not taken. A ? or * is filled with ever
// other letters until a key is free; labels are few, so one of the first tries succeeds.
func freeKey(pattern string, taken map[string]string) (string, bool) {
	if k, ok := intersect(keyGrammar, pattern, "*"); ok {
		if _, used := taken[k]; !used {
			return k, true
		}
	}
	for _, c := range valueGrammar.sample {
		filled := strings.NewReplacer("*", string(c), "?", string(c)).Replace(pattern)
		if k, ok := intersect(keyGrammar, filled, "*"); ok {
			if _, used := taken[k]; !used {
				return k, true
			}
		}
	}
	return "", false
}

// Uncovered gives those of the lost selectors that no single one of the remaining covers wholly, in
// their order. Their pods may be left without a profile.
func Uncovered(lost, remaining []Selector) []Selector {
	var out []Selector
	for _, l := range lost {
		if !slices.ContainsFunc(remaining, func(r Selector) bool { return r.Covers(l) }) {
			out = append(out, l)
		}
	}
	return out
}

// Shape writes a pod's namespace and labels for people: namespace web, app=api.
func (p Pod) Shape() string {
	out := "namespace " + p.Namespace
	for _, k := range slices.Sorted(maps.Keys(p.Labels)) {
		out += ", " + k + "=" + p.Labels[k]
	}
	return out
}
