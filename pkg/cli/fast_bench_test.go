//go:build unix

package cli

import (
	"fmt"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// BenchmarkRoundTrips runs fgctl as a process against a cluster of 5 and of 100 profiles at 50 ms a request, and reports
// the median time as a ratio to that of a start and the calls that must follow one another, with ten at a time (two for
// get of 5 profiles, three for check and for diff with a difference), and how many calls did.
func BenchmarkRoundTrips(b *testing.B) {
	const latency, rounds = 50 * time.Millisecond, 5
	dir := b.TempDir()
	binary, file := filepath.Join(dir, "fgctl"), filepath.Join(dir, "profiles.yaml")
	buildBinary(b, binary, "./../../cmd/fgctl")
	for _, profiles := range []int{5, 100} {
		world := crowd(profiles)
		world.Latency = sandbox.Range{Min: latency, Max: latency}
		server, err := sandbox.New(world, sandbox.Options{})
		if err != nil {
			b.Fatal(err)
		}
		web := httptest.NewServer(server)
		defer web.Close()
		median := func(line string) time.Duration {
			var took []time.Duration
			for range rounds {
				run := exec.CommandContext(b.Context(), "sh", "-c", binary+" "+line)
				run.Env = append(sandbox.Env(web.URL, server.World()), "XDG_CONFIG_HOME="+dir)
				began := time.Now()
				if text, err := run.CombinedOutput(); err != nil && run.ProcessState.ExitCode() != 3 {
					b.Fatalf("%s: %v\n%s", line, err, text)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			return took[rounds/2]
		}
		queue := time.Duration(profiles+9)/10 - 1
		median("get fp -c demo -o clusterconfig | sed s/team-001/other/ >" + file)
		for line, calls := range map[string]time.Duration{"get fp -c demo": 2, "check fp -c demo": 3, "diff -f " + file: 3} {
			b.Run(fmt.Sprintf("%s/%d", strings.Fields(line)[0], profiles), func(b *testing.B) {
				for b.Loop() {
					start, before := median("version"), server.Stats()
					took, after := median(line), server.Stats()
					b.ReportMetric(float64(took)/float64((calls+queue)*latency+start), "x-calls")
					b.ReportMetric(float64(took.Microseconds())/1000, "ms")
					b.ReportMetric(float64(after.Sequential-before.Sequential)/rounds, "in-a-row")
					b.ReportMetric(float64(after.Requests-before.Requests)/rounds, "requests")
				}
			})
		}
	}
}
