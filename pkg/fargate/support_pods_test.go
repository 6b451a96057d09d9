package fargate

// This file makes the pods of the table of findings: one without a finding, and what rows change in it.

import (
	"strings"
	"time"
)

// cleanPod is a Deployment's pod without any finding.
func cleanPod() Pod {
	size := func() Resources {
		return Resources{Requests: ResourceList{"cpu": "250m", "memory": "512Mi"}, Limits: ResourceList{"cpu": "250m", "memory": "512Mi"}}
	}
	return Pod{
		Kind: "Deployment", Name: "web", Namespace: "web", SpecPath: "spec.template.spec",
		Labels: map[string]string{"app": "web"},
		Spec: PodSpec{
			Containers: []Container{
				{Name: "app", Resources: size(), Ports: []ContainerPort{{ContainerPort: 8080}}, SecurityContext: &SecurityContext{AllowPrivilegeEscalation: new(bool)}},
				{Name: "proxy", Resources: size(), Ports: []ContainerPort{{ContainerPort: 80}}},
			},
			Volumes: []Volume{{Name: "tmp", Kind: "emptyDir"}, {Name: "token", Kind: "projected"}},
		},
	}
}

// The parts that rows change.
func app(p *Pod) *Container { return &p.Spec.Containers[0] }

func initContainer(p *Pod, c Container) { p.Spec.InitContainers = []Container{{Name: "first"}, c} }

func volume(kind string) func(*Pod) {
	return func(p *Pod) { p.Spec.Volumes[1] = Volume{Name: "data", Kind: kind, Claim: "files"} }
}

func csi(driver string) func(*Pod) {
	return func(p *Pod) { p.Spec.Volumes[1] = Volume{Name: "ca", Kind: "csi", Driver: driver} }
}

func selectNodes(key, value string) func(*Pod) {
	return func(p *Pod) { p.Spec.NodeSelector = map[string]string{key: value} }
}

func resources(requests, limits ResourceList) func(*Pod) {
	return func(p *Pod) { app(p).Resources = Resources{Requests: requests, Limits: limits} }
}

func add(capabilities ...string) func(*Pod) {
	return func(p *Pod) {
		app(p).SecurityContext = &SecurityContext{Capabilities: &Capabilities{Add: capabilities}}
	}
}

// affine returns a pod required node affinity: terms are written as in "zone In a b & os Exists".
func affine(terms ...string) func(*Pod) {
	return func(p *Pod) {
		var required NodeSelector
		for _, text := range terms {
			var term NodeTerm
			for part := range strings.SplitSeq(text, " & ") {
				words := strings.Fields(part)
				r := NodeRequirement{Key: words[0], Operator: words[1], Values: words[2:]}
				if r.Key == "metadata.name" {
					term.Fields = append(term.Fields, r)
				} else {
					term.Expressions = append(term.Expressions, r)
				}
			}
			required.Terms = append(required.Terms, term)
		}
		p.Spec.Affinity = &Affinity{NodeAffinity: &NodeAffinity{Required: &required}}
	}
}

func nearPods(required, preferred string) *PodAffinity {
	a := &PodAffinity{}
	if required != "" {
		a.Required = []PodAffinityTerm{{TopologyKey: required}}
	}
	if preferred != "" {
		a.Preferred = []WeightedPodAffinityTerm{{Term: PodAffinityTerm{TopologyKey: preferred}}}
	}
	return a
}

// running makes the pod one that exists, placed by the scheduler named.
func running(scheduler, node string) func(*Pod) {
	return func(p *Pod) {
		p.Kind, p.SpecPath = "Pod", "spec"
		p.Spec.SchedulerName = scheduler
		p.Running = &Running{CreatedAt: time.Unix(1, 0), OwnerKind: "ReplicaSet", OwnerName: "web-1", Phase: "Running", NodeName: node}
	}
}

func all(changes ...func(*Pod)) func(*Pod) {
	return func(p *Pod) {
		for _, change := range changes {
			change(p)
		}
	}
}

func kind(kind, specPath string) func(*Pod) {
	return func(p *Pod) { p.Kind, p.SpecPath = kind, specPath }
}

func coreDNS(p *Pod) {
	p.Name, p.Namespace = "coredns", "kube-system"
	p.Labels = map[string]string{"k8s-app": "kube-dns"}
	p.Annotations = map[string]string{ComputeTypeAnnotation: ComputeTypeEC2}
}
