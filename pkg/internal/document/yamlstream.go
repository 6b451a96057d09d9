package document

// A stream of YAML documents, cut at its markers.

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

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
		case errors.Is(err, io.EOF) && size == 0:
			return s.document(c)
		case err != nil && !errors.Is(err, io.EOF):
			return err
		}
		if !c.content {
			line = bytes.TrimPrefix(line, bom)
		}
		if marker(line, "---") && (c.content || c.marked) {
			if c, err = s.next(c); err != nil {
				return err
			}
		}
		s.line++
		c.add(line, size, s.opts.MaxBytes)
		if marker(line, "...") {
			if c, err = s.next(c); err != nil {
				return err
			}
		}
	}
}

// next ends a document, and returns the chunk of the one behind it, which reuses the memory.
func (s *stream) next(c chunk) (chunk, error) {
	err := s.document(c)
	return chunk{start: s.line, text: c.text[:0]}, err
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

// add takes a line, of which size is the whole length, while the text stays below most bytes.
func (c *chunk) add(line []byte, size, most int) {
	switch {
	case marker(line, "---"):
		c.marked, c.content = true, !blank(line[3:])
	case directive(line, *c):
		c.directives++
	case !marker(line, "...") && !blank(line):
		c.content = true
	}
	if c.tooLarge = c.tooLarge || len(c.text)+size > most; !c.tooLarge {
		c.text = append(c.text, line...)
	}
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
