package eks_test

// Somebody else works on the cluster, and reads are behind the writes.

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

// acting lets an actor act at the first request of an operation.
func acting(operation string, actor sandbox.Actor) func(*sandbox.World) {
	return func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "eks:" + operation, Nth: 1, Kind: sandbox.FaultActor, Actor: &actor}}
	}
}

func names(b *bench.Bench) string {
	var out []string
	for _, p := range b.Profiles("demo") {
		out = append(out, p.Name+" "+p.Status)
	}
	return strings.Join(out, ", ")
}

func TestActors(t *testing.T) {
	other := []sandbox.Selector{{Namespace: "other"}}
	create := func(b *bench.Bench) error {
		_, err := b.EKS.CreateFargateProfile(ctx, bench.Input("api"))
		return err
	}
	remove := func(b *bench.Bench) error { return b.Delete("web") }
	for _, test := range []struct {
		what, operation string
		actor           sandbox.Actor
		request         func(*bench.Bench) error
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
			sandbox.Actor{Action: "create", Name: "x", Role: bench.GoodRole, Selectors: other, Status: "CREATING"},
			create,
			"ResourceInUseException", "web ACTIVE, x CREATING", "create demo/x",
		},
		{
			"creates too late", "CreateFargateProfile",
			sandbox.Actor{Action: "create", When: "after", Role: bench.GoodRole, Selectors: other},
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
			b := bench.Serve(t, bench.With("web", "ACTIVE"), acting(test.operation, test.actor))
			if err := test.request(b); bench.Code(err) != test.code {
				t.Errorf("got %v, want %s", err, test.code)
			}
			if got := names(b); got != test.after {
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
		actor := sandbox.Actor{Action: "create", Name: "x", Role: bench.GoodRole, Selectors: []sandbox.Selector{{Namespace: "x"}}}
		b := bench.Serve(t, bench.With("web", "ACTIVE"), acting("ListFargateProfiles", actor), func(w *sandbox.World) { w.Quotas.Profiles = quota })
		if _, err := b.EKS.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: aws.String("demo")}); err != nil {
			t.Fatal(err)
		}
		if got := names(b); got != want {
			t.Errorf("quota %d: there is %q, want %q", quota, got, want)
		}
	}
}

func TestRecreated(t *testing.T) {
	b := bench.Serve(t, bench.With("web", "ACTIVE"))
	before := b.Profiles("demo")[0]
	recreate := func(actor sandbox.Actor) sandbox.Profile {
		t.Helper()
		actor.Action, actor.Name = "recreate", "web"
		fault := sandbox.Fault{Operation: "eks:DescribeCluster", Kind: sandbox.FaultActor, Actor: &actor}
		if err := b.SetFaults(fault); err != nil {
			t.Fatal(err)
		}
		if _, err := b.EKS.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: aws.String("demo")}); err != nil {
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
	if err := b.Delete("web"); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(3 * time.Second)
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
