package fargate

// Matching: which profile a pod would hit, and why.

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/selector"
	"github.com/fgctl/fgctl/pkg/fargate/support"
)

// Matcher judges pods by a fixed set of profiles. It may be used by several goroutines at once.
type Matcher struct {
	profiles   []compiledProfile // by name
	selectors  []SelectorMatch   // of all profiles, as far as they are the same for every pod
	pairs      []LabelMatch      // of all selectors, likewise
	conditions []compiledPair    // the different label pairs: selectors have many in common
	objects    *kube.Objects
	seesPin    bool // a selector looks at ProfileLabel, by a wildcard as a rule
}

// compiledProfile is a profile prepared for being judged again and again.
type compiledProfile struct {
	name, cluster string
	status        Status
	createdAt     time.Time
	selectors     []compiledSelector
}

// matches reports whether a selector of the profile matches, whatever its status.
func (p *compiledProfile) matches(namespace string, labels map[string]string) bool {
	return slices.ContainsFunc(p.selectors, func(s compiledSelector) bool { return s.Matches(namespace, labels) })
}

// compiledSelector keeps the label pairs in the order of their keys.
type compiledSelector struct {
	Selector
	namespace selector.Pattern
	pairs     []int // their places in Matcher.conditions
}

type compiledPair struct {
	key, want selector.Pattern
}

// compile prepares a selector, and its pairs where no other selector has them.
func (m *Matcher) compile(s Selector) compiledSelector {
	c := compiledSelector{Selector: s, namespace: selector.Compile(s.Namespace)}
	for _, key := range s.LabelKeys() {
		pair := compiledPair{selector.Compile(key), selector.Compile(s.Labels[key])}
		at := slices.Index(m.conditions, pair)
		if at < 0 {
			at = len(m.conditions)
			m.conditions = append(m.conditions, pair)
		}
		c.pairs = append(c.pairs, at)
	}
	return c
}

// sortedLabels are the labels of one pod by key. Every pair of every selector looks at them, so they are put in order
// once.
type sortedLabels struct {
	keys, values []string
}

func sortLabels(labels map[string]string) sortedLabels {
	l := sortedLabels{
		keys:   slices.AppendSeq(make([]string, 0, len(labels)), maps.Keys(labels)),
		values: make([]string, len(labels)),
	}
	slices.Sort(l.keys)
	for i, key := range l.keys {
		l.values[i] = labels[key]
	}
	return l
}

// NewMatcher prepares the profiles. A profile that states no status counts as ACTIVE.
func NewMatcher(profiles []Profile) *Matcher {
	m := &Matcher{selectors: []SelectorMatch{}, pairs: []LabelMatch{}}
	for _, p := range profiles {
		c := compiledProfile{
			name: p.Name, cluster: p.Cluster, status: cmp.Or(p.Status, StatusActive),
			createdAt: p.CreatedAt,
		}
		for _, s := range p.Selectors {
			c.selectors = append(c.selectors, m.compile(s))
			m.seesPin = m.seesPin || slices.ContainsFunc(s.LabelKeys(), seesPin)
		}
		m.profiles = append(m.profiles, c)
	}
	slices.SortStableFunc(m.profiles, func(a, b compiledProfile) int { return cmp.Compare(a.name, b.name) })
	for _, p := range m.profiles {
		for i, s := range p.selectors {
			m.selectors = append(m.selectors, SelectorMatch{Index: i + 1, Namespace: NamespaceMatch{Want: s.Namespace}})
			for _, pair := range s.pairs {
				m.pairs = append(m.pairs,
					LabelMatch{Key: m.conditions[pair].key.String(), Want: m.conditions[pair].want.String()})
			}
		}
	}
	return m
}

// With lets the matcher judge by objects of the input, too; none is nil.
func (m *Matcher) With(objects *kube.Objects) *Matcher {
	m.objects = objects
	return m
}

// seesPin reports whether a key pattern fits ProfileLabel.
func seesPin(key string) bool { return selector.Match(key, kube.ProfileLabel) }

// Explain says where a new pod would go, by profiles that are used once; see Matcher.Explain.
func Explain(pod kube.Pod, profiles []Profile) Explanation { return NewMatcher(profiles).Explain(pod) }

// Explain says where a new pod would go, what Fargate would provision for it and refuse in it, and for a
// pod of a cluster, where that differs from where it is. Only ACTIVE profiles count; the others are judged
// and shown all the same. The order of candidates is by bytes of the name: the EKS User Guide says
// "alphanumeric sorting by profile name" and no more, older AWS texts say "at random", so several
// candidates are ambiguous and never a match.
func (m *Matcher) Explain(pod kube.Pod) Explanation {
	e := Explanation{
		Source: pod.Source, Document: pod.Document, Line: pod.Line,
		Kind: pod.Kind, Name: pod.Name, Part: pod.Part, Namespace: pod.Namespace,
		Owner: kube.OwnerOf(pod), Running: runningState(pod), Pinned: pinOf(pod),
		Candidates: []string{}, Profiles: make([]ProfileMatch, len(m.profiles)),
	}
	fresh := pod // as a new pod would be
	if m.seesPin && e.Pinned == "" && pod.Labels[kube.ProfileLabel] != "" {
		fresh.Labels = maps.Clone(pod.Labels)
		delete(fresh.Labels, kube.ProfileLabel)
	}
	met := m.judgeLabels(sortLabels(fresh.Labels))
	selectors, pairs := slices.Clone(m.selectors), slices.Clone(m.pairs)
	for i := range m.profiles {
		p := &m.profiles[i]
		n := len(p.selectors)
		own := selectors[:n:n]
		selectors = selectors[n:]
		matches := false
		for j := range own {
			n := len(p.selectors[j].pairs)
			own[j].Labels = pairs[:n:n]
			pairs = pairs[n:]
			p.selectors[j].judge(pod.Namespace, met, &own[j])
			matches = matches || own[j].Matches
		}
		e.Profiles[i] = ProfileMatch{Name: p.name, Status: p.status, Matches: matches, Selectors: own}
		if matches && p.status.TakesPods() && (e.Pinned == "" || e.Pinned == p.name) {
			e.Candidates = append(e.Candidates, p.name)
		}
	}
	judge(pod, &e)
	pod.Objects = m.objects.Near(pod.Source)
	capacity, sizing := support.Size(pod)
	e.Capacity = capacity
	e.Findings = append(support.Findings(pod), sizing...)
	if e.Verdict == VerdictUnmatched {
		e.Nearest = m.nearest(fresh, e)
	}
	e.Findings = append(e.Findings, support.Locate(pod, append(daemonSetNodes(pod, e), wishes(pod, &e)...))...)
	if running := support.Locate(pod, runningFindings(pod, e, m.profiles)); len(running) > 0 {
		e.Findings = append(running, e.Findings...)
	}
	return e
}

// pinOf is the profile that the pod asks for by its label. On a pod that EKS's webhook has given to a
// profile the label was written by the webhook, and a new pod would not have it unless the template does.
func pinOf(pod kube.Pod) string {
	if taken(pod) && !pod.Running.OwnerPins {
		return ""
	}
	return pod.Labels[kube.ProfileLabel]
}

// judge finds the verdict and its reason.
func judge(pod kube.Pod, e *Explanation) {
	switch {
	case pod.Annotations[kube.ComputeTypeAnnotation] == kube.ComputeTypeEC2:
		e.Verdict = VerdictExcluded
		e.Reason = fmt.Sprintf("the annotation %s: %s keeps the pod off Fargate",
			kube.ComputeTypeAnnotation, kube.ComputeTypeEC2)
	case len(e.Candidates) == 0:
		e.Verdict = VerdictUnmatched
		e.Reason = whyUnmatched(*e)
	case len(e.Candidates) == 1:
		e.Verdict = VerdictMatched
		e.Profile = e.Candidates[0]
		e.Reason = whyMatched(*e)
	default:
		e.Verdict = VerdictAmbiguous
		e.Profile = e.Candidates[0]
		e.Reason = whyAmbiguous(*e)
	}
	if e.Verdict != VerdictExcluded {
		e.Reason += unseen(pod)
	}
}

// unseen says what the object of an operator does not show of its pods.
func unseen(pod kube.Pod) string {
	switch {
	case pod.Incomplete:
		return "; judged by what the object shows: its operator may add labels and completes the pod, so its size is not " +
			"known"
	case pod.Foreign:
		return "; judged by the labels in the object, its operator may add others"
	}
	return ""
}

// judge fills in what a pod has of what the selector wants.
func (s *compiledSelector) judge(namespace string, met []labelAnswer, m *SelectorMatch) {
	m.Namespace.Got, m.Namespace.Matches = namespace, s.namespace.Match(namespace)
	m.Matches = m.Namespace.Matches
	for i, pair := range s.pairs {
		a := met[pair]
		m.Labels[i].Got, m.Labels[i].Matches = a.got, a.matches
		m.Matches = m.Matches && a.matches
	}
}

// labelAnswer is what a pod has of a label pair.
type labelAnswer struct {
	got     *string
	matches bool
}

// judgeLabels answers every different label pair once.
func (m *Matcher) judgeLabels(labels sortedLabels) []labelAnswer {
	met := make([]labelAnswer, len(m.conditions))
	for i := range m.conditions {
		met[i] = m.conditions[i].judge(labels)
	}
	return met
}

// judge finds the label that meets the pair, else the first one whose key fits.
func (p *compiledPair) judge(labels sortedLabels) (a labelAnswer) {
	// The keys that begin as the pattern does stand together.
	prefix := p.key.Prefix()
	from, _ := slices.BinarySearch(labels.keys, prefix)
	for i := from; i < len(labels.keys) && strings.HasPrefix(labels.keys[i], prefix); i++ {
		if !p.key.Match(labels.keys[i]) {
			continue
		}
		if p.want.Match(labels.values[i]) {
			return labelAnswer{&labels.values[i], true}
		}
		if a.got == nil {
			a.got = &labels.values[i]
		}
	}
	return a
}

func whyMatched(e Explanation) string {
	selectors := findMatch(e, e.Profile).Selectors
	i := slices.IndexFunc(selectors, func(s SelectorMatch) bool { return s.Matches })
	if i < 0 { // two profiles of one name, which no cluster has
		return ""
	}
	s := selectors[i]
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

func whyAmbiguous(e Explanation) string {
	reason := fmt.Sprintf("%d ACTIVE profiles match (%s); by the EKS User Guide the first by name, %s, takes the pod, "+
		"older AWS texts say a random one", len(e.Candidates), strings.Join(e.Candidates, ", "), e.Profile)
	if uncertainOrder(e.Candidates[0], e.Candidates[1]) {
		reason += "; these names sort differently when case or numbers are weighed otherwise"
	}
	return reason
}

func whyUnmatched(e Explanation) string {
	if e.Pinned != "" {
		var why string
		switch m := findMatch(e, e.Pinned); {
		case m == nil:
			why = "which does not exist"
		case !m.Matches && !m.Status.TakesPods():
			why = "but no selector of it matches, and it is " + string(m.Status)
		case !m.Matches:
			why = "but no selector of it matches"
		default:
			why = "which is " + string(m.Status) + " and takes no pods"
		}
		return fmt.Sprintf("the label %s pins the pod to profile %s, %s", kube.ProfileLabel, e.Pinned, why)
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
	if i := slices.IndexFunc(e.Profiles, func(m ProfileMatch) bool { return m.Name == name }); i >= 0 {
		return &e.Profiles[i]
	}
	return nil
}

func findProfile(profiles []compiledProfile, name string) *compiledProfile {
	if i := slices.IndexFunc(profiles, func(p compiledProfile) bool { return p.name == name }); i >= 0 {
		return &profiles[i]
	}
	return nil
}

// uncertainOrder reports whether two names differ only by case or by runs of digits, where
// "alphanumeric" can be read in more ways than one.
func uncertainOrder(a, b string) bool { return foldName(a) == foldName(b) }

func foldName(name string) string { return digits().ReplaceAllString(strings.ToLower(name), "0") }

var digits = form(`[0-9]+`)
