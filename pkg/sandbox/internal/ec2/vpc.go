package ec2

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// tag is a tag as EC2 writes it.
type tag struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

func tagSet(tags map[string]string) wire.Items[tag] {
	var out wire.Items[tag]
	for _, t := range wire.Tags(tags) {
		out.List = append(out.List, tag(t))
	}
	return out
}

// withTags adds what filters see of tags.
func withTags(filters map[string][]string, tags map[string]string) map[string][]string {
	filters["tag-key"] = slices.Collect(maps.Keys(tags))
	for k, v := range tags {
		filters["tag:"+k] = []string{v}
	}
	return filters
}

// named adds the tag Name to tags.
func named(tags map[string]string, name string) map[string]string {
	if name == "" {
		return tags
	}
	out := map[string]string{}
	maps.Copy(out, tags)
	out["Name"] = name
	return out
}

// here are the VPCs of the request's region.
func here(c *account.Call) []*world.VPC {
	var out []*world.VPC
	for i := range c.World.VPCs {
		if v := &c.World.VPCs[i]; v.Region == c.Region {
			out = append(out, v)
		}
	}
	return out
}

func vpcs(c *account.Call) (out []thing) {
	type vpcXML struct {
		ID      string          `xml:"vpcId"`
		CIDR    string          `xml:"cidrBlock"`
		State   string          `xml:"state"`
		Owner   string          `xml:"ownerId"`
		Tenancy string          `xml:"instanceTenancy"`
		Default bool            `xml:"isDefault"`
		Tags    wire.Items[tag] `xml:"tagSet"`
	}
	for _, v := range here(c) {
		filters := map[string][]string{"vpc-id": {v.ID}, "cidr": {v.CIDR}, "state": {"available"}}
		out = append(out, thing{v.ID, withTags(filters, v.Tags), vpcXML{
			ID: v.ID, CIDR: v.CIDR, State: "available", Owner: c.World.Account, Tenancy: "default", Tags: tagSet(v.Tags),
		}})
	}
	return out
}

func subnets(c *account.Call) (out []thing) {
	type subnetXML struct {
		ID         string          `xml:"subnetId"`
		ARN        string          `xml:"subnetArn"`
		State      string          `xml:"state"`
		Owner      string          `xml:"ownerId"`
		VPC        string          `xml:"vpcId"`
		CIDR       string          `xml:"cidrBlock,omitempty"`
		Available  int             `xml:"availableIpAddressCount"`
		Zone       string          `xml:"availabilityZone"`
		ZoneID     string          `xml:"availabilityZoneId"`
		Default    bool            `xml:"defaultForAz"`
		Public     bool            `xml:"mapPublicIpOnLaunch"`
		OutpostARN string          `xml:"outpostArn,omitempty"`
		IPv6Native bool            `xml:"ipv6Native"`
		Tags       wire.Items[tag] `xml:"tagSet"`
	}
	for _, v := range here(c) {
		for _, n := range v.Subnets {
			tags := named(n.Tags, n.Name)
			available := 251
			if n.AvailableIPs != nil {
				available = *n.AvailableIPs
			}
			filters := map[string][]string{
				"vpc-id": {v.ID}, "subnet-id": {n.ID}, "availability-zone": {n.Zone}, "availability-zone-id": {n.ZoneID},
				"cidr-block": {n.CIDR}, "state": {"available"}, "outpost-arn": {n.OutpostARN},
				"map-public-ip-on-launch": {strconv.FormatBool(n.PublicIPOnLaunch)},
				"ipv6-native":             {strconv.FormatBool(n.IPv6Native)},
			}
			out = append(out, thing{n.ID, withTags(filters, tags), subnetXML{
				ID: n.ID, ARN: c.ARN("ec2", v.Region, "subnet/"+n.ID), State: "available", Owner: c.World.Account, VPC: v.ID,
				CIDR: n.CIDR, Available: available, Zone: n.Zone, ZoneID: n.ZoneID, Public: n.PublicIPOnLaunch,
				OutpostARN: n.OutpostARN, IPv6Native: n.IPv6Native, Tags: tagSet(tags),
			}})
		}
	}
	return out
}

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
			tags := named(nil, t.Name)
			x := tableXML{ID: t.ID, VPC: v.ID, Owner: c.World.Account, Tags: tagSet(tags)}
			filters := map[string][]string{"vpc-id": {v.ID}, "route-table-id": {t.ID}}
			// A filter sees explicit associations only: a subnet on the main table is found by none.
			for _, name := range []string{
				"association.main", "association.subnet-id", "association.gateway-id", "association.route-table-id",
				"association.route-table-association-id", "route.gateway-id", "route.nat-gateway-id",
				"route.destination-cidr-block",
			} {
				filters[name] = nil
			}
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
				switch shown.Target.Name {
				case "gatewayId":
					see("route.gateway-id", r.Via)
				case "natGatewayId":
					see("route.nat-gateway-id", r.Via)
				}
			}
			out = append(out, thing{t.ID, withTags(filters, tags), x})
		}
	}
	return out
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
	}
	for _, v := range here(c) {
		for _, e := range v.Endpoints {
			filters := map[string][]string{
				"vpc-id": {v.ID}, "vpc-endpoint-id": {e.ID}, "service-name": {e.Service},
				"vpc-endpoint-state": {e.State}, "vpc-endpoint-type": {e.Type},
			}
			out = append(out, thing{e.ID, withTags(filters, nil), endpointXML{
				e.ID, e.Type, v.ID, e.Service, e.State, c.World.Account,
				wire.Items[string]{List: e.Subnets}, wire.Items[string]{List: e.RouteTables},
			}})
		}
	}
	return out
}

// natGateways are the NAT gateways that routes lead to, each in the first public subnet of its VPC.
func natGateways(c *account.Call) (out []thing) {
	type natXML struct {
		ID           string `xml:"natGatewayId"`
		VPC          string `xml:"vpcId"`
		Subnet       string `xml:"subnetId"`
		State        string `xml:"state"`
		Connectivity string `xml:"connectivityType"`
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
			out = append(out, thing{id, withTags(filters, nil), natXML{id, v.ID, subnet, "available", "public"}})
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
			}
			out = append(out, thing{id, withTags(filters, nil), gatewayXML{
				ID: id, Owner: c.World.Account, VPC: v.ID, State: "available",
			}})
		}
	}
	return out
}
