package plan

import (
	"slices"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/price"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// Plan is what a command is going to do.
type Plan struct {
	Cluster string `json:"cluster"`
	// Action is apply, delete, replace, resume, abort, tag (tags alone change, in place) or none.
	Action string `json:"action"`
	// Differences are the fields in which the successor differs from the original.
	Differences []fargate.Difference `json:"differences"`
	// Changes tell how the file that is applied and the cluster differ, a profile each; absent where none is.
	Changes   []Change   `json:"changes,omitempty"`
	Steps     []Step     `json:"steps"`
	Selectors []Selector `json:"selectors"`
	// Drains tell what becomes of the pods of profiles that are drained, in the order of the steps; absent where none is.
	Drains []decision.Drain `json:"drains,omitempty"`
	// Roles tell what becomes of pod execution roles that fgctl made; absent where there is nothing to tell.
	Roles []Role `json:"roles,omitempty"`
	// Pods and Budgets are what the pods showed that were added.
	Pods    []fargate.PodImpact    `json:"pods"`
	Budgets []fargate.BrokenBudget `json:"budgets"`
	// Price is what the pods cost that are on profiles that go; absent where that was not asked for.
	Price *Price `json:"price,omitempty"`
	// Uncovered reports whether pods would be left without a profile.
	Uncovered bool `json:"uncovered"`
	// Request is the body of the creation that comes first; absent where nothing is created.
	Request *Request `json:"request,omitempty"`
	// PodsRead is how many pods and workloads were added, -1 where none were asked for.
	PodsRead int `json:"-"`
}

// Price is what pods cost before a change.
type Price struct {
	price.Total
	// OffMonth is what those of them cost that no profile takes afterwards.
	OffMonth float64 `json:"offMonth"`
}

// AddDrain adds what becomes of the pods of a profile that is drained, and by the rates, which may be nil, their price,
// unless AddPods has added pods of that profile: these are the same.
func (p *Plan) AddDrain(d decision.Drain, rates *price.Rates) {
	p.Drains = append(p.Drains, d)
	p.addPrice(price.Pod{}, rates, false)
	if slices.ContainsFunc(p.Pods, func(i fargate.PodImpact) bool { return i.From == d.Profile }) {
		return
	}
	for _, m := range slices.Concat(d.Moves, d.Stays) {
		p.addPrice(m.Price, rates, false)
	}
}

// addPrice adds the price of pods; off reports whether no profile takes them afterwards.
func (p *Plan) addPrice(pods price.Pod, rates *price.Rates, off bool) {
	switch {
	case rates == nil:
		return
	case p.Price == nil:
		p.Price = &Price{Total: *price.NewTotal(*rates)}
	}
	if p.Price.Add(pods); off {
		p.Price.OffMonth += pods.TotalMonth
	}
}

// Selector is what becomes of the pods of a selector that goes.
type Selector struct {
	Profile  string           `json:"profile"`
	Index    int              `json:"index"`
	Selector fargate.Selector `json:"selector"`
	// Covered is whole, part or none; By are the profiles that take some of its pods.
	Covered fargate.Extent `json:"covered"`
	By      []string       `json:"by"`
	// Loses is a pod that is left without a profile; null where there is none.
	Loses *Shape `json:"loses"`
	// Undecided reports whether the selectors are too involved for an exact answer; Covered is then the worse one.
	Undecided bool `json:"undecided,omitempty"`
	// Idle reports whether the profile took no pods, so that nothing is lost.
	Idle bool `json:"-"`
	// Ambiguous reports whether each of By takes all of the pods, so that the name decides which does.
	Ambiguous bool `json:"-"`
}

// loses reports whether pods of the selector would be left without a profile.
func (s Selector) loses() bool { return !s.Idle && s.Covered != fargate.ExtentWhole }

// Shape is a pod as selectors see it.
type Shape struct {
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
}

// String writes the shape as messages show it.
func (s Shape) String() string {
	return kube.Pod{Namespace: s.Namespace, Labels: s.Labels}.Shape()
}

// New returns a plan without steps.
func New(cluster, action string) *Plan {
	return &Plan{
		Cluster: cluster, Action: action, Differences: []fargate.Difference{}, Steps: []Step{}, Selectors: []Selector{},
		Pods: []fargate.PodImpact{}, Budgets: []fargate.BrokenBudget{}, PodsRead: -1,
	}
}

// cover adds what the profiles that are left do for the selectors of one that goes.
func (p *Plan) cover(goes fargate.Profile, left []fargate.Profile) {
	for _, c := range fargate.Coverage(goes.Selectors, left) {
		s := Selector{
			Profile: goes.Name, Index: c.Index, Selector: c.Selector, Covered: c.Extent, By: append([]string{}, c.Profiles()...),
			Undecided: c.Unsure, Idle: goes.Status != fargate.StatusActive,
		}
		s.Ambiguous = len(c.Alone) > 0 && len(s.By) > 1
		if c.Loses != nil {
			s.Loses = &Shape{c.Loses.Namespace, c.Loses.Labels}
			if s.Loses.Labels == nil {
				s.Loses.Labels = map[string]string{}
			}
		}
		p.Selectors = append(p.Selectors, s)
		p.Uncovered = p.Uncovered || s.loses()
	}
}

// Losers returns the names of the profiles whose pods would be left without one, in the order of the steps.
func (p *Plan) Losers() []string {
	var out []string
	add := func(name string, loses bool) {
		if loses && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, s := range p.Selectors {
		add(s.Profile, s.loses())
	}
	for _, i := range p.Pods {
		add(i.From, i.Fate == fargate.FatePending)
	}
	return out
}

// Again returns what fargate.DeletionOrder wants to know of the pods that were gathered.
func (x *Pods) Again() map[string]int {
	if x == nil {
		return nil
	}
	return x.impact.Again()
}

// Pods gathers the pods that a change is judged by, besides the selectors. A nil *Pods says nothing of pods.
type Pods struct {
	impact  *fargate.Impact
	budgets []fargate.DisruptionBudget
	rates   *price.Rates
	read    int
}

// NewPods compares the profiles before a change with those after it; going are the names of those that are deleted.
func NewPods(before, after []fargate.Profile, going ...string) *Pods {
	return &Pods{impact: fargate.NewImpact(before, after, going...)}
}

// SetRates has what pods cost reckoned by the rates, and by the objects of the input that decide about sizes.
func (x *Pods) SetRates(rates *price.Rates, objects *kube.Objects) {
	x.rates = rates
	x.impact.SetRates(rates, objects)
}

// Add adds a pod or a workload, in whatever order.
func (x *Pods) Add(pod kube.Pod) {
	x.read++
	x.impact.Add(pod)
}

// AddBudget adds a budget that a deletion may break.
func (x *Pods) AddBudget(b fargate.DisruptionBudget) { x.budgets = append(x.budgets, b) }

// AddPods adds what becomes of the pods that were gathered.
func (p *Plan) AddPods(x *Pods) {
	if x == nil {
		return
	}
	p.PodsRead, p.Pods, p.Budgets = x.read, x.impact.Pods(), x.impact.Broken(x.budgets)
	p.countPods()
	p.addPrice(price.Pod{}, x.rates, false)
	for _, i := range p.Pods {
		p.Uncovered = p.Uncovered || i.Fate == fargate.FatePending
		p.addPrice(i.Price, x.rates, i.Fate == fargate.FatePending || i.Fate == fargate.FateLeaves)
	}
}
