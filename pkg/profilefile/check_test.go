package profilefile

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// whereAndWhat is a problem in a few words.
func whereAndWhat(p Problem) string {
	kind := "error"
	if p.Warning {
		kind = "warning"
	}
	return fmt.Sprintf("%s:%d.%d %s %s %s", p.Source, p.Document, p.Line, kind, p.Rule, p.Path)
}

func TestCheck(t *testing.T) {
	many := "kind: ClusterConfig\nmetadata: {name: demo}\nfargateProfiles:\n"
	for i := range 11 {
		many += fmt.Sprintf("- {name: p%d, selectors: [{namespace: n%d}]}\n", i, i)
	}
	const config = "kind: ClusterConfig\nmetadata: {name: demo}\nfargateProfiles:\n"
	for _, c := range []struct {
		name  string
		files []string
		want  []string
	}{
		{"nothing wrong", []string{clusterConfig}, nil},
		{
			"the lines of values",
			[]string{config + `- name: web
  selectors:
  - namespace: web
    labels:
      a: b
      c:
        "d e"
      "f g": h
  subnets:
  - subnet-0a
  - vpc-1
  tags:
    a: b
    c: aws:d
`},
			[]string{
				"0:1.10 error labels fargateProfiles[0].selectors[0].labels", "0:1.11 error labels fargateProfiles[0].selectors[0].labels",
				"0:1.14 error subnets fargateProfiles[0].subnets[1]", "0:1.17 error tags fargateProfiles[0].tags",
			},
		},
		{
			"the role of the ClusterConfig, once",
			[]string{config + "- {name: a, selectors: [{namespace: a}]}\n- {name: b, selectors: [{namespace: b}]}\niam:\n  fargatePodExecutionRoleARN: x\n"},
			[]string{"0:1.7 error podExecutionRoleARN fargateProfiles[0].podExecutionRoleARN"},
		},
		{"an alias", []string{"- &a {name: a, selectors: [{namespace: A}]}\n- *a\n"}, []string{
			"0:1.1 error namespace [0].selectors[0].namespace", "0:1.1 error duplicate [1].name",
		}},
		{"of the API", []string{`{"fargateProfile": {"fargateProfileName": "a",` + "\n" + `"selectors": [{"namespace": "a",` + "\n" + `"labels": {"a": "-"}}]}}`}, []string{
			"0:1.3 error labels fargateProfile.selectors[0].labels",
		}},
		{"names of several files", []string{config + "- {name: a, selectors: [{namespace: a}]}\n", config + "- {name: a, selectors: [{namespace: b}]}\n"}, []string{
			"1:1.4 error duplicate fargateProfiles[0].name",
		}},
		{"names that are made up", []string{"- selectors: [{namespace: a}]\n- selectors: [{namespace: a}]\n"}, []string{
			"0:1.2 error duplicate [1].name",
		}},
		{"the same name in two clusters", []string{config + "- {name: a, selectors: [{namespace: a}]}\n---\nkind: ClusterConfig\nmetadata: {name: two}\nfargateProfiles: [{name: a, selectors: [{namespace: a}]}]\n"}, nil},
		{"overlap", []string{config + "- {name: b, status: CREATE_FAILED, selectors: [{namespace: a}]}\n", config + "- name: a\n  selectors:\n  - namespace: b\n  - namespace: a*\n"}, []string{
			"0:1.4 warning overlap fargateProfiles[0].selectors[0]",
		}},
		{"quota", []string{many}, []string{"0:1.14 warning quota fargateProfiles[10]"}},
		{"a name that no pod can have", []string{"name: a_\nselectors: [{namespace: a}]\n"}, []string{"0:1.1 warning pin profile.name"}},
		{"wildcards", []string{"name: a\nselectors:\n- namespace: a\n- namespace: '*'\n"}, []string{
			"0:1.3 warning redundant profile.selectors[0]", "0:1.4 warning system-pods profile.selectors[1]",
		}},
		{"nothing in it", []string{"kind: ClusterConfig\n", "fargateProfiles:\n"}, []string{"0:0.0 error empty ", "1:0.0 error empty "}},
		{"no profile, on purpose", []string{config[:len(config)-1] + " []\n"}, nil},
		{"all faults of a line", []string{"name: a\nselectors: [{namespace: 1, labels: {a: 1, '': b}}]\ntags: {a: 1, '': b}\n"}, []string{
			"0:1.2 error form ", "0:1.2 error form ", "0:1.2 error labels profile.selectors[0].labels",
			"0:1.3 error form ", "0:1.3 error tags profile.tags",
		}},
		{"nothing in one of them", []string{"kind: ClusterConfig\n", "[{name: a, selectors: [{namespace: a}]}]"}, nil},
		{"form", []string{config + "- nam: a\n  selectors: [{namespace: 1}]\n", "a: ["}, []string{
			"0:1.4 error form ", "0:1.5 error form ", "1:1.1 error form ",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var files []Text
			for i, text := range c.files {
				files = append(files, Text{fmt.Sprint(i), []byte(text)})
			}
			_, problems := Check(files)
			var got []string
			for _, p := range problems {
				got = append(got, whereAndWhat(p))
				if !slices.ContainsFunc(Rules(), func(r Rule) bool { return r.ID == p.Rule && r.Warning == p.Warning }) {
					t.Errorf("there is no rule %s", p.Rule)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// Every rule has its place in the documentation, which reports lead to.
func TestRulesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/validating.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Rules() {
		if !strings.Contains(string(page), `<a id="`+strings.ToLower(r.ID)+`"></a>`+"`"+r.ID+"`") {
			t.Errorf("docs/validating.md does not have %s", r.ID)
		}
	}
}
