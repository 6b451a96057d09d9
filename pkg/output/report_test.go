package output

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestJUnitOfAnySize(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	long := strings.Repeat("x", spoolMemory/8)
	var out bytes.Buffer
	report := &Report{Out: &out, Format: "junit", Title: "all <of> it"}
	for i := range 20 {
		e := Entry{Suite: []string{"a.yaml", "b.yaml"}[i/10], Name: "pod\x1b", Text: long}
		if i%4 == 0 {
			e.Failure, e.Type = "bad", "unmatched"
		}
		if err := report.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if n := report.form.(*junit).cases.memory.Len(); n > spoolMemory {
		t.Errorf("%d bytes are in memory", n)
	}
	if err := report.Close(); err != nil {
		t.Fatal(err)
	}
	type counted struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
	}
	var got struct {
		counted
		Suites []struct {
			counted
			Cases []junitCase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if want := (counted{"all <of> it", 20, 5}); got.counted != want || len(got.Suites) != 2 {
		t.Fatalf("got %+v and %d suites", got.counted, len(got.Suites))
	}
	for i, want := range []counted{{"a.yaml", 10, 3}, {"b.yaml", 10, 2}} {
		s := got.Suites[i]
		if s.counted != want || len(s.Cases) != 10 || s.Cases[0].Name != "pod" || len(s.Cases[9].Out) != len(long) {
			t.Errorf("got %+v with %d cases", s.counted, len(s.Cases))
		}
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind are %v, %v", left, err)
	}
}

// GitHub drops a summary beyond 1 MiB of a step: what does not fit is counted, and the file of a step that has run
// before is filled up and not written over.
func TestSummaryOfAnySize(t *testing.T) {
	file := filepath.Join(t.TempDir(), "summary.md")
	write := func(findings int) (string, error) {
		t.Helper()
		report := &Report{Out: io.Discard, Format: "github", Title: "fgctl match", Summary: file}
		for i := range findings {
			entry := Entry{Name: "pod", File: "a.yaml", Line: i + 1, Text: strings.Repeat("x", 1000)}
			if err := report.Add(entry.Found("warning", "rule")); err != nil {
				t.Fatal(err)
			}
		}
		err := report.Close("pods")
		data, _ := os.ReadFile(file) // absent is empty
		return string(data), err
	}
	first, err := write(1)
	if err != nil || strings.Count(first, "xxx |\n") != 1 {
		t.Fatalf("got %q, %v", first, err)
	}
	both, err := write(5000)
	rows, left := strings.Count(both, "xxx |\n"), 0
	if _, scanned := fmt.Sscanf(both[strings.LastIndex(both, "|\n")+3:], "%d more", &left); err != nil || scanned != nil ||
		len(both) > mostSummary || len(both) < mostSummary-2000 || rows+left != 5001 || !strings.HasPrefix(both, first) ||
		!strings.Contains(both, "0 errors, 5000 warnings, 0 notes") {
		t.Errorf("%d bytes with %d rows, %d left out, %v", len(both), rows, left, err)
	}
	if err := os.WriteFile(file, make([]byte, mostSummary), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := write(0); err == nil || !strings.Contains(err.Error(), file+": GitHub takes 1 MiB") {
		t.Errorf("a full file: %v", err)
	}
}

// Nothing in a text can end its cell, be HTML, or be Markdown.
func TestMarkdownIsText(t *testing.T) {
	const text = " a|b\\|c `d` <script> &lt; *e* _f_ [g](h) ~~i~~ #1 @j !k $l$ ^m\x1b[31m\nn\t"
	for got, want := range map[string]string{
		markdown(text): "a&#124;b&#92;&#124;c &#96;d&#96; &#60;script&#62; &#38;lt; &#42;e&#42; &#95;f&#95; &#91;g&#93;(h) " +
			"&#126;&#126;i&#126;&#126; &#35;1 &#64;j &#33;k &#36;l&#36; &#94;m<br>n",
		code("a\nb"):   "`a b`",
		code("a``|\\"): "<code>a&#96;&#96;&#124;&#92;</code>",
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// A run that ends before its report does leaves nothing behind.
func TestSpoolIsNotLeftBehind(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var s Spool
	if _, err := s.Write(make([]byte, spoolMemory+1)); err != nil || s.file == nil {
		t.Fatalf("there is no file: %v", err)
	}
	defer func() { _ = s.file.Close() }()
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind are %v, %v", left, err)
	}
}
