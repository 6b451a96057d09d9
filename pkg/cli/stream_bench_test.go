//go:build unix

package cli

// This file measures match over the pods of a large cluster: go test ./pkg/cli -run '^$' -bench Stream
// prints how the time of the whole command compares with that of encoding/json for the same bytes and the
// same pod type, and the most memory that the command took, by itself and as a part of 150 MiB.

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// wirePod is what match reads of a pod, as encoding/json fills it.
type wirePod struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name              string            `json:"name"`
		GenerateName      string            `json:"generateName"`
		Namespace         string            `json:"namespace"`
		UID               string            `json:"uid"`
		CreationTimestamp time.Time         `json:"creationTimestamp"`
		Labels            map[string]string `json:"labels"`
		Annotations       map[string]string `json:"annotations"`
		OwnerReferences   []struct {
			Kind       string `json:"kind"`
			Name       string `json:"name"`
			Controller bool   `json:"controller"`
		} `json:"ownerReferences"`
	} `json:"metadata"`
	Spec   corev1.PodSpec `json:"spec"`
	Status struct {
		Phase string `json:"phase"`
	} `json:"status"`
}

const benchProfiles = `
- {name: fp-web, status: ACTIVE, selectors: [{namespace: web-*}]}
- {name: fp-shop, status: ACTIVE, selectors: [{namespace: shop-*}]}
- {name: fp-jobs, status: ACTIVE, selectors: [{namespace: jobs-*}]}
- {name: fp-team, status: ACTIVE, selectors: [{namespace: team-*, labels: {app.kubernetes.io/managed-by: Helm}}]}
`

// BenchmarkStream takes FGCTL_BENCH_PODS pods, 100,000 by default.
func BenchmarkStream(b *testing.B) {
	pods := 100_000
	if text := asked["FGCTL_BENCH_PODS"]; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		pods = n
	}
	dir := b.TempDir()
	binary, list, profiles := filepath.Join(dir, "fgctl"), filepath.Join(dir, "pods.json"), filepath.Join(dir, "profiles.yaml")
	buildBinary(b, binary, "./../../cmd/fgctl")
	file, err := os.Create(list)
	if err != nil {
		b.Fatal(err)
	}
	if err := writePods(file, pods, 1); err != nil {
		b.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil || file.Close() != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(profiles, []byte(benchProfiles), 0o600); err != nil {
		b.Fatal(err)
	}
	var ours, quiet, asJSON, theirs time.Duration
	var peak int64
	match := func(flags ...string) time.Duration {
		began := time.Now()
		run := exec.CommandContext(b.Context(), binary, append([]string{
			"match", "--profiles-from", profiles, "-f", list, "--fail-on", "errors",
		}, flags...)...)
		run.Stderr = os.Stderr
		if err := run.Run(); err != nil {
			b.Fatal(err)
		}
		if usage, ok := run.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, usage.Maxrss)
		}
		return time.Since(began)
	}
	for b.Loop() {
		ours, quiet, asJSON = ours+match(), quiet+match("-q"), asJSON+match("-o", "json")
		began := time.Now()
		if n := decodeAll(b, list); n != pods {
			b.Fatalf("encoding/json read %d pods of %d", n, pods)
		}
		theirs += time.Since(began)
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB-read")
	b.ReportMetric(float64(peak)/1024, "MiB-peak")
	b.ReportMetric(float64(peak)/1024/150, "x-150-MiB")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "x-encoding/json")
	b.ReportMetric(asJSON.Seconds()/quiet.Seconds(), "x-quiet-as-json")
	b.ReportMetric(theirs.Seconds()/float64(b.N), "s-encoding/json")
}

func buildBinary(b *testing.B, binary, of string) {
	b.Helper()
	if text, err := exec.CommandContext(b.Context(), "go", "build", "-o", binary, of).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, text)
	}
}

// decodeAll reads the list as a program with encoding/json would that keeps one pod at a time.
func decodeAll(b *testing.B, path string) int {
	b.Helper()
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	for {
		token, err := decoder.Token()
		if err != nil {
			b.Fatal(err)
		}
		if token == "items" {
			break
		}
	}
	if _, err := decoder.Token(); err != nil {
		b.Fatal(err)
	}
	count := 0
	for ; decoder.More(); count++ {
		var pod wirePod
		if err := decoder.Decode(&pod); err != nil {
			b.Fatal(err)
		}
	}
	return count
}
