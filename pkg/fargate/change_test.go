package fargate

import (
	"reflect"
	"strings"
	"testing"
)

func TestSuccessor(t *testing.T) {
	original := Profile{
		Name: "web", ARN: "arn", Status: StatusActive, PodExecutionRoleARN: "role", Subnets: []string{"s1"},
		Selectors: parsed(t, "namespace=a", "namespace=b,app=x"), Tags: map[string]string{"team": "one"}, Issues: []HealthIssue{{Code: "x"}},
	}
	for _, c := range []struct {
		why         string
		wanted      Profile
		add, remove []string
		want        func(*Profile)
		selectors   string
		faults      string
	}{
		{why: "nothing", selectors: "namespace=a; namespace=b,app=x"},
		{why: "selectors take the place of all", wanted: Profile{Selectors: parsed(t, "namespace=c")}, selectors: "namespace=c"},
		{why: "one more, one less", add: []string{"namespace=c"}, remove: []string{"namespace=a"}, selectors: "namespace=b,app=x; namespace=c"},
		{why: "one that is there is not added", add: []string{"namespace=b,app=x"}, selectors: "namespace=a; namespace=b,app=x"},
		{why: "the same one goes and comes", add: []string{"namespace=a"}, remove: []string{"namespace=a"}, selectors: "namespace=b,app=x; namespace=a"},
		{
			why: "the rest", wanted: Profile{PodExecutionRoleARN: "other", Subnets: []string{"s2"}, Tags: map[string]string{"cost": "two"}},
			selectors: "namespace=a; namespace=b,app=x",
			want: func(p *Profile) {
				p.PodExecutionRoleARN, p.Subnets, p.Tags = "other", []string{"s2"}, map[string]string{"cost": "two", "team": "one"}
			},
		},
		{
			why: "every one that is not there", remove: []string{"namespace=c", "namespace=b", "namespace=a"},
			faults: "--remove-selector namespace=c: profile web has no such selector; it has namespace=a; namespace=b,app=x\n" +
				"--remove-selector namespace=b: profile web has no such selector; it has namespace=a; namespace=b,app=x",
		},
		{
			why: "all of them", remove: []string{"namespace=a", "namespace=b,app=x"},
			faults: "--remove-selector leaves no selector of profile web; a profile has one at least",
		},
	} {
		change := Change{Wanted: c.wanted, Add: parsed(t, c.add...), Remove: parsed(t, c.remove...)}
		if change.Empty() != (c.why == "nothing") {
			t.Errorf("%s: empty is %t", c.why, change.Empty())
		}
		got, faults := change.Successor(original)
		if faults.Error() != c.faults {
			t.Errorf("%s: %s", c.why, faults)
		}
		if c.faults != "" {
			continue
		}
		want := original.Clone()
		want.ARN, want.Status, want.Issues = "", "", nil
		want.Selectors = parsed(t, strings.Split(c.selectors, "; ")...)
		if c.want != nil {
			c.want(&want)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", c.why, got, want)
		}
	}
	if got, _ := (Change{Wanted: Profile{Tags: map[string]string{"a": "b"}}}).Successor(Profile{Selectors: parsed(t, "namespace=a")}); got.Tags["a"] != "b" {
		t.Errorf("a first tag: %v", got.Tags)
	}
}

func TestContradiction(t *testing.T) {
	successor := Profile{Selectors: parsed(t, "namespace=a", "namespace=b")}
	for _, c := range []struct {
		why, want   string
		add, remove []string
	}{
		{why: "nothing is asked for"},
		{why: "both are as asked for", add: []string{"namespace=b"}, remove: []string{"namespace=c"}},
		{why: "taken away and added", add: []string{"namespace=a"}, remove: []string{"namespace=a"}},
		{why: "not added", add: []string{"namespace=c"}, want: "it has no selector namespace=c"},
		{why: "not taken away", remove: []string{"namespace=a"}, want: "it has the selector namespace=a"},
	} {
		if got := (Change{Add: parsed(t, c.add...), Remove: parsed(t, c.remove...)}).Contradiction(successor); got != c.want {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
	}
}
