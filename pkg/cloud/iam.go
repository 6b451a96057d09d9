package cloud

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// rolesPerPage is the most that IAM returns in one page (IAM API Reference, ListRoles).
const rolesPerPage = 1000

// Role is an IAM role. TrustPolicy is its trust policy as JSON, decoded: IAM sends it URL-encoded.
type Role struct {
	Name        string
	ARN         string
	TrustPolicy string
	// Tags are known of a role that was read or made by its name; lists leave them out.
	Tags map[string]string
	// Created is when the role was made; zero where IAM does not say.
	Created time.Time
}

// Role reads one role by its name, which is the last element of its ARN.
func (c *Client) Role(ctx context.Context, name string) (Role, error) {
	out, err := c.iam().GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	if err != nil {
		return Role{}, wrap(ctx, "iam:GetRole", err)
	}
	return roleOf(*out.Role), nil
}

// Roles lists all roles of the account with their trust policies, sorted by ARN.
func (c *Client) Roles(ctx context.Context) ([]Role, error) {
	found, err := pages(ctx, "iam:ListRoles",
		func(marker *string) (*iam.ListRolesOutput, error) {
			return c.iam().ListRoles(ctx, &iam.ListRolesInput{Marker: marker, MaxItems: aws.Int32(rolesPerPage)})
		},
		func(out *iam.ListRolesOutput) ([]types.Role, *string) {
			return out.Roles, more(out.IsTruncated, out.Marker)
		})
	return converted(found, roleOf, func(r Role) string { return r.ARN }), err
}

// AttachedPolicies lists the ARNs of the managed policies attached to the role of this name, sorted.
// Inline policies are not among them.
func (c *Client) AttachedPolicies(ctx context.Context, role string) ([]string, error) {
	found, err := pages(ctx, "iam:ListAttachedRolePolicies",
		func(marker *string) (*iam.ListAttachedRolePoliciesOutput, error) {
			return c.iam().ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{
				RoleName: &role, Marker: marker,
			})
		},
		func(out *iam.ListAttachedRolePoliciesOutput) ([]types.AttachedPolicy, *string) {
			return out.AttachedPolicies, more(out.IsTruncated, out.Marker)
		})
	arn := func(p types.AttachedPolicy) string { return aws.ToString(p.PolicyArn) }
	return converted(found, arn, func(arn string) string { return arn }), err
}

// CreateRole makes a role with this trust policy (JSON) and path /. Tags may be nil, description empty.
// A new role takes some seconds until EKS sees it; see TrustNotReady.
func (c *Client) CreateRole(
	ctx context.Context, name, trustPolicy, description string, tags map[string]string,
) (Role, error) {
	in := &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trustPolicy}
	if description != "" {
		in.Description = &description
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		in.Tags = append(in.Tags, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	out, err := c.iam().CreateRole(ctx, in)
	if err != nil {
		return Role{}, wrap(ctx, "iam:CreateRole", err)
	}
	return roleOf(*out.Role), nil
}

// AttachPolicy attaches a managed policy to the role of this name; attaching it twice is no error.
func (c *Client) AttachPolicy(ctx context.Context, role, policyARN string) error {
	_, err := c.iam().AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &role, PolicyArn: &policyARN})
	return wrap(ctx, "iam:AttachRolePolicy", err)
}

// InlinePolicies lists the names of the policies that are part of the role of this name, sorted.
func (c *Client) InlinePolicies(ctx context.Context, role string) ([]string, error) {
	found, err := pages(ctx, "iam:ListRolePolicies",
		func(marker *string) (*iam.ListRolePoliciesOutput, error) {
			return c.iam().ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: &role, Marker: marker})
		},
		func(out *iam.ListRolePoliciesOutput) ([]string, *string) {
			return out.PolicyNames, more(out.IsTruncated, out.Marker)
		})
	return slices.Sorted(slices.Values(found)), err
}

// DetachPolicy detaches a managed policy from the role of this name.
func (c *Client) DetachPolicy(ctx context.Context, role, policyARN string) error {
	_, err := c.iam().DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &role, PolicyArn: &policyARN})
	return wrap(ctx, "iam:DetachRolePolicy", err)
}

// DeleteRole deletes the role of this name, which must have no policies.
func (c *Client) DeleteRole(ctx context.Context, name string) error {
	_, err := c.iam().DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &name})
	return wrap(ctx, "iam:DeleteRole", err)
}

func roleOf(in types.Role) Role {
	tags := map[string]string{}
	for _, t := range in.Tags {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return Role{
		Tags:        notEmpty(tags),
		Name:        aws.ToString(in.RoleName),
		ARN:         aws.ToString(in.Arn),
		TrustPolicy: decodePolicy(aws.ToString(in.AssumeRolePolicyDocument)),
		Created:     aws.ToTime(in.CreateDate).UTC(),
	}
}

// decodePolicy undoes IAM's URL encoding (RFC 3986, so a plus sign is a plus sign). A document that is
// JSON already, or that is badly encoded, stays as it is.
func decodePolicy(document string) string {
	if strings.HasPrefix(strings.TrimSpace(document), "{") {
		return document
	}
	if plain, err := url.PathUnescape(document); err == nil {
		return plain
	}
	return document
}

// more is the marker of the next page; IAM sends it only with IsTruncated.
func more(truncated bool, marker *string) *string {
	if !truncated {
		return nil
	}
	return marker
}

// Caller is who the credentials belong to.
type Caller struct {
	Account string
	ARN     string
}

// Caller asks STS who is calling. No rule needs it: partition, region and account come from the
// cluster's ARN.
func (c *Client) Caller(ctx context.Context) (Caller, error) {
	out, err := c.sts().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Caller{}, wrap(ctx, "sts:GetCallerIdentity", err)
	}
	return Caller{Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn)}, nil
}
