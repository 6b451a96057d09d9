package sandbox

// This file holds how a sandbox misbehaves on purpose: rules that choose requests and say what happens
// to them. A fault acts before the request's effect, after it, or on the finished answer; a new kind is
// a new row in faultKinds.

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// The kinds of faults.
const (
	// FaultThrottle refuses with the service's throttling error; nothing happens.
	FaultThrottle = "throttle"
	// FaultError500 and FaultError503 refuse with the service's internal and unavailable errors;
	// nothing happens.
	FaultError500 = "error500"
	FaultError503 = "error503"
	// FaultError refuses with the rule's own status, code and message; nothing happens.
	FaultError = "error"
	// FaultDropBefore closes the connection; nothing happens.
	FaultDropBefore = "drop-before"
	// FaultDropAfter closes the connection after the request has had its effect.
	FaultDropAfter = "drop-after"
	// FaultErrorAfter answers with the internal error after the request has had its effect.
	FaultErrorAfter = "error-after"
	// FaultLatency lets the request take longer, by Latency.
	FaultLatency = "latency"
)

// Fault is one rule. Without Nth, Times and Every it hits every request that Operation and Profile choose.
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
	// Every hits each matching request whose number is a multiple of it.
	Every int `yaml:"every,omitempty"`
	// Kind is one of the constants above.
	Kind string `yaml:"kind"`
	// RetryAfter is sent as the header Retry-After, in whole seconds.
	RetryAfter time.Duration `yaml:"retryAfter,omitempty"`
	// Latency is for FaultLatency.
	Latency Range `yaml:"latency,omitempty"`
	// Status, Code and Message are for FaultError.
	Status  int    `yaml:"status,omitempty"`
	Code    string `yaml:"code,omitempty"`
	Message string `yaml:"message,omitempty"`
}

// Failure chooses creates or deletes that end in CREATE_FAILED or DELETE_FAILED.
type Failure struct {
	// Profile and Cluster are name patterns; empty means every one.
	Profile string `yaml:"profile,omitempty"`
	Cluster string `yaml:"cluster,omitempty"`
	// Code, Message and ResourceIDs become the profile's health issue. Code is InternalFailure when empty.
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

// stage says when a fault acts.
type stage int

const (
	stageDelay stage = iota
	stageBefore
	stageAfter
)

// faultKinds is what each kind does. make builds the answer that replaces the real one; nil means that
// the connection is closed.
var faultKinds = map[string]struct {
	stage stage
	make  func(*call, Fault) *refusal
}{
	FaultLatency:    {stage: stageDelay},
	FaultThrottle:   {stageBefore, func(c *call, _ Fault) *refusal { return c.protocol.throttled }},
	FaultError500:   {stageBefore, func(c *call, _ Fault) *refusal { return c.protocol.internal }},
	FaultError503:   {stageBefore, func(c *call, _ Fault) *refusal { return c.protocol.unavailable }},
	FaultError:      {stageBefore, func(_ *call, f Fault) *refusal { return &refusal{Status: f.Status, Code: f.Code, Message: f.Message} }},
	FaultDropBefore: {stage: stageBefore},
	FaultDropAfter:  {stage: stageAfter},
	FaultErrorAfter: {stageAfter, func(c *call, _ Fault) *refusal { return c.protocol.internal }},
}

func (f Fault) check(c *checker, at string) {
	if f.Operation == "" {
		c.fault(at+".operation", "missing; write a pattern like eks:CreateFargateProfile or *")
	}
	if _, ok := faultKinds[f.Kind]; !ok {
		c.fault(at+".kind", "%q is none of throttle, error500, error503, error, drop-before, drop-after, error-after, latency", f.Kind)
	}
	if f.Nth < 0 || f.Times < 0 || f.Every < 0 {
		c.fault(at, "nth, times and every cannot be negative")
	}
	if f.Nth > 0 && f.Every > 0 {
		c.fault(at+".every", "nth and every exclude each other")
	}
	if f.RetryAfter < 0 {
		c.fault(at+".retryAfter", "cannot be negative")
	}
	if err := f.Latency.check(); err != nil {
		c.fault(at+".latency", "%v", err)
	}
	if f.Kind == FaultLatency && f.Latency == (Range{}) {
		c.fault(at+".latency", "missing; write a span like 1s..2s")
	}
	if f.Kind == FaultError && (f.Status < 400 || f.Status > 599 || f.Code == "") {
		c.fault(at, "an error needs a status from 400 to 599 and a code")
	}
}

func (f Failure) check(c *checker, at string) {
	if f.Times < 0 {
		c.fault(at+".times", "cannot be negative")
	}
}

// faultRule is a Fault with its count of matching requests.
type faultRule struct {
	Fault
	matched, hit int
}

// strikes counts a matching request and says whether the rule hits it.
func (r *faultRule) strikes(c *call) bool {
	if !glob(r.Operation, c.service+":"+c.operation) || (r.Profile != "" && !glob(r.Profile, c.profile)) {
		return false
	}
	r.matched++
	var hit bool
	switch {
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

// struck is what the rules decided about one request: how long it takes, and the fault that replaces
// its answer, if any. Every rule counts the request; the first that hits wins.
func (s *Server) struck(c *call) (time.Duration, *faultRule) {
	s.faultLock.Lock()
	defer s.faultLock.Unlock()
	delay := s.world.Latency.draw(s.latencies)
	var chosen *faultRule
	for _, r := range s.rules {
		if !r.strikes(c) {
			continue
		}
		if faultKinds[r.Kind].stage == stageDelay {
			delay += r.Latency.draw(s.latencies)
		} else if chosen == nil {
			chosen = r
		}
	}
	return delay, chosen
}

// SetFaults replaces the fault rules and starts their counts anew.
func (s *Server) SetFaults(faults ...Fault) error {
	c := &checker{seen: map[string]string{}}
	rules := make([]*faultRule, len(faults))
	for i, f := range faults {
		f.check(c, fmt.Sprintf("faults[%d]", i))
		rules[i] = &faultRule{Fault: f}
	}
	if len(c.faults) > 0 {
		return &WorldError{Faults: c.faults}
	}
	s.faultLock.Lock()
	defer s.faultLock.Unlock()
	s.rules = rules
	return nil
}

// faulty is the answer that a fault puts in the place of the real one.
func (r *faultRule) faulty(c *call) reply {
	kind := faultKinds[r.Kind]
	if kind.make == nil {
		return reply{dropped: true, code: r.Kind}
	}
	out := c.refuse(kind.make(c, r.Fault))
	if r.RetryAfter > 0 {
		out.header = out.header.Clone()
		out.header.Set("Retry-After", strconv.Itoa(int((r.RetryAfter+time.Second-1)/time.Second)))
	}
	return out
}

// drop closes the connection without an answer.
func drop() { panic(http.ErrAbortHandler) }

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
