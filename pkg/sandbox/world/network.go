package world

import (
	"slices"
	"strings"
)

// VPC is one VPC with all that lies in it.
type VPC struct {
	ID   string `yaml:"id"`
	CIDR string `yaml:"cidr,omitempty"`
	// Region is the world's when empty.
	Region      string            `yaml:"region,omitempty"`
	Tags        map[string]string `yaml:"tags,omitempty"`
	Subnets     []Subnet          `yaml:"subnets,omitempty"`
	RouteTables []RouteTable      `yaml:"routeTables,omitempty"`
	Endpoints   []Endpoint        `yaml:"endpoints,omitempty"`
	// SecurityGroups are those beside the ones that EKS makes for its clusters.
	SecurityGroups []SecurityGroup `yaml:"securityGroups,omitempty"`
	// DNSSupport and DNSHostnames are attributes of the VPC, true when absent.
	DNSSupport   *bool `yaml:"dnsSupport,omitempty"`
	DNSHostnames *bool `yaml:"dnsHostnames,omitempty"`
	// NATAddresses are the public addresses of NAT gateways, by their ids.
	NATAddresses map[string]string `yaml:"natAddresses,omitempty"`
	// Owner is another account that shares the VPC with this one.
	Owner string `yaml:"owner,omitempty"`
}

// SecurityGroup is one security group of a VPC.
type SecurityGroup struct {
	ID          string            `yaml:"id"`
	Name        string            `yaml:"name,omitempty"`
	Description string            `yaml:"description,omitempty"`
	Ingress     []Rule            `yaml:"ingress,omitempty"`
	Egress      []Rule            `yaml:"egress,omitempty"`
	Tags        map[string]string `yaml:"tags,omitempty"`
}

// Rule lets traffic pass. Protocol is tcp, udp, icmp or -1, which is every protocol and port; -1 when empty.
type Rule struct {
	Protocol string   `yaml:"protocol,omitempty"`
	From     int      `yaml:"from,omitempty"`
	To       int      `yaml:"to,omitempty"`
	CIDRs    []string `yaml:"cidrs,omitempty"`
	Groups   []string `yaml:"groups,omitempty"`
}

// Subnet is one subnet of a VPC.
type Subnet struct {
	ID   string `yaml:"id"`
	CIDR string `yaml:"cidr,omitempty"`
	// Zone is the availability zone's name, ZoneID its id.
	Zone   string `yaml:"zone,omitempty"`
	ZoneID string `yaml:"zoneID,omitempty"`
	// Name is the tag Name.
	Name string            `yaml:"name,omitempty"`
	Tags map[string]string `yaml:"tags,omitempty"`
	// PublicIPOnLaunch is EC2's MapPublicIpOnLaunch. It says nothing about the subnet's routes.
	PublicIPOnLaunch bool   `yaml:"publicIPOnLaunch,omitempty"`
	OutpostARN       string `yaml:"outpostARN,omitempty"`
	IPv6Native       bool   `yaml:"ipv6Native,omitempty"`
	// AvailableIPs counts free addresses; 251 when absent.
	AvailableIPs *int `yaml:"availableIPs,omitempty"`
}

// RouteTable is one route table of a VPC.
type RouteTable struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name,omitempty"`
	// Main makes it the table of every subnet of the VPC without an association of its own.
	Main bool `yaml:"main,omitempty"`
	// Subnets are explicitly associated.
	Subnets []string `yaml:"subnets,omitempty"`
	// Disassociated subnets have an association whose state is disassociated: it does not count.
	Disassociated []string `yaml:"disassociated,omitempty"`
	// Gateways have an edge association: one without a subnet.
	Gateways []string `yaml:"gateways,omitempty"`
	Routes   []Route  `yaml:"routes,omitempty"`
	// Hidden tables are not described: a participant sees only some of a shared VPC.
	Hidden bool              `yaml:"hidden,omitempty"`
	Tags   map[string]string `yaml:"tags,omitempty"`
}

// Route is one route. To is an IPv4 or IPv6 CIDR block or a prefix list (pl-…). Via is local or the id
// of the target; its prefix (igw-, nat-, eigw-, tgw-, pcx-, vgw-, vpce-, eni-, i-, cagw-, lgw-, or
// the ARN of a core network) decides which field of EC2's answer carries it.
type Route struct {
	To  string `yaml:"to"`
	Via string `yaml:"via"`
	// Blackhole routes lead to a target that is gone.
	Blackhole bool `yaml:"blackhole,omitempty"`
}

// Endpoint is one VPC endpoint.
type Endpoint struct {
	ID string `yaml:"id"`
	// Service is the full name (com.amazonaws.us-east-1.ecr.api).
	Service string `yaml:"service"`
	// Type is Interface or Gateway; Interface when empty.
	Type string `yaml:"type,omitempty"`
	// State is available when empty.
	State       string   `yaml:"state,omitempty"`
	Subnets     []string `yaml:"subnets,omitempty"`
	RouteTables []string `yaml:"routeTables,omitempty"`
	// SecurityGroups guard an Interface endpoint; with PrivateDNS it has the service's own name, true when absent.
	SecurityGroups []string          `yaml:"securityGroups,omitempty"`
	PrivateDNS     *bool             `yaml:"privateDNS,omitempty"`
	Tags           map[string]string `yaml:"tags,omitempty"`
}

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
