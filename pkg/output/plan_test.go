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
