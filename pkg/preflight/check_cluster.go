package preflight

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// judgeCluster: ACTIVE, not on Outposts, in a region and of a version with Fargate (EKS User Guide,
// Fargate considerations).
func (f *facts) judgeCluster() Result {
	c := f.cluster
	switch {
	case f.noCluster():
		return fail(codeClusterGone, "cluster %s does not exist: %v", c.Name, f.clusterErr).
			hint("check that the name, the region and the AWS account are right")
	case f.clusterErr != nil:
		return unread("the cluster", f.clusterErr)
	}
	var faults []Finding
	hint := ""
	if c.Outposts {
		faults = append(faults, finding(codeClusterPlace,
			"cluster %s is a local cluster on AWS Outposts, which has no Fargate", c.Name))
	}
	if region := f.home().Region; strings.HasPrefix(region, "us-gov-") {
		faults = append(faults, finding(codeClusterPlace,
			"cluster %s lies in %s; AWS GovCloud (US) has no EKS on Fargate", c.Name, region))
	}
	if tooOld(c.Version) {
		faults = append(faults, finding(codeClusterOld,
			"cluster %s runs Kubernetes %s; Fargate needs 1.14 or later", c.Name, c.Version))
		hint = "update the cluster first"
	}
	if c.Status != "ACTIVE" {
		state := "see the cluster's state in EKS: aws eks describe-cluster --name " + c.Name
		if c.Status == "CREATING" || c.Status == "UPDATING" || c.Status == "PENDING" {
			state = "wait until it is ACTIVE: aws eks wait cluster-active --name " + c.Name
		}
		faults = append(faults, finding(codeClusterStatus, "cluster %s is %s, not ACTIVE", c.Name,
			cmp.Or(c.Status, "unknown")))
		if len(faults) == 1 {
			hint = state
		}
	}
	out := pass("%s is ACTIVE, Kubernetes %s, platform %s",
		c.Name, cmp.Or(c.Version, "unknown"), cmp.Or(c.PlatformVersion, "unknown"))
	if len(faults) > 0 {
		out = outcome(Fail, faults[0], faults[1:]...).hint(hint)
	} else if len(c.HealthIssues) > 0 {
		out = warn(codeClusterHealth, "%s is ACTIVE, but EKS reports issues with it", c.Name)
	}
	for _, issue := range c.HealthIssues {
		out.Details = append(out.Details, issue.String())
	}
	return out
}

// tooOld reports whether a Kubernetes version as 1.33 is below 1.14; one that cannot be read is not.
func tooOld(version string) bool {
	var major, minor int
	_, err := fmt.Sscanf(version, "%d.%d", &major, &minor)
	return err == nil && (major < 1 || major == 1 && minor < 14)
}

// planned are the profiles that will be created before this one and do not exist yet.
func (f *facts) planned() []fargate.Profile {
	var out []fargate.Profile
	for _, p := range f.input.Planned {
		there := append(slices.Clone(f.siblings.value), out...)
		if p.Name != f.input.Profile.Name && fargate.Named(there, p.Name) == nil {
			out = append(out, p)
		}
	}
	return out
}

// judgeSlots: fewer profiles than the quota (EKS service quota L-33415657, adjustable). A profile that is
// being deleted is waited for, so its slot is free by then.
func (f *facts) judgeSlots() Result {
	if f.siblings.err != nil {
		return unread("the cluster's profiles", f.siblings.err)
	}
	taken := 0
	for _, p := range f.siblings.value {
		if p.Status != fargate.StatusDeleting {
			taken++
		}
	}
	planned := len(f.planned())
	count := fmt.Sprintf("%d of %d profile slots are taken", min(taken+planned, fargate.MaxProfiles), fargate.MaxProfiles)
	if planned > 0 && taken < fargate.MaxProfiles {
		count += ", with those that are created before this profile"
	}
	switch {
	case len(f.siblings.value) > fargate.MaxProfiles:
		return warn(codeQuotaRaised, "the cluster has %d profiles, so its quota was raised above %d; whether a slot is "+
			"free is not known", len(f.siblings.value), fargate.MaxProfiles)
	case taken+planned >= fargate.MaxProfiles:
		hint := "delete a profile, or ask for a higher quota (Service Quotas, Amazon EKS, L-33415657); " +
			"if it was raised already: --skip-checks slots"
		if len(f.input.Leaving) > 0 {
			hint = "the successor needs a slot while the original is still there; " + hint
		}
		return fail(codeNoSlot, "no free profile slot: %s", count).hint(hint)
	}
	return pass("%s", count)
}

// judgeSiblings: EKS changes one profile of a cluster at a time.
func (f *facts) judgeSiblings() Result {
	if f.siblings.err != nil {
		return unread("the cluster's profiles", f.siblings.err)
	}
	var busy, failed []string
	for _, p := range f.siblings.value {
		switch text := fmt.Sprintf("profile %s is %s", p.Name, p.Status); {
		case p.Status.InTransition():
			busy = append(busy, text)
		case p.Status == fargate.StatusCreateFailed, p.Status == fargate.StatusDeleteFailed:
			failed = append(failed, text)
		}
	}
	if len(busy) > 0 {
		return warn(codeBusy, "%s; EKS changes one profile at a time, so fgctl will wait for it", strings.Join(busy, ", ")).
			with(failed...)
	}
	return pass("no other profile is in transition").with(failed...)
}

// judgeOverlap: no other profile can match the same pods. Profiles that go, or that take no pods, do not
// count.
func (f *facts) judgeOverlap() Result {
	if f.siblings.err != nil {
		return unread("the cluster's profiles", f.siblings.err)
	}
	mine := f.input.Profile
	mine.Status = fargate.StatusActive
	profiles := []fargate.Profile{mine}
	for _, other := range append(slices.Clone(f.siblings.value), f.planned()...) {
		switch other.Status {
		case fargate.StatusDeleting, fargate.StatusCreateFailed, fargate.StatusDeleteFailed:
			continue
		}
		if other.Name == mine.Name || slices.Contains(f.input.Leaving, other.Name) {
			continue
		}
		other.Status = fargate.StatusActive // or it will be, when this profile is
		profiles = append(profiles, other)
	}
	overlaps := fargate.OverlapsWith(mine.Name, profiles)
	if len(overlaps) == 0 {
		return pass("no other profile matches the same pods")
	}
	// Those of which a pod is known say more.
	slices.SortStableFunc(overlaps, func(a, b fargate.ProfileOverlap) int {
		return cmp.Compare(min(1, len(b.Witness.Namespace)), min(1, len(a.Witness.Namespace)))
	})
	names, details := overlapsByProfile(mine.Name, overlaps)
	code := codeOverlap
	if fargate.SameSelectors(mine.Selectors, fargate.Named(profiles, names[0]).Selectors) {
		code = codeDuplicate
		details = append(details, fmt.Sprintf("profile %s has the same selectors", names[0]))
	}
	var more []Finding
	for _, r := range fargate.Redundancies(profiles) {
		ofMine := func(s fargate.SelectorRef) bool { return s.Profile == mine.Name }
		switch {
		case r.Within: // a matter of the profile's validation
		case ofMine(r.Selector) && code == codeOverlap:
			more = append(more, Finding{codeShadowed, r.String()})
		case ofMine(r.Selector) || slices.ContainsFunc(r.By, ofMine): // the other profile's finding
			details = append(details, r.String())
		}
	}
	out := warn(code, "pods like %s match %s too", overlaps[0].Witness.Shape(), profilesNamed(names))
	if overlaps[0].Witness.Namespace == "" {
		out = warn(codeOverlapUnknown, "%s may match the same pods; the selectors are too involved to tell",
			profilesNamed(names))
	}
	return out.with(details...).found(more...).
		hint("make the selectors disjoint, or pin pods with the label " + kube.ProfileLabel)
}

// overlapsByProfile returns the names of the profiles that overlap with the named one, and a line about
// the first overlap with each.
func overlapsByProfile(name string, overlaps []fargate.ProfileOverlap) (names, details []string) {
	for _, o := range overlaps {
		mine, theirs := o.A, o.B
		if o.B.Profile == name {
			mine, theirs = o.B, o.A
		}
		if slices.Contains(names, theirs.Profile) {
			continue
		}
		names = append(names, theirs.Profile)
		both := fmt.Sprintf("selector %d and selector %d of profile %s", mine.Index, theirs.Index, theirs.Profile)
		if o.Witness.Namespace == "" {
			details = append(details, both+" may match the same pods")
			continue
		}
		details = append(details, fmt.Sprintf("%s both match a pod in %s; EKS would run it on %s, the first by name "+
			"(older AWS texts say: on any that matches, at random)", both, o.Witness.Shape(), o.TakenBy))
	}
	return names, details
}

func profilesNamed(names []string) string {
	if len(names) == 1 {
		return "profile " + names[0]
	}
	return "profiles " + strings.Join(names, ", ")
}
