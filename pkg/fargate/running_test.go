package fargate

import (
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// A running pod's verdict is that of a new pod; where it is elsewhere, a finding says why and what to do.
func TestRunningPods(t *testing.T) {
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	profiles := []Profile{
		{Name: "a", Status: StatusActive, CreatedAt: noon, Selectors: parsed(t, "namespace=web,app=api")},
		{Name: "b", Status: StatusActive, CreatedAt: noon, Selectors: parsed(t, "namespace=shop")},
		{Name: "c", Status: StatusActive, Selectors: parsed(t, "namespace=batch")},
		{Name: "d", Status: StatusActive, Selectors: parsed(t, "namespace=batch")},
		{Name: "leaving", Status: StatusDeleting, CreatedAt: noon, Selectors: parsed(t, "namespace=shop")},
		{Name: "stuck", Status: StatusDeleteFailed, Selectors: parsed(t, "namespace=stuck")},
	}
	deployment := kube.Running{OwnerKind: "ReplicaSet", OwnerName: "api-5d4", Phase: "Running", NodeName: "n", CreatedAt: noon.Add(time.Hour)}
	running := func(change func(*kube.Pod)) kube.Pod {
		r := deployment
		p := kube.Pod{Kind: "Pod", Name: "api-5d4-x", Namespace: "web", SpecPath: "spec", Running: &r, Labels: map[string]string{"app": "api", kube.HashLabel: "5d4"}}
		change(&p)
		return p
	}
	on := func(profile string, p *kube.Pod) {
		p.Spec.SchedulerName = kube.Scheduler
		p.Labels[kube.ProfileLabel] = profile
	}
	for _, c := range []struct {
		why     string
		pod     kube.Pod
		verdict Verdict
		code    string
		words   []string
	}{
		{"where it belongs", running(func(p *kube.Pod) { on("a", p) }), VerdictMatched, "", nil},
		{"older than the profile", running(func(p *kube.Pod) { p.Running.CreatedAt = noon.Add(-time.Hour) }), VerdictMatched, "warning " + CodeNotOnFargate, []string{
			"matches profile a and is with default-scheduler all the same: it was created at 2026-01-02T11:00:00Z, before the profile at 2026-01-02T12:00:00Z",
			"kubectl rollout restart deployment/api -n web",
		}},
		{"younger, yet not taken", running(func(p *kube.Pod) { p.Running.CreatedAt = noon.Add(5 * time.Minute) }), VerdictMatched, "warning " + CodeNotOnFargate, []string{"probably not ACTIVE yet"}},
		{"much younger, yet not taken", running(func(p *kube.Pod) { p.Running.CreatedAt = noon.Add(24 * time.Hour) }), VerdictMatched, "warning " + CodeNotOnFargate, []string{"created at 2026-01-03T12:00:00Z, long after the profile at 2026-01-02T12:00:00Z: its labels or annotations have probably changed since"}},
		{"waiting with the other scheduler", running(func(p *kube.Pod) { p.Running.Phase, p.Running.NodeName = "Pending", "" }), VerdictMatched, "error " + CodeNotOnFargate, nil},
		{"of another workload", running(func(p *kube.Pod) { p.Running.OwnerKind, p.Running.OwnerName = "Job", "batch" }), VerdictMatched, "warning " + CodeNotOnFargate, []string{": kubectl delete pod api-5d4-x -n web"}},
		{"of a StatefulSet, running", running(func(p *kube.Pod) { p.Running.OwnerKind, p.Running.OwnerName = "StatefulSet", "db" }), VerdictMatched, "warning " + CodeNotOnFargate, []string{": kubectl rollout restart statefulset/db -n web"}},
		// A rollout of a StatefulSet waits for a pod that is not ready, and never gets to it.
		{"of a StatefulSet, waiting", running(func(p *kube.Pod) {
			p.Running.OwnerKind, p.Running.OwnerName, p.Running.Phase, p.Running.NodeName = "StatefulSet", "db", "Pending", ""
		}), VerdictMatched, "error " + CodeNotOnFargate, []string{": kubectl delete pod api-5d4-x -n web"}},
		{"of somebody else's StatefulSet", running(func(p *kube.Pod) {
			p.Running.OwnerKind, p.Running.OwnerName, p.Running.OwnerForeign = "StatefulSet", "db", true
		}), VerdictMatched, "warning " + CodeNotOnFargate, []string{": kubectl delete pod api-5d4-x -n web"}},
		{"of a node's own files", running(func(p *kube.Pod) { p.Running.OwnerKind, p.Running.OwnerName = "Node", "n" }), VerdictMatched, "", nil},
		{"of nobody", running(func(p *kube.Pod) { p.Running.OwnerKind = "" }), VerdictMatched, "warning " + CodeNotOnFargate, []string{"then apply its manifest again"}},
		{"with a name that no shell takes", running(func(p *kube.Pod) { p.Running.OwnerName = "$(x)" }), VerdictMatched, "warning " + CodeNotOnFargate, []string{"recreate it"}},
		{"matches nothing and is on EC2", running(func(p *kube.Pod) { p.Labels["app"] = "x" }), VerdictUnmatched, "", nil},
		{"excluded and on EC2", running(func(p *kube.Pod) { p.Annotations = map[string]string{kube.ComputeTypeAnnotation: kube.ComputeTypeEC2} }), VerdictExcluded, "", nil},
		{"finished", running(func(p *kube.Pod) { p.Running.Phase = "Succeeded" }), VerdictMatched, "", nil},
		{"on its way out", running(func(p *kube.Pod) { p.Running.Terminating = true }), VerdictMatched, "", nil},
		{"the label is no pin", running(func(p *kube.Pod) { on("b", p) }), VerdictMatched, "warning " + CodeOtherProfile, []string{"runs on profile b; a new pod would go to a"}},
		{"unless the template has it", running(func(p *kube.Pod) { on("b", p); p.Running.OwnerPins = true }), VerdictUnmatched, "warning " + CodeWouldNotReturn, nil},
		{"by hand it is one", running(func(p *kube.Pod) { p.Labels[kube.ProfileLabel] = "b" }), VerdictUnmatched, "", nil},
		{"its profile leaves", running(func(p *kube.Pod) { p.Namespace = "shop"; on("leaving", p) }), VerdictMatched, "warning " + CodeProfileDeleting, []string{"a new pod would go to b"}},
		{"its profile leaves, and nothing else takes it", running(func(p *kube.Pod) { on("leaving", p); p.Labels["app"] = "x" }), VerdictUnmatched, "warning " + CodeProfileDeleting, []string{"a new pod would be unmatched; mend that before"}},
		{"its profile is gone, and nothing takes it", running(func(p *kube.Pod) { on("old", p); p.Labels["app"] = "x" }), VerdictUnmatched, "warning " + CodeProfileGone, []string{"a new pod would be unmatched; mend that before"}},
		{"others match, and which is open", running(func(p *kube.Pod) { p.Namespace = "batch"; on("a", p) }), VerdictAmbiguous, "warning " + CodeOtherProfile, []string{"a new pod would go to one of c, d"}},
		{"it is one of those that match", running(func(p *kube.Pod) { p.Namespace = "batch"; on("d", p) }), VerdictAmbiguous, "", nil},
		{"its profile is gone", running(func(p *kube.Pod) { on("old", p) }), VerdictMatched, "warning " + CodeProfileGone, []string{"profile old, which does not exist any more; a new pod would go to a"}},
		{"its labels have changed", running(func(p *kube.Pod) { on("a", p); p.Labels["app"] = "x" }), VerdictUnmatched, "warning " + CodeWouldNotReturn, []string{"a new pod would be unmatched: its labels or annotations have changed, or the profile's selectors were others; mend that"}},
		{"its profile could not be deleted", running(func(p *kube.Pod) { p.Namespace = "stuck"; on("stuck", p) }), VerdictUnmatched, "warning " + CodeWouldNotReturn, []string{"a new pod would be unmatched: the profile is DELETE_FAILED; mend that"}},
		{"it waits on Fargate", running(func(p *kube.Pod) { on("a", p); p.Running.Phase, p.Running.NodeName = "Pending", "" }), VerdictMatched, "warning " + CodePendingOnFargate, []string{"kubectl describe pod api-5d4-x -n web"}},
		{"its scheduler was set by hand", running(func(p *kube.Pod) { p.Spec.SchedulerName = kube.Scheduler }), VerdictMatched, "error " + codeSchedulerName, nil},
	} {
		e := Explain(c.pod, profiles)
		if e.Verdict != c.verdict {
			t.Errorf("%s: got %s (%s), want %s", c.why, e.Verdict, e.Reason, c.verdict)
		}
		got, text := "", ""
		for _, f := range e.Findings {
			got, text = string(f.Severity)+" "+f.Code, f.Message+"; "+f.Hint+": "+strings.Join(f.Commands, "; ")
			if !f.Elsewhere {
				t.Errorf("%s: %s does not count elsewhere", c.why, f.Code)
			}
		}
		if got != c.code || len(e.Findings) > 1 {
			t.Errorf("%s: got %v, want %q", c.why, e.Findings, c.code)
		}
		for _, w := range c.words {
			if !strings.Contains(text, w) {
				t.Errorf("%s: %q is missing in %q", c.why, w, text)
			}
		}
	}
}

// The label that the webhook has written is not on a new pod, so that no wildcard is met by it.
func TestTheWebhooksLabelMeetsNothing(t *testing.T) {
	profiles := []Profile{{Name: "a", Selectors: parsed(t, "namespace=web,eks*=*")}}
	pod := kube.Pod{
		Kind: "Pod", Name: "x", Namespace: "web", SpecPath: "spec", Labels: map[string]string{kube.ProfileLabel: "a"},
		Running: &kube.Running{OwnerKind: "Job", OwnerName: "x", Phase: "Running", NodeName: "n"},
	}
	pod.Spec.SchedulerName = kube.Scheduler
	for _, c := range []struct {
		why    string
		change func(*kube.Pod)
		want   Verdict
	}{
		{"written by the webhook", func(*kube.Pod) {}, VerdictUnmatched},
		{"in the template, too", func(p *kube.Pod) { p.Running.OwnerPins = true }, VerdictMatched},
		{"in a manifest", func(p *kube.Pod) { p.Running = nil }, VerdictMatched},
	} {
		p, running := pod, *pod.Running
		p.Running = &running
		if c.change(&p); Explain(p, profiles).Verdict != c.want {
			t.Errorf("%s: got %s", c.why, Explain(p, profiles).Verdict)
		}
	}
	if pod.Labels[kube.ProfileLabel] != "a" {
		t.Error("the pod was changed")
	}
}

// A pod that runs elsewhere and that Fargate would refuse is better left there, and nothing invites to make it
// anew before that is mended.
func TestRunningPodsThatFargateRefuses(t *testing.T) {
	profiles := []Profile{{Name: "a", Selectors: parsed(t, "namespace=kube-system")}}
	pod := func(kind, owner string) kube.Pod {
		return kube.Pod{Kind: "Pod", Name: owner + "-x", Namespace: "kube-system", SpecPath: "spec", Running: &kube.Running{OwnerKind: kind, OwnerName: owner, Phase: "Running", NodeName: "n"}}
	}
	daemon, agent := pod("DaemonSet", "aws-node"), pod("ReplicaSet", "agent")
	agent.Spec.HostNetwork = true
	waiting := pod("StatefulSet", "db")
	waiting.Spec.HostNetwork, waiting.Running.Phase, waiting.Running.NodeName = true, "Pending", ""
	for _, c := range []struct {
		pod  kube.Pod
		want string
	}{
		{waiting, "mend that first: Fargate would refuse a new pod (host-network), and it would stay Pending; then recreate it: kubectl delete pod db-x -n kube-system"},
		{daemon, "leave it there: Fargate would refuse a new pod (daemonset), and it would stay Pending; keep such pods off Fargate by a profile that does not select them"},
		{agent, "leave it there until that is mended: Fargate would refuse a new pod (host-network), and it would stay Pending; then recreate it: kubectl delete pod agent-x -n kube-system"},
	} {
		f := Explain(c.pod, profiles).Findings[0]
		if hint := strings.Join(append([]string{f.Hint}, f.Commands...), ": "); f.Code != CodeNotOnFargate || hint != c.want {
			t.Errorf("%s: %s\ngot  %s\nwant %s", c.pod.Name, f.Code, f.Hint, c.want)
		}
	}
}
