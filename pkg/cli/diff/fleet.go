package diff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/declared"
	"github.com/fgctl/fgctl/pkg/cli/env/fleet"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/output"
)

// checkFleet judges the flags of several clusters.
func (o *options) checkFleet(e *env.Env, cmd *cobra.Command) error {
	if err := o.CheckFleet(e, cmd, false); err != nil {
		return err
	}
	if !o.AllClusters && (o.Several() || len(o.Regions) > 0) {
		return env.UsageOf(cmd, "diff compares several clusters, each with the files that name it in metadata.name, with "+
			"--all-clusters; give it too")
	}
	return nil
}

// runFleet compares every cluster that a file names with its files.
func runFleet(ctx context.Context, e *env.Env, opts options) error {
	goals, err := declared.ReadGoals(ctx, e, opts.GoalFlags)
	if err != nil {
		return err
	}
	place, err := opts.FleetPlace(e, env.Place{})
	if err != nil {
		return err
	}
	var lock sync.Mutex
	met, unnamed := map[*declared.PlacedGoal]bool{}, []string{}
	all, failure := fleet.Read(ctx, e, opts.Scope, place, cloud.Options{},
		func(client *cloud.Client) func(context.Context, string) (*difference, error) {
			return func(ctx context.Context, cluster string) (*difference, error) {
				i := slices.IndexFunc(goals, func(g *declared.PlacedGoal) bool {
					return g.Place.Cluster == cluster && (g.Place.Region == "" || g.Place.Region == client.Region())
				})
				lock.Lock()
				if i < 0 {
					unnamed = append(unnamed, cluster)
				} else {
					met[goals[i]] = true
				}
				lock.Unlock()
				if i < 0 {
					return &difference{}, nil
				}
				return compare(ctx, e, client, opts.PlaceOf(place, client, cluster), goals[i].Goal)
			}
		})
	all = slices.DeleteFunc(all, func(d *difference) bool { return d.Cluster == "" })
	if len(unnamed) > 0 {
		slices.Sort(unnamed)
		e.Info("no file names %d of the clusters: %s", len(unnamed), strings.Join(slices.Compact(unnamed), ", "))
	}
	errs := []error{failure}
	for _, goal := range goals {
		if !met[goal] && ctx.Err() == nil {
			errs = append(errs, fmt.Errorf("cluster %s of %s is not among those that were looked at",
				goal.Place.Cluster, strings.Join(goal.Files, ", ")))
		}
	}
	if failure = errors.Join(errs...); failure != nil && len(all) > 0 {
		failure = &env.PartlyError{Err: failure}
	}
	if len(all) == 0 {
		return failure
	}
	if err := opts.print(e, all); err != nil {
		return err
	}
	if failure != nil {
		return failure
	}
	return opts.verdict(slices.ContainsFunc(all, func(d *difference) bool { return d.Differs }))
}

// title names the cluster of a difference.
func (d *difference) title(several bool) string {
	if !several {
		return d.Cluster
	}
	return env.Place{Cluster: d.Cluster, Region: d.Region, Account: d.Account}.String()
}

// print writes the differences.
func (o *options) print(e *env.Env, all []*difference) error {
	if o.output == "json" {
		if o.AllClusters {
			return output.JSON(e.Streams.Out, map[string][]*difference{"clusters": all})
		}
		return output.JSON(e.Streams.Out, all[0])
	}
	if slices.Contains(output.ReportFormats, o.output) {
		var entries []output.Entry
		var headlines []string
		for _, d := range all {
			title := d.title(o.AllClusters)
			headlines = append(headlines, "cluster "+title+": "+output.CountChanges(d.Changes))
			entries = append(entries, output.ChangeEntries(title, "clusters/"+d.Region+"/"+d.Cluster, d.Changes)...)
		}
		return e.Report(o.output, "fgctl diff", output.ChangeRules()).Write(entries, headlines...)
	}
	texts := make([]string, len(all))
	for i, d := range all {
		if title := d.title(o.AllClusters); o.output == "markdown" {
			texts[i] = output.ChangesMarkdown(title, d.Changes)
		} else {
			texts[i] = output.Changes(title, d.Changes, e.Streams.Width)
		}
	}
	_, err := fmt.Fprint(e.Streams.Out, strings.Join(texts, "\n"))
	return err
}
