package lifecycle

import (
	"context"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/preflight"
	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/trust"
)

// A role's name fits into IAM's limit, and two clusters have two of them.
func TestRoleName(t *testing.T) {
	const long = "platform-production-payments-eu-central-1-"
	for _, c := range []struct{ cluster, region, want string }{
		{"demo", "us-east-1", "fgctl-fargate-pods-demo-us-east-1"},
		{strings.Repeat("a", 35), "us-east-1", "fgctl-fargate-pods-" + strings.Repeat("a", 35) + "-us-east-1"},
		{strings.Repeat("a", 36), "us-east-1", "fgctl-fargate-pods-" + strings.Repeat("a", 26) + "-22c1d24b-us-east-1"},
		{long + "blue", "us-east-1", "fgctl-fargate-pods-platform-production-paymen-ac1a6d55-us-east-1"},
	} {
		if got := decision.RoleName(c.cluster, c.region); got != c.want {
			t.Errorf("%s: %s", c.cluster, got)
		}
	}
	names := map[string]string{}
	for _, cluster := range []string{long + "blue", long + "green", long + "blue-2", strings.Repeat("a", 100), strings.Repeat("a", 99)} {
		for _, region := range []string{"us-east-1", "ap-southeast-2", strings.Repeat("r", 80)} {
			name := decision.RoleName(cluster, region)
			if len(name) > 64 && len(region) < 40 {
				t.Errorf("%s has %d characters", name, len(name))
			}
			if before := names[name]; before != "" {
				t.Errorf("%s is the role of %s and of %s", name, before, cluster)
			}
			names[name] = cluster + " in " + region
		}
	}
}

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
