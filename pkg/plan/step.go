package plan

import (
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// The actions of a step.
const (
	StepCreate = "create"
	StepDelete = "delete"
	StepDrain  = "drain"
	StepWait   = "wait"
	StepTag    = "tag"
)

// What ends a step.
const (
	UntilActive  = "active"
	UntilDrained = "drained"
	UntilGone    = "gone"
)

// The parts that a profile plays in a replacement that keeps the name.
const (
	AsTemporary = "temporary"
	AsRenewed   = "renewed"
)

// Step is one transition.
type Step struct {
	// Action is create, drain, delete, wait or tag.
	Action  string `json:"action"`
	Profile string `json:"profile"`
	// Until is active, drained or gone; empty where nothing is waited for.
	Until string `json:"until"`
	// Settle is the time that the scheduler has after that to learn of the profile, as in 30s; Limit is the longest that
	// a drain takes.
	Settle string `json:"settle,omitempty"`
	Limit  string `json:"limit,omitempty"`
	// Status and Health are those of the profile that is there already.
	Status fargate.Status        `json:"status,omitempty"`
	Health []fargate.HealthIssue `json:"health,omitempty"`
	// As is temporary for a profile that only bridges the gap, renewed for the new one under the old name.
	As string `json:"as,omitempty"`
	// Pods is what the step does to the pods of the profile; absent for nothing.
	Pods *StepPods `json:"pods,omitempty"`
}

// The effects of a step on pods.
const (
	PodsStopped   = "stopped"
	PodsRestarted = "restarted"
)

// StepPods is what a step does to the pods of its profile.
type StepPods struct {
	// Effect is stopped, all at once, or restarted, one owner after another.
	Effect string `json:"effect"`
	// Count is how many of the pods that were read are on the profile; absent where that is not known.
	Count *int `json:"count,omitempty"`
	// To is the profile that their replacements hit; empty where that is for the selectors to say.
	To string `json:"to"`
	// RecreateAfter is the step after which pods that are pinned to the profile can be recreated; 0 where their label has
	// to be changed.
	RecreateAfter int `json:"recreateAfter,omitempty"`
}

// WithoutWait leaves out what the last step is waited for.
func (p *Plan) WithoutWait() {
	if n := len(p.Steps); n > 0 {
		p.Steps[n-1].Until = ""
	}
}

// countPods says how many pods each step concerns, where they were read. On a temporary profile none are yet.
func (p *Plan) countPods() {
	for _, s := range p.Steps {
		if s.Pods == nil || s.As == AsTemporary {
			continue
		}
		n := 0
		for _, hit := range p.Pods {
			if hit.From == s.Profile {
				n += hit.Pods
			}
		}
		s.Pods.Count = &n
	}
}

// activeStep is the step that ends with the profile ACTIVE, and with the time that the scheduler has to learn of it.
func activeStep(profile string, settle time.Duration) Step {
	step := Step{Action: StepCreate, Profile: profile, Until: UntilActive}
	if settle > 0 {
		step.Settle = settle.String()
	}
	return step
}

// deletion is the step that ends with the profile gone.
func deletion(p fargate.Profile) Step {
	step := Step{Action: StepDelete, Profile: p.Name, Until: UntilGone, Status: p.Status, Health: p.Issues}
	switch p.Status {
	case fargate.StatusActive:
		step.Pods = &StepPods{Effect: PodsStopped}
	case fargate.StatusDeleting:
		step.Action = StepWait
	default: // it takes no pods
	}
	return step
}
