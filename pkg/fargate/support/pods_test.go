package support

// This file makes the pods of the table of findings: one without a finding, and what rows change in it.

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// cleanPod is a Deployment's pod without any finding.
func cleanPod() kube.Pod {
	size := func() corev1.ResourceRequirements {
		amounts := written{"cpu": "250m", "memory": "512Mi"}
		return requirements(&kube.Pod{}, "", amounts, amounts)
	}
	return kube.Pod{
		Kind: "Deployment", Name: "web", Namespace: "web", SpecPath: "spec.template.spec",
		Labels: map[string]string{"app": "web"},
		Spec: corev1.PodSpec{
			Containers: []corev1.Container{
				{Name: "app", Resources: size(), Ports: []corev1.ContainerPort{{ContainerPort: 8080}}, SecurityContext: &corev1.SecurityContext{AllowPrivilegeEscalation: new(bool)}},
				{Name: "proxy", Resources: size(), Ports: []corev1.ContainerPort{{ContainerPort: 80}}},
			},
			Volumes: []corev1.Volume{volumeOf("tmp", "emptyDir"), volumeOf("token", "projected")},
		},
	}
}

// The parts that rows change.
func app(p *kube.Pod) *corev1.Container { return &p.Spec.Containers[0] }

func initContainer(p *kube.Pod, c corev1.Container) {
	p.Spec.InitContainers = []corev1.Container{{Name: "first"}, c}
}

func volume(kind string) func(*kube.Pod) {
	return func(p *kube.Pod) { p.Spec.Volumes[1] = volumeOf("data", kind) }
}

func csi(driver string) func(*kube.Pod) {
	return func(p *kube.Pod) {
		p.Spec.Volumes[1] = volumeOf("ca", "csi")
		p.Spec.Volumes[1].CSI.Driver = driver
	}
}

func selectNodes(key, value string) func(*kube.Pod) {
	return func(p *kube.Pod) { p.Spec.NodeSelector = map[string]string{key: value} }
}

func resources(requests, limits written) func(*kube.Pod) {
	return func(p *kube.Pod) {
		app(p).Resources = requirements(p, p.SpecPath+".containers[0].resources", requests, limits)
	}
}

func add(capabilities ...corev1.Capability) func(*kube.Pod) {
	return func(p *kube.Pod) {
		app(p).SecurityContext = &corev1.SecurityContext{Capabilities: &corev1.Capabilities{Add: capabilities}}
	}
}

// affine returns a pod required node affinity: terms are written as in "zone In a b & os Exists".
func affine(terms ...string) func(*kube.Pod) {
	return func(p *kube.Pod) {
		var required corev1.NodeSelector
		for _, text := range terms {
			var term corev1.NodeSelectorTerm
			for part := range strings.SplitSeq(text, " & ") {
				words := strings.Fields(part)
				r := corev1.NodeSelectorRequirement{Key: words[0], Operator: corev1.NodeSelectorOperator(words[1]), Values: words[2:]}
				if r.Key == "metadata.name" {
					term.MatchFields = append(term.MatchFields, r)
				} else {
					term.MatchExpressions = append(term.MatchExpressions, r)
				}
			}
			required.NodeSelectorTerms = append(required.NodeSelectorTerms, term)
		}
		p.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &required}}
	}
}

func termsOf(required, preferred string) (must []corev1.PodAffinityTerm, may []corev1.WeightedPodAffinityTerm) {
	if required != "" {
		must = []corev1.PodAffinityTerm{{TopologyKey: required}}
	}
	if preferred != "" {
		may = []corev1.WeightedPodAffinityTerm{{PodAffinityTerm: corev1.PodAffinityTerm{TopologyKey: preferred}}}
	}
	return must, may
}

func nextTo(required, preferred string) *corev1.Affinity {
	must, may := termsOf(required, preferred)
	return &corev1.Affinity{PodAffinity: &corev1.PodAffinity{
		RequiredDuringSchedulingIgnoredDuringExecution: must, PreferredDuringSchedulingIgnoredDuringExecution: may,
	}}
}

func apart(required, preferred string) *corev1.Affinity {
	return &corev1.Affinity{PodAntiAffinity: (*corev1.PodAntiAffinity)(nextTo(required, preferred).PodAffinity)}
}

// written are amounts as they are written, by resource.
type written map[string]string

// requirements parses amounts; those that are no quantities become bad ones of the pod.
func requirements(p *kube.Pod, path string, requests, limits written) corev1.ResourceRequirements {
	return corev1.ResourceRequirements{
		Requests: amountsAt(p, path+".requests", requests), Limits: amountsAt(p, path+".limits", limits),
	}
}

func amountsAt(p *kube.Pod, path string, from written) corev1.ResourceList {
	if from == nil {
		return nil
	}
	list := corev1.ResourceList{}
	for _, name := range slices.Sorted(maps.Keys(from)) {
		q, err := kube.ParseQuantity(from[name])
		if err != nil {
			p.BadQuantities = append(p.BadQuantities, kube.BadQuantity{Path: kube.KeyPath(path, name), Resource: name, Text: from[name], Fault: err})
		}
		list[corev1.ResourceName(name)] = q
	}
	return list
}

// volumeOf makes a volume of the kind named.
func volumeOf(name, kind string) corev1.Volume {
	v := corev1.Volume{Name: name}
	source := reflect.ValueOf(&v.VolumeSource).Elem()
	for i, k := range volumeKinds() {
		if k == kind {
			source.Field(i).Set(reflect.New(source.Field(i).Type().Elem()))
		}
	}
	if v.PersistentVolumeClaim != nil {
		v.PersistentVolumeClaim.ClaimName = "files"
	}
	return v
}

func always() *corev1.ContainerRestartPolicy { return new(corev1.ContainerRestartPolicyAlways) }

// running makes the pod one that exists, placed by the scheduler named.
func running(scheduler, node string) func(*kube.Pod) {
	return func(p *kube.Pod) {
		p.Kind, p.SpecPath = "Pod", "spec"
		p.Spec.SchedulerName = scheduler
		p.Running = &kube.Running{CreatedAt: time.Unix(1, 0), OwnerKind: "ReplicaSet", OwnerName: "web-1", Phase: "Running", NodeName: node}
	}
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
