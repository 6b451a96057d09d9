package decision

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// Wish is what a change is asked for: the change, and how the new profile comes.
type Wish struct {
	Name   string
	Change fargate.Change
	// NewName is the successor's name, empty for the next number; KeepName goes through a temporary profile.
	NewName  string
	KeepName bool
	// NewRole asks for the role that fgctl makes for the cluster.
	NewRole bool
	// Abort asks for a replacement under way to be undone.
	Abort bool
	// Applied is the profile's name in the file that is applied, empty without one. A successor is tagged with it; with
	// Adopt, so is a profile that stays.
	Applied string
	Adopt   bool
	// Drain, where it is not 0, has pods moved before their profile goes, and is how long that may take. The successor
	// sorts before the original then, so that new pods hit it.
	Drain time.Duration
	// Reserved are names besides those of the cluster's profiles that a successor may not have.
	Reserved []string
}

// Action is what a wish comes to.
type Action int

const (
	// Missing means that there is no profile of the name.
	Missing Action = iota
	// Keep means that the profile is as wanted; or nothing is under way that could be undone.
	Keep
	// Tag means that only tags differ, which change in place.
	Tag
	// Begin means that a successor has to be made.
	Begin
	// Finish means that what an earlier run has begun is finished; a creation is under way then.
	Finish
	// Settle means that all was done by an earlier run.
	Settle
	// Undo means that the successor that an earlier run has begun goes.
	Undo
	// Make means that the profile has to be made, or is on its way, or failed and is made again.
	Make
	// Drop means that the profile goes, and nothing takes its place.
	Drop
)

// Decision is what has to be done about a wish, and the situation in which that holds.
type Decision struct {
	Situation
	Action Action
	// Wish is what is to be done: how a replacement under way was begun, and no role that is there already.
	Wish Wish
	// Wanted is the original as changed for Keep and Tag, the new profile for Make, and the successor for the others:
	// with its name for Begin, as it was found for the others.
	Wanted      fargate.Profile
	Differences []fargate.Difference
	// Preflight is what the pre-flight found for the successor that has to be made.
	Preflight preflight.Report
}

// Checked returns the decision with the successor as the pre-flight found it, with the subnets and the role that it
// will have.
func (d Decision) Checked(report preflight.Report) Decision {
	d.Preflight, d.Wanted = report, report.Profile
	d.Wanted.PodExecutionRoleARN, _ = RoleOf(report)
	if d.Action == Begin && report.NewRole != "" && d.Wanted.PodExecutionRoleARN != "" {
		d.Differences = fargate.Differences(*d.Original, d.Wanted)
	}
	return d
}

// Intended returns the successor as it will be sent: with the tags that name the original it replaces.
func (d Decision) Intended() fargate.Profile {
	return WithIntent(d.Wanted, d.Name, ProfileID(*d.Original), d.Wish.KeepName)
}

// Agreed refuses to begin what takes pods their profile where nobody has agreed to it; uncovered reports whether the
// plan does. What other profiles cover, and the successor does not, has to be agreed to as well.
func (d Decision) Agreed(uncovered bool) error {
	if d.Action != Begin {
		return nil
	}
	for _, c := range fargate.Coverage(d.Original.Selectors, with(nil, d.Wanted)) {
		if c.Extent != fargate.ExtentWhole {
			return Refused("the successor does not cover all that the original covers; nothing was changed; " +
				"say --yes if that is meant")
		}
	}
	if uncovered {
		return Refused("pods would be left without a profile, as the plan says; nothing was changed; " +
			"say --yes if that is meant")
	}
	return nil
}

// DecideCreation returns what there is to do about a profile that is to be there as the report has it: it is Missing,
// or one that is there already has to be kept, or to be finished. The error says why that one is in the way.
func DecideCreation(report preflight.Report) (Action, error) {
	have := report.Existing()
	if have == nil || have.Status == fargate.StatusDeleting {
		return Missing, nil
	}
	if have.Status == fargate.StatusCreating {
		return Finish, Judge(*have, report.Profile)
	}
	return Keep, Judge(*have, report.Profile)
}

// Decide returns what the wish comes to in this situation, or why it is refused.
func (s Situation) Decide(w Wish) (Decision, error) {
	d := Decision{Situation: s, Wish: w}
	switch {
	case w.Abort:
		return d, d.undo()
	case s.Unfinished():
		d.Action, d.Wanted = Finish, *s.Successor
		if err := s.sameChange(w); err != nil {
			return d, &Refusal{Reason: OtherUnderWay, Situation: s, Err: err}
		}
		d.Wish.KeepName, d.Wish.NewRole = s.KeepName(), false
		return d, nil
	case s.Stage == Done:
		d.Action, d.Wanted = Settle, *s.Successor
		if s.sameChange(w) != nil {
			return d, Refused("there is no profile %s any more: it was replaced by %s, which is not as wanted now; "+
				"replace %s instead", s.Name, s.Successor.Name, s.Successor.Name)
		}
		return d, nil
	case s.Stage == Fresh:
		return d, d.begin()
	}
	return d, nil
}

// undo decides about a wish to undo.
func (d *Decision) undo() error {
	switch s := d.Situation; {
	case s.Stage == Done:
		return Refused("the replacement of %s by %s is finished and cannot be undone", s.Name, s.Successor.Name)
	case s.Stage == Absent:
		return nil
	case s.Stage == Fresh && s.Original.Tags[TagReplaces] == s.Name:
		return Refused("no replacement of profile %s is under way; "+
			"the last one, under its own name, is finished and cannot be undone", s.Name)
	case s.Stage == Fresh:
		d.Action, d.Wanted = Keep, *s.Original // as an abort whose answer was lost leaves it
		return nil
	case !s.CanAbort():
		return &Refusal{Reason: TooLate, Situation: s, Err: fmt.Errorf(
			"the original %s is not ACTIVE any more, so the replacement by %s cannot be undone", s.Name, s.Successor.Name)}
	}
	d.Action, d.Wanted = Undo, *d.Successor
	return nil
}

// begin decides about a profile that nothing replaces yet.
func (d *Decision) begin() (err error) {
	original, w := *d.Original, &d.Wish
	// A role that an earlier run has made is no change; asked for again, it is kept.
	w.NewRole = w.NewRole && !madeRole(original)
	d.Wanted, err = w.successorOf(original)
	if err != nil && w.KeepName && w.renewed(original) {
		d.Wanted, err = original, nil // the selector went when an earlier run did all this
	}
	if err != nil {
		return err
	}
	if w.Adopt {
		d.Wanted.Tags[TagApplied] = w.Applied
	}
	d.Differences = fargate.Differences(original, d.Wanted)
	if w.NewName == "" && !w.NewRole {
		switch {
		case len(d.Differences) == 0:
			d.Action = Keep
			return nil
		case onlyTags(d.Differences):
			d.Action = Tag
			return fargate.ValidateTags(fargate.OwnTags(merged(original.Tags, d.Wanted.Tags))).OrNil()
		}
	}
	if d.Action = Begin; w.Applied != "" {
		d.Wanted.Tags[TagApplied] = w.Applied
	}
	if first := firstOf(original); first != "" && d.Wanted.Tags[TagApplied] == "" {
		d.Wanted.Tags[TagFirst] = first
	}
	if original.Status != fargate.StatusActive {
		refusal := &Refusal{Situation: d.Situation, Err: fmt.Errorf(
			"profile %s is %s, so there is nothing ACTIVE to replace; nothing was changed", original.Name, original.Status)}
		if !original.Status.InTransition() {
			refusal.Reason = GivenUp
		}
		return refusal
	}
	if err := d.doneBefore(); err != nil {
		return err
	}
	if d.Wanted.Name, err = d.successorName(); err != nil {
		return err
	}
	if faults, _ := fargate.Validate(d.Wanted); len(faults) > 0 {
		return faults
	}
	return d.checkTags()
}

// doneBefore refuses to do once more what an earlier run did with an earlier profile of the name, or began to: the
// one that has the name now is somebody else's. A new name shows that it is meant, and so does keeping the name, which
// leaves other traces.
func (d *Decision) doneBefore() error {
	if d.Wish.NewName != "" || d.Wish.KeepName {
		return nil
	}
	// What the change names is telling; what the successor inherits is that of another original.
	change := d.Wish.Change
	wanted := change.Wanted
	if len(wanted.Selectors)+len(wanted.Subnets)+len(change.Add) == 0 && wanted.PodExecutionRoleARN == "" {
		wanted = d.Wanted
	}
	wanted.Tags = nil
	for _, e := range d.Earlier {
		if change.Contradiction(e) != "" || len(fargate.Differences(e, wanted)) > 0 {
			continue
		}
		return &Refusal{Reason: DoneBefore, Situation: d.Situation, Err: fmt.Errorf(
			"profile %s is what is asked for, and it replaces an earlier profile %s; "+
				"the one of that name now (%s) was made since then, perhaps by somebody else; nothing was changed",
			e.Name, d.Name, d.Original.ARN)}
	}
	return nil
}

// successorName is the name under which the successor is made: that of the temporary profile where the name is kept.
func (d *Decision) successorName() (string, error) {
	taken := func(name string) bool {
		return fargate.Named(d.Profiles, name) != nil || slices.Contains(d.Wish.Reserved, name)
	}
	switch {
	case d.Wish.KeepName:
		return fargate.TemporaryName(d.Name, taken), nil
	case d.Wish.NewName == "" && d.Wish.Drain > 0:
		name := fargate.EarlierName(d.Name, taken)
		if name == "" {
			return "", Refused("no name sorts before %s, so new pods would hit it again; replace it without --drain", d.Name)
		}
		return name, nil
	case d.Wish.NewName == "":
		return fargate.SuccessorName(d.Name, taken), nil
	case taken(d.Wish.NewName):
		return "", Refused("profile %s exists already; choose another --new-name; nothing was changed", d.Wish.NewName)
	}
	return d.Wish.NewName, nil
}

// checkTags judges whether the successor can carry the tags of the original besides those of the replacement.
func (d *Decision) checkTags() error {
	own := len(WithoutIntent(d.Wanted.Tags))
	n := len(d.Intended().Tags)
	if n <= fargate.MaxTags {
		return nil
	}
	return Refused("nothing was changed; the successor has %d tags, and a replacement adds %d of its own; "+
		"AWS takes at most %d\nremove %d from profile %s first: aws eks untag-resource --resource-arn %s --tag-keys KEY...",
		own, n-own, fargate.MaxTags, n-fargate.MaxTags, d.Name, d.Original.ARN)
}

// sameChange is an error when another successor is wished for than the one that is under way, or there.
func (s Situation) sameChange(w Wish) error {
	successor := *s.Successor
	other := func(what string) error {
		return fmt.Errorf("a replacement of %s by %s is unfinished, and %s; nothing was changed",
			s.Name, successor.Name, what)
	}
	switch {
	case w.NewName != "" && w.NewName != successor.Name:
		return other("--new-name asks for another name")
	case w.KeepName && !s.KeepName():
		return other("it was begun without --keep-name")
	case w.Drain > 0 && s.Stage == Begun && s.Original.Status == fargate.StatusActive &&
		!fargate.SortsBefore(successor.Name, s.Name):
		return other("--drain needs a successor whose name sorts before " + s.Name)
	case w.Change.Empty() && !w.NewRole:
		return nil
	case w.NewRole && !madeRole(successor):
		return other("--create-pod-execution-role asks for another role than " + successor.PodExecutionRoleARN)
	}
	want := w.Change.Wanted
	if s.Stage == Begun {
		var err error
		if want, err = w.successorOf(*s.Original); err != nil {
			return err
		}
		want.Tags = w.Change.Wanted.Tags // those of the original may have been changed since the successor was made
		if w.NewRole {
			want.PodExecutionRoleARN = successor.PodExecutionRoleARN
		}
	} else if why := w.Change.Contradiction(successor); why != "" {
		return other("another profile is asked for now: " + why)
	}
	if differences := fargate.Differences(successor, want); len(differences) > 0 {
		return other("another profile is asked for now: " + differences[0].String())
	}
	return nil
}

// successorOf applies the change to the original, whose tags of an earlier replacement are the past.
func (w Wish) successorOf(original fargate.Profile) (fargate.Profile, error) {
	original.Tags = inherited(original.Tags)
	p, faults := w.Change.Successor(original)
	return p, faults.OrNil()
}

// renewed reports whether the profile was made by a replacement that kept its name, and is as the change wants it.
func (w Wish) renewed(p fargate.Profile) bool {
	return p.Tags[TagReplaces] == p.Name && w.Change.Contradiction(p) == "" &&
		len(fargate.Differences(p, w.Change.Wanted)) == 0
}

// madeRole reports whether the profile has the role that fgctl makes for its cluster.
func madeRole(p fargate.Profile) bool {
	region := fargate.ParseARN(p.ARN).Region
	return strings.HasSuffix(p.PodExecutionRoleARN, ":role/"+RoleName(p.Cluster, region))
}

// Made returns the decision as it is when its successor is ACTIVE.
func (d Decision) Made(successor fargate.Profile) Decision {
	d.Action, d.Wanted, d.Successor = Finish, successor, &successor
	if d.Stage == Fresh {
		d.Stage = Begun
	}
	return d
}

// with returns the profiles with one more, ACTIVE, in the place of the one of its name.
func with(profiles []fargate.Profile, p fargate.Profile) []fargate.Profile {
	p.Status = fargate.StatusActive
	return append(fargate.Without(profiles, p), p)
}

// final is the new profile under the name that it has in the end.
func (d Decision) final() fargate.Profile {
	p := d.Wanted
	if d.Wish.KeepName {
		p.Name = d.Name
	}
	return p
}

// During returns the profiles that are there while the original is drained.
func (d Decision) During() []fargate.Profile { return with(d.Profiles, d.Wanted) }

// After returns the profiles that are there when what was decided is done, where it makes a profile or one goes.
func (d Decision) After() []fargate.Profile {
	switch d.Action {
	case Undo:
		return fargate.Without(d.Profiles, *d.Successor)
	case Drop:
		return fargate.Without(d.Profiles, *d.Original)
	case Make:
		return with(d.Profiles, d.Wanted)
	case Missing, Keep, Tag, Settle, Begin, Finish:
	}
	return with(fargate.Without(d.Profiles, *d.Original, d.Wanted), d.final())
}
