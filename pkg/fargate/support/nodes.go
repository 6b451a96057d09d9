package support

// What is known of the nodes that Fargate makes, and whether a pod's requirements on nodes can be met by one.

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// nodeLabel is what is known of one label of Fargate's nodes.
type nodeLabel int

const (
	labelAbsent    nodeLabel = iota // no node has it, and nobody can add it before the pod is placed
	labelFixed                      // every node has it with one value
	labelChosen                     // a subnet of the profile decides, so a pod may choose: zone, region
	labelOfOwnNode                  // each node has a value of its own, which is not known beforehand
	labelUnsettled                  // newer Kubernetes sets it on nodes; nothing found for Fargate's
)

// labelOfNodes returns what is known of a label, and its value where that is fixed. Two nodes of EKS 1.24
// listed with kubectl get nodes --show-labels had these labels and no other (a public Karpenter workshop
// note); EKS User Guide: no Arm, no Windows; containers-roadmap#1125: zones are honoured.
func labelOfNodes(key string) (nodeLabel, string) {
	switch key {
	case "eks.amazonaws.com/compute-type":
		return labelFixed, "fargate"
	case "kubernetes.io/os", "beta.kubernetes.io/os":
		return labelFixed, "linux"
	case "kubernetes.io/arch", "beta.kubernetes.io/arch":
		return labelFixed, "amd64"
	case "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone",
		"topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region":
		return labelChosen, ""
	case "kubernetes.io/hostname", "metadata.name": // the latter is the one field that matchFields know
		return labelOfOwnNode, ""
	case "topology.k8s.aws/zone-id":
		return labelUnsettled, ""
	}
	return labelAbsent, ""
}

// The labels with one value: of the system, of the processor, and all of them.
var (
	systemLabels    = []string{"kubernetes.io/os", "beta.kubernetes.io/os"}
	processorLabels = []string{"kubernetes.io/arch", "beta.kubernetes.io/arch"}
	fixedLabels     = slices.Concat([]string{kube.ComputeTypeAnnotation}, systemLabels, processorLabels)
)

// describeLabel says what Fargate's nodes have for a label.
func describeLabel(key string) string {
	known, value := labelOfNodes(key)
	switch known {
	case labelFixed:
		return "Fargate's nodes have " + value
	case labelChosen:
		return "Fargate's nodes have it"
	case labelOfOwnNode:
		return "a Fargate node is made for its pod, so it cannot be asked for by name"
	case labelUnsettled:
		return "it is not known whether Fargate's nodes have it"
	}
	return "Fargate's nodes do not have it"
}

// answer says whether a requirement can be met by a Fargate node.
type answer int

const (
	unmet answer = iota
	notKnown
	met
)

func answerOf(yes bool) answer {
	if yes {
		return met
	}
	return unmet
}

// meets reports whether one requirement is met, with Kubernetes' meaning of the operators: NotIn and
// DoesNotExist hold for a label that is not there, Gt and Lt only for one that is a number.
func meets(r corev1.NodeSelectorRequirement) answer {
	known, value := labelOfNodes(r.Key)
	var yes bool
	switch r.Operator {
	case corev1.NodeSelectorOpIn:
		yes = known == labelChosen || known == labelFixed && slices.Contains(r.Values, value)
	case corev1.NodeSelectorOpNotIn:
		yes = known != labelFixed || !slices.Contains(r.Values, value)
	case corev1.NodeSelectorOpExists:
		yes = known != labelAbsent
	case corev1.NodeSelectorOpDoesNotExist:
		yes = known == labelAbsent
	case corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt: // none of the labels is a number
		return unmet
	default: // refused by the API server, whatever the node
		return met
	}
	if known == labelUnsettled {
		return notKnown
	}
	return answerOf(yes)
}

// termMeets judges a term: all its requirements have to hold. It returns the requirement that decides, and that
// one's place below the term.
func termMeets(t corev1.NodeSelectorTerm) (answer, corev1.NodeSelectorRequirement, string) {
	result, which, where := met, corev1.NodeSelectorRequirement{}, ""
	for i, r := range t.MatchExpressions {
		if a := meets(r); a < result {
			result, which, where = a, r, ".matchExpressions"+kube.Index(i)
		}
	}
	for i, r := range t.MatchFields {
		if a := meets(r); a < result {
			result, which, where = a, r, ".matchFields"+kube.Index(i)
		}
	}
	return result, which, where
}

// requirementText is the requirement in Kubernetes' words: zone In (a, b).
func requirementText(r corev1.NodeSelectorRequirement) string {
	if len(r.Values) == 0 {
		return r.Key + " " + string(r.Operator)
	}
	return fmt.Sprintf("%s %s (%s)", r.Key, r.Operator, strings.Join(r.Values, ", "))
}

func architecture(pod kube.Pod) []Finding {
	keys := unmetNodeLabels(pod, processorLabels...)
	found := make([]Finding, 0, len(keys))
	for _, key := range keys {
		found = append(found, refused(kube.KeyPath(pod.Field("nodeSelector"), key),
			"build the image for amd64, and ask for that or for nothing; "+keepOff,
			"the pod wants nodes with %s=%s; EKS on Fargate has amd64 only", key, pod.Spec.NodeSelector[key])...)
	}
	return found
}

func nodeSelector(pod kube.Pod) []Finding {
	keys := unmetNodeLabels(pod)
	found := make([]Finding, 0, len(keys))
	for _, key := range keys {
		value := pod.Spec.NodeSelector[key]
		r := corev1.NodeSelectorRequirement{Key: key, Operator: corev1.NodeSelectorOpIn, Values: []string{value}}
		found = append(found, nodeFinding(r, key+"="+value, kube.KeyPath(pod.Field("nodeSelector"), key))...)
	}
	for _, key := range fixedLabels {
		if value := pod.Spec.NodeSelector[key]; isOpen(value) {
			_, fixed := labelOfNodes(key)
			found = append(found, risky(kube.KeyPath(pod.Field("nodeSelector"), key), "let it be "+fixed+", or take it away",
				"the pod wants nodes with %s=%s, which is filled in later; %s", key, value, describeLabel(key))...)
		}
	}
	return found
}

// isOpen reports whether a value is filled in later: a parameter of Argo or Tekton, a variable of envsubst.
func isOpen(value string) bool {
	return strings.Contains(value, "{{") || strings.Contains(value, "${") || strings.Contains(value, "$(")
}

// nodeAffinity: the affinity of a DaemonSet's pods, to which its controller adds the node, says nothing new.
func nodeAffinity(pod kube.Pod) []Finding {
	terms := pod.RequiredTerms()
	if len(terms) == 0 || pod.MadeByDaemonSet() {
		return nil
	}
	return unmetTerms(terms,
		pod.Field("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"))
}

// unmetNodeLabels returns the keys of the node selector that no Fargate node is known to meet, sorted: of
// the keys given, and without any, of all that are not about processor and system.
func unmetNodeLabels(p kube.Pod, of ...string) []string {
	var keys []string
	for key, value := range p.Spec.NodeSelector {
		known, fixed := labelOfNodes(key)
		if known == labelChosen || known == labelFixed && (value == fixed || isOpen(value)) {
			continue
		}
		if slices.Contains(of, key) || len(of) == 0 && (known != labelFixed || key == kube.ComputeTypeAnnotation) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// unmetTerms judges the terms of a required affinity. Of several one has to hold, so only a pod none of whose
// terms can is refused; the finding is that of the term that comes nearest.
func unmetTerms(terms []corev1.NodeSelectorTerm, path string) []Finding {
	best := unmet
	var why []Finding
	for i, t := range terms {
		if len(t.MatchExpressions)+len(t.MatchFields) == 0 {
			continue // matches no node of any kind
		}
		a, r, where := termMeets(t)
		if a == met {
			return nil
		}
		if why == nil || a > best {
			best, why = a, nodeFinding(r, requirementText(r), path+kube.Index(i)+where)
		}
	}
	if why != nil && len(terms) > 1 {
		why[0].Message += "; none of the other terms is better"
	}
	return why
}

// nodeFinding makes the finding of a requirement that is not met, or not known to be; wanted is how the
// manifest puts it.
func nodeFinding(r corev1.NodeSelectorRequirement, wanted, path string) []Finding {
	hint := removeIt
	if r.Key == kube.ComputeTypeAnnotation {
		hint = "requirements on nodes do not keep a pod off Fargate; " + goAway
	}
	if meets(r) == notKnown {
		return risky(path, "select a zone by topology.kubernetes.io/zone, which is honoured",
			"the pod wants nodes with %s; %s", wanted, describeLabel(r.Key))
	}
	return refused(path, hint, `the pod wants nodes with %s; %s: "MatchNodeSelector failed: Fargate profile <profile> `+
		`cannot satisfy pod's node selector/affinity requirements"`, wanted, describeLabel(r.Key))
}

// ShunsFargate reports whether the pod's node selector or required node affinity cannot be met by a Fargate node. The
// matchFields that a DaemonSet's controller writes are not its author's.
func ShunsFargate(p kube.Pod) bool {
	if len(unmetNodeLabels(p)) > 0 || len(unmetNodeLabels(p, systemLabels...)) > 0 ||
		len(unmetNodeLabels(p, processorLabels...)) > 0 {
		return true
	}
	terms := p.RequiredTerms()
	return len(terms) > 0 && !slices.ContainsFunc(terms, func(t corev1.NodeSelectorTerm) bool {
		t.MatchFields = nil
		a, _, _ := termMeets(t)
		return a != unmet
	})
}
