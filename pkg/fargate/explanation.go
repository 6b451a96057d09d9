package fargate

import (
	"slices"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/price"
	"github.com/fgctl/fgctl/pkg/fargate/support"
)

// The JSON form of the answer of match is a public contract: a field may be added but never renamed, retyped or
// dropped.

// Verdict says in one word where a pod goes.
type Verdict string

// The verdicts.
const (
	// VerdictMatched: exactly one ACTIVE profile takes the pod.
	VerdictMatched Verdict = "matched"
	// VerdictAmbiguous: several ACTIVE profiles match and nothing settles which.
	VerdictAmbiguous Verdict = "ambiguous"
	// VerdictUnmatched: no ACTIVE profile takes the pod; it does not run on Fargate.
	VerdictUnmatched Verdict = "unmatched"
	// VerdictExcluded: the pod is annotated to stay off Fargate.
	VerdictExcluded Verdict = "excluded"
)

// Explanation says where one pod goes and why.
type Explanation struct {
	Source   string `json:"source"`
	Document int    `json:"document"`
	// Line is where the object begins in the source, counted from 1; 0 where unknown.
	Line int    `json:"line"`
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Part tells the pods of one object of an operator apart; empty where it makes pods of one sort.
	Part      string  `json:"part"`
	Namespace string  `json:"namespace"`
	Verdict   Verdict `json:"verdict"`
	// Profile is the one the pod would run on; for an ambiguous pod the candidate that sorts first by
	// bytes; empty when there is none.
	Profile string `json:"profile"`
	// Candidates are the ACTIVE profiles that match, sorted by bytes; only the pinned one where the pod
	// is pinned. Never nil.
	Candidates []string `json:"candidates"`
	// Pinned is the value of the pod's ProfileLabel, empty where it has none.
	Pinned string `json:"pinned"`
	// Reason is one sentence.
	Reason string `json:"reason"`
	// Profiles is the judgement of every profile, in the order of their names by bytes. Never nil.
	Profiles []ProfileMatch `json:"profiles"`
	// Findings are what Fargate would refuse in the pod, or what is risky. Never nil.
	Findings []support.Finding `json:"findings"`
	// Nearest is set for an unmatched pod where there is an ACTIVE profile, or the one it is pinned to.
	Nearest *Nearest `json:"nearest"`
	// Capacity is what Fargate would provision; nil where the pod fits no size or its quantities are wrong.
	Capacity *support.Capacity `json:"capacity"`
	// Price is what the pods would cost; nil unless it was asked for, and for a pod that no profile takes.
	Price *price.Pod `json:"price,omitempty"`
	// Meant is the profile that an annotation names, which has no effect; empty where the pod is pinned.
	Meant string `json:"-"`
	// Owner is the workload of a pod that was read from a cluster, Running where that pod is; both are nil
	// for a manifest.
	Owner   *kube.Owner   `json:"owner"`
	Running *RunningState `json:"running"`
}

// ProfileMatch is the judgement of one profile for one pod. Matches says whether a selector matches,
// whatever the profile's status.
type ProfileMatch struct {
	Name      string          `json:"name"`
	Status    Status          `json:"status"`
	Matches   bool            `json:"matches"`
	Selectors []SelectorMatch `json:"selectors"`
}

// SelectorMatch is the judgement of one selector; Index counts from 1.
type SelectorMatch struct {
	Index     int            `json:"index"`
	Matches   bool           `json:"matches"`
	Namespace NamespaceMatch `json:"namespace"`
	Labels    []LabelMatch   `json:"labels"`
}

// NamespaceMatch compares the selector's namespace pattern with the pod's namespace.
type NamespaceMatch struct {
	Want    string `json:"want"`
	Got     string `json:"got"`
	Matches bool   `json:"matches"`
}

// LabelMatch compares one label pair of a selector with the pod. Key and Want are the selector's. Got
// is the value of the pod's label that satisfies the pair, else of the first by key that the key
// pattern fits, and nil where the pod has no such label.
type LabelMatch struct {
	Key     string  `json:"key"`
	Want    string  `json:"want"`
	Got     *string `json:"got"`
	Matches bool    `json:"matches"`
}

// OnFargate reports whether some ACTIVE profile takes the pod.
func (e Explanation) OnFargate() bool {
	return e.Verdict == VerdictMatched || e.Verdict == VerdictAmbiguous
}

// SetPrice sets what the pods would cost by the rates, where a profile takes them.
func (e *Explanation) SetPrice(rates price.Rates) {
	if e.Capacity == nil || !e.OnFargate() {
		return
	}
	p := priceOf(e.Capacity, &rates)
	e.Price = &p
}

// PriceOf returns what a pod, or the pods of a manifest, cost on Fargate; zero where they fit no size, or without
// rates.
func PriceOf(pod kube.Pod, rates *price.Rates) price.Pod {
	capacity, _ := support.Size(pod)
	return priceOf(capacity, rates)
}

func priceOf(c *support.Capacity, rates *price.Rates) price.Pod {
	if c == nil || rates == nil {
		return price.Pod{}
	}
	smaller := make([]price.Size, len(c.Smaller))
	for i, a := range c.Smaller {
		smaller[i] = price.Size{VCPU: a.VCPU, GB: a.MemoryGB}
	}
	return rates.Pod(price.Size{VCPU: c.VCPU, GB: c.MemoryGB}, c.Replicas, smaller)
}

// Refused returns the codes of what Fargate would refuse in the pod, each once.
func (e Explanation) Refused() []string {
	var codes []string
	for i := range e.Findings {
		if f := &e.Findings[i]; f.Severity == support.SeverityError && !f.Elsewhere && !slices.Contains(codes, f.Code) {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

// Counts reports whether the pod has a finding of this severity that matters where the pod goes: what
// Fargate would refuse does not, where no profile takes the pod.
func (e Explanation) Counts(severity support.Severity) bool {
	return slices.ContainsFunc(e.Findings, func(f support.Finding) bool { return f.Severity == severity && e.Matters(f) })
}

// Matters reports whether a finding of the pod matters where the pod goes.
func (e Explanation) Matters(f support.Finding) bool { return f.Elsewhere || e.OnFargate() }

// Summary counts the pods of a run. A workload counts as one.
type Summary struct {
	Pods      int `json:"pods"`
	Matched   int `json:"matched"`
	Ambiguous int `json:"ambiguous"`
	Unmatched int `json:"unmatched"`
	Excluded  int `json:"excluded"`
	// Errors and Warnings count the pods with findings of that severity that matter where the pod goes.
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	// Capacity is what Fargate would provision for the pods that profiles take, all replicas included.
	Capacity support.Amount `json:"capacity"`
	// Price is what these cost; nil unless it was asked for.
	Price *price.Total `json:"price,omitempty"`
	// Skipped counts the objects that were not judged, although they may make pods, by their kind; LeftOut what was not
	// read. Neither is ever nil.
	Skipped []SkippedKind `json:"skipped"`
	LeftOut []LeftOut     `json:"leftOut"`
}

// SkippedKind is a kind that is not known to make pods, and not known to make none.
type SkippedKind struct {
	Kind       string `json:"kind"`
	APIVersion string `json:"apiVersion"`
	Count      int    `json:"count"`
}

// LeftOut is why files or directories were not read, and how many.
type LeftOut struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
	// MayHoldPods reports whether what was left out may make pods: a chart does.
	MayHoldPods bool `json:"mayHoldPods"`
}

// NotJudged returns how many objects and files may make pods and were not judged.
func (s *Summary) NotJudged() int {
	n := 0
	for _, k := range s.Skipped {
		n += k.Count
	}
	for _, l := range s.LeftOut {
		if l.MayHoldPods {
			n += l.Count
		}
	}
	return n
}

// Add counts one more.
func (s *Summary) Add(e Explanation) {
	s.Pods++
	switch e.Verdict {
	case VerdictMatched:
		s.Matched++
	case VerdictAmbiguous:
		s.Ambiguous++
	case VerdictUnmatched:
		s.Unmatched++
	case VerdictExcluded:
		s.Excluded++
	}
	if e.Counts(support.SeverityError) {
		s.Errors++
	}
	if e.Counts(support.SeverityWarning) {
		s.Warnings++
	}
	if e.OnFargate() && e.Capacity != nil {
		s.Capacity.VCPU += e.Capacity.Total.VCPU
		s.Capacity.MemoryGB += e.Capacity.Total.MemoryGB
	}
}
