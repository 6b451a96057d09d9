package fargate

import (
	"fmt"
	"strings"
)

// Fault is one thing that is wrong with an input. Field names the place (selectors[0].labels), Value
// the offending text, Message what is wrong with it, Hint what to do (may be empty).
type Fault struct {
	// Code names the kind of a warning: pin, system-pods or redundant. It is empty for a fault, whose kind its
	// Field says.
	Code    string
	Field   string
	Value   string
	Message string
	Hint    string
}

// String is the fault in one line: what is wrong, with the value, then what to do.
func (f Fault) String() string {
	text := f.Message
	if f.Field != "" {
		text = f.Field + ": " + text
	}
	if f.Hint != "" {
		text += "; " + f.Hint
	}
	return text
}

// Faults are all faults of one input, in the order of the input; they are reported together. A
// non-empty Faults is an error.
type Faults []Fault

// Error lists every fault, one a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

// OrNil returns nil for no faults, so that the result can be returned as an error.
func (f Faults) OrNil() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// add appends a fault with its message.
func (f *Faults) add(fault Fault, format string, args ...any) {
	fault.Message = fmt.Sprintf(format, args...)
	*f = append(*f, fault)
}

// In prefixes the field of every fault, for a profile that is one of several in a file.
func (f Faults) In(prefix string) Faults {
	out := make(Faults, len(f))
	for i, x := range f {
		x.Field = strings.TrimSuffix(prefix+"."+x.Field, ".")
		out[i] = x
	}
	return out
}
