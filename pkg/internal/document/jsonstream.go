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
	return s.object(number, yield)
}

// object walks the top of a document. The fields before and after the streamed list are kept, for
// the part that closes the document.
func (s *jsonStream) object(number int, yield func(Part) error) error {
	if err := s.token(); err != nil {
		return err
	}
	top, streamed, size := &header{line: s.line}, false, 0
	for s.dec.PeekKind() == jsontext.KindString {
		key, err := s.value()
		if err != nil {
			return err
		}
		field := Field{Key: key.Text(), Line: key.line}
		size += len(key.raw)
		if field.Key == s.opts.Stream && s.dec.PeekKind() == jsontext.KindBeginArray {
			streamed = true
			field.Value = jsonValue{raw: jsontext.Value("[]"), line: s.line}
			top.fields = append(top.fields, field)
			if err := s.elements(number, top, yield); err != nil {
				return err
			}
			continue
		}
		v, err := s.value()
		if err != nil {
			return err
		}
		if size += len(v.raw); size > s.opts.MaxJSONBytes {
			return At(s.line, "%s", tooLarge("document", s.opts.MaxJSONBytes))
		}
		field.Value = v.kept()
		top.fields = append(top.fields, field)
	}
	if err := s.token(); err != nil {
		return err
	}
	if err := repeated(top.fields); err != nil {
		return err
	}
	return yield(Part{Document: number, Value: top, Streamed: streamed})
}

// elements yields the elements of the streamed list.
func (s *jsonStream) elements(number int, top *header, yield func(Part) error) error {
	if err := s.token(); err != nil {
		return err
	}
	for item := 1; s.dec.PeekKind() != jsontext.KindEndArray; item++ {
		v, err := s.value()
		if err != nil {
			return err
		}
		if err := yield(Part{Document: number, Item: item, Top: top, Value: v}); err != nil {
			return err
		}
	}
	return s.token()
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
	for inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(err.Error(), "jsontext: "); inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}
