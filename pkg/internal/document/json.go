package document

// This file holds a JSON value: a walk over valid text that decodes only what is asked for.

import (
	"bytes"
	"encoding/json"
)

// jsonValue is a value of valid JSON text.
type jsonValue struct {
	raw  []byte
	line int
}

func (v jsonValue) Line() int { return v.line }

func (v jsonValue) Kind() Kind {
	switch v.raw[0] {
	case 'n':
		return Null
	case 't', 'f':
		return Bool
	case '"':
		return Text
	case '[':
		return List
	case '{':
		return Mapping
	}
	return Number
}

func (v jsonValue) Text() string {
	if v.Kind() == Text {
		return jsonText(v.raw)
	}
	return string(v.raw)
}

func (v jsonValue) Fields() ([]Field, error) {
	if v.Kind() != Mapping {
		return nil, nil
	}
	var out []Field
	seen := map[string]int{}
	w := jsonWalk{raw: v.raw, at: 1, line: v.line}
	for {
		if w.next() == '}' {
			return out, nil
		}
		key := w.value()
		name := jsonText(key.raw)
		if first, ok := seen[name]; ok {
			return nil, duplicate(name, first, key.line)
		}
		seen[name] = key.line
		w.next() // moves behind the colon
		out = append(out, Field{Key: name, Line: key.line, Value: w.value()})
	}
}

func (v jsonValue) Items() ([]Value, error) {
	if v.Kind() != List {
		return nil, nil
	}
	var out []Value
	w := jsonWalk{raw: v.raw, at: 1, line: v.line}
	for w.next() != ']' {
		out = append(out, w.value())
	}
	return out, nil
}

func jsonText(raw []byte) string {
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	var out string
	// The text was judged when its document was read, so this cannot fail.
	_ = json.Unmarshal(raw, &out)
	return out
}

// jsonWalk goes over text that is known to be valid.
type jsonWalk struct {
	raw  []byte
	at   int
	line int
}

// next moves over white space, commas and colons to the next value or closing bracket and returns its
// first byte.
func (w *jsonWalk) next() byte {
	for {
		switch c := w.raw[w.at]; c {
		case '\n':
			w.line++
		case ' ', '\t', '\r', ',', ':':
		default:
			return c
		}
		w.at++
	}
}

// value moves over the value that begins here.
func (w *jsonWalk) value() jsonValue {
	start, out, depth := w.at, jsonValue{line: w.line}, 0
	for ; w.at < len(w.raw); w.at++ {
		switch w.raw[w.at] {
		case '\n':
			w.line++
		case '"':
			for w.at++; w.raw[w.at] != '"'; w.at++ {
				if w.raw[w.at] == '\\' {
					w.at++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			if !w.scalarEnds(depth) {
				continue
			}
		}
		if depth == 0 {
			w.at++
			break
		}
	}
	out.raw = w.raw[start:w.at]
	return out
}

// scalarEnds reports whether a number or word that stands alone ends with the byte here.
func (w *jsonWalk) scalarEnds(depth int) bool {
	if depth > 0 {
		return false
	}
	if w.at+1 == len(w.raw) {
		return true
	}
	switch w.raw[w.at+1] {
	case ' ', '\t', '\r', '\n', ',', '}', ']':
		return true
	}
	return false
}
