package selector

import (
	"maps"
	"slices"
	"strings"
)

// Selector chooses pods by namespace and labels. Namespace, label keys and label values may contain the
// wildcards * and ? (EKS User Guide, Fargate profile wildcards).
type Selector struct {
	Namespace string            `json:"namespace" yaml:"namespace"`
	Labels    map[string]string `json:"labels,omitempty" yaml:"labels,omitempty"`
}

// Matches reports whether a pod with this namespace and these labels fits the selector: the namespace
// matches and every label pair is met by some label of the pod (EKS User Guide, Fargate profile
// components; wildcards in keys: Fargate profile wildcards).
func (s Selector) Matches(namespace string, labels map[string]string) bool {
	if !Match(s.Namespace, namespace) {
		return false
	}
	for key, value := range s.Labels {
		if !MeetsPair(labels, key, value) {
			return false
		}
	}
	return true
}

// MeetsPair reports whether one of the labels matches a pair of patterns, its key and its value.
func MeetsPair(labels map[string]string, key, value string) bool {
	if !HasWildcard(key) {
		got, has := labels[key]
		return has && Match(value, got)
	}
	for k, got := range labels {
		if Match(key, k) && Match(value, got) {
			return true
		}
	}
	return false
}

// Clone returns a copy that can be changed.
func (s Selector) Clone() Selector {
	return Selector{Namespace: s.Namespace, Labels: maps.Clone(s.Labels)}
}

// Equal reports whether two selectors are the same text; an absent and an empty label map are equal.
func (s Selector) Equal(o Selector) bool {
	return s.Namespace == o.Namespace && maps.Equal(s.Labels, o.Labels)
}

// LabelKeys returns the keys of the selector's label pairs in byte order, the order in which every
// output shows them.
func (s Selector) LabelKeys() []string { return slices.Sorted(maps.Keys(s.Labels)) }

// String writes the selector the way --selector reads it: namespace=web,app=api.
func (s Selector) String() string {
	var out strings.Builder
	out.WriteString("namespace=" + s.Namespace)
	for _, k := range s.LabelKeys() {
		out.WriteString("," + k + "=" + s.Labels[k])
	}
	return out.String()
}

// Pod is what selectors see of a pod.
type Pod struct {
	Namespace string
	Labels    map[string]string
}

// Shape describes the pod for people: namespace web, app=api.
func (p Pod) Shape() string {
	out := "namespace " + p.Namespace
	for _, k := range slices.Sorted(maps.Keys(p.Labels)) {
		out += ", " + k + "=" + p.Labels[k]
	}
	return out
}
