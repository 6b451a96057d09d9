package network

// This file holds the rules as tables: what makes a subnet public, private or unusable.

import (
	"regexp"
	"strings"
	"testing"
)

const vpc = "vpc-1"

// subnet is a good one, in the VPC's first zone.
func subnet(change func(*Subnet)) Subnet {
	s := Subnet{ID: "subnet-1", VPC: vpc, Zone: "us-east-1a", ZoneID: "use1-az1", AvailableIPs: 251}
	if change != nil {
		change(&s)
	}
	return s
}

// own is a table that is explicitly associated with subnet-1.
func own(routes ...Route) RouteTable {
	return RouteTable{ID: "rtb-own", VPC: vpc, Associations: []Association{{Subnet: "subnet-1", State: "associated"}}, Routes: routes}
}

func mainTable(routes ...Route) RouteTable {
	return RouteTable{ID: "rtb-main", VPC: vpc, Associations: []Association{{Main: true}}, Routes: routes}
}

var (
	local    = Route{Destination: "10.0.0.0/16", Gateway: "local", State: "active"}
	internet = Route{Destination: "0.0.0.0/0", Gateway: "igw-1", State: "active"}
	nat      = Route{Destination: "0.0.0.0/0", Target: "nat-1", State: "active"}
)

// One route decides; every kind of target is here.
func TestRoutes(t *testing.T) {
	for name, test := range map[string]struct {
		routes         []Route
		public, egress bool
		reason         string // a part of it
		warning        string // a part of the only warning
	}{
		"no routes":              {reason: "is private: route table rtb-own has no default route"},
		"local only":             {routes: []Route{local}, reason: "no default route"},
		"internet gateway":       {routes: []Route{local, internet}, public: true, reason: "is public: route table rtb-own sends 0.0.0.0/0 to igw-1"},
		"internet gateway IPv6":  {routes: []Route{local, nat, {Destination: "::/0", Gateway: "igw-1"}}, public: true, egress: true, reason: "sends ::/0 to igw-1"},
		"IPv6 written long":      {routes: []Route{{Destination: "0:0::/0", Gateway: "igw-1"}}, public: true, reason: "is public"},
		"narrow internet route":  {routes: []Route{nat, {Destination: "52.0.0.0/8", Gateway: "igw-1"}}, egress: true, reason: "is private", warning: "may count as public: route table rtb-own sends 52.0.0.0/8 to igw-1"},
		"prefix list":            {routes: []Route{nat, {Destination: "pl-1", Gateway: "igw-1"}}, egress: true, reason: "is private", warning: "sends pl-1 to igw-1"},
		"blackhole internet":     {routes: []Route{{Destination: "0.0.0.0/0", Gateway: "igw-1", State: "blackhole"}}, reason: "is private", warning: "igw-1, although that is gone (blackhole)"},
		"NAT":                    {routes: []Route{local, nat}, egress: true, reason: "is private: route table rtb-own leads out through nat-1"},
		"blackhole NAT":          {routes: []Route{{Destination: "0.0.0.0/0", Target: "nat-1", State: "blackhole"}}, reason: "no default route", warning: "broken way out: route table rtb-own sends 0.0.0.0/0 to nat-1"},
		"narrow NAT":             {routes: []Route{{Destination: "52.0.0.0/8", Target: "nat-1"}}, reason: "no default route"},
		"halves":                 {routes: []Route{{Destination: "0.0.0.0/1", Gateway: "vgw-1"}, {Destination: "128.0.0.0/1", Gateway: "vgw-1"}}, egress: true, reason: "leads out through vgw-1"},
		"half":                   {routes: []Route{{Destination: "0.0.0.0/1", Gateway: "vgw-1"}}, reason: "no default route"},
		"virtual private":        {routes: []Route{{Destination: "0.0.0.0/0", Gateway: "vgw-1"}}, egress: true, reason: "leads out through vgw-1"},
		"gateway endpoint":       {routes: []Route{{Destination: "pl-1", Gateway: "vpce-1"}}, reason: "no default route"},
		"firewall endpoint":      {routes: []Route{{Destination: "0.0.0.0/0", Gateway: "vpce-1"}}, egress: true, reason: "leads out through vpce-1"},
		"egress-only":            {routes: []Route{{Destination: "::/0"}}, reason: "no default route"},
		"transit gateway":        {routes: []Route{{Destination: "0.0.0.0/0", Target: "tgw-1"}}, egress: true, reason: "leads out through tgw-1"},
		"peering":                {routes: []Route{{Destination: "0.0.0.0/0", Target: "pcx-1"}}, egress: true, reason: "leads out through pcx-1"},
		"network interface":      {routes: []Route{{Destination: "0.0.0.0/0", Target: "eni-1"}}, egress: true, reason: "leads out through eni-1"},
		"instance":               {routes: []Route{{Destination: "0.0.0.0/0", Target: "i-1"}}, egress: true, reason: "leads out through i-1"},
		"core network":           {routes: []Route{{Destination: "0.0.0.0/0", Target: "arn:aws:networkmanager::1:core-network/c"}}, egress: true, reason: "leads out through arn:"},
		"neither CIDR nor list":  {routes: []Route{{Destination: "", Gateway: "igw-1"}}, reason: "is private", warning: "may count as public"},
		"two internet gateways":  {routes: []Route{internet, {Destination: "::/0", Gateway: "igw-2"}}, public: true, reason: "0.0.0.0/0 to igw-1"},
		"nat before the gateway": {routes: []Route{nat, internet}, public: true, egress: true, reason: "igw-1"},
	} {
		j := Judge(subnet(nil), []RouteTable{mainTable(internet), own(test.routes...)})
		if j.Public != test.public || j.Usable == test.public || j.Egress != test.egress || j.Table != "rtb-own" || j.Implicit || j.Unknown {
			t.Errorf("%s: %+v", name, j)
		}
		if !strings.Contains(j.Reason, test.reason) {
			t.Errorf("%s: reason %q lacks %q", name, j.Reason, test.reason)
		}
		if test.warning == "" && len(j.Warnings) > 0 || test.warning != "" && (len(j.Warnings) != 1 || !strings.Contains(j.Warnings[0].Text, test.warning)) {
			t.Errorf("%s: warnings %q, wanted %q", name, j.Warnings, test.warning)
		}
		if test.public && !regexp.MustCompile(` sends \S+/0 to igw-1$`).MatchString(j.Reason) {
			t.Errorf("%s: the route is not named: %+v", name, j)
		}
	}
}

// A subnet belongs to the table it is associated with, else to the main one of its VPC.
func TestAssociations(t *testing.T) {
	tied := func(state string) RouteTable {
		return RouteTable{ID: "rtb-own", VPC: vpc, Associations: []Association{{Subnet: "subnet-1", State: state}}, Routes: []Route{nat}}
	}
	for name, test := range map[string]struct {
		tables   []RouteTable
		table    string
		implicit bool
		usable   bool
	}{
		"explicit":              {[]RouteTable{tied("associated"), mainTable(internet)}, "rtb-own", false, true},
		"explicit, no state":    {[]RouteTable{mainTable(internet), tied("")}, "rtb-own", false, true},
		"implicit, public":      {[]RouteTable{mainTable(internet)}, "rtb-main", true, false},
		"implicit, private":     {[]RouteTable{mainTable(nat)}, "rtb-main", true, true},
		"disassociated":         {[]RouteTable{tied("disassociated"), mainTable(internet)}, "rtb-main", true, false},
		"being associated":      {[]RouteTable{tied("associating"), mainTable(internet)}, "rtb-main", true, false},
		"another's":             {[]RouteTable{{ID: "rtb-x", VPC: vpc, Associations: []Association{{Subnet: "subnet-2"}}}, mainTable(nat)}, "rtb-main", true, true},
		"edge":                  {[]RouteTable{{ID: "rtb-x", VPC: vpc, Associations: []Association{{Gateway: "igw-1"}}}, mainTable(nat)}, "rtb-main", true, true},
		"main is also edge":     {[]RouteTable{{ID: "rtb-main", VPC: vpc, Associations: []Association{{Gateway: "igw-1"}, {Main: true}}}}, "rtb-main", true, true},
		"explicitly the main":   {[]RouteTable{{ID: "rtb-main", VPC: vpc, Associations: []Association{{Main: true}, {Subnet: "subnet-1"}}}}, "rtb-main", false, true},
		"another VPC's main":    {[]RouteTable{{ID: "rtb-x", VPC: "vpc-2", Associations: []Association{{Main: true}}}}, "", false, false},
		"no tables":             {nil, "", false, false},
		"no association at all": {[]RouteTable{{ID: "rtb-x", VPC: vpc, Routes: []Route{nat}}}, "", false, false},
	} {
		j := Judge(subnet(nil), test.tables)
		if j.Table != test.table || j.Implicit != test.implicit || j.Usable != test.usable || j.Unknown != (test.table == "") || j.Reason == "" {
			t.Errorf("%s: %+v", name, j)
		}
		if named := strings.Contains(j.Reason, "main route table rtb-main (the subnet has no association of its own)"); named != test.implicit {
			t.Errorf("%s: %s", name, j.Reason)
		}
		if j.Unknown && !strings.Contains(j.Reason, "has no known route table") {
			t.Errorf("%s: %s", name, j.Reason)
		}
	}
}

// Where a subnet lies can rule it out, and names, addresses and zones may speak against it.
func TestPlace(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(*Subnet)
		routes  []Route
		reason  string // a part of it, where unusable
		warning string
	}{
		"good":               {},
		"GovCloud zone":      {change: func(s *Subnet) { s.Zone = "us-gov-west-1a" }},
		"no zone":            {change: func(s *Subnet) { s.Zone, s.ZoneID = "", "" }},
		"Outpost":            {change: func(s *Subnet) { s.OutpostARN = "arn:aws:outposts:us-east-1:1:outpost/op-1" }, reason: "lies on the Outpost arn:aws:outposts"},
		"Local Zone":         {change: func(s *Subnet) { s.Zone = "us-west-2-lax-1a" }, reason: "lies in the Local Zone us-west-2-lax-1a"},
		"another Local Zone": {change: func(s *Subnet) { s.Zone = "ap-southeast-2-per-1a" }, reason: "Local Zone"},
		"Wavelength Zone":    {change: func(s *Subnet) { s.Zone = "us-east-1-wl1-bos-wlz-1" }, reason: "lies in the Wavelength Zone us-east-1-wl1-bos-wlz-1"},
		"carrier gateway":    {routes: []Route{{Destination: "0.0.0.0/0", CarrierGateway: "cagw-1"}}, reason: "sends 0.0.0.0/0 to the carrier gateway cagw-1"},
		"local gateway":      {routes: []Route{{Destination: "10.9.0.0/16", LocalGateway: "lgw-1"}}, reason: "sends 10.9.0.0/16 to the local gateway lgw-1"},
		"IPv6 only":          {change: func(s *Subnet) { s.IPv6Native = true }, reason: "has no IPv4 addresses"},
		"full":               {change: func(s *Subnet) { s.AvailableIPs = 0 }, warning: "no free IPv4 address"},
		"usw1-az2":           {change: func(s *Subnet) { s.Zone, s.ZoneID = "us-west-1b", "usw1-az2" }, warning: "lies in usw1-az2 (us-west-1b); in this region AWS lists Fargate only for usw1-az1, usw1-az3"},
		"usw1-az3":           {change: func(s *Subnet) { s.Zone, s.ZoneID = "us-west-1c", "usw1-az3" }},
		"apne1-az3":          {change: func(s *Subnet) { s.Zone, s.ZoneID = "ap-northeast-1b", "apne1-az3" }, warning: "apne1-az1, apne1-az2, apne1-az4"},
		"ca-central-1d":      {change: func(s *Subnet) { s.Zone, s.ZoneID = "ca-central-1d", "cac1-az4" }, warning: "lies in ca-central-1d"},
	} {
		routes := test.routes
		if routes == nil {
			routes = []Route{nat}
		}
		j := Judge(subnet(test.change), []RouteTable{own(routes...)})
		if j.Usable != (test.reason == "") || j.Public || !strings.Contains(j.Reason, test.reason) {
			t.Errorf("%s: %+v", name, j)
		}
		if test.warning == "" && len(j.Warnings) > 0 || test.warning != "" && (len(j.Warnings) != 1 || !strings.Contains(j.Warnings[0].Text, test.warning)) {
			t.Errorf("%s: warnings %q, wanted %q", name, j.Warnings, test.warning)
		}
	}
}

// Interface endpoints serve the whole VPC, Gateway endpoints the tables that name them.
func TestEndpoints(t *testing.T) {
	api := Endpoint{ID: "vpce-1", Service: "com.amazonaws.us-east-1.ecr.api", Type: "Interface", State: "available"}
	docker := Endpoint{ID: "vpce-2", Service: "com.amazonaws.us-east-1.ecr.dkr", Type: "Interface", State: "Available"}
	s3 := Endpoint{ID: "vpce-3", Service: "com.amazonaws.us-east-1.s3", Type: "Gateway", RouteTables: []string{"rtb-own"}}
	elsewhere := Endpoint{ID: "vpce-4", Service: "com.amazonaws.us-east-1.s3", Type: "Gateway", RouteTables: []string{"rtb-other"}}
	pending := Endpoint{ID: "vpce-5", Service: "com.amazonaws.us-east-1.s3", Type: "Interface", State: "pending"}
	j := Judge(subnet(nil), []RouteTable{own(local)})
	for name, test := range map[string]struct {
		endpoints []Endpoint
		reachable int
		missing   string
	}{
		"none":      {nil, 0, "ecr.api ecr.dkr s3"},
		"all":       {[]Endpoint{api, docker, s3}, 3, ""},
		"elsewhere": {[]Endpoint{api, docker, elsewhere}, 2, "s3"},
		"pending":   {[]Endpoint{api, docker, pending}, 2, "s3"},
		"some":      {[]Endpoint{s3}, 1, "ecr.api ecr.dkr"},
	} {
		reachable := j.Reachable(test.endpoints)
		if missing := strings.Join(MissingForPulls(reachable), " "); len(reachable) != test.reachable || missing != test.missing {
			t.Errorf("%s: %d reachable, %q missing", name, len(reachable), missing)
		}
	}
	unknown := Judge(subnet(nil), nil)
	if n := len(unknown.Reachable([]Endpoint{s3, {Type: "Gateway"}})); n != 0 {
		t.Errorf("without a table %d Gateway endpoints are reachable", n)
	}
}
