package cli

// This file says what a replacement is going to do, from its beginning or from where an earlier run has left it.

import (
	"fmt"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
)

// plan says what will happen, step by step, and what becomes of the pods of the original.
func (r *replacement) plan(original, successor fargate.Profile, differences []fargate.Difference) *changePlan {
	p := newPlan(r.cluster, "replace")
	for _, d := range differences {
		p.Differences = append(p.Differences, d.String())
	}
	p.Steps = r.steps(successor.Name)
	p.cover(original, r.after(original, successor))
	return p
}

// steps are all transitions of the replacement, in their order.
func (r *replacement) steps(successor string) []planStep {
	original, ready := r.opts.name, "it is ACTIVE"
	if r.opts.settle > 0 {
		ready += fmt.Sprintf(" and the scheduler had %s to learn of it", r.opts.settle)
	}
	means := "its pods are stopped at once, their replacements hit " + successor
	pinned := fmt.Sprintf("; pods labelled %s=%s ", fargate.ProfileLabel, original)
	steps := []planStep{{Action: "create", Profile: successor, Until: ready}}
	if !r.Wish.KeepName {
		return append(steps, planStep{
			Action: "delete", Profile: original, Until: "it is gone",
			Means: means + pinned + "will stay Pending; change that label in their templates first",
		})
	}
	return append(
		steps,
		planStep{Action: "delete", Profile: original, Until: "it is gone", Means: means + pinned + "stay Pending until they are recreated after step 3"},
		planStep{Action: "create", Profile: original, Until: ready, Means: "it is the new profile, under the old name"},
		planStep{Action: "delete", Profile: successor, Until: "it is gone", Means: "it was temporary; pods are stopped a second time, their replacements hit the new " + original},
	)
}

// planRest says what is left of an unfinished replacement.
func (r *replacement) planRest(successor fargate.Profile) *changePlan {
	p := newPlan(r.cluster, "resume")
	if r.Stage == lifecycle.Begun {
		p = r.plan(*r.Original, successor, nil)
		p.Action = "resume"
	} else {
		p.Steps = r.steps(successor.Name)
		if !r.KeepName() {
			p.Steps = p.Steps[:1] // somebody else has deleted the original
			return p
		}
		p.Steps = p.Steps[2:]
	}
	if successor.Status == fargate.StatusActive && p.Steps[0].Profile == successor.Name && p.Steps[0].Action == "create" {
		p.Steps = p.Steps[1:]
	}
	if r.Stage == lifecycle.Renewed && r.Original.Status == fargate.StatusActive {
		p.Steps = p.Steps[1:]
	}
	return p
}

// after returns the profiles that are there when all is done.
func (r *replacement) after(original, successor fargate.Profile) []fargate.Profile {
	successor = asActive(successor)
	if r.Wish.KeepName {
		successor.Name = original.Name
	}
	return append(without(r.Profiles, []fargate.Profile{original}), successor)
}

// asActive is a profile as it will be when EKS is done with it.
func asActive(p fargate.Profile) fargate.Profile {
	p.Status = fargate.StatusActive
	return p
}
