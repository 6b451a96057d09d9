package preflight

import (
	"fmt"
	"slices"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// hasEntries reports whether the cluster knows access entries at all.
func (f *facts) hasEntries() bool {
	return f.cluster.AuthenticationMode == "API" || f.cluster.AuthenticationMode == "API_AND_CONFIG_MAP"
}

// judgeAccess: nodes that Fargate starts with the role can join the cluster. EKS makes an access entry for the role of
// a new profile; one that is older than the role does not let it in (EKS User Guide, creating access entries).
func (f *facts) judgeAccess(arn string) Result {
	entry, mode := f.entry.value, f.cluster.AuthenticationMode
	missing := cloud.ClassOf(f.entry.err) == cloud.NotFound
	switch {
	case f.clusterErr != nil:
		return unread("the cluster", f.clusterErr)
	case !f.makesRole() && f.unjudged(arn) != "":
		return skipped("%s", f.unjudged(arn))
	case mode == "":
		return skipped("EKS does not report the cluster's authentication mode")
	case mode == "CONFIG_MAP":
		return f.judgeConfigMap(arn)
	case f.entry.err != nil && !missing:
		return unread("the access entry of role "+arn, f.entry.err)
	case missing && !f.input.Present:
		return pass("EKS makes the access entry of the role")
	case missing && mode == "API":
		return fail(codeEntryMissing, "role %s has no access entry, and the cluster lets nobody in without (mode API): no "+
			"pod starts", arn).hint(f.entryCommand("create", arn) + " --type FARGATE_LINUX")
	case missing:
		return skipped("role %s has no access entry, so the ConfigMap aws-auth has to map it, which AWS does not show; "+
			"see kubectl get configmap aws-auth --namespace kube-system --output yaml", arn)
	case f.makesRole():
		return f.staleEntry("the access entry of %s is there, and the role is not: it was made for one that is deleted, and "+
			"does not let a new one in", entry.Principal)
	case f.role.err != nil:
		return unread("role "+arn, f.role.err)
	case entry.Created.Before(f.role.value.Created):
		return f.staleEntry("the access entry of %s is older than the role (made %s, the role %s): it was made for one that "+
			"is deleted, and lets nobody in", entry.Principal, entry.Created.Format(time.RFC3339),
			f.role.value.Created.Format(time.RFC3339))
	case entry.OfNodes():
		return skipped("the access entry is one for EC2 nodes; see %s", checkRoleUse)
	case entry.Type != cloud.EntryOfFargate:
		return warn(codeEntryType, "the access entry of role %s is of the type %s, not %s: nodes may not be able to join",
			arn, entry.Type, cloud.EntryOfFargate).hint(f.entryAgain(entry.Principal))
	}
	return pass("the role has an access entry of the type %s", entry.Type)
}

// judgeConfigMap judges what can be seen from outside of a cluster that knows the ConfigMap aws-auth only.
func (f *facts) judgeConfigMap(arn string) Result {
	if !f.input.Present {
		return pass("EKS maps the role in the ConfigMap aws-auth")
	}
	const see = "kubectl get configmap aws-auth --namespace kube-system --output yaml"
	for _, p := range f.siblings.value {
		denied := func(i fargate.HealthIssue) bool { return i.Code == "AccessDenied" }
		if p.PodExecutionRoleARN == arn && slices.ContainsFunc(p.Issues, denied) {
			return warn(codeUnmapped, "EKS says AccessDenied of profile %s: the ConfigMap aws-auth seems not to map role %s",
				p.Name, arn).hint("see " + see)
		}
	}
	return skipped("the ConfigMap aws-auth has to map role %s, and AWS does not show it; see %s", arn, see)
}

// staleEntry is a fault of a profile that is there; EKS may mend the entry for a new one.
func (f *facts) staleEntry(format string, values ...any) Result {
	out := warn(codeEntryStale, format, values...)
	if f.input.Present {
		out.Level = Fail
	}
	return out.hint(f.entryAgain(f.entry.value.Principal))
}

// entryAgain are the commands that make the role's access entry again.
func (f *facts) entryAgain(arn string) string {
	return fmt.Sprintf("%s && %s --type %s", f.entryCommand("delete", arn), f.entryCommand("create", arn),
		cloud.EntryOfFargate)
}

func (f *facts) entryCommand(verb, arn string) string {
	return fmt.Sprintf("aws eks %s-access-entry --cluster-name %s --principal-arn %s", verb, f.cluster.Name, arn)
}
