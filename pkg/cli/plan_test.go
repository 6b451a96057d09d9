package cli

import (
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// What a plan says of a selector follows from how much of it is covered.
func TestPlanSelectorLines(t *testing.T) {
	web := fargate.Selector{Namespace: "web"}
	shape := &podShape{Namespace: "web", Labels: map[string]string{"app": "x"}}
	for _, c := range []struct {
		s    planSelector
		want string
		risk bool
	}{
		{planSelector{Selector: web, Covered: fargate.ExtentWhole, By: []string{"a", "b"}}, "pods of namespace=web move to a, b", false},
		{planSelector{Selector: web, Covered: fargate.ExtentWhole, By: []string{"a", "b"}, ambiguous: true}, "pods of namespace=web become ambiguous between a and b", false},
		{planSelector{Selector: web, Profile: "b", Covered: fargate.ExtentWhole, By: []string{"a", "b"}}, "pods of namespace=web move to a, the new b", false},
		{planSelector{Selector: web, Covered: fargate.ExtentNone, Undecided: true}, "no other profile is known to take them", true},
		{planSelector{Selector: web, Covered: fargate.ExtentPart, By: []string{"a"}, Loses: shape}, "only a part of them would move, to a; for example a pod in namespace web, app=x", true},
		{planSelector{Selector: web, Covered: fargate.ExtentNone, Loses: shape}, "no other ACTIVE profile covers them", true},
		{planSelector{Selector: web, Covered: fargate.ExtentPart, By: []string{"a"}, Undecided: true}, "whether a cover them all could not be decided", true},
		{planSelector{Selector: web, Profile: "p", Index: 2, Covered: fargate.ExtentNone, idle: true}, "selector 2 of p, namespace=web, takes no pods now", false},
	} {
		text, risk := c.s.line()
		if !strings.Contains(text, c.want) || risk != c.risk {
			t.Errorf("got %q, %v; want %q, %v", text, risk, c.want, c.risk)
		}
	}
}
