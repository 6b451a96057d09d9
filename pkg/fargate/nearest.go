package fargate

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/selector"
)

// Nearest is the selector of which a pod fails the fewest conditions; of several the one that wants what is most like
// what the pod has, then the first, by the name of the profile and then in the profile's own order. For a pinned pod
// only the profile it names counts, if there is one, for others the ACTIVE ones.
type Nearest struct {
	// Profile and Selector name it; selectors count from 1.
	Profile  string `json:"profile"`
	Selector int    `json:"selector"`
	// Unmet are the conditions that the pod fails, the namespace first; never empty but for a pod whose
	// pinned profile is not ACTIVE or does not exist.
	Unmet []Condition `json:"unmet"`
	// AddLabels are the labels that the pod template needs to go to this profile; nil where labels alone
	// are no way, because the namespace is another or the profile is leaving, and where Fargate would refuse the pod.
	// ProfileLabel is among them where other profiles would match the pod then too.
	AddLabels map[string]string `json:"addLabels"`
	// AddSelector is the selector that the profile needs to match the pod, written as --selector reads it; empty where
	// Fargate would refuse the pod.
	AddSelector string `json:"addSelector"`
	// Command is a command line that adds that selector to the profile; the command line's own, empty where
	// there is none.
	Command string `json:"command"`
	// Full reports whether the profile has as many selectors as EKS allows, so that none can be added.
	Full bool `json:"-"`
	// Cluster is that of the profile, empty where unknown.
	Cluster string `json:"-"`
}

// Condition is one condition of a selector that a pod fails. Field is "namespace" or "label", Key the
// label's. Got is what the pod has, nil for an absent label.
type Condition struct {
	Field string  `json:"field"`
	Key   string  `json:"key,omitempty"`
	Want  string  `json:"want"`
	Got   *string `json:"got"`
}

// meets reports whether a label of this value would meet the condition.
func (c Condition) meets(value string) bool { return selector.Match(c.Want, value) }

// nearest finds it for an unmatched pod; nil where no profile counts.
func (m *Matcher) nearest(pod kube.Pod, e Explanation) *Nearest {
	pin := e.Pinned
	if findMatch(e, pin) == nil {
		pin = "" // there is no such profile, so the label has to go or to change
	}
	profile, best := e.closest(pin)
	if best == nil {
		return nil
	}
	compiled := findProfile(m.profiles, profile.Name)
	n := &Nearest{
		Profile: profile.Name, Selector: best.Index, Unmet: best.conditions(), Full: len(profile.Selectors) >= MaxSelectors,
		Cluster: compiled.cluster,
	}
	switch {
	case !profile.Status.TakesPods() && profile.Status != StatusCreating:
		return n // it takes no pod any more, whatever its labels
	case len(e.Refused()) > 0:
		return n // there is no way onto Fargate
	case e.Pinned != "" && pin == "" && best.Namespace.Matches && CanPin(profile.Name):
		repinned, pinned := pod, map[string]string{kube.ProfileLabel: profile.Name}
		repinned.Labels = with(pod.Labels, pinned)
		n.AddLabels = with(addLabels(repinned, *best), pinned)
	case e.Pinned == "":
		n.AddLabels = m.settled(pod, profile.Name, addLabels(pod, *best))
	default:
		n.AddLabels = addLabels(pod, *best)
	}
	if n.AddLabels != nil && !compiled.matches(pod.Namespace, with(pod.Labels, n.AddLabels)) {
		n.AddLabels = nil // a pair asks for another value of the pin
	}
	if len(n.Unmet) > 0 && e.Pinned == pin { // no selector helps a pod that asks for another profile
		n.AddSelector = addSelector(pod, *best)
	}
	return n
}

// closest returns the selector that needs the fewest changes of the pod, of several the one whose values are likest,
// with its profile: the pinned one, or without a pin any that takes pods. Both are nil where no profile counts.
func (e Explanation) closest(pin string) (profile *ProfileMatch, best *SelectorMatch) {
	least, likest := 0, 0.0
	for i := range e.Profiles {
		p := &e.Profiles[i]
		if pin != "" && p.Name != pin || pin == "" && !p.Status.TakesPods() {
			continue
		}
		for j := range p.Selectors {
			s := &p.Selectors[j]
			n := s.unmet()
			if best != nil && n > least {
				continue
			}
			if like := s.likeness(); best == nil || n < least || like > likest {
				profile, best, least, likest = p, s, n, like
			}
		}
	}
	return profile, best
}

// settled returns the labels that lead the pod to the profile, and the pin with them where others would match
// it too.
func (m *Matcher) settled(pod kube.Pod, profile string, added map[string]string) map[string]string {
	if added == nil || !CanPin(profile) {
		return added
	}
	labels := with(pod.Labels, added)
	if slices.ContainsFunc(m.profiles, func(p compiledProfile) bool {
		return p.name != profile && p.status.TakesPods() && p.matches(pod.Namespace, labels)
	}) {
		added[kube.ProfileLabel] = profile
	}
	return added
}

// with returns the labels with those added in their places.
func with(labels, added map[string]string) map[string]string {
	out := map[string]string{}
	maps.Copy(out, labels)
	maps.Copy(out, added)
	return out
}

// CanPin reports whether a profile's name can be the value of a pod's ProfileLabel: EKS takes names that
// Kubernetes takes for no label value (see Validate).
func CanPin(profile string) bool { return len(validation.IsValidLabelValue(profile)) == 0 }

// conditions returns what the pod does not meet.
func (s SelectorMatch) conditions() []Condition {
	out := []Condition{}
	if !s.Namespace.Matches {
		out = append(out, Condition{Field: "namespace", Want: s.Namespace.Want, Got: &s.Namespace.Got})
	}
	for _, l := range s.Labels {
		if !l.Matches {
			out = append(out, Condition{Field: "label", Key: l.Key, Want: l.Want, Got: l.Got})
		}
	}
	return out
}

// unmet counts the conditions that fail.
func (s SelectorMatch) unmet() int {
	n := 0
	if !s.Namespace.Matches {
		n++
	}
	for _, l := range s.Labels {
		if !l.Matches {
			n++
		}
	}
	return n
}

// likeness says how much the namespace, and the labels that the pod has with another value, are like what is wanted: 1
// where it is met.
func (s SelectorMatch) likeness() float64 {
	sum := 1.0
	if !s.Namespace.Matches {
		sum = likeness(s.Namespace.Want, s.Namespace.Got)
	}
	for _, l := range s.Labels {
		if !l.Matches && l.Got != nil {
			sum += likeness(l.Want, *l.Got)
		}
	}
	return sum
}

// likeness is how much of two texts is the same at their beginning and end. A few letters are chance.
func likeness(a, b string) float64 {
	short := min(len(a), len(b))
	begin, end := 0, 0
	for begin < short && a[begin] == b[begin] {
		begin++
	}
	for end < short-begin && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	if same := begin + end; same >= 3 {
		return 2 * float64(same) / float64(len(a)+len(b))
	}
	return 0
}

// addLabels returns labels that close the gap from the pod's side: a shortest text for every wildcard.
func addLabels(pod kube.Pod, s SelectorMatch) map[string]string {
	if !s.Namespace.Matches {
		return nil
	}
	labels, added := with(pod.Labels, nil), map[string]string{}
	add := func(l LabelMatch, taken ...string) (ok bool) {
		key, value, ok := selector.Label(l.Key, l.Want, taken...)
		labels[key], added[key] = value, value
		return ok
	}
	for _, l := range s.Labels {
		if !l.Matches && !selector.HasWildcard(l.Key) && !add(l) {
			return nil
		}
	}
	// A label that took another value may have met a wildcard pair before, so all of these are looked at.
	for _, l := range s.Labels {
		if selector.HasWildcard(l.Key) && !selector.MeetsPair(labels, l.Key, l.Want) &&
			!add(l, slices.Collect(maps.Keys(labels))...) {
			return nil
		}
	}
	if len(added) == 0 {
		return nil
	}
	return added
}

// addSelector returns a selector that closes the gap from the profile's side: the pairs that the pod meets
// stay, one whose label the pod has with another value takes that value, one whose label it lacks goes. Where one
// goes, a pattern of namespaces would let in more than this pod needs, so it becomes the pod's namespace.
func addSelector(pod kube.Pod, s SelectorMatch) string {
	out := Selector{Namespace: s.Namespace.Want, Labels: map[string]string{}}
	if !s.Namespace.Matches {
		out.Namespace = pod.Namespace
	}
	for _, l := range s.Labels {
		switch {
		case l.Matches:
			out.Labels[l.Key] = l.Want
		case l.Got != nil:
			out.Labels[l.Key] = *l.Got
		default:
			out.Namespace = pod.Namespace
		}
	}
	if len(validateSelector(out)) > 0 {
		return "" // the pod has a namespace or a label that there cannot be
	}
	return out.String()
}
