package fargate

// This file asks about clusters that were made to be hard.

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// atOnce is what all hard questions about a cluster may take. They take less than a second; the rest is room for a
// busy machine.
const atOnce = 15 * time.Second

// hostileClusters are half full clusters in which every question is hard.
func hostileClusters() map[string][]Profile {
	random := rand.New(rand.NewPCG(3, 4)) // a fixed sequence
	text := func(letters string, length int) string {
		out := make([]byte, length)
		for i := range out {
			out[i] = letters[random.IntN(len(letters))]
		}
		return string(out)
	}
	window := func() string { return "*" + text("ab", 1) + strings.Repeat("?", 5+random.IntN(10)) + "*" }
	kinds := map[string]func(s Selector){
		"long patterns": func(s Selector) {
			for i := range MaxLabels {
				s.Labels[text("ab**?", 60)+fmt.Sprint(i)] = text("ab**?", 60)
			}
		},
		"windows": func(s Selector) {
			for i := range MaxLabels {
				s.Labels[window()+fmt.Sprint(i)+"*"] = window()
			}
		},
		"keys that all share": func(s Selector) {
			for _, key := range []string{"*", "*k", "k*", "*?", "?*"} {
				s.Labels[key] = window()
			}
		},
	}
	out := map[string][]Profile{}
	for _, name := range slices.Sorted(maps.Keys(kinds)) { // in order, so that the sequence gives the same ones
		fill := kinds[name]
		for i := range MaxProfiles / 2 {
			p := Profile{Name: fmt.Sprintf("p%d", i)}
			for range MaxSelectors {
				s := Selector{Namespace: text("ab***?", 60), Labels: map[string]string{}}
				fill(s)
				p.Selectors = append(p.Selectors, s)
			}
			out[name] = append(out[name], p)
		}
	}
	return out
}

// All questions about a cluster together are answered, or given up, at once.
func TestHostileClusters(t *testing.T) {
	if raceDetector {
		t.Skip("nothing runs at once here, and the race detector makes it five times as long")
	}
	for name, profiles := range hostileClusters() {
		t.Run(name, func(t *testing.T) {
			for what, ask := range map[string]func(){
				"Overlaps":     func() { Overlaps(profiles) },
				"Redundancies": func() { Redundancies(profiles) },
				"Coverage":     func() { Coverage(profiles[0].Selectors, profiles[1:]) },
			} {
				start := time.Now()
				ask()
				if took := time.Since(start); took > atOnce {
					t.Errorf("%s took %s", what, took)
				} else {
					t.Log(what, took)
				}
			}
		})
	}
}

// A pod that was not found is taken by no profile, even where one takes every pod.
func TestOverlapsWithoutAWitness(t *testing.T) {
	hard := hostileClusters()["keys that all share"][:2]
	none := 0
	for _, o := range Overlaps(append(hard, Profile{Name: "all", Selectors: parsed(t, "namespace=*")})) {
		if o.Witness.Namespace != "" {
			continue
		}
		if none++; o.TakenBy != "" {
			t.Errorf("%s and %s: taken by %s", o.A.Profile, o.B.Profile, o.TakenBy)
		}
	}
	if none == 0 {
		t.Error("every question was answered")
	}
}
