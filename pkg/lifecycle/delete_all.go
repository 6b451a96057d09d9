package lifecycle

import (
	"context"
	"errors"
	"slices"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// Deletion is what became of one profile of several.
type Deletion struct {
	Profile fargate.Profile
	// Err is why it was not deleted; nil where it is gone or, without waiting, on its way.
	Err error
	// Untried reports whether nothing was sent, because the run ended before.
	Untried bool
}

// DeleteAll deletes the profiles in their order. A failure does not keep the next from being tried, unless
// the run itself ended: the time limit of one was reached, ctx is over, or AWS went away. done is called with every
// profile that was deleted, as soon as that is known.
func (r *Runner) DeleteAll(
	ctx context.Context, profiles []fargate.Profile, wait bool, done func(fargate.Profile),
) []Deletion {
	out := make([]Deletion, len(profiles))
	stopped := false
	for i, p := range profiles {
		out[i] = Deletion{Profile: p, Untried: stopped}
		if stopped {
			continue
		}
		if out[i].Err = r.Delete(ctx, p, wait); out[i].Err == nil {
			done(p)
		}
		var unfinished *Unfinished
		stopped = errors.As(out[i].Err, &unfinished)
	}
	return out
}

// Selection is what was found of the profiles that are to be deleted.
type Selection struct {
	// Profiles are those of the cluster, Doomed those of them that are to go, in the order of their names as given.
	Profiles, Doomed []fargate.Profile
	// Missing are the names that no profile has.
	Missing []string
}

// Select finds the profiles of the names. First is a reading of the cluster's profiles of just now; what it lacks may
// be there, and with certain it is missing only when that was so for a grace period.
func (r *Runner) Select(ctx context.Context, cluster string, first []fargate.Profile, names []string, certain bool,
) (Selection, error) {
	s := Selection{Profiles: first}
	s.pick(names)
	if len(s.Missing) == 0 {
		return s, nil
	}
	found, err := r.find(ctx, cluster, s.Missing, certain)
	s.Profiles = append(s.Profiles, found...)
	s.pick(names)
	return s, err
}

// SelectAll is Select of all profiles of the cluster; that there are none is said for certain.
func (r *Runner) SelectAll(ctx context.Context, cluster string, first []fargate.Profile) (Selection, error) {
	profiles, err := r.settled(ctx, cluster, first, len(first) == 0)
	return Selection{Profiles: profiles, Doomed: profiles}, err
}

func (s *Selection) pick(names []string) {
	s.Doomed, s.Missing = nil, nil
	for _, name := range names {
		if p := named(s.Profiles, name); p != nil {
			s.Doomed = append(s.Doomed, *p)
		} else {
			s.Missing = append(s.Missing, name)
		}
	}
}

// Left returns the profiles of the cluster that were not among the doomed ones: what a list had lacked, or what was
// made since.
func (r *Runner) Left(ctx context.Context, cluster string, doomed []fargate.Profile) ([]fargate.Profile, error) {
	first, err := r.EKS.Profiles(ctx, cluster)
	if err != nil {
		return nil, err
	}
	left, err := r.settled(ctx, cluster, first, false)
	return slices.DeleteFunc(left, func(p fargate.Profile) bool {
		return slices.ContainsFunc(doomed, func(d fargate.Profile) bool { return d.ARN == p.ARN })
	}), err
}

// Without returns the profiles whose names the others do not have.
func Without(profiles []fargate.Profile, others ...fargate.Profile) []fargate.Profile {
	return slices.DeleteFunc(slices.Clone(profiles), func(p fargate.Profile) bool { return named(others, p.Name) != nil })
}

// named returns the profile of the name, nil where there is none.
func named(profiles []fargate.Profile, name string) *fargate.Profile {
	i := slices.IndexFunc(profiles, func(p fargate.Profile) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &profiles[i]
}
