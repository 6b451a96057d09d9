package output

// This file writes JUnit's XML, the form in which CI systems take the results of tests. There is no
// standard of it; these are the elements and attributes that Jenkins, GitLab and GitHub's reporters read.

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// JUnitSuite is the cases of one file. They are kept as compressed text, because JUnit counts the cases of
// all files before it lists the first.
type JUnitSuite struct {
	name            string
	tests, failures int
	text            bytes.Buffer
	packer          *flate.Writer
}

// NewJUnitSuite begins a suite.
func NewJUnitSuite(name string) *JUnitSuite {
	s := &JUnitSuite{name: name}
	s.packer, _ = flate.NewWriter(&s.text, flate.BestSpeed) // it fails only for an unknown level
	return s
}

// Name is the suite's name.
func (s *JUnitSuite) Name() string { return s.name }

// Add puts a case to the suite's end.
func (s *JUnitSuite) Add(c JUnitCase) error {
	s.tests++
	if c.Failure != nil {
		s.failures++
	}
	e := xml.NewEncoder(s.packer)
	e.Indent("    ", "  ")
	if err := e.Encode(c); err != nil {
		return err
	}
	_, err := io.WriteString(s.packer, "\n")
	return err
}

// write writes the suite as an element.
func (s *JUnitSuite) write(w io.Writer) error {
	if err := s.packer.Close(); err != nil {
		return err
	}
	if err := junitTag(w, "  ", "testsuite", s.name, s.tests, s.failures); err != nil {
		return err
	}
	if _, err := io.Copy(w, flate.NewReader(&s.text)); err != nil {
		return err
	}
	_, err := io.WriteString(w, "  </testsuite>\n")
	return err
}

// junitTag writes the tag that begins an element with counts.
func junitTag(w io.Writer, indent, element, name string, tests, failures int) error {
	var escaped bytes.Buffer
	if err := xml.EscapeText(&escaped, []byte(name)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s<%s name=\"%s\" tests=\"%d\" failures=\"%d\">\n", indent, element, escaped.String(), tests, failures)
	return err
}

// JUnitCase is one test.
type JUnitCase struct {
	XMLName   xml.Name      `xml:"testcase"`
	Name      string        `xml:"name,attr"`
	ClassName string        `xml:"classname,attr"`
	File      string        `xml:"file,attr,omitempty"`
	Line      int           `xml:"line,attr,omitempty"`
	Failure   *JUnitFailure `xml:"failure"`
	// Out is what a passed test has to say.
	Out string `xml:"system-out,omitempty"`
}

// JUnitFailure is why a test failed: Message is one line, Text everything.
type JUnitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the suites as one document. Characters that XML cannot hold are left out.
func JUnit(w io.Writer, name string, suites []*JUnitSuite) error {
	tests, failures := 0, 0
	for _, s := range suites {
		tests += s.tests
		failures += s.failures
	}
	out := bufio.NewWriter(w)
	if _, err := out.WriteString(xml.Header); err != nil {
		return err
	}
	if err := junitTag(out, "", "testsuites", name, tests, failures); err != nil {
		return err
	}
	for _, s := range suites {
		if err := s.write(out); err != nil {
			return err
		}
	}
	if _, err := out.WriteString("</testsuites>\n"); err != nil {
		return err
	}
	return out.Flush()
}

// XMLText drops what no XML document may hold, even escaped (XML 1.0, 2.2).
func XMLText(text string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\t' || r == '\uFFFE' || r == '\uFFFF' {
			return -1
		}
		return r
	}, text)
}
