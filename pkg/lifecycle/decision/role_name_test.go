package decision

import (
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/preflight"
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
		if got := RoleName(c.cluster, c.region); got != c.want {
			t.Errorf("%s: %s", c.cluster, got)
		}
	}
	names := map[string]string{}
	for _, cluster := range []string{long + "blue", long + "green", long + "blue-2", strings.Repeat("a", 100), strings.Repeat("a", 99)} {
		for _, region := range []string{"us-east-1", "ap-southeast-2", strings.Repeat("r", 80)} {
			name := RoleName(cluster, region)
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

// The role of a report is the profile's, or the one that has to be made, as far as the account is known.
func TestRoleOf(t *testing.T) {
	const made = "arn:aws:iam::111122223333:role/made"
	cluster := cloud.Cluster{ARN: "arn:aws:eks:us-east-1:111122223333:cluster/demo"}
	for _, c := range []struct {
		why    string
		report preflight.Report
		arn    string
		made   bool
	}{
		{"one is named", preflight.Report{Profile: wanted("web", "web")}, wanted("", "").PodExecutionRoleARN, false},
		{"one has to be made", preflight.Report{NewRole: "made", Cluster: cluster}, made, true},
		{"it was made before", preflight.Report{
			NewRole: "made", Cluster: cluster, Profile: fargate.Profile{PodExecutionRoleARN: made}, Role: cloud.Role{ARN: made},
		}, made, false},
		{"in an account that is not known", preflight.Report{NewRole: "made"}, "", true},
	} {
		if arn, isMade := RoleOf(c.report); arn != c.arn || isMade != c.made {
			t.Errorf("%s: %q, %v", c.why, arn, isMade)
		}
	}
}
