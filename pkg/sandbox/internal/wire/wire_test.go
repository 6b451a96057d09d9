package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

var ctx = context.Background()

func TestThrottlingOfEveryService(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "*", Kind: sandbox.FaultThrottle, RetryAfter: 1500 * time.Millisecond}}
	})
	_, eksErr := b.EKS.ListClusters(ctx, nil)
	_, ec2Err := b.EC2.DescribeSubnets(ctx, nil)
	_, iamErr := b.IAM.ListRoles(ctx, nil)
	for want, err := range map[string]error{"ThrottlingException": eksErr, "RequestLimitExceeded": ec2Err, "Throttling": iamErr} {
		var response *awshttp.ResponseError
		if bench.Code(err) != want || !errors.As(err, &response) || response.Response.Header.Get("Retry-After") != "2" {
			t.Errorf("%v, want %s with Retry-After: 2", err, want)
		}
	}
}

// Credentials expire mid-way: from the third request on nothing works, and each service says so in its way.
func TestExpiredCredentials(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "*", From: 3, Kind: sandbox.FaultExpired}}
	})
	for range 2 {
		if _, err := b.EKS.ListClusters(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	_, eksErr := b.EKS.CreateFargateProfile(ctx, bench.Input("web"))
	_, ec2Err := b.EC2.DescribeSubnets(ctx, nil)
	_, iamErr := b.IAM.ListRoles(ctx, nil)
	_, stsErr := b.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	for _, test := range []struct {
		err           error
		code, message string
	}{
		{eksErr, "ExpiredTokenException", "The security token included in the request is expired"},
		{ec2Err, "RequestExpired", "Request has expired."},
		{iamErr, "ExpiredToken", "The security token included in the request is expired"},
		{stsErr, "ExpiredToken", "The security token included in the request is expired"},
	} {
		if bench.Code(test.err) != test.code || bench.Message(test.err) != test.message {
			t.Errorf("got %v, want %s: %s", test.err, test.code, test.message)
		}
	}
	if len(b.Profiles("demo")) != 0 {
		t.Error("a request with expired credentials made a profile")
	}
}

// Requests that no AWS client would send are refused in plain words, never with a crash.
func TestStrangeRequests(t *testing.T) {
	b := bench.Serve(t)
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
		// Names count in the case that AWS gives them, and nothing is passed over or kept that AWS would refuse.
		{"POST", "/clusters/demo/fargate-profiles", scope("eks"), `{"FargateProfileName":"web"}`, 400, "name parameter is missing"},
		{"POST", "/clusters", scope("eks"), `{"name":"a b"}`, 400, "The name parameter contains invalid characters."},
		{"POST", "/clusters", scope("eks"), `{"name":"a"}`, 400, "The role ARN '' is not valid"},
		{"POST", "/clusters/demo/access-entries", scope("eks"), `{"principalArn":"arn:aws:iam::111122223333:role/nobody"}`, 400, "The specified principalArn is invalid: invalid principal."},
		{"POST", "/clusters/demo/access-entries", scope("eks"), `{}`, 400, "invalid principal."},
		{"POST", "/", scope("ec2"), "Action=DescribeSubnets&Filter.1.Value.1=x", 400, "A filter has no name"},
		{"POST", "/", scope("ec2"), "Action=DescribeVpcs&Filter.2.Name=vpc-id&Filter.2.Value.7=none", 200, "<vpcSet></vpcSet>"},
		{"POST", "/", scope("ec2"), "Action=DescribeVpcs&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-%5C*", 200, "<vpcSet></vpcSet>"},
		{"POST", "/", scope("ec2"), "Action=CreateTags&ResourceId.1=vpc-0d3e0000000000001", 400, "MissingParameter"},
		{"POST", "/", scope("ec2"), "Action=CreateTags&Tag.1.Key=a", 400, "MissingParameter"},
		{"POST", "/", scope("iam"), "Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={\"Statement\":[{\"Action\":\"*\"}]}", 400, "Missing required field Principal"},
		{"POST", "/", scope("iam"), "Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={\"Statement\":{\"Principal\":\"*\",\"Resource\":\"*\"}}", 400, "Has prohibited field Resource"},
		{"POST", "/", scope("iam"), "Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={\"Statement\":\"x\"}", 400, "Syntax errors in policy."},
		{"POST", "/", scope("iam"), "Action=CreatePolicy&PolicyName=p&PolicyDocument={\"Statement\":[{\"Principal\":\"*\"}]}", 400, "Policy document should not specify a principal."},
		{"POST", "/", scope("iam"), "Action=CreatePolicy&PolicyName=p&PolicyDocument={\"Statement\":[{\"Action\":\"*\"}]}", 400, "Policy statement must contain resources."},
		{"POST", "/", scope("iam"), "Action=CreatePolicy&PolicyName=a/b", 400, "The specified value for policyName is invalid."},
		{"POST", "/", scope("iam"), "Action=CreatePolicy&PolicyName=p&Path=x", 400, "The specified value for path is invalid."},
		{"POST", "/", scope("ec2"), "Action=CreateTags&DryRun=True", 412, "DryRunOperation"},
		{"POST", "/", scope("iam"), "Action=PutRolePolicy&RoleName=fargate-pods", 400, "The specified value for policyName is invalid."},
		{"POST", "/", scope("sts"), "Action=AssumeRole&RoleSessionName=a/b", 400, "roleSessionName"},
		{"POST", "/", scope("ec2"), "Action=RunInstances", 400, "InvalidAction"},
		{"POST", "/", scope("ec2"), "", 400, "MissingAction"},
		{"POST", "/", scope("ec2"), "%zz", 400, "MalformedQueryString"},
		{"POST", "/", scope("s3"), "", 404, "does not know the service s3"},
		{"GET", "/_sandbox/nonsense", "", "", 404, "_sandbox/stats"},
		{"GET", "/?Action=GetCallerIdentity", scope("sts"), "", 200, "111122223333"},
	} {
		request, err := http.NewRequest(test.method, b.URL+test.path, strings.NewReader(test.body))
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
		data, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		body := string(data)
		if response.StatusCode != test.status || !strings.Contains(body, test.contains) {
			t.Errorf("%s %s %q: %d %s, want %d with %q", test.method, test.path, test.body, response.StatusCode, body, test.status, test.contains)
		}
	}
}
