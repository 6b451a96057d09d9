package output

import (
	"slices"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/price"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/plan"
)

var (
	shop  = kube.Owner{Kind: "Deployment", Name: "shop"}
	batch = kube.Owner{Kind: "Job", Name: "batch"}
	rates = price.Rates{Region: "eu-west-1", VCPUHour: 0.04048, GBHour: 0.004445, Source: "prices.json", Date: "2026-11"}
)

// saysOf returns the lines of a plan below its head, each warning behind an exclamation mark.
func saysOf(p *plan.Plan, width int) string {
	var out []string
	for _, l := range Plan(p, width, "! ", "  ")[1:] {
		if l.Risk != strings.HasPrefix(l.Text, "! ") {
			l.Text = "a risk without its mark: " + l.Text
		}
		out = append(out, l.Text)
	}
	return strings.Join(out, "\n")
}

// What becomes of pods while their profile is drained: who is restarted, and whom the deletion stops all the same. Five
// pods of an owner are named at most.
func TestPlanDrains(t *testing.T) {
	six := []string{"p1", "p2", "p3", "p4", "p5", "p6"}
	for _, c := range []struct {
		name string
		d    decision.Drain
		want string
	}{
		{"nobody", decision.Drain{}, "     no pod is on web now"},
		{"all are leaving", decision.Drain{Leaving: 2}, ""},
		{"moves", decision.Drain{Moves: []decision.Move{{Namespace: "ns", Owner: shop, Pods: six[:1], To: "web-2"}}}, "     restart Deployment/shop in namespace ns: 1 pod, from web to web-2"},
		{
			"stays",
			decision.Drain{Stays: []decision.Move{{Namespace: "ns", Owner: batch, Pods: six, Why: "a Job is not restarted"}}},
			"! Job/batch in namespace ns is not restarted, and the deletion of web stops its 6 pods (p1, p2, p3, p4, p5): a Job is not restarted",
		},
	} {
		p := plan.New("demo", "replace")
		c.d.Profile = "web"
		p.AddDrain(c.d, nil)
		if got := saysOf(p, 0); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// What pods cost stands with them; what is not known is counted and not priced.
func TestPlanPrices(t *testing.T) {
	p := plan.New("demo", "replace")
	p.AddDrain(decision.Drain{
		Profile: "web",
		Moves: []decision.Move{
			{Namespace: "ns", Owner: shop, Pods: []string{"a", "b"}, To: "web-2", Price: price.Pod{TotalMonth: 20.5, SavesMonth: 4.25}},
			{Namespace: "ns", Owner: kube.Owner{Kind: "Deployment", Name: "odd"}, Pods: []string{"d", "e"}, To: "web-2"},
		},
		Stays: []decision.Move{{Namespace: "ns", Owner: batch, Pods: []string{"c"}, Why: "w", Price: price.Pod{TotalMonth: 9.5}}},
	}, &rates)
	const prices = "     Prices: eu-west-1, $0.04048 a vCPU-hour, $0.004445 a GB-hour, as of 2026-11, from prices.json."
	if got, want := saysOf(p, 0), `     restart Deployment/shop in namespace ns: 2 pods, $20.50 a month, from web to web-2
     restart Deployment/odd in namespace ns: 2 pods, from web to web-2
! Job/batch in namespace ns is not restarted, and the deletion of web stops its 1 pod (c, $9.50 a month): w
     Deployment/shop in namespace ns: a smaller size would save $4.25 a month
     That costs $30.00 a month (730 hours), of which the smaller sizes would save $4.25, `+price.LeftOut+`.
`+prices+`
     2 pods of unknown size not counted.`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	p = plan.New("demo", "delete")
	p.Pods = []fargate.PodImpact{
		{Namespace: "ns", Owner: shop, Pods: 2, From: "web", Fate: fargate.FatePending, Price: price.Pod{TotalMonth: 12, SavesMonth: 1}},
		{Namespace: "ns", Owner: batch, Pods: 1, From: "web", Fate: fargate.FateMoves, To: []string{"b"}},
	}
	p.PodsRead, p.Price = 2, &plan.Price{Total: *price.NewTotal(price.Rates{Region: "eu-west-1", VCPUHour: 1, GBHour: 2, Source: "s"}), OffMonth: 12}
	p.Price.Month = 12
	if got, want := saysOf(p, 0), `     NAMESPACE  OWNER            PODS  USD/MONTH  FROM  WHAT BECOMES OF THEM
     ns         Deployment/shop  2     12.00      web   stays Pending
     ns         Job/batch        1     unknown    web   moves to profile b
     Deployment/shop in namespace ns: a smaller size would save $1.00 a month
     That costs $12.00 a month (730 hours), `+price.LeftOut+`.
     Prices: eu-west-1, $1 a vCPU-hour, $2 a GB-hour, as of an unknown date, from s.
     1 pod of unknown size not counted.
     $12.00 of it is what the pods cost that no profile takes afterwards.`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	p.Pods = nil
	if got := saysOf(p, 0); got != "     none of the 2 pods that were read is on a profile that goes" {
		t.Errorf("where no pod is concerned nothing costs: got\n%s", got)
	}
}

// Each fate has its words, and a pod that does not come back by itself a warning that says what to do.
func TestPlanPods(t *testing.T) {
	p := plan.New("demo", "replace")
	hit := func(name string, fate fargate.Fate, to ...string) fargate.PodImpact {
		return fargate.PodImpact{Namespace: "ns", Owner: kube.Owner{Kind: "Pod", Name: name}, Pods: 1, From: "web", Fate: fate, To: to}
	}
	pinned, lone := hit("e", fargate.FatePending), hit("g", fargate.FateMoves, "b")
	pinned.Pinned, lone.Unowned = true, true
	p.Pods = []fargate.PodImpact{
		hit("a", fargate.FateMoves, "b"), hit("b", fargate.FateMoves, "web"), hit("c", fargate.FateAmbiguous, "x", "y"),
		hit("d", fargate.FateLeaves), pinned, hit("f", fargate.FatePending), lone,
	}
	p.Budgets = []fargate.BrokenBudget{{Namespace: "ns", Name: "pdb", Pods: 3, Stopped: 2, Allowed: 1}}
	p.PodsRead = 9
	const table = `     NAMESPACE  OWNER  PODS  FROM  WHAT BECOMES OF THEM
     ns         Pod/a  1     web   moves to profile b
     ns         Pod/b  1     web   moves to the new profile web
     ns         Pod/c  1     web   becomes ambiguous between x and y
     ns         Pod/d  1     web   leaves Fargate, by its annotation
     ns         Pod/e  1     web   stays Pending: pinned to web
     ns         Pod/f  1     web   stays Pending
     ns         Pod/g  1     web   moves to profile b
`
	const pin = "! Pod/e in namespace ns is pinned to web: change the label eks.amazonaws.com/fargate-profile in its pod template"
	const rest = "! Pod/g in namespace ns has no owner that would make it again: recreate it when profile web is gone\n" +
		"! PodDisruptionBudget pdb in namespace ns lets 1 of its 3 pods go at a time; the deletion stops 2 at once, whatever it says"
	if got := saysOf(p, 0); got != table+pin+"\n"+rest {
		t.Errorf("got\n%s\nwant\n%s", got, table+pin+"\n"+rest)
	}
	// Where the name comes back the pod may wait for that instead.
	p.Steps = []plan.Step{{Action: plan.StepCreate, Profile: "web"}, {Action: plan.StepCreate, Profile: "b"}}
	if got := saysOf(p, 0); !strings.Contains(got, "\n"+pin+", or recreate its pods when the new web is ACTIVE\n") {
		t.Errorf("got\n%s", got)
	}
	p.Steps[0].Profile = "other"
	if got := saysOf(p, 0); !strings.Contains(got, "\n"+pin+"\n") {
		t.Errorf("another profile is created: got\n%s", got)
	}
	// On a terminal nothing runs over; the table breaks its cells, and the lines below it hang.
	for line := range strings.SplitSeq(saysOf(p, 50), "\n") {
		if displayWidth(line) > 50 {
			t.Errorf("too wide: %s", line)
		}
	}
	for read, want := range map[int]string{
		-1: "", 0: "     none of the 0 pods that were read is on a profile that goes", 1: "     the pod that was read is not on a profile that goes",
		2: "     none of the 2 pods that were read is on a profile that goes",
	} {
		p := plan.New("demo", "delete")
		if p.PodsRead = read; saysOf(p, 0) != want {
			t.Errorf("%d read: got %q", read, saysOf(p, 0))
		}
	}
}

// A role stays where something uses it, and goes only where that was asked for; what was not looked at is said.
func TestPlanRoles(t *testing.T) {
	for want, r := range map[string]plan.Role{
		"role pods stays: it is used by profile a, b": {Action: plan.StepDelete, UsedBy: []string{"a", "b"}},
		"role pods, which fgctl made, is used by no other profile of cluster demo; --delete-pod-execution-role removes it": {Action: "none", Clusters: 1},
		"then role pods is removed: fgctl made it for cluster demo, and of the clusters that were looked at (3) no other profile uses it": {
			Action: plan.StepDelete, Clusters: 3,
		},
		"then role pods is removed: fgctl made it for cluster demo, and of the clusters that were looked at (1) no other profile uses it; " +
			"not looked at: cluster x, region y": {Action: plan.StepDelete, Clusters: 1, Unseen: []string{"cluster x", "region y"}},
	} {
		p := plan.New("demo", "delete")
		r.Name, r.Cluster = "pods", "demo"
		p.Roles = []plan.Role{r}
		if got := saysOf(p, 0); got != "     "+want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// The head says where there is nothing to do, and what differs stands above the steps.
func TestPlanHead(t *testing.T) {
	p := plan.New("demo", "none")
	if got := Plan(p, 0, "", ""); len(got) != 1 || got[0].Text != "Plan for cluster demo: nothing to do" {
		t.Errorf("got %v", got)
	}
	p.Differences = []fargate.Difference{{Field: "tags.a", Have: "x\x1b[31m", Want: "y"}}
	p.Steps = []plan.Step{{Action: plan.StepDelete, Profile: "web"}}
	lines := Plan(p, 0, "", "")
	if len(lines) != 3 || lines[0].Text != "Plan for cluster demo:" || lines[1].Text != "     tags.a: x → y" || lines[2].Text != "  1. delete profile web" {
		t.Errorf("got %v", lines)
	}
}

// Each action has its words; a name that a replacement has now stands before them.
func TestWhatAChangeDoes(t *testing.T) {
	change := func(kind plan.ChangeKind, action, before, after string) plan.Change {
		return plan.Change{Name: "web", Kind: kind, Action: action, Before: before, After: after}
	}
	for _, c := range []struct {
		change plan.Change
		want   string
	}{
		{change(plan.Added, "create", "", "web"), "+ web is created"},
		{change(plan.Added, "create", "web", "web"), "+ web is removed, as it is of no use, and created"},
		{change(plan.Added, "create", "web-2", "web"), "+ web (now web-2) is removed, as it is of no use, and created"},
		{change(plan.Added, "wait", "web", "web"), "+ web is being created already"},
		{change(plan.Changed, "replace", "web", "web"), "~ web is replaced under its own name"},
		{change(plan.Changed, "replace", "web", "web-2"), "~ web is replaced by web-2"},
		{change(plan.Changed, "finish", "web", "web"), "~ web is being replaced under its own name, which is finished"},
		{change(plan.Changed, "finish", "web", "web-2"), "~ web is being replaced by web-2, which is finished"},
		{change(plan.Changed, "tag", "web-2", "web-2"), "~ web (now web-2) is tagged in place"},
		{change(plan.Removed, "delete", "web", ""), "- web is not in the file and is deleted"},
		{change(plan.Removed, "none", "web", "web"), "- web is not in the file any more and stays; --prune deletes it"},
		{change(plan.Unmanaged, "none", "web", "web"), "? web is not in the file, was not made by apply, and stays"},
		{change(plan.Same, "none", "web", "web"), "= web is as the file has it"},
	} {
		if got := Changes("demo", []plan.Change{c.change}, 0); !strings.HasSuffix(got, "\n  "+c.want+"\n") {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	counted := []plan.Change{change(plan.Same, "none", "a", "a"), change(plan.Added, "create", "", "b"), change(plan.Same, "none", "c", "c")}
	if got := CountChanges(counted); got != "1 added, 2 same" {
		t.Errorf("got %q", got)
	}
}

// A report has an error where apply has something to do, a note for what stays besides the file, and passes the rest.
func TestChangeEntries(t *testing.T) {
	changes := []plan.Change{
		{
			Name: "web", Kind: plan.Changed, Action: "tag", File: "p.yaml", Line: 4, Before: "web", After: "web",
			Differences: []fargate.Difference{{Field: "tags.a", Want: "x"}},
		},
		{Name: "old", Kind: plan.Removed, Action: "none", Before: "old", After: "old"},
		{Name: "same", Kind: plan.Same, Action: "none", Before: "same", After: "same"},
	}
	entries := ChangeEntries("demo", "profiles", changes)
	for i, want := range []struct{ level, failure string }{
		{"error", "profile web of cluster demo is tagged in place\ntags.a: none → x"}, {"note", ""}, {"", ""},
	} {
		e, level := entries[i], ""
		if len(e.Findings) > 0 {
			level = e.Findings[0].Level
			if e.Findings[0].Rule != string(changes[i].Kind) || e.Findings[0].Text != e.Text {
				t.Errorf("got %+v", e)
			}
		}
		if level != want.level || e.Failure != want.failure || e.Suite != "demo" || e.Name != changes[i].Name ||
			e.Place != "profiles/"+changes[i].Name || e.File != changes[i].File || e.Line != changes[i].Line {
			t.Errorf("got %+v, want %+v", e, want)
		}
	}
	// Every kind that may be found has a rule.
	for _, kind := range []plan.ChangeKind{plan.Added, plan.Changed, plan.Removed, plan.Unmanaged} {
		if !slices.ContainsFunc(ChangeRules(), func(r Rule) bool { return r.ID == string(kind) && r.Meaning != "" && r.Page != "" }) {
			t.Errorf("no rule for %s", kind)
		}
	}
}
