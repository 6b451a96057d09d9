package cloud

// This file holds the calls to Amazon EC2: subnets, route tables, VPC endpoints.

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/fgctl/fgctl/pkg/network"
)

// Subnets describes the subnets of these ids, in the order of the ids, each once. An id that does not
// exist makes it a NotFound error, in which EC2 names only the first such id. No ids, no request.
func (c *Client) Subnets(ctx context.Context, ids []string) ([]network.Subnet, error) {
	const action = "ec2:DescribeSubnets"
	var wanted []string
	for _, id := range ids {
		if !slices.Contains(wanted, id) {
			wanted = append(wanted, id)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	found, err := c.subnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: wanted})
	if err != nil {
		return nil, err
	}
	byID := make(map[string]network.Subnet, len(found))
	for _, s := range found {
		byID[s.ID] = s
	}
	subnets := make([]network.Subnet, 0, len(wanted))
	var missing []string
	for _, id := range wanted {
		if s, ok := byID[id]; ok {
			subnets = append(subnets, s)
		} else {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return nil, &Error{Class: NotFound, Action: action, Status: 200, Message: "no such subnet: " + strings.Join(missing, ", ")}
	}
	return subnets, nil
}

// SubnetsOfVPC describes all subnets of a VPC, sorted by id.
func (c *Client) SubnetsOfVPC(ctx context.Context, vpc string) ([]network.Subnet, error) {
	if vpc == "" {
		return nil, noVPC("ec2:DescribeSubnets")
	}
	subnets, err := c.subnets(ctx, &ec2.DescribeSubnetsInput{Filters: ofVPC(vpc)})
	slices.SortFunc(subnets, func(a, b network.Subnet) int { return strings.Compare(a.ID, b.ID) })
	return subnets, err
}

func (c *Client) subnets(ctx context.Context, in *ec2.DescribeSubnetsInput) ([]network.Subnet, error) {
	return pages(ctx, "ec2:DescribeSubnets", func(token *string) ([]network.Subnet, *string, error) {
		page := *in
		page.NextToken = token
		out, err := c.ec2().DescribeSubnets(ctx, &page)
		if err != nil {
			return nil, nil, err
		}
		var subnets []network.Subnet
		for _, s := range out.Subnets {
			subnets = append(subnets, network.Subnet{
				ID:           aws.ToString(s.SubnetId),
				VPC:          aws.ToString(s.VpcId),
				CIDR:         aws.ToString(s.CidrBlock),
				Name:         nameTag(s.Tags),
				Zone:         aws.ToString(s.AvailabilityZone),
				ZoneID:       aws.ToString(s.AvailabilityZoneId),
				OutpostARN:   aws.ToString(s.OutpostArn),
				IPv6Native:   aws.ToBool(s.Ipv6Native),
				AvailableIPs: int(aws.ToInt32(s.AvailableIpAddressCount)),
			})
		}
		return subnets, out.NextToken, nil
	})
}

// RouteTables describes all route tables of a VPC, sorted by id. It filters by VPC only: a filter by
// subnet would not give the main table to the subnets that use it implicitly (EC2 API Reference,
// DescribeRouteTables).
func (c *Client) RouteTables(ctx context.Context, vpc string) ([]network.RouteTable, error) {
	const action = "ec2:DescribeRouteTables"
	if vpc == "" {
		return nil, noVPC(action)
	}
	tables, err := pages(ctx, action, func(token *string) ([]network.RouteTable, *string, error) {
		out, err := c.ec2().DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: ofVPC(vpc), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		var tables []network.RouteTable
		for _, t := range out.RouteTables {
			tables = append(tables, routeTableOf(t))
		}
		return tables, out.NextToken, nil
	})
	slices.SortFunc(tables, func(a, b network.RouteTable) int { return strings.Compare(a.ID, b.ID) })
	return tables, err
}

// routeTableOf turns the SDK's route table into ours.
func routeTableOf(in types.RouteTable) network.RouteTable {
	table := network.RouteTable{ID: aws.ToString(in.RouteTableId), VPC: aws.ToString(in.VpcId)}
	for _, a := range in.Associations {
		association := network.Association{Main: aws.ToBool(a.Main), Subnet: aws.ToString(a.SubnetId), Gateway: aws.ToString(a.GatewayId)}
		if a.AssociationState != nil {
			association.State = string(a.AssociationState.State)
		}
		table.Associations = append(table.Associations, association)
	}
	for _, r := range in.Routes {
		table.Routes = append(table.Routes, network.Route{
			Destination:       firstSet(r.DestinationCidrBlock, r.DestinationIpv6CidrBlock, r.DestinationPrefixListId),
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

// VPCEndpoints describes the VPC endpoints of a VPC, sorted by id.
func (c *Client) VPCEndpoints(ctx context.Context, vpc string) ([]network.Endpoint, error) {
	const action = "ec2:DescribeVpcEndpoints"
	if vpc == "" {
		return nil, noVPC(action)
	}
	endpoints, err := pages(ctx, action, func(token *string) ([]network.Endpoint, *string, error) {
		out, err := c.ec2().DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{Filters: ofVPC(vpc), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		var endpoints []network.Endpoint
		for _, e := range out.VpcEndpoints {
			endpoints = append(endpoints, network.Endpoint{
				ID:          aws.ToString(e.VpcEndpointId),
				Service:     aws.ToString(e.ServiceName),
				Type:        string(e.VpcEndpointType),
				State:       string(e.State),
				Subnets:     e.SubnetIds,
				RouteTables: e.RouteTableIds,
			})
		}
		return endpoints, out.NextToken, nil
	})
	slices.SortFunc(endpoints, func(a, b network.Endpoint) int { return strings.Compare(a.ID, b.ID) })
	return endpoints, err
}

func ofVPC(vpc string) []types.Filter {
	return []types.Filter{{Name: aws.String("vpc-id"), Values: []string{vpc}}}
}

// noVPC is the error of a question about no VPC, which EC2 would answer with those of all VPCs.
func noVPC(action string) error {
	return &Error{Class: Other, Action: action, Message: "the VPC is not known"}
}

func nameTag(tags []types.Tag) string {
	for _, t := range tags {
		if aws.ToString(t.Key) == "Name" {
			return aws.ToString(t.Value)
		}
	}
	return ""
}

func firstSet(texts ...*string) string {
	for _, t := range texts {
		if aws.ToString(t) != "" {
			return *t
		}
	}
	return ""
}
