package output

import (
	"fmt"
	"strconv"
	"strings"
)

// Indent puts a prefix before every line that is not empty.
func Indent(text, prefix string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			out.WriteString(prefix)
		}
		out.WriteString(line)
	}
	return out.String()
}

// Count says how many there are of something whose plural has an s: 1 pod, 2 pods.
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// First names the first of many, and how many there are besides.
func First(most int, names []string) string {
	text := strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Dollars writes an amount of money, without its sign.
func Dollars(amount float64) string { return strconv.FormatFloat(amount, 'f', 2, 64) }
