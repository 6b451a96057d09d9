package network

// Subnet is one subnet of a VPC (EC2 DescribeSubnets).
type Subnet struct {
	ID   string
	VPC  string
	CIDR string
	// Name is the value of the tag Name, for people; it never decides anything.
	Name string
	// Zone is the availability zone's name (us-east-1a), ZoneID its id (use1-az1).
	Zone   string
	ZoneID string
	// OutpostARN is set where the subnet lies on an Outpost; Fargate is not offered there.
	OutpostARN string
	// IPv6Native subnets have no IPv4 addresses, which Fargate pods need.
	IPv6Native bool
	// AvailableIPs counts the free IPv4 addresses; every pod takes one.
	AvailableIPs int
}

// RouteTable is one route table of a VPC (EC2 DescribeRouteTables).
type RouteTable struct {
	ID           string
	VPC          string
	Associations []Association
	Routes       []Route
}

// Association ties a route table to a subnet, to a gateway (an edge association, which has no subnet),
// or makes it the VPC's main table. State is EC2's, empty counts as associated.
type Association struct {
	Main    bool
	Subnet  string
	Gateway string
	State   string
}

// Route is one route. Destination is a CIDR block or a prefix list id. Of the targets one is set, or none for an
// egress-only gateway, which carries IPv6 alone.
type Route struct {
	Destination string
	// Gateway is EC2's GatewayId, which holds igw-… but also local, vgw-… and vpce-….
	Gateway string
	// Target is a NAT or transit gateway, a peering connection, a network interface, an instance or a core network.
	Target         string
	CarrierGateway string
	LocalGateway   string
	// State is active or blackhole.
	State string
}

// Endpoint is one VPC endpoint (EC2 DescribeVpcEndpoints). Type is Interface or Gateway.
type Endpoint struct {
	ID      string
	Service string
	Type    string
	State   string
	// RouteTables are those of a Gateway endpoint.
	RouteTables []string
}
