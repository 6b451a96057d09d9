package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// ChangeKind says how a profile of the file and what there is of it differ.
type ChangeKind string

// The kinds of a change.
const (
	Added     ChangeKind = "added"
	Changed   ChangeKind = "changed"
	Removed   ChangeKind = "removed"
	Same      ChangeKind = "same"
	Unmanaged ChangeKind = "unmanaged"
)

// Change is how one profile differs from the file, and what apply does about it.
type Change struct {
	// Name is the profile's in the file, or its own where the file does not have it.
	Name string     `json:"name"`
	Kind ChangeKind `json:"change"`
	// File and Line are where the file has it.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Action is create, replace, finish, tag, wait, delete or none.
	Action string `json:"action"`
	// Before and After are the names under which it lives; empty where it does not. They differ for a replacement
	// that does not keep the name.
	Before string `json:"before"`
	After  string `json:"after"`
	// Applied reports whether apply made the profile, or has adopted it.
	Applied     bool                 `json:"applied"`
	Differences []fargate.Difference `json:"differences"`
	// Request is the body of the creation that this takes, as far as that is known before the pre-flight.
	Request *Request `json:"request,omitempty"`
}

// ChangesOf returns how a file and the cluster differ: the profiles of the file in their order, then the others.
func ChangesOf(c decision.Changes) []Change {
	out := make([]Change, 0, len(c.Decisions)+len(c.Others))
	for i, d := range c.Decisions {
		change := ChangeOf(d)
		if i < len(c.Entries) {
			change.File, change.Line = c.Entries[i].File, c.Entries[i].Line
		}
		out = append(out, change)
	}
	for _, p := range c.Others {
		change := Change{
			Name: p.Name, Kind: Unmanaged, Action: "none", Before: p.Name, After: p.Name, Differences: []fargate.Difference{},
		}
		if applied := p.Tags[decision.TagApplied]; applied != "" {
			change.Name, change.Kind, change.Applied = applied, Removed, true
		}
		out = append(out, change)
	}
	return out
}

// Pending returns how many of the changes apply carries out.
func Pending(changes []Change) int {
	n := 0
	for _, c := range changes {
		if c.Action != "none" {
			n++
		}
	}
	return n
}

// ChangeOf returns what was decided about one profile.
func ChangeOf(d decision.Decision) Change {
	change := Change{Name: d.Wish.Applied, Kind: Changed, After: d.Name, Differences: d.Differences}
	if d.Original != nil {
		change.Before, change.Applied = d.Name, d.Original.Tags[decision.TagApplied] != ""
	}
	switch d.Action {
	case decision.Make:
		change.Kind, change.Action = Added, StepCreate
		if d.Creating() {
			change.Action = StepWait
		} else {
			change.Request = RequestOf(d.Wanted)
		}
	case decision.Begin, decision.Finish:
		change.Action = "finish"
		if d.Action == decision.Begin {
			change.Action, change.Request = "replace", RequestOf(d.Intended())
		} else if d.Stage == decision.Begun {
			wanted := d.Wanted
			wanted.Tags = decision.WithoutIntent(wanted.Tags)
			change.Differences = fargate.Differences(*d.Original, wanted)
		}
		if !d.Wish.KeepName {
			change.After = d.Wanted.Name
		}
	case decision.Tag:
		change.Action = StepTag
	case decision.Drop:
		change.Kind, change.Action, change.After = Removed, StepDelete, ""
		change.Name = cmp.Or(d.Original.Tags[decision.TagApplied], d.Name)
	case decision.Missing, decision.Keep, decision.Settle, decision.Undo:
		change.Kind, change.Action = Same, "none"
	}
	if change.Differences == nil {
		change.Differences = []fargate.Difference{}
	}
	return change
}

// Apply returns the plan of what was decided about a file. Settle is the time between a profile's becoming ACTIVE and
// the deletion that relies on it. What pods make of the order has to be Scheduled before.
func Apply(c decision.Changes, settle time.Duration, pods *Pods) *Plan {
	p := New(c.Cluster, "none")
	p.Changes = slices.DeleteFunc(ChangesOf(c), func(change Change) bool {
		return change.Action == "none" && change.Kind != Removed // what stays although the file had it is worth a word
	})
	if !slices.ContainsFunc(c.Decisions, decision.Decision.Retires) {
		settle = 0 // nothing relies on what is made
	}
	for _, t := range c.Turns {
		p.Action = "apply"
		p.turn(c.Decisions[t.Index], t, settle)
	}
	p.AddPods(pods)
	return p
}

// turn adds the steps of one turn, and what becomes of the pods of a profile that goes.
func (p *Plan) turn(d decision.Decision, t decision.Turn, settle time.Duration) {
	switch {
	case d.Action == decision.Tag:
		p.Steps = append(p.Steps, Step{Action: StepTag, Profile: d.Name})
	case d.Action == decision.Make:
		p.Steps = append(p.Steps, creation(d, settle)...)
	case d.Action == decision.Drop:
		p.Steps = append(p.Steps, deletion(*d.Original))
		p.cover(*d.Original, t.Left)
	case t.MakeOnly:
		p.Steps = append(p.Steps, replacementSteps(d, settle, len(p.Steps))[:1]...)
	default:
		made := d.Wanted
		made.Status = fargate.StatusActive
		if d = d.Made(made); d.Stage == decision.Begun {
			p.cover(*d.Original, t.Left)
		}
		p.Steps = append(p.Steps, replacementSteps(d, settle, len(p.Steps))...)
	}
}

// creation are the steps to a new profile; what failed goes before.
func creation(d decision.Decision, settle time.Duration) []Step {
	create := activeStep(d.Name, settle)
	if d.Creating() {
		create.Action, create.Status = StepWait, d.Original.Status
	} else if d.Original != nil {
		return []Step{deletion(*d.Original), create}
	}
	return []Step{create}
}

// PodsOfAll gathers pods for what was decided about a file; it is nil where no profile goes but a temporary one.
func PodsOfAll(c decision.Changes) *Pods {
	var going []string
	after := c.Profiles
	for _, d := range c.Decisions {
		retires := d.Retires()
		if retires {
			going = append(going, d.Name)
		}
		if d.Profiles = after; retires || d.Action == decision.Make {
			after = d.After()
		}
	}
	if going == nil {
		return nil
	}
	return NewPods(c.Profiles, after, going...)
}
