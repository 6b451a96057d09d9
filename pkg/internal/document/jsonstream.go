package document

// A stream of JSON documents, which hands over the elements of a long list one by one.

import (
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonStream reads JSON documents one after another.
type jsonStream struct {
	source *bounded
	dec    *jsontext.Decoder
	opts   Options
	line   int // of the next byte
}

// newJSONStream reads r, which is behind source.
func newJSONStream(r io.Reader, source *bounded, opts Options, line int) *jsonStream {
	// Keys that occur twice are found by who looks at the value, who knows their lines.
	dec := jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true))
	return &jsonStream{source: source, dec: dec, opts: opts, line: line}
}

// space counts the lines before what the decoder's PeekKind has looked at.
func (s *jsonStream) space() {
	for _, c := range s.dec.UnreadBuffer() {
		switch c {
		case '\n':
			s.line++
		case ' ', '\t', '\r', ',', ':':
		default:
			return
		}
	}
}

// token moves over a bracket.
func (s *jsonStream) token() error {
	before := s.line
	s.space()
	_, err := s.dec.ReadToken()
	if err != nil {
		s.line = before
	}
	return err
}

// value reads the value that begins next; it is valid until the next one is read.
func (s *jsonStream) value() (jsonValue, error) {
	s.dec.PeekKind()
	before := s.line
	s.space()
	s.source.value, s.source.most = 0, s.opts.MaxJSONBytes+2*bufferSize
	out := jsonValue{line: s.line}
	raw, err := s.dec.ReadValue()
	s.source.most = 0
	if errors.Is(err, errLarge) || len(raw) > s.opts.MaxJSONBytes {
		return out, At(out.line, "%s", tooLarge("JSON value that begins here", s.opts.MaxJSONBytes))
	}
	if err != nil {
		s.line = before
		return out, err
	}
	out.raw = raw
	s.line += breaks(raw)
	return out, nil
}

// document reads the next document, whose number it is, and yields its parts.
func (s *jsonStream) document(number int, yield func(Part) error) error {
	if s.dec.PeekKind() != jsontext.KindBeginObject || s.opts.Stream == "" {
		v, err := s.value()
		if err != nil {
			return err
		}
		return yield(Part{Document: number, Value: v})
	}
	streamed := false
	top, err := s.mapping(func(top *header, key string) (Value, error) {
		if key != s.opts.Stream || s.dec.PeekKind() != jsontext.KindBeginArray {
			return nil, nil
		}
		streamed = true
		return jsonValue{raw: jsontext.Value("[]"), line: s.line}, s.elements(number, top, yield)
	})
	if err != nil {
		return err
	}
	if err := repeated(top.fields); err != nil {
		return err
	}
	return yield(Part{Document: number, Value: top, Streamed: streamed})
}

// mapping reads a mapping field by field and keeps it. A value that other returns stands for one that it has read.
func (s *jsonStream) mapping(other func(top *header, key string) (Value, error)) (*header, error) {
	if err := s.token(); err != nil {
		return nil, err
	}
	top := &header{line: s.line, size: len("{}"), fields: make([]Field, 0, 6)}
	for s.dec.PeekKind() == jsontext.KindString {
		key, err := s.value()
		if err != nil {
			return nil, err
		}
		field := Field{Key: key.Text(), Line: key.line}
		if field.Value, err = other(top, field.Key); err != nil {
			return nil, err
		}
		top.size += len(key.raw)
		if field.Value == nil {
			v, err := s.value()
			if err != nil {
				return nil, err
			}
			top.size += len(v.raw)
			field.Value = v.kept()
		}
		if top.size > s.opts.MaxJSONBytes {
			return nil, At(s.line, "%s", tooLarge("document", s.opts.MaxJSONBytes))
		}
		top.fields = append(top.fields, field)
	}
	return top, s.token()
}

// elements yields the elements of the streamed list. Mappings among them are kept.
func (s *jsonStream) elements(number int, top *header, yield func(Part) error) error {
	if err := s.token(); err != nil {
		return err
	}
	for item := 1; s.dec.PeekKind() != jsontext.KindEndArray; item++ {
		p := Part{Document: number, Item: item, Top: top}
		var err error
		if s.dec.PeekKind() == jsontext.KindBeginObject {
			p.Value, err = s.mapping(func(*header, string) (Value, error) { return nil, nil })
		} else {
			p.Value, err = s.value()
		}
		if err != nil {
			return err
		}
		if err := yield(p); err != nil {
			return err
		}
	}
	return s.token()
}

// header is a mapping whose fields were read one by one.
type header struct {
	line, size int
	fields     []Field
}

func (h *header) Kind() Kind               { return Mapping }
func (h *header) Line() int                { return h.line }
func (h *header) Text() string             { return "" }
func (h *header) Fields() ([]Field, error) { return h.fields, repeated(h.fields) }
func (h *header) Items() ([]Value, error)  { return nil, nil }

// explain makes a fault of what the JSON reader says: with the line of the source.
func (s *jsonStream) explain(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		unread := s.dec.UnreadBuffer()
		return At(s.line+breaks(unread), "invalid JSON: the document ends too early%s", bracesHint(unread))
	case !errors.As(err, &syntax):
		return cause(err)
	}
	unread := s.dec.UnreadBuffer()
	line := s.line + breaks(unread[:min(max(syntax.ByteOffset-s.dec.InputOffset(), 0), int64(len(unread)))])
	if strings.Contains(syntax.Err.Error(), "UTF-8") {
		return At(line, "%s", notUTF8)
	}
	return At(line, "invalid JSON: %s%s", syntax.Err, bracesHint(unread))
}

// cause is an error of the source without what the JSON reader says around it.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(err.Error(), "jsontext: ") {
		return inner
	}
	return err
}
