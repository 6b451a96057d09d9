package document

// A stream of documents: JSON and YAML are told apart.

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Options say how to read.
type Options struct {
	// Stream names the list at the top of a JSON document whose elements are handed over one by one.
	// Empty: documents are handed over whole.
	Stream string
	// MaxBytes is the greatest size of a document, or of one element of the streamed list. Zero means
	// DefaultMaxBytes.
	MaxBytes int
	// MaxJSONBytes is MaxBytes for documents of JSON, whose tree takes no more memory than their text.
	// Zero means MaxBytes.
	MaxJSONBytes int
	// OnlyYAML reads JSON text as the YAML that it is; tests compare the two ways.
	OnlyYAML bool
}

// DefaultMaxBytes is the greatest size of a document. The Kubernetes API takes requests of at most
// 3 MiB, so a single object stays well below it.
const DefaultMaxBytes = 8 << 20

// bufferSize is how much is read at a time.
const bufferSize = 64 << 10

// maxErrors are the faults after which reading stops.
const maxErrors = 50

// Part is what reading hands over: a whole document, or an element of its streamed list.
type Part struct {
	// Document counts the documents of the stream from 1.
	Document int
	// Item counts the elements of the streamed list from 1; it is 0 for a document. A document with a
	// streamed list is handed over after all its elements, without them.
	Item int
	// Streamed reports whether the elements of the list were handed over before.
	Streamed bool
	// Value is the element or the document's root.
	Value Value
	// Top has the fields of an element's document that came before the list; nil for a document.
	Top Value
}

// Read reads YAML or JSON documents and hands their parts to yield, in order. A document whose root is
// null or that holds only comments is counted and left out. A fault ends its document, not the stream,
// where the next document can be found (YAML); all faults are returned together, as *Error or Errors
// without a source. An error of yield's that is one of these is gathered too; any other error of
// yield's, and any error of r's, stops reading and is returned as it is.
func Read(r io.Reader, opts Options, yield func(Part) error) error {
	if opts.MaxBytes == 0 {
		opts.MaxBytes = DefaultMaxBytes
	}
	if opts.MaxJSONBytes == 0 {
		opts.MaxJSONBytes = opts.MaxBytes
	}
	source := &bounded{r: r, mostIdle: idleDocuments * max(opts.MaxBytes, opts.MaxJSONBytes)}
	s := &stream{source: source, in: bufio.NewReaderSize(source, bufferSize), opts: opts, yield: func(p Part) error {
		source.idle = 0
		return yield(p)
	}}
	err := s.read()
	if errors.Is(err, errIdle) {
		err = s.fault(s.number, At(s.line+1, "nothing is in the last %d MiB, so reading ends here",
			source.mostIdle>>20))
	}
	if errors.Is(err, errEnough) || errors.Is(err, errFirst) {
		err = nil
	}
	if err != nil {
		return err
	}
	return s.errs.OrNil()
}

// What ends reading; the faults are already gathered.
var (
	errEnough = errors.New("enough faults")
	errFirst  = errors.New("the first document")
)

// First reads the first document of a text; what comes behind it is not read. It is nil where there is none. Faults are
// returned without the number of their document.
func First(r io.Reader) (Value, error) {
	var first Value
	err := Read(r, Options{}, func(p Part) error {
		first = Keep(p.Value)
		return errFirst
	})
	var all Errors
	switch err := err.(type) { //nolint:errorlint // Read returns these types unwrapped
	case nil:
		return first, nil
	case *Error, Errors:
		all.Add(err)
	default:
		return nil, err
	}
	for _, e := range all {
		e.Document = 0
	}
	return nil, all.OrNil()
}

type stream struct {
	source *bounded
	in     *bufio.Reader
	opts   Options
	yield  func(Part) error
	errs   Errors
	line   int // lines of the source that are read
	number int // documents that have begun
	text   []byte
}

func (s *stream) read() error {
	head, err := s.in.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return s.fault(1, At(1, "the text is UTF-16; save the file as UTF-8"))
	}
	if rest, ok := bytes.CutPrefix(head, bom); ok {
		head = rest
		_, _ = s.in.Discard(len(bom))
	}
	if looksLikeJSON(head) && !s.opts.OnlyYAML {
		return s.json()
	}
	return s.yaml()
}

var bom = []byte("\xef\xbb\xbf")

// looksLikeJSON reports whether a text is JSON, by its first tokens. YAML in flow style ({name: a}) and templates
// ({{ .Values.name }}) are not JSON.
func looksLikeJSON(head []byte) bool {
	for {
		head = bytes.TrimLeft(head, " \t\r\n")
		if len(head) == 0 {
			return false
		}
		switch head[0] {
		case '[':
			head = head[1:]
			if rest := bytes.TrimLeft(head, " \t\r\n"); len(rest) == 0 || rest[0] == '"' || rest[0] == ']' {
				return true
			}
		case '{':
			rest := bytes.TrimLeft(head[1:], " \t\r\n")
			return len(rest) == 0 || rest[0] == '"' || rest[0] == '}'
		default:
			return false
		}
	}
}

// fault gathers what went wrong in a document. What is not a fault of the text is returned.
func (s *stream) fault(number int, err error) error {
	switch err := err.(type) { //nolint:errorlint // a wrapped fault would lose its wrapping
	case nil:
		return nil
	case *Error, Errors:
		var all Errors
		all.Add(err)
		for _, e := range all {
			if e.Document == 0 {
				e.Document = number
			}
		}
		s.errs = append(s.errs, all...)
		if len(s.errs) > maxErrors {
			s.errs = append(s.errs[:maxErrors:maxErrors], &Error{Message: "there are more faults; they are left out"})
			return errEnough
		}
		return nil
	default:
		return err
	}
}

// json reads documents of JSON until something else follows.
func (s *stream) json() error {
	js := newJSONStream(s.in, s.source, s.opts, s.line+1)
	for {
		valid := js.dec.PeekKind() != jsontext.KindInvalid
		unread := js.dec.UnreadBuffer()
		if s.number > 0 && bytes.HasPrefix(bytes.TrimLeft(unread, " \t\r\n"), []byte("-")) {
			// YAML's separator between JSON documents.
			s.line = js.line - 1
			s.in = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(unread)), s.in), bufferSize)
			return s.yaml()
		}
		var err, stop error
		if valid {
			s.number++
			err = js.document(s.number, func(p Part) error {
				if p.Value.Kind() == Null {
					return nil
				}
				// A fault that yield finds does not break the JSON: reading goes on.
				stop = s.fault(s.number, s.yield(p))
				return stop
			})
		} else if _, err = js.dec.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		}
		if stop != nil {
			return stop
		}
		if err != nil {
			s.line, s.number = js.line-1, max(s.number, 1)
			// Behind broken JSON nothing can be told apart any more.
			return s.fault(s.number, js.explain(err))
		}
	}
}
