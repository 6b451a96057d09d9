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
	// misleads says that the answer is not so, or makes no sense.
	misleads bool
}

// modelFaults are the faults that a request may meet.
var modelFaults = []modelFault{
	{Fault: sandbox.Fault{Kind: sandbox.FaultThrottle}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultThrottle, RetryAfter: 2 * time.Second}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultError500}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultError503}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultErrorAfter}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultDropBefore}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultDropAfter}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultResetBefore}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultResetAfter}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultShortBody}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultCutBody}, passes: true},
	// Longer than any transition of the model's world.
	{Fault: sandbox.Fault{Kind: sandbox.FaultLatency, Latency: sandbox.Range{Min: 10 * time.Second, Max: 10 * time.Second}}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultLatencyAfter, Latency: sandbox.Range{Min: 10 * time.Second, Max: 10 * time.Second}}, passes: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultError, Status: 403, Code: "AccessDeniedException", Message: "not now"}, passes: false},
	{Fault: sandbox.Fault{Kind: sandbox.FaultExpired}, passes: false},
	{Fault: sandbox.Fault{Kind: sandbox.FaultCreateFailed, Code: "AccessDenied"}, passes: false},
	{Fault: sandbox.Fault{Kind: sandbox.FaultDeleteFailed, Code: "ClusterUnreachable"}, passes: false},
	{Fault: sandbox.Fault{Kind: sandbox.FaultStale, Reads: 2}, passes: true},
	// What misleads may end a run, but nothing may be lost, and nothing be done that was not.
	{Fault: sandbox.Fault{Kind: sandbox.FaultNotFound}, passes: false, misleads: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultOmit}, passes: false, misleads: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultEmpty}, passes: false, misleads: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultDuplicate}, passes: true, misleads: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultNameless}, passes: true, misleads: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultNoMember}, passes: true, misleads: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultNoContent}, passes: true, misleads: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultHTML}, passes: true, misleads: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultSameToken}, passes: true, misleads: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultRedirect, Location: "http://127.0.0.1:9/"}, passes: true, misleads: true},
	{Fault: sandbox.Fault{Kind: sandbox.FaultActor, Actor: &sandbox.Actor{Action: "update", For: 4 * time.Second, Cluster: "demo"}}, passes: true},
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
