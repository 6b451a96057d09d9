package env

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

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
func (f *GoalFlags) AddGoal(e *Env, cmd *cobra.Command) {
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
	MustComplete(cmd, "config-file", CompleteFiles)
	MustComplete(cmd, "prune", CompleteFixed(prunes))
}

var prunes = []string{string(decision.PruneNone), string(decision.PruneApplied), string(decision.PruneAll)}

// CheckGoal judges the flags.
func (f *GoalFlags) CheckGoal(e *Env, cmd *cobra.Command) error {
	faults := []error{e.OneOf(cmd, "prune", f.Prune, prunes)}
	if len(f.Files) == 0 {
		faults = append(faults, UsageOf(cmd, "no file is named; give -f FILE"))
	}
	return errors.Join(faults...)
}

// ReadGoal reads the files, and returns with what they want the place that they state: all faults at once.
func (e *Env) ReadGoal(ctx context.Context, f GoalFlags) (decision.Goal, Place, error) {
	goal := decision.Goal{Adopt: f.Adopt, Prune: decision.Prune(f.Prune)}
	var stated Place
	files, err := manifest.Files(f.Files, false)
	if err != nil {
		return goal, stated, e.configFileError(err)
	}
	var errs []error
	var faults fargate.Faults
	type place struct {
		file, cluster string
		line          int
	}
	seen, listed := map[string]place{}, false
	for _, file := range files {
		parsed, at, err := e.ReadConfigFile(ctx, file.Name)
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
				errs = append(errs, Usagef("%s is for cluster %s, and others are for another one; "+
					"give those of one cluster at a time, or compare all with diff --all-clusters", where, entry.Cluster))
			}
			before, twice := seen[p.Name]
			elsewhere := before.cluster != "" && entry.Cluster != "" && before.cluster != entry.Cluster
			if twice && before.file != file.Name && !elsewhere {
				errs = append(errs, Usagef("%s is in %s too, line %d; give one of them another name", where, before.file,
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
		return goal, stated, Usagef("%s holds no Fargate profile; it needs a list fargateProfiles, [] for none",
			strings.Join(f.Files, ", "))
	}
	return goal, stated, nil
}

// PlacedGoal is what files want of the cluster that they name.
type PlacedGoal struct {
	decision.Goal
	Place Place
	Files []string
}

// ReadGoals is ReadGoal for files of several clusters, each of which names its own; those of one cluster belong
// together.
func (e *Env) ReadGoals(ctx context.Context, f GoalFlags) ([]*PlacedGoal, error) {
	files, err := manifest.Files(f.Files, false)
	if err != nil {
		return nil, e.configFileError(err)
	}
	var goals []*PlacedGoal
	var errs []error
	for _, file := range files {
		if file.Name == "-" {
			errs = append(errs, Usagef("standard input holds the profiles of one cluster; for several, name files"))
			continue
		}
		_, place, err := e.ReadConfigFile(ctx, file.Name)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			errs = append(errs, err)
			continue
		case place.Cluster == "":
			errs = append(errs, Usagef("%s does not say for which cluster it is; set metadata.name", file.Name))
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
		goal.Goal, _, err = e.ReadGoal(ctx, own)
		goal.Cluster = goal.Place.Cluster
		errs = append(errs, err)
	}
	return goals, errors.Join(errs...)
}

// same returns what two files state alike, or what one of them does.
func same(what, file, before, now string) (string, error) {
	if before != "" && now != "" && before != now {
		return before, Usagef("%s is for %s %s, and a file before it for %s; give those of one cluster at a time, or "+
			"compare all with diff --all-clusters", file, what, now, before)
	}
	return cmp.Or(before, now), nil
}

// DecideGoal reads the cluster's profiles and returns what they lack to be those of the goal.
func (e *Env) DecideGoal(ctx context.Context, client *cloud.Client, place Place, goal decision.Goal,
) (decision.Changes, error) {
	profiles, err := client.Profiles(ctx, place.Cluster)
	if err != nil {
		return decision.Changes{}, ExplainNotFound(ctx, client, err, place.Cluster, "")
	}
	runner, stop := e.Runner(ctx, client)
	changes, err := runner.DecideAll(ctx, profiles, goal)
	stop()
	return changes, e.Refused(GoOn(err, e.Again()), place)
}

// Refused adds to refusals the commands that are left.
func (e *Env) Refused(err error, place Place) error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		errs := several.Unwrap()
		refused := make([]error, len(errs))
		for i, one := range errs {
			refused[i] = e.Refused(one, place)
		}
		return errors.Join(refused...)
	}
	var refusal *decision.Refusal
	var failed *decision.Failed
	switch {
	case errors.As(err, &failed):
		return fmt.Errorf("%w\nto delete it first: %s", err, e.On(place, "delete", FargateProfile, failed.Profile.Name))
	case !errors.As(err, &refusal):
		return err
	}
	finish, undo := e.WaysOut(place, refusal.Situation)
	switch refusal.Reason {
	case decision.Moved:
		return fmt.Errorf("%w\nto try again: %s", err, e.Again())
	case decision.TooLate:
		err = fmt.Errorf("%w\nto finish it: %s", err, finish)
	case decision.OtherUnderWay:
		err = fmt.Errorf("%w\nto finish what was begun: %s", err, finish)
		if undo != "" {
			err = fmt.Errorf("%w\nto undo it: %s", err, undo)
		}
	case decision.DoneBefore:
		err = fmt.Errorf("%w\nto replace it all the same, give a --new-name\nto delete it: %s", err,
			e.On(place, "delete", FargateProfile, refusal.Situation.Name))
	case decision.GivenUp:
		err = fmt.Errorf("%w\nto delete it: %s", err, e.On(place, "delete", FargateProfile, refusal.Situation.Name))
	case decision.Stands, decision.Differs:
	}
	return &RefusedError{Err: err}
}
