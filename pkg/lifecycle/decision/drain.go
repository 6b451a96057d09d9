package decision

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/price"
)

// Inhabitants are the pods of a profile, the workloads that kubectl rollout restart knows, and all budgets.
type Inhabitants struct {
	Pods, Workloads []kube.Pod
	Budgets         []fargate.DisruptionBudget
}

// Drain is what becomes of the pods of a profile before it is deleted. Its JSON form is part of a plan's.
type Drain struct {
	Profile string `json:"profile"`
	// Moves are the owners that are restarted, in this order, Stays those whose pods the deletion stops. Never nil.
	Moves []Move `json:"moves"`
	Stays []Move `json:"stays"`
	// Leaving is how many pods are being deleted already.
	Leaving int `json:"leaving"`
}

// Move is the pods of one owner on a profile.
type Move struct {
	Namespace string     `json:"namespace"`
	Owner     kube.Owner `json:"owner"`
	Pods      []string   `json:"pods"`
	// To is the profile that new pods hit; Why says why the owner is not restarted. One of them is empty.
	To  string `json:"to"`
	Why string `json:"why"`
	// Price is what the pods cost; absent where that was not asked for, or they fit no size.
	Price price.Pod `json:"price,omitzero"`
}

// String names the owner and its namespace.
func (m Move) String() string { return fmt.Sprintf("%s in namespace %s", m.Owner, m.Namespace) }

// DrainOf judges the pods of a profile by the profiles that are there while it is drained, itself among them. Rates may
// be nil.
func DrainOf(name string, profiles []fargate.Profile, in Inhabitants, rates *price.Rates) Drain {
	d := Drain{Profile: name, Moves: []Move{}, Stays: []Move{}}
	j := drainJudge{name: name, in: in, matcher: fargate.NewMatcher(profiles)}
	for _, w := range in.Workloads {
		j.pins.Note(w)
	}
	at := map[string]*Move{}
	var order []*Move
	for _, pod := range in.Pods {
		r := pod.Running
		switch {
		case r == nil, pod.Labels[kube.ProfileLabel] != name, pod.Spec.SchedulerName != kube.Scheduler,
			r.Phase == "Succeeded", r.Phase == "Failed":
			continue
		case r.Terminating:
			d.Leaving++
			continue
		}
		m := j.judge(pod)
		key := strings.Join([]string{m.Namespace, m.Owner.String(), m.To, m.Why}, "\x00")
		if at[key] == nil {
			at[key] = &m
			order = append(order, &m)
		}
		at[key].Pods = append(at[key].Pods, pod.Name)
		at[key].Price.Add(fargate.PriceOf(pod, rates))
	}
	slices.SortStableFunc(order, func(a, b *Move) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Owner.String(), b.Owner.String()))
	})
	for _, m := range order {
		if m.Why == "" {
			d.Moves = append(d.Moves, *m)
		} else {
			d.Stays = append(d.Stays, *m)
		}
	}
	return d
}

// drainJudge judges the pods of one profile.
type drainJudge struct {
	name    string
	in      Inhabitants
	matcher *fargate.Matcher
	pins    kube.Owners
}

// judge returns where the pods made in the place of one go, or why its owner is not restarted.
func (j *drainJudge) judge(pod kube.Pod) Move {
	m := Move{Namespace: pod.Namespace, Owner: kube.Owner{Kind: "Pod", Name: pod.Name}}
	o := kube.OwnerOf(pod)
	if o == nil {
		m.Why = "nothing makes it again"
		return m
	}
	m.Owner = *o
	workload := slices.IndexFunc(j.in.Workloads, func(w kube.Pod) bool {
		return w.Namespace == pod.Namespace && w.Kind == o.Kind && w.Name == o.Name
	})
	if pod.Running.OwnerForeign || !slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet"}, o.Kind) {
		m.Why = "kubectl rollout restart does not know its kind"
		return m
	}
	if workload < 0 {
		m.Why = "there is no " + o.String()
		return m
	}
	w := j.in.Workloads[workload]
	running := *pod.Running
	running.OwnerPins = j.pins.Pins(pod)
	pod.Running = &running
	e := j.matcher.Explain(pod)
	switch why := w.Workload.Rollout.KeepsPods(); {
	case running.OwnerPins:
		m.Why = fmt.Sprintf("its template pins %s by the label %s", j.name, kube.ProfileLabel)
	case why != "":
		m.Why = why
	case e.Verdict == fargate.VerdictExcluded, e.Profile == "":
		m.Why = "no profile takes its new pods: they would be " + string(e.Verdict)
	case e.Profile == j.name:
		m.Why = fmt.Sprintf("its new pods would hit %s again: no profile that sorts before takes them", j.name)
	default:
		if m.Why = j.breaks(w); m.Why == "" {
			m.To = e.Profile
		}
	}
	return m
}

// breaks returns which budget a restart of the workload breaks. A rollout deletes pods without asking for eviction, so
// no PodDisruptionBudget holds it back (Kubernetes, Disruptions): the workload's own strategy has to be as strict.
func (j *drainJudge) breaks(w kube.Pod) string {
	atOnce := fargate.TakenAtOnce(w)
	for _, b := range j.in.Budgets {
		if !b.Protects(w) {
			continue
		}
		pods := 0
		for _, other := range j.in.Workloads {
			if b.Protects(other) {
				pods += other.Workload.Replicas
			}
		}
		if allowed := b.Allowed(pods); atOnce > allowed {
			return fmt.Sprintf("a restart takes %d of its pods away at once, and PodDisruptionBudget %s lets %d go", atOnce,
				b.Name, allowed)
		}
	}
	return ""
}

// Left says which pods a profile still has, and why.
func (x Drain) Left() string {
	texts := make([]string, 0, len(x.Moves)+len(x.Stays)+1)
	for _, m := range slices.Concat(x.Moves, x.Stays) {
		why := cmp.Or(m.Why, "there was no time to restart it")
		texts = append(texts, fmt.Sprintf("%s (%s): %s", m, strings.Join(m.Pods, ", "), why))
	}
	if x.Leaving > 0 {
		texts = append(texts, fmt.Sprintf("pods that are being deleted: %d", x.Leaving))
	}
	return strings.Join(texts, "; ")
}
