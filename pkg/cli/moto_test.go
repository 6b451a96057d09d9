package cli_test

// This file runs the fgctl binary against moto: an account that others' code keeps, so that a
// misunderstanding shared by fgctl and its own sandbox would show. moto knows no CREATING or DELETING
// and accepts nearly everything, so every refusal here is fgctl's own.

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
)

// TestMoto is one account and one binary for all that follows; each part leaves the cluster without
// profiles.
func TestMoto(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	t.Run("refusals", func(t *testing.T) { motoRefusals(t, a) })
	t.Run("role with a path", func(t *testing.T) { motoRoleWithPath(t, a) })
	t.Run("life", func(t *testing.T) { motoLife(t, a) })
	t.Run("apply", func(t *testing.T) { motoApply(t, a) })
	t.Run("check", func(t *testing.T) { motoCheck(t, a) })
}

// An audit of profiles that fgctl itself would not have made: each has what is wrong with it, and the good one nothing.
func motoCheck(t *testing.T, a *account) {
	for name, p := range map[string]struct{ namespace, role, subnet string }{
		"good":    {"good", a.roleGood, a.private1},
		"public":  {"public", a.roleGood, a.onMain},
		"foreign": {"foreign", a.roleGood, a.foreign},
		"mute":    {"mute", a.roleBad, a.private1},
		"orphan":  {"orphan", "arn:aws:iam::123456789012:role/nobody", a.private1},
		"wide":    {"w*", a.roleGood, a.private1},
		"web_":    {"web", a.roleGood, a.private1},
	} {
		_, err := a.eks.CreateFargateProfile(t.Context(), &eks.CreateFargateProfileInput{
			ClusterName: aws.String("demo"), FargateProfileName: aws.String(name), PodExecutionRoleArn: aws.String(p.role),
			Subnets: []string{p.subnet}, Selectors: []types.FargateProfileSelector{{Namespace: aws.String(p.namespace)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_, _ = a.eks.DeleteFargateProfile(context.Background(), &eks.DeleteFargateProfileInput{
				ClusterName: aws.String("demo"), FargateProfileName: aws.String(name),
			})
		})
	}
	for name, want := range map[string]struct {
		code  int
		codes []string
	}{
		"good":    {0, nil},
		"public":  {3, []string{"[subnet-public]", a.onMain, a.mainTable, a.gateway}},
		"foreign": {3, []string{"[subnet-other-vpc]", a.foreign}},
		"mute":    {3, []string{"[role-not-trusting]", "[role-trusts-ec2]"}},
		"orphan":  {3, []string{"[role-gone]"}},
		"wide":    {0, []string{"[profile-overlap]"}},
		"web_":    {0, []string{"[name-not-a-label]", "[profile-overlap, selector-shadowed]"}},
	} {
		t.Run(name, func(t *testing.T) { a.run(t, want.code, want.codes, "check", "fargateprofile", name) })
	}
	a.run(t, 3, []string{`"ruleId": "subnet-public"`}, "check", "fargateprofile", "-o", "sarif")
}

// What the checks refuse is not sent: exit 3, the reason in AWS's names, and no profile.
func motoRefusals(t *testing.T, a *account) {
	base := []string{"create", "fargateprofile", "web", "--namespace", "web"}
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"public subnet", []string{"--pod-execution-role-arn", a.roleGood, "--subnets", a.private1 + "," + a.public}, []string{a.public, a.publicTable, a.gateway, "0.0.0.0/0"}},
		{"public by the main route table", []string{"--pod-execution-role-arn", a.roleGood, "--subnets", a.onMain}, []string{a.onMain, a.mainTable, a.gateway}},
		{"public by the main route table, explicitly", []string{"--pod-execution-role-arn", a.roleGood, "--subnets", a.fixed}, []string{a.fixed, a.mainTable, a.gateway}},
		{"subnet of another VPC", []string{"--pod-execution-role-arn", a.roleGood, "--subnets", a.foreign}, []string{a.foreign}},
		{"unknown subnet", []string{"--pod-execution-role-arn", a.roleGood, "--subnets", "subnet-0123456789abcdef0"}, []string{"subnet-0123456789abcdef0"}},
		{"wrong trust", []string{"--pod-execution-role-arn", a.roleBad}, []string{"not-fargate", "ec2.amazonaws.com", "eks-fargate-pods.amazonaws.com"}},
		{"unknown role", []string{"--pod-execution-role-arn", "arn:aws:iam::123456789012:role/nobody"}, []string{"nobody"}},
		{"several roles to choose from", nil, []string{a.roleGood, a.rolePath}},
		{"all at once", []string{"--pod-execution-role-arn", a.roleBad, "--subnets", a.public}, []string{"ec2.amazonaws.com", a.publicTable}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a.run(t, 3, tt.want, append(slices.Clone(base), tt.args...)...)
		})
	}
	out, err := a.eks.ListFargateProfiles(t.Context(), &eks.ListFargateProfilesInput{ClusterName: aws.String("demo")})
	if err != nil || len(out.FargateProfileNames) != 0 {
		t.Errorf("%v, %v", out.FargateProfileNames, err)
	}
}

// A role with a path is found by its last element; the path is a warning where the cluster does not say
// that it uses aws-auth.
func motoRoleWithPath(t *testing.T, a *account) {
	a.run(t, 0, []string{a.rolePath, "/team/x/"},
		"create", "fargateprofile", "web", "--namespace", "web", "--pod-execution-role-arn", a.rolePath, "--dry-run")
	if got := a.profiles(t); len(got) != 0 {
		t.Errorf("a dry run made %+v", got)
	}
}

// A profile from its creation to its end.
func motoLife(t *testing.T, a *account) {
	private := []string{a.private1, a.private2}
	slices.Sort(private)

	a.run(t, 0, nil, "create", "fargateprofile", "web", "--namespace", "web", "-l", "app=api", "-t", "team=x", "--pod-execution-role-arn", a.roleGood)
	got := a.profiles(t)
	if len(got) != 1 || got[0].Name != "web" || got[0].Status != "ACTIVE" || got[0].PodExecutionRoleARN != a.roleGood || got[0].Tags["team"] != "x" ||
		len(got[0].Selectors) != 1 || got[0].Selectors[0].Namespace != "web" || got[0].Selectors[0].Labels["app"] != "api" {
		t.Fatalf("%+v", got)
	}
	if slices.Sort(got[0].Subnets); !slices.Equal(got[0].Subnets, private) {
		t.Errorf("subnets %v, want the private ones %v", got[0].Subnets, private)
	}
	// The same again changes nothing; another one under the name is refused.
	a.run(t, 0, []string{"web"}, "create", "fargateprofile", "web", "--namespace", "web", "-l", "app=api", "-t", "team=x", "--pod-execution-role-arn", a.roleGood)
	a.run(t, 3, []string{"replace"}, "create", "fargateprofile", "web", "--namespace", "other")
	// The second profile takes the role of the first.
	a.run(t, 0, nil, "create", "fargateprofile", "--namespace", "batch")
	if got := a.profiles(t); len(got) != 2 || got[0].Name != "fp-batch" || got[0].PodExecutionRoleARN != a.roleGood {
		t.Errorf("%+v", got)
	}

	for _, m := range []struct {
		app, verdict, profile string
		code                  int
	}{{"api", "matched", "web", 0}, {"ui", "unmatched", "", 3}} {
		manifest := filepath.Join(t.TempDir(), "pod.yaml")
		text := "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: web, labels: {app: " + m.app + "}}\nspec: {containers: [{name: c, image: i}]}\n"
		if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		a.run(t, m.code, []string{`"verdict": "` + m.verdict + `"`, `"profile": "` + m.profile + `"`}, "match", "-f", manifest, "-o", "json")
	}

	// Pods without the label lose nothing; those with it are still covered, so no --yes is needed.
	a.run(t, 0, []string{"web-2"}, "replace", "fargateprofile", "web", "--selector", "namespace=web,app=*")
	got = a.profiles(t)
	if len(got) != 2 || got[1].Name != "web-2" || got[1].Selectors[0].Labels["app"] != "*" || got[1].PodExecutionRoleARN != a.roleGood || got[1].Tags["team"] != "x" {
		t.Errorf("%+v", got)
	}
	// A successor that covers less wants a word.
	a.run(t, 3, []string{"--yes"}, "replace", "fargateprofile", "web-2", "--selector", "namespace=other")
	a.run(t, 0, []string{"web-3"}, "replace", "fargateprofile", "web-2", "--selector", "namespace=other", "--yes")

	a.run(t, 0, nil, "delete", "fargateprofile", "web-3", "fp-batch")
	if got := a.profiles(t); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	a.run(t, 1, []string{"web-3"}, "delete", "fargateprofile", "web-3")
	a.run(t, 0, nil, "delete", "fargateprofile", "web-3", "--ignore-not-found")
}

// Profiles as code: a file, its change, and back. moto takes no tags of what exists, so none change.
func motoApply(t *testing.T, a *account) {
	file := func(profiles string) string {
		name := filepath.Join(t.TempDir(), "profiles.yaml")
		text := "metadata: {name: demo, region: us-east-1}\niam: {fargatePodExecutionRoleARN: " + a.roleGood + "}\nfargateProfiles:\n" + profiles
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	before := file("- {name: web, selectors: [{namespace: web}]}\n- {name: old, selectors: [{namespace: jobs}]}\n")
	after := file("- {name: web, selectors: [{namespace: web}, {namespace: 'web-*'}]}\n- {name: jobs, selectors: [{namespace: jobs}], tags: {team: x}}\n")
	a.run(t, 3, []string{"2 added"}, "diff", "-f", before)
	a.run(t, 0, []string{"profile web is ACTIVE", "profile old is ACTIVE"}, "apply", "-f", before)
	a.run(t, 3, []string{"web is replaced by web-2", "jobs is created", "old is not in the file and is deleted"}, "diff", "-f", after, "--prune")
	a.run(t, 0, []string{"profile web is replaced by web-2", "profile old is deleted"}, "apply", "-f", after, "--prune")
	a.run(t, 0, []string{"nothing to do"}, "apply", "-f", after, "--prune")
	got := a.profiles(t)
	if len(got) != 2 || got[0].Name != "jobs" || got[0].Tags["team"] != "x" || got[1].Name != "web-2" || got[1].Tags["fgctl:applied"] != "web" || len(got[1].Selectors) != 2 {
		t.Errorf("%+v", got)
	}
	now := filepath.Join(t.TempDir(), "now.yaml")
	if err := os.WriteFile(now, []byte(a.run(t, 0, nil, "get", "fargateprofile", "-o", "clusterconfig").out), 0o600); err != nil {
		t.Fatal(err)
	}
	a.run(t, 0, []string{"2 same"}, "diff", "-f", now, "--prune")
	a.run(t, 3, []string{"say --yes"}, "apply", "-f", file("  []\n"), "--prune")
	a.run(t, 0, []string{"profile web-2 is deleted"}, "apply", "-f", file("  []\n"), "--prune", "--yes")
	if got := a.profiles(t); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
