package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli"
)

// Each command has its page, which carries the date that it was made for.
func TestManPages(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1893456000") // January 2030
	dir := filepath.Join(t.TempDir(), "man")
	if err := manPages(dir); err != nil {
		t.Fatal(err)
	}
	var look func(*cobra.Command)
	look = func(cmd *cobra.Command) {
		page, err := os.ReadFile(filepath.Join(dir, strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1"))
		if err != nil {
			t.Error(err)
		}
		for _, want := range []string{`"1" "Jan 2030" "fgctl"`, cmd.Short} {
			if !strings.Contains(string(page), want) {
				t.Errorf("the page of %s lacks %q:\n%.300s", cmd.CommandPath(), want, page)
			}
		}
		for _, child := range children(cmd) {
			look(child)
		}
	}
	look(cli.Root())
	page, err := os.ReadFile(filepath.Join(dir, "fgctl-get-fargateprofile.1"))
	if err != nil || !strings.Contains(string(page), "what is empty is <none>") || !strings.Contains(string(page), "SUBNETS  TAGS  STATUS\n.EE") {
		t.Errorf("%v: help is not what the page says:\n%s", err, page)
	}
}

// The generator of man pages brings text/template and a Markdown parser, which fgctl itself is better off without.
func TestFgctlDoesNotCarryTheGenerator(t *testing.T) {
	deps, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "../fgctl").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, deps)
	}
	for _, no := range []string{"github.com/spf13/cobra/doc\n", "github.com/cpuguy83/go-md2man", "github.com/russross/blackfriday"} {
		if strings.Contains(string(deps), no) {
			t.Errorf("fgctl depends on %s", no)
		}
	}
}
