package check

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// madeRole is the role that fgctl makes for a cluster, as far as it could be read.
type madeRole struct {
	name string
	role cloud.Role
	made bool
	err  error
}

func readMadeRole(ctx context.Context, client *cloud.Client, cluster string) (m madeRole) {
	m.name = decision.RoleName(cluster, client.Region())
	m.role, _, m.made, m.err = lifecycle.MadeRole(ctx, client, m.name, client.Region())
	return m
}

// judge says whether a profile of the cluster uses the role.
func (m madeRole) judge(e *env.Env, at env.Place, profiles []fargate.Profile) result {
	used := slices.ContainsFunc(profiles, func(p fargate.Profile) bool { return p.PodExecutionRoleARN == m.role.ARN })
	out := preflight.Result{Check: preflight.CheckRoles, Level: preflight.Pass}
	switch {
	case m.err != nil:
		why := m.err.Error()
		if failure := (*cloud.Error)(nil); errors.As(m.err, &failure) && failure.Permission() != "" {
			why = "the caller lacks the permission " + failure.Permission()
		}
		text := fmt.Sprintf("role %s could not be read: %s", m.name, why)
		return result{Result: preflight.NewResult(preflight.CheckRoles, preflight.Skipped, preflight.CodeNotJudged, text)}
	case !m.made:
		out.Message = "fgctl made no role for the cluster"
	case used:
		out.Message = fmt.Sprintf("role %s, which fgctl made, is used", m.role.Name)
	default:
		text := fmt.Sprintf("role %s, which fgctl made, is used by no profile of the cluster", m.role.Name)
		return result{
			Result:  preflight.NewResult(preflight.CheckRoles, preflight.Warn, preflight.CodeRoleUnused, text),
			Command: e.On(at, "delete", env.FargateProfile, "--delete-pod-execution-role"),
		}
	}
	return result{Result: out}
}
