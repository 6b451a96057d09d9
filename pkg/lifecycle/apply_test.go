package lifecycle

// This file checks apply: what it decides, in which order, and with random files killed and disturbed at every request.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/preflight"
	"github.com/fgctl/fgctl/pkg/sandbox"
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

// apply does what apply does.
func (m *model) apply(ctx context.Context, g Goal) error {
	c, err := m.decideAll(ctx, g)
	if err != nil {
		return err
	}
	inputs, at := c.Checks(nil, "")
	for i, input := range inputs {
		c.Decisions[at[i]] = c.Decisions[at[i]].Checked(preflight.Report{Profile: input.Profile})
	}
	if err := m.runner.Clock.Sleep(ctx, m.think); err != nil {
		return err
	}
	return m.runner.Apply(ctx, c, 2*time.Second, func(Decision, fargate.Profile) {})
}

func (m *model) decideAll(ctx context.Context, g Goal) (Changes, error) {
	profiles, err := m.client.Profiles(ctx, "demo")
	if err != nil {
		return Changes{}, err
	}
	return m.runner.DecideAll(ctx, profiles, g)
}

// ofFiles returns the namespaces that the profiles of files take, by their names in the file.
func (m *model) ofFiles() map[string]string {
	out := map[string]string{}
	for _, p := range m.server.Profiles("demo") {
		if p.Name == "aaa" || p.Name == "zzz" {
			continue
		}
		var namespaces []string
		for _, s := range p.Selectors {
			namespaces = append(namespaces, s.Namespace)
		}
		name := p.Tags[TagApplied]
		if _, twice := out[name]; twice || name == "" {
			name = "besides " + p.Name
		}
		out[name] = strings.Join(slices.Sorted(slices.Values(namespaces)), " ")
		if p.Status != "ACTIVE" || p.Tags[TagTemporary] != "" {
			out[name] += " " + p.Status + p.Tags[TagTemporary]
		}
	}
	return out
}

// randomFiles is a sequence that applies a random file to a cluster that has the profiles of another one: some live under
// the name of a successor.
func randomFiles(seed uint64) modelSequence {
	r := rand.New(rand.NewPCG(seed, 14))
	file := func() map[string]string {
		out := map[string]string{}
		for range 1 + r.IntN(3) {
			namespaces := map[string]bool{}
			for range 1 + r.IntN(3) {
				namespaces[fmt.Sprintf("n%d", r.IntN(5))] = true
			}
			out[string(rune('b'+r.IntN(4)))] = strings.Join(slices.Sorted(maps.Keys(namespaces)), " ")
		}
		return out
	}
	before, after := file(), file()
	s := modelSequence{name: fmt.Sprintf("%v to %v", before, after), files: after}
	for _, base := range slices.Sorted(maps.Keys(before)) {
		p := existing(base, "ACTIVE", "")
		if r.IntN(3) == 0 {
			p.Name = fmt.Sprintf("%s-%d", base, 2+r.IntN(2))
		}
		p.Tags, p.Selectors = map[string]string{TagApplied: base}, nil
		for _, namespace := range strings.Fields(before[base]) {
			p.Selectors = append(p.Selectors, sandbox.Selector{Namespace: namespace})
		}
		s.profiles = append(s.profiles, p)
	}
	in := func(file map[string]string, namespace string) bool {
		return slices.Contains(strings.Fields(strings.Join(slices.Collect(maps.Values(file)), " ")), namespace)
	}
	for i := range 5 {
		if namespace := fmt.Sprintf("n%d", i); in(before, namespace) && in(after, namespace) {
			s.covered = append(s.covered, namespace)
		}
	}
	g := goal(PruneApplied, after)
	for i := range g.Entries {
		if g.Entries[i].KeepName = r.IntN(6) == 0; g.Entries[i].KeepName {
			s.name += ", " + g.Entries[i].Name + " keeps its name"
		}
	}
	s.run = func(ctx context.Context, m *model) error { return m.apply(ctx, g) }
	return s
}

// However a run is killed or disturbed, the same command ends in the file's state, what both files take is taken at
// every instant, and nobody else's profile is touched.
func TestApplyModel(t *testing.T) {
	modelAWS(t)
	files, most := uint64(8), 12
	switch os.Getenv("FGCTL_MODEL") {
	case "sample":
		files, most = 40, 120
	case "all":
		files, most = 100, 600
	}
	cases, runs := 0, 0
	for seed := range files {
		s := randomFiles(seed)
		requests := checkModel(t, s, modelCase{})
		singles, pairs := modelCases(requests)
		if raceDetector {
			most = 10
		}
		chosen := slices.Concat(sampled(singles, most), sampled(pairs, most))
		cases += len(chosen)
		if runs += runModel(t, s, chosen); t.Failed() {
			t.Fatalf("seed %d: %s", seed, s.name)
		}
	}
	t.Logf("%d pairs of files, %d cases, %d runs of the command", files, cases, runs)
}

// appliers is how many orders of requests two processes are run in, for each of so many pairs of files.
func appliers() (files, orders uint64) {
	switch os.Getenv("FGCTL_MODEL") {
	case "sample":
		return 30, 20
	case "all":
		return 100, 100
	}
	return 10, 6
}

// Two processes apply the same file, or different ones, or one applies while another replaces or deletes by hand: what all of
// them want is taken at every instant, and the file that is applied in the end is what there is.
func TestTwoAppliersAtOnce(t *testing.T) {
	modelAWS(t)
	for name, other := range map[string]func(s modelSequence, seed uint64) (func(context.Context, *model) error, []string){
		"the same file": func(s modelSequence, _ uint64) (func(context.Context, *model) error, []string) {
			return s.run, s.covered
		},
		"another file": func(s modelSequence, seed uint64) (func(context.Context, *model) error, []string) {
			o := randomFiles(seed + 1000)
			var all []string
			for _, namespace := range s.covered {
				if slices.Contains(strings.Fields(strings.Join(slices.Collect(maps.Values(o.files)), " ")), namespace) {
					all = append(all, namespace)
				}
			}
			return o.run, all
		},
		"a replacement": func(s modelSequence, _ uint64) (func(context.Context, *model) error, []string) {
			p := s.profiles[0]
			w := Wish{Name: p.Name, Change: fargate.Change{Add: []fargate.Selector{{Namespace: "more"}}}}
			return func(ctx context.Context, m *model) error {
				d, err := decided(ctx, m.runner, w)
				if err == nil && d.Action != Missing {
					_, err = m.runner.Do(ctx, d, Options{Wait: true})
				}
				return err
			}, s.covered
		},
	} {
		t.Run(name, func(t *testing.T) {
			ends := map[string]int{}
			files, orders := appliers()
			cases := 0
			for seed := range files {
				for order := range orders {
					s := randomFiles(seed)
					second, covered := other(s, seed)
					s.covered = covered
					m, errs := racing(t, s, order, s.run, second)
					why := fmt.Sprintf("files %d, order %d: %s (%v)", seed, order, s.name, errs)
					for _, err := range errs {
						ends[regexp.MustCompile(`\b[b-e](-\w+)?\b`).ReplaceAllString(how(err), "P")]++
					}
					m.settle(t, why, s)
					cases++
					if m.judge(why, s); t.Failed() {
						t.FailNow()
					}
				}
			}
			t.Logf("%d cases", cases)
			for text, n := range ends {
				t.Logf("%d × %.150s", n, text)
			}
		})
	}
}

// settle applies the file alone, and finishes first what a refusal says is unfinished.
func (m *model) settle(t *testing.T, why string, s modelSequence) {
	t.Helper()
	var err error
	for range 4 {
		if err = m.alone(s.run); err == nil {
			return
		}
		var refusal *Refusal
		if errors.As(err, &refusal) && refusal.Reason == OtherUnderWay {
			name := refusal.Situation.Name
			if err := m.alone(func(ctx context.Context, m *model) error { return m.replace(ctx, Wish{Name: name}) }); err != nil {
				t.Fatalf("%s: finish %s: %v", why, name, err)
			}
		}
	}
	t.Fatalf("%s: run again: %v\n%v", why, err, m.ofFiles())
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

// In which order a file's changes are done: what a turn makes has a +, what goes a -.
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
		changes, err := c.goal.decide(c.have)
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		var got []string
		for _, turn := range changes.Turns {
			switch d := changes.Decisions[turn.Index]; {
			case turn.MakeOnly, d.Action == Make:
				got = append(got, "+"+d.Wanted.Name)
			default:
				got = append(got, "-"+d.Name)
			}
		}
		if text := strings.Join(got, " "); text != c.want {
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
		changes, err := c.goal.decide(c.have)
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

// What was to take the pods of a profile that goes is looked at right before: somebody else may have deleted it.
func TestApplyDeletesNothingOnAPromise(t *testing.T) {
	old, other := existing("old", "ACTIVE", "shared"), existing("other", "ACTIVE", "shared")
	old.Tags = map[string]string{TagApplied: "old"}
	b := newBench(t, withProfiles(old, other))
	profiles, err := b.client.Profiles(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	g := goal(PruneApplied, map[string]string{"other": "shared"})
	c, err := b.DecideAll(t.Context(), profiles, g)
	if err != nil || len(c.Turns) != 1 {
		t.Fatal(c.Turns, err)
	}
	if err := b.Delete(t.Context(), *fargate.Named(profiles, "other"), true); err != nil {
		t.Fatal(err)
	}
	err = b.Apply(t.Context(), c, 0, func(Decision, fargate.Profile) {})
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Reason != Moved || b.statuses()["old"] != "ACTIVE" {
		t.Errorf("%v, left are %v", err, b.statuses())
	}
}
