package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The pages in the tree are those of the commands: after a change of help or flags run make docs.
func TestDocsAreCurrent(t *testing.T) {
	if err := run("../../docs/commands", true); err != nil {
		t.Error(err)
	}
}

func TestCheckFindsEveryKindOfStaleness(t *testing.T) {
	dir := t.TempDir()
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err != nil {
		t.Fatalf("what was just written is not current: %v", err)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("fgctl_gone.md", "x")
	write("fgctl_version.md", "x")
	if err := os.Remove(filepath.Join(dir, "fgctl.md")); err != nil {
		t.Fatal(err)
	}
	err := run(dir, true)
	for _, name := range []string{"fgctl_gone.md belongs to no command", "fgctl_version.md is not current", "fgctl.md: no such file"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q is missing in %v", name, err)
		}
	}
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err != nil {
		t.Errorf("writing again mends it all: %v", err)
	}
}

// What is no directory, or cannot be read, is an error and not an empty one.
func TestNoDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		if err := run(dir, false); err == nil {
			t.Errorf("%s was taken for a directory", dir)
		}
	}
}
