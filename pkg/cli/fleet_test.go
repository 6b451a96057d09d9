package cli

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// runFleet runs a command line against some clusters of ten profiles.
func runFleet(t *testing.T, world sandbox.World, terminal bool, words string) (code int, out, errs string, stats sandbox.Stats) {
	t.Helper()
	server, err := sandbox.New(world, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	defer web.Close()
	for _, entry := range sandbox.Env(web.URL, server.World()) {
		key, value, _ := strings.Cut(entry, "=")
		t.Setenv(key, value)
	}
	var stdout, stderr bytes.Buffer
	streams := &output.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr, ErrTerminal: terminal}
	code = run(t.Context(), strings.Fields(words), streams, fastClock{time.Now()})
	return code, stdout.String(), stderr.String(), server.Stats()
}

// A terminal shows how many clusters are read; a log does not.
func TestFleetProgress(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		code, out, errs, _ := runFleet(t, fleetWorld(5, 0), terminal, "get fp -A -o name")
		if code != 0 || strings.Count(out, "/p0\n") != 5 || strings.Contains(errs, "clusters: 5 of 5 read") != terminal {
			t.Errorf("terminal %v: exit %d\n%s\n%s", terminal, code, out, errs)
		}
	}
}

// With several clusters more than ten requests are under way, while AWS does not throttle; where it does, everything is
// read all the same.
func TestFleetAdapts(t *testing.T) {
	const latency = 50 * time.Millisecond // so that a busy machine sends more than ten within it
	code, out, _, stats := runFleet(t, fleetWorld(20, latency), false, "get fp -A -o name")
	if code != 0 || strings.Count(out, "\n") != 200 || stats.MaxInFlight <= 10 {
		t.Errorf("exit %d, %d profiles, %d at once", code, strings.Count(out, "\n"), stats.MaxInFlight)
	}
	code, _, _, stats = runFleet(t, fleetWorld(2, latency), false, "get fp -A -o name --max-in-flight 4")
	if code != 0 || stats.MaxInFlight != 4 {
		t.Errorf("exit %d, %d at once", code, stats.MaxInFlight)
	}
	world := fleetWorld(2, 0)
	world.Faults = []sandbox.Fault{{Operation: "eks:DescribeFargateProfile", Every: 9, Times: 3, Kind: sandbox.FaultThrottle}}
	if code, out, errs, _ := runFleet(t, world, false, "get fp -A -o name"); code != 0 || strings.Count(out, "\n") != 20 {
		t.Errorf("throttled: exit %d\n%s\n%s", code, out, errs)
	}
}
