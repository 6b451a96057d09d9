package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/fgctl/fgctl/pkg/fargate"
)

const hostile = "a\x1b[31m\u202eb"

// someProfiles are one with everything and one with nothing, in a cluster each.
func someProfiles() []ClusterProfiles {
	web := fargate.Profile{
		Name: "web", Status: fargate.StatusActive, PodExecutionRoleARN: "arn:aws:iam::111122223333:role/team/pods",
		Selectors: []fargate.Selector{
			{Namespace: "web", Labels: map[string]string{"tier": "front", "app": "web"}}, {Namespace: "api"},
		},
		Subnets: []string{"subnet-1", "subnet-2"}, Tags: map[string]string{"team": "a", "env": hostile},
		CreatedAt: time.Date(2030, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)), ARN: "arn:aws:eks:eu-west-1:1:fargateprofile/demo/web/1",
	}
	old := fargate.Profile{Name: "o\x1b[31mld", Status: fargate.StatusCreateFailed, Issues: []fargate.HealthIssue{
		{Code: "PodExecutionRoleAlreadyInUse", Message: "m"}, {Code: "InternalFailure", Message: "m"},
	}}
	return []ClusterProfiles{
		{Cluster: "demo", Region: "eu-west-1", Profiles: []fargate.Profile{web}},
		{Cluster: "te\x1b[31mst", Region: "us-east-1", Profiles: []fargate.Profile{old}},
	}
}

// A pipe has every cell in every row, whatever its width; what is empty is <none> (get fargateprofile --help).
func TestProfileTablesInAPipe(t *testing.T) {
	for _, c := range []struct {
		name string
		o    ProfileOptions
		want string
	}{
		{"table", ProfileOptions{Format: "table"}, `
NAME  SELECTOR_NAMESPACE  SELECTOR_LABELS     POD_EXECUTION_ROLE_ARN                    SUBNETS            TAGS           STATUS
web   web                 app=web,tier=front  arn:aws:iam::111122223333:role/team/pods  subnet-1,subnet-2  env=ab,team=a  ACTIVE
web   api                 <none>              arn:aws:iam::111122223333:role/team/pods  subnet-1,subnet-2  env=ab,team=a  ACTIVE
old   <none>              <none>              <none>                                    <none>             <none>         CREATE_FAILED
`},
		{"no headers", ProfileOptions{Format: "custom-columns=N:.name,T:.tags.team,S:.selectors[*].namespace,C:.cluster,R:.region", NoHeaders: true}, `
web  a       web,api  demo  eu-west-1
old  <none>  <none>   test  us-east-1
`},
		{"columns", ProfileOptions{Format: "custom-columns=NAME:.name,LABELS:{.selectors[0].labels.app}"}, `
NAME  LABELS
web   web
`},
		{"name", ProfileOptions{Format: "name"}, "\nweb\nold\n"},
		{"names of several", ProfileOptions{Format: "name", Several: true}, "\ndemo/web\ntest/old\n"},
		{"jsonpath", ProfileOptions{Format: `jsonpath={range [*]}{.name}{"\t"}{.tags.env}{"\n"}{end}`}, "\nweb\tab\nold\t\n"},
		{"jsonpath without braces", ProfileOptions{Format: "jsonpath=[*].status", Lines: true}, "\nACTIVE CREATE_FAILED\n"},
		{"jsonpath of several", ProfileOptions{Format: "jsonpath={[*].metadata.name}", Several: true}, "\ndemo test"},
	} {
		s, out, errs := buffers()
		all := someProfiles()
		if c.name == "columns" {
			all = all[:1] // the other has no selector at the index
		}
		if err := Profiles(s, c.o, all); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := "\n" + out.String(); got != c.want || errs.Len() > 0 {
			t.Errorf("%s: got%s\nwant%s", c.name, got, c.want)
		}
	}
}

// The columns that a wide table appends, and those that stand before it for clusters and accounts.
func TestProfileColumns(t *testing.T) {
	all := someProfiles()
	all[0].Account = "prod"
	for _, c := range []struct {
		o    ProfileOptions
		all  []ClusterProfiles
		want string // the cells of the header, of web's first row and of old's
	}{
		{ProfileOptions{Format: "wide"}, all[1:], `NAME SELECTOR_NAMESPACE SELECTOR_LABELS POD_EXECUTION_ROLE_ARN SUBNETS TAGS STATUS CREATED HEALTH ARN
old <none> <none> <none> <none> <none> CREATE_FAILED <unknown> PodExecutionRoleAlreadyInUse,InternalFailure <none>`},
		{ProfileOptions{Format: "wide", NoHeaders: true}, []ClusterProfiles{{Profiles: all[0].Profiles}}, `web web app=web,tier=front arn:aws:iam::111122223333:role/team/pods subnet-1,subnet-2 env=ab,team=a ACTIVE 2030-01-02T02:04:05Z <none> arn:aws:eks:eu-west-1:1:fargateprofile/demo/web/1
web api <none> arn:aws:iam::111122223333:role/team/pods subnet-1,subnet-2 env=ab,team=a ACTIVE 2030-01-02T02:04:05Z <none> arn:aws:eks:eu-west-1:1:fargateprofile/demo/web/1`},
		{ProfileOptions{Format: "table", Several: true}, all[1:], `CLUSTER REGION NAME SELECTOR_NAMESPACE SELECTOR_LABELS POD_EXECUTION_ROLE_ARN SUBNETS TAGS STATUS
test us-east-1 old <none> <none> <none> <none> <none> CREATE_FAILED`},
		{ProfileOptions{Format: "table", Several: true, NoHeaders: true}, all, `prod demo eu-west-1 web web app=web,tier=front arn:aws:iam::111122223333:role/team/pods subnet-1,subnet-2 env=ab,team=a ACTIVE
prod demo eu-west-1 web api <none> arn:aws:iam::111122223333:role/team/pods subnet-1,subnet-2 env=ab,team=a ACTIVE
<none> test us-east-1 old <none> <none> <none> <none> <none> CREATE_FAILED`},
		{ProfileOptions{Format: "table"}, nil, ""},
		{ProfileOptions{Format: "custom-columns=N:.name"}, nil, ""},
	} {
		s, out, _ := buffers()
		if err := Profiles(s, c.o, c.all); err != nil {
			t.Fatal(err)
		}
		var got []string
		for line := range strings.Lines(out.String()) {
			got = append(got, strings.Join(strings.Fields(line), " "))
		}
		if got := strings.Join(got, "\n"); got != c.want {
			t.Errorf("%+v: got\n%s\nwant\n%s", c.o, got, c.want)
		}
	}
}

// On a terminal cells that repeat stay blank, and one that is too narrow leaves columns out: tags first, then role and
// subnets (get fargateprofile --help). A wide table is long all the same.
func TestProfileTablesOnATerminal(t *testing.T) {
	for _, c := range []struct {
		width  int
		format string
		want   string
	}{
		{135, "table", `
NAME  SELECTOR_NAMESPACE  SELECTOR_LABELS     POD_EXECUTION_ROLE_ARN                    SUBNETS            TAGS           STATUS
web   web                 app=web,tier=front  arn:aws:iam::111122223333:role/team/pods  subnet-1,subnet-2  env=ab,team=a  ACTIVE
      api                 <none>
old   <none>              <none>              <none>                                    <none>             <none>         CREATE_FAILED
`},
		{134, "table", `
NAME  NAMESPACE  LABELS              ROLE    SUBNETS  STATUS
web   web        app=web,tier=front  pods    2        ACTIVE
      api        <none>
old   <none>     <none>              <none>  0        CREATE_FAILED
`},
		{54, "table", `
NAME  NAMESPACE  LABELS      ROLE    SUBNETS  STATUS
web   web        app=web,    pods    2        ACTIVE
                 tier=front
      api        <none>
old   <none>     <none>      <none>  0        CREATE_
                                              FAILED
`},
		{53, "table", `
NAME  NAMESPACE  LABELS              STATUS
web   web        app=web,tier=front  ACTIVE
      api        <none>
old   <none>     <none>              CREATE_FAILED
`},
		{45, "table", `
NAME  NAMESPACE  LABELS         STATUS
web   web        app=web,       ACTIVE
                 tier=front
      api        <none>
old   <none>     <none>         CREATE_FAILED
`},
	} {
		s, out, _ := buffers()
		s.OutTerminal, s.Width = true, c.width
		if err := Profiles(s, ProfileOptions{Format: c.format}, someProfiles()); err != nil {
			t.Fatal(err)
		}
		if got := "\n" + out.String(); got != c.want {
			t.Errorf("%d columns: got%s\nwant%s", c.width, got, c.want)
		}
	}
	s, out, _ := buffers()
	s.OutTerminal, s.Width = true, 40
	if err := Profiles(s, ProfileOptions{Format: "wide"}, someProfiles()); err != nil || strings.Count(out.String(), "\n") != 4 {
		t.Errorf("%v: a wide table is broken:\n%s", err, out)
	}
}

// What is printed later stands below what was printed first, in its columns and without another header.
func TestProfileListGoesOn(t *testing.T) {
	s, out, _ := buffers()
	s.OutTerminal, s.Width = true, 100
	list := NewProfileList(s, ProfileOptions{Format: "table"})
	all := someProfiles()
	all[1].Profiles[0].Status, all[1].Profiles[0].PodExecutionRoleARN = "gone", "role/a-longer-one"
	for _, now := range [][]ClusterProfiles{all[:1], nil, all[1:]} {
		if err := list.Print(now); err != nil {
			t.Fatal(err)
		}
	}
	if want := `NAME  NAMESPACE  LABELS              ROLE  SUBNETS  STATUS
web   web        app=web,tier=front  pods  2        ACTIVE
      api        <none>
old   <none>     <none>              a-    0        gone
                                     long
                                     er-
                                     one
`; out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

// JSON and YAML have the items of eksctl's fargateProfiles, of several clusters a ClusterConfig each, and hold hostile
// text as it was, but nothing that steers a terminal.
func TestProfileEncodings(t *testing.T) {
	all := someProfiles()
	all[0].Account = "prod"
	type item struct {
		Name                string
		PodExecutionRoleARN string `json:"podExecutionRoleARN" yaml:"podExecutionRoleARN"`
		Selectors           []any
		Tags                map[string]string
		Status              string
		Health              struct{ Issues []struct{ Code string } }
	}
	type config struct {
		APIVersion string `json:"apiVersion" yaml:"apiVersion"`
		Kind       string
		Metadata   struct {
			Name, Region string
			Annotations  map[string]string
		}
		FargateProfiles []item `json:"fargateProfiles" yaml:"fargateProfiles"`
	}
	check := func(how string, items []item) {
		t.Helper()
		if len(items) != 2 || items[0].Name != "web" || items[0].Tags["env"] != hostile || len(items[0].Selectors) != 2 ||
			items[0].Health.Issues != nil || items[1].Status != "CREATE_FAILED" || items[1].Selectors == nil ||
			len(items[1].Health.Issues) != 2 || items[1].Health.Issues[1].Code != "InternalFailure" {
			t.Errorf("%s: got %+v", how, items)
		}
	}
	checkConfigs := func(how string, configs []config) {
		t.Helper()
		if len(configs) != 2 || configs[1].Metadata.Annotations != nil || configs[0].Metadata.Annotations["fgctl/aws-profile"] != "prod" {
			t.Fatalf("%s: got %+v", how, configs)
		}
		var items []item
		for i, c := range configs {
			if c.APIVersion != "eksctl.io/v1alpha5" || c.Kind != "ClusterConfig" || c.Metadata.Name != all[i].Cluster || c.Metadata.Region != all[i].Region {
				t.Errorf("%s: got %+v", how, c)
			}
			items = append(items, c.FargateProfiles...)
		}
		check(how, items)
	}
	printed := func(o ProfileOptions, all []ClusterProfiles) *bytes.Buffer {
		t.Helper()
		s, out, _ := buffers()
		if err := Profiles(s, o, all); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(out.String(), "\x1b\u202e") {
			t.Errorf("%+v steers: %q", o, out)
		}
		return out
	}
	var items []item
	var configs []config
	if err := errors.Join(json.Unmarshal(printed(ProfileOptions{Format: "json"}, all).Bytes(), &items),
		json.Unmarshal(printed(ProfileOptions{Format: "json", Several: true}, all).Bytes(), &configs)); err != nil {
		t.Fatal(err)
	}
	check("json", items)
	checkConfigs("json", configs)
	items, configs = nil, nil
	if err := errors.Join(yaml.Unmarshal(printed(ProfileOptions{Format: "yaml"}, all).Bytes(), &items),
		yaml.Unmarshal(printed(ProfileOptions{Format: "yaml", Several: true}, all).Bytes(), &configs)); err != nil {
		t.Fatal(err)
	}
	check("yaml", items)
	checkConfigs("yaml", configs)
	items, configs = nil, nil
	documents := strings.Split(printed(ProfileOptions{Format: "clusterconfig"}, all).String(), "---\n")
	for _, text := range documents {
		var c config
		if err := yaml.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		configs = append(configs, c)
	}
	checkConfigs("clusterconfig", configs)
	for line := range strings.Lines(printed(ProfileOptions{Format: "json", Lines: true}, all).String()) {
		var one item
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		items = append(items, one)
	}
	check("json lines", items)
	if got := printed(ProfileOptions{Format: "json"}, nil).String() + printed(ProfileOptions{Format: "yaml"}, nil).String(); got != "[]\n[]\n" {
		t.Errorf("nothing is %q", got)
	}
	empty := printed(ProfileOptions{Format: "json", Several: true}, []ClusterProfiles{{Cluster: "none"}}).String()
	if !strings.Contains(empty, `"fargateProfiles": []`) {
		t.Errorf("a cluster without profiles is %s", empty)
	}
}

// A full disk is an error in every format.
func TestProfilesNotWritten(t *testing.T) {
	for _, format := range []string{"table", "wide", "json", "yaml", "clusterconfig", "name", "jsonpath=[*].name", "custom-columns=N:.name"} {
		for _, lines := range []bool{false, true} {
			s, _, _ := buffers()
			s.Out = fullDisk{}
			if err := Profiles(s, ProfileOptions{Format: format, Lines: lines}, someProfiles()); !errors.Is(err, errFull) {
				t.Errorf("%s: got %v", format, err)
			}
		}
	}
}
