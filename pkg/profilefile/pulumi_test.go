package profilefile

// These tests state what is read of Pulumi's stacks.

import (
	"reflect"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
)

const awsType = "aws:eks/fargateProfile:FargateProfile"

// stackOf is a stack with resources of a type; each is what follows the type in JSON.
func stackOf(kind string, resources ...string) string {
	for i, r := range resources {
		resources[i] = `{"urn": "urn:pulumi:dev::x::` + kind + `::p", "custom": true, "type": "` + kind + `"` + r + `}`
	}
	return `{"version": 3, "deployment": {"resources": [` + strings.Join(resources, ",\n") + `]}}`
}

func TestPulumi(t *testing.T) {
	const arn = "arn:aws:eks:eu-west-1:111122223333:fargateprofile/demo/web/a1"
	urn := func(kind string) string { return "urn:pulumi:dev::x::" + kind + "::p" }
	full := Entry{
		Profile: fargate.Profile{
			Name: "web", Cluster: "demo", ARN: arn, Status: fargate.StatusActive,
			PodExecutionRoleARN: "arn:aws:iam::111122223333:role/fargate-pods",
			Selectors:           []fargate.Selector{{Namespace: "web", Labels: map[string]string{"app": "api"}}},
			Subnets:             []string{"subnet-0aaa0000000000001"}, Tags: map[string]string{"team": "a"},
		},
		Region: "eu-west-1", Foreign: true, Document: 1, Line: 1, Path: urn(awsType),
	}
	native := full
	native.Status, native.Path = "", urn("aws-native:eks:FargateProfile")
	inputs := Entry{
		Profile: fargate.Profile{Name: "web", Cluster: "demo", Selectors: []fargate.Selector{{Namespace: "web"}}},
		Foreign: true, Document: 1, Line: 1, Path: urn(awsType),
	}
	const plain = `, "inputs": {"fargateProfileName": "web", "clusterName": "demo", "selectors": [{"namespace": "web"}]}`
	for _, c := range []struct {
		name, text string
		want       []Entry
	}{
		{"aws", stackOf(awsType, `, "inputs": {"fargateProfileName": "other"}, "outputs": {"fargateProfileName": "web", "clusterName": "demo", "arn": "`+arn+`",
"podExecutionRoleArn": "arn:aws:iam::111122223333:role/fargate-pods", "selectors": [{"namespace": "web", "labels": {"app": "api"}}],
"subnetIds": ["subnet-0aaa0000000000001"], "tags": {}, "tagsAll": {"team": "a"}, "status": "ACTIVE"}`), []Entry{full}},
		{"aws-native", stackOf("aws-native:eks:FargateProfile", `, "outputs": {"fargateProfileName": "web", "clusterName": "demo", "arn": "`+arn+`",
"podExecutionRoleArn": "arn:aws:iam::111122223333:role/fargate-pods", "selectors": [{"namespace": "web", "labels": [{"key": "app", "value": "api"}]}],
"subnets": ["subnet-0aaa0000000000001"], "tags": [{"key": "team", "value": "a"}]}`), []Entry{native}},
		{"inputs alone", stackOf(awsType, plain), []Entry{inputs}},
		{"what goes, and what is only read", stackOf(awsType, plain+`, "delete": true`, plain+`, "external": true`, plain+`, "pendingReplacement": true`), nil},
		{"other resources", stackOf("aws:eks/cluster:Cluster", ""), nil},
		{"a component", `{"version": 3, "deployment": {"resources": [{"urn": "a", "custom": false, "type": "my:infra:FargateProfile"}]}}`, nil},
		{"a checkpoint", strings.Replace(stackOf(awsType, plain), `"deployment": {`, `"checkpoint": {"stack": "dev", "latest": {`, 1) + "}", []Entry{inputs}},
		{"an empty stack", `{"version": 3, "deployment": {"manifest": {}}}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := ParseDeclared("f", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(f.Profiles, c.want) {
				t.Errorf("got  %+v\nwant %+v", f.Profiles, c.want)
			}
		})
	}
}

func TestPulumiFaults(t *testing.T) {
	const secret = `{"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "a"}`
	for _, c := range []struct{ name, text, want string }{
		{"a newer version", `{"version": 9, "deployment": {}}`, `f: document 1, line 1: version is "9"; fgctl knows the versions 1 to 4 of what pulumi stack export prints`},
		{"an unknown type", stackOf("awsx:eks:FargateProfile", ""), `the type "awsx:eks:FargateProfile" is not known; fgctl reads aws:eks/fargateProfile:FargateProfile and aws-native:eks:FargateProfile`},
		{"no name", stackOf(awsType, `, "outputs": {}`), "urn:pulumi:dev::x::" + awsType + "::p has no fargateProfileName"},
		{"secret labels", stackOf(awsType, `, "outputs": {"fargateProfileName": "a", "selectors": [{"namespace": "a", "labels": `+secret+`}]}`), ".selectors is a secret of Pulumi, which fgctl does not read; "},
		{"deployment", `{"version": 3, "deployment": []}`, "deployment is a list, not a mapping"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseDeclared("f", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
	if _, err := Parse("f", []byte(stackOf(awsType, ""))); err == nil || !strings.Contains(err.Error(), "this is a stack of Pulumi, and pulumi up makes and deletes its profiles") {
		t.Errorf("Parse: %v", err)
	}
}
