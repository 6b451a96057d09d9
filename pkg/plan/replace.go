package plan

import (
	"fmt"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/lifecycle"
)

// Replace returns the plan of what was decided about a wish to replace a profile, or to undo that, with d.Wanted as
// the successor. Settle is the time between a profile's becoming ACTIVE and the deletion that relies on it.
func Replace(cluster string, d lifecycle.Decision, settle time.Duration) *Plan {
	p := New(cluster, "none")
	switch d.Action {
	case lifecycle.Tag:
		p.Action, p.Steps = "tag", []Step{{Action: StepTag, Profile: d.Name}}
	case lifecycle.Undo:
		p, _ = Delete(cluster, []fargate.Profile{*d.Successor}, d.Profiles, nil)
		p.Action = "abort"
	case lifecycle.Begin, lifecycle.Finish:
		p.Action = "resume"
		if d.Action == lifecycle.Begin {
			p.Action, p.Request = "replace", RequestOf(d.Intended())
		}
		p.Steps = replacementSteps(d, settle, 0)
		if d.Stage == lifecycle.Fresh || d.Stage == lifecycle.Begun {
			p.cover(*d.Original, After(d))
		}
	case lifecycle.Missing, lifecycle.Keep, lifecycle.Settle, lifecycle.Make, lifecycle.Drop:
	}
	for _, difference := range d.Differences {
		p.Differences = append(p.Differences, difference.String())
	}
	return p
}

// PodsOf gathers pods for what was decided; it is nil where no profile goes that takes pods.
func PodsOf(d lifecycle.Decision) *Pods {
	switch {
	case d.Action == lifecycle.Undo:
		return NewPods(d.Profiles, After(d), d.Successor.Name)
	case d.Action == lifecycle.Begin, d.Action == lifecycle.Finish && d.Stage == lifecycle.Begun:
		return NewPods(d.Profiles, After(d), d.Name)
	}
	return nil
}

// After returns the profiles that are there when what was decided is done.
func After(d lifecycle.Decision) []fargate.Profile {
	if d.Action == lifecycle.Undo {
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
func replacementSteps(d lifecycle.Decision, settle time.Duration, after int) []Step {
	original, successor, ready := d.Name, d.Wanted.Name, untilReady(settle)
	left := d.Steps()
	pinned := "will stay Pending; change that label in their templates first"
	for i, step := range left {
		if step == lifecycle.MakeRenewed {
			pinned = fmt.Sprintf("stay Pending until they are recreated after step %d", after+i+1)
		}
	}
	steps := make([]Step, len(left))
	for i, step := range left {
		switch step {
		case lifecycle.MakeSuccessor:
			steps[i] = Step{Action: StepCreate, Profile: successor, Until: ready}
		case lifecycle.DrainOriginal:
			steps[i] = Step{
				Action: StepDrain, Profile: original, Until: fmt.Sprintf("it has no pods, for %s at most", d.Wish.Drain),
				Means: "the owners of its pods are restarted one after another; their new pods hit " + successor +
					", which sorts before it",
			}
		case lifecycle.RetireOriginal:
			stops := "its pods are stopped at once"
			if i > 0 && left[i-1] == lifecycle.DrainOriginal {
				stops = "pods that it has yet are stopped at once"
			}
			steps[i] = Step{Action: StepDelete, Profile: original, Until: "it is gone", Means: fmt.Sprintf(
				"%s, their replacements hit %s; pods labelled %s=%s %s",
				stops, successor, kube.ProfileLabel, original, pinned)}
		case lifecycle.MakeRenewed:
			const means = "it is the new profile, under the old name"
			steps[i] = Step{Action: StepCreate, Profile: original, Until: ready, Means: means}
		case lifecycle.RetireTemporary:
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
