package pkg_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// cellsOf returns the cells of a row of a table.
func cellsOf(row string) []string {
	cells := strings.Split(strings.Trim(row, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// Every cell of README's table beside other tools stands in docs/comparison.md, with a source: a page, or for fgctl the
// command and its page.
func TestComparedCellsHaveSources(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	_, table, _ := strings.Cut(read("../README.md"), "## Beside other tools\n")
	table, _, _ = strings.Cut(table, "\n## ")
	page := read("../docs/comparison.md")
	rows := regexp.MustCompile(`(?m)^\|.*\|$`).FindAllString(table, -1)
	if len(rows) < 3 {
		t.Fatalf("the table has %d rows", len(rows))
	}
	tools, named := cellsOf(rows[0]), regexp.MustCompile(`^\[(.+)\]\(docs/comparison\.md#[\w-]+\)$`)
	command := regexp.MustCompile("`fgctl [^`]+`: \\[")
	for _, row := range rows[2:] {
		cells := cellsOf(row)
		name := named.FindStringSubmatch(cells[0])
		if name == nil || len(cells) != len(tools) {
			t.Errorf("the row does not lead to docs/comparison.md, or has not a cell for each tool: %s", row)
			continue
		}
		_, section, found := strings.Cut(page, "\n## "+name[1]+"\n")
		if section, _, _ = strings.Cut(section, "\n## "); !found {
			t.Errorf("docs/comparison.md has no section %q", name[1])
		}
		for i, tool := range tools[1:] {
			_, source, found := strings.Cut(section, "\n| "+tool+" | "+cells[i+1]+" | ")
			source, _, _ = strings.Cut(source, "\n")
			switch own := tool == "fgctl"; {
			case !found:
				t.Errorf("%s, %s: docs/comparison.md does not say %q", name[1], tool, cells[i+1])
			case own && !command.MatchString(source), !own && !strings.Contains(source, "](https://"):
				t.Errorf("%s, %s: %q has no source", name[1], tool, source)
			}
		}
	}
}
