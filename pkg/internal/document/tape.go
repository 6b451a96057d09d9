package document

// This file reads a JSON value in one pass: every part of it is found and judged once and written down in a
// row, the tape, over which fields and elements are then walked without looking at the text again. That is
// what keeps up with a list of a hundred thousand pods. Whatever the tape does not take, right or wrong, is
// left to encoding/json, whose words a fault is told in.

import (
	"bytes"
	"unicode/utf8"
)

// tape holds the parts of one value; it is used again for the next one.
type tape struct {
	text  []byte
	nodes []tapeNode
	// fields and items are where the answers to Fields and Items lie.
	fields []Field
	items  []Value
	// names are the keys that were seen, so that each is kept once.
	names map[string]string
}

// tapeNode is one part: a key, or a value with everything in it up to next.
type tapeNode struct {
	tape       *tape
	start, end int
	number     int // the node's own place on the tape
	next       int // the place behind everything in it
	line       int
	kind       Kind
	escaped    bool // a text with a backslash in it
}

// tapeResult says how far reading came.
type tapeResult int

const (
	tapeDone  tapeResult = iota
	tapeShort            // the text ends within the value
	tapeOther            // it is for encoding/json to say what this is
)

const (
	// tapeDepth is how deep values may lie in each other.
	tapeDepth = 200
	// tapeNames is how many different keys are kept.
	tapeNames = 4096
)

// read reads the value at the beginning of text, whose line it is, and returns its length and the number of
// lines that it goes on for.
func (t *tape) read(text []byte, line int) (size, lines int, result tapeResult) {
	t.text, t.nodes, t.fields, t.items = text, t.nodes[:0], t.fields[:0], t.items[:0]
	r := tapeReader{tape: t, text: text, line: line}
	result = r.value(0)
	return r.at, r.line - line, result
}

// root is the value that was read.
func (t *tape) root() Value { return &t.nodes[0] }

// tapeReader is the place of reading.
type tapeReader struct {
	*tape
	text []byte
	at   int
	line int
}

// skip moves over white space; ok is false at the end of the text.
func (r *tapeReader) skip() (c byte, ok bool) {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\r':
		case '\n':
			r.line++
		default:
			return c, true
		}
		r.at++
	}
	return 0, false
}

// value reads the value that begins here.
func (r *tapeReader) value(depth int) tapeResult {
	if r.at >= len(r.text) {
		return tapeShort
	}
	number := len(r.nodes)
	r.nodes = append(r.nodes, tapeNode{tape: r.tape, start: r.at, number: number, line: r.line})
	result, kind := tapeOther, Null
	switch c := r.text[r.at]; {
	case c == '"':
		kind, result = Text, r.quoted(number)
	case c == '{':
		kind, result = Mapping, r.parts(depth, '}')
	case c == '[':
		kind, result = List, r.parts(depth, ']')
	case c == 't':
		kind, result = Bool, r.word("true")
	case c == 'f':
		kind, result = Bool, r.word("false")
	case c == 'n':
		kind, result = Null, r.word("null")
	case c == '-' || c >= '0' && c <= '9':
		kind, result = Number, r.number()
	}
	n := &r.nodes[number]
	n.kind, n.end, n.next = kind, r.at, len(r.nodes)
	return result
}

// parts reads the parts of a mapping or a list, up to and with the bracket that ends it.
func (r *tapeReader) parts(depth int, end byte) tapeResult {
	if depth == tapeDepth {
		return tapeOther
	}
	r.at++
	for first := true; ; first = false {
		c, ok := r.skip()
		switch {
		case !ok:
			return tapeShort
		case c == end && first:
			r.at++
			return tapeDone
		}
		if end == '}' {
			if result := r.key(c); result != tapeDone {
				return result
			}
		}
		if result := r.value(depth + 1); result != tapeDone {
			return result
		}
		if c, ok = r.skip(); !ok {
			return tapeShort
		}
		r.at++
		if c == end {
			return tapeDone
		} else if c != ',' {
			return tapeOther
		}
	}
}

// key reads a key, its colon and the space up to the value.
func (r *tapeReader) key(c byte) tapeResult {
	if c != '"' {
		return tapeOther
	}
	key := len(r.nodes)
	r.nodes = append(r.nodes, tapeNode{tape: r.tape, start: r.at, number: key, line: r.line, kind: Text})
	if result := r.quoted(key); result != tapeDone {
		return result
	}
	r.nodes[key].end, r.nodes[key].next = r.at, key+1
	c, ok := r.skip()
	if !ok {
		return tapeShort
	} else if c != ':' {
		return tapeOther
	}
	r.at++
	if _, ok = r.skip(); !ok {
		return tapeShort
	}
	return tapeDone
}

// quoted reads a text and its quotes.
func (r *tapeReader) quoted(node int) tapeResult {
	start := r.at
	high := false
	for at := r.at + 1; at < len(r.text); at++ {
		switch c := r.text[at]; {
		case c == '"':
			r.at = at + 1
			if high && !utf8.Valid(r.text[start:r.at]) {
				return tapeOther
			}
			return tapeDone
		case c == '\\':
			r.nodes[node].escaped = true
			at++
			if at == len(r.text) {
				return tapeShort
			}
			if r.text[at] == 'u' {
				if at+4 >= len(r.text) {
					return tapeShort
				}
				for _, digit := range r.text[at+1 : at+5] {
					if bytes.IndexByte(hexDigits, digit) < 0 {
						return tapeOther
					}
				}
				at += 4
			} else if bytes.IndexByte(escapable, r.text[at]) < 0 {
				return tapeOther
			}
		case c < ' ':
			return tapeOther
		case c >= utf8.RuneSelf:
			high = true
		}
	}
	return tapeShort
}

var (
	hexDigits = []byte("0123456789abcdefABCDEF")
	escapable = []byte(`"\/bfnrt`)
)

func (r *tapeReader) word(word string) tapeResult {
	if len(r.text)-r.at < len(word) {
		return tapeShort
	}
	if string(r.text[r.at:r.at+len(word)]) != word {
		return tapeOther
	}
	r.at += len(word)
	return tapeDone
}

// number reads a number by JSON's grammar (RFC 8259, section 6).
func (r *tapeReader) number() tapeResult {
	digits := func() bool {
		start := r.at
		for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
			r.at++
		}
		return r.at > start
	}
	is := func(of string) bool { return r.at < len(r.text) && bytes.IndexByte([]byte(of), r.text[r.at]) >= 0 }
	if is("-") {
		r.at++
	}
	if is("0") {
		r.at++
	} else if !digits() {
		return r.cut()
	}
	if is(".") {
		if r.at++; !digits() {
			return r.cut()
		}
	}
	if is("eE") {
		if r.at++; is("+-") {
			r.at++
		}
		if !digits() {
			return r.cut()
		}
	}
	if r.at == len(r.text) {
		return tapeShort // more digits may follow
	}
	return tapeDone
}

// cut is the result of a number that breaks off.
func (r *tapeReader) cut() tapeResult {
	if r.at == len(r.text) {
		return tapeShort
	}
	return tapeOther
}

// name returns the text of a key, each text once.
func (t *tape) name(n *tapeNode) string {
	if n.escaped {
		return jsonText(t.text[n.start:n.end])
	}
	raw := t.text[n.start+1 : n.end-1]
	if name, ok := t.names[string(raw)]; ok {
		return name
	}
	name := string(raw)
	if t.names == nil {
		t.names = map[string]string{}
	}
	if len(t.names) < tapeNames {
		t.names[name] = name
	}
	return name
}

func (n *tapeNode) Kind() Kind { return n.kind }
func (n *tapeNode) Line() int  { return n.line }

func (n *tapeNode) Text() string {
	raw := n.tape.text[n.start:n.end]
	switch {
	case n.kind != Text:
		return string(raw)
	case n.escaped:
		return jsonText(raw)
	}
	return string(raw[1 : len(raw)-1])
}

func (n *tapeNode) Fields() ([]Field, error) {
	if n.kind != Mapping {
		return nil, nil
	}
	t := n.tape
	first := len(t.fields)
	for i := n.number + 1; i < n.next; i = t.nodes[i+1].next {
		key := &t.nodes[i]
		t.fields = append(t.fields, Field{Key: t.name(key), Line: key.line, Value: &t.nodes[i+1]})
	}
	out := t.fields[first:len(t.fields):len(t.fields)]
	return out, repeated(out)
}

// repeated finds a key that occurs twice.
func repeated(fields []Field) error {
	if len(fields) > 32 {
		seen := make(map[string]int, len(fields))
		for _, f := range fields {
			if before, ok := seen[f.Key]; ok {
				return duplicate(f.Key, before, f.Line)
			}
			seen[f.Key] = f.Line
		}
		return nil
	}
	for i := range fields {
		for j := range i {
			if fields[i].Key == fields[j].Key {
				return duplicate(fields[i].Key, fields[j].Line, fields[i].Line)
			}
		}
	}
	return nil
}

func (n *tapeNode) Items() ([]Value, error) {
	if n.kind != List {
		return nil, nil
	}
	t := n.tape
	first := len(t.items)
	for i := n.number + 1; i < n.next; i = t.nodes[i].next {
		t.items = append(t.items, &t.nodes[i])
	}
	return t.items[first:len(t.items):len(t.items)], nil
}

// json is the same value as one that does not need the tape.
func (n *tapeNode) json() jsonValue { return jsonValue{raw: n.tape.text[n.start:n.end], line: n.line} }
