package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// Skew is by how many minor versions a kubelet may be behind the cluster (Amazon EKS Best Practices, Cluster Upgrades:
// three from Kubernetes 1.28 on).
const Skew = 3

// Holder is an owner whose Fargate pods keep the cluster from its next version: a Fargate pod's kubelet is that of its
// birth. Its JSON form is a public contract: fields may be added.
type Holder struct {
	Namespace string   `json:"namespace"`
	Owner     string   `json:"owner"`
	Pods      []string `json:"pods"`
	// Kubelets are the versions of their nodes, each once.
	Kubelets []string `json:"kubelets"`
	// Budgets are the PodDisruptionBudgets that protect the pods; Allowed is how many of them may go at once now, by the
	// strictest; -1 without a budget.
	Budgets []string `json:"budgets"`
	Allowed int      `json:"allowed"`
	// Command makes the pods anew.
	Command string `json:"command"`
}

// Upgrade finds what holds a cluster back.
type Upgrade struct {
	// Target is the minor version that the cluster is to have: 34 of 1.34.
	Target int
	// Kubelets are the versions of the Fargate nodes by their names.
	Kubelets map[string]string
	Budgets  []fargate.DisruptionBudget
	// Unknown are the nodes of Fargate pods whose version could not be read.
	Unknown []string

	pods []kube.Pod
}

// Minor returns the minor version of a Kubernetes version such as 1.33 or v1.33.5-eks-1234567.
func Minor(version string) (int, error) {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) >= 2 && parts[0] == "1" {
		if n, err := strconv.Atoi(strings.TrimSuffix(parts[1], "+")); err == nil && n >= 0 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%q is not a Kubernetes version like 1.34", version)
}

// Add notes a pod of the cluster.
func (u *Upgrade) Add(pod kube.Pod) {
	if pod.Running != nil && pod.Running.Phase != "Succeeded" && pod.Running.Phase != "Failed" {
		pod.LineOf, pod.Spec.Containers = nil, nil // large, and not needed
		u.pods = append(u.pods, pod)
	}
}

// Holders returns the owners whose pods must be made anew before the cluster can have the version, those first whose
// pods may go at once: without a budget, then by what their budgets let go. It is never nil.
func (u *Upgrade) Holders() []Holder {
	out, known := []Holder{}, map[string]int{}
	for _, pod := range u.pods {
		version, onFargate := u.Kubelets[pod.Running.NodeName]
		if !onFargate && !pod.TakenByFargate() {
			continue
		}
		minor, err := Minor(version)
		if err != nil {
			if !slices.Contains(u.Unknown, pod.Running.NodeName) {
				u.Unknown = append(u.Unknown, pod.Running.NodeName)
			}
			continue
		}
		if minor >= u.Target-Skew {
			continue
		}
		s := subject{pod: pod}
		key := Key(pod.Namespace, s.owner())
		i, ok := known[key]
		if !ok {
			i = len(out)
			known[key] = i
			h := Holder{
				Namespace: pod.Namespace, Owner: s.owner(), Budgets: []string{}, Allowed: -1,
				Command: s.again(),
			}
			u.judgeBudgets(&h, pod)
			out = append(out, h)
		}
		out[i].Pods = append(out[i].Pods, pod.Name)
		if !slices.Contains(out[i].Kubelets, version) {
			out[i].Kubelets = append(out[i].Kubelets, version)
		}
	}
	slices.SortStableFunc(out, func(a, b Holder) int {
		free := func(h Holder) int {
			if h.Allowed < 0 {
				return 1 << 30
			}
			return h.Allowed
		}
		return cmp.Or(cmp.Compare(free(b), free(a)), cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(a.Owner, b.Owner))
	})
	return out
}

// again makes the pods of a subject's owner anew, and waits until they run, so that the next command finds them there.
func (s *subject) again() string {
	if rollout := s.rollout("Deployment", "DaemonSet", "StatefulSet"); rollout != "" {
		return "kubectl rollout restart " + rollout + " && kubectl rollout status " + rollout
	}
	return s.delete()
}

// judgeBudgets finds the budgets of a pod, and how many of the pods that they protect may go now.
func (u *Upgrade) judgeBudgets(h *Holder, pod kube.Pod) {
	for _, b := range u.Budgets {
		if !b.Protects(pod) {
			continue
		}
		pods, missing := 0, 0
		for _, p := range u.pods {
			if b.Protects(p) && !p.Running.Terminating {
				if pods++; p.Running.NotReady {
					missing++
				}
			}
		}
		allowed := max(b.Allowed(pods)-missing, 0)
		h.Budgets = append(h.Budgets, b.Name)
		if h.Allowed < 0 || allowed < h.Allowed {
			h.Allowed = allowed
		}
	}
}
