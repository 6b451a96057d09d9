package support

// This file tests what a pod may ask of its node.

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// The tables of operators of Kubernetes' documentation, against nodes as they were listed.
func TestNodeRequirements(t *testing.T) {
	t.Parallel()
	node := func(zone, host string) map[string]string {
		return map[string]string{
			"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "eks.amazonaws.com/compute-type": "fargate",
			"topology.kubernetes.io/zone": zone, "topology.kubernetes.io/region": "r", "kubernetes.io/hostname": host,
		}
	}
	// A pod may choose among zones, so it is met when one of these nodes meets it.
	nodes := []map[string]string{node("a", "ip-1"), node("b", "ip-2"), node("c", "ip-3")}
	holds := func(r corev1.NodeSelectorRequirement, labels map[string]string) bool {
		value, has := labels[r.Key]
		switch r.Operator {
		case "In":
			return has && slices.Contains(r.Values, value)
		case "NotIn":
			return !has || !slices.Contains(r.Values, value)
		case "Exists":
			return has
		case "DoesNotExist":
			return !has
		}
		return false // Gt and Lt: no value is a number
	}
	cases := 0
	for _, key := range []string{"kubernetes.io/os", "kubernetes.io/arch", "eks.amazonaws.com/compute-type", "topology.kubernetes.io/zone", "topology.kubernetes.io/region", "kubernetes.io/hostname", "team"} {
		for _, operator := range []corev1.NodeSelectorOperator{"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"} {
			for _, values := range [][]string{{"linux"}, {"windows"}, {"amd64", "arm64"}, {"arm64"}, {"fargate"}, {"ec2"}, {"1"}, {"a", "r"}} {
				r := corev1.NodeSelectorRequirement{Key: key, Operator: operator, Values: values}
				want := slices.ContainsFunc(nodes, func(labels map[string]string) bool { return holds(r, labels) })
				if known, _ := labelOfNodes(key); known == labelChosen && (operator == "In" || operator == "NotIn") {
					want = true // which zones and region the profile has is not asked here
				}
				if got := meets(r); got != answerOf(want) {
					t.Errorf("%s: %v", requirementText(r), got)
				}
				cases++
			}
		}
	}
	if cases != 7*6*8 {
		t.Errorf("%d cases", cases)
	}
	if got := meets(corev1.NodeSelectorRequirement{Key: "team", Operator: "Near"}); got != met {
		t.Errorf("an operator that Kubernetes does not know: %v", got)
	}
}
