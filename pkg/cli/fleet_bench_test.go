package cli

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// fleetWorld has so many clusters of ten profiles each, and answers after the latency.
func fleetWorld(clusters int, latency time.Duration) sandbox.World {
	w := sandbox.DefaultWorld()
	w.Latency.Min, w.Latency.Max = latency, latency
	base := w.Clusters[0]
	base.Profiles = nil
	for i := range 10 {
		base.Profiles = append(base.Profiles, sandbox.Profile{
			Name: fmt.Sprintf("p%d", i), Role: "fargate-pods", Selectors: []sandbox.Selector{{Namespace: fmt.Sprintf("ns-%d", i)}},
		})
	}
	w.Clusters = nil
	for i := range clusters {
		c := base
		c.Name = fmt.Sprintf("c%03d", i)
		w.Clusters = append(w.Clusters, c)
	}
	return w
}

// BenchmarkFleet lists and audits 200 clusters of 10 profiles at 50 ms a request. x-requests is the time over what the
// requests alone need at the bound of ten: the aim is 1.2 with that bound, and 5 s without one.
func BenchmarkFleet(b *testing.B) {
	const latency = 50 * time.Millisecond
	for _, command := range []string{"get fp -A -o name", "check fp -A -o json"} {
		for _, flags := range []string{"--max-in-flight 10", ""} {
			b.Run(strings.TrimSpace(strings.Fields(command)[0]+" "+flags), func(b *testing.B) {
				for b.Loop() {
					server, err := sandbox.New(fleetWorld(200, latency), sandbox.Options{})
					if err != nil {
						b.Fatal(err)
					}
					web := httptest.NewServer(server)
					for _, entry := range sandbox.Env(web.URL, server.World()) {
						key, value, _ := strings.Cut(entry, "=")
						b.Setenv(key, value)
					}
					start := time.Now()
					code, out, errs := runs(b, command+" --timeout 5m "+flags)
					took := time.Since(start)
					if code != 0 && code != 3 || !strings.Contains(out, "c199") {
						b.Fatal(code, errs)
					}
					stats := server.Stats()
					web.Close()
					b.ReportMetric(took.Seconds(), "s")
					b.ReportMetric(float64(took)/(float64(stats.Requests)*float64(latency)/10), "x-requests")
					b.ReportMetric(float64(stats.Requests), "requests")
					b.ReportMetric(float64(stats.MaxInFlight), "at-once")
				}
			})
		}
	}
}
