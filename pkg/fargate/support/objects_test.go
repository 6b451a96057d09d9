package support

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// A claim is decided by what it is bound to, or would be; what is not known stays a warning.
func TestClaimsByTheirStorage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why   string
		claim *kube.Claim
		add   func(*kube.Objects)
		want  Severity
	}{
		{"the claim is elsewhere", nil, func(*kube.Objects) {}, SeverityWarning},
		{"bound to EFS", &kube.Claim{Volume: "v"}, func(o *kube.Objects) { o.AddVolume(kube.Volume{Name: "v", Driver: "efs.csi.aws.com"}) }, ""},
		{"bound to EBS", &kube.Claim{Volume: "v"}, func(o *kube.Objects) { o.AddVolume(kube.Volume{Name: "v", Driver: "ebs.csi.aws.com"}) }, SeverityError},
		{"bound to a volume that is elsewhere", &kube.Claim{Volume: "v", Class: new("fast")}, func(o *kube.Objects) { o.AddClass("fast", "ebs.csi.aws.com", false) }, SeverityWarning},
		{"a volume is reserved for it", &kube.Claim{Class: new("")}, func(o *kube.Objects) {
			o.AddVolume(kube.Volume{Name: "v", Driver: "efs.csi.aws.com", For: kube.ObjectName{Namespace: "web", Name: "files"}})
		}, ""},
		{"a volume is reserved for another", &kube.Claim{Class: new("")}, func(o *kube.Objects) {
			o.AddVolume(kube.Volume{Name: "v", Driver: "efs.csi.aws.com", For: kube.ObjectName{Namespace: "web", Name: "other"}})
		}, SeverityWarning},
		{"a free volume of its class", &kube.Claim{Class: new("efs")}, func(o *kube.Objects) {
			o.AddVolume(kube.Volume{Name: "v", Class: "efs", Driver: "efs.csi.aws.com"})
		}, ""},
		{"EFS would be provisioned", &kube.Claim{Class: new("efs")}, func(o *kube.Objects) { o.AddClass("efs", "efs.csi.aws.com", false) }, SeverityWarning},
		{"FSx would be provisioned", &kube.Claim{Class: new("fsx")}, func(o *kube.Objects) { o.AddClass("fsx", "fsx.csi.aws.com", false) }, SeverityError},
		{"the default class", &kube.Claim{}, func(o *kube.Objects) { o.AddClass("gp3", "ebs.csi.aws.com", true) }, SeverityError},
		{"no class, so not the default one", &kube.Claim{Class: new("")}, func(o *kube.Objects) { o.AddClass("gp3", "ebs.csi.aws.com", true) }, SeverityWarning},
		{"a class whose volumes are made by hand", &kube.Claim{Class: new("local")}, func(o *kube.Objects) { o.AddClass("local", "kubernetes.io/no-provisioner", false) }, SeverityWarning},
		{"a class that is elsewhere", &kube.Claim{Class: new("gp3")}, func(*kube.Objects) {}, SeverityWarning},
	} {
		objects := &kube.Objects{}
		if c.claim != nil {
			objects.AddClaim(kube.ObjectName{Namespace: "web", Name: "files"}, *c.claim)
		}
		c.add(objects)
		pod := cleanPod()
		volume("persistentVolumeClaim")(&pod)
		pod.Namespace, pod.Objects = "web", objects
		var got Severity
		for _, f := range Findings(pod) {
			checkFinding(t, f)
			got = f.Severity
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
	}
}

// A LimitRange sets what containers leave open, in manifests: the pods of a cluster have it already.
func TestLimitRanges(t *testing.T) {
	t.Parallel()
	objects := &kube.Objects{}
	amounts := corev1.ResourceList{"cpu": resource.MustParse("1"), "memory": resource.MustParse("2Gi")}
	objects.AddLimits("web", kube.Limits{Name: "sizes", Limits: amounts, Requests: amounts})
	half := corev1.ResourceList{"cpu": resource.MustParse("500m")}
	for _, c := range []struct {
		why       string
		namespace string
		resources corev1.ResourceRequirements
		running   *kube.Running
		size, by  string
	}{
		{"nothing said", "web", corev1.ResourceRequirements{}, nil, "1 vCPU / 3 GB", "sizes"},
		{"a request stays", "web", corev1.ResourceRequirements{Requests: half}, nil, "0.5 vCPU / 3 GB", "sizes"},
		{"a limit is its own request", "web", corev1.ResourceRequirements{Limits: half}, nil, "0.5 vCPU / 3 GB", "sizes"},
		{"all said", "web", corev1.ResourceRequirements{Requests: amounts, Limits: amounts}, nil, "1 vCPU / 3 GB", ""},
		{"another namespace", "api", corev1.ResourceRequirements{}, nil, "0.25 vCPU / 0.5 GB", ""},
		{"a pod of a cluster", "web", corev1.ResourceRequirements{}, &kube.Running{}, "0.25 vCPU / 0.5 GB", ""},
	} {
		pod := kube.Pod{Kind: "Pod", Namespace: c.namespace, SpecPath: "spec", Running: c.running}
		pod.Spec.Containers = []corev1.Container{{Name: "a", Resources: c.resources}}
		pod.Objects = objects
		got, _ := Size(pod)
		if got.Size() != c.size || got.LimitRange != c.by {
			t.Errorf("%s: got %s by %q", c.why, got.Size(), got.LimitRange)
		}
	}
}
