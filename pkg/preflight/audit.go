package preflight

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// The checks of profiles that are there; the others are those of Run.
const (
	checkStatus    = "status"
	checkName      = "name"
	checkSelectors = "selectors"

	// CheckRoles, CheckTags and CheckReplacement are those of lifecycle's tags.
	CheckRoles       = "roles"
	CheckTags        = "tags"
	CheckReplacement = "replacement"
)

// Audited is what the checks say of a cluster and of each of its profiles.
type Audited struct {
	// Cluster has the checks of the cluster: the cluster itself and its profile slots.
	Cluster []Result
	// Profiles has those of the profiles, by name.
	Profiles []AuditedProfile
	// Siblings are all profiles of the cluster.
	Siblings []fargate.Profile
}

// AuditedProfile is what the checks say of one profile.
type AuditedProfile struct {
	fargate.Profile
	Results []Result
}

// Audit runs the checks over the profiles that a cluster has, or with a name over that one alone. It reads only. c may
// be one that remembers, so that several clusters share what they have in common; now is the time. An error is one of
// Run's, or says that cluster or profile are not there or cannot be listed.
func Audit(ctx context.Context, c Cloud, cluster, name string, now time.Time) (Audited, error) {
	var out Audited
	c = Remember(ctx, c)
	// Read beside the profiles, what every check of them needs is known when they are.
	var early sync.WaitGroup
	early.Go(func() {
		f := facts{input: Input{Profile: fargate.Profile{Cluster: cluster}}}
		if f.readCluster(ctx, c) == nil {
			_ = f.readNetwork(ctx, c) // a failure is met again by Run
		}
	})
	defer early.Wait()
	siblings, err := c.Profiles(ctx, cluster)
	if err != nil {
		return out, err
	}
	out.Siblings = siblings
	for _, p := range siblings {
		if name == "" || p.Name == name {
			out.Profiles = append(out.Profiles, AuditedProfile{Profile: p})
		}
	}
	slots := (&facts{siblings: answer[[]fargate.Profile]{value: siblings}}).slotsLeft()
	if len(out.Profiles) == 0 {
		described := facts{input: Input{Profile: fargate.Profile{Cluster: cluster}}}
		err := described.readCluster(ctx, c)
		out.Cluster = []Result{described.judgeCluster().of(checkCluster), slots}
		return out, err
	}
	inputs := make([]Input, len(out.Profiles))
	for i, p := range out.Profiles {
		inputs[i] = Input{Profile: p.Profile, Present: true}
	}
	reports, err := RunAll(ctx, c, inputs)
	if err != nil {
		return out, err
	}
	for i := range out.Profiles {
		p := &out.Profiles[i]
		p.Results = append(p.Results, judgeStatus(p.Profile, now))
		p.Results = append(p.Results, judgeWarnings(p.Profile)...)
		for _, r := range reports[i].Results {
			switch r.Check {
			case checkCluster:
				out.Cluster = []Result{r, slots}
			case checkSlots, checkSiblings: // of a profile that is to be made
			default:
				p.Results = append(p.Results, r)
			}
		}
	}
	return out, nil
}

// of names the check that the outcome is of.
func (r Result) of(check string) Result {
	r.Check = check
	return r
}

// slotsLeft judges whether there is room for another profile, which every replacement needs.
func (f *facts) slotsLeft() Result {
	left := fargate.MaxProfiles - len(f.siblings.value)
	switch {
	case left < 0:
		return f.judgeSlots().of(checkSlots)
	case left == 0:
		return warn(codeNoSlot, "all %d profile slots are taken; a successor needs one, so no profile can be replaced",
			fargate.MaxProfiles).hint("delete a profile, or ask for a higher quota (Service Quotas, Amazon EKS, " +
			"L-33415657)").of(checkSlots)
	}
	return pass("%d of %d profile slots are free", left, fargate.MaxProfiles).of(checkSlots)
}

// longest is how long a transition may take before it counts as stuck: the time that fgctl waits for one.
const longest = 25 * time.Minute

// judgeStatus judges what EKS itself says of a profile.
func judgeStatus(p fargate.Profile, now time.Time) Result {
	issues, hint := make([]string, 0, len(p.Issues)), ""
	for _, issue := range p.Issues {
		issues = append(issues, issue.String())
		hint = cmp.Or(issue.Remedy(), hint)
	}
	age := now.Sub(p.CreatedAt)
	stuck := p.Status == fargate.StatusCreating && !p.CreatedAt.IsZero() && age > longest
	var out Result
	switch {
	case p.Status == fargate.StatusCreateFailed || p.Status == fargate.StatusDeleteFailed:
		code := codeCreateFailed
		if p.Status == fargate.StatusDeleteFailed {
			code = codeDeleteFailed
		}
		out = fail(code, "the profile is %s", p.Status)
		hint = cmp.Or(hint, "delete it; nothing else can be done with it")
	case stuck:
		out = fail(codeStuck, "the profile is CREATING for %s", age.Round(time.Minute))
		hint = cmp.Or(hint,
			"delete it and make it again; EKS changes no other profile of the cluster as long as it is CREATING")
	case len(issues) > 0:
		out = fail(codeHealth, "the profile is %s, but EKS reports issues with it", p.Status)
	case p.Status.InTransition():
		out = warn(codeInTransition, "the profile is %s; EKS changes no other profile of the cluster meanwhile", p.Status)
		hint = "wait for it"
	case p.Status != fargate.StatusActive:
		out = warn(codeStatusUnknown, "the profile is %s, a status that fgctl does not know", p.Status)
	default:
		out = pass("ACTIVE, and EKS reports no issue")
	}
	return out.with(issues...).hint(hint).of(checkStatus)
}

// warningCodes are the codes of the warnings of fargate.Validate, by theirs.
var warningCodes = map[string]string{
	"pin": codeNameNoLabel, "redundant": codeRedundant, "system-pods": codeSystemPods,
}

// judgeWarnings judges name and selectors by what EKS takes but users regret.
func judgeWarnings(p fargate.Profile) []Result {
	_, warnings := fargate.Validate(p)
	judge := func(check, good string, is func(fargate.Fault) bool) Result {
		own := slices.DeleteFunc(slices.Clone(warnings), func(w fargate.Fault) bool { return !is(w) })
		if len(own) == 0 {
			return pass("%s", good).of(check)
		}
		out := warn(warningCodes[own[0].Code], "%s", own[0].Message).hint(own[0].Hint)
		for _, w := range own[1:] {
			out = out.found(finding(warningCodes[w.Code], "%s; %s", w.Message, w.Hint))
		}
		return out.of(check)
	}
	named := func(w fargate.Fault) bool { return w.Field == "name" }
	return []Result{
		judge(checkName, "pods can ask for the profile by its name", named),
		judge(checkSelectors, "every selector is needed", func(w fargate.Fault) bool { return !named(w) }),
	}
}
