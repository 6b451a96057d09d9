package document

// The tree: what a value is, whichever syntax it was written in.

import (
	"fmt"
	"slices"
)

// Kind is what a value is.
type Kind int

// The kinds of values.
const (
	Null Kind = iota
	Bool
	Number
	Text
	List
	Mapping
)

// String is the kind as a message names it.
func (k Kind) String() string {
	return [...]string{"null", "a boolean", "a number", "text", "a list", "a mapping"}[k]
}

// Value is one part of a document. It stays valid until the function that it was passed to returns.
type Value interface {
	Kind() Kind
	// Line counts the lines of the source from 1.
	Line() int
	// Text is what a scalar says: the text without quotes, a number or boolean as it was written.
	Text() string
	// Fields returns the fields of a mapping in the order of the source, none for any other kind.
	// YAML's merge keys are resolved. A key that occurs twice or is no text is an error.
	Fields() ([]Field, error)
	// Items returns the elements of a list, none for any other kind.
	Items() ([]Value, error)
}

// Field is one entry of a mapping.
type Field struct {
	Key   string
	Line  int
	Value Value
}

// Get returns the field of that name among fields, nil where there is none.
func Get(fields []Field, key string) Value {
	for _, f := range fields {
		if f.Key == key {
			return f.Value
		}
	}
	return nil
}

// Find returns the field of a mapping that has the key; it reads no further than that.
func Find(v Value, key string) (Field, bool) {
	if j, ok := v.(jsonValue); ok && j.Kind() == Mapping {
		for w := j.walk(); w.more(); {
			name := w.next()
			if value := w.next(); name.Text() == key {
				return Field{Key: key, Line: name.line, Value: value}, true
			}
		}
		return Field{}, false
	}
	fields, _ := v.Fields() // what is wrong with them is reported where they are read
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// AsText returns the text of a value; nil and null are empty. Another kind is an error that names path.
func AsText(v Value, path string) (string, error) {
	if v == nil || v.Kind() == Null {
		return "", nil
	}
	switch v.Kind() {
	case Text:
		return v.Text(), nil
	case Bool, Number:
		return "", At(v.Line(), "%s is %s (%s), not text; put it in quotes: %q", path, v.Kind(), v.Text(), v.Text())
	case Null, List, Mapping:
	}
	return "", isNot("text", v, path)
}

// AsFields returns the fields of a mapping; nil and null have none. Another kind is an error that names
// path.
func AsFields(v Value, path string) ([]Field, error) {
	if v == nil || v.Kind() == Null {
		return nil, nil
	}
	if v.Kind() != Mapping {
		return nil, isNot("a mapping", v, path)
	}
	return v.Fields()
}

// AsItems returns the elements of a list; nil and null have none. Another kind is an error that names
// path.
func AsItems(v Value, path string) ([]Value, error) {
	if v == nil || v.Kind() == Null {
		return nil, nil
	}
	if v.Kind() != List {
		return nil, isNot("a list", v, path)
	}
	return v.Items()
}

// isNot is the fault of a value that should be something else. It shows the beginning of a scalar.
func isNot(wanted string, v Value, path string) error {
	saying := ""
	switch v.Kind() {
	case Bool, Number:
		saying = " (" + Shorten(v.Text()) + ")"
	case Text:
		saying = fmt.Sprintf(" (%q)", Shorten(v.Text()))
	case Null, List, Mapping:
	}
	return At(v.Line(), "%s is %s%s, not %s%s", path, v.Kind(), saying, wanted, templateHint(v))
}

// Join makes the path of a field.
func Join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}

// Shorten cuts a text that is too long for a message.
func Shorten(text string) string {
	const most = 80
	runes := 0
	for i := range text {
		if runes++; runes > most {
			return text[:i] + "…"
		}
	}
	return text
}

// Keep returns a value that stays valid after the function that it was passed to has returned.
func Keep(v Value) Value {
	if v, ok := v.(jsonValue); ok {
		return v.kept()
	}
	return v
}

// Size is the size in bytes of a value of JSON text; of any other value it is unknown and 0.
func Size(v Value) int {
	switch v := v.(type) {
	case jsonValue:
		return len(v.raw)
	case *header:
		return v.size
	}
	return 0
}

// Tag is the tag that a value of YAML was given by its author, as !Ref or !Sub of CloudFormation's
// templates; it is empty for YAML's own tags (!!str), for values without one and for JSON. The value
// itself is read as if the tag were not there.
func Tag(v Value) string {
	// A lone ! is YAML's way to say that a scalar is text.
	if y, ok := v.(yamlValue); ok && len(y.node.Tag) > 1 && y.node.Tag[0] == '!' && y.node.Tag[1] != '!' {
		return y.node.Tag
	}
	return ""
}
