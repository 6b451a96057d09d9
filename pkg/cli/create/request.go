package create

import (
	"cmp"
	"fmt"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/plan"
)

// printRequests writes the request of every profile that is not there yet, one document each, as YAML
// unless JSON is asked for.
func printRequests(e *env.Env, format string, all []creation) error {
	sent := 0
	for _, c := range all {
		if c.action != decision.Missing {
			e.Info("profile %s already exists with this configuration; nothing would be sent", c.Profile.Name)
			continue
		}
		role, made := decision.RoleOf(c.Report)
		if c.Profile.PodExecutionRoleARN = role; made {
			e.Info("a pod execution role would be made first: %s", c.NewRole)
		}
		if sent++; format != "json" && sent > 1 {
			if _, err := fmt.Fprintln(e.Streams.Out, "---"); err != nil {
				return err
			}
		}
		if _, err := output.Encode(e.Streams.Out, cmp.Or(format, "yaml"), plan.RequestOf(c.Profile)); err != nil {
			return err
		}
	}
	e.Info("dry run: nothing was changed")
	return nil
}
