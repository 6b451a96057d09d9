package glob

import (
	"strings"
	"testing"
)

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		fits          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "abc", true},
		{"a*", "abc", true},
		{"*c", "abc", true},
		{"a*c", "abcbc", true},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"?", "ä", true},
		{"a*b", "acd", false},
		{"**a", "ba", true},
		{"a", "A", false},
	} {
		if got := Match(test.pattern, test.text); got != test.fits {
			t.Errorf("%q on %q: %t", test.pattern, test.text, got)
		}
	}
	// A pattern of many stars ends in time that does not explode.
	Match(strings.Repeat("*a", 500)+"b", strings.Repeat("a", 2000))
}
