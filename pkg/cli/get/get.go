// Package get holds the command that lists and shows profiles: of one cluster, of every cluster, of several regions.
package get

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/output"
)

// options are the flags of get.
type options struct {
	env.TimeLimit
	env.FleetFlags
	name       string
	configFile string
	output     string
	noHeaders  bool
	chunkSize  int
}

var formats = []string{"table", "wide", "json", "yaml", "clusterconfig", "name"}

// NewCommand returns the command that holds get fargateprofile.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:     env.FargateProfile + " [NAME]",
		Aliases: env.FargateProfileAliases(),
		Short:   "List Fargate profiles, or show one",
		Long: `List the Fargate profiles of a cluster, one row per selector, or show the one that is named.

-o json and -o yaml have the shape of the fargateProfiles items of an eksctl ClusterConfig, so that
the output feeds back in: fgctl create fargateprofile -f, fgctl match --profiles-from. With several
clusters they print a ClusterConfig each. -o clusterconfig writes the file that fgctl apply takes and
changes nothing for: names as apply knows them, and no tags of fgctl's or AWS's own. Why a profile has
failed is reported on stderr, and in the field health.`,
		Example: `  fgctl get fargateprofile --cluster demo
  fgctl get fargateprofile web --cluster demo -o yaml
  fgctl get fp -c demo -o wide

  # Every cluster of two regions
  fgctl get fargateprofile --all-clusters --regions us-east-1,eu-west-1

  # Names only, for scripts
  fgctl get fp -c demo -o name | xargs -n1 echo`,
		RunE: e.Within(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			name, err := e.OneName(cmd, args, opts.name)
			if err != nil {
				return err
			}
			opts.name = name
			if err := opts.check(e, cmd); err != nil {
				return err
			}
			return run(cmd.Context(), e, opts)
		}),
		ValidArgsFunction: e.CompleteOneProfile,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	e.AddClusterFlag(cmd)
	flags.StringVar(&opts.name, "name", "", "name of the profile, instead of the argument")
	flags.StringVarP(&opts.configFile, "config-file", "f", "",
		"take cluster and region from this ClusterConfig; - reads stdin")
	flags.StringVarP(&opts.output, "output", "o", "table", "table, wide, json, yaml, clusterconfig or name")
	flags.BoolVar(&opts.noHeaders, "no-headers", false, "leave out the header of the table")
	opts.AddFleet(cmd)
	flags.IntVar(&opts.chunkSize, "chunk-size", cloud.MaxPageSize,
		"how many names AWS lists per request; 0 leaves it to AWS")
	opts.AddTimeout(cmd, env.ReadTime)
	env.MustComplete(cmd, "output", env.CompleteFixed(formats))
	env.MustComplete(cmd, "name", e.CompleteProfiles)
	env.MustComplete(cmd, "config-file", env.CompleteFiles)
	return env.Verb("get", "List and describe Fargate profiles", cmd)
}

// check judges what the flags of get ask for together.
func (o *options) check(e *env.Env, cmd *cobra.Command) error {
	if err := errors.Join(o.CheckTimeout(e, cmd), e.OneOf(cmd, "output", o.output, formats)); err != nil {
		return err
	}
	if err := o.CheckFleet(e, cmd, o.configFile != ""); err != nil {
		return err
	}
	if o.chunkSize < 0 {
		return e.InvalidValue(cmd, "chunk-size", o.chunkSize, "must not be negative")
	}
	return nil
}

// found is what was read of one cluster.
type found struct {
	output.ClusterProfiles
	place env.Place
	// original is the profile that the only one shown replaces; nil where it was not read or is gone.
	original *fargate.Profile
}

// run asks every region at the same time, prints what it got, and fails for what it did not get.
func run(ctx context.Context, e *env.Env, opts options) error {
	var stated env.Place
	if opts.configFile != "" {
		var err error
		if _, stated, err = e.ReadConfigFile(ctx, opts.configFile); err != nil {
			return err
		}
	}
	place, err := e.FleetPlace(opts.FleetFlags, stated)
	if err != nil {
		return err
	}
	options := cloud.Options{PageSize: opts.chunkSize}
	all, failure := env.ReadFleet(ctx, e, opts.FleetFlags, place, options, opts.reader(place))
	if len(all) == 0 && failure != nil {
		return failure
	}
	if opts.Several() && opts.name != "" {
		all = slices.DeleteFunc(all, func(f found) bool { return len(f.Profiles) == 0 })
		if len(all) == 0 {
			return fmt.Errorf("none of the clusters has a Fargate profile %q", opts.name)
		}
	}
	clusters := make([]output.ClusterProfiles, len(all))
	for i, f := range all {
		clusters[i] = f.ClusterProfiles
	}
	if opts.output == "clusterconfig" {
		return errors.Join(failure, printFile(e, clusters))
	}
	shown := output.ProfileOptions{Format: opts.output, NoHeaders: opts.noHeaders, Several: opts.Several()}
	if err := output.Profiles(e.Streams, shown, clusters); err != nil {
		return err
	}
	warnHealth(e, opts.Several(), clusters)
	warnReplacements(e, all)
	return failure
}

// printFile writes the profiles as a file that makes no difference, and says what such a file cannot have.
func printFile(e *env.Env, clusters []output.ClusterProfiles) error {
	for i, c := range clusters {
		file, left := decision.FileOf(c.Profiles)
		for _, p := range left {
			e.Warn("profile %s of cluster %s is left out: it is %s, or is being replaced", p.Name, c.Cluster, p.Status)
		}
		clusters[i].Profiles = file
	}
	return output.Profiles(e.Streams, output.ProfileOptions{Format: "clusterconfig"}, clusters)
}

// reader returns what reads one cluster of a region. Where several clusters are asked, one without the named profile
// is no failure.
func (o *options) reader(place env.Place) func(*cloud.Client) func(context.Context, string) (found, error) {
	return func(client *cloud.Client) func(context.Context, string) (found, error) {
		return func(ctx context.Context, cluster string) (found, error) {
			return o.read(ctx, client, o.PlaceOf(place, client, cluster))
		}
	}
}

// read reads one cluster.
func (o *options) read(ctx context.Context, client *cloud.Client, at env.Place) (found, error) {
	cluster := at.Cluster
	out := found{place: at, ClusterProfiles: output.ClusterProfiles{
		Account: at.Account, Cluster: cluster, Region: client.Region(),
	}}
	profiles, err := getProfiles(ctx, client, cluster, o.name)
	switch {
	case err == nil && o.name != "":
		out.original = getOriginal(ctx, client, profiles[0])
	case o.Several() && err != nil && cloud.ClassOf(err) == cloud.NotFound && !cloud.NoCluster(err):
		err = nil
	}
	out.Profiles = profiles
	return out, env.ExplainNotFound(ctx, client, err, cluster, o.name)
}

func getProfiles(ctx context.Context, client *cloud.Client, cluster, name string) ([]fargate.Profile, error) {
	if name == "" {
		return client.Profiles(ctx, cluster)
	}
	profile, err := client.Profile(ctx, cluster, name)
	if err != nil {
		return nil, err
	}
	return []fargate.Profile{profile}, nil
}

// getOriginal reads the profile that p replaces; nil where p replaces none, or where that one cannot be
// read: what is only a remark must not fail.
func getOriginal(ctx context.Context, client *cloud.Client, p fargate.Profile) *fargate.Profile {
	name := p.Tags[decision.TagReplaces]
	if name == "" || name == p.Name {
		return nil
	}
	original, err := client.Profile(ctx, p.Cluster, name)
	if err != nil {
		return nil
	}
	return &original
}

// warnHealth says on Err why profiles are not healthy, and where there are none at all.
func warnHealth(e *env.Env, several bool, all []output.ClusterProfiles) {
	count := 0
	for _, c := range all {
		count += len(c.Profiles)
		for _, p := range c.Profiles {
			for _, issue := range p.Issues {
				where := ""
				if several {
					where = fmt.Sprintf(" in cluster %s (%s)", c.Cluster, c.Region)
				}
				text := issue.String()
				if remedy := issue.Remedy(); remedy != "" {
					text += "; " + remedy
				}
				e.Warn("profile %s%s is %s: %s", p.Name, where, p.Status, text)
			}
		}
	}
	switch {
	case count > 0:
	case len(all) == 1:
		e.Info("No Fargate profiles in cluster %s.", all[0].Cluster)
	default:
		e.Info("No Fargate profiles in %d clusters.", len(all))
	}
}

// warnReplacements says on Err which profiles are part of an unfinished replacement, and the ways out.
func warnReplacements(e *env.Env, all []found) {
	for _, f := range all {
		known := f.Profiles
		if f.original != nil {
			known = append(slices.Clone(known), *f.original)
		}
		for _, p := range f.Profiles {
			if text := e.UnfinishedReplacement(f.place, known, p); text != "" {
				e.Warn("%s", text)
			}
		}
	}
}
