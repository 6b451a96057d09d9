package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

const active = fargate.StatusActive

// there is a profile of the cluster that stands for one of a file, by the tag of apply.
func there(name, inFile, namespace string, status fargate.Status) fargate.Profile {
	p := profile(name, namespace, status)
	p.Tags = map[string]string{"team": "a"}
	if inFile != "" {
		p.Tags[decision.TagApplied] = inFile
	}
	return p
}

// replaces is a profile that an earlier run has made in the place of another.
func replaces(p fargate.Profile, name string, keep bool) fargate.Profile {
	p.Tags[decision.TagReplaces], p.Tags[decision.TagReplacesID] = name, "1"
	if keep {
		p.Tags[decision.TagTemporary] = "true"
	}
	return p
}

// goal is a file with profiles as name=namespace; a + behind that has the name kept, a ! has another tag.
func goal(prune decision.Prune, entries ...string) decision.Goal {
	g := decision.Goal{Cluster: "demo", Prune: prune}
	for i, text := range entries {
		name, namespace, _ := strings.Cut(text, "=")
		e := decision.Entry{
			Profile: there(name, "", strings.Trim(namespace, "+!"), ""), KeepName: strings.HasSuffix(namespace, "+"), File: "f.yaml", Line: i + 1,
		}
		if e.ARN = ""; strings.HasSuffix(namespace, "!") {
			e.Tags["team"] = "b"
		}
		g.Entries = append(g.Entries, e)
	}
	return g
}

func decided(t *testing.T, g decision.Goal, have []fargate.Profile) decision.Changes {
	t.Helper()
	c, err := g.Decide(have)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// How a profile of the file and what there is of it differ, and what is done about it.
func TestChangesOf(t *testing.T) {
	adopting := goal(decision.PruneNone, "web=web")
	adopting.Adopt = true
	mine := func(status fargate.Status) []fargate.Profile {
		return []fargate.Profile{there("web", "web", "web", status)}
	}
	for _, c := range []struct {
		why  string
		goal decision.Goal
		have []fargate.Profile
		// name@file:line kind action before→after, applied, the fields that differ, what is requested; with | between
		want    string
		pending int
	}{
		{"nothing", goal(decision.PruneAll), nil, "", 0},
		{"new", goal("", "web=web"), nil, "web@f.yaml:1 added create →web (selectors tags.team) requests web", 1},
		{"it is being made", goal("", "web=web"), mine(fargate.StatusCreating), "web@f.yaml:1 added wait web→web applied (selectors tags.team)", 1},
		{"it failed", goal("", "web=web"), mine(fargate.StatusCreateFailed), "web@f.yaml:1 added create web→web applied (selectors tags.team) requests web", 1},
		{"as the file", goal("", "web=web"), mine(active), "web@f.yaml:1 same none web→web applied ()", 0},
		{"somebody else made it", goal("", "web=web"), []fargate.Profile{there("web", "", "web", active)}, "web@f.yaml:1 same none web→web ()", 0},
		{"it is adopted", adopting, []fargate.Profile{there("web", "", "web", active)}, "web@f.yaml:1 changed tag web→web (tags.fgctl:applied)", 1},
		{"tags alone", goal("", "web=web!"), mine(active), "web@f.yaml:1 changed tag web→web applied (tags.team)", 1},
		{"changed", goal("", "web=shop"), mine(active), "web@f.yaml:1 changed replace web→web-2 applied (selectors) requests web-2", 1},
		{"changed, and the name is kept", goal("", "web=shop+"), mine(active), "web@f.yaml:1 changed replace web→web applied (selectors) requests web-tmp", 1},
		{
			"it lives under a later name", goal("", "web=shop"),
			[]fargate.Profile{there("web-3", "web", "web", active)},
			"web@f.yaml:1 changed replace web-3→web-4 applied (selectors) requests web-4", 1,
		},
		{
			"a replacement is under way", goal("", "web=shop"), append(mine(active), replaces(there("web-2", "web", "shop", active), "web", false)),
			"web@f.yaml:1 changed finish web→web-2 applied (selectors)", 1,
		},
		{
			"one that keeps the name", goal("", "web=shop+"), append(mine(active), replaces(there("web-tmp", "web", "shop", active), "web", true)),
			"web@f.yaml:1 changed finish web→web applied (selectors)", 1,
		},
		{
			"the original is gone already", goal("", "web=shop+"),
			[]fargate.Profile{replaces(there("web-tmp", "web", "shop", active), "web", true)},
			"web@f.yaml:1 changed finish →web ()", 1,
		},
		{
			"not in the file any more", goal(decision.PruneApplied),
			[]fargate.Profile{there("web-3", "web", "web", active), there("x", "", "x", active)},
			"web@:0 removed delete web-3→ applied ()|x@:0 unmanaged none x→x ()", 1,
		},
		{"nobody's goes too", goal(decision.PruneAll), []fargate.Profile{there("x", "", "x", active)}, "x@:0 removed delete x→ ()", 1},
		{
			"it stays although the file had it", goal(""),
			[]fargate.Profile{there("web-3", "web", "web", active)},
			"web@:0 removed none web-3→web-3 applied ()", 0,
		},
		{
			"the file's order, then the others", goal(decision.PruneApplied, "b=b", "a=a"),
			[]fargate.Profile{there("0", "", "o", active), there("1", "1", "i", active)},
			"b@f.yaml:1 added create →b (selectors tags.team) requests b|a@f.yaml:2 added create →a (selectors tags.team) requests a|" +
				"1@:0 removed delete 1→ applied ()|0@:0 unmanaged none 0→0 ()", 3,
		},
	} {
		var got []string
		changes := ChangesOf(decided(t, c.goal, c.have))
		for _, change := range changes {
			text := fmt.Sprintf("%s@%s:%d %s %s %s→%s", change.Name, change.File, change.Line, change.Kind, change.Action, change.Before, change.After)
			if change.Applied {
				text += " applied"
			}
			var fields []string
			for _, d := range change.Differences {
				fields = append(fields, d.Field)
			}
			text += " (" + strings.Join(fields, " ") + ")"
			if r := change.Request; r != nil {
				text += " requests " + r.FargateProfileName
				original := ""
				if change.Kind == Changed {
					original = change.Before
				}
				if r.Tags[decision.TagApplied] != change.Name || r.Tags[decision.TagReplaces] != original {
					t.Errorf("%s: it is tagged %v", c.why, r.Tags)
				}
			}
			if change.Differences == nil {
				t.Errorf("%s: null differences in JSON", c.why)
			}
			got = append(got, text)
		}
		if s := strings.Join(got, "|"); s != c.want || Pending(changes) != c.pending {
			t.Errorf("%s: %d pending\ngot  %s\nwant %s", c.why, Pending(changes), s, c.want)
		}
	}
}

// The steps of a file in their order, and what becomes of the pods of what goes.
func TestApply(t *testing.T) {
	mine := func(status fargate.Status) []fargate.Profile {
		return []fargate.Profile{there("web", "web", "web", status)}
	}
	drained := goal("", "web=shop")
	drained.Drain = 5 * time.Minute
	for _, c := range []struct {
		why   string
		goal  decision.Goal
		have  []fargate.Profile
		steps string
		// selectors are the profile that goes, what is covered, and by whom
		selectors, changes string
		going              string // whose pods are gathered
	}{
		{why: "nothing", goal: goal("", "web=web"), have: mine(active)},
		{why: "what stays although the file had it is told", goal: goal(""), have: mine(active), changes: "web"},
		{why: "somebody's else is not", goal: goal(""), have: []fargate.Profile{there("web", "", "web", active)}},
		{
			why: "new ones, on which nothing relies", goal: goal("", "b=b", "a=a"), changes: "b a",
			steps: "create b until active, create a until active",
		},
		{
			why: "it is being made", goal: goal("", "web=web"), have: mine(fargate.StatusCreating), changes: "web",
			steps: "wait web until active is CREATING",
		},
		{
			why: "what failed goes before", goal: goal("", "web=web"), have: mine(fargate.StatusCreateFailed), changes: "web",
			steps: "delete web until gone is CREATE_FAILED, create web until active",
		},
		{
			why: "what is going is waited for", goal: goal("", "web=web"), have: mine(fargate.StatusDeleting), changes: "web",
			steps: "wait web until gone is DELETING, create web until active",
		},
		{why: "tags", goal: goal("", "web=web!"), have: mine(active), changes: "web", steps: "tag web"},
		{
			why: "it goes", goal: goal(decision.PruneApplied), have: mine(active), changes: "web", going: "web",
			steps: "delete web until gone is ACTIVE stopped", selectors: "web none by []",
		},
		{
			why: "a new one takes its pods", goal: goal(decision.PruneApplied, "all=*"), have: mine(active), changes: "all web", going: "web",
			steps:     "create all until active settle 30s, delete web until gone is ACTIVE stopped",
			selectors: "web whole by [all]",
		},
		{
			why: "a replacement", goal: goal("", "web=web*"), have: mine(active), changes: "web", going: "web",
			steps:     "create web-2 until active settle 30s, delete web until gone stopped to web-2",
			selectors: "web whole by [web-2]",
		},
		{
			why: "a replacement that covers less", goal: goal("", "web=shop"), have: mine(active), changes: "web", going: "web",
			steps:     "create web-2 until active settle 30s, delete web until gone stopped to web-2",
			selectors: "web none by []",
		},
		{
			why: "a drain", goal: drained, have: mine(active), changes: "web", going: "web",
			steps: "create 9-web until active settle 30s, drain web until drained limit 5m0s restarted to 9-web, " +
				"delete web until gone stopped to 9-web",
			selectors: "web none by []",
		},
		{
			why: "the name is kept, and its step is counted among all", goal: goal("", "a=a", "web=web*+"), have: mine(active), changes: "a web", going: "web",
			steps: "create a until active settle 30s, create web-tmp until active settle 30s as temporary, " +
				"delete web until gone stopped to web-tmp recreate after 4, create web until active settle 30s as renewed, " +
				"delete web-tmp until gone as temporary stopped to web",
			selectors: "web whole by [web]",
		},
		{
			why: "a replacement is under way", goal: goal("", "web=web*"), changes: "web", going: "web",
			have:  append(mine(active), replaces(there("web-2", "web", "web*", active), "web", false)),
			steps: "delete web until gone stopped to web-2", selectors: "web whole by [web-2]",
		},
		{
			why: "its original is gone", goal: goal("", "web=web*+"), changes: "web",
			have:  []fargate.Profile{replaces(there("web-tmp", "web", "web*", active), "web", true)},
			steps: "create web until active as renewed, delete web-tmp until gone as temporary stopped to web",
		},
		{
			why: "two change places", goal: goal("", "a=b", "b=a"), changes: "a b", going: "a b",
			have: []fargate.Profile{there("a", "a", "a", active), there("b", "b", "b", active)},
			steps: "create a-2 until active settle 30s, create b-2 until active settle 30s, " +
				"delete a until gone stopped to a-2, delete b until gone stopped to b-2",
			selectors: "a whole by [b-2], b whole by [a-2]",
		},
	} {
		changes := decided(t, c.goal, c.have)
		p := Apply(changes, 30*time.Second, nil)
		var steps, selectors, names []string
		for _, s := range p.Steps {
			steps = append(steps, told(s))
		}
		isUncovered := false
		for _, s := range p.Selectors {
			selectors = append(selectors, fmt.Sprintf("%s %s by %v", s.Profile, s.Covered, s.By))
			isUncovered = isUncovered || s.Covered != fargate.ExtentWhole
		}
		for _, change := range p.Changes {
			names = append(names, change.Name)
		}
		if got := strings.Join(steps, ", "); got != c.steps || p.Action == "apply" != (c.steps != "") {
			t.Errorf("%s: %s\ngot  %s\nwant %s", c.why, p.Action, got, c.steps)
		}
		if got := strings.Join(selectors, ", "); got != c.selectors || p.Uncovered != isUncovered {
			t.Errorf("%s: %s, uncovered is %t; want %s", c.why, got, p.Uncovered, c.selectors)
		}
		if got := strings.Join(names, " "); got != c.changes {
			t.Errorf("%s: it tells of %q, want %q", c.why, got, c.changes)
		}
		if pods := PodsOfAll(changes); (pods == nil) != (c.going == "") {
			t.Errorf("%s: pods are gathered: %t", c.why, pods != nil)
		} else if pods != nil {
			for _, name := range append(strings.Fields(c.going), "other") {
				pods.Add(on(name, "x", "shop"))
			}
			var from []string
			for _, i := range pods.impact.Pods() {
				from = append(from, i.From)
			}
			if got := strings.Join(slices.Sorted(slices.Values(from)), " "); got != c.going {
				t.Errorf("%s: the pods of %q go, want %q", c.why, got, c.going)
			}
			if read := Apply(changes, 0, pods).PodsRead; read != len(strings.Fields(c.going))+1 {
				t.Errorf("%s: the plan knows of %d pods", c.why, read)
			}
		}
	}
}

// told writes down a step in full.
func told(s Step) string {
	out := s.Action + " " + s.Profile
	for _, part := range [][2]string{
		{"until", s.Until}, {"settle", s.Settle}, {"limit", s.Limit}, {"is", string(s.Status)}, {"as", s.As},
	} {
		if part[1] != "" {
			out += " " + part[0] + " " + part[1]
		}
	}
	if s.Pods != nil {
		out += " " + s.Pods.Effect
		if s.Pods.To != "" {
			out += " to " + s.Pods.To
		}
		if s.Pods.RecreateAfter > 0 {
			out += fmt.Sprintf(" recreate after %d", s.Pods.RecreateAfter)
		}
	}
	return out
}

// Pods move to what the file makes, and are gone from what goes, whichever of the decisions comes first.
func TestPodsOfAll(t *testing.T) {
	have := []fargate.Profile{there("old", "old", "old", active), there("web", "web", "web", active), there("bad", "bad", "new", fargate.StatusCreateFailed)}
	pods := PodsOfAll(decided(t, goal(decision.PruneApplied, "bad=new", "web=old", "more=web"), have))
	for _, namespace := range []string{"old", "web", "new"} {
		pods.Add(pod(namespace, namespace))
	}
	var got []string
	for _, i := range pods.impact.Pods() {
		got = append(got, fmt.Sprintf("%s: %s→%s", i.Namespace, i.From, strings.Join(i.To, " ")))
	}
	if want := []string{"old: old→web-2", "web: web→more"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
