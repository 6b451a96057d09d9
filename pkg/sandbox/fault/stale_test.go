package fault_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

// listed is what a list shows, and what a describe says of a profile.
func listed(b *bench.Bench, t *testing.T) string {
	t.Helper()
	out, err := b.EKS.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: aws.String("demo")})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out.FargateProfileNames, " ")
}

// The first reads after each write do not see it; each operation's rule counts for itself.
func TestStaleReads(t *testing.T) {
	b := bench.Serve(t, bench.With("web", "ACTIVE"), func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{
			{Operation: "eks:Describe*", Kind: sandbox.FaultStale, Reads: 2},
			{Operation: "eks:List*", Kind: sandbox.FaultStale, Reads: 1},
		}
	})
	if listed(b, t) != "web" || b.Status("web") != "ACTIVE" {
		t.Error("stale without a write")
	}
	b.Create(t, "api")
	var got []string
	for range 3 {
		got = append(got, b.Status("api"), listed(b, t))
	}
	if want := []string{"ResourceNotFoundException", "web", "ResourceNotFoundException", "api web", "ACTIVE", "api web"}; !slices.Equal(got, want) {
		t.Errorf("after a create: %q, want %q", got, want)
	}
	if err := b.Delete("web"); err != nil {
		t.Fatal(err)
	}
	got = nil
	for range 3 {
		got = append(got, b.Status("web"))
	}
	if want := []string{"ACTIVE", "ACTIVE", "DELETING"}; !slices.Equal(got, want) {
		t.Errorf("after a delete: %q, want %q", got, want)
	}
	// A refused write is none, and writes are judged by the present.
	if err := b.Delete("web"); bench.Code(err) != "ResourceInUseException" {
		t.Errorf("got %v", err)
	}
	if got := b.Status("web"); got != "DELETING" {
		t.Errorf("after a refused delete: %s", got)
	}
	stale := 0
	for _, r := range b.Requests() {
		if r.Fault == sandbox.FaultStale {
			stale++
		}
	}
	if stale != 5 {
		t.Errorf("%d stale reads in the log, want 5", stale)
	}
}

// Without reads and lag the hit reads show the time before the last write, so that answers alternate.
func TestStaleEvery(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "eks:Describe*", Every: 2, Kind: sandbox.FaultStale}}
	})
	b.Create(t, "web")
	var got []string
	for range 4 {
		got = append(got, b.Status("web"))
	}
	if want := []string{"ACTIVE", "ResourceNotFoundException", "ACTIVE", "ResourceNotFoundException"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// All that is wrong with the faults of a file is reported at once, with its line.
func TestWrongFaults(t *testing.T) {
	_, err := sandbox.ParseWorld([]byte(strings.Join([]string{
		"clusters: [{name: demo, updates: [{for: 0s}, {after: -1s, for: 1s}]}]",
		"failCreates: [{code: Oops}]",
		"faults:",
		"  - {operation: '*', kind: throttle, from: 1, nth: 2}",
		"  - {operation: '*', kind: throttle, after: 2s, until: 1s}",
		"  - {operation: '*', kind: throttle, reads: 1}",
		"  - {operation: '*', kind: stale, reads: 1, lag: 1s}",
		"  - {operation: 'ec2:*', kind: stale}",
		"  - {operation: 'eks:Delete*', kind: create-failed, code: Oops}",
		"  - {operation: '*', kind: latency-after}",
		"  - {operation: '*', kind: actor}",
		"  - {operation: '*', kind: throttle, actor: {action: tag}}",
		"  - {operation: '*', kind: actor, actor: {action: create, cluster: no, when: never, status: DELETING}}",
		"  - {operation: '*', kind: actor, actor: {action: recreate, role: no}}",
		"  - {operation: '*', kind: actor, actor: {action: tag, status: ACTIVE}}",
		"  - {operation: '*', kind: actor, actor: {action: untag}}",
		"  - {operation: '*', kind: actor, actor: {action: update}}",
		"  - {operation: '*', kind: actor, actor: {action: dance}}",
		"  - {operation: '*', kind: actor, actor: {name: web}}",
	}, "\n")))
	want := strings.Join([]string{
		"line 1: clusters[0].updates[0]: after cannot be negative, and for must be longer than 0s",
		"line 1: clusters[0].updates[1]: after cannot be negative, and for must be longer than 0s",
		`line 2: failCreates[0].code: "Oops" is none of PodExecutionRoleAlreadyInUse, AccessDenied, ClusterUnreachable, InternalFailure`,
		"line 4: faults[0].from: from stands alone, without nth, times and every",
		"line 5: faults[1].until: 1s is not later than after, 2s",
		"line 6: faults[2]: reads and lag are for faults of the kind stale",
		"line 7: faults[3].lag: reads and lag exclude each other",
		`line 8: faults[4].operation: "ec2:*" is not for stale, which is for eks:DescribeFargateProfile, eks:ListFargateProfiles, eks:ListTagsForResource`,
		`line 9: faults[5].code: "Oops" is none of PodExecutionRoleAlreadyInUse, AccessDenied, ClusterUnreachable, InternalFailure`,
		`line 9: faults[5].operation: "eks:Delete*" is not for create-failed, which is for eks:CreateFargateProfile`,
		"line 10: faults[6].latency: missing; write a span like 1s..2s",
		"line 11: faults[7].actor: missing; say what the actor does, like {action: delete, name: web}",
		"line 12: faults[8].actor: is for faults of the kind actor",
		`line 13: faults[9].actor.cluster: there is no cluster "no"`,
		"line 13: faults[9].actor.role: missing",
		"line 13: faults[9].actor.selectors: missing",
		`line 13: faults[9].actor.status: "DELETING" is none of ACTIVE, CREATING`,
		`line 13: faults[9].actor.when: "never" is none of before, after`,
		`line 14: faults[10].actor.role: there is no role "no"`,
		"line 15: faults[11].actor.status: is for actors that create, delete and recreate",
		"line 15: faults[11].actor.tags: missing",
		"line 16: faults[12].actor.keys: missing",
		"line 17: faults[13].actor.for: must be longer than 0s",
		`line 18: faults[14].actor.action: "dance" is none of create, delete, recreate, tag, untag, update`,
		"line 19: faults[15].actor.action: missing",
	}, "\n")
	var faults *sandbox.WorldError
	if !errors.As(err, &faults) || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestActorTags(t *testing.T) {
	b := bench.Serve(t, bench.With("web", "ACTIVE"), func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{
			{Operation: "eks:DescribeFargateProfile", Nth: 1, Kind: sandbox.FaultActor, Actor: &sandbox.Actor{Action: "tag", Tags: map[string]string{"a": "1", "b": "2"}}},
			{Operation: "eks:DescribeFargateProfile", Nth: 2, Kind: sandbox.FaultActor, Actor: &sandbox.Actor{Action: "untag", Keys: []string{"a"}, When: "after"}},
		}
	})
	for i, want := range []int{2, 2, 1} {
		out, err := b.EKS.DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: aws.String("web")})
		if err != nil || len(out.FargateProfile.Tags) != want {
			t.Errorf("read %d: %+v, %v", i+1, out.FargateProfile.Tags, err)
		}
	}
}
