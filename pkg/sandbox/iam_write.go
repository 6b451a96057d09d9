package sandbox

// This file answers IAM's writes: making, changing and removing roles.

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) createRole(c *call) (any, *refusal) {
	name, path := c.query.Get("RoleName"), c.query.Get("Path")
	if path == "" {
		path = "/"
	}
	if !roleNameSyntax.MatchString(name) {
		return nil, invalidRoleName()
	}
	if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") {
		return nil, &refusal{Status: http.StatusBadRequest, Code: "ValidationError", Message: "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."}
	}
	if refused := s.permit(c, "iam:CreateRole", s.state.arn("iam", "", "role"+path+name)); refused != nil {
		return nil, refused
	}
	trust, refused := readTrust(c, "AssumeRolePolicyDocument")
	if refused != nil {
		return nil, refused
	}
	for _, r := range s.state.roles {
		if strings.EqualFold(r.Name, name) {
			return nil, &refusal{Status: http.StatusConflict, Code: "EntityAlreadyExists", Message: "Role with name " + name + " already exists."}
		}
	}
	tags := map[string]string{}
	for i := 1; ; i++ {
		at := "Tags.member." + strconv.Itoa(i)
		if !c.query.Has(at + ".Key") {
			break
		}
		tags[c.query.Get(at+".Key")] = c.query.Get(at + ".Value")
	}
	if text := tagFault(tags); text != "" {
		return nil, &refusal{Status: http.StatusBadRequest, Code: "InvalidInput", Message: text}
	}
	if len(tags) > 0 {
		if refused := s.permit(c, "iam:TagRole", s.state.arn("iam", "", "role"+path+name)); refused != nil {
			return nil, refused
		}
	}
	r := s.state.addRole(Role{
		Name: name, Path: path, Description: c.query.Get("Description"), Trust: trust, Tags: tags, Created: c.now,
	}, c.now)
	r.visible = c.now.Add(s.world.Delays.RolePropagation)
	return struct{ Role roleXML }{s.show(r, true)}, nil
}

func (s *Server) deleteRole(c *call) (any, *refusal) {
	r, refused := s.theRole(c)
	if refused != nil {
		return nil, refused
	}
	if len(r.Policies) > 0 {
		return nil, &refusal{Status: http.StatusConflict, Code: "DeleteConflict", Message: "Cannot delete entity, must detach all policies first."}
	}
	if len(r.InlinePolicies) > 0 {
		return nil, &refusal{Status: http.StatusConflict, Code: "DeleteConflict", Message: "Cannot delete entity, must delete policies first."}
	}
	s.state.roles = slices.DeleteFunc(s.state.roles, func(o *role) bool { return o == r })
	return nil, nil
}

func (s *Server) updateTrust(c *call) (any, *refusal) {
	r, refused := s.theRole(c)
	if refused != nil {
		return nil, refused
	}
	trust, refused := readTrust(c, "PolicyDocument")
	if refused != nil {
		return nil, refused
	}
	r.Trust = trust
	r.visible = c.now.Add(s.world.Delays.RolePropagation)
	return nil, nil
}

func (s *Server) attachPolicy(c *call) (any, *refusal) {
	r, refused := s.theRole(c)
	if refused != nil {
		return nil, refused
	}
	arn := c.query.Get("PolicyArn")
	managed := "arn:" + s.world.Partition + ":iam::aws:policy/"
	own := s.state.arn("iam", "", "policy/")
	if !strings.HasPrefix(arn, managed) && !strings.HasPrefix(arn, own) {
		return nil, &refusal{Status: http.StatusNotFound, Code: "NoSuchEntity", Message: "Policy " + arn + " does not exist or is not attachable."}
	}
	// Attaching twice is no error (IAM API, AttachRolePolicy).
	if !slices.Contains(r.Policies, arn) {
		r.Policies = append(r.Policies, arn)
	}
	return nil, nil
}

func (s *Server) detachPolicy(c *call) (any, *refusal) {
	r, refused := s.theRole(c)
	if refused != nil {
		return nil, refused
	}
	i := slices.Index(r.Policies, c.query.Get("PolicyArn"))
	if i < 0 {
		return nil, &refusal{Status: http.StatusNotFound, Code: "NoSuchEntity", Message: "Policy " + c.query.Get("PolicyArn") + " was not found."}
	}
	r.Policies = slices.Delete(r.Policies, i, i+1)
	return nil, nil
}
