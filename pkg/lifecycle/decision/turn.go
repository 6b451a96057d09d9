package decision

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// Turn is what is done about one profile before another one has its turn.
type Turn struct {
	// Index is that of the decision. MakeOnly reports whether only its successor is made; the rest has another turn.
	Index    int
	MakeOnly bool
	// Left are the profiles that pods may rely on after the turn: those that are there, and do not go later.
	Left []fargate.Profile
}

// schedule is what is left to be put in order.
type schedule struct {
	*Changes
	// makes and retires are indices of decisions: what is made comes before what it takes the place of.
	makes, retires []int
	// slots is how many profiles may be made before one goes.
	slots int
	left  []fargate.Profile
}

// Schedule puts what has to be done in an order in which no pod loses its profile and none moves twice, where there is
// such an order: everything is made before anything goes, as far as slots allow. What goes is in the order of
// fargate.DeletionOrder; again is what that wants to know of pods and may be nil. What EKS is at comes first.
func (c *Changes) Schedule(again map[string]int) {
	c.Turns = nil
	s := schedule{Changes: c, slots: cmp.Or(c.Slots, fargate.MaxProfiles) - len(c.Profiles)}
	if c.Slots == 0 && s.slots < 0 { // the quota was raised
		s.slots = len(c.Decisions)
	}
	var going []fargate.Profile
	at := map[string]int{}
	for i, d := range c.Decisions {
		if d.Action == Tag {
			c.Turns = append(c.Turns, Turn{Index: i})
		}
		if slices.Contains(d.Steps(), MakeSuccessor) {
			s.makes = append(s.makes, i)
		}
		switch {
		case d.Retires():
			going = append(going, *d.Original)
			at[d.Original.Name] = i
		case slices.Contains(d.Steps(), RetireTemporary):
			s.retires = append(s.retires, i)
		}
	}
	s.left = fargate.Without(c.Profiles, going...)
	for _, p := range fargate.DeletionOrder(going, again) {
		s.retires = append(s.retires, at[p.Name])
	}
	for len(s.makes)+len(s.retires) > 0 {
		if i, found := s.nextRetired(); found {
			s.retire(i)
		} else {
			s.make(s.nextMade())
		}
	}
}

// nextRetired returns what goes next; found is false where something is made before.
func (s *schedule) nextRetired() (next int, found bool) {
	ready := slices.DeleteFunc(slices.Clone(s.retires), func(i int) bool { return slices.Contains(s.makes, i) })
	if at := slices.IndexFunc(ready, func(i int) bool { return s.Decisions[i].Going() }); at >= 0 {
		return ready[at], true
	}
	m := s.nextMade()
	if len(ready) == 0 || m >= 0 && (s.slots > 0 || s.Decisions[m].slots() == 0 || s.Decisions[m].busy()) {
		return 0, false
	}
	return ready[max(0, slices.IndexFunc(ready, s.covered))], true
}

// nextMade returns what is made next, -1 where nothing is: what EKS is at, else what needs no slot, else the first.
func (s *schedule) nextMade() int {
	for _, wanted := range []func(i int) bool{
		func(i int) bool { return s.Decisions[i].busy() },
		func(i int) bool { return s.Decisions[i].slots() == 0 },
		func(int) bool { return true },
	} {
		if i := slices.IndexFunc(s.makes, wanted); i >= 0 {
			return s.makes[i]
		}
	}
	return -1
}

// covered reports whether no pod loses its profile when the original goes now.
func (s *schedule) covered(i int) bool {
	original := s.Decisions[i].Original
	return original == nil || !original.Status.TakesPods() ||
		!slices.ContainsFunc(fargate.Coverage(original.Selectors, s.left), func(c fargate.Cover) bool {
			return c.Extent != fargate.ExtentWhole
		})
}

func (s *schedule) make(i int) {
	s.makes = slices.DeleteFunc(s.makes, func(j int) bool { return j == i })
	d := s.Decisions[i]
	s.slots -= d.slots()
	s.left = with(s.left, d.Wanted)
	s.Turns = append(s.Turns, Turn{Index: i, MakeOnly: d.Action != Make, Left: s.left})
}

func (s *schedule) retire(i int) {
	s.retires = slices.DeleteFunc(s.retires, func(j int) bool { return j == i })
	d := s.Decisions[i]
	s.slots++
	if d.Wish.KeepName && d.Action != Drop {
		s.left = with(fargate.Without(s.left, d.Wanted), d.final())
	}
	s.Turns = append(s.Turns, Turn{Index: i, Left: s.left})
}

// busy reports whether a profile that is decided about is in transition.
func (d Decision) busy() bool {
	moves := func(p *fargate.Profile) bool { return p != nil && p.Status.InTransition() }
	return moves(d.Original) || moves(d.Successor)
}

// Going reports whether EKS is at what follows when the successor is ACTIVE.
func (d Decision) Going() bool {
	gone := func(p *fargate.Profile) bool { return p != nil && p.Status == fargate.StatusDeleting }
	return gone(d.Original) || gone(d.Successor) || d.Stage == Renewed && d.Creating()
}

// Creating reports whether EKS is making the profile already.
func (d Decision) Creating() bool {
	return d.Original != nil && d.Original.Status == fargate.StatusCreating
}

// slots is how many profile slots it takes to make what is wanted.
func (d Decision) slots() int {
	if d.Action == Make && d.Original != nil || d.Action == Finish && d.Successor != nil {
		return 0
	}
	return 1
}

// Checks returns, for every profile that has to be made, what the pre-flight needs; at are the decisions.
func (c *Changes) Checks(skip []string, newRole string) (inputs []preflight.Input, at []int) {
	var planned []fargate.Profile
	var gone, leaving []string
	for _, d := range c.Decisions {
		if d.Retires() {
			leaving = append(leaving, d.Original.Name)
		}
	}
	for _, t := range c.Turns {
		d := c.Decisions[t.Index]
		switch {
		case d.Action == Begin && t.MakeOnly, d.Action == Make && !d.Creating():
			input := preflight.Input{
				Profile: d.Wanted, Skip: skip, Leaving: leaving, Planned: slices.Clone(planned), Gone: slices.Clone(gone),
			}
			if input.Profile.Cluster = c.Cluster; d.Action == Make {
				input.Gone = append(input.Gone, d.Name) // what failed is made again
			}
			if d.Wish.NewRole {
				input.NewRole = newRole
			}
			inputs, at, planned = append(inputs, input), append(at, t.Index), append(planned, d.Wanted)
		case d.Retires() && !t.MakeOnly:
			gone = append(gone, d.Original.Name)
		}
	}
	return inputs, at
}

// Still returns the judgement of the cluster's profiles right before a profile goes: what was to take its pods has to
// be there, as somebody else may have deleted it since.
func (t Turn) Still(d Decision) func([]fargate.Profile) error {
	if d.Original == nil {
		return nil
	}
	old, promised := *d.Original, fargate.Coverage(d.Original.Selectors, t.Left)
	return func(profiles []fargate.Profile) error {
		relied := slices.DeleteFunc(slices.Clone(profiles), func(p fargate.Profile) bool {
			return p.ARN == old.ARN || fargate.Named(t.Left, p.Name) == nil && p.Name != d.Wanted.Name
		})
		for i, now := range fargate.Coverage(old.Selectors, relied) {
			if promised[i].Extent == fargate.ExtentWhole && now.Extent != fargate.ExtentWhole {
				return &Refusal{Reason: Moved, Err: fmt.Errorf(
					"what was to take the pods of selector %d of profile %s is not there any more; it was not deleted",
					i+1, old.Name)}
			}
		}
		return nil
	}
}
