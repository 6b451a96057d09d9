package cloud_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/sandboxtest"
) // This file holds the client against the sandbox: the whole way over the wire, both ends of it.

const podRole = "arn:aws:iam::111122223333:role/fargate-pods"

func inWorld(t *testing.T, change func(*sandbox.World), options ...func(*cloud.Options)) (*cloud.Client, *sandbox.Server) {
	t.Helper()
	world := sandbox.DefaultWorld()
	change(&world)
	server := sandboxtest.NewServer(t, world, sandbox.Options{})
	return client(t, server.URL, options...), server.Sandbox
}

// A hundred profiles take two round trips, and never more than ten requests at a time.
func TestHundredProfiles(t *testing.T) {
	world := sandbox.DefaultWorld()
	world.Quotas.Profiles = 100
	world.Latency = sandbox.Range{Min: time.Millisecond, Max: time.Millisecond}
	for i := range 100 {
		world.Clusters[0].Profiles = append(world.Clusters[0].Profiles, sandbox.Profile{
			Name: fmt.Sprintf("fp-%03d", 99-i), Role: podRole, Selectors: []sandbox.Selector{{Namespace: "web"}},
		})
	}
	// The first request is answered at once. Any other waits until the next has come, so that some request is always
	// under way where the client sends them side by side, however slow the machine.
	limit, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var came sync.Mutex
	arrivals, next := 0, make(chan struct{})
	s := sandboxtest.NewServer(t, world, sandbox.Options{Sleep: func(context.Context, time.Duration) {
		came.Lock()
		arrivals++
		close(next)
		next = make(chan struct{})
		mine, alone := next, arrivals == 1 || arrivals == 101
		came.Unlock()
		if alone {
			return
		}
		select {
		case <-mine:
		case <-limit.Done():
		}
	}})
	c := client(t, s.URL)
	profiles, err := c.Profiles(context.Background(), "demo")
	if err != nil || len(profiles) != 100 || profiles[0].Name != "fp-000" || profiles[99].Name != "fp-099" {
		t.Errorf("%d profiles, %v", len(profiles), err)
	}
	stats := s.Sandbox.Stats()
	if stats.Sequential > 2 || stats.Requests != 101 || stats.MaxInFlight > cloud.MaxInFlight {
		t.Errorf("%+v", stats)
	}
}

// Everything that the checks read comes whole, also in pages of one.
func TestReads(t *testing.T) {
	ctx := context.Background()
	for _, pageSize := range []int{0, 1} {
		c, _ := inWorld(t, func(w *sandbox.World) { w.PageSize = pageSize })
		cluster, err := c.Cluster(ctx, "demo")
		if err != nil || cluster.VPC != "vpc-0d3e0000000000001" || len(cluster.Subnets) != 4 || cluster.AuthenticationMode != "API_AND_CONFIG_MAP" || cluster.Account() != "111122223333" {
			t.Errorf("%+v, %v", cluster, err)
		}
		subnets, err := c.SubnetsOfVPC(ctx, cluster.VPC)
		if err != nil || len(subnets) != 5 || subnets[0].Name != "private-a" || subnets[0].ZoneID != "use1-az1" {
			t.Errorf("%+v, %v", subnets, err)
		}
		tables, err := c.RouteTables(ctx, cluster.VPC)
		if err != nil || len(tables) != 3 || !tables[2].Associations[0].Main || tables[2].Associations[0].Subnet != "" {
			t.Errorf("%+v, %v", tables, err)
		}
		roles, err := c.Roles(ctx)
		if err != nil || !slices.ContainsFunc(roles, func(r cloud.Role) bool { return r.ARN == podRole && r.TrustPolicy[0] == '{' }) {
			t.Errorf("%+v, %v", roles, err)
		}
		policies, err := c.AttachedPolicies(ctx, "fargate-pods")
		if err != nil || !slices.Equal(policies, []string{"arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"}) {
			t.Errorf("%v, %v", policies, err)
		}
		if _, err := c.VPCEndpoints(ctx, cluster.VPC); err != nil {
			t.Error(err)
		}
		if caller, err := c.Caller(ctx); err != nil || caller.Account != "111122223333" {
			t.Errorf("%+v, %v", caller, err)
		}
		if _, err := c.Subnet(ctx, "subnet-0fff0000000000001"); cloud.ClassOf(err) != cloud.NotFound {
			t.Errorf("unknown subnet: %v", err)
		}
		if _, err := c.Role(ctx, "nobody"); cloud.ClassOf(err) != cloud.NotFound {
			t.Errorf("unknown role: %v", err)
		}
		if _, err := c.ProfileNames(ctx, "nowhere"); !cloud.NoCluster(err) {
			t.Errorf("unknown cluster: %v", err)
		}
	}
}

// A profile is made, seen, tagged and deleted; whoever comes meanwhile has to wait. An answer that
// is lost after its effect makes no second profile and no error.
func TestLife(t *testing.T) {
	ctx := context.Background()
	c, s := inWorld(t, func(w *sandbox.World) {
		w.Delays = sandbox.Delays{Create: time.Hour, Delete: time.Hour}
		w.Faults = []sandbox.Fault{{Operation: "eks:CreateFargateProfile", Nth: 1, Kind: sandbox.FaultDropAfter}}
	})
	want := fargate.Profile{Cluster: "demo", Name: "web", PodExecutionRoleARN: podRole, Selectors: []fargate.Selector{{Namespace: "web"}}}
	made, err := c.CreateProfile(ctx, want, "token-1")
	if err != nil || made.Status != fargate.StatusCreating || made.ARN == "" || len(made.Subnets) != 2 {
		t.Fatalf("%+v, %v", made, err)
	}
	if n := s.Stats().Operations["eks:CreateFargateProfile"]; n != 2 {
		t.Errorf("%d requests to create", n)
	}
	if _, err := c.CreateProfile(ctx, want, "token-2"); cloud.ClassOf(err) != cloud.Exists {
		t.Errorf("again: %v", err)
	}
	other := want
	other.Name = "api"
	if _, err := c.CreateProfile(ctx, other, "token-3"); cloud.ClassOf(err) != cloud.Busy {
		t.Errorf("a second one: %v", err)
	}
	if err := c.TagProfile(ctx, made.ARN, map[string]string{"team": "x"}); err != nil {
		t.Error(err)
	}
	seen, err := c.Profile(ctx, "demo", "web")
	if err != nil || len(seen.Tags) != 1 || seen.Tags["team"] != "x" {
		t.Errorf("%+v, %v", seen, err)
	}
	if _, err := c.DeleteProfile(ctx, "demo", "nobody"); cloud.ClassOf(err) != cloud.NotFound || cloud.NoCluster(err) {
		t.Errorf("delete of an unknown profile: %v", err)
	}
}

// A missing permission is AccessDenied with its name, for every service.
func TestMissingPermissions(t *testing.T) {
	ctx := context.Background()
	c, _ := inWorld(t, func(w *sandbox.World) { w.MissingPermissions = []string{"eks:*", "ec2:*", "iam:*"} })
	for want, call := range map[string]func() error{
		"eks:DescribeCluster":          func() error { _, err := c.Cluster(ctx, "demo"); return err },
		"eks:ListFargateProfiles":      func() error { _, err := c.Profiles(ctx, "demo"); return err },
		"ec2:DescribeRouteTables":      func() error { _, err := c.RouteTables(ctx, "vpc-0d3e0000000000001"); return err },
		"ec2:DescribeSubnets":          func() error { _, err := c.SubnetsOfVPC(ctx, "vpc-0d3e0000000000001"); return err },
		"ec2:DescribeVpcEndpoints":     func() error { _, err := c.VPCEndpoints(ctx, "vpc-0d3e0000000000001"); return err },
		"iam:GetRole":                  func() error { _, err := c.Role(ctx, "fargate-pods"); return err },
		"iam:ListRoles":                func() error { _, err := c.Roles(ctx); return err },
		"iam:ListAttachedRolePolicies": func() error { _, err := c.AttachedPolicies(ctx, "fargate-pods"); return err },
	} {
		err := call()
		if cloud.ClassOf(err) != cloud.AccessDenied || cloud.Hint(err) != "the caller needs the IAM permission "+want {
			t.Errorf("%s: %v; %s", want, err, cloud.Hint(err))
		}
	}
}
