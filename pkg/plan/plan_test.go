package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
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
	const active = fargate.StatusActive
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
