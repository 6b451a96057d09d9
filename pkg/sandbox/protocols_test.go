package sandbox_test

// Every operation answers the AWS SDK: what is written on the wire is what the SDK reads.

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

func TestEKSReads(t *testing.T) {
	b := serve(t)
	clusters, err := b.eks.ListClusters(ctx, &eks.ListClustersInput{})
	if err != nil || !slices.Equal(clusters.Clusters, []string{"demo"}) {
		t.Fatalf("ListClusters: %v, %v", clusters, err)
	}
	out, err := b.eks.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: aws.String("demo")})
	if err != nil {
		t.Fatal(err)
	}
	c := out.Cluster
	if aws.ToString(c.Arn) != "arn:aws:eks:us-east-1:111122223333:cluster/demo" || c.Status != "ACTIVE" || aws.ToString(c.Version) != "1.33" ||
		aws.ToString(c.PlatformVersion) != "eks.9" || aws.ToString(c.ResourcesVpcConfig.VpcId) != "vpc-0d3e0000000000001" ||
		len(c.ResourcesVpcConfig.SubnetIds) != 4 || c.AccessConfig.AuthenticationMode != "API_AND_CONFIG_MAP" || c.OutpostConfig != nil {
		t.Errorf("DescribeCluster: %+v", c)
	}
	versions, err := b.eks.DescribeClusterVersions(ctx, &eks.DescribeClusterVersionsInput{})
	if err != nil || len(versions.ClusterVersions) != 1 || aws.ToString(versions.ClusterVersions[0].ClusterVersion) != "1.33" {
		t.Errorf("DescribeClusterVersions: %v, %v", versions, err)
	}
}

func TestEKSProfile(t *testing.T) {
	b := serve(t)
	in := profileInput("web", func(in *eks.CreateFargateProfileInput) { in.Tags = map[string]string{"team": "x"} })
	created, err := b.eks.CreateFargateProfile(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	p := created.FargateProfile
	if p.Status != "CREATING" || !p.CreatedAt.Equal(b.clock.Now()) || aws.ToString(p.PodExecutionRoleArn) != goodRole ||
		!slices.Equal(p.Subnets, []string{privateA, privateB}) || aws.ToString(p.Selectors[0].Namespace) != "web" ||
		p.Selectors[0].Labels["app"] != "api" || p.Tags["team"] != "x" || p.Health == nil || len(p.Health.Issues) != 0 {
		t.Errorf("CreateFargateProfile: %+v", p)
	}
	arn := aws.ToString(p.FargateProfileArn)
	if !strings.HasPrefix(arn, "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/") || len(arn) != len("arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/")+36 {
		t.Errorf("ARN %q", arn)
	}

	if _, err := b.eks.TagResource(ctx, &eks.TagResourceInput{ResourceArn: p.FargateProfileArn, Tags: map[string]string{"a/b": "1", "c": "2"}}); err != nil {
		t.Error(err)
	}
	if _, err := b.eks.UntagResource(ctx, &eks.UntagResourceInput{ResourceArn: p.FargateProfileArn, TagKeys: []string{"team", "c"}}); err != nil {
		t.Error(err)
	}
	tags, err := b.eks.ListTagsForResource(ctx, &eks.ListTagsForResourceInput{ResourceArn: p.FargateProfileArn})
	if err != nil || len(tags.Tags) != 1 || tags.Tags["a/b"] != "1" {
		t.Errorf("tags %v, %v", tags, err)
	}

	list, err := b.eks.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: aws.String("demo")})
	if err != nil || !slices.Equal(list.FargateProfileNames, []string{"web"}) || list.NextToken != nil {
		t.Errorf("ListFargateProfiles: %v, %v", list, err)
	}
	b.clock.advance(2 * time.Second)
	deleted, err := b.eks.DeleteFargateProfile(ctx, &eks.DeleteFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: aws.String("web")})
	if err != nil || deleted.FargateProfile.Status != "DELETING" {
		t.Errorf("DeleteFargateProfile: %v, %v", deleted, err)
	}
}

func TestEC2(t *testing.T) {
	b := serve(t, func(w *sandboxWorld) {
		w.VPCs[0].RouteTables[1].Gateways = []string{"igw-0bbb0000000000001"}
		w.VPCs[0].RouteTables[1].Disassociated = []string{mainOnly}
		w.VPCs[0].RouteTables[1].Routes = append(w.VPCs[0].RouteTables[1].Routes,
			route("::/0", "eigw-1"), route("pl-1", "vpce-1"), route("10.1.0.0/16", "tgw-1"), route("10.2.0.0/16", "pcx-1"),
			route("10.3.0.0/16", "eni-1"), route("10.4.0.0/16", "i-1"), route("10.5.0.0/16", "cagw-1"), route("10.6.0.0/16", "lgw-1"), route("10.7.0.0/16", "vgw-1"))
		w.VPCs[0].Endpoints = append(w.VPCs[0].Endpoints, endpoint("vpce-1", "com.amazonaws.us-east-1.s3", "Gateway"), endpoint("vpce-2", "com.amazonaws.us-east-1.ecr.api", ""))
	})
	vpc := ec2types.Filter{Name: aws.String("vpc-id"), Values: []string{"vpc-0d3e0000000000001"}}

	subnets, err := b.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{vpc}})
	if err != nil || len(subnets.Subnets) != 5 {
		t.Fatalf("DescribeSubnets: %v, %v", subnets, err)
	}
	s := subnets.Subnets[2]
	if aws.ToString(s.SubnetId) != publicA || aws.ToString(s.VpcId) != "vpc-0d3e0000000000001" || aws.ToString(s.AvailabilityZone) != "us-east-1a" ||
		aws.ToString(s.AvailabilityZoneId) != "use1-az1" || !aws.ToBool(s.MapPublicIpOnLaunch) || aws.ToInt32(s.AvailableIpAddressCount) != 251 ||
		aws.ToString(s.Tags[0].Value) != "public-a" || s.OutpostArn != nil || aws.ToString(s.CidrBlock) != "10.20.0.0/24" {
		t.Errorf("subnet %+v", s)
	}
	byID, err := b.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{privateB, foreign}})
	if err != nil || len(byID.Subnets) != 2 {
		t.Errorf("DescribeSubnets by id: %v, %v", byID, err)
	}
	_, err = b.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{privateB, "subnet-x", "subnet-y"}})
	if code(err) != "InvalidSubnetID.NotFound" || message(err) != "The subnet ID 'subnet-x' does not exist" {
		t.Errorf("unknown subnet: %v", err)
	}
	named, err := b.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{vpc, {Name: aws.String("tag:Name"), Values: []string{"private-*"}}}})
	if err != nil || len(named.Subnets) != 3 {
		t.Errorf("DescribeSubnets by tag: %v, %v", named, err)
	}
	_, err = b.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{{Name: aws.String("nonsense"), Values: []string{"x"}}}})
	if code(err) != "InvalidParameterValue" {
		t.Errorf("unknown filter: %v", err)
	}

	tables, err := b.ec2.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: []ec2types.Filter{vpc}})
	if err != nil || len(tables.RouteTables) != 3 {
		t.Fatalf("DescribeRouteTables: %v, %v", tables, err)
	}
	main := tables.RouteTables[0]
	if len(main.Associations) != 1 || !aws.ToBool(main.Associations[0].Main) || main.Associations[0].SubnetId != nil {
		t.Errorf("main table %+v", main.Associations)
	}
	private := tables.RouteTables[1]
	if a := private.Associations; len(a) != 4 || aws.ToString(a[0].GatewayId) != "igw-0bbb0000000000001" || a[0].SubnetId != nil ||
		a[1].AssociationState.State != "disassociated" || aws.ToString(a[2].SubnetId) != privateA || a[2].AssociationState.State != "associated" || aws.ToBool(a[2].Main) {
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
	implicit, err := b.ec2.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: []ec2types.Filter{{Name: aws.String("association.subnet-id"), Values: []string{"subnet-0bbb0000000000002"}}}})
	if err != nil || len(implicit.RouteTables) != 1 {
		t.Errorf("explicit association: %v, %v", implicit, err)
	}

	endpoints, err := b.ec2.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{Filters: []ec2types.Filter{vpc}})
	if err != nil || len(endpoints.VpcEndpoints) != 2 || endpoints.VpcEndpoints[0].VpcEndpointType != "Gateway" || endpoints.VpcEndpoints[1].VpcEndpointType != "Interface" || endpoints.VpcEndpoints[0].State != "available" {
		t.Errorf("DescribeVpcEndpoints: %+v, %v", endpoints, err)
	}
	nats, err := b.ec2.DescribeNatGateways(ctx, &ec2.DescribeNatGatewaysInput{Filter: []ec2types.Filter{vpc}})
	if err != nil || len(nats.NatGateways) != 1 || aws.ToString(nats.NatGateways[0].NatGatewayId) != "nat-0aaa0000000000001" {
		t.Errorf("DescribeNatGateways: %+v, %v", nats, err)
	}
	igws, err := b.ec2.DescribeInternetGateways(ctx, &ec2.DescribeInternetGatewaysInput{})
	if err != nil || len(igws.InternetGateways) != 1 || aws.ToString(igws.InternetGateways[0].Attachments[0].VpcId) != "vpc-0d3e0000000000001" {
		t.Errorf("DescribeInternetGateways: %+v, %v", igws, err)
	}
	vpcs, err := b.ec2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{VpcIds: []string{"vpc-0ddd0000000000001"}})
	if err != nil || len(vpcs.Vpcs) != 1 || aws.ToString(vpcs.Vpcs[0].CidrBlock) != "10.30.0.0/16" {
		t.Errorf("DescribeVpcs: %+v, %v", vpcs, err)
	}
}

func TestIAMAndSTS(t *testing.T) {
	b := serve(t)
	got, err := b.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("fargate-pods")})
	if err != nil {
		t.Fatal(err)
	}
	raw := aws.ToString(got.Role.AssumeRolePolicyDocument)
	if strings.ContainsAny(raw, "{ \n\"+") {
		t.Errorf("the trust policy is not URL-encoded by RFC 3986: %s", raw)
	}
	plain, err := url.PathUnescape(raw)
	if err != nil || !json.Valid([]byte(plain)) || !strings.Contains(plain, "eks-fargate-pods.amazonaws.com") {
		t.Errorf("trust policy %q, %v", plain, err)
	}
	if aws.ToString(got.Role.Arn) != goodRole || aws.ToString(got.Role.Path) != "/" || got.Role.CreateDate == nil {
		t.Errorf("role %+v", got.Role)
	}

	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	name := aws.String("made")
	made, err := b.iam.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: name, Path: aws.String("/team/x/"), Description: aws.String("a & b"), AssumeRolePolicyDocument: aws.String(trust),
		Tags: []iamtypes.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	})
	if err != nil || aws.ToString(made.Role.Arn) != "arn:aws:iam::111122223333:role/team/x/made" || aws.ToString(made.Role.Description) != "a & b" || aws.ToString(made.Role.Tags[0].Value) != "v" {
		t.Fatalf("CreateRole: %+v, %v", made, err)
	}
	policy := aws.String("arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy")
	for range 2 { // twice is no error
		if _, err := b.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: policy}); err != nil {
			t.Error(err)
		}
	}
	attached, err := b.iam.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: name})
	if err != nil || len(attached.AttachedPolicies) != 1 || aws.ToString(attached.AttachedPolicies[0].PolicyName) != "AmazonEKSFargatePodExecutionRolePolicy" || aws.ToString(attached.AttachedPolicies[0].PolicyArn) != *policy {
		t.Errorf("ListAttachedRolePolicies: %+v, %v", attached, err)
	}
	if inline, err := b.iam.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: name}); err != nil || len(inline.PolicyNames) != 0 {
		t.Errorf("ListRolePolicies: %+v, %v", inline, err)
	}
	_, err = b.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})
	if code(err) != "DeleteConflict" {
		t.Errorf("DeleteRole with a policy: %v", err)
	}
	if _, err := b.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: policy}); err != nil {
		t.Error(err)
	}
	changed := strings.Replace(trust, "ec2.amazonaws.com", "lambda.amazonaws.com", 1)
	if _, err := b.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: aws.String(changed)}); err != nil {
		t.Error(err)
	}
	roles, err := b.iam.ListRoles(ctx, &iam.ListRolesInput{})
	if err != nil || len(roles.Roles) != 3 || !strings.Contains(aws.ToString(roles.Roles[2].AssumeRolePolicyDocument), "lambda") || roles.IsTruncated {
		t.Errorf("ListRoles: %+v, %v", roles, err)
	}
	if _, err := b.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name}); err != nil {
		t.Error(err)
	}

	who, err := b.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil || aws.ToString(who.Account) != "111122223333" || aws.ToString(who.Arn) != "arn:aws:iam::111122223333:user/sandbox" {
		t.Errorf("GetCallerIdentity: %+v, %v", who, err)
	}
}

func TestIAMRefusals(t *testing.T) {
	b := serve(t)
	missing, good := aws.String("missing"), aws.String("fargate-pods")
	_, get := b.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: missing})
	_, exists := b.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("Fargate-Pods"), AssumeRolePolicyDocument: aws.String(`{"Statement":[]}`)})
	_, malformed := b.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: missing, AssumeRolePolicyDocument: aws.String(`{`)})
	_, attach := b.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: good, PolicyArn: aws.String("arn:aws:iam::999:policy/x")})
	_, detach := b.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: good, PolicyArn: aws.String("arn:aws:iam::999:policy/x")})
	for _, test := range []struct {
		what          string
		err           error
		code, message string
	}{
		{"GetRole", get, "NoSuchEntity", "The role with name missing cannot be found."},
		{"CreateRole", exists, "EntityAlreadyExists", "Role with name Fargate-Pods already exists."},
		{"CreateRole", malformed, "MalformedPolicyDocument", "This policy contains invalid Json"},
		{"AttachRolePolicy", attach, "NoSuchEntity", "Policy arn:aws:iam::999:policy/x does not exist or is not attachable."},
		{"DetachRolePolicy", detach, "NoSuchEntity", "Policy arn:aws:iam::999:policy/x was not found."},
	} {
		if code(test.err) != test.code || message(test.err) != test.message {
			t.Errorf("%s: %v, want %s %q", test.what, test.err, test.code, test.message)
		}
	}
}

// Requests that no AWS client would send are refused in plain words, never with a crash.
func TestStrangeRequests(t *testing.T) {
	b := serve(t)
	scope := func(service string) string {
		return "AWS4-HMAC-SHA256 Credential=AKIA/20260102/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0"
	}
	for _, test := range []struct {
		method, path, authorization, body string
		status                            int
		contains                          string
	}{
		{"GET", "/clusters", "", "", 403, "not signed"},
		{"GET", "/clusters", "AWS4-HMAC-SHA256 Credential=nonsense", "", 403, "aws4_request"},
		{"GET", "/nonsense", scope("eks"), "", 404, "does not know"},
		{"PUT", "/clusters/demo", scope("eks"), "", 404, "does not know"},
		{"POST", "/clusters/demo/fargate-profiles", scope("eks"), "{", 400, "JSON"},
		{"POST", "/", scope("ec2"), "Action=RunInstances", 400, "InvalidAction"},
		{"POST", "/", scope("ec2"), "", 400, "MissingAction"},
		{"POST", "/", scope("ec2"), "%zz", 400, "MalformedQueryString"},
		{"POST", "/", scope("s3"), "", 404, "does not know the service s3"},
		{"GET", "/_sandbox/nonsense", "", "", 404, "_sandbox/stats"},
		{"GET", "/?Action=GetCallerIdentity", scope("sts"), "", 200, "111122223333"},
	} {
		request, err := http.NewRequest(test.method, b.url+test.path, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", test.authorization)
		request.Header.Set(sandbox.ControlHeader, "1")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Errorf("%s %s: %v", test.method, test.path, err)
			continue
		}
		body := readAll(t, response)
		if response.StatusCode != test.status || !strings.Contains(body, test.contains) {
			t.Errorf("%s %s %q: %d %s, want %d with %q", test.method, test.path, test.body, response.StatusCode, body, test.status, test.contains)
		}
	}
}
