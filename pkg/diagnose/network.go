package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// network judges what stands between a pod that was taken and its node.
func (s *subject) network() {
	s.groups()
	if !s.waits() {
		return
	}
	name := s.pod.Labels[kube.ProfileLabel]
	for _, r := range s.ev.Checks[name] {
		s.check(name, r)
	}
	if len(s.causes) == 0 {
		s.waiting(name)
	}
}

// groups judges the SecurityGroupPolicies that take the pod out of the cluster's security group.
func (s *subject) groups() {
	selected, perhaps := s.ev.Objects.PoliciesOf(s.pod)
	for i, p := range append(selected, perhaps...) {
		takes := "takes"
		if i < len(selected) {
			s.fact("SecurityGroupPolicy "+p.Name, "gives the pod %s", strings.Join(p.Groups, ", "))
		} else {
			takes = "chooses by the labels of service accounts, which were not read; it may take"
		}
		s.add(Cause{
			Code: "security-group-policy", Certain: false,
			Text: fmt.Sprintf("SecurityGroupPolicy %s %s the pod out of the cluster's security group, so that "+
				"kubelet and DNS may be cut off", p.Name, takes),
			Cure:    "add the cluster's security group to spec.securityGroups.groupIds, then make the pod anew",
			Command: s.anew(), Source: guideSGP,
		})
	}
}

// check is a check of the pre-flight, which may stand between the pod and its node: what was found first is what the
// check failed for.
func (s *subject) check(profile string, r preflight.Result) {
	said := false // what the scheduler says is of this kind
	switch r.Check {
	case "egress":
		said = s.has("provisioning-timed-out")
	case "access":
		said = s.has("role-not-in-auth-config")
	case "role", "role-use", "role-policy", "subnets", "cluster":
	default: // slots, siblings and overlaps keep no pod waiting
		return
	}
	if r.Level != preflight.Fail && r.Level != preflight.Warn {
		return
	}
	for i, f := range r.Findings {
		c := Cause{
			Code: f.Code, Certain: said || r.Level == preflight.Fail && i == 0,
			Text: fmt.Sprintf("check %s of profile %s: %s", r.Check, profile, f.Message),
			Cure: cureOf(f.Code) + "; then delete the pod", Command: s.delete(), Source: "fgctl check, docs/codes.md#" + f.Code,
		}
		if strings.HasPrefix(r.Hint, "aws ") && i == 0 {
			c.Command = r.Hint
		}
		if f.Code == "role-node-entry" && s.has("role-not-in-auth-config") {
			c.Certain = true
		}
		s.add(c)
	}
}

// cureOf is what the pre-flight says to do about what it finds.
func cureOf(code string) string {
	codes := preflight.Codes()
	i := slices.IndexFunc(codes, func(c preflight.Code) bool { return c.Name == code })
	if i < 0 {
		return "mend it, or replace the profile"
	}
	return codes[i].Cure
}
