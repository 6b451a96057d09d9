package sandbox

// This file answers EC2 about routes and what they lead to: route tables, endpoints and gateways.

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// routeTarget names the field of EC2's Route that carries a target, by the prefix of its id (EC2 API,
// Route). GatewayId carries more than internet gateways.
func routeTarget(via string) (field string, ok bool) {
	if via == "local" {
		return "gatewayId", true
	}
	for _, t := range []struct{ prefix, field string }{
		{"igw-", "gatewayId"},
		{"vgw-", "gatewayId"},
		{"vpce-", "gatewayId"},
		{"nat-", "natGatewayId"},
		{"eigw-", "egressOnlyInternetGatewayId"},
		{"tgw-", "transitGatewayId"},
		{"pcx-", "vpcPeeringConnectionId"},
		{"eni-", "networkInterfaceId"},
		{"i-", "instanceId"},
		{"cagw-", "carrierGatewayId"},
		{"lgw-", "localGatewayId"},
		{"arn:", "coreNetworkArn"},
	} {
		if strings.HasPrefix(via, t.prefix) {
			return t.field, true
		}
	}
	return "", false
}

type routeXML struct {
	Target     named
	IPv4       string `xml:"destinationCidrBlock,omitempty"`
	IPv6       string `xml:"destinationIpv6CidrBlock,omitempty"`
	PrefixList string `xml:"destinationPrefixListId,omitempty"`
	Origin     string `xml:"origin"`
	State      string `xml:"state"`
}

func (r Route) xml() routeXML {
	field, _ := routeTarget(r.Via)
	out := routeXML{Target: named{field, r.Via}, Origin: "CreateRoute", State: "active"}
	if r.Via == "local" {
		out.Origin = "CreateRouteTable"
	}
	if r.Blackhole {
		out.State = "blackhole"
	}
	prefix, err := netip.ParsePrefix(r.To)
	switch {
	case err != nil:
		out.PrefixList = r.To
	case prefix.Addr().Is4():
		out.IPv4 = r.To
	default:
		out.IPv6 = r.To
	}
	return out
}

type associationXML struct {
	ID      string `xml:"routeTableAssociationId"`
	Table   string `xml:"routeTableId"`
	Subnet  string `xml:"subnetId,omitempty"`
	Gateway string `xml:"gatewayId,omitempty"`
	Main    bool   `xml:"main"`
	State   string `xml:"associationState>state"`
}

// associations are those of EC2: the main one has no subnet, an edge association has a gateway, and a
// subnet that falls back to the main table has none.
func (t RouteTable) associations() []associationXML {
	var out []associationXML
	add := func(a associationXML, state string) {
		a.Table, a.State = t.ID, state
		a.ID = fmt.Sprintf("rtbassoc-%s-%d", strings.TrimPrefix(t.ID, "rtb-"), len(out))
		out = append(out, a)
	}
	if t.Main {
		add(associationXML{Main: true}, "associated")
	}
	for _, g := range t.Gateways {
		add(associationXML{Gateway: g}, "associated")
	}
	for _, n := range t.Disassociated {
		add(associationXML{Subnet: n}, "disassociated")
	}
	for _, n := range t.Subnets {
		add(associationXML{Subnet: n}, "associated")
	}
	return out
}

func (s *Server) describeRouteTables(c *call) (any, *refusal) {
	type tableXML struct {
		ID           string                 `xml:"routeTableId"`
		VPC          string                 `xml:"vpcId"`
		Owner        string                 `xml:"ownerId"`
		Routes       listOf[routeXML]       `xml:"routeSet"`
		Associations listOf[associationXML] `xml:"associationSet"`
		Tags         listOf[tagItem]        `xml:"tagSet"`
		Propagating  listOf[string]         `xml:"propagatingVgwSet"`
	}
	var things []thing
	for _, v := range s.vpcsHere(c) {
		for _, t := range v.RouteTables {
			out := tableXML{ID: t.ID, VPC: v.ID, Owner: s.world.Account, Tags: tagSet(withName(nil, t.Name))}
			// A filter sees explicit associations only: a subnet on the main table is found by none.
			filters := tagFilters(map[string][]string{
				"vpc-id": {v.ID}, "route-table-id": {t.ID}, "association.main": {}, "association.subnet-id": {},
				"association.gateway-id": {}, "association.route-table-association-id": {}, "association.route-table-id": {},
				"route.gateway-id": {}, "route.nat-gateway-id": {}, "route.destination-cidr-block": {},
			}, withName(nil, t.Name))
			out.Associations.Items = t.associations()
			for _, a := range out.Associations.Items {
				filters["association.main"] = append(filters["association.main"], strconv.FormatBool(a.Main))
				filters["association.route-table-id"] = []string{t.ID}
				filters["association.route-table-association-id"] = append(filters["association.route-table-association-id"], a.ID)
				if a.Subnet != "" {
					filters["association.subnet-id"] = append(filters["association.subnet-id"], a.Subnet)
				}
				if a.Gateway != "" {
					filters["association.gateway-id"] = append(filters["association.gateway-id"], a.Gateway)
				}
			}
			for _, r := range t.Routes {
				x := r.xml()
				out.Routes.Items = append(out.Routes.Items, x)
				filters["route.destination-cidr-block"] = append(filters["route.destination-cidr-block"], x.IPv4)
				switch x.Target.name {
				case "gatewayId":
					filters["route.gateway-id"] = append(filters["route.gateway-id"], r.Via)
				case "natGatewayId":
					filters["route.nat-gateway-id"] = append(filters["route.nat-gateway-id"], r.Via)
				}
			}
			things = append(things, thing{id: t.ID, filters: filters, xml: out})
		}
	}
	return s.list(c, listing{
		action: "DescribeRouteTables", ids: "RouteTableId", filter: "Filter", set: "routeTableSet",
		unknownCode: "InvalidRouteTableID.NotFound", unknownText: "The routeTable ID '%s' does not exist", minPage: 5, maxPage: 100,
	}, things)
}

func (s *Server) describeEndpoints(c *call) (any, *refusal) {
	type endpointXML struct {
		ID      string         `xml:"vpcEndpointId"`
		Type    string         `xml:"vpcEndpointType"`
		VPC     string         `xml:"vpcId"`
		Service string         `xml:"serviceName"`
		State   string         `xml:"state"`
		Owner   string         `xml:"ownerId"`
		Subnets listOf[string] `xml:"subnetIdSet"`
		Tables  listOf[string] `xml:"routeTableIdSet"`
	}
	var things []thing
	for _, v := range s.vpcsHere(c) {
		for _, e := range v.Endpoints {
			things = append(things, thing{
				id: e.ID,
				filters: tagFilters(map[string][]string{
					"vpc-id": {v.ID}, "vpc-endpoint-id": {e.ID}, "service-name": {e.Service},
					"vpc-endpoint-state": {e.State}, "vpc-endpoint-type": {e.Type},
				}, nil),
				xml: endpointXML{e.ID, e.Type, v.ID, e.Service, e.State, s.world.Account, listOf[string]{e.Subnets}, listOf[string]{e.RouteTables}},
			})
		}
	}
	return s.list(c, listing{
		action: "DescribeVpcEndpoints", ids: "VpcEndpointId", filter: "Filter", set: "vpcEndpointSet",
		unknownCode: "InvalidVpcEndpointId.NotFound", unknownText: "The Vpc Endpoint Id '%s' does not exist", minPage: 1, maxPage: 1000,
	}, things)
}

// gateways are the targets of a prefix that the routes of a VPC lead to, each once.
func (v VPC) gateways(prefix string) []string {
	var out []string
	for _, t := range v.RouteTables {
		for _, r := range t.Routes {
			if strings.HasPrefix(r.Via, prefix) && !r.Blackhole && !slices.Contains(out, r.Via) {
				out = append(out, r.Via)
			}
		}
	}
	return out
}

// describeNATGateways shows the NAT gateways that routes lead to.
func (s *Server) describeNATGateways(c *call) (any, *refusal) {
	type natXML struct {
		ID           string `xml:"natGatewayId"`
		VPC          string `xml:"vpcId"`
		Subnet       string `xml:"subnetId"`
		State        string `xml:"state"`
		Connectivity string `xml:"connectivityType"`
	}
	var things []thing
	for _, v := range s.vpcsHere(c) {
		subnet := ""
		for _, n := range v.Subnets {
			if !s.state.private(n.ID) {
				subnet = n.ID
				break
			}
		}
		for _, id := range v.gateways("nat-") {
			things = append(things, thing{
				id:      id,
				filters: tagFilters(map[string][]string{"vpc-id": {v.ID}, "subnet-id": {subnet}, "nat-gateway-id": {id}, "state": {"available"}}, nil),
				xml:     natXML{id, v.ID, subnet, "available", "public"},
			})
		}
	}
	return s.list(c, listing{
		action: "DescribeNatGateways", ids: "NatGatewayId", filter: "Filter", set: "natGatewaySet",
		unknownCode: "NatGatewayNotFound", unknownText: "The Nat Gateway %s was not found", minPage: 5, maxPage: 1000,
	}, things)
}

// describeInternetGateways shows the internet gateways that routes lead to.
func (s *Server) describeInternetGateways(c *call) (any, *refusal) {
	type attachmentXML struct {
		VPC   string `xml:"vpcId"`
		State string `xml:"state"`
	}
	type gatewayXML struct {
		ID          string                `xml:"internetGatewayId"`
		Owner       string                `xml:"ownerId"`
		Attachments listOf[attachmentXML] `xml:"attachmentSet"`
		Tags        listOf[tagItem]       `xml:"tagSet"`
	}
	var things []thing
	for _, v := range s.vpcsHere(c) {
		for _, id := range v.gateways("igw-") {
			things = append(things, thing{
				id:      id,
				filters: tagFilters(map[string][]string{"attachment.vpc-id": {v.ID}, "attachment.state": {"available"}, "internet-gateway-id": {id}}, nil),
				xml:     gatewayXML{ID: id, Owner: s.world.Account, Attachments: listOf[attachmentXML]{[]attachmentXML{{v.ID, "available"}}}},
			})
		}
	}
	return s.list(c, listing{
		action: "DescribeInternetGateways", ids: "InternetGatewayId", filter: "Filter", set: "internetGatewaySet",
		unknownCode: "InvalidInternetGatewayID.NotFound", unknownText: "The internetGateway ID '%s' does not exist", minPage: 5, maxPage: 1000,
	}, things)
}
