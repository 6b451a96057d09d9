package declared

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/manifest"
)

// GoalFlags are the flags of a command that compares the profiles of a cluster with those of files.
type GoalFlags struct {
	Files    []string
	KeepName bool
	Adopt    bool
	Prune    string
}

// AddGoal adds the flags, and --cluster.
func (f *GoalFlags) AddGoal(e *env.Env, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	e.AddClusterFlag(cmd)
	flags.StringSliceVarP(&f.Files, "config-file", "f", nil,
		"ClusterConfigs, or the output of get: files, directories or - for stdin; repeatable")
	flags.StringVar(&f.Prune, "prune", string(decision.PruneNone),
		"delete profiles that the files do not have: applied, those that apply made (so does --prune alone), or all")
	flags.Lookup("prune").NoOptDefVal = string(decision.PruneApplied)
	flags.BoolVar(&f.KeepName, "keep-name", false,
		"replace through a temporary profile, so that names stay; the file's annotation fgctl/keep-name says it of some")
	flags.BoolVar(&f.Adopt, "adopt", false,
		"take profiles that are as the files have them, and that apply did not make, as its own, by a tag")
	env.MustComplete(cmd, "config-file", env.CompleteFiles)
	env.MustComplete(cmd, "prune", env.CompleteFixed(prunes))
}

var prunes = []string{string(decision.PruneNone), string(decision.PruneApplied), string(decision.PruneAll)}

// CheckGoal judges the flags.
func (f *GoalFlags) CheckGoal(e *env.Env, cmd *cobra.Command) error {
	faults := []error{e.OneOf(cmd, "prune", f.Prune, prunes)}
	if len(f.Files) == 0 {
		faults = append(faults, env.UsageOf(cmd, "no file is named; give -f FILE"))
	}
	return errors.Join(faults...)
}

// ReadGoal reads the files, and returns with what they want the place that they state: all faults at once.
func ReadGoal(ctx context.Context, e *env.Env, f GoalFlags) (decision.Goal, env.Place, error) {
	goal := decision.Goal{Adopt: f.Adopt, Prune: decision.Prune(f.Prune)}
	var stated env.Place
	files, err := manifest.Files(f.Files, false)
	if err != nil {
		return goal, stated, e.ConfigFileError(err)
	}
	var errs []error
	var faults fargate.Faults
	type place struct {
		file, cluster string
		line          int
	}
	seen, read, listed := map[string]place{}, map[string]bool{}, false
	for _, file := range files {
		name := filepath.Clean(file.Name)
		if read[name] {
			continue // a directory and a file in it, or one file twice
		}
		read[name] = true
		parsed, at, err := ReadFile(ctx, e, file.Name)
		if errs = append(errs, err); ctx.Err() != nil {
			return goal, stated, ctx.Err()
		}
		stated.Cluster, err = same("cluster", file.Name, stated.Cluster, at.Cluster)
		errs = append(errs, err)
		stated.Region, err = same("region", file.Name, stated.Region, at.Region)
		errs = append(errs, err)
		listed = listed || parsed.Listed
		for i, entry := range parsed.Profiles {
			p, where, more, warnings := EntryProfile(file.Name, i, entry)
			if parsed.Cluster == "" && entry.Cluster != "" {
				errs = append(errs, env.Usagef("%s is for cluster %s, and others are for another one; "+
					"give those of one cluster at a time, or compare all with diff --all-clusters", where, entry.Cluster))
			}
			before, twice := seen[p.Name]
			elsewhere := before.cluster != "" && entry.Cluster != "" && before.cluster != entry.Cluster
			if twice && before.file != file.Name && !elsewhere {
				errs = append(errs, env.Usagef("%s is in %s too, line %d; give one of them another name", where, before.file,
					before.line))
			} else if !twice {
				seen[p.Name] = place{file.Name, entry.Cluster, entry.Line}
			}
			faults = append(faults, more...)
			e.ShowWarnings(warnings)
			goal.Entries = append(goal.Entries, decision.Entry{
				Profile: p, KeepName: f.KeepName || entry.KeepName, File: file.Name, Line: entry.Line,
			})
		}
	}
	if err := errors.Join(append(errs, faults.OrNil())...); err != nil {
		return goal, stated, err
	}
	if len(goal.Entries) == 0 && !listed {
		return goal, stated, env.Usagef("%s holds no Fargate profile; it needs a list fargateProfiles, [] for none",
			strings.Join(f.Files, ", "))
	}
	return goal, stated, nil
}

// PlacedGoal is what files want of the cluster that they name.
type PlacedGoal struct {
	decision.Goal
	Place env.Place
	Files []string
}

// ReadGoals is ReadGoal for files of several clusters, each of which names its own; those of one cluster belong
// together.
func ReadGoals(ctx context.Context, e *env.Env, f GoalFlags) ([]*PlacedGoal, error) {
	files, err := manifest.Files(f.Files, false)
	if err != nil {
		return nil, e.ConfigFileError(err)
	}
	var goals []*PlacedGoal
	var errs []error
	for _, file := range files {
		if file.Name == "-" {
			errs = append(errs, env.Usagef("standard input holds the profiles of one cluster; for several, name files"))
			continue
		}
		_, place, err := ReadFile(ctx, e, file.Name)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			errs = append(errs, err)
			continue
		case place.Cluster == "":
			errs = append(errs, env.Usagef("%s does not say for which cluster it is; set metadata.name", file.Name))
			continue
		}
		at := slices.IndexFunc(goals, func(g *PlacedGoal) bool { return g.Place == place })
		if at < 0 {
			at = len(goals)
			goals = append(goals, &PlacedGoal{Place: place})
		}
		goals[at].Files = append(goals[at].Files, file.Name)
	}
	for _, goal := range goals {
		own := f
		own.Files = goal.Files
		goal.Goal, _, err = ReadGoal(ctx, e, own)
		goal.Cluster = goal.Place.Cluster
		errs = append(errs, err)
	}
	return goals, errors.Join(errs...)
}

// same returns what two files state alike, or what one of them does.
func same(what, file, before, now string) (string, error) {
	if before != "" && now != "" && before != now {
		return before, env.Usagef("%s is for %s %s, and a file before it for %s; give those of one cluster at a time, or "+
			"compare all with diff --all-clusters", file, what, now, before)
	}
	return cmp.Or(before, now), nil
}

// Decide reads the cluster's profiles and returns what they lack to be those of the goal.
func Decide(
	ctx context.Context, e *env.Env, client *cloud.Client, place env.Place, goal decision.Goal,
) (decision.Changes, error) {
	profiles, err := client.Profiles(ctx, place.Cluster)
	if err != nil {
		return decision.Changes{}, env.ExplainNotFound(ctx, client, err, place.Cluster, "")
	}
	runner, stop := e.Runner(ctx, client)
	changes, err := runner.DecideAll(ctx, profiles, goal)
	stop()
	return changes, e.Refused(env.GoOn(err, e.Again()), place)
}
