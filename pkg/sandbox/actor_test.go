package sandbox_test

// Somebody else works on the cluster, and reads are behind the writes.

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

func ptr(s string) *string { return &s }

func contextWithTimeout(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(ctx, d)
}

// withWeb returns the cluster the profile web.
func withWeb(status string) func(*sandbox.World) {
	return func(w *sandbox.World) {
		w.Cluster("demo").Profiles = []sandbox.Profile{{
			Name: "web", Role: "fargate-pods", Status: status, Selectors: []sandbox.Selector{{Namespace: "web"}},
		}}
	}
}

// acting lets an actor act at the first request of an operation.
func acting(operation string, actor sandbox.Actor) func(*sandbox.World) {
	return func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "eks:" + operation, Nth: 1, Kind: sandbox.FaultActor, Actor: &actor}}
	}
}

func (b *bench) names() string {
	var out []string
	for _, p := range b.Profiles("demo") {
		out = append(out, p.Name+" "+p.Status)
	}
	return strings.Join(out, ", ")
}

func TestActors(t *testing.T) {
	other := []sandbox.Selector{{Namespace: "other"}}
	create := func(b *bench) error {
		_, err := b.eks.CreateFargateProfile(ctx, profileInput("api"))
		return err
	}
	remove := func(b *bench) error { return b.delete("web") }
	for _, test := range []struct {
		what, operation string
		actor           sandbox.Actor
		request         func(*bench) error
		code            string // of the request's refusal
		after           string // the profiles
		did             string
	}{
		{
			"takes the name first", "CreateFargateProfile",
			sandbox.Actor{Action: "create", Role: "fargate-pods", Selectors: other},
			create,
			"ResourceInUseException", "web ACTIVE, api ACTIVE", "create demo/api",
		},
		{
			"is creating", "CreateFargateProfile",
			sandbox.Actor{Action: "create", Name: "x", Role: goodRole, Selectors: other, Status: "CREATING"},
			create,
			"ResourceInUseException", "web ACTIVE, x CREATING", "create demo/x",
		},
		{
			"creates too late", "CreateFargateProfile",
			sandbox.Actor{Action: "create", When: "after", Role: goodRole, Selectors: other},
			create,
			"", "web ACTIVE, api CREATING", "create demo/api did not happen: A Fargate Profile already exists with this name in this cluster.",
		},
		{
			"deletes first", "DeleteFargateProfile",
			sandbox.Actor{Action: "delete"},
			remove,
			"ResourceNotFoundException", "", "delete demo/web",
		},
		{
			"is deleting", "DeleteFargateProfile",
			sandbox.Actor{Action: "delete", Status: "DELETING"},
			remove,
			"ResourceInUseException", "web DELETING", "delete demo/web",
		},
		{
			"deletes another's", "CreateFargateProfile",
			sandbox.Actor{Action: "delete", Name: "web", Cluster: "demo"},
			create,
			"", "api CREATING", "delete demo/web",
		},
		{
			"deletes what is not there", "CreateFargateProfile",
			sandbox.Actor{Action: "delete", Name: "nobody"},
			create,
			"", "web ACTIVE, api CREATING", "delete demo/nobody did not happen: No Fargate Profile found with name: nobody.",
		},
		{
			"re-creates", "DeleteFargateProfile",
			sandbox.Actor{Action: "recreate"},
			remove,
			"", "web DELETING", "recreate demo/web",
		},
		{
			"updates", "CreateFargateProfile",
			sandbox.Actor{Action: "update", For: time.Minute},
			create,
			"ResourceInUseException", "web ACTIVE", "update demo",
		},
		{
			"updates afterwards", "CreateFargateProfile",
			sandbox.Actor{Action: "update", For: time.Minute, When: "after"},
			create,
			"", "web ACTIVE, api CREATING", "update demo",
		},
	} {
		t.Run(test.what, func(t *testing.T) {
			b := serve(t, withWeb("ACTIVE"), acting(test.operation, test.actor))
			if err := test.request(b); code(err) != test.code {
				t.Errorf("got %v, want %s", err, test.code)
			}
			if got := b.names(); got != test.after {
				t.Errorf("then there is %q, want %q", got, test.after)
			}
			log := b.Requests()
			if got := log[len(log)-1].Actor; got != test.did {
				t.Errorf("log %q, want %q", got, test.did)
			}
		})
	}
}

// A re-created profile has its predecessor's shape and another ARN; so has one that was gone.
// An actor makes no profile beyond the cluster's quota, as nobody could.
func TestActorKeepsTheQuota(t *testing.T) {
	for quota, want := range map[int]string{1: "web ACTIVE", 2: "web ACTIVE, x ACTIVE"} {
		actor := sandbox.Actor{Action: "create", Name: "x", Role: goodRole, Selectors: []sandbox.Selector{{Namespace: "x"}}}
		b := serve(t, withWeb("ACTIVE"), acting("ListFargateProfiles", actor), func(w *sandbox.World) { w.Quotas.Profiles = quota })
		if _, err := b.eks.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: ptr("demo")}); err != nil {
			t.Fatal(err)
		}
		if got := b.names(); got != want {
			t.Errorf("quota %d: there is %q, want %q", quota, got, want)
		}
	}
}

func TestRecreated(t *testing.T) {
	b := serve(t, withWeb("ACTIVE"))
	before := b.Profiles("demo")[0]
	recreate := func(actor sandbox.Actor) sandbox.Profile {
		t.Helper()
		actor.Action, actor.Name = "recreate", "web"
		fault := sandbox.Fault{Operation: "eks:DescribeCluster", Kind: sandbox.FaultActor, Actor: &actor}
		if err := b.SetFaults(fault); err != nil {
			t.Fatal(err)
		}
		if _, err := b.eks.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: ptr("demo")}); err != nil {
			t.Fatal(err)
		}
		if n := len(b.Profiles("demo")); n != 1 {
			t.Fatalf("%d profiles", n)
		}
		return b.Profiles("demo")[0]
	}
	first := recreate(sandbox.Actor{})
	if first.ARN == before.ARN || first.Role != before.Role || first.Selectors[0].Namespace != before.Selectors[0].Namespace || first.Status != "ACTIVE" {
		t.Errorf("before %+v, after %+v", before, first)
	}
	if err := b.delete("web"); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(3 * time.Second)
	second := recreate(sandbox.Actor{Selectors: []sandbox.Selector{{Namespace: "mine"}}, Tags: map[string]string{"by": "other"}, Status: "CREATING"})
	if second.ARN == first.ARN || second.Role != before.Role || second.Selectors[0].Namespace != "mine" || second.Tags["by"] != "other" || second.Status != "CREATING" {
		t.Errorf("after its end %+v", second)
	}
	var arns []string
	for _, c := range b.History("demo") {
		if c.Status == "" {
			arns = append(arns, c.ARN)
		}
	}
	if want := []string{before.ARN, first.ARN}; !slices.Equal(arns, want) {
		t.Errorf("the history ends %q, want %q", arns, want)
	}
}

func TestActorTags(t *testing.T) {
	b := serve(t, withWeb("ACTIVE"), func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{
			{Operation: "eks:DescribeFargateProfile", Nth: 1, Kind: sandbox.FaultActor, Actor: &sandbox.Actor{Action: "tag", Tags: map[string]string{"a": "1", "b": "2"}}},
			{Operation: "eks:DescribeFargateProfile", Nth: 2, Kind: sandbox.FaultActor, Actor: &sandbox.Actor{Action: "untag", Keys: []string{"a"}, When: "after"}},
		}
	})
	for i, want := range []int{2, 2, 1} {
		out, err := b.eks.DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{ClusterName: ptr("demo"), FargateProfileName: ptr("web")})
		if err != nil || len(out.FargateProfile.Tags) != want {
			t.Errorf("read %d: %+v, %v", i+1, out.FargateProfile.Tags, err)
		}
	}
}

// listed is what a list shows, and what a describe says of a profile.
func (b *bench) listed(t *testing.T) string {
	t.Helper()
	out, err := b.eks.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: ptr("demo")})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out.FargateProfileNames, " ")
}

// The first reads after each write do not see it; each operation's rule counts for itself.
func TestStaleReads(t *testing.T) {
	b := serve(t, withWeb("ACTIVE"), func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{
			{Operation: "eks:Describe*", Kind: sandbox.FaultStale, Reads: 2},
			{Operation: "eks:List*", Kind: sandbox.FaultStale, Reads: 1},
		}
	})
	if b.listed(t) != "web" || b.status("web") != "ACTIVE" {
		t.Error("stale without a write")
	}
	b.mustCreate(t, "api")
	var got []string
	for range 3 {
		got = append(got, b.status("api"), b.listed(t))
	}
	if want := []string{"ResourceNotFoundException", "web", "ResourceNotFoundException", "web api", "ACTIVE", "web api"}; !slices.Equal(got, want) {
		t.Errorf("after a create: %q, want %q", got, want)
	}
	if err := b.delete("web"); err != nil {
		t.Fatal(err)
	}
	got = nil
	for range 3 {
		got = append(got, b.status("web"))
	}
	if want := []string{"ACTIVE", "ACTIVE", "DELETING"}; !slices.Equal(got, want) {
		t.Errorf("after a delete: %q, want %q", got, want)
	}
	// A refused write is none, and writes are judged by the present.
	if err := b.delete("web"); code(err) != "ResourceInUseException" {
		t.Errorf("got %v", err)
	}
	if got := b.status("web"); got != "DELETING" {
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

// Reads lag by a time: several writes in it are all unseen, and transitions that had begun before go on.
func TestStaleLag(t *testing.T) {
	b := serve(t, withWeb("CREATING"), func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "eks:*", Kind: sandbox.FaultStale, Lag: 5 * time.Second}}
	})
	arn := b.Profiles("demo")[0].ARN
	tag := func(key string) {
		t.Helper()
		if _, err := b.eks.TagResource(ctx, &eks.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{key: "x"}}); err != nil {
			t.Fatal(err)
		}
	}
	tags := func() int {
		t.Helper()
		out, err := b.eks.ListTagsForResource(ctx, &eks.ListTagsForResourceInput{ResourceArn: &arn})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.Tags)
	}
	tag("a")
	b.clock.advance(3 * time.Second)
	tag("b")
	got := []int{tags()}
	for range 3 {
		b.clock.advance(2 * time.Second)
		got = append(got, tags())
	}
	if want := []int{0, 1, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("tags at 3s, 5s, 7s, 9s: %v, want %v", got, want)
	}
	tag("c")
	if got := b.status("web"); got != "ACTIVE" {
		t.Errorf("time stands still in the past: %s", got)
	}
}

// Without reads and lag the hit reads show the time before the last write, so that answers alternate.
func TestStaleEvery(t *testing.T) {
	b := serve(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "eks:Describe*", Every: 2, Kind: sandbox.FaultStale}}
	})
	b.mustCreate(t, "web")
	var got []string
	for range 4 {
		got = append(got, b.status("web"))
	}
	if want := []string{"ACTIVE", "ResourceNotFoundException", "ACTIVE", "ResourceNotFoundException"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// All that is wrong with the faults of a file is told at once, with its line.
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
