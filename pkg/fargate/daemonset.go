package fargate

// DaemonSets: Fargate does not run them, so it is well where no profile takes their pods, and the nodes of Fargate are
// to be kept from them, too.

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/support"
)

// CodeDaemonSetTolerates is the code of a DaemonSet that would place its pods on Fargate's nodes.
const CodeDaemonSetTolerates = "daemonset-tolerates-fargate"

var daemonSetCodes = []support.FindingCode{{
	Code: CodeDaemonSetTolerates, Severity: support.SeverityWarning,
	Meaning: "a DaemonSet tolerates Fargate's nodes, and has a Pending pod for each",
	Source:  "cloudwatch-agent-operator#183, aws-observability/helm-charts PR#58, tigera/operator#2874, aws-cdk#11609",
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
func daemonSetNodes(pod kube.Pod, e Explanation) []support.Finding {
	node := fargateNode(pod)
	if !pod.MadeByDaemonSet() || len(e.Profiles) == 0 || e.OnFargate() || node == "" && !toleratesFargate(pod) ||
		support.ShunsFargate(pod) {
		return nil
	}
	f := support.Finding{
		Code: CodeDaemonSetTolerates, Severity: support.SeverityWarning, Path: pod.Field("tolerations"),
		Message: "the DaemonSet tolerates Fargate's nodes: each node of Fargate leaves one pod of it Pending",
		Hint:    "add this to the pod template, to every term where it has some", Paste: keepsOff, Elsewhere: true,
	}
	switch {
	case node != "" && !toleratesFargate(pod):
		f.Message = fmt.Sprintf("the DaemonSet makes pods for Fargate's nodes, which take none but their own; this one "+
			"waits for %s", node)
	case node != "":
		f.Message += fmt.Sprintf("; this one waits for %s", node)
	}
	return []support.Finding{f}
}

// toleratesFargate reports whether the pod tolerates the taint of Fargate's nodes,
// eks.amazonaws.com/compute-type=fargate:NoSchedule (Kubernetes, Taints and Tolerations).
func toleratesFargate(pod kube.Pod) bool {
	return slices.ContainsFunc(pod.Spec.Tolerations, func(t corev1.Toleration) bool {
		exists := t.Operator == corev1.TolerationOpExists
		return (t.Effect == "" || t.Effect == corev1.TaintEffectNoSchedule) &&
			(t.Key == kube.ComputeTypeAnnotation && (exists || t.Value == "fargate") || t.Key == "" && exists)
	})
}

// fargateNode returns the Fargate node that a waiting pod of a DaemonSet is for, by the node's name; empty for none.
func fargateNode(p kube.Pod) string {
	if node := p.MadeForNode(); p.Running != nil && waits(p) && strings.HasPrefix(node, kube.FargateNodes) {
		return node
	}
	return ""
}
