package lifecycle

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

func TestCreateWaitsUntilActive(t *testing.T) {
	b := newBench(t, nil)
	p, err := b.Create(t.Context(), checked(wanted("web", "web")), true)
	if err != nil || p.Status != fargate.StatusActive {
		t.Fatalf("got %v, %v", p.Status, err)
	}
	want := []string{"profile web: CREATING", "profile web: ACTIVE"}
	if got := strings.Join(b.notes.lines, "|"); got != strings.Join(want, "|") {
		t.Errorf("reported %q", got)
	}
}

// The change is seen soon after it happens, at no more than a look a second and never more than ten
// seconds apart.
func TestPollingIsQuickAtFirstAndSlowLater(t *testing.T) {
	for _, transition := range []time.Duration{3 * time.Second, 8 * time.Second, time.Minute, 5 * time.Minute, 20 * time.Minute} {
		b := newBench(t, func(w *sandbox.World) { w.Delays.Create = transition })
		start := b.clock.Now()
		if _, err := b.Create(t.Context(), checked(wanted("web", "web")), true); err != nil {
			t.Fatal(err)
		}
		lag := b.clock.Now().Sub(start) - transition
		if limit := max(time.Second, transition/20); lag > limit || lag < 0 {
			t.Errorf("a transition of %s was seen %s late, more than %s", transition, lag, limit)
		}
		for _, d := range b.clock.slept {
			if d < time.Second || d > 10*time.Second {
				t.Errorf("a pause of %s", d)
			}
		}
	}
}

func TestCreateWithoutWaitReturnsWhenAccepted(t *testing.T) {
	b := newBench(t, nil)
	p, err := b.Create(t.Context(), checked(wanted("web", "web")), false)
	if err != nil || p.Status != fargate.StatusCreating || len(b.clock.slept) > 0 {
		t.Errorf("got %v, %v after %v", p.Status, err, b.clock.slept)
	}
}

func TestCreateFailedShowsHealthAndEndsAtOnce(t *testing.T) {
	b := newBench(t, func(w *sandbox.World) {
		w.FailCreates = []sandbox.Failure{{Profile: "web", Code: "AccessDenied", Message: "no way in", ResourceIDs: []string{"role-1"}}}
	})
	start := b.clock.Now()
	_, err := b.Create(t.Context(), checked(wanted("web", "web")), true)
	var failed *decision.Failed
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "AccessDenied: no way in (role-1)") {
		t.Fatalf("got %v", err)
	}
	if took := b.clock.Now().Sub(start); took > 2*time.Minute {
		t.Errorf("took %s to see it", took)
	}
}

func TestCreateWaitsForASiblingInTransition(t *testing.T) {
	b := newBench(t, withProfiles(existing("other", "DELETING", "x")))
	if _, err := b.Create(t.Context(), checked(wanted("web", "web"), b.read(t, "other")), true); err != nil {
		t.Fatal(err)
	}
	if n := b.count("CreateFargateProfile"); n != 1 {
		t.Errorf("%d requests to create; knowing of the sibling, one is enough", n)
	}
	// Not knowing of it, the refusal tells.
	b = newBench(t, withProfiles(existing("other", "CREATING", "x")))
	if _, err := b.Create(t.Context(), checked(wanted("web", "web")), true); err != nil {
		t.Fatal(err)
	}
	if n := b.count("CreateFargateProfile"); n != 2 {
		t.Errorf("%d requests to create, one refused and one taken are wanted", n)
	}
}

func TestCreateWaitsForAClusterUpdate(t *testing.T) {
	b := newBench(t, func(w *sandbox.World) { w.Cluster("demo").Updating = 2 * time.Minute })
	if _, err := b.Create(t.Context(), checked(wanted("web", "web")), true); err != nil {
		t.Fatal(err)
	}
}

func TestCreateRetriesWithOneToken(t *testing.T) {
	for _, kind := range []string{sandbox.FaultThrottle, sandbox.FaultError500, sandbox.FaultDropBefore, sandbox.FaultDropAfter, sandbox.FaultErrorAfter} {
		t.Run(kind, func(t *testing.T) {
			b := newBench(t, nil)
			if err := b.server.SetFaults(sandbox.Fault{Operation: "eks:CreateFargateProfile", Kind: kind, Nth: 1, Times: 2}); err != nil {
				t.Fatal(err)
			}
			p, err := b.Create(t.Context(), checked(wanted("web", "web")), true)
			if err != nil || p.Status != fargate.StatusActive {
				t.Fatalf("got %v, %v", p.Status, err)
			}
			if got := b.statuses(); !maps.Equal(got, map[string]string{"web": "ACTIVE"}) {
				t.Errorf("left %v", got)
			}
		})
	}
}

func TestCreateAgainstAnExistingName(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "ACTIVE", "web")))
	if _, err := b.Create(t.Context(), checked(wanted("web", "web")), true); err != nil {
		t.Errorf("an identical profile is no error, got %v", err)
	}
	_, err := b.Create(t.Context(), checked(wanted("web", "other")), true)
	if cloud.ClassOf(err) != cloud.Exists || !strings.Contains(err.Error(), "namespace=other") {
		t.Errorf("a differing profile gave %v", err)
	}
}

func TestTrustComplaintIsRetriedOnlyWhereItCanPass(t *testing.T) {
	newRole := func(t *testing.T, lag time.Duration) (*bench, fargate.Profile) {
		b := newBench(t, func(w *sandbox.World) { w.Delays.RolePropagation = lag })
		role, err := b.client.CreateRole(t.Context(), "fresh",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks-fargate-pods.amazonaws.com"},"Action":"sts:AssumeRole"}]}`, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		p := wanted("web", "web")
		p.PodExecutionRoleARN = role.ARN
		return b, p
	}
	b, p := newRole(t, 20*time.Second)
	if _, err := b.Create(t.Context(), trusted(p), true); err != nil {
		t.Errorf("a new role: %v", err)
	}
	b, p = newRole(t, 20*time.Second)
	if _, err := b.Create(t.Context(), checked(p), true); cloud.ClassOf(err) != cloud.TrustNotReady {
		t.Errorf("a role nobody has checked: %v", err)
	}
	b, p = newRole(t, time.Hour)
	start := b.clock.Now()
	_, err := b.Create(t.Context(), trusted(p), true)
	if cloud.ClassOf(err) != cloud.TrustNotReady || b.clock.Now().Sub(start) > 3*time.Minute {
		t.Errorf("a role that stays wrong: %v after %s", err, b.clock.Now().Sub(start))
	}
	p.PodExecutionRoleARN = badRole
	if _, err := b.Create(t.Context(), checked(p), true); cloud.ClassOf(err) != cloud.TrustNotReady {
		t.Errorf("a bad role: %v", err)
	}
}

func TestCreateObeysTheTimeLimit(t *testing.T) {
	b := newBench(t, func(w *sandbox.World) { w.Delays.Create = time.Hour })
	start := b.clock.Now()
	_, err := b.Create(t.Context(), checked(wanted("web", "web")), true)
	var unfinished *Unfinished
	if !errors.Is(err, ErrTimeout) || !errors.As(err, &unfinished) || !unfinished.Accepted {
		t.Fatalf("got %v", err)
	}
	if took := b.clock.Now().Sub(start); took != 25*time.Minute {
		t.Errorf("gave up after %s", took)
	}
	if !strings.Contains(err.Error(), "last seen: profile web CREATING") {
		t.Errorf("message %q", err)
	}
}

func TestCreateIsInterrupted(t *testing.T) {
	b := newBench(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	b.onRequest = func(r sandbox.Request) {
		if r.Operation == "DescribeFargateProfile" {
			cancel()
		}
	}
	_, err := b.Create(ctx, checked(wanted("web", "web")), true)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestPollingSurvivesFaults(t *testing.T) {
	for _, kind := range []string{sandbox.FaultThrottle, sandbox.FaultError500, sandbox.FaultError503, sandbox.FaultDropBefore, sandbox.FaultDropAfter} {
		b := newBench(t, nil)
		if err := b.server.SetFaults(sandbox.Fault{Operation: "eks:DescribeFargateProfile", Kind: kind, Nth: 2, Times: 5}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Create(t.Context(), checked(wanted("web", "web")), true); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
