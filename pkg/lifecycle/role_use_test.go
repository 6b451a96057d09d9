package lifecycle

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

const ownRole = "fgctl-fargate-pods-demo-us-east-1"

// withOwnRole is a world in which fgctl made a role for the cluster; a profile has it where one is named.
func withOwnRole(profiles ...string) func(*sandbox.World) {
	return func(w *sandbox.World) {
		w.Roles = append(w.Roles, sandbox.Role{
			Name: ownRole, Tags: map[string]string{tagCluster: "demo"}, Trust: w.Role("fargate-pods").Trust,
			Policies: []string{"arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"},
		})
		for _, name := range profiles {
			p := existing(name, "ACTIVE", name)
			p.Role = "arn:aws:iam::111122223333:role/" + ownRole
			w.Cluster("demo").Profiles = append(w.Cluster("demo").Profiles, p)
		}
	}
}

// Who uses a role that fgctl made is read from AWS; the tag and the name together say that fgctl made it.
func TestRoleUse(t *testing.T) {
	b := newBench(t, withOwnRole("web", "api"))
	web := b.read(t, "web")
	for _, c := range []struct {
		name, role, region string
		gone               bool
		want               string
	}{
		{"used", ownRole, "us-east-1", false, "[api of cluster demo web of cluster demo]"},
		{"one of them goes", ownRole, "us-east-1", true, "[api of cluster demo]"},
		{"of another region", ownRole, "eu-west-1", false, "<nil>"},
		{"not fgctl's", "fargate-pods", "us-east-1", false, "<nil>"},
		{"no such role", "nobody", "us-east-1", false, "<nil>"},
	} {
		var gone []fargate.Profile
		if c.gone {
			gone = append(gone, web)
		}
		use, err := b.RoleUse(t.Context(), c.role, c.region, gone, true)
		got := "<nil>"
		if use != nil {
			got = fmt.Sprint(use.By)
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
		}
	}
}

// A removal that is killed at any request is finished by the next one.
func TestRemoveRoleKilled(t *testing.T) {
	modelAWS(t)
	remove := func(ctx context.Context, m *model) error {
		use, err := m.runner.RoleUse(ctx, ownRole, "us-east-1", nil, true)
		if err != nil || use == nil {
			return err
		}
		return m.runner.RemoveRole(ctx, *use)
	}
	cases := 0
	for kill := 0; ; kill++ {
		done := false
		for _, answered := range []bool{false, true} {
			m := newModel(t, modelSequence{world: withOwnRole()})
			err := m.process(kill, answered, remove)
			if done = !m.killed && kill > 0; done {
				break
			}
			if kill > 0 {
				err = m.process(0, false, remove)
			}
			cases++
			_, gone := m.client.Role(t.Context(), ownRole)
			if err != nil || cloud.ClassOf(gone) != cloud.NotFound || m.others() != m.bystanders {
				t.Fatalf("killed at request %d (effect: %v): %v; the role: %v", kill, answered, err, gone)
			}
		}
		if done {
			break
		}
	}
	t.Logf("%d cases", cases)
}

// A role that is in use, or that somebody gave more to, stays as it is.
func TestRemoveRoleRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*sandbox.World)
		want   string
	}{
		{"in use", withOwnRole("web"), "is used by profile web of cluster demo"},
		{"inline", func(w *sandbox.World) {
			withOwnRole()(w)
			w.Roles[len(w.Roles)-1].InlinePolicies = []string{"more"}
		}, "has policies that fgctl did not give it (more)"},
	} {
		b := newBench(t, c.change)
		use, err := b.RoleUse(t.Context(), ownRole, "us-east-1", nil, true)
		if err != nil {
			t.Fatal(err)
		}
		err = b.RemoveRole(t.Context(), *use)
		if err == nil || !strings.Contains(err.Error(), c.want) || b.count("DetachRolePolicy")+b.count("DeleteRole") > 0 {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
