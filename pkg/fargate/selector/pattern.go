package selector

import (
	"strings"
	"unicode/utf8"
)

// HasWildcard reports whether the text contains * or ?.
func HasWildcard(text string) bool { return strings.ContainsAny(text, "*?") }

// Match reports whether the whole text matches the pattern: * stands for none, one or many characters,
// ? for exactly one, anything else for itself. There is no escape. The comparison is case-sensitive (EKS
// User Guide, Fargate profile wildcards).
func Match(pattern, text string) bool {
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

// Pattern is a pattern prepared for being matched with many texts. Equal patterns are ==.
type Pattern struct{ text, prefix string }

// Compile prepares a pattern.
func Compile(pattern string) Pattern { return Pattern{pattern, literalPrefix(pattern)} }

// String returns the pattern as it was written.
func (p Pattern) String() string { return p.text }

// Prefix returns what every text that matches begins with: the pattern up to its first wildcard.
func (p Pattern) Prefix() string { return p.prefix }

// Match reports whether the whole text matches, as the function Match does.
func (p Pattern) Match(text string) bool {
	n := len(p.prefix)
	if n == len(p.text) {
		return text == p.text
	}
	return strings.HasPrefix(text, p.prefix) && Match(p.text[n:], text[n:])
}

func literalPrefix(pattern string) string {
	if i := strings.IndexAny(pattern, "*?"); i >= 0 {
		return pattern[:i]
	}
	return pattern
}
