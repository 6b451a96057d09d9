package preflight

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/network"
)

// Level is the outcome of a check.
type Level string

// The levels. Skipped means that nothing was judged, by the user's wish or for want of a permission.
const (
	Pass    Level = "pass"
	Warn    Level = "warn"
	Fail    Level = "fail"
	Skipped Level = "skipped"
)

// Result is the outcome of one check: the message is one sentence, the details are its single findings,
// the hint says what to do.
type Result struct {
	Check   string   `json:"check"`
	Level   Level    `json:"level"`
	Message string   `json:"message"`
	Details []string `json:"details,omitempty"`
	Hint    string   `json:"hint,omitempty"`
	// Findings are what message and details say, each of the kind that its code names; none where the check passed.
	Findings []Finding `json:"findings,omitempty"`
}

// Finding is one thing that a check found. See Codes.
type Finding struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// The names of the checks.
const (
	checkCluster    = "cluster"
	checkSlots      = "slots"
	checkSiblings   = "siblings"
	checkOverlap    = "overlap"
	checkSubnets    = "subnets"
	checkEgress     = "egress"
	checkRole       = "role"
	checkRoleUse    = "role-use"
	checkAccess     = "access"
	checkRolePolicy = "role-policy"
)

// Checks are the names of all checks, in the order in which they are reported.
var Checks = []string{
	checkCluster, checkSlots, checkSiblings, checkOverlap, checkSubnets, checkEgress, checkRole, checkRoleUse,
	checkAccess, checkRolePolicy,
}

// Cloud is what the checks read. cloud.Client has it; its errors are of that package's classes.
type Cloud interface {
	Cluster(ctx context.Context, name string) (cloud.Cluster, error)
	Profiles(ctx context.Context, cluster string) ([]fargate.Profile, error)
	Subnet(ctx context.Context, id string) (network.Subnet, error)
	SubnetsOfVPC(ctx context.Context, vpc string) ([]network.Subnet, error)
	RouteTables(ctx context.Context, vpc string) ([]network.RouteTable, error)
	NATAddresses(ctx context.Context, vpc string) (map[string][]string, error)
	VPCEndpoints(ctx context.Context, vpc string) ([]network.Endpoint, error)
	Role(ctx context.Context, name string) (cloud.Role, error)
	Roles(ctx context.Context) ([]cloud.Role, error)
	AttachedPolicies(ctx context.Context, role string) ([]string, error)
	AccessEntry(ctx context.Context, cluster, role string) (cloud.AccessEntry, error)
}

// Input is the profile that is to be created, and what surrounds it.
type Input struct {
	// Profile has its Cluster and Name; its role and subnets may be empty and are found then.
	Profile fargate.Profile
	// Skip are the names of checks to leave out. Subnets and role are found nevertheless.
	Skip []string
	// Leaving are the names of profiles that go when this one is there, as the original does that it replaces: overlap
	// with them is meant. Gone are those that are deleted before this one is created; they do not count at all.
	Leaving, Gone []string
	// NewRole is the name of the role to make for the profile, unless it is there; empty for none.
	NewRole string
	// Present reports whether the profile is there, and is judged as it stands; Audit sets it.
	Present bool
	// Planned are profiles that will be created before this one; they count for slots and overlap.
	Planned []fargate.Profile
}

// Report is what the checks found.
type Report struct {
	// Results has one entry per check, in the order of Checks.
	Results []Result
	// Profile is the input's, with the subnets and the role that were found for it. Where subnets could
	// not be found for want of a permission they stay empty, and EKS chooses them.
	Profile fargate.Profile
	// NewRole is the input's; Profile has its ARN where the role is there already, and Role is as IAM described it.
	NewRole string
	Role    cloud.Role
	// Cluster is as EKS describes it; only its name is set where that could not be read.
	Cluster cloud.Cluster
	// Siblings are all profiles of the cluster, one of the profile's own name included, sorted by name.
	Siblings []fargate.Profile
}

// Failed reports whether any check failed.
func (r Report) Failed() bool {
	return slices.ContainsFunc(r.Results, func(x Result) bool { return x.Level == Fail })
}

// Passed reports whether the check of this name passed, without a warning.
func (r Report) Passed(check string) bool {
	return slices.ContainsFunc(r.Results, func(x Result) bool { return x.Check == check && x.Level == Pass })
}

// Existing returns the profile of the cluster that has the name of the one to create, nil when none does.
func (r Report) Existing() *fargate.Profile {
	return fargate.Named(r.Siblings, r.Profile.Name)
}

// Run reads what the checks need and judges it. An error means that AWS could not be asked (credentials,
// no answer, the context's end); what AWS refuses to tell is a skipped check, not an error. When a
// profile of the name exists and is not being deleted, only the cluster is judged, unless it is Present: see
// Report.Existing.
func Run(ctx context.Context, c Cloud, input Input) (Report, error) {
	input.Profile = input.Profile.Clone()
	f := &facts{input: input, cluster: cloud.Cluster{Name: input.Profile.Cluster}}
	if err := f.read(ctx, c); err != nil {
		return Report{}, err
	}
	return f.judge(), nil
}

// RunAll is Run for several profiles side by side, which share what they read: many take no more round trips than one.
func RunAll(ctx context.Context, c Cloud, inputs []Input) ([]Report, error) {
	reports := make([]Report, len(inputs))
	group, groupContext := errgroup.WithContext(ctx)
	reader := Remember(groupContext, c)
	for i, input := range inputs {
		group.Go(func() (err error) {
			reports[i], err = Run(groupContext, reader, input)
			return err
		})
	}
	return reports, group.Wait()
}

// judge puts the judgements together, in the order of Checks.
func (f *facts) judge() Report {
	report := Report{
		Cluster: f.cluster, Siblings: f.siblings.value,
		Profile: f.input.Profile, NewRole: f.input.NewRole, Role: f.role.value,
	}
	switch {
	case f.noCluster():
		report.Results = f.withoutCluster()
		return report
	case f.exists():
		report.Results = f.onlyCluster("profile " + report.Profile.Name + " exists already")
		return report
	}
	subnets, chosen := f.judgeSubnets()
	role, arn := f.judgeRole()
	report.Profile.Subnets, report.Profile.PodExecutionRoleARN = idsOf(chosen), arn
	use, policy := f.judgeRoleUse(arn), f.judgeRolePolicy(arn)
	if role.Level == Fail {
		use.Hint, policy.Hint = "", "" // nobody should give permissions to a role that does not serve
	}
	report.Results = []Result{
		f.judgeCluster(), f.judgeSlots(), f.judgeSiblings(), f.judgeOverlap(),
		subnets, f.judgeEgress(chosen), role, use, f.judgeAccess(arn), policy,
	}
	for i := range report.Results {
		// What becomes of subnets and role says more than that they are skipped.
		if check := Checks[i]; f.skips(check) && check != checkSubnets && check != checkRole {
			report.Results[i] = bySkip()
		}
		report.Results[i].Check = Checks[i]
	}
	return report
}

// withoutCluster are the results where the cluster does not exist: what was named beside it may be missing too.
func (f *facts) withoutCluster() []Result {
	out := f.onlyCluster("needs the cluster")
	subnets, _ := f.judgeGiven()
	role, _ := f.judgeRole()
	for i, r := range []Result{4: subnets, 6: role} {
		if r.Level == Fail && FlagAtFault(r.Findings[0].Code) != "" {
			out[i] = r.of(Checks[i])
		}
	}
	return out
}

// onlyCluster are the results when the other checks cannot be judged, for the reason in message.
func (f *facts) onlyCluster(message string) []Result {
	out := make([]Result, len(Checks))
	for i, check := range Checks {
		switch {
		case i > 0:
			out[i] = skipped("%s", message)
		case f.skips(check) && !f.noCluster():
			out[i] = bySkip()
		default:
			out[i] = f.judgeCluster()
		}
		out[i].Check = check
	}
	return out
}

// pass, warn, fail and skipped return the outcome of a check, which judge names.
func pass(format string, values ...any) Result {
	return Result{Level: Pass, Message: fmt.Sprintf(format, values...)}
}

func warn(code, format string, values ...any) Result {
	return outcome(Warn, finding(code, format, values...))
}

func fail(code, format string, values ...any) Result {
	return outcome(Fail, finding(code, format, values...))
}

func skipped(format string, values ...any) Result {
	return outcome(Skipped, finding(CodeNotJudged, format, values...))
}

func finding(code, format string, values ...any) Finding {
	return Finding{code, fmt.Sprintf(format, values...)}
}

// outcome is one of findings: the first is the message, the others are details.
func outcome(level Level, first Finding, more ...Finding) Result {
	return Result{Level: level, Message: first.Message, Findings: []Finding{first}}.found(more...)
}

// NewResult returns the outcome of a check that is judged elsewhere: the first message is its own, the others are
// details.
func NewResult(check string, level Level, code string, messages ...string) Result {
	out := outcome(level, Finding{code, messages[0]})
	for _, m := range messages[1:] {
		out = out.found(Finding{code, m})
	}
	return out.of(check)
}

// found adds findings to the details.
func (r Result) found(more ...Finding) Result {
	for _, m := range more {
		r.Details = append(r.Details, m.Message)
	}
	r.Findings = append(r.Findings, more...)
	return r
}

func (r Result) hint(text string) Result {
	r.Hint = text
	return r
}

func (r Result) with(details ...string) Result {
	r.Details = append(r.Details, details...)
	return r
}

// bySkip is the outcome of a check that the user leaves out.
func bySkip() Result { return skipped("by --skip-checks") }

// unread is the outcome of a check that needs what could not be read.
func unread(what string, err error) Result {
	if e, ok := errors.AsType[*cloud.Error](err); ok && e.Class == cloud.AccessDenied {
		return skipped("%s could not be read: the caller lacks the permission %s", what, e.Permission())
	}
	return skipped("%s could not be read: %v", what, err)
}
