package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/output"
)

// Scope says which clusters a command looks at: the one of --cluster, or more.
type Scope struct {
	AllClusters bool
	Regions     []string
	MaxInFlight int

	// accounts are the credentials profiles of --profile where there are several.
	accounts []string
}

// allRegions is the value of --regions that stands for every region of the account.
const allRegions = "all"

// AddFleet adds --all-clusters, --regions and --max-in-flight, and lets --profile stand several times.
func (f *Scope) AddFleet(e *env.Env, cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.AllClusters, "all-clusters", "A", false, "every cluster of the region")
	cmd.Flags().StringSliceVar(&f.Regions, "regions", nil,
		"look in these regions, separated by commas; all for every region of the account")
	cmd.Flags().IntVar(&f.MaxInFlight, "max-in-flight", 0, "the most requests under way at a time in a region of an "+
		"account; 0 for 10 with one cluster, and with several for as many as AWS does not throttle")
	env.MustComplete(cmd, "regions", func(cmd *cobra.Command, args []string, typed string,
	) ([]string, cobra.ShellCompDirective) {
		regions, _ := e.Complete(cmd, env.AskRegions)
		if !strings.Contains(typed, ",") { // all stands alone, and is known without an answer
			regions = append(regions, allRegions)
		}
		return env.CompleteList(regions)(cmd, args, typed)
	})
	env.MustComplete(cmd, "max-in-flight", env.CompleteNothing)
}

// TakesAccounts reports whether --profile may stand several times on a command.
func TakesAccounts(cmd *cobra.Command) bool { return cmd.Flags().Lookup("max-in-flight") != nil }

// CheckFleet judges the flags together; named reports whether a cluster is named besides.
func (f *Scope) CheckFleet(e *env.Env, cmd *cobra.Command, named bool) error {
	if len(e.Global.Profiles) > 1 {
		f.accounts = e.Global.Profiles
	}
	switch {
	case f.AllClusters && (e.Given(cmd, "cluster") || named):
		return env.UsageOf(cmd, "--all-clusters asks for every cluster, but one is named too; leave out one of the two")
	case len(f.Regions) > 0 && e.Given(cmd, "region"):
		return env.UsageOf(cmd, "--region and --regions both say where to look; give one of them")
	case slices.Contains(f.Regions, ""):
		return env.UsageOf(cmd, "--regions holds an empty name")
	case slices.Contains(f.accounts, ""):
		return env.UsageOf(cmd, "--profile holds an empty name; leave it out, or name the profile default")
	case slices.Contains(f.Regions, allRegions) && len(f.Regions) > 1:
		return env.UsageOf(cmd, "--regions all stands alone; it is given with others")
	case f.MaxInFlight < 0:
		return e.InvalidValue(cmd, "max-in-flight", f.MaxInFlight, "must not be negative")
	}
	return nil
}

// Several reports whether more than one cluster may be looked at, which then are named.
func (f *Scope) Several() bool {
	return f.AllClusters || len(f.Regions) > 1 || slices.Contains(f.Regions, allRegions) || f.SeveralAccounts()
}

// SeveralAccounts reports whether clusters of more than one account are looked at.
func (f *Scope) SeveralAccounts() bool { return len(f.accounts) > 1 }

// Columns returns the cells that name a cluster in a table of several, or the header's: with the account first where
// there are several.
func (f *Scope) Columns(account, cluster, region string) []string {
	if f.SeveralAccounts() {
		return []string{account, cluster, region}
	}
	return []string{cluster, region}
}

// FleetPlace returns the place to look at: without a cluster for all of them, else the one of the flags, of stated or
// of the kubeconfig context.
func (f *Scope) FleetPlace(e *env.Env, stated env.Place) (env.Place, error) {
	if !f.AllClusters {
		return e.Place(stated)
	}
	place := e.FlagPlace()
	place.Cluster = ""
	return place, nil
}

// PlaceOf returns the place of one of the clusters of Read, whose own place is given.
func (f *Scope) PlaceOf(place env.Place, client *cloud.Client, cluster string) env.Place {
	if f.Several() || len(f.Regions) > 0 {
		place = env.Place{Region: client.Region()}
		if f.SeveralAccounts() {
			place.Account = client.AWSProfile()
		}
	}
	place.Cluster = cluster
	return place
}

// fleet reads clusters side by side.
type fleet[T any] struct {
	*Scope
	env     *env.Env
	options cloud.Options
	begin   func(*cloud.Client) func(ctx context.Context, cluster string) (T, error)

	lock        sync.Mutex
	progress    *output.Progress // nil off a terminal
	done, total int
}

// Read reads clusters side by side and returns what was read, by account, region and name. Of what failed it
// returns the errors, a line for each cluster, beside what was read of the others. begin is called once for every
// region of an account, and what it returns reads one cluster.
func Read[T any](
	ctx context.Context, e *env.Env, f Scope, place env.Place, options cloud.Options,
	begin func(*cloud.Client) func(ctx context.Context, cluster string) (T, error),
) ([]T, error) {
	if options.MaxInFlight = f.MaxInFlight; f.MaxInFlight == 0 && f.Several() {
		options.MaxInFlight = cloud.Adaptive
	}
	all := &fleet[T]{Scope: &f, env: e, options: options, begin: begin}
	if f.Several() && e.Streams.ErrTerminal {
		all.progress = e.Progress()
		defer all.progress.Stop()
	} else if !f.Several() {
		defer e.Asking(place.Cluster)()
	}
	accounts := f.accounts
	if len(accounts) == 0 {
		accounts = []string{e.Global.Profile()}
	}
	found, err := each(ctx, accounts, func(account string) ([]T, error) { return all.account(ctx, account, place) })
	if err != nil && len(found) > 0 && ctx.Err() == nil {
		err = &env.PartlyError{Err: err}
	}
	return found, err
}

// each reads parts side by side and returns all that was read, in order, and the errors of the others.
func each[P, T any](ctx context.Context, parts []P, read func(P) ([]T, error)) ([]T, error) {
	found := make([][]T, len(parts))
	failures := make([]error, len(parts))
	var group errgroup.Group
	for i, part := range parts {
		group.Go(func() error {
			found[i], failures[i] = read(part)
			return nil
		})
	}
	_ = group.Wait() // failures are kept by part, so that the others are still shown
	return slices.Concat(found...), joined(ctx, failures)
}

// account reads the regions of an account.
func (f *fleet[T]) account(ctx context.Context, account string, place env.Place) ([]T, error) {
	regions := slices.Compact(slices.Clone(f.Regions))
	switch {
	case len(regions) == 0:
		regions = []string{place.Region}
	case regions[0] == allRegions:
		client, err := f.client(ctx, account, place.Region)
		if err == nil {
			regions, err = client.Regions(ctx)
		}
		if err != nil {
			return nil, f.located(err, "", "the regions", account)
		}
	}
	return each(ctx, regions, func(region string) ([]T, error) { return f.region(ctx, account, region, place.Cluster) })
}

func (f *fleet[T]) client(ctx context.Context, account, region string) (*cloud.Client, error) {
	options := f.options
	options.Profile, options.Region = account, region
	return f.env.ClientWith(ctx, options)
}

// region reads one cluster, or with an empty name every cluster, of one region.
func (f *fleet[T]) region(ctx context.Context, account, region, cluster string) ([]T, error) {
	client, err := f.client(ctx, account, region)
	if err != nil {
		return nil, f.located(err, "", region, account)
	}
	clusters := []string{cluster}
	if cluster == "" {
		if clusters, err = client.ClusterNames(ctx); err != nil {
			return nil, f.located(err, "", client.Region(), account)
		}
	}
	f.tell(0, len(clusters))
	read := f.begin(client)
	return each(ctx, clusters, func(cluster string) ([]T, error) {
		one, err := read(ctx, cluster)
		f.tell(1, 0)
		if err != nil {
			return nil, f.located(err, cluster, client.Region(), account)
		}
		return []T{one}, nil
	})
}

// located says of which cluster, region and account an error is, where there may be several.
func (f *fleet[T]) located(err error, cluster, region, account string) error {
	if !f.Several() {
		return err
	}
	place := env.Place{Cluster: cluster, Region: cmp.Or(region, "the default region")}
	if f.SeveralAccounts() {
		place.Account = account
	}
	if cluster != "" {
		return fmt.Errorf("cluster %s: %w", place, err)
	}
	return fmt.Errorf("%s: %w", place, err)
}

// tell shows on a terminal how many clusters are read, and how many there are as far as that is known.
func (f *fleet[T]) tell(done, total int) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.done, f.total = f.done+done, f.total+total
	if f.progress != nil {
		f.progress.Update("clusters", fmt.Sprintf("%d of %d read", f.done, f.total))
	}
}

// joined joins failures; when ctx has ended one says it for all.
func joined(ctx context.Context, failures []error) error {
	failures = slices.DeleteFunc(failures, func(err error) bool { return err == nil })
	if ctx.Err() != nil && len(failures) > 0 {
		return failures[0]
	}
	return errors.Join(failures...)
}
