package decision

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// goal is a file with a profile for each name, which takes the namespaces that stand behind it.
func goal(prune Prune, files map[string]string) Goal {
	g := Goal{Cluster: "demo", Prune: prune}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		p := wanted(name, "")
		p.Selectors = nil
		for _, namespace := range strings.Fields(files[name]) {
			p.Selectors = append(p.Selectors, fargate.Selector{Namespace: namespace})
		}
		g.Entries = append(g.Entries, Entry{Profile: p})
	}
	return g
}

// there is a profile of the cluster, with the tag of apply unless the name in the file is empty.
func there(name, inFile, namespaces string, status fargate.Status) fargate.Profile {
	p := goal(PruneNone, map[string]string{name: namespaces}).Entries[0].Profile
	p.ARN, p.Status, p.Tags = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/"+name+"/1", status, map[string]string{}
	if inFile != "" {
		p.Tags[TagApplied] = inFile
	}
	return p
}

// turns names what is done, in its order: what a turn makes has a +, what goes a -.
func turns(changes Changes) string {
	var texts []string
	for _, turn := range changes.Turns {
		switch d := changes.Decisions[turn.Index]; {
		case turn.MakeOnly, d.Action == Make:
			texts = append(texts, "+"+d.Wanted.Name)
		default:
			texts = append(texts, "-"+d.Name)
		}
	}
	return strings.Join(texts, " ")
}

// In which order a file's changes are done.
func TestSchedule(t *testing.T) {
	const active = fargate.StatusActive
	replaces := func(p fargate.Profile, name string) fargate.Profile {
		p.Tags[TagReplaces], p.Tags[TagReplacesID] = name, "1"
		return p
	}
	kept := goal(PruneNone, map[string]string{"a": "x y"})
	kept.Entries[0].KeepName = true
	ten := []fargate.Profile{there("old", "old", "o", active), there("a", "a", "x", active)}
	for i := range 8 {
		ten = append(ten, there(fmt.Sprintf("p%d", i), "", fmt.Sprintf("p%d", i), active))
	}
	for _, c := range []struct {
		why  string
		goal Goal
		have []fargate.Profile
		want string
	}{
		{"nothing", goal(PruneApplied, nil), nil, ""},
		{"nothing differs", goal(PruneApplied, map[string]string{"a": "x"}), []fargate.Profile{there("a", "a", "x", active)}, ""},
		{"as the file", goal(PruneNone, map[string]string{"b": "y", "a": "x"}), nil, "+a +b"},
		{
			"made before anything goes", goal(PruneApplied, map[string]string{"a": "x z", "n": "o"}),
			[]fargate.Profile{there("a", "a", "x", active), there("old", "old", "o", active)},
			"+a-2 +n -a -old",
		},
		{
			"two change places", goal(PruneNone, map[string]string{"a": "y", "b": "x"}),
			[]fargate.Profile{there("a", "a", "x", active), there("b", "b", "y", active)},
			"+a-2 +b-2 -a -b",
		},
		{
			"of two that overlap the later name goes first", goal(PruneApplied, nil),
			[]fargate.Profile{there("a", "a", "x", active), there("b", "b", "x", active)},
			"-b -a",
		},
		{"the name is kept", kept, []fargate.Profile{there("a", "a", "x", active)}, "+a-tmp -a"},
		{
			"what EKS is at comes first", goal(PruneApplied, map[string]string{"a": "x", "b": "y"}),
			[]fargate.Profile{there("b", "b", "y", fargate.StatusCreating)},
			"+b +a",
		},
		{
			"what is going comes first", goal(PruneApplied, map[string]string{"a": "x"}),
			[]fargate.Profile{there("b", "b", "y", fargate.StatusDeleting)},
			"-b +a",
		},
		{
			"a replacement goes on", goal(PruneNone, map[string]string{"a": "x y", "n": "o"}),
			[]fargate.Profile{there("a", "a", "x", active), replaces(there("a-2", "a", "x y", active), "a")},
			"+n -a",
		},
		{
			"what EKS makes for a replacement does not let its original go first", goal(PruneNone, map[string]string{"c": "y", "d": "x"}),
			[]fargate.Profile{there("c", "c", "x y", active), replaces(there("c-2", "c", "y", fargate.StatusCreating), "c"), there("d", "d", "z", active)},
			"+c-2 +d-2 -c -d",
		},
		{
			"what EKS makes does not go before what takes its place", goal(PruneApplied, map[string]string{"a": "x y"}),
			[]fargate.Profile{there("a", "a", "x", active), there("b", "b", "y", fargate.StatusCreating)},
			"+a-2 -b -a",
		},
		{"what is covered makes room", goal(PruneApplied, map[string]string{"a": "x y"}), ten, "-old +a-2 -a"},
		{
			"what is covered makes room first", goal(PruneApplied, map[string]string{"a": "x y", "new": "z", "dup": "p1"}),
			append(ten[2:8:8], there("a", "a", "x", active), there("uncovered", "u", "u", active), there("covered", "c", "p1", active), there("dup", "dup", "p1", active)),
			"-covered +a-2 -a +new -uncovered",
		},
	} {
		changes, err := c.goal.Decide(c.have)
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		if text := turns(changes); text != c.want {
			t.Errorf("%s: %s, want %s", c.why, text, c.want)
		}
	}
}

// Which profile of the cluster stands for one of the file, and what the file comes to for it.
func TestDecideEntry(t *testing.T) {
	const active = fargate.StatusActive
	replaced := func(p fargate.Profile, name, id string) fargate.Profile {
		p.Tags[TagReplaces], p.Tags[TagReplacesID] = name, id
		return p
	}
	first := func(p fargate.Profile) fargate.Profile {
		p.Tags[TagFirst] = "web"
		return p
	}
	adopts := goal(PruneNone, map[string]string{"web": "x"})
	adopts.Adopt = true
	web := goal(PruneNone, map[string]string{"web": "x"})
	for _, c := range []struct {
		why    string
		goal   Goal
		have   []fargate.Profile
		action Action
		name, wanted,
		refusal string
	}{
		{why: "none", goal: web, action: Make, name: "web", wanted: "web"},
		{why: "by name", goal: web, have: []fargate.Profile{there("web", "", "x", active)}, action: Keep, name: "web", wanted: "web"},
		{why: "by name, adopted", goal: adopts, have: []fargate.Profile{there("web", "", "x", active)}, action: Tag, name: "web", wanted: "web"},
		{why: "adopted already", goal: adopts, have: []fargate.Profile{there("web", "web", "x", active)}, action: Keep, name: "web", wanted: "web"},
		{why: "by tag", goal: web, have: []fargate.Profile{there("web-3", "web", "x", active)}, action: Keep, name: "web-3", wanted: "web-3"},
		{
			why: "by tag before the name", goal: web, action: Keep, name: "web-3", wanted: "web-3",
			have: []fargate.Profile{there("web", "", "other", active), there("web-3", "web", "x", active)},
		},
		{why: "another selector", goal: web, have: []fargate.Profile{there("web-3", "web", "y", active)}, action: Begin, name: "web-3", wanted: "web-4"},
		{
			why: "replaced by hand", goal: web, have: []fargate.Profile{replaced(there("web-2", "", "x", active), "web", "1")},
			action: Keep, name: "web-2", wanted: "web-2",
		},
		{
			why: "replaced by hand twice", goal: web, have: []fargate.Profile{first(replaced(there("web-3", "", "x", active), "web-2", "1"))},
			action: Keep, name: "web-3", wanted: "web-3",
		},
		{
			why: "replaced by hand twice, to be replaced again", goal: web, action: Begin, name: "web-3", wanted: "web-4",
			have: []fargate.Profile{first(replaced(there("web-3", "", "y", active), "web-2", "1"))},
		},
		{
			why: "the second replacement by hand is under way", goal: web, action: Finish, name: "web-2", wanted: "web-3",
			have: []fargate.Profile{
				replaced(there("web-2", "", "y", active), "web", "1"), first(replaced(there("web-3", "", "x", active), "web-2", "1")),
			},
		},
		{
			why: "of the second replacement by hand the original went too soon", goal: web, action: Finish, name: "web-2", wanted: "web-3",
			have: []fargate.Profile{first(replaced(there("web-3", "", "x", fargate.StatusCreating), "web-2", "1"))},
		},
		{
			why: "replaced by hand twice, and made again", goal: web, action: Keep, name: "web", wanted: "web",
			have: []fargate.Profile{there("web", "", "x", active), first(replaced(there("web-3", "", "y", active), "web-2", "1"))},
		},
		{
			why: "the name is another's of the file", goal: goal(PruneNone, map[string]string{"web": "x", "web-2": "y"}),
			have: []fargate.Profile{replaced(there("web-2", "", "y", active), "web", "1")}, action: Make, name: "web", wanted: "web",
		},
		{
			why: "under way", goal: web, action: Finish, name: "web", wanted: "web-2",
			have: []fargate.Profile{there("web", "web", "y", active), replaced(there("web-2", "web", "x", fargate.StatusCreating), "web", "1")},
		},
		{
			why: "the original is gone", goal: web, action: Finish, name: "web", wanted: "web-2",
			have: []fargate.Profile{replaced(there("web-2", "web", "x", fargate.StatusCreating), "web", "1")},
		},
		{
			why: "the file has changed since", goal: web, refusal: "a replacement of web by web-2 is unfinished",
			have: []fargate.Profile{there("web", "web", "y", active), replaced(there("web-2", "web", "z", active), "web", "1")},
		},
		{why: "on its way", goal: web, have: []fargate.Profile{there("web", "web", "x", fargate.StatusCreating)}, action: Make, name: "web", wanted: "web"},
		{why: "another one is on its way", goal: web, have: []fargate.Profile{there("web", "web", "y", fargate.StatusCreating)}, refusal: "exists in cluster demo and differs"},
		{why: "it failed", goal: web, have: []fargate.Profile{there("web", "web", "y", fargate.StatusCreateFailed)}, action: Make, name: "web", wanted: "web"},
		{why: "another's failed", goal: web, have: []fargate.Profile{there("web", "", "x", fargate.StatusCreateFailed)}, refusal: "profile web is CREATE_FAILED"},
		{why: "it goes", goal: web, have: []fargate.Profile{there("web", "", "y", fargate.StatusDeleting)}, action: Make, name: "web", wanted: "web"},
		{why: "the tag is of another one", goal: web, have: []fargate.Profile{there("web", "api", "x", active)}, refusal: "profile web stands for api of a file"},
		{
			why: "two have the tag", goal: web, have: []fargate.Profile{there("web", "web", "x", active), there("web-2", "web", "x", active)},
			refusal: "profiles web, web-2 all stand for web of the file",
		},
	} {
		changes, err := c.goal.Decide(c.have)
		if c.refusal != "" {
			if err == nil || !strings.Contains(err.Error(), c.refusal) {
				t.Errorf("%s: %v, want %s", c.why, err, c.refusal)
			}
			continue
		}
		d := changes.Decisions[0]
		if err != nil || d.Action != c.action || d.Name != c.name || d.Wanted.Name != c.wanted {
			t.Errorf("%s: %v of %s, wanted %s (%v); want %v of %s, %s", c.why, d.Action, d.Name, d.Wanted.Name, err, c.action, c.name, c.wanted)
		}
	}
}

// Without a free slot something goes first; where the quota was raised beyond the default it is not known, and is no
// bound.
func TestScheduleSlots(t *testing.T) {
	for _, c := range []struct {
		have, slots int
		want        string
	}{
		{have: 1, want: "+n -old"},
		{have: 1, slots: 2, want: "+n -old"},
		{have: 1, slots: 1, want: "-old +n"},
		{have: 10, want: "-old +n"},
		{have: 10, slots: 20, want: "+n -old"},
		{have: 11, want: "+n -old"},
	} {
		have := []fargate.Profile{there("old", "old", "o", fargate.StatusActive)}
		for i := range c.have - 1 {
			have = append(have, there(fmt.Sprintf("p%d", i), "", fmt.Sprintf("p%d", i), fargate.StatusActive))
		}
		g := goal(PruneApplied, map[string]string{"n": "n"})
		g.Slots = c.slots
		changes, err := g.Decide(have)
		if got := turns(changes); err != nil || got != c.want {
			t.Errorf("%d profiles, %d slots: %s (%v), want %s", c.have, c.slots, got, err, c.want)
		}
	}
}

// The role that fgctl makes is for profiles that are new and name none.
func TestNewRoleOfAFile(t *testing.T) {
	g := goal(PruneNone, map[string]string{"changed": "y", "named": "n", "new": "m"})
	g.NewRole, g.Entries[2].PodExecutionRoleARN = true, ""
	changes, err := g.Decide([]fargate.Profile{there("changed", "changed", "x", fargate.StatusActive)})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range changes.Decisions {
		if d.Wish.NewRole != (d.Name == "new") {
			t.Errorf("%s: %v, a role is made: %v", d.Name, d.Action, d.Wish.NewRole)
		}
	}
}

// Nothing goes when what was to take its pods has gone, whoever else could.
func TestStill(t *testing.T) {
	old, heir := there("old", "", "web shop", fargate.StatusActive), there("heir", "", "web", fargate.StatusActive)
	stranger := there("stranger", "", "web", fargate.StatusActive)
	still := Turn{Left: []fargate.Profile{heir}}.Still(Decision{Situation: Situation{Name: "old", Original: &old}})
	for _, c := range []struct {
		why   string
		now   []fargate.Profile
		stays bool
	}{
		{"as it was", []fargate.Profile{old, heir}, false},
		{"gone", []fargate.Profile{old}, true},
		{"going", []fargate.Profile{old, there("heir", "", "web", fargate.StatusDeleting)}, true},
		{"made again with less", []fargate.Profile{old, there("heir", "", "other", fargate.StatusActive)}, true},
		{"gone, and a stranger takes its pods", []fargate.Profile{old, stranger}, true},
	} {
		var refusal *Refusal
		err := still(c.now)
		if moved := errors.As(err, &refusal) && refusal.Reason == Moved; moved != c.stays || err != nil != c.stays {
			t.Errorf("%s: %v", c.why, err)
		}
	}
	// Where the name is kept, the temporary profile takes the pods until the new one of the name is there.
	kept := Decision{Wanted: there("old-2", "", "web shop", ""), Situation: Situation{Name: "old", Original: &old}}
	still = Turn{Left: []fargate.Profile{there("old", "", "web shop", fargate.StatusActive)}}.Still(kept)
	if err := still([]fargate.Profile{old, there("old-2", "", "web shop", fargate.StatusActive)}); err != nil {
		t.Errorf("the temporary profile is there: %v", err)
	}
	if still([]fargate.Profile{old}) == nil {
		t.Error("what goes is taken for what takes its pods")
	}
	if (Turn{}).Still(Decision{}) != nil {
		t.Error("what replaces nothing is judged")
	}
}

// What the pre-flight is asked of a file: each profile that is made, by what comes before it and what will be gone.
func TestChecks(t *testing.T) {
	cluster := []fargate.Profile{there("web", "web", "web", fargate.StatusActive), there("old", "old", "old", fargate.StatusActive)}
	changes, err := goal(PruneApplied, map[string]string{"web": "web more", "new": "new"}).Decide(cluster)
	if err != nil {
		t.Fatal(err)
	}
	inputs, at := changes.Checks([]string{"egress"}, "made")
	var got []string
	for i, in := range inputs {
		if in.Profile.Cluster != "demo" || in.NewRole != "" || !slices.Equal(in.Skip, []string{"egress"}) || changes.Decisions[at[i]].Wanted.Name != in.Profile.Name {
			t.Errorf("%+v", in)
		}
		slices.Sort(in.Leaving)
		got = append(got, in.Profile.Name+" after "+strings.Join(fargate.Names(in.Planned), " ")+" without "+strings.Join(in.Leaving, " "))
	}
	if want := []string{"new after  without old web", "web-2 after new without old web"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q, in the order %s", got, want, turns(changes))
	}
}

// A file that apply would change nothing for has what lives, under its name in the file.
func TestFileOf(t *testing.T) {
	replaced, failed := there("api", "api", "api", fargate.StatusActive), there("bad", "", "bad", fargate.StatusCreateFailed)
	successor := there("api-2", "api", "api more", fargate.StatusCreating)
	maps.Copy(successor.Tags, map[string]string{TagReplaces: "api", TagReplacesID: "1"})
	file, left := FileOf([]fargate.Profile{there("web-3", "web", "web", fargate.StatusActive), replaced, successor, failed})
	if got := strings.Join(fargate.Names(file), " "); got != "web api" || len(file[0].Tags) != 0 || file[0].Status != "" {
		t.Errorf("the file has %s: %+v", got, file)
	}
	if got := strings.Join(fargate.Names(left), " "); got != "api bad" {
		t.Errorf("left out are %s", got)
	}
}
