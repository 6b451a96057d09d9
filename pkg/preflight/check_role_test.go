package preflight

// This file tests what is judged of the role: the one that is named, the one that is found, its policies.

import (
	"testing"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

const (
	fargateTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks-fargate-pods.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	ecrPolicy    = "arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"
	newRole      = "fgctl-fargate-pods-demo-us-east-1"
)

// roles makes them the only ones of the account, all trusting Fargate unless they say otherwise.
func roles(all ...sandbox.Role) func(*sandbox.World) {
	return func(w *sandbox.World) {
		w.Roles = nil
		for _, r := range all {
			if r.Trust == "" {
				r.Trust = fargateTrust
			}
			if r.Policies == nil {
				r.Policies = []string{ecrPolicy}
			}
			w.Roles = append(w.Roles, r)
		}
	}
}

func allow(condition string) string {
	return `{"Effect":"Allow","Principal":{"Service":"eks-fargate-pods.amazonaws.com"},"Action":"sts:AssumeRole","Condition":` + condition + `}`
}

func TestGivenRole(t *testing.T) {
	mode := func(mode string) func(*sandbox.World) {
		return func(w *sandbox.World) { w.Cluster("demo").AuthenticationMode = mode }
	}
	pathed := func(w *sandbox.World) { w.Role("fargate-pods").Path = "/team/" }
	const pathedRole = "arn:aws:iam::111122223333:role/team/fargate-pods"
	runWorlds(t, map[string]world{
		"good":            {input: withRole(goodRole), role: goodRole, want: expect{"role": "pass: fargate-pods lets Fargate assume it"}},
		"wrong principal": {input: withRole(badRole), want: expect{"role": "fail: role " + badRole + " | ec2.amazonaws.com | --create-pod-execution-role", "role-use": "warn: EC2 nodes seem to use role " + badRole, "role-policy": "warn: no managed policy attached"}},
		"unknown": {
			input: withRole("arn:aws:iam::111122223333:role/nobody"),
			want:  expect{"role": "fail: role arn:aws:iam::111122223333:role/nobody does not exist", "role-use": "skipped: the role does not exist", "role-policy": "skipped: the role does not exist"},
		},
		"another account": {
			input: withRole("arn:aws:iam::999988887777:role/fargate-pods"),
			want:  expect{"role": "fail: belongs to account 999988887777; the cluster's is 111122223333", "role-use": "skipped: not of the cluster's account", "role-policy": "skipped: not of the cluster's account"},
		},
		"another partition": {
			input: withRole("arn:aws-cn:iam::111122223333:role/fargate-pods"),
			want:  expect{"role": "fail: is of the partition aws-cn; the cluster's is aws", "role-use": "skipped: not of the cluster's account", "role-policy": "skipped: not of the cluster's account"},
		},
		"a condition on this cluster":    {change: trusting(allow(`{"ArnLike":{"aws:SourceArn":"arn:aws:eks:*:111122223333:fargateprofile/demo/*"}}`)), input: withRole(goodRole)},
		"a condition on this account":    {change: trusting(allow(`{"StringEquals":{"aws:SourceAccount":"111122223333"}}`)), input: withRole(goodRole)},
		"a condition on another cluster": {change: trusting(allow(`{"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile/prod/*"}}`)), input: withRole(goodRole), want: expect{"role": "fail: fargateprofile/prod/*"}},
		"a condition on the cluster's ARN": {
			change: trusting(allow(`{"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:cluster/demo"}}`)), input: withRole(goodRole),
			want: expect{"role": "fail: cluster/demo"},
		},
		"a condition that cannot be judged": {
			change: trusting(allow(`{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`)), input: withRole(goodRole),
			want: expect{"role": "warn: aws:PrincipalOrgID"},
		},
		"a Deny": {
			change: trusting(`{"Effect":"Allow","Principal":"*","Action":"*"},{"Effect":"Deny","Principal":{"Service":"eks-fargate-pods.amazonaws.com"},"Action":"sts:*"}`),
			input:  withRole(goodRole), want: expect{"role": "fail: role " + goodRole},
		},
		"lists": {
			change: trusting(`{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","eks-fargate-pods.amazonaws.com"]},"Action":["sts:TagSession","sts:AssumeRole"]}`),
			input:  withRole(goodRole), want: expect{"role-use": "warn: its trust policy names ec2.amazonaws.com"},
		},
		"a path":                      {change: pathed, input: withRole(pathedRole), want: expect{"role": "warn: has a path; it works only by an access entry"}},
		"a path, API only":            {change: both(pathed, mode("API")), input: withRole(pathedRole), want: expect{"role": "warn: has a path"}},
		"a path, ConfigMap only":      {change: both(pathed, mode("CONFIG_MAP")), input: withRole(pathedRole), want: expect{"role": "fail: authentication mode CONFIG_MAP cannot carry"}},
		"its path not given":          {change: pathed, input: withRole(goodRole), want: expect{"role": "warn: its ARN is " + pathedRole}},
		"its path kept from aws-auth": {change: both(pathed, mode("CONFIG_MAP")), input: withRole(goodRole)},
		"a path it has not":           {input: withRole(pathedRole), want: expect{"role": "fail: does not exist; the role of that name is " + goodRole}},
		"left out": {input: func(in *Input) {
			in.Profile.PodExecutionRoleARN, in.Skip = badRole, []string{"role", "role-use", "role-policy"}
		}, role: badRole, want: expect{"role": "skipped: by --skip-checks", "role-use": "skipped: by --skip-checks", "role-policy": "skipped: by --skip-checks"}},
		"to be made": {change: roles(), input: func(in *Input) { in.NewRole = newRole }, want: expect{"role": "pass: will be made", "role-policy": "pass: AmazonEKSFargatePodExecutionRolePolicy will be attached"}},
	})
}

func TestFoundRole(t *testing.T) {
	using := func(role string) func(*sandbox.Profile) {
		return func(p *sandbox.Profile) { p.Role = role }
	}
	failed := func(p *sandbox.Profile) { p.Status = "CREATE_FAILED" }
	second := sandbox.Role{Name: "second"}
	const secondARN = "arn:aws:iam::111122223333:role/second"
	runWorlds(t, map[string]world{
		"the only one":       {role: goodRole, want: expect{"role": "pass: " + goodRole + " | it is the only role of the account that trusts eks-fargate-pods.amazonaws.com"}},
		"the siblings'":      {change: both(roles(sandbox.Role{Name: "fargate-pods"}, second), withProfiles(profile("a", "a", using(secondARN)), profile("b", "b", using(secondARN)))), role: secondARN, want: expect{"role": "pass: the cluster's other profiles use it"}},
		"the siblings' two":  {change: both(roles(sandbox.Role{Name: "fargate-pods"}, second), withProfiles(profile("a", "a", using(secondARN)), profile("b", "b"))), want: expect{"role": "fail: several roles | " + goodRole + ", used by profile b | " + secondARN + ", used by profile a | --pod-execution-role-arn", "role-use": "skipped: needs the role", "role-policy": "skipped: needs the role"}},
		"a failed sibling's": {change: both(roles(sandbox.Role{Name: "fargate-pods"}, second), withProfiles(profile("a", "a", using(secondARN), failed), profile("b", "b"))), role: goodRole},
		"the siblings' is bad": {
			change: withProfiles(profile("a", "a", using(badRole))),
			want:   expect{"role": "fail: ec2.amazonaws.com", "role-use": "warn: ec2.amazonaws.com", "role-policy": "warn: no managed policy"},
		},
		"several": {change: roles(sandbox.Role{Name: "fargate-pods"}, second), want: expect{"role": "fail: several roles of the account | " + goodRole + " | " + secondARN + " | --create-pod-execution-role", "role-use": "skipped: needs the role", "role-policy": "skipped: needs the role"}},
		"several, in pages of one": {
			change: both(roles(sandbox.Role{Name: "fargate-pods"}, second), func(w *sandbox.World) { w.PageSize = 1 }),
			want:   expect{"role": "fail: " + goodRole + " | " + secondARN, "role-use": "skipped: needs the role", "role-policy": "skipped: needs the role"},
		},
		"none":                {change: roles(), want: expect{"role": "fail: no role of the account trusts | --create-pod-execution-role", "role-use": "skipped: needs the role", "role-policy": "skipped: needs the role"}},
		"none for this":       {change: trusting(allow(`{"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile/prod/*"}}`)), want: expect{"role": "fail: no role of the account trusts", "role-use": "skipped: needs the role", "role-policy": "skipped: needs the role"}},
		"one for another too": {change: roles(sandbox.Role{Name: "fargate-pods"}, sandbox.Role{Name: "second", Trust: `{"Statement":[` + allow(`{"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile/prod/*"}}`) + `]}`}), role: goodRole},
		"one that trusts all": {change: roles(sandbox.Role{Name: "fargate-pods"}, sandbox.Role{Name: "second", Trust: `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`}), role: goodRole},
		"perhaps":             {change: trusting(allow(`{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`)), want: expect{"role": "fail: " + goodRole + ", perhaps | aws:PrincipalOrgID", "role-use": "skipped: needs the role", "role-policy": "skipped: needs the role"}},
		"left out":            {input: func(in *Input) { in.Skip = []string{"role", "role-use", "role-policy"} }, role: goodRole, want: expect{"role": "skipped: by --skip-checks", "role-use": "skipped: by --skip-checks", "role-policy": "skipped: by --skip-checks"}},
		"left out, none":      {change: roles(), input: func(in *Input) { in.Skip = []string{"role"} }, want: expect{"role": "fail: no role of the account", "role-use": "skipped: needs the role", "role-policy": "skipped: needs the role"}},
	})
}

func TestRolePolicy(t *testing.T) {
	attached := func(policies ...string) func(*sandbox.World) {
		return func(w *sandbox.World) { w.Role("fargate-pods").Policies = policies }
	}
	runWorlds(t, map[string]world{
		"Fargate's":  {want: expect{"role-policy": "pass: AmazonEKSFargatePodExecutionRolePolicy is attached"}},
		"another's":  {change: attached("arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"), want: expect{"role-policy": "pass: AmazonEC2ContainerRegistryReadOnly is attached"}},
		"an own one": {change: attached("arn:aws:iam::111122223333:policy/pulls"), want: expect{"role-policy": "warn: has arn:aws:iam::111122223333:policy/pulls attached, but not AmazonEKSFargatePodExecutionRolePolicy"}},
		"an own one of that name": {
			change: attached("arn:aws:iam::111122223333:policy/AmazonEKSFargatePodExecutionRolePolicy"),
			want:   expect{"role-policy": "warn: check that it may pull images"},
		},
		"none": {change: attached(), want: expect{"role-policy": "warn: has no managed policy attached | aws iam attach-role-policy --role-name fargate-pods --policy-arn " + ecrPolicy}},
	})
}
