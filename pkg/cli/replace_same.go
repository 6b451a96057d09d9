package cli

// This file holds what tells whether a run of replace asks for the same as an earlier one.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
)

// madeRole tells whether the profile has the role that --create-pod-execution-role makes for its cluster.
func madeRole(p fargate.Profile) bool {
	arn := strings.Split(p.ARN, ":")
	if len(arn) < 4 {
		return false
	}
	return strings.HasSuffix(p.PodExecutionRoleARN, ":role/"+lifecycle.RoleName(p.Cluster, arn[3]))
}

// shows tells, where the original is gone, why the successor cannot be what --add-selector and
// --remove-selector asked for: they leave their mark on it, whatever else the original had.
func (c change) shows(successor fargate.Profile) error {
	for _, s := range c.add {
		if !slices.ContainsFunc(successor.Selectors, s.Equal) {
			return fmt.Errorf("the flags ask for another profile: it has no selector %s", s)
		}
	}
	for _, s := range c.remove {
		if slices.ContainsFunc(successor.Selectors, s.Equal) && !slices.ContainsFunc(c.add, s.Equal) {
			return fmt.Errorf("the flags ask for another profile: it has the selector %s", s)
		}
	}
	return nil
}
