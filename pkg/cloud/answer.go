package cloud

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	eksTypes "github.com/aws/aws-sdk-go-v2/service/eks/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamTypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// senselessError says why an answer that says "done" is none of AWS: whoever takes an empty or foreign answer for
// "there is none" is wrong. The check runs below the SDK's retries, so that such an answer is asked for again as
// after a fault of AWS.
type senselessError struct{ why string }

func (e *senselessError) Error() string { return "the endpoint's answer makes no sense: " + e.why }

// senseless returns why the answer to a call makes no sense, as an error; nil where it does make sense or is a
// failure of another kind. failure is what the SDK says of the answer.
func (c *call) senseless(answer *smithyhttp.Response, output any, failure error) error {
	why := ""
	switch {
	case answer == nil || answer.Response == nil:
		return nil
	case c.tooLong:
		why = fmt.Sprintf("it is longer than %d MiB", c.limit>>20)
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		why = "it points to " + whereTo(answer.Header.Get("Location")) + ", and fgctl follows no redirects"
	case answer.StatusCode >= 400:
		return nil
	case failure == nil:
		why = cmp.Or(c.foreign(), missing(c.input, output))
	case errors.As(failure, new(*smithy.DeserializationError)) && !connectionFailed(failure):
		why = "it cannot be parsed"
	}
	if why == "" {
		return nil
	}
	why = fmt.Sprintf("HTTP %d, but %s", answer.StatusCode, why)
	return &smithyhttp.ResponseError{Response: answer, Err: &senselessError{why}}
}

// whereTo is the host of a redirect; the rest of its address may hold a secret.
func whereTo(location string) string {
	if u, err := url.Parse(location); err == nil && u.Host != "" {
		return u.Host
	}
	return "another address"
}

// foreign says that the answer of a call which returns nothing does not begin as AWS's does: the SDK does not
// look at it.
func (c *call) foreign() string {
	begin := strings.TrimSpace(string(c.begin))
	wrong := false
	switch c.input.(type) {
	case *eks.TagResourceInput:
		wrong = !strings.HasPrefix(begin, "{")
	case *iam.AttachRolePolicyInput:
		wrong = !strings.Contains(begin, "<AttachRolePolicyResponse")
	case *iam.DetachRolePolicyInput:
		wrong = !strings.Contains(begin, "<DetachRolePolicyResponse")
	case *iam.DeleteRoleInput:
		wrong = !strings.Contains(begin, "<DeleteRoleResponse")
	}
	if wrong {
		return "it is not the answer to this request"
	}
	return ""
}

// missing names what an answer lacks although AWS always sends it, for the thing that was asked for; it is empty
// where all is there. What is optional in AWS's API, or not sent by every endpoint, is not looked for.
func missing(input, output any) string {
	var l lack
	switch out := output.(type) {
	case *eks.ListClustersOutput:
		l.names("clusters", out.Clusters)
	case *eks.ListFargateProfilesOutput:
		l.names("fargateProfileNames", out.FargateProfileNames)
	case *eks.DescribeClusterOutput:
		l.cluster(out.Cluster, input.(*eks.DescribeClusterInput).Name)
	case *eks.DescribeFargateProfileOutput:
		in := input.(*eks.DescribeFargateProfileInput)
		l.profile(out.FargateProfile, in.ClusterName, in.FargateProfileName)
	case *eks.DescribeAccessEntryOutput:
		l.when(out.AccessEntry == nil, "accessEntry")
		if out.AccessEntry != nil {
			l.text("principalArn", out.AccessEntry.PrincipalArn)
		}
	case *eks.CreateFargateProfileOutput:
		in := input.(*eks.CreateFargateProfileInput)
		l.profile(out.FargateProfile, in.ClusterName, in.FargateProfileName)
	case *eks.DeleteFargateProfileOutput:
		in := input.(*eks.DeleteFargateProfileInput)
		l.profile(out.FargateProfile, in.ClusterName, in.FargateProfileName)
	case *ec2.DescribeSubnetsOutput:
		l.when(out.Subnets == nil, "subnetSet")
		for _, s := range out.Subnets {
			l.text("subnetId", s.SubnetId)
			l.text("vpcId", s.VpcId)
		}
	case *ec2.DescribeRouteTablesOutput:
		l.when(out.RouteTables == nil, "routeTableSet")
		for _, t := range out.RouteTables {
			l.text("routeTableId", t.RouteTableId)
			l.when(t.Routes == nil, "routeSet")
			l.when(t.Associations == nil, "associationSet")
		}
	case *ec2.DescribeRegionsOutput:
		l.when(len(out.Regions) == 0, "regionInfo")
		for _, r := range out.Regions {
			l.text("regionName", r.RegionName)
		}
	case *ec2.DescribeNatGatewaysOutput:
		l.when(out.NatGateways == nil, "natGatewaySet")
		for _, g := range out.NatGateways {
			l.text("natGatewayId", g.NatGatewayId)
		}
	case *ec2.DescribeVpcEndpointsOutput:
		l.when(out.VpcEndpoints == nil, "vpcEndpointSet")
		for _, e := range out.VpcEndpoints {
			l.text("vpcEndpointId", e.VpcEndpointId)
		}
	case *iam.ListRolesOutput:
		l.when(out.Roles == nil, "Roles")
		l.when(out.IsTruncated && aws.ToString(out.Marker) == "", "Marker")
		for i := range out.Roles {
			l.role(&out.Roles[i], nil)
		}
	case *iam.GetRoleOutput:
		l.role(out.Role, input.(*iam.GetRoleInput).RoleName)
	case *iam.CreateRoleOutput:
		l.role(out.Role, input.(*iam.CreateRoleInput).RoleName)
	case *iam.ListAttachedRolePoliciesOutput:
		l.when(out.AttachedPolicies == nil, "AttachedPolicies")
		l.when(out.IsTruncated && aws.ToString(out.Marker) == "", "Marker")
		for _, p := range out.AttachedPolicies {
			l.text("PolicyArn", p.PolicyArn)
		}
	case *iam.ListRolePoliciesOutput:
		l.when(out.PolicyNames == nil, "PolicyNames")
		l.when(out.IsTruncated && aws.ToString(out.Marker) == "", "Marker")
	case *sts.GetCallerIdentityOutput:
		l.text("Account", out.Account)
		l.text("Arn", out.Arn)
	}
	if len(l) == 0 {
		return ""
	}
	return "it lacks " + strings.Join(l, ", ")
}

// lack is what an answer does not hold, each once.
type lack []string

func (l *lack) when(absent bool, what string) {
	if absent && !slices.Contains(*l, what) {
		*l = append(*l, what)
	}
}

func (l *lack) text(what string, value *string) { l.when(aws.ToString(value) == "", what) }

// names is for a list of names; one of nothing is none.
func (l *lack) names(what string, values []string) {
	l.when(values == nil, what)
	l.when(slices.Contains(values, ""), "the name of one of "+what)
}

func (l *lack) cluster(c *eksTypes.Cluster, name *string) {
	if l.when(c == nil, "cluster"); c == nil {
		return
	}
	l.when(aws.ToString(c.Name) != aws.ToString(name), "the cluster of the name asked for")
	l.text("arn", c.Arn)
	l.when(c.Status == "", "status")
}

func (l *lack) profile(p *eksTypes.FargateProfile, cluster, name *string) {
	if l.when(p == nil, "fargateProfile"); p == nil {
		return
	}
	other := aws.ToString(p.FargateProfileName) != aws.ToString(name) ||
		aws.ToString(p.ClusterName) != aws.ToString(cluster)
	l.when(other, "the profile of the name asked for")
	l.text("fargateProfileArn", p.FargateProfileArn)
	l.text("podExecutionRoleArn", p.PodExecutionRoleArn)
	l.when(p.Status == "", "status")
	l.when(p.Selectors == nil, "selectors")
	l.when(p.Subnets == nil, "subnets")
	for _, s := range p.Selectors {
		l.text("namespace", s.Namespace)
	}
}

// role is for one role; a nil name is for one that was not asked for by its name, in which IAM ignores case.
func (l *lack) role(r *iamTypes.Role, name *string) {
	if l.when(r == nil, "Role"); r == nil {
		return
	}
	l.text("RoleName", r.RoleName)
	other := name != nil && !strings.EqualFold(aws.ToString(r.RoleName), *name)
	l.when(other, "the role of the name asked for")
	l.text("Arn", r.Arn)
	l.text("AssumeRolePolicyDocument", r.AssumeRolePolicyDocument)
}
