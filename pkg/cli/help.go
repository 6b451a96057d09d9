package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fgctl/fgctl/pkg/output"
)

// Help is no wider than people like to read, and no narrower than makes sense.
const (
	widestHelp    = 100
	narrowestHelp = 40
)

// setHelp lays the help of all commands out for a terminal of so many columns; 0 changes nothing.
func setHelp(root *cobra.Command, columns int) {
	if columns == 0 {
		return
	}
	columns = helpWidth(columns)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		text := cmd.Long
		if text == "" {
			text = cmd.Short
		}
		// a reader that went away
		_, _ = io.WriteString(cmd.OutOrStdout(), fill(text, columns)+"\n\n"+usage(cmd, columns))
	})
}

func helpWidth(columns int) int { return max(min(columns, widestHelp), narrowestHelp) }

// usage is cobra's own, with the flags wrapped; it needs no template (see newRootCommand).
func usage(cmd *cobra.Command, columns int) string {
	text := cmd.UsageString()
	for _, flags := range []*pflag.FlagSet{cmd.LocalFlags(), cmd.InheritedFlags()} {
		if plain := strings.TrimSpace(flags.FlagUsages()); plain != "" {
			text = strings.Replace(text, plain, strings.TrimSpace(flags.FlagUsagesWrapped(columns)), 1)
		}
	}
	return text
}

// fill lays out paragraphs anew. Lines that are indented are a table or a command and stay as they are.
func fill(text string, columns int) string {
	var lines, words []string
	flush := func() {
		if len(words) > 0 {
			lines = append(lines, output.Wrap(strings.Join(words, " "), columns, "")...)
		}
		words = nil
	}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if line != "" && !strings.HasPrefix(line, " ") {
			words = append(words, strings.Fields(line)...)
			continue
		}
		flush()
		lines = append(lines, line)
	}
	flush()
	return strings.Join(lines, "\n")
}
