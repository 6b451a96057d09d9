package fargate

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// A claim is decided by what it is bound to, or would be; what is not known stays a warning.
func TestClaimsByTheirStorage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why   string
		claim *Claim
		add   func(*Objects)
		want  Severity
	}{
		{"the claim is elsewhere", nil, func(*Objects) {}, SeverityWarning},
		{"bound to EFS", &Claim{Volume: "v"}, func(o *Objects) { o.AddVolume(Volume{Name: "v", Driver: "efs.csi.aws.com"}) }, ""},
		{"bound to EBS", &Claim{Volume: "v"}, func(o *Objects) { o.AddVolume(Volume{Name: "v", Driver: "ebs.csi.aws.com"}) }, SeverityError},
		{"bound to a volume that is elsewhere", &Claim{Volume: "v", Class: new("fast")}, func(o *Objects) { o.AddClass("fast", "ebs.csi.aws.com", false) }, SeverityWarning},
		{"a volume is reserved for it", &Claim{Class: new("")}, func(o *Objects) {
			o.AddVolume(Volume{Name: "v", Driver: "efs.csi.aws.com", For: ObjectName{"web", "files"}})
		}, ""},
		{"a volume is reserved for another", &Claim{Class: new("")}, func(o *Objects) {
			o.AddVolume(Volume{Name: "v", Driver: "efs.csi.aws.com", For: ObjectName{"web", "other"}})
		}, SeverityWarning},
		{"a free volume of its class", &Claim{Class: new("efs")}, func(o *Objects) {
			o.AddVolume(Volume{Name: "v", Class: "efs", Driver: "efs.csi.aws.com"})
		}, ""},
		{"EFS would be provisioned", &Claim{Class: new("efs")}, func(o *Objects) { o.AddClass("efs", "efs.csi.aws.com", false) }, SeverityWarning},
		{"FSx would be provisioned", &Claim{Class: new("fsx")}, func(o *Objects) { o.AddClass("fsx", "fsx.csi.aws.com", false) }, SeverityError},
		{"the default class", &Claim{}, func(o *Objects) { o.AddClass("gp3", "ebs.csi.aws.com", true) }, SeverityError},
		{"no class, so not the default one", &Claim{Class: new("")}, func(o *Objects) { o.AddClass("gp3", "ebs.csi.aws.com", true) }, SeverityWarning},
		{"a class whose volumes are made by hand", &Claim{Class: new("local")}, func(o *Objects) { o.AddClass("local", "kubernetes.io/no-provisioner", false) }, SeverityWarning},
		{"a class that is elsewhere", &Claim{Class: new("gp3")}, func(*Objects) {}, SeverityWarning},
	} {
		objects := &Objects{}
		if c.claim != nil {
			objects.AddClaim(ObjectName{"web", "files"}, *c.claim)
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
	objects := &Objects{}
	amounts := corev1.ResourceList{"cpu": resource.MustParse("1"), "memory": resource.MustParse("2Gi")}
	objects.AddLimits("web", Limits{Name: "sizes", Limits: amounts, Requests: amounts})
	half := corev1.ResourceList{"cpu": resource.MustParse("500m")}
	for _, c := range []struct {
		why       string
		namespace string
		resources corev1.ResourceRequirements
		running   *Running
		size, by  string
	}{
		{"nothing said", "web", corev1.ResourceRequirements{}, nil, "1 vCPU / 3 GB", "sizes"},
		{"a request stays", "web", corev1.ResourceRequirements{Requests: half}, nil, "0.5 vCPU / 3 GB", "sizes"},
		{"a limit is its own request", "web", corev1.ResourceRequirements{Limits: half}, nil, "0.5 vCPU / 3 GB", "sizes"},
		{"all said", "web", corev1.ResourceRequirements{Requests: amounts, Limits: amounts}, nil, "1 vCPU / 3 GB", ""},
		{"another namespace", "api", corev1.ResourceRequirements{}, nil, "0.25 vCPU / 0.5 GB", ""},
		{"a pod of a cluster", "web", corev1.ResourceRequirements{}, &Running{}, "0.25 vCPU / 0.5 GB", ""},
	} {
		pod := Pod{Kind: "Pod", Namespace: c.namespace, SpecPath: "spec", Running: c.running}
		pod.Spec.Containers = []corev1.Container{{Name: "a", Resources: c.resources}}
		e := NewMatcher(nil).With(objects).Explain(pod)
		if e.Capacity.Size() != c.size || e.Capacity.LimitRange != c.by {
			t.Errorf("%s: got %s by %q", c.why, e.Capacity.Size(), e.Capacity.LimitRange)
		}
	}
}
