package preflight

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/trust"
)

// createRoleHint is what helps when no role fits.
const createRoleHint = "name one with --pod-execution-role-arn (in a file podExecutionRoleARN), " +
	"or let fgctl make one with --create-pod-execution-role"

// pick is the role to use and where it comes from; without an ARN, candidates are those to choose from,
// each with what speaks for it.
type pick struct {
	arn        string
	source     string
	candidates []string
}

// pickFromProfiles takes the role that all other profiles of the cluster use. Those that failed to be
// created do not count: the role may be why.
func pickFromProfiles(siblings []fargate.Profile, name string) pick {
	users := map[string][]string{}
	for _, p := range siblings {
		if p.Name != name && p.Status != fargate.StatusCreateFailed && p.PodExecutionRoleARN != "" {
			users[p.PodExecutionRoleARN] = append(users[p.PodExecutionRoleARN], p.Name)
		}
	}
	arns := slices.Sorted(maps.Keys(users))
	if len(arns) == 1 {
		return pick{arn: arns[0], source: "the cluster's other profiles use it"}
	}
	var candidates []string
	for _, arn := range arns {
		candidates = append(candidates, fmt.Sprintf("%s, used by %s", arn, profilesNamed(users[arn])))
	}
	return pick{candidates: candidates}
}

// pickFromAccount takes the only role of the account that trusts Fargate for the profile. One that trusts
// everybody was not made for it and does not count; one that trusts EC2 too counts where there is no other, to be
// refused by name.
func pickFromAccount(roles []cloud.Role, request trust.Request) pick {
	if request.SourceARN == "" {
		return pick{}
	}
	var allowed, nodes, undecided []string
	for _, role := range roles {
		policy, err := trust.Parse(role.TrustPolicy)
		if err != nil {
			continue
		}
		j := policy.Judge(request)
		switch {
		case !slices.ContainsFunc(j.Trusted, func(who string) bool { return strings.EqualFold(who, trust.Service) }):
		case j.Outcome == trust.Allowed && policy.TrustsInstances():
			nodes = append(nodes, role.ARN)
		case j.Outcome == trust.Allowed:
			allowed = append(allowed, role.ARN)
		case j.Outcome == trust.Undecided:
			undecided = append(undecided, fmt.Sprintf("%s, perhaps: %s", role.ARN, j.Reason))
		}
	}
	only := allowed
	if len(only) == 0 {
		only = nodes
	}
	if len(only) == 1 {
		source := "it is the only role of the account that trusts " + trust.Service + " for this profile"
		return pick{arn: only[0], source: source}
	}
	for _, arn := range nodes {
		allowed = append(allowed, arn+", perhaps of EC2 nodes: "+trustsInstances)
	}
	return pick{candidates: append(allowed, undecided...)}
}

// request is what Fargate would ask of IAM for the profile. The uuid in the profile's ARN is made by EKS
// later; conditions that depend on it cannot be met on purpose.
func (f *facts) request() trust.Request {
	home := f.home()
	r := trust.Request{Service: trust.Service, Action: trust.Action, SourceAccount: home.Account}
	if home.Account != "" {
		r.SourceARN = fmt.Sprintf("arn:%s:eks:%s:%s:fargateprofile/%s/%s/00000000-0000-0000-0000-000000000000",
			home.Partition, home.Region, home.Account, f.input.Profile.Cluster, f.input.Profile.Name)
	}
	return r
}

// judgeRole judges the role that was named or found, and returns its ARN.
func (f *facts) judgeRole() (Result, string) {
	arn := f.pick.arn
	switch {
	case f.input.NewRole != "" && (arn == "" || f.cluster.Account() == ""):
		return f.judgeNewRole(), ""
	case arn == "":
		return f.noRole(), ""
	case f.skips(checkRole):
		return bySkip(), arn
	}
	if fault := f.foreign(arn); fault != (Finding{}) {
		return outcome(Fail, fault).hint(createRoleHint), arn
	}
	faults, warnings := f.judgePath(arn)
	out := f.judgeTrust(arn)
	if out.Level == Fail {
		faults = append(faults, out.Findings...)
	}
	faults = append(faults, f.notTaken(arn)...)
	switch {
	case len(faults) > 0:
		return outcome(Fail, faults[0], append(faults[1:], warnings...)...).hint(f.roleHint()), arn
	case out.Level != Pass:
		return out.found(warnings...), arn
	case len(warnings) > 0:
		return outcome(Warn, warnings[0], warnings[1:]...), arn
	}
	if out = out.with(arn); f.pick.source != "" {
		out = out.with("taken because " + f.pick.source)
	}
	return out, arn
}

// makesRole reports whether a role will be made, because none of its name is there.
func (f *facts) makesRole() bool {
	return f.input.NewRole != "" && cloud.ClassOf(f.role.err) == cloud.NotFound
}

// judgeNewRole judges a role that is not there yet, or may be.
func (f *facts) judgeNewRole() Result {
	switch {
	case f.cluster.Account() == "":
		return fail(codeRoleUnnamed, "role %s cannot be made: its trust policy names the cluster's account, and %s",
			f.input.NewRole, unread("the cluster", f.clusterErr).Message).
			hint("name a role with --pod-execution-role-arn (in a file podExecutionRoleARN)")
	case f.skips(checkRole):
		return bySkip()
	case f.makesRole():
		return pass("a role that trusts %s for profiles of this cluster will be made", trust.Service)
	}
	return unread("role "+f.input.NewRole, f.role.err)
}

// roleHint is what helps when the role does not serve.
func (f *facts) roleHint() string {
	if f.input.NewRole != "" {
		return "change or delete that role, which --create-pod-execution-role takes for its own, " +
			"or name another one with --pod-execution-role-arn (in a file podExecutionRoleARN)"
	}
	return createRoleHint
}

// noRole says why no role could be found.
func (f *facts) noRole() Result {
	unknown := func(what string, err error) Result {
		return fail(codeRoleUnnamed, "no role is named, and %s", unread(what, err).Message).hint(createRoleHint)
	}
	switch {
	case f.siblings.err != nil:
		return unknown("the roles of the cluster's profiles", f.siblings.err)
	case f.roles.err != nil:
		return unknown("the account's roles", f.roles.err)
	case len(f.pick.candidates) > 0 && f.roles.value == nil:
		return fail(codeRoleUnnamed, "the cluster's profiles use several roles; say which one to take").
			with(f.pick.candidates...).hint("name one with --pod-execution-role-arn (in a file podExecutionRoleARN)")
	case len(f.pick.candidates) > 0:
		return fail(codeRoleUnnamed, "several roles of the account may serve; say which one to take").
			with(f.pick.candidates...).hint(createRoleHint)
	case f.request().SourceARN == "":
		return unknown("the cluster", f.clusterErr)
	}
	return fail(codeRoleUnnamed, "no role is named, and no role of the account trusts %s for this profile", trust.Service).
		hint(createRoleHint)
}

// foreign says why the role cannot be the cluster's, from its ARN alone: IAM, asked by the role's name,
// would answer about another role (EKS User Guide: the role is in the cluster's account).
func (f *facts) foreign(arn string) Finding {
	home, role := f.home(), fargate.ParseARN(arn)
	switch {
	case role == fargate.ARN{}:
		return finding(codeRolePartition, "%q is not the ARN of a role", arn)
	case home.Account != "" && role.Account != home.Account:
		return finding(codeRoleForeign, "role %s belongs to account %s; the cluster's is %s, and the role must be there too",
			arn, role.Account, home.Account)
	case home.Partition != "" && role.Partition != home.Partition:
		return finding(codeRolePartition, "role %s is of the partition %s; the cluster's is %s", arn, role.Partition,
			home.Partition)
	}
	return Finding{}
}

// judgePath judges the role's path, which the aws-auth ConfigMap cannot carry (EKS User Guide, Get
// started with Fargate: "The role ARN can't include a path other than /"; access entries can).
func (f *facts) judgePath(arn string) (faults, warnings []Finding) {
	configMap := f.cluster.AuthenticationMode == "CONFIG_MAP"
	known := f.role.err == nil && f.role.value.ARN != ""
	switch pathed := strings.Count(arn, "/") > 1; {
	case pathed && known && f.role.value.ARN != arn:
		faults = append(faults, finding(codeRoleGone, "role %s does not exist; the role of that name is %s", arn,
			f.role.value.ARN))
	case pathed && configMap:
		faults = append(faults, finding(codeRolePath, "role %s has a path, which the cluster's authentication mode "+
			"CONFIG_MAP cannot carry: pods would not start", arn))
	case pathed:
		warnings = append(warnings, finding(codeRolePath, "role %s has a path; it works only by an access entry, "+
			"not by the aws-auth ConfigMap", arn))
	case known && f.role.value.ARN != arn && !configMap:
		warnings = append(warnings, finding(codeRolePath, "role %s has a path: its ARN is %s", arn, f.role.value.ARN))
	}
	return faults, warnings
}

// judgeTrust judges whether the role is there, and its trust policy.
func (f *facts) judgeTrust(arn string) Result {
	role, err := f.role.value, f.role.err
	switch {
	case cloud.ClassOf(err) == cloud.NotFound:
		return fail(codeRoleGone, "role %s does not exist: %v", arn, err)
	case err != nil:
		return unread("role "+arn, err)
	}
	policy, err := trust.Parse(role.TrustPolicy)
	if err != nil {
		return fail(codeRoleTrust, "the trust policy of role %s cannot be read: %v", role.ARN, err)
	}
	request := f.request()
	if request.SourceARN == "" {
		return unread("the cluster, for whose profiles the trust policy must hold,", f.clusterErr)
	}
	switch j := policy.Judge(request); j.Outcome {
	case trust.Allowed:
		return pass("%s lets Fargate assume it for this profile", fargate.ParseARN(arn).Name())
	case trust.Undecided:
		return warn(codeRoleUndecided, "it is not known whether Fargate can use role %s: %s", role.ARN, j.Reason)
	default: // trust.Refused
		return fail(codeRoleTrust, "Fargate cannot use role %s: %s", role.ARN, j.Reason)
	}
}

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
