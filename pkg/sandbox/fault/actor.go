package fault

import (
	"cmp"
	"maps"
	"slices"
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

// When an actor acts: before the request's effect or after it.
const (
	BeforeRequest = "before"
	AfterRequest  = "after"
)

// Selector is one selector of a profile.
type Selector struct {
	Namespace string            `yaml:"namespace" json:"namespace,omitempty"`
	Labels    map[string]string `yaml:"labels,omitempty" json:"labels,omitzero"`
}

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

// on returns the actor as it acts at a request: when, where and on what it has said, else on what the request
// is about. Nothing that hangs on it is shared.
func (a Actor) on(cluster, profile string) Actor {
	a.When, a.Cluster, a.Name = cmp.Or(a.When, BeforeRequest), cmp.Or(a.Cluster, cluster), cmp.Or(a.Name, profile)
	a.Subnets, a.Selectors, a.Tags = slices.Clone(a.Subnets), slices.Clone(a.Selectors), maps.Clone(a.Tags)
	return a
}
