package cli

// This file takes what replace is to make from a file.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// onlyFileOf refuses flags that say what the successor is like beside a file that does.
func (opts *replaceOptions) onlyFileOf(a *app, cmd *cobra.Command) error {
	if opts.configFile == "" {
		return nil
	}
	var clash []string
	for _, flag := range slices.Concat(describing[1:], []string{"create-pod-execution-role", "add-selector", "remove-selector"}) {
		if a.given(cmd, flag) {
			clash = append(clash, "--"+flag)
		}
	}
	if len(clash) == 0 {
		return nil
	}
	return &usageError{
		err:     fmt.Errorf("the file of --config-file says what the successor is like, so %s cannot be given", strings.Join(clash, ", ")),
		command: cmd.CommandPath(),
	}
}

// fromFile takes the wanted profile from the entry of a file that has the name of the original.
func (opts *replaceOptions) fromFile(c *change, entries []profilefile.Entry, file string) error {
	i := slices.IndexFunc(entries, func(e profilefile.Entry) bool { return entryName(e) == opts.name })
	if i < 0 {
		names := make([]string, len(entries))
		for j, e := range entries {
			names[j] = entryName(e)
		}
		return usagef("%s holds no Fargate profile %q%s", file, opts.name, thereAre(opts.name, names))
	}
	p := entries[i].Profile
	p.Name = opts.name
	// Tags of a replacement that made the profile are the past.
	p.Tags = lifecycle.WithoutIntent(p.Tags)
	if faults, _ := fargate.Validate(p); len(faults) > 0 {
		return faults.In(fmt.Sprintf("%s:%d: %s", file, entries[i].Line, p.Name))
	}
	*c, opts.createRole = change{wanted: p, any: true}, false
	return nil
}
