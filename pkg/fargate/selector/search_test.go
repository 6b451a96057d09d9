package selector

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The answers are held against trying every pod of a small world: whether there is a pod, that the one that is
// returned is one, and that it is small.
func TestAnswersAgainstBruteForce(t *testing.T) {
	world := newSmallWorld()
	count := map[Answer]int{}
	smallest, larger := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		fit := rapid.SliceOfN(selectorOf, 1, 2).Draw(t, "fit")
		avoid := rapid.SliceOfN(selectorOf, 0, 4).Draw(t, "avoid")
		pod, answer := new(Search).ask(fit, avoid)
		count[answer]++
		want, ok := world.smallest(fit, avoid)
		switch {
		case answer == Undecided:
			t.Fatal("the answer is undecided")
		case answer == Yes && faultOf(pod, fit, avoid) != "":
			t.Fatal(faultOf(pod, fit, avoid))
		case ok && answer == No:
			t.Fatalf("nothing was found, but %s is an answer", want.Shape())
		case !ok && answer == Yes && world.holds(pod):
			t.Fatalf("%s is an answer that brute force does not find", pod.Shape())
		case ok && sizeOf(want) < sizeOf(pod):
			larger++
		case ok:
			smallest++
		}
		slices.Reverse(fit)
		slices.Reverse(avoid)
		if again, _ := new(Search).ask(fit, avoid); again.Shape() != pod.Shape() {
			t.Fatalf("%s became %s when the question was turned around", pod.Shape(), again.Shape())
		}
		if witness, overlap := Overlap(fit[0], fit[len(fit)-1]); len(avoid) == 0 && (overlap != answer || witness.Shape() != pod.Shape()) {
			t.Fatalf("Overlap returned %s, not %s", witness.Shape(), pod.Shape())
		}
		if witness, escapes := Escape(fit[0], avoid...); len(fit) == 1 && (escapes != answer || witness.Shape() != pod.Shape()) {
			t.Fatalf("Escape returned %s, not %s", witness.Shape(), pod.Shape())
		}
	})
	if count[Yes] == 0 || count[No] == 0 {
		t.Errorf("the answers were %v", count)
	}
	if larger > smallest/4 { // about one in 70 is larger, and the draws differ from run to run
		t.Errorf("%d pods were the smallest, %d were not", smallest, larger)
	}
	t.Logf("%v; %d pods were the smallest, %d were not", count, smallest, larger)
}

// faultOf says what is wrong with an answer, if anything is.
func faultOf(pod Pod, fit, avoid []Selector) string {
	if countFits(fit, pod) < len(fit) || countFits(avoid, pod) > 0 {
		return pod.Shape() + " is not what was asked for"
	}
	for k := range pod.Labels {
		rest := maps.Clone(pod.Labels)
		delete(rest, k)
		if countFits(fit, Pod{pod.Namespace, rest}) == len(fit) {
			return pod.Shape() + " does not need the label " + k
		}
	}
	return ""
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

func TestOverlap(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"web", "api", "none"},
		{"web,k=?", "web,*=v", "namespace web, k=v"},
		{"web,k=a", "web,k?=b", "namespace web, k=a, ka=b"},
		{"web,k=a*", "web,k=*b", "namespace web, k=ab"},
		{"web,*=a,b*=a,*c=a", "web,b=a", "namespace web, b=a, bc=a"},
		// A label for *=a and k=a* would leave none for k=*b.
		{"web,*=a,k=a*", "web,k=*b", "namespace web, a=a, k=ab"},
	} {
		got := "none"
		if pod, answer := Overlap(parsed(c.a)[0], parsed(c.b)[0]); answer == Yes {
			got = pod.Shape()
		}
		if got != c.want {
			t.Errorf("%s and %s: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

func TestEscape(t *testing.T) {
	for _, c := range []struct {
		outer, inner string
		covers       bool
	}{
		{"web", "web", true},
		{"web", "web,app=api", true},
		{"web,app=api", "web", false},
		{"web*", "web-?", true},
		{"web-?", "web*", false},
		{"*", "kube-*", true},
		{"web,app=*", "web,app=api", true},
		{"web,app=*", "web", false},
		{"web,*=api", "web,app=api", true},
		{"web,app=api", "web,*=api", false},
		{"web,app?=a*", "web,apps=ab", true},
		{"a*b", "ab", true},
		{"*a*", "*aa*", true},
		{"??*", "*?-?", true},
	} {
		if _, got := Escape(parsed(c.inner)[0], parsed(c.outer)...); (got == No) != c.covers {
			t.Errorf("%s covers %s: the answer is %d", c.outer, c.inner, got)
		}
	}
}

// parsed reads selectors, one after another: web,app=api api.
func parsed(text string) []Selector {
	var out []Selector
	for part := range strings.FieldsSeq(text) {
		namespace, pairs, _ := strings.Cut(part, ",")
		s := in(namespace)
		if pairs != "" {
			s = in(namespace, strings.Split(pairs, ",")...)
		}
		out = append(out, s)
	}
	return out
}
