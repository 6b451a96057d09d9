package cli

// These tests hold every command that changes or waits to what it claims. Each is run as a user runs it, while one or
// more reads in a row mislead it in each way and at each place; then the sandbox's own history is asked whether exit
// code 0 was true. Nothing is known of a run but its command line and its exit code.

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// tickClock passes only when somebody sleeps.
type tickClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *tickClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *tickClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// claim is a command line, what was there before, and what must be so after exit code 0.
type claim struct {
	args string
	// before are the profiles at the beginning.
	before []sandbox.Profile
	// earlier are command lines that ran before, undisturbed: what stale reads show is the time before their writes.
	earlier []string
	// holds are the profiles that there must be, as "name status namespace"; what is not there must not be named.
	holds string
}

// onlyLooks reports whether the command may say of what it did not do that it is ACTIVE. Two looks show that, and no read
// of another kind could.
func (c claim) onlyLooks() bool {
	return strings.HasPrefix(c.args, "create ") || strings.HasSuffix(c.args, " --for active")
}

const claimedOriginal = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/11111111-2222-3333-4444-555555555555"

func claimed(name, status, namespace string) sandbox.Profile {
	p := sandbox.Profile{
		Name: name, Role: "fargate-pods", Subnets: []string{"subnet-0aaa0000000000001", "subnet-0aaa0000000000002"},
		Status: status, Selectors: []sandbox.Selector{{Namespace: namespace}},
	}
	if name == "web" {
		p.ARN = claimedOriginal
	}
	return p
}

// begunSuccessor is what an interrupted `replace web --namespace new` leaves.
func begunSuccessor(temporary bool) sandbox.Profile {
	p := claimed("web-2", "ACTIVE", "new")
	p.Tags = map[string]string{"fgctl:replaces": "web", "fgctl:replaces-id": claimedOriginal[strings.LastIndex(claimedOriginal, "/")+1:], "fgctl:spec": "0"}
	if temporary {
		p.Tags["fgctl:temporary"] = "true"
	}
	return p
}

// renewed are the profiles of a `replace web --namespace new --keep-name` of which only the temporary one has to go.
func renewed() []sandbox.Profile {
	web, temporary := begunSuccessor(false), begunSuccessor(true)
	web.Name, temporary.Name = "web", "web-tmp"
	return []sandbox.Profile{web, temporary}
}

// appliedProfile is a profile that stands for web of the file that claims apply.
func appliedProfile(name, namespace string) sandbox.Profile {
	p := claimed(name, "ACTIVE", namespace)
	p.Tags = map[string]string{"fgctl:applied": "web"}
	return p
}

var claims = []claim{
	{args: "apply -f testdata/claims.yaml", holds: "web ACTIVE new"},
	{args: "apply -f testdata/claims.yaml --yes", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")}, holds: "web-2 ACTIVE new"},
	{args: "apply -f testdata/claims.yaml", before: []sandbox.Profile{appliedProfile("web-3", "new")}, holds: "web-3 ACTIVE new"},
	{
		args: "apply -f testdata/claims.yaml --yes --prune", before: []sandbox.Profile{appliedProfile("web", "web"), claimed("api", "ACTIVE", "api")},
		earlier: []string{"apply -f testdata/claims.yaml --yes"}, holds: "api ACTIVE api, web-2 ACTIVE new",
	},
	{
		args: "apply -f testdata/claims.yaml --yes", before: []sandbox.Profile{claimed("web", "ACTIVE", "web"), begunSuccessor(false)},
		holds: "web-2 ACTIVE new",
	},
	{args: "apply -f testdata/claims.yaml --yes --keep-name", before: []sandbox.Profile{appliedProfile("web", "web")}, holds: "web ACTIVE new"},
	{args: "diff -f testdata/claims.yaml", before: []sandbox.Profile{appliedProfile("web", "web")}, holds: "never"},
	{
		args: "diff -f testdata/claims.yaml", before: []sandbox.Profile{appliedProfile("web", "new")},
		earlier: []string{"replace fp web --namespace web --yes"}, holds: "never",
	},
	{args: "delete fp web", before: []sandbox.Profile{claimed("web", "ACTIVE", "web"), claimed("api", "ACTIVE", "api")}, holds: "api ACTIVE api"},
	{args: "delete fp web api", before: []sandbox.Profile{claimed("web", "ACTIVE", "web"), claimed("api", "ACTIVE", "api")}},
	{args: "delete fp --all", before: []sandbox.Profile{claimed("web", "ACTIVE", "web"), claimed("api", "ACTIVE", "api")}},
	{args: "delete fp --all"},
	{args: "delete fp web --ignore-not-found", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")}},
	{args: "delete fp web --ignore-not-found", before: []sandbox.Profile{claimed("web", "DELETING", "web")}},
	{args: "delete fp web --ignore-not-found"},
	{args: "delete fp web --wait=false", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")}, holds: "web DELETING web"},
	{args: "delete fp web --ignore-not-found", earlier: []string{"create fp web --namespace web"}},
	{args: "delete fp web", before: []sandbox.Profile{claimed("web", "DELETE_FAILED", "web")}},
	{args: "delete fp web", before: []sandbox.Profile{claimed("web", "CREATING", "web")}},
	{
		args: "delete fp --all --wait=false", before: []sandbox.Profile{claimed("web", "ACTIVE", "web"), claimed("api", "ACTIVE", "api")},
		holds: "web DELETING web",
	},
	{args: "wait fp web --for deleted", before: []sandbox.Profile{claimed("web", "DELETING", "web")}},
	{args: "wait fp web --for deleted", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")}, earlier: []string{"delete fp web --wait=false"}},
	{args: "wait fp web --for deleted", before: []sandbox.Profile{claimed("api", "ACTIVE", "api")}, holds: "api ACTIVE api"},
	{args: "wait fp web --for deleted --timeout 20s", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")}, holds: "never"},
	{args: "wait fp web --for active", before: []sandbox.Profile{claimed("web", "CREATING", "web")}, holds: "web ACTIVE web"},
	{
		args: "wait fp web --for active", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")},
		earlier: []string{"delete fp web --wait=false"}, holds: "never",
	},
	{args: "create fp web --namespace web", holds: "web ACTIVE web"},
	{args: "create fp web --namespace web", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")}, holds: "web ACTIVE web"},
	{args: "create fp web --namespace web", before: []sandbox.Profile{claimed("web", "DELETING", "web")}, holds: "web ACTIVE web"},
	{args: "create fp web --namespace web", before: []sandbox.Profile{claimed("api", "CREATING", "api")}, holds: "api ACTIVE api, web ACTIVE web"},
	{
		args: "create fp web --namespace web", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")},
		earlier: []string{"delete fp web --wait=false"}, holds: "web ACTIVE web",
	},
	{
		args: "create fp web --namespace web", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")},
		earlier: []string{"delete fp web"}, holds: "web ACTIVE web",
	},
	{args: "replace fp web --namespace new --yes", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")}, holds: "web-2 ACTIVE new"},
	{args: "replace fp web --namespace new --yes --keep-name", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")}, holds: "web ACTIVE new"},
	{args: "replace fp web --namespace new --yes --keep-name", before: renewed(), holds: "web ACTIVE new"},
	{args: "replace fp web --yes", before: renewed(), holds: "web ACTIVE new"},
	{args: "replace fp web --namespace web", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")}, holds: "web ACTIVE web"},
	{
		args: "replace fp web --namespace new --yes --wait=false", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")},
		holds: "web DELETING web, web-2 ACTIVE new",
	},
	{
		args: "replace fp web --namespace new --yes", before: []sandbox.Profile{claimed("web", "ACTIVE", "web"), begunSuccessor(false)},
		holds: "web-2 ACTIVE new",
	},
	{
		args: "replace fp web --namespace new --yes", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")},
		earlier: []string{"replace fp web --namespace new --yes"}, holds: "web-2 ACTIVE new",
	},
	{
		args: "replace fp web --yes", before: []sandbox.Profile{claimed("web", "ACTIVE", "web"), begunSuccessor(true)},
		holds: "web ACTIVE new",
	},
	{args: "replace fp web --abort --yes", before: []sandbox.Profile{claimed("web", "ACTIVE", "web"), begunSuccessor(false)}, holds: "web ACTIVE web"},
	{args: "replace fp web --abort --yes", before: []sandbox.Profile{claimed("web", "ACTIVE", "web"), begunSuccessor(true)}, holds: "web ACTIVE web"},
	{
		args: "replace fp web --abort --yes --wait=false", before: []sandbox.Profile{claimed("web", "ACTIVE", "web"), begunSuccessor(false)},
		holds: "web ACTIVE web, web-2 DELETING new",
	},
	{args: "replace fp web --abort --yes", before: []sandbox.Profile{claimed("web", "ACTIVE", "web")}, holds: "web ACTIVE web"},
	{
		args: "replace fp web --abort --yes", before: []sandbox.Profile{claimed("web", "ACTIVE", "web"), begunSuccessor(false)},
		earlier: []string{"replace fp web --abort --yes"}, holds: "web ACTIVE web",
	},
}

// misleading are the answers that say what is not so, each with the operation that it can befall.
var misleading = []sandbox.Fault{
	{Kind: sandbox.FaultNotFound, Operation: "eks:DescribeFargateProfile"},
	{Kind: sandbox.FaultStale, Operation: "eks:DescribeFargateProfile"},
	{Kind: sandbox.FaultNameless, Operation: "eks:DescribeFargateProfile"},
	{Kind: sandbox.FaultStale, Operation: "eks:ListFargateProfiles"},
	{Kind: sandbox.FaultOmit, Operation: "eks:ListFargateProfiles"},
	{Kind: sandbox.FaultOmit, Operation: "eks:ListFargateProfiles", Name: "web"},
	{Kind: sandbox.FaultEmpty, Operation: "eks:ListFargateProfiles"},
	{Kind: sandbox.FaultDuplicate, Operation: "eks:ListFargateProfiles"},
	{Kind: sandbox.FaultNameless, Operation: "eks:ListFargateProfiles"},
	{Kind: sandbox.FaultNotFound, Operation: "eks:ListFargateProfiles"},
	{Kind: sandbox.FaultNotFound, Operation: "eks:*"},
	{Kind: sandbox.FaultStale, Operation: "eks:*"},
	{
		Kind: sandbox.FaultError, Operation: "eks:DeleteFargateProfile", Status: 404, Code: "ResourceNotFoundException",
		Message: "No Fargate Profile found with name: web.",
	},
}

// misled is one case: a fault at the nth request of its operation, and at so many in all.
type misled struct {
	claim claim
	fault sandbox.Fault
}

func (m misled) String() string {
	text := fmt.Sprintf("fgctl %s: %d × %s of %s at request %d", m.claim.args, m.fault.Times, m.fault.Kind, m.fault.Operation, m.fault.Nth)
	if len(m.claim.earlier) > 0 {
		text += " (after " + strings.Join(m.claim.earlier, "; ") + ")"
	}
	return text
}

// run runs the case and returns the exit code, what there is then, and the operations that were asked for.
func (m misled) run(t *testing.T) (code int, there, said string, operations []string) {
	clock := &tickClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	world := sandbox.DefaultWorld()
	world.Delays = sandbox.Delays{Create: 12 * time.Second, Delete: 15 * time.Second}
	world.Clusters[0].Profiles = m.claim.before
	server, err := sandbox.New(world, sandbox.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	defer web.Close()
	fgctl := func(args string) (int, string) {
		var out bytes.Buffer
		words := append(strings.Fields(args), "--cluster", "demo", "--region", "us-east-1", "--endpoint-url", web.URL)
		return run(t.Context(), words, &output.Streams{In: strings.NewReader(""), Out: &out, Err: &out}, clock), out.String()
	}
	for _, args := range m.claim.earlier {
		if code, said := fgctl(args); code != 0 {
			t.Errorf("%s: exit %d\n%s", args, code, said)
		}
	}
	begun := len(server.Requests())
	if m.fault.Kind != "" {
		if err := server.SetFaults(m.fault); err != nil {
			t.Fatal(err)
		}
	}
	code, said = fgctl(m.claim.args)
	for _, r := range server.Requests()[begun:] {
		operations = append(operations, "eks:"+r.Operation)
	}
	var names []string
	for _, p := range server.Profiles("demo") {
		names = append(names, p.Name+" "+p.Status+" "+p.Selectors[0].Namespace)
	}
	slices.Sort(names)
	return code, strings.Join(names, ", "), said, operations
}

// claimStep is one in how many cases a plain run of the tests takes; FGCTL_MODEL=sample takes more, all takes each.
func claimStep() int {
	switch asked["FGCTL_MODEL"] {
	case "all":
		return 1
	case "sample":
		return 13
	}
	return 97
}

func TestClaimsAreTrue(t *testing.T) {
	inSandbox(t, sandbox.World{})
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	t.Setenv("AWS_RETRY_MODE", "standard")
	t.Setenv("AWS_ENDPOINT_URL", "")
	var cases []misled
	for _, c := range claims {
		code, there, said, operations := misled{claim: c}.run(t)
		if code == 0 && there != c.holds || code != 0 && c.holds != "never" {
			t.Fatalf("%s, undisturbed: exit %d, there is %q, want %q\n%s", c.args, code, there, c.holds, said)
		}
		for _, fault := range misleading {
			requests := 0
			for _, operation := range operations {
				if ok, _ := path.Match(fault.Operation, operation); ok {
					requests++
				}
			}
			for nth := 1; nth <= requests+2; nth++ {
				most := 3
				if fault.Kind == sandbox.FaultStale && c.onlyLooks() {
					most = 1
				}
				for times := 1; times <= most; times++ {
					fault.Nth, fault.Times = nth, times
					cases = append(cases, misled{c, fault})
				}
			}
		}
	}
	var next, done, ended atomic.Int64
	step := int64(claimStep())
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := (next.Add(1) - 1) * step; i < int64(len(cases)); i = (next.Add(1) - 1) * step {
				code, there, said, _ := cases[i].run(t)
				done.Add(1)
				switch {
				case code != 0:
					ended.Add(1)
				case there != cases[i].claim.holds:
					t.Errorf("%s: exit 0, and there is %q, want %q\n%s", cases[i], there, cases[i].claim.holds, said)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d of %d cases; %d of them did not end with exit code 0", done.Load(), len(cases), ended.Load())
}
