package output

import (
	"fmt"
	"strings"
)

// Text is lines for people: cleaned, and broken between words to fit so many columns; with 0 no line is broken.
type Text struct {
	Width int

	out strings.Builder
}

// Say adds a sentence behind so many spaces; its lines after the first are indented by two more.
func (t *Text) Say(indent int, format string, args ...any) {
	t.SayAfter(strings.Repeat(" ", indent), indent+2, fmt.Sprintf(format, args...))
}

// SayAfter adds text behind begin; its lines after the first are indented by hang.
func (t *Text) SayAfter(begin string, hang int, text string) {
	for _, line := range Wrap(begin+Clean(text), t.Width, strings.Repeat(" ", hang)) {
		t.out.WriteString(line + "\n")
	}
}

// Paste adds the lines of what a reader copies, behind so many spaces: none is broken.
func (t *Text) Paste(indent int, text string) {
	for line := range strings.Lines(CleanLines(text)) {
		t.out.WriteString(strings.Repeat(" ", indent) + strings.TrimRight(line, "\n") + "\n")
	}
}

// Add adds lines that are laid out already.
func (t *Text) Add(lines string) { t.out.WriteString(lines) }

// String returns the lines.
func (t *Text) String() string { return t.out.String() }
