package cli

// This file holds get: list and describe the profiles of one cluster, of every cluster, of several
// regions.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
)

type getOptions struct {
	timeLimit
	name        string
	configFile  string
	output      string
	noHeaders   bool
	allClusters bool
	regions     []string
	chunkSize   int
}

var getFormats = []string{"table", "wide", "json", "yaml", "name"}

func newGetCommand(a *app) *cobra.Command {
	var opts getOptions
	cmd := &cobra.Command{
		Use:     fargateprofile + " [NAME]",
		Aliases: fargateprofileAliases,
		Short:   "List Fargate profiles, or show one",
		Long: `List the Fargate profiles of a cluster, one row per selector, or show the one that is named.

-o json and -o yaml have the shape of the fargateProfiles items of an eksctl ClusterConfig, so that
the output feeds back in: fgctl create fargateprofile -f, fgctl match --profiles-from. With several
clusters they print a ClusterConfig each. Why a profile has failed is told on stderr, and in the
field health.`,
		Example: `  fgctl get fargateprofile --cluster demo
  fgctl get fargateprofile web --cluster demo -o yaml
  fgctl get fp -c demo -o wide

  # Every cluster of two regions
  fgctl get fargateprofile --all-clusters --regions us-east-1,eu-west-1

  # Names only, for scripts
  fgctl get fp -c demo -o name | xargs -n1 echo`,
		RunE: a.within(&opts.timeLimit, false, func(cmd *cobra.Command, args []string) error {
			name, err := a.oneName(cmd, args, opts.name)
			if err != nil {
				return err
			}
			opts.name = name
			if err := a.checkGet(cmd, &opts); err != nil {
				return err
			}
			return runGet(cmd.Context(), a, opts)
		}),
		ValidArgsFunction: a.completeOneProfile,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	a.addClusterFlag(cmd)
	flags.StringVar(&opts.name, "name", "", "name of the profile, instead of the argument")
	flags.StringVarP(&opts.configFile, "config-file", "f", "", "take cluster and region from this ClusterConfig; - reads stdin")
	flags.StringVarP(&opts.output, "output", "o", "table", "table, wide, json, yaml or name")
	flags.BoolVar(&opts.noHeaders, "no-headers", false, "leave out the header of the table")
	flags.BoolVarP(&opts.allClusters, "all-clusters", "A", false, "every cluster of the region")
	flags.StringSliceVar(&opts.regions, "regions", nil, "look in these regions, separated by commas")
	flags.IntVar(&opts.chunkSize, "chunk-size", cloud.MaxPageSize, "how many names AWS lists per request; 0 leaves it to AWS")
	opts.addTimeout(cmd, readTime)
	mustComplete(cmd, "output", completeFixed(getFormats))
	mustComplete(cmd, "name", a.completeProfiles)
	mustComplete(cmd, "config-file", completeFiles)
	mustComplete(cmd, "regions", completeNothing)
	return verb("get", "List and describe Fargate profiles", cmd)
}

// checkGet judges what the flags of get ask for together.
func (a *app) checkGet(cmd *cobra.Command, opts *getOptions) error {
	if err := errors.Join(opts.check(a, cmd), a.oneOf(cmd, "output", opts.output, getFormats)); err != nil {
		return err
	}
	var fault string
	switch {
	case opts.allClusters && (a.given(cmd, "cluster") || opts.configFile != ""):
		fault = "--all-clusters asks for every cluster, but one is named too; leave out one of the two"
	case len(opts.regions) > 0 && a.given(cmd, "region"):
		fault = "--region and --regions both say where to look; give one of them"
	case slices.Contains(opts.regions, ""):
		fault = "--regions holds an empty name"
	case opts.chunkSize < 0:
		fault = fmt.Sprintf("%s %d is negative", a.named("chunk-size"), opts.chunkSize)
	}
	if fault != "" {
		return &usageError{err: errors.New(fault), command: cmd.CommandPath()}
	}
	a.pageSize = opts.chunkSize
	return nil
}

// clusterProfiles are the profiles of one cluster.
type clusterProfiles struct {
	cluster  string
	region   string
	profiles []fargate.Profile
	// original is the profile that the only one shown replaces; nil where it was not read or is gone.
	original *fargate.Profile
}

// runGet asks every region at the same time, prints what it got, and fails for what it did not get.
func runGet(ctx context.Context, a *app, opts getOptions) error {
	several := opts.allClusters || len(opts.regions) > 1
	var cluster string
	if !opts.allClusters {
		if opts.configFile != "" {
			if _, err := a.readConfigFile(ctx, opts.configFile); err != nil {
				return err
			}
		}
		var err error
		if cluster, err = a.clusterName(); err != nil {
			return err
		}
	}
	regions := slices.Compact(slices.Clone(opts.regions))
	if len(regions) == 0 {
		regions = []string{a.region()}
	}
	found := make([][]clusterProfiles, len(regions))
	failures := make([]error, len(regions))
	var group errgroup.Group
	for i, region := range regions {
		group.Go(func() error {
			found[i], failures[i] = getRegion(ctx, a, region, cluster, opts.name, several)
			return nil
		})
	}
	_ = group.Wait() // failures are kept by region, so that the other regions are still shown
	all := slices.Concat(found...)
	failure := errors.Join(failures...)
	if len(all) == 0 && failure != nil {
		return failure
	}
	if several && opts.name != "" {
		all = slices.DeleteFunc(all, func(c clusterProfiles) bool { return len(c.profiles) == 0 })
		if len(all) == 0 {
			return fmt.Errorf("none of the clusters has a Fargate profile %q", opts.name)
		}
	}
	if err := printProfiles(a, opts, several, all); err != nil {
		return err
	}
	a.tellHealth(several, all)
	a.tellReplacements(all)
	return failure
}

// getRegion reads one cluster, or with an empty name every cluster, of one region. Where several
// clusters are asked, one without the named profile is no failure.
func getRegion(ctx context.Context, a *app, region, cluster, name string, several bool) ([]clusterProfiles, error) {
	client, err := a.clientIn(ctx, region)
	if err != nil {
		return nil, err
	}
	clusters := []string{cluster}
	if cluster == "" {
		if clusters, err = client.ClusterNames(ctx); err != nil {
			return nil, err
		}
	}
	found := make([]clusterProfiles, len(clusters))
	group, groupContext := errgroup.WithContext(ctx)
	for i, cluster := range clusters {
		group.Go(func() error {
			profiles, err := getProfiles(groupContext, client, cluster, name)
			if name != "" && err == nil {
				found[i].original = getOriginal(groupContext, client, profiles[0])
			}
			if several && err != nil && cloud.ClassOf(err) == cloud.NotFound && !cloud.NoCluster(err) {
				err = nil
			}
			found[i].cluster, found[i].region, found[i].profiles = cluster, client.Region(), profiles
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, a.explainNotFound(ctx, client, err, cluster, name)
	}
	return found, nil
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

// explainNotFound adds the names that there are to AWS's answer that one is not there. Other errors
// stay as they are.
func (a *app) explainNotFound(ctx context.Context, client *cloud.Client, err error, cluster, name string) error {
	if cloud.ClassOf(err) != cloud.NotFound || cluster == "" {
		return err
	}
	if cloud.NoCluster(err) {
		names, listErr := client.ClusterNames(ctx)
		if listErr != nil {
			return err
		}
		return fmt.Errorf("there is no cluster %q in %s%s\n%w", cluster, client.Region(), thereAre(cluster, names), err)
	}
	names, listErr := client.ProfileNames(ctx, cluster)
	if listErr != nil || name == "" {
		return err
	}
	return fmt.Errorf("cluster %s has no Fargate profile %q%s\n%w", cluster, name, thereAre(name, names), err)
}

// thereAre lists the names that exist, at most twenty.
func thereAre(wanted string, names []string) string {
	const most = 20
	switch len(names) {
	case 0:
		return "; there are none"
	case 1:
		return "; there is only " + names[0] + didYouMean(wanted, names, "")
	}
	shown := names
	rest := ""
	if len(names) > most {
		shown, rest = names[:most], fmt.Sprintf(" and %d more", len(names)-most)
	}
	return "; there are " + strings.Join(shown, ", ") + rest + didYouMean(wanted, names, "")
}

// tellHealth says on Err why profiles are not healthy, and where there are none at all.
func (a *app) tellHealth(several bool, all []clusterProfiles) {
	count := 0
	for _, c := range all {
		count += len(c.profiles)
		for _, p := range c.profiles {
			for _, issue := range p.Issues {
				where := ""
				if several {
					where = fmt.Sprintf(" in cluster %s (%s)", c.cluster, c.region)
				}
				text := issue.String()
				if remedy := issue.Remedy(); remedy != "" {
					text += "; " + remedy
				}
				a.warn("profile %s%s is %s: %s", p.Name, where, p.Status, text)
			}
		}
	}
	switch {
	case count > 0:
	case len(all) == 1:
		a.info("No Fargate profiles in cluster %s.", all[0].cluster)
	default:
		a.info("No Fargate profiles in %d clusters.", len(all))
	}
}

// tellReplacements says on Err which profiles are part of an unfinished replacement, and the ways out.
func (a *app) tellReplacements(all []clusterProfiles) {
	for _, c := range all {
		known := c.profiles
		if c.original != nil {
			known = append(slices.Clone(known), *c.original)
		}
		for _, p := range c.profiles {
			if text := a.unfinishedReplacement(c.cluster, known, p); text != "" {
				a.warn("%s", text)
			}
		}
	}
}

// pairs writes a map as k=v,k=v in byte order, or <none>.
func pairs(m map[string]string) string {
	if len(m) == 0 {
		return "<none>"
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k+"="+m[k])
	}
	return strings.Join(out, ",")
}
