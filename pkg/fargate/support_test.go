package fargate

import (
	"testing"
)

func cleanPod() Pod {
	size := func() Resources {
		return Resources{Requests: ResourceList{"cpu": "250m", "memory": "512Mi"}, Limits: ResourceList{"cpu": "250m", "memory": "512Mi"}}
	}
	no := false
	return Pod{
		Kind: "Deployment", Name: "web", Namespace: "web", SpecPath: "spec.template.spec",
		Labels: map[string]string{"app": "web"},
		Spec: PodSpec{
			Containers: []Container{
				{Name: "app", Resources: size(), Ports: []ContainerPort{{ContainerPort: 8080}}, SecurityContext: &SecurityContext{AllowPrivilegeEscalation: &no}},
				{Name: "proxy", Resources: size(), Ports: []ContainerPort{{ContainerPort: 80}}},
			},
			Volumes: []Volume{{Name: "tmp", Kind: "emptyDir"}, {Name: "token", Kind: "projected"}},
		},
	}
}

func BenchmarkFindings(b *testing.B) {
	pod := cleanPod()
	b.ReportAllocs()
	for b.Loop() {
		if len(Findings(pod)) > 0 {
			b.Fatal("the pod is clean")
		}
	}
}
