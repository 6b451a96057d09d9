package fargate

// This file holds docs/findings.md to the list of codes: a section for each, with its severity and source.

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryCodeHasItsSection(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../docs/findings.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	sections := map[string]string{}
	heads := regexp.MustCompile(`(?m)^### ([a-z0-9-]+)$`).FindAllStringSubmatchIndex(page, -1)
	nextHead := regexp.MustCompile(`(?m)^#{1,3} `)
	for _, head := range heads {
		text := page[head[1]:]
		if end := nextHead.FindStringIndex(text); end != nil {
			text = text[:end[0]]
		}
		sections[page[head[2]:head[3]]] = strings.Join(strings.Fields(text), " ")
	}
	var index []string
	for _, c := range FindingCodes() {
		text, has := sections[c.Code]
		delete(sections, c.Code)
		switch {
		case !has:
			t.Errorf("docs/findings.md has no section %s", c.Code)
		case !strings.HasPrefix(text, "Severity: "+string(c.Severity)):
			t.Errorf("the section %s does not begin with Severity: %s", c.Code, c.Severity)
		case !strings.Contains(text, "Source: "+c.Source+"."):
			t.Errorf("the section %s does not say Source: %s.", c.Code, c.Source)
		}
		index = append(index, fmt.Sprintf("| [%s](#%s) | %s | %s |", c.Code, c.Code, c.Severity, c.Meaning))
	}
	for code := range sections {
		t.Errorf("docs/findings.md has a section %s, but no finding has that code", code)
	}
	rows := regexp.MustCompile(`(?m)^\| \[[a-z0-9-]+\]\(#[a-z0-9-]+\) \|.*$`).FindAllString(page, -1)
	if !slices.Equal(rows, index) {
		t.Errorf("the table of docs/findings.md is\n%s\nand should be\n%s", strings.Join(rows, "\n"), strings.Join(index, "\n"))
	}
}
