package profilefile

// These tests state what is read of CloudFormation templates, and which functions they answer.

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
)

const stackTemplate = `AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Name: {Type: String, Default: web}
Resources:
  Role: {Type: "AWS::IAM::Role"}
  Cluster:
    Type: AWS::EKS::Cluster
    Properties: {Name: demo}
  Web:
    Type: AWS::EKS::FargateProfile
    Properties:
      ClusterName: !Ref Cluster
      FargateProfileName: !Sub "${Name}-1"
      PodExecutionRoleArn: !GetAtt Role.Arn
      Subnets: [subnet-0aaa0000000000001, !ImportValue subnet]
      Selectors:
        - Namespace: web
          Labels:
            - Key: app
              Value: !Ref Name
      Tags:
        - {Key: team, Value: a}
        - {Key: region, Value: !Ref AWS::Region}
  Nameless:
    Type: AWS::EKS::FargateProfile
    Properties:
      ClusterName: demo
      PodExecutionRoleArn: arn:aws:iam::111122223333:role/fargate-pods
      Subnets: [subnet-0aaa0000000000001]
      Selectors: [{Namespace: jobs-*}]
`

func TestTemplate(t *testing.T) {
	f, err := ParseDeclared("t.yaml", []byte(stackTemplate))
	if err != nil {
		t.Fatal(err)
	}
	want := File{Cluster: "demo", Profiles: []Entry{
		{
			Profile: fargate.Profile{
				Name: "web-1", Cluster: "demo", Selectors: []fargate.Selector{{Namespace: "web", Labels: map[string]string{"app": "web"}}},
				Tags: map[string]string{"team": "a"},
			},
			Foreign: true, Document: 1, Line: 9, Path: "Resources.Web",
		},
		{
			Profile: fargate.Profile{
				Name: "Nameless", Cluster: "demo", Selectors: []fargate.Selector{{Namespace: "jobs-*"}},
				PodExecutionRoleARN: "arn:aws:iam::111122223333:role/fargate-pods", Subnets: []string{"subnet-0aaa0000000000001"},
			},
			Foreign: true, Document: 1, Line: 24, Path: "Resources.Nameless",
		},
	}}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got  %+v\nwant %+v", f, want)
	}
}

// withNamespace is a template whose only selector has this namespace; YAML in flow style holds JSON too.
func withNamespace(value string) string {
	return `Parameters:
  A: {Type: String, Default: a}
  Number: {Type: Number, Default: 3}
  List: {Type: CommaDelimitedList, Default: "x, y,z"}
  Open: {Type: String}
  Secret: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a}
  Odd: {Type: String, Default: 1.20}
Mappings:
  M: {a: {k: v, list: [p, q]}}
Conditions:
  Yes: !Equals [!Ref A, a]
  No: !Not [!Condition Yes]
  Numbers: !Equals [!Ref Number, 3]
  Unknown: !Equals [!Ref AWS::Region, us-east-1]
  YesOrUnknown: !Or [!Condition Unknown, !Condition Yes]
  NoAndUnknown: !And [!Condition Unknown, Condition: No]
  YesAndUnknown: !And [!Condition Yes, !Condition Unknown]
  Loop: !Not [!Condition Loop]
  Wrong: !Ref A
Resources:
  Named: {Type: "AWS::EKS::Cluster", Properties: {Name: !Sub "${A}-cluster"}}
  Plain: {Type: "AWS::EKS::Cluster"}
  Circle: {Type: "AWS::EKS::Cluster", Properties: {Name: !Ref Circle}}
  Role: {Type: "AWS::IAM::Role"}
  P:
    Type: AWS::EKS::FargateProfile
    Properties:
      ClusterName: demo
      Selectors:
        - Namespace: ` + value + "\n"
}

func TestTemplateFunctions(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"web", "web"},
		{"!Ref A", "a"},
		{"{Ref: A}", "a"},
		{"!Ref Number", "3"},
		{"!Ref Named", "a-cluster"},
		{"!Ref Plain", "Plain"},
		{`!Sub "x-${A}-${Number}-${!A}-$A"`, "x-a-3-${A}-$A"},
		{`{"Fn::Sub": ["${A}-${B}-${B}", {"B": {"Ref": "A"}}]}`, "a-a-a"},
		{`!Sub ["${A}", {A: own}]`, "own"},
		{`!Sub "${A"`, "${A"},
		{`!Join ["-", [p, !Ref A, !Sub "${A}b"]]`, "p-a-ab"},
		{"!FindInMap [M, !Ref A, k]", "v"},
		{`!Join [".", !FindInMap [M, a, list]]`, "p.q"},
		{"!FindInMap [M, !Ref A, k, {DefaultValue: w}]", "v"},
		{"!FindInMap [M, b, k, {DefaultValue: !Ref A}]", "a"},
		{"!FindInMap [Z, a, k, {DefaultValue: w}]", "w"},
		{"true", "true"}, // CloudFormation makes text of it
		{"10", "10"},
		{"!If [Yes, b, c]", "b"},
		{"!If [No, b, !Ref A]", "a"},
		{"!If [Numbers, b, c]", "b"},
		{"!If [YesOrUnknown, b, c]", "b"},
		{"!If [NoAndUnknown, b, c]", "c"},
		{"!!str on", "on"},
	} {
		t.Run(c.value, func(t *testing.T) {
			f, err := ParseDeclared("t", []byte(withNamespace(c.value)))
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Profiles[0].Selectors[0].Namespace; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTemplateUnanswered(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"!Ref Open", "Ref Open has no answer in the template: the parameter has no Default; write the value out where it stands, or as the Default of a parameter"},
		{"!Ref AWS::Region", "Ref AWS::Region has no answer in the template: only the stack knows it"},
		{"!Ref Nothing", "Ref Nothing has no answer in the template: there is no parameter or resource of that name"},
		{"!Ref Role", "Ref Role has no answer in the template: only the stack knows it"},
		{"!Ref Secret", "Ref Secret has no answer in the template: its Default is the name of an SSM parameter"},
		{"!Ref Odd", "Parameters.Odd.Default is a number (1.20), not text; put it in quotes"},
		{"!GetAtt Role.Arn", "Fn::GetAtt Role.Arn has no answer"},
		{`{"Fn::GetAtt": [Role, Arn]}`, "Fn::GetAtt Role.Arn has no answer"},
		{`{"Fn::ImportValue": {"Fn::Sub": "${A}-ns"}}`, "Fn::ImportValue has no answer"},
		{`!Sub "${A}-${Open}"`, "Ref Open has no answer"},
		{`!Sub "${Role.Arn}"`, "Fn::Sub ${Role.Arn} has no answer"},
		{`!Sub "${List}"`, "Ref List has no answer in the template: it is a list"},
		{`!Join ["", !Ref List]`, "Ref List has no answer in the template: it is a list"},
		{`!Join ["", [a, !Ref AWS::NoValue]]`, "Fn::Join has no answer in the template: a part of it is no value"},
		{`!Sub "${AWS::NoValue}"`, "Fn::Sub ${AWS::NoValue} has no answer in the template: it is no value"},
		{`"{{resolve:ssm:/a}}"`, "{{resolve:ssm:/a}} has no answer in the template: it is a dynamic reference"},
		{`!Sub "{{resolve:ssm:/${A}}}"`, "{{resolve:ssm:/a}} has no answer"},
		{"!FindInMap [M, !Ref AWS::Region, k]", "Ref AWS::Region has no answer"},
		{"!FindInMap [M, b, k]", "Fn::FindInMap M.b.k has no answer in the template: there is no Mappings.M.b"},
		{"!If [Unknown, a, b]", "Ref AWS::Region has no answer"},
		{"!If [YesAndUnknown, a, b]", "Ref AWS::Region has no answer"},
		{"!If [Missing, a, b]", `there is no condition "Missing" in the template`},
		{"!If [Wrong, a, b]", "Ref is not a condition; Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition are"},
		{"!If [Loop, a, b]", "the functions of this template refer to each other more than 10000 times"},
		{"!Ref Circle", " more than "}, // the functions, or the parts of the document that they look at
		{"!If [Yes, a]", "Fn::If takes a list of 3 values"},
		{"!Select [0, [a, b]]", "Fn::Select 0. has no answer in the template: fgctl does not work it out"},
		{"!Ref List", "Ref List has no answer in the template: it is a list"},
		{"1.20", "Resources.P.Properties.Selectors[0].Namespace is a number (1.20), not text"},
		{"!Nonsense a", "Fn::Nonsense a has no answer"},
		{"!Sub {a: b}", "Fn::Sub takes text, or a list of text and a mapping"},
		{"a\n          Label: []", `Resources.P.Properties.Selectors[0]: unknown key "Label"; did you mean Labels?`},
		{"a\n          Labels: [{Key: a, Value: b}, {Key: a, Value: c}]", `Resources.P.Properties.Selectors[0].Labels: the key "a" occurs twice`},
		{"a\n          Labels: {a: b}", `Resources.P.Properties.Selectors[0].Labels is a mapping, not a list; write Labels: [{Key: "a", Value: "b"}]`},
		{"a\n          Labels: {a: !Ref A, b: !Sub '${A}', c: {Ref: A}, d: 1}", `write Labels: [{Key: "a", Value: !Ref "A"}, {Key: "b", Value: !Sub "${A}"}, {Key: "c", Value: {"Ref": "A"}}, {Key: "d", Value: "1"}]`},
		{"a\n          Labels: {a: !Join ['', [a]]}", "write Labels: [{Key: KEY, Value: VALUE}]"},
		{"a\n          Labels: [{Key: a, Value: !Ref Open}]", "Resources.P.Properties.Selectors[0].Labels[0].Value: Ref Open has no answer"},
		{"a\n      Selector: []", `Resources.P.Properties: unknown key "Selector"; did you mean Selectors?`},
	} {
		t.Run(c.value, func(t *testing.T) {
			_, err := ParseDeclared("t", []byte(withNamespace(c.value)))
			if err == nil {
				t.Fatal("no fault")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "t: document 1, line ") {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

// An open cluster or name does not stop the reading, but an open selector does.
func TestTemplateOpen(t *testing.T) {
	const text = `Parameters: {C: {Type: String}}
Resources:
  Web:
    Type: AWS::EKS::FargateProfile
    Properties:
      ClusterName: !Ref C
      FargateProfileName: !Sub "${AWS::StackName}-web"
      PodExecutionRoleArn: !ImportValue role
      Selectors: [{Namespace: web}]
  Jobs:
    Type: AWS::EKS::FargateProfile
    Properties: {ClusterName: !ImportValue cluster, FargateProfileName: !Join ["-", [a, !Ref C]], Selectors: [{Namespace: jobs}]}
  Api:
    Type: AWS::EKS::FargateProfile
    Properties: {ClusterName: !Ref Api2, FargateProfileName: api, Selectors: [{Namespace: api}]}
  Api2: {Type: AWS::EKS::Cluster, Properties: {Name: !Ref C}}
`
	f, err := ParseDeclared("t.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	type row struct{ name, cluster, openName, openCluster, namespace string }
	var got []row
	for _, e := range f.Profiles {
		got = append(got, row{e.Name, e.Cluster, e.OpenName, e.OpenCluster, e.Selectors[0].Namespace})
	}
	const noDefault = "Ref C: the parameter has no Default"
	want := []row{
		{"Web", "", "Ref AWS::StackName: only the stack knows it", noDefault, "web"},
		{"Jobs", "", noDefault, "Fn::ImportValue cluster: only the stack knows it", "jobs"},
		{"api", "", "", noDefault, "api"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	_, err = ParseDeclared("t.yaml", []byte(strings.Replace(text, "[{Namespace: web}]", "!ImportValue all", 1)))
	const fault = "t.yaml: document 1, line 9: Resources.Web.Properties.Selectors: Fn::ImportValue all has no answer in the " +
		"template: only the stack knows it; write the value out where it stands, or as the Default of a parameter"
	if err == nil || err.Error() != fault {
		t.Errorf("got\n%v\nwant\n%s", err, fault)
	}
}

// The list that is shown for labels in JSON is JSON.
func TestTemplateLabelsInJSON(t *testing.T) {
	_, err := ParseDeclared("t", []byte(`{"Resources": {"A": {"Type": "AWS::EKS::FargateProfile", "Properties": {
"Selectors": [{"Namespace": "a", "Labels": {"app": "api", "tier": {"Ref": "T"}}}]}}}}`))
	const want = `; write "Labels": [{"Key": "app", "Value": "api"}, {"Key": "tier", "Value": {"Ref": "T"}}]`
	if err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestTemplateForms(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no profile", `{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"A": {"Type": "AWS::S3::Bucket"}}}`, ""},
		{
			"other resources of CDK",
			`{"Resources": {"A": {"Type": "Custom::AWSCDK-EKS-KubernetesResource"}, "B": {"Type": "Custom::AWSCDK-EKS-KubectlProvider"}, "C": {"Type": "AWS::EKS::Nodegroup"}}}`, "",
		},
		{
			"a nested stack beside a profile",
			`{"Resources": {"A": {"Type": "AWS::EKS::FargateProfile", "Properties": {"Selectors": [{"Namespace": "a"}]}}, "B": {"Type": "AWS::CloudFormation::Stack"}}}`, "A namespace=a",
		},
		{
			"a selector that is no value",
			`{"Resources": {"A": {"Type": "AWS::EKS::FargateProfile", "Properties": {"Selectors": [{"Ref": "AWS::NoValue"}, {"Namespace": "a"}]}}}}`, "A namespace=a",
		},
		{
			"a name that is no value",
			`{"Resources": {"A": {"Type": "AWS::EKS::FargateProfile", "Properties": {"FargateProfileName": {"Ref": "AWS::NoValue"}, "Selectors": [{"Namespace": "a"}]}}}}`, "A namespace=a",
		},
		{
			"conditions", `{"Conditions": {"Yes": {"Fn::Equals": ["a", "a"]}, "No": {"Fn::Equals": ["a", "b"]}}, "Resources": {
"A": {"Type": "AWS::EKS::FargateProfile", "Condition": "Yes", "Properties": {"Selectors": {"Fn::If": ["No", [], [{"Namespace": "a"}]]}}},
"B": {"Type": "AWS::EKS::FargateProfile", "Condition": "No", "Properties": {"ClusterName": {"Ref": "AWS::Region"}}}}}`, "A namespace=a",
		},
		{
			"CDK", `{"Resources": {"Demo": {"Type": "Custom::AWSCDK-EKS-Cluster", "Properties": {"Config": {"name": "demo"}}},
"DemoProfileWeb1A2B": {"Type": "Custom::AWSCDK-EKS-FargateProfile", "Properties": {"ServiceToken": {"Fn::GetAtt": ["P", "Arn"]}, "Config": {
"clusterName": {"Ref": "Demo"}, "podExecutionRoleArn": {"Fn::GetAtt": ["R", "Arn"]}, "selectors": [{"namespace": "web", "labels": {"app": {"Fn::Join": ["", ["a", "pi"]]}}}], "tags": {"a": "b"}}}}}}`,
			"DemoProfileWeb1A2B demo namespace=web,app=api",
		},
		{"get-template", `{"TemplateBody": {"Resources": {"A": {"Type": "AWS::EKS::FargateProfile", "Properties": {"Selectors": [{"Namespace": "a"}]}}}}}`, "A namespace=a"},
		{"a loop over other things", `{"Resources": {"Fn::ForEach::Buckets": ["N", ["a"], {"B${N}": {"Type": "AWS::S3::Bucket"}}]}}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := ParseDeclared("f", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range f.Profiles {
				got = append(got, e.Name)
				if e.Cluster != "" {
					got = append(got, e.Cluster)
				}
				for _, s := range e.Selectors {
					got = append(got, s.String())
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}

func TestTemplateFaults(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a loop over profiles", `{"Resources": {"Fn::ForEach::Profiles": ["N", ["a"], {"P${N}": {"Type": "AWS::EKS::FargateProfile"}}]}}`, "Resources.Fn::ForEach::Profiles makes profiles in a loop, which fgctl does not unroll; "},
		{"get-template of YAML", `{"TemplateBody": "Resources: {}"}`, "TemplateBody holds the template as text; "},
		{"resources", "AWSTemplateFormatVersion: a\nResources: []\n", "Resources is a list, not a mapping"},
		{"properties", "Resources: {A: {Type: 'AWS::EKS::FargateProfile', Properties: []}}\n", "Resources.A.Properties is a list, not a mapping"},
		{"condition", "Resources: {A: {Type: 'AWS::EKS::FargateProfile', Condition: X}}\n", `there is no condition "X" in the template`},
		{"open condition", "Conditions: {X: !Equals [!Ref AWS::Region, a]}\nResources: {A: {Type: 'AWS::EKS::FargateProfile', Condition: X}}\n", "Resources.A.Condition: Ref AWS::Region has no answer"},
		{"subnets", "Resources: {A: {Type: 'AWS::EKS::FargateProfile', Properties: {Subnets: {a: b}}}}\n", "Resources.A.Properties.Subnets is a mapping, not a list"},
		{"no resources", "AWSTemplateFormatVersion: 2010-09-09\nTransform: AWS::Serverless-2016-10-31\n", "f: document 1, line 1: the template has no Resources, so nothing is known of its profiles"},
		{"resources misspelt", "AWSTemplateFormatVersion: 2010-09-09\nResorces:\n  A: {}\n", `f: document 1, line 2: the document: unknown key "Resorces"; did you mean Resources?`},
		{"a type misspelt", "Resources: {A: {Type: 'AWS::EKS::Fargate-Profile'}}\n", `Resources.A: the type "AWS::EKS::Fargate-Profile" is not known; fgctl reads AWS::EKS::FargateProfile and Custom::AWSCDK-EKS-FargateProfile`},
		{"a type of a registry", "Resources: {A: {Type: 'My::EKS::FargateProfiles'}}\n", `Resources.A: the type "My::EKS::FargateProfiles" is not known; `},
		{"nothing but a nested stack", "Resources: {A: {Type: 'AWS::CloudFormation::Stack'}}\n", "there is no Fargate profile in the template itself, but Resources.A stands for another template; give that one"},
		{"nothing but a module", "Resources: {A: {Type: 'My::EKS::Profile::MODULE'}}\n", "there is no Fargate profile in the template itself, but Resources.A stands for "},
		{"nothing but an include", "Resources: {'Fn::Transform': {Name: 'AWS::Include'}}\n", "there is no Fargate profile in the template itself, but Resources.Fn::Transform stands for "},
		{"parameters", "Parameters: []\nResources: {}\n", "Parameters is a list, not a mapping"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseDeclared("f", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

// Functions that use each other over and over, or make a long text longer, end in a fault, soon.
func TestTemplateIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("Conditions:\n  C0: !Equals [a, b]\n")
	for i := range 40 {
		fmt.Fprintf(&b, "  C%d: !Or [!Condition C%d, !Condition C%d]\n", i+1, i, i)
	}
	b.WriteString("Resources: {A: {Type: 'AWS::EKS::FargateProfile', Condition: C40}}\n")
	if _, err := ParseDeclared("f", []byte(b.String())); err == nil || !strings.Contains(err.Error(), "more than 10000 times") {
		t.Errorf("got %v", err)
	}
	long := "x: &x " + strings.Repeat("x", 60<<10) + "\nResources: {A: {Type: 'AWS::EKS::FargateProfile', Properties: {ClusterName: !Join ['', [" + strings.Repeat("*x,", 5000) + "]]}}}\n"
	if _, err := ParseDeclared("f", []byte(long)); err == nil || !strings.Contains(err.Error(), "Fn::Join returns more than 64 KiB") {
		t.Errorf("got %v", err)
	}
}
