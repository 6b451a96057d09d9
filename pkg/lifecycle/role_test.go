package lifecycle

import (
	"context"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/preflight"
	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/trust"
)

// iamBetween calls a function between the first read of a role and what follows.
type iamBetween struct {
	IAM
	then func()
}

func (i *iamBetween) Role(ctx context.Context, name string) (cloud.Role, error) {
	role, err := i.IAM.Role(ctx, name)
	if i.then != nil {
		i.then()
		i.then = nil
	}
	return role, err
}

// A role is taken as it was judged, or as fgctl makes it; never with a trust policy that nobody has looked at.
func TestEnsureRole(t *testing.T) {
	const name = "fgctl-fargate-pods-demo-us-east-1"
	own := trust.PodExecutionRole("aws", "us-east-1", "111122223333", "demo")
	other := trust.PodExecutionRole("aws", "us-east-1", "111122223333", "demo-2")
	has := func(document string) func(*sandbox.World) {
		return func(w *sandbox.World) { w.Roles = append(w.Roles, sandbox.Role{Name: name, Trust: document}) }
	}
	for _, c := range []struct {
		why              string
		change           func(*sandbox.World)
		judged, between  string
		trusted, refused bool
	}{
		{why: "none", trusted: true},
		{why: "fgctl's own", change: has(own), trusted: true},
		{why: "as judged", change: has(other), judged: other},
		{why: "judged by nobody", change: has(other), refused: true},
		{why: "changed since", change: has(own + " "), judged: other, trusted: true},
		{why: "changed to another since", change: has(other), judged: strings.ReplaceAll(own, "demo", "demo-3"), refused: true},
		{why: "made by another run of fgctl meanwhile", between: own, trusted: true},
		{why: "made by somebody else meanwhile", between: other, refused: true},
	} {
		b := newBench(t, c.change)
		iam := &iamBetween{IAM: b.client}
		if c.between != "" {
			iam.then = func() {
				if _, err := b.client.CreateRole(t.Context(), name, c.between, "", nil); err != nil {
					t.Fatal(err)
				}
			}
		}
		b.IAM = iam
		report := preflight.Report{NewRole: name, Role: cloud.Role{TrustPolicy: c.judged}}
		report.Cluster, _ = b.client.Cluster(t.Context(), "demo")
		arn, trusted, err := b.ensureRole(t.Context(), report)
		if (err != nil) != c.refused || err == nil && (trusted != c.trusted || arn == "") {
			t.Errorf("%s: role %q, trusted %v, %v", c.why, arn, trusted, err)
		}
		policies, _ := b.client.AttachedPolicies(t.Context(), name)
		if (len(policies) == 0) != c.refused {
			t.Errorf("%s: has the policies %q", c.why, policies)
		}
	}
}
