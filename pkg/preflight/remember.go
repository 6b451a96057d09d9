package preflight

import (
	"context"
	"sync"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/network"
)

// Remember returns a Cloud for the checks of several profiles, which meet the same cluster, network and roles: it asks
// every question once, with ctx, and returns everybody the same answer. The context of a call does not count, because
// others may wait for the answer. It is safe for runs side by side, and for the time before anything is changed.
func Remember(ctx context.Context, c Cloud) Cloud {
	return &memory{ctx: ctx, cloud: c, asked: map[question]any{}}
}

type memory struct {
	ctx   context.Context
	cloud Cloud

	lock  sync.Mutex
	asked map[question]any // func() (T, error)
}

// question is what is asked, and about which thing.
type question struct{ what, of string }

// once answers the question as it was answered first, or asks it.
func once[T any](m *memory, what, of string, ask func(context.Context, string) (T, error)) (T, error) {
	q := question{what, of}
	m.lock.Lock()
	answer, known := m.asked[q].(func() (T, error))
	if !known {
		answer = sync.OnceValues(func() (T, error) { return ask(m.ctx, of) })
		m.asked[q] = answer
	}
	m.lock.Unlock()
	return answer()
}

func (m *memory) Cluster(_ context.Context, name string) (cloud.Cluster, error) {
	return once(m, "cluster", name, m.cloud.Cluster)
}

func (m *memory) Profiles(_ context.Context, cluster string) ([]fargate.Profile, error) {
	return once(m, "profiles", cluster, m.cloud.Profiles)
}

func (m *memory) Subnet(_ context.Context, id string) (network.Subnet, error) {
	return once(m, "subnet", id, m.cloud.Subnet)
}

func (m *memory) SubnetsOfVPC(_ context.Context, vpc string) ([]network.Subnet, error) {
	return once(m, "subnets", vpc, m.cloud.SubnetsOfVPC)
}

func (m *memory) RouteTables(_ context.Context, vpc string) ([]network.RouteTable, error) {
	return once(m, "route tables", vpc, m.cloud.RouteTables)
}

func (m *memory) NATAddresses(_ context.Context, vpc string) (map[string][]string, error) {
	return once(m, "NAT gateways", vpc, m.cloud.NATAddresses)
}

func (m *memory) VPCEndpoints(_ context.Context, vpc string) ([]network.Endpoint, error) {
	return once(m, "endpoints", vpc, m.cloud.VPCEndpoints)
}

func (m *memory) Role(_ context.Context, name string) (cloud.Role, error) {
	return once(m, "role", name, m.cloud.Role)
}

func (m *memory) Roles(context.Context) ([]cloud.Role, error) {
	return once(m, "roles", "", func(ctx context.Context, _ string) ([]cloud.Role, error) { return m.cloud.Roles(ctx) })
}

func (m *memory) AccessEntry(_ context.Context, cluster, role string) (cloud.AccessEntry, error) {
	return once(m, "access entry of "+cluster, role, func(ctx context.Context, role string) (cloud.AccessEntry, error) {
		return m.cloud.AccessEntry(ctx, cluster, role)
	})
}

func (m *memory) AttachedPolicies(_ context.Context, role string) ([]string, error) {
	return once(m, "policies", role, m.cloud.AttachedPolicies)
}
