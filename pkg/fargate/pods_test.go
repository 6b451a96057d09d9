package fargate

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// What the rows of the tests of wishes and DaemonSets change in a Deployment's pod.

// webPod is a Deployment's pod without any finding.
func webPod() kube.Pod {
	size := corev1.ResourceList{"cpu": resource.MustParse("250m"), "memory": resource.MustParse("512Mi")}
	return kube.Pod{
		Kind: "Deployment", Name: "web", Namespace: "web", SpecPath: "spec.template.spec",
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "app", Resources: corev1.ResourceRequirements{Requests: size, Limits: size},
		}}},
	}
}

// affine requires a node that meets one of the terms, each a single requirement: "zone In a b".
func affine(terms ...string) func(*kube.Pod) {
	required := &corev1.NodeSelector{}
	for _, text := range terms {
		words := strings.Fields(text)
		r := []corev1.NodeSelectorRequirement{{Key: words[0], Operator: corev1.NodeSelectorOperator(words[1]), Values: words[2:]}}
		term := corev1.NodeSelectorTerm{MatchExpressions: r}
		if words[0] == "metadata.name" {
			term = corev1.NodeSelectorTerm{MatchFields: r}
		}
		required.NodeSelectorTerms = append(required.NodeSelectorTerms, term)
	}
	node := &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required}
	return func(p *kube.Pod) { p.Spec.Affinity = &corev1.Affinity{NodeAffinity: node} }
}

func all(changes ...func(*kube.Pod)) func(*kube.Pod) {
	return func(p *kube.Pod) {
		for _, change := range changes {
			change(p)
		}
	}
}

func kind(kind, specPath string) func(*kube.Pod) {
	return func(p *kube.Pod) { p.Kind, p.SpecPath = kind, specPath }
}

func coreDNS(p *kube.Pod) {
	p.Name, p.Namespace = "coredns", "kube-system"
	p.Labels = map[string]string{"k8s-app": "kube-dns"}
	p.Annotations = map[string]string{kube.ComputeTypeAnnotation: kube.ComputeTypeEC2}
}

func selectNodes(key, value string) func(*kube.Pod) {
	return func(p *kube.Pod) { p.Spec.NodeSelector = map[string]string{key: value} }
}
