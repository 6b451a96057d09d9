package spelling

// These tests state which word is taken for a misspelt one.

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	for _, c := range []struct{ word, known, want string }{
		{"clutser", "cluster region", "cluster"}, // two neighbours swapped
		{"clustr", "cluster region", "cluster"},
		{"REGION", "cluster region", "region"},
		{"podExecutionRoleArn", "name podExecutionRoleARN", "podExecutionRoleARN"},
		{"sel", "namespace selectors", "selectors"}, // a beginning
		{"se", "namespace selectors", ""},
		{"colour", "name selectors subnets", ""},
		{"ab", "cd", ""},
		{"a", "b", ""}, // no letter in common
		{"abc", "abd abe", "abd"},
		{"", "a", ""},
		{"a", "", ""},
		{strings.Repeat("a", 65), strings.Repeat("a", 66), ""},
	} {
		if got := Nearest(c.word, strings.Fields(c.known)); got != c.want {
			t.Errorf("Nearest(%q, %s) = %q, want %q", c.word, c.known, got, c.want)
		}
	}
}

// The distance is what a plain recursion over all edits returns.
func TestDistance(t *testing.T) {
	var slow func(a, b string) int
	slow = func(a, b string) int {
		switch {
		case a == "":
			return len(b)
		case b == "":
			return len(a)
		}
		i, j := len(a)-1, len(b)-1
		replaced := slow(a[:i], b[:j])
		if a[i] != b[j] {
			replaced++
		}
		out := min(replaced, slow(a[:i], b)+1, slow(a, b[:j])+1)
		if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
			out = min(out, slow(a[:i-1], b[:j-1])+1)
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringMatching(`[abc]{0,6}`).Draw(t, "a"), rapid.StringMatching(`[abc]{0,6}`).Draw(t, "b")
		if got, want := distance(a, b), slow(a, b); got != want || got != distance(b, a) {
			t.Fatalf("distance(%q, %q) = %d, want %d", a, b, got, want)
		}
	})
}
