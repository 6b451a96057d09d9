package plan

import "github.com/fgctl/fgctl/pkg/fargate"

// Request is the body and address of CreateFargateProfile, in the field names of the EKS API, so that
// aws eks create-fargate-profile --cli-input-json reads it.
type Request struct {
	ClusterName         string             `json:"clusterName"`
	FargateProfileName  string             `json:"fargateProfileName"`
	PodExecutionRoleArn string             `json:"podExecutionRoleArn,omitempty"`
	Subnets             []string           `json:"subnets,omitempty"`
	Selectors           []fargate.Selector `json:"selectors"`
	Tags                map[string]string  `json:"tags,omitempty"`
}

// RequestOf returns the request that creates the profile.
func RequestOf(p fargate.Profile) *Request {
	return &Request{
		ClusterName: p.Cluster, FargateProfileName: p.Name, PodExecutionRoleArn: p.PodExecutionRoleARN,
		Subnets: p.Subnets, Selectors: p.Selectors, Tags: p.Tags,
	}
}
