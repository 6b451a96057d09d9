package plan

import (
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
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

// deletion is the step that ends with the profile gone.
func deletion(p fargate.Profile) Step {
	step := Step{Action: StepDelete, Profile: p.Name, Until: "it is gone", Means: "its pods are stopped at once"}
	switch p.Status {
	case fargate.StatusActive:
	case fargate.StatusDeleting:
		step.Action, step.Means = StepWait, "it is DELETING already"
	case fargate.StatusDeleteFailed:
		step.Means = "it is DELETE_FAILED" + issuesOf(p) + " and is tried again"
	default:
		step.Means = fmt.Sprintf("it is %s and takes no pods", p.Status)
	}
	return step
}

// issuesOf returns EKS's account of a profile's health, in brackets behind its status.
func issuesOf(p fargate.Profile) string {
	texts := make([]string, 0, len(p.Issues))
	for _, i := range p.Issues {
		texts = append(texts, i.String())
	}
	if len(texts) == 0 {
		return ""
	}
	return " (" + strings.Join(texts, "; ") + ")"
}
