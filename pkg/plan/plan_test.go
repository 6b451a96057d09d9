package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/price"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

func profile(name, namespace string, status fargate.Status) fargate.Profile {
	return fargate.Profile{
		Name: name, Status: status, Selectors: []fargate.Selector{{Namespace: namespace}},
		ARN: "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/" + name + "/1",
	}
}

func pod(namespace, name string) kube.Pod {
	return kube.Pod{Kind: "Deployment", Namespace: namespace, Name: name, Workload: kube.Workload{Replicas: 2}}
}

// on is a running pod that a profile took.
func on(profile, namespace, name string) kube.Pod {
	return kube.Pod{
		Kind: "Pod", Name: name + "-1", Namespace: namespace, Labels: map[string]string{kube.ProfileLabel: profile},
		Spec:     corev1.PodSpec{SchedulerName: kube.Scheduler},
		Workload: kube.Workload{Replicas: 1}, Running: &kube.Running{OwnerKind: "StatefulSet", OwnerName: name, Phase: "Running", NodeName: "fargate-1"},
	}
}

// steps writes down the steps of a plan.
func steps(p *Plan) string {
	var out []string
	for _, s := range p.Steps {
		out = append(out, s.Action+" "+s.Profile)
	}
	return strings.Join(out, ", ")
}

// What a deletion does, by what is left.
func TestDelete(t *testing.T) {
	failed := profile("web", "web", fargate.StatusDeleteFailed)
	failed.Issues = []fargate.HealthIssue{{Code: "InternalFailure", Message: "bad luck"}}
	for _, c := range []struct {
		why          string
		doomed, left []fargate.Profile
		pods         []kube.Pod
		steps        string
		covered      fargate.Extent
		losers       []string
	}{
		{
			why: "nothing else", doomed: []fargate.Profile{profile("web", "web", active)},
			steps: "delete web", covered: fargate.ExtentNone, losers: []string{"web"},
		},
		{
			why: "another one takes the pods", doomed: []fargate.Profile{profile("web", "web", active)},
			left: []fargate.Profile{profile("all", "*", active)}, steps: "delete web", covered: fargate.ExtentWhole,
		},
		{
			why: "another one takes no pods yet", doomed: []fargate.Profile{profile("web", "web", active)},
			left:  []fargate.Profile{profile("all", "*", fargate.StatusCreating)},
			steps: "delete web", covered: fargate.ExtentNone, losers: []string{"web"},
		},
		{
			why: "a part", doomed: []fargate.Profile{profile("web", "web*", active)},
			left:  []fargate.Profile{profile("one", "web-1", active)},
			steps: "delete web", covered: fargate.ExtentPart, losers: []string{"web"},
		},
		{
			why: "it goes already", doomed: []fargate.Profile{profile("web", "web", fargate.StatusDeleting)},
			steps: "wait web", covered: fargate.ExtentNone,
		},
		{
			why: "an earlier deletion failed", doomed: []fargate.Profile{failed}, steps: "delete web",
			covered: fargate.ExtentNone,
		},
		{
			why: "it takes no pods", doomed: []fargate.Profile{profile("web", "web", fargate.StatusCreateFailed)},
			steps: "delete web", covered: fargate.ExtentNone,
		},
		{
			why:    "no pod moves twice",
			doomed: []fargate.Profile{profile("a", "web", active), profile("b", "web", active)},
			left:   []fargate.Profile{profile("all", "*", active)}, steps: "delete b, delete a", covered: fargate.ExtentWhole,
		},
		{
			why:    "a pod says more than a name",
			doomed: []fargate.Profile{profile("a", "web", active), profile("b", "web", active)}, pods: []kube.Pod{pod("web", "x")},
			steps: "delete b, delete a", covered: fargate.ExtentNone, losers: []string{"b", "a"},
		},
	} {
		all := slices.Concat(c.doomed, c.left)
		var names []string
		for _, d := range c.doomed {
			names = append(names, d.Name)
		}
		var pods *Pods
		if len(c.pods) > 0 {
			pods = NewPods(all, c.left, names...)
			for _, p := range c.pods {
				pods.Add(p)
			}
		}
		p, order := Delete("demo", c.doomed, all, pods)
		switch {
		case steps(p) != c.steps, order[0].Name != p.Steps[0].Profile, p.Steps[0].Status != order[0].Status:
			t.Errorf("%s: the steps are %s (%+v)", c.why, steps(p), p.Steps[0])
		case (p.Steps[0].Pods != nil) != (order[0].Status == fargate.StatusActive):
			t.Errorf("%s: of pods it says %v", c.why, p.Steps[0].Pods)
		case p.Selectors[0].Covered != c.covered, !slices.Equal(p.Losers(), c.losers), p.Uncovered != (len(c.losers) > 0):
			t.Errorf("%s: covered is %s, losers are %v, uncovered is %v", c.why, p.Selectors[0].Covered, p.Losers(), p.Uncovered)
		case pods == nil && p.PodsRead != -1, pods != nil && (p.PodsRead != len(c.pods) || len(p.Pods) == 0):
			t.Errorf("%s: %d pods were read, %v are hit", c.why, p.PodsRead, p.Pods)
		}
	}
}

// What is left of a replacement, and what becomes of the original's pods, by the stage that it has reached.
func TestReplace(t *testing.T) {
	original, successor, temporary := profile("web", "web", "ACTIVE"), profile("web-2", "web*", "ACTIVE"), profile("web-tmp", "web*", "ACTIVE")
	renewed := profile("web", "web*", fargate.StatusActive)
	temporary.Tags = map[string]string{decision.TagTemporary: "true"}
	at := func(p fargate.Profile, status fargate.Status) fargate.Profile { p.Status = status; return p }
	for _, c := range []struct {
		why                 string
		action              decision.Action
		stage               decision.Stage
		original, successor *fargate.Profile
		wanted              fargate.Profile
		keep                bool
		named, steps        string
		by                  string // the profiles that take the original's pods
		recreateAfter       int
	}{
		{
			why: "begin", action: decision.Begin, stage: decision.Fresh, original: &original, wanted: at(successor, ""),
			named: "replace", steps: "create web-2, delete web", by: "web-2",
		},
		{
			why: "begin, the name is kept", action: decision.Begin, stage: decision.Fresh, original: &original,
			wanted: at(temporary, ""), keep: true, named: "replace",
			steps: "create web-tmp, delete web, create web, delete web-tmp", by: "web", recreateAfter: 3,
		},
		{
			why: "the successor is on its way", action: decision.Finish, stage: decision.Begun, original: &original,
			wanted: at(successor, fargate.StatusCreating), named: "resume", steps: "create web-2, delete web", by: "web-2",
		},
		{
			why: "the successor is there", action: decision.Finish, stage: decision.Begun, original: &original,
			wanted: successor, named: "resume", steps: "delete web", by: "web-2",
		},
		{
			why: "the temporary profile is there", action: decision.Finish, stage: decision.Begun, original: &original,
			wanted: temporary, keep: true, named: "resume", steps: "delete web, create web, delete web-tmp",
			by: "web", recreateAfter: 2,
		},
		{
			why: "the original went too soon", action: decision.Finish, stage: decision.Orphaned,
			wanted: at(successor, fargate.StatusCreateFailed), named: "resume", steps: "create web-2",
		},
		{
			why: "the original is gone", action: decision.Finish, stage: decision.Orphaned, wanted: temporary, keep: true,
			named: "resume", steps: "create web, delete web-tmp",
		},
		{
			why: "the original and the temporary profile are gone", action: decision.Finish, stage: decision.Orphaned,
			wanted: at(temporary, fargate.StatusDeleteFailed), keep: true,
			named: "resume", steps: "create web-tmp, create web, delete web-tmp",
		},
		{
			why: "the new one is on its way", action: decision.Finish, stage: decision.Renewed, wanted: temporary, keep: true,
			original: new(at(renewed, fargate.StatusCreating)), named: "resume", steps: "create web, delete web-tmp",
		},
		{
			why: "the new one is there", action: decision.Finish, stage: decision.Renewed, original: &renewed, keep: true,
			wanted: at(temporary, fargate.StatusDeleting), named: "resume", steps: "delete web-tmp",
		},
		{
			why: "undo", action: decision.Undo, stage: decision.Begun, original: &original, wanted: successor,
			named: "abort", steps: "delete web-2", by: "web",
		},
		{why: "tags", action: decision.Tag, stage: decision.Fresh, original: &original, named: "tag", steps: "tag web"},
		{why: "nothing", action: decision.Keep, stage: decision.Fresh, original: &original, named: "none"},
	} {
		d := decision.Decision{
			Situation: decision.Situation{Stage: c.stage, Name: "web", Original: c.original},
			Action:    c.action, Wanted: c.wanted, Wish: decision.Wish{Name: "web", KeepName: c.keep},
		}
		if d.Original != nil {
			d.Profiles = append(d.Profiles, *d.Original)
		}
		if c.action == decision.Finish || c.action == decision.Undo {
			d.Successor = &c.wanted
			d.Profiles = append(d.Profiles, c.wanted)
		}
		p := Replace("demo", d, 30*time.Second)
		if p.WithoutWait(); len(p.Steps) > 0 && p.Steps[len(p.Steps)-1].Until != "" {
			t.Errorf("%s: the last step is waited for: %+v", c.why, p.Steps)
		}
		if p.Action != c.named || steps(p) != c.steps {
			t.Errorf("%s: it is %s with %s", c.why, p.Action, steps(p))
		}
		by := ""
		for _, s := range p.Selectors {
			by += strings.Join(s.By, " ")
		}
		if by != c.by || (PodsOf(d) == nil) != (c.by == "") {
			t.Errorf("%s: the pods move to %q, wanted %q", c.why, by, c.by)
		}
		for _, s := range p.Steps {
			if s.Action == StepDelete && s.Profile == "web" && s.Pods.RecreateAfter != c.recreateAfter {
				t.Errorf("%s: the deletion says %+v", c.why, s.Pods)
			}
		}
	}
}

// What the selectors of a profile that goes lose: a pod that is left over, and who takes the others.
func TestCover(t *testing.T) {
	labelled := profile("web", "web", active)
	labelled.Selectors[0].Labels = map[string]string{"app": "shop"}
	for _, c := range []struct {
		why       string
		goes      fargate.Profile
		left      []fargate.Profile
		by, loses string
		ambiguous bool
	}{
		{"nobody takes its pods", profile("web", "web", active), nil, "", "namespace web", false},
		{"a pod with labels is left over", labelled, nil, "", "namespace web, app=shop", false},
		{"another one takes them", labelled, []fargate.Profile{profile("a", "web", active)}, "a", "", false},
		{"two that each take all", labelled, []fargate.Profile{profile("b", "*", active), profile("a", "web", active)}, "a b", "", true},
		{"two that take a part each", profile("web", "web*", active), []fargate.Profile{profile("a", "web-a", active), profile("b", "web-b", active)}, "a b", "namespace web", false},
		{"one takes all, another a part", profile("web", "web*", active), []fargate.Profile{profile("a", "web-a", active), profile("b", "*", active)}, "b", "", false},
	} {
		p := New("demo", "delete")
		p.cover(c.goes, c.left)
		s, loses := p.Selectors[0], ""
		if s.Loses != nil {
			if loses = s.Loses.String(); s.Loses.Labels == nil {
				t.Errorf("%s: null labels in JSON", c.why)
			}
		}
		if strings.Join(s.By, " ") != c.by || loses != c.loses || s.Ambiguous != c.ambiguous || s.Index != 1 || s.Idle {
			t.Errorf("%s: %+v, loses %q", c.why, s, loses)
		}
	}
}

// What pods cost is told once, with those on which no profile's pods are, and not at all without rates.
func TestPrice(t *testing.T) {
	rates, _ := price.BuiltIn("us-east-1")
	small := rates.Month(0.25, 0.5)
	near := func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
	off := pod("web", "off")
	off.Annotations = map[string]string{kube.ComputeTypeAnnotation: kube.ComputeTypeEC2}
	drain := decision.Drain{
		Profile: "web", Moves: []decision.Move{{Price: price.Pod{TotalMonth: 10, SavesMonth: 1}}},
		Stays: []decision.Move{{Price: price.Pod{TotalMonth: 5}}},
	}
	empty := decision.Drain{Profile: "other"}
	for _, c := range []struct {
		why          string
		pods         []kube.Pod
		left         string // the namespace of the profile that is left
		drains       []decision.Drain
		withoutRates bool
		month, gone  float64
		none         bool
	}{
		{why: "nothing was asked for", pods: []kube.Pod{on("web", "web", "a")}, drains: []decision.Drain{drain}, withoutRates: true, none: true},
		{why: "no pods", pods: []kube.Pod{}},
		{why: "no pods of the profile", pods: []kube.Pod{on("other", "web", "a")}},
		{why: "pods that move", pods: []kube.Pod{on("web", "web", "a"), on("web", "web", "b")}, left: "*", month: 2 * small},
		{why: "pods that lose their profile", pods: []kube.Pod{on("web", "web", "a")}, left: "x", month: small, gone: small},
		{why: "pods of both kinds", pods: []kube.Pod{on("web", "web", "a"), on("web", "x", "a")}, left: "x", month: 2 * small, gone: small},
		{why: "a drain", drains: []decision.Drain{drain}, month: 15},
		{why: "drains add up", drains: []decision.Drain{drain, drain}, month: 30},
		{why: "a drain of nothing", drains: []decision.Drain{empty}},
		{why: "the pods of a drain were added before", pods: []kube.Pod{on("web", "web", "a")}, left: "*", drains: []decision.Drain{drain}, month: small},
		{why: "pods of another profile were added before", pods: []kube.Pod{on("other", "web", "a")}, drains: []decision.Drain{drain}, month: 15},
	} {
		use := &rates
		if c.withoutRates {
			use = nil
		}
		all := []fargate.Profile{profile("web", "*", active), profile("left", c.left, active)}
		p := New("demo", "delete")
		if c.pods != nil {
			pods := NewPods(all, all[1:], "web")
			pods.SetRates(use, &kube.Objects{})
			for _, pod := range c.pods {
				pods.Add(pod)
			}
			p.AddPods(pods)
		}
		for _, d := range c.drains {
			p.AddDrain(d, use)
		}
		switch {
		case len(p.Drains) != len(c.drains):
			t.Errorf("%s: the drains are %+v", c.why, p.Drains)
		case c.none || p.Price == nil:
			if c.none != (p.Price == nil) {
				t.Errorf("%s: %+v", c.why, p.Price)
			}
		case !near(p.Price.Month, c.month), !near(p.Price.OffMonth, c.gone), p.Price.Region != "us-east-1":
			t.Errorf("%s: %+v, want %f, of which %f go", c.why, p.Price, c.month, c.gone)
		}
	}
	pods := NewPods([]fargate.Profile{profile("web", "web", active)}, nil, "web")
	pods.SetRates(&rates, nil)
	annotated := on("web", "web", "a")
	annotated.Annotations = off.Annotations
	pods.Add(annotated)
	p := New("demo", "delete")
	if p.AddPods(pods); p.Price == nil || !near(p.Price.OffMonth, small) || p.Uncovered {
		t.Errorf("pods that leave Fargate: %+v", p)
	}
}

// How many pods each step concerns, and which budgets the deletion breaks.
func TestAddPods(t *testing.T) {
	all := []fargate.Profile{profile("a", "web", active), profile("b", "web", active)}
	pods := NewPods(all, nil, "a", "b")
	for _, of := range []string{"a one", "b one", "a two", "other one"} {
		name, owner, _ := strings.Cut(of, " ")
		pods.Add(on(name, "web", owner))
	}
	shop := func(name, least string) fargate.DisruptionBudget {
		return fargate.DisruptionBudget{Namespace: "web", Name: name, Selector: labels.Everything(), MinAvailable: least}
	}
	pods.AddBudget(shop("strict", "3"))
	pods.AddBudget(shop("lax", "1"))
	p := New("demo", "delete")
	p.Steps = []Step{deletion(all[1]), deletion(all[0]), activeStep("c", 0), {Action: StepDelete, Profile: "a", As: AsTemporary, Pods: &StepPods{}}}
	p.AddPods(nil)
	if p.PodsRead != -1 || p.Steps[0].Pods.Count != nil || p.Pods == nil || p.Budgets == nil {
		t.Errorf("without pods: %+v", p)
	}
	p.AddPods(pods)
	if b, a := p.Steps[0].Pods.Count, p.Steps[1].Pods.Count; *a != 2 || *b != 1 || p.Steps[2].Pods != nil || p.Steps[3].Pods.Count != nil || p.PodsRead != 4 {
		t.Errorf("b has %d pods, a %d: %+v", *b, *a, p.Steps)
	}
	if len(p.Budgets) != 1 || p.Budgets[0].Name != "strict" || !p.Uncovered || strings.Join(p.Losers(), " ") != "a b" {
		t.Errorf("%+v, losers %v", p.Budgets, p.Losers())
	}
}

// A role goes where that was asked for and nothing that could be looked at has it.
func TestRoleOf(t *testing.T) {
	for _, c := range []struct {
		why    string
		by     []string
		unseen []string
		remove bool
		want   string
	}{
		{"nothing has it", nil, nil, true, "delete"},
		{"nothing has it, and it was not asked for", nil, nil, false, "none"},
		{"a profile has it", []string{"web in demo"}, nil, true, "none"},
		{"other regions are not seen", nil, []string{"other regions"}, true, "delete"},
	} {
		use := lifecycle.RoleUse{Role: cloud.Role{Name: "r", ARN: "arn"}, Cluster: "demo", By: c.by, Looked: 2, Unseen: c.unseen}
		r := RoleOf(use, c.remove)
		if r.Action != c.want || r.Name != "r" || r.ARN != "arn" || r.Cluster != "demo" || r.Clusters != 2 {
			t.Errorf("%s: %+v", c.why, r)
		}
		if r.UsedBy == nil || r.Unseen == nil || !slices.Equal(r.UsedBy, c.by) || !slices.Equal(r.Unseen, c.unseen) {
			t.Errorf("%s: it is used by %#v, unseen are %#v", c.why, r.UsedBy, r.Unseen)
		}
	}
}
