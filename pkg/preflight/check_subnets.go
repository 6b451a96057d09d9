package preflight

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/network"
)

// needsPrivate ends every sentence about a subnet that its routes make unusable.
const needsPrivate = "; Fargate needs private subnets"

func idsOf(choices []network.Judgement) []string {
	ids := make([]string, 0, len(choices))
	for _, c := range choices {
		ids = append(ids, c.Subnet.ID)
	}
	return ids
}

// judgeSubnets judges the subnets that were named, or finds some. Of one that could not be judged only the id is set.
func (f *facts) judgeSubnets() (Result, []network.Judgement) {
	if len(f.input.Profile.Subnets) > 0 {
		return f.judgeGiven()
	}
	return f.findSubnets()
}

// judgeGiven says of every named subnet what is wrong with it (EKS User Guide, Fargate profile
// components; the refusal of EKS names one subnet only).
func (f *facts) judgeGiven() (Result, []network.Judgement) {
	choices := make([]network.Judgement, 0, len(f.input.Profile.Subnets))
	var faults, warnings []Finding
	var good []string
	subnets := f.subnetsByID()
	for _, id := range f.input.Profile.Subnets {
		s, known := subnets[id]
		c := network.Judgement{Subnet: network.Subnet{ID: id}}
		switch {
		case !known:
			if cloud.ClassOf(f.strays[id].err) == cloud.NotFound {
				faults = append(faults, finding(codeSubnetGone, "subnet %s does not exist in this region and account", id))
			}
		case f.vpc != "" && s.VPC != f.vpc:
			faults = append(faults, finding(codeSubnetForeign, "subnet %s lies in VPC %s; the cluster's is %s", id, s.VPC,
				f.vpc))
		case network.Misplaced(s) != "":
			faults = append(faults, finding(codeSubnetPlace, "subnet %s %s", id, network.Misplaced(s)))
		case f.tables.err == nil:
			c = network.Judge(s, f.tables.value)
			text := fmt.Sprintf("subnet %s %s", id, c.Reason)
			switch {
			case c.Public:
				faults = append(faults, Finding{codeSubnetPublic, text + needsPrivate})
			case c.Unknown:
				faults = append(faults, Finding{codeSubnetUnknown, text})
			case !c.Usable:
				faults = append(faults, Finding{codeSubnetPlace, text})
			default:
				good = append(good, describe(c))
				warnings = append(warnings, warningsOf(c)...)
			}
		}
		choices = append(choices, c)
	}
	switch {
	case f.skips(checkSubnets):
		return bySkip(), choices
	case len(faults) == 1:
		return outcome(Fail, faults[0], warnings...).hint(f.subnetHint()), choices
	case len(faults) > 1:
		return summed(Fail, append(faults, warnings...), "%d of %d subnets cannot be used", len(faults), len(choices)).
			hint(f.subnetHint()), choices
	}
	if unread, ok := f.networkUnread(); ok {
		return unread, choices
	}
	message := fmt.Sprintf("%s private and in VPC %s", count(len(good), "subnet is", "subnets are"), f.vpc)
	if f.guessed {
		warnings = append(warnings, Finding{
			codeVPCGuessed,
			"the cluster names neither its VPC nor its subnets, so whether the VPC is the right one is not known",
		})
	}
	out := usableSubnets(message, choices, warnings)
	switch {
	case out.Level == Pass:
		out = out.with(good...)
	case out.Level == Warn && slices.ContainsFunc(choices, func(c network.Judgement) bool { return c.ZoneUnlisted }):
		out = out.hint(f.subnetHint()) // EKS may refuse the zone, and names no other
	}
	return out, choices
}

// subnetHint names private subnets in the place of unusable ones, where some are known.
func (f *facts) subnetHint() string {
	if chosen, _, _ := f.usable(); len(chosen) > 0 && !chosen[0].ZoneUnlisted {
		return "usable in this VPC: " + strings.Join(idsOf(chosen), ", ")
	}
	return ""
}

// networkUnread is the outcome when something that decides about subnets could not be read.
func (f *facts) networkUnread() (Result, bool) {
	switch {
	case f.clusterErr != nil:
		return unread("the cluster's VPC", f.clusterErr), true
	case f.vpc == "":
		for _, s := range f.strays {
			if s.err != nil {
				return unread("the cluster's VPC", s.err), true
			}
		}
		return skipped("the cluster's VPC is not known: EKS reports neither it nor the cluster's subnets"), true
	case f.subnets.err != nil:
		return unread("the subnets", f.subnets.err), true
	case f.tables.err != nil:
		return unread("the route tables", f.tables.err), true
	}
	for _, id := range f.input.Profile.Subnets {
		if s := f.strays[id]; s.err != nil && cloud.ClassOf(s.err) != cloud.NotFound {
			return unread("subnet "+id, s.err), true
		}
	}
	return Result{}, false
}

// usable divides the VPC's subnets: those that Fargate can use, and the reason for each of the others.
// Zones known to lack Fargate are left out as long as others remain.
func (f *facts) usable() (chosen []network.Judgement, left []string, warnings []Finding) {
	if f.tables.err != nil {
		return nil, nil, nil
	}
	var doubtful []network.Judgement
	for _, s := range f.subnets.value {
		switch j := network.Judge(s, f.tables.value); {
		case !j.Usable:
			left = append(left, "left out: "+describe(j))
		case j.ZoneUnlisted:
			doubtful = append(doubtful, j)
		default:
			chosen = append(chosen, j)
		}
	}
	if len(chosen) == 0 {
		chosen, doubtful = doubtful, nil
	}
	for _, j := range doubtful {
		j.Reason = j.Warnings[0].Text
		left = append(left, "left out: "+describe(j))
	}
	for _, j := range chosen {
		warnings = append(warnings, warningsOf(j)...)
	}
	return chosen, left, warnings
}

// findSubnets takes every usable subnet of the cluster's VPC.
func (f *facts) findSubnets() (Result, []network.Judgement) {
	chosen, left, warnings := f.usable()
	if f.skips(checkSubnets) {
		return bySkip().with(using(chosen)...), chosen
	}
	if r, ok := f.networkUnread(); ok {
		r.Message += "; none are sent, so EKS chooses the cluster's private subnets"
		return r.hint("name subnets with --subnets, or let the caller have the permission"), nil
	}
	switch {
	case len(chosen) == 0 && len(f.subnets.value) == 0:
		return fail(codeSubnetsNone, "VPC %s has no subnets%s", f.vpc, needsPrivate), nil
	case len(chosen) == 0:
		return fail(codeSubnetsNone, "VPC %s has no subnet that Fargate can use%s", f.vpc, needsPrivate).with(left...).
			hint("make one whose route table sends 0.0.0.0/0 to a NAT gateway, or to nowhere with VPC endpoints"), nil
	}
	private := fmt.Sprintf("%s of VPC %s", count(len(chosen), "private subnet", "private subnets"), f.vpc)
	if len(left) > 0 {
		private += fmt.Sprintf("; %d left out", len(left))
	}
	return usableSubnets(private, chosen, warnings).with(using(chosen)...).with(left...), chosen
}

// usableSubnets is the outcome where Fargate can use all the subnets, as far as they could be judged.
func usableSubnets(message string, choices []network.Judgement, warnings []Finding) Result {
	free := func(c network.Judgement) bool { return c.Reason == "" || c.Usable && c.Subnet.AvailableIPs > 0 }
	switch {
	case !slices.ContainsFunc(choices, free):
		return fail(codeSubnetsFull, "no free IPv4 address in %s, and every pod takes one",
			count(len(choices), "usable subnet", "usable subnets")).
			hint("free addresses, or add a subnet of a secondary CIDR block").found(warnings...)
	case len(warnings) > 0:
		return summed(Warn, warnings, "%s, but see below", message)
	}
	return pass("%s", message)
}

// summed is an outcome whose message sums up the findings, which are its details.
func summed(level Level, findings []Finding, format string, values ...any) Result {
	return Result{Level: level, Message: fmt.Sprintf(format, values...)}.found(findings...)
}

func using(chosen []network.Judgement) []string {
	out := make([]string, 0, len(chosen))
	for _, c := range chosen {
		out = append(out, describe(c))
	}
	return out
}

func warningsOf(j network.Judgement) []Finding {
	out := make([]Finding, 0, len(j.Warnings))
	for _, w := range j.Warnings {
		out = append(out, finding(subnetCode(w.Kind), "subnet %s %s", j.Subnet.ID, w.Text))
	}
	return out
}

// describe says what a subnet is, named for people: subnet-0a1 (private-a, us-east-1a) is private: …
func describe(j network.Judgement) string {
	known := slices.DeleteFunc([]string{j.Subnet.Name, j.Subnet.Zone}, func(text string) bool { return text == "" })
	if len(known) == 0 {
		return j.Subnet.ID + " " + j.Reason
	}
	return fmt.Sprintf("%s (%s) %s", j.Subnet.ID, strings.Join(known, ", "), j.Reason)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// judgeEgress: pods must reach a registry, by a default route or by VPC endpoints, and their nodes the cluster's API
// endpoint (EKS User Guide, private clusters). EKS does not check this; image pulls just hang.
func (f *facts) judgeEgress(choices []network.Judgement) Result {
	result := f.judgePulls(choices)
	if result.Level == Skipped {
		return result
	}
	closed := slices.ContainsFunc(choices, func(c network.Judgement) bool { return c.Usable && !c.Egress })
	const private = "enable the cluster's private endpoint access"
	switch {
	case f.publicAPI() && closed:
		shut := Finding{codeAPIClosed, "the cluster's API endpoint has public access only, so nodes in subnets without a " +
			"default route cannot register"}
		if result.Level == Pass {
			return outcome(Warn, shut).hint(private)
		}
		return result.found(shut).hint(result.Hint + "; " + private)
	case f.limitedAPI() && result.Level == Pass:
		judged := f.judgeAddresses(choices)
		if judged.Level == Pass {
			return result.with(judged.Message)
		}
		return judged.hint(private + ", or let the NAT gateways' addresses in")
	}
	return result
}

// judgePulls judges the way of image pulls.
func (f *facts) judgePulls(choices []network.Judgement) Result {
	var ways, notes []string
	var stuck, partly []Finding
	out, private := 0, 0
	for _, c := range choices {
		if !c.Usable {
			continue
		}
		if c.Egress {
			if out++; !slices.Contains(ways, c.Way) {
				ways = append(ways, c.Way)
			}
			continue
		}
		if f.endpoints.err != nil {
			return unread(fmt.Sprintf("subnet %s has no default route, and the VPC's endpoints", c.Subnet.ID), f.endpoints.err)
		}
		endpoints := c.Reachable(f.endpoints.value)
		missing := network.MissingForPulls(endpoints)
		shut := fmt.Sprintf("subnet %s: route table %s has no default route, and ", c.Subnet.ID, c.Table)
		switch {
		case len(endpoints) == 0:
			stuck = append(stuck, Finding{codeNoWayOut, shut + "no VPC endpoint can be reached"})
		case len(missing) > 0:
			partly = append(partly, Finding{codeEndpoints, shut + "there is no VPC endpoint for " + strings.Join(missing, ", ")})
		default:
			private++
			if !network.Serves(endpoints, "sts") {
				notes = append(notes, fmt.Sprintf("%s has no VPC endpoint for sts, which IAM roles for service "+
					"accounts need", c.Subnet.ID))
			}
		}
	}
	const hint = "give the subnets' route table a default route to a NAT gateway, " +
		"or make VPC endpoints for ecr.api, ecr.dkr and s3"
	switch {
	case len(stuck) > 0:
		return summed(Warn, append(stuck, partly...), "%s no way out: image pulls would hang",
			count(len(stuck), "subnet has", "subnets have")).hint(hint)
	case len(partly) > 0:
		return summed(Warn, partly, "%s no way out but some VPC endpoints: image pulls may hang",
			count(len(partly), "subnet has", "subnets have")).hint(hint)
	case out+private == 0:
		return skipped("needs usable subnets with known routes")
	}
	var found []string
	if out > 0 {
		found = append(found, count(out, "subnet leads", "subnets lead")+" out through "+strings.Join(summary(ways), ", "))
	}
	if private > 0 {
		found = append(found, count(private, "subnet reaches", "subnets reach")+" Amazon ECR by VPC endpoints")
	}
	return pass("%s", strings.Join(found, "; ")).with(notes...)
}

// summary keeps a list short enough for one line.
func summary(texts []string) []string {
	const most = 3
	if len(texts) <= most {
		return texts
	}
	return append(texts[:most:most], fmt.Sprintf("and %d more", len(texts)-most))
}

// publicAPI reports whether the cluster's API endpoint is reached from outside of the VPC only.
func (f *facts) publicAPI() bool { return f.cluster.PublicAccess && !f.cluster.PrivateAccess }

// limitedAPI reports whether it besides lets only some addresses in.
func (f *facts) limitedAPI() bool {
	return f.publicAPI() && len(f.cluster.PublicCIDRs) > 0 && !slices.Contains(f.cluster.PublicCIDRs, "0.0.0.0/0")
}

// judgeAddresses judges whether the API endpoint lets in the addresses by which nodes leave their subnets: those of NAT
// gateways. What else a route may lead to has addresses that EC2 does not tell.
func (f *facts) judgeAddresses(choices []network.Judgement) Result {
	cidrs := strings.Join(f.cluster.PublicCIDRs, ", ")
	var shut []Finding
	var let []string
	unknown := ""
	for _, c := range choices {
		if !c.Usable {
			continue
		}
		addresses := f.nats.value[c.Way]
		if len(addresses) == 0 {
			unknown = fmt.Sprintf("the addresses of %s, by which nodes of %s leave, are not known", c.Way, c.Subnet.ID)
		}
		for _, a := range addresses {
			if f.letsIn(a) {
				let = append(let, a)
			} else {
				shut = append(shut, finding(codeAPIClosed, "nodes of %s leave through %s with the address %s, which the "+
					"cluster's API endpoint (public access only, from %s) does not let in: they cannot register", c.Subnet.ID,
					c.Way, a, cidrs))
			}
		}
	}
	switch {
	case len(shut) > 0:
		return outcome(Warn, shut[0], shut[1:]...)
	case f.nats.err != nil:
		return warn(codeAPILimited, "the cluster's API endpoint has public access only, from %s, and %s", cidrs,
			unread("the NAT gateways", f.nats.err).Message)
	case unknown != "":
		return warn(codeAPILimited, "the cluster's API endpoint has public access only, from %s; %s", cidrs, unknown)
	}
	slices.Sort(let)
	return pass("the cluster's API endpoint lets in %s, by which nodes leave",
		strings.Join(summary(slices.Compact(let)), ", "))
}

// letsIn reports whether publicAccessCidrs have the address.
func (f *facts) letsIn(address string) bool {
	a, err := netip.ParseAddr(address)
	return err == nil && slices.ContainsFunc(f.cluster.PublicCIDRs, func(cidr string) bool {
		prefix, err := netip.ParsePrefix(cidr)
		return err == nil && prefix.Contains(a)
	})
}
