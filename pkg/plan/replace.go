package plan

import (
	"fmt"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
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
			p.cover(*d.Original, After(d))
		}
	case decision.Missing, decision.Keep, decision.Settle, decision.Make, decision.Drop:
	}
	for _, difference := range d.Differences {
		p.Differences = append(p.Differences, difference.String())
	}
	return p
}

// PodsOf gathers pods for what was decided; it is nil where no profile goes that takes pods.
func PodsOf(d decision.Decision) *Pods {
	switch {
	case d.Action == decision.Undo:
		return NewPods(d.Profiles, After(d), d.Successor.Name)
	case d.Action == decision.Begin, d.Action == decision.Finish && d.Stage == decision.Begun:
		return NewPods(d.Profiles, After(d), d.Name)
	}
	return nil
}

// After returns the profiles that are there when what was decided is done.
func After(d decision.Decision) []fargate.Profile {
	if d.Action == decision.Undo {
		return fargate.Without(d.Profiles, *d.Successor)
	}
	final := d.Wanted
	final.Status = fargate.StatusActive
	if d.Wish.KeepName {
		final.Name = d.Name
	}
	return append(fargate.Without(d.Profiles, *d.Original, d.Wanted), final)
}

// replacementSteps are the transitions that are left of the replacement, in their order, after so many others.
func replacementSteps(d decision.Decision, settle time.Duration, after int) []Step {
	original, successor, ready := d.Name, d.Wanted.Name, untilReady(settle)
	left := d.Steps()
	pinned := "will stay Pending; change that label in their templates first"
	for i, step := range left {
		if step == decision.MakeRenewed {
			pinned = fmt.Sprintf("stay Pending until they are recreated after step %d", after+i+1)
		}
	}
	steps := make([]Step, len(left))
	for i, step := range left {
		switch step {
		case decision.MakeSuccessor:
			steps[i] = Step{Action: StepCreate, Profile: successor, Until: ready}
		case decision.DrainOriginal:
			steps[i] = Step{
				Action: StepDrain, Profile: original, Until: fmt.Sprintf("it has no pods, for %s at most", d.Wish.Drain),
				Means: "the owners of its pods are restarted one after another; their new pods hit " + successor +
					", which sorts before it",
			}
		case decision.RetireOriginal:
			stops := "its pods are stopped at once"
			if i > 0 && left[i-1] == decision.DrainOriginal {
				stops = "pods that it has yet are stopped at once"
			}
			steps[i] = Step{Action: StepDelete, Profile: original, Until: "it is gone", Means: fmt.Sprintf(
				"%s, their replacements hit %s; pods labelled %s=%s %s",
				stops, successor, kube.ProfileLabel, original, pinned)}
		case decision.MakeRenewed:
			const means = "it is the new profile, under the old name"
			steps[i] = Step{Action: StepCreate, Profile: original, Until: ready, Means: means}
		case decision.RetireTemporary:
			steps[i] = Step{Action: StepDelete, Profile: successor, Until: "it is gone", Means: "it was temporary; " +
				"pods are stopped a second time, their replacements hit the new " + original}
		}
	}
	return steps
}

// untilReady says when a new profile may be relied on.
func untilReady(settle time.Duration) string {
	if settle > 0 {
		return fmt.Sprintf("it is ACTIVE and the scheduler had %s to learn of it", settle)
	}
	return "it is ACTIVE"
}
