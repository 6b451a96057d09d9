package declared

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// ReadFile reads and parses the file of --config-file, "-" for standard input, and returns with its profiles
// the place that it states. The command line may repeat that but not contradict it.
func ReadFile(ctx context.Context, e *env.Env, path string) (profilefile.File, env.Place, error) {
	data, err := e.ReadAll(ctx, path, env.MaxProfileFile)
	switch {
	case ctx.Err() != nil:
		return profilefile.File{}, env.Place{}, ctx.Err()
	case errors.Is(err, syscall.EISDIR):
		return profilefile.File{}, env.Place{}, e.ConfigFileError(fmt.Errorf("%s is a directory; name a file in it", path))
	case err != nil:
		return profilefile.File{}, env.Place{}, e.ConfigFileError(fmt.Errorf("%s: %w", document.SourceName(path), err))
	}
	file, err := profilefile.Parse(path, data)
	if err != nil {
		return file, env.Place{}, &env.UsageError{Err: err}
	}
	if err := agree(e, path, "cluster", e.Global.Cluster, file.Cluster); err != nil {
		return file, env.Place{}, err
	}
	stated := env.Place{Cluster: file.Cluster, Region: file.Region}
	return file, stated, agree(e, path, "region", e.Global.Region, file.Region)
}

// agree is an error where the command line itself contradicts a file.
func agree(e *env.Env, path, flag, value, inFile string) error {
	if inFile == "" || value == "" || value == inFile || e.IsSetting(flag) {
		return nil
	}
	return env.Usagef("--%s is %q, but %s is for %s %q; drop the flag or fix the file", flag, value, path, flag, inFile)
}

// EntryName returns the name of a profile of a file; without one it is the one that create derives.
func EntryName(entry profilefile.Entry) string {
	return cmp.Or(entry.Name, fargate.DefaultName(entry.Selectors))
}

// EntryProfile returns the profile that the entry of this index in a file describes, where it stands, and what is wrong
// with it. What the output of get says of its state is the past, and so are the tags of a replacement that made it.
func EntryProfile(path string, i int, entry profilefile.Entry) (
	p fargate.Profile, where string, faults, warnings fargate.Faults,
) {
	p = entry.Profile
	p.Name = EntryName(entry)
	where = EntryPlace(path, entry, cmp.Or(p.Name, fmt.Sprintf("profile %d", i+1)))
	faults, warnings = fargate.Validate(p)
	p.ARN, p.Status, p.Issues, p.Tags = "", "", nil, decision.WithoutIntent(p.Tags)
	return p, where, slices.DeleteFunc(faults, entry.Misread).In(where), warnings.In(where)
}

// EntryPlace is where a profile of a file stands, as faults name it.
func EntryPlace(path string, entry profilefile.Entry, name string) string {
	return fmt.Sprintf("%s: line %d: %s", path, entry.Line, name)
}

// NoneBesideFile refuses what stands on the command line beside a file that says it: besides, and the flags. says
// is what the file says.
func NoneBesideFile(e *env.Env, cmd *cobra.Command, says string, besides []string, flags ...string) error {
	for _, flag := range flags {
		if e.Given(cmd, flag) {
			besides = append(besides, "--"+flag)
		}
	}
	if len(besides) == 0 {
		return nil
	}
	return env.UsageOf(cmd, "the file of -f says %s, so %s cannot be given", says, strings.Join(besides, ", "))
}
