package sandbox_test

// A sandbox whose clock runs fast.

import (
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

func TestSpeed(t *testing.T) {
	b := serve(t, func(w *sandbox.World) {
		w.Speed = 60
		w.Delays = sandbox.Delays{Create: 5 * time.Minute, Delete: time.Minute}
	})
	start := b.clock.Now()
	if _, err := b.eks.CreateFargateProfile(ctx, profileInput("web")); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(5*time.Second - time.Millisecond)
	before := b.status("web")
	b.clock.advance(time.Millisecond)
	if after := b.status("web"); before != "CREATING" || after != "ACTIVE" {
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
	b.getJSON(t, "history", &told)
	if len(told.Clusters) != 1 || told.Clusters[0].Cluster != "demo" || !told.Now.Equal(start.Add(5*time.Minute)) {
		t.Fatalf("history %+v", told)
	}
	changes := told.Clusters[0].Changes
	if len(changes) != 2 || changes[1].Status != "ACTIVE" || !changes[1].At.Equal(start.Add(5*time.Minute)) || changes[1].ARN != b.Profiles("demo")[0].ARN {
		t.Errorf("history %+v", changes)
	}
}

func TestWrongSpeed(t *testing.T) {
	for _, text := range []string{"-1", "10001", "0.0001", ".nan", ".inf"} {
		_, err := sandbox.ParseWorld([]byte("speed: " + text))
		if err == nil || !strings.Contains(err.Error(), "line 1: speed: ") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
