package delete

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/plan"
)

// roles looks at the roles that fgctl made for the profiles that go, and at who else uses them. Without
// --delete-pod-execution-role that is only told of: it looks at their cluster alone, and goes on where it may not.
func (o *options) roles(ctx context.Context, e *env.Env, client *cloud.Client, cluster string, doomed []fargate.Profile,
) ([]lifecycle.RoleUse, error) {
	runner, stop := e.Runner(ctx, client)
	defer stop()
	names := lifecycle.RolesOf(doomed)
	if own := decision.RoleName(cluster, client.Region()); o.deleteRole && !slices.Contains(names, own) {
		names = append(names, own)
	}
	var uses []lifecycle.RoleUse
	for _, name := range names {
		use, err := runner.RoleUse(ctx, name, client.Region(), doomed, o.deleteRole)
		switch {
		case err != nil && (o.deleteRole || ctx.Err() != nil):
			return nil, fmt.Errorf("role %s: %w", name, err)
		case err != nil:
			e.Info("whether role %s is still of use is not known: %v", name, err)
		case use != nil:
			uses = append(uses, *use)
		}
	}
	return uses, nil
}

// planned says what becomes of the roles.
func (o *options) planned(uses []lifecycle.RoleUse) []plan.Role {
	var out []plan.Role
	for _, use := range uses {
		r := plan.RoleOf(use, o.deleteRole)
		if r.Action == plan.StepDelete || len(r.UsedBy) == 0 || o.deleteRole {
			out = append(out, r)
		}
	}
	return out
}

// question asks for what the plan deletes.
func question(doomed []fargate.Profile, roles []plan.Role) string {
	names := fargate.Names(doomed)
	for _, r := range roles {
		if r.Action == plan.StepDelete {
			names = append(names, "role "+r.Name)
		}
	}
	return fmt.Sprintf("Delete %s?", strings.Join(names, ", "))
}

// removeRoles removes the roles that the plan says, where a look right before still says that nothing uses them. It
// returns the names of those that are gone, and tells of those that are left without a use.
func (o *options) removeRoles(ctx context.Context, e *env.Env, client *cloud.Client, place env.Place,
	doomed []fargate.Profile, agreed []plan.Role,
) ([]string, error) {
	removed := []string{}
	if !o.deleteRole {
		for _, r := range agreed {
			e.Info("role %s, which fgctl made, is used by no profile of cluster %s any more; to remove it: %s", r.Name,
				r.Cluster, e.On(place, "delete", env.FargateProfile, "--delete-pod-execution-role"))
		}
		return removed, nil
	}
	uses, err := o.roles(ctx, e, client, place.Cluster, doomed)
	errs := []error{err}
	runner, stop := e.Runner(ctx, client)
	defer stop()
	for _, use := range uses {
		if !slices.ContainsFunc(agreed, func(r plan.Role) bool {
			return r.ARN == use.Role.ARN && r.Action == plan.StepDelete
		}) {
			continue
		}
		if err := runner.RemoveRole(ctx, use); err != nil {
			errs = append(errs, err)
			continue
		}
		removed = append(removed, use.Role.Name)
		if o.output == "" {
			errs = append(errs, e.ShowProfiles("", nil, []string{"role " + use.Role.Name + " is removed"}))
		}
	}
	return removed, errors.Join(errs...)
}
