package main

import (
	"os"

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
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "fgctl", Manual: "fgctl"}, dir)
}
