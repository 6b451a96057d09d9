package document

// A stream of documents: JSON and YAML are told apart, and YAML is cut into its documents.

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

// maxParts is how many values a YAML document may have, about: each takes some hundred bytes of memory,
// though it may be a single character of the text.
const maxParts = 500_000

// maxDirectives is how many %-lines may stand before a document: every one makes the parser slower.
const maxDirectives = 100

// parts counts what begins a value in YAML: lines, and the indicators of lists and mappings.
func parts(text []byte) int {
	n := 0
	for _, c := range text {
		switch c {
		case '\n', '\r', ',', '[', '{':
			n++
		}
	}
	// Lists within lists on one line: - - - a.
	return n + bytes.Count(text, []byte("- ")) + bytes.Count(text, []byte(": "))
}

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
		err = s.fault(s.number, At(s.line+1, "nothing is in the last %d MiB, so reading ends here", source.mostIdle>>20))
	}
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err != nil {
		return err
	}
	return s.errs.OrNil()
}

// errEnough ends reading; the faults are already gathered.
var errEnough = errors.New("enough faults")

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

// yaml cuts the rest of the stream at YAML's document markers. No line of a document can look like
// one (YAML 1.2, 9.1.2), whatever style its text is in.
func (s *stream) yaml() error {
	c := chunk{start: s.line}
	for {
		line, size, err := s.readLine(s.opts.MaxBytes - len(c.text))
		switch {
		case errors.Is(err, errNUL):
			c.text, c.content = append(c.text, line...), true
			return s.document(c)
		case errors.Is(err, errIdle) && len(c.text)+size > s.opts.MaxBytes/2:
			c.content, c.tooLarge = true, true
			return s.document(c)
		case err != nil && !errors.Is(err, io.EOF):
			return err
		}
		end := err != nil
		if !c.content {
			line = bytes.TrimPrefix(line, bom)
		}
		begins, ends := marker(line, "---"), marker(line, "...")
		if begins && (c.content || c.marked) || end && size == 0 {
			if err := s.document(c); err != nil {
				return err
			}
			c = chunk{start: s.line, text: c.text[:0]}
			if end && size == 0 {
				return nil
			}
		}
		if size > 0 {
			s.line++
		}
		c.marked = c.marked || begins
		switch {
		case begins:
			line2 := bytes.TrimSpace(line[3:])
			c.content = len(line2) > 0 && line2[0] != '#'
		case directive(line, c):
			c.directives++
		case !ends && !blank(line):
			c.content = true
		}
		if c.tooLarge = c.tooLarge || len(c.text)+size > s.opts.MaxBytes; !c.tooLarge {
			c.text = append(c.text, line...)
		}
		if ends {
			if c.content || c.marked {
				if err := s.document(c); err != nil {
					return err
				}
			}
			c = chunk{start: s.line, text: c.text[:0]}
		}
	}
}

// chunk is the text of one document.
type chunk struct {
	start    int  // lines of the source before it
	marked   bool // it has its --- line
	content  bool // it holds more than markers, comments and directives
	tooLarge bool // its text was not kept
	// directives counts its %-lines
	directives int
	text       []byte
}

// document parses a chunk and yields what is in it.
func (s *stream) document(c chunk) error {
	if !c.content {
		if c.marked {
			s.number++
		}
		return nil
	}
	s.number++
	if c.tooLarge {
		return s.fault(s.number, At(c.start+1, "%s; a long list is read as JSON without a limit",
			tooLarge("document that begins here", s.opts.MaxBytes)))
	}
	if c.directives > maxDirectives {
		return s.fault(s.number, At(c.start+1, "more than %d lines that begin with %% stand before the document",
			maxDirectives))
	}
	if at := invalidUTF8(c.text); at >= 0 {
		return s.fault(s.number, At(c.start+1+breaks(c.text[:at]), "%s", notUTF8))
	}
	if v, ok := s.jsonDocument(c); ok {
		return s.fault(s.number, s.yield(Part{Document: s.number, Value: v}))
	}
	if parts(c.text) > maxParts {
		return s.fault(s.number, At(c.start+1, "the document that begins here has more than %d parts; a long list is "+
			"read as JSON without a limit", maxParts))
	}
	roots, err := parseYAML(c.text, c.start)
	for i, root := range roots {
		if i > 0 {
			s.number++ // a line break that only YAML knows hid the marker
		}
		if root.Kind() == Null {
			continue
		}
		if err := s.fault(s.number, s.yield(Part{Document: s.number, Value: root})); err != nil {
			return err
		}
	}
	return s.fault(s.number, err)
}

// jsonDocument recognises a document that is JSON although it stands between YAML's markers.
func (s *stream) jsonDocument(c chunk) (Value, bool) {
	if s.opts.OnlyYAML {
		return nil, false
	}
	text := bytes.TrimPrefix(bytes.TrimLeft(c.text, " \t\r\n"), []byte("---"))
	body := bytes.TrimLeft(text, " \t\r\n")
	if !looksLikeJSON(body) || !jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true)) {
		return nil, false
	}
	before := len(c.text) - len(body)
	return jsonValue{raw: bytes.TrimRight(body, " \t\r\n"), line: c.start + 1 + breaks(c.text[:before])}, true
}

// readLine reads a line with its break. Of a line that is longer than most only its beginning is
// kept; size is its whole length. It is valid until the next line is read. A NUL, which no text has, ends reading.
func (s *stream) readLine(most int) (line []byte, size int, err error) {
	s.text = s.text[:0]
	for {
		part, err := s.in.ReadSlice('\n')
		size += len(part)
		if at := bytes.IndexByte(part, 0); at >= 0 {
			return append(s.text, part[:at+1]...), size, errNUL
		}
		if len(s.text) <= max(most, 0) {
			s.text = append(s.text, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return s.text, size, err
		}
	}
}

// marker reports whether a line is a document marker: three characters and then nothing or white space.
func marker(line []byte, mark string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(mark))
	return ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r' || rest[0] == '\n')
}

// blank reports whether a line holds nothing or a comment.
func blank(line []byte) bool {
	line = bytes.TrimSpace(line)
	// A lone carriage return is a line break to YAML, so a comment could hide what follows.
	return len(line) == 0 || line[0] == '#' && bytes.IndexByte(line, '\r') < 0
}

// directive reports whether a line is one of the %-lines that may stand before a document's marker.
func directive(line []byte, c chunk) bool {
	return len(line) > 0 && line[0] == '%' && !c.content && !c.marked
}
