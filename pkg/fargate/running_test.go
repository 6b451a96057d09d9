package fargate

import (
	"strings"
	"testing"
	"time"
)

// A running pod's verdict is that of a new pod; where it is elsewhere, a finding says why and what to do.
func TestRunningPods(t *testing.T) {
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	profiles := []Profile{
		{Name: "a", Status: StatusActive, CreatedAt: noon, Selectors: parsed(t, "namespace=web,app=api")},
		{Name: "b", Status: StatusActive, CreatedAt: noon, Selectors: parsed(t, "namespace=shop")},
		{Name: "leaving", Status: StatusDeleting, CreatedAt: noon, Selectors: parsed(t, "namespace=shop")},
	}
	deployment := Running{OwnerKind: "ReplicaSet", OwnerName: "api-5d4", Phase: "Running", NodeName: "n", CreatedAt: noon.Add(time.Hour)}
	running := func(change func(*Pod)) Pod {
		r := deployment
		p := Pod{Kind: "Pod", Name: "api-5d4-x", Namespace: "web", SpecPath: "spec", Running: &r, Labels: map[string]string{"app": "api", hashLabel: "5d4"}}
		change(&p)
		return p
	}
	on := func(profile string, p *Pod) {
		p.Spec.SchedulerName = Scheduler
		p.Labels[ProfileLabel] = profile
	}
	for _, c := range []struct {
		why     string
		pod     Pod
		verdict Verdict
		code    string
		words   []string
	}{
		{"where it belongs", running(func(p *Pod) { on("a", p) }), VerdictMatched, "", nil},
		{"older than the profile", running(func(p *Pod) { p.Running.CreatedAt = noon.Add(-time.Hour) }), VerdictMatched, "warning " + CodeNotOnFargate, []string{
			"matches profile a and is with default-scheduler all the same: it was created at 2026-01-02T11:00:00Z, before the profile at 2026-01-02T12:00:00Z",
			"kubectl rollout restart deployment/api -n web",
		}},
		{"younger, yet not taken", running(func(*Pod) {}), VerdictMatched, "warning " + CodeNotOnFargate, []string{"probably not ACTIVE yet"}},
		{"waiting with the other scheduler", running(func(p *Pod) { p.Running.Phase, p.Running.NodeName = "Pending", "" }), VerdictMatched, "error " + CodeNotOnFargate, nil},
		{"of another workload", running(func(p *Pod) { p.Running.OwnerKind, p.Running.OwnerName = "Job", "batch" }), VerdictMatched, "warning " + CodeNotOnFargate, []string{": kubectl delete pod api-5d4-x -n web"}},
		{"of nobody", running(func(p *Pod) { p.Running.OwnerKind = "" }), VerdictMatched, "warning " + CodeNotOnFargate, []string{"then apply its manifest again"}},
		{"with a name that no shell takes", running(func(p *Pod) { p.Running.OwnerName = "$(x)" }), VerdictMatched, "warning " + CodeNotOnFargate, []string{"make it anew"}},
		{"matches nothing and is on EC2", running(func(p *Pod) { p.Labels["app"] = "x" }), VerdictUnmatched, "", nil},
		{"excluded and on EC2", running(func(p *Pod) { p.Annotations = map[string]string{ComputeTypeAnnotation: ComputeTypeEC2} }), VerdictExcluded, "", nil},
		{"finished", running(func(p *Pod) { p.Running.Phase = "Succeeded" }), VerdictMatched, "", nil},
		{"the label is no pin", running(func(p *Pod) { on("b", p) }), VerdictMatched, "warning " + CodeOtherProfile, []string{"runs on profile b; a new pod would go to a"}},
		{"unless the template has it", running(func(p *Pod) { on("b", p); p.Running.OwnerPins = true }), VerdictUnmatched, "warning " + CodeWouldNotReturn, nil},
		{"by hand it is one", running(func(p *Pod) { p.Labels[ProfileLabel] = "b" }), VerdictUnmatched, "", nil},
		{"its profile leaves", running(func(p *Pod) { p.Namespace = "shop"; on("leaving", p) }), VerdictMatched, "warning " + CodeProfileDeleting, []string{"a new pod would go to b"}},
		{"its profile is gone", running(func(p *Pod) { on("old", p) }), VerdictMatched, "warning " + CodeProfileGone, []string{"profile old, which does not exist any more; a new pod would go to a"}},
		{"its labels have changed", running(func(p *Pod) { on("a", p); p.Labels["app"] = "x" }), VerdictUnmatched, "warning " + CodeWouldNotReturn, []string{"a new pod would be unmatched"}},
		{"it waits on Fargate", running(func(p *Pod) { on("a", p); p.Running.Phase, p.Running.NodeName = "Pending", "" }), VerdictMatched, "warning " + CodePendingOnFargate, []string{"kubectl describe pod api-5d4-x -n web"}},
		{"its scheduler was set by hand", running(func(p *Pod) { p.Spec.SchedulerName = Scheduler }), VerdictMatched, "error " + codeSchedulerName, nil},
	} {
		e := Explain(c.pod, profiles)
		if e.Verdict != c.verdict {
			t.Errorf("%s: got %s (%s), want %s", c.why, e.Verdict, e.Reason, c.verdict)
		}
		got, text := "", ""
		for _, f := range e.Findings {
			got, text = string(f.Severity)+" "+f.Code, f.Message+"; "+f.Hint
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

func TestOwners(t *testing.T) {
	var owners Owners
	pinned := map[string]string{ProfileLabel: "a"}
	owners.Note(Pod{Kind: "Deployment", Namespace: "web", Name: "api", Labels: pinned})
	owners.Note(Pod{Kind: "Job", Namespace: "web", Name: "free"})
	owners.Note(Pod{Kind: "Pod", Namespace: "web", Name: "x", Labels: pinned, Running: &Running{}})
	for _, c := range []struct {
		namespace, kind, name, hash string
		want                        bool
	}{
		{"web", "ReplicaSet", "api-5d4", "5d4", true},
		{"web", "Deployment", "api", "", true},
		{"web", "ReplicaSet", "api-5d4", "", false},
		{"other", "ReplicaSet", "api-5d4", "5d4", false},
		{"web", "Job", "free", "", false},
		{"web", "", "", "", false},
	} {
		p := Pod{Namespace: c.namespace, Labels: map[string]string{hashLabel: c.hash}, Running: &Running{OwnerKind: c.kind, OwnerName: c.name}}
		if got := owners.Pins(p); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if owners.Pins(Pod{Kind: "Deployment", Namespace: "web", Name: "api"}) {
		t.Error("a manifest has no owner")
	}
}
