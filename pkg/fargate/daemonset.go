package fargate

// DaemonSets: Fargate does not run them, so it is well where no profile takes their pods, and the nodes of Fargate are
// to be kept from them, too.

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// CodeDaemonSetTolerates is the code of a DaemonSet that would place its pods on Fargate's nodes.
const CodeDaemonSetTolerates = "daemonset-tolerates-fargate"

var daemonSetCodes = []FindingCode{{
	CodeDaemonSetTolerates, SeverityWarning, "a DaemonSet tolerates Fargate's nodes, and has a Pending pod for each",
	"cloudwatch-agent-operator#183, aws-observability/helm-charts PR#58, tigera/operator#2874, aws-cdk#11609",
}}

// keepsOff is the affinity that keeps a DaemonSet off Fargate's nodes, for a pod template.
const keepsOff = `affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
        - matchExpressions:
            - key: eks.amazonaws.com/compute-type
              operator: NotIn
              values: [fargate]`

// OfDaemonSet reports whether the pods are a DaemonSet's: Fargate does not run them, so no profile should take them.
func (e Explanation) OfDaemonSet() bool {
	return e.Kind == "DaemonSet" || e.Owner != nil && e.Owner.Kind == "DaemonSet"
}

// daemonSetNodes finds a DaemonSet that no profile takes and whose pods Kubernetes would place on Fargate's nodes,
// which take none but their own.
func daemonSetNodes(pod Pod, e Explanation) []Finding {
	if !pod.madeByDaemonSet() || len(e.Profiles) == 0 || e.OnFargate() || !toleratesFargate(pod) || pod.shunsFargate() {
		return nil
	}
	f := risky(pod.field("tolerations"), "add this to the pod template, to every term where it has some",
		"the DaemonSet tolerates Fargate's nodes: each node of Fargate leaves one pod of it Pending")[0]
	f.Code, f.Paste, f.Elsewhere = CodeDaemonSetTolerates, keepsOff, true
	if node := pod.fargateNode(); node != "" {
		f.Message += fmt.Sprintf("; this one waits for %s", node)
	}
	return []Finding{f}
}

// toleratesFargate reports whether the pod tolerates the taint of Fargate's nodes,
// eks.amazonaws.com/compute-type=fargate:NoSchedule (Kubernetes, Taints and Tolerations).
func toleratesFargate(pod Pod) bool {
	return slices.ContainsFunc(pod.Spec.Tolerations, func(t corev1.Toleration) bool {
		exists := t.Operator == corev1.TolerationOpExists
		return (t.Effect == "" || t.Effect == corev1.TaintEffectNoSchedule) &&
			(t.Key == ComputeTypeAnnotation && (exists || t.Value == "fargate") || t.Key == "" && exists)
	})
}

// shunsFargate reports whether the pod's node selector or required node affinity cannot be met by a Fargate node. The
// matchFields that a DaemonSet's controller writes are not its author's.
func (p Pod) shunsFargate() bool {
	if len(p.unmetNodeLabels()) > 0 || len(p.unmetNodeLabels("kubernetes.io/arch", "beta.kubernetes.io/arch",
		"kubernetes.io/os", "beta.kubernetes.io/os")) > 0 {
		return true
	}
	terms := p.requiredTerms()
	return len(terms) > 0 && !slices.ContainsFunc(terms, func(t corev1.NodeSelectorTerm) bool {
		t.MatchFields = nil
		a, _, _ := termMeets(t)
		return a != unmet
	})
}

// requiredTerms returns the terms of the required node affinity.
func (p Pod) requiredTerms() []corev1.NodeSelectorTerm {
	if p.Spec.Affinity == nil || p.Spec.Affinity.NodeAffinity == nil {
		return nil
	}
	if required := p.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution; required != nil {
		return required.NodeSelectorTerms
	}
	return nil
}

// fargateNode returns the Fargate node that a waiting pod of a DaemonSet is for; empty for none.
func (p Pod) fargateNode() string {
	if p.Running == nil || !waits(p) {
		return ""
	}
	for _, t := range p.requiredTerms() {
		for _, f := range t.MatchFields {
			if len(f.Values) == 1 && strings.HasPrefix(f.Values[0], "fargate-") {
				return f.Values[0]
			}
		}
	}
	return ""
}
