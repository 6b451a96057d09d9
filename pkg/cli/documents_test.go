package cli_test

// This file runs the terminal sessions that README.md and docs/ show, so that none can go stale. The
// sessions of a page are one shell against one sandbox. In the output shown, a line of … stands for any
// number of lines, and the seconds that a transition took do not matter. A YAML block whose first line is
// a comment with a file's name is that file.

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	fencedBlock  = regexp.MustCompile("(?ms)^```(console|yaml)\n(.*?)^```$")
	namedFile    = regexp.MustCompile(`\A# (\S+\.yaml)\n`)
	secondsTaken = regexp.MustCompile(`\(after [0-9hms.]+\)`)
)

// shownCommand is a command of a page and the output that the page shows for it.
type shownCommand struct {
	text string
	want []string
}

// readPage returns the commands of a page, and the files that it spells out.
func readPage(t *testing.T, path string) (commands []shownCommand, files map[string]string) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, block := range fencedBlock.FindAllStringSubmatch(string(page), -1) {
		if block[1] == "yaml" {
			if name := namedFile.FindStringSubmatch(block[2]); name != nil {
				files[name[1]] = block[2]
			}
			continue
		}
		goesOn := false
		for line := range strings.SplitSeq(strings.TrimRight(block[2], "\n"), "\n") {
			last := len(commands) - 1
			switch text, isCommand := strings.CutPrefix(line, "$ "); {
			case isCommand:
				commands = append(commands, shownCommand{text: text})
				goesOn = strings.HasSuffix(line, `\`)
			case goesOn:
				commands[last].text += "\n" + line
				goesOn = strings.HasSuffix(line, `\`)
			case last < 0:
				t.Fatalf("%s: output without a command: %s", path, line)
			default:
				commands[last].want = append(commands[last].want, line)
			}
		}
	}
	return commands, files
}

// asShown reports whether output is what a page shows.
func asShown(want, got []string) bool {
	switch {
	case len(want) == 0:
		return len(got) == 0
	case want[0] == "…":
		return asShown(want[1:], got) || (len(got) > 0 && asShown(want, got[1:]))
	}
	return len(got) > 0 && want[0] == got[0] && asShown(want[1:], got[1:])
}

// outputLines returns the lines of an output with what differs from run to run taken out.
func outputLines(text string) []string {
	text = strings.TrimRight(secondsTaken.ReplaceAllString(text, "(after a while)"), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return lines
}

func TestDocumentedSessions(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	sessions := 0
	for _, path := range append(pages, "../../README.md") {
		commands, files := readPage(t, path)
		if len(commands) == 0 {
			continue
		}
		sessions++
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			s := newExampleShell(t)
			for name, text := range files {
				if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			const mark = "\x02"
			var script strings.Builder
			for _, c := range commands {
				fmt.Fprintf(&script, "printf '%s'\n%s\n", mark, c.text)
			}
			if err := os.WriteFile(filepath.Join(s.dir, "session.sh"), []byte(script.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			_, out, _ := s.run(t, "fgctl sandbox run --create-delay 50ms --delete-delay 50ms -- sh session.sh 2>&1")
			said := strings.Split(out, mark)[1:]
			if len(said) != len(commands) {
				t.Fatalf("%d of %d commands ran:\n%s", len(said), len(commands), out)
			}
			for i, c := range commands {
				want, got := outputLines(strings.Join(c.want, "\n")), outputLines(said[i])
				if !asShown(want, got) {
					t.Errorf("$ %s\nprints\n%s\nbut the page shows\n%s", c.text, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
		})
	}
	if sessions < 2 {
		t.Errorf("only %d pages with a session were found", sessions)
	}
}

func TestAsShown(t *testing.T) {
	t.Parallel()
	got := []string{"a", "b", "c"}
	for want, match := range map[string]bool{
		"a b c": true, "a b": false, "a … c": true, "…": true, "a … b": false, "… b …": true, "x …": false, "… a b c …": true, "": false,
	} {
		if asShown(strings.Fields(want), slices.Clone(got)) != match {
			t.Errorf("%q: not %v", want, match)
		}
	}
}
