package sandbox

// This file holds the rules by which a sandbox misbehaves on purpose: which requests they choose. What
// happens to those is in fault_kinds.go.

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Fault is one rule. Without Nth, Times, From and Every it hits every request that Operation and Profile
// choose. Only requests that Operation, Profile, After and Until let in are counted.
type Fault struct {
	// Operation is a pattern over service:Operation, as eks:CreateFargateProfile, ec2:* or *.
	Operation string `yaml:"operation"`
	// Profile, when set, is a pattern for the name of the Fargate profile that the request is about.
	Profile string `yaml:"profile,omitempty"`
	// Nth is the first matching request that is hit, counted from 1.
	Nth int `yaml:"nth,omitempty"`
	// Times is how many matching requests in a row are hit; with Every, how many in all. With neither
	// Nth nor Times there is no end; with Nth alone it is 1.
	Times int `yaml:"times,omitempty"`
	// From hits the matching request of that number, counted from 1, and all that follow it.
	From int `yaml:"from,omitempty"`
	// Every hits each matching request whose number is a multiple of it.
	Every int `yaml:"every,omitempty"`
	// After and Until are the span in which the rule is in force, by the sandbox's clock since the rule
	// was set; an Until of 0 means without end.
	After time.Duration `yaml:"after,omitempty"`
	Until time.Duration `yaml:"until,omitempty"`
	// Kind is one of the constants FaultThrottle and so on.
	Kind string `yaml:"kind"`
	// RetryAfter is sent as the header Retry-After, in whole seconds.
	RetryAfter time.Duration `yaml:"retryAfter,omitempty"`
	// Latency is for FaultLatency, FaultLatencyAfter and FaultSilence.
	Latency Range `yaml:"latency,omitempty"`
	// Status is for FaultError and FaultRedirect; Code and Message are for FaultError, FaultCreateFailed and
	// FaultDeleteFailed.
	Status  int    `yaml:"status,omitempty"`
	Code    string `yaml:"code,omitempty"`
	Message string `yaml:"message,omitempty"`
	// ResourceIDs are for FaultCreateFailed and FaultDeleteFailed.
	ResourceIDs []string `yaml:"resourceIDs,omitempty"`
	// Reads and Lag are for FaultStale: how many reads after a write, or for how long after it, the write
	// is not seen. With neither, every read that is hit shows the time before the last write.
	Reads int           `yaml:"reads,omitempty"`
	Lag   time.Duration `yaml:"lag,omitempty"`
	// Name is for FaultOmit and FaultDuplicate: the name that a list lacks or has twice.
	Name string `yaml:"name,omitempty"`
	// Location is for FaultRedirect: the URL that the client is sent to.
	Location string `yaml:"location,omitempty"`
	// Size is for FaultHuge: the bytes of the answer's body.
	Size int64 `yaml:"size,omitempty"`
	// Actor is for FaultActor.
	Actor *Actor `yaml:"actor,omitempty"`
}

// Failure chooses creates or deletes that end in CREATE_FAILED or DELETE_FAILED.
type Failure struct {
	// Profile and Cluster are name patterns; empty means every one.
	Profile string `yaml:"profile,omitempty"`
	Cluster string `yaml:"cluster,omitempty"`
	// Code, Message and ResourceIDs become the profile's health issue. Code is one of HealthCodes,
	// InternalFailure when empty.
	Code        string   `yaml:"code,omitempty"`
	Message     string   `yaml:"message,omitempty"`
	ResourceIDs []string `yaml:"resourceIDs,omitempty"`
	// Times is how many transitions fail; 0 means all.
	Times int `yaml:"times,omitempty"`
}

// Range is a span of time, written 20ms..60ms, or 20ms for both ends.
type Range struct{ Min, Max time.Duration }

// String writes the range as a world file does.
func (r Range) String() string {
	if r.Min == r.Max {
		return r.Min.String()
	}
	return r.Min.String() + ".." + r.Max.String()
}

// ParseRange reads what String writes.
func ParseRange(text string) (Range, error) {
	low, high, found := strings.Cut(text, "..")
	if !found {
		high = low
	}
	var r Range
	var err error
	if r.Min, err = time.ParseDuration(strings.TrimSpace(low)); err == nil {
		r.Max, err = time.ParseDuration(strings.TrimSpace(high))
	}
	if err != nil {
		return Range{}, fmt.Errorf("%q is not a span of time like 20ms..60ms", text)
	}
	return r, nil
}

// UnmarshalYAML reads a range from its text.
func (r *Range) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := ParseRange(node.Value)
	if err != nil || node.Kind != yaml.ScalarNode {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q is not a span of time like 20ms..60ms", node.Line, node.Value)}}
	}
	*r = parsed
	return nil
}

// MarshalYAML writes a range as text.
func (r Range) MarshalYAML() (any, error) { return r.String(), nil }

// IsZero lets YAML leave an unset range out.
func (r Range) IsZero() bool { return r == Range{} }

func (r Range) check() error {
	switch {
	case r.Min < 0:
		return fmt.Errorf("%s begins below zero", r)
	case r.Max < r.Min:
		return fmt.Errorf("%s ends before it begins", r)
	case r.Max > time.Hour:
		return fmt.Errorf("%s is longer than an hour", r)
	}
	return nil
}

// draw picks a duration of the range.
func (r Range) draw(rng *rand.Rand) time.Duration {
	if r.Max <= r.Min {
		return r.Min
	}
	return r.Min + time.Duration(rng.Int64N(int64(r.Max-r.Min)+1))
}

// faultRule is a Fault with its count of matching requests.
type faultRule struct {
	Fault
	set          time.Time
	matched, hit int
	// unseen counts, for FaultStale, the reads of each cluster since its last write.
	unseen map[*cluster]unseenReads
}

// strikes counts a matching request and says whether the rule hits it.
func (r *faultRule) strikes(c *call, now time.Time) bool {
	if !glob(r.Operation, c.service+":"+c.operation) || (r.Profile != "" && !glob(r.Profile, clip(c.profile))) {
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
	return hit
}

// concerns reports whether the rule's kind can do anything to the request.
func (r *faultRule) concerns(c *call) bool {
	only := onlyFor[r.Kind]
	return only == nil || slices.Contains(only, c.service+":"+c.operation)
}

// stroke is what the rules decided about one request.
type stroke struct {
	// before and after are how long it takes until its effect, and from its effect to its answer.
	before, after time.Duration
	// answer is the rule that takes the place of the answer, or breaks it; nil for none.
	answer *faultRule
	// outcome lets the transition that the request begins fail.
	outcome *faultRule
	stale   []*faultRule
	lists   []*faultRule
	actors  []*faultRule
	kinds   []string
}

// struck decides about one request. Every rule counts it; latencies add up, all actors act, and of the
// other rules the first that hits wins.
func (s *Server) struck(c *call) stroke {
	s.faultLock.Lock()
	defer s.faultLock.Unlock()
	out := stroke{before: s.world.Latency.draw(s.latencies)}
	now := s.options.Now()
	for _, r := range s.rules {
		if !r.strikes(c, now) || !r.concerns(c) {
			continue
		}
		switch stage := faultKinds[r.Kind].stage; {
		case stage == stageDelay:
			out.before += r.Latency.draw(s.latencies)
		case stage == stageLinger:
			out.after += r.Latency.draw(s.latencies)
		case stage == stageActor:
			out.actors = append(out.actors, r)
		case stage == stageStale:
			out.stale = append(out.stale, r)
		case stage == stageList:
			out.lists = append(out.lists, r)
			out.kinds = append(out.kinds, r.Kind)
		case stage == stageOutcome && out.outcome == nil:
			out.outcome = r
		case stage != stageOutcome && out.answer == nil:
			out.answer = r
			out.kinds = append(out.kinds, r.Kind)
			if r.Kind == FaultSilence {
				out.after += r.silence(s.latencies)
			}
		}
	}
	return out
}

// SetFaults replaces the fault rules and starts their counts and times anew. The error is a *WorldError.
func (s *Server) SetFaults(faults ...Fault) error {
	c := &checker{seen: map[string]string{}}
	if c.tooMany("faults", len(faults)) {
		return &WorldError{Faults: c.faults}
	}
	rules := make([]*faultRule, len(faults))
	now := s.options.Now()
	for i, f := range faults {
		f.check(c, fmt.Sprintf("faults[%d]", i), &s.world)
		if f.Actor != nil {
			actor := *f.Actor
			actor.Subnets, actor.Keys = slices.Clone(actor.Subnets), slices.Clone(actor.Keys)
			actor.Selectors, actor.Tags = slices.Clone(actor.Selectors), maps.Clone(actor.Tags)
			f.Actor = &actor
		}
		rules[i] = &faultRule{Fault: f, set: now, unseen: map[*cluster]unseenReads{}}
	}
	if len(c.faults) > 0 {
		return &WorldError{Faults: c.faults}
	}
	s.faultLock.Lock()
	defer s.faultLock.Unlock()
	s.rules = rules
	return nil
}

// glob matches * (any run) and ? (one character) over the whole text.
func glob(pattern, text string) bool {
	p, t := []rune(pattern), []rune(text)
	i, j, star, mark := 0, 0, -1, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
