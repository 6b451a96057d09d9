package fargate

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The smallest pod, Overlap and Covers are held against trying every pod of a small world.
func TestSmallestPodAgainstBruteForce(t *testing.T) {
	world := newSmallWorld()
	found, none := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		fit := rapid.SliceOfN(selectorOf, 1, 2).Draw(t, "fit")
		avoid := rapid.SliceOfN(selectorOf, 0, 4).Draw(t, "avoid")
		got := smallestPod(fit, avoid)
		if got.unsure {
			t.Fatal("the answer is unsure")
		}
		want, ok := world.smallest(fit, avoid)
		if got.found {
			found++
		} else {
			none++
		}
		switch {
		case got.found && (countFits(fit, got.pod) < len(fit) || countFits(avoid, got.pod) > 0):
			t.Fatalf("%s is not what was asked for", got.pod.Shape())
		case ok && !got.found:
			t.Fatalf("nothing was found, but %s is an answer", want.Shape())
		case ok && sizeOf(want) < sizeOf(got.pod):
			t.Fatalf("%s is not the smallest; %s is an answer", got.pod.Shape(), want.Shape())
		case !ok && got.found && world.holds(got.pod):
			t.Fatalf("%s is an answer that brute force does not find", got.pod.Shape())
		}
		if some := somePod(fit, avoid); some.found != got.found || some.unsure || some.found && (countFits(fit, some.pod) < len(fit) || countFits(avoid, some.pod) > 0) {
			t.Fatalf("somePod gave %s, smallestPod %s", some.pod.Shape(), got.pod.Shape())
		}
		slices.Reverse(fit)
		slices.Reverse(avoid)
		if again := smallestPod(fit, avoid); again.pod.Shape() != got.pod.Shape() {
			t.Fatalf("%s became %s when the question was turned around", got.pod.Shape(), again.pod.Shape())
		}
		if witness, overlap := Overlap(fit[0], fit[len(fit)-1]); len(avoid) == 0 && (overlap != got.found || witness.Shape() != got.pod.Shape()) {
			t.Fatalf("Overlap gave %s, not %s", witness.Shape(), got.pod.Shape())
		}
		if len(fit) == 1 && len(avoid) == 1 && avoid[0].Covers(fit[0]) == got.found {
			t.Fatal("Covers says otherwise")
		}
	})
	if found == 0 || none == 0 {
		t.Errorf("%d questions had an answer and %d had none", found, none)
	}
}

func countFits(selectors []Selector, p Pod) int {
	n := 0
	for _, s := range selectors {
		if s.Matches(p.Namespace, p.Labels) {
			n++
		}
	}
	return n
}

func TestCovers(t *testing.T) {
	parse := func(text string) Selector {
		s, err := ParseSelector("--selector", text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		outer, inner string
		want         bool
	}{
		{"namespace=web", "namespace=web", true},
		{"namespace=web", "namespace=web,app=api", true},
		{"namespace=web,app=api", "namespace=web", false},
		{"namespace=web*", "namespace=web-?", true},
		{"namespace=web-?", "namespace=web*", false},
		{"namespace=*", "namespace=kube-*", true},
		{"namespace=web,app=*", "namespace=web,app=api", true},
		{"namespace=web,app=*", "namespace=web", false},
		{"namespace=web,*=api", "namespace=web,app=api", true},
		{"namespace=web,app=api", "namespace=web,*=api", false},
		{"namespace=web,app?=a*", "namespace=web,apps=ab", true},
		{"namespace=a*b", "namespace=ab", true},
		{"namespace=*a*", "namespace=*aa*", true},
		{"namespace=??*", "namespace=*?-?", true},
	} {
		if got := parse(c.outer).Covers(parse(c.inner)); got != c.want {
			t.Errorf("%s covers %s: %v", c.outer, c.inner, got)
		}
	}
	lost := Uncovered([]Selector{parse("namespace=a"), parse("namespace=b")}, []Selector{parse("namespace=a*")})
	if len(lost) != 1 || lost[0].Namespace != "b" {
		t.Errorf("Uncovered gave %v", lost)
	}
}
