// Package ec2 answers EC2: the parts of a VPC as its describe operations show them.
package ec2

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/glob"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// Operations returns those of EC2 that the sandbox knows.
func Operations() []account.Operation {
	out := make([]account.Operation, 0, 4+len(listings))
	out = append(out,
		account.Operation{Name: "DescribeVpcAttribute", On: everything, Run: orDry(describeVPCAttribute)},
		account.Operation{Name: "CreateTags", On: everything, Run: orDry(createTags)},
		account.Operation{Name: "DeleteTags", On: everything, Run: orDry(deleteTags)},
	)
	for _, l := range append(listings, tagList) {
		out = append(out, account.Operation{Name: l.operation, On: everything, Run: orDry(l.answer)})
	}
	return out
}

func everything(*account.Call) string { return "*" }

// orDry refuses a request that only asks whether it would be permitted.
func orDry(run func(*account.Call) (any, *wire.Refusal)) func(*account.Call) (any, *wire.Refusal) {
	return func(c *account.Call) (any, *wire.Refusal) {
		if strings.EqualFold(c.Query.Get("DryRun"), "true") {
			return nil, &wire.Refusal{
				Status: http.StatusPreconditionFailed, Code: "DryRunOperation",
				Message: "Request would have succeeded, but DryRun flag is set.",
			}
		}
		return run(c)
	}
}

// listing is a describe operation.
type listing struct {
	operation string
	// ids is the parameter that holds ids, prefix how they begin, set the list's name in the answer.
	ids, prefix, set string
	// code and text refuse an unknown id.
	code, text       string
	minPage, maxPage int
	things           func(*account.Call) []thing
	// filters are those of EC2's model; tag:KEY is one of each.
	filters string
	// also are other parameters that are known.
	also string
}

const doesNotExist = " ID '%s' does not exist"

var listings = []listing{
	{
		"DescribeVpcs", "VpcId", "vpc-", "vpcSet", "InvalidVpcID.NotFound", "The vpc" + doesNotExist, 5, 1000, vpcs,
		"cidr cidr-block-association.cidr-block cidr-block-association.association-id cidr-block-association.state " +
			"dhcp-options-id ipv6-cidr-block-association.ipv6-cidr-block ipv6-cidr-block-association.ipv6-pool " +
			"ipv6-cidr-block-association.association-id ipv6-cidr-block-association.state is-default owner-id state " +
			"tag tag-key vpc-id",
		"",
	},
	{
		"DescribeSubnets", "SubnetId", "subnet-", "subnetSet",
		"InvalidSubnetID.NotFound", "The subnet" + doesNotExist, 5, 1000, subnets,
		"availability-zone availabilityZone availability-zone-id available-ip-address-count cidr-block cidr cidrBlock " +
			"customer-owned-ipv4-pool default-for-az enable-dns64 enable-lni-at-device-index " +
			"ipv6-cidr-block-association.ipv6-cidr-block ipv6-cidr-block-association.association-id " +
			"ipv6-cidr-block-association.state ipv6-native map-customer-owned-ip-on-launch map-public-ip-on-launch " +
			"outpost-arn owner-id private-dns-name-options-on-launch.hostname-type " +
			"private-dns-name-options-on-launch.enable-resource-name-dns-a-record " +
			"private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record state subnet-arn subnet-id " +
			"tag tag-key vpc-id",
		"",
	},
	{
		"DescribeRouteTables", "RouteTableId", "rtb-", "routeTableSet",
		"InvalidRouteTableID.NotFound", "The routeTable" + doesNotExist, 5, 100, routeTables,
		"association.gateway-id association.route-table-association-id association.route-table-id association.subnet-id " +
			"association.main owner-id route-table-id route.destination-cidr-block route.destination-ipv6-cidr-block " +
			"route.destination-prefix-list-id route.egress-only-internet-gateway-id route.gateway-id route.instance-id " +
			"route.nat-gateway-id route.transit-gateway-id route.origin route.state route.vpc-peering-connection-id " +
			"tag tag-key vpc-id",
		"",
	},
	{
		"DescribeVpcEndpoints", "VpcEndpointId", "vpce-", "vpcEndpointSet",
		"InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '%s' does not exist", 1, 1000, endpoints,
		"ip-address-type service-name service-region tag tag-key vpc-id vpc-endpoint-id vpc-endpoint-state vpc-endpoint-type",
		"",
	},
	{
		"DescribeNatGateways", "NatGatewayId", "nat-", "natGatewaySet",
		"NatGatewayNotFound", "The Nat Gateway %s was not found", 5, 1000, natGateways,
		"nat-gateway-id state subnet-id tag tag-key vpc-id",
		"",
	},
	{
		"DescribeInternetGateways", "InternetGatewayId", "igw-", "internetGatewaySet",
		"InvalidInternetGatewayID.NotFound", "The internetGateway" + doesNotExist, 5, 1000, internetGateways,
		"attachment.state attachment.vpc-id internet-gateway-id owner-id tag tag-key",
		"",
	},
	{
		"DescribeSecurityGroups", "GroupId", "sg-", "securityGroupInfo",
		"InvalidGroup.NotFound", "The security group '%s' does not exist", 5, 1000, securityGroups,
		"description egress.ip-permission.cidr egress.ip-permission.from-port egress.ip-permission.group-id " +
			"egress.ip-permission.group-name egress.ip-permission.ipv6-cidr egress.ip-permission.prefix-list-id " +
			"egress.ip-permission.protocol egress.ip-permission.to-port egress.ip-permission.user-id group-id group-name " +
			"ip-permission.cidr ip-permission.from-port ip-permission.group-id ip-permission.group-name " +
			"ip-permission.ipv6-cidr ip-permission.prefix-list-id ip-permission.protocol ip-permission.to-port " +
			"ip-permission.user-id owner-id tag tag-key vpc-id",
		"",
	},
	{
		"DescribeAvailabilityZones", "ZoneName", "", "availabilityZoneInfo",
		"InvalidParameterValue", "Invalid availability zone: [%s]", 5, 1000, zones,
		"group-long-name group-name message opt-in-status parent-zone-id parent-zone-name region-name state zone-id " +
			"zone-name zone-type",
		"ZoneId AllAvailabilityZones",
	},
	{
		"DescribeRegions", "RegionName", "", "regionInfo",
		"InvalidParameterValue", "Invalid region name: [%s]", 5, 1000, regions, "endpoint opt-in-status region-name",
		"AllRegions",
	},
	{
		"DescribeNetworkInterfaces", "NetworkInterfaceId", "eni-", "networkInterfaceSet",
		"InvalidNetworkInterfaceID.NotFound", "The networkInterface" + doesNotExist, 5, 1000, interfaces,
		"association.allocation-id association.association-id addresses.association.owner-id " +
			"addresses.association.public-ip addresses.primary addresses.private-ip-address association.ip-owner-id " +
			"association.public-ip association.public-dns-name attachment.attach-time attachment.attachment-id " +
			"attachment.delete-on-termination attachment.device-index attachment.instance-id attachment.instance-owner-id " +
			"attachment.status availability-zone availability-zone-id description group-id ipv6-addresses.ipv6-address " +
			"interface-type mac-address network-interface-id operator.managed operator.principal owner-id private-dns-name " +
			"private-ip-address requester-id requester-managed source-dest-check status subnet-id tag tag-key vpc-id",
		"IncludeManagedResources",
	},
}

// thing is one EC2 resource: its id and tags, what filters see of it beside the tags, and its XML.
type thing struct {
	id      string
	tags    map[string]string
	filters map[string][]string
	xml     any
}

// seen returns what a filter sees of a thing.
func (t thing) seen(filter string) []string {
	if key, isTag := strings.CutPrefix(filter, "tag:"); isTag {
		if value, has := t.tags[key]; has {
			return []string{value}
		}
		return nil
	}
	if filter == "tag-key" {
		return slices.Collect(maps.Keys(t.tags))
	}
	return t.filters[filter]
}

// knows reports whether a parameter is one that counts, or that a request has beside its own.
func (l listing) knows(parameter string) bool {
	return strings.HasPrefix(parameter, "X-Amz-") || parameter == l.ids ||
		slices.Contains(strings.Fields("Action Version DryRun Filter MaxResults NextToken "+l.also), parameter)
}

// answer lists things by ids, filters and pages.
func (l listing) answer(c *account.Call) (any, *wire.Refusal) {
	for _, parameter := range slices.Sorted(maps.Keys(c.Query)) {
		if name, _, _ := strings.Cut(parameter, "."); !l.knows(name) {
			return nil, wire.BadRequest("UnknownParameter",
				"The fgctl sandbox does not know the parameter "+name+" of "+l.operation+".")
		}
	}
	things := l.things(c)
	if ids := c.Values(l.ids); len(ids) > 0 {
		for _, id := range ids {
			if !slices.ContainsFunc(things, func(t thing) bool { return t.id == id }) {
				return nil, wire.BadRequest(l.code, fmt.Sprintf(l.text, id)) // EC2 names only the first unknown id
			}
		}
		things = slices.DeleteFunc(things, func(t thing) bool { return !slices.Contains(ids, t.id) })
	}
	filters, refused := filtersOf(c)
	if refused != nil {
		return nil, refused
	}
	for _, f := range filters {
		if !slices.Contains(strings.Fields(l.filters), f.name) && !strings.HasPrefix(f.name, "tag:") {
			return nil, wire.BadRequest("InvalidParameterValue", "The filter '"+f.name+"' is invalid")
		}
		things = slices.DeleteFunc(things, func(t thing) bool { return !f.takes(t) })
	}
	return l.page(c, things)
}

// page cuts the list. Without MaxResults EC2 returns everything, unless the world forces pages.
func (l listing) page(c *account.Call, things []thing) (any, *wire.Refusal) {
	size, ok := c.Number("MaxResults", len(things)+1, l.minPage, l.maxPage)
	if !ok {
		return nil, wire.BadRequest("InvalidParameterValue",
			fmt.Sprintf("Value ( %s ) for parameter maxResults is invalid. Expecting a value between %d and %d.",
				c.Query.Get("MaxResults"), l.minPage, l.maxPage))
	}
	token := c.Query.Get("NextToken")
	part, next, ok := account.Page(c, things, account.InOrder, token, size)
	if !ok {
		return nil, wire.BadRequest("InvalidParameterValue", "Unable to parse pagination token")
	}
	out := wire.Page{Name: l.set, Next: c.Stroke.Next(token, next)}
	for _, t := range part {
		out.Items = append(out.Items, t.xml)
	}
	return out, nil
}

// filter is one EC2 filter; values may hold wildcards.
type filter struct {
	name   string
	values []string
}

func filtersOf(c *account.Call) ([]filter, *wire.Refusal) {
	var out []filter
	for _, at := range c.List("Filter") {
		f := filter{name: c.Query.Get(at + ".Name"), values: c.Values(at + ".Value")}
		// Not AWS's texts.
		switch {
		case f.name == "":
			return nil, wire.BadRequest("InvalidParameterValue", "A filter has no name")
		case len(f.values) == 0:
			return nil, wire.BadRequest("InvalidParameterValue", "The filter '"+f.name+"' has no values")
		}
		out = append(out, f)
	}
	return out, nil
}

// literal hides what a backslash takes the meaning of (EC2 API, Filter): it stands for itself in a filter's value.
var literal = strings.NewReplacer(`\\`, "\x00", `\*`, "\x01", `\?`, "\x02")

// plain hides the same in what a thing has.
var plain = strings.NewReplacer(`\`, "\x00", "*", "\x01", "?", "\x02")

// takes reports whether one of the thing's values fits one of the filter's.
func (f filter) takes(t thing) bool {
	return slices.ContainsFunc(t.seen(f.name), func(have string) bool {
		return slices.ContainsFunc(f.values, func(want string) bool {
			return glob.Match(literal.Replace(want), plain.Replace(have))
		})
	})
}
