package cli

// This file reads the wanted profiles of create and replace, from flags or from a file.

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// profileFlags are the flags that describe a profile. Names and shorthands are eksctl's where it has
// them.
type profileFlags struct {
	name       string
	namespace  string
	labels     []string
	selectors  []string
	tags       []string
	subnets    []string
	role       string
	createRole bool
	configFile string
}

// addTo adds the flags; verb says what the command does with the profile.
func (f *profileFlags) addTo(a *app, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	a.AddClusterFlag(cmd)
	flags.StringVar(&f.name, "name", "", "name of the profile, instead of the argument")
	flags.Var((*env.Once)(&f.namespace), "namespace", "namespace of one selector; * and ? are wildcards")
	flags.StringArrayVarP(&f.labels, "labels", "l", nil, "labels of that selector, as key=value,key=value")
	flags.StringArrayVar(&f.selectors, "selector", nil, "a whole selector, as namespace=web,app=api,tier=*; repeatable")
	flags.StringArrayVarP(&f.tags, "tags", "t", nil, "AWS tags, as key=value,key=value")
	flags.StringSliceVar(&f.subnets, "subnets", nil, "private subnets; by default every private subnet of the cluster's VPC that Fargate can use")
	flags.StringVar(&f.role, "pod-execution-role-arn", "", "pod execution role; by default the one that the cluster's other profiles use, else the only one that Fargate may assume")
	flags.BoolVar(&f.createRole, "create-pod-execution-role", false, "make a pod execution role with the right trust policy and the managed policy")
	flags.StringVarP(&f.configFile, "config-file", "f", "", "read the profiles from a ClusterConfig, or from the output of get; - reads stdin")
	env.MustComplete(cmd, "name", a.CompleteProfiles)
	env.MustComplete(cmd, "config-file", env.CompleteFiles)
	for _, free := range []string{"namespace", "labels", "selector", "tags", "subnets", "pod-execution-role-arn"} {
		env.MustComplete(cmd, free, env.CompleteNothing)
	}
}

// describing are the flags that a file stands in for.
var describing = []string{"name", "namespace", "labels", "selector", "tags", "subnets", "pod-execution-role-arn"}

// fromFlags returns the profile that the flags describe, without cluster. Faults of all flags come
// together; whether EKS takes the profile is judged later.
func (f *profileFlags) fromFlags() (fargate.Profile, fargate.Faults) {
	p := fargate.Profile{Name: f.name, PodExecutionRoleARN: f.role, Subnets: slices.Clone(f.subnets)}
	labels, faults := keyValues("--labels", f.labels)
	if f.namespace != "" || len(labels) > 0 {
		p.Selectors = append(p.Selectors, fargate.Selector{Namespace: f.namespace, Labels: labels})
	}
	selectors, more := parseSelectors("--selector", f.selectors)
	p.Selectors = append(p.Selectors, selectors...)
	faults = append(faults, more...)
	p.Tags, more = keyValues("--tags", f.tags)
	faults = append(faults, more...)
	for _, key := range slices.Sorted(maps.Keys(p.Tags)) {
		if strings.HasPrefix(key, lifecycle.TagPrefix) {
			faults = append(faults, fargate.Fault{
				Field: "--tags", Value: key, Message: fmt.Sprintf("the tag key %q begins with %s, by which replacements are known", key, lifecycle.TagPrefix), Hint: "choose another key",
			})
		}
	}
	return p, faults
}

// parseSelectors reads the values of a flag that takes selectors.
func parseSelectors(flag string, values []string) ([]fargate.Selector, fargate.Faults) {
	var out []fargate.Selector
	var faults fargate.Faults
	for _, text := range values {
		s, err := fargate.ParseSelector(flag, text)
		if err != nil {
			faults = append(faults, faultsOf(err)...)
			continue
		}
		out = append(out, s)
	}
	return out, faults
}

// keyValues reads key=value pairs from a flag that may be repeated.
func keyValues(flag string, values []string) (map[string]string, fargate.Faults) {
	out, err := fargate.ParsePairs(flag, strings.Join(values, ","))
	return out, faultsOf(err)
}

func faultsOf(err error) fargate.Faults {
	var faults fargate.Faults
	errors.As(err, &faults)
	return faults
}

// wanted returns the profiles to create: those of the file, or the one of the flags, with their names;
// all faults at once. Warnings are for what EKS takes but users regret.
func (f *profileFlags) wanted(a *app, cmd *cobra.Command, args []string) (
	profiles []fargate.Profile, stated env.Place, warnings fargate.Faults, err error,
) {
	if f.configFile == "" {
		if f.name, err = a.OneName(cmd, args, f.name); err != nil {
			return nil, stated, nil, err
		}
		p, faults := f.fromFlags()
		if p.Name == "" {
			p.Name = fargate.DefaultName(p.Selectors)
		}
		if p.Name == "" {
			p.Name = "fp" // Without selectors there is no name to derive, and one fault is enough.
		}
		more, warnings := fargate.Validate(p)
		if len(p.Selectors) == 0 && len(f.selectors) > 0 {
			// There is one, but it could not be read; that is said already.
			more = slices.DeleteFunc(more, func(x fargate.Fault) bool { return x.Field == "selectors" })
		}
		if f.createRole && f.role != "" {
			more = append(more, fargate.Fault{
				Field: "--create-pod-execution-role", Message: "--pod-execution-role-arn names a role already", Hint: "give one of them",
			})
		}
		return []fargate.Profile{p}, stated, warnings, append(faults, more...).OrNil()
	}
	if err := f.onlyFile(a, cmd, args); err != nil {
		return nil, stated, nil, err
	}
	// A file with faults is read as far as it can be, so that the faults of its profiles come too.
	file, stated, err := a.ReadConfigFile(cmd.Context(), f.configFile)
	if err == nil && len(file.Profiles) == 0 {
		return nil, stated, nil, env.Usagef("%s holds no Fargate profile; it needs a list fargateProfiles", f.configFile)
	}
	var faults fargate.Faults
	if f.createRole && a.Given(cmd, "create-pod-execution-role") && !slices.ContainsFunc(file.Profiles, withoutRole) {
		err = errors.Join(err, env.Usagef("--create-pod-execution-role: %s names a role for every profile; "+
			"drop the flag or fix the file", f.configFile))
	}
	for i, entry := range file.Profiles {
		p := entry.Profile
		p.Name = env.EntryName(entry)
		where := env.EntryPlace(f.configFile, entry, cmp.Or(p.Name, fmt.Sprintf("profile %d", i+1)))
		more, warn := fargate.Validate(p)
		faults, warnings = append(faults, more.In(where)...), append(warnings, warn.In(where)...)
		// What a file that came from get says of status and health is the past.
		p.Status, p.Issues = "", nil
		// So are the tags of a replacement that made the profile.
		p.Tags = lifecycle.WithoutIntent(p.Tags)
		profiles = append(profiles, p)
	}
	return profiles, stated, warnings, errors.Join(err, faults.OrNil())
}

func withoutRole(entry profilefile.Entry) bool { return entry.PodExecutionRoleARN == "" }

// onlyFile refuses, all at once, what cannot stand beside a file.
func (f *profileFlags) onlyFile(a *app, cmd *cobra.Command, args []string) error {
	var besides []string
	if len(args) > 0 {
		besides = append(besides, "the argument "+args[0])
	}
	return a.NoneBesideFile(cmd, "what to create", besides, describing...)
}
