package sandbox

// This file answers EC2: the parts of a VPC as its describe operations show them.

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// ec2Actions are the operations of EC2 that the sandbox knows.
var ec2Actions = map[string]func(*Server, *call) (any, *refusal){
	"DescribeVpcs":             (*Server).describeVPCs,
	"DescribeSubnets":          (*Server).describeSubnets,
	"DescribeRouteTables":      (*Server).describeRouteTables,
	"DescribeVpcEndpoints":     (*Server).describeEndpoints,
	"DescribeNatGateways":      (*Server).describeNATGateways,
	"DescribeInternetGateways": (*Server).describeInternetGateways,
}

// thing is one EC2 resource: its id, what filters see of it, and its XML.
type thing struct {
	id      string
	filters map[string][]string
	xml     any
}

// listing is a describe operation: which parameter holds ids, how a bad id is refused, how the list is
// named in the answer.
type listing struct {
	action, ids, filter, set string
	unknownCode, unknownText string
	minPage, maxPage         int
}

// list answers a describe operation: by ids, filters and pages.
func (s *Server) list(c *call, l listing, things []thing) (any, *refusal) {
	if refused := s.permit(c, "ec2:"+l.action, "*"); refused != nil {
		return nil, refused
	}
	if ids := c.values(l.ids); len(ids) > 0 {
		for _, id := range ids {
			if !slices.ContainsFunc(things, func(t thing) bool { return t.id == id }) {
				// EC2 names only the first unknown id.
				return nil, &refusal{Status: http.StatusBadRequest, Code: l.unknownCode, Message: fmt.Sprintf(l.unknownText, id)}
			}
		}
		things = slices.DeleteFunc(things, func(t thing) bool { return !slices.Contains(ids, t.id) })
	}
	filters, refused := c.filters(l.filter)
	if refused != nil {
		return nil, refused
	}
	for _, f := range filters {
		for _, t := range things {
			if _, known := t.filters[f.name]; !known && !strings.HasPrefix(f.name, "tag:") {
				return nil, &refusal{Status: http.StatusBadRequest, Code: "InvalidParameterValue", Message: "The filter '" + f.name + "' is invalid"}
			}
		}
		things = slices.DeleteFunc(things, func(t thing) bool { return !f.takes(t) })
	}
	return s.ec2Page(c, l, things)
}

// ec2Page cuts the list. Without MaxResults EC2 gives everything, unless the world forces pages.
func (s *Server) ec2Page(c *call, l listing, things []thing) (any, *refusal) {
	size := len(things) + 1
	if text := c.query.Get("MaxResults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < l.minPage || n > l.maxPage {
			return nil, &refusal{Status: http.StatusBadRequest, Code: "InvalidParameterValue", Message: fmt.Sprintf("Value ( %s ) for parameter maxResults is invalid. Expecting a value between %d and %d.", text, l.minPage, l.maxPage)}
		}
		size = n
	}
	numbered := make([]int, len(things))
	for i := range things {
		numbered[i] = i + 1
	}
	part, next, ok := page(numbered, func(n int) int { return n }, c.query.Get("NextToken"), s.pageSize(size))
	if !ok {
		return nil, &refusal{Status: http.StatusBadRequest, Code: "InvalidParameterValue", Message: "Unable to parse pagination token"}
	}
	items := make([]any, len(part))
	for i, n := range part {
		items[i] = things[n-1].xml
	}
	return ec2List{name: l.set, items: items, next: c.following(c.query.Get("NextToken"), next)}, nil
}

// filter is one EC2 filter; values may hold wildcards.
type filter struct {
	name   string
	values []string
}

func (c *call) filters(prefix string) ([]filter, *refusal) {
	var out []filter
	for i := 1; ; i++ {
		at := prefix + "." + strconv.Itoa(i)
		if !c.query.Has(at + ".Name") {
			return out, nil
		}
		f := filter{name: c.query.Get(at + ".Name"), values: c.values(at + ".Value")}
		if len(f.values) == 0 {
			return nil, &refusal{Status: http.StatusBadRequest, Code: "InvalidParameterValue", Message: "The filter '" + f.name + "' has no values"} // not AWS's text
		}
		out = append(out, f)
	}
}

// takes: one of the thing's values fits one of the filter's.
func (f filter) takes(t thing) bool {
	return slices.ContainsFunc(t.filters[f.name], func(have string) bool {
		return slices.ContainsFunc(f.values, func(want string) bool { return glob(want, have) })
	})
}

// tagFilters adds what tag: filters see.
func tagFilters(filters map[string][]string, tags map[string]string) map[string][]string {
	filters["tag-key"] = []string{}
	for k, v := range tags {
		filters["tag-key"] = append(filters["tag-key"], k)
		filters["tag:"+k] = []string{v}
	}
	return filters
}

func tagSet(tags map[string]string) listOf[tagItem] {
	var out listOf[tagItem]
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out.Items = append(out.Items, tagItem{k, tags[k]})
	}
	return out
}

// withName adds the tag Name to tags.
func withName(tags map[string]string, name string) map[string]string {
	if name == "" {
		return tags
	}
	out := maps.Clone(tags)
	if out == nil {
		out = map[string]string{}
	}
	out["Name"] = name
	return out
}

// vpcsHere are the VPCs of the request's region.
func (s *Server) vpcsHere(c *call) []VPC {
	var out []VPC
	for _, v := range s.world.VPCs {
		if v.Region == c.region {
			out = append(out, v)
		}
	}
	return out
}

func (s *Server) describeVPCs(c *call) (any, *refusal) {
	type vpcXML struct {
		ID      string          `xml:"vpcId"`
		CIDR    string          `xml:"cidrBlock"`
		State   string          `xml:"state"`
		Owner   string          `xml:"ownerId"`
		Tenancy string          `xml:"instanceTenancy"`
		Default bool            `xml:"isDefault"`
		Tags    listOf[tagItem] `xml:"tagSet"`
	}
	var things []thing
	for _, v := range s.vpcsHere(c) {
		things = append(things, thing{
			id:      v.ID,
			filters: tagFilters(map[string][]string{"vpc-id": {v.ID}, "cidr": {v.CIDR}, "state": {"available"}}, v.Tags),
			xml:     vpcXML{v.ID, v.CIDR, "available", s.world.Account, "default", false, tagSet(v.Tags)},
		})
	}
	return s.list(c, listing{
		action: "DescribeVpcs", ids: "VpcId", filter: "Filter", set: "vpcSet",
		unknownCode: "InvalidVpcID.NotFound", unknownText: "The vpc ID '%s' does not exist", minPage: 5, maxPage: 1000,
	}, things)
}

func (s *Server) describeSubnets(c *call) (any, *refusal) {
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
		Tags       listOf[tagItem] `xml:"tagSet"`
	}
	var things []thing
	for _, v := range s.vpcsHere(c) {
		for _, n := range v.Subnets {
			tags := withName(n.Tags, n.Name)
			available := 251
			if n.AvailableIPs != nil {
				available = *n.AvailableIPs
			}
			things = append(things, thing{
				id: n.ID,
				filters: tagFilters(map[string][]string{
					"vpc-id": {v.ID}, "subnet-id": {n.ID}, "availability-zone": {n.Zone}, "availability-zone-id": {n.ZoneID},
					"cidr-block": {n.CIDR}, "state": {"available"}, "outpost-arn": {n.OutpostARN},
					"map-public-ip-on-launch": {strconv.FormatBool(n.PublicIPOnLaunch)}, "ipv6-native": {strconv.FormatBool(n.IPv6Native)},
				}, tags),
				xml: subnetXML{
					n.ID, s.world.arn("ec2", v.Region, "subnet/"+n.ID), "available", s.world.Account, v.ID, n.CIDR, available,
					n.Zone, n.ZoneID, false, n.PublicIPOnLaunch, n.OutpostARN, n.IPv6Native, tagSet(tags),
				},
			})
		}
	}
	return s.list(c, listing{
		action: "DescribeSubnets", ids: "SubnetId", filter: "Filter", set: "subnetSet",
		unknownCode: "InvalidSubnetID.NotFound", unknownText: "The subnet ID '%s' does not exist", minPage: 5, maxPage: 1000,
	}, things)
}
