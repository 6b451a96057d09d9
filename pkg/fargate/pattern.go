package fargate

// This file holds the wildcards of selectors: matching one text, and the form in which pattern_sets.go
// compares patterns with each other.

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// HasWildcard tells whether the text holds * or ?.
func HasWildcard(pattern string) bool { return strings.ContainsAny(pattern, "*?") }

// MatchPattern tells whether the whole text fits the pattern: * stands for none, one or many
// characters, ? for exactly one, anything else for itself. There is no escape. The comparison is
// case-sensitive (EKS User Guide, Fargate profile wildcards).
func MatchPattern(pattern, text string) bool {
	// The classic two-pointer walk: on a mismatch let the last * take one more character. Linear in
	// practice, len(pattern)*len(text) at worst.
	p, t := 0, 0
	star, mark := -1, 0
	for t < len(text) {
		if p < len(pattern) {
			if pattern[p] == '*' {
				star, mark = p, t
				p++
				continue
			}
			_, width := utf8.DecodeRuneInString(text[t:])
			if pattern[p] == '?' {
				p++
				t += width
				continue
			}
			if strings.HasPrefix(pattern[p:], text[t:t+width]) {
				p += width
				t += width
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, width := utf8.DecodeRuneInString(text[mark:])
		mark += width
		p, t = star+1, mark
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// compiledPattern is a pattern that many texts are held against.
type compiledPattern struct {
	text  string
	begin string // what every text that fits begins with, up to the first wildcard
}

func compilePattern(pattern string) compiledPattern {
	p := compiledPattern{pattern, pattern}
	if i := strings.IndexAny(pattern, "*?"); i >= 0 {
		p.begin = pattern[:i]
	}
	return p
}

// matches gives the answer of MatchPattern.
func (p compiledPattern) matches(text string) bool {
	n := len(p.begin)
	if n == len(p.text) {
		return text == p.text
	}
	return strings.HasPrefix(text, p.begin) && MatchPattern(p.text[n:], text[n:])
}

// glob is a pattern in its plainest form: in every run of wildcards the question marks come first and at
// most one star follows, so that patterns that mean the same are mostly the same bytes. Characters
// beyond ASCII, which no name of Kubernetes has, are all one byte.
type glob []byte

// beyondASCII is the byte of a glob that stands for a character which fits no name.
const beyondASCII = 0x80

func newGlob(pattern string) glob {
	var out glob
	star := false
	flush := func() {
		if star {
			out = append(out, '*')
		}
		star = false
	}
	for _, c := range pattern {
		switch c {
		case '*':
			star = true
		case '?':
			out = append(out, '?')
		default:
			flush()
			if c >= utf8.RuneSelf {
				c = beyondASCII
			}
			out = append(out, byte(c))
		}
	}
	flush()
	return out
}

// least is the length of the shortest text that fits.
func (p glob) least() int { return len(p) - bytes.Count(p, []byte{'*'}) }

// next gives the places that one more character leads to from a place: on to a later one, and to stay
// at a star; -1 where there is none. A star that is followed by another one further on need not be
// stayed at: what fits from there fits from the later star too.
func (p glob) next(at int, c byte) (on, stay int) {
	on, stay = -1, -1
	if at == len(p) {
		return on, stay
	}
	if p[at] != '*' {
		if p[at] == c || p[at] == '?' {
			on = at + 1
		}
		return on, stay
	}
	if at+1 < len(p) && p[at+1] == c {
		on = at + 2
	}
	if on < 0 || on == len(p) || p[on] != '*' {
		stay = at
	}
	return on, stay
}

// done tells whether a text that has led to the place may end there.
func (p glob) done(at int) bool { return at == len(p) || at == len(p)-1 && p[at] == '*' }
