package preflight

// This file tests what is judged of the network: subnets named, subnets found, the way out.

import (
	"testing"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

func TestGivenSubnets(t *testing.T) {
	internet := sandbox.Route{To: "0.0.0.0/0", Via: "igw-0bbb0000000000001"}
	nat := sandbox.Route{To: "0.0.0.0/0", Via: "nat-0aaa0000000000001"}
	place := func(change func(*sandbox.Subnet)) func(*sandbox.World) {
		return func(w *sandbox.World) {
			s, _ := w.Subnet(privateA)
			change(s)
		}
	}
	none := 0
	noneUsable := func(subnets string) expect {
		return expect{"subnets": subnets, "egress": "skipped: needs usable subnets"}
	}
	runWorlds(t, map[string]world{
		"private": {
			input: withSubnets(privateB, privateA), subnets: []string{privateB, privateA},
			want: expect{"subnets": "pass: 2 subnets are private and in VPC " + demoVPC + " | subnet-0aaa0000000000002 (private-b, us-east-1b) is private", "egress": "pass: lead out through nat-0aaa0000000000001"},
		},
		"public": {
			input: withSubnets(publicA),
			want:  noneUsable("fail: subnet subnet-0bbb0000000000001 is public: route table rtb-0bbb0000000000001 sends 0.0.0.0/0 to igw-0bbb0000000000001; Fargate needs private subnets | usable in this VPC: subnet-0aaa0000000000001, subnet-0aaa0000000000002"),
		},
		"public by the main table": {
			input: withSubnets(implicitA),
			want:  noneUsable("fail: subnet subnet-0ccc0000000000001 is public: the VPC's main route table rtb-0ccc0000000000001 (the subnet has no association of its own) sends 0.0.0.0/0 to igw-0bbb0000000000001"),
		},
		"another VPC's": {input: withSubnets(otherVPC), want: noneUsable("fail: subnet subnet-0ddd0000000000001 lies in VPC vpc-0ddd0000000000001; the cluster's is " + demoVPC)},
		"unknown":       {input: withSubnets("subnet-0fff0000000000001"), want: noneUsable("fail: subnet subnet-0fff0000000000001 does not exist")},
		"all at once": {
			input: withSubnets(privateA, publicA, implicitA, otherVPC, "subnet-0fff0000000000001", "subnet-0fff0000000000002"),
			want:  expect{"subnets": "fail: 5 of 6 subnets cannot be used | subnet-0bbb0000000000001 is public | subnet-0ccc0000000000001 is public | subnet-0ddd0000000000001 lies in VPC | subnet-0fff0000000000001 does not exist | subnet-0fff0000000000002 does not exist"},
		},
		"in pages of one": {
			change: func(w *sandbox.World) { w.PageSize = 1 }, input: withSubnets(publicB, privateB),
			want: expect{"subnets": "fail: subnet-0bbb0000000000002 is public: route table rtb-0bbb0000000000001"},
		},
		"disassociated": {
			change: func(w *sandbox.World) {
				rt := w.RouteTable(privateRT)
				rt.Subnets, rt.Disassociated = []string{privateB}, []string{privateA}
			},
			input: withSubnets(privateA), want: noneUsable("fail: main route table rtb-0ccc0000000000001"),
		},
		"edge association": {
			change: func(w *sandbox.World) { w.RouteTable(privateRT).Gateways = []string{"igw-0bbb0000000000001"} }, input: withSubnets(privateA),
		},
		"public by IPv6":     {change: withRoutes(privateRT, nat, sandbox.Route{To: "::/0", Via: "igw-0bbb0000000000001"}), input: withSubnets(privateA), want: noneUsable("fail: sends ::/0 to igw-0bbb0000000000001")},
		"egress-only":        {change: withRoutes(privateRT, nat, sandbox.Route{To: "::/0", Via: "eigw-0aaa0000000000001"}), input: withSubnets(privateA)},
		"virtual private":    {change: withRoutes(privateRT, sandbox.Route{To: "0.0.0.0/0", Via: "vgw-0aaa0000000000001"}), input: withSubnets(privateA), want: expect{"egress": "pass: vgw-0aaa0000000000001"}},
		"gateway endpoint":   {change: withRoutes(privateRT, nat, sandbox.Route{To: "pl-0123456789abcdef0", Via: "vpce-0123456789abcdef0"}), input: withSubnets(privateA)},
		"public addresses":   {change: place(func(s *sandbox.Subnet) { s.PublicIPOnLaunch = true }), input: withSubnets(privateA)},
		"narrow route":       {change: withRoutes(privateRT, nat, sandbox.Route{To: "52.0.0.0/8", Via: "igw-0bbb0000000000001"}), input: withSubnets(privateA), want: expect{"subnets": "warn: may count as public | 52.0.0.0/8"}},
		"blackhole":          {change: withRoutes(privateRT, sandbox.Route{To: "0.0.0.0/0", Via: "igw-0bbb0000000000001", Blackhole: true}), input: withSubnets(privateA), want: expect{"subnets": "warn: blackhole", "egress": "warn: no way out"}},
		"Outpost":            {change: place(func(s *sandbox.Subnet) { s.OutpostARN = "arn:aws:outposts:us-east-1:111122223333:outpost/op-1" }), input: withSubnets(privateA), want: noneUsable("fail: lies on the Outpost")},
		"Local Zone":         {change: place(func(s *sandbox.Subnet) { s.Zone = "us-east-1-bos-1a" }), input: withSubnets(privateA), want: noneUsable("fail: lies in the Local Zone us-east-1-bos-1a")},
		"Wavelength":         {change: place(func(s *sandbox.Subnet) { s.Zone = "us-east-1-wl1-bos-wlz-1" }), input: withSubnets(privateA), want: noneUsable("fail: lies in the Wavelength Zone")},
		"IPv6 only":          {change: place(func(s *sandbox.Subnet) { s.IPv6Native = true }), input: withSubnets(privateA), want: noneUsable("fail: has no IPv4 addresses")},
		"full":               {change: place(func(s *sandbox.Subnet) { s.AvailableIPs = &none }), input: withSubnets(privateA), want: expect{"subnets": "fail: no free IPv4 address in 1 usable subnet | subnet-0aaa0000000000001 has no free IPv4 address"}},
		"no zone with it":    {change: place(func(s *sandbox.Subnet) { s.Zone, s.ZoneID = "us-west-1b", "usw1-az2" }), input: withSubnets(privateA), want: expect{"subnets": "warn: AWS lists Fargate only for usw1-az1, usw1-az3"}},
		"left out":           {input: func(in *Input) { in.Profile.Subnets, in.Skip = []string{publicA}, []string{"subnets"} }, want: noneUsable("skipped: by --skip-checks"), subnets: []string{publicA}},
		"VPC not with it":    {change: func(w *sandbox.World) { w.Cluster("demo").HideVPC = true }, input: withSubnets(privateA)},
		"hidden VPC's other": {change: func(w *sandbox.World) { w.Cluster("demo").HideVPC = true }, input: withSubnets(otherVPC), want: noneUsable("fail: the cluster's is " + demoVPC)},
		"hidden VPC, unknown": {
			change: func(w *sandbox.World) { w.Cluster("demo").HideVPC = true }, input: withSubnets("subnet-0fff0000000000001"),
			want: noneUsable("fail: does not exist"),
		},
		"nothing known of the VPC": {
			change: func(w *sandbox.World) { w.Cluster("demo").HideVPC, w.Cluster("demo").Subnets = true, nil },
			input:  withSubnets(privateA), want: expect{"subnets": "warn: whether the VPC is the right one is not known"},
		},
		"several, one public by IPv6": {change: withRoutes("rtb-0bbb0000000000001", internet), input: withSubnets(privateA, publicA), want: expect{"subnets": "fail: subnet-0bbb0000000000001 is public"}},
	})
}

func TestFoundSubnets(t *testing.T) {
	runWorlds(t, map[string]world{
		"the private ones": {
			subnets: []string{privateA, privateB},
			want: expect{"subnets": "pass: 2 private subnets of VPC " + demoVPC +
				" | subnet-0aaa0000000000001 (private-a, us-east-1a) is private: route table rtb-0aaa0000000000001 leads out through nat-0aaa0000000000001" +
				" | left out: subnet-0bbb0000000000001 (public-a, us-east-1a) is public: route table rtb-0bbb0000000000001 sends" +
				" | left out: subnet-0bbb0000000000002 | left out: subnet-0ccc0000000000001 (private-c, us-east-1a) is public: the VPC's main route table"},
		},
		"the VPC hidden": {change: func(w *sandbox.World) { w.Cluster("demo").HideVPC = true }, subnets: []string{privateA, privateB}},
		"none usable": {
			change: withRoutes(privateRT, sandbox.Route{To: "0.0.0.0/0", Via: "igw-0bbb0000000000001"}),
			want:   expect{"subnets": "fail: has no subnet that Fargate can use | left out: subnet-0aaa0000000000001 | NAT gateway", "egress": "skipped: needs usable subnets"},
		},
		"zones without Fargate left out": {
			change: func(w *sandbox.World) {
				s, _ := w.Subnet(privateA)
				s.Zone, s.ZoneID = "us-west-1b", "usw1-az2"
			},
			subnets: []string{privateB}, want: expect{"subnets": "pass: left out: subnet-0aaa0000000000001 (private-a, us-west-1b) lies in usw1-az2"},
		},
		"only such zones": {
			change: func(w *sandbox.World) {
				for _, id := range []string{privateA, privateB} {
					s, _ := w.Subnet(id)
					s.Zone, s.ZoneID = "us-west-1b", "usw1-az2"
				}
			},
			subnets: []string{privateA, privateB}, want: expect{"subnets": "warn: 2 private subnets | usw1-az2"},
		},
		"left out": {input: func(in *Input) { in.Skip = []string{"subnets"} }, subnets: []string{privateA, privateB}, want: expect{"subnets": "skipped: by --skip-checks"}},
		"nothing known of the VPC": {
			change:  func(w *sandbox.World) { w.Cluster("demo").HideVPC, w.Cluster("demo").Subnets = true, nil },
			subnets: []string{}, want: expect{"subnets": "skipped: EKS reports neither | EKS chooses", "egress": "skipped: needs usable subnets"},
		},
	})
}

func TestEgress(t *testing.T) {
	endpoints := func(all ...sandbox.Endpoint) func(*sandbox.World) {
		return func(w *sandbox.World) {
			w.RouteTable(privateRT).Routes = w.RouteTable(privateRT).Routes[:1]
			w.VPCs[0].Endpoints = all
		}
	}
	api := sandbox.Endpoint{ID: "vpce-0aaa0000000000001", Service: "com.amazonaws.us-east-1.ecr.api", Subnets: []string{privateA}}
	docker := sandbox.Endpoint{ID: "vpce-0aaa0000000000002", Service: "com.amazonaws.us-east-1.ecr.dkr", Subnets: []string{privateA}}
	s3 := sandbox.Endpoint{ID: "vpce-0aaa0000000000003", Service: "com.amazonaws.us-east-1.s3", Type: "Gateway", RouteTables: []string{privateRT}}
	sts := sandbox.Endpoint{ID: "vpce-0aaa0000000000004", Service: "com.amazonaws.us-east-1.sts", Subnets: []string{privateA}}
	public := func(cidrs ...string) func(*sandbox.World) {
		return func(w *sandbox.World) {
			no := false
			w.Clusters[0].EndpointPrivateAccess, w.Clusters[0].PublicAccessCIDRs = &no, cidrs
		}
	}
	elsewhere := s3
	elsewhere.RouteTables = []string{"rtb-0bbb0000000000001"}
	runWorlds(t, map[string]world{
		"NAT":       {want: expect{"egress": "pass: lead out through nat-0aaa0000000000001"}},
		"endpoints": {change: endpoints(api, docker, s3), want: expect{"egress": "pass: reach Amazon ECR by VPC endpoints"}},
		"no sts": {change: endpoints(api, docker, s3), want: expect{
			"egress": "pass: reach Amazon ECR | no VPC endpoint for sts",
		}},
		"all":             {change: endpoints(api, docker, s3, sts), want: expect{"egress": "pass: reach Amazon ECR"}},
		"public API, NAT": {change: public(), want: expect{"egress": "pass: lead out"}},
		"public API, closed": {change: both(endpoints(api, docker, s3), public()), want: expect{
			"egress": "warn: public access only, so nodes in subnets without a default route cannot register | private endpoint access",
		}},
		"public API, nothing": {change: both(endpoints(), public()), want: expect{
			"egress": "warn: image pulls would hang | public access only | NAT gateway | private endpoint access",
		}},
		"limited API, NAT": {change: public("203.0.113.0/24"), want: expect{
			"egress": "warn: public access only, from 203.0.113.0/24; the addresses of nat-0aaa0000000000001, by which nodes of",
		}},
		"none":          {change: endpoints(), want: expect{"egress": "warn: 2 subnets have no way out: image pulls would hang | subnet-0aaa0000000000001: route table rtb-0aaa0000000000001 has no default route | NAT gateway"}},
		"some":          {change: endpoints(api, docker), want: expect{"egress": "warn: image pulls may hang | no VPC endpoint for s3"}},
		"not its own":   {change: endpoints(elsewhere), want: expect{"egress": "warn: no VPC endpoint can be reached"}},
		"may not tell":  {change: both(endpoints(), lacking("ec2:DescribeVpcEndpoints")), want: expect{"egress": "skipped: has no default route | ec2:DescribeVpcEndpoints"}},
		"need not tell": {change: lacking("ec2:DescribeVpcEndpoints")},
		"left out":      {change: endpoints(), input: func(in *Input) { in.Skip = []string{"egress"} }, want: expect{"egress": "skipped: by --skip-checks"}},
	})
}
