package cli

// This file reads the file of --config-file: its profiles, and the cluster that it names.

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// readConfigFile reads and parses the file, "-" for standard input. Cluster and region of the file are
// used from then on; the command line may repeat them but not contradict them.
func (a *app) readConfigFile(ctx context.Context, path string) (profilefile.File, error) {
	data, err := a.readAll(ctx, path, maxProfileFile)
	switch {
	case ctx.Err() != nil:
		return profilefile.File{}, ctx.Err()
	case err != nil:
		return profilefile.File{}, usagef("--config-file: %s: %w", document.SourceName(path), withoutPath(err))
	}
	file, err := profilefile.Parse(path, data)
	if err != nil {
		return file, &usageError{err: err}
	}
	if err := a.agree(path, "cluster", &a.global.cluster, file.Cluster); err != nil {
		return file, err
	}
	return file, a.agree(path, "region", &a.global.region, file.Region)
}

// agree sets a global value to that of the file, unless the command line itself says otherwise.
func (a *app) agree(path, flag string, value *string, inFile string) error {
	switch {
	case inFile == "" || *value == inFile:
		return nil
	case *value != "" && a.applied[flag] == "":
		return usagef("--%s is %q, but %s is for %s %q; drop the flag or fix the file", flag, *value, path, flag, inFile)
	}
	*value = inFile
	return nil
}

// entryName is the name of a profile of a file; without one it is that which create gives it.
func entryName(entry profilefile.Entry) string {
	return cmp.Or(entry.Name, fargate.DefaultName(entry.Selectors))
}

// entryPlace is where a profile of a file stands, as faults name it.
func entryPlace(path string, entry profilefile.Entry, name string) string {
	return fmt.Sprintf("%s: line %d: %s", path, entry.Line, name)
}

// noneBesideFile refuses what stands on the command line beside a file that says it: besides, and the flags. says
// is what the file says.
func (a *app) noneBesideFile(cmd *cobra.Command, says string, besides []string, flags ...string) error {
	for _, flag := range flags {
		if a.given(cmd, flag) {
			besides = append(besides, "--"+flag)
		}
	}
	if len(besides) == 0 {
		return nil
	}
	return &usageError{
		err:     fmt.Errorf("the file of --config-file says %s, so %s cannot be given", says, strings.Join(besides, ", ")),
		command: cmd.CommandPath(),
	}
}
