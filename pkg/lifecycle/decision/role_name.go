package decision

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/fgctl/fgctl/pkg/preflight"
)

const (
	// RolePrefix begins the name of every role that fgctl makes.
	RolePrefix = "fgctl-fargate-pods-"
	// PullPolicy ends the ARN of the policy that they have.
	PullPolicy = "policy/AmazonEKSFargatePodExecutionRolePolicy"
	// maxRoleName is IAM's limit (IAM User Guide, name limits).
	maxRoleName = 64
	// digestLength is how many hexadecimal digits of a digest stand for what is cut from a role's name.
	digestLength = 8
)

// RoleName is the name of the role that fgctl makes for a cluster, always the same, so that a second run
// finds it. Region is part of it because roles are global and cluster names are not. Where the cluster's name is cut,
// a digest of the whole keeps it apart from those that begin alike.
func RoleName(cluster, region string) string {
	name, tail := RolePrefix+cluster, "-"+region
	if len(name)+len(tail) <= maxRoleName {
		return name + tail
	}
	digest := sha256.Sum256([]byte(cluster))
	tail = "-" + hex.EncodeToString(digest[:])[:digestLength] + tail
	return strings.TrimRight(name[:min(len(name), max(0, maxRoleName-len(tail)))], "-_") + tail
}

// RoleOf returns the ARN of the role that a checked profile will have, empty where it is not known. Made reports
// whether the role has to be made first.
func RoleOf(report preflight.Report) (arn string, made bool) {
	c := report.Cluster
	switch {
	case report.NewRole == "" || report.Role.ARN != "":
		return report.Profile.PodExecutionRoleARN, false
	case c.Account() == "":
		return "", true
	}
	return "arn:" + c.Partition() + ":iam::" + c.Account() + ":role/" + report.NewRole, true
}
