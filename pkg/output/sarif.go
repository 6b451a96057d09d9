package output

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"strings"
)

// SARIFTool names who found something, and what it can find.
type SARIFTool struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri,omitempty"`
	Rules          []SARIFRule `json:"rules"`
}

const (
	home = "https://github.com/fgctl/fgctl"
	// docs is where the pages of docs/ are read.
	docs = home + "/blob/main/docs/"
)

// NewSARIFTool returns fgctl of a version as a tool.
func NewSARIFTool(version string, rules []SARIFRule) SARIFTool {
	return SARIFTool{Name: "fgctl", Version: version, InformationURI: home, Rules: rules}
}

// SARIFRule is one kind of finding. GitHub's code scanning wants all of it (GitHub Docs, SARIF support for
// code scanning, reportingDescriptor object).
type SARIFRule struct {
	ID      string    `json:"id"`
	Short   SARIFText `json:"shortDescription"`
	Full    SARIFText `json:"fullDescription"`
	Help    SARIFText `json:"help"`
	HelpURI string    `json:"helpUri,omitempty"`
}

// NewSARIFRule returns a rule of a meaning without a full stop, a sentence more (may be empty), and its place in docs/.
func NewSARIFRule(id, meaning, more, page string) SARIFRule {
	meaning = strings.ToUpper(meaning[:1]) + meaning[1:] + "."
	return SARIFRule{
		ID: id, Short: SARIFText{meaning}, Full: SARIFText{strings.TrimSpace(meaning + " " + more)},
		Help: SARIFText{meaning + " For what to do, see " + docs + page}, HelpURI: docs + page,
	}
}

// SARIFText is a message.
type SARIFText struct {
	Text string `json:"text"`
}

// SARIFResult is one finding. Level is error, warning or note.
type SARIFResult struct {
	RuleID    string          `json:"ruleId"`
	Level     string          `json:"level"`
	Message   SARIFText       `json:"message"`
	Locations []SARIFLocation `json:"locations"`
}

// SARIFLocation is a place in a file, and in the object that it holds.
type SARIFLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region *SARIFRegion `json:"region,omitempty"`
	} `json:"physicalLocation"`
	Logical []SARIFLogical `json:"logicalLocations,omitempty"`
}

// SARIFRegion is a place in a line; lines and columns count from 1. GitHub's code scanning wants all four
// (GitHub Docs, SARIF support for code scanning, physicalLocation object).
type SARIFRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

// SARIFLogical is a place that has a name.
type SARIFLogical struct {
	Name string `json:"fullyQualifiedName"`
}

// SARIFAt makes a location of a file (- for standard input), a line (0 where unknown) and a name. It is the beginning
// of the line: where that ends is not known. The path is cleaned, since it is compared with those of the repository.
func SARIFAt(file string, line int, name string) SARIFLocation {
	var l SARIFLocation
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
		l.Physical.Region = &SARIFRegion{StartLine: line, StartColumn: 1, EndLine: line, EndColumn: 1}
	}
	l.Logical = []SARIFLogical{{name}}
	return l
}

// SARIF writes a log with one run. Begin with NewSARIF, end with Close.
type SARIF struct {
	w       io.Writer
	results int
	err     error
}

// NewSARIF writes the beginning of a log; errors of w come from Close.
func NewSARIF(w io.Writer, tool SARIFTool) *SARIF {
	s := &SARIF{w: w}
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

// Add writes one result.
func (s *SARIF) Add(r SARIFResult) error {
	if s.results > 0 {
		s.write(",")
	}
	s.results++
	s.write("\n        ")
	s.value(r, "        ")
	return s.err
}

// Close writes the end of the log.
func (s *SARIF) Close() error {
	if s.results > 0 {
		s.write("\n      ")
	}
	s.write("]\n    }\n  ]\n}\n")
	return s.err
}

// value writes JSON whose first line goes behind what is there already.
func (s *SARIF) value(v any, prefix string) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	if err := e.Encode(v); err != nil && s.err == nil {
		s.err = err
	}
	s.write(strings.TrimSuffix(string(escape(text.Bytes())), "\n"))
}

func (s *SARIF) write(text string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.w, text)
	}
}
