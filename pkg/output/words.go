package output

import (
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

// Dollars writes an amount of money, without its sign.
func Dollars(amount float64) string { return strconv.FormatFloat(amount, 'f', 2, 64) }
