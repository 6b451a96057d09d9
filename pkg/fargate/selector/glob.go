package selector

import (
	"slices"
	"strings"
)

// normalize returns the glob in its plainest form: in every run of wildcards the question marks come first
// and at most one star follows, so that globs that mean the same are mostly the same text. Spaces and control
// characters, which no name has, are one character, so that a space can stand between globs.
func normalize(glob string) string {
	var out strings.Builder
	star := false
	for i := range len(glob) {
		switch c := glob[i]; {
		case c == '*':
			star = true
		case c != '?' && star:
			out.WriteByte('*')
			star = false
			fallthrough
		default:
			out.WriteByte(max(c, '!'))
		}
	}
	if star {
		out.WriteByte('*')
	}
	return out.String()
}

// shortestLength returns the length of the shortest text that matches the glob.
func shortestLength(glob string) int { return len(glob) - strings.Count(glob, "*") }

// mayShareAll reports whether a glob may have a text in common with each of the others, by what these begin with.
func mayShareAll(glob string, others []string) bool {
	begin := literalPrefix(glob)
	return !slices.ContainsFunc(others, func(o string) bool {
		o = literalPrefix(o)
		n := min(len(begin), len(o))
		return begin[:n] != o[:n]
	})
}

// Globs stand one after another in one text, each with a newline behind it, so that a place in the text is a place in
// a glob. next returns the places that one more character leads to: on to a later one, and to stay at a star; -1
// where there is none. A star that is followed by another one further on need not be stayed at: what matches
// from there matches from the later star too.
func next(globs string, at rune, c byte) (on, stay rune) {
	switch here := globs[at]; {
	case here != '*' && (here == c || here == '?'):
		return at + 1, -1
	case here != '*':
		return -1, -1
	case globs[at+1] != c:
		return -1, at
	case globs[at+2] == '*':
		return at + 2, -1
	}
	return at + 2, at
}

// done reports whether a text that has led to the place may end there; trapped, whether that is so however it goes on.
func done(globs string, at rune) bool    { return globs[at] == '\n' || trapped(globs, at) }
func trapped(globs string, at rune) bool { return globs[at] == '*' && globs[at+1] == '\n' }
