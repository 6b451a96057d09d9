package replace

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/declared"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// onlyFile refuses flags that say what the successor is like beside a file that does.
func (o *options) onlyFile(e *env.Env, cmd *cobra.Command) error {
	if o.ConfigFile == "" {
		return nil
	}
	return declared.NoneBesideFile(e, cmd, "what the successor is like", nil,
		slices.Concat(declared.Describing[1:], []string{"create-pod-execution-role", "add-selector", "remove-selector"})...)
}

// fromFile takes the wanted profile from the entry of the file that has the name of the original. What the
// environment says for the flags that a file stands in for does not count.
func (o *options) fromFile(entries []profilefile.Entry) (fargate.Change, error) {
	i := slices.IndexFunc(entries, func(e profilefile.Entry) bool { return declared.EntryName(e) == o.Name })
	if i < 0 {
		names := make([]string, len(entries))
		for j, e := range entries {
			names[j] = declared.EntryName(e)
		}
		return fargate.Change{}, env.Usagef("%s holds no Fargate profile %q%s", o.ConfigFile, o.Name,
			env.ThereAre(o.Name, names))
	}
	p := entries[i].Profile
	p.Name = o.Name
	// Tags of a replacement that made the profile are the past.
	p.Tags = decision.WithoutIntent(p.Tags)
	o.CreateRole = false
	faults, _ := fargate.Validate(p)
	return fargate.Change{Wanted: p}, faults.In(declared.EntryPlace(o.ConfigFile, entries[i], p.Name)).OrNil()
}
