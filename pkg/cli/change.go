package cli

import (
	"context"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/preflight"
	"github.com/fgctl/fgctl/pkg/trust"
)

// app is the environment of a command that changes profiles.
type app struct{ *env.Env }

// roleOf is the ARN of the role that a checked profile will have, empty where it is not known; made reports whether
// the role must be made first.
func roleOf(report preflight.Report) (arn string, made bool) {
	c := report.Cluster
	switch {
	case report.NewRole == "" || report.Role.ARN != "":
		return report.Profile.PodExecutionRoleARN, false
	case c.Account() == "":
		return "", true
	}
	return "arn:" + c.Partition() + ":iam::" + c.Account() + ":role/" + report.NewRole, true
}

// ensureRole makes the role that the report wants to be made, or takes the one of its name that was judged. It returns
// the role of the profile; checked reports whether a complaint of EKS about its trust policy can only be IAM's lag.
func ensureRole(
	ctx context.Context, r *lifecycle.Runner, iam lifecycle.IAM, report preflight.Report,
) (arn string, checked bool, err error) {
	checked = report.Passed("role")
	if report.NewRole == "" {
		return report.Profile.PodExecutionRoleARN, checked, nil
	}
	c := report.Cluster
	role, trusted, err := r.EnsureRole(ctx, iam, lifecycle.NewRole{
		Name:        report.NewRole,
		Cluster:     c.Name,
		TrustPolicy: trust.PodExecutionRole(c.Partition(), c.Region(), c.Account(), c.Name),
		PolicyARN:   "arn:" + c.Partition() + ":iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy",
		Judged:      report.Role.TrustPolicy,
	})
	return role.ARN, checked || trusted, err
}
