package profilefile

// These tests state what is read of the objects of ACK and Crossplane, and of the streams they stand in.

import (
	"reflect"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
)

func TestControllers(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/fargate-pods"
	const arn = "arn:aws:eks:eu-west-1:111122223333:fargateprofile/demo/web/a1"
	full := Entry{
		Profile: fargate.Profile{
			Name: "web", Cluster: "demo", ARN: arn, Status: fargate.StatusActive, PodExecutionRoleARN: role,
			Selectors: []fargate.Selector{{Namespace: "web", Labels: map[string]string{"app": "api"}}},
			Subnets:   []string{"subnet-0aaa0000000000001"}, Tags: map[string]string{"team": "a"},
		},
		Region: "eu-west-1", Foreign: true, Document: 1, Line: 1, Path: "FargateProfile",
	}
	short := Entry{
		Profile:  fargate.Profile{Name: "web", Cluster: "demo", Selectors: []fargate.Selector{{Namespace: "web"}}},
		Foreign:  true,
		Document: 1, Line: 1, Path: "FargateProfile",
	}
	far := short
	far.Region = "eu-west-1"
	for _, c := range []struct {
		name, text string
		want       Entry
	}{
		{"ACK", `apiVersion: eks.services.k8s.aws/v1alpha1
kind: FargateProfile
metadata: {name: some-object}
spec:
  name: web
  clusterName: demo
  clientRequestToken: x
  podExecutionRoleARN: ` + role + `
  selectors: [{namespace: web, labels: {app: api}}]
  subnets: [subnet-0aaa0000000000001]
  tags: {team: a}
status: {status: ACTIVE, ackResourceMetadata: {arn: "` + arn + `", region: eu-west-1, ownerAccountID: "1"}}
`, full},
		{"ACK with references", `apiVersion: eks.services.k8s.aws/v1alpha1
kind: FargateProfile
metadata: {name: some-object, annotations: {services.k8s.aws/region: eu-west-1}}
spec: {name: web, clusterRef: {from: {name: demo}}, podExecutionRoleRef: {from: {name: a}}, subnetRefs: [{from: {name: b}}], selectors: [{namespace: web}]}
`, far},
		{"Crossplane, Upbound", `apiVersion: eks.aws.upbound.io/v1beta1
kind: FargateProfile
metadata: {name: some-object, annotations: {crossplane.io/external-name: web}}
spec:
  forProvider:
    region: eu-west-1
    clusterName: demo
    podExecutionRoleArn: ` + role + `
    selector: [{namespace: web, labels: {app: api}}]
    subnetIds: [subnet-0aaa0000000000001]
    tags: {team: a}
status: {atProvider: {arn: "` + arn + `", status: ACTIVE}}
`, full},
		{"Crossplane, Upbound in a namespace, with references", `apiVersion: eks.aws.m.upbound.io/v1beta1
kind: FargateProfile
metadata: {name: web, namespace: infra}
spec: {forProvider: {region: eu-west-1, clusterNameRef: {name: demo}, podExecutionRoleArnRef: {name: a}, selector: [{namespace: web}], subnetIdRefs: [{name: b}]}}
`, far},
		{"Crossplane, initProvider", `apiVersion: eks.aws.upbound.io/v1beta2
kind: FargateProfile
metadata: {name: web}
spec: {forProvider: {clusterName: demo, selector: null}, initProvider: {clusterName: other, selector: [{namespace: web}]}}
`, short},
		{"Crossplane, only observed", `apiVersion: eks.aws.upbound.io/v1beta1
kind: FargateProfile
metadata: {name: web}
spec: {managementPolicies: [Observe], forProvider: {region: eu-west-1}}
status: {atProvider: {clusterName: demo, selector: [{namespace: web}]}}
`, far},
		{"Crossplane, community", `apiVersion: eks.aws.crossplane.io/v1beta1
kind: FargateProfile
metadata: {name: web}
spec:
  forProvider:
    region: eu-west-1
    clusterName: demo
    podExecutionRoleArn: ` + role + `
    selectors: [{namespace: web, labels: {app: api}}]
    subnets: [subnet-0aaa0000000000001]
    tags: {team: a}
status: {atProvider: {fargateProfileArn: "` + arn + `", status: ACTIVE}}
`, full},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := ParseDeclared("f", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if want := []Entry{c.want}; !reflect.DeepEqual(f.Profiles, want) {
				t.Errorf("got  %+v\nwant %+v", f.Profiles, want)
			}
		})
	}
}

// Cluster API's provider for AWS makes up a name where the object has none.
func TestClusterAPI(t *testing.T) {
	const head = "apiVersion: infrastructure.cluster.x-k8s.io/v1beta2\nkind: AWSFargateProfile\n"
	const spec = "spec: {clusterName: demo, roleName: pods, subnetIDs: [subnet-0aaa0000000000001], additionalTags: {team: a}, selectors: [{namespace: web, labels: {app: api}}]"
	long := strings.Repeat("a", 90)
	for _, c := range []struct{ name, text, want, open string }{
		{"named", head + "metadata: {name: x, namespace: infra}\n" + spec + ", profileName: web}\n", "web", ""},
		{"the version before", strings.Replace(head, "v1beta2", "v1beta1", 1) + spec + ", profileName: web}\n", "web", ""},
		{"named by the object", head + "metadata: {name: web.a, namespace: infra}\n" + spec + "}\n", "infra_web_a", ""},
		{"in an unknown namespace", head + "metadata: {name: web}\n" + spec + "}\n", "web", "profileName is missing, and metadata.namespace, which the name is made of"},
		{"with a long name", head + "metadata: {name: " + long + ", namespace: infrastructure}\n" + spec + "}\n", long, "profileName is missing, and a name of 105 characters becomes a hash"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := ParseDeclared("f", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			want := []Entry{{
				Profile: fargate.Profile{
					Name: c.want, Cluster: "demo", Selectors: []fargate.Selector{{Namespace: "web", Labels: map[string]string{"app": "api"}}},
					Subnets: []string{"subnet-0aaa0000000000001"}, Tags: map[string]string{"team": "a"},
				},
				OpenName: c.open, Foreign: true, Document: 1, Line: 1, Path: "AWSFargateProfile",
			}}
			if !reflect.DeepEqual(f.Profiles, want) {
				t.Errorf("got  %+v\nwant %+v", f.Profiles, want)
			}
		})
	}
}

// Profiles stand among other objects and in Lists, beside those that Parse reads.
func TestControllersInStreams(t *testing.T) {
	const web = "{apiVersion: eks.services.k8s.aws/v1alpha1, kind: FargateProfile, spec: {name: web, selectors: [{namespace: web}]}}\n"
	const jobs = "{apiVersion: eks.aws.upbound.io/v1beta1, kind: FargateProfile, metadata: {name: jobs}, spec: {forProvider: {selector: [{namespace: jobs}]}}}\n"
	for _, c := range []struct{ name, text, want string }{
		{"documents", "apiVersion: v1\nkind: Namespace\n---\n" + web + "---\n" + jobs + "---\nkind: Pod\n", "FargateProfile 2:4 web; FargateProfile 3:6 jobs"},
		{"List", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n- " + web + "- " + jobs, "items[1] 1:5 web; items[2] 1:6 jobs"},
		{"FargateProfileList", "apiVersion: eks.aws.upbound.io/v1beta1\nkind: FargateProfileList\nitems:\n- " + jobs, "items[0] 1:4 jobs"},
		{"empty List", `{"apiVersion": "v1", "kind": "List", "items": []}`, ""},
		{"beside a ClusterConfig", web + "---\nkind: ClusterConfig\nfargateProfiles: [{name: a}]\n---\n- name: b\n", "FargateProfile 1:1 web; fargateProfiles[0] 2:4 a; [0] 3:6 b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := ParseDeclared("f", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range f.Profiles {
				got = append(got, e.Path+" "+strings.Join([]string{string(rune('0' + e.Document)), string(rune('0' + e.Line))}, ":")+" "+e.Name)
			}
			if s := strings.Join(got, "; "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}

func TestControllerFaults(t *testing.T) {
	ack := func(spec string) string {
		return "apiVersion: eks.services.k8s.aws/v1alpha1\nkind: FargateProfile\nspec: {" + spec + "}\n"
	}
	capa := func(meta, spec string) string {
		return "apiVersion: infrastructure.cluster.x-k8s.io/v1beta2\nkind: AWSFargateProfile\nmetadata: " + meta + "\nspec: {" + spec + "}\n"
	}
	for _, c := range []struct{ name, text, want string }{
		{"nothing but other kinds", "apiVersion: v1\nkind: Service\n---\napiVersion: v1\nkind: Pod\n", `f: document 1, line 1: the kind is "Service", which declares no Fargate profile; ` + acceptedAll},
		{"a foreign FargateProfile", "apiVersion: example.com/v1\nkind: FargateProfile\n", `f: document 1, line 1: a FargateProfile of apiVersion "example.com/v1" is not known; fgctl match reads FargateProfile of eks.services.k8s.aws and eks.aws.crossplane.io, eks.aws.m.upbound.io, eks.aws.upbound.io, and AWSFargateProfile of infrastructure.cluster.x-k8s.io`},
		{"a kind that sounds like one, beside a profile", ack("name: a, selectors: [{namespace: a}]") + "---\napiVersion: eks.services.k8s.aws/v1alpha1\nkind: Fargateprofiles\n", `f: document 2, line 5: a Fargateprofiles of apiVersion "eks.services.k8s.aws/v1alpha1" is not known; `},
		{"CAPA's version", "apiVersion: infrastructure.cluster.x-k8s.io/v1alpha4\nkind: AWSFargateProfile\n", `f: document 1, line 1: apiVersion is "infrastructure.cluster.x-k8s.io/v1alpha4"; fgctl knows infrastructure.cluster.x-k8s.io/v1beta1, infrastructure.cluster.x-k8s.io/v1beta2`},
		{"CAPA without a name", capa("{}", "selectors: []"), "f: document 1, line 1: spec.profileName and metadata.name are missing; one of them names the profile"},
		{"CAPA's selectors", capa("{name: a}", "selector: []"), `f: document 1, line 4: spec: unknown key "selector"; did you mean selectors?`},
		{"CAPA's subnets", capa("{name: a}", "subnetIds: [], subnets: []"), `f: document 1, line 4: spec: unknown key "subnetIds"; did you mean subnetIDs?`},
		{"ACK's cluster and role", ack("name: a, cluster_name: b, podExecutionRoleArns: c, clusterRef: {}, subnetRefs: []"), `f: document 1, line 3: spec: unknown key "cluster_name"; did you mean clusterName?` + "\n" + `f: document 1, line 3: spec: unknown key "podExecutionRoleArns"; did you mean podExecutionRoleARN?`},
		{"ACK's version", "apiVersion: eks.services.k8s.aws/v2\nkind: FargateProfile\n", `f: document 1, line 1: apiVersion is "eks.services.k8s.aws/v2"; fgctl knows eks.services.k8s.aws/v1alpha1`},
		{"Crossplane's version", "apiVersion: eks.aws.upbound.io/v2\nkind: FargateProfile\n", `f: document 1, line 1: apiVersion is "eks.aws.upbound.io/v2"; fgctl knows eks.aws.upbound.io/v1beta1, eks.aws.upbound.io/v1beta2`},
		{"ACK without a name", ack("selectors: []"), "f: document 1, line 1: spec.name is missing; it is the profile's name"},
		{"Crossplane without a name", "apiVersion: eks.aws.upbound.io/v1beta1\nkind: FargateProfile\nmetadata: {generateName: a-}\n", "f: document 1, line 1: metadata.name is missing; "},
		{"ACK's selectors", ack("name: a, selector: []"), `f: document 1, line 3: spec: unknown key "selector"; did you mean selectors?`},
		{"Crossplane's selector", "apiVersion: eks.aws.upbound.io/v1beta1\nkind: FargateProfile\nmetadata: {name: a}\nspec: {forProvider: {selectors: []}}\n", `f: document 1, line 4: spec.forProvider: unknown key "selectors"; did you mean selector?`},
		{"labels", ack("name: a, selectors: [{namespace: a, label: {}}]"), `f: document 1, line 3: spec.selectors[0]: unknown key "label"; did you mean labels?`},
		{"types", ack("name: 1, selectors: a"), "f: document 1, line 3: spec.selectors is text (\"a\"), not a list"},
		{"spec", "apiVersion: eks.aws.upbound.io/v1beta1\nkind: FargateProfile\nmetadata: {name: a}\nspec: {forProvider: []}\n", "f: document 1, line 4: spec.forProvider is a list, not a mapping"},
		{"spec itself", "apiVersion: eks.services.k8s.aws/v1alpha1\nkind: FargateProfile\nspec: []\n", "f: document 1, line 1: spec.name is missing; it is the profile's name\nf: document 1, line 3: spec is a list, not a mapping"},
		{"a Composition", "apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nspec: {resources: [{name: a, base: {apiVersion: eks.aws.upbound.io/v1beta1, kind: FargateProfile}}]}\n---\n" + ack("name: a, clusterName: c"), "f: document 1, line 1: a Composition makes profiles of its own templates, which fgctl does not fill in; give what it makes: crossplane render"},
		{"a list that is too large", "[" + strings.Repeat("{},", 3_000_000) + "{}]", "f: document 1, line 1: the list that begins here is larger than 8 MiB; a cluster has ten profiles"},
		{"too many profiles", "[" + strings.Repeat("{\"name\":\"a\"},", 200_000) + "{}]", "f: document 1, line 1: there are more than 10000 profiles; a cluster has ten"},
		{"two of a name in a line", "[{name: a}, {name: a}]", `f: document 1, line 1: the profile name "a" occurs twice; it is also that of [0]`},
		{"two of a name", ack("name: a, clusterName: c") + "---\n" + ack("name: a, clusterName: c"), `f: document 2, line 5: the profile name "a" occurs twice; it is also in line 1`},
		{"a List in a List", "kind: List\nitems:\n- kind: List\n  items: []\n", "f: document 1, line 3: items[0] is a List within a List; give its objects themselves"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseDeclared("f", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), "spec is a list") > 1 {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

// What other tools declare is not fgctl's to make, so Parse refuses it, once a kind.
func TestParseRefusesWhatOthersDeclare(t *testing.T) {
	const tail = " its profiles, not fgctl; to judge pods by them: fgctl match --profiles-from FILE"
	for _, c := range []struct{ name, text, want string }{
		{"plan", `{"format_version": "1.2", "planned_values": {}}`, "f: document 1, line 1: this is a file of Terraform, and terraform apply makes and deletes" + tail},
		{"configuration", "terraform {\n}\n", "f: this is a file of Terraform, and terraform apply makes and deletes" + tail},
		{"template", "Resources: {}\n", "f: document 1, line 1: this is a CloudFormation template, and the stack makes and deletes" + tail},
		{"ACK", strings.Repeat("---\napiVersion: eks.services.k8s.aws/v1alpha1\nkind: FargateProfile\n", 3), "f: document 1, line 2: this is a FargateProfile of ACK, and its controller makes and deletes" + tail},
		{"Crossplane", "apiVersion: eks.aws.upbound.io/v1beta1\nkind: FargateProfile\n", "f: document 1, line 1: this is a FargateProfile of Crossplane, and its provider makes and deletes" + tail},
		{"List", "apiVersion: v1\nkind: List\nitems: [{apiVersion: eks.services.k8s.aws/v1alpha1, kind: FargateProfile}]\n", "f: document 1, line 3: this is a FargateProfile of ACK, and its controller makes and deletes" + tail},
		{"other kinds", "apiVersion: v1\nkind: Service\n", `f: document 1, line 1: the kind is "Service", not ClusterConfig; ` + accepted},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Parse("f", []byte(c.text))
			if err == nil || err.Error() != c.want || len(f.Profiles) > 0 {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}
