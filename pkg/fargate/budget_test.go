package fargate

import (
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// How many pods a restart takes away at once, by Kubernetes' defaults and roundings.
func TestTakenAtOnce(t *testing.T) {
	for _, c := range []struct {
		kind     string
		rollout  kube.Rollout
		replicas int
		want     int
	}{
		{"Deployment", kube.Rollout{}, 3, 0},
		{"Deployment", kube.Rollout{}, 8, 2},
		{"Deployment", kube.Rollout{Type: "Recreate"}, 3, 3},
		{"Deployment", kube.Rollout{Type: "RollingUpdate", MaxUnavailable: "1"}, 3, 1},
		{"Deployment", kube.Rollout{MaxUnavailable: "50%"}, 3, 1},
		{"Deployment", kube.Rollout{MaxUnavailable: "x%"}, 3, 3},
		{"Deployment", kube.Rollout{MaxUnavailable: "9"}, 3, 3},
		{"StatefulSet", kube.Rollout{}, 3, 1},
		{"StatefulSet", kube.Rollout{}, 0, 0},
		{"StatefulSet", kube.Rollout{MaxUnavailable: "50%"}, 3, 2},
	} {
		w := kube.Pod{Kind: c.kind, Workload: kube.Workload{Replicas: c.replicas, Rollout: c.rollout}}
		if got := TakenAtOnce(w); got != c.want {
			t.Errorf("%s of %d, %+v: %d, want %d", c.kind, c.replicas, c.rollout, got, c.want)
		}
	}
}
