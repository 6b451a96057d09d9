package preflight

// This file holds what the tests run on: worlds of the sandbox, read over HTTP with the real SDK.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/sandboxtest"
)

// The names of the built-in world.
const (
	goodRole  = "arn:aws:iam::111122223333:role/fargate-pods"
	badRole   = "arn:aws:iam::111122223333:role/not-fargate"
	demoVPC   = "vpc-0d3e0000000000001"
	privateA  = "subnet-0aaa0000000000001"
	privateB  = "subnet-0aaa0000000000002"
	publicA   = "subnet-0bbb0000000000001"
	publicB   = "subnet-0bbb0000000000002"
	implicitA = "subnet-0ccc0000000000001"
	otherVPC  = "subnet-0ddd0000000000001"
	privateRT = "rtb-0aaa0000000000001"
)

// newCloud serves the built-in world after change. Requests are not retried.
func newCloud(t testing.TB, change func(*sandbox.World)) (*cloud.Client, *sandbox.Server) {
	t.Helper()
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	world := sandbox.DefaultWorld()
	if change != nil {
		change(&world)
	}
	server := sandboxtest.NewServer(t, world, sandbox.Options{})
	client, err := cloud.New(t.Context(), cloud.Options{Region: world.Region, EndpointURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return client, server.Sandbox
}

// wanted is an input for the profile web of the cluster demo, with role and subnets to be found.
func wanted(change func(*Input)) Input {
	in := Input{Profile: fargate.Profile{Cluster: "demo", Name: "web", Selectors: []fargate.Selector{{Namespace: "web"}}}}
	if change != nil {
		change(&in)
	}
	return in
}

func withSubnets(ids ...string) func(*Input) {
	return func(in *Input) { in.Profile.Subnets = ids }
}

func withRole(arn string) func(*Input) {
	return func(in *Input) { in.Profile.PodExecutionRoleARN = arn }
}

// profile is one that the world's cluster has from the start.
func profile(name, namespace string, change ...func(*sandbox.Profile)) sandbox.Profile {
	p := sandbox.Profile{Name: name, Role: goodRole, Subnets: []string{privateA}, Selectors: []sandbox.Selector{{Namespace: namespace}}}
	for _, c := range change {
		c(&p)
	}
	return p
}

func withProfiles(profiles ...sandbox.Profile) func(*sandbox.World) {
	return func(w *sandbox.World) { w.Cluster("demo").Profiles = profiles }
}

func manyProfiles(n int) []sandbox.Profile {
	var out []sandbox.Profile
	for i := range n {
		out = append(out, profile(fmt.Sprintf("other-%02d", i), fmt.Sprintf("other-%02d", i)))
	}
	return out
}

func withRoutes(table string, routes ...sandbox.Route) func(*sandbox.World) {
	return func(w *sandbox.World) { w.RouteTable(table).Routes = routes }
}

func lacking(actions ...string) func(*sandbox.World) {
	return func(w *sandbox.World) { w.MissingPermissions = actions }
}

func both(changes ...func(*sandbox.World)) func(*sandbox.World) {
	return func(w *sandbox.World) {
		for _, c := range changes {
			c(w)
		}
	}
}

// trusting makes the role fargate-pods trust the principal under the condition, both JSON.
func trusting(statement string) func(*sandbox.World) {
	return func(w *sandbox.World) {
		w.Role("fargate-pods").Trust = `{"Version":"2012-10-17","Statement":[` + statement + `]}`
	}
}

// expect maps a check to "level: part" and further parts behind "|"; checks that are not named must pass.
type expect map[string]string

func (want expect) compare(t *testing.T, report Report) {
	t.Helper()
	for i, r := range report.Results {
		if r.Check != Checks[i] {
			t.Fatalf("result %d is of check %s", i, r.Check)
		}
		text, named := want[r.Check]
		if !named {
			text = "pass:"
			if r.Check == checkAccess && r.Level == Skipped {
				text = "skipped:" // as the role is, of which it is
			}
		}
		level, parts, _ := strings.Cut(text, ":")
		all := strings.Join(append([]string{r.Message, "hint=" + r.Hint}, r.Details...), "\n")
		if string(r.Level) != level {
			t.Errorf("%s is %s, wanted %s\n%s", r.Check, r.Level, level, all)
			continue
		}
		for _, part := range strings.Split(parts, "|") {
			if part = strings.TrimSpace(part); !strings.Contains(all, part) {
				t.Errorf("%s lacks %q:\n%s", r.Check, part, all)
			}
		}
		if r.Message == "" {
			t.Errorf("%s says nothing", r.Check)
		}
	}
	if len(report.Results) != len(Checks) {
		t.Errorf("%d results", len(report.Results))
	}
	failed := slices.ContainsFunc(report.Results, func(r Result) bool { return r.Level == Fail })
	if report.Failed() != failed {
		t.Errorf("Failed() is %v", report.Failed())
	}
}

// world is one row of a table.
type world struct {
	change func(*sandbox.World)
	input  func(*Input)
	want   expect
	// subnets and role are those of the completed profile; nil and empty are not compared.
	subnets []string
	role    string
}

func runWorlds(t *testing.T, worlds map[string]world) {
	for name, w := range worlds {
		t.Run(name, func(t *testing.T) {
			client, _ := newCloud(t, w.change)
			report, err := Run(t.Context(), client, wanted(w.input))
			if err != nil {
				t.Fatal(err)
			}
			w.want.compare(t, report)
			if w.subnets != nil && !slices.Equal(report.Profile.Subnets, w.subnets) {
				t.Errorf("subnets %v", report.Profile.Subnets)
			}
			if w.role != "" && report.Profile.PodExecutionRoleARN != w.role {
				t.Errorf("role %s", report.Profile.PodExecutionRoleARN)
			}
		})
	}
}
