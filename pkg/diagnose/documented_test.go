package diagnose_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every cause stands in a session of the page, which the tests of pkg/cli run; those of messages and of checks have pages
// of their own.
func TestCausesHaveSessions(t *testing.T) {
	page, err := os.ReadFile("../../docs/why.md")
	if err != nil {
		t.Fatal(err)
	}
	sessions := strings.Join(regexp.MustCompile("(?ms)^```console\n(.*?)^```$").FindAllString(string(page), -1), "")
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
			if found++; !strings.Contains(sessions, "["+m[1]+"]") {
				t.Errorf("docs/why.md shows no session that ends in %s", m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d causes were found", found)
	}
}
