package match

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/declared"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// guide says which command lets a pod run, for where its profile is.
type guide struct {
	env   *env.Env
	place env.Place
	// client is that of the cluster whose profiles were read, nil where they are those of files; unread is why its
	// security group could not be read.
	client *cloud.Client
	unread error
	// origins are those of the profiles that were read from files, by name.
	origins map[string]declared.Origin
	// folds reports whether findings of little weight take one line for a pod, and what all pods have in common is
	// explained once: told are the messages that were.
	folds bool
	told  map[string]bool
}

// readProfiles reads the profiles of the files, or where none is named, of the cluster, and returns the guide to them.
func readProfiles(ctx context.Context, e *env.Env, opts options) ([]fargate.Profile, *guide, error) {
	if files := opts.profilesFrom; len(files) > 0 {
		profiles, origins, err := declared.ProfilesOf(ctx, e, files)
		return profiles, &guide{env: e, place: e.FlagPlace(), origins: origins}, err
	}
	place, err := e.Place(env.Place{})
	if err != nil {
		return nil, nil, fmt.Errorf("%w, or take the profiles from a file with --profiles-from", err)
	}
	if len(opts.Regions) == 1 {
		place.Region = opts.Regions[0]
	}
	client, err := e.Client(ctx, place.Region)
	if err != nil {
		return nil, nil, err
	}
	profiles, err := client.Profiles(ctx, place.Cluster)
	if err != nil {
		return nil, nil, env.ExplainNotFound(ctx, client, err, place.Cluster, "")
	}
	if len(profiles) == 0 {
		e.Warn("cluster %s has no Fargate profile, so nothing runs on Fargate", place.Cluster)
	}
	return profiles, &guide{env: e, place: place, client: client}, nil
}

// clusterGroup reads the security group of the cluster that the profiles are of.
func (g *guide) clusterGroup(ctx context.Context) string {
	cluster, err := g.client.Cluster(ctx, g.place.Cluster)
	g.unread = err
	return cluster.SecurityGroup
}

// region returns the region that the profiles are of: AWS's settings choose it where a cluster was read, a file or
// --region names it elsewhere, --region first; empty where neither does.
func (g *guide) region() string {
	if g.client != nil {
		return g.client.Region()
	}
	for _, from := range g.origins {
		if g.place.Region == "" && from.Region != "" {
			return from.Region
		}
	}
	return g.place.Region
}

// command returns a command line for the cluster that pods are judged by.
func (g *guide) command(words ...string) string { return g.env.On(g.place, words...) }

// commandFor returns a command line about a profile that match has read, for where that is.
func (g *guide) commandFor(profile, cluster string, words ...string) string {
	from, place := g.origins[profile], g.place
	place.Cluster = cmp.Or(cluster, from.Cluster, place.Cluster)
	if from.Region != "" && (g.env.Global.Region == "" || g.env.IsSetting("region")) {
		// The command line goes before the file, and the file before settings.
		place = env.Place{Cluster: place.Cluster, Region: from.Region}
	}
	return g.env.On(place, words...)
}

// addCommand puts the command line that lets the nearest profile take the pod into an explanation, unless
// the profile belongs to another tool.
func (g *guide) addCommand(x *fargate.Explanation) {
	n := x.Nearest
	if n == nil || n.AddSelector == "" || g.origins[n.Profile].Foreign {
		return
	}
	words := []string{"replace", env.FargateProfile, n.Profile, "--add-selector", n.AddSelector}
	if x.Pinned == n.Profile {
		words = append(words, "--keep-name") // the successor's name would not be the one that the pod asks for
	}
	if n.Full {
		words = []string{"create", env.FargateProfile, "--selector", n.AddSelector}
	}
	n.Command = g.commandFor(n.Profile, n.Cluster, words...)
}

// completeExpected completes the name of a profile that pods are judged by: of the files of --profiles-from
// where there are any, else of the cluster.
func completeExpected(e *env.Env) env.Completer {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		files, err := cmd.Flags().GetStringSlice("profiles-from")
		if err != nil || len(files) == 0 {
			return e.CompleteProfiles(cmd, args, typed)
		}
		return e.Complete(cmd, func(ctx context.Context, quiet *env.Env) ([]string, error) {
			if slices.Contains(files, "-") { // what a pipe holds is for the command itself
				return nil, nil
			}
			slices.Sort(files) // cobra reads the command line twice here, and a list then holds everything twice
			profiles, _, err := declared.ProfilesOf(ctx, quiet, slices.Compact(files))
			return fargate.Names(profiles), err
		})
	}
}
