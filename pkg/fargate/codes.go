package fargate

import (
	"slices"

	"github.com/fgctl/fgctl/pkg/fargate/support"
)

// FindingCodes lists every code once, in the order in which a pod is judged; docs/findings.md has a section for each.
func FindingCodes() []support.FindingCode {
	return slices.Concat(support.Codes(), daemonSetCodes, wishCodes, runningCodes)
}
