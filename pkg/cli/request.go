package cli

// This file prints what a dry run would send.

import (
	"fmt"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// createRequest is the body and address of CreateFargateProfile, in the field names of the EKS API, so
// that aws eks create-fargate-profile --cli-input-json reads it.
type createRequest struct {
	ClusterName         string             `json:"clusterName"`
	FargateProfileName  string             `json:"fargateProfileName"`
	PodExecutionRoleArn string             `json:"podExecutionRoleArn,omitempty"`
	Subnets             []string           `json:"subnets,omitempty"`
	Selectors           []fargate.Selector `json:"selectors"`
	Tags                map[string]string  `json:"tags,omitempty"`
}

func requestOf(p fargate.Profile) createRequest {
	return createRequest{
		ClusterName: p.Cluster, FargateProfileName: p.Name, PodExecutionRoleArn: p.PodExecutionRoleARN,
		Subnets: p.Subnets, Selectors: p.Selectors, Tags: p.Tags,
	}
}

// printRequests writes the request of every profile that is not there yet, one document each, as YAML
// unless JSON is asked for.
func (a *app) printRequests(format string, reports []preflight.Report) error {
	if format == "name" || format == "table" || format == "wide" {
		return usagef("--dry-run prints requests, so --output is json or yaml, not %s", format)
	}
	sent := 0
	for _, r := range reports {
		if existing := r.Existing(); existing != nil && existing.Status != fargate.StatusDeleting {
			a.info("profile %s already exists with this configuration; nothing would be sent", r.Profile.Name)
			continue
		}
		role, made := roleOf(r)
		if r.Profile.PodExecutionRoleARN = role; made {
			a.info("a pod execution role would be made first: %s", r.NewRole)
		}
		if sent++; format != "json" && sent > 1 {
			if _, err := fmt.Fprintln(a.streams.Out, "---"); err != nil {
				return err
			}
		}
		encode := output.YAML
		if format == "json" {
			encode = output.JSON
		}
		if err := encode(a.streams.Out, requestOf(r.Profile)); err != nil {
			return err
		}
	}
	a.info("dry run: nothing was changed")
	return nil
}
