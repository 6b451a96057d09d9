//go:build unix

package cli

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkStartup starts fgctl version and the program of testdata/floor by turns, and reports the ratio of their
// median times: what fgctl's own initialisers cost. The aim is 1.25.
func BenchmarkStartup(b *testing.B) {
	dir := b.TempDir()
	fgctl, floor := filepath.Join(dir, "fgctl"), filepath.Join(dir, "floor")
	buildBinary(b, fgctl, "./../../cmd/fgctl")
	buildBinary(b, floor, "./testdata/floor")
	start := func(name string, args ...string) time.Duration {
		began := time.Now()
		if err := exec.Command(name, args...).Run(); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
	var ours, least []time.Duration
	for b.Loop() {
		for range 40 {
			ours, least = append(ours, start(fgctl, "version")), append(least, start(floor))
		}
	}
	slices.Sort(ours)
	slices.Sort(least)
	b.ReportMetric(float64(ours[len(ours)/2])/float64(least[len(least)/2]), "x-floor")
	b.ReportMetric(float64(ours[len(ours)/2].Microseconds())/1000, "ms/start")
}
