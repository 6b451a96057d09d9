package network

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"
)

// Judgement is what the rules say of one subnet.
type Judgement struct {
	Subnet Subnet
	// Usable reports whether Fargate takes the subnet. A subnet whose routes are not known is not usable.
	Usable bool
	// Public reports whether a default route leads to an internet gateway.
	Public bool
	// Unknown reports whether no route table was found for the subnet, so that Public says nothing.
	Unknown bool
	// Table is the id of the subnet's route table, Implicit whether it is the VPC's main table, for want
	// of an explicit association.
	Table    string
	Implicit bool
	// Egress reports whether a default route leads out other than by an internet gateway, and Way whereto.
	// A subnet without one may still reach VPC endpoints; see Reachable.
	Egress bool
	Way    string
	// ZoneUnlisted reports whether AWS is known not to offer Fargate in the subnet's zone; a warning says so.
	ZoneUnlisted bool
	// Reason says in one clause what the subnet is and why, to be read after "subnet <id> ".
	Reason string
	// Warnings are clauses of the same form, for what EKS takes or may take but users regret.
	Warnings []Warning
}

// Warning is one clause about a subnet, and of which kind it is.
type Warning struct {
	Kind Kind
	Text string
}

// Kind is a kind of warning.
type Kind string

// The kinds.
const (
	UnlistedZone  Kind = "zone-unlisted"
	NoAddress     Kind = "no-address"
	FewAddresses  Kind = "few-addresses"
	PerhapsPublic Kind = "perhaps-public"
	BrokenWay     Kind = "broken-way"
)

// fewAddresses is the number of free addresses below which a subnet has few; AWS documents no minimum.
const fewAddresses = 5

func (j *Judgement) warn(kind Kind, format string, values ...any) {
	j.Warnings = append(j.Warnings, Warning{kind, fmt.Sprintf(format, values...)})
}

// Judge decides whether Fargate can use the subnet, by the route tables of its VPC. Only routes count:
// neither the subnet's name nor whether it hands out public addresses (EKS User Guide, Fargate profile
// components: private subnets have no direct route to an internet gateway).
func Judge(subnet Subnet, tables []RouteTable) Judgement {
	j := Judgement{Subnet: subnet}
	if why := listedZone(subnet); why != "" {
		j.ZoneUnlisted = true
		j.warn(UnlistedZone, "%s", why)
	}
	switch free := subnet.AvailableIPs; {
	case free == 0:
		j.warn(NoAddress, "has no free IPv4 address, and every pod takes one")
	case free < fewAddresses:
		j.warn(FewAddresses, "has few free IPv4 addresses: %d, and every pod takes one", free)
	}
	table := j.find(tables)
	if table == nil {
		j.Unknown = true
		j.Reason = fmt.Sprintf("has no known route table: none of VPC %s is associated with it, "+
			"and there is no main one", subnet.VPC)
	} else {
		j.judgeRoutes(*table)
	}
	if misplaced := Misplaced(subnet); misplaced != "" {
		j.Reason = misplaced
		j.Usable = false
	}
	return j
}

// find returns the table that routes the subnet: the explicitly associated one, else the main one of its
// VPC (EC2 API Reference, DescribeRouteTables: implicit associations are not listed).
func (j *Judgement) find(tables []RouteTable) *RouteTable {
	var main *RouteTable
	for i := range tables {
		t := &tables[i]
		if t.VPC != "" && j.Subnet.VPC != "" && t.VPC != j.Subnet.VPC {
			continue
		}
		for _, a := range t.Associations {
			switch {
			case a.State != "" && a.State != "associated":
			case a.Subnet != "" && a.Subnet == j.Subnet.ID:
				j.Table, j.Implicit = t.ID, false
				return t
			case a.Main && a.Subnet == "":
				main = t
			}
		}
	}
	if main != nil {
		j.Table, j.Implicit = main.ID, true
	}
	return main
}

// judgeRoutes goes through the routes of the subnet's table.
func (j *Judgement) judgeRoutes(table RouteTable) {
	j.Usable = true
	ways := map[string]string{}
	for _, r := range table.Routes {
		sends := fmt.Sprintf("%s sends %s to ", j.table(), r.Destination)
		switch gone := r.State == "blackhole"; {
		case r.CarrierGateway != "":
			j.Usable, j.Reason = false, "lies in a Wavelength zone: "+sends+"the carrier gateway "+r.CarrierGateway+
				", and Fargate is not offered there"
		case r.LocalGateway != "":
			j.Usable, j.Reason = false, "lies on an Outpost: "+sends+"the local gateway "+r.LocalGateway+
				", and Fargate is not offered there"
		case strings.HasPrefix(r.Gateway, "igw-"):
			j.judgeInternetRoute(r, sends, gone)
		case gone:
			if target := r.target(); isDefault(r.Destination) && target != "" {
				j.warn(BrokenWay, "has a broken way out: %s%s, which is gone (blackhole)", sends, target)
			}
		default:
			if target := r.target(); target != "" {
				ways[r.Destination] = target
			}
		}
	}
	j.judgeWay(ways)
	switch {
	case !j.Usable:
	case j.Egress:
		j.Reason = fmt.Sprintf("is private: %s leads out through %s", j.table(), j.Way)
	default:
		j.Reason = fmt.Sprintf("is private: %s has no default route", j.table())
	}
}

// judgeInternetRoute judges a route to an internet gateway. What EKS makes of a narrower one, or of one
// whose gateway is gone, is not documented; "no direct route" read to the letter forbids both.
func (j *Judgement) judgeInternetRoute(r Route, sends string, gone bool) {
	warning := "may count as public: " + sends + r.Gateway
	switch {
	case gone:
		j.warn(PerhapsPublic, "%s, although that is gone (blackhole)", warning)
	case !isDefault(r.Destination):
		j.warn(PerhapsPublic, "%s", warning)
	case j.Usable:
		j.Usable, j.Public, j.Reason = false, true, "is public: "+sends+r.Gateway
	default:
		j.Public = true
	}
}

// judgeWay finds the way out among the live routes that lead out of the VPC: a default route, or its two
// halves, as VPN devices write it.
func (j *Judgement) judgeWay(ways map[string]string) {
	for _, destination := range []string{"0.0.0.0/0", "::/0"} {
		for d, target := range ways {
			if isDefault(d) && strings.Contains(d, ":") == strings.Contains(destination, ":") {
				j.Egress, j.Way = true, target
				return
			}
		}
	}
	if low, high := ways["0.0.0.0/1"], ways["128.0.0.0/1"]; low != "" && high != "" {
		j.Egress, j.Way = true, low
	}
}

// table names the route table for people; the main table is named as such, since nobody chose it.
func (j *Judgement) table() string {
	if j.Implicit {
		return fmt.Sprintf("the VPC's main route table %s (the subnet has no association of its own)", j.Table)
	}
	return "route table " + j.Table
}

// target is whereto a route leads out of the VPC with IPv4 addresses; empty for local routes and internet gateways. A
// vpce- gateway is a firewall's endpoint.
func (r Route) target() string {
	if r.Gateway == "local" || strings.HasPrefix(r.Gateway, "igw-") {
		return r.Target
	}
	return cmp.Or(r.Target, r.Gateway)
}

// isDefault reports whether a destination is 0.0.0.0/0 or ::/0.
func isDefault(destination string) bool {
	prefix, err := netip.ParsePrefix(destination)
	return err == nil && prefix.Bits() == 0
}
