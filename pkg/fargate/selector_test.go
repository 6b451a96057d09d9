package fargate

import (
	"testing"

	"pgregory.net/rapid"
)

var selectorOf = rapid.Custom(func(t *rapid.T) Selector {
	s := Selector{Namespace: rapid.StringOfN(rapid.RuneFrom([]rune("ab*?")), 1, 3, -1).Draw(t, "namespace"), Labels: map[string]string{}}
	for range rapid.IntRange(0, 2).Draw(t, "labels") {
		key := rapid.SampledFrom([]string{"k", "l", "?", "k*", "*"}).Draw(t, "key")
		s.Labels[key] = rapid.StringOfN(rapid.RuneFrom([]rune("ab*?")), 0, 3, -1).Draw(t, "value")
	}
	return s
})

// somePods gives every pod of a small world: namespaces and values over two letters and one that no
// pattern names, up to two labels.
func somePods() []Pod {
	var out []Pod
	texts := allTexts("abc", 2)
	keys := []string{"k", "l", "kk", "x"}
	var labels []map[string]string
	labels = append(labels, nil)
	for i, k := range keys {
		for _, v := range texts {
			labels = append(labels, map[string]string{k: v})
			for _, k2 := range keys[i+1:] {
				for _, v2 := range []string{"", "a", "b", "ab", "c"} {
					labels = append(labels, map[string]string{k: v, k2: v2})
				}
			}
		}
	}
	for _, n := range texts[1:] {
		for _, l := range labels {
			out = append(out, Pod{Namespace: n, Labels: l})
		}
	}
	return out
}

// Overlap and Covers are held against trying every pod of a small world.
func TestSelectorSetsAgainstBruteForce(t *testing.T) {
	pods := somePods()
	rapid.Check(t, func(t *rapid.T) {
		a, b := selectorOf.Draw(t, "a"), selectorOf.Draw(t, "b")
		covers := a.Covers(b)
		witness, overlap := Overlap(a, b)
		if overlap && (!a.Matches(witness.Namespace, witness.Labels) || !b.Matches(witness.Namespace, witness.Labels)) {
			t.Fatalf("Overlap(%s, %s) gave %s, which does not fit both", a, b, witness.Shape())
		}
		for _, p := range pods {
			inA, inB := a.Matches(p.Namespace, p.Labels), b.Matches(p.Namespace, p.Labels)
			if covers && inB && !inA {
				t.Fatalf("%s is said to cover %s, but not %s", a, b, p.Shape())
			}
			if inA && inB && !overlap {
				t.Fatalf("%s and %s are said to share no pod, but %s fits both", a, b, p.Shape())
			}
		}
	})
}

func TestCovers(t *testing.T) {
	parse := func(text string) Selector {
		s, err := ParseSelector(text)
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
