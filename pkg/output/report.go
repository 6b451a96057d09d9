package output

import (
	"cmp"
	"io"
)

// ReportFormats are the forms of a Report.
var ReportFormats = []string{"junit", "sarif", "github"}

// Report writes what a CI system shows, entry by entry, in the form that it reads. Nothing is written before the first.
type Report struct {
	Out io.Writer
	// Format is one of ReportFormats.
	Format string
	// Title names the command; it stands above annotations and is the name of JUnit's report.
	Title string
	// Version is fgctl's, for SARIF, and Rules are what may be found.
	Version string
	Rules   []Rule
	// Summary is the file of GitHub's step summary, which the format github adds to; it may be empty.
	Summary string

	form interface {
		add(e Entry) error
		close(headline []string) error
	}
}

// Rule is a kind of finding: its meaning without a full stop, a sentence more (may be empty), and its place in docs/.
type Rule struct {
	ID, Meaning, More, Page string
}

// Entry is something that was judged: a test of JUnit, and what SARIF and annotations show of it.
type Entry struct {
	// Suite, Class and Name are those of the test; the class is the suite's name where it is empty.
	Suite, Class, Name string
	// File is where it stands (- for standard input), and Line is 0 where unknown. Where no file is known, SARIF has
	// Place in its stead, as code scanning wants one.
	File  string
	Line  int
	Place string
	// Failure says why the test failed, in a line, and Type of what kind that is.
	Failure, Type string
	// Skipped reports whether it was not judged, for the reason that Text says.
	Skipped bool
	// Text is everything there is to say.
	Text     string
	Findings []Finding
}

// Finding is something to show of an Entry.
type Finding struct {
	// Level is error, warning or note.
	Level, Rule string
	// Line is the entry's where it is 0, and Where, which names the place within the file, is the entry's Name where
	// it is empty.
	Line  int
	Where string
	Text  string
}

// Found returns the entry with its text as a finding, which fails the test where it is an error.
func (e Entry) Found(level, rule string) Entry {
	if level == "error" {
		e.Failure, e.Type = e.Text, rule
	}
	e.Findings = []Finding{{Level: level, Rule: rule, Text: e.Text}}
	return e
}

// Write writes a whole report. See Close.
func (r *Report) Write(entries []Entry, headlines ...string) error {
	for _, e := range entries {
		if err := r.Add(e); err != nil {
			return err
		}
	}
	return r.Close(headlines...)
}

// Add writes an entry.
func (r *Report) Add(e Entry) error {
	r.begin()
	for i := range e.Findings {
		f := &e.Findings[i]
		f.Line, f.Where = cmp.Or(f.Line, e.Line), cmp.Or(f.Where, e.Name)
	}
	return r.form.add(e)
}

// Close ends the report. The headlines say how much was judged, for GitHub's summary.
func (r *Report) Close(headlines ...string) error {
	r.begin()
	return r.form.close(headlines)
}

func (r *Report) begin() {
	switch {
	case r.form != nil:
	case r.Format == "junit":
		r.form = &junit{w: r.Out, name: r.Title}
	case r.Format == "sarif":
		r.form = newSARIF(r.Out, r.Version, r.Rules)
	default:
		r.form = &github{w: r.Out, title: r.Title, summary: r.Summary}
	}
}
