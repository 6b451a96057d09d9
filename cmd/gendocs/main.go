// Command gendocs writes a page per command of fgctl, from the commands themselves, and beside their directory the page
// of symptoms, from the table of fgctl explain, that of fgctl check's codes, and the JSON Schema of files of profiles:
//
//	go run ./cmd/gendocs docs/commands
//	go run ./cmd/gendocs -check docs/commands
//	go run ./cmd/gendocs -man bin/man
//
// With -check it writes nothing and fails when a page is missing, stale or left over. With -man it writes man pages
// instead.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

func main() {
	check := flag.Bool("check", false, "write nothing, and fail where a page is not current")
	man := flag.Bool("man", false, "write man pages instead")
	flag.Parse()
	if flag.NArg() != 1 || *man && *check {
		fmt.Fprintln(os.Stderr, "usage: gendocs [-check | -man] DIRECTORY")
		os.Exit(2)
	}
	write := func(dir string) error { return run(dir, *check) }
	if *man {
		write = manPages
	}
	if err := write(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "gendocs:", err)
		os.Exit(1)
	}
}

func run(dir string, check bool) error {
	pages := map[string]string{}
	root := cli.Root()
	collect(root, pages)
	for _, topic := range topics(root) {
		pages[fileName(topic)] = page(topic)
	}
	pages["../troubleshooting.md"] = symptoms()
	pages["../codes.md"] = codes()
	pages["../fargateprofiles.schema.json"] = profilefile.Schema()
	left, err := leftOver(dir, pages)
	if err != nil {
		return err
	}
	if check {
		return compare(dir, pages, left)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // everybody may read the pages
		return err
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil { //nolint:gosec // as above
			return err
		}
	}
	for _, name := range left {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// compare names every page that is not current.
func compare(dir string, pages map[string]string, left []string) error {
	var faults []error
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(dir, name))
		switch {
		case err != nil:
			faults = append(faults, err)
		case string(got) != want:
			faults = append(faults, fmt.Errorf("%s is not current", filepath.Join(dir, name)))
		}
	}
	for _, name := range left {
		faults = append(faults, fmt.Errorf("%s belongs to no command", filepath.Join(dir, name)))
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w\nrun: make docs", errors.Join(faults...))
	}
	return nil
}

// leftOver lists the pages of a directory that no command has.
func leftOver(dir string, pages map[string]string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var left []string
	for _, entry := range entries {
		if _, known := pages[entry.Name()]; !known && filepath.Ext(entry.Name()) == ".md" {
			left = append(left, entry.Name())
		}
	}
	return left, nil
}

// collect makes the pages of a command and of all below it.
func collect(cmd *cobra.Command, pages map[string]string) {
	pages[fileName(cmd)] = page(cmd)
	for _, child := range children(cmd) {
		collect(child, pages)
	}
}

// children are the commands that a user sees; cobra's own, help and completion, are its business.
func children(cmd *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(cmd.Commands()), func(c *cobra.Command) bool {
		return !c.IsAvailableCommand() || c.Name() == "help" || c.Name() == "completion"
	})
}

// topics are the pages of help that are of no command.
func topics(cmd *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(cmd.Commands()), func(c *cobra.Command) bool {
		return !c.IsAdditionalHelpTopicCommand() || c.Name() == "help"
	})
}

func fileName(cmd *cobra.Command) string {
	return strings.ReplaceAll(cmd.CommandPath(), " ", "_") + ".md"
}

func page(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- Made by make docs from the command itself; do not edit. -->\n\n# %s\n\n%s.\n",
		cmd.CommandPath(), prose(cmd.Short))
	if cmd.Runnable() && (cmd.HasParent() && !cmd.HasSubCommands()) {
		fmt.Fprintf(&b, "\n```\n%s\n```\n", cmd.UseLine())
	}
	if cmd.Long != "" {
		fmt.Fprintf(&b, "\n%s\n", layout(cmd.Long))
	}
	if len(cmd.Aliases) > 0 {
		fmt.Fprintf(&b, "\nAliases: `%s`\n", strings.Join(cmd.Aliases, "`, `"))
	}
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\n## Examples\n\n```sh\n%s\n```\n", unindent(cmd.Example))
	}
	list(&b, "Commands", children(cmd))
	list(&b, "Topics of help", topics(cmd))
	if cmd.HasAvailableLocalFlags() && (!cmd.HasSubCommands() || !cmd.HasParent()) {
		fmt.Fprintf(&b, "\n## Flags\n\n```\n%s```\n", cmd.LocalFlags().FlagUsages())
	}
	if cmd.HasParent() {
		if cmd.Runnable() && cmd.HasAvailableInheritedFlags() && !cmd.HasSubCommands() {
			fmt.Fprintf(&b, "\n## Flags of every command\n\n```\n%s```\n", cmd.InheritedFlags().FlagUsages())
		}
		fmt.Fprintf(&b, "\nSee also [%s](%s).\n", cmd.Parent().CommandPath(), fileName(cmd.Parent()))
	}
	return b.String()
}

// list links to pages.
func list(b *strings.Builder, title string, pages []*cobra.Command) {
	if len(pages) > 0 {
		fmt.Fprintf(b, "\n## %s\n\n", title)
	}
	for _, p := range pages {
		fmt.Fprintf(b, "- [%s](%s): %s\n", p.CommandPath(), fileName(p), prose(p.Short))
	}
}

// layout makes the text of help Markdown; what is indented stays as it is laid out.
func layout(text string) string {
	var out []string
	code := false
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if indented := strings.HasPrefix(line, " "); indented != code {
			if code = indented; code && len(out) > 0 && out[len(out)-1] != "" {
				out = append(out, "")
			}
			out = append(out, "```")
			if !code && line != "" {
				out = append(out, "")
			}
		}
		if !code {
			line = prose(line)
		}
		out = append(out, line)
	}
	if code {
		out = append(out, "```")
	}
	return strings.Join(out, "\n")
}

// prose escapes what Markdown would take for its own.
func prose(text string) string {
	return strings.NewReplacer("<", `\<`, "*", `\*`, "_", `\_`).Replace(text)
}

// unindent takes away the two spaces that examples of help stand behind.
func unindent(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "  ")
	}
	return strings.Join(lines, "\n")
}
