package ec2_test

import (
	"context"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

var ctx = context.Background()

func TestEC2(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.VPCs[0].RouteTables[1].Gateways = []string{"igw-0bbb0000000000001"}
		w.VPCs[0].RouteTables[1].Disassociated = []string{bench.MainOnly}
		w.VPCs[0].RouteTables[1].Routes = append(w.VPCs[0].RouteTables[1].Routes,
			sandbox.Route{To: "::/0", Via: "eigw-1"}, sandbox.Route{To: "pl-1", Via: "vpce-1"}, sandbox.Route{To: "10.1.0.0/16", Via: "tgw-1"}, sandbox.Route{To: "10.2.0.0/16", Via: "pcx-1"},
			sandbox.Route{To: "10.3.0.0/16", Via: "eni-1"}, sandbox.Route{To: "10.4.0.0/16", Via: "i-1"}, sandbox.Route{To: "10.5.0.0/16", Via: "cagw-1"}, sandbox.Route{To: "10.6.0.0/16", Via: "lgw-1"}, sandbox.Route{To: "10.7.0.0/16", Via: "vgw-1"})
		w.VPCs[0].Endpoints = append(w.VPCs[0].Endpoints, sandbox.Endpoint{ID: "vpce-1", Service: "com.amazonaws.us-east-1.s3", Type: "Gateway"}, sandbox.Endpoint{ID: "vpce-2", Service: "com.amazonaws.us-east-1.ecr.api", Type: ""})
	})
	vpc := ec2types.Filter{Name: aws.String("vpc-id"), Values: []string{"vpc-0d3e0000000000001"}}

	subnets, err := b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{vpc}})
	if err != nil || len(subnets.Subnets) != 5 {
		t.Fatalf("DescribeSubnets: %v, %v", subnets, err)
	}
	s := subnets.Subnets[2]
	if aws.ToString(s.SubnetId) != bench.PublicA || aws.ToString(s.VpcId) != "vpc-0d3e0000000000001" || aws.ToString(s.AvailabilityZone) != "us-east-1a" ||
		aws.ToString(s.AvailabilityZoneId) != "use1-az1" || !aws.ToBool(s.MapPublicIpOnLaunch) || aws.ToInt32(s.AvailableIpAddressCount) != 251 ||
		aws.ToString(s.Tags[0].Value) != "public-a" || s.OutpostArn != nil || aws.ToString(s.CidrBlock) != "10.20.0.0/24" {
		t.Errorf("subnet %+v", s)
	}
	byID, err := b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{bench.PrivateB, bench.Foreign}})
	if err != nil || len(byID.Subnets) != 2 {
		t.Errorf("DescribeSubnets by id: %v, %v", byID, err)
	}
	_, err = b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{bench.PrivateB, "subnet-x", "subnet-y"}})
	if bench.Code(err) != "InvalidSubnetID.NotFound" || bench.Message(err) != "The subnet ID 'subnet-x' does not exist" {
		t.Errorf("unknown subnet: %v", err)
	}
	named, err := b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{vpc, {Name: aws.String("tag:Name"), Values: []string{"private-*"}}}})
	if err != nil || len(named.Subnets) != 3 {
		t.Errorf("DescribeSubnets by tag: %v, %v", named, err)
	}
	_, err = b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{{Name: aws.String("nonsense"), Values: []string{"x"}}}})
	if bench.Code(err) != "InvalidParameterValue" {
		t.Errorf("unknown filter: %v", err)
	}

	tables, err := b.EC2.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: []ec2types.Filter{vpc}})
	if err != nil || len(tables.RouteTables) != 3 {
		t.Fatalf("DescribeRouteTables: %v, %v", tables, err)
	}
	main := tables.RouteTables[0]
	if len(main.Associations) != 1 || !aws.ToBool(main.Associations[0].Main) || main.Associations[0].SubnetId != nil {
		t.Errorf("main table %+v", main.Associations)
	}
	private := tables.RouteTables[1]
	if a := private.Associations; len(a) != 4 || aws.ToString(a[0].GatewayId) != "igw-0bbb0000000000001" || a[0].SubnetId != nil ||
		a[1].AssociationState.State != "disassociated" || aws.ToString(a[2].SubnetId) != bench.PrivateA || a[2].AssociationState.State != "associated" || aws.ToBool(a[2].Main) {
		t.Errorf("private table %+v", a)
	}
	r := private.Routes
	targets := []*string{
		r[0].GatewayId, r[1].NatGatewayId, r[2].EgressOnlyInternetGatewayId, r[3].GatewayId, r[4].TransitGatewayId,
		r[5].VpcPeeringConnectionId, r[6].NetworkInterfaceId, r[7].InstanceId, r[8].CarrierGatewayId, r[9].LocalGatewayId, r[10].GatewayId,
	}
	want := []string{"local", "nat-0aaa0000000000001", "eigw-1", "vpce-1", "tgw-1", "pcx-1", "eni-1", "i-1", "cagw-1", "lgw-1", "vgw-1"}
	if got := aws.ToStringSlice(targets); !slices.Equal(got, want) {
		t.Errorf("targets %q, want %q", got, want)
	}
	if aws.ToString(r[2].DestinationIpv6CidrBlock) != "::/0" || aws.ToString(r[3].DestinationPrefixListId) != "pl-1" || aws.ToString(r[1].DestinationCidrBlock) != "0.0.0.0/0" {
		t.Errorf("destinations %+v", r)
	}
	implicit, err := b.EC2.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: []ec2types.Filter{{Name: aws.String("association.subnet-id"), Values: []string{"subnet-0bbb0000000000002"}}}})
	if err != nil || len(implicit.RouteTables) != 1 {
		t.Errorf("explicit association: %v, %v", implicit, err)
	}

	endpoints, err := b.EC2.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{Filters: []ec2types.Filter{vpc}})
	if err != nil || len(endpoints.VpcEndpoints) != 2 || endpoints.VpcEndpoints[0].VpcEndpointType != "Gateway" || endpoints.VpcEndpoints[1].VpcEndpointType != "Interface" || endpoints.VpcEndpoints[0].State != "available" {
		t.Errorf("DescribeVpcEndpoints: %+v, %v", endpoints, err)
	}
	nats, err := b.EC2.DescribeNatGateways(ctx, &ec2.DescribeNatGatewaysInput{Filter: []ec2types.Filter{vpc}})
	if err != nil || len(nats.NatGateways) != 1 || aws.ToString(nats.NatGateways[0].NatGatewayId) != "nat-0aaa0000000000001" {
		t.Errorf("DescribeNatGateways: %+v, %v", nats, err)
	}
	igws, err := b.EC2.DescribeInternetGateways(ctx, &ec2.DescribeInternetGatewaysInput{})
	if err != nil || len(igws.InternetGateways) != 1 || aws.ToString(igws.InternetGateways[0].Attachments[0].VpcId) != "vpc-0d3e0000000000001" {
		t.Errorf("DescribeInternetGateways: %+v, %v", igws, err)
	}
	vpcs, err := b.EC2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{VpcIds: []string{"vpc-0ddd0000000000001"}})
	if err != nil || len(vpcs.Vpcs) != 1 || aws.ToString(vpcs.Vpcs[0].CidrBlock) != "10.30.0.0/16" {
		t.Errorf("DescribeVpcs: %+v, %v", vpcs, err)
	}
}
