package profilefile

import (
	"strings"
	"testing"
)

// iam.fargatePodExecutionRoleARN is the role of every profile of its ClusterConfig that names none.
func TestRoleOfTheClusterConfig(t *testing.T) {
	const text = `kind: ClusterConfig
metadata: {name: demo}
fargateProfiles:
- {name: a, selectors: [{namespace: a}]}
- {name: b, selectors: [{namespace: b}], podExecutionRoleARN: own}
- {name: c, selectors: [{namespace: c}], podExecutionRoleARN: ""}
iam: {fargatePodExecutionRoleARN: shared, serviceRoleARN: other, withOIDC: true}
---
kind: ClusterConfig
metadata: {name: demo}
iam: {serviceRoleARN: other, fargatePodExecutionRolePermissionsBoundary: other}
fargateProfiles:
- {name: d, selectors: [{namespace: d}]}
`
	schemaAgrees(t, text)
	for name, parse := range map[string]func(string, []byte) (File, error){"Parse": Parse, "ParseDeclared": ParseDeclared} {
		f, err := parse("f.yaml", []byte(text))
		if err != nil {
			t.Fatal(name, err)
		}
		var roles []string
		for _, e := range f.Profiles {
			roles = append(roles, e.Name+"="+e.PodExecutionRoleARN)
		}
		if got := strings.Join(roles, " "); got != "a=shared b=own c=shared d=" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A key that was most likely meant to name the role is a fault; whatever else eksctl reads there is ignored.
func TestMisspeltRoleOfTheClusterConfig(t *testing.T) {
	for iam, want := range map[string]string{
		"{fargatePodExecutionRoleArn: x}":  `iam: unknown key "fargatePodExecutionRoleArn"; did you mean fargatePodExecutionRoleARN?`,
		"{fargatePodExecutionRole: x}":     `did you mean fargatePodExecutionRoleARN?`,
		"{fargatePodExecutonRoleARN: x}":   `did you mean fargatePodExecutionRoleARN?`,
		"{podExecutionRoleARN: x}":         `iam: unknown key "podExecutionRoleARN"; did you mean fargatePodExecutionRoleARN?`,
		"{fargatePodExecutionRoleARN: 12}": "iam.fargatePodExecutionRoleARN is a number (12), not text",
		"[]":                               "iam is a list, not a mapping",
		"{serviceRoleArn: x}":              "",
		"{somethingNew: {}}":               "",
		"":                                 "",
	} {
		text := "kind: ClusterConfig\niam: " + iam + "\nfargateProfiles: []\n"
		schemaAgrees(t, text)
		_, err := Parse("f.yaml", []byte(text))
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", iam, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), "line 2: ") || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want %s", iam, err, want)
		}
	}
}

// The annotation that eksctl ignores says of which profiles a replacement keeps the name.
func TestKeepName(t *testing.T) {
	for value, want := range map[string]string{
		"web": "web", `"web,api"`: "web api", `"*"`: "web api", `""`: "", "null": "",
		`"web, wbe"`:                 `metadata.annotations.fgctl/keep-name: fargateProfiles has no profile "wbe"`,
		"web, fgctl/keep-names: x":   `metadata.annotations: unknown key "fgctl/keep-names"; did you mean fgctl/keep-name?`,
		"web, fgctl.io/keep-name: x": `metadata.annotations: unknown key "fgctl.io/keep-name"; did you mean fgctl/keep-name?`,
		"web, fgctl/drain: x":        `metadata.annotations: unknown key "fgctl/drain"; did you mean fgctl/keep-name?`,
		"[web]":                      "metadata.annotations.fgctl/keep-name is a list, not text",
	} {
		text := "kind: ClusterConfig\nmetadata: {annotations: {other: x, fgctl/keep-name: " + value + "}}\n" +
			"fargateProfiles: [{name: web}, {name: api}]\n"
		schemaAgrees(t, strings.ReplaceAll(text, "}, {", ", selectors: [{namespace: a}]}, {"))
		f, err := Parse("f.yaml", []byte(text))
		var kept []string
		for _, e := range f.Profiles {
			if e.KeepName {
				kept = append(kept, e.Name)
			}
		}
		got := strings.Join(kept, " ")
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: got %s, want %s", value, got, want)
		}
	}
}
