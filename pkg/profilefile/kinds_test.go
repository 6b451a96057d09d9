package profilefile

import (
	"strings"
	"testing"
)

// What is most likely meant to hold profiles is never skipped.
func TestNearMisses(t *testing.T) {
	const config = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: demo}\n"
	const unknown = `f: document 1, line 4: the document: unknown key `
	for _, c := range []struct{ name, text, want string }{
		{"one profile of a ClusterConfig", config + "fargateProfile: []\n", unknown + `"fargateProfile"; did you mean fargateProfiles?`},
		{"case", config + "FargateProfiles: []\n", unknown + `"FargateProfiles"; did you mean fargateProfiles?`},
		{"underscore", config + "fargate_profiles: []\n", unknown + `"fargate_profiles"; did you mean fargateProfiles?`},
		{"beginning", config + "fargate: []\n", unknown + `"fargate"; did you mean fargateProfiles?`},
		{"region", "kind: ClusterConfig\nmetadata:\n  name: demo\n  regoin: a\nfargateProfiles: []\n", `f: document 1, line 4: metadata: unknown key "regoin"; did you mean region?`},
		{"no kind", "Fargateprofiles: []\n", `f: document 1, line 1: the document: unknown key "Fargateprofiles"; did you mean fargateProfiles?`},
		{"described", `{"fargateprofile": {}}`, `did you mean fargateProfile?`},
		{"selectors", "selector: []\n", `did you mean selectors?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			schemaAgrees(t, c.text)
			for _, parse := range []func(string, []byte) (File, error){Parse, ParseDeclared} {
				if _, err := parse("f", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got\n%v\nwant\n%s", err, c.want)
				}
			}
		})
	}
	if f, err := Parse("f", []byte(config+strings.Join(configKeys, ": {}\n")+": {}\n")); err != nil {
		t.Errorf("got %+v, %v", f, err)
	}
	if _, err := ParseDeclared("f", []byte("resources: {}\n")); err == nil || !strings.Contains(err.Error(), "did you mean Resources?") {
		t.Errorf("got %v", err)
	}
}
