package profilefile

// These tests state what is read of Terraform's plans and states. The files of testdata/terraform were
// made by Terraform 1.11.4 with version 5.100.0 of the provider; the plans are without their
// configuration, which is not read.

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
)

func testFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTerraformState(t *testing.T) {
	profile := func(colour, id string) Entry {
		return Entry{
			Profile: fargate.Profile{
				Name: "team-" + colour, Cluster: "demo", Status: fargate.StatusActive,
				ARN:                 "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/team-" + colour + "/" + id,
				PodExecutionRoleARN: "arn:aws:iam::111122223333:role/fargate-pods",
				Selectors:           []fargate.Selector{{Namespace: "team-" + colour + "-*", Labels: map[string]string{"compute": "fargate"}}},
				Subnets:             []string{"subnet-0aaa0000000000001"},
				Tags:                map[string]string{"colour": colour, "team": "a"},
			},
			Region: "us-east-1", Foreign: true, Document: 1, Path: `aws_eks_fargate_profile.team["` + colour + `"]`,
		}
	}
	want := []Entry{profile("blue", "f8b833c0-9b97-677b-c593-1284dd7b96fb"), profile("red", "a4d9a79c-8673-42bb-b2f6-8f8796b88f5d")}
	for _, name := range []string{"terraform/state.json", "terraform/terraform.tfstate"} {
		f, err := ParseDeclared(name, testFile(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if f.Cluster != "demo" || f.Region != "us-east-1" {
			t.Errorf("%s: cluster %q, region %q", name, f.Cluster, f.Region)
		}
		for i := range f.Profiles {
			f.Profiles[i].Line = 0 // the two files are laid out differently
		}
		if !reflect.DeepEqual(f.Profiles, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, f.Profiles, want)
		}
	}
}

// A plan has the attributes that it knows; those of a selector that it does not know yet are faults,
// because without them the selector would take more pods than it will.
func TestTerraformPlan(t *testing.T) {
	f, err := ParseDeclared("plan.json", testFile(t, "terraform/plan_unknown.json"))
	const tail = " is known only after the apply, so no pod can be judged by it; write its value out in the configuration, or give the state after the apply (terraform show -json)\n"
	want := "aws_eks_fargate_profile.name: fargate_profile_name" + tail +
		"aws_eks_fargate_profile.name: selector" + tail +
		"aws_eks_fargate_profile.ns: selector[0].labels" + tail +
		"aws_eks_fargate_profile.ns: selector[1].namespace" + tail
	if err == nil {
		t.Fatal("no fault")
	}
	var got strings.Builder
	for line := range strings.SplitSeq(err.Error(), "\n") {
		_, message, _ := strings.Cut(line, ": document 1, line ")
		_, message, _ = strings.Cut(message, ": ")
		got.WriteString(message + "\n")
	}
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &got, want)
	}
	type row struct{ path, name, cluster, role, selectors, subnets string }
	var rows []row
	for _, e := range f.Profiles {
		if e.Name == "" || e.Name == "ns" {
			continue
		}
		var selectors []string
		for _, s := range e.Selectors {
			selectors = append(selectors, s.String())
		}
		rows = append(rows, row{e.Path, e.Name, e.Cluster, e.PodExecutionRoleARN, strings.Join(selectors, " "), strings.Join(e.Subnets, " ")})
	}
	const role = "arn:aws:iam::111122223333:role/fargate-pods"
	wantRows := []row{
		{"aws_eks_fargate_profile.labels", "labels", "demo", role, "namespace=x namespace=y", ""},
		{"aws_eks_fargate_profile.n[0]", "n-0", "", role, "namespace=n", ""},
		{"aws_eks_fargate_profile.n[1]", "n-1", "", role, "namespace=n", ""},
		{`aws_eks_fargate_profile.team["blue"]`, "team-blue", "demo", "", "namespace=team-blue-*", ""},
		{`aws_eks_fargate_profile.team["red"]`, "team-red", "demo", "", "namespace=team-red-*", ""},
		{"aws_eks_fargate_profile.web", "web", "demo", "", "namespace=web,compute=fargate", "subnet-0aaa0000000000001"},
		{"module.jobs.aws_eks_fargate_profile.jobs", "jobs", "demo", "", "namespace=jobs-*", ""},
	}
	if !reflect.DeepEqual(rows, wantRows) {
		t.Errorf("got  %+v\nwant %+v", rows, wantRows)
	}
}

func TestTerraformPlanLeavesOutWhatItDeletes(t *testing.T) {
	f, err := ParseDeclared("plan.json", testFile(t, "terraform/plan_destroy.json"))
	if err != nil || len(f.Profiles) > 0 {
		t.Errorf("got %+v, %v", f, err)
	}
}

// resource is a profile in the form of terraform show -json.
func resource(mode, values string) string {
	return `{"address": "aws_eks_fargate_profile.a", "mode": "` + mode + `", "type": "aws_eks_fargate_profile", "values": ` + values + `}`
}

// changes are those of a plan: of a profile that is made, of one that is replaced, and of what is no profile.
const changes = `{"address": "aws_eks_fargate_profile.a", "mode": "managed", "type": "aws_eks_fargate_profile",
 "change": {"actions": ["create"], "before": null, "after": {"fargate_profile_name": "a", "selector": [{"namespace": "n", "labels": {"k": "v"}}]}, "after_unknown": {"id": true}}},
{"address": "aws_eks_fargate_profile.a", "deposed": "1", "mode": "managed", "type": "aws_eks_fargate_profile", "change": {"actions": ["delete"], "after": null}},
{"address": "aws_eks_fargate_profile.b", "mode": "managed", "type": "aws_eks_fargate_profile", "change": {"actions": ["delete"], "before": {"fargate_profile_name": "b"}, "after": null}},
{"address": "aws_iam_role.r", "mode": "managed", "type": "aws_iam_role", "change": {"actions": ["create"], "after": {}}}`

func TestTerraformForms(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty state", `{"format_version": "1.0"}`, ""},
		{"before Terraform 1.1", `{"format_version": "0.2", "values": {"root_module": {"resources": [` + resource("managed", `{"fargate_profile_name": "a"}`) + `]}}}`, "a"},
		{"data source", `{"format_version": "1.0", "values": {"root_module": {"resources": [` + resource("data", `{"fargate_profile_name": "a"}`) + `]}}}`, ""},
		{"other types", `{"format_version": "1.0", "values": {"root_module": {"resources": [{"type": "aws_eks_cluster", "mode": "managed", "values": {}}]}}}`, ""},
		{
			"modules in modules",
			`{"format_version": "1.0", "values": {"root_module": {"child_modules": [{"child_modules": [{"resources": [` + resource("managed", `{"fargate_profile_name": "a"}`) + `]}]}]}}}`, "a",
		},
		{"region of provider 6", `{"format_version": "1.0", "values": {"root_module": {"resources": [` + resource("managed", `{"fargate_profile_name": "a", "region": "eu-west-1"}`) + `]}}}`, "a eu-west-1"},
		{"Cloud Control", `{"format_version": "1.0", "values": {"root_module": {"resources": [{"address": "aws_eks_fargate_profile.a", "mode": "managed", "type": "awscc_eks_fargate_profile", "values": {"fargate_profile_name": "a", "selectors": [{"namespace": "n", "labels": [{"key": "k", "value": "v"}]}]}}]}}}`, "a n k=v"},
		{"changes only", `{"format_version": "1.2", "resource_changes": [` + changes + `]}`, "a n k=v"},
		{"changes beside values that are cut away", `{"format_version": "1.2", "planned_values": {}, "resource_changes": [` + changes + `]}`, "a n k=v"},
		{"a list of changes", "[" + changes + "]", "a n k=v"},
		{"no change", `{"format_version": "1.2", "resource_changes": []}`, ""},
		{"an empty destroy plan", `{"format_version": "1.2", "planned_values": {"root_module": {}}}`, ""},
		{"state file of Cloud Control", `{"version": 4, "terraform_version": "1.5.0", "resources": [{"mode": "managed", "type": "awscc_eks_fargate_profile", "name": "x", "instances": [{"attributes": {"fargate_profile_name": "a"}}]}]}`, "a awscc_eks_fargate_profile.x"},
		{"state file with count and module", `{"version": 4, "terraform_version": "1.5.0", "resources": [{"module": "module.m", "mode": "managed", "type": "aws_eks_fargate_profile", "name": "x", "instances": [{"index_key": 0, "attributes": {"fargate_profile_name": "a"}}]}]}`, "a module.m.aws_eks_fargate_profile.x[0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := ParseDeclared("f", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range f.Profiles {
				got = append(got, e.Name)
				if e.Region != "" {
					got = append(got, e.Region)
				}
				for _, s := range e.Selectors {
					got = append(got, s.Namespace)
					for k, v := range s.Labels {
						got = append(got, k+"="+v)
					}
				}
				if e.Path != "aws_eks_fargate_profile.a" {
					got = append(got, e.Path)
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}

func TestTerraformFaults(t *testing.T) {
	state := func(resource string) string {
		return `{"format_version": "1.0", "values": {"root_module": {"resources": [` + resource + `]}}}`
	}
	change := func(unknown string) string {
		return `{"format_version": "1.2", "planned_values": {"root_module": {"resources": [` + resource("managed", `{"fargate_profile_name": "a", "selector": [{"namespace": "x"}]}`) + `]}},
"resource_changes": [{"address": "aws_eks_fargate_profile.a", "mode": "managed", "type": "aws_eks_fargate_profile", "change": {"after_unknown": ` + unknown + `}}]}`
	}
	const late = " is known only after the apply"
	for _, c := range []struct{ name, text, want string }{
		{"configuration", "# a profile\nresource \"aws_eks_fargate_profile\" \"web\" {\n}\n", "f: line 2: this is Terraform's configuration language, whose values only Terraform knows; fgctl reads what Terraform makes of it: terraform plan -out=plan.out && terraform show -json plan.out"},
		{"configuration that begins otherwise", "locals {\n  a = 1\n}\n", "f: line 1: this is Terraform's configuration language"},
		{"JSON configuration", `{"resource": {"aws_eks_fargate_profile": {"web": {}}}}`, "f: document 1, line 1: this is a configuration of Terraform, whose values only Terraform knows; "},
		{"binary plan", "PK\x03\x04\x14\x00", "f: this is a plan as terraform plan -out writes it; give its text: terraform show -json FILE"},
		{"log", `{"@level": "info", "@message": "Terraform 1.11.4"}` + "\n" + `{"@level": "info", "@message": "Plan"}`, "f: document 1, line 1: this is the log that terraform plan -json prints; "},
		{"newer form", `{"format_version": "2.0", "values": {}}`, `f: document 1, line 1: format_version is "2.0"; fgctl knows the versions 0 and 1`},
		{"older state file", `{"version": 3, "terraform_version": "0.11.0", "modules": []}`, `f: document 1, line 1: this is a state file of Terraform of version "3"; give what terraform show -json prints of it`},
		{"broken plan", `{"format_version": "1.2", "errored": true, "planned_values": {}}`, "f: document 1, line 1: the plan is not complete, because terraform plan ended with an error"},
		{"no name", state(resource("managed", `{}`)), "f: document 1, line 1: aws_eks_fargate_profile.a has no fargate_profile_name"},
		{"wrong types", state(resource("managed", `{"fargate_profile_name": 1, "selector": {}}`)), `aws_eks_fargate_profile.a.selector is a mapping, not a list`},
		{"wrong modules", `{"format_version": "1.0", "values": {"root_module": []}}`, "values.root_module is a list, not a mapping"},
		{"a label", change(`{"selector": [{"labels": {"app": true}}]}`), "aws_eks_fargate_profile.a: selector[0].labels[app]" + late},
		{"a selector", change(`{"selector": [true]}`), "aws_eks_fargate_profile.a: selector[0]" + late},
		{
			"deferred", `{"format_version": "1.2", "planned_values": {}, "deferred_changes": [{"reason": "unknown", "resource_change": {"address": "aws_eks_fargate_profile.a", "type": "aws_eks_fargate_profile"}}]}`,
			"aws_eks_fargate_profile.a is deferred by the plan, so nothing is known of it; ",
		},
		{"a label of Cloud Control", strings.ReplaceAll(strings.ReplaceAll(change(`{"selectors": [{"labels": [{"key": false, "value": true}]}]}`), "aws_eks", "awscc_eks"), `"selector":`, `"selectors":`), "awscc_eks_fargate_profile.a: selectors[0].labels[0].value" + late},
		{"labels as a mapping in Cloud Control", strings.ReplaceAll(state(resource("managed", `{"fargate_profile_name": "a", "selectors": [{"namespace": "x", "labels": {"k": "v"}}]}`)), "aws_eks", "awscc_eks"), `selectors[0].labels is a mapping, not a list; write "labels": [{"key": "k", "value": "v"}]`},
		{"another provider's type", strings.ReplaceAll(state(resource("managed", `{}`)), "aws_eks", "awsnew_eks"), "awsnew_eks_fargate_profile is a type of resource that fgctl does not know; it reads aws_eks_fargate_profile and awscc_eks_fargate_profile"},
		{"a plan without values and changes", `{"format_version": "1.2", "configuration": {}}`, "f: document 1, line 1: this plan has neither planned_values nor resource_changes, so nothing is known of its profiles; give all that terraform show -json prints"},
		{"a change that is open", `{"format_version": "1.2", "resource_changes": [{"address": "aws_eks_fargate_profile.a", "mode": "managed", "type": "aws_eks_fargate_profile", "change": {"after": {"fargate_profile_name": "a"}, "after_unknown": {"selector": true}}}]}`, "aws_eks_fargate_profile.a: selector" + late},
		{"a change without what comes after", `[{"address": "aws_eks_fargate_profile.a", "mode": "managed", "type": "aws_eks_fargate_profile", "change": {"actions": ["create"]}}]`, "aws_eks_fargate_profile.a: its change does not say what it is after the apply; "},
		{"modules without end", "format_version: '1.0'\nvalues:\n  root_module: " + strings.Repeat("{child_modules: [", 40) + strings.Repeat("]}", 40), "modules are nested more than 32 deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseDeclared("f", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.HasPrefix(c.want, "f: ") && !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

func TestTerraformLogIsToldOnce(t *testing.T) {
	_, err := ParseDeclared("f", []byte(strings.Repeat(`{"@level": "info", "@message": "x"}`+"\n", 5)))
	if err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

// What the apply fills in and no pod's way depends on is no fault.
func TestTerraformUnknownRoleAndSubnets(t *testing.T) {
	text := `{"format_version": "1.2", "planned_values": {"root_module": {"resources": [` + resource("managed", `{"fargate_profile_name": "a", "selector": [{"namespace": "x", "labels": {}}]}`) + `]}},
"resource_changes": [{"address": "aws_eks_fargate_profile.a", "mode": "managed", "type": "aws_eks_fargate_profile", "change":
{"after_unknown": {"arn": true, "cluster_name": true, "pod_execution_role_arn": true, "subnet_ids": true, "tags_all": true, "selector": [{"labels": {}}]}}},
{"address": "aws_eks_fargate_profile.a", "mode": "managed", "type": "aws_eks_fargate_profile", "deposed": "b", "change": {"after_unknown": {"selector": true}}}]}`
	f, err := ParseDeclared("f", []byte(text))
	if err != nil || len(f.Profiles) != 1 {
		t.Errorf("got %+v, %v", f, err)
	}
}
