package output

import "strings"

// readable is the fewest columns that text is broken to; a narrower terminal indents it less, then leaves it alone.
const readable = 30

// Wrap breaks text between words into lines of at most width columns; every line after the first begins
// with hang. Spaces inside a line stay as they are, so that what is aligned stays aligned. A word is never
// broken, and nothing is where width leaves too little room for sentences, or is 0 because there is no
// terminal: there a line stays one line, for grep.
func Wrap(text string, width int, hang string) []string {
	if width < readable {
		return []string{text}
	}
	hang = hang[:min(len(hang), width-readable)]
	var lines []string
	line, begun := "", false
	for i, word := range strings.Split(text, " ") {
		at := displayWidth(line) + 1 // a new line must begin before it to be of use
		switch {
		case i == 0:
			line, begun = word, word != ""
		case begun && word != "" && at+displayWidth(word) > width && at > displayWidth(hang):
			lines = append(lines, strings.TrimRight(line, " "))
			line = hang + word
		default:
			line += " " + word
			begun = begun || word != ""
		}
	}
	return append(lines, line)
}

// Message lays out a message behind a prefix for so many columns: it is broken between words, and a command at the end
// of a line goes whole onto a line of its own, ready to be copied. Lines after the first are indented.
func Message(prefix, text string, width int) string {
	var out []string
	for i, line := range strings.Split(text, "\n") {
		begin := "  "
		if i == 0 {
			begin = prefix
		}
		prose, command := cutCommand(line, i > 0)
		indent := "  " + line[:len(line)-len(strings.TrimLeft(line, " "))] + "  "
		if prose != "" {
			out = append(out, Wrap(begin+prose, width, indent)...)
		}
		if command != "" {
			out = append(out, indent+command)
		}
	}
	return strings.Join(out, "\n")
}

// cutCommand divides a line into its text and the command that ends it, empty for none. A whole line may be one too.
// What goes on behind a colon is no command, but the failure of one.
func cutCommand(line string, whole bool) (prose, command string) {
	for _, tool := range []string{"fgctl ", "aws ", "kubectl ", "eksctl ", "helm ", "kustomize ", "curl "} {
		if text := strings.TrimLeft(line, " "); whole && strings.HasPrefix(text, tool) && !strings.Contains(text, ": ") {
			return "", text
		}
		if i := strings.Index(line, ": "+tool); i >= 0 && !strings.Contains(line[i+2:], ": ") {
			return line[:i+1], line[i+2:]
		}
	}
	return line, ""
}
