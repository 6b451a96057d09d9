package selector

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation"
	"pgregory.net/rapid"
)

func TestMatch(t *testing.T) {
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
		if got := Match(c.pattern, c.text); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.text, got)
		}
	}
}

// byRegexp is the same rule in another's words.
func byRegexp(pattern, text string) bool {
	quoted := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile(`(?s)\A` + quoted + `\z`).MatchString(text)
}

func FuzzMatch(f *testing.F) {
	f.Add("prod*", "prod-metrics")
	f.Add("*a*b?c*", "xxaybzc")
	f.Add("é?*", "éa")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if !utf8.ValidString(pattern) || !utf8.ValidString(text) || len(pattern) > 200 || len(text) > 200 {
			t.Skip()
		}
		if got, want := Match(pattern, text), byRegexp(pattern, text); got != want {
			t.Errorf("Match(%q, %q) = %v, a regexp says %v", pattern, text, got, want)
		}
	})
}

// allTexts returns every text over the letters of at most the length.
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

// The shortest text that fits some patterns and none of others is held against trying every text over a
// small alphabet; c stands for all letters that no pattern names.
func TestShortestAgainstBruteForce(t *testing.T) {
	names := allTexts("abc-", 6)
	pairs := make([]string, 0, 10000)
	for _, key := range allTexts("abc-/", 3) {
		for _, value := range allTexts("abc", 3) {
			pairs = append(pairs, key+"="+value)
		}
	}
	slices.SortStableFunc(pairs, func(a, b string) int { return len(a) - len(b) })
	pairOf := rapid.Custom(func(t *rapid.T) string {
		piece := rapid.StringOfN(rapid.RuneFrom([]rune("ab/*?")), 1, 3, -1)
		return piece.Draw(t, "key") + "=" + rapid.StringOfN(rapid.RuneFrom([]rune("ab*?")), 0, 3, -1).Draw(t, "value")
	})
	for name, c := range map[string]struct {
		grammar  grammar
		texts    []string
		patterns *rapid.Generator[string]
		complete int // shorter texts are all tried
	}{
		"namespace": {namespaces, names, patternOf, 6},
		"label":     {labels, pairs, pairOf, 4},
	} {
		t.Run(name, func(t *testing.T) {
			var valid []string
			for _, text := range c.texts {
				if c.grammar.valid(text) {
					valid = append(valid, text)
				}
			}
			rapid.Check(t, func(t *rapid.T) {
				fit := rapid.SliceOfN(c.patterns, 1, 3).Draw(t, "fit")
				avoid := rapid.SliceOfN(c.patterns, 0, 3).Draw(t, "avoid")
				answers := func(text string) bool {
					matches := func(p string) bool { return Match(p, text) }
					return !slices.ContainsFunc(fit, func(p string) bool { return !matches(p) }) && !slices.ContainsFunc(avoid, matches)
				}
				b := new(work(questionWork))
				got, ok := shortest(c.grammar, normalized(fit), normalized(avoid), b)
				if b.spent() {
					t.Fatal("the budget was spent")
				}
				if ok && (!c.grammar.valid(got) || !answers(got)) {
					t.Fatalf("%q is no answer", got)
				}
				best := slices.IndexFunc(valid, answers)
				switch {
				case best < 0 && ok && len(got) <= c.complete:
					t.Fatalf("%q is an answer that brute force does not find", got)
				case best >= 0 && !ok:
					t.Fatalf("there is no answer, but %q is one", valid[best])
				case best >= 0 && len(valid[best]) < len(got):
					t.Fatalf("%q is not the shortest answer; %q is one", got, valid[best])
				}
			})
		})
	}
}

func normalized(globs []string) []string {
	out := make([]string, len(globs))
	for i, g := range globs {
		out[i] = normalize(g)
	}
	return out
}

// A compiled pattern answers as the plain one.
func TestCompiledPattern(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("abé")), 0, 5, -1)
	pattern := rapid.StringOfN(rapid.RuneFrom([]rune("abé*?")), 0, 5, -1)
	rapid.Check(t, func(t *rapid.T) {
		p, text := pattern.Draw(t, "pattern"), text.Draw(t, "text")
		if got, want := Compile(p).Match(text), Match(p, text); got != want {
			t.Fatalf("%q, %q: %v", p, text, got)
		}
	})
}

// The grammars are held against Kubernetes' own rules.
func TestGrammarsAgainstKubernetes(t *testing.T) {
	letters := []rune("ab9A-_./")
	long := func(parts ...string) *rapid.Generator[string] {
		return rapid.Map(rapid.SliceOfN(rapid.SampledFrom(parts), 1, 6), func(s []string) string { return strings.Join(s, "") })
	}
	key := rapid.OneOf(rapid.StringOfN(rapid.RuneFrom(letters), 0, 6, -1), long("a", "-", "/", ".", strings.Repeat("b", 62), strings.Repeat("c", 125), "A"))
	value := rapid.OneOf(rapid.StringOfN(rapid.RuneFrom(letters), 0, 4, -1), long("a", "-", strings.Repeat("b", 62)))
	rapid.Check(t, func(t *rapid.T) {
		k, v := key.Draw(t, "key"), value.Draw(t, "value")
		if got, want := namespaces.valid(v), len(validation.IsDNS1123Label(v)) == 0; got != want {
			t.Fatalf("namespace %q: %v", v, got)
		}
		want := len(validation.IsQualifiedName(k)) == 0 && len(validation.IsValidLabelValue(v)) == 0
		if got := labels.valid(k + "=" + v); got != want {
			t.Fatalf("label %q=%q: %v", k, v, got)
		}
	})
}

// All short texts, beside those that chance finds.
func TestGrammarsOfShortTexts(t *testing.T) {
	for _, key := range []string{"a..b/c", "a.-b/c", "a-.b/c", "a--b/c", "a.b/c", "a_b/c", "A.b/c", "a/b.-c", "a/b/c"} {
		if got, want := labels.valid(key+"="), len(validation.IsQualifiedName(key)) == 0; got != want {
			t.Errorf("label key %q: %v", key, got)
		}
	}
	texts := []string{""}
	for begin, length := 0, 0; length <= 5; length++ {
		end := len(texts)
		for _, text := range texts[begin:end] {
			if got, want := labels.valid(text+"="), len(validation.IsQualifiedName(text)) == 0; got != want {
				t.Errorf("label key %q: %v", text, got)
			}
			if got, want := labels.valid("a="+text), len(validation.IsValidLabelValue(text)) == 0; got != want {
				t.Errorf("label value %q: %v", text, got)
			}
			if got, want := namespaces.valid(text), len(validation.IsDNS1123Label(text)) == 0; got != want {
				t.Errorf("namespace %q: %v", text, got)
			}
			for _, c := range "a9A-_./" {
				texts = append(texts, text+string(c))
			}
		}
		begin = end
	}
}

// none stands for no answer; no text has a space.
const none = " "

// Where all small letters are named, other characters matter; and lengths end where Kubernetes says.
func TestShortestAtTheEdges(t *testing.T) {
	var everySmall []string
	for _, c := range small {
		everySmall = append(everySmall, "k=*"+string(c)+"*")
	}
	a := func(n int) string { return strings.Repeat("a", n) }
	for _, c := range []struct {
		grammar    grammar
		fit, avoid []string
		want       string // none for no answer
	}{
		{labels, []string{"k=??"}, everySmall, "k=AA"},
		{labels, []string{"k=A?C"}, append([]string{"k=A[A-Z]C"}, everySmall...), "k=ABC"},
		{namespaces, []string{a(63) + "*"}, nil, a(63)},
		{namespaces, []string{a(63) + "?"}, nil, none},
		{namespaces, []string{a(63) + "*"}, []string{a(63)}, none},
		{namespaces, []string{a(62) + "*"}, []string{a(62), a(62) + "?"}, none},
		{namespaces, []string{a(61) + "*"}, []string{a(61), a(61) + "?"}, a(61) + "bb"},
		{labels, []string{a(63) + "?=x"}, nil, none},
		{labels, []string{strings.Repeat("?", 64) + "=x"}, nil, "b/" + strings.Repeat("a", 62) + "=x"},
		{labels, []string{a(253) + "/" + a(63) + "*=" + a(63) + "*"}, nil, a(253) + "/" + a(63) + "=" + a(63)},
		{labels, []string{a(254) + "/" + a(63) + "=" + a(63)}, nil, none},
		// Of two keys that have come as far, the one with more room left in its name goes on.
		{labels, []string{"*xxxxx*" + strings.Repeat("y", 62) + "=", strings.Repeat("?", 69) + "="}, nil, "xxxxxa/" + strings.Repeat("y", 62) + "="},
		// The star of the second pattern is the last bit of a word.
		{namespaces, []string{"?b"}, []string{a(62), "*b"}, none},
		{labels, []string{"é=*"}, nil, none},
		{labels, []string{"a=b=*"}, nil, none},
	} {
		got, ok := shortest(c.grammar, normalized(c.fit), normalized(c.avoid), new(work(questionWork)))
		if !ok {
			got = none
		}
		if len(got) != len(c.want) || ok != (c.want != none) {
			t.Errorf("shortest(%v, %v) = %q, want one like %q", c.fit, c.avoid, got, c.want)
		}
		if ok && !c.grammar.valid(got) {
			t.Errorf("%q is not valid", got)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	for b.Loop() {
		Match("prod-*-metrics", "prod-eu-west-1-metrics")
	}
}
