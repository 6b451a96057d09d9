package output

import (
	"cmp"
	"io"
	"net/url"
	"path/filepath"
	"strings"
)

const (
	home = "https://github.com/fgctl/fgctl"
	// docs is where the pages of docs/ are read.
	docs = home + "/blob/main/docs/"
)

// sarifRule is one kind of finding. GitHub's code scanning wants all of it (GitHub Docs, SARIF support for
// code scanning, reportingDescriptor object).
type sarifRule struct {
	ID      string    `json:"id"`
	Short   sarifText `json:"shortDescription"`
	Full    sarifText `json:"fullDescription"`
	Help    sarifText `json:"help"`
	HelpURI string    `json:"helpUri,omitempty"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

// sarifLocation is a place in a file, and in the object that it holds. GitHub's code scanning wants all four numbers of
// a region, which count from 1 (GitHub Docs, SARIF support for code scanning, physicalLocation object).
type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region *sarifRegion `json:"region,omitempty"`
	} `json:"physicalLocation"`
	Logical [1]struct {
		Name string `json:"fullyQualifiedName"`
	} `json:"logicalLocations"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

// sarifAt returns the location of a file (- for standard input), a line (0 where unknown) and a name. It is the
// beginning of the line: where that ends is not known. The path is cleaned, since it is compared with those of the
// repository.
func sarifAt(file string, line int, name string) (l sarifLocation) {
	if file == "-" {
		file = "stdin"
	}
	address := url.URL{Path: filepath.ToSlash(filepath.Clean(file))}
	if filepath.IsAbs(file) {
		address.Scheme = "file"
	}
	// A relative path whose first part holds a colon would read as a scheme; url puts ./ before it.
	l.Physical.Artifact.URI = address.String()
	if line > 0 {
		l.Physical.Region = &sarifRegion{StartLine: line, StartColumn: 1, EndLine: line, EndColumn: 1}
	}
	l.Logical[0].Name = name
	return l
}

// sarif writes a log with one run.
type sarif struct {
	w       io.Writer
	results int
	err     error
}

// newSARIF writes the beginning of a log of fgctl; errors of w come from close.
func newSARIF(w io.Writer, version string, rules []Rule) *sarif {
	tool := struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri,omitempty"`
		Rules          []sarifRule `json:"rules"`
	}{"fgctl", version, home, make([]sarifRule, len(rules))}
	for i, r := range rules {
		meaning := strings.ToUpper(r.Meaning[:1]) + r.Meaning[1:] + "."
		tool.Rules[i] = sarifRule{
			ID: r.ID, Short: sarifText{meaning}, Full: sarifText{strings.TrimSpace(meaning + " " + r.More)},
			Help: sarifText{meaning + " For what to do, see " + docs + r.Page}, HelpURI: docs + r.Page,
		}
	}
	s := &sarif{w: w}
	s.write(`{
  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
  "version": "2.1.0",
  "runs": [
    {
      "tool": {
        "driver": `)
	s.value(tool, "        ")
	s.write("\n      },\n      \"columnKind\": \"utf16CodeUnits\",\n      \"results\": [")
	return s
}

// add writes a result for each finding.
func (s *sarif) add(e Entry) error {
	for _, f := range e.Findings {
		if s.results > 0 {
			s.write(",")
		}
		s.results++
		s.write("\n        ")
		at := sarifAt(cmp.Or(e.File, e.Place), f.Line, f.Where)
		s.value(sarifResult{f.Rule, f.Level, sarifText{f.Text}, []sarifLocation{at}}, "        ")
	}
	return s.err
}

// close writes the end of the log.
func (s *sarif) close([]string) error {
	if s.results > 0 {
		s.write("\n      ")
	}
	s.write("]\n    }\n  ]\n}\n")
	return s.err
}

// value writes JSON whose first line goes behind what is there already.
func (s *sarif) value(v any, prefix string) {
	var text strings.Builder
	if err := JSONWithin(&text, v, prefix); err != nil && s.err == nil {
		s.err = err
	}
	s.write(strings.TrimSuffix(text.String(), "\n"))
}

func (s *sarif) write(text string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.w, text)
	}
}
