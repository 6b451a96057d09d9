package preflight

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// publicAPI reports whether the cluster's API endpoint is reached from outside of the VPC only.
func (f *facts) publicAPI() bool { return f.cluster.PublicAccess && !f.cluster.PrivateAccess }

// limitedAPI reports whether it besides lets only some addresses in.
func (f *facts) limitedAPI() bool {
	return f.publicAPI() && len(f.cluster.PublicCIDRs) > 0 && !slices.Contains(f.cluster.PublicCIDRs, "0.0.0.0/0")
}

// judgeAddresses judges whether the API endpoint lets in the addresses by which nodes leave their subnets: those of NAT
// gateways. What else a route may lead to has addresses that EC2 does not tell.
func (f *facts) judgeAddresses(choices []choice) Result {
	cidrs := strings.Join(f.cluster.PublicCIDRs, ", ")
	var shut []Finding
	var let []string
	unknown := ""
	for _, c := range choices {
		if !c.judged || !c.judgement.Usable {
			continue
		}
		addresses := f.nats.value[c.judgement.Way]
		if len(addresses) == 0 {
			unknown = fmt.Sprintf("the addresses of %s, by which nodes of %s leave, are not known", c.judgement.Way, c.id)
		}
		for _, a := range addresses {
			if f.letsIn(a) {
				let = append(let, a)
			} else {
				shut = append(shut, finding(codeAPIClosed, "nodes of %s leave through %s with the address %s, which the "+
					"cluster's API endpoint (public access only, from %s) does not let in: they cannot register", c.id,
					c.judgement.Way, a, cidrs))
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
