package sandbox

// This file holds the competing actor: somebody else who changes a cluster at a chosen request. The
// actor is a client of EKS like any other, so what EKS would refuse does not happen; but what takes EKS
// minutes has taken them already, unless Status says otherwise.

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// What an actor does.
const (
	// ActorCreate makes a profile.
	ActorCreate = "create"
	// ActorDelete removes one.
	ActorDelete = "delete"
	// ActorRecreate removes one and makes it again under its name, with a new ARN. One that is gone
	// already is made again.
	ActorRecreate = "recreate"
	// ActorTag sets tags on one, ActorUntag takes tags away.
	ActorTag   = "tag"
	ActorUntag = "untag"
	// ActorUpdate begins an update of the cluster, during which EKS refuses creates and deletes.
	ActorUpdate = "update"
)

const actorBefore, actorAfter = "before", "after"

// Actor is what somebody else does just before or after a request that a fault of the kind actor chose.
type Actor struct {
	// Action is one of the constants above.
	Action string `yaml:"action"`
	// When is before or after the request's effect; before when empty.
	When string `yaml:"when,omitempty"`
	// Cluster and Name are those of the request when empty.
	Cluster string `yaml:"cluster,omitempty"`
	Name    string `yaml:"name,omitempty"`
	// Role, Subnets, Selectors and Tags are of the profile that is made. A re-created one has what its
	// predecessor had where they are empty. Tags are also those that ActorTag sets.
	Role      string            `yaml:"role,omitempty"`
	Subnets   []string          `yaml:"subnets,omitempty"`
	Selectors []Selector        `yaml:"selectors,omitempty"`
	Tags      map[string]string `yaml:"tags,omitempty"`
	// Keys are those of the tags that ActorUntag takes away.
	Keys []string `yaml:"keys,omitempty"`
	// Status leaves the profile CREATING or DELETING, where it would be ACTIVE or gone.
	Status string `yaml:"status,omitempty"`
	// For is how long an update takes.
	For time.Duration `yaml:"for,omitempty"`
}

// check finds what is wrong with an actor in a world.
func (a Actor) check(c *checker, at string, w *World) {
	if a.Action == "" {
		c.fault(at+".action", "missing")
	}
	c.oneOf(at+".action", a.Action, []string{"", ActorCreate, ActorDelete, ActorRecreate, ActorTag, ActorUntag, ActorUpdate})
	c.oneOf(at+".when", a.When, []string{"", actorBefore, actorAfter})
	if a.Cluster != "" && w.Cluster(a.Cluster) == nil {
		c.fault(at+".cluster", "there is no cluster %q", a.Cluster)
	}
	if a.Role != "" && !strings.HasPrefix(a.Role, "arn:") && w.Role(a.Role) == nil {
		c.fault(at+".role", "there is no role %q", a.Role)
	}
	states := []string{""}
	switch a.Action {
	case ActorCreate:
		states = append(states, statusActive, statusCreating)
		if a.Role == "" {
			c.fault(at+".role", "missing")
		}
		if len(a.Selectors) == 0 {
			c.fault(at+".selectors", "missing")
		}
	case ActorRecreate:
		states = append(states, statusActive, statusCreating)
	case ActorDelete:
		states = append(states, statusDeleting)
	case ActorTag:
		if len(a.Tags) == 0 {
			c.fault(at+".tags", "missing")
		}
	case ActorUntag:
		if len(a.Keys) == 0 {
			c.fault(at+".keys", "missing")
		}
	case ActorUpdate:
		if a.For <= 0 {
			c.fault(at+".for", "must be longer than 0s")
		}
	}
	if len(states) == 1 && a.Status != "" {
		c.fault(at+".status", "is for actors that create, delete and recreate")
	} else if len(states) > 1 {
		c.oneOf(at+".status", a.Status, states)
	}
}

// act lets the actors do what is theirs before or after the request, and tells what they did.
func (s *Server) act(c *call, rules []*faultRule, when string) string {
	did := ""
	for _, r := range rules {
		a := *r.Actor
		if a.When == "" {
			a.When = actorBefore
		}
		if a.When != when {
			continue
		}
		if a.Cluster == "" {
			a.Cluster = c.cluster
		}
		if a.Name == "" {
			a.Name = c.profile
		}
		text := a.Action + " " + a.Cluster
		if a.Action != ActorUpdate {
			text += "/" + a.Name
		}
		if obstacle := s.acts(c, a); obstacle != "" {
			text += " did not happen: " + obstacle
		}
		did = joined(did, text)
	}
	return did
}

// acts does what an actor wants, and says why where EKS would refuse it.
func (s *Server) acts(c *call, a Actor) (obstacle string) {
	cl := s.state.find(c.region, a.Cluster)
	if cl == nil {
		cl = s.state.named(a.Cluster)
	}
	if cl == nil {
		return "no such cluster"
	}
	if a.Action == ActorUpdate {
		cl.updates = append(cl.updates, span{c.now, c.now.Add(a.For)})
		return ""
	}
	p := cl.find(a.Name)
	if a.Action == ActorTag || a.Action == ActorUntag {
		if p == nil {
			return "no such profile"
		}
		cl.writing(c.now)
		tags := map[string]string{}
		maps.Copy(tags, p.Tags)
		maps.Copy(tags, a.Tags)
		maps.DeleteFunc(tags, func(key, _ string) bool { return slices.Contains(a.Keys, key) })
		p.Tags = tags
		return ""
	}
	switch busy := cl.inTransition(); {
	case cl.updating(s.state, c.now):
		return "an update is in progress"
	case busy != nil:
		return busy.Name + " is " + busy.Status
	case a.Name == "":
		return "the request names no profile"
	}
	switch a.Action {
	case ActorCreate:
		if p != nil {
			return "the name is taken"
		}
		if len(cl.profiles) >= s.world.Quotas.Profiles {
			return "no free slot"
		}
		cl.writing(c.now)
		s.actorMakes(c, cl, a, Profile{})
	case ActorDelete:
		if p == nil {
			return "no such profile"
		}
		cl.writing(c.now)
		s.actorRemoves(c, cl, p, a.Status == statusDeleting)
	case ActorRecreate:
		before, known := cl.gone[a.Name]
		if p == nil && !known {
			return "no such profile"
		}
		cl.writing(c.now)
		if p != nil {
			before = p.Profile
			s.actorRemoves(c, cl, p, false)
		}
		s.actorMakes(c, cl, a, before)
	}
	return ""
}

// actorRemoves begins to delete a profile, and ends it too unless it only begins.
func (s *Server) actorRemoves(c *call, cl *cluster, p *profile, onlyBegins bool) {
	p.Status, p.ends, p.next, p.issues = statusDeleting, c.now, gone, nil
	if onlyBegins {
		p.ends = c.now.Add(s.world.Delays.Delete)
	}
	cl.record(c.now, p, p.Status)
	s.state.settle(c.now)
}

// actorMakes makes a profile from what the actor says, and from its predecessor where it says nothing.
func (s *Server) actorMakes(c *call, cl *cluster, a Actor, before Profile) {
	p := &profile{seq: s.state.next(), Profile: Profile{
		Name: a.Name, ARN: s.state.profileARN(cl, a.Name), Created: c.now,
		Role: before.Role, Subnets: before.Subnets, Selectors: before.Selectors, Tags: before.Tags,
	}}
	if a.Role != "" {
		p.Role = a.Role
		if r := s.state.world.Role(a.Role); r != nil {
			p.Role = s.state.world.RoleARN(*r)
		}
	}
	if len(a.Selectors) > 0 {
		p.Selectors = a.Selectors
	}
	if len(a.Tags) > 0 {
		p.Tags = maps.Clone(a.Tags)
	}
	if len(a.Subnets) > 0 {
		p.Subnets = a.Subnets
	}
	if len(p.Subnets) == 0 {
		p.Subnets = s.state.privateSubnets(cl)
	}
	p.Status, p.ends, p.next = statusCreating, c.now, statusActive
	if a.Status == statusCreating {
		p.ends = c.now.Add(s.world.Delays.Create)
	}
	cl.profiles = append(cl.profiles, p)
	cl.record(c.now, p, p.Status)
	s.state.settle(c.now)
}
