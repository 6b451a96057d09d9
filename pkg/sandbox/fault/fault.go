// Package fault holds what disturbs a sandbox: faults of requests, competing actors, transitions that fail, reads
// of the past, lists that mislead and answers that make no sense. Rules chooses which requests are hit; a Stroke
// is what happens to one of them.
package fault

import (
	"fmt"
	"math/rand/v2"
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
	// Kind is one of the constants Throttle and so on.
	Kind string `yaml:"kind"`
	// RetryAfter is sent as the header Retry-After, in whole seconds.
	RetryAfter time.Duration `yaml:"retryAfter,omitempty"`
	// Latency is for Latency, LatencyAfter and Silence.
	Latency Range `yaml:"latency,omitempty"`
	// Status is for Error and Redirect; Code and Message are for Error, CreateFailed and
	// DeleteFailed.
	Status  int    `yaml:"status,omitempty"`
	Code    string `yaml:"code,omitempty"`
	Message string `yaml:"message,omitempty"`
	// ResourceIDs are for CreateFailed and DeleteFailed.
	ResourceIDs []string `yaml:"resourceIDs,omitempty"`
	// Reads and Lag are for Stale: how many reads after a write, or for how long after it, the write
	// is not seen. With neither, every read that is hit shows the time before the last write.
	Reads int           `yaml:"reads,omitempty"`
	Lag   time.Duration `yaml:"lag,omitempty"`
	// Name is for Omit and Duplicate: the name that a list lacks or has twice.
	Name string `yaml:"name,omitempty"`
	// Location is for Redirect: the URL that the client is sent to.
	Location string `yaml:"location,omitempty"`
	// Size is for Huge: the bytes of the answer's body.
	Size int64 `yaml:"size,omitempty"`
	// Actor is for ByActor.
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
		text := fmt.Sprintf("line %d: %q is not a span of time like 20ms..60ms", node.Line, node.Value)
		return &yaml.TypeError{Errors: []string{text}}
	}
	*r = parsed
	return nil
}

// MarshalYAML writes a range as text.
func (r Range) MarshalYAML() (any, error) { return r.String(), nil }

// IsZero lets YAML leave an unset range out.
func (r Range) IsZero() bool { return r == Range{} }

// Check returns what is wrong with the range.
func (r Range) Check() error {
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

// Draw returns a duration of the range.
func (r Range) Draw(rng *rand.Rand) time.Duration {
	if r.Max <= r.Min {
		return r.Min
	}
	return r.Min + time.Duration(rng.Int64N(int64(r.Max-r.Min)+1))
}

// HealthCodes returns the codes of the health issues of a Fargate profile (EKS API, FargateProfileIssue).
func HealthCodes() []string {
	return []string{"PodExecutionRoleAlreadyInUse", "AccessDenied", "ClusterUnreachable", "InternalFailure"}
}
