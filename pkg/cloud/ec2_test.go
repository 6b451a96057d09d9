package cloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/network"
)

// sameJSON compares two documents.
func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := errors.Join(json.Unmarshal([]byte(a), &x), json.Unmarshal([]byte(b), &y)); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}

// query serves an API of the Query kind: the answers by Action, and by the token where there is one.
func query(t *testing.T, answers map[string]string) *server {
	return serve(t, func(w http.ResponseWriter, _ *http.Request, body string, _ int) {
		form, err := url.ParseQuery(body)
		if err != nil {
			t.Error(err)
		}
		key := form.Get("Action") + form.Get("NextToken") + form.Get("Marker")
		answer, ok := answers[key]
		if !ok {
			t.Errorf("unexpected request %s", body)
		}
		_, _ = w.Write([]byte(answer))
	})
}

const twoSubnets = `<DescribeSubnetsResponse><subnetSet>
<item><subnetId>subnet-2</subnetId><vpcId>vpc-1</vpcId><cidrBlock>10.20.2.0/24</cidrBlock><availabilityZone>us-east-1b</availabilityZone>
 <availabilityZoneId>use1-az2</availabilityZoneId><availableIpAddressCount>251</availableIpAddressCount><ipv6Native>true</ipv6Native>
 <outpostArn>arn:aws:outposts:x</outpostArn><tagSet><item><key>team</key><value>x</value></item><item><key>Name</key><value>private-b</value></item></tagSet></item>
</subnetSet><nextToken>p2</nextToken></DescribeSubnetsResponse>`

const oneSubnet = `<DescribeSubnetsResponse><subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId></item></subnetSet></DescribeSubnetsResponse>`

var (
	subnet1 = network.Subnet{ID: "subnet-1", VPC: "vpc-1"}
	subnet2 = network.Subnet{
		ID: "subnet-2", VPC: "vpc-1", CIDR: "10.20.2.0/24", Name: "private-b", Zone: "us-east-1b", ZoneID: "use1-az2",
		OutpostARN: "arn:aws:outposts:x", IPv6Native: true, AvailableIPs: 251,
	}
)

func TestSubnets(t *testing.T) {
	s := query(t, map[string]string{"DescribeSubnets": twoSubnets, "DescribeSubnetsp2": oneSubnet})
	c := client(t, s.URL)
	ctx := context.Background()
	got, err := c.SubnetsOfVPC(ctx, "vpc-1")
	if err != nil || !reflect.DeepEqual(got, []network.Subnet{subnet1, subnet2}) {
		t.Errorf("of VPC: %+v, %v", got, err)
	}
	if body := s.requests()[0]; strings.Contains(body, "MaxResults") {
		t.Error(body)
	}
	before := len(s.requests())
	for name, call := range map[string]func() error{
		"subnets":   func() error { _, err := c.SubnetsOfVPC(ctx, ""); return err },
		"tables":    func() error { _, err := c.RouteTables(ctx, ""); return err },
		"endpoints": func() error { _, err := c.VPCEndpoints(ctx, ""); return err },
	} {
		if err := call(); err == nil {
			t.Errorf("%s of no VPC are those of every VPC", name)
		}
	}
	if n := len(s.requests()) - before; n != 0 {
		t.Errorf("%d requests about nothing", n)
	}
}

func TestSubnet(t *testing.T) {
	s := query(t, map[string]string{"DescribeSubnets": oneSubnet})
	c := client(t, s.URL)
	if got, err := c.Subnet(context.Background(), "subnet-1"); err != nil || got != subnet1 {
		t.Errorf("%+v, %v", got, err)
	}
	if body := s.requests()[0]; !strings.Contains(body, "SubnetId.1=subnet-1") || strings.Contains(body, "MaxResults") {
		t.Error(body)
	}
	// A server that answers with another subnet instead of refusing the id hides nothing.
	if _, err := c.Subnet(context.Background(), "subnet-8"); cloud.ClassOf(err) != cloud.NotFound ||
		!strings.Contains(err.Error(), "no such subnet: subnet-8") {
		t.Error(err)
	}
}

func TestRouteTables(t *testing.T) {
	s := query(t, map[string]string{
		"DescribeRouteTables": `<DescribeRouteTablesResponse><routeTableSet><item><routeTableId>rtb-2</routeTableId><vpcId>vpc-1</vpcId>
<associationSet>
 <item><main>true</main><associationState><state>associated</state></associationState></item>
 <item><main>false</main><gatewayId>igw-1</gatewayId></item>
 <item><main>false</main><subnetId>subnet-1</subnetId><associationState><state>disassociated</state></associationState></item>
</associationSet>
<routeSet>
 <item><destinationCidrBlock>10.20.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId><state>active</state></item>
 <item><destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock><egressOnlyInternetGatewayId>eigw-1</egressOnlyInternetGatewayId></item>
 <item><destinationPrefixListId>pl-1</destinationPrefixListId><gatewayId>vpce-1</gatewayId><state>blackhole</state></item>
 <item><destinationCidrBlock>1.0.0.0/8</destinationCidrBlock><natGatewayId>nat-1</natGatewayId></item>
 <item><destinationCidrBlock>2.0.0.0/8</destinationCidrBlock><transitGatewayId>tgw-1</transitGatewayId></item>
 <item><destinationCidrBlock>3.0.0.0/8</destinationCidrBlock><vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId></item>
 <item><destinationCidrBlock>4.0.0.0/8</destinationCidrBlock><networkInterfaceId>eni-1</networkInterfaceId><instanceId>i-1</instanceId></item>
 <item><destinationCidrBlock>5.0.0.0/8</destinationCidrBlock><carrierGatewayId>cagw-1</carrierGatewayId></item>
 <item><destinationCidrBlock>6.0.0.0/8</destinationCidrBlock><localGatewayId>lgw-1</localGatewayId></item>
 <item><destinationCidrBlock>7.0.0.0/8</destinationCidrBlock><coreNetworkArn>arn:x</coreNetworkArn></item>
</routeSet></item></routeTableSet><nextToken>p2</nextToken></DescribeRouteTablesResponse>`,
		"DescribeRouteTablesp2": `<DescribeRouteTablesResponse><routeTableSet><item><routeTableId>rtb-1</routeTableId><routeSet/><associationSet/></item></routeTableSet></DescribeRouteTablesResponse>`,
	})
	got, err := client(t, s.URL).RouteTables(context.Background(), "vpc-1")
	want := []network.RouteTable{{ID: "rtb-1"}, {
		ID: "rtb-2", VPC: "vpc-1",
		Associations: []network.Association{
			{Main: true, State: "associated"}, {Gateway: "igw-1"}, {Subnet: "subnet-1", State: "disassociated"},
		},
		Routes: []network.Route{
			{Destination: "10.20.0.0/16", Gateway: "local", State: "active"},
			{Destination: "::/0"},
			{Destination: "pl-1", Gateway: "vpce-1", State: "blackhole"},
			{Destination: "1.0.0.0/8", Target: "nat-1"},
			{Destination: "2.0.0.0/8", Target: "tgw-1"},
			{Destination: "3.0.0.0/8", Target: "pcx-1"},
			{Destination: "4.0.0.0/8", Target: "eni-1"},
			{Destination: "5.0.0.0/8", CarrierGateway: "cagw-1"},
			{Destination: "6.0.0.0/8", LocalGateway: "lgw-1"},
			{Destination: "7.0.0.0/8", Target: "arn:x"},
		},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
	if body := s.requests()[0]; !strings.Contains(body, "Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1") || strings.Contains(body, "Filter.2") {
		t.Error(body)
	}
}

func TestVPCEndpoints(t *testing.T) {
	s := query(t, map[string]string{
		"DescribeVpcEndpoints": `<DescribeVpcEndpointsResponse><vpcEndpointSet>
<item><vpcEndpointId>vpce-2</vpcEndpointId><vpcEndpointType>Interface</vpcEndpointType><serviceName>com.amazonaws.us-east-1.ecr.api</serviceName>
 <state>available</state><subnetIdSet><item>subnet-1</item></subnetIdSet></item></vpcEndpointSet><nextToken>p2</nextToken></DescribeVpcEndpointsResponse>`,
		"DescribeVpcEndpointsp2": `<DescribeVpcEndpointsResponse><vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId>
<vpcEndpointType>Gateway</vpcEndpointType><serviceName>com.amazonaws.us-east-1.s3</serviceName><state>pending</state>
<routeTableIdSet><item>rtb-1</item></routeTableIdSet></item></vpcEndpointSet></DescribeVpcEndpointsResponse>`,
	})
	got, err := client(t, s.URL).VPCEndpoints(context.Background(), "vpc-1")
	want := []network.Endpoint{
		{ID: "vpce-1", Service: "com.amazonaws.us-east-1.s3", Type: "Gateway", State: "pending", RouteTables: []string{"rtb-1"}},
		{ID: "vpce-2", Service: "com.amazonaws.us-east-1.ecr.api", Type: "Interface", State: "available"},
	}
	for i := range got { // an absent and an empty set are the same
		if len(got[i].RouteTables) == 0 {
			got[i].RouteTables = nil
		}
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}
