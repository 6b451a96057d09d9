package diagnose_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every cause stands on the page, in a session or by its name; those of messages and of checks have pages of their own.
func TestCausesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/why.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`(?:Code: |\.Code = |\.Code, c\.Text = )"([a-z0-9-]+)"`)
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range codes.FindAllStringSubmatch(string(text), -1) {
			if found++; !strings.Contains(string(page), "["+m[1]+"]") && !strings.Contains(string(page), "`"+m[1]+"`") {
				t.Errorf("docs/why.md lacks %s", m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d causes were found", found)
	}
}
