package lifecycle

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/preflight"
	"github.com/fgctl/fgctl/pkg/trust"
)

// ensureRole makes the role that the report wants, or takes the one of its name as it was judged or as fgctl makes it.
// Attaching a policy twice does no harm, so a run that died in between is finished. It returns the profile's role, and
// whether a complaint of EKS about its trust policy can only be IAM's lag.
func (r *Runner) ensureRole(ctx context.Context, report preflight.Report) (arn string, trusted bool, err error) {
	trusted = report.Passed("role")
	if report.NewRole == "" {
		return report.Profile.PodExecutionRoleARN, trusted, nil
	}
	c := report.Cluster
	document := trust.PodExecutionRole(c.Partition(), c.Region(), c.Account(), c.Name)
	role, err := r.IAM.Role(ctx, report.NewRole)
	if err == nil {
		r.Report.Note("pod execution role " + role.ARN + " is there already")
	} else if cloud.ClassOf(err) == cloud.NotFound {
		role, err = r.makeRole(ctx, report, document)
	}
	if err != nil {
		return "", false, err
	}
	own, judged := sameDocument(role.TrustPolicy, document), report.Role.TrustPolicy
	if !own && (judged == "" || !sameDocument(role.TrustPolicy, judged)) {
		return "", false, fmt.Errorf("role %s was made or changed by somebody else just now, "+
			"and its trust policy was not checked; nothing was changed; run the command again", role.ARN)
	}
	policy := "arn:" + c.Partition() + ":iam::aws:" + decision.PullPolicy
	if err := r.IAM.AttachPolicy(ctx, report.NewRole, policy); err != nil {
		return "", false, fmt.Errorf("attach %s to role %s: %w", policy, report.NewRole, err)
	}
	return role.ARN, trusted || own, nil
}

// makeRole makes the role; it reads the one that somebody else has made meanwhile.
func (r *Runner) makeRole(ctx context.Context, report preflight.Report, document string) (cloud.Role, error) {
	name, cluster := report.NewRole, report.Cluster.Name
	role, err := r.IAM.CreateRole(ctx, name, document, "Pod execution role of Fargate profiles of cluster "+cluster,
		map[string]string{tagCluster: cluster})
	switch {
	case err == nil:
		r.Report.Note("made the pod execution role " + role.ARN)
		return role, nil
	case cloud.ClassOf(err) == cloud.Exists:
		return r.IAM.Role(ctx, name)
	}
	return role, fmt.Errorf("make the pod execution role %s: %w", name, err)
}

// sameDocument reports whether two JSON documents differ in white space at most.
func sameDocument(a, b string) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, []byte(a)) == nil && json.Compact(&y, []byte(b)) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}
