// Package version holds the version command, and what this binary was built from.
package version

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/output"
)

// The release sets these with -ldflags -X.
var (
	version = ""
	commit  = ""
	date    = ""
)

// Build says what this binary was built from.
type Build struct {
	Version   string `json:"version"`
	Commit    string `json:"commit"`
	Date      string `json:"date"`
	GoVersion string `json:"goVersion"`
	Platform  string `json:"platform"`
}

// Read returns what the release set, and what Go itself recorded for the rest.
func Read() Build {
	b := Build{
		Version: version, Commit: commit, Date: date,
		GoVersion: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	info, _ := debug.ReadBuildInfo()
	return b.filled(info)
}

// filled returns b with what Go recorded (nil for nothing) in the place of what the release did not set: the version
// of the module when it was installed with go install, the revision when it was built in a clone.
func (b Build) filled(info *debug.BuildInfo) Build {
	if info != nil {
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

// NewCommand returns the version command.
func NewCommand(e *env.Env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of fgctl",
		Example: `  fgctl version
  fgctl version -o json`,
		Args: e.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := e.OneOf(cmd, "output", format, env.TextFormats); err != nil {
				return err
			}
			return run(e, format)
		},
	}
	env.AddTextOutput(cmd, &format)
	return cmd
}

func run(e *env.Env, format string) error {
	b := Read()
	if done, err := output.Encode(e.Streams.Out, format, b); done {
		return err
	}
	text := "fgctl " + b.Version
	if b.Commit != "" {
		text += fmt.Sprintf("\ncommit %s", b.Commit)
	}
	if b.Date != "" {
		text += fmt.Sprintf("\nbuilt  %s", b.Date)
	}
	_, err := fmt.Fprintf(e.Streams.Out, "%s\n%s %s\n", text, b.GoVersion, b.Platform)
	return err
}
