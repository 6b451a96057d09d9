package profilefile

// These tests hold all forms in which profiles are declared against each other, and against any text.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

type jsonObject = map[string]any

// forms writes a profile in every form that ParseDeclared reads beside Parse's.
var forms = map[string]func(fargate.Profile) jsonObject{
	"terraform show -json": func(p fargate.Profile) jsonObject {
		return jsonObject{"format_version": "1.0", "values": jsonObject{"root_module": jsonObject{"child_modules": []jsonObject{{"resources": []jsonObject{
			{"address": "module.m.aws_eks_fargate_profile.p", "mode": "managed", "type": "aws_eks_fargate_profile", "values": attributes(p)},
		}}}}}}
	},
	"terraform.tfstate": func(p fargate.Profile) jsonObject {
		return jsonObject{"version": 4, "terraform_version": "1.11.4", "resources": []jsonObject{
			{"mode": "managed", "type": "aws_eks_fargate_profile", "name": "p", "instances": []jsonObject{{"attributes": attributes(p)}}},
		}}
	},
	"terraform show -json, Cloud Control": func(p fargate.Profile) jsonObject {
		values := jsonObject{
			"fargate_profile_name": p.Name, "cluster_name": p.Cluster, "pod_execution_role_arn": p.PodExecutionRoleARN,
			"selectors": selectorsOfPairs(p, "namespace", "labels", "key", "value"), "subnets": p.Subnets, "tags": pairs(p.Tags, "key", "value"),
		}
		return jsonObject{"format_version": "1.2", "resource_changes": []jsonObject{
			{"address": "awscc_eks_fargate_profile.p", "mode": "managed", "type": "awscc_eks_fargate_profile", "change": jsonObject{"after": values}},
		}}
	},
	"Pulumi": func(p fargate.Profile) jsonObject {
		return pulumiStackOf("aws:eks/fargateProfile:FargateProfile", jsonObject{
			"fargateProfileName": p.Name, "clusterName": p.Cluster, "podExecutionRoleArn": p.PodExecutionRoleARN,
			"selectors": selectorObjects(p), "subnetIds": p.Subnets, "tagsAll": p.Tags, "tags": nil,
		})
	},
	"Pulumi, aws-native": func(p fargate.Profile) jsonObject {
		return pulumiStackOf("aws-native:eks:FargateProfile", jsonObject{
			"fargateProfileName": p.Name, "clusterName": p.Cluster, "podExecutionRoleArn": p.PodExecutionRoleARN,
			"selectors": selectorsOfPairs(p, "namespace", "labels", "key", "value"), "subnets": p.Subnets, "tags": pairs(p.Tags, "key", "value"),
		})
	},
	"CloudFormation": func(p fargate.Profile) jsonObject {
		return jsonObject{"Resources": jsonObject{"P": jsonObject{"Type": "AWS::EKS::FargateProfile", "Properties": jsonObject{
			"FargateProfileName": p.Name, "ClusterName": p.Cluster, "PodExecutionRoleArn": p.PodExecutionRoleARN,
			"Selectors": selectorsOfPairs(p, "Namespace", "Labels", "Key", "Value"), "Subnets": p.Subnets, "Tags": pairs(p.Tags, "Key", "Value"),
		}}}}
	},
	"CDK": func(p fargate.Profile) jsonObject {
		return jsonObject{"Resources": jsonObject{"P": jsonObject{"Type": "Custom::AWSCDK-EKS-FargateProfile", "Properties": jsonObject{"Config": jsonObject{
			"fargateProfileName": p.Name, "clusterName": p.Cluster, "podExecutionRoleArn": p.PodExecutionRoleARN,
			"selectors": selectorObjects(p), "subnets": p.Subnets, "tags": p.Tags,
		}}}}}
	},
	"ACK": func(p fargate.Profile) jsonObject {
		return jsonObject{"apiVersion": "eks.services.k8s.aws/v1alpha1", "kind": "FargateProfile", "spec": jsonObject{
			"name": p.Name, "clusterName": p.Cluster, "podExecutionRoleARN": p.PodExecutionRoleARN,
			"selectors": selectorObjects(p), "subnets": p.Subnets, "tags": p.Tags,
		}}
	},
	"Crossplane, Upbound": func(p fargate.Profile) jsonObject {
		return jsonObject{"apiVersion": "eks.aws.upbound.io/v1beta1", "kind": "FargateProfile", "metadata": jsonObject{"name": p.Name}, "spec": jsonObject{"forProvider": jsonObject{
			"clusterName": p.Cluster, "podExecutionRoleArn": p.PodExecutionRoleARN,
			"selector": selectorObjects(p), "subnetIds": p.Subnets, "tags": p.Tags,
		}}}
	},
	"Crossplane, community": func(p fargate.Profile) jsonObject {
		return jsonObject{"apiVersion": "eks.aws.crossplane.io/v1beta1", "kind": "FargateProfile", "metadata": jsonObject{"name": p.Name}, "spec": jsonObject{"forProvider": jsonObject{
			"clusterName": p.Cluster, "podExecutionRoleArn": p.PodExecutionRoleARN,
			"selectors": selectorObjects(p), "subnets": p.Subnets, "tags": p.Tags,
		}}}
	},
}

func attributes(p fargate.Profile) jsonObject {
	return jsonObject{
		"fargate_profile_name": p.Name, "cluster_name": p.Cluster, "pod_execution_role_arn": p.PodExecutionRoleARN,
		"selector": selectorObjects(p), "subnet_ids": p.Subnets, "tags_all": p.Tags, "tags": nil,
	}
}

func selectorObjects(p fargate.Profile) []jsonObject {
	out := []jsonObject{}
	for _, s := range p.Selectors {
		out = append(out, jsonObject{"namespace": s.Namespace, "labels": s.Labels})
	}
	return out
}

func selectorsOfPairs(p fargate.Profile, namespace, labels, key, value string) []jsonObject {
	out := []jsonObject{}
	for _, s := range p.Selectors {
		out = append(out, jsonObject{namespace: s.Namespace, labels: pairs(s.Labels, key, value)})
	}
	return out
}

func pairs(m map[string]string, key, value string) []jsonObject {
	out := []jsonObject{}
	for k, v := range m {
		out = append(out, jsonObject{key: k, value: v})
	}
	return out
}

// pulumiStackOf is what pulumi stack export prints of a stack with one resource.
func pulumiStackOf(kind string, outputs jsonObject) jsonObject {
	return jsonObject{"version": 3, "deployment": jsonObject{"resources": []jsonObject{
		{"urn": "urn:pulumi:dev::x::" + kind + "::p", "custom": true, "type": kind, "outputs": outputs},
	}}}
}

// marshalYAML writes what JSON has as YAML: as JSON where the library does not read what it wrote itself, or reads
// something else, as with texts that begin with an empty line (https://github.com/yaml/go-yaml/issues/399).
func marshalYAML(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		return nil, err
	}
	out, err := yaml.Marshal(plain)
	if err != nil {
		return nil, err
	}
	var read any
	if yaml.Unmarshal(out, &read) == nil {
		if again, err := json.Marshal(read); err == nil && bytes.Equal(again, text) {
			return out, nil
		}
	}
	return text, nil
}

// A profile is the same whichever tool declares it, in JSON and in YAML.
func TestEveryFormSaysTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := profiles().Draw(t, "profile")
		want.Name, want.Cluster = "p"+want.Name, "demo"
		want.Status, want.Issues = "", nil
		for name, form := range forms {
			for format, write := range map[string]func(any) ([]byte, error){"json": json.Marshal, "yaml": marshalYAML} {
				text, err := write(form(want))
				if err != nil {
					t.Fatal(err)
				}
				f, err := ParseDeclared("f", text)
				if err != nil {
					t.Fatalf("%s, %s: %v\n%s", name, format, err, text)
				}
				if got := f.Profiles[0].Profile; !reflect.DeepEqual(got, want) {
					t.Fatalf("%s, %s:\ngot  %#v\nwant %#v\n%s", name, format, got, want, text)
				}
			}
		}
	})
}

// What Parse reads, ParseDeclared reads the same.
func TestParseDeclaredReadsWhatParseReads(t *testing.T) {
	for _, text := range []string{clusterConfig, described, "- name: a\n- name: b\n", "[]", "a: b\n", "", "- name: [a\n"} {
		want, wantErr := Parse("f", []byte(text))
		got, err := ParseDeclared("f", []byte(text))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
		if wantErr != nil && (err == nil || err.Error() != strings.ReplaceAll(wantErr.Error(), accepted, acceptedAll)) || wantErr == nil && err != nil {
			t.Errorf("%q: got %v, want %v", text, err, wantErr)
		}
	}
}

// A plan is read far beyond the size that a person's YAML may have.
func TestParseDeclaredReadsLargePlans(t *testing.T) {
	p := fargate.Profile{Name: "web", Selectors: []fargate.Selector{{Namespace: "web"}}}
	text, err := json.Marshal(forms["terraform show -json"](p))
	if err != nil {
		t.Fatal(err)
	}
	large := `{"configuration": "` + strings.Repeat("x", 20<<20) + `",` + string(text[1:])
	f, err := ParseDeclared("f", []byte(large))
	if err != nil || len(f.Profiles) != 1 {
		t.Errorf("got %d profiles, %v", len(f.Profiles), err)
	}
}

// Any text is read, or refused in words; what is read has names, unless it is of Parse's own kinds.
func FuzzParseDeclared(f *testing.F) {
	p := web()
	for _, form := range forms {
		text, err := json.Marshal(form(p))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	files, err := filepath.Glob("../../examples/declared/*")
	if err != nil || len(files) == 0 {
		f.Fatal(err, files)
	}
	for _, name := range append(files, "testdata/terraform/plan_unknown.json") {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	for _, text := range []string{stackTemplate, "kind: List\nitems: &i\n- kind: List\n  items: *i\n", "resource \"a\" {", "Resources: &r {A: *r}", "Resources: {A: {Type: AWS::EKS::FargateProfile, Properties: !Sub [a, b]}}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("over 5s for %q", text)) }).Stop()
		file, err := ParseDeclared("f", []byte(text))
		judge(t, file)
		if err != nil && err.Error() == "" {
			t.Fatal("a fault without words")
		}
		for _, e := range file.Profiles {
			if e.Document < 1 || e.Line < 1 || e.Path == "" {
				t.Fatalf("%q is nowhere: %s", e.Name, whereIs(e))
			}
		}
		own, ownErr := Parse("f", []byte(text))
		if ownErr == nil && (err != nil || !slices.EqualFunc(own.Profiles, file.Profiles, func(a, b Entry) bool { return reflect.DeepEqual(a, b) })) {
			t.Fatalf("Parse reads %+v, ParseDeclared %+v, %v", own, file, err)
		}
	})
}

// judge asks all that fgctl asks about the profiles of a file.
func judge(t *testing.T, file File) {
	t.Helper()
	var profiles []fargate.Profile
	for _, e := range file.Profiles {
		faults, _ := fargate.Validate(e.Profile)
		if len(faults) > 0 && faults.Error() == "" {
			t.Fatal("a fault without words")
		}
		_ = fargate.DefaultName(e.Selectors)
		// What is far beyond EKS's limits is not judged (see match).
		if len(e.Selectors) <= 10 && len(profiles) < 10 {
			profiles = append(profiles, e.Profile)
		}
	}
	if len(profiles) == 0 {
		return
	}
	matcher := fargate.NewMatcher(profiles)
	for _, o := range fargate.Overlaps(profiles) {
		pod := kube.Pod{Kind: "Pod", Namespace: o.Witness.Namespace, Labels: o.Witness.Labels}
		if e := matcher.Explain(pod); o.Witness.Namespace != "" && o.Counts && e.Verdict == fargate.VerdictUnmatched {
			t.Fatalf("the witness of an overlap is unmatched: %+v", o)
		}
	}
	fargate.Redundancies(profiles)
	fargate.Coverage(profiles[0].Selectors, profiles[1:])
}

// FuzzTemplateFunctions works out any function of a template.
func FuzzTemplateFunctions(f *testing.F) {
	for _, value := range []string{"!Ref A", `!Sub "${A}-${!B}${Number}"`, `!Join ["-", [a, !Ref A]]`, `!Join [".", !FindInMap [M, a, list]]`, "!If [YesAndUnknown, a, !If [Yes, b, c]]", `{"Fn::Sub": ["${B}", {"B": {"Ref": "A"}}]}`} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		defer time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("over 5s for %q", value)) }).Stop()
		file, err := ParseDeclared("f", []byte(withNamespace(value)))
		if err != nil && err.Error() == "" {
			t.Fatal("a fault without words")
		}
		for _, e := range file.Profiles {
			for _, s := range e.Selectors {
				if err == nil && strings.Contains(s.Namespace, "{{resolve:") {
					t.Fatalf("%q is not resolved", s.Namespace)
				}
			}
		}
	})
}

func whereIs(e Entry) string {
	return fmt.Sprintf("document %d, line %d, %s", e.Document, e.Line, e.Path)
}
