package trust

import (
	"strings"
	"unicode/utf8"
)

// arnParts is the number of parts of an ARN; the last may hold colons of its own.
const arnParts = 6

// fitsARN compares the six parts of two ARNs one by one, with * and ? in each, so that a wildcard does
// not reach beyond its part (IAM User Guide, Amazon Resource Name condition operators).
func fitsARN(pattern, arn string) bool {
	p, a := strings.SplitN(pattern, ":", arnParts), strings.SplitN(arn, ":", arnParts)
	if len(p) != arnParts || len(a) != arnParts {
		return false
	}
	for i := range p {
		if !glob(p[i], a[i]) {
			return false
		}
	}
	return true
}

// glob matches a whole text, case-sensitively: * is none or many characters, ? is one. Names of Fargate
// profiles may hold any letter, so characters are counted, not bytes.
func glob(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		_, width := utf8.DecodeRuneInString(text[t:])
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && pattern[p] == '?':
			p++
			t += width
		case strings.HasPrefix(pattern[p:], text[t:t+width]):
			p += width
			t += width
		case star >= 0:
			_, width = utf8.DecodeRuneInString(text[mark:])
			mark += width
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
