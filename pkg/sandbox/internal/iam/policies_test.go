package iam_test

import (
	"net/url"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::pods/*"},` +
	`{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::pods/secret"}]}`

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}]}`

// try fails the test where the operation fails.
func try[T any](t *testing.T) func(T, error) T {
	return func(out T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

func TestInlinePolicies(t *testing.T) {
	b := bench.Serve(t)
	role, name := aws.String("fargate-pods"), aws.String("logs")
	try[*iam.PutRolePolicyOutput](t)(b.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: name, PolicyDocument: aws.String(document)}))
	got := try[*iam.GetRolePolicyOutput](t)(b.IAM.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: role, PolicyName: name}))
	if plain, err := url.PathUnescape(aws.ToString(got.PolicyDocument)); err != nil || plain != document {
		t.Errorf("the document is %s, %v", plain, err)
	}
	list := try[*iam.ListRolePoliciesOutput](t)(b.IAM.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: role}))
	if len(list.PolicyNames) != 1 {
		t.Errorf("policies %v", list.PolicyNames)
	}
	_, malformed := b.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: name, PolicyDocument: aws.String("{")})
	try[*iam.DeleteRolePolicyOutput](t)(b.IAM.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: name}))
	_, gone := b.IAM.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: role, PolicyName: name})
	_, again := b.IAM.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: name})
	for _, err := range []error{gone, again} {
		if bench.Code(err) != "NoSuchEntity" || bench.Message(err) != "The role policy with name logs cannot be found." {
			t.Error(err)
		}
	}
	if bench.Code(malformed) != "MalformedPolicyDocument" {
		t.Error(malformed)
	}
}

func TestRoleChanges(t *testing.T) {
	b := bench.Serve(t)
	role := aws.String("fargate-pods")
	try[*iam.UpdateRoleOutput](t)(b.IAM.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: role, Description: aws.String("new"), MaxSessionDuration: aws.Int32(7200)}))
	try[*iam.TagRoleOutput](t)(b.IAM.TagRole(ctx, &iam.TagRoleInput{RoleName: role, Tags: []iamtypes.Tag{
		{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")},
	}}))
	try[*iam.UntagRoleOutput](t)(b.IAM.UntagRole(ctx, &iam.UntagRoleInput{RoleName: role, TagKeys: []string{"a", "c"}}))
	got := try[*iam.GetRoleOutput](t)(b.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: role})).Role
	if aws.ToString(got.Description) != "new" || aws.ToInt32(got.MaxSessionDuration) != 7200 || len(got.Tags) != 1 || aws.ToString(got.Tags[0].Key) != "b" {
		t.Errorf("%+v", got)
	}
	_, short := b.IAM.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: role, MaxSessionDuration: aws.Int32(1)})
	_, reserved := b.IAM.TagRole(ctx, &iam.TagRoleInput{RoleName: role, Tags: []iamtypes.Tag{{Key: aws.String("aws:x"), Value: aws.String("")}}})
	if bench.Code(short) != "ValidationError" || bench.Code(reserved) != "InvalidInput" {
		t.Error(short, reserved)
	}
}

// What Terraform changes of a role and asks before it deletes one.
func TestTheEndOfARole(t *testing.T) {
	b := bench.Serve(t)
	role, boundary := aws.String("not-fargate"), aws.String("arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy")
	put := func(arn *string) error {
		_, err := b.IAM.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: arn})
		return err
	}
	take := func() error {
		_, err := b.IAM.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: role})
		return err
	}
	if err := put(boundary); err != nil {
		t.Error(err)
	}
	got := try[*iam.UpdateRoleDescriptionOutput](t)(b.IAM.UpdateRoleDescription(ctx, &iam.UpdateRoleDescriptionInput{RoleName: role, Description: aws.String("x")})).Role
	if aws.ToString(got.Description) != "x" || aws.ToString(got.PermissionsBoundary.PermissionsBoundaryArn) != *boundary {
		t.Errorf("%+v", got)
	}
	if err := take(); err != nil {
		t.Error(err)
	}
	for _, err := range []error{take(), put(aws.String("arn:aws:iam::aws:policy/NoSuchPolicy"))} {
		if bench.Code(err) != "NoSuchEntity" {
			t.Error(err)
		}
	}
	profiles := try[*iam.ListInstanceProfilesForRoleOutput](t)(b.IAM.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: role}))
	if len(profiles.InstanceProfiles) != 0 || profiles.IsTruncated {
		t.Errorf("%+v", profiles)
	}
}

// A policy goes when nothing has it; AWS's own stay.
func TestTheEndOfAPolicy(t *testing.T) {
	b := bench.Serve(t)
	arn := try[*iam.CreatePolicyOutput](t)(b.IAM.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("own"), PolicyDocument: aws.String(document)})).Policy.Arn
	versions := try[*iam.ListPolicyVersionsOutput](t)(b.IAM.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: arn})).Versions
	if len(versions) != 1 || aws.ToString(versions[0].VersionId) != "v1" || !versions[0].IsDefaultVersion || versions[0].Document != nil {
		t.Errorf("%+v", versions)
	}
	for scope, want := range map[iamtypes.PolicyScopeType]bool{"Local": true, "AWS": false, "All": true} {
		list := try[*iam.ListPoliciesOutput](t)(b.IAM.ListPolicies(ctx, &iam.ListPoliciesInput{Scope: scope, MaxItems: aws.Int32(1000)})).Policies
		own := slices.ContainsFunc(list, func(p iamtypes.Policy) bool { return *p.Arn == *arn })
		pods := slices.ContainsFunc(list, func(p iamtypes.Policy) bool { return *p.PolicyName == "AmazonEKSFargatePodExecutionRolePolicy" })
		if own != want || pods != (scope != "Local") {
			t.Errorf("%s: own %t, AWS's %t", scope, own, pods)
		}
	}
	used := try[*iam.ListPoliciesOutput](t)(b.IAM.ListPolicies(ctx, &iam.ListPoliciesInput{OnlyAttached: true, PathPrefix: aws.String("/")})).Policies
	if len(used) != 1 || aws.ToInt32(used[0].AttachmentCount) != 1 {
		t.Errorf("%+v", used)
	}
	remove := func(arn *string) string {
		_, err := b.IAM.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: arn})
		return bench.Code(err)
	}
	role := aws.String("fargate-pods")
	try[*iam.AttachRolePolicyOutput](t)(b.IAM.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: arn}))
	attached := remove(arn)
	try[*iam.DetachRolePolicyOutput](t)(b.IAM.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: arn}))
	codes := []string{attached, remove(arn), remove(arn), remove(aws.String("arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"))}
	if !slices.Equal(codes, []string{"DeleteConflict", "", "NoSuchEntity", "AccessDenied"}) {
		t.Error(codes)
	}
}

func TestManagedPolicies(t *testing.T) {
	b := bench.Serve(t)
	role := aws.String("fargate-pods")
	attach := func(arn string) error {
		_, err := b.IAM.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: &arn})
		return err
	}
	const own = "arn:aws:iam::111122223333:policy/team/pods"
	if err := attach(own); bench.Code(err) != "NoSuchEntity" || bench.Message(err) != "Policy "+own+" does not exist or is not attachable." {
		t.Error(err)
	}
	if err := attach("arn:aws:iam::aws:policy/NoSuchPolicy"); bench.Code(err) != "NoSuchEntity" {
		t.Error(err)
	}
	in := &iam.CreatePolicyInput{PolicyName: aws.String("pods"), Path: aws.String("/team/"), PolicyDocument: aws.String(document)}
	made := try[*iam.CreatePolicyOutput](t)(b.IAM.CreatePolicy(ctx, in)).Policy
	if aws.ToString(made.Arn) != own || aws.ToString(made.Path) != "/team/" || aws.ToInt32(made.AttachmentCount) != 0 {
		t.Errorf("%+v", made)
	}
	if _, err := b.IAM.CreatePolicy(ctx, in); bench.Code(err) != "EntityAlreadyExists" {
		t.Error(err)
	}
	for _, arn := range []string{own, "arn:aws:iam::aws:policy/service-role/AmazonEFSCSIDriverPolicy"} {
		if err := attach(arn); err != nil {
			t.Error(err)
		}
	}
	of := try[*iam.ListAttachedRolePoliciesOutput](t)(b.IAM.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: role, PathPrefix: aws.String("/team/")}))
	if len(of.AttachedPolicies) != 1 || aws.ToString(of.AttachedPolicies[0].PolicyArn) != own {
		t.Errorf("under /team/: %+v", of.AttachedPolicies)
	}
	got := try[*iam.GetPolicyOutput](t)(b.IAM.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(own)})).Policy
	if aws.ToInt32(got.AttachmentCount) != 1 || aws.ToString(got.PolicyName) != "pods" {
		t.Errorf("%+v", got)
	}
	version := try[*iam.GetPolicyVersionOutput](t)(b.IAM.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: aws.String(own), VersionId: aws.String("v1")}))
	if plain, err := url.PathUnescape(aws.ToString(version.PolicyVersion.Document)); err != nil || plain != document {
		t.Errorf("%s, %v", plain, err)
	}
	if _, err := b.IAM.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: aws.String(own), VersionId: aws.String("v2")}); bench.Code(err) != "NoSuchEntity" {
		t.Error(err)
	}
	if _, err := b.IAM.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(own + "x")}); bench.Code(err) != "NoSuchEntity" {
		t.Error(err)
	}
}

// Only AWS changes the roles of its services, and their policies are for them alone.
func TestProtectedRole(t *testing.T) {
	b := bench.Serve(t)
	b.Create(t, "web")
	name, own := aws.String("AWSServiceRoleForAmazonEKSForFargate"), aws.String("fargate-pods")
	policy := aws.String("arn:aws:iam::aws:policy/aws-service-role/AmazonEKSForFargateServiceRolePolicy")
	_, remove := b.IAM.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})
	_, detach := b.IAM.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: policy})
	_, trust := b.IAM.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: aws.String(document)})
	_, put := b.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: aws.String("x"), PolicyDocument: aws.String(document)})
	for _, err := range []error{remove, detach, trust, put} {
		if bench.Code(err) != "UnmodifiableEntity" || bench.Message(err) != "Cannot perform the operation on the protected role '"+*name+"' - this role is only modifiable by AWS" {
			t.Error(err)
		}
	}
	_, attach := b.IAM.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: own, PolicyArn: policy})
	shown := try[*iam.GetPolicyOutput](t)(b.IAM.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: policy})).Policy
	if bench.Code(attach) != "PolicyNotAttachable" || shown.IsAttachable {
		t.Errorf("%v, %+v", attach, shown)
	}
}

func TestRoleWithABoundary(t *testing.T) {
	b := bench.Serve(t)
	in := &iam.CreateRoleInput{
		RoleName: aws.String("simulated"), AssumeRolePolicyDocument: aws.String(trust), MaxSessionDuration: aws.Int32(7200),
		PermissionsBoundary: aws.String(ofAWS + "AdministratorAccess"),
	}
	try[*iam.CreateRoleOutput](t)(b.IAM.CreateRole(ctx, in))
	got := try[*iam.GetRoleOutput](t)(b.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: in.RoleName})).Role
	if aws.ToInt32(got.MaxSessionDuration) != 7200 || aws.ToString(got.PermissionsBoundary.PermissionsBoundaryArn) != *in.PermissionsBoundary {
		t.Errorf("%+v", got)
	}
	if _, err := simulate(b, simulated, "s3:GetObject", "*"); bench.Message(err) != "The fgctl sandbox cannot simulate this: the role simulated has a permissions boundary" {
		t.Error(err)
	}
	in.RoleName, in.PermissionsBoundary = aws.String("other"), aws.String(ofAWS+"Unheard")
	_, unknown := b.IAM.CreateRole(ctx, in)
	in.PermissionsBoundary, in.MaxSessionDuration = nil, aws.Int32(1)
	_, short := b.IAM.CreateRole(ctx, in)
	if bench.Code(unknown) != "NoSuchEntity" || bench.Code(short) != "ValidationError" {
		t.Error(unknown, short)
	}
}

func TestServiceLinkedRole(t *testing.T) {
	b := bench.Serve(t)
	in := &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("eks-fargate.amazonaws.com")}
	made := try[*iam.CreateServiceLinkedRoleOutput](t)(b.IAM.CreateServiceLinkedRole(ctx, in)).Role
	if aws.ToString(made.RoleName) != "AWSServiceRoleForAmazonEKSForFargate" {
		t.Errorf("%+v", made)
	}
	_, twice := b.IAM.CreateServiceLinkedRole(ctx, in)
	_, other := b.IAM.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("x.amazonaws.com")})
	if bench.Code(twice) != "InvalidInput" || bench.Code(other) != "InvalidInput" {
		t.Error(twice, other)
	}
}
