package fargate

// What is meant to bring a pod onto Fargate, or to keep it off, and does neither.

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// CodeNoEffect is the code of a wish without effect.
const CodeNoEffect = "no-effect"

var wishCodes = []FindingCode{{
	CodeNoEffect, SeverityWarning, "something is meant to bring the pod onto Fargate or to keep it off, and does not",
	guidePods + "; terraform-aws-eks#2943, user-guide#775, containers-roadmap#1309",
}}

// wishes finds them. They matter wherever the pod goes. Where a profile takes the pod, a toleration and a node selector
// have what they want.
func wishes(pod Pod, e *Explanation) []Finding {
	var found []Finding
	add := func(path, hint, format string, args ...any) {
		f := risky(path, hint, format, args...)[0]
		f.Code, f.Elsewhere = CodeNoEffect, true
		found = append(found, f)
	}
	annotated(pod, e, add)
	if pod.Running == nil {
		besideTemplate(pod, e, add)
	}
	if e.Verdict == VerdictUnmatched && !pod.madeByDaemonSet() {
		towardsNodes(pod, add)
	}
	return found
}

// annotated finds annotations that EKS does not read, or not with this value.
func annotated(pod Pod, e *Explanation, add func(path, hint, format string, args ...any)) {
	if len(pod.Annotations) == 0 {
		return
	}
	path := strings.TrimSuffix(pod.SpecPath, "spec") + "metadata.annotations"
	if name := pod.Annotations[ProfileLabel]; name != "" && pod.Labels[ProfileLabel] != name {
		if e.Pinned == "" {
			e.Meant = name
		}
		add(keyPath(path, ProfileLabel), fmt.Sprintf("write it as a label: %s: %s", ProfileLabel, name),
			"the annotation %s does not pin the pod to profile %s; only the label does", ProfileLabel, name)
	}
	// CoreDNS is annotated with fargate by eksctl, and by the add-on itself.
	kind := pod.Annotations[ComputeTypeAnnotation]
	if kind != "" && kind != ComputeTypeEC2 && (kind != "fargate" || !isCoreDNS(pod)) {
		add(keyPath(path, ComputeTypeAnnotation),
			"remove it; a profile that matches brings the pod onto Fargate, and the value ec2 keeps it off",
			"the annotation %s: %s has no effect; only the value %s has", ComputeTypeAnnotation, kind, ComputeTypeEC2)
	}
	if size := pod.Annotations[capacityAnnotation]; size != "" && pod.Running == nil {
		add(keyPath(path, capacityAnnotation), "remove it; the size follows from the requests",
			"the annotation %s: %s does not choose the pod's size; Fargate writes it", capacityAnnotation, size)
	}
}

// besideTemplate finds what stands on a workload and not on its pods.
func besideTemplate(pod Pod, e *Explanation, add func(path, hint, format string, args ...any)) {
	of := pod.Workload
	if of.Annotations[ComputeTypeAnnotation] == ComputeTypeEC2 && pod.Annotations[ComputeTypeAnnotation] == "" {
		add(keyPath("metadata.annotations", ComputeTypeAnnotation), "write it into the annotations of the pod template",
			"the %s has the annotation %s: %s, but its pod template does not, and only pods are looked at",
			pod.Kind, ComputeTypeAnnotation, ComputeTypeEC2)
	}
	keys := []string{}
	if of.Labels[ProfileLabel] != "" && pod.Labels[ProfileLabel] == "" {
		keys = append(keys, ProfileLabel)
	}
	if e.Nearest != nil {
		for _, c := range e.Nearest.Unmet {
			if value, ok := of.Labels[c.Key]; ok && c.Field == "label" && c.meets(value) && !slices.Contains(keys, c.Key) {
				keys = append(keys, c.Key)
			}
		}
	}
	for _, key := range keys {
		add(keyPath("metadata.labels", key), "write it into the labels of the pod template",
			"the %s has the label %s=%s, but its pod template does not, and only pods are looked at", pod.Kind, key,
			of.Labels[key])
	}
}

// towardsNodes finds what asks for a Fargate node in a pod that no profile takes: the default scheduler has none to
// give, since each is made for a pod that a profile took.
func towardsNodes(pod Pod, add func(path, hint, format string, args ...any)) {
	const hint = "remove it, and let a profile match the pod: only EKS's webhook brings pods onto Fargate"
	for i, t := range pod.Spec.Tolerations {
		if t.Key == ComputeTypeAnnotation && t.Value != "ec2" {
			add(pod.field("tolerations"+index(i)), hint, "tolerating Fargate's taint does not bring the pod onto Fargate")
		}
	}
	if pod.Spec.NodeSelector[ComputeTypeAnnotation] == "fargate" {
		add(keyPath(pod.field("nodeSelector"), ComputeTypeAnnotation), hint,
			"selecting Fargate's nodes does not bring the pod onto Fargate; no other node has that label, so it stays Pending")
	}
	for i, t := range pod.requiredTerms() {
		at := slices.IndexFunc(t.MatchExpressions, func(r corev1.NodeSelectorRequirement) bool {
			return r.Key == ComputeTypeAnnotation && r.Operator == corev1.NodeSelectorOpIn &&
				slices.Contains(r.Values, "fargate")
		})
		if at >= 0 {
			add(pod.field("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"+index(i)+
				".matchExpressions"+index(at)), hint, "affinity to Fargate's nodes does not bring the pod onto Fargate")
		}
	}
}

func isCoreDNS(pod Pod) bool {
	return pod.Namespace == "kube-system" && pod.Labels["k8s-app"] == "kube-dns"
}
