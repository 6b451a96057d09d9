package create

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/declared"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// wanted returns the profiles to create: those of the file, or the one of the flags, with their names;
// all faults at once. Warnings are for what EKS takes but users regret.
func (o *options) wanted(e *env.Env, cmd *cobra.Command, args []string) (
	profiles []fargate.Profile, stated env.Place, warnings fargate.Faults, err error,
) {
	if o.ConfigFile == "" {
		if o.Name, err = e.OneName(cmd, args, o.Name); err != nil {
			return nil, stated, nil, err
		}
		p, faults := o.Profile()
		if p.Name == "" {
			p.Name = fargate.DefaultName(p.Selectors)
		}
		if p.Name == "" {
			p.Name = "fp" // Without selectors there is no name to derive, and one fault is enough.
		}
		more, warnings := fargate.Validate(p)
		if len(p.Selectors) == 0 && len(o.Selectors) > 0 {
			// There is one, but it could not be read; that is said already.
			more = slices.DeleteFunc(more, func(x fargate.Fault) bool { return x.Field == "selectors" })
		}
		if o.CreateRole && o.Role != "" {
			more = append(more, fargate.Fault{
				Field: "--create-pod-execution-role", Message: "--pod-execution-role-arn names a role " +
					"already", Hint: "give one of them",
			})
		}
		return []fargate.Profile{p}, stated, warnings, append(faults, more...).OrNil()
	}
	if err := o.onlyFile(e, cmd, args); err != nil {
		return nil, stated, nil, err
	}
	// A file with faults is read as far as it can be, so that the faults of its profiles come too.
	file, stated, err := declared.ReadFile(cmd.Context(), e, o.ConfigFile)
	if err == nil && len(file.Profiles) == 0 {
		return nil, stated, nil, env.Usagef("%s holds no Fargate profile; it needs a list fargateProfiles",
			o.ConfigFile)
	}
	var faults fargate.Faults
	if o.CreateRole && e.Given(cmd, "create-pod-execution-role") && !slices.ContainsFunc(file.Profiles, withoutRole) {
		err = errors.Join(err, env.Usagef("--create-pod-execution-role: %s names a role for every profile; "+
			"drop the flag or fix the file", o.ConfigFile))
	}
	for i, entry := range file.Profiles {
		p, _, more, warn := declared.EntryProfile(o.ConfigFile, i, entry)
		profiles, faults, warnings = append(profiles, p), append(faults, more...), append(warnings, warn...)
	}
	return profiles, stated, warnings, errors.Join(err, faults.OrNil())
}

func withoutRole(entry profilefile.Entry) bool { return entry.PodExecutionRoleARN == "" }

// onlyFile refuses, all at once, what cannot stand beside a file.
func (o *options) onlyFile(e *env.Env, cmd *cobra.Command, args []string) error {
	var besides []string
	if len(args) > 0 {
		besides = append(besides, "the argument "+args[0])
	}
	return declared.NoneBesideFile(e, cmd, "what to create", besides, declared.Describing...)
}
