package env

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cloud"
)

// FleetFlags say which clusters a command looks at: the one of --cluster, or more.
type FleetFlags struct {
	AllClusters bool
	Regions     []string
}

// AddFleet adds --all-clusters and --regions.
func (f *FleetFlags) AddFleet(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.AllClusters, "all-clusters", "A", false, "every cluster of the region")
	cmd.Flags().StringSliceVar(&f.Regions, "regions", nil, "look in these regions, separated by commas")
	MustComplete(cmd, "regions", CompleteNothing)
}

// CheckFleet judges the flags together; named reports whether a cluster is named besides.
func (f *FleetFlags) CheckFleet(e *Env, cmd *cobra.Command, named bool) error {
	switch {
	case f.AllClusters && (e.Given(cmd, "cluster") || named):
		return UsageOf(cmd, "--all-clusters asks for every cluster, but one is named too; leave out one of the two")
	case len(f.Regions) > 0 && e.Given(cmd, "region"):
		return UsageOf(cmd, "--region and --regions both say where to look; give one of them")
	case slices.Contains(f.Regions, ""):
		return UsageOf(cmd, "--regions holds an empty name")
	}
	return nil
}

// Several reports whether more than one cluster may be looked at, which then are named.
func (f *FleetFlags) Several() bool { return f.AllClusters || len(f.Regions) > 1 }

// FleetPlace returns the place to look at: without a cluster for all of them, else the one of the flags, of stated or
// of the kubeconfig context.
func (e *Env) FleetPlace(f FleetFlags, stated Place) (Place, error) {
	if !f.AllClusters {
		return e.Place(stated)
	}
	place := e.FlagPlace()
	place.Cluster = ""
	return place, nil
}

// ReadFleet reads clusters side by side and returns what was read, by region and by name. Of what failed it returns the
// errors, a line for each cluster, beside what was read of the others. begin is called once for every region, and what
// it returns reads one cluster.
func ReadFleet[T any](
	ctx context.Context, e *Env, f FleetFlags, place Place, options cloud.Options,
	begin func(*cloud.Client) func(ctx context.Context, cluster string) (T, error),
) ([]T, error) {
	regions := slices.Compact(slices.Clone(f.Regions))
	if len(regions) == 0 {
		regions = []string{place.Region}
	}
	all := make([][]T, len(regions))
	failures := make([]error, len(regions))
	var group errgroup.Group
	for i, region := range regions {
		group.Go(func() error {
			options := options
			options.Region = region
			all[i], failures[i] = readRegion(ctx, e, f, place.Cluster, options, begin)
			return nil
		})
	}
	_ = group.Wait() // failures are kept by region, so that the other regions are still shown
	return slices.Concat(all...), joined(ctx, failures)
}

// readRegion reads one cluster, or with an empty name every cluster, of one region.
func readRegion[T any](
	ctx context.Context, e *Env, f FleetFlags, cluster string, options cloud.Options,
	begin func(*cloud.Client) func(ctx context.Context, cluster string) (T, error),
) ([]T, error) {
	client, err := e.ClientWith(ctx, options)
	if err != nil {
		return nil, err
	}
	clusters := []string{cluster}
	if cluster == "" {
		if clusters, err = client.ClusterNames(ctx); err != nil {
			return nil, err
		}
	}
	read := begin(client)
	found := make([]T, len(clusters))
	failures := make([]error, len(clusters))
	var group errgroup.Group
	for i, cluster := range clusters {
		group.Go(func() error {
			found[i], failures[i] = read(ctx, cluster)
			return nil
		})
	}
	_ = group.Wait() // as above
	var out []T
	for i, err := range failures {
		switch {
		case err == nil:
			out = append(out, found[i])
		case f.Several():
			failures[i] = fmt.Errorf("cluster %s (%s): %w", clusters[i], client.Region(), err)
		}
	}
	return out, joined(ctx, failures)
}

// joined joins failures; when ctx has ended one says it for all.
func joined(ctx context.Context, failures []error) error {
	failures = slices.DeleteFunc(failures, func(err error) bool { return err == nil })
	if ctx.Err() != nil && len(failures) > 0 {
		return failures[0]
	}
	return errors.Join(failures...)
}
