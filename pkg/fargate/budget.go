package fargate

// PodDisruptionBudgets: the deletion of a profile stops its pods whatever these say
// (containers-roadmap#996), so a budget that it breaks can only be named beforehand.

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// DisruptionBudget is a PodDisruptionBudget (Kubernetes, Specifying a Disruption Budget).
type DisruptionBudget struct {
	Namespace string
	Name      string
	// Selector chooses pods of the namespace by their labels.
	Selector labels.Selector
	// MinAvailable and MaxUnavailable are a number or a percentage as it is written; one of them is given.
	MinAvailable   string
	MaxUnavailable string
}

// Protects reports whether the budget is for a pod, or for those of a workload.
func (d DisruptionBudget) Protects(pod kube.Pod) bool {
	return d.Namespace == pod.Namespace && d.Selector.Matches(labels.Set(pod.Labels))
}

// BrokenBudget is a budget that a deletion breaks.
type BrokenBudget struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Pods is how many of the pods that were read the budget protects, Stopped how many of these the
	// deletion stops at once, Allowed how many the budget lets go.
	Pods    int `json:"pods"`
	Stopped int `json:"stopped"`
	Allowed int `json:"allowed"`
}

// budgetPod is pods of one object, as budgets see them.
type budgetPod struct {
	namespace string
	labels    labels.Set
	owner     kube.Owner
	origin    origin
	pods      int
	stopped   bool
	ready     bool
}

// count keeps pods for the budgets, which may come later in the input. Pods that have ended or
// are being deleted are not protected.
func (i *Impact) count(pod kube.Pod, owner kube.Owner, of origin, pods int, stopped bool) {
	if pods > 0 && (pod.Running == nil || !leaving(pod.Running)) {
		ready := pod.Running == nil || !pod.Running.NotReady
		i.budgeted = append(i.budgeted, budgetPod{pod.Namespace, pod.Labels, owner, of, pods, stopped, ready})
	}
}

// Broken returns the budgets that the deletion breaks, in their order. The pods must have been added before.
// Those that are not ready are missing already: they lessen what may go, and stopping them breaks nothing
// (Kubernetes, Specifying a Disruption Budget: currentHealthy counts pods whose condition Ready is True).
func (i *Impact) Broken(budgets []DisruptionBudget) []BrokenBudget {
	out := []BrokenBudget{}
	for _, budget := range budgets {
		b := BrokenBudget{Namespace: budget.Namespace, Name: budget.Name}
		missing, broken := 0, 0
		for _, p := range i.budgeted {
			if p.namespace != budget.Namespace || !budget.Selector.Matches(p.labels) ||
				i.repeats(p.namespace, p.owner, p.origin) {
				continue
			}
			b.Pods += p.pods
			if !p.ready {
				missing += p.pods
			}
			if p.stopped {
				b.Stopped += p.pods
				if p.ready {
					broken += p.pods
				}
			}
		}
		if b.Allowed = max(budget.Allowed(b.Pods)-missing, 0); broken > b.Allowed {
			out = append(out, b)
		}
	}
	return out
}

// Allowed returns how many of so many pods may go at once. Percentages are rounded up (Kubernetes, Specifying a
// Disruption Budget, Rounding logic). A budget that says nothing wants one pod, minAvailable's default.
func (d DisruptionBudget) Allowed(pods int) int {
	if d.MaxUnavailable != "" {
		return min(share(d.MaxUnavailable, pods), pods)
	}
	return max(pods-share(cmp.Or(d.MinAvailable, "1"), pods), 0)
}

// TakenAtOnce returns how many pods a restart of a workload takes away before others are ready. A Deployment rounds its
// share down, 25% without a word; others replace one pod after another without a word.
func TakenAtOnce(workload kube.Pod) int {
	r, replicas, isDeployment := workload.Workload.Rollout, workload.Workload.Replicas, workload.Kind == "Deployment"
	switch {
	case r.Type == "Recreate":
		return replicas
	case r.MaxUnavailable == "" && isDeployment:
		return replicas / 4
	case r.MaxUnavailable == "":
		return min(1, replicas)
	}
	if percent, ok := strings.CutSuffix(r.MaxUnavailable, "%"); ok && isDeployment {
		n, err := strconv.Atoi(percent)
		if err != nil {
			return replicas
		}
		return n * replicas / 100
	}
	return min(share(r.MaxUnavailable, replicas), replicas)
}

// share reads a number or a percentage of pods.
func share(text string, pods int) int {
	digits, isPercent := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(digits)
	switch {
	case err != nil:
		return 0
	case isPercent:
		return int(math.Ceil(float64(n) * float64(pods) / 100))
	}
	return n
}
