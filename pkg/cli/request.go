package cli

// This file prints what a dry run would send.

import (
	"fmt"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/plan"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// printRequests writes the request of every profile that is not there yet, one document each, as YAML
// unless JSON is asked for.
func (a *app) printRequests(format string, reports []preflight.Report) error {
	if format == "name" || format == "table" || format == "wide" {
		return env.Usagef("--dry-run prints requests, so --output is json or yaml, not %s", format)
	}
	sent := 0
	for _, r := range reports {
		if existing := r.Existing(); existing != nil && existing.Status != fargate.StatusDeleting {
			a.Info("profile %s already exists with this configuration; nothing would be sent", r.Profile.Name)
			continue
		}
		role, made := roleOf(r)
		if r.Profile.PodExecutionRoleARN = role; made {
			a.Info("a pod execution role would be made first: %s", r.NewRole)
		}
		if sent++; format != "json" && sent > 1 {
			if _, err := fmt.Fprintln(a.Streams.Out, "---"); err != nil {
				return err
			}
		}
		encode := output.YAML
		if format == "json" {
			encode = output.JSON
		}
		if err := encode(a.Streams.Out, plan.RequestOf(r.Profile)); err != nil {
			return err
		}
	}
	a.Info("dry run: nothing was changed")
	return nil
}
