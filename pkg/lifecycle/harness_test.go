package lifecycle

// This file holds what the tests run on: the sandbox in process with the real SDK, and one clock for
// both sides, so that minutes pass in no time.

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/preflight"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

const (
	goodRole = "arn:aws:iam::111122223333:role/fargate-pods"
	badRole  = "arn:aws:iam::111122223333:role/not-fargate"
	privateA = "subnet-0aaa0000000000001"
	privateB = "subnet-0aaa0000000000002"
)

// The tests make much garbage around a small heap: collected less often, they take two thirds of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	m.Run()
}

// fakeClock only passes when somebody sleeps.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
	// slept are the pauses in their order.
	slept []time.Duration
}

func newClock() *fakeClock { return &fakeClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return nil
}

// notes keeps what was reported.
type notes struct {
	mu    sync.Mutex
	lines []string
	last  map[string]string
}

func (*notes) Await(string) {}

func (n *notes) Update(subject, status string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.last == nil {
		n.last = map[string]string{}
	}
	if n.last[subject] != status {
		n.lines = append(n.lines, subject+": "+status)
		n.last[subject] = status
	}
}

func (n *notes) Note(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, text)
}

// bench is a sandbox with a client and a runner.
type bench struct {
	*Runner
	server *sandbox.Server
	client *cloud.Client
	clock  *fakeClock
	notes  *notes
	// onRequest may be set to watch requests, after their effect and before their answer.
	onRequest func(sandbox.Request)
	// settle is what replacements are given; none, so that nothing hides a gap.
	settle time.Duration
}

// newBench makes a sandbox of the default world after change. The SDK does not retry, so that every
// fault reaches the sequences.
func newBench(t testing.TB, change func(*sandbox.World)) *bench {
	t.Helper()
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	t.Setenv("AWS_RETRY_MODE", "standard") // the adaptive one waits by the machine's clock
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CA_BUNDLE", "")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	world := sandbox.DefaultWorld()
	world.Delays = sandbox.Delays{Create: 90 * time.Second, Delete: 3 * time.Minute}
	if change != nil {
		change(&world)
	}
	b := &bench{clock: newClock(), notes: &notes{}}
	var err error
	b.server, err = sandbox.New(world, sandbox.Options{Now: b.clock.Now, OnRequest: func(r sandbox.Request) {
		if b.onRequest != nil {
			b.onRequest(r)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	b.client, err = cloud.New(t.Context(), cloud.Options{Region: "us-east-1", EndpointURL: "http://sandbox", Transport: b.server.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	tokens := 0
	b.Runner = &Runner{
		EKS: b.client, IAM: b.client, Clock: b.clock, Report: b.notes, Deadline: b.clock.Now().Add(25 * time.Minute),
		Token: func() string { tokens++; return fmt.Sprintf("token-%032d", tokens) },
	}
	return b
}

// existing is a profile for the world file.
func existing(name, status, namespace string) sandbox.Profile {
	return sandbox.Profile{
		Name: name, Role: goodRole, Subnets: []string{privateA, privateB}, Status: status,
		Selectors: []sandbox.Selector{{Namespace: namespace}},
	}
}

func withProfiles(profiles ...sandbox.Profile) func(*sandbox.World) {
	return func(w *sandbox.World) { w.Cluster("demo").Profiles = profiles }
}

// wanted is a profile to create.
func wanted(name, namespace string) fargate.Profile {
	return fargate.Profile{
		Name: name, Cluster: "demo", PodExecutionRoleARN: goodRole, Subnets: []string{privateA, privateB},
		Selectors: []fargate.Selector{{Namespace: namespace}},
	}
}

// checked is a profile that the pre-flight has found nothing about.
func checked(p fargate.Profile, siblings ...fargate.Profile) preflight.Report {
	return preflight.Report{Profile: p, Siblings: siblings}
}

// trusted is a profile whose role the pre-flight has found right.
func trusted(p fargate.Profile) preflight.Report {
	report := checked(p)
	report.Results = []preflight.Result{{Check: "role", Level: preflight.Pass}}
	return report
}

// toBe is the wish to have the profile web replaced by one with the selector of that namespace.
func toBe(namespace string, keepName bool) decision.Wish {
	change := fargate.Change{Wanted: fargate.Profile{Selectors: []fargate.Selector{{Namespace: namespace}}}}
	return decision.Wish{Name: "web", Change: change, KeepName: keepName}
}

// decided reads the cluster's profiles and decides about the wish, as the commands do.
func decided(ctx context.Context, r *Runner, w decision.Wish) (decision.Decision, error) {
	profiles, err := r.EKS.Profiles(ctx, "demo")
	if err != nil {
		return decision.Decision{}, err
	}
	d, err := r.Decide(ctx, "demo", profiles, w)
	return d.Checked(checked(d.Wanted, d.Profiles...)), err
}

// statuses are the cluster's profiles now, by name.
func (b *bench) statuses() map[string]string {
	out := map[string]string{}
	for _, p := range b.server.Profiles("demo") {
		out[p.Name] = p.Status
	}
	return out
}

func (b *bench) read(t testing.TB, name string) fargate.Profile {
	t.Helper()
	p, err := b.client.Profile(t.Context(), "demo", name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// count tells how often an operation was asked for.
func (b *bench) count(operation string) int {
	n := 0
	for _, r := range b.server.Requests() {
		if r.Operation == operation {
			n++
		}
	}
	return n
}
