package eks_test

// Everything that CreateFargateProfile and DeleteFargateProfile refuse: exception, status and text, and
// the order in which they are judged.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

var ctx = context.Background()

const (
	misconfigured = "Misconfigured PodExecutionRole Trust Policy; Please add the eks-fargate-pods.amazonaws.com Service Principal"
	badCharacters = "The Fargate profile name parameter contains invalid characters. It should begin with letter or digit and can have any of the following characters: the set of Unicode letters, digits, hyphens and underscores."
)

type create = eks.CreateFargateProfileInput

func selectors(n int) []types.FargateProfileSelector {
	out := make([]types.FargateProfileSelector, n)
	for i := range out {
		out[i].Namespace = aws.String(fmt.Sprintf("ns-%d", i))
	}
	return out
}

func labels(pairs ...string) []types.FargateProfileSelector {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return []types.FargateProfileSelector{{Namespace: aws.String("web"), Labels: m}}
}

func manyLabels(n int) []types.FargateProfileSelector {
	var pairs []string
	for i := range n {
		pairs = append(pairs, fmt.Sprintf("k%d", i), "v")
	}
	return labels(pairs...)
}

func namespace(ns string) []types.FargateProfileSelector {
	return []types.FargateProfileSelector{{Namespace: aws.String(ns)}}
}

func missing(permissions ...string) func(*sandbox.World) {
	return func(w *sandbox.World) { w.MissingPermissions = permissions }
}

func trust(document string) func(*sandbox.World) {
	return func(w *sandbox.World) { w.Role("fargate-pods").Trust = document }
}

func TestCreateRefusals(t *testing.T) {
	const invalid, inUse, invalidRequest = "InvalidParameterException", "ResourceInUseException", "InvalidRequestException"
	for _, test := range []struct {
		what    string
		world   func(*sandbox.World)
		input   func(*create)
		status  int
		code    string
		message string
	}{
		{"a name with a dot", nil, func(in *create) { in.FargateProfileName = aws.String("a.b") }, 400, invalid, badCharacters},
		{"a name that begins with a hyphen", nil, func(in *create) { in.FargateProfileName = aws.String("-a") }, 400, invalid, badCharacters},
		{"a name that is too long", nil, func(in *create) { in.FargateProfileName = aws.String(strings.Repeat("ä", 101)) }, 400, invalid, "The Fargate profile name parameter should not be greater than 100 characters."},
		{"a reserved name", nil, func(in *create) { in.FargateProfileName = aws.String("eks-web") }, 400, invalid, "The fargate profile name starts with the reserved prefix: 'eks-'."},
		{"a bad namespace", nil, func(in *create) { in.Selectors = namespace("bad_ns") }, 400, invalid, "The namespace provided is invalid."},
		{"a namespace that is too long", nil, func(in *create) { in.Selectors = namespace(strings.Repeat("a", 64)) }, 400, invalid, "The namespace provided is invalid."},
		{"a bad label key", nil, func(in *create) { in.Selectors = labels("bad key!", "v") }, 400, invalid, "Selector label provided is invalid."},
		{"a bad label value", nil, func(in *create) { in.Selectors = labels("k", "a b") }, 400, invalid, "Selector label provided is invalid."},
		{"an aws: tag", nil, func(in *create) { in.Tags = map[string]string{"AWS:x": "y"} }, 400, invalid, "The prefix aws: is reserved in tags: AWS:x"},
		{"a tag that is too long", nil, func(in *create) { in.Tags = map[string]string{"k": strings.Repeat("v", 257)} }, 400, invalid, "The value of a tag must have at most 256 characters: k"},
		{"no such cluster", nil, func(in *create) { in.ClusterName = aws.String("other") }, 404, "ResourceNotFoundException", "No cluster found for name: other."},
		{"a cluster that is not ready", func(w *sandbox.World) { w.Cluster("demo").Status = "CREATING" }, nil, 400, invalidRequest, "Cluster 'demo' is not in ACTIVE status"},
		{"no selector", nil, func(in *create) { in.Selectors = nil }, 400, invalid, "Fargate Profile requires at least one selector."},
		{"six selectors", nil, func(in *create) { in.Selectors = selectors(6) }, 400, invalid, "Request contains more than 5 Selectors"},
		{"a selector without namespace", nil, func(in *create) { in.Selectors = []types.FargateProfileSelector{{}} }, 400, invalid, "Fargate Profile must have at least one selector with at least one namespace value."},
		{"six labels", nil, func(in *create) { in.Selectors = manyLabels(6) }, 400, invalid, "Request contains Selector with more than 5 Label pairs"},
		{"the name of another profile", bench.With("old", "ACTIVE"), func(in *create) { in.FargateProfileName = aws.String("old") }, 409, inUse, "A Fargate Profile already exists with this name in this cluster."},
		{"another profile that is CREATING", bench.With("old", "CREATING"), nil, 409, inUse, "Cannot create Fargate Profile web because cluster demo currently has Fargate profile old in status CREATING"},
		{"another profile that is DELETING", bench.With("old", "DELETING"), nil, 409, inUse, "Cannot create Fargate Profile web because cluster demo currently has Fargate profile old in status DELETING"},
		{"an update of the cluster", func(w *sandbox.World) { w.Cluster("demo").Updating = time.Minute }, nil, 409, inUse, "Cannot create Fargate Profile web because cluster demo currently has an update in progress"},
		{"the quota", func(w *sandbox.World) { bench.With("old", "ACTIVE")(w); w.Quotas.Profiles = 1 }, nil, 400, "ResourceLimitExceededException", "Fargate Profile limit of 1 exceeded for cluster demo"},
		{"a public subnet", nil, func(in *create) { in.Subnets = []string{bench.PrivateA, bench.PublicA} }, 400, invalid, "Subnet " + bench.PublicA + " provided in Fargate Profile is not a private subnet"},
		{"a subnet that the main table makes public", nil, func(in *create) { in.Subnets = []string{bench.MainOnly} }, 400, invalid, "Subnet " + bench.MainOnly + " provided in Fargate Profile is not a private subnet"},
		{"a subnet that is public over IPv6", func(w *sandbox.World) {
			w.RouteTable("rtb-0aaa0000000000001").Routes[1] = sandbox.Route{To: "::/0", Via: "igw-0bbb0000000000001"}
		}, nil, 400, invalid, "Subnet " + bench.PrivateA + " provided in Fargate Profile is not a private subnet"},
		{"an unknown subnet", nil, func(in *create) { in.Subnets = []string{"subnet-x"} }, 400, invalid, "The subnet ID 'subnet-x' does not exist"},
		{"a subnet of another VPC", nil, func(in *create) { in.Subnets = []string{bench.Foreign} }, 400, invalid, "Subnet " + bench.Foreign + " provided in Fargate Profile is not in the VPC of the cluster"},
		{"a zone without Fargate", func(w *sandbox.World) { w.UnsupportedZones = []string{"use1-az2"} }, nil, 400, invalid, "Fargate Profile creation for the Availability Zone us-east-1b for Subnet " + bench.PrivateB + " is not supported"},
		{"no private subnet to choose", func(w *sandbox.World) { w.Cluster("demo").Subnets = []string{bench.PublicA} }, func(in *create) { in.Subnets = nil }, 400, invalid, "No private subnets were found for cluster demo"},
		{"no permission to find subnets", missing("ec2:DescribeSubnets"), func(in *create) { in.Subnets = nil }, 400, invalidRequest, `Missing permissions for "ec2:DescribeSubnets"`},
		{"no permission to see routes", missing("ec2:DescribeRouteTables"), func(in *create) { in.Subnets = nil }, 400, invalidRequest, `Missing permissions for "ec2:DescribeRouteTables"`},
		{"no permission to see the service's role", missing("iam:GetRole"), nil, 400, invalidRequest, "Failed to validate if SLR: AWSServiceRoleForAmazonEKSForFargate already exists due to missing permissions for 'iam:GetRole'"},
		{"no permission to pass the role", missing("iam:PassRole"), nil, 403, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/sandbox is not authorized to perform: iam:PassRole on resource: " + bench.GoodRole},
		{"no permission to create", missing("eks:Create*"), nil, 403, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/sandbox is not authorized to perform: eks:CreateFargateProfile on resource: arn:aws:eks:us-east-1:111122223333:cluster/demo"},
		{"a role that trusts another service", nil, func(in *create) { in.PodExecutionRoleArn = aws.String(bench.BadRole) }, 400, invalid, misconfigured},
		{"a role that does not exist", nil, func(in *create) { in.PodExecutionRoleArn = aws.String(bench.BadRole + "x") }, 400, invalid, misconfigured},
		{"a role whose condition names the cluster", trust(strings.ReplaceAll(fargateTrust(`"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:cluster/demo"}`), "\n", "")), nil, 400, invalid, misconfigured},
		{"a role whose condition names another account", trust(fargateTrust(`"StringEquals":{"aws:SourceAccount":"999999999999"}`)), nil, 400, invalid, misconfigured},
		{"no ARN", nil, func(in *create) { in.PodExecutionRoleArn = aws.String("fargate-pods") }, 400, invalid, "The role ARN 'fargate-pods' is not valid"},
	} {
		t.Run(test.what, func(t *testing.T) {
			b := bench.Serve(t)
			if test.world != nil {
				b = bench.Serve(t, test.world)
			}
			in := bench.Input("web")
			if test.input != nil {
				test.input(in)
			}
			before := len(b.Profiles("demo"))
			_, err := b.EKS.CreateFargateProfile(ctx, in)
			var response *awshttp.ResponseError
			if !errors.As(err, &response) || response.HTTPStatusCode() != test.status || bench.Code(err) != test.code || bench.Message(err) != test.message {
				t.Errorf("got  %v\nwant %d %s: %s", err, test.status, test.code, test.message)
			}
			if len(b.Profiles("demo")) != before {
				t.Error("a refused create left a profile behind")
			}
		})
	}
}

// fargateTrust trusts Fargate under a condition.
func fargateTrust(condition string) string {
	return `{"Statement":{"Effect":"Allow","Principal":{"Service":["eks-fargate-pods.amazonaws.com"]},"Action":["sts:AssumeRole"],"Condition":{` + condition + `}}}`
}

// Modelled members of an exception arrive where the SDK looks for them.
func TestExceptionMembers(t *testing.T) {
	b := bench.Serve(t)
	_, err := b.EKS.DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: aws.String("web")})
	var notFound *types.ResourceNotFoundException
	if !errors.As(err, &notFound) || aws.ToString(notFound.ClusterName) != "demo" || aws.ToString(notFound.FargateProfileName) != "web" ||
		notFound.ErrorMessage() != "No Fargate Profile found with name: web." {
		t.Errorf("got %+v", err)
	}
}

// What is judged before the cluster is looked up hides a missing cluster; what is judged after is hidden
// by it.
func TestOrderOfJudgement(t *testing.T) {
	b := bench.Serve(t)
	for _, test := range []struct {
		what, message string
		input         func(*create)
	}{
		{"name", badCharacters, func(in *create) { in.FargateProfileName = aws.String("a b") }},
		{"namespace", "The namespace provided is invalid.", func(in *create) { in.Selectors = namespace("UPPER") }},
		{"label key", "Selector label provided is invalid.", func(in *create) { in.Selectors = labels("a b", "c") }},
		{"selector count", "No cluster found for name: gone.", func(in *create) { in.Selectors = selectors(6) }},
		{"subnets", "No cluster found for name: gone.", func(in *create) { in.Subnets = []string{bench.PublicA} }},
	} {
		_, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web", func(in *create) { in.ClusterName = aws.String("gone") }, test.input))
		if bench.Message(err) != test.message {
			t.Errorf("%s in a cluster that does not exist: %v, want %q", test.what, err, test.message)
		}
	}
}

// What EKS takes although it looks odd.
func TestCreateAccepts(t *testing.T) {
	for _, test := range []struct {
		what  string
		world func(*sandbox.World)
		input func(*create)
	}{
		{"wildcards", nil, func(in *create) { in.Selectors = labels("app.kubernetes.io/*", "v?", "*", "*") }},
		{"every namespace", nil, func(in *create) { in.Selectors = namespace("*") }},
		{"an empty label value", nil, func(in *create) { in.Selectors = labels("k", "") }},
		{"letters and digits of any script", nil, func(in *create) { in.FargateProfileName = aws.String("größe_1-") }},
		{"five selectors", nil, func(in *create) { in.Selectors = selectors(5) }},
		{"five labels", nil, func(in *create) { in.Selectors = manyLabels(5) }},
		{"a raised quota", func(w *sandbox.World) { w.Quotas = world.Quotas{Selectors: 6, Labels: 10} }, func(in *create) { in.Selectors = append(selectors(5), manyLabels(10)...) }},
		{"an IPv6 way out", func(w *sandbox.World) {
			w.RouteTable("rtb-0aaa0000000000001").Routes[1] = sandbox.Route{To: "::/0", Via: "eigw-1"}
		}, nil},
		{"a failed neighbour", bench.With("old", "CREATE_FAILED"), nil},
		{"a role with a path", func(w *sandbox.World) { w.Role("fargate-pods").Path = "/team/" }, func(in *create) {
			in.PodExecutionRoleArn = aws.String("arn:aws:iam::111122223333:role/team/fargate-pods")
		}},
		{"a permission missing elsewhere", missing("iam:GetRole on arn:aws:iam::*:role/fargate-*"), nil},
	} {
		t.Run(test.what, func(t *testing.T) {
			b := bench.Serve(t)
			if test.world != nil {
				b = bench.Serve(t, test.world)
			}
			in := bench.Input("web")
			if test.input != nil {
				test.input(in)
			}
			if _, err := b.EKS.CreateFargateProfile(ctx, in); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDeleteRefusals(t *testing.T) {
	for _, test := range []struct {
		what    string
		world   func(*sandbox.World)
		code    string
		message string
	}{
		{"no such profile", nil, "ResourceNotFoundException", "No Fargate Profile found with name: old."},
		{"itself CREATING", bench.With("old", "CREATING"), "ResourceInUseException", "Cannot Delete Fargate Profile old because cluster demo currently has Fargate profile old in status CREATING"},
		{"itself DELETING", bench.With("old", "DELETING"), "ResourceInUseException", "Cannot Delete Fargate Profile old because cluster demo currently has Fargate profile old in status DELETING"},
		{"an update of the cluster", func(w *sandbox.World) { bench.With("old", "ACTIVE")(w); w.Cluster("demo").Updating = time.Minute }, "ResourceInUseException", "Cannot Delete Fargate Profile old because cluster demo currently has an update in progress"},
		{"no permission", func(w *sandbox.World) {
			bench.With("old", "ACTIVE")(w)
			w.MissingPermissions = []string{"eks:DeleteFargateProfile"}
		}, "AccessDeniedException", ""},
	} {
		b := bench.Serve(t)
		if test.world != nil {
			b = bench.Serve(t, test.world)
		}
		err := b.Delete("old")
		if bench.Code(err) != test.code || (test.message != "" && bench.Message(err) != test.message) {
			t.Errorf("%s: %v, want %s %q", test.what, err, test.code, test.message)
		}
	}
}

func TestTagRefusals(t *testing.T) {
	b := bench.Serve(t)
	p := b.Create(t, "web")
	many := map[string]string{}
	for i := range 51 {
		many[fmt.Sprint(i)] = "x"
	}
	for _, test := range []struct {
		arn  string
		tags map[string]string
		code string
	}{
		{*p.FargateProfileArn, map[string]string{"aws:x": "y"}, "BadRequestException"},
		{*p.FargateProfileArn, many, "BadRequestException"},
		{*p.FargateProfileArn + "x", map[string]string{"k": "v"}, "NotFoundException"},
		{"nonsense", map[string]string{"k": "v"}, "BadRequestException"},
		{*p.FargateProfileArn, map[string]string{"k": "v"}, ""},
	} {
		_, err := b.EKS.TagResource(ctx, &eks.TagResourceInput{ResourceArn: aws.String(test.arn), Tags: test.tags})
		if bench.Code(err) != test.code {
			t.Errorf("TagResource %s with %d tags: %v, want %q", test.arn, len(test.tags), err, test.code)
		}
	}
}

// Every service says in its own way that a permission is missing.
func TestMissingPermissions(t *testing.T) {
	b := bench.Serve(t, missing("ec2:describeroutetables", "iam:List*", "eks:DescribeCluster"))
	_, eksErr := b.EKS.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: aws.String("demo")})
	_, ec2Err := b.EC2.DescribeRouteTables(ctx, nil)
	_, iamErr := b.IAM.ListRoles(ctx, nil)
	for _, test := range []struct {
		err          error
		code, action string
	}{
		{eksErr, "AccessDeniedException", "eks:DescribeCluster"},
		{ec2Err, "UnauthorizedOperation", "ec2:DescribeRouteTables"},
		{iamErr, "AccessDenied", "iam:ListRoles"},
	} {
		var response *awshttp.ResponseError
		if !errors.As(test.err, &response) || response.HTTPStatusCode() != 403 || bench.Code(test.err) != test.code ||
			!strings.Contains(bench.Message(test.err), "user/sandbox is not authorized to perform: "+test.action) {
			t.Errorf("%v, want 403 %s naming %s", test.err, test.code, test.action)
		}
	}
	if _, err := b.EC2.DescribeSubnets(ctx, nil); err != nil {
		t.Errorf("a permission that is there: %v", err)
	}
}
