package plan

import (
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
)

// Delete returns the plan of deleting the doomed ones of the cluster's profiles, and these in the order of its steps:
// the one in which fewest pods move twice. Pods may be nil.
func Delete(cluster string, doomed, profiles []fargate.Profile, pods *Pods) (*Plan, []fargate.Profile) {
	p, left := New(cluster, "delete"), fargate.Without(profiles, doomed...)
	doomed = fargate.DeletionOrder(doomed, pods.Again())
	for _, d := range doomed {
		p.Steps = append(p.Steps, deletion(d))
		p.cover(d, left)
	}
	p.AddPods(pods)
	return p, doomed
}

// Role is what becomes of a pod execution role that fgctl made when the profiles are gone.
type Role struct {
	Name string `json:"name"`
	ARN  string `json:"arn"`
	// Cluster is the one that it was made for.
	Cluster string `json:"cluster"`
	// Action is delete or none.
	Action string `json:"action"`
	// UsedBy are profiles that have it, out of so many Clusters; Unseen is what could not be looked at.
	UsedBy   []string `json:"usedBy"`
	Clusters int      `json:"clusters"`
	Unseen   []string `json:"unseen"`
}

// RoleOf returns what becomes of a role; with remove it goes where nothing uses it.
func RoleOf(use lifecycle.RoleUse, remove bool) Role {
	r := Role{
		Name: use.Role.Name, ARN: use.Role.ARN, Cluster: use.Cluster, Action: "none", Clusters: use.Looked,
		UsedBy: append([]string{}, use.By...), Unseen: append([]string{}, use.Unseen...),
	}
	if remove && len(r.UsedBy) == 0 {
		r.Action = StepDelete
	}
	return r
}
