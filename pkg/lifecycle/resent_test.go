package lifecycle

// This file has EKS refuse a deletion for a moment in which somebody else acts: the deletion must not be sent
// again without a look, neither by the sequence nor by the SDK beneath it.

import (
	"testing"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

func TestDeletionIsNotSentAgainUnseen(t *testing.T) {
	modelAWS(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "3") // as it is by default
	for _, c := range []struct {
		name  string
		actor sandbox.Actor
		want  map[string]string
	}{
		{
			"the original is re-created",
			sandbox.Actor{Action: sandbox.ActorRecreate, Cluster: "demo", Name: "web", Selectors: []sandbox.Selector{{Namespace: "theirs"}}},
			map[string]string{"web": "theirs ACTIVE", "web-2": "web-new ACTIVE"},
		},
		{
			"the successor goes",
			sandbox.Actor{Action: sandbox.ActorDelete, Cluster: "demo", Name: "web-2"},
			map[string]string{"web": "web ACTIVE"},
		},
	} {
		for _, kind := range []string{sandbox.FaultThrottle, sandbox.FaultError503, sandbox.FaultDropBefore} {
			t.Run(c.name+", "+kind, func(t *testing.T) {
				s := replacing(false)
				m := newModel(t, s)
				actor := c.actor
				actor.When = "after" // the refusal: the first look after it sees what was done
				if err := m.server.SetFaults(
					sandbox.Fault{Operation: "eks:DeleteFargateProfile", Nth: 1, Kind: sandbox.FaultActor, Actor: &actor},
					sandbox.Fault{Operation: "eks:DeleteFargateProfile", Nth: 1, Kind: kind},
				); err != nil {
					t.Fatal(err)
				}
				err := m.process(0, false, s.run)
				if left := m.left(); err == nil || left["web"] != c.want["web"] || left["web-2"] != c.want["web-2"] {
					t.Errorf("left are %v, wanted %v and an error; it ended with %v", left, c.want, err)
				}
			})
		}
	}
}
