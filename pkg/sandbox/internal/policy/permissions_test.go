package policy_test

// Worlds in which the caller may do exactly what is written.

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

var ctx = context.Background()

const serviceRoleARN = "arn:aws:iam::111122223333:role/aws-service-role/eks-fargate.amazonaws.com/AWSServiceRoleForAmazonEKSForFargate"

func allowing(actions ...string) func(*sandbox.World) {
	return func(w *sandbox.World) { w.Permissions = &sandbox.Permissions{Allow: actions} }
}

// What a create needs, one permission at a time: with all it succeeds, without any one it is refused.
func TestLeastPermissionsOfCreate(t *testing.T) {
	need := []string{
		"eks:CreateFargateProfile on arn:aws:eks:us-east-1:111122223333:cluster/demo",
		"eks:TagResource on arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/*",
		"iam:PassRole on " + bench.GoodRole, "iam:GetRole on " + serviceRoleARN, "iam:CreateServiceLinkedRole on " + serviceRoleARN,
		"ec2:DescribeSubnets", "ec2:DescribeRouteTables",
	}
	create := func(allowed []string) error {
		b := bench.Serve(t, allowing(allowed...))
		_, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web", func(in *eks.CreateFargateProfileInput) {
			in.Subnets, in.Tags = nil, map[string]string{"team": "shop"}
		}))
		var asked []string
		for _, text := range allowed {
			action, _, _ := strings.Cut(text, " ")
			asked = append(asked, action)
		}
		slices.Sort(asked)
		if got := slices.Sorted(maps.Keys(b.Stats().Permissions)); err == nil && !slices.Equal(got, asked) {
			t.Errorf("asked for %q, want %q", got, asked)
		}
		return err
	}
	if err := create(need); err != nil {
		t.Fatal(err)
	}
	user := "User: arn:aws:iam::111122223333:user/sandbox is not authorized to perform: "
	for i, want := range []string{
		"AccessDeniedException: " + user + "eks:CreateFargateProfile on resource: arn:aws:eks:us-east-1:111122223333:cluster/demo",
		"AccessDeniedException: " + user + "eks:TagResource on resource: arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/*",
		"AccessDeniedException: " + user + "iam:PassRole on resource: " + bench.GoodRole,
		"InvalidRequestException: Failed to validate if SLR: AWSServiceRoleForAmazonEKSForFargate already exists due to missing permissions for 'iam:GetRole'",
		"InvalidRequestException: Failed to create SLR: AWSServiceRoleForAmazonEKSForFargate due to missing permissions for 'iam:CreateServiceLinkedRole'",
		`InvalidRequestException: Missing permissions for "ec2:DescribeSubnets"`,
		`InvalidRequestException: Missing permissions for "ec2:DescribeRouteTables"`,
	} {
		err := create(slices.Delete(slices.Clone(need), i, i+1))
		if got := bench.Code(err) + ": " + bench.Message(err); got != want {
			t.Errorf("without %s: %s, want %s", need[i], got, want)
		}
	}
}

// Without tags and with subnets a create needs less; the service-linked role is made once.
func TestPermissionsThatAreNotNeeded(t *testing.T) {
	b := bench.Serve(t, allowing("eks:createfargateprofile", "iam:PassRole on "+bench.GoodRole, "iam:GetRole", "iam:CreateServiceLinkedRole"))
	b.Create(t, "web")
	if _, err := b.EKS.CreateFargateProfile(ctx, bench.Input("api", func(in *eks.CreateFargateProfileInput) { in.PodExecutionRoleArn = aws.String(bench.BadRole) })); bench.Code(err) != "AccessDeniedException" {
		t.Errorf("another role: %v", err)
	}
	b.Create(t, "api")
	if n := b.Stats().Permissions["iam:CreateServiceLinkedRole"]; n != 1 {
		t.Errorf("asked for the service-linked role %d times", n)
	}
}

// A caller with no permissions is refused everywhere, but may learn who it is.
func TestNoPermissions(t *testing.T) {
	b := bench.Serve(t, allowing(), bench.With("web", "ACTIVE"))
	web, role := b.Profiles("demo")[0].ARN, aws.String("fargate-pods")
	cluster, profile := aws.String("demo"), aws.String("web")
	for what, run := range map[string]func() error{
		"ListClusters": func() error { _, err := b.EKS.ListClusters(ctx, nil); return err },
		"DescribeCluster": func() error {
			_, err := b.EKS.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: cluster})
			return err
		},
		"DescribeClusterVersions": func() error { _, err := b.EKS.DescribeClusterVersions(ctx, nil); return err },
		"ListFargateProfiles": func() error {
			_, err := b.EKS.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: cluster})
			return err
		},
		"DescribeFargateProfile": func() error {
			_, err := b.EKS.DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{ClusterName: cluster, FargateProfileName: profile})
			return err
		},
		"CreateFargateProfile": func() error { _, err := b.EKS.CreateFargateProfile(ctx, bench.Input("x")); return err },
		"DeleteFargateProfile": func() error { return b.Delete("web") },
		"TagResource": func() error {
			_, err := b.EKS.TagResource(ctx, &eks.TagResourceInput{ResourceArn: &web, Tags: map[string]string{"a": "b"}})
			return err
		},
		"UntagResource": func() error {
			_, err := b.EKS.UntagResource(ctx, &eks.UntagResourceInput{ResourceArn: &web, TagKeys: []string{"a"}})
			return err
		},
		"ListTagsForResource": func() error {
			_, err := b.EKS.ListTagsForResource(ctx, &eks.ListTagsForResourceInput{ResourceArn: &web})
			return err
		},
		"DescribeVpcs":         func() error { _, err := b.EC2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{}); return err },
		"DescribeSubnets":      func() error { _, err := b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{}); return err },
		"DescribeRouteTables":  func() error { _, err := b.EC2.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{}); return err },
		"DescribeVpcEndpoints": func() error { _, err := b.EC2.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{}); return err },
		"GetRole":              func() error { _, err := b.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: role}); return err },
		"ListRoles":            func() error { _, err := b.IAM.ListRoles(ctx, nil); return err },
		"ListAttachedRolePolicies": func() error {
			_, err := b.IAM.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: role})
			return err
		},
		"DeleteRole": func() error { _, err := b.IAM.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role}); return err },
		"CreateRole": func() error {
			_, err := b.IAM.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("x"), AssumeRolePolicyDocument: aws.String(`{"Statement": []}`)})
			return err
		},
	} {
		err := run()
		if !slices.Contains([]string{"AccessDeniedException", "UnauthorizedOperation", "AccessDenied"}, bench.Code(err)) || !strings.Contains(bench.Message(err), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := b.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}); err != nil {
		t.Error(err)
	}
}

// Policies as IAM has them.
func TestPolicies(t *testing.T) {
	only := func(condition string) string {
		return `{"Version": "2012-10-17", "Statement": [
			{"Sid": "A", "Effect": "Allow", "Action": ["eks:*", "iam:PassRole", "iam:GetRole"], "Resource": "*"},
			{"Effect": "Allow", "Action": "iam:CreateServiceLinkedRole", "Resource": "*", "Condition": ` + condition + `}]}`
	}
	for _, test := range []struct {
		what, policy string
		refused      string
	}{
		{"for Fargate", only(`{"StringEquals": {"iam:AWSServiceName": "eks-fargate.amazonaws.com"}}`), ""},
		{"for one of several", only(`{"StringLike": {"iam:awsservicename": ["x", "eks-*.amazonaws.com"]}}`), ""},
		{"for another service", only(`{"StringEquals": {"iam:AWSServiceName": "eks.amazonaws.com"}}`), "InvalidRequestException"},
		{"for all but Fargate", only(`{"StringNotEquals": {"iam:AWSServiceName": "eks-fargate.amazonaws.com"}}`), "InvalidRequestException"},
		{"one statement", `{"Statement": {"Effect": "Allow", "NotAction": "sts:*", "NotResource": "arn:aws:s3:::*"}}`, ""},
		{"a Deny", `{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "iam:passrole", "Resource": "` + bench.GoodRole + `"}]}`, "AccessDeniedException"},
		{"another resource", `{"Statement": [{"Effect": "Allow", "Action": "*", "NotResource": "` + bench.GoodRole + `"}]}`, "AccessDeniedException"},
		{"not the action", `{"Statement": [{"Effect": "Allow", "NotAction": "iam:Pass*", "Resource": "*"}]}`, "AccessDeniedException"},
		{"nothing", `{"Statement": []}`, "AccessDeniedException"},
	} {
		b := bench.Serve(t, func(w *sandbox.World) { w.Permissions = &sandbox.Permissions{Policies: []string{test.policy}} })
		if _, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web")); bench.Code(err) != test.refused {
			t.Errorf("%s: %v, want %q", test.what, err, test.refused)
		}
	}
	// What is missing is missing, whatever else says.
	b := bench.Serve(t, allowing("*"), func(w *sandbox.World) { w.MissingPermissions = []string{"eks:Create*"} })
	if _, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web")); bench.Code(err) != "AccessDeniedException" {
		t.Errorf("got %v", err)
	}
}

func TestWrongPermissions(t *testing.T) {
	_, err := sandbox.ParseWorld([]byte(strings.Join([]string{
		"missingPermissions: [DescribeSubnets]",
		"permissions:",
		"  allow: [eks]",
		"  policies:",
		"    - 'no'",
		`    - '{"Statement": [{"Effect": "Maybe", "Action": "*", "Resource": "*"}]}'`,
		`    - '{"Statement": [{"Effect": "Allow", "Resource": "*"}]}'`,
		`    - '{"Statement": [{"Effect": "Allow", "Action": "*"}]}'`,
		`    - '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": true}}}]}'`,
		`    - '{"Statement": [{"Effect": "Allow", "Action": "*", "Resources": "*"}]}'`,
	}, "\n")))
	want := strings.Join([]string{
		`line 1: missingPermissions[0]: "DescribeSubnets" is not an IAM action like ec2:DescribeSubnets`,
		`line 3: permissions.allow[0]: "eks" is not an IAM action like ec2:DescribeSubnets`,
		"line 5: permissions.policies[0]: it is not a policy: invalid character 'o' in literal null (expecting 'u')",
		`line 6: permissions.policies[1]: statement 1: the Effect is "Maybe", not Allow or Deny`,
		"line 7: permissions.policies[2]: statement 1: it needs either Action or NotAction",
		"line 8: permissions.policies[3]: statement 1: it needs either Resource or NotResource",
		"line 9: permissions.policies[4]: statement 1: the sandbox knows no condition Bool on aws:MultiFactorAuthPresent",
		`line 10: permissions.policies[5]: the Statement: it is not a policy: json: unknown field "Resources"`,
	}, "\n")
	var faults *sandbox.WorldError
	if !errors.As(err, &faults) || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
