package preflight

// This file lets the checks of several profiles share what they read: all profiles of a file meet the same
// cluster, network and roles.

import (
	"context"
	"sync"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/network"
)

// Remember returns a Cloud that asks every question once, with ctx, and returns everybody the same answer;
// the context of a call does not count, because others may wait for the answer. It is safe for runs side
// by side, and for the time before anything is changed.
func Remember(ctx context.Context, c Cloud) Cloud {
	return &memory{ctx: ctx, cloud: c, asked: map[string]any{}}
}

type memory struct {
	ctx   context.Context
	cloud Cloud

	lock  sync.Mutex
	asked map[string]any // func() (T, error) by question
}

// once answers the question as it was answered first, or asks it.
func once[T any](m *memory, question string, ask func() (T, error)) (T, error) {
	m.lock.Lock()
	answer, known := m.asked[question].(func() (T, error))
	if !known {
		answer = sync.OnceValues(ask)
		m.asked[question] = answer
	}
	m.lock.Unlock()
	return answer()
}

func (m *memory) Cluster(_ context.Context, name string) (cloud.Cluster, error) {
	return once(m, "cluster "+name, func() (cloud.Cluster, error) { return m.cloud.Cluster(m.ctx, name) })
}

func (m *memory) Profiles(_ context.Context, cluster string) ([]fargate.Profile, error) {
	return once(m, "profiles "+cluster, func() ([]fargate.Profile, error) { return m.cloud.Profiles(m.ctx, cluster) })
}

func (m *memory) Subnet(_ context.Context, id string) (network.Subnet, error) {
	return once(m, "subnet "+id, func() (network.Subnet, error) { return m.cloud.Subnet(m.ctx, id) })
}

func (m *memory) SubnetsOfVPC(_ context.Context, vpc string) ([]network.Subnet, error) {
	return once(m, "subnets of "+vpc, func() ([]network.Subnet, error) { return m.cloud.SubnetsOfVPC(m.ctx, vpc) })
}

func (m *memory) RouteTables(_ context.Context, vpc string) ([]network.RouteTable, error) {
	return once(m, "route tables "+vpc, func() ([]network.RouteTable, error) { return m.cloud.RouteTables(m.ctx, vpc) })
}

func (m *memory) VPCEndpoints(_ context.Context, vpc string) ([]network.Endpoint, error) {
	return once(m, "endpoints "+vpc, func() ([]network.Endpoint, error) { return m.cloud.VPCEndpoints(m.ctx, vpc) })
}

func (m *memory) Role(_ context.Context, name string) (cloud.Role, error) {
	return once(m, "role "+name, func() (cloud.Role, error) { return m.cloud.Role(m.ctx, name) })
}

func (m *memory) Roles(context.Context) ([]cloud.Role, error) {
	return once(m, "roles", func() ([]cloud.Role, error) { return m.cloud.Roles(m.ctx) })
}

func (m *memory) AttachedPolicies(_ context.Context, role string) ([]string, error) {
	return once(m, "policies "+role, func() ([]string, error) { return m.cloud.AttachedPolicies(m.ctx, role) })
}
