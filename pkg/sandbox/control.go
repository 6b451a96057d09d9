package sandbox

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// controlPrefix is where the sandbox answers about itself; it is no AWS path and is not counted.
const controlPrefix = "/_sandbox/"

// healthPath answers that the sandbox is there, without ControlHeader.
const healthPath = controlPrefix + "health"

// serveControl answers about the sandbox itself.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_sandbox/stats", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Stats()) })
	mux.HandleFunc("GET "+healthPath, func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /_sandbox/requests", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, append([]Request{}, s.Requests()...))
	})
	mux.HandleFunc("GET /_sandbox/history", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.histories()) })
	mux.HandleFunc("POST /_sandbox/reset-stats", func(w http.ResponseWriter, _ *http.Request) {
		s.ResetStats()
		writeJSON(w, s.Stats())
	})
	mux.HandleFunc("POST /_sandbox/faults", s.takeFaults)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the sandbox knows GET /_sandbox/health, GET /_sandbox/stats, GET /_sandbox/requests, "+
			"GET /_sandbox/history, POST /_sandbox/reset-stats and POST /_sandbox/faults", http.StatusNotFound)
	})
	mux.ServeHTTP(w, r.WithContext(r.Context())) // a copy, because the mux writes into it
}

// takeFaults sets the faults of a YAML list, as in a world file.
func (s *Server) takeFaults(w http.ResponseWriter, r *http.Request) {
	var faults []Fault
	data, err := wire.ReadBody(r)
	if err == nil {
		faults, err = world.ParseFaults(data)
	}
	if err == nil {
		err = s.SetFaults(faults...)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	writeJSON(w, s.Stats())
}

// histories returns what happened to the profiles of all clusters, with the sandbox's own time, which may run fast.
func (s *Server) histories() any {
	type clusterHistory struct {
		Region  string   `json:"region"`
		Cluster string   `json:"cluster"`
		Changes []Change `json:"changes"`
	}
	out := struct {
		Now      time.Time        `json:"now"`
		Clusters []clusterHistory `json:"clusters"`
	}{Now: s.options.Now(), Clusters: []clusterHistory{}}
	for _, c := range s.world.Clusters {
		changes := append([]Change{}, s.History(c.Region+"/"+c.Name)...)
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
