package fargate

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

func parsed(t *testing.T, texts ...string) []Selector {
	t.Helper()
	var out []Selector
	for _, text := range texts {
		s, err := ParseSelector("--selector", text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

func TestNearest(t *testing.T) {
	pod := Pod{Namespace: "web", Labels: map[string]string{"app": "api", "tier": "front"}}
	profile := func(name string, status Status, selectors ...string) Profile {
		return Profile{Name: name, Status: status, Selectors: parsed(t, selectors...)}
	}
	for _, c := range []struct {
		why      string
		pin      string
		profiles []Profile
		want     string
	}{
		{"no profile, none nearest", "", nil, "none"},
		{
			"fewest conditions", "",
			[]Profile{profile("a", "", "namespace=web,x=1,y=2"), profile("b", "", "namespace=other,app=api")},
			"b 1 [namespace  other web] add map[] or namespace=web,app=api",
		},
		{
			"ties by name, then by order", "",
			[]Profile{profile("b", "", "namespace=x"), profile("a", "", "namespace=y", "namespace=z")},
			"a 1 [namespace  y web] add map[] or namespace=web",
		},
		{
			"a label of another value", "",
			[]Profile{profile("a", "", "namespace=web,app=batch,tier=front")},
			"a 1 [label app batch api] add map[app:batch] or namespace=web,app=api,tier=front",
		},
		{
			"an absent label", "",
			[]Profile{profile("a", "", "namespace=w*,team=x,app=api")},
			"a 1 [label team x nil] add map[team:x] or namespace=w*,app=api",
		},
		{
			"wildcards are filled", "",
			[]Profile{profile("a", "", "namespace=web,team-?=prod*")},
			"a 1 [label team-? prod* nil] add map[team-a:prod] or namespace=web",
		},
		{
			"one label for two wildcards", "",
			[]Profile{profile("a", "", "namespace=web,team*=x,tea*=x")},
			"a 1 [label tea* x nil label team* x nil] add map[tea:x team:x] or namespace=web",
		},
		{
			"only ACTIVE profiles", "",
			[]Profile{profile("a", StatusCreating, "namespace=web,app=x"), profile("b", "", "namespace=x")},
			"b 1 [namespace  x web] add map[] or namespace=web",
		},
		{
			"pinned: only that profile", "b",
			[]Profile{profile("a", "", "namespace=web,app=x"), profile("b", "", "namespace=x,app=y", "namespace=x")},
			"b 2 [namespace  x web] add map[] or namespace=web",
		},
		{"pinned to what does not exist", "c", []Profile{profile("a", "", "namespace=x")}, "none"},
		{"pinned to one that is not ACTIVE and matches", "a", []Profile{profile("a", StatusDeleting, "namespace=web")}, "a 1 [] add map[] or "},
	} {
		pod := pod
		if c.pin != "" {
			pod.Labels = maps.Clone(pod.Labels)
			pod.Labels[ProfileLabel] = c.pin
		}
		e := Explain(pod, c.profiles)
		got := "none"
		if n := e.Nearest; n != nil {
			unmet := []string{}
			for _, u := range n.Unmet {
				value := "nil"
				if u.Got != nil {
					value = *u.Got
				}
				unmet = append(unmet, fmt.Sprintf("%s %s %s %s", u.Field, u.Key, u.Want, value))
			}
			got = fmt.Sprintf("%s %d %v add %v or %s", n.Profile, n.Selector, unmet, n.AddLabels, n.AddSelector)
		}
		if e.Verdict != VerdictUnmatched || got != c.want {
			t.Errorf("%s: %s\ngot  %s\nwant %s", c.why, e.Verdict, got, c.want)
		}
	}
}

// Both ways out lead to a match: the labels in the pod, and the selector in the profile.
func TestNearestKeepsItsWord(t *testing.T) {
	world := newSmallWorld()
	rapid.Check(t, func(t *rapid.T) {
		profile := Profile{Name: "p", Selectors: rapid.SliceOfN(selectorOf, 1, 3).Draw(t, "selectors")}
		pod := Pod{Namespace: rapid.SampledFrom(world.namespaces).Draw(t, "namespace"), Labels: rapid.SampledFrom(world.labels).Draw(t, "labels")}
		n := Explain(pod, []Profile{profile}).Nearest
		if n == nil {
			return
		}
		s, err := ParseSelector("--selector", n.AddSelector)
		if err != nil || !s.Matches(pod.Namespace, pod.Labels) {
			t.Fatalf("%s does not match %s (%v)", n.AddSelector, pod.Shape(), err)
		}
		if n.AddLabels == nil {
			return
		}
		labels := maps.Clone(pod.Labels)
		if labels == nil {
			labels = map[string]string{}
		}
		maps.Copy(labels, n.AddLabels)
		if !profile.Selectors[n.Selector-1].Matches(pod.Namespace, labels) {
			t.Fatalf("%s with %v does not match %s", pod.Shape(), n.AddLabels, profile.Selectors[n.Selector-1])
		}
	})
}
