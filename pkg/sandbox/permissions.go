package sandbox

// This file judges whether the caller may do something: everything but the world's missing permissions.

import "strings"

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

// may tells whether the caller has a permission. IAM compares actions without case.
func (s *Server) may(action, resource string) bool {
	for _, missing := range s.world.MissingPermissions {
		a, r := splitPermission(missing)
		if glob(strings.ToLower(a), strings.ToLower(action)) && glob(r, resource) {
			return false
		}
	}
	return true
}

// permit refuses, in the protocol's way, what the caller may not do.
func (s *Server) permit(c *call, action, resource string) *refusal {
	if s.may(action, resource) {
		return nil
	}
	return c.protocol.denied(s.user(), action, resource)
}
