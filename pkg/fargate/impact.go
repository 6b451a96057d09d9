package fargate

// When a profile is deleted, EKS stops its pods, and what is made in their place hits the profiles that are left (EKS
// User Guide, Delete a Fargate profile).

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/price"
	"github.com/fgctl/fgctl/pkg/fargate/selector"
)

// Fate says in a word what becomes of the pods that take the place of stopped ones.
type Fate string

// The fates.
const (
	// FateMoves: exactly one profile that is left takes them.
	FateMoves Fate = "moves"
	// FateAmbiguous: several profiles that are left match them.
	FateAmbiguous Fate = "ambiguous"
	// FatePending: no profile takes them, so that they stay Pending unless the cluster has other nodes for
	// them.
	FatePending Fate = "pending"
	// FateLeaves: an annotation of the pod template keeps them off Fargate.
	FateLeaves Fate = "leaves"
)

// PodImpact is the fate of the pods of one workload.
type PodImpact struct {
	Namespace string `json:"namespace"`
	// Owner is the workload; for a pod that nobody owns, the pod.
	Owner kube.Owner `json:"owner"`
	// Pods is how many are stopped: those that were read, or a manifest's replicas.
	Pods int `json:"pods"`
	// From is the profile that they are on.
	From string `json:"from"`
	Fate Fate   `json:"fate"`
	// To are the profiles that take them: one where they move, several where that is ambiguous.
	To []string `json:"to"`
	// Pinned reports whether the pod template names From in its label, so that it has to be edited.
	Pinned bool `json:"pinned"`
	// Unowned reports whether nobody owns the pod, so that nothing makes another one in its place (Kubernetes,
	// Pods: pods are made by workload resources; Pod Lifecycle: a pod is never rescheduled).
	Unowned bool `json:"unowned"`
	// Price is what they cost on From; absent where that was not asked for, or they fit no size.
	Price price.Pod `json:"price,omitzero"`
}

// Impact gathers what becomes of pods, one at a time. The zero value is not usable; see NewImpact.
type Impact struct {
	before, after *Matcher
	going         []string
	rates         *price.Rates
	owners        kube.Owners
	groups        map[impactKey]*impactGroup
	order         []*impactGroup
	budgeted      []budgetPod
	// live are the workloads of which pods were read: their own objects say nothing more. known are all
	// workloads that were read: what they have made (the ReplicaSets of a Deployment) says nothing more either.
	live, known map[kube.OwnerKey]bool
}

// impactKey is equal for what is reported in one line; made and workload keep apart what cannot be reported so yet.
type impactKey struct {
	owner    kube.OwnerKey
	from, to string
	fate     Fate
	pinned   bool
	made     kube.Owner
	workload bool
}

func keyOf(namespace string, owner kube.Owner) kube.OwnerKey {
	return kube.OwnerKey{Namespace: namespace, Kind: owner.Kind, Name: owner.Name}
}

// impactGroup is pods of one owner and one fate.
type impactGroup struct {
	PodImpact
	origin
	// again is how many of them would move to another profile that goes, were theirs the first to go.
	again int
	// running is a pod of them, as far as the question needs it whether their template pins them; its Running
	// is nil for a workload.
	running kube.Pod
}

// origin reports whether pods were read as a workload, and which workload made that one.
type origin struct {
	workload bool
	maker    kube.OwnerKey
}

// NewImpact compares the profiles before with those after; going are the names of the profiles that are
// deleted. A profile that takes the name of one that goes does not keep that one's pods from being
// stopped.
func NewImpact(before, after []Profile, going ...string) *Impact {
	return &Impact{
		before: NewMatcher(before), after: NewMatcher(after), going: going,
		groups: map[impactKey]*impactGroup{}, live: map[kube.OwnerKey]bool{}, known: map[kube.OwnerKey]bool{},
	}
}

// SetRates has what pods cost reckoned by the rates, and by the objects of the input that decide about sizes.
func (i *Impact) SetRates(rates *price.Rates, objects *kube.Objects) {
	i.rates = rates
	i.after.With(objects)
}

// Add takes a pod or a workload, in whatever order.
func (i *Impact) Add(pod kube.Pod) {
	i.owners.Note(pod)
	owner, made, pods := kube.Owner{Kind: pod.Kind, Name: pod.Name}, kube.Owner{}, pod.Workload.Replicas
	if pod.Running != nil {
		pods = 1
	}
	if o := kube.OwnerOf(pod); o != nil {
		owner, made = *o, kube.Owner{Kind: pod.Running.OwnerKind, Name: pod.Running.OwnerName}
		i.live[keyOf(pod.Namespace, owner)], i.live[keyOf(pod.Namespace, made)] = true, true
	}
	from := i.profileOf(pod)
	of := origin{workload: pod.Running == nil && pod.Kind != "Pod"}
	if of.workload {
		i.known[keyOf(pod.Namespace, owner)] = true
		of.maker = keyOf(pod.Namespace, kube.Owner{Kind: pod.Workload.OwnerKind, Name: pod.Workload.OwnerName})
	}
	i.count(pod, owner, of, pods, from != "")
	if from == "" || pods == 0 {
		return
	}
	e := i.after.Explain(pod)
	hit := PodImpact{
		Namespace: pod.Namespace, Owner: owner, From: from, Fate: fateOf(e.Verdict), To: e.Candidates,
		Unowned: owner.Kind == "Pod",
	}
	if e.Pinned == from {
		hit.pin()
	}
	key := hit.key()
	key.made, key.workload = made, of.workload
	group := i.groups[key]
	if group == nil {
		running := kube.Pod{Namespace: pod.Namespace, Labels: pod.Labels, Running: pod.Running}
		group = &impactGroup{PodImpact: hit, origin: of, running: running}
		i.groups[key] = group
		i.order = append(i.order, group)
	}
	group.Pods += pods
	group.Price.Add(priceOf(e.Capacity, i.rates))
	if i.movesAgain(pod, from) {
		group.again += pods
	}
}

// movesAgain reports whether the pods made in the place of one would be on another profile that goes, were only its
// own gone.
func (i *Impact) movesAgain(pod kube.Pod, from string) bool {
	if len(i.going) < 2 {
		return false
	}
	e := i.before.Explain(pod)
	others := slices.DeleteFunc(slices.Clone(e.Candidates), func(name string) bool { return name == from })
	return e.Verdict != VerdictExcluded && len(others) > 0 && slices.Contains(i.going, others[0])
}

// Again returns, of every profile that goes, how many of its pods would move to another one that goes, were it
// the first to go.
func (i *Impact) Again() map[string]int {
	out := map[string]int{}
	for _, group := range i.order {
		if !i.repeats(group.Namespace, group.Owner, group.origin) {
			out[group.From] += group.again
		}
	}
	return out
}

func (p PodImpact) key() impactKey {
	return impactKey{
		owner: keyOf(p.Namespace, p.Owner), from: p.From, to: strings.Join(p.To, "\x00"), fate: p.Fate, pinned: p.Pinned,
	}
}

// pin makes the fate that of pods whose template names From. No profile takes what is made in their place,
// and a profile that has the name later does not either: EKS judges a pod when it is created and never again
// (EKS User Guide, Define which Pods use AWS Fargate when launched; pulumi-eks#1030).
func (p *PodImpact) pin() {
	p.Pinned = true
	if p.Fate != FateLeaves { // the annotation goes before
		p.Fate, p.To = FatePending, []string{}
	}
}

// fateOf is the fate of pods of which a new one would have the verdict.
func fateOf(v Verdict) Fate {
	switch v {
	case VerdictMatched:
		return FateMoves
	case VerdictAmbiguous:
		return FateAmbiguous
	case VerdictExcluded:
		return FateLeaves
	case VerdictUnmatched:
	}
	return FatePending
}

// repeats reports whether a workload is there once more as its pods or as the workload that made it, in which
// case these count.
func (i *Impact) repeats(namespace string, owner kube.Owner, of origin) bool {
	return of.workload && (i.live[keyOf(namespace, owner)] || i.known[of.maker])
}

// profileOf is the profile on which a pod is, if it goes; empty otherwise. A pod that runs says so
// itself, one that has ended or is being deleted is not missed; a manifest is where a new pod would be.
func (i *Impact) profileOf(pod kube.Pod) string {
	name := ""
	switch {
	case pod.Running == nil:
		name = i.before.Explain(pod).Profile
	case taken(pod) && !leaving(pod.Running):
		name = pod.Labels[kube.ProfileLabel]
	}
	if slices.Contains(i.going, name) {
		return name
	}
	return ""
}

// Pods returns the fates, worst first: what stays Pending, what becomes ambiguous, what leaves Fargate, what
// moves; within a fate by namespace and owner.
func (i *Impact) Pods() []PodImpact {
	rank := map[Fate]int{FatePending: 0, FateAmbiguous: 1, FateLeaves: 2, FateMoves: 3}
	out := []PodImpact{}
	places := map[impactKey]int{}
	for _, group := range i.order {
		if i.repeats(group.Namespace, group.Owner, group.origin) {
			continue
		}
		hit := group.PodImpact
		if i.owners.Pins(group.running) {
			// The label of a running pod does not show it, and its template may have come later.
			hit.pin()
		}
		if at, told := places[hit.key()]; told {
			out[at].Pods += hit.Pods
			out[at].Price.Add(hit.Price)
			continue
		}
		places[hit.key()] = len(out)
		out = append(out, hit)
	}
	slices.SortStableFunc(out, func(a, b PodImpact) int {
		return cmp.Or(cmp.Compare(rank[a.Fate], rank[b.Fate]), cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(a.Owner.Kind, b.Owner.Kind), cmp.Compare(a.Owner.Name, b.Owner.Name))
	})
	return out
}

// DeletionOrder returns the order in which profiles are best deleted: in the order given, but of two whose
// selectors overlap, first the one of which fewer pods would move to another one that is deleted (again, see
// Impact.Again); where that is equal or not known, the one whose name sorts later: the pods that both match are on
// the one that sorts first, unless they were made before that was. Were that deleted first, they would move to the
// other and be stopped there once more. Profiles in transition come first, since EKS finishes these before it takes
// anything else.
func DeletionOrder(profiles []Profile, again map[string]int) []Profile {
	sooner := func(a, b Profile) bool {
		return cmp.Or(cmp.Compare(again[a.Name], again[b.Name]), cmp.Compare(b.Name, a.Name)) < 0
	}
	inTransition := slices.DeleteFunc(slices.Clone(profiles), func(p Profile) bool { return !p.Status.InTransition() })
	settled := slices.DeleteFunc(slices.Clone(profiles), func(p Profile) bool { return p.Status.InTransition() })
	left := slices.Concat(inTransition, settled)
	var out []Profile
	for len(left) > 0 {
		next := slices.IndexFunc(left, func(p Profile) bool {
			return !slices.ContainsFunc(left, func(o Profile) bool { return sooner(o, p) && takesPodsOf(o, p) })
		})
		out = append(out, left[next])
		left = slices.Delete(left, next, next+1)
	}
	return out
}

// takesPodsOf reports whether some pod matches both profiles while both take pods.
func takesPodsOf(a, b Profile) bool {
	if !a.Status.TakesPods() || !b.Status.TakesPods() {
		return false
	}
	for _, s := range a.Selectors {
		for _, o := range b.Selectors {
			if _, answer := selector.Overlap(s, o); answer != selector.No {
				return true
			}
		}
	}
	return false
}
