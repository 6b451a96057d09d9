package fault

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/glob"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// Rules are the faults in force. They are safe for concurrent use.
type Rules struct {
	lock      sync.Mutex
	latency   Range
	latencies *rand.Rand
	list      []*rule
}

// NewRules returns rules without faults, under which every request takes a duration of latency.
func NewRules(latency Range, seed uint64) *Rules {
	//nolint:gosec // the same seed is to give the same latencies
	return &Rules{latency: latency, latencies: rand.New(rand.NewPCG(seed, 1))}
}

// Set replaces the faults and starts their counts and times anew.
func (r *Rules) Set(faults []Fault, now time.Time) {
	list := make([]*rule, len(faults))
	for i, f := range faults {
		if f.Actor != nil {
			own := f.Actor.on(f.Actor.Cluster, f.Actor.Name)
			own.Keys = slices.Clone(own.Keys)
			f.Actor = &own
		}
		list[i] = &rule{Fault: f, kind: kindOf(f.Kind), set: now, unseen: map[any]unseenReads{}}
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.list = list
}

// rule is a Fault with its count of matching requests.
type rule struct {
	Fault
	kind         *kind
	set          time.Time
	matched, hit int
	// unseen counts, for Stale, the reads of each cluster since its last write.
	unseen map[any]unseenReads
}

// unseenReads counts the reads since a write.
type unseenReads struct{ write, reads int }

// hits counts a matching request and reports whether the rule hits it.
func (r *rule) hits(c *wire.Call, now time.Time) bool {
	name := c.FullName()
	if !glob.Match(r.Operation, name) || (r.Profile != "" && !glob.Match(r.Profile, wire.Clip(c.Profile))) {
		return false
	}
	if age := now.Sub(r.set); age < r.After || (r.Until > 0 && age >= r.Until) {
		return false
	}
	r.matched++
	var hit bool
	switch {
	case r.From > 0:
		hit = r.matched >= r.From
	case r.Every > 0:
		hit = r.matched%r.Every == 0 && (r.Times == 0 || r.hit < r.Times)
	case r.Nth == 0 && r.Times == 0:
		hit = true
	default:
		hit = r.matched >= max(r.Nth, 1) && r.hit < max(r.Times, 1)
	}
	if hit {
		r.hit++
	}
	return hit && (r.kind.only == nil || slices.Contains(r.kind.only, name))
}

// Stroke is what the rules decided about one request.
type Stroke struct {
	// Before and After are how long it takes until its effect, and from its effect to its answer.
	Before, After time.Duration
	// Kinds are those of the rules that did something.
	Kinds []string

	answer, outcome      *rule
	stale, lists, actors []*rule
}

// Strike decides about one request. Every rule counts it; latencies add up, all actors act, and of the other
// rules the first that hits wins.
func (r *Rules) Strike(c *wire.Call, now time.Time) *Stroke {
	r.lock.Lock()
	defer r.lock.Unlock()
	s := &Stroke{Before: r.latency.Draw(r.latencies)}
	for _, rule := range r.list {
		if !rule.hits(c, now) {
			continue
		}
		switch stage := rule.kind.stage; {
		case stage == delays:
			s.Before += rule.Latency.Draw(r.latencies)
		case stage == lingers:
			s.After += rule.Latency.Draw(r.latencies)
		case stage == actors:
			s.actors = append(s.actors, rule)
		case stage == stale:
			s.stale = append(s.stale, rule)
		case stage == lists:
			s.lists = append(s.lists, rule)
			s.Kinds = append(s.Kinds, rule.Kind)
		case stage == outcomes && s.outcome == nil:
			s.outcome = rule
		case stage != outcomes && s.answer == nil:
			s.answer = rule
			s.Kinds = append(s.Kinds, rule.Kind)
			if rule.Kind == Silence {
				s.After += rule.silence(r.latencies)
			}
		}
	}
	return s
}

// Outcome returns how the transition ends that the request begins, nil where no fault says so, and notes that it
// has begun.
func (s *Stroke) Outcome() *Failure {
	if s.outcome == nil {
		return nil
	}
	f := s.outcome.Fault
	s.Kinds = append(s.Kinds, f.Kind)
	return &Failure{Code: f.Code, Message: f.Message, ResourceIDs: slices.Clone(f.ResourceIDs)}
}

// Actors returns those that act before the request's effect or after it.
func (s *Stroke) Actors(when string, c *wire.Call) []Actor {
	var out []Actor
	for _, r := range s.actors {
		if a := r.Actor.on(c.Cluster, c.Profile); a.When == when {
			out = append(out, a)
		}
	}
	return out
}

// Past decides whether a read is stale. The cluster has been written to so many times, and the states before the
// last of these writes ended at the times; index is the one that the read shows.
func (s *Stroke) Past(cluster any, writes int, times []time.Time, now time.Time) (index int, isStale bool) {
	last := len(times) - 1
	for _, r := range s.stale {
		index = last
		switch {
		case last < 0:
			return 0, false
		case r.Reads > 0:
			seen := r.unseen[cluster]
			if seen.write != writes {
				seen = unseenReads{write: writes}
			}
			if seen.reads >= r.Reads {
				continue
			}
			seen.reads++
			r.unseen[cluster] = seen
		case r.Lag > 0:
			index = slices.IndexFunc(times, func(t time.Time) bool { return t.After(now.Add(-r.Lag)) })
			if index < 0 {
				continue
			}
		}
		s.Kinds = append(s.Kinds, Stale)
		return index, true
	}
	return 0, false
}
