package fargate

import "testing"

// How many pods a restart takes away at once, by Kubernetes' defaults and roundings.
func TestRolloutAtOnce(t *testing.T) {
	for _, c := range []struct {
		kind     string
		rollout  Rollout
		replicas int
		want     int
	}{
		{"Deployment", Rollout{}, 3, 0},
		{"Deployment", Rollout{}, 8, 2},
		{"Deployment", Rollout{Type: "Recreate"}, 3, 3},
		{"Deployment", Rollout{Type: "RollingUpdate", MaxUnavailable: "1"}, 3, 1},
		{"Deployment", Rollout{MaxUnavailable: "50%"}, 3, 1},
		{"Deployment", Rollout{MaxUnavailable: "x%"}, 3, 3},
		{"Deployment", Rollout{MaxUnavailable: "9"}, 3, 3},
		{"StatefulSet", Rollout{}, 3, 1},
		{"StatefulSet", Rollout{}, 0, 0},
		{"StatefulSet", Rollout{MaxUnavailable: "50%"}, 3, 2},
	} {
		if got := c.rollout.AtOnce(c.kind, c.replicas); got != c.want {
			t.Errorf("%s of %d, %+v: %d, want %d", c.kind, c.replicas, c.rollout, got, c.want)
		}
	}
}
