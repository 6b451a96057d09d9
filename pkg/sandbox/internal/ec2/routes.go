package ec2

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

type routeXML struct {
	Target     wire.Named
	IPv4       string `xml:"destinationCidrBlock,omitempty"`
	IPv6       string `xml:"destinationIpv6CidrBlock,omitempty"`
	PrefixList string `xml:"destinationPrefixListId,omitempty"`
	Origin     string `xml:"origin"`
	State      string `xml:"state"`
}

func route(r world.Route) routeXML {
	out := routeXML{Target: wire.Named{Name: r.Target(), Value: r.Via}, Origin: "CreateRoute", State: "active"}
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

// associations returns those of EC2: the main one has no subnet, an edge association has a gateway, and a subnet that
// falls back to the main table has none.
func associations(t world.RouteTable) []associationXML {
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

func routeTables(c *account.Call) (out []thing) {
	type tableXML struct {
		ID           string                     `xml:"routeTableId"`
		VPC          string                     `xml:"vpcId"`
		Owner        string                     `xml:"ownerId"`
		Routes       wire.Items[routeXML]       `xml:"routeSet"`
		Associations wire.Items[associationXML] `xml:"associationSet"`
		Tags         wire.Items[tag]            `xml:"tagSet"`
		Propagating  wire.Items[string]         `xml:"propagatingVgwSet"`
	}
	for _, v := range here(c) {
		for _, t := range v.RouteTables {
			if t.Hidden {
				continue
			}
			tags := tagsOf(c, t.ID, named(t.Tags, t.Name))
			x := tableXML{ID: t.ID, VPC: v.ID, Owner: owner(c, v), Tags: tagSet(tags)}
			filters := map[string][]string{"vpc-id": {v.ID}, "route-table-id": {t.ID}, "owner-id": {x.Owner}}
			// A filter sees explicit associations only: a subnet on the main table is found by none.
			see := func(name, value string) {
				if value != "" {
					filters[name] = append(filters[name], value)
				}
			}
			x.Associations.List = associations(t)
			for _, a := range x.Associations.List {
				see("association.main", strconv.FormatBool(a.Main))
				see("association.route-table-id", t.ID)
				see("association.route-table-association-id", a.ID)
				see("association.subnet-id", a.Subnet)
				see("association.gateway-id", a.Gateway)
			}
			for _, r := range t.Routes {
				shown := route(r)
				x.Routes.List = append(x.Routes.List, shown)
				see("route.destination-cidr-block", shown.IPv4)
				see("route.destination-ipv6-cidr-block", shown.IPv6)
				see("route.destination-prefix-list-id", shown.PrefixList)
				see("route.origin", shown.Origin)
				see("route.state", shown.State)
				see(filterOf(shown.Target.Name), r.Via)
			}
			out = append(out, thing{t.ID, tags, filters, x})
		}
	}
	return out
}

// filterOf returns the filter that sees a target, by the field of Route that carries it.
func filterOf(field string) string {
	switch field {
	case "gatewayId":
		return "route.gateway-id"
	case "natGatewayId":
		return "route.nat-gateway-id"
	case "egressOnlyInternetGatewayId":
		return "route.egress-only-internet-gateway-id"
	case "transitGatewayId":
		return "route.transit-gateway-id"
	case "vpcPeeringConnectionId":
		return "route.vpc-peering-connection-id"
	case "instanceId":
		return "route.instance-id"
	}
	return ""
}

func endpoints(c *account.Call) (out []thing) {
	type endpointXML struct {
		ID      string             `xml:"vpcEndpointId"`
		Type    string             `xml:"vpcEndpointType"`
		VPC     string             `xml:"vpcId"`
		Service string             `xml:"serviceName"`
		State   string             `xml:"state"`
		Owner   string             `xml:"ownerId"`
		Subnets wire.Items[string] `xml:"subnetIdSet"`
		Tables  wire.Items[string] `xml:"routeTableIdSet"`
		Private bool               `xml:"privateDnsEnabled"`
		Groups  wire.Items[group]  `xml:"groupSet"`
		Tags    wire.Items[tag]    `xml:"tagSet"`
	}
	for _, v := range here(c) {
		for _, e := range v.Endpoints {
			filters := map[string][]string{
				"vpc-id": {v.ID}, "vpc-endpoint-id": {e.ID}, "service-name": {e.Service},
				"vpc-endpoint-state": {e.State}, "vpc-endpoint-type": {e.Type}, "service-region": {v.Region},
				"ip-address-type": {"ipv4"},
			}
			tags := tagsOf(c, e.ID, e.Tags)
			x := endpointXML{
				ID: e.ID, Type: e.Type, VPC: v.ID, Service: e.Service, State: e.State, Owner: owner(c, v),
				Subnets: wire.Items[string]{List: e.Subnets}, Tables: wire.Items[string]{List: e.RouteTables},
				Private: e.Type == "Interface" && yes(e.PrivateDNS), Tags: tagSet(tags),
			}
			for _, id := range e.SecurityGroups {
				x.Groups.List = append(x.Groups.List, group{id})
			}
			out = append(out, thing{e.ID, tags, filters, x})
		}
	}
	return out
}

// natGateways are the NAT gateways that routes lead to, each in the first public subnet of its VPC.
func natGateways(c *account.Call) (out []thing) {
	type addressXML struct {
		Public string `xml:"publicIp"`
	}
	type natXML struct {
		ID           string                 `xml:"natGatewayId"`
		VPC          string                 `xml:"vpcId"`
		Subnet       string                 `xml:"subnetId,omitempty"`
		State        string                 `xml:"state"`
		Connectivity string                 `xml:"connectivityType"`
		Addresses    wire.Items[addressXML] `xml:"natGatewayAddressSet"`
		Tags         wire.Items[tag]        `xml:"tagSet"`
	}
	for _, v := range here(c) {
		subnet := ""
		if i := slices.IndexFunc(v.Subnets, func(n world.Subnet) bool { return !c.World.Private(n.ID) }); i >= 0 {
			subnet = v.Subnets[i].ID
		}
		for _, id := range v.Gateways("nat-") {
			filters := map[string][]string{
				"vpc-id": {v.ID}, "subnet-id": {subnet}, "nat-gateway-id": {id}, "state": {"available"},
			}
			tags := tagsOf(c, id, nil)
			nat := natXML{ID: id, VPC: v.ID, Subnet: subnet, State: "available", Connectivity: "public", Tags: tagSet(tags)}
			if address := v.NATAddresses[id]; address != "" {
				nat.Addresses.List = []addressXML{{address}}
			}
			out = append(out, thing{id, tags, filters, nat})
		}
	}
	return out
}

// internetGateways are the internet gateways that routes lead to.
func internetGateways(c *account.Call) (out []thing) {
	type gatewayXML struct {
		ID    string          `xml:"internetGatewayId"`
		Owner string          `xml:"ownerId"`
		VPC   string          `xml:"attachmentSet>item>vpcId"`
		State string          `xml:"attachmentSet>item>state"`
		Tags  wire.Items[tag] `xml:"tagSet"`
	}
	for _, v := range here(c) {
		for _, id := range v.Gateways("igw-") {
			filters := map[string][]string{
				"attachment.vpc-id": {v.ID}, "attachment.state": {"available"}, "internet-gateway-id": {id},
				"owner-id": {owner(c, v)},
			}
			tags := tagsOf(c, id, nil)
			out = append(out, thing{id, tags, filters, gatewayXML{id, owner(c, v), v.ID, "available", tagSet(tags)}})
		}
	}
	return out
}
