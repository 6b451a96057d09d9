package lifecycle

// This file tests waiting where AWS does not do what was asked, and accounts of several deletions.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// The pause that an answer asks for is kept: before a request is repeated, and between looks.
func TestRetryAfterIsKept(t *testing.T) {
	for _, c := range []struct {
		operation string
		nth       int
	}{{"eks:CreateFargateProfile", 1}, {"eks:ListFargateProfiles", 1}, {"eks:DescribeFargateProfile", 1}, {"eks:DescribeFargateProfile", 2}, {"eks:DescribeFargateProfile", 30}} {
		b := newBench(t, withProfiles(existing("other", "CREATING", "x")))
		siblings, err := b.client.Profiles(t.Context(), "demo")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.server.SetFaults(sandbox.Fault{Operation: c.operation, Kind: sandbox.FaultThrottle, RetryAfter: 25 * time.Second, Nth: c.nth}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Create(t.Context(), checked(wanted("web", "web"), siblings...), true); err != nil {
			t.Fatal(err)
		}
		if longest := slices.Max(b.clock.slept); longest != 25*time.Second {
			t.Errorf("%s %d: the longest pause was %s", c.operation, c.nth, longest)
		}
	}
}

// AWS may not show a profile at once that it has just accepted.
func TestCreateBearsStaleReads(t *testing.T) {
	b := newBench(t, nil)
	if err := b.server.SetFaults(sandbox.Fault{Operation: "*", Kind: sandbox.FaultStale, Reads: 4}); err != nil {
		t.Fatal(err)
	}
	if made, err := b.Create(t.Context(), checked(wanted("web", "web")), true); err != nil || made.Status != fargate.StatusActive {
		t.Errorf("got %s, %v", made.Status, err)
	}
}

func TestWaitActiveEndsWhenTheProfileIsGoing(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "DELETING", "web")))
	_, err := b.WaitActive(t.Context(), "demo", "web")
	if err == nil || !strings.Contains(err.Error(), "is being deleted, so it will not become ACTIVE") {
		t.Errorf("got %v", err)
	}
	if b.statuses()["web"] != "DELETING" {
		t.Error("it was waited for all the same")
	}
}

// A profile of the same name with another ARN is not the one that was waited for.
func TestWaitDeletedKnowsTheProfileByItsARN(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "ACTIVE", "web")))
	if err := b.WaitDeleted(t.Context(), "demo", "web", "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/another"); err != nil {
		t.Errorf("got %v", err)
	}
}

// A deletion that AWS takes and does not carry out ends in an error, not in waiting for the time limit.
func TestDeleteThatDoesNothing(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "ACTIVE", "web")))
	b.EKS = forgetful{b.client}
	err := b.Delete(t.Context(), b.read(t, "web"), true)
	if err == nil || !strings.Contains(err.Error(), "EKS accepted the deletion of profile web, but it is ACTIVE") {
		t.Errorf("got %v", err)
	}
}

// AWS's pause is kept between two requests to delete as well; the SDK does not repeat them by itself.
func TestDeleteWaitsAsLongAsAWSAsks(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "ACTIVE", "web")))
	if err := b.server.SetFaults(sandbox.Fault{Operation: "eks:DeleteFargateProfile", Nth: 1, Kind: sandbox.FaultThrottle, RetryAfter: 20 * time.Second}); err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(t.Context(), b.read(t, "web"), false); err != nil {
		t.Fatal(err)
	}
	if longest := slices.Max(b.clock.slept); longest != 20*time.Second {
		t.Errorf("the longest pause was %s", longest)
	}
}

// A profile that was CREATING is read again with all the others before it is deleted.
func TestDeleteLooksAgainAfterCreating(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "CREATING", "web")))
	old := b.read(t, "web")
	// The first look that sees it ACTIVE is the last before somebody re-creates it.
	actor := sandbox.Actor{Action: sandbox.ActorRecreate, When: "after", Cluster: "demo", Name: "web"}
	if err := b.server.SetFaults(sandbox.Fault{
		Operation: "eks:DescribeFargateProfile", After: 90 * time.Second, Nth: 1, Kind: sandbox.FaultActor, Actor: &actor,
	}); err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(t.Context(), old, true); err != nil {
		t.Fatal(err)
	}
	if b.statuses()["web"] != "ACTIVE" || b.read(t, "web").ARN == old.ARN {
		t.Errorf("the new profile was touched: %v", b.statuses())
	}
}

// A profile that goes before our request comes is deleted.
func TestDeleteOfAProfileThatIsGoneMeanwhile(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "ACTIVE", "web")))
	if err := b.server.SetFaults(sandbox.Fault{
		Operation: "eks:DeleteFargateProfile", Kind: sandbox.FaultActor, Nth: 1,
		Actor: &sandbox.Actor{Action: sandbox.ActorDelete},
	}); err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(t.Context(), b.read(t, "web"), true); err != nil || len(b.statuses()) > 0 {
		t.Errorf("got %v, left %v", err, b.statuses())
	}
}

// A failure does not keep the others from being deleted; the end of the run does.
func TestDeleteAllKeepsAccount(t *testing.T) {
	names := []string{"a", "b", "c"}
	for _, c := range []struct {
		why   string
		world func(*sandbox.World)
		want  string
	}{
		{"all is well", func(*sandbox.World) {}, "a deleted, b deleted, c deleted"},
		{"one fails", func(w *sandbox.World) {
			w.FailDeletes = []sandbox.Failure{{Profile: "b", Code: "ClusterUnreachable", Message: "no answer"}}
		}, "a deleted, b failed, c deleted"},
		{"one takes too long", func(w *sandbox.World) { w.Delays.Delete = time.Hour }, "a unfinished, b untried, c untried"},
	} {
		b := newBench(t, func(w *sandbox.World) {
			withProfiles(existing("a", "ACTIVE", "a"), existing("b", "ACTIVE", "b"), existing("c", "ACTIVE", "c"))(w)
			c.world(w)
		})
		var doomed []fargate.Profile
		for _, name := range names {
			doomed = append(doomed, b.read(t, name))
		}
		told := map[string]bool{}
		var got []string
		for _, d := range b.DeleteAll(t.Context(), doomed, true, func(p fargate.Profile) { told[p.Name] = true }) {
			word := "deleted"
			var failed *decision.Failed
			var unfinished *Unfinished
			switch {
			case d.Untried:
				word = "untried"
			case errors.As(d.Err, &failed):
				word = "failed"
			case errors.As(d.Err, &unfinished):
				word = "unfinished"
			}
			if told[d.Profile.Name] != (word == "deleted") {
				word += fmt.Sprintf(" (told: %v)", told[d.Profile.Name])
			}
			got = append(got, d.Profile.Name+" "+word)
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: got %s, want %s", c.why, s, c.want)
		}
	}
}

// forgetful takes deletions and forgets them.
type forgetful struct{ EKS }

func (f forgetful) DeleteProfile(ctx context.Context, cluster, name string) (fargate.Profile, error) {
	return f.Profile(ctx, cluster, name)
}

// However often EKS says the same, it is reported once; request ids make no difference.
func TestTheSameRefusalIsToldOnce(t *testing.T) {
	for _, c := range []struct {
		fault sandbox.Fault
		word  string
	}{
		{sandbox.Fault{Operation: "eks:CreateFargateProfile", Kind: sandbox.FaultThrottle, Times: 5}, "EKS did not take the request yet, trying again: "},
		{sandbox.Fault{Operation: "eks:DeleteFargateProfile", Kind: sandbox.FaultError503, Times: 5}, "EKS may not have taken the request, trying again: "},
		{sandbox.Fault{Operation: "eks:DescribeFargateProfile", Kind: sandbox.FaultError500, Nth: 2, Times: 5}, "unknown, asking again "},
		{sandbox.Fault{Operation: "eks:CreateFargateProfile", Nth: 1, Kind: sandbox.FaultActor, Actor: &sandbox.Actor{Action: "update", For: time.Minute}}, "EKS is busy, trying again: "},
	} {
		b := newBench(t, nil)
		if err := b.server.SetFaults(c.fault); err != nil {
			t.Fatal(err)
		}
		made, err := b.Create(t.Context(), checked(wanted("web", "web")), true)
		if err == nil {
			err = b.Delete(t.Context(), made, true)
		}
		if err != nil {
			t.Fatalf("%s: %v", c.word, err)
		}
		told := 0
		for _, line := range b.notes.lines {
			if strings.Contains(line, c.word) {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%s: told %d times:\n%s", c.word, told, strings.Join(b.notes.lines, "\n"))
		}
	}
}
