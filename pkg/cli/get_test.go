package cli

// These tests state what the scripts of get cannot show: how few round trips a large cluster takes, and
// how the table looks in a terminal.

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// inSandbox starts a sandbox and leads fgctl to it.
func inSandbox(t *testing.T, world sandbox.World) *sandbox.Server {
	t.Helper()
	server, err := sandbox.New(world, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, name := range append(sandbox.Stray(), "FGCTL_UPDATE_SCRIPTS") {
		t.Setenv(name, "")
	}
	for _, entry := range sandbox.Env(web.URL, server.World()) {
		key, value, _ := strings.Cut(entry, "=")
		t.Setenv(key, value)
	}
	return server
}

// crowd is the built-in world with many profiles in its cluster.
func crowd(profiles int) sandbox.World {
	world := sandbox.DefaultWorld()
	world.Quotas.Profiles = profiles
	// The spread is wide, so that on a busy machine too some request is always under way.
	world.Latency = sandbox.Range{Min: 100 * time.Millisecond, Max: 600 * time.Millisecond}
	for i := range profiles {
		world.Clusters[0].Profiles = append(world.Clusters[0].Profiles, sandbox.Profile{
			Name: fmt.Sprintf("profile-%03d", i), Role: "fargate-pods", Subnets: []string{"subnet-0aaa0000000000001", "subnet-0aaa0000000000002"},
			Selectors: []sandbox.Selector{{Namespace: fmt.Sprintf("team-%03d", i), Labels: map[string]string{"app.kubernetes.io/name": "api"}}},
		})
	}
	return world
}

// What a hundred profiles take is TestHundredProfiles' matter, in pkg/cloud.
func TestGetTakesTwoRoundTrips(t *testing.T) {
	for _, profiles := range []int{0, 1, 5} {
		server := inSandbox(t, crowd(profiles))
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"get", "fargateprofile", "--cluster", "demo", "-o", "name"}, &output.Streams{Out: &out, Err: &errs}, systemClock{})
		if lines := strings.Count(out.String(), "\n"); code != 0 || lines != profiles {
			t.Fatalf("%d profiles: exit %d with %d names\n%s", profiles, code, lines, &errs)
		}
		stats := server.Stats()
		if stats.Requests != profiles+1 || stats.Sequential > 2 || stats.MaxInFlight > 10 {
			t.Errorf("%d profiles: %+v", profiles, stats)
		}
	}
}

func TestGetFitsTheTerminal(t *testing.T) {
	world := crowd(3)
	world.Latency = sandbox.Range{}
	inSandbox(t, world)
	for _, format := range []string{"table", "wide"} {
		var out, errs bytes.Buffer
		streams := &output.Streams{Out: &out, Err: &errs, OutTerminal: true, Width: 80}
		if code := run(t.Context(), []string{"get", "fp", "-c", "demo", "-o", format}, streams, systemClock{}); code != 0 {
			t.Fatalf("exit %d\n%s", code, &errs)
		}
		widest := 0
		for line := range strings.Lines(out.String()) {
			widest = max(widest, len(strings.TrimRight(line, "\n")))
		}
		if format == "table" && widest > 80 || format == "wide" && widest < 200 {
			t.Errorf("%s is %d columns wide:\n%s", format, widest, &out)
		}
		for _, word := range []string{"profile-002", "team-002", "app.kubernetes.io/", "fargate-pods", "ACTIVE"} {
			if !strings.Contains(out.String(), word) {
				t.Errorf("%s: %q was torn:\n%s", format, word, &out)
			}
		}
	}
}

// Ten profiles of five selectors stay readable in 80 columns: a row a selector and one more for long labels, no word
// torn, each profile's name and status once; in a pipe every row has every cell.
func TestGetGroupsTheRowsOfAProfile(t *testing.T) {
	world := crowd(10)
	world.Latency = sandbox.Range{}
	for i := range world.Clusters[0].Profiles {
		p := &world.Clusters[0].Profiles[i]
		p.Name, p.Selectors = fmt.Sprintf("payments-production-%d", i), nil
		for _, namespace := range []string{"payments-production", "payments-*", "batch", "ci-runners", "default"} {
			labels := map[string]string{"app.kubernetes.io/name": "checkout", "tier": "backend"}
			p.Selectors = append(p.Selectors, sandbox.Selector{Namespace: namespace, Labels: labels})
		}
	}
	inSandbox(t, world)
	show := func(streams output.Streams) []string {
		var out, errs bytes.Buffer
		streams.Out, streams.Err = &out, &errs
		if code := run(t.Context(), []string{"get", "fp", "-c", "demo"}, &streams, systemClock{}); code != 0 {
			t.Fatalf("exit %d\n%s", code, &errs)
		}
		return strings.Split(strings.TrimSpace(out.String()), "\n")
	}
	piped := show(output.Streams{})
	if n := strings.Count(strings.Join(piped, "\n"), "payments-production-7 "); n != 5 || len(piped) != 51 {
		t.Errorf("in a pipe: %d lines, %d of a profile", len(piped), n)
	}
	shown := show(output.Streams{OutTerminal: true, Width: 80})
	text := strings.Join(shown, "\n")
	for word, want := range map[string]int{
		"payments-production-7 ": 1, "ACTIVE": 10, " payments-* ": 10, "name=checkout,": 50, "tier=backend": 50,
	} {
		if n := strings.Count(text, word); n != want {
			t.Errorf("%q stands %d times instead of %d\n%s", word, n, want, text)
		}
	}
	for _, line := range shown {
		if len(line) > 80 || len(shown) > 1+2*50 {
			t.Errorf("%d lines, one of %d columns: %s", len(shown), len(line), line)
		}
	}
}
