package lifecycle

// This file holds what the model check runs on: a sandbox in process for every case, a transport that
// kills, and the judgement of what was left.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// model is one world with the clients of one case.
type model struct {
	t         *testing.T
	server    *sandbox.Server
	clock     *fakeClock
	wire      *wire
	transport *killingTransport
	client    *cloud.Client
	runner    *Runner
	killed    bool
	tokens    int
	village   *village      // nil where the sequence has no pods
	think     time.Duration // from looking to acting, for processes that compete
	// bystanders are profiles of somebody else as they were in the beginning.
	bystanders string
	// gap is the first instant at which nothing ACTIVE took a namespace of the sequence.
	gap string
}

// newModel makes the world of a sequence, with two profiles of somebody else in it.
func newModel(t *testing.T, s modelSequence) *model {
	world := sandbox.DefaultWorld()
	world.Delays = sandbox.Delays{Create: 3 * time.Second, Delete: 3 * time.Second}
	other := existing("aaa", "ACTIVE", "other")
	other.Tags = map[string]string{"owner": "somebody"}
	if s.busy {
		other.Status = "CREATING"
	}
	twin := begun(existing("zzz", "ACTIVE", "web-new"))
	twin.Tags[decision.TagReplaces] = "another"
	world.Cluster("demo").Profiles = append([]sandbox.Profile{other, twin}, s.profiles...)
	for i := range world.Cluster("demo").Profiles {
		if p := &world.Cluster("demo").Profiles[i]; p.Name == "web" {
			p.ARN = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/" + originalID
		}
	}
	if s.world != nil {
		s.world(&world)
	}
	m := &model{t: t, clock: newClock(), wire: &wire{}}
	server, err := sandbox.New(world, sandbox.Options{
		Now: m.clock.Now, OnRequest: func(r sandbox.Request) { m.watch(s.covered, r) },
		Sleep: func(_ context.Context, d time.Duration) { m.clock.advance(d) },
	})
	if err != nil {
		t.Fatal(err)
	}
	m.server = server
	if len(s.pods) > 0 {
		m.village = newVillage(m, s.pods...)
	}
	m.bystanders = strings.Replace(m.others(), "CREATING", "ACTIVE", 1)
	// A client takes longer to make than to use; the processes of a case share one.
	if m.client, err = cloud.New(t.Context(), cloud.Options{Region: "us-east-1", EndpointURL: "http://sandbox", Transport: m.wire}); err != nil {
		t.Fatal(err)
	}
	return m
}

// wire carries the requests of the process that runs.
type wire struct{ to http.RoundTripper }

func (w *wire) RoundTrip(request *http.Request) (*http.Response, error) {
	return w.to.RoundTrip(request)
}

// process runs the command as a process of its own, killed at a request if that is not 0.
func (m *model) process(kill int, answered bool, run func(ctx context.Context, m *model) error) error {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	m.transport = &killingTransport{under: m.server.Transport(), kill: kill, answered: answered, end: end, busy: map[string]string{}, tokens: map[string]string{}}
	m.wire.to = m.transport
	m.runner = &Runner{
		EKS: m.client, IAM: m.client, Clock: m.clock, Report: &notes{}, Deadline: m.clock.Now().Add(25 * time.Minute),
		Token: func() string { m.tokens++; return fmt.Sprintf("token-%032d", m.tokens) },
	}
	if m.village != nil {
		m.runner.Kubernetes = m.village
	}
	err := run(ctx, m)
	m.killed = m.transport.dead
	for _, wrong := range m.transport.wrong {
		m.t.Errorf("%s", wrong)
	}
	return err
}

// watch looks after every request whether an ACTIVE profile takes each of the namespaces.
func (m *model) watch(namespaces []string, r sandbox.Request) {
	if m.village != nil {
		m.village.deleted(r)
	}
	if len(namespaces) == 0 || m.gap != "" {
		return
	}
	profiles := m.server.Profiles("demo")
	for _, namespace := range namespaces {
		takes := func(p sandbox.Profile) bool {
			return p.Status == "ACTIVE" && slices.ContainsFunc(p.Selectors, func(s sandbox.Selector) bool { return s.Namespace == namespace })
		}
		if !slices.ContainsFunc(profiles, takes) {
			m.gap = fmt.Sprintf("nothing ACTIVE takes %s after request %d, %s", namespace, r.Number, r.Operation)
		}
	}
}

// advance lets time pass.
func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// others writes down the profiles of somebody else.
func (m *model) others() string {
	out := ""
	for _, p := range m.server.Profiles("demo") {
		if p.Name == "aaa" || p.Name == "zzz" {
			out += fmt.Sprintf("%s %s %s %v %v %v\n", p.Name, p.ARN, p.Status, p.Tags, p.Selectors, p.Subnets)
		}
	}
	return out
}

// judge holds the end and the whole history against what is promised.
func (m *model) judge(why string, s modelSequence) {
	left, want := map[string]string{}, s.want
	if s.files != nil {
		left, want = m.ofFiles(), s.files
	}
	for _, p := range m.server.Profiles("demo") {
		if s.files != nil || p.Name == "aaa" || p.Name == "zzz" {
			continue
		}
		left[p.Name] = p.Selectors[0].Namespace
		if p.Status != "ACTIVE" || p.Tags[decision.TagTemporary] != "" {
			m.t.Errorf("%s: %s is %s, %v", why, p.Name, p.Status, p.Tags)
		}
	}
	if fmt.Sprint(left) != fmt.Sprint(want) {
		m.t.Errorf("%s: left are %v, wanted %v", why, left, want)
	}
	if m.gap != "" {
		m.t.Errorf("%s: %s\n%+v", why, m.gap, m.server.History("demo"))
	}
	if now := m.others(); now != m.bystanders {
		m.t.Errorf("%s: the profiles of somebody else were\n%sand are\n%s", why, m.bystanders, now)
	}
	if bare := m.bare(); s.guarded && bare != "" {
		m.t.Errorf("%s: %s", why, bare)
	}
	if m.village != nil {
		m.village.judge(why)
	}
}

// killingTransport carries requests until the process is killed, and watches what the process does with
// what it knows.
type killingTransport struct {
	under    http.RoundTripper
	kill     int
	answered bool
	end      context.CancelFunc

	mu     sync.Mutex
	count  int
	dead   bool
	busy   map[string]string // the last known statuses
	tokens map[string]string // the token of the creation of each name
	wrong  []string
}

func (k *killingTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dead {
		return nil, context.Canceled
	}
	k.watchRequest(request)
	if k.count++; k.count == k.kill {
		k.dead = true
		if k.answered {
			if response, err := k.under.RoundTrip(request); err == nil {
				_ = response.Body.Close()
			}
		}
		k.end()
		return nil, context.Canceled
	}
	response, err := k.under.RoundTrip(request)
	if err == nil {
		k.watchResponse(response)
	}
	return response, err
}

// watchRequest judges a change: no other profile is known to be in transition, and one creation has one
// token.
func (k *killingTransport) watchRequest(request *http.Request) {
	profile := request.URL.Path[strings.LastIndex(request.URL.Path, "/")+1:]
	switch {
	case request.Method == http.MethodDelete && strings.Contains(request.URL.Path, "/fargate-profiles/"):
	case request.Method == http.MethodPost && strings.HasSuffix(request.URL.Path, "/fargate-profiles"):
		text, err := io.ReadAll(request.Body)
		if err != nil {
			k.wrong = append(k.wrong, err.Error())
		}
		request.Body = io.NopCloser(bytes.NewReader(text))
		var body struct{ FargateProfileName, ClientRequestToken string }
		if err := json.Unmarshal(text, &body); err != nil {
			k.wrong = append(k.wrong, err.Error())
		}
		profile = body.FargateProfileName
		if before := k.tokens[profile]; before != "" && before != body.ClientRequestToken && k.busy[profile] != "gone" {
			k.wrong = append(k.wrong, fmt.Sprintf("the creation of %s has the tokens %s and %s", profile, before, body.ClientRequestToken))
		}
		k.tokens[profile] = body.ClientRequestToken
	default:
		return
	}
	for name, status := range k.busy {
		if name != profile && (status == "CREATING" || status == "DELETING") {
			k.wrong = append(k.wrong, fmt.Sprintf("%s %s was sent although %s is known to be %s", request.Method, profile, name, status))
		}
	}
}

// watchResponse notes the status that an answer tells.
func (k *killingTransport) watchResponse(response *http.Response) {
	if !strings.Contains(response.Request.URL.Path, "/fargate-profiles") {
		return
	}
	text, err := io.ReadAll(response.Body)
	rest := io.Reader(bytes.NewReader(text))
	if err != nil {
		rest = io.MultiReader(rest, failing{err})
	}
	response.Body = io.NopCloser(rest)
	var body struct {
		FargateProfile      struct{ FargateProfileName, Status string }
		FargateProfileNames []string
	}
	name := response.Request.URL.Path[strings.LastIndex(response.Request.URL.Path, "/")+1:]
	switch {
	case response.StatusCode == http.StatusNotFound:
		k.busy[name] = "gone"
	case err == nil && json.Unmarshal(text, &body) == nil && body.FargateProfile.FargateProfileName != "":
		k.busy[body.FargateProfile.FargateProfileName] = body.FargateProfile.Status
	case err == nil && body.FargateProfileNames != nil:
		for known := range k.busy {
			if !slices.Contains(body.FargateProfileNames, known) {
				k.busy[known] = "gone"
			}
		}
	}
}

// failing is the end of a body that breaks off.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
