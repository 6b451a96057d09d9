package lifecycle

// This file holds the faults of the model check.

import (
	"slices"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// modelFault is a fault; one that passes does not end a sequence that is under way.
type modelFault struct {
	sandbox.Fault
	passes bool
}

// modelFaults are the faults that a request may meet.
var modelFaults = []modelFault{
	{sandbox.Fault{Kind: sandbox.FaultThrottle}, true},
	{sandbox.Fault{Kind: sandbox.FaultThrottle, RetryAfter: 2 * time.Second}, true},
	{sandbox.Fault{Kind: sandbox.FaultError500}, true},
	{sandbox.Fault{Kind: sandbox.FaultError503}, true},
	{sandbox.Fault{Kind: sandbox.FaultErrorAfter}, true},
	{sandbox.Fault{Kind: sandbox.FaultDropBefore}, true},
	{sandbox.Fault{Kind: sandbox.FaultDropAfter}, true},
	{sandbox.Fault{Kind: sandbox.FaultResetBefore}, true},
	{sandbox.Fault{Kind: sandbox.FaultResetAfter}, true},
	{sandbox.Fault{Kind: sandbox.FaultShortBody}, true},
	{sandbox.Fault{Kind: sandbox.FaultCutBody}, true},
	// Longer than any transition of the model's world.
	{sandbox.Fault{Kind: sandbox.FaultLatency, Latency: sandbox.Range{Min: 10 * time.Second, Max: 10 * time.Second}}, true},
	{sandbox.Fault{Kind: sandbox.FaultLatencyAfter, Latency: sandbox.Range{Min: 10 * time.Second, Max: 10 * time.Second}}, true},
	{sandbox.Fault{Kind: sandbox.FaultError, Status: 403, Code: "AccessDeniedException", Message: "not now"}, false},
	{sandbox.Fault{Kind: sandbox.FaultExpired}, false},
	{sandbox.Fault{Kind: sandbox.FaultCreateFailed, Code: "AccessDenied"}, false},
	{sandbox.Fault{Kind: sandbox.FaultDeleteFailed, Code: "ClusterUnreachable"}, false},
	{sandbox.Fault{Kind: sandbox.FaultStale, Reads: 2}, true},
	// What misleads may end a run, but nothing may be lost, and nothing be done that was not.
	{sandbox.Fault{Kind: sandbox.FaultNotFound}, false},
	{sandbox.Fault{Kind: sandbox.FaultOmit}, false},
	{sandbox.Fault{Kind: sandbox.FaultEmpty}, false},
	{sandbox.Fault{Kind: sandbox.FaultDuplicate}, true},
	{sandbox.Fault{Kind: sandbox.FaultNameless}, true},
	{sandbox.Fault{Kind: sandbox.FaultNoMember}, true},
	{sandbox.Fault{Kind: sandbox.FaultNoContent}, true},
	{sandbox.Fault{Kind: sandbox.FaultHTML}, true},
	{sandbox.Fault{Kind: sandbox.FaultSameToken}, true},
	{sandbox.Fault{Kind: sandbox.FaultRedirect, Location: "http://127.0.0.1:9/"}, true},
	{sandbox.Fault{Kind: sandbox.FaultActor, Actor: &sandbox.Actor{Action: "update", For: 4 * time.Second, Cluster: "demo"}}, true},
}

// notModelled take real time, or memory; pkg/cli runs real processes against them.
var notModelled = []string{sandbox.FaultSilence, sandbox.FaultEndlessPages, sandbox.FaultHuge}

// No kind of fault is left out.
func TestModelHasEveryFault(t *testing.T) {
	for _, kind := range sandbox.FaultKinds() {
		if !slices.Contains(notModelled, kind) && !slices.ContainsFunc(modelFaults, func(f modelFault) bool { return f.Kind == kind }) {
			t.Errorf("the model has no %s", kind)
		}
	}
}
