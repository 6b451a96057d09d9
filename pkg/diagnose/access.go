package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// RoleMap is the ConfigMap aws-auth, by which a cluster lets IAM roles in.
type RoleMap struct {
	Roles []MappedRole
	// Fault says why the cluster cannot read it; nil where it can.
	Fault error
}

// MappedRole is an entry of mapRoles.
type MappedRole struct {
	ARN      string
	Username string
	Groups   []string
}

// The entry of a pod execution role (EKS User Guide, pod execution role; Grant IAM users access).
const (
	nodeUser  = "system:node:{{SessionName}}"
	guideAuth = "EKS User Guide, Amazon EKS Pod execution IAM role; containers-roadmap#573, pulumi-eks#807"
)

var nodeGroups = []string{"system:bootstrappers", "system:nodes", "system:node-proxier"}

// access judges whether the ConfigMap aws-auth lets the nodes of the profile in, where no access entry decides that.
func (s *subject) access(p fargate.Profile) {
	m, role := s.ev.RoleMap, fargate.ParseARN(p.PodExecutionRoleARN)
	if m == nil || role.Name() == "" || !s.waits() || s.pod.Running.NodeName != "" ||
		s.ev.AuthenticationMode == "API" || s.entryDecides(p.Name) {
		return
	}
	c := Cause{
		Certain: s.ev.AuthenticationMode == "CONFIG_MAP" || s.has("role-not-in-auth-config"),
		Command: "kubectl edit configmap aws-auth -n kube-system", Source: guideAuth,
	}
	plain := fmt.Sprintf("arn:%s:iam::%s:role/%s", role.Partition, role.Account, role.Name())
	c.Cure = fmt.Sprintf("map it so, then delete the pod: rolearn: %s, username: %s, groups: [%s]", plain, nodeUser,
		strings.Join(nodeGroups, ", "))
	i := slices.IndexFunc(m.Roles, func(r MappedRole) bool { return r.ARN == plain })
	pathed := slices.IndexFunc(m.Roles, func(r MappedRole) bool {
		arn := fargate.ParseARN(r.ARN)
		return arn.Name() == role.Name() && arn.Account == role.Account
	})
	switch {
	case m.Fault != nil:
		c.Code = "role-map-broken"
		c.Text = fmt.Sprintf("the ConfigMap aws-auth cannot be read, so it lets nobody in: %v", m.Fault)
	case i >= 0:
		if c.Code, c.Text = "role-map-groups", misfit(m.Roles[i]); c.Text == "" {
			return
		}
	case pathed >= 0:
		c.Code = "role-path"
		c.Text = fmt.Sprintf("the ConfigMap aws-auth maps %s, and a role's path has no place in it", m.Roles[pathed].ARN)
	default:
		c.Code = "role-unmapped"
		c.Text = fmt.Sprintf("the ConfigMap aws-auth does not map role %s of profile %s, so its nodes cannot join", plain,
			p.Name)
	}
	s.add(c)
}

// entryDecides reports whether the check of the access entry has said whether nodes can join.
func (s *subject) entryDecides(profile string) bool {
	decides := func(r preflight.Result) bool { return r.Check == "access" && r.Level != preflight.Skipped }
	return s.ev.AuthenticationMode != "CONFIG_MAP" && slices.ContainsFunc(s.ev.Checks[profile], decides)
}

// misfit says what keeps Fargate's nodes from joining by an entry; empty where nothing does.
func misfit(r MappedRole) string {
	missing := slices.DeleteFunc(slices.Clone(nodeGroups), func(g string) bool { return slices.Contains(r.Groups, g) })
	switch {
	case r.Username != nodeUser:
		return fmt.Sprintf("the ConfigMap aws-auth maps %s to the user %q, and Fargate's nodes are %s", r.ARN, r.Username,
			nodeUser)
	case len(missing) > 0:
		return fmt.Sprintf("the ConfigMap aws-auth maps %s without %s", r.ARN, strings.Join(missing, " and "))
	}
	return ""
}
