package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Stats is what happened since the start or the last ResetStats.
type Stats struct {
	// Requests counts all AWS requests, retries and disturbed ones included.
	Requests int `json:"requests"`
	// Sequential counts requests that began when none was in flight: the round trips that a user feels.
	Sequential int `json:"sequential"`
	// MaxInFlight is the most requests that were in flight at once.
	MaxInFlight int `json:"maxInFlight"`
	// Operations counts requests by service:Operation.
	Operations map[string]int `json:"operations"`
	// Permissions counts how often each IAM action was asked for, granted or not: what a least policy
	// must allow, and what it need not.
	Permissions map[string]int `json:"permissions"`
}

// Request is one request that the sandbox has answered.
type Request struct {
	// Number counts from 1 in the order of arrival.
	Number int `json:"number"`
	// At is the time of its effect, by Options.Now.
	At        time.Time `json:"at"`
	Service   string    `json:"service"`
	Operation string    `json:"operation"`
	Region    string    `json:"region"`
	Cluster   string    `json:"cluster,omitempty"`
	Profile   string    `json:"profile,omitempty"`
	// Status is the answer's HTTP status, 0 where the connection was dropped.
	Status int `json:"status"`
	// Code is the error code, empty for a success.
	Code string `json:"code,omitempty"`
	// Fault is the kind of fault that disturbed it, if any; several are separated by commas.
	Fault string `json:"fault,omitempty"`
	// Actor is what a competing actor did just before or after it, if one was there.
	Actor string `json:"actor,omitempty"`
	// Sequential: it began when no other was in flight.
	Sequential bool `json:"sequential"`
	// UserAgent is the client's.
	UserAgent string `json:"userAgent,omitempty"`
}

// line returns the request as the log shows it.
func (r Request) line() string {
	what := r.Service + ":" + r.Operation
	if r.Cluster != "" {
		what += " " + r.Cluster
		if r.Profile != "" {
			what += "/" + r.Profile
		}
	}
	result := fmt.Sprint(r.Status)
	if r.Status == 0 {
		result = "dropped"
	}
	if r.Code != "" && r.Code != r.Fault {
		result += " " + r.Code
	}
	if r.Fault != "" {
		result += " (fault: " + r.Fault + ")"
	}
	if r.Actor != "" {
		result += " (actor: " + r.Actor + ")"
	}
	return fmt.Sprintf("%4d %s %s %s", r.Number, r.Region, what, result)
}

// maxOperations is how many operations are counted by name, because a client can invent any number; logLimit is how
// many requests are remembered, so that a sandbox can serve for days.
const (
	maxOperations = 1000
	logLimit      = 10000
)

// counts are the statistics and the log of a server.
type counts struct {
	lock     sync.Mutex
	stats    Stats
	requests []Request
	arrivals int
	inFlight int
	logLock  sync.Mutex
}

func (c *counts) reset() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.stats, c.requests = Stats{Operations: map[string]int{}}, nil
}

// begin counts a request in; end counts it out.
func (c *counts) begin() (number int, sequential bool) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.arrivals++
	c.stats.Requests++
	sequential = c.inFlight == 0
	if sequential {
		c.stats.Sequential++
	}
	c.inFlight++
	c.stats.MaxInFlight = max(c.stats.MaxInFlight, c.inFlight)
	return c.arrivals, sequential
}

func (c *counts) end() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.inFlight--
}

func (c *counts) operation(name string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if _, seen := c.stats.Operations[name]; !seen && len(c.stats.Operations) >= maxOperations {
		name = "others"
	}
	c.stats.Operations[name]++
}

// answered remembers a request and writes it to the log, where there is one.
func (c *counts) answered(r Request, options Options) {
	c.lock.Lock()
	if len(c.requests) >= logLimit {
		c.requests = slices.Delete(c.requests, 0, logLimit/10)
	}
	c.requests = append(c.requests, r)
	c.lock.Unlock()
	if options.Log == nil {
		return
	}
	line := r.line()
	if options.LogJSON {
		data, _ := json.Marshal(r) // a request always marshals
		line = string(data)
	}
	c.logLock.Lock()
	defer c.logLock.Unlock()
	_, _ = fmt.Fprintln(options.Log, line) // a log that cannot be written stops nothing
}

// Stats returns the counts so far.
func (s *Server) Stats() Stats {
	s.lock.Lock()
	permissions := maps.Clone(s.account.Asked)
	s.lock.Unlock()
	s.counts.lock.Lock()
	defer s.counts.lock.Unlock()
	out := s.counts.stats
	out.Operations, out.Permissions = maps.Clone(out.Operations), permissions
	return out
}

// ResetStats begins the counts and the log anew.
func (s *Server) ResetStats() {
	s.lock.Lock()
	clear(s.account.Asked)
	s.lock.Unlock()
	s.counts.reset()
}

// Requests returns the log of answered requests, in the order of their answers.
func (s *Server) Requests() []Request {
	s.counts.lock.Lock()
	defer s.counts.lock.Unlock()
	return slices.Clone(s.counts.requests)
}
