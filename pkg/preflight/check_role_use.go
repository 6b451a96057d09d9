package preflight

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/trust"
)

// nodePolicies are the managed policies that a role has for EC2 nodes and not for Fargate, by the end of their ARNs
// (EKS User Guide, Amazon EKS node IAM role). Those that only let it pull images are no sign.
var nodePolicies = []string{"AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy", "AmazonEKS_CNI_Policy"}

// attached reports whether the role has AWS's own policy of this name.
func (f *facts) attached(name string) bool {
	return slices.ContainsFunc(f.policies.value, func(arn string) bool {
		return strings.HasSuffix(arn, ":iam::aws:policy/"+name)
	})
}

// nodeSigns are the signs that EC2 nodes use the role. EKS wants another role for Fargate (EKS User Guide, pod
// execution role), and nodes that shared theirs with it have lost their access (eksctl#2290).
func (f *facts) nodeSigns(arn string) []Finding {
	var signs []Finding
	if policy, err := trust.Parse(f.role.value.TrustPolicy); err == nil && policy.TrustsInstances() {
		signs = append(signs, Finding{codeRoleInstances, trustsInstances})
	}
	for _, name := range nodePolicies {
		if f.attached(name) {
			signs = append(signs, Finding{codeRolePolicies, name + " is attached"})
		}
	}
	for _, p := range f.siblings.value {
		if p.PodExecutionRoleARN == arn && slices.ContainsFunc(p.Issues, fargate.HealthIssue.RoleInUse) {
			signs = append(signs,
				finding(codeRoleInUse, "EKS says PodExecutionRoleAlreadyInUse of profile %s, which has it", p.Name))
		}
	}
	if f.entry.err == nil && f.entry.value.OfNodes() {
		signs = append(signs, finding(codeRoleNodeEntry, "its access entry is of the type %s", f.entry.value.Type))
	}
	return signs
}

// trustsInstances says that a role is made for EC2 instances.
const trustsInstances = "its trust policy names ec2.amazonaws.com"

// unjudged says why it cannot be judged what is attached to the role; empty where it can.
func (f *facts) unjudged(arn string) string {
	switch {
	case arn == "":
		return "needs the role"
	case f.foreign(arn) != Finding{}:
		return "the role is not of the cluster's account"
	case cloud.ClassOf(f.role.err) == cloud.NotFound, cloud.ClassOf(f.policies.err) == cloud.NotFound:
		return "the role does not exist"
	}
	return ""
}

// judgeRoleUse: the role is Fargate's alone.
func (f *facts) judgeRoleUse(arn string) Result {
	signs := f.nodeSigns(arn)
	switch {
	case f.makesRole():
		return pass("the new role will be for Fargate alone")
	case f.unjudged(arn) != "":
		return skipped("%s", f.unjudged(arn))
	case len(signs) > 0:
		out := outcome(Warn, signs[0]).hint(createRoleHint)
		out.Findings = signs
		out.Message = fmt.Sprintf("EC2 nodes seem to use role %s: %s; EKS wants another one for Fargate, and sharing a "+
			"role has broken nodes", arn, joined(signs))
		return out
	case f.role.err != nil:
		return unread("role "+arn, f.role.err)
	case f.policies.err != nil:
		return unread("the policies of role "+arn, f.policies.err)
	case f.entry.err != nil && cloud.ClassOf(f.entry.err) != cloud.NotFound:
		return pass("no sign that EC2 nodes use it, but its access entry was not read; see %s", checkAccess)
	}
	return pass("no sign that EC2 nodes use it")
}

// pullPolicies are the managed policies that let a role pull images from Amazon ECR, by the end of their
// ARNs; the first is the one that AWS made for Fargate (EKS User Guide, pod execution role).
var pullPolicies = []string{
	"AmazonEKSFargatePodExecutionRolePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEC2ContainerRegistryReadOnly",
	"AmazonEC2ContainerRegistryPowerUser", "AmazonEC2ContainerRegistryFullAccess",
}

// judgeRolePolicy: the role may pull images from Amazon ECR. EKS does not check this; image pulls fail.
func (f *facts) judgeRolePolicy(arn string) Result {
	hint := fmt.Sprintf("aws iam attach-role-policy --role-name %s --policy-arn arn:%s:iam::aws:policy/%s",
		fargate.ParseARN(arn).Name(), cmp.Or(f.home().Partition, "aws"), pullPolicies[0])
	switch {
	case f.input.NewRole != "":
		return pass("%s will be attached", pullPolicies[0])
	case f.unjudged(arn) != "":
		return skipped("%s", f.unjudged(arn))
	case f.policies.err != nil:
		return unread("the policies of role "+arn, f.policies.err)
	case len(f.policies.value) == 0:
		return warn(codeRolePulls, "role %s has no managed policy attached, so image pulls from Amazon ECR fail "+
			"unless an inline policy allows them", arn).hint(hint)
	}
	if i := slices.IndexFunc(pullPolicies, f.attached); i >= 0 {
		return pass("%s is attached", pullPolicies[i])
	}
	return warn(codeRolePulls, "role %s has %s attached, but not %s; check that it may pull images from Amazon ECR",
		arn, strings.Join(summary(f.policies.value), ", "), pullPolicies[0]).hint(hint)
}

// notTaken says why a role that fgctl found by itself is not taken; nothing where it may be.
func (f *facts) notTaken(arn string) []Finding {
	if f.pick.source == "" || f.skips(checkRoleUse) {
		return nil
	}
	signs := f.nodeSigns(arn)
	if len(signs) == 0 {
		return nil
	}
	return []Finding{finding(signs[0].Code, "role %s is not taken unasked, for EC2 nodes seem to use it: %s",
		arn, joined(signs))}
}

// joined is what findings say in one clause.
func joined(findings []Finding) string {
	texts := make([]string, len(findings))
	for i, f := range findings {
		texts[i] = f.Message
	}
	return strings.Join(texts, ", and ")
}
