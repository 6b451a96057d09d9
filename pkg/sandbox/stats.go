package sandbox

// This file counts requests: how many there were, how many at once, and how many had to wait for
// another one (the sequential round trips that a user feels).

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Stats is what happened since the start or the last ResetStats.
type Stats struct {
	// Requests counts all AWS requests, retries and disturbed ones included.
	Requests int `json:"requests"`
	// Sequential counts requests that began when none was in flight.
	Sequential int `json:"sequential"`
	// MaxInFlight is the most requests that were in flight at once.
	MaxInFlight int `json:"maxInFlight"`
	// Operations counts requests by service:Operation.
	Operations map[string]int `json:"operations"`
	// Permissions counts how often each IAM action was asked for, granted or not: what a least policy
	// must allow, and what it need not.
	Permissions map[string]int `json:"permissions"`
}

func newStats() Stats { return Stats{Operations: map[string]int{}, Permissions: map[string]int{}} }

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
	// Actor tells what a competing actor did just before or after it, if one was there.
	Actor string `json:"actor,omitempty"`
	// Sequential: it began when no other was in flight.
	Sequential bool `json:"sequential"`
	// UserAgent is the client's.
	UserAgent string `json:"userAgent,omitempty"`
}

// maxOperations is how many operations are counted by name; a client can invent any number.
const maxOperations = 1000

// logLimit is how many requests the log keeps, so that a sandbox can serve for days.
const logLimit = 10000

// begin counts a request in; end counts it out.
func (s *Server) begin() (number int, sequential bool) {
	s.statsLock.Lock()
	defer s.statsLock.Unlock()
	s.arrivals++
	s.stats.Requests++
	sequential = s.inFlight == 0
	if sequential {
		s.stats.Sequential++
	}
	s.inFlight++
	s.stats.MaxInFlight = max(s.stats.MaxInFlight, s.inFlight)
	return s.arrivals, sequential
}

func (s *Server) counted(c *call) {
	s.statsLock.Lock()
	defer s.statsLock.Unlock()
	name := c.service + ":" + c.operation
	if _, seen := s.stats.Operations[name]; !seen && len(s.stats.Operations) >= maxOperations {
		name = "others"
	}
	s.stats.Operations[name]++
}

func (s *Server) asked(action string) {
	s.statsLock.Lock()
	defer s.statsLock.Unlock()
	s.stats.Permissions[action]++
}

func (s *Server) end() {
	s.statsLock.Lock()
	defer s.statsLock.Unlock()
	s.inFlight--
}

func (s *Server) logged(r Request) {
	s.statsLock.Lock()
	defer s.statsLock.Unlock()
	if len(s.requests) >= logLimit {
		s.requests = slices.Delete(s.requests, 0, logLimit/10)
	}
	s.requests = append(s.requests, r)
}

// Stats returns the counts so far.
func (s *Server) Stats() Stats {
	s.statsLock.Lock()
	defer s.statsLock.Unlock()
	out := s.stats
	out.Operations, out.Permissions = maps.Clone(s.stats.Operations), maps.Clone(s.stats.Permissions)
	return out
}

// ResetStats begins the counts and the log anew.
func (s *Server) ResetStats() {
	s.statsLock.Lock()
	defer s.statsLock.Unlock()
	s.stats = newStats()
	s.requests = nil
}

// Requests returns the log of answered requests, in the order of their answers.
func (s *Server) Requests() []Request {
	s.statsLock.Lock()
	defer s.statsLock.Unlock()
	return slices.Clone(s.requests)
}

// controlPrefix is where the sandbox talks about itself; it is no AWS path and is not counted.
const controlPrefix = "/_sandbox/"

// serveControl answers GET /_sandbox/stats, GET /_sandbox/requests, GET /_sandbox/history, POST
// /_sandbox/reset-stats and POST /_sandbox/faults (a YAML list of faults, as in a world file).
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, controlPrefix) {
	case "GET stats":
		writeJSON(w, s.Stats())
	case "GET requests":
		requests := s.Requests()
		if requests == nil {
			requests = []Request{}
		}
		writeJSON(w, requests)
	case "GET history":
		writeJSON(w, s.histories())
	case "POST reset-stats":
		s.ResetStats()
		writeJSON(w, s.Stats())
	case "POST faults":
		var faults []Fault
		data, err := readBody(r)
		if err == nil {
			faults, err = parseFaults(data)
		}
		if err == nil {
			err = s.SetFaults(faults...)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		writeJSON(w, s.Stats())
	default:
		http.Error(w, "the sandbox knows GET /_sandbox/stats, GET /_sandbox/requests, GET /_sandbox/history, POST /_sandbox/reset-stats and POST /_sandbox/faults", http.StatusNotFound)
	}
}

// clusterHistory is what happened to the profiles of one cluster.
type clusterHistory struct {
	Region  string   `json:"region"`
	Cluster string   `json:"cluster"`
	Changes []Change `json:"changes"`
}

// histories are those of all clusters, with the sandbox's own time, which may run fast.
func (s *Server) histories() any {
	out := struct {
		Now      time.Time        `json:"now"`
		Clusters []clusterHistory `json:"clusters"`
	}{Now: s.options.Now(), Clusters: []clusterHistory{}}
	for _, c := range s.world.Clusters {
		changes := s.History(c.Region + "/" + c.Name)
		if changes == nil {
			changes = []Change{}
		}
		out.Clusters = append(out.Clusters, clusterHistory{c.Region, c.Name, changes})
	}
	return out
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(v) // the client has gone; there is nobody to tell
}
