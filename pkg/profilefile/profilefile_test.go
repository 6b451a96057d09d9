package profilefile

// These tests state which files are accepted, what is read from them and how faults are told.

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fgctl/fgctl/pkg/fargate"
)

const clusterConfig = `# the cluster
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata:
  name: demo
  region: us-east-1
  version: "1.33"
iam: {withOIDC: true}
nodeGroups: []
fargateProfiles:
  - name: web
    podExecutionRoleARN: arn:aws:iam::111122223333:role/fargate-pods
    selectors:
      - namespace: web
        labels: &labels
          app: api
          tier: "*"
      - namespace: web-?
        labels: *labels
    subnets: [subnet-0aaa0000000000001]
    tags: {team: a}
    status: ACTIVE
  - name: jobs
    selectors:
      - namespace: jobs
`

func web() fargate.Profile {
	return fargate.Profile{
		Name: "web", Cluster: "demo", Status: fargate.StatusActive,
		PodExecutionRoleARN: "arn:aws:iam::111122223333:role/fargate-pods",
		Selectors: []fargate.Selector{
			{Namespace: "web", Labels: map[string]string{"app": "api", "tier": "*"}},
			{Namespace: "web-?", Labels: map[string]string{"app": "api", "tier": "*"}},
		},
		Subnets: []string{"subnet-0aaa0000000000001"}, Tags: map[string]string{"team": "a"},
	}
}

func TestParseClusterConfig(t *testing.T) {
	schemaAgrees(t, clusterConfig)
	f, err := Parse("cluster.yaml", []byte(clusterConfig))
	if err != nil {
		t.Fatal(err)
	}
	want := File{Cluster: "demo", Region: "us-east-1", Listed: true, Profiles: []Entry{
		{Profile: web(), Region: "us-east-1", Document: 1, Line: 11, Path: "fargateProfiles[0]"},
		{
			Profile: fargate.Profile{Name: "jobs", Cluster: "demo", Selectors: []fargate.Selector{{Namespace: "jobs"}}},
			Region:  "us-east-1", Document: 1, Line: 23, Path: "fargateProfiles[1]",
		},
	}}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got  %+v\nwant %+v", f, want)
	}
}

const described = `{"fargateProfile": {
  "fargateProfileName": "web",
  "fargateProfileArn": "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/a1",
  "clusterName": "demo", "createdAt": "2026-03-01T10:00:00+00:00",
  "podExecutionRoleArn": "arn:aws:iam::111122223333:role/fargate-pods",
  "subnets": ["subnet-0aaa0000000000001"],
  "selectors": [{"namespace": "web", "labels": {"app": "api", "tier": "*"}}, {"namespace": "web-?", "labels": {"app": "api", "tier": "*"}}],
  "status": "ACTIVE", "tags": {"team": "a"}, "somethingNew": [1],
  "health": {"issues": [{"code": "AccessDenied", "message": "no", "resourceIds": ["r"]}]}}}`

func TestParseAcceptsEveryKind(t *testing.T) {
	inner := strings.TrimSuffix(strings.TrimPrefix(described, `{"fargateProfile": `), "}")
	item, err := json.Marshal(ItemOf(web()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		names      []string
		cluster    string
		region     string
	}{
		{"describe-fargate-profile", described, []string{"web"}, "demo", "us-east-1"},
		{"a list of them", "[" + described + "," + strings.ReplaceAll(described, "web", "other") + "]", []string{"web", "other"}, "demo", "us-east-1"},
		{"without the wrapper", inner, []string{"web"}, "demo", "us-east-1"},
		{"a list without the wrapper", "[" + inner + "]", []string{"web"}, "demo", "us-east-1"},
		{"several documents of it", described + strings.ReplaceAll(described, "web", "other"), []string{"web", "other"}, "demo", "us-east-1"},
		{"the AWS CLI's YAML", "fargateProfile:\n  clusterName: demo\n  createdAt: '2026-03-01T10:00:00+00:00'\n  fargateProfileName: web\n  selectors:\n  - namespace: web\n", []string{"web"}, "demo", ""},
		{"get of a cluster, JSON", "[" + string(item) + "]", []string{"web"}, "", ""},
		{"get of a cluster, YAML", "- name: web\n  selectors: [{namespace: web}]\n  health: {issues: []}\n- name: b\n", []string{"web", "b"}, "", ""},
		{"get of a cluster without profiles", "[]", nil, "", ""},
		{"one item", string(item), []string{"web"}, "", ""},
		{"get of several clusters", "- {metadata: {name: a, region: r1}, fargateProfiles: [{name: web}]}\n- {metadata: {name: b, region: r1}, fargateProfiles: [{name: web}]}\n", []string{"web", "web"}, "", "r1"},
		{"a ClusterConfig without profiles", "kind: ClusterConfig\nmetadata: {name: a}\n", nil, "a", ""},
		{"ClusterConfigs as documents", clusterConfig + "---\n# more\n---\n" + strings.ReplaceAll(clusterConfig, "demo", "two"), []string{"web", "jobs", "web", "jobs"}, "", "us-east-1"},
		{"null fields", "name: web\nselectors:\nsubnets:\ntags: ~\nlabels:\n"[:len("name: web\nselectors:\nsubnets:\ntags: ~\n")], []string{"web"}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			schemaAgrees(t, c.text)
			f, err := Parse("f", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, e := range f.Profiles {
				names = append(names, e.Name)
			}
			if !slices.Equal(names, c.names) || f.Cluster != c.cluster || f.Region != c.region {
				t.Errorf("got %q of cluster %q in %q, want %q of %q in %q", names, f.Cluster, f.Region, c.names, c.cluster, c.region)
			}
		})
	}
}

func TestParseDescribed(t *testing.T) {
	f, err := Parse("f", []byte(described))
	if err != nil {
		t.Fatal(err)
	}
	want := web()
	want.ARN = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/a1"
	want.Issues = []fargate.HealthIssue{{Code: "AccessDenied", Message: "no", ResourceIDs: []string{"r"}}}
	got := f.Profiles[0].Profile
	if !got.CreatedAt.Equal(time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("createdAt is %v", got.CreatedAt)
	}
	got.CreatedAt = time.Time{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestParseFaults(t *testing.T) {
	const head = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: demo}\nfargateProfiles:\n"
	for _, c := range []struct{ name, text, want string }{
		{"all at once", head + `- name: web
  podExecutionRoleArn: x
  selectors:
  - namespace: [web]
    label: {a: b}
    labels: {a: 1.20, b: yes, c: {d: e}}
  subnets: subnet-1
  tags: [a]
- name: web
  selector: []
  colour: red
`, `f.yaml: document 1, line 6: fargateProfiles[0]: unknown key "podExecutionRoleArn"; did you mean podExecutionRoleARN?
f.yaml: document 1, line 8: fargateProfiles[0].selectors[0].namespace is a list, not text
f.yaml: document 1, line 9: fargateProfiles[0].selectors[0]: unknown key "label"; did you mean labels?
f.yaml: document 1, line 10: fargateProfiles[0].selectors[0].labels[a] is a number (1.20), not text; put it in quotes: "1.20"
f.yaml: document 1, line 10: fargateProfiles[0].selectors[0].labels[b] is a boolean (yes), not text; put it in quotes: "yes"
f.yaml: document 1, line 10: fargateProfiles[0].selectors[0].labels[c] is a mapping, not text
f.yaml: document 1, line 11: fargateProfiles[0].subnets is text ("subnet-1"), not a list
f.yaml: document 1, line 12: fargateProfiles[0].tags is a list, not a mapping
f.yaml: document 1, line 13: the profile name "web" occurs twice; it is also in line 5
f.yaml: document 1, line 14: fargateProfiles[1]: unknown key "selector"; did you mean selectors?
f.yaml: document 1, line 15: fargateProfiles[1]: unknown key "colour"; known keys are name, podExecutionRoleARN, selectors, subnets, tags, status, health`},
		{"key twice", head + "- name: web\n  name: b\n", `f.yaml: document 1, line 6: the key "name" occurs twice; it is also in line 5`},
		{"not a list", head + "  name: web\n", "f.yaml: document 1, line 5: fargateProfiles is a mapping, not a list"},
		{"empty element", head + "-\n", "f.yaml: document 1, line 5: fargateProfiles[0] is empty; it must be a mapping"},
		{"text element", head + "- web\n", `f.yaml: document 1, line 5: fargateProfiles[0] is text ("web"), not a mapping`},
		{"other version", "apiVersion: eksctl.io/v1\nkind: ClusterConfig\n", `f.yaml: document 1, line 1: apiVersion is "eksctl.io/v1"; fgctl knows only eksctl.io/v1alpha5`},
		{"other kind", "apiVersion: v1\nkind: Pod\n", `f.yaml: document 1, line 1: the kind is "Pod", not ClusterConfig; ` + accepted},
		{"metadata", "kind: ClusterConfig\nmetadata:\n  name: 12\n  region: {}\n", `f.yaml: document 1, line 3: metadata.name is a number (12), not text; put it in quotes: "12"
f.yaml: document 1, line 4: metadata.region is a mapping, not text`},
		{"names only", `{"fargateProfileNames": ["web"]}`, "f.yaml: document 1, line 1: this is the output of aws eks list-fargate-profiles, which holds only names; use aws eks describe-fargate-profile, or fgctl get fargateprofile -o json"},
		{"something else", "a: b\n", "f.yaml: document 1, line 1: there is no Fargate profile in it; " + accepted},
		{"text", "web\n", "f.yaml: document 1, line 1: the document is text, but profiles are mappings; " + accepted},
		{"list of texts", "[web]\n", "f.yaml: document 1, line 1: [0] is text, but profiles are mappings; " + accepted},
		{"empty", "# nothing\n", "f.yaml: line 1: the file is empty; " + accepted},
		{"broken", "a: [\n", "f.yaml: document 1, line 1: invalid YAML: did not find expected node content"},
		{"broken JSON", "[{\"name\":\n}]", "f.yaml: document 1, line 2: invalid JSON: invalid character '}' at start of value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			schemaAgrees(t, c.text)
			_, err := Parse("f.yaml", []byte(c.text))
			if err == nil || err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

func TestParseKeepsWhatIsRight(t *testing.T) {
	f, err := Parse("f", []byte("- name: a\n- name: b\n  selectors: 1\n- name: c\n"))
	if err == nil || len(f.Profiles) != 3 {
		t.Errorf("got %v and %d profiles", err, len(f.Profiles))
	}
}

func TestParseReadsStatusInAnyCase(t *testing.T) {
	f, err := Parse("f", []byte("- {name: a, status: active}\n- {name: b, status: PAUSED}\n"))
	if err != nil || f.Profiles[0].Status != fargate.StatusActive || f.Profiles[1].Status != "PAUSED" {
		t.Errorf("got %+v, %v", f, err)
	}
}

// anyText holds what YAML and JSON could misread.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "yes", "1.20", "null", "~", "a: b", "- a", "'", "\"", "{{", "*", "?", "#", " x ", "a\nb", "\t", "é😀", "2001-01-01", "0x1f", "<<", "="}),
		rapid.StringMatching(`[a-z0-9*?._/-]{0,12}`), rapid.String())
}

func profiles() *rapid.Generator[fargate.Profile] {
	return rapid.Custom(func(t *rapid.T) fargate.Profile {
		texts := func(label string) map[string]string {
			m := rapid.MapOfN(anyText(), anyText(), 0, 3).Draw(t, label)
			if len(m) == 0 {
				return nil
			}
			return m
		}
		p := fargate.Profile{
			Name:                anyText().Draw(t, "name"),
			PodExecutionRoleARN: anyText().Draw(t, "role"),
			Status:              rapid.SampledFrom([]fargate.Status{"", "ACTIVE", "CREATING", "DELETE_FAILED", "NEW"}).Draw(t, "status"),
			Tags:                texts("tags"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "selectors") {
			p.Selectors = append(p.Selectors, fargate.Selector{Namespace: anyText().Draw(t, "namespace"), Labels: texts("labels")})
		}
		for range rapid.IntRange(0, 3).Draw(t, "subnets") {
			p.Subnets = append(p.Subnets, anyText().Draw(t, "subnet"))
		}
		for range rapid.IntRange(0, 2).Draw(t, "issues") {
			p.Issues = append(p.Issues, fargate.HealthIssue{Code: anyText().Draw(t, "code"), Message: anyText().Draw(t, "message"), ResourceIDs: p.Subnets})
		}
		return p
	})
}

// The form of an Item is a public contract.
func TestItemForm(t *testing.T) {
	p := web()
	p.Selectors = p.Selectors[:1]
	text, err := json.Marshal(ItemOf(p))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"name":"web","podExecutionRoleARN":"arn:aws:iam::111122223333:role/fargate-pods","selectors":[{"namespace":"web","labels":{"app":"api","tier":"*"}}],"subnets":["subnet-0aaa0000000000001"],"tags":{"team":"a"},"status":"ACTIVE"}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{clusterConfig, described, "- name: a\n", "[]", "{{", "kind: ClusterConfig\nfargateProfiles: [{selectors: [{labels: {a: 1}}]}]\n", "- &a [*a]\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("over 5s for %q", text)) }).Stop()
		file, err := Parse("f", []byte(text))
		if err != nil {
			if err.Error() == "" {
				t.Fatal("a fault without words")
			}
			return
		}
		// What was read is written and read again the same.
		var items []Item
		for _, e := range file.Profiles {
			items = append(items, ItemOf(e.Profile))
		}
		again, err := json.Marshal(items)
		if err != nil {
			t.Fatal(err)
		}
		if len(items) == 0 {
			return
		}
		second, err := Parse("f", again)
		if err != nil {
			if strings.Contains(err.Error(), "occurs twice") {
				return // the profiles came from several clusters
			}
			t.Fatalf("%v\n%s", err, again)
		}
		for i, e := range second.Profiles {
			if got, want := ItemOf(e.Profile), items[i]; !reflect.DeepEqual(got, want) {
				a, _ := json.Marshal(got)
				b, _ := json.Marshal(want)
				if string(a) != string(b) {
					t.Fatalf("got %s, want %s", a, b)
				}
			}
		}
	})
}
