package fargate

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
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
	pod := kube.Pod{Namespace: "web", Labels: map[string]string{"app": "api", "tier": "front"}}
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
			"a 1 [label team x nil] add map[team:x] or namespace=web,app=api",
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
			"a pair that goes takes the pattern of namespaces with it", "",
			[]Profile{profile("a", "", "namespace=w*,rank=x")},
			"a 1 [label rank x nil] add map[rank:x] or namespace=web",
		},
		{
			"a pair that stays does not", "",
			[]Profile{profile("a", "", "namespace=w*,app=x")},
			"a 1 [label app x api] add map[app:x] or namespace=w*,app=api",
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
		{
			"labels that others match too want the pin", "",
			[]Profile{profile("a", "", "namespace=web,team=x"), profile("b", "", "namespace=web,team=*")},
			"a 1 [label team x nil] add map[" + kube.ProfileLabel + ":a team:x] or namespace=web",
		},
		{
			"a name that is no label value is no pin", "",
			[]Profile{profile("a-", "", "namespace=web,team=x"), profile("b", "", "namespace=web,team=*")},
			"a- 1 [label team x nil] add map[team:x] or namespace=web",
		},
		{
			"pinned to one that is leaving: no way leads there", "b",
			[]Profile{profile("b", StatusDeleting, "namespace=web,app=y")},
			"b 1 [label app y api] add map[] or ",
		},
		{"pinned to what does not exist", "c", []Profile{profile("a", "", "namespace=x")}, "a 1 [namespace  x web] add map[] or "},
		{
			"pinned to what does not exist, and near another", "c",
			[]Profile{profile("a", "", "namespace=web,x=1,y=2"), profile("b", "", "namespace=web,x=1")},
			"b 1 [label x 1 nil] add map[eks.amazonaws.com/fargate-profile:b x:1] or ",
		},
		{"pinned to what does not exist, and another matches", "c", []Profile{profile("a", "", "namespace=web")}, "a 1 [] add map[eks.amazonaws.com/fargate-profile:a] or "},
		{"pinned to one that is not ACTIVE and matches", "a", []Profile{profile("a", StatusDeleting, "namespace=web")}, "a 1 [] add map[] or "},
	} {
		pod := pod
		if c.pin != "" {
			pod.Labels = maps.Clone(pod.Labels)
			pod.Labels[kube.ProfileLabel] = c.pin
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

// Both ways out lead to a match on the nearest profile, whatever the others match: the labels in the pod,
// and the selector in the profile. A pod that is pinned needs the profile under the same name.
func TestNearestKeepsItsWord(t *testing.T) {
	world := newSmallWorld()
	names := []string{"a", "b", "c"}
	rapid.Check(t, func(t *rapid.T) {
		var profiles []Profile
		for _, name := range names[:rapid.IntRange(1, len(names)).Draw(t, "profiles")] {
			profiles = append(profiles, Profile{
				Name: name, Selectors: rapid.SliceOfN(selectorOf, 1, 3).Draw(t, "selectors"),
				Status: rapid.SampledFrom([]Status{StatusActive, StatusActive, StatusActive, StatusCreating, StatusDeleting, StatusCreateFailed}).Draw(t, "status"),
			})
		}
		pod := kube.Pod{Namespace: rapid.SampledFrom(world.namespaces).Draw(t, "namespace"), Labels: maps.Clone(rapid.SampledFrom(world.labels).Draw(t, "labels"))}
		if pod.Labels == nil {
			pod.Labels = map[string]string{}
		}
		if pin := rapid.SampledFrom(append(names, "", "", "")).Draw(t, "pin"); pin != "" {
			pod.Labels[kube.ProfileLabel] = pin
		}
		e := Explain(pod, profiles)
		n := e.Nearest
		if n == nil {
			return
		}
		nearest := slices.IndexFunc(profiles, func(p Profile) bool { return p.Name == n.Profile })
		if status := profiles[nearest].Status; status == StatusCreating {
			profiles[nearest].Status = StatusActive // as it will be
		} else if !status.TakesPods() {
			if n.AddLabels != nil || n.AddSelector != "" {
				t.Fatalf("ways to %s, which is %s: %v, %s", n.Profile, status, n.AddLabels, n.AddSelector)
			}
			return
		}
		if n.AddSelector != "" {
			s, err := ParseSelector("--selector", n.AddSelector)
			if err != nil {
				t.Fatal(err)
			}
			with := slices.Clone(profiles)
			with[nearest].Selectors = append(slices.Clone(with[nearest].Selectors), s)
			if got := Explain(pod, with); got.Verdict != VerdictMatched || got.Profile != n.Profile {
				t.Fatalf("%s with %s in %s: %s", pod.Shape(), n.AddSelector, n.Profile, got.Reason)
			}
		}
		if n.AddLabels != nil {
			maps.Copy(pod.Labels, n.AddLabels)
			if got := Explain(pod, profiles); got.Verdict != VerdictMatched || got.Profile != n.Profile {
				t.Fatalf("%s with %v: %s", pod.Shape(), n.AddLabels, got.Reason)
			}
		}
	})
}

// The pin of a profile that does not exist may be what meets a pair of the nearest selector; with the right pin that
// pair needs a label of its own.
func TestNearestAfterAnotherPin(t *testing.T) {
	profiles := []Profile{{Name: "web", Selectors: []Selector{{Namespace: "web", Labels: map[string]string{"*": "gone"}}}}}
	pod := kube.Pod{Namespace: "web", Labels: map[string]string{kube.ProfileLabel: "gone"}}
	n := Explain(pod, profiles).Nearest
	maps.Copy(pod.Labels, n.AddLabels)
	if got := Explain(pod, profiles); got.Verdict != VerdictMatched || got.Profile != "web" {
		t.Errorf("with %v: %s", n.AddLabels, got.Reason)
	}
}
