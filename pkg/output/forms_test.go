package output

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// These tests state what the three forms of a report make of the same entries.

// steering is text that would end, forge or steer what it is put into.
const steering = "it's <b> & \"q\" % a,b\r\n::error::forged\x1b[31m\u202e]]>\x00"

func someEntries() []Entry {
	failed := Entry{Suite: "a.yaml", Class: "Pod", Name: "pod/" + hostile, File: "./x y/a,b:1.yaml", Line: 7, Text: steering}
	return []Entry{
		failed.Found("error", "host-network"),
		Entry{Suite: "a.yaml", Name: "warned", File: "c:d/b.yaml", Text: "w"}.Found("warning", "nested"),
		{Suite: "b.yaml", Name: "noted", File: "-", Line: 3, Text: "n", Findings: []Finding{
			{Level: "note", Rule: "size", Text: "first"},
			{Level: "note", Rule: "size", Line: 9, Where: "spec.x", Text: "second"},
		}},
		{Suite: "b.yaml", Name: "unread", File: "/abs/c.yaml", Type: "skipped-kind", Skipped: true, Text: "one\nreason"},
		Entry{Suite: "b.yaml", Name: "placed", Place: "profiles/placed", Text: "p"}.Found("error", "removed"),
		{Suite: "b.yaml", Name: "passed", Text: "fine"},
	}
}

func report(t *testing.T, r Report, entries []Entry, headlines ...string) string {
	t.Helper()
	var out bytes.Buffer
	r.Out = &out
	if err := r.Write(entries, headlines...); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x00\x1b\u202e") {
		t.Errorf("it steers: %q", &out)
	}
	return out.String()
}

// sarifLog is SARIF 2.1.0 as far as GitHub's code scanning reads it.
type sarifLog struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []struct {
		Tool struct {
			Driver struct {
				Name, Version, InformationURI string
				Rules                         []struct {
					ID, HelpURI                             string
					ShortDescription, FullDescription, Help struct{ Text string }
				}
			}
		}
		ColumnKind string
		Results    []struct {
			RuleID, Level string
			Message       struct{ Text string }
			Locations     []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
					Region           *struct{ StartLine, StartColumn, EndLine, EndColumn int }
				}
				LogicalLocations []struct{ FullyQualifiedName string }
			}
		}
	}
}

func TestSARIF(t *testing.T) {
	rules := []Rule{
		{ID: "host-network", Meaning: "the pod has hostNetwork", More: "Severity: error.", Page: "findings.md#host-network"},
		{ID: "size", Meaning: "its size", Page: "findings.md#size"},
	}
	var log sarifLog
	if err := json.Unmarshal([]byte(report(t, Report{Format: "sarif", Version: "1.2.3", Rules: rules}, someEntries())), &log); err != nil {
		t.Fatal(err)
	}
	if log.Schema != "https://json.schemastore.org/sarif-2.1.0.json" || log.Version != "2.1.0" || len(log.Runs) != 1 || log.Runs[0].ColumnKind != "utf16CodeUnits" {
		t.Fatalf("got %+v", log)
	}
	run := log.Runs[0]
	if d := run.Tool.Driver; d.Name != "fgctl" || d.Version != "1.2.3" || d.InformationURI != "https://github.com/fgctl/fgctl" || len(d.Rules) != 2 {
		t.Fatalf("got %+v", d)
	}
	const page = "https://github.com/fgctl/fgctl/blob/main/docs/findings.md#"
	if r := run.Tool.Driver.Rules[0]; r.ID != "host-network" || r.HelpURI != page+"host-network" || r.ShortDescription.Text != "The pod has hostNetwork." ||
		r.FullDescription.Text != "The pod has hostNetwork. Severity: error." || r.Help.Text != "The pod has hostNetwork. For what to do, see "+page+"host-network" {
		t.Errorf("got %+v", r)
	}
	if r := run.Tool.Driver.Rules[1]; r.FullDescription.Text != "Its size." {
		t.Errorf("got %+v", r)
	}
	want := []struct {
		rule, level, text, uri string
		line                   int
		name                   string
	}{
		{"host-network", "error", steering, "x%20y/a,b:1.yaml", 7, "pod/" + hostile},
		{"nested", "warning", "w", "./c:d/b.yaml", 0, "warned"},
		{"size", "note", "first", "stdin", 3, "noted"},
		{"size", "note", "second", "stdin", 9, "spec.x"},
		{"removed", "error", "p", "profiles/placed", 0, "placed"},
	}
	if len(run.Results) != len(want) {
		t.Fatalf("got %d results, want %d", len(run.Results), len(want))
	}
	for i, w := range want {
		r := run.Results[i]
		at := r.Locations[0]
		if r.RuleID != w.rule || r.Level != w.level || r.Message.Text != w.text || at.PhysicalLocation.ArtifactLocation.URI != w.uri ||
			at.LogicalLocations[0].FullyQualifiedName != w.name {
			t.Errorf("got %+v, want %+v", r, w)
		}
		// Code scanning wants all four numbers, from 1, or no region.
		if g := at.PhysicalLocation.Region; (g == nil) != (w.line == 0) || g != nil && (g.StartLine != w.line || g.EndLine != w.line || g.StartColumn != 1 || g.EndColumn != 1) {
			t.Errorf("%s: got the region %+v", w.name, g)
		}
	}
	absolute := Entry{Name: "x", File: "/srv/a b.yaml"}.Found("error", "r")
	if got := report(t, Report{Format: "sarif"}, []Entry{absolute}); !strings.Contains(got, `"uri": "file:///srv/a%20b.yaml"`) || strings.Contains(got, `"version": ""`) {
		t.Errorf("an absolute path: got %s", got)
	}
	nothing := report(t, Report{Format: "sarif"}, nil)
	if err := json.Unmarshal([]byte(nothing), &log); err != nil || !strings.Contains(nothing, `"results": []`) || !strings.Contains(nothing, `"rules": []`) {
		t.Errorf("nothing found: got %s, %v", nothing, err)
	}
}

func TestJUnit(t *testing.T) {
	type counts struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Skipped  int    `xml:"skipped,attr"`
	}
	var got struct {
		XMLName xml.Name `xml:"testsuites"`
		counts
		Suites []struct {
			counts
			Cases []junitCase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	text := report(t, Report{Format: "junit", Title: "fgctl <match>"}, someEntries())
	if err := xml.Unmarshal([]byte(text), &got); err != nil || !strings.HasPrefix(text, xml.Header) {
		t.Fatalf("%v\n%s", err, text)
	}
	if got.counts != (counts{"fgctl <match>", 6, 2, 1}) || len(got.Suites) != 2 ||
		got.Suites[0].counts != (counts{"a.yaml", 2, 1, 0}) || got.Suites[1].counts != (counts{"b.yaml", 4, 1, 1}) {
		t.Fatalf("got %s", text)
	}
	cases := slices.Concat(got.Suites[0].Cases, got.Suites[1].Cases)
	for i, want := range []struct{ name, class, file, out string }{
		{"pod/a[31mb", "Pod", "x y/a,b:1.yaml", ""},
		{"warned", "a.yaml", "c:d/b.yaml", "w"},
		{"noted", "b.yaml", "", "n"},
		{"unread", "b.yaml", "/abs/c.yaml", ""},
		{"placed", "b.yaml", "", ""},
		{"passed", "b.yaml", "", "fine"},
	} {
		c := cases[i]
		if c.Name != want.name || c.ClassName != want.class || c.File != want.file || c.Out != want.out ||
			(c.Failure != nil) != (i == 0 || i == 4) || (c.Skipped != nil) != (i == 3) {
			t.Errorf("got %+v, want %+v", c, want)
		}
	}
	if f := cases[0].Failure; f.Type != "host-network" || cases[0].Line != 7 || strings.Contains(f.Message, "\n") ||
		f.Text != "it's <b> & \"q\" % a,b\n::error::forged[31m]]>" {
		t.Errorf("got %q in line %d", *f, cases[0].Line)
	}
	if s := cases[3].Skipped; s.Message != "one reason" {
		t.Errorf("got %+v", s)
	}
	if got := report(t, Report{Format: "junit", Title: "t"}, nil); got != xml.Header+"<testsuites name=\"t\" tests=\"0\" failures=\"0\">\n</testsuites>\n" {
		t.Errorf("nothing judged: got %s", got)
	}
}

// A finding is one workflow command, which its text cannot end or follow with another (actions/toolkit, command.ts).
func TestGitHub(t *testing.T) {
	summary := filepath.Join(t.TempDir(), "summary.md")
	got := report(t, Report{Format: "github", Title: "fgctl, match: x", Summary: summary}, someEntries(), "6 | pods")
	if want := `::error file=x y/a%2Cb%3A1.yaml,line=7,title=fgctl%2C match%3A x%3A host-network::it's <b> & "q" %25 a,b%0A::error::forged]]>
::warning file=c%3Ad/b.yaml,title=fgctl%2C match%3A x%3A nested::w
::notice title=fgctl%2C match%3A x%3A size::first
::notice title=fgctl%2C match%3A x%3A size::second
::error title=fgctl%2C match%3A x%3A removed::p
`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	text, err := os.ReadFile(summary)
	if want := "### fgctl, match: x\n\n6 &#124; pods\n\n2 errors, 1 warning, 2 notes, 1 not judged\n\n" +
		"| level | rule | place | text |\n|---|---|---|---|\n" +
		"| error | host-network | `x y/a,b:1.yaml:7` | it's &#60;b&#62; &#38; \"q\" % a,b<br>::error::forged&#93;&#93;&#62; |\n" +
		"| warning | nested | `c:d/b.yaml` | w |\n| not judged | skipped-kind | `unread` | one<br>reason |\n| error | removed | `placed` | p |\n\n"; err != nil || string(text) != want {
		t.Errorf("%v: got\n%s\nwant\n%s", err, text, want)
	}
	if info, err := os.Stat(summary); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	// A finding of what was not judged is a row of its own, and one elsewhere in an object names both.
	skipped := Entry{Name: "o", Type: "t", Skipped: true, Text: "s", Findings: []Finding{{Level: "warning", Rule: "r", Where: "spec", Text: "w"}}}
	file := filepath.Join(t.TempDir(), "second.md")
	if got := report(t, Report{Format: "github", Title: "t", Summary: file}, []Entry{skipped}); got != "::warning title=t%3A r::w\n" {
		t.Errorf("got %s", got)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.HasSuffix(string(text), "|---|---|---|---|\n| not judged | r | `spec: o` | w |\n\n") {
		t.Errorf("got %s, %v", text, err)
	}
	if got := report(t, Report{Format: "github", Title: "t"}, nil, "headline"); got != "" {
		t.Errorf("without a summary nothing is written, got %q", got)
	}
	lost := &Report{Out: &bytes.Buffer{}, Format: "github", Summary: filepath.Join(t.TempDir(), "no", "dir.md")}
	if err := lost.Close(); !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "the step's summary (GITHUB_STEP_SUMMARY) was not written: ") {
		t.Errorf("got %v", err)
	}
}

// A full disk is an error of every form, at the latest when the report ends.
func TestReportNotWritten(t *testing.T) {
	for _, format := range ReportFormats {
		r := &Report{Out: fullDisk{}, Format: format}
		if err := r.Write(someEntries()); !errors.Is(err, errFull) {
			t.Errorf("%s: got %v", format, err)
		}
	}
	for after := range 5 {
		r := &Report{Out: &diskOf{after}, Format: "junit"}
		if err := r.Write(someEntries()[:1]); !errors.Is(err, errFull) {
			t.Errorf("full after %d writes: got %v", after, err)
		}
	}
}

// diskOf takes so many writes.
type diskOf struct{ left int }

func (d *diskOf) Write(p []byte) (int, error) {
	if d.left == 0 {
		return 0, errFull
	}
	d.left--
	return len(p), nil
}
