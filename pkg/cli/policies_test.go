package cli

// These tests hold the policies of docs/replacing.md against a sandbox that allows exactly what they say.

import (
	"bytes"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// policiesOfPage returns the policy documents of the page in their order.
func policiesOfPage(t *testing.T) (read, create, remove string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/replacing.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, block := range regexp.MustCompile("(?ms)^```json\n(.*?)^```$").FindAllStringSubmatch(string(page), -1) {
		out = append(out, block[1])
	}
	if len(out) != 3 {
		t.Fatalf("the page has %d policies", len(out))
	}
	return out[0], out[1], out[2]
}

// actionName finds the actions of a policy.
var actionName = regexp.MustCompile(`"((?:eks|ec2|iam):[A-Z]\w+)"(?:,|\]|\n)`)

func actionsOf(policies ...string) []string {
	var out []string
	for _, m := range actionName.FindAllStringSubmatch(strings.Join(policies, "\n"), -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return out
}

// allowing is a quick world in which the caller may do what the policies say, with the profile web and
// without the service-linked role of Fargate, as before the first profile of an account.
func allowing(permissions sandbox.Permissions) sandbox.World {
	world := oneProfile()
	world.Clusters[0].Profiles[0].Tags = map[string]string{"team": "a"}
	world.Roles = slices.DeleteFunc(world.Roles, func(r sandbox.Role) bool { return strings.Contains(r.Name, "AWSServiceRole") })
	// In a cluster without profiles the role is looked for among all roles.
	bare := world.Clusters[0]
	bare.Name, bare.Profiles = "bare", nil
	world.Clusters = append(world.Clusters, bare)
	world.Roles = append(world.Roles, sandbox.Role{
		Name: "fargate-any", Policies: []string{"arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"},
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks-fargate-pods.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
	})
	// The policies let no role be passed but those of their pattern.
	world.Roles = append(world.Roles, sandbox.Role{Name: "other", Trust: world.Role("fargate-pods").Trust, Policies: world.Role("fargate-pods").Policies})
	world.Permissions = &permissions
	return world
}

// runs runs a command line without a terminal.
func runs(t testing.TB, words string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), strings.Fields(words), &output.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, fastClock{time.Now()})
	return code, stdout.String(), stderr.String()
}

func TestDocumentedPolicies(t *testing.T) {
	read, create, remove := policiesOfPage(t)
	const looks = `get fargateprofile --cluster demo
get fargateprofile web --cluster demo
match --cluster demo -f ../../examples/manifests/deployment.yaml --fail-on errors
match --cluster demo --overlaps
wait fargateprofile web --cluster demo --for active
create fargateprofile api --cluster demo --namespace api --dry-run
create fargateprofile api --cluster bare --namespace api --dry-run
replace fargateprofile web --cluster demo --namespace web* --dry-run
delete fargateprofile web --cluster demo --dry-run
get fargateprofile --cluster demo -o clusterconfig`
	const makes = `create fargateprofile api --cluster demo --namespace api --tags team=b`
	const changes = `replace fargateprofile web --cluster demo --namespace web*
replace fargateprofile web-2 --cluster demo --tags team=c
replace fargateprofile web-2 --cluster demo --add-selector namespace=more --keep-name
delete fargateprofile web-2 --cluster demo
apply -f ../../examples/clusters/cluster.yaml --cluster demo --prune --yes
diff -f ../../examples/clusters/cluster.yaml --cluster demo`
	for _, c := range []struct {
		name     string
		policies []string
		runs     string
		refused  string
	}{
		{"to look", []string{read}, looks, makes},
		{"to create", []string{read, create}, looks + "\n" + makes, "delete fargateprofile web --cluster demo"},
		{
			"to replace and delete",
			[]string{read, create, remove},
			looks + "\n" + makes + "\n" + changes,
			"create fargateprofile more --cluster demo --namespace else --pod-execution-role-arn arn:aws:iam::111122223333:role/other",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := inSandbox(t, allowing(sandbox.Permissions{Policies: c.policies}))
			for _, words := range strings.Split(c.runs, "\n") {
				code, _, errs := runs(t, words)
				if code != 0 || strings.Contains(errs, "skipped") || strings.Contains(errs, "AccessDenied") {
					t.Errorf("%s: exit %d\n%s", words, code, errs)
				}
			}
			asked := slices.Sorted(maps.Keys(server.Stats().Permissions))
			if wanted := actionsOf(c.policies...); !slices.Equal(asked, wanted) {
				t.Errorf("asked for were\n%v\nthe page has\n%v", asked, wanted)
			}
			before := len(server.Profiles("demo"))
			if code, _, errs := runs(t, c.refused); code != 1 || !strings.Contains(errs, "AccessDenied") || len(server.Profiles("demo")) != before {
				t.Errorf("%s: exit %d\n%s", c.refused, code, errs)
			}
		})
	}
}

// What the page says of delete, get and match alone.
func TestPermissionsOfSingleCommands(t *testing.T) {
	for words, allow := range map[string][]string{
		"delete fargateprofile web --cluster demo":                                          {"eks:ListFargateProfiles", "eks:DescribeFargateProfile", "eks:DeleteFargateProfile"},
		"get fargateprofile --cluster demo":                                                 {"eks:ListFargateProfiles", "eks:DescribeFargateProfile"},
		"match --cluster demo -f ../../examples/manifests/deployment.yaml --fail-on errors": {"eks:ListFargateProfiles", "eks:DescribeFargateProfile"},
		"get fargateprofile --all-clusters":                                                 {"eks:ListClusters", "eks:ListFargateProfiles", "eks:DescribeFargateProfile"},
	} {
		inSandbox(t, allowing(sandbox.Permissions{Allow: allow}))
		if code, _, errs := runs(t, words); code != 0 {
			t.Errorf("%s: exit %d\n%s", words, code, errs)
		}
		for i, action := range allow {
			inSandbox(t, allowing(sandbox.Permissions{Allow: slices.Delete(slices.Clone(allow), i, i+1)}))
			if code, _, errs := runs(t, words); code == 0 || !strings.Contains(errs, action) {
				t.Errorf("%s without %s: exit %d\n%s", words, action, code, errs)
			}
		}
	}
}

// What the page on roles says of --delete-pod-execution-role; a list of clusters that may not be read is named.
func TestPermissionsOfRoleRemoval(t *testing.T) {
	const words, role = "delete fargateprofile web --cluster demo --delete-pod-execution-role", "fgctl-fargate-pods-demo-us-east-1"
	allow := []string{
		"eks:ListFargateProfiles", "eks:DescribeFargateProfile", "eks:DeleteFargateProfile", "eks:ListClusters", "iam:GetRole",
		"iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:DetachRolePolicy", "iam:DeleteRole",
	}
	page, err := os.ReadFile("../../docs/roles.md")
	if err != nil {
		t.Fatal(err)
	}
	for i := -1; i < len(allow); i++ {
		permitted, lacks := allow, ""
		if i >= 0 {
			permitted, lacks = slices.Delete(slices.Clone(allow), i, i+1), allow[i]
		}
		world := allowing(sandbox.Permissions{Allow: permitted})
		own := *world.Role("fargate-pods")
		own.Name, own.Tags = role, map[string]string{"fgctl:cluster": "demo"}
		world.Roles = append(world.Roles, own)
		world.Clusters[0].Profiles[0].Role = role
		inSandbox(t, world)
		code, _, errs := runs(t, words)
		passes := lacks == "" || lacks == "eks:ListClusters"
		if (code == 0) != passes || !strings.Contains(errs, lacks) {
			t.Errorf("without %q: exit %d\n%s", lacks, code, errs)
		}
		if i > 2 && !strings.Contains(string(page), "`"+lacks+"`") {
			t.Errorf("the page lacks %s", lacks)
		}
	}
}
