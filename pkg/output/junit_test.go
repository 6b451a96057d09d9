package output

// This file tests reports of JUnit that are too large for the memory that they may take.

import (
	"bytes"
	"encoding/xml"
	"os"
	"strings"
	"testing"
)

func TestJUnitOfAnySize(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	long := strings.Repeat("x", spoolMemory/8)
	var out bytes.Buffer
	report := NewJUnit(&out, "all <of> it")
	for i := range 20 {
		c := JUnitCase{Name: "pod\x1b", Out: long}
		if i%4 == 0 {
			c.Out, c.Failure = "", &JUnitFailure{Message: "bad", Type: "unmatched", Text: long}
		}
		if err := report.Case([]string{"a.yaml", "b.yaml"}[i/10], c); err != nil {
			t.Fatal(err)
		}
	}
	if report.cases.memory.Len() > spoolMemory {
		t.Errorf("%d bytes are in memory", report.cases.memory.Len())
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
			Cases []JUnitCase `xml:"testcase"`
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
