package output

// Names, tags and messages come from AWS or from manifests that others wrote, and must not steer the terminal.

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// escapes are the sequences that a terminal acts upon, introducer and payload together (ECMA-48): CSI
// up to its final byte, the string sequences OSC, DCS, SOS, PM and APC up to BEL or ST, and the short
// escapes. Both the 7-bit and the 8-bit introducers are known.
var escapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?:\x1b\\[|\u009b)[0-?]*[ -/]*[@-~]" +
		"|(?:\x1b[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\x07\x1b\u009c]*(?:\x07|\x1b\\\\|\u009c)?" +
		"|\x1b[ -/]*[0-~]?")
})

// Clean makes text fit for one line of a terminal: escape sequences, control characters and
// characters that reorder the text around them are dropped; tabs and line breaks become one space.
func Clean(text string) string { return clean(text, false) }

// CleanLines is Clean for text of several lines: line breaks and tabs stay.
func CleanLines(text string) string { return clean(text, true) }

func clean(text string, lines bool) string {
	if !suspicious(text) {
		return text
	}
	text = escapes().ReplaceAllString(text, "")
	if !lines {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			if lines {
				return r
			}
			return ' '
		case control(r) || reorders(r) || r == '\u2028' || r == '\u2029':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// suspicious reports whether clean has anything to do; nearly no text has.
func suspicious(text string) bool {
	for i, r := range text {
		if control(r) || reorders(r) || r == '\u2028' || r == '\u2029' {
			return true
		}
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return true
			}
		}
	}
	return false
}

// control reports whether r is a C0 or C1 control character, or DEL.
func control(r rune) bool { return r < 0x20 || r >= 0x7f && r <= 0x9f }

// reorders reports whether r changes the direction of the text around it (Unicode Standard Annex
// #9, explicit directional formatting).
func reorders(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' ||
		r == '\u200e' || r == '\u200f' || r == '\u061c'
}

// markdownText are the characters that mean something in Markdown or in the HTML within it, as references: these are
// text wherever they stand, in the cell of a table too, which a backslash before a bar is not.
var markdownText = sync.OnceValue(func() *strings.Replacer {
	const special = "&<>|`*_[]\\~!#$@^"
	pairs := append(make([]string, 0, 2+2*len(special)), "\n", "<br>")
	for _, r := range special {
		pairs = append(pairs, string(r), fmt.Sprintf("&#%d;", r))
	}
	return strings.NewReplacer(pairs...)
})

// markdown writes text of one or more lines for a paragraph or a cell of GitHub's Markdown.
func markdown(text string) string {
	return markdownText().Replace(strings.TrimSpace(CleanLines(text)))
}

// code writes text as code in a cell of GitHub's Markdown.
func code(text string) string {
	if text = Clean(text); text == "" || strings.ContainsAny(text, "`|\\") {
		return "<code>" + markdown(text) + "</code>"
	}
	return "`" + text + "`"
}
