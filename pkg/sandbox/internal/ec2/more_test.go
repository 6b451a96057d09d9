package ec2_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

func filter(name string, values ...string) []ec2types.Filter {
	return []ec2types.Filter{{Name: aws.String(name), Values: values}}
}

func TestSecurityGroups(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.VPCs[0].SecurityGroups = []world.SecurityGroup{{
			ID: "sg-1", Name: "db", Description: "the database", Tags: map[string]string{"tier": "db"},
			Ingress: []world.Rule{{Protocol: "tcp", From: 5432, To: 5432, Groups: []string{"sg-0aaa0000000000001"}}},
			Egress:  []world.Rule{{CIDRs: []string{"0.0.0.0/0", "::/0"}}},
		}}
	})
	for _, test := range []struct {
		filters []ec2types.Filter
		want    string
	}{
		{nil, "sg-1 sg-0aaa0000000000001"},
		{filter("vpc-id", "vpc-0d3e0000000000001"), "sg-1 sg-0aaa0000000000001"},
		{filter("group-name", "eks-cluster-sg-*"), "sg-0aaa0000000000001"},
		{filter("ip-permission.from-port", "5432"), "sg-1"},
		{filter("ip-permission.group-id", "sg-0aaa0000000000001"), "sg-1 sg-0aaa0000000000001"},
		{filter("egress.ip-permission.cidr", "0.0.0.0/0"), "sg-1 sg-0aaa0000000000001"},
		{filter("egress.ip-permission.ipv6-cidr", "::/0"), "sg-1"},
		{filter("ip-permission.group-name", "eks-cluster-sg-demo"), "sg-1 sg-0aaa0000000000001"},
		{filter("ip-permission.user-id", "111122223333"), "sg-1 sg-0aaa0000000000001"},
		{filter("tag:tier", "db"), "sg-1"},
		{filter("tag-key", "kubernetes.io/cluster/*"), "sg-0aaa0000000000001"},
	} {
		out, err := b.EC2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{Filters: test.filters})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, g := range out.SecurityGroups {
			ids = append(ids, aws.ToString(g.GroupId))
		}
		if got := strings.Join(ids, " "); got != test.want {
			t.Errorf("%v: %s, want %s", test.filters, got, test.want)
		}
		if g := out.SecurityGroups[0]; test.want == "sg-1" {
			in, e := g.IpPermissions[0], g.IpPermissionsEgress[0]
			if aws.ToInt32(in.FromPort) != 5432 || aws.ToString(in.UserIdGroupPairs[0].GroupId) != "sg-0aaa0000000000001" ||
				aws.ToString(e.IpProtocol) != "-1" || e.FromPort != nil || aws.ToString(e.IpRanges[0].CidrIp) != "0.0.0.0/0" ||
				len(e.IpRanges) != 1 || aws.ToString(e.Ipv6Ranges[0].CidrIpv6) != "::/0" {
				t.Errorf("%+v", g)
			}
		}
	}
	_, byName := b.EC2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{GroupNames: []string{"db"}})
	if bench.Code(byName) != "UnknownParameter" || bench.Message(byName) != "The fgctl sandbox does not know the parameter GroupName of DescribeSecurityGroups." {
		t.Error(byName)
	}
	if _, err := b.EC2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{GroupIds: []string{"sg-x"}}); bench.Code(err) != "InvalidGroup.NotFound" {
		t.Error(err)
	}
}

func TestZonesAndInterfaces(t *testing.T) {
	b := bench.Serve(t)
	zones, err := b.EC2.DescribeAvailabilityZones(ctx, &ec2.DescribeAvailabilityZonesInput{})
	if err != nil || len(zones.AvailabilityZones) != 2 || aws.ToString(zones.AvailabilityZones[0].ZoneId) != "use1-az1" || zones.AvailabilityZones[0].State != "available" {
		t.Errorf("%+v, %v", zones, err)
	}
	one, err := b.EC2.DescribeAvailabilityZones(ctx, &ec2.DescribeAvailabilityZonesInput{ZoneIds: []string{"use1-az2"}})
	if err != nil || len(one.AvailabilityZones) != 1 || aws.ToString(one.AvailabilityZones[0].ZoneName) != "us-east-1b" {
		t.Errorf("%+v, %v", one, err)
	}
	interfaces, err := b.EC2.DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{Filters: filter("description", "Amazon EKS demo")})
	if err != nil || len(interfaces.NetworkInterfaces) != 2 || aws.ToString(interfaces.NetworkInterfaces[0].SubnetId) != bench.PrivateA ||
		aws.ToString(interfaces.NetworkInterfaces[0].Groups[0].GroupId) != "sg-0aaa0000000000001" {
		t.Errorf("%+v, %v", interfaces, err)
	}
}

func TestVPCAttributes(t *testing.T) {
	off := false
	b := bench.Serve(t, func(w *sandbox.World) { w.VPCs[0].DNSHostnames = &off })
	vpc := aws.String("vpc-0d3e0000000000001")
	support, err := b.EC2.DescribeVpcAttribute(ctx, &ec2.DescribeVpcAttributeInput{VpcId: vpc, Attribute: ec2types.VpcAttributeNameEnableDnsSupport})
	if err != nil || !aws.ToBool(support.EnableDnsSupport.Value) || support.EnableDnsHostnames != nil {
		t.Errorf("%+v, %v", support, err)
	}
	names, err := b.EC2.DescribeVpcAttribute(ctx, &ec2.DescribeVpcAttributeInput{VpcId: vpc, Attribute: ec2types.VpcAttributeNameEnableDnsHostnames})
	if err != nil || aws.ToBool(names.EnableDnsHostnames.Value) {
		t.Errorf("%+v, %v", names, err)
	}
	_, unknown := b.EC2.DescribeVpcAttribute(ctx, &ec2.DescribeVpcAttributeInput{VpcId: aws.String("vpc-x"), Attribute: "enableDnsSupport"})
	_, wrong := b.EC2.DescribeVpcAttribute(ctx, &ec2.DescribeVpcAttributeInput{VpcId: vpc, Attribute: "x"})
	if bench.Code(unknown) != "InvalidVpcID.NotFound" || bench.Code(wrong) != "InvalidParameterValue" {
		t.Error(unknown, wrong)
	}
}

// A participant of a shared VPC sees the owner's subnets and only some of the tables.
func TestSharedVPC(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.VPCs[0].Owner = "999999999999"
		w.RouteTable("rtb-0ccc0000000000001").Hidden = true
	})
	subnets, err := b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: filter("owner-id", "999999999999")})
	if err != nil || len(subnets.Subnets) != 5 || aws.ToString(subnets.Subnets[0].SubnetArn) != "arn:aws:ec2:us-east-1:999999999999:subnet/"+bench.PrivateA {
		t.Errorf("%+v, %v", subnets, err)
	}
	tables, err := b.EC2.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: filter("vpc-id", "vpc-0d3e0000000000001")})
	if err != nil || len(tables.RouteTables) != 2 || slices.ContainsFunc(tables.RouteTables, func(r ec2types.RouteTable) bool {
		return aws.ToString(r.RouteTableId) == "rtb-0ccc0000000000001" || aws.ToString(r.OwnerId) != "999999999999"
	}) {
		t.Errorf("%+v, %v", tables, err)
	}
}

func TestTags(t *testing.T) {
	b := bench.Serve(t)
	tags := func(pairs ...string) (out []ec2types.Tag) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, ec2types.Tag{Key: aws.String(pairs[i]), Value: aws.String(pairs[i+1])})
		}
		return out
	}
	resources := []string{bench.PrivateA, "rtb-0aaa0000000000001", "nat-0aaa0000000000001"}
	if _, err := b.EC2.CreateTags(ctx, &ec2.CreateTagsInput{Resources: resources, Tags: tags("team", "web", "a", "b")}); err != nil {
		t.Fatal(err)
	}
	shown, err := b.EC2.DescribeTags(ctx, &ec2.DescribeTagsInput{Filters: append(filter("resource-type", "natgateway"), filter("key", "te*")...)})
	if err != nil || len(shown.Tags) != 1 || aws.ToString(shown.Tags[0].ResourceId) != resources[2] || aws.ToString(shown.Tags[0].Value) != "web" {
		t.Errorf("%+v, %v", shown, err)
	}
	find := func(f []ec2types.Filter) string {
		t.Helper()
		subnets, err := b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: f})
		if err != nil {
			t.Fatal(err)
		}
		tables, err := b.EC2.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: f})
		if err != nil {
			t.Fatal(err)
		}
		gateways, err := b.EC2.DescribeNatGateways(ctx, &ec2.DescribeNatGatewaysInput{Filter: f})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, s := range subnets.Subnets {
			ids = append(ids, aws.ToString(s.SubnetId))
		}
		for _, s := range tables.RouteTables {
			ids = append(ids, aws.ToString(s.RouteTableId))
		}
		for _, s := range gateways.NatGateways {
			ids = append(ids, aws.ToString(s.NatGatewayId))
		}
		return strings.Join(ids, " ")
	}
	if got, want := find(filter("tag:team", "web")), strings.Join(resources, " "); got != want {
		t.Errorf("tagged: %s, want %s", got, want)
	}
	if got := find(filter("tag:Name", "private-a")); got != bench.PrivateA {
		t.Errorf("the name is lost: %s", got)
	}
	remove := func(id string, list []ec2types.Tag) {
		t.Helper()
		if _, err := b.EC2.DeleteTags(ctx, &ec2.DeleteTagsInput{Resources: []string{id}, Tags: list}); err != nil {
			t.Error(err)
		}
	}
	remove(resources[0], tags("team", "other"))
	remove(resources[1], []ec2types.Tag{{Key: aws.String("team")}})
	remove(resources[2], nil)
	if got, want := find(filter("tag:team", "web")), resources[0]; got != want {
		t.Errorf("after the deletion: %s, want %s", got, want)
	}
	if got, want := find(filter("tag-key", "a")), resources[0]+" "+resources[1]; got != want {
		t.Errorf("after the deletion: %s, want %s", got, want)
	}
	for id, want := range map[string]string{"subnet-x": "InvalidSubnetID.NotFound", "x": "InvalidID"} {
		_, err := b.EC2.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{bench.PrivateA, id}, Tags: tags("x", "y")})
		if bench.Code(err) != want {
			t.Errorf("%s: %v", id, err)
		}
	}
	if got := find(filter("tag-key", "x")); got != "" {
		t.Errorf("a refused request has tagged %s", got)
	}
	var many []string
	for i := range 50 {
		many = append(many, strconv.Itoa(i), "")
	}
	_, full := b.EC2.CreateTags(ctx, &ec2.CreateTagsInput{Resources: resources, Tags: tags(many...)})
	if bench.Code(full) != "TagLimitExceeded" {
		t.Error(full)
	}
	_, reserved := b.EC2.CreateTags(ctx, &ec2.CreateTagsInput{Resources: resources, Tags: tags("aws:x", "y")})
	_, bad := b.EC2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{Filters: filter("no-such-filter", "x"), VpcIds: nil})
	if bench.Code(reserved) != "InvalidParameterValue" || bench.Code(bad) != "InvalidParameterValue" {
		t.Error(reserved, bad)
	}
}

func TestDryRun(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) { w.MissingPermissions = []string{"ec2:DescribeVpcs"} })
	_, may := b.EC2.DeleteTags(ctx, &ec2.DeleteTagsInput{Resources: []string{bench.PrivateA}, DryRun: aws.Bool(true)})
	_, mayNot := b.EC2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{DryRun: aws.Bool(true)})
	if bench.Code(may) != "DryRunOperation" || bench.Message(may) != "Request would have succeeded, but DryRun flag is set." || bench.Code(mayNot) != "UnauthorizedOperation" {
		t.Error(may, mayNot)
	}
}
