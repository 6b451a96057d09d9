package cloud

// This file holds the calls to AWS IAM: roles and their policies.

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// rolesPerPage is the most that IAM gives (IAM API Reference, ListRoles).
const rolesPerPage = 1000

// Role is an IAM role. TrustPolicy is its trust policy as JSON, decoded: IAM sends it URL-encoded.
type Role struct {
	Name        string
	ARN         string
	Path        string
	TrustPolicy string
}

// Role reads one role by its name, which is the last element of its ARN.
func (c *Client) Role(ctx context.Context, name string) (Role, error) {
	const action = "iam:GetRole"
	out, err := c.iam().GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	if err != nil {
		return Role{}, wrap(ctx, action, err)
	}
	return roleOf(out.Role), nil
}

// Roles lists all roles of the account with their trust policies, sorted by ARN.
func (c *Client) Roles(ctx context.Context) ([]Role, error) {
	const action = "iam:ListRoles"
	roles, err := pages(ctx, action, func(marker *string) ([]Role, *string, error) {
		out, err := c.iam().ListRoles(ctx, &iam.ListRolesInput{Marker: marker, MaxItems: aws.Int32(rolesPerPage)})
		if err != nil {
			return nil, nil, err
		}
		var roles []Role
		for i := range out.Roles {
			roles = append(roles, roleOf(&out.Roles[i]))
		}
		return roles, more(out.IsTruncated, out.Marker), nil
	})
	slices.SortFunc(roles, func(a, b Role) int { return strings.Compare(a.ARN, b.ARN) })
	return roles, err
}

// AttachedPolicies lists the ARNs of the managed policies attached to the role of this name, sorted.
// Inline policies are not among them.
func (c *Client) AttachedPolicies(ctx context.Context, role string) ([]string, error) {
	arns, err := pages(ctx, "iam:ListAttachedRolePolicies", func(marker *string) ([]string, *string, error) {
		out, err := c.iam().ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: &role, Marker: marker})
		if err != nil {
			return nil, nil, err
		}
		var arns []string
		for _, p := range out.AttachedPolicies {
			arns = append(arns, aws.ToString(p.PolicyArn))
		}
		return arns, more(out.IsTruncated, out.Marker), nil
	})
	slices.Sort(arns)
	return arns, err
}

// CreateRole makes a role with this trust policy (JSON) and path /. Tags may be nil, description empty.
// A new role takes some seconds until EKS sees it; see TrustNotReady.
func (c *Client) CreateRole(ctx context.Context, name, trustPolicy, description string, tags map[string]string) (Role, error) {
	const action = "iam:CreateRole"
	in := &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trustPolicy}
	if description != "" {
		in.Description = &description
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		in.Tags = append(in.Tags, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	out, err := c.iam().CreateRole(ctx, in)
	if err != nil {
		return Role{}, wrap(ctx, action, err)
	}
	return roleOf(out.Role), nil
}

// AttachPolicy attaches a managed policy to the role of this name; attaching it twice is no error.
func (c *Client) AttachPolicy(ctx context.Context, role, policyARN string) error {
	_, err := c.iam().AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &role, PolicyArn: &policyARN})
	return wrap(ctx, "iam:AttachRolePolicy", err)
}

// roleOf turns the SDK's role, which is not nil (see missing), into ours.
func roleOf(in *types.Role) Role {
	return Role{
		Name:        aws.ToString(in.RoleName),
		ARN:         aws.ToString(in.Arn),
		Path:        aws.ToString(in.Path),
		TrustPolicy: decodePolicy(aws.ToString(in.AssumeRolePolicyDocument)),
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

// more is the marker of the next page; IAM gives it only with IsTruncated.
func more(truncated bool, marker *string) *string {
	if !truncated {
		return nil
	}
	return marker
}
