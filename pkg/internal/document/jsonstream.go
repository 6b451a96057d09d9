package document

// This file reads a stream of JSON documents and hands over the elements of a long list one by one.
// A value's end is found by its brackets and quotes, then the whole value is judged by encoding/json:
// that keeps one value at a time in memory and the line of every fault exact, which json.Decoder's
// tokens do not.

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// jsonStream reads JSON documents one after another.
type jsonStream struct {
	in   *bufio.Reader
	opts Options
	line int
	raw  []byte // the value at hand
	tape tape
}

// skip moves over white space and returns the next byte without taking it.
func (s *jsonStream) skip() (byte, error) {
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			return 0, err
		}
		switch c {
		case '\n':
			s.line++
		case ' ', '\t', '\r':
		default:
			return c, s.in.UnreadByte()
		}
	}
}

// take moves over the byte that skip showed.
func (s *jsonStream) take() { _, _ = s.in.ReadByte() }

// document reads the next document, whose number it is, and yields its parts.
func (s *jsonStream) document(number int, yield func(Part) error) error {
	c, err := s.skip()
	if err != nil {
		return err
	}
	if c != '{' || s.opts.Stream == "" {
		v, err := s.value()
		if err != nil {
			return err
		}
		return yield(Part{Document: number, Value: v})
	}
	return s.object(number, yield)
}

// object walks the top of a document. The fields before and after the streamed list are kept, for
// the part that closes the document.
func (s *jsonStream) object(number int, yield func(Part) error) error {
	top := &header{line: s.line}
	s.take()
	streamed, size, seen := false, 0, map[string]int{}
	for first := true; ; first = false {
		c, err := s.skip()
		if err != nil {
			return s.ended(err)
		}
		switch {
		case c == '}':
			s.take()
			return yield(Part{Document: number, Value: top, Streamed: streamed})
		case !first && c != ',':
			return At(s.line, "invalid JSON: a comma or } is missing before %q", rune(c))
		case !first:
			s.take()
		}
		key, err := s.key()
		if err != nil {
			return err
		}
		if before, ok := seen[key.Text()]; ok {
			return duplicate(key.Text(), before, key.line)
		}
		seen[key.Text()] = key.line
		c, err = s.skip()
		if err != nil {
			return s.ended(err)
		}
		if key.Text() == s.opts.Stream && c == '[' {
			streamed = true
			top.fields = append(top.fields, Field{Key: key.Text(), Line: key.line, Value: jsonValue{raw: []byte("[]"), line: s.line}})
			if err := s.elements(number, top, yield); err != nil {
				return err
			}
			continue
		}
		v, err := s.value()
		if err != nil {
			return err
		}
		if size += len(key.raw) + len(v.raw); size > s.opts.MaxJSONBytes {
			return At(s.line, "%s", tooLarge("document", s.opts.MaxJSONBytes))
		}
		top.fields = append(top.fields, Field{Key: key.Text(), Line: key.line, Value: v.kept()})
	}
}

// key reads a field's name and its colon.
func (s *jsonStream) key() (jsonValue, error) {
	c, err := s.skip()
	if err != nil {
		return jsonValue{}, s.ended(err)
	}
	if c != '"' {
		return jsonValue{}, At(s.line, "invalid JSON: a field's name in double quotes is wanted, not %q", rune(c))
	}
	key, err := s.value()
	if err != nil {
		return jsonValue{}, err
	}
	key = key.kept()
	if c, err = s.skip(); err != nil {
		return jsonValue{}, s.ended(err)
	}
	if c != ':' {
		return jsonValue{}, At(s.line, "invalid JSON: a colon is missing before %q", rune(c))
	}
	s.take()
	return key, nil
}

// elements yields the elements of the streamed list.
func (s *jsonStream) elements(number int, top *header, yield func(Part) error) error {
	s.take()
	for item := 1; ; item++ {
		c, err := s.skip()
		if err != nil {
			return s.ended(err)
		}
		switch {
		case c == ']':
			s.take()
			return nil
		case item > 1 && c != ',':
			return At(s.line, "invalid JSON: a comma or ] is missing before %q", rune(c))
		case item > 1:
			s.take()
			if _, err := s.skip(); err != nil {
				return s.ended(err)
			}
		}
		if err := s.element(Part{Document: number, Item: item, Top: top}, yield); err != nil {
			return err
		}
	}
}

// element yields the element that begins at the next byte: from the tape where it can be read so, in the
// reader's own buffer, else by way of encoding/json.
func (s *jsonStream) element(p Part, yield func(Part) error) error {
	for {
		text, _ := s.in.Peek(s.in.Buffered())
		size, lines, result := s.tape.read(text, s.line)
		switch {
		case result == tapeDone && size <= s.opts.MaxBytes:
			p.Value = s.tape.root()
			err := yield(p)
			s.line += lines
			_, _ = s.in.Discard(size)
			return err
		case result == tapeShort && s.more():
			continue
		}
		v, err := s.value()
		if err != nil {
			return err
		}
		p.Value = v
		return yield(p)
	}
}

// more reads more of the source into the buffer; it reports whether that was possible.
func (s *jsonStream) more() bool {
	_, err := s.in.Peek(s.in.Buffered() + 1)
	return err == nil
}

// value reads the value that begins at the next byte; it is valid until the next one is read.
func (s *jsonStream) value() (jsonValue, error) {
	out := jsonValue{line: s.line}
	if err := s.capture(); err != nil {
		return out, err
	}
	if len(s.raw) == 0 {
		c, err := s.skip()
		if err != nil {
			return out, s.ended(err)
		}
		return out, At(s.line, "invalid JSON: a value is missing before %q", rune(c))
	}
	var judged json.RawMessage
	if err := json.Unmarshal(s.raw, &judged); err != nil {
		line := out.line
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line += breaks(s.raw[:min(max(syntax.Offset-1, 0), int64(len(s.raw)))])
		}
		return out, At(line, "invalid JSON: %s%s", err, bracesHint(s.raw))
	}
	if at := invalidUTF8(s.raw); at >= 0 {
		return out, At(out.line+breaks(s.raw[:at]), "%s", notUTF8)
	}
	out.raw = s.raw
	return out, nil
}

// capture moves over one value, whose text it leaves in raw.
func (s *jsonStream) capture() error {
	s.raw = s.raw[:0]
	start, depth, quoted, escaped := s.line, 0, false, false
	for {
		if s.in.Buffered() == 0 {
			if _, err := s.in.Peek(1); err != nil {
				if errors.Is(err, io.EOF) {
					return nil // what is missing is said by who judges the value
				}
				return err
			}
		}
		chunk, _ := s.in.Peek(s.in.Buffered())
		for i, c := range chunk {
			done, with := false, true
			switch {
			case c == '\n':
				s.line++
				// No JSON text holds a line break: this one ends a text that was left open.
				done = depth == 0
				with = quoted
			case escaped:
				escaped = false
			case quoted && c == '\\':
				escaped = true
			case c == '"':
				quoted = !quoted
				done = !quoted && depth == 0
			case quoted:
			case c == '{' || c == '[':
				depth++
			case c == '}' || c == ']':
				depth--
				done = depth <= 0
				with = depth == 0
			case depth == 0 && (c == ',' || c == ' ' || c == '\t' || c == '\r' || c == ':'):
				done, with = true, false
			}
			if !done {
				continue
			}
			if !with && c == '\n' {
				s.line-- // it is read again
			}
			if with {
				i++
			}
			s.raw = append(s.raw, chunk[:i]...)
			_, err := s.in.Discard(i)
			return err
		}
		s.raw = append(s.raw, chunk...)
		if _, err := s.in.Discard(len(chunk)); err != nil {
			return err
		}
		if len(s.raw) > s.opts.MaxJSONBytes {
			return At(start, "%s", tooLarge("JSON value that begins here", s.opts.MaxJSONBytes))
		}
	}
}

// ended is the fault of a document that ends too early.
func (s *jsonStream) ended(err error) error {
	if errors.Is(err, io.EOF) {
		return At(s.line, "invalid JSON: the document ends too early")
	}
	return err
}

// kept is a copy that stays valid.
func (v jsonValue) kept() jsonValue {
	v.raw = append([]byte(nil), v.raw...)
	return v
}

// header is the top of a document whose list was streamed: its other fields.
type header struct {
	line   int
	fields []Field
}

func (h *header) Kind() Kind               { return Mapping }
func (h *header) Line() int                { return h.line }
func (h *header) Text() string             { return "" }
func (h *header) Fields() ([]Field, error) { return h.fields, nil }
func (h *header) Items() ([]Value, error)  { return nil, nil }

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for at := 0; ; {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
}
