package support

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/labels"

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
		{"EFS would be provisioned", &kube.Claim{Class: new("efs")}, func(o *kube.Objects) { o.AddClass("efs", "efs.csi.aws.com", false) }, SeverityWarning},
		{"nothing of it is known", &kube.Claim{}, func(*kube.Objects) {}, SeverityWarning},
		{"FSx would be provisioned", &kube.Claim{Class: new("fsx")}, func(o *kube.Objects) { o.AddClass("fsx", "fsx.csi.aws.com", false) }, SeverityError},
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

// What a LimitRange does not allow is refused by Kubernetes, wherever the pod would go.
func TestLimitRangesRefuse(t *testing.T) {
	t.Parallel()
	cpu := func(text string) corev1.ResourceList { return corev1.ResourceList{"cpu": resource.MustParse(text)} }
	both := func(request, limit string) corev1.ResourceRequirements {
		return corev1.ResourceRequirements{Requests: cpu(request), Limits: cpu(limit)}
	}
	for _, c := range []struct {
		why        string
		bounds     kube.Bounds
		containers []corev1.ResourceRequirements
		want       string // part of the message; empty where all is well
	}{
		{"within", kube.Bounds{Min: cpu("1"), Max: cpu("2"), Ratio: cpu("2")}, []corev1.ResourceRequirements{both("1", "2")}, ""},
		{"too little", kube.Bounds{Min: cpu("500m")}, []corev1.ResourceRequirements{both("250m", "1")}, "requests 250m cpu, which is less than 500m"},
		{"nothing requested", kube.Bounds{Min: cpu("500m")}, []corev1.ResourceRequirements{{}}, "requests no cpu, which is less than 500m"},
		{"too much", kube.Bounds{Max: cpu("2")}, []corev1.ResourceRequirements{both("1", "4")}, "has a limit of 4 cpu, which is more than 2"},
		{"no limit", kube.Bounds{Max: cpu("2")}, []corev1.ResourceRequirements{{Requests: cpu("1")}}, "has no limit of cpu, and may have 2 at most"},
		{"too far apart", kube.Bounds{Ratio: cpu("2")}, []corev1.ResourceRequirements{both("1", "2500m")}, "a limit of 2500m cpu for a request of 1, which is more than 2 times"},
		{"each container alone", kube.Bounds{Max: cpu("2")}, []corev1.ResourceRequirements{both("2", "2"), both("2", "2")}, ""},
		{"the whole pod", kube.Bounds{OfPod: true, Max: cpu("2")}, []corev1.ResourceRequirements{both("2", "2"), both("1", "1")}, "the pod has a limit of 3 cpu"},
	} {
		pod := kube.Pod{Kind: "Pod", Namespace: "web", SpecPath: "spec", Objects: &kube.Objects{}}
		c.bounds.Name = "sizes"
		pod.Objects.AddBounds("web", c.bounds)
		for _, r := range c.containers {
			pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "a", Resources: r})
		}
		_, findings := Size(pod)
		got := ""
		for _, f := range findings {
			if f.Code == CodeLimitRange {
				got += f.Message
				if f.Severity != SeverityError || !f.Elsewhere {
					t.Errorf("%s: %+v", c.why, f)
				}
			}
		}
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
		pod.Running = &kube.Running{}
		if _, findings := Size(pod); strings.Contains(strings.Join(codesOf(findings), " "), CodeLimitRange) {
			t.Errorf("%s: a pod that is there was not refused", c.why)
		}
	}
}

func codesOf(findings []Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Code)
	}
	return out
}

// A SecurityGroupPolicy that selects by ServiceAccounts is decided where these are in the input.
func TestPoliciesOfServiceAccounts(t *testing.T) {
	t.Parallel()
	db := labels.SelectorFromSet(labels.Set{"role": "db"})
	for _, c := range []struct {
		why    string
		policy kube.GroupPolicy
		add    func(*kube.Objects)
		want   string
	}{
		{"by the account's labels", kube.GroupPolicy{Accounts: db}, func(o *kube.Objects) {
			o.AddAccount(kube.ObjectName{Namespace: "web", Name: "default"}, map[string]string{"role": "db"})
		}, "p selects the pod, and"},
		{"an account that is elsewhere", kube.GroupPolicy{Accounts: db}, func(*kube.Objects) {}, "p chooses by the labels of service accounts, and the pod's is not in the input"},
		{"another pod", kube.GroupPolicy{Pods: db}, func(*kube.Objects) {}, ""},
	} {
		pod := cleanPod()
		pod.Namespace, pod.Labels, pod.Objects = "web", map[string]string{"app": "web"}, &kube.Objects{}
		c.policy.Namespace, c.policy.Name, c.policy.Groups = "web", "p", []string{"sg-1"}
		pod.Objects.AddPolicy(c.policy)
		c.add(pod.Objects)
		got := ""
		for _, f := range Findings(pod) {
			got += f.Message
		}
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
	}
}

// What reaches pods over their nodes does not reach those on Fargate.
func TestTargets(t *testing.T) {
	t.Parallel()
	web := map[string]string{"app": "web"}
	ingress := func(target kube.TargetType) kube.Route {
		return kube.Route{Kind: "Ingress", Name: "i", Services: []string{"front"}, Target: target}
	}
	for _, c := range []struct {
		why     string
		service kube.Service
		routes  []kube.Route
		want    string
	}{
		{"inside of the cluster", kube.Service{}, nil, ""},
		{"by nodes", kube.Service{IsLoadBalancer: true, Target: kube.TargetInstance, IsLocal: true}, nil, "sends to it by the target type instance, and only nodes with such a pod answer"},
		{"an Ingress by default", kube.Service{}, []kube.Route{ingress(kube.TargetDefault)}, "the Ingress i sends to it through the Service front without a target type"},
	} {
		for namespace, want := range map[string]string{"web": c.want, "other": ""} {
			pod := cleanPod()
			pod.Namespace, pod.Labels, pod.Objects = namespace, web, &kube.Objects{}
			c.service.Selector = web
			pod.Objects.AddService(kube.ObjectName{Namespace: "web", Name: "front"}, c.service)
			for _, r := range c.routes {
				pod.Objects.AddRoute("web", r)
			}
			got := ""
			for _, f := range Findings(pod) {
				got += f.Message
			}
			if (got == "") != (want == "") || !strings.Contains(got, want) {
				t.Errorf("%s: got %q, want %q", c.why, got, want)
			}
		}
	}
}

// An inline volume of EFS is decided by its driver's CSIDriver.
func TestInlineVolumesByTheirDriver(t *testing.T) {
	t.Parallel()
	for takes, want := range map[bool]Severity{true: SeverityWarning, false: SeverityError} {
		pod := cleanPod()
		csi(kube.EFSDriver)(&pod)
		pod.Objects = &kube.Objects{}
		pod.Objects.AddDriver(kube.EFSDriver, takes)
		found := Findings(pod)
		if len(found) == 0 || found[len(found)-1].Severity != want {
			t.Errorf("takes inline volumes %t: got %v", takes, found)
		}
	}
}
