package fargate

// What is meant to bring a pod onto Fargate, or to keep it off, and does neither.

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/selector"
	"github.com/fgctl/fgctl/pkg/fargate/support"
)

// CodeNoEffect is the code of a wish without effect.
const CodeNoEffect = "no-effect"

var wishCodes = []support.FindingCode{{
	Code: CodeNoEffect, Severity: support.SeverityWarning,
	Meaning: "something is meant to bring the pod onto Fargate or to keep it off, and does not",
	Source:  support.GuidePods + "; terraform-aws-eks#2943, user-guide#775, containers-roadmap#1309",
}}

// wishes finds them. They matter wherever the pod goes. Where a profile takes the pod, a toleration and a node selector
// have what they want.
func wishes(pod kube.Pod, e *Explanation) []support.Finding {
	var found []support.Finding
	add := func(path, hint, format string, args ...any) {
		found = append(found, support.Finding{
			Code: CodeNoEffect, Severity: support.SeverityWarning, Path: path, Hint: hint, Message: fmt.Sprintf(format, args...),
			Elsewhere: true,
		})
	}
	annotated(pod, e, add)
	if pod.Running == nil {
		besideTemplate(pod, e, add)
	}
	if e.Verdict == VerdictUnmatched && !pod.MadeByDaemonSet() {
		towardsNodes(pod, add)
	}
	return found
}

// annotated finds annotations that EKS does not read, or not with this value.
func annotated(pod kube.Pod, e *Explanation, add func(path, hint, format string, args ...any)) {
	if len(pod.Annotations) == 0 {
		return
	}
	path := strings.TrimSuffix(pod.SpecPath, "spec") + "metadata.annotations"
	if name := pod.Annotations[kube.ProfileLabel]; name != "" && pod.Labels[kube.ProfileLabel] != name {
		if e.Pinned == "" {
			e.Meant = name
		}
		add(kube.KeyPath(path, kube.ProfileLabel), fmt.Sprintf("write it as a label: %s: %s", kube.ProfileLabel, name),
			"the annotation %s does not pin the pod to profile %s; only the label does", kube.ProfileLabel, name)
	}
	// CoreDNS is annotated with fargate by eksctl, and by the add-on itself.
	kind := pod.Annotations[kube.ComputeTypeAnnotation]
	if kind != "" && kind != kube.ComputeTypeEC2 && (kind != "fargate" || !pod.IsCoreDNS()) {
		add(kube.KeyPath(path, kube.ComputeTypeAnnotation),
			"remove it; a profile that matches brings the pod onto Fargate, and the value ec2 keeps it off",
			"the annotation %s: %s has no effect; only the value %s has", kube.ComputeTypeAnnotation, kind, kube.ComputeTypeEC2)
	}
	if size := pod.Annotations[capacityAnnotation]; size != "" && pod.Running == nil {
		add(kube.KeyPath(path, capacityAnnotation), "remove it; the size follows from the requests",
			"the annotation %s: %s does not choose the pod's size; Fargate writes it", capacityAnnotation, size)
	}
}

// besideTemplate finds what stands on a workload and not on its pods.
func besideTemplate(pod kube.Pod, e *Explanation, add func(path, hint, format string, args ...any)) {
	of := pod.Workload
	const key = kube.ComputeTypeAnnotation
	if of.Annotations[key] == kube.ComputeTypeEC2 && pod.Annotations[key] == "" {
		add(kube.KeyPath("metadata.annotations", key), "write it into the annotations of the pod template",
			"the %s has the annotation %s: %s, but its pod template does not, and only pods are looked at",
			pod.Kind, kube.ComputeTypeAnnotation, kube.ComputeTypeEC2)
	}
	keys := []string{}
	if of.Labels[kube.ProfileLabel] != "" && pod.Labels[kube.ProfileLabel] == "" {
		keys = append(keys, kube.ProfileLabel)
	}
	if e.Nearest != nil {
		for _, c := range e.Nearest.Unmet {
			if value, ok := of.Labels[c.Key]; ok && c.Field == "label" && c.meets(value) && !slices.Contains(keys, c.Key) {
				keys = append(keys, c.Key)
			}
		}
	}
	for i := range e.Profiles {
		for j := range e.Profiles[i].Selectors {
			if e.Nearest != nil && e.Profiles[i].Status.TakesPods() {
				keys = append(keys, e.Profiles[i].Selectors[j].wouldMatch(of.Labels)...)
			}
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		add(kube.KeyPath("metadata.labels", key), "write it into the labels of the pod template",
			"the %s has the label %s=%s, but its pod template does not, and only pods are looked at", pod.Kind, key,
			of.Labels[key])
	}
}

// wouldMatch returns the keys of the labels with which the pod would match; none where these are not enough.
func (s *SelectorMatch) wouldMatch(labels map[string]string) []string {
	var keys []string
	for _, l := range s.Labels {
		value, ok := labels[l.Key]
		switch {
		case l.Matches:
		case !s.Namespace.Matches, !ok, !selector.Match(l.Want, value):
			return nil
		default:
			keys = append(keys, l.Key)
		}
	}
	return keys
}

// towardsNodes finds what asks for a Fargate node in a pod that no profile takes: the default scheduler has none to
// give, since each is made for a pod that a profile took.
func towardsNodes(pod kube.Pod, add func(path, hint, format string, args ...any)) {
	const hint = "remove it, and let a profile match the pod: only EKS's webhook brings pods onto Fargate"
	for i, t := range pod.Spec.Tolerations {
		if t.Key == kube.ComputeTypeAnnotation && t.Value != "ec2" {
			add(pod.Field("tolerations"+kube.Index(i)), hint, "tolerating Fargate's taint does not bring the pod onto Fargate")
		}
	}
	if pod.Spec.NodeSelector[kube.ComputeTypeAnnotation] == "fargate" {
		add(kube.KeyPath(pod.Field("nodeSelector"), kube.ComputeTypeAnnotation), hint,
			"selecting Fargate's nodes does not bring the pod onto Fargate; no other node has that label, so it stays Pending")
	}
	for i, t := range pod.RequiredTerms() {
		at := slices.IndexFunc(t.MatchExpressions, func(r corev1.NodeSelectorRequirement) bool {
			return r.Key == kube.ComputeTypeAnnotation && r.Operator == corev1.NodeSelectorOpIn &&
				slices.Contains(r.Values, "fargate")
		})
		if at >= 0 {
			add(pod.Field("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"+kube.Index(i)+
				".matchExpressions"+kube.Index(at)), hint, "affinity to Fargate's nodes does not bring the pod onto Fargate")
		}
	}
}
