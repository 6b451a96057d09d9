package output

import (
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/plan"
)

// What a plan says of a selector follows from how much of it is covered.
func TestPlanSelectorLines(t *testing.T) {
	web := fargate.Selector{Namespace: "web"}
	shape := &plan.Shape{Namespace: "web", Labels: map[string]string{"app": "x"}}
	for _, c := range []struct {
		s    plan.Selector
		want string
		risk bool
	}{
		{plan.Selector{Selector: web, Covered: fargate.ExtentWhole, By: []string{"a", "b"}}, "pods of namespace=web move to a, b", false},
		{plan.Selector{Selector: web, Covered: fargate.ExtentWhole, By: []string{"a", "b"}, Ambiguous: true}, "pods of namespace=web become ambiguous between a and b", false},
		{plan.Selector{Selector: web, Profile: "b", Covered: fargate.ExtentWhole, By: []string{"a", "b"}}, "pods of namespace=web move to a, the new b", false},
		{plan.Selector{Selector: web, Covered: fargate.ExtentNone, Undecided: true}, "no other profile is known to take them", true},
		{plan.Selector{Selector: web, Covered: fargate.ExtentPart, By: []string{"a"}, Loses: shape}, "only a part of them would move, to a; for example a pod in namespace web, app=x", true},
		{plan.Selector{Selector: web, Covered: fargate.ExtentNone, Loses: shape}, "no other ACTIVE profile covers them", true},
		{plan.Selector{Selector: web, Covered: fargate.ExtentPart, By: []string{"a"}, Undecided: true}, "whether a cover them all could not be decided", true},
		{plan.Selector{Selector: web, Profile: "p", Index: 2, Covered: fargate.ExtentNone, Idle: true}, "selector 2 of p, namespace=web, takes no pods now", false},
	} {
		text, risk := selectorLine(c.s)
		if !strings.Contains(text, c.want) || risk != c.risk {
			t.Errorf("got %q, %v; want %q, %v", text, risk, c.want, c.risk)
		}
	}
}

// What a step says follows from its data.
func TestPlanSteps(t *testing.T) {
	stopped := func(to string, after int) *plan.StepPods {
		return &plan.StepPods{Effect: plan.PodsStopped, To: to, RecreateAfter: after}
	}
	unlucky := []fargate.HealthIssue{{Code: "InternalFailure", Message: "bad luck"}}
	active, gone, remove := plan.UntilActive, plan.UntilGone, plan.StepDelete
	for want, s := range map[string]plan.Step{
		"create profile a, until it is ACTIVE": {Action: plan.StepCreate, Until: active},
		"create profile a, until it is ACTIVE and the scheduler had 30s to learn of it; it is the new profile, under the old " +
			"name": {Action: plan.StepCreate, Until: active, Settle: "30s", As: plan.AsRenewed},
		"wait for profile a, until it is ACTIVE; it is CREATING already": {
			Action: plan.StepWait, Until: active, Status: fargate.StatusCreating,
		},
		"delete profile a; its pods are stopped at once": {Action: remove, Status: fargate.StatusActive, Pods: stopped("", 0)},
		"delete profile a, until it is gone; it is DELETE_FAILED (InternalFailure: bad luck) and is tried again": {
			Action: remove, Until: gone, Status: fargate.StatusDeleteFailed, Health: unlucky,
		},
		"delete profile a, until it is gone; it is CREATE_FAILED and takes no pods": {
			Action: remove, Until: gone, Status: fargate.StatusCreateFailed,
		},
		"delete profile a, until it is gone; its pods are stopped at once, their replacements hit b; pods labelled " +
			"eks.amazonaws.com/fargate-profile=a stay Pending until they are recreated after step 3": {
			Action: remove, Until: gone, Pods: stopped("b", 3),
		},
		"delete profile a, until it is gone; it was temporary; pods are stopped a second time, their replacements hit the " +
			"new b": {Action: remove, Until: gone, As: plan.AsTemporary, Pods: stopped("b", 0)},
		"drain profile a, until it has no pods, for 15m0s at most; the owners of its pods are restarted one after another; " +
			"their new pods hit b, which sorts before it": {
			Action: plan.StepDrain, Until: plan.UntilDrained, Limit: "15m0s",
			Pods: &plan.StepPods{Effect: plan.PodsRestarted, To: "b"},
		},
	} {
		s.Profile = "a"
		p := plan.New("demo", "test")
		p.Steps = []plan.Step{s}
		if got := Plan(p, 0, "", "")[1].Text; got != "  1. "+want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A warning that several selectors share stands once.
func TestPlanSaysAWarningOnce(t *testing.T) {
	p := plan.New("demo", "delete")
	for _, namespace := range []string{"a", "b", "a"} {
		p.Selectors = append(p.Selectors, plan.Selector{
			Selector: fargate.Selector{Namespace: namespace}, Covered: fargate.ExtentNone,
		})
	}
	lines := Plan(p, 0, "Warning: ", "")
	if len(lines) != 2 || !strings.HasSuffix(lines[1].Text, "may stay Pending: namespace=a; namespace=b") {
		t.Errorf("got %v", lines)
	}
}
