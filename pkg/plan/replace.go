package plan

import (
	"slices"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// Replace returns the plan of what was decided about a wish to replace a profile, or to undo that, with d.Wanted as
// the successor. Settle is the time between a profile's becoming ACTIVE and the deletion that relies on it.
func Replace(cluster string, d decision.Decision, settle time.Duration) *Plan {
	p := New(cluster, "none")
	switch d.Action {
	case decision.Tag:
		p.Action, p.Steps = "tag", []Step{{Action: StepTag, Profile: d.Name}}
	case decision.Undo:
		p, _ = Delete(cluster, []fargate.Profile{*d.Successor}, d.Profiles, nil)
		p.Action = "abort"
	case decision.Begin, decision.Finish:
		p.Action = "resume"
		if d.Action == decision.Begin {
			p.Action, p.Request = "replace", RequestOf(d.Intended())
		}
		p.Steps = replacementSteps(d, settle, 0)
		if d.Stage == decision.Fresh || d.Stage == decision.Begun {
			p.cover(*d.Original, d.After())
		}
	case decision.Missing, decision.Keep, decision.Settle, decision.Make, decision.Drop:
	}
	p.Differences = append(p.Differences, d.Differences...)
	return p
}

// PodsOf gathers pods for what was decided; it is nil where no profile goes that takes pods.
func PodsOf(d decision.Decision) *Pods {
	switch {
	case d.Action == decision.Undo:
		return NewPods(d.Profiles, d.After(), d.Successor.Name)
	case d.Action == decision.Begin, d.Action == decision.Finish && d.Stage == decision.Begun:
		return NewPods(d.Profiles, d.After(), d.Name)
	}
	return nil
}

// replacementSteps are the transitions that are left of the replacement, in their order, after so many others.
func replacementSteps(d decision.Decision, settle time.Duration, after int) []Step {
	original, successor := d.Name, d.Wanted.Name
	left := d.Steps()
	recreateAfter := 0
	if i := slices.Index(left, decision.MakeRenewed); i >= 0 {
		recreateAfter = after + i + 1
	}
	steps := make([]Step, len(left))
	for i, step := range left {
		switch step {
		case decision.MakeSuccessor:
			steps[i] = activeStep(successor, settle)
			if recreateAfter > 0 {
				steps[i].As = AsTemporary
			}
		case decision.DrainOriginal:
			steps[i] = Step{
				Action: StepDrain, Profile: original, Until: UntilDrained, Limit: d.Wish.Drain.String(),
				Pods: &StepPods{Effect: PodsRestarted, To: successor},
			}
		case decision.RetireOriginal:
			steps[i] = Step{
				Action: StepDelete, Profile: original, Until: UntilGone,
				Pods: &StepPods{Effect: PodsStopped, To: successor, RecreateAfter: recreateAfter},
			}
		case decision.MakeRenewed:
			steps[i] = activeStep(original, settle)
			steps[i].As = AsRenewed
		case decision.RetireTemporary:
			steps[i] = Step{
				Action: StepDelete, Profile: successor, Until: UntilGone, As: AsTemporary,
				Pods: &StepPods{Effect: PodsStopped, To: original},
			}
		}
	}
	return steps
}
