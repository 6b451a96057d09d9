package sandbox_test

// A sandbox whose clock runs fast.

import (
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

func TestSpeed(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.Speed = 60
		w.Delays = sandbox.Delays{Create: 5 * time.Minute, Delete: time.Minute}
	})
	start := b.Clock.Now()
	if _, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web")); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(5*time.Second - time.Millisecond)
	before := b.Status("web")
	b.Clock.Advance(time.Millisecond)
	if after := b.Status("web"); before != "CREATING" || after != "ACTIVE" {
		t.Errorf("just before 5s %s, at 5s %s", before, after)
	}
	if got := b.Now().Sub(start); got != 5*time.Minute {
		t.Errorf("the sandbox's clock says %s", got)
	}
	var told struct {
		Now      time.Time
		Clusters []struct {
			Region, Cluster string
			Changes         []sandbox.Change
		}
	}
	getJSON(t, b, "history", &told)
	if len(told.Clusters) != 1 || told.Clusters[0].Cluster != "demo" || !told.Now.Equal(start.Add(5*time.Minute)) {
		t.Fatalf("history %+v", told)
	}
	changes := told.Clusters[0].Changes
	if len(changes) != 2 || changes[1].Status != "ACTIVE" || !changes[1].At.Equal(start.Add(5*time.Minute)) || changes[1].ARN != b.Profiles("demo")[0].ARN {
		t.Errorf("history %+v", changes)
	}
}
