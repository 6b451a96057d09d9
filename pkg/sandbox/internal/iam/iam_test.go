package iam_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

var ctx = context.Background()

func TestIAMAndSTS(t *testing.T) {
	b := bench.Serve(t)
	got, err := b.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("fargate-pods")})
	if err != nil {
		t.Fatal(err)
	}
	raw := aws.ToString(got.Role.AssumeRolePolicyDocument)
	if strings.ContainsAny(raw, "{ \n\"+") {
		t.Errorf("the trust policy is not URL-encoded by RFC 3986: %s", raw)
	}
	plain, err := url.PathUnescape(raw)
	if err != nil || !json.Valid([]byte(plain)) || !strings.Contains(plain, "eks-fargate-pods.amazonaws.com") {
		t.Errorf("trust policy %q, %v", plain, err)
	}
	if aws.ToString(got.Role.Arn) != bench.GoodRole || aws.ToString(got.Role.Path) != "/" || got.Role.CreateDate == nil {
		t.Errorf("role %+v", got.Role)
	}

	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	name := aws.String("made")
	made, err := b.IAM.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: name, Path: aws.String("/team/x/"), Description: aws.String("a & b"), AssumeRolePolicyDocument: aws.String(trust),
		Tags: []iamtypes.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	})
	if err != nil || aws.ToString(made.Role.Arn) != "arn:aws:iam::111122223333:role/team/x/made" || aws.ToString(made.Role.Description) != "a & b" || aws.ToString(made.Role.Tags[0].Value) != "v" {
		t.Fatalf("CreateRole: %+v, %v", made, err)
	}
	policy := aws.String("arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy")
	for range 2 { // twice is no error
		if _, err := b.IAM.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: policy}); err != nil {
			t.Error(err)
		}
	}
	attached, err := b.IAM.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: name})
	if err != nil || len(attached.AttachedPolicies) != 1 || aws.ToString(attached.AttachedPolicies[0].PolicyName) != "AmazonEKSFargatePodExecutionRolePolicy" || aws.ToString(attached.AttachedPolicies[0].PolicyArn) != *policy {
		t.Errorf("ListAttachedRolePolicies: %+v, %v", attached, err)
	}
	if inline, err := b.IAM.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: name}); err != nil || len(inline.PolicyNames) != 0 {
		t.Errorf("ListRolePolicies: %+v, %v", inline, err)
	}
	_, err = b.IAM.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})
	if bench.Code(err) != "DeleteConflict" {
		t.Errorf("DeleteRole with a policy: %v", err)
	}
	if _, err := b.IAM.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: policy}); err != nil {
		t.Error(err)
	}
	changed := strings.Replace(trust, "ec2.amazonaws.com", "lambda.amazonaws.com", 1)
	if _, err := b.IAM.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: aws.String(changed)}); err != nil {
		t.Error(err)
	}
	roles, err := b.IAM.ListRoles(ctx, &iam.ListRolesInput{})
	if err != nil || len(roles.Roles) != 3 || !strings.Contains(aws.ToString(roles.Roles[2].AssumeRolePolicyDocument), "lambda") || roles.IsTruncated {
		t.Errorf("ListRoles: %+v, %v", roles, err)
	}
	if _, err := b.IAM.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name}); err != nil {
		t.Error(err)
	}

	who, err := b.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil || aws.ToString(who.Account) != "111122223333" || aws.ToString(who.Arn) != "arn:aws:iam::111122223333:user/sandbox" {
		t.Errorf("GetCallerIdentity: %+v, %v", who, err)
	}
}

func TestIAMRefusals(t *testing.T) {
	b := bench.Serve(t)
	missing, good := aws.String("missing"), aws.String("fargate-pods")
	_, get := b.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: missing})
	_, exists := b.IAM.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("Fargate-Pods"), AssumeRolePolicyDocument: aws.String(`{"Statement":[]}`)})
	_, malformed := b.IAM.CreateRole(ctx, &iam.CreateRoleInput{RoleName: missing, AssumeRolePolicyDocument: aws.String(`{`)})
	_, attach := b.IAM.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: good, PolicyArn: aws.String("arn:aws:iam::999:policy/x")})
	_, detach := b.IAM.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: good, PolicyArn: aws.String("arn:aws:iam::999:policy/x")})
	for _, test := range []struct {
		what          string
		err           error
		code, message string
	}{
		{"GetRole", get, "NoSuchEntity", "The role with name missing cannot be found."},
		{"CreateRole", exists, "EntityAlreadyExists", "Role with name Fargate-Pods already exists."},
		{"CreateRole", malformed, "MalformedPolicyDocument", "This policy contains invalid Json"},
		{"AttachRolePolicy", attach, "NoSuchEntity", "Policy arn:aws:iam::999:policy/x does not exist or is not attachable."},
		{"DetachRolePolicy", detach, "NoSuchEntity", "Policy arn:aws:iam::999:policy/x was not found."},
	} {
		if bench.Code(test.err) != test.code || bench.Message(test.err) != test.message {
			t.Errorf("%s: %v, want %s %q", test.what, test.err, test.code, test.message)
		}
	}
}
