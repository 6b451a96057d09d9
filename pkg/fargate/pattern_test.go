package fargate

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestMatchPattern(t *testing.T) {
	// The examples of the EKS User Guide, Fargate profile wildcards, come first.
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"prod*", "prod", true},
		{"prod*", "prod-metrics", true},
		{"value?", "valuea", true},
		{"value?", "value", false},
		{"value?", "value-a", false},
		{"*dev", "web-dev", true},
		{"*dev", "dev", true},
		{"frontend*?", "frontend", false},
		{"frontend*?", "frontend1", true},
		{"frontend*?", "frontend-12", true},
		{"prod*", "Prod", false},
		{"web", "web", true},
		{"web", "web2", false},
		{"*", "", true},
		{"", "", true},
		{"", "a", false},
		{"?", "", false},
		{"a*b*c", "aXbXbc", true},
		{"a*b*c", "acb", false},
		{"?", "é", true},
		{"*é?", "aéé", true},
		{"a.c", "abc", false},
	} {
		if got := MatchPattern(c.pattern, c.text); got != c.want {
			t.Errorf("MatchPattern(%q, %q) = %v", c.pattern, c.text, got)
		}
	}
}

// byRegexp is the same rule in another's words.
func byRegexp(pattern, text string) bool {
	quoted := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile(`(?s)\A` + quoted + `\z`).MatchString(text)
}

func FuzzMatchPattern(f *testing.F) {
	f.Add("prod*", "prod-metrics")
	f.Add("*a*b?c*", "xxaybzc")
	f.Add("é?*", "éa")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if !utf8.ValidString(pattern) || !utf8.ValidString(text) || len(pattern) > 200 || len(text) > 200 {
			t.Skip()
		}
		if got, want := MatchPattern(pattern, text), byRegexp(pattern, text); got != want {
			t.Errorf("MatchPattern(%q, %q) = %v, a regexp says %v", pattern, text, got, want)
		}
	})
}

// allTexts gives every text over the letters of at most the length.
func allTexts(letters string, length int) []string {
	out := []string{""}
	for level := out; length > 0; length-- {
		var next []string
		for _, t := range level {
			for _, c := range letters {
				next = append(next, t+string(c))
			}
		}
		out = append(out, next...)
		level = next
	}
	return out
}

var patternOf = rapid.StringOfN(rapid.RuneFrom([]rune("ab-*?")), 1, 5, -1)

func accepts(g grammar, text string) bool {
	state := 0
	for _, c := range text {
		if state = g.step(state, c); state < 0 {
			return false
		}
	}
	return g.accept(state)
}

// Intersection and containment are held against trying every name over a small alphabet: patterns of
// five characters differ, if at all, on texts of at most ten; c stands for all letters they do not name.
func TestPatternSetsAgainstBruteForce(t *testing.T) {
	texts := allTexts("abc-", 6)
	for name, g := range map[string]grammar{"namespace": namespaceGrammar, "value": valueGrammar, "key": keyGrammar} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				a, b := patternOf.Draw(t, "a"), patternOf.Draw(t, "b")
				common, escaping := false, false
				for _, text := range texts {
					if !accepts(g, text) || !MatchPattern(a, text) {
						continue
					}
					if MatchPattern(b, text) {
						common = true
					} else {
						escaping = true
					}
				}
				witness, ok := intersect(g, a, b)
				if ok && (!accepts(g, witness) || !MatchPattern(a, witness) || !MatchPattern(b, witness)) {
					t.Fatalf("intersect(%q, %q) gave %q, which does not fit both", a, b, witness)
				}
				if common && !ok {
					t.Fatalf("intersect(%q, %q) found nothing", a, b)
				}
				if !common && ok && len(witness) <= 6 {
					t.Fatalf("intersect(%q, %q) = %q, which brute force does not find", a, b, witness)
				}
				counter, out := escape(g, a, b)
				if out && (!accepts(g, counter) || !MatchPattern(a, counter) || MatchPattern(b, counter)) {
					t.Fatalf("escape(%q, %q) gave %q, which is no counterexample", a, b, counter)
				}
				if escaping && !out {
					t.Fatalf("%q is said to lie within %q, but does not", a, b)
				}
			})
		})
	}
}

// A pattern made to blow up the subset construction is still decided at once.
func TestContainmentOfHostilePatterns(t *testing.T) {
	inner := "*aa" + strings.Repeat("?", 40)
	outer := "*a" + strings.Repeat("?", 40)
	if !contains(namespaceGrammar, outer, inner) {
		t.Errorf("%s should contain %s", outer, inner)
	}
	if contains(namespaceGrammar, inner, outer) {
		t.Errorf("%s should not contain %s", inner, outer)
	}
	if _, ok := intersect(namespaceGrammar, inner, "*b"+strings.Repeat("?", 41)); ok {
		t.Error("the 42nd character from the end cannot be a and b at once")
	}
}

func BenchmarkMatchPattern(b *testing.B) {
	for b.Loop() {
		MatchPattern("prod-*-metrics", "prod-eu-west-1-metrics")
	}
}
