package lifecycle

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

func TestDeletePollsThroughDeleting(t *testing.T) {
	for _, status := range []string{"ACTIVE", "CREATING", "DELETING", "CREATE_FAILED"} {
		t.Run(status, func(t *testing.T) {
			b := newBench(t, withProfiles(existing("web", status, "web")))
			if err := b.Delete(t.Context(), b.read(t, "web"), true); err != nil {
				t.Fatal(err)
			}
			if left := b.statuses(); len(left) > 0 {
				t.Errorf("left %v", left)
			}
			wanted := 1
			if status == "DELETING" {
				wanted = 0
			}
			if n := b.count("DeleteFargateProfile"); n != wanted {
				t.Errorf("%d requests to delete, %d wanted", n, wanted)
			}
		})
	}
}

func TestDeleteFailedShowsHealth(t *testing.T) {
	b := newBench(t, func(w *sandbox.World) {
		withProfiles(existing("web", "ACTIVE", "web"))(w)
		w.FailDeletes = []sandbox.Failure{{Code: "ClusterUnreachable", Message: "no answer"}}
	})
	err := b.Delete(t.Context(), b.read(t, "web"), true)
	var failed *decision.Failed
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "ClusterUnreachable: no answer") {
		t.Errorf("got %v", err)
	}
}

func TestDeleteWaitsForABusySibling(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "ACTIVE", "web"), existing("other", "CREATING", "x")))
	if err := b.Delete(t.Context(), b.read(t, "web"), true); err != nil {
		t.Fatal(err)
	}
	if got := b.statuses(); len(got) != 1 || got["other"] != "ACTIVE" {
		t.Errorf("left %v", got)
	}
}

func TestDeleteSurvivesFaults(t *testing.T) {
	for _, kind := range []string{sandbox.FaultThrottle, sandbox.FaultError500, sandbox.FaultDropBefore, sandbox.FaultDropAfter, sandbox.FaultErrorAfter} {
		b := newBench(t, withProfiles(existing("web", "ACTIVE", "web")))
		web := b.read(t, "web")
		if err := b.server.SetFaults(
			sandbox.Fault{Operation: "eks:DeleteFargateProfile", Kind: kind, Nth: 1, Times: 2},
			sandbox.Fault{Operation: "eks:DescribeFargateProfile", Kind: kind, Nth: 3, Times: 2},
		); err != nil {
			t.Fatal(err)
		}
		if err := b.Delete(t.Context(), web, true); err != nil || len(b.statuses()) > 0 {
			t.Errorf("%s: %v, left %v", kind, err, b.statuses())
		}
	}
}

// A profile that somebody re-created under the name while our request went unanswered is not ours.
func TestDeleteLeavesAReCreatedProfileAlone(t *testing.T) {
	b := newBench(t, func(w *sandbox.World) {
		withProfiles(existing("web", "ACTIVE", "web"))(w)
		w.Delays = sandbox.Delays{}
	})
	old := b.read(t, "web")
	if err := b.server.SetFaults(sandbox.Fault{Operation: "eks:DeleteFargateProfile", Kind: sandbox.FaultDropAfter, Nth: 1}); err != nil {
		t.Fatal(err)
	}
	// The other actor comes in the pause before the request is repeated.
	clock := b.Clock
	b.Clock = sleepHook{clock, func() {
		if len(b.statuses()) == 0 {
			if _, err := b.client.CreateProfile(t.Context(), wanted("web", "web"), "another-actor-0000000000000000000"); err != nil {
				t.Error(err)
			}
		}
	}}
	if err := b.Delete(t.Context(), old, true); err != nil {
		t.Fatal(err)
	}
	if got := b.statuses(); got["web"] == "" || b.count("DeleteFargateProfile") != 1 {
		t.Errorf("the new profile was touched: %v", got)
	}
}

// sleepHook calls before whenever somebody sleeps.
type sleepHook struct {
	Clock
	before func()
}

func (h sleepHook) Sleep(ctx context.Context, d time.Duration) error {
	h.before()
	return h.Clock.Sleep(ctx, d)
}

func TestWaitDeleted(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "DELETING", "web")))
	if err := b.WaitDeleted(t.Context(), "demo", "web", ""); err != nil {
		t.Error(err)
	}
	if err := b.WaitDeleted(t.Context(), "demo", "web", ""); err != nil {
		t.Errorf("a profile that is gone already: %v", err)
	}
	if _, err := b.WaitActive(t.Context(), "demo", "web"); err == nil {
		t.Error("waiting for a profile that does not exist must fail")
	}
}

// What the list lacks is looked for before it is missing.
func TestSelect(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "ACTIVE", "web"), existing("api", "ACTIVE", "api")))
	first := []fargate.Profile{b.read(t, "api")}
	s, err := b.Select(t.Context(), "demo", first, []string{"gone", "web", "api"}, false)
	if err != nil || len(s.Profiles) != 2 || len(s.Doomed) != 2 || s.Doomed[0].Name != "web" || !slices.Equal(s.Missing, []string{"gone"}) {
		t.Errorf("selected %+v, %v", s, err)
	}
	s, err = b.SelectAll(t.Context(), "demo", first)
	if err != nil || len(s.Doomed) != 2 {
		t.Errorf("selected all: %+v, %v", s, err)
	}
	left, err := b.Left(t.Context(), "demo", first)
	if err != nil || len(left) != 1 || left[0].Name != "web" {
		t.Errorf("left are %+v, %v", left, err)
	}
}
