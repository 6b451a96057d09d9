package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Two files of which one uses a function and a method of the other are one pair; a line that is too long counts.
func TestSizeOfAModule(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module example.com/m\n\ngo 1.26\n",
		"a.go":      "package m\n\n// A is one.\nfunc A() int { return b() + t(0).c() }\n",
		"b.go":      "package m\n\nfunc b() int { return 1 }\n\ntype t int\n\nfunc (t) c() int { return 2 }\n\n// " + strings.Repeat("x", 120) + "\n",
		"a_test.go": "package m\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	var out bytes.Buffer
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if got := strings.Join(strings.Fields(lines[1]), " "); got != "example.com/m 13 2 1 1 0.5" {
		t.Errorf("got %s", got)
	}
	if got := strings.Join(strings.Fields(lines[2]), " "); got != "all 13 2 1 1" {
		t.Errorf("got %s", got)
	}
}

// A package whose files use more of each other than that is hard to read file by file.
func TestSizeOfFgctl(t *testing.T) {
	t.Chdir("../..")
	var out bytes.Buffer
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		words := strings.Fields(line)
		if len(words) != 6 || words[0] == "all" {
			continue
		}
		if pairs, err := strconv.ParseFloat(words[5], 64); err != nil || pairs > 3.5 {
			t.Errorf("%s: %s pairs of files per file, at most 3.5", words[0], words[5])
		}
	}
}

func TestSizeOfWhatDoesNotCompile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := run(new(bytes.Buffer)); err == nil || !strings.HasPrefix(err.Error(), "go list: ") {
		t.Errorf("no module: %v", err)
	}
}
