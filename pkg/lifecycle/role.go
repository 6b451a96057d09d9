package lifecycle

// This file makes a pod execution role.

import (
	"context"
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/cloud"
)

// IAM is what making a role asks of AWS. cloud.Client has it.
type IAM interface {
	Role(ctx context.Context, name string) (cloud.Role, error)
	CreateRole(ctx context.Context, name, trustPolicy, description string, tags map[string]string) (cloud.Role, error)
	AttachPolicy(ctx context.Context, role, policyARN string) error
}

// NewRole is the role to make: its name, its trust policy and the managed policy to attach.
type NewRole struct {
	Name        string
	Cluster     string
	TrustPolicy string
	PolicyARN   string
}

// maxRoleName is IAM's limit (IAM User Guide, name limits).
const maxRoleName = 64

// RoleName is the name of the role that fgctl makes for a cluster, always the same, so that a second run
// finds it. Region is part of it because roles are global and cluster names are not.
func RoleName(cluster, region string) string {
	tail := "-" + region
	name := "fgctl-fargate-pods-" + cluster
	if room := maxRoleName - len(tail); len(name) > room {
		name = strings.TrimRight(name[:room], "-_")
	}
	return name + tail
}

// EnsureRole makes the role with its policy, or finds the one that an earlier run made. Attaching a
// policy twice does no harm, so a run that died in between is finished.
func (r *Runner) EnsureRole(ctx context.Context, iam IAM, n NewRole) (cloud.Role, error) {
	role, err := iam.Role(ctx, n.Name)
	switch {
	case err == nil:
		r.Report.Note("pod execution role " + role.ARN + " is there already")
	case cloud.ClassOf(err) == cloud.NotFound:
		role, err = iam.CreateRole(ctx, n.Name, n.TrustPolicy, "Pod execution role of Fargate profiles of cluster "+n.Cluster,
			map[string]string{TagPrefix + "cluster": n.Cluster})
		if cloud.ClassOf(err) == cloud.Exists {
			role, err = iam.Role(ctx, n.Name)
		}
		if err != nil {
			return role, fmt.Errorf("make the pod execution role %s: %w", n.Name, err)
		}
		r.Report.Note("made the pod execution role " + role.ARN)
	default:
		return role, err
	}
	if err := iam.AttachPolicy(ctx, n.Name, n.PolicyARN); err != nil {
		return role, fmt.Errorf("attach %s to role %s: %w", n.PolicyARN, n.Name, err)
	}
	return role, nil
}
