package document

import (
	"fmt"
	"strings"
)

// Error is one fault of a text.
type Error struct {
	// Source is the file, "-" for standard input, empty where unknown.
	Source string
	// Document counts the documents of the source from 1, 0 where the fault is not in one.
	Document int
	// Line counts the lines of the source from 1, 0 where unknown.
	Line int
	// Message says what is wrong and what to do.
	Message string
}

// Error is the fault in one line: pod.yaml: document 2, line 14: what is wrong.
func (e *Error) Error() string {
	var place []string
	if e.Document > 0 {
		place = append(place, fmt.Sprintf("document %d", e.Document))
	}
	if e.Line > 0 {
		place = append(place, fmt.Sprintf("line %d", e.Line))
	}
	var parts []string
	if e.Source != "" {
		parts = append(parts, SourceName(e.Source))
	}
	if len(place) > 0 {
		parts = append(parts, strings.Join(place, ", "))
	}
	return strings.Join(append(parts, e.Message), ": ")
}

// SourceName is a source as a message names it: of a URL with a user, a password or a query only the scheme and the
// host.
func SourceName(source string) string {
	if source == "-" {
		return "standard input"
	}
	scheme, rest, isURL := strings.Cut(source, "://")
	if !isURL || !strings.ContainsAny(rest, "@?#") {
		return source
	}
	host := rest[strings.LastIndexByte(rest, '@')+1:] // a password may hold a slash
	host = host[:strings.IndexAny(host+"/", "/?#")]
	return scheme + "://" + host + "/..."
}

// Errors are all faults of a text in the order of the text. A non-empty Errors is an error.
type Errors []*Error

// Error lists every fault, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, x := range e {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the single faults.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, x := range e {
		out[i] = x
	}
	return out
}

// OrNil returns nil for no faults and the fault itself for a single one, so that the result can be
// returned as an error.
func (e Errors) OrNil() error {
	switch len(e) {
	case 0:
		return nil
	case 1:
		return e[0]
	}
	return e
}

// Add appends a fault, or all faults where err is an Errors. Anything else becomes a fault without a
// place.
func (e *Errors) Add(err error) {
	switch err := err.(type) { //nolint:errorlint // only this package's own types are told apart
	case nil:
	case *Error:
		*e = append(*e, err)
	case Errors:
		*e = append(*e, err...)
	default:
		*e = append(*e, &Error{Message: err.Error()})
	}
}

// At makes a fault at a line.
func At(line int, format string, args ...any) *Error {
	return &Error{Line: line, Message: fmt.Sprintf(format, args...)}
}
