package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/fgctl/fgctl/pkg/cli"
)

// manPages writes a man page per command. Their date is that of SOURCE_DATE_EPOCH where it is set, so that the same
// commit makes the same bytes.
func manPages(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // everybody may read the pages
		return err
	}
	root := cli.Root()
	root.DisableAutoGenTag = true
	layOut(root)
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "fgctl", Manual: "fgctl"}, dir)
}

// layOut makes the help of a command and of all below it Markdown, as which the generator reads it.
func layOut(cmd *cobra.Command) {
	cmd.Long = layout(cmd.Long)
	for _, child := range children(cmd) {
		layOut(child)
	}
}
