// Package iam answers IAM and STS: roles, their trust policies and what is attached to them, and who the caller is.
// IAM is one for all regions. The texts are IAM's unless a comment says otherwise.
package iam

import (
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// Operations returns those of IAM that the sandbox knows.
func Operations() []account.Operation {
	return []account.Operation{
		{Name: "GetRole", Run: ofRole(getRole), NotFound: noRole},
		{Name: "ListRoles", On: everyRole, Run: listRoles},
		{Name: "ListRoleTags", Run: ofRole(listRoleTags)},
		{Name: "ListAttachedRolePolicies", Run: ofRole(listAttached)},
		{Name: "ListRolePolicies", Run: ofRole(listInline)},
		{Name: "CreateRole", Run: createRole},
		{Name: "DeleteRole", Run: ofOwnRole(deleteRole)},
		{Name: "AttachRolePolicy", Run: ofOwnRole(attachPolicy)},
		{Name: "DetachRolePolicy", Run: ofOwnRole(detachPolicy)},
		{Name: "UpdateAssumeRolePolicy", Run: ofOwnRole(updateTrust)},
		{Name: "UpdateRole", Run: ofRole(updateRole)},
		{Name: "UpdateRoleDescription", Run: ofRole(updateDescription)},
		{Name: "PutRolePermissionsBoundary", Run: ofOwnRole(putBoundary)},
		{Name: "DeleteRolePermissionsBoundary", Run: ofOwnRole(deleteBoundary)},
		{Name: "ListInstanceProfilesForRole", Run: ofRole(listInstanceProfiles)},
		{Name: "TagRole", Run: ofRole(tagRole)},
		{Name: "UntagRole", Run: ofRole(untagRole)},
		{Name: "PutRolePolicy", Run: ofOwnRole(putInline)},
		{Name: "GetRolePolicy", Run: ofRole(getInline)},
		{Name: "DeleteRolePolicy", Run: ofOwnRole(deleteInline)},
		{Name: "CreatePolicy", Run: createPolicy},
		{Name: "GetPolicy", Run: ofPolicy(getPolicy)},
		{Name: "ListPolicies", On: func(*account.Call) string { return "*" }, Run: listPolicies},
		{Name: "GetPolicyVersion", Run: ofPolicy(getPolicyVersion)},
		{Name: "ListPolicyVersions", Run: ofPolicy(listPolicyVersions)},
		{Name: "DeletePolicy", Run: ofPolicy(deletePolicy)},
		{Name: "CreateServiceLinkedRole", Run: createServiceLinkedRole},
		{Name: "SimulatePrincipalPolicy", On: theSource, Run: simulate},
	}
}

func theSource(c *account.Call) string { return c.Query.Get("PolicySourceArn") }

func everyRole(c *account.Call) string { return c.ARN("iam", "", "role/") }

// ofRole finds the role of a request and asks for the permission on it.
func ofRole(run func(*account.Call, *account.Role) (any, *wire.Refusal)) func(*account.Call) (any, *wire.Refusal) {
	return func(c *account.Call) (any, *wire.Refusal) {
		name := c.Query.Get("RoleName")
		if !roleName(name) {
			return nil, invalidRoleName()
		}
		r := c.Role(name)
		arn := c.ARN("iam", "", "role/"+name)
		if r != nil {
			arn = c.World.RoleARN(r.Role)
		}
		if refused := c.Permit(c.FullName(), arn); refused != nil {
			return nil, refused
		}
		if r == nil {
			return nil, noRole(c)
		}
		return run(c, r)
	}
}

// ofOwnRole is ofRole for what changes a role: only AWS changes those of its services.
func ofOwnRole(run func(*account.Call, *account.Role) (any, *wire.Refusal)) func(*account.Call) (any, *wire.Refusal) {
	return ofRole(func(c *account.Call, r *account.Role) (any, *wire.Refusal) {
		if strings.HasPrefix(r.FullPath(), "/aws-service-role/") {
			return nil, wire.BadRequest("UnmodifiableEntity", "Cannot perform the operation on the protected role '"+r.Name+
				"' - this role is only modifiable by AWS")
		}
		return run(c, r)
	})
}

var nameSyntax = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\w+=,.@-]+$`) })

// entityName reports whether a text can be the name of a role, of a policy or of a session.
func entityName(name string, most int) bool {
	return len(name) <= most && nameSyntax().MatchString(name)
}

func roleName(name string) bool { return entityName(name, 64) }

func invalidRoleName() *wire.Refusal { return invalidName("roleName") }

func invalidName(member string) *wire.Refusal {
	return wire.BadRequest("ValidationError", "The specified value for "+member+" is invalid. "+
		"It must contain only alphanumeric characters and/or the following: +=,.@_-")
}

func noRole(c *account.Call) *wire.Refusal {
	return wire.NotFound("NoSuchEntity", "The role with name "+c.Query.Get("RoleName")+" cannot be found.")
}

// roleXML is a Role as IAM writes it; the trust policy is URL-encoded by RFC 3986 (IAM API, Role).
type roleXML struct {
	Path        string
	RoleName    string
	RoleID      string                  `xml:"RoleId"`
	ARN         string                  `xml:"Arn"`
	Created     string                  `xml:"CreateDate"`
	Trust       string                  `xml:"AssumeRolePolicyDocument"`
	Description string                  `xml:"Description,omitempty"`
	MaxSession  int                     `xml:"MaxSessionDuration"`
	Boundary    *boundaryXML            `xml:"PermissionsBoundary,omitempty"`
	Tags        *wire.Members[wire.Tag] `xml:"Tags,omitempty"`
}

// boundaryXML is an AttachedPermissionsBoundary as IAM writes it.
type boundaryXML struct {
	Type string `xml:"PermissionsBoundaryType"`
	ARN  string `xml:"PermissionsBoundaryArn"`
}

// show returns the role; ListRoles leaves tags out, GetRole does not (IAM API, ListRoles).
func show(c *account.Call, r *account.Role, tags bool) roleXML {
	out := roleXML{
		Path: r.FullPath(), RoleName: r.Name, RoleID: r.ID, ARN: c.World.RoleARN(r.Role),
		Created: r.Created.UTC().Format(time.RFC3339), Description: r.Description, MaxSession: r.MaxSession,
		Trust: encoded(r.Trust),
	}
	if tags && r.Boundary != "" { // as the tags, only in GetRole's answer (IAM API, ListRoles)
		out.Boundary = &boundaryXML{"Policy", r.Boundary}
	}
	if tags && len(r.Tags) > 0 {
		out.Tags = &wire.Members[wire.Tag]{List: wire.Tags(r.Tags)}
	}
	return out
}

func getRole(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	return struct{ Role roleXML }{show(c, r, true)}, nil
}

// page pages a list by Marker and MaxItems (1 to 1000, 100 when absent). The texts of the refusals are not AWS's.
func page[T any](c *account.Call, name string, items []T, key func(int) string) (any, *wire.Refusal) {
	size, ok := c.Number("MaxItems", 100, 1, 1000)
	if !ok {
		return nil, wire.BadRequest("ValidationError", "MaxItems must be a number from 1 to 1000")
	}
	marker := c.Query.Get("Marker")
	part, next, ok := account.Page(c, items, key, marker, size)
	if !ok {
		return nil, wire.BadRequest("ValidationError", "Invalid Marker.")
	}
	next = c.Stroke.Next(marker, next)
	return struct {
		List      wire.Named
		Truncated bool   `xml:"IsTruncated"`
		Marker    string `xml:"Marker,omitempty"`
	}{wire.Named{Name: name, Value: wire.Members[T]{List: part}}, next != "", next}, nil
}

func listRoles(c *account.Call) (any, *wire.Refusal) {
	var shown []roleXML
	var keys []string
	for _, r := range c.Roles {
		if strings.HasPrefix(r.FullPath(), c.Query.Get("PathPrefix")) {
			shown, keys = append(shown, show(c, r, false)), append(keys, account.InOrder(r.Seq))
		}
	}
	return page(c, "Roles", shown, func(i int) string { return keys[i] })
}

func listRoleTags(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	return page(c, "Tags", wire.Tags(r.Tags), account.InOrder)
}

func listAttached(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	type attached struct {
		Name string `xml:"PolicyName"`
		ARN  string `xml:"PolicyArn"`
	}
	list := make([]attached, 0, len(r.Policies))
	for _, arn := range r.Policies {
		if strings.Contains(arn, ":policy"+c.Query.Get("PathPrefix")) {
			list = append(list, attached{arn[strings.LastIndex(arn, "/")+1:], arn})
		}
	}
	return page(c, "AttachedPolicies", list, account.InOrder)
}

// listInstanceProfiles shows none: Fargate uses none, but who deletes a role asks for them first.
func listInstanceProfiles(c *account.Call, _ *account.Role) (any, *wire.Refusal) {
	return page(c, "InstanceProfiles", []string{}, account.InOrder)
}

func listInline(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	return page(c, "PolicyNames", r.InlinePolicies, account.InOrder)
}
