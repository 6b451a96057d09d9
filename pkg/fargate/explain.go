package fargate

// This file holds matching: which profile a pod would hit, and why.

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Explain says where a new pod would go. Only ACTIVE profiles count; the others are judged and shown
// all the same. The order of candidates is by bytes of the name: the EKS User Guide says "alphanumeric
// sorting by profile name" and no more, older AWS texts say "at random", so several candidates are
// ambiguous and never a match.
func Explain(pod Pod, profiles []Profile) Explanation {
	e := Explanation{
		Source: pod.Source, Document: pod.Document, Kind: pod.Kind, Name: pod.Name, Namespace: pod.Namespace,
		Pinned:     pod.Labels[ProfileLabel],
		Candidates: []string{}, Profiles: make([]ProfileMatch, 0, len(profiles)), Findings: []Finding{},
	}
	for _, p := range profiles {
		e.Profiles = append(e.Profiles, explainProfile(pod, p))
	}
	slices.SortStableFunc(e.Profiles, func(a, b ProfileMatch) int { return cmp.Compare(a.Name, b.Name) })
	for _, m := range e.Profiles {
		if m.Matches && m.Status.TakesPods() && (e.Pinned == "" || e.Pinned == m.Name) {
			e.Candidates = append(e.Candidates, m.Name)
		}
	}
	switch {
	case pod.Annotations[ComputeTypeAnnotation] == ComputeTypeEC2:
		e.Verdict = VerdictExcluded
		e.Reason = fmt.Sprintf("the annotation %s: %s keeps the pod off Fargate", ComputeTypeAnnotation, ComputeTypeEC2)
	case len(e.Candidates) == 0:
		e.Verdict = VerdictUnmatched
		e.Reason = whyUnmatched(e)
	case len(e.Candidates) == 1:
		e.Verdict = VerdictMatched
		e.Profile = e.Candidates[0]
		e.Reason = whyMatched(e)
	default:
		e.Verdict = VerdictAmbiguous
		e.Profile = e.Candidates[0]
		e.Reason = whyAmbiguous(e)
	}
	return e
}

func explainProfile(pod Pod, p Profile) ProfileMatch {
	m := ProfileMatch{Name: p.Name, Status: p.Status, Selectors: make([]SelectorMatch, 0, len(p.Selectors))}
	if m.Status == "" {
		m.Status = StatusActive
	}
	for i, s := range p.Selectors {
		sm := explainSelector(pod, s)
		sm.Index = i + 1
		m.Matches = m.Matches || sm.Matches
		m.Selectors = append(m.Selectors, sm)
	}
	return m
}

func explainSelector(pod Pod, s Selector) SelectorMatch {
	m := SelectorMatch{
		Namespace: NamespaceMatch{Want: s.Namespace, Got: pod.Namespace, Matches: MatchPattern(s.Namespace, pod.Namespace)},
		Labels:    make([]LabelMatch, 0, len(s.Labels)),
	}
	m.Matches = m.Namespace.Matches
	for _, key := range s.LabelKeys() {
		l := explainPair(key, s.Labels[key], pod.Labels)
		m.Matches = m.Matches && l.Matches
		m.Labels = append(m.Labels, l)
	}
	return m
}

func explainPair(key, want string, labels map[string]string) LabelMatch {
	m := LabelMatch{Key: key, Want: want}
	if !HasWildcard(key) {
		if got, has := labels[key]; has {
			m.Got, m.Matches = &got, MatchPattern(want, got)
		}
		return m
	}
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		if !MatchPattern(key, k) {
			continue
		}
		got := labels[k]
		if MatchPattern(want, got) {
			m.Got, m.Matches = &got, true
			return m
		}
		if m.Got == nil {
			m.Got = &got
		}
	}
	return m
}

func whyMatched(e Explanation) string {
	m := *findMatch(e, e.Profile)
	for _, s := range m.Selectors {
		if !s.Matches {
			continue
		}
		met := "namespace " + s.Namespace.Want
		for _, l := range s.Labels {
			met += ", " + l.Key + "=" + l.Want
		}
		pin := ""
		if e.Pinned != "" {
			pin = " and the pod is pinned to it"
		}
		return fmt.Sprintf("selector %d of %s matches (%s)%s", s.Index, e.Profile, met, pin)
	}
	return ""
}

func whyAmbiguous(e Explanation) string {
	reason := fmt.Sprintf("%d ACTIVE profiles match (%s); by the EKS User Guide the first by name, %s, takes the pod, older AWS texts say a random one",
		len(e.Candidates), strings.Join(e.Candidates, ", "), e.Profile)
	if uncertainOrder(e.Candidates[0], e.Candidates[1]) {
		reason += "; these names sort differently when case or numbers are weighed otherwise"
	}
	return reason
}

func whyUnmatched(e Explanation) string {
	if e.Pinned != "" {
		m := findMatch(e, e.Pinned)
		switch {
		case m == nil:
			return fmt.Sprintf("the label %s pins the pod to profile %s, which does not exist", ProfileLabel, e.Pinned)
		case !m.Matches:
			return fmt.Sprintf("the label %s pins the pod to profile %s, but no selector of it matches", ProfileLabel, e.Pinned)
		default:
			return fmt.Sprintf("the label %s pins the pod to profile %s, which is %s and takes no pods", ProfileLabel, e.Pinned, m.Status)
		}
	}
	var idle []string
	for _, m := range e.Profiles {
		if m.Matches {
			idle = append(idle, fmt.Sprintf("%s (%s)", m.Name, m.Status))
		}
	}
	switch {
	case len(e.Profiles) == 0:
		return "there is no Fargate profile"
	case len(idle) == 1:
		return "the only profile that matches is not ACTIVE: " + idle[0]
	case len(idle) > 1:
		return "the profiles that match are not ACTIVE: " + strings.Join(idle, ", ")
	case len(e.Profiles) == 1:
		return "no selector of the only profile, " + e.Profiles[0].Name + ", matches"
	}
	return fmt.Sprintf("no selector of the %d profiles matches", len(e.Profiles))
}

func findMatch(e Explanation, name string) *ProfileMatch {
	for i := range e.Profiles {
		if e.Profiles[i].Name == name {
			return &e.Profiles[i]
		}
	}
	return nil
}

// uncertainOrder tells whether two names differ only by case or by runs of digits, where
// "alphanumeric" can be read in more ways than one.
func uncertainOrder(a, b string) bool { return foldName(a) == foldName(b) }

func foldName(name string) string {
	var out strings.Builder
	digits := false
	for _, c := range strings.ToLower(name) {
		if c >= '0' && c <= '9' {
			if !digits {
				out.WriteByte('0')
			}
			digits = true
			continue
		}
		digits = false
		out.WriteRune(c)
	}
	return out.String()
}
