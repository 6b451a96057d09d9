package cfn_test

// eksctl's everyday use of Fargate profiles, by the requests that it sends: itself it is too large to build in CI.

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

// template is the stack of a pod execution role as eksctl writes it.
const template = `{"AWSTemplateFormatVersion":"2010-09-09",
"Description":"EKS Fargate pod execution IAM role [created by eksctl]",
"Mappings":{"ServicePrincipalPartitionMap":{
 "aws":{"EC2":"ec2.amazonaws.com","EKS":"eks.amazonaws.com","EKSFargatePods":"eks-fargate-pods.amazonaws.com"},
 "aws-cn":{"EC2":"ec2.amazonaws.com.cn","EKS":"eks.amazonaws.com","EKSFargatePods":"eks-fargate-pods.amazonaws.com"}}},
"Resources":{"FargatePodExecutionRole":{"Type":"AWS::IAM::Role","Properties":{
 "AssumeRolePolicyDocument":{"Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow",
  "Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/*"}},
  "Principal":{"Service":[{"Fn::FindInMap":["ServicePrincipalPartitionMap",{"Ref":"AWS::Partition"},"EKSFargatePods"]}]}}],
  "Version":"2012-10-17"},
 "ManagedPolicyArns":[{"Fn::Sub":"arn:${AWS::Partition}:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"}],
 "Tags":[{"Key":"Name","Value":{"Fn::Sub":"${AWS::StackName}/FargatePodExecutionRole"}}]}}},
"Outputs":{"FargatePodExecutionRoleARN":{"Export":{"Name":{"Fn::Sub":"${AWS::StackName}::FargatePodExecutionRoleARN"}},
 "Value":{"Fn::GetAtt":["FargatePodExecutionRole","Arn"]}}}}`

// caller sends requests as eksctl does.
type caller struct {
	*bench.Bench
	t *testing.T
}

func (c caller) send(service, method, path, body string) (int, []byte) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=K/20260102/us-east-1/"+service+"/aws4_request, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, data
}

// eks sends a request that must succeed and reads its answer.
func (c caller) eks(method, path, body string) map[string]any {
	c.t.Helper()
	status, data := c.send("eks", method, path, body)
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil || status != 200 {
		c.t.Fatalf("%s %s: %d %s", method, path, status, data)
	}
	return out
}

type stack struct {
	StackName, StackId, StackStatus string //nolint:revive // the name on the wire
	EnableTerminationProtection     bool
	ClientRequestToken              string                                                // of an event
	Outputs                         []struct{ OutputKey, OutputValue, ExportName string } `xml:"Outputs>member"`
	Tags                            []struct{ Key, Value string }                         `xml:"Tags>member"`
}

// cfn sends a request that must succeed and reads the stacks of its answer.
func (c caller) cfn(action string, parameters url.Values) []stack {
	c.t.Helper()
	parameters.Set("Action", action)
	parameters.Set("Version", "2010-05-15")
	status, data := c.send("cloudformation", http.MethodPost, "/", parameters.Encode())
	var out struct {
		Stacks    []stack `xml:"DescribeStacksResult>Stacks>member"`
		Summaries []stack `xml:"ListStacksResult>StackSummaries>member"`
		Made      string  `xml:"CreateStackResult>StackId"`
		Events    []stack `xml:"DescribeStackEventsResult>StackEvents>member"`
	}
	if err := xml.Unmarshal(data, &out); err != nil || status != 200 {
		c.t.Fatalf("%s: %d %s", action, status, data)
	}
	if out.Made != "" {
		return []stack{{StackId: out.Made}}
	}
	return append(append(out.Stacks, out.Summaries...), out.Events...)
}

// begin is what every command of eksctl asks first.
func (c caller) begin() {
	c.t.Helper()
	if status, data := c.send("sts", http.MethodPost, "/", "Action=GetCallerIdentity&Version=2011-06-15"); status != 200 {
		c.t.Fatalf("%d %s", status, data)
	}
	cluster := c.eks(http.MethodGet, "/clusters/demo", "")["cluster"].(map[string]any)
	text := cluster["certificateAuthority"].(map[string]any)["data"].(string)
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		c.t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "CERTIFICATE" {
		c.t.Fatalf("no certificate: %s", data)
	}
	if authority, err := x509.ParseCertificate(block.Bytes); err != nil || !authority.IsCA {
		c.t.Errorf("%+v, %v", authority, err)
	}
	versions := c.eks(http.MethodGet, "/cluster-versions", "")["clusterVersions"].([]any)
	known := false
	for _, v := range versions {
		known = known || v.(map[string]any)["clusterVersion"] == cluster["version"]
	}
	if !known {
		c.t.Errorf("%v is none of %v", cluster["version"], versions)
	}
}

var everyStatus = url.Values{"StackStatusFilter.member.1": {"CREATE_IN_PROGRESS"}, "StackStatusFilter.member.2": {"CREATE_COMPLETE"}}

func TestEksctl(t *testing.T) {
	c := caller{bench.Serve(t, func(w *sandbox.World) { w.Roles = nil; w.Delays.Stack = 5 * time.Second }), t}

	// create fargateprofile --name web --namespace web: without a role it makes the stack of one.
	c.begin()
	if stacks := c.cfn("ListStacks", everyStatus); len(stacks) != 0 {
		t.Errorf("stacks %+v", stacks)
	}
	id := c.cfn("CreateStack", url.Values{
		"StackName": {"eksctl-demo-fargate"}, "TemplateBody": {template}, "Capabilities.member.1": {"CAPABILITY_NAMED_IAM"},
		"Tags.member.1.Key": {"alpha.eksctl.io/cluster-name"}, "Tags.member.1.Value": {"demo"},
		"EnableTerminationProtection": {"true"}, "DisableRollback": {"false"},
	})[0].StackId
	described := url.Values{"StackName": {id}}
	if s := c.cfn("DescribeStacks", described)[0]; s.StackStatus != "CREATE_IN_PROGRESS" || s.Outputs != nil {
		t.Errorf("at once it is %+v", s)
	}
	c.Clock.Advance(5 * time.Second)
	s := c.cfn("DescribeStacks", described)[0]
	if s.StackStatus != "CREATE_COMPLETE" || len(s.Outputs) != 1 || s.Outputs[0].OutputKey != "FargatePodExecutionRoleARN" ||
		s.Outputs[0].ExportName != "eksctl-demo-fargate::FargatePodExecutionRoleARN" || s.Tags[0].Value != "demo" {
		t.Fatalf("then it is %+v", s)
	}
	role := s.Outputs[0].OutputValue
	name := role[strings.LastIndex(role, "/")+1:]
	if !strings.HasPrefix(name, "eksctl-demo-fargate-FargatePodExecutionRole-") {
		t.Errorf("the role is %s", role)
	}
	status, data := c.send("iam", http.MethodPost, "/", "Action=GetRole&Version=2010-05-08&RoleName="+name)
	if status != 200 || !strings.Contains(string(data), "eksctl-demo-fargate/FargatePodExecutionRole") {
		t.Errorf("GetRole: %d %s", status, data)
	}
	const profiles = "/clusters/demo/fargate-profiles"
	if got := c.eks(http.MethodGet, profiles, "")["fargateProfileNames"].([]any); len(got) != 0 {
		t.Errorf("profiles %v", got)
	}
	c.eks(http.MethodPost, profiles, `{"clientRequestToken":"0b3e4b12-6f1c-4c31-9a55-000000000001","fargateProfileName":"web",`+
		`"podExecutionRoleArn":"`+role+`","selectors":[{"namespace":"web"}],"tags":{}}`)
	c.Clock.Advance(2 * time.Second)
	made := c.eks(http.MethodGet, profiles+"/web", "")["fargateProfile"].(map[string]any)
	if made["status"] != "ACTIVE" || len(made["subnets"].([]any)) != 2 || len(made["tags"].(map[string]any)) != 0 {
		t.Errorf("the profile is %v", made)
	}

	// The next one finds the stack; from a file the role is given and the tags are not sent.
	c.begin()
	if found := c.cfn("ListStacks", everyStatus); len(found) != 1 || found[0].StackName != "eksctl-demo-fargate" {
		t.Errorf("stacks %+v", found)
	}
	c.eks(http.MethodPost, profiles, `{"fargateProfileName":"api","podExecutionRoleArn":"`+role+`","selectors":[{"namespace":"api","labels":{}}]}`)
	c.Clock.Advance(2 * time.Second)

	// get fargateprofile
	c.begin()
	for _, name := range c.eks(http.MethodGet, profiles, "")["fargateProfileNames"].([]any) {
		c.eks(http.MethodGet, profiles+"/"+name.(string), "")
	}
	api := c.eks(http.MethodGet, profiles+"/api", "")["fargateProfile"].(map[string]any)
	if labels, there := api["selectors"].([]any)[0].(map[string]any)["labels"].(map[string]any); !there || len(labels) != 0 {
		t.Errorf("empty labels are not echoed: %v", api["selectors"])
	}

	// delete fargateprofile web --wait
	c.begin()
	c.eks(http.MethodDelete, profiles+"/web", "")
	if got := c.eks(http.MethodGet, profiles, "")["fargateProfileNames"].([]any); len(got) != 2 {
		t.Errorf("at once there are %v", got)
	}
	c.Clock.Advance(3 * time.Second)
	if got := c.eks(http.MethodGet, profiles, "")["fargateProfileNames"].([]any); len(got) != 1 {
		t.Errorf("then there are %v", got)
	}

	// With the last profile the stack goes, and its role with it. eksctl protects its stacks and lifts that first.
	status, data = c.send("cloudformation", http.MethodPost, "/", "Action=DeleteStack&Version=2010-05-15&StackName="+url.QueryEscape(id))
	if status != 400 || !strings.Contains(string(data), "Stack [eksctl-demo-fargate] cannot be deleted while TerminationProtection is enabled") ||
		!c.cfn("DescribeStacks", described)[0].EnableTerminationProtection {
		t.Errorf("a protected stack: %d %s", status, data)
	}
	c.cfn("UpdateTerminationProtection", url.Values{"StackName": {id}, "EnableTerminationProtection": {"false"}})
	c.cfn("DeleteStack", described)
	c.Clock.Advance(5 * time.Second)
	if s := c.cfn("DescribeStacks", described); s[0].StackStatus != "DELETE_COMPLETE" {
		t.Errorf("deleted it is %+v", s)
	}
	if len(c.cfn("DescribeStacks", url.Values{})) != 0 {
		t.Error("a deleted stack is listed")
	}
	if status, data := c.send("iam", http.MethodPost, "/", "Action=GetRole&Version=2010-05-08&RoleName="+name); status != 404 {
		t.Errorf("the role is still there: %s", data)
	}
	status, data = c.send("cloudformation", http.MethodPost, "/", "Action=DescribeStackEvents&Version=2010-05-15&StackName="+url.QueryEscape(id))
	if status != 200 || strings.Count(string(data), "<member>") != 4 {
		t.Errorf("events: %d %s", status, data)
	}
}

// A create that is sent again with its token makes no second stack.
func TestStackTokens(t *testing.T) {
	c := caller{bench.Serve(t), t}
	form := func(name string) url.Values {
		return url.Values{
			"StackName": {name}, "TemplateBody": {template}, "Capabilities.member.1": {"CAPABILITY_IAM"}, "ClientRequestToken": {"once"},
		}
	}
	first, again := c.cfn("CreateStack", form("x"))[0].StackId, c.cfn("CreateStack", form("x"))[0].StackId
	if first != again {
		t.Errorf("made %s and %s", first, again)
	}
	for _, e := range c.cfn("DescribeStackEvents", url.Values{"StackName": {"x"}}) {
		if e.ClientRequestToken != "once" {
			t.Errorf("event %+v", e)
		}
	}
	other := form("y")
	other.Set("Action", "CreateStack")
	if status, data := c.send("cloudformation", http.MethodPost, "/", other.Encode()); status != 400 || !strings.Contains(string(data), "TokenAlreadyExistsException") {
		t.Errorf("%d %s", status, data)
	}
}

func TestStackRefusals(t *testing.T) {
	c := caller{bench.Serve(t), t}
	role := func(properties string) string {
		return `{"Resources":{"R":{"Type":"AWS::IAM::Role","Properties":{` + properties + `}}}}`
	}
	const trust = `"AssumeRolePolicyDocument":{}`
	for _, test := range []struct{ what, form, code, message string }{
		{"an unknown stack", "Action=DescribeStacks&StackName=x", "ValidationError", "Stack with id x does not exist"},
		{"its protection", "Action=UpdateTerminationProtection&StackName=x", "ValidationError", "Stack with id x does not exist"},
		{"its events", "Action=DescribeStackEvents&StackName=x", "ValidationError", "Stack with id x does not exist"},
		{"no capability", "Action=CreateStack&StackName=x", "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]"},
		{"a name that eksctl makes of a cluster with an underscore", "Action=CreateStack&StackName=eksctl-a_b-fargate", "ValidationError", "[a-zA-Z][-a-zA-Z0-9]*"},
		{"no template", "", "ValidationError", "TemplateBody"},
		{"YAML", "Resources:", "ValidationError", "JSON"},
		{"no resources", "{}", "ValidationError", "at least one Resources member"},
		{"another resource", `{"Resources":{"B":{"Type":"AWS::S3::Bucket"}}}`, "ValidationError", "AWS::S3::Bucket"},
		{"no trust", role(`"RoleName":"x"`), "ValidationError", "AssumeRolePolicyDocument"},
		{"a role that is there", role(`"RoleName":"fargate-pods",` + trust), "ValidationError", "fargate-pods already exists"},
		{"an unknown property", role(`"Name":"x",` + trust), "ValidationError", "unknown field"},
		{"an unknown Ref", role(`"RoleName":{"Ref":"X"},` + trust), "ValidationError", "[X]"},
		{"an unknown attribute", role(`"RoleName":{"Fn::GetAtt":"X.Arn"},` + trust), "ValidationError", "[X]"},
		{"an unknown function", role(`"RoleName":{"Fn::Cidr":[]},` + trust), "ValidationError", "Fn::Cidr"},
		{"an open Sub", role(`"RoleName":{"Fn::Sub":"${A"},` + trust), "ValidationError", "no end"},
		{"nothing in the map", role(`"RoleName":{"Fn::FindInMap":["a","b","c"]},` + trust), "ValidationError", "Mappings"},
		{"an output that is no text", `{"Resources":{"R":{"Type":"AWS::IAM::Role","Properties":{` + trust + `}}},"Outputs":{"O":{"Value":1}}}`, "ValidationError", "output O"},
	} {
		form := test.form
		if !strings.HasPrefix(form, "Action=") {
			form = "Action=CreateStack&StackName=x&Capabilities.member.1=CAPABILITY_IAM&TemplateBody=" + url.QueryEscape(form)
		}
		status, data := c.send("cloudformation", http.MethodPost, "/", form)
		if status != 400 || !strings.Contains(string(data), "<Code>"+test.code) || !strings.Contains(string(data), test.message) {
			t.Errorf("%s: %d %s", test.what, status, data)
		}
	}
	whole := role(`"RoleName":{"Fn::Join":["-",["r",{"Ref":"P"},{"Ref":"AWS::Region"}]]},"Description":{"Ref":"AWS::NoValue"},` +
		`"Policies":[{"PolicyName":"inline","PolicyDocument":{"Statement":[]}}],"MaxSessionDuration":7200,` + trust)
	whole = strings.TrimSuffix(whole, "}") + `,"Parameters":{"P":{"Default":"p"}}}`
	form := url.Values{
		"Action": {"CreateStack"}, "StackName": {"x"}, "Capabilities.member.1": {"CAPABILITY_IAM"}, "TemplateBody": {whole},
		"Parameters.member.1.ParameterKey": {"P"}, "Parameters.member.1.ParameterValue": {"q"},
	}
	if status, data := c.send("cloudformation", http.MethodPost, "/", form.Encode()); status != 200 {
		t.Errorf("%d %s", status, data)
	}
	for action, want := range map[string]string{
		"ListRolePolicies": "inline", "GetRolePolicy&PolicyName=inline": "%7B%22Statement%22%3A%5B%5D%7D",
		"GetRole": "<MaxSessionDuration>7200</MaxSessionDuration>",
	} {
		status, data := c.send("iam", http.MethodPost, "/", "Action="+action+"&RoleName=r-q-us-east-1")
		if !strings.Contains(string(data), want) {
			t.Errorf("%s: %d %s", action, status, data)
		}
	}
	if status, data := c.send("cloudformation", http.MethodPost, "/", form.Encode()); status != 400 || !strings.Contains(string(data), "Stack [x] already exists") {
		t.Errorf("%d %s", status, data)
	}
}
