package sandbox

// This file lets reads be behind the writes: what a cluster's profiles were before each of the last
// writes, and which of these a stale read shows.

import (
	"slices"
	"time"
)

// staleReads are the operations that can show the past.
var staleReads = []string{"eks:DescribeFargateProfile", "eks:ListFargateProfiles", "eks:ListTagsForResource"}

// pastLimit is how many writes a cluster remembers the time before.
const pastLimit = 16

// snapshot is what the profiles of a cluster were just before a write.
type snapshot struct {
	cluster  *cluster
	at       time.Time
	profiles []profile
}

// writing remembers the present because it is about to change.
func (cl *cluster) writing(now time.Time) {
	s := snapshot{cluster: cl, at: now, profiles: make([]profile, len(cl.profiles))}
	for i, p := range cl.profiles {
		s.profiles[i] = *p // what hangs on it is replaced by writes, never changed
	}
	if len(cl.past) == pastLimit {
		cl.past = slices.Delete(cl.past, 0, 1)
	}
	cl.past = append(cl.past, s)
	cl.writes++
}

// unseenReads counts the reads since a write.
type unseenReads struct{ write, reads int }

// past decides whether a read is stale, by the rules that hit it, and what it shows then.
func (s *Server) past(c *call, rules []*faultRule) bool {
	if !slices.Contains(staleReads, c.service+":"+c.operation) {
		return false
	}
	cl := s.state.find(c.region, c.cluster)
	if cl == nil || len(cl.past) == 0 {
		return false
	}
	for _, r := range rules {
		switch {
		case r.Reads > 0:
			seen := r.unseen[cl]
			if seen.write != cl.writes {
				seen = unseenReads{write: cl.writes}
			}
			if seen.reads >= r.Reads {
				continue
			}
			seen.reads++
			r.unseen[cl] = seen
			c.past = &cl.past[len(cl.past)-1]
		case r.Lag > 0:
			since := c.now.Add(-r.Lag)
			i := slices.IndexFunc(cl.past, func(s snapshot) bool { return s.at.After(since) })
			if i < 0 {
				continue
			}
			c.past = &cl.past[i]
		default:
			c.past = &cl.past[len(cl.past)-1]
		}
		return true
	}
	return false
}

// seenBy is the cluster as a request sees it. In the past time passes too: a transition that had begun
// before the write that is not seen ends in its time.
func (cl *cluster) seenBy(c *call) *cluster {
	if c.past == nil || c.past.cluster != cl {
		return cl
	}
	view := *cl
	view.profiles = nil
	for _, p := range c.past.profiles {
		if shown, exists := p.at(c.now); exists {
			view.profiles = append(view.profiles, &profile{Profile: shown, seq: p.seq})
		}
	}
	return &view
}
