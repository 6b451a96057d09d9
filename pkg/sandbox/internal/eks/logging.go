package eks

import (
	"slices"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// logTypes are the logs of a control plane (EKS API, LogSetup).
var logTypes = [...]string{"api", "audit", "authenticator", "controllerManager", "scheduler"}

// clusterLogging is which logs a request turns on and off, and how DescribeCluster shows those that are.
type clusterLogging struct {
	Setups []logSetup `json:"clusterLogging"`
}

type logSetup struct {
	Types   []string `json:"types"`
	Enabled bool     `json:"enabled"`
}

// refuseLogs refuses logs that there are not. The text is not AWS's.
func refuseLogs(c *account.Call, request clusterLogging) *wire.Refusal {
	for _, setup := range request.Setups {
		for _, t := range setup.Types {
			if !slices.Contains(logTypes[:], t) {
				return exception(c, invalidParameter, "unsupported log type "+t)
			}
		}
	}
	return nil
}

// log turns on and off what a request states; other logs stay as they are.
func log(cl *account.Cluster, request clusterLogging) {
	for _, setup := range request.Setups {
		for _, t := range setup.Types {
			cl.Logs[t] = setup.Enabled
		}
	}
}

// logging shows the logs that are on, and those that are off.
func logging(cl *account.Cluster) clusterLogging {
	out := clusterLogging{Setups: []logSetup{}}
	for _, enabled := range [...]bool{true, false} {
		setup := logSetup{Enabled: enabled}
		for _, t := range logTypes {
			if cl.Logs[t] == enabled {
				setup.Types = append(setup.Types, t)
			}
		}
		if setup.Types != nil {
			out.Setups = append(out.Setups, setup)
		}
	}
	return out
}
