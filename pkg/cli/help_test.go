package cli

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/output"
)

func TestFill(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"a paragraph is wrapped", "one two three four five six seven eight nine", "one two three four five six seven eight\nnine"},
		{"its own line ends do not matter", "one\ntwo three", "one two three"},
		{"a word that is too long stays whole", "a muchtoolongwordmuchtoolongwordmuchtoolongword b", "a\nmuchtoolongwordmuchtoolongwordmuchtoolongword\nb"},
		{"width counts characters", "größer größer größer größer größer grö", "größer größer größer größer größer grö"},
		{"paragraphs stay apart", "one\n\ntwo", "one\n\ntwo"},
		{"indented lines stay", "List:\n  a  first thing of all\n  b\nend of it", "List:\n  a  first thing of all\n  b\nend of it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := fill(test.text, narrowestHelp); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// No flag's line breaks in the middle of a word on a terminal of 80 columns, and nothing is lost.
func TestHelpFitsTheTerminal(t *testing.T) {
	t.Parallel()
	help := func(columns int) string {
		var out, errs strings.Builder
		streams := &output.Streams{In: strings.NewReader(""), Out: &out, Err: &errs, OutTerminal: columns > 0, Width: columns}
		if code := run(context.Background(), []string{"replace", "fargateprofile", "--help"}, streams, systemClock{}); code != 0 || errs.Len() > 0 {
			t.Fatalf("exit %d, %s", code, errs.String())
		}
		return out.String()
	}
	wide, narrow := help(0), help(80)
	if strings.Join(strings.Fields(wide), " ") != strings.Join(strings.Fields(narrow), " ") {
		t.Errorf("the words differ:\n%s\n%s", wide, narrow)
	}
	_, flags, _ := strings.Cut(narrow, "\nFlags:\n")
	for line := range strings.Lines(flags) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("too wide: %s", line)
		}
	}
}

// What help does not lay out anew, tables and the comments of examples, fits a terminal of 80 columns as it is
// written. A command line of an example may be longer: it is pasted.
func TestHelpFits80Columns(t *testing.T) {
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		for line := range strings.SplitSeq(cmd.Long+"\n"+cmd.Example, "\n") {
			if n := utf8.RuneCountInString(line); n > 80 && (strings.HasPrefix(line, "  #") || strings.HasPrefix(line, "  ") && strings.Contains(cmd.Long, line)) {
				t.Errorf("%s: %d columns: %s", cmd.CommandPath(), n, line)
			}
		}
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	visit(newRootCommand(env.New(&output.Streams{}, systemClock{}, nil)))
}

// The topic of matching is the beginning of its page.
func TestHelpOfMatchingIsThePage(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/matching.md")
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(string(data), "\n## In short\n")
	page, _, _ = strings.Cut(page, "\n|")
	page = strings.NewReplacer("\n- ", "\n", "**", "", "`", "", "[findings](findings.md)", "findings").Replace(page)
	topic, _, _ := strings.Cut(matchingHelp, "\n\nfgctl match says")
	if want, got := strings.Fields(page), strings.Fields(topic); !slices.Equal(got, want) {
		t.Errorf("help says\n%s\nand the page\n%s", strings.Join(got, " "), strings.Join(want, " "))
	}
}
