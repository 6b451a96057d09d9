package env

import (
	"context"
	"errors"
	"slices"

	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/manifest"
)

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
