package ec2

import (
	"cmp"
	"fmt"
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

// group is a security group where something has it.
type group struct {
	ID string `xml:"groupId"`
}

func tagSet(tags map[string]string) wire.Items[tag] {
	var out wire.Items[tag]
	for _, t := range wire.Tags(tags) {
		out.List = append(out.List, tag(t))
	}
	return out
}

// named adds the tag Name to tags.
func named(tags map[string]string, name string) map[string]string {
	if name == "" {
		return tags
	}
	out := account.Tags(tags)
	out["Name"] = name
	return out
}

// tagsOf returns the tags of a thing: those that requests have left it, else those of the world.
func tagsOf(c *account.Call, id string, tags map[string]string) map[string]string {
	if changed, ok := c.EC2Tags[id]; ok {
		return changed
	}
	return tags
}

// owner is the account of a VPC: another one's where it is shared with this account.
func owner(c *account.Call, v *world.VPC) string {
	return cmp.Or(v.Owner, c.World.Account)
}

// yes returns what a switch says that is on where it says nothing.
func yes(p *bool) bool { return p == nil || *p }

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
		tags := tagsOf(c, v.ID, v.Tags)
		filters := map[string][]string{
			"vpc-id": {v.ID}, "cidr": {v.CIDR}, "cidr-block-association.cidr-block": {v.CIDR}, "state": {"available"},
			"is-default": {"false"}, "owner-id": {owner(c, v)}, "cidr-block-association.state": {"associated"},
		}
		out = append(out, thing{v.ID, tags, filters, vpcXML{
			ID: v.ID, CIDR: v.CIDR, State: "available", Owner: owner(c, v), Tenancy: "default", Tags: tagSet(tags),
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
		DNS64      bool            `xml:"enableDns64"`
		CustomerIP bool            `xml:"mapCustomerOwnedIpOnLaunch"`
		Tags       wire.Items[tag] `xml:"tagSet"`
	}
	for _, v := range here(c) {
		for _, n := range v.Subnets {
			tags := tagsOf(c, n.ID, named(n.Tags, n.Name))
			arn := "arn:" + c.World.Partition + ":ec2:" + v.Region + ":" + owner(c, v) + ":subnet/" + n.ID
			available := 251
			if n.AvailableIPs != nil {
				available = *n.AvailableIPs
			}
			filters := map[string][]string{
				"vpc-id": {v.ID}, "subnet-id": {n.ID}, "availability-zone": {n.Zone}, "availability-zone-id": {n.ZoneID},
				"availabilityZone": {n.Zone}, "cidr-block": {n.CIDR}, "cidr": {n.CIDR}, "cidrBlock": {n.CIDR},
				"state": {"available"}, "outpost-arn": {n.OutpostARN}, "owner-id": {owner(c, v)}, "subnet-arn": {arn},
				"available-ip-address-count": {strconv.Itoa(available)}, "default-for-az": {"false"},
				"map-public-ip-on-launch": {strconv.FormatBool(n.PublicIPOnLaunch)},
				"ipv6-native":             {strconv.FormatBool(n.IPv6Native)},
				"enable-dns64":            {"false"}, "map-customer-owned-ip-on-launch": {"false"},
			}
			out = append(out, thing{n.ID, tags, filters, subnetXML{
				ID: n.ID, ARN: arn, State: "available", Owner: owner(c, v), VPC: v.ID,
				CIDR: n.CIDR, Available: available, Zone: n.Zone, ZoneID: n.ZoneID, Public: n.PublicIPOnLaunch,
				OutpostARN: n.OutpostARN, IPv6Native: n.IPv6Native, Tags: tagSet(tags),
			}})
		}
	}
	return out
}

// describeVPCAttribute shows the DNS attributes of a VPC.
func describeVPCAttribute(c *account.Call) (any, *wire.Refusal) {
	id := c.Query.Get("VpcId")
	i := slices.IndexFunc(here(c), func(v *world.VPC) bool { return v.ID == id })
	if i < 0 {
		return nil, wire.BadRequest("InvalidVpcID.NotFound", "The vpc ID '"+id+"' does not exist")
	}
	v := here(c)[i]
	value := func(name string, on bool) (any, *wire.Refusal) {
		return wire.Fields{{Name: "vpcId", Value: id}, {Name: name, Value: struct {
			On bool `xml:"value"`
		}{on}}}, nil
	}
	switch attribute := c.Query.Get("Attribute"); attribute {
	case "enableDnsSupport":
		return value(attribute, yes(v.DNSSupport))
	case "enableDnsHostnames":
		return value(attribute, yes(v.DNSHostnames))
	case "enableNetworkAddressUsageMetrics":
		return value(attribute, false)
	default:
		// Not AWS's text.
		return nil, wire.BadRequest("InvalidParameterValue", "Value ("+attribute+") for parameter attribute is invalid.")
	}
}

type pairXML struct {
	Group string `xml:"groupId"`
	Owner string `xml:"userId"`
}

type rangeXML struct {
	CIDR string `xml:"cidrIp"`
}

type range6XML struct {
	CIDR string `xml:"cidrIpv6"`
}

type permissionXML struct {
	Protocol string                `xml:"ipProtocol"`
	From     *int                  `xml:"fromPort,omitempty"`
	To       *int                  `xml:"toPort,omitempty"`
	Groups   wire.Items[pairXML]   `xml:"groups"`
	Ranges   wire.Items[rangeXML]  `xml:"ipRanges"`
	Ranges6  wire.Items[range6XML] `xml:"ipv6Ranges"`
}

func permissions(account string, rules []world.Rule) (out wire.Items[permissionXML]) {
	for _, r := range rules {
		x := permissionXML{Protocol: r.Protocol}
		if x.Protocol == "" {
			x.Protocol = "-1"
		} else if x.Protocol != "-1" {
			x.From, x.To = &r.From, &r.To
		}
		for _, g := range r.Groups {
			x.Groups.List = append(x.Groups.List, pairXML{g, account})
		}
		for _, cidr := range r.CIDRs {
			if strings.Contains(cidr, ":") {
				x.Ranges6.List = append(x.Ranges6.List, range6XML{cidr})
				continue
			}
			x.Ranges.List = append(x.Ranges.List, rangeXML{cidr})
		}
		out.List = append(out.List, x)
	}
	return out
}

// groupsOf returns the security groups of a VPC: those of the world, and those that EKS makes for its clusters.
func groupsOf(c *account.Call, v *world.VPC) []world.SecurityGroup {
	groups := slices.Clone(v.SecurityGroups)
	for _, cl := range c.Clusters {
		id := cl.ClusterSecurityGroup
		known := slices.ContainsFunc(groups, func(g world.SecurityGroup) bool { return g.ID == id })
		if cl.VPC != v.ID || cl.Region != v.Region || known {
			continue
		}
		groups = append(groups, world.SecurityGroup{
			ID: id, Name: "eks-cluster-sg-" + cl.Name, Tags: map[string]string{"kubernetes.io/cluster/" + cl.Name: "owned"},
			Description: "EKS created security group applied to the cluster and its pods",
			Ingress:     []world.Rule{{Groups: []string{id}}}, Egress: []world.Rule{{CIDRs: []string{"0.0.0.0/0"}}},
		})
	}
	return groups
}

func securityGroups(c *account.Call) (out []thing) {
	type groupXML struct {
		ID          string                    `xml:"groupId"`
		Name        string                    `xml:"groupName"`
		Description string                    `xml:"groupDescription"`
		VPC         string                    `xml:"vpcId"`
		Owner       string                    `xml:"ownerId"`
		Ingress     wire.Items[permissionXML] `xml:"ipPermissions"`
		Egress      wire.Items[permissionXML] `xml:"ipPermissionsEgress"`
		Tags        wire.Items[tag]           `xml:"tagSet"`
	}
	for _, v := range here(c) {
		owner, groups := owner(c, v), groupsOf(c, v)
		for _, g := range groups {
			tags := tagsOf(c, g.ID, g.Tags)
			ingress, egress := permissions(owner, g.Ingress), permissions(owner, g.Egress)
			filters := map[string][]string{
				"group-id": {g.ID}, "group-name": {g.Name}, "description": {g.Description}, "vpc-id": {v.ID},
				"owner-id": {owner},
			}
			filterRules(filters, "ip-permission.", ingress.List, groups)
			filterRules(filters, "egress.ip-permission.", egress.List, groups)
			out = append(out, thing{g.ID, tags, filters, groupXML{
				g.ID, g.Name, g.Description, v.ID, owner, ingress, egress, tagSet(tags),
			}})
		}
	}
	return out
}

// filterRules adds what a security group can be found by through its rules; groups are those of its VPC.
func filterRules(filters map[string][]string, prefix string, rules []permissionXML, groups []world.SecurityGroup) {
	add := func(name, value string) { filters[prefix+name] = append(filters[prefix+name], value) }
	for _, x := range rules {
		add("protocol", x.Protocol)
		if x.From != nil {
			add("from-port", strconv.Itoa(*x.From))
			add("to-port", strconv.Itoa(*x.To))
		}
		for _, r := range x.Ranges.List {
			add("cidr", r.CIDR)
		}
		for _, r := range x.Ranges6.List {
			add("ipv6-cidr", r.CIDR)
		}
		for _, p := range x.Groups.List {
			add("group-id", p.Group)
			add("user-id", p.Owner)
			for _, o := range groups {
				if o.ID == p.Group {
					add("group-name", o.Name)
				}
			}
		}
	}
}

// zones are those in which the region's subnets lie.
func zones(c *account.Call) (out []thing) {
	type zoneXML struct {
		Name   string `xml:"zoneName"`
		ID     string `xml:"zoneId"`
		State  string `xml:"zoneState"`
		Region string `xml:"regionName"`
		Group  string `xml:"groupName"`
		Border string `xml:"networkBorderGroup"`
		Type   string `xml:"zoneType"`
		OptIn  string `xml:"optInStatus"`
	}
	wanted := c.Values("ZoneId")
	for _, v := range here(c) {
		for _, n := range v.Subnets {
			known := slices.ContainsFunc(out, func(t thing) bool { return t.id == n.Zone })
			if known || n.Zone == "" || (len(wanted) > 0 && !slices.Contains(wanted, n.ZoneID)) {
				continue
			}
			filters := map[string][]string{
				"zone-name": {n.Zone}, "zone-id": {n.ZoneID}, "region-name": {c.Region}, "state": {"available"},
				"zone-type": {"availability-zone"}, "opt-in-status": {"opt-in-not-required"}, "group-name": {c.Region},
			}
			out = append(out, thing{n.Zone, nil, filters, zoneXML{
				n.Zone, n.ZoneID, "available", c.Region, c.Region, c.Region, "availability-zone", "opt-in-not-required",
			}})
		}
	}
	return out
}

// regions are those in which the world has something.
func regions(c *account.Call) (out []thing) {
	type regionXML struct {
		Name     string `xml:"regionName"`
		Endpoint string `xml:"regionEndpoint"`
		OptIn    string `xml:"optInStatus"`
	}
	names := make([]string, 0, 1+len(c.World.VPCs)+len(c.Clusters))
	names = append(names, c.World.Region)
	for _, v := range c.World.VPCs {
		names = append(names, v.Region)
	}
	for _, cl := range c.Clusters {
		names = append(names, cl.Region)
	}
	slices.Sort(names)
	const free = "opt-in-not-required"
	for _, name := range slices.Compact(names) {
		endpoint := "ec2." + name + ".amazonaws.com"
		filters := map[string][]string{"region-name": {name}, "endpoint": {endpoint}, "opt-in-status": {free}}
		out = append(out, thing{name, nil, filters, regionXML{name, endpoint, free}})
	}
	return out
}

// interfaces are those through which EKS reaches its clusters' networks, in the first two subnets of each.
func interfaces(c *account.Call) (out []thing) {
	type interfaceXML struct {
		ID          string            `xml:"networkInterfaceId"`
		Subnet      string            `xml:"subnetId"`
		VPC         string            `xml:"vpcId"`
		Zone        string            `xml:"availabilityZone"`
		Description string            `xml:"description"`
		Owner       string            `xml:"ownerId"`
		Status      string            `xml:"status"`
		Type        string            `xml:"interfaceType"`
		Groups      wire.Items[group] `xml:"groupSet"`
		Requested   bool              `xml:"requesterManaged"`
		Checks      bool              `xml:"sourceDestCheck"`
		Tags        wire.Items[tag]   `xml:"tagSet"`
	}
	for _, cl := range c.Clusters {
		if cl.Region != c.Region {
			continue
		}
		for i, id := range cl.Subnets[:min(2, len(cl.Subnets))] {
			subnet, v := c.World.Subnet(id)
			if subnet == nil {
				continue
			}
			x := interfaceXML{
				ID: fmt.Sprintf("eni-%016x%d", cl.Seq, i), Subnet: id, VPC: v.ID, Zone: subnet.Zone,
				Description: "Amazon EKS " + cl.Name, Owner: c.World.Account, Status: "in-use", Type: "interface",
				Groups: wire.Items[group]{List: []group{{cl.ClusterSecurityGroup}}}, Requested: true, Checks: true,
			}
			tags := tagsOf(c, x.ID, nil)
			x.Tags = tagSet(tags)
			out = append(out, thing{x.ID, tags, map[string][]string{
				"network-interface-id": {x.ID}, "subnet-id": {id}, "vpc-id": {v.ID}, "availability-zone": {subnet.Zone},
				"availability-zone-id": {subnet.ZoneID}, "description": {x.Description}, "owner-id": {x.Owner},
				"requester-managed": {"true"}, "source-dest-check": {"true"}, "status": {x.Status},
				"interface-type": {x.Type}, "group-id": {cl.ClusterSecurityGroup},
			}, x})
		}
	}
	return out
}
