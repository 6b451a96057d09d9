package fargate

// This file holds the wildcards of selectors: matching one text, and the grammars of the names that
// patterns stand for. pattern_sets.go compares patterns with each other.

import (
	"slices"
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

// A grammar says which texts can occur at all: a witness must be a name that Kubernetes accepts. It is
// a small automaton over characters; state 0 is the start.
type grammar struct {
	step   func(state int, c rune) int // -1 refuses
	accept func(state int) bool
	sample string // characters worth trying besides the patterns' own, in order of preference
}

const lower = "abcdefghijklmnopqrstuvwxyz0123456789"

// namespaceGrammar: DNS-1123 label. States: 0 start, 1 after a letter or digit, 2 after a hyphen.
var namespaceGrammar = grammar{
	step: func(s int, c rune) int {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			return 1
		case c == '-' && s != 0:
			return 2
		}
		return -1
	},
	accept: func(s int) bool { return s == 1 },
	sample: lower,
}

func isAlphanumeric(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// valueGrammar: a Kubernetes label value, which may be empty.
var valueGrammar = grammar{
	step: func(s int, c rune) int {
		switch {
		case isAlphanumeric(c):
			return 1
		case (c == '-' || c == '_' || c == '.') && s != 0:
			return 2
		}
		return -1
	},
	accept: func(s int) bool { return s != 2 },
	sample: lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}

// keyGrammar: a Kubernetes qualified name, [prefix/]name. States 0-2 before a slash, as for values but
// never empty; 3 after the slash, 4 and 5 behind it; 6 and 7 while only a name without prefix is
// possible any more, because a capital or an underscore came (a prefix is a DNS subdomain).
var keyGrammar = grammar{
	step: func(s int, c rune) int {
		small := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		switch s {
		case 0, 1, 2, 8:
			switch {
			case small:
				return 1
			case c >= 'A' && c <= 'Z':
				return 6
			case s == 0:
				return -1
			case c == '/' && s == 1:
				return 3
			case c == '-':
				if s == 8 {
					return 7
				}
				return 2
			case c == '.':
				// A DNS subdomain has no dot behind a dot or a hyphen.
				if s == 1 {
					return 8
				}
				return 7
			case c == '_':
				return 7
			}
		case 3, 4, 5:
			switch {
			case isAlphanumeric(c):
				return 4
			case (c == '-' || c == '_' || c == '.') && s != 3:
				return 5
			}
		case 6, 7:
			switch {
			case isAlphanumeric(c):
				return 6
			case c == '-' || c == '_' || c == '.':
				return 7
			}
		}
		return -1
	},
	accept: func(s int) bool { return s == 1 || s == 4 || s == 6 },
	sample: valueGrammar.sample,
}

// alphabet gives the characters that can make a difference: the patterns' own and one that none of
// them names, which stands for all others. Letters come first, so that witnesses read well.
func (g grammar) alphabet(patterns ...string) []rune {
	own := map[rune]bool{}
	for _, p := range patterns {
		for _, c := range p {
			if c != '*' && c != '?' {
				own[c] = true
			}
		}
	}
	var out []rune
	for c := range own {
		out = append(out, c)
	}
	for _, c := range g.sample {
		if !own[c] {
			out = append(out, c)
			break
		}
	}
	slices.SortFunc(out, func(a, b rune) int {
		if x, y := isAlphanumeric(a), isAlphanumeric(b); x != y {
			if x {
				return -1
			}
			return 1
		}
		return int(a - b)
	})
	return out
}
