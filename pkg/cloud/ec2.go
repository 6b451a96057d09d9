package cloud

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/fgctl/fgctl/pkg/network"
)

// Regions lists the regions that the account can use, sorted: those that are not switched off (EC2 API,
// DescribeRegions).
func (c *Client) Regions(ctx context.Context) ([]string, error) {
	out, err := c.ec2().DescribeRegions(ctx, &ec2.DescribeRegionsInput{})
	if err != nil {
		return nil, wrap(ctx, "ec2:DescribeRegions", err)
	}
	name := func(r types.Region) string { return aws.ToString(r.RegionName) }
	return converted(out.Regions, name, func(name string) string { return name }), nil
}

// Subnet describes the subnet of this id; one that does not exist is a NotFound error.
func (c *Client) Subnet(ctx context.Context, id string) (network.Subnet, error) {
	found, err := c.subnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{id}})
	switch {
	case err != nil:
		return network.Subnet{}, err
	case len(found) != 1 || found[0].ID != id:
		return network.Subnet{}, &Error{
			Class: NotFound, Action: "ec2:DescribeSubnets", Status: 200, Message: "no such subnet: " + id,
		}
	}
	return found[0], nil
}

// SubnetsOfVPC describes all subnets of a VPC, sorted by id.
func (c *Client) SubnetsOfVPC(ctx context.Context, vpc string) ([]network.Subnet, error) {
	if vpc == "" {
		return nil, noVPC("ec2:DescribeSubnets")
	}
	return c.subnets(ctx, &ec2.DescribeSubnetsInput{Filters: ofVPC(vpc)})
}

func (c *Client) subnets(ctx context.Context, in *ec2.DescribeSubnetsInput) ([]network.Subnet, error) {
	found, err := pages(ctx, "ec2:DescribeSubnets",
		func(token *string) (*ec2.DescribeSubnetsOutput, error) {
			page := *in
			page.NextToken = token
			return c.ec2().DescribeSubnets(ctx, &page)
		},
		func(out *ec2.DescribeSubnetsOutput) ([]types.Subnet, *string) { return out.Subnets, out.NextToken })
	return converted(found, subnetOf, func(s network.Subnet) string { return s.ID }), err
}

func subnetOf(in types.Subnet) network.Subnet {
	subnet := network.Subnet{
		ID:           aws.ToString(in.SubnetId),
		VPC:          aws.ToString(in.VpcId),
		CIDR:         aws.ToString(in.CidrBlock),
		Zone:         aws.ToString(in.AvailabilityZone),
		ZoneID:       aws.ToString(in.AvailabilityZoneId),
		OutpostARN:   aws.ToString(in.OutpostArn),
		IPv6Native:   aws.ToBool(in.Ipv6Native),
		AvailableIPs: int(aws.ToInt32(in.AvailableIpAddressCount)),
	}
	for _, tag := range in.Tags {
		if aws.ToString(tag.Key) == "Name" {
			subnet.Name = aws.ToString(tag.Value)
		}
	}
	return subnet
}

// RouteTables describes all route tables of a VPC, sorted by id. It filters by VPC only: a filter by
// subnet would not return the main table for the subnets that use it implicitly (EC2 API Reference,
// DescribeRouteTables).
func (c *Client) RouteTables(ctx context.Context, vpc string) ([]network.RouteTable, error) {
	const action = "ec2:DescribeRouteTables"
	if vpc == "" {
		return nil, noVPC(action)
	}
	found, err := pages(ctx, action,
		func(token *string) (*ec2.DescribeRouteTablesOutput, error) {
			return c.ec2().DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: ofVPC(vpc), NextToken: token})
		},
		func(out *ec2.DescribeRouteTablesOutput) ([]types.RouteTable, *string) {
			return out.RouteTables, out.NextToken
		})
	return converted(found, routeTableOf, func(t network.RouteTable) string { return t.ID }), err
}

func routeTableOf(in types.RouteTable) network.RouteTable {
	table := network.RouteTable{ID: aws.ToString(in.RouteTableId), VPC: aws.ToString(in.VpcId)}
	for _, a := range in.Associations {
		association := network.Association{
			Main: aws.ToBool(a.Main), Subnet: aws.ToString(a.SubnetId), Gateway: aws.ToString(a.GatewayId),
		}
		if a.AssociationState != nil {
			association.State = string(a.AssociationState.State)
		}
		table.Associations = append(table.Associations, association)
	}
	for _, r := range in.Routes {
		table.Routes = append(table.Routes, network.Route{
			Destination: cmp.Or(aws.ToString(r.DestinationCidrBlock), aws.ToString(r.DestinationIpv6CidrBlock),
				aws.ToString(r.DestinationPrefixListId)),
			Gateway:           aws.ToString(r.GatewayId),
			NATGateway:        aws.ToString(r.NatGatewayId),
			EgressOnlyGateway: aws.ToString(r.EgressOnlyInternetGatewayId),
			TransitGateway:    aws.ToString(r.TransitGatewayId),
			PeeringConnection: aws.ToString(r.VpcPeeringConnectionId),
			NetworkInterface:  aws.ToString(r.NetworkInterfaceId),
			Instance:          aws.ToString(r.InstanceId),
			CarrierGateway:    aws.ToString(r.CarrierGatewayId),
			LocalGateway:      aws.ToString(r.LocalGatewayId),
			CoreNetwork:       aws.ToString(r.CoreNetworkArn),
			State:             string(r.State),
		})
	}
	return table
}

// NATAddresses describes the public addresses of the NAT gateways of a VPC, by the gateways' ids.
func (c *Client) NATAddresses(ctx context.Context, vpc string) (map[string][]string, error) {
	const action = "ec2:DescribeNatGateways"
	if vpc == "" {
		return nil, noVPC(action)
	}
	found, err := pages(ctx, action,
		func(token *string) (*ec2.DescribeNatGatewaysOutput, error) {
			return c.ec2().DescribeNatGateways(ctx, &ec2.DescribeNatGatewaysInput{Filter: ofVPC(vpc), NextToken: token})
		},
		func(out *ec2.DescribeNatGatewaysOutput) ([]types.NatGateway, *string) {
			return out.NatGateways, out.NextToken
		})
	out := map[string][]string{}
	for _, gateway := range found {
		for _, a := range gateway.NatGatewayAddresses {
			if a.PublicIp != nil {
				id := aws.ToString(gateway.NatGatewayId)
				out[id] = append(out[id], *a.PublicIp)
			}
		}
	}
	return out, err
}

// VPCEndpoints describes the VPC endpoints of a VPC, sorted by id.
func (c *Client) VPCEndpoints(ctx context.Context, vpc string) ([]network.Endpoint, error) {
	const action = "ec2:DescribeVpcEndpoints"
	if vpc == "" {
		return nil, noVPC(action)
	}
	found, err := pages(ctx, action,
		func(token *string) (*ec2.DescribeVpcEndpointsOutput, error) {
			return c.ec2().DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{Filters: ofVPC(vpc), NextToken: token})
		},
		func(out *ec2.DescribeVpcEndpointsOutput) ([]types.VpcEndpoint, *string) {
			return out.VpcEndpoints, out.NextToken
		})
	return converted(found, endpointOf, func(e network.Endpoint) string { return e.ID }), err
}

func endpointOf(in types.VpcEndpoint) network.Endpoint {
	return network.Endpoint{
		ID:          aws.ToString(in.VpcEndpointId),
		Service:     aws.ToString(in.ServiceName),
		Type:        string(in.VpcEndpointType),
		State:       string(in.State),
		Subnets:     in.SubnetIds,
		RouteTables: in.RouteTableIds,
	}
}

func ofVPC(vpc string) []types.Filter {
	return []types.Filter{{Name: aws.String("vpc-id"), Values: []string{vpc}}}
}

// noVPC is the error of a question about no VPC, which EC2 would answer with those of all VPCs.
func noVPC(action string) error {
	return &Error{Class: Other, Action: action, Message: "the VPC is not known"}
}
