package iam

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// statement is what tells a statement of a trust policy from one of a policy of permissions.
type statement struct{ Principal, NotPrincipal, Resource, NotResource json.RawMessage }

// readTrust takes a trust policy from the request, readPolicy one of permissions.
func readTrust(c *account.Call, parameter string) (string, *wire.Refusal) {
	return readDocument(c, parameter, func(s statement) string {
		switch {
		case s.Resource != nil || s.NotResource != nil:
			return "Has prohibited field Resource"
		case s.Principal == nil && s.NotPrincipal == nil:
			return "Missing required field Principal"
		}
		return ""
	})
}

func readPolicy(c *account.Call, parameter string) (string, *wire.Refusal) {
	return readDocument(c, parameter, func(s statement) string {
		switch {
		case s.Principal != nil || s.NotPrincipal != nil:
			return "Policy document should not specify a principal."
		case s.Resource == nil && s.NotResource == nil:
			return "Policy statement must contain resources."
		}
		return ""
	})
}

func readDocument(c *account.Call, parameter string, fault func(statement) string) (string, *wire.Refusal) {
	document := c.Query.Get(parameter)
	malformed := func(text string) (string, *wire.Refusal) {
		return "", wire.BadRequest("MalformedPolicyDocument", text)
	}
	var policy struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(document), &policy) != nil {
		return malformed("This policy contains invalid Json")
	}
	statements := make([]statement, 1)
	if json.Unmarshal(policy.Statement, &statements) != nil && json.Unmarshal(policy.Statement, &statements[0]) != nil {
		return malformed("Syntax errors in policy.")
	}
	for _, s := range statements {
		if text := fault(s); text != "" {
			return malformed(text)
		}
	}
	return document, nil
}

// pathOf returns the path of what a request makes, / where it states none.
func pathOf(c *account.Call) (string, *wire.Refusal) {
	path := cmp.Or(c.Query.Get("Path"), "/")
	if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") {
		return "", wire.BadRequest("ValidationError", "The specified value for path is invalid. It must begin and end "+
			"with / and contain only alphanumeric characters and/or / characters.")
	}
	return path, nil
}

func createRole(c *account.Call) (any, *wire.Refusal) {
	name := c.Query.Get("RoleName")
	if !roleName(name) {
		return nil, invalidRoleName()
	}
	path, refused := pathOf(c)
	if refused != nil {
		return nil, refused
	}
	arn := c.ARN("iam", "", "role"+path+name)
	if refused := c.Permit("iam:CreateRole", arn); refused != nil {
		return nil, refused
	}
	trust, refused := readTrust(c, "AssumeRolePolicyDocument")
	if refused != nil {
		return nil, refused
	}
	if slices.ContainsFunc(c.Roles, func(r *account.Role) bool { return strings.EqualFold(r.Name, name) }) {
		return nil, wire.Conflict("EntityAlreadyExists", "Role with name "+name+" already exists.")
	}
	tags := c.Tags()
	if text := account.TagFault(tags); text != "" {
		return nil, wire.BadRequest("InvalidInput", text)
	}
	if len(tags) > 0 {
		if refused := c.Permit("iam:TagRole", arn); refused != nil {
			return nil, refused
		}
	}
	session, refused := maxSession(c, 3600)
	if refused != nil {
		return nil, refused
	}
	boundary := c.Query.Get("PermissionsBoundary")
	if boundary != "" && findPolicy(c, boundary) == nil {
		return nil, noBoundary(boundary)
	}
	r := c.AddRole(world.Role{
		Name: name, Path: path, Description: c.Query.Get("Description"), Trust: trust, Tags: tags, Created: c.Now,
	}, c.Now)
	r.MaxSession, r.Boundary = session, boundary
	r.Visible = c.Now.Add(c.World.Delays.RolePropagation)
	return struct{ Role roleXML }{show(c, r, true)}, nil
}

func deleteRole(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	if len(r.Policies) > 0 {
		return nil, wire.Conflict("DeleteConflict", "Cannot delete entity, must detach all policies first.")
	}
	if len(r.InlinePolicies) > 0 {
		return nil, wire.Conflict("DeleteConflict", "Cannot delete entity, must delete policies first.")
	}
	c.Roles = slices.DeleteFunc(c.Roles, func(o *account.Role) bool { return o == r })
	return nil, nil
}

func updateTrust(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	trust, refused := readTrust(c, "PolicyDocument")
	if refused != nil {
		return nil, refused
	}
	r.Trust = trust
	r.Visible = c.Now.Add(c.World.Delays.RolePropagation)
	return nil, nil
}

func attachPolicy(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	arn := c.Query.Get("PolicyArn")
	if findPolicy(c, arn) == nil {
		return nil, wire.NotFound("NoSuchEntity", "Policy "+arn+" does not exist or is not attachable.")
	}
	if strings.Contains(arn, ":policy/aws-service-role/") {
		return nil, wire.BadRequest("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.")
	}
	// Attaching twice is no error (IAM API, AttachRolePolicy).
	if !slices.Contains(r.Policies, arn) {
		r.Policies = append(r.Policies, arn)
	}
	return nil, nil
}

func detachPolicy(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	i := slices.Index(r.Policies, c.Query.Get("PolicyArn"))
	if i < 0 {
		return nil, wire.NotFound("NoSuchEntity", "Policy "+c.Query.Get("PolicyArn")+" was not found.")
	}
	r.Policies = slices.Delete(r.Policies, i, i+1)
	return nil, nil
}

// maxSession returns the duration of sessions that a request states.
func maxSession(c *account.Call, absent int) (seconds int, refused *wire.Refusal) {
	seconds, ok := c.Number("MaxSessionDuration", absent, 3600, 43200)
	if !ok {
		// Not AWS's text; the bounds are the model's.
		return 0, wire.BadRequest("ValidationError", "MaxSessionDuration must be a number from 3600 to 43200")
	}
	return seconds, nil
}

func updateRole(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	session, refused := maxSession(c, r.MaxSession)
	if refused != nil {
		return nil, refused
	}
	r.MaxSession = session
	if c.Query.Has("Description") {
		r.Description = c.Query.Get("Description")
	}
	return nil, nil
}

func updateDescription(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	r.Description = c.Query.Get("Description")
	return getRole(c, r)
}

// noBoundary refuses a permissions boundary that is no policy; the text is not AWS's.
func noBoundary(arn string) *wire.Refusal {
	return wire.NotFound("NoSuchEntity", "The permissions boundary "+arn+" does not exist.")
}

func putBoundary(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	arn := c.Query.Get("PermissionsBoundary")
	if findPolicy(c, arn) == nil {
		return nil, noBoundary(arn)
	}
	r.Boundary = arn
	return nil, nil
}

func deleteBoundary(_ *account.Call, r *account.Role) (any, *wire.Refusal) {
	if r.Boundary == "" {
		return nil, wire.NotFound("NoSuchEntity", "Role "+r.Name+" has no permissions boundary.") // not AWS's text
	}
	r.Boundary = ""
	return nil, nil
}

func tagRole(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	merged, fault := account.WithTags(r.Tags, c.Tags())
	if fault != "" {
		return nil, wire.BadRequest("InvalidInput", fault)
	}
	r.Tags = merged
	return nil, nil
}

func untagRole(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	r.Tags = account.WithoutTags(r.Tags, c.Values("TagKeys.member"))
	return nil, nil
}
