package delete

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/plan"
)

// roles looks at the roles that fgctl made for the profiles that go, and at who else uses them. Without
// --delete-pod-execution-role that is only told of: it looks at their cluster alone, and goes on where it may not.
func (d *deletion) roles(ctx context.Context) ([]lifecycle.RoleUse, error) {
	runner, stop := d.Runner(ctx, d.client)
	defer stop()
	region := d.client.Region()
	names := lifecycle.RolesOf(d.found.Doomed)
	if own := decision.RoleName(d.place.Cluster, region); d.opts.deleteRole && !slices.Contains(names, own) {
		names = append(names, own)
	}
	var uses []lifecycle.RoleUse
	for _, name := range names {
		use, err := runner.RoleUse(ctx, name, region, d.found.Doomed, d.opts.deleteRole)
		switch {
		case err != nil && (d.opts.deleteRole || ctx.Err() != nil):
			return nil, fmt.Errorf("role %s: %w", name, err)
		case err != nil:
			d.Info("whether role %s is still of use is not known: %v", name, err)
		case use != nil:
			uses = append(uses, *use)
		}
	}
	return uses, nil
}

// planned says what becomes of the roles.
func (d *deletion) planned(uses []lifecycle.RoleUse) []plan.Role {
	var out []plan.Role
	for _, use := range uses {
		r := plan.RoleOf(use, d.opts.deleteRole)
		if r.Action == plan.StepDelete || len(r.UsedBy) == 0 || d.opts.deleteRole {
			out = append(out, r)
		}
	}
	return out
}

// question asks for what the plan deletes.
func (d *deletion) question(roles []plan.Role) string {
	names := fargate.Names(d.found.Doomed)
	for _, r := range roles {
		if r.Action == plan.StepDelete {
			names = append(names, "role "+r.Name)
		}
	}
	return fmt.Sprintf("Delete %s?", strings.Join(names, ", "))
}

// removeRoles removes the roles that the plan says, where a look right before still says that nothing uses them. It
// returns the names of those that are gone, and tells of those that are left without a use.
func (d *deletion) removeRoles(ctx context.Context, agreed []plan.Role) ([]string, error) {
	removed := []string{}
	if !d.opts.deleteRole {
		for _, r := range agreed {
			d.Info("role %s, which fgctl made, is used by no profile of cluster %s any more; to remove it: %s", r.Name,
				r.Cluster, d.On(d.place, "delete", env.FargateProfile, "--delete-pod-execution-role"))
		}
		return removed, nil
	}
	uses, err := d.roles(ctx)
	errs := []error{err}
	runner, stop := d.Runner(ctx, d.client)
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
		if d.opts.output == "" {
			errs = append(errs, d.ShowProfiles("", nil, []string{"role " + use.Role.Name + " is removed"}))
		}
	}
	return removed, errors.Join(errs...)
}
