package output

// This file writes JUnit's XML, the form in which CI systems take the results of tests. There is no
// standard of it; these are the elements and attributes that Jenkins, GitLab and GitHub's reporters read.

import (
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"
)

// JUnitSuite is the cases of one file.
type JUnitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []JUnitCase `xml:"testcase"`
}

// JUnitCase is one test.
type JUnitCase struct {
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
func JUnit(w io.Writer, name string, suites []JUnitSuite) error {
	report := struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []JUnitSuite
	}{Name: name, Suites: suites}
	for i := range suites {
		s := &suites[i]
		s.Tests, s.Failures = len(s.Cases), 0
		for j := range s.Cases {
			if s.Cases[j].Failure != nil {
				s.Failures++
			}
		}
		report.Tests += s.Tests
		report.Failures += s.Failures
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(report); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
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
