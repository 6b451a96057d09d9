package output

import (
	"cmp"
	"io"
)

// ReportFormats are the forms of a Report.
var ReportFormats = []string{"junit", "sarif", "github"}

// Report is what a CI system shows of profiles, in the form that it reads.
type Report struct {
	// Title names the command; it stands above annotations and is the name of JUnit's report.
	Title string
	// Version is fgctl's, for SARIF, and Rules are what may be found.
	Version string
	Rules   []SARIFRule
	Entries []Entry
}

// Entry is one thing to show.
type Entry struct {
	// Suite and Name are those of the test in JUnit.
	Suite, Name string
	// Level is error, warning or note; an empty one is a test that passed, which only JUnit shows. Errors alone are
	// failures of tests.
	Level string
	Rule  string
	// Place stands for the file of a profile, as code scanning wants one.
	Place string
	Text  string
}

// Write writes the report in one of the ReportFormats.
func (r Report) Write(w io.Writer, format string) error {
	switch format {
	case "junit":
		return r.junit(w)
	case "sarif":
		return r.sarif(w)
	}
	for _, e := range r.Entries {
		if e.Level == "" {
			continue
		}
		level := map[string]string{"note": "notice"}[e.Level]
		if err := GitHub(w, Annotation{
			Level: cmp.Or(level, e.Level), Title: r.Title + ": " + e.Rule, Message: e.Text,
		}); err != nil {
			return err
		}
	}
	return nil
}

func (r Report) junit(w io.Writer) error {
	report := NewJUnit(w, r.Title)
	for _, e := range r.Entries {
		test := JUnitCase{Name: e.Name, ClassName: e.Suite}
		if e.Level == "error" {
			test.Failure = &JUnitFailure{Message: Clean(e.Text), Type: e.Rule, Text: e.Text}
		} else {
			test.Out = e.Text
		}
		if err := report.Case(e.Suite, test); err != nil {
			return err
		}
	}
	return report.Close()
}

func (r Report) sarif(w io.Writer) error {
	log := NewSARIF(w, NewSARIFTool(r.Version, r.Rules))
	for _, e := range r.Entries {
		if e.Level == "" {
			continue
		}
		if err := log.Add(SARIFResult{
			RuleID: e.Rule, Level: e.Level, Message: SARIFText{e.Text}, Locations: []SARIFLocation{SARIFAt(e.Place, 0, e.Name)},
		}); err != nil {
			return err
		}
	}
	return log.Close()
}
