package cli

// This file takes what replace is to make from a file.

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// onlyFileOf refuses flags that say what the successor is like beside a file that does.
func (opts *replaceOptions) onlyFileOf(a *app, cmd *cobra.Command) error {
	if opts.configFile == "" {
		return nil
	}
	return a.NoneBesideFile(cmd, "what the successor is like", nil,
		slices.Concat(describing[1:], []string{"create-pod-execution-role", "add-selector", "remove-selector"})...)
}

// fromFile takes the wanted profile from the entry of the file that has the name of the original. What the
// environment gives for the flags that a file stands in for does not count.
func (opts *replaceOptions) fromFile(entries []profilefile.Entry) (fargate.Change, error) {
	i := slices.IndexFunc(entries, func(e profilefile.Entry) bool { return env.EntryName(e) == opts.name })
	if i < 0 {
		names := make([]string, len(entries))
		for j, e := range entries {
			names[j] = env.EntryName(e)
		}
		return fargate.Change{}, env.Usagef("%s holds no Fargate profile %q%s", opts.configFile, opts.name, env.ThereAre(opts.name, names))
	}
	p := entries[i].Profile
	p.Name = opts.name
	// Tags of a replacement that made the profile are the past.
	p.Tags = lifecycle.WithoutIntent(p.Tags)
	opts.createRole = false
	faults, _ := fargate.Validate(p)
	return fargate.Change{Wanted: p}, faults.In(env.EntryPlace(opts.configFile, entries[i], p.Name)).OrNil()
}
