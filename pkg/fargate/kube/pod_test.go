package kube

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// Who made a pod and where it may be, as its spec and the cluster say.
func TestPod(t *testing.T) {
	forNode := func(fields ...corev1.NodeSelectorRequirement) corev1.PodSpec {
		terms := []corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{{Key: "metadata.name", Values: []string{"other"}}}}, {MatchFields: fields}}
		return corev1.PodSpec{Affinity: &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: terms},
		}}}
	}
	field := func(key string, values ...string) corev1.NodeSelectorRequirement {
		return corev1.NodeSelectorRequirement{Key: key, Operator: corev1.NodeSelectorOpIn, Values: values}
	}
	made := &Running{OwnerKind: "DaemonSet", OwnerName: "agent"}
	placed := &Running{NodeName: "fargate-1"}
	for _, c := range []struct {
		why  string
		pod  Pod
		want string // what holds
		node string // the node that it is made for
	}{
		{why: "a pod alone", pod: Pod{Kind: "Pod"}},
		{why: "a DaemonSet's template", pod: Pod{Kind: "DaemonSet"}, want: "daemonset"},
		{why: "a DaemonSet's pod", pod: Pod{Kind: "Pod", Running: made}, want: "daemonset"},
		{why: "another owner's pod", pod: Pod{Kind: "Pod", Running: &Running{OwnerKind: "Job"}}},
		{why: "made for a node", pod: Pod{Running: made, Spec: forNode(field("metadata.name", "n"))}, want: "daemonset terms", node: "n"},
		{why: "made for a node, by the second field", pod: Pod{Running: made, Spec: forNode(field("x", "y"), field("metadata.name", "n"))}, want: "daemonset terms", node: "n"},
		{why: "one of several nodes", pod: Pod{Running: made, Spec: forNode(field("metadata.name", "n", "m"))}, want: "daemonset terms"},
		{why: "no node", pod: Pod{Running: made, Spec: forNode(field("metadata.name"))}, want: "daemonset terms"},
		{why: "another field", pod: Pod{Running: made, Spec: forNode(field("metadata.namespace", "n"))}, want: "daemonset terms"},
		{why: "no DaemonSet's", pod: Pod{Kind: "Pod", Spec: forNode(field("metadata.name", "n"))}, want: "terms"},
		{why: "affinity to pods", pod: Pod{Spec: corev1.PodSpec{Affinity: &corev1.Affinity{}}}},
		{why: "preferred nodes", pod: Pod{Spec: corev1.PodSpec{Affinity: &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{}}}}},

		{why: "on a Fargate node", pod: Pod{Running: placed, Spec: corev1.PodSpec{SchedulerName: Scheduler}}, want: "taken"},
		{why: "it waits", pod: Pod{Running: &Running{}, Spec: corev1.PodSpec{SchedulerName: Scheduler}}},
		{why: "on another node", pod: Pod{Running: placed, Spec: corev1.PodSpec{SchedulerName: DefaultScheduler}}},
		{why: "a manifest", pod: Pod{Spec: corev1.PodSpec{SchedulerName: Scheduler}}},

		{why: "CoreDNS", pod: Pod{Namespace: "kube-system", Labels: map[string]string{"k8s-app": "kube-dns"}}, want: "dns"},
		{why: "somebody's own DNS", pod: Pod{Namespace: "web", Labels: map[string]string{"k8s-app": "kube-dns"}}},
		{why: "kube-proxy", pod: Pod{Namespace: "kube-system", Labels: map[string]string{"k8s-app": "kube-proxy"}}},
	} {
		var got []string
		for _, f := range []struct {
			name string
			is   bool
		}{
			{"daemonset", c.pod.MadeByDaemonSet()},
			{"terms", len(c.pod.RequiredTerms()) == 2},
			{"taken", c.pod.TakenByFargate()},
			{"dns", c.pod.IsCoreDNS()},
		} {
			if f.is {
				got = append(got, f.name)
			}
		}
		if s := strings.Join(got, " "); s != c.want || c.pod.MadeForNode() != c.node {
			t.Errorf("%s: %q for node %q, want %q for %q", c.why, s, c.pod.MadeForNode(), c.want, c.node)
		}
	}
	if got := (Pod{Namespace: "web", Labels: map[string]string{"b": "2", "a": "1"}}).Shape(); got != "namespace web, a=1, b=2" {
		t.Errorf("the shape is %q", got)
	}
}

// Why a restart leaves pods as they are: what holds all of them back goes before what holds back some.
func TestKeepsPods(t *testing.T) {
	for _, c := range []struct {
		why     string
		rollout Rollout
		want    string
	}{
		{"the default", Rollout{}, ""},
		{"Recreate", Rollout{Type: "Recreate"}, ""},
		{"RollingUpdate", Rollout{Type: "RollingUpdate", MaxUnavailable: "0"}, ""},
		{"paused", Rollout{Paused: true, Type: "OnDelete", Partition: 1}, "its rollout is paused"},
		{"OnDelete", Rollout{Type: "OnDelete", Partition: 1}, "its update strategy is OnDelete, so that a restart replaces no pod"},
		{"a partition", Rollout{Type: "RollingUpdate", Partition: 1}, "its update strategy has partition 1, so that a restart replaces only a part"},
	} {
		if got := c.rollout.KeepsPods(); got != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

// Places in an object as messages write them, and their lines.
func TestPaths(t *testing.T) {
	pod := Pod{SpecPath: "spec.template.spec"}
	for got, want := range map[string]string{
		pod.Field("hostNetwork"):                       "spec.template.spec.hostNetwork",
		pod.Field("containers") + Index(0) + Index(12): "spec.template.spec.containers[0][12]",
		KeyPath("limits", "cpu"):                       "limits.cpu",
		KeyPath("limits", "example.com"):               "limits[example.com]",
		KeyPath("limits", "a/b"):                       "limits[a/b]",
		KeyPath("limits", "ephemeral-storage"):         "limits.ephemeral-storage",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if pod.LineAt("spec") != 0 {
		t.Error("a pod without lines has one")
	}
	pod.LineOf = func(path string) int { return len(path) }
	if got := pod.LineAt("spec"); got != 4 {
		t.Errorf("the line is %d", got)
	}
}
