package fargate

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// What has no effect is named with its place; what has one, or does no harm, is not.
func TestWishesWithoutEffect(t *testing.T) {
	profiles := []Profile{
		{Name: "web", Selectors: parsed(t, "namespace=web,compute=fargate")},
		{Name: "other", Selectors: parsed(t, "namespace=web,compute=fargate")},
		{Name: "jobs", Selectors: parsed(t, "namespace=jobs")},
	}
	tolerating := func(p *kube.Pod) {
		p.Spec.Tolerations = []corev1.Toleration{{Key: "x"}, {Key: kube.ComputeTypeAnnotation, Value: "fargate"}}
		p.Spec.NodeSelector = map[string]string{kube.ComputeTypeAnnotation: "fargate"}
	}
	annotated := func(key, value string) func(*kube.Pod) {
		return func(p *kube.Pod) { p.Annotations = map[string]string{key: value} }
	}
	matched := func(p *kube.Pod) { p.Namespace = "jobs" }
	for _, c := range []struct {
		why    string
		change func(*kube.Pod)
		want   string // the paths, separated by spaces
		says   string
	}{
		{"nothing wished", func(*kube.Pod) {}, "", ""},
		{"terraform-aws-eks#2943", tolerating, "spec.template.spec.tolerations[1] spec.template.spec.nodeSelector[eks.amazonaws.com/compute-type]", "tolerating Fargate's taint"},
		{"where a profile takes the pod", all(tolerating, matched), "", ""},
		{"affinity likewise", affine("eks.amazonaws.com/compute-type In fargate"), "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0]", "affinity to Fargate's nodes"},
		{"a DaemonSet tolerates on purpose", all(tolerating, kind("DaemonSet", "spec.template.spec")), "", ""},
		{"UG: the label pins", annotated(kube.ProfileLabel, "web"), "spec.template.metadata.annotations[eks.amazonaws.com/fargate-profile]", "only the label does"},
		{"the label is there, too", all(annotated(kube.ProfileLabel, "jobs"), matched, func(p *kube.Pod) { p.Labels = map[string]string{kube.ProfileLabel: "jobs"} }), "", ""},
		{"other values", annotated(kube.ComputeTypeAnnotation, "auto"), "spec.template.metadata.annotations[eks.amazonaws.com/compute-type]", "auto has no effect"},
		{"fargate brings nothing on", annotated(kube.ComputeTypeAnnotation, "fargate"), "spec.template.metadata.annotations[eks.amazonaws.com/compute-type]", ""},
		{"the add-on writes it on CoreDNS", all(coreDNS, annotated(kube.ComputeTypeAnnotation, "fargate")), "", ""},
		{"ec2 has its effect", annotated(kube.ComputeTypeAnnotation, "ec2"), "", ""},
		{"containers-roadmap#1309", annotated("CapacityProvisioned", "1vCPU 2GB"), "spec.template.metadata.annotations.CapacityProvisioned", "does not choose"},
		{"a label on the Deployment alone", func(p *kube.Pod) { p.Workload.Labels = map[string]string{"compute": "fargate"} }, "metadata.labels.compute", "the Deployment has the label compute=fargate, but its pod template does not"},
		{"another value helps nobody", func(p *kube.Pod) { p.Workload.Labels = map[string]string{"compute": "ec2"} }, "", ""},
		{"a pin on the Deployment alone", func(p *kube.Pod) { p.Workload.Labels = map[string]string{kube.ProfileLabel: "web"} }, "metadata.labels[eks.amazonaws.com/fargate-profile]", ""},
		{"the annotation on the Deployment alone", all(matched, func(p *kube.Pod) { p.Workload.Annotations = map[string]string{kube.ComputeTypeAnnotation: "ec2"} }), "metadata.annotations[eks.amazonaws.com/compute-type]", "only pods are looked at"},
	} {
		pod := webPod()
		pod.Kind, pod.Namespace, pod.Labels, pod.Annotations = "Deployment", "web", nil, nil
		c.change(&pod)
		var paths []string
		for _, f := range Explain(pod, profiles).Findings {
			if f.Code != CodeNoEffect {
				continue
			}
			if paths = append(paths, f.Path); len(paths) == 1 && !strings.Contains(f.Message, c.says) || !f.Elsewhere || f.Hint == "" {
				t.Errorf("%s: %+v", c.why, f)
			}
		}
		if got := strings.Join(paths, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
	}
}

// A DaemonSet is well where no profile takes it, unless it puts its pods on Fargate's nodes as well.
func TestDaemonSetsOffFargate(t *testing.T) {
	profiles := []Profile{{Name: "web", Selectors: parsed(t, "namespace=web")}}
	everything := func(p *kube.Pod) { p.Spec.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists}} }
	agent := func(p *kube.Pod) {
		p.Kind, p.SpecPath = "Pod", "spec"
		p.Running = &kube.Running{OwnerKind: "DaemonSet", OwnerName: "agent", Phase: "Pending", Unscheduled: "0/5 nodes are available: 1 Too many pods"}
	}
	for _, c := range []struct {
		why      string
		change   func(*kube.Pod)
		profiles []Profile
		want     string
		says     string
	}{
		{"it tolerates everything", everything, profiles, CodeDaemonSetTolerates, "leaves one pod of it Pending"},
		{"no profile, no node of Fargate", everything, nil, "", ""},
		{"it tolerates Fargate's taint", func(p *kube.Pod) {
			p.Spec.Tolerations = []corev1.Toleration{{Key: kube.ComputeTypeAnnotation, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule}}
		}, profiles, CodeDaemonSetTolerates, ""},
		{"it tolerates something else", func(p *kube.Pod) {
			p.Spec.Tolerations = []corev1.Toleration{{Key: "x", Operator: corev1.TolerationOpExists}, {Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute}}
		}, profiles, "", ""},
		{"its affinity keeps it off", all(everything, affine("eks.amazonaws.com/compute-type NotIn fargate")), profiles, "", ""},
		{"one term does not", all(everything, affine("eks.amazonaws.com/compute-type NotIn fargate", "kubernetes.io/os In linux")), profiles, CodeDaemonSetTolerates, ""},
		{"its node selector keeps it off", all(everything, selectNodes("node.kubernetes.io/instance-type", "m5.large")), profiles, "", ""},
		{"a pod of it for a node of EC2", all(everything, agent, affine("metadata.name In ip-10-0-0-1")), profiles, CodeSchedulerSays + " " + CodeDaemonSetTolerates, ""},
		{"a pod of it for a node of Fargate", all(everything, agent, affine("metadata.name In fargate-ip-10-0-0-1")), profiles, CodeDaemonSetTolerates, "waits for fargate-ip-10-0-0-1"},
		{"one that tolerates nothing", all(agent, affine("metadata.name In fargate-ip-10-0-0-1")), profiles, CodeDaemonSetTolerates, "take none but their own; this one waits for fargate-ip-10-0-0-1"},
	} {
		pod := webPod()
		pod.Kind, pod.Namespace = "DaemonSet", "monitoring"
		c.change(&pod)
		e := Explain(pod, c.profiles)
		var codes []string
		for _, f := range e.Findings {
			if f.Elsewhere {
				codes = append(codes, f.Code)
			}
			if f.Code == CodeDaemonSetTolerates && (!strings.Contains(f.Message, c.says) || !strings.Contains(f.Paste, "NotIn")) {
				t.Errorf("%s: %+v", c.why, f)
			}
		}
		if got := strings.Join(codes, " "); got != c.want || !e.OfDaemonSet() {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
		if n := e.Nearest; n != nil && (n.AddLabels != nil || n.AddSelector != "") {
			t.Errorf("%s: a way onto Fargate: %+v", c.why, n)
		}
	}
}

// Of selectors that are equally near, the likest text is nearest; what is alike by chance does not count.
func TestTheLikestSelectorIsNearest(t *testing.T) {
	profiles := []Profile{{Name: "apps", Selectors: parsed(t, "namespace=web", "namespace=kube-system", "namespace=karpenter", "namespace=api,tier=batch-a", "namespace=api,tier=web-a")}}
	for _, c := range []struct {
		namespace string
		labels    map[string]string
		want      int
	}{
		{"karpenter-system", nil, 3},
		{"kube-systems", nil, 2},
		{"webhooks", nil, 1},
		{"zz", nil, 1},
		{"api", map[string]string{"tier": "web-b"}, 5},
	} {
		n := Explain(kube.Pod{Kind: "Pod", Namespace: c.namespace, Labels: c.labels, SpecPath: "spec"}, profiles).Nearest
		if n == nil || n.Selector != c.want {
			t.Errorf("%s: got %+v, want selector %d", c.namespace, n, c.want)
		}
	}
}

// A pod that Fargate would refuse is not led there.
func TestNoWayForWhatFargateRefuses(t *testing.T) {
	pod := webPod()
	pod.Namespace, pod.Spec.HostNetwork = "web", true
	n := Explain(pod, []Profile{{Name: "a", Selectors: parsed(t, "namespace=web,compute=fargate")}}).Nearest
	if n == nil || n.AddLabels != nil || n.AddSelector != "" || len(n.Unmet) != 1 {
		t.Errorf("%+v", n)
	}
}
