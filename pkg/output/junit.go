package output

// There is no standard of JUnit's XML; these are the elements and attributes that the reporters of Jenkins, GitLab and
// GitHub read.

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

type junitCase struct {
	XMLName   xml.Name      `xml:"testcase"`
	Name      string        `xml:"name,attr"`
	ClassName string        `xml:"classname,attr"`
	File      string        `xml:"file,attr,omitempty"`
	Line      int           `xml:"line,attr,omitempty"`
	Failure   *junitFailure `xml:"failure"`
	Skipped   *junitSkipped `xml:"skipped"`
	// Out is what a passed test has to say.
	Out string `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// junit writes a report of suites of cases, as they come. A suite states the number of its cases before it
// lists them, so the text of the cases is put aside until close. Characters that XML cannot hold are left out.
type junit struct {
	w      io.Writer
	name   string
	cases  Spool
	suites []junitSuite
}

// junitSuite is what is known of a suite; size is that of the text of its cases.
type junitSuite struct {
	name                     string
	tests, failures, skipped int
	size                     int64
}

// add adds a case to the suite of the entry's name: the last one, or else a new one.
func (j *junit) add(entry Entry) error {
	suite := xmlText(entry.Suite)
	if n := len(j.suites); n == 0 || j.suites[n-1].name != suite {
		j.suites = append(j.suites, junitSuite{name: suite})
	}
	s := &j.suites[len(j.suites)-1]
	s.tests++
	c := junitCase{Name: xmlText(entry.Name), ClassName: xmlText(cmp.Or(entry.Class, entry.Suite)), Line: entry.Line}
	if entry.File != "" && entry.File != "-" {
		c.File = xmlText(filepath.Clean(entry.File))
	}
	text := xmlText(entry.Text)
	switch {
	case entry.Failure != "":
		s.failures++
		c.Failure = &junitFailure{xmlText(Clean(entry.Failure)), xmlText(entry.Type), text}
	case entry.Skipped:
		s.skipped++
		c.Skipped = &junitSkipped{xmlText(Clean(entry.Text))}
	default:
		c.Out = text
	}
	before := j.cases.size
	e := xml.NewEncoder(&j.cases)
	e.Indent("    ", "  ")
	if err := e.Encode(c); err != nil {
		return err
	}
	_, err := io.WriteString(&j.cases, "\n")
	s.size += j.cases.size - before
	return err
}

// close writes the report.
func (j *junit) close([]string) (err error) {
	defer func() { err = errors.Join(err, j.cases.Close()) }()
	var whole junitSuite
	for _, s := range j.suites {
		whole.tests, whole.failures = whole.tests+s.tests, whole.failures+s.failures
		whole.skipped += s.skipped
	}
	whole.name = j.name
	if _, err := io.WriteString(j.w, xml.Header+whole.tag("testsuites")+"\n"); err != nil {
		return err
	}
	text, err := j.cases.Reader()
	if err != nil {
		return err
	}
	for _, s := range j.suites {
		if _, err := io.WriteString(j.w, "  "+s.tag("testsuite")+"\n"); err != nil {
			return err
		}
		if _, err := io.CopyN(j.w, text, s.size); err != nil {
			return err
		}
		if _, err := io.WriteString(j.w, "  </testsuite>\n"); err != nil {
			return err
		}
	}
	_, err = io.WriteString(j.w, "</testsuites>\n")
	return err
}

// tag is the element's beginning.
func (s junitSuite) tag(element string) string {
	var name strings.Builder
	_ = xml.EscapeText(&name, []byte(s.name)) // a Builder takes everything
	skipped := ""
	if s.skipped > 0 {
		skipped = fmt.Sprintf(` skipped="%d"`, s.skipped)
	}
	return fmt.Sprintf(`<%s name="%s" tests="%d" failures="%d"%s>`, element, name.String(), s.tests, s.failures, skipped)
}

// xmlText drops what no XML document may hold, even escaped (XML 1.0, 2.2), and what steers a terminal.
func xmlText(text string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || control(r) && r != '\n' && r != '\t' || reorders(r) || r == '\uFFFE' ||
			r == '\uFFFF' {
			return -1
		}
		return r
	}, text)
}
