package cli

// This file holds the version command.

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/output"
)

// The release sets these with -ldflags -X.
var (
	version = ""
	commit  = ""
	date    = ""
)

// build says what this binary was built from.
type build struct {
	Version   string `json:"version"`
	Commit    string `json:"commit"`
	Date      string `json:"date"`
	GoVersion string `json:"goVersion"`
	Platform  string `json:"platform"`
}

// readBuild takes what the release set, and what Go itself recorded for the rest.
func readBuild() build {
	b := build{
		Version: version, Commit: commit, Date: date,
		GoVersion: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		if b.Version == "" {
			b.Version = info.Main.Version
		}
		for _, setting := range info.Settings {
			switch {
			case setting.Key == "vcs.revision" && b.Commit == "":
				b.Commit = setting.Value
			case setting.Key == "vcs.time" && b.Date == "":
				b.Date = setting.Value
			}
		}
	}
	if b.Version == "" || b.Version == "(devel)" {
		b.Version = "dev"
	}
	return b
}

func newVersionCommand(a *app) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of fgctl",
		Example: `  fgctl version
  fgctl version -o json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.oneOf(cmd, "output", format, versionFormats); err != nil {
				return err
			}
			return runVersion(a, format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "text", "text, json or yaml")
	mustComplete(cmd, "output", completeFixed(versionFormats))
	return cmd
}

var versionFormats = []string{"text", "json", "yaml"}

func runVersion(a *app, format string) error {
	b := readBuild()
	switch format {
	case "json":
		return output.JSON(a.streams.Out, b)
	case "yaml":
		return output.YAML(a.streams.Out, b)
	}
	text := "fgctl " + b.Version
	if b.Commit != "" {
		text += fmt.Sprintf("\ncommit %s", b.Commit)
	}
	if b.Date != "" {
		text += fmt.Sprintf("\nbuilt  %s", b.Date)
	}
	_, err := fmt.Fprintf(a.streams.Out, "%s\n%s %s\n", text, b.GoVersion, b.Platform)
	return err
}
