package lifecycle

// This file checks apply with random files, killed and disturbed at every request.

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
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/preflight"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// goal is a file with a profile for each name, which takes the namespaces that stand behind it.
func goal(prune decision.Prune, files map[string]string) decision.Goal {
	g := decision.Goal{Cluster: "demo", Prune: prune}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		p := wanted(name, "")
		p.Selectors = nil
		for _, namespace := range strings.Fields(files[name]) {
			p.Selectors = append(p.Selectors, fargate.Selector{Namespace: namespace})
		}
		g.Entries = append(g.Entries, decision.Entry{Profile: p})
	}
	return g
}

// apply does what apply does.
func (m *model) apply(ctx context.Context, g decision.Goal) error {
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
	return m.runner.Apply(ctx, c, 2*time.Second, func(decision.Decision, fargate.Profile) {})
}

func (m *model) decideAll(ctx context.Context, g decision.Goal) (decision.Changes, error) {
	profiles, err := m.client.Profiles(ctx, "demo")
	if err != nil {
		return decision.Changes{}, err
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
		name := p.Tags[decision.TagApplied]
		if _, twice := out[name]; twice || name == "" {
			name = "besides " + p.Name
		}
		out[name] = strings.Join(slices.Sorted(slices.Values(namespaces)), " ")
		if p.Status != "ACTIVE" || p.Tags[decision.TagTemporary] != "" {
			out[name] += " " + p.Status + p.Tags[decision.TagTemporary]
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
		p.Tags, p.Selectors = map[string]string{decision.TagApplied: base}, nil
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
	g := goal(decision.PruneApplied, after)
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
	files, most := uint64(8), 8
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
	return 8, 2
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
			w := decision.Wish{Name: p.Name, Change: fargate.Change{Add: []fargate.Selector{{Namespace: "more"}}}}
			return func(ctx context.Context, m *model) error {
				d, err := decided(ctx, m.runner, w)
				if err == nil && d.Action != decision.Missing {
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
		var refusal *decision.Refusal
		if errors.As(err, &refusal) && refusal.Reason == decision.OtherUnderWay {
			name := refusal.Situation.Name
			if err := m.alone(func(ctx context.Context, m *model) error { return m.replace(ctx, decision.Wish{Name: name}) }); err != nil {
				t.Fatalf("%s: finish %s: %v", why, name, err)
			}
		}
	}
	t.Fatalf("%s: run again: %v\n%v", why, err, m.ofFiles())
}

// promised returns a cluster in which profile old has to go, whose pods profile other takes, and what was decided.
func promised(t *testing.T) (*bench, decision.Changes) {
	t.Helper()
	old, other := existing("old", "ACTIVE", "shared"), existing("other", "ACTIVE", "shared")
	old.Tags = map[string]string{decision.TagApplied: "old"}
	b := newBench(t, withProfiles(old, other))
	profiles, err := b.client.Profiles(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.DecideAll(t.Context(), profiles, goal(decision.PruneApplied, map[string]string{"other": "shared"}))
	if err != nil || len(c.Turns) != 1 {
		t.Fatal(c.Turns, err)
	}
	return b, c
}

// What was to take the pods of a profile that goes is looked at right before: somebody else may have deleted it.
func TestApplyDeletesNothingOnAPromise(t *testing.T) {
	b, c := promised(t)
	if err := b.Delete(t.Context(), *fargate.Named(c.Profiles, "other"), true); err != nil {
		t.Fatal(err)
	}
	err := b.Apply(t.Context(), c, 0, func(decision.Decision, fargate.Profile) {})
	var refusal *decision.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != decision.Moved || b.statuses()["old"] != "ACTIVE" {
		t.Errorf("%v, left are %v", err, b.statuses())
	}
}

// One reading that lacks a profile does not show that there is nothing to prune, even where something else is to do.
func TestWhatIsPrunedTakesTwoReadings(t *testing.T) {
	old, changed := existing("old", "ACTIVE", "o"), existing("a", "ACTIVE", "x")
	old.Tags = map[string]string{decision.TagApplied: "old"}
	changed.Tags = map[string]string{decision.TagApplied: "a"}
	b := newBench(t, withProfiles(old, changed))
	first := []fargate.Profile{b.read(t, "a")}
	c, err := b.DecideAll(t.Context(), first, goal(decision.PruneApplied, map[string]string{"a": "x y"}))
	if err != nil || len(c.Decisions) != 2 || c.Decisions[1].Action != decision.Drop {
		t.Errorf("%+v, %v", c.Decisions, err)
	}
}

// A list that does not show yet what an earlier turn made is read again before anything is refused.
func TestApplyOutlastsAListThatLags(t *testing.T) {
	b, c := promised(t)
	looks := 0
	still := c.Turns[0].Still(c.Decisions[c.Turns[0].Index])
	_, err := b.Do(t.Context(), c.Decisions[c.Turns[0].Index], Options{Wait: true, Still: func(now []fargate.Profile) error {
		if looks++; looks < 3 {
			now = fargate.Without(now, *fargate.Named(now, "other"))
		}
		return still(now)
	}})
	if err != nil || looks < 3 || b.statuses()["old"] != "" {
		t.Errorf("%d looks, %v, left are %v", looks, err, b.statuses())
	}
}
