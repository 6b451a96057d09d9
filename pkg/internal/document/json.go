package document

// A value of JSON text, walked over by need: only what is asked for is decoded.

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonValue is a value of valid JSON text.
type jsonValue struct {
	raw  jsontext.Value
	line int
}

func (v jsonValue) Line() int { return v.line }

func (v jsonValue) Kind() Kind {
	switch v.raw.Kind() {
	case jsontext.KindNull:
		return Null
	case jsontext.KindTrue, jsontext.KindFalse:
		return Bool
	case jsontext.KindString:
		return Text
	case jsontext.KindBeginArray:
		return List
	case jsontext.KindBeginObject:
		return Mapping
	}
	return Number
}

func (v jsonValue) Text() string {
	if v.Kind() != Text {
		return string(v.raw)
	}
	text, _ := jsontext.AppendUnquote(nil, v.raw) // it was judged when its document was read
	return string(text)
}

func (v jsonValue) Fields() ([]Field, error) {
	if v.Kind() != Mapping {
		return nil, nil
	}
	var out []Field
	for w := v.walk(); w.more(); {
		key := w.next()
		out = append(out, Field{Key: key.Text(), Line: key.line, Value: w.next()})
	}
	return out, repeated(out)
}

func (v jsonValue) Items() ([]Value, error) {
	if v.Kind() != List {
		return nil, nil
	}
	var out []Value
	for w := v.walk(); w.more(); {
		out = append(out, w.next())
	}
	return out, nil
}

// repeated finds a key that occurs twice.
func repeated(fields []Field) error {
	if len(fields) < 16 {
		for i, f := range fields {
			if first := slices.IndexFunc(fields[:i], func(other Field) bool { return other.Key == f.Key }); first >= 0 {
				return duplicate(f.Key, fields[first].Line, f.Line)
			}
		}
		return nil
	}
	seen := make(map[string]int, len(fields))
	for _, f := range fields {
		if before, ok := seen[f.Key]; ok {
			return duplicate(f.Key, before, f.Line)
		}
		seen[f.Key] = f.Line
	}
	return nil
}

// jsonWalk goes over the parts of a list or a mapping.
type jsonWalk struct {
	jsonValue
	dec *jsontext.Decoder
	at  int // bytes that were gone over
}

// walk begins within the first bracket.
func (v jsonValue) walk() *jsonWalk {
	w := &jsonWalk{v, jsontext.NewDecoder(bytes.NewBuffer(v.raw), jsontext.AllowDuplicateNames(true)), 0}
	_, _ = w.dec.ReadToken()
	return w
}

// more reports whether another part follows.
func (w *jsonWalk) more() bool {
	kind := w.dec.PeekKind()
	return kind != jsontext.KindEndArray && kind != jsontext.KindEndObject && kind != jsontext.KindInvalid
}

// next returns the next key or value.
func (w *jsonWalk) next() jsonValue {
	raw, err := w.dec.ReadValue()
	if err != nil {
		return jsonValue{raw: jsontext.Value("null"), line: w.line} // the text was judged, so this does not happen
	}
	end := int(w.dec.InputOffset())
	w.line += breaks(w.raw[w.at : end-len(raw)])
	out := jsonValue{raw: w.raw[end-len(raw) : end : end], line: w.line}
	w.line += breaks(raw)
	w.at = end
	return out
}

// kept is a copy that stays valid.
func (v jsonValue) kept() jsonValue {
	v.raw = v.raw.Clone()
	return v
}
