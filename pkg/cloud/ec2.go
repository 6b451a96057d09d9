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
	const action = "ec2:DescribeSubnets"
	out, err := c.ec2().DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{id}})
	switch {
	case err != nil:
		return network.Subnet{}, wrap(ctx, action, err)
	case len(out.Subnets) != 1 || aws.ToString(out.Subnets[0].SubnetId) != id:
		return network.Subnet{}, &Error{Class: NotFound, Action: action, Status: 200, Message: "no such subnet: " + id}
	}
	return subnetOf(out.Subnets[0]), nil
}

// SubnetsOfVPC describes all subnets of a VPC, sorted by id.
func (c *Client) SubnetsOfVPC(ctx context.Context, vpc string) ([]network.Subnet, error) {
	found, err := ofVPC(ctx, "ec2:DescribeSubnets", vpc,
		func(filters []types.Filter, token *string) (*ec2.DescribeSubnetsOutput, error) {
			return c.ec2().DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: filters, NextToken: token})
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
	found, err := ofVPC(ctx, "ec2:DescribeRouteTables", vpc,
		func(filters []types.Filter, token *string) (*ec2.DescribeRouteTablesOutput, error) {
			return c.ec2().DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: filters, NextToken: token})
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
			Gateway: aws.ToString(r.GatewayId),
			Target: cmp.Or(aws.ToString(r.NatGatewayId), aws.ToString(r.TransitGatewayId),
				aws.ToString(r.VpcPeeringConnectionId), aws.ToString(r.NetworkInterfaceId), aws.ToString(r.InstanceId),
				aws.ToString(r.CoreNetworkArn)),
			CarrierGateway: aws.ToString(r.CarrierGatewayId),
			LocalGateway:   aws.ToString(r.LocalGatewayId),
			State:          string(r.State),
		})
	}
	return table
}

// NATAddresses describes the public addresses of the NAT gateways of a VPC, by the gateways' ids.
func (c *Client) NATAddresses(ctx context.Context, vpc string) (map[string][]string, error) {
	found, err := ofVPC(ctx, "ec2:DescribeNatGateways", vpc,
		func(filters []types.Filter, token *string) (*ec2.DescribeNatGatewaysOutput, error) {
			return c.ec2().DescribeNatGateways(ctx, &ec2.DescribeNatGatewaysInput{Filter: filters, NextToken: token})
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
	found, err := ofVPC(ctx, "ec2:DescribeVpcEndpoints", vpc,
		func(filters []types.Filter, token *string) (*ec2.DescribeVpcEndpointsOutput, error) {
			return c.ec2().DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{Filters: filters, NextToken: token})
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
		RouteTables: in.RouteTableIds,
	}
}

// ofVPC is pages for the things of one VPC, by the filters that fetch is called with. A question about no VPC is an
// error: EC2 would answer it with those of all VPCs.
func ofVPC[Page, Item any](
	ctx context.Context, action, vpc string,
	fetch func(filters []types.Filter, token *string) (*Page, error), read func(*Page) (items []Item, next *string),
) ([]Item, error) {
	if vpc == "" {
		return nil, &Error{Class: Other, Action: action, Message: "the VPC is not known"}
	}
	filters := []types.Filter{{Name: aws.String("vpc-id"), Values: []string{vpc}}}
	return pages(ctx, action, func(token *string) (*Page, error) { return fetch(filters, token) }, read)
}
