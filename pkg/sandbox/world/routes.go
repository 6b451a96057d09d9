package world

import (
	"slices"
	"strings"
)

// Target returns the field of EC2's Route that carries the route's target, by the prefix of its id (EC2 API, Route),
// empty for a target that there is not. GatewayId carries more than internet gateways.
func (r Route) Target() string {
	if r.Via == "local" {
		return "gatewayId"
	}
	for _, t := range [...]struct{ prefix, field string }{
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
		if strings.HasPrefix(r.Via, t.prefix) {
			return t.field
		}
	}
	return ""
}

// Gateways returns the targets of a prefix that the routes of the VPC lead to, each once.
func (v *VPC) Gateways(prefix string) []string {
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

// The sandbox's own reading of routes is written apart from pkg/network on purpose, so that each can prove the
// other wrong.

// VPCOf returns the id of the cluster's VPC, or of that of its first subnet.
func (w *World) VPCOf(c *Cluster) string {
	if c.VPC != "" {
		return c.VPC
	}
	for _, id := range c.Subnets {
		if _, vpc := w.Subnet(id); vpc != nil {
			return vpc.ID
		}
	}
	return ""
}

// PrivateSubnets returns the cluster's own subnets that Fargate can use: what EKS chooses when a create names none.
func (w *World) PrivateSubnets(c *Cluster) []string {
	var out []string
	for _, id := range c.Subnets {
		subnet, _ := w.Subnet(id)
		if subnet != nil && subnet.OutpostARN == "" && w.Private(id) && w.Supports(subnet) {
			out = append(out, id)
		}
	}
	return out
}

// Supports reports whether Fargate is offered in the subnet's zone.
func (w *World) Supports(s *Subnet) bool {
	return !slices.Contains(w.UnsupportedZones, s.Zone) && !slices.Contains(w.UnsupportedZones, s.ZoneID)
}

// Private reports whether a subnet has no default route to an internet gateway (EKS User Guide: no direct route to
// an Internet Gateway). What EKS says to a narrower route or to one whose gateway is gone has not been measured; the
// sandbox lets them pass.
func (w *World) Private(id string) bool {
	_, vpc := w.Subnet(id)
	if vpc == nil {
		return false
	}
	table := vpc.tableOf(id)
	return table == nil || !slices.ContainsFunc(table.Routes, func(r Route) bool {
		return strings.HasPrefix(r.Via, "igw-") && !r.Blackhole && (r.To == "0.0.0.0/0" || r.To == "::/0")
	})
}

// tableOf returns the route table that a subnet uses: the one it is associated with, else the main one (EC2 API,
// DescribeRouteTables).
func (v *VPC) tableOf(subnet string) *RouteTable {
	if t := find(v.RouteTables, func(t RouteTable) bool { return slices.Contains(t.Subnets, subnet) }); t != nil {
		return t
	}
	return find(v.RouteTables, func(t RouteTable) bool { return t.Main })
}
