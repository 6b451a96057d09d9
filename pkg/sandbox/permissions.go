package sandbox

// This file judges whether the caller may do something: everything, or exactly what the world's
// permissions say, and in both cases not what the world's missing permissions name.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Permissions are all that the caller may do. Both lists add up; a Deny of a policy wins.
type Permissions struct {
	// Allow are IAM actions: "eks:CreateFargateProfile", "iam:Get*", or limited to resources,
	// "iam:PassRole on arn:aws:iam::111122223333:role/fargate-*".
	Allow []string `yaml:"allow,omitempty"`
	// Policies are identity-based policies as IAM has them, JSON documents. Of conditions the sandbox
	// knows only those on iam:AWSServiceName; any other makes the world impossible.
	Policies []string `yaml:"policies,omitempty"`
}

// user is the ARN of the caller.
func (s *Server) user() string { return s.state.arn("iam", "", "user/sandbox") }

// splitPermission takes "action on resource" apart; without a resource it is *.
func splitPermission(text string) (action, resource string) {
	action, resource, found := strings.Cut(text, " on ")
	if !found {
		resource = "*"
	}
	return strings.TrimSpace(action), strings.TrimSpace(resource)
}

// listed reports whether a list of "action on resource" holds a permission. IAM compares actions without
// case.
func listed(list []string, action, resource string) bool {
	return slices.ContainsFunc(list, func(text string) bool {
		a, r := splitPermission(text)
		return glob(strings.ToLower(a), strings.ToLower(action)) && glob(r, resource)
	})
}

// may reports whether the caller has a permission, and counts the question.
func (s *Server) may(action, resource string) bool {
	s.asked(action)
	if listed(s.world.MissingPermissions, action, resource) {
		return false
	}
	if s.world.Permissions == nil {
		return true
	}
	allowed := listed(s.world.Permissions.Allow, action, resource)
	for _, g := range s.grants {
		if !g.covers(action, resource) {
			continue
		}
		if g.Effect == "Deny" {
			return false
		}
		allowed = true
	}
	return allowed
}

// permit refuses, in the protocol's way, what the caller may not do.
func (s *Server) permit(c *call, action, resource string) *refusal {
	if s.may(action, resource) {
		return nil
	}
	return c.protocol.denied(s.user(), action, resource)
}

// grant is a statement of an identity-based policy (IAM User Guide, JSON policy elements).
type grant struct {
	Sid         string
	Effect      string
	Action      many
	NotAction   many
	Resource    many
	NotResource many
	Condition   map[string]map[string]many
}

// grants reads a policy; the error says what is wrong with it or what the sandbox does not know.
func grants(document string) ([]grant, error) {
	var policy struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := strictJSON([]byte(document), &policy); err != nil {
		return nil, err
	}
	var list []grant
	if trimmed := bytes.TrimSpace(policy.Statement); len(trimmed) > 0 && trimmed[0] == '{' {
		list = make([]grant, 1)
		if err := strictJSON(trimmed, &list[0]); err != nil {
			return nil, err
		}
	} else if err := strictJSON(trimmed, &list); err != nil {
		return nil, fmt.Errorf("the Statement: %w", err)
	}
	for i, g := range list {
		switch {
		case g.Effect != "Allow" && g.Effect != "Deny":
			return nil, fmt.Errorf("statement %d: the Effect is %q, not Allow or Deny", i+1, g.Effect)
		case (g.Action == nil) == (g.NotAction == nil):
			return nil, fmt.Errorf("statement %d: it needs either Action or NotAction", i+1)
		case (g.Resource == nil) == (g.NotResource == nil):
			return nil, fmt.Errorf("statement %d: it needs either Resource or NotResource", i+1)
		}
		for operator, keys := range g.Condition {
			for key := range keys {
				if operators[operator] == nil || !strings.EqualFold(key, serviceNameKey) {
					return nil, fmt.Errorf("statement %d: the sandbox knows no condition %s on %s", i+1, operator, key)
				}
			}
		}
	}
	return list, nil
}

// strictJSON reads one JSON value without unknown members.
func strictJSON(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("it is not a policy: %w", err)
	}
	if decoder.More() {
		return errors.New("it is not a policy: something follows the document")
	}
	return nil
}

// serviceNameKey is the condition key of iam:CreateServiceLinkedRole (Service Authorization Reference,
// IAM): the service for which the role is made.
const serviceNameKey = "iam:AWSServiceName"

// covers reports whether the statement is about an action on a resource.
func (g grant) covers(action, resource string) bool {
	acts := func(p string) bool { return glob(strings.ToLower(p), strings.ToLower(action)) }
	on := func(p string) bool { return glob(p, resource) }
	switch {
	case g.Action != nil && !slices.ContainsFunc(g.Action, acts),
		g.NotAction != nil && slices.ContainsFunc(g.NotAction, acts),
		g.Resource != nil && !slices.ContainsFunc(g.Resource, on),
		g.NotResource != nil && slices.ContainsFunc(g.NotResource, on):
		return false
	}
	for operator, keys := range g.Condition {
		negated := strings.Contains(operator, "Not")
		for _, values := range keys {
			// Only the request for the service-linked role carries the key; where it is absent, negated
			// operators are met and the others are not.
			met := action == "iam:CreateServiceLinkedRole" &&
				slices.ContainsFunc(values, func(v string) bool { return operators[operator](v, fargateService) })
			if met == negated {
				return false
			}
		}
	}
	return true
}

func (w World) checkPermissions(c *checker) {
	actions := func(path string, list []string) {
		for i, p := range list {
			if action, _ := splitPermission(p); !strings.Contains(action, ":") && action != "*" {
				c.fault(fmt.Sprintf("%s[%d]", path, i), "%q is not an IAM action like ec2:DescribeSubnets", p)
			}
		}
	}
	actions("missingPermissions", w.MissingPermissions)
	if w.Permissions == nil {
		return
	}
	actions("permissions.allow", w.Permissions.Allow)
	for i, document := range w.Permissions.Policies {
		if _, err := grants(document); err != nil {
			c.fault(fmt.Sprintf("permissions.policies[%d]", i), "%v", err)
		}
	}
}
