package profilefile

import "github.com/fgctl/fgctl/pkg/fargate"

// Item is a profile in eksctl's form (eksctl.io/v1alpha5, FargateProfile), which get prints and
// ClusterConfigs hold. Names and order of the fields are eksctl's and a public contract; health is
// fgctl's own and only there when EKS reports issues.
type Item struct {
	Name                string             `json:"name" yaml:"name"`
	PodExecutionRoleARN string             `json:"podExecutionRoleARN,omitempty" yaml:"podExecutionRoleARN,omitempty"`
	Selectors           []fargate.Selector `json:"selectors" yaml:"selectors"`
	Subnets             []string           `json:"subnets,omitempty" yaml:"subnets,omitempty"`
	Tags                map[string]string  `json:"tags,omitempty" yaml:"tags,omitempty"`
	Status              fargate.Status     `json:"status,omitempty" yaml:"status,omitempty"`
	Health              *Health            `json:"health,omitempty" yaml:"health,omitempty"`
}

// Health is what EKS says is wrong with a profile (DescribeFargateProfile, health).
type Health struct {
	Issues []fargate.HealthIssue `json:"issues" yaml:"issues"`
}

// ItemOf returns the Item of a profile. Its ARN, cluster and time of creation have no place in it.
func ItemOf(p fargate.Profile) Item {
	p = p.Clone()
	item := Item{
		Name: p.Name, PodExecutionRoleARN: p.PodExecutionRoleARN, Selectors: p.Selectors,
		Subnets: p.Subnets, Tags: p.Tags, Status: p.Status,
	}
	if item.Selectors == nil {
		item.Selectors = []fargate.Selector{}
	}
	if len(p.Issues) > 0 {
		item.Health = &Health{Issues: p.Issues}
	}
	return item
}
