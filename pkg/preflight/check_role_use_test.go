package preflight

import (
	"slices"
	"testing"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

const (
	bothTrust  = `{"Statement":[{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","eks-fargate-pods.amazonaws.com"]},"Action":"sts:AssumeRole"}]}`
	nodePolicy = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
	cniPolicy  = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
)

// A role that EC2 nodes seem to use is warned about where it is named, and not taken where fgctl finds it.
func TestRoleUse(t *testing.T) {
	attached := func(policies ...string) func(*sandbox.World) {
		return func(w *sandbox.World) { w.Role("fargate-pods").Policies = slices.Concat(policies, []string{ecrPolicy}) }
	}
	inUse := func(p *sandbox.Profile) {
		p.Status, p.Issues = "CREATE_FAILED", []sandbox.Issue{{Code: "PodExecutionRoleAlreadyInUse", Message: "in use"}}
	}
	nodes := roles(sandbox.Role{Name: "fargate-pods", Trust: bothTrust})
	const notTaken = "fail: role " + goodRole + " is not taken unasked, for EC2 nodes seem to use it: "
	runWorlds(t, map[string]world{
		"named, trusts EC2":           {change: nodes, input: withRole(goodRole), role: goodRole, want: expect{"role-use": "warn: EC2 nodes seem to use role " + goodRole + ": its trust policy names ec2.amazonaws.com; | --create-pod-execution-role"}},
		"named, policies of nodes":    {change: attached(nodePolicy, cniPolicy), input: withRole(goodRole), role: goodRole, want: expect{"role-use": "warn: AmazonEKSWorkerNodePolicy is attached, and AmazonEKS_CNI_Policy is attached"}},
		"named, in use":               {change: withProfiles(profile("a", "a", inUse)), input: withRole(goodRole), role: goodRole, want: expect{"role-use": "warn: EKS says PodExecutionRoleAlreadyInUse of profile a, which has it"}},
		"another one, in use":         {change: both(roles(sandbox.Role{Name: "fargate-pods"}, sandbox.Role{Name: "second"}), withProfiles(profile("a", "a", inUse, func(p *sandbox.Profile) { p.Role = "second" }))), input: withRole(goodRole)},
		"an own policy of that name":  {change: attached("arn:aws:iam::111122223333:policy/AmazonEKS_CNI_Policy"), input: withRole(goodRole)},
		"one to pull images":          {change: attached("arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"), input: withRole(goodRole)},
		"the only one, trusts EC2":    {change: nodes, want: expect{"role": notTaken + "its trust policy names ec2.amazonaws.com | --pod-execution-role-arn", "role-use": "warn: hint="}},
		"the only one, policies":      {change: attached(cniPolicy), want: expect{"role": notTaken + "AmazonEKS_CNI_Policy is attached", "role-use": "warn: AmazonEKS_CNI_Policy"}},
		"the only one, in use":        {change: withProfiles(profile("a", "a", inUse)), want: expect{"role": notTaken + "EKS says PodExecutionRoleAlreadyInUse", "role-use": "warn: EKS says"}},
		"the siblings'":               {change: both(nodes, withProfiles(profile("a", "a"))), want: expect{"role": notTaken + "its trust policy", "role-use": "warn: ec2.amazonaws.com"}},
		"beside one of Fargate alone": {change: roles(sandbox.Role{Name: "fargate-pods"}, sandbox.Role{Name: "nodes", Trust: bothTrust}), role: goodRole},
		"one of several": {
			change: roles(sandbox.Role{Name: "fargate-pods"}, sandbox.Role{Name: "second"}, sandbox.Role{Name: "nodes", Trust: bothTrust}),
			want: expect{
				"role":     "fail: several roles | " + goodRole + " | role/second | role/nodes, perhaps of EC2 nodes: its trust policy names ec2.amazonaws.com",
				"role-use": "skipped: needs the role", "role-policy": "skipped: needs the role",
			},
		},
		"left out": {change: nodes, input: func(in *Input) { in.Skip = []string{"role-use"} }, role: goodRole, want: expect{"role-use": "skipped: by --skip-checks"}},
	})
}

// A role that has the name of the new one is judged like any other.
func TestNewRoleThatIsThere(t *testing.T) {
	const arn = "arn:aws:iam::111122223333:role/" + newRole
	making := func(in *Input) { in.NewRole = newRole }
	there := func(trust string, policies ...string) func(*sandbox.World) {
		return roles(sandbox.Role{Name: newRole, Trust: trust, Policies: policies})
	}
	other := `{"Statement":` + allow(`{"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile/prod/*"}}`) + `}`
	runWorlds(t, map[string]world{
		"it serves":              {change: there(fargateTrust, ecrPolicy), input: making, role: arn, want: expect{"role": "pass: " + "fgctl-fargate-pods-demo-us-east-1 lets | taken because it has the name of the role that fgctl makes"}},
		"for another cluster":    {change: there(other), input: making, want: expect{"role": "fail: Fargate cannot use role " + arn + " | fargateprofile/prod/* | change or delete that role"}},
		"EC2 nodes use it":       {change: there(bothTrust, nodePolicy), input: making, want: expect{"role": "fail: is not taken unasked", "role-use": "warn: AmazonEKSWorkerNodePolicy is attached"}},
		"it cannot be read":      {change: both(there(fargateTrust), lacking("iam:GetRole")), input: making, want: expect{"role": "skipped: iam:GetRole", "role-use": "skipped: needs the role"}},
		"left out":               {change: there(other), input: func(in *Input) { in.NewRole, in.Skip = newRole, []string{"role"} }, role: arn, want: expect{"role": "skipped: by --skip-checks"}},
		"the cluster is unknown": {change: both(roles(), lacking("eks:DescribeCluster")), input: making, want: expect{"cluster": "skipped:", "subnets": "skipped:", "egress": "skipped:", "role": "fail: role " + newRole + " cannot be made: its trust policy names the cluster's account | eks:DescribeCluster"}},
	})
}

// Which value of a key that stands twice counts is not known.
func TestTrustWithAKeyTwice(t *testing.T) {
	twice := allow(`{"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/*","aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile/other/*"}}`)
	const list = `"aws:SourceArn": ["arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/*","arn:aws:eks:us-east-1:111122223333:fargateprofile/other/*"]`
	runWorlds(t, map[string]world{
		"named": {change: trusting(twice), input: withRole(goodRole), role: goodRole, want: expect{"role": "warn: it is not known whether Fargate can use role " + goodRole + `: the key "aws:SourceArn" occurs 2 times | ` + list}},
		"found": {change: trusting(twice), want: expect{"role": "fail: " + goodRole + ", perhaps | " + list, "role-use": "skipped: needs the role", "role-policy": "skipped: needs the role"}},
	})
}
