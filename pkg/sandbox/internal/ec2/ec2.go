// Package ec2 answers EC2: the parts of a VPC as its describe operations show them.
package ec2

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/glob"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// Operations returns those of EC2 that the sandbox knows.
func Operations() []account.Operation {
	out := make([]account.Operation, 0, len(listings))
	for _, l := range listings {
		out = append(out, account.Operation{
			Name: l.operation,
			On:   func(*account.Call) string { return "*" },
			Run:  l.answer,
		})
	}
	return out
}

// listing is a describe operation.
type listing struct {
	operation string
	// ids is the parameter that holds ids, set the list's name in the answer.
	ids, set string
	// code and text refuse an unknown id.
	code, text       string
	minPage, maxPage int
	things           func(*account.Call) []thing
}

const doesNotExist = " ID '%s' does not exist"

var listings = []listing{
	{"DescribeVpcs", "VpcId", "vpcSet", "InvalidVpcID.NotFound", "The vpc" + doesNotExist, 5, 1000, vpcs},
	{"DescribeSubnets", "SubnetId", "subnetSet",
		"InvalidSubnetID.NotFound", "The subnet" + doesNotExist, 5, 1000, subnets},
	{"DescribeRouteTables", "RouteTableId", "routeTableSet",
		"InvalidRouteTableID.NotFound", "The routeTable" + doesNotExist, 5, 100, routeTables},
	{"DescribeVpcEndpoints", "VpcEndpointId", "vpcEndpointSet",
		"InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '%s' does not exist", 1, 1000, endpoints},
	{"DescribeNatGateways", "NatGatewayId", "natGatewaySet",
		"NatGatewayNotFound", "The Nat Gateway %s was not found", 5, 1000, natGateways},
	{"DescribeInternetGateways", "InternetGatewayId", "internetGatewaySet",
		"InvalidInternetGatewayID.NotFound", "The internetGateway" + doesNotExist, 5, 1000, internetGateways},
}

// thing is one EC2 resource: its id, what filters see of it, and its XML.
type thing struct {
	id      string
	filters map[string][]string
	xml     any
}

// answer lists things by ids, filters and pages.
func (l listing) answer(c *account.Call) (any, *wire.Refusal) {
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
		for _, t := range things {
			if _, known := t.filters[f.name]; !known && !strings.HasPrefix(f.name, "tag:") {
				return nil, wire.BadRequest("InvalidParameterValue", "The filter '"+f.name+"' is invalid")
			}
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
	for at := range c.List("Filter", "Name") {
		f := filter{name: c.Query.Get(at + ".Name"), values: c.Values(at + ".Value")}
		if len(f.values) == 0 {
			return nil, wire.BadRequest("InvalidParameterValue", "The filter '"+f.name+"' has no values") // not AWS's text
		}
		out = append(out, f)
	}
	return out, nil
}

// takes reports whether one of the thing's values fits one of the filter's.
func (f filter) takes(t thing) bool {
	return slices.ContainsFunc(t.filters[f.name], func(have string) bool {
		return slices.ContainsFunc(f.values, func(want string) bool { return glob.Match(want, have) })
	})
}
