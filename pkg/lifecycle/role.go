package lifecycle

// This file makes a pod execution role.

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	// Judged is the trust policy of the role of that name that was there and was judged; empty where there was none.
	Judged string
}

const (
	// maxRoleName is IAM's limit (IAM User Guide, name limits).
	maxRoleName = 64
	// digestLength is how many hexadecimal digits of a digest stand for what is cut from a role's name.
	digestLength = 8
)

// RoleName is the name of the role that fgctl makes for a cluster, always the same, so that a second run
// finds it. Region is part of it because roles are global and cluster names are not. Where the cluster's name is cut,
// a digest of the whole keeps it apart from those that begin alike.
func RoleName(cluster, region string) string {
	name, tail := "fgctl-fargate-pods-"+cluster, "-"+region
	if len(name)+len(tail) <= maxRoleName {
		return name + tail
	}
	digest := sha256.Sum256([]byte(cluster))
	tail = "-" + hex.EncodeToString(digest[:])[:digestLength] + tail
	return strings.TrimRight(name[:min(len(name), max(0, maxRoleName-len(tail)))], "-_") + tail
}

// EnsureRole makes the role with its policy, or takes the one that is there, as it was judged or as fgctl makes it;
// trusted reports whether its trust policy is the new role's. Attaching a policy twice does no harm, so a run that
// died in between is finished.
func (r *Runner) EnsureRole(ctx context.Context, iam IAM, n NewRole) (role cloud.Role, trusted bool, err error) {
	if role, err = iam.Role(ctx, n.Name); err == nil {
		r.Report.Note("pod execution role " + role.ARN + " is there already")
	} else if cloud.ClassOf(err) == cloud.NotFound {
		role, err = r.makeRole(ctx, iam, n)
	}
	if err != nil {
		return role, false, err
	}
	trusted = sameDocument(role.TrustPolicy, n.TrustPolicy)
	if !trusted && (n.Judged == "" || !sameDocument(role.TrustPolicy, n.Judged)) {
		return role, false, fmt.Errorf("role %s was made or changed by somebody else just now, "+
			"and its trust policy was not checked; nothing was changed; run the command again", role.ARN)
	}
	if err := iam.AttachPolicy(ctx, n.Name, n.PolicyARN); err != nil {
		return role, false, fmt.Errorf("attach %s to role %s: %w", n.PolicyARN, n.Name, err)
	}
	return role, trusted, nil
}

// makeRole makes the role; it reads the one that somebody else has made meanwhile.
func (r *Runner) makeRole(ctx context.Context, iam IAM, n NewRole) (cloud.Role, error) {
	role, err := iam.CreateRole(ctx, n.Name, n.TrustPolicy, "Pod execution role of Fargate profiles of cluster "+n.Cluster,
		map[string]string{TagPrefix + "cluster": n.Cluster})
	switch {
	case err == nil:
		r.Report.Note("made the pod execution role " + role.ARN)
		return role, nil
	case cloud.ClassOf(err) == cloud.Exists:
		return iam.Role(ctx, n.Name)
	}
	return role, fmt.Errorf("make the pod execution role %s: %w", n.Name, err)
}

// sameDocument reports whether two JSON documents differ in white space at most.
func sameDocument(a, b string) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, []byte(a)) == nil && json.Compact(&y, []byte(b)) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}
