package output

import "strings"

// readable is the fewest columns that text is broken to; in a narrower terminal it is left alone.
const readable = 30

// Wrap breaks text between words into lines of at most width columns; every line after the first begins
// with hang. Spaces inside a line stay as they are, so that what is aligned stays aligned. A word is never
// broken, and nothing is where width leaves too little room for sentences, or is 0 because there is no
// terminal: there a line stays one line, for grep.
func Wrap(text string, width int, hang string) []string {
	if width-len(hang) < readable {
		return []string{text}
	}
	var lines []string
	line, begun := "", false
	for i, word := range strings.Split(text, " ") {
		switch {
		case i == 0:
			line, begun = word, word != ""
		case begun && word != "" && displayWidth(line)+1+displayWidth(word) > width:
			lines = append(lines, strings.TrimRight(line, " "))
			line = hang + word
		default:
			line += " " + word
			begun = begun || word != ""
		}
	}
	return append(lines, line)
}
