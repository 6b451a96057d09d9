package sandbox

// This file is the sandbox's own reading of routes: which subnets are private. It is written apart from
// pkg/network on purpose, so that each can prove the other wrong.

import (
	"slices"
	"strings"
)

// vpcOf is the cluster's VPC, or that of its first subnet.
func (st *state) vpcOf(cl *cluster) string {
	if cl.VPC != "" {
		return cl.VPC
	}
	for _, id := range cl.Subnets {
		if _, vpc := st.world.Subnet(id); vpc != nil {
			return vpc.ID
		}
	}
	return ""
}

// privateSubnets are the cluster's own subnets that Fargate can use: what EKS chooses when a create
// names none.
func (st *state) privateSubnets(cl *cluster) []string {
	var out []string
	for _, id := range cl.Subnets {
		subnet, _ := st.world.Subnet(id)
		if subnet == nil || subnet.OutpostARN != "" || !st.private(id) ||
			slices.Contains(st.world.UnsupportedZones, subnet.Zone) || slices.Contains(st.world.UnsupportedZones, subnet.ZoneID) {
			continue
		}
		out = append(out, id)
	}
	return out
}

// private reports whether a subnet has no default route to an internet gateway (EKS User Guide: no
// direct route to an Internet Gateway). What EKS says to a narrower route or to one whose gateway is
// gone has not been measured; the sandbox lets them pass.
func (st *state) private(id string) bool {
	_, vpc := st.world.Subnet(id)
	if vpc == nil {
		return false
	}
	table := vpc.tableOf(id)
	if table == nil {
		return true
	}
	return !slices.ContainsFunc(table.Routes, func(r Route) bool {
		return strings.HasPrefix(r.Via, "igw-") && !r.Blackhole && (r.To == "0.0.0.0/0" || r.To == "::/0")
	})
}

// tableOf is the route table that a subnet uses: the one it is associated with, else the main one
// (EC2 API, DescribeRouteTables).
func (v *VPC) tableOf(subnet string) *RouteTable {
	var main *RouteTable
	for i := range v.RouteTables {
		t := &v.RouteTables[i]
		if slices.Contains(t.Subnets, subnet) {
			return t
		}
		if t.Main {
			main = t
		}
	}
	return main
}
