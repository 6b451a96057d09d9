// Package get holds the command that lists and shows profiles: of one cluster, of every cluster, of several regions.
package get

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

// options are the flags of get.
type options struct {
	env.TimeLimit
	name        string
	configFile  string
	output      string
	noHeaders   bool
	allClusters bool
	regions     []string
	chunkSize   int
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
failed is told on stderr, and in the field health.`,
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
	flags.BoolVarP(&opts.allClusters, "all-clusters", "A", false, "every cluster of the region")
	flags.StringSliceVar(&opts.regions, "regions", nil, "look in these regions, separated by commas")
	flags.IntVar(&opts.chunkSize, "chunk-size", cloud.MaxPageSize,
		"how many names AWS lists per request; 0 leaves it to AWS")
	opts.AddTimeout(cmd, env.ReadTime)
	env.MustComplete(cmd, "output", env.CompleteFixed(formats))
	env.MustComplete(cmd, "name", e.CompleteProfiles)
	env.MustComplete(cmd, "config-file", env.CompleteFiles)
	env.MustComplete(cmd, "regions", env.CompleteNothing)
	return env.Verb("get", "List and describe Fargate profiles", cmd)
}

// check judges what the flags of get ask for together.
func (o *options) check(e *env.Env, cmd *cobra.Command) error {
	if err := errors.Join(o.CheckTimeout(e, cmd), e.OneOf(cmd, "output", o.output, formats)); err != nil {
		return err
	}
	switch {
	case o.allClusters && (e.Given(cmd, "cluster") || o.configFile != ""):
		return env.UsageOf(cmd, "--all-clusters asks for every cluster, but one is named too; leave out one of the two")
	case len(o.regions) > 0 && e.Given(cmd, "region"):
		return env.UsageOf(cmd, "--region and --regions both say where to look; give one of them")
	case slices.Contains(o.regions, ""):
		return env.UsageOf(cmd, "--regions holds an empty name")
	case o.chunkSize < 0:
		return env.UsageOf(cmd, "%s %d is negative", e.Named("chunk-size"), o.chunkSize)
	}
	return nil
}

// several reports whether the profiles of more than one cluster may be shown, which then are named.
func (o *options) several() bool { return o.allClusters || len(o.regions) > 1 }

// found is what was read of one cluster.
type found struct {
	output.ClusterProfiles
	// original is the profile that the only one shown replaces; nil where it was not read or is gone.
	original *fargate.Profile
}

// run asks every region at the same time, prints what it got, and fails for what it did not get.
func run(ctx context.Context, e *env.Env, opts options) error {
	place := e.FlagPlace()
	if opts.allClusters {
		place.Cluster = ""
	} else {
		var stated env.Place
		var err error
		if opts.configFile != "" {
			if _, stated, err = e.ReadConfigFile(ctx, opts.configFile); err != nil {
				return err
			}
		}
		if place, err = e.Place(stated); err != nil {
			return err
		}
	}
	all, failure := opts.readRegions(ctx, e, place)
	if len(all) == 0 && failure != nil {
		return failure
	}
	if opts.several() && opts.name != "" {
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
	shown := output.ProfileOptions{Format: opts.output, NoHeaders: opts.noHeaders, Several: opts.several()}
	if err := output.Profiles(e.Streams, shown, clusters); err != nil {
		return err
	}
	warnHealth(e, opts.several(), clusters)
	opts.warnReplacements(e, place, all)
	return failure
}

// printFile writes the profiles as a file that makes no difference, and says what such a file cannot have.
func printFile(e *env.Env, clusters []output.ClusterProfiles) error {
	for i, c := range clusters {
		file, left := lifecycle.FileOf(c.Profiles)
		for _, p := range left {
			e.Warn("profile %s of cluster %s is left out: it is %s, or is being replaced", p.Name, c.Cluster, p.Status)
		}
		clusters[i].Profiles = file
	}
	return output.Profiles(e.Streams, output.ProfileOptions{Format: "clusterconfig"}, clusters)
}

// readRegions reads all regions side by side; what it returns beside an error is of those that answered.
func (o *options) readRegions(ctx context.Context, e *env.Env, place env.Place) ([]found, error) {
	regions := slices.Compact(slices.Clone(o.regions))
	if len(regions) == 0 {
		regions = []string{place.Region}
	}
	all := make([][]found, len(regions))
	failures := make([]error, len(regions))
	var group errgroup.Group
	for i, region := range regions {
		group.Go(func() error {
			all[i], failures[i] = o.readRegion(ctx, e, region, place.Cluster)
			return nil
		})
	}
	_ = group.Wait() // failures are kept by region, so that the other regions are still shown
	return slices.Concat(all...), errors.Join(failures...)
}

// readRegion reads one cluster, or with an empty name every cluster, of one region. Where several
// clusters are asked, one without the named profile is no failure.
func (o *options) readRegion(ctx context.Context, e *env.Env, region, cluster string) ([]found, error) {
	client, err := e.ClientWith(ctx, cloud.Options{Region: region, PageSize: o.chunkSize})
	if err != nil {
		return nil, err
	}
	clusters := []string{cluster}
	if cluster == "" {
		if clusters, err = client.ClusterNames(ctx); err != nil {
			return nil, err
		}
	}
	all := make([]found, len(clusters))
	group, groupContext := errgroup.WithContext(ctx)
	for i, cluster := range clusters {
		group.Go(func() error {
			profiles, err := getProfiles(groupContext, client, cluster, o.name)
			if o.name != "" && err == nil {
				all[i].original = getOriginal(groupContext, client, profiles[0])
			}
			if o.several() && err != nil && cloud.ClassOf(err) == cloud.NotFound && !cloud.NoCluster(err) {
				err = nil
			}
			all[i].ClusterProfiles = output.ClusterProfiles{
				Cluster: cluster, Region: client.Region(),
				Profiles: profiles,
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, env.ExplainNotFound(ctx, client, err, cluster, o.name)
	}
	return all, nil
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
	name := p.Tags[lifecycle.TagReplaces]
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
func (o *options) warnReplacements(e *env.Env, place env.Place, all []found) {
	for _, f := range all {
		known := f.Profiles
		if f.original != nil {
			known = append(slices.Clone(known), *f.original)
		}
		if place.Cluster = f.Cluster; len(o.regions) > 0 {
			place = env.Place{Cluster: f.Cluster, Region: f.Region}
		}
		for _, p := range f.Profiles {
			if text := e.UnfinishedReplacement(place, known, p); text != "" {
				e.Warn("%s", text)
			}
		}
	}
}
