package preflight

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/network"
)

// facts is all that was read for one profile. What does not depend on another answer is read in parallel: three rounds
// as a rule.
type facts struct {
	input Input

	cluster    cloud.Cluster
	clusterErr error
	siblings   answer[[]fargate.Profile]

	// vpc is the cluster's; guessed when it could only be taken from the profile's own subnets.
	vpc       string
	guessed   bool
	subnets   answer[[]network.Subnet]
	tables    answer[[]network.RouteTable]
	endpoints answer[[]network.Endpoint]
	// nats are the addresses of the VPC's NAT gateways, read where the API endpoint lets only some addresses in.
	nats answer[map[string][]string]
	// strays are subnets that were asked for one by one.
	strays map[string]answer[network.Subnet]

	// roles are all roles of the account, read only when there is nothing else to go by.
	roles answer[[]cloud.Role]
	// pick is the role to use, named or found; role and policies are what IAM says of it.
	pick     pick
	role     answer[cloud.Role]
	policies answer[[]string]
	// entry is the role's access entry, read where the cluster has such.
	entry answer[cloud.AccessEntry]
	// described is closed when the cluster is read, or cannot be for want of a permission.
	described chan struct{}
}

// answer is what AWS says, or the error that came in its place.
type answer[T any] struct {
	value T
	err   error
}

// take keeps what AWS said, and returns an error where it ends the run.
func (a *answer[T]) take(value T, err error) error {
	a.value, a.err = value, err
	return fatal(err)
}

func (f *facts) skips(check string) bool { return slices.Contains(f.input.Skip, check) }

// noCluster reports whether EKS says that the cluster does not exist.
func (f *facts) noCluster() bool { return cloud.ClassOf(f.clusterErr) == cloud.NotFound }

// isDescribed reports whether EKS has described the cluster.
func (f *facts) isDescribed() bool { return f.clusterErr == nil }

// exists reports whether a profile of the name is in the way: it is there and stays.
func (f *facts) exists() bool {
	p := fargate.Named(f.siblings.value, f.input.Profile.Name)
	return !f.input.Present && p != nil && p.Status != fargate.StatusDeleting
}

// fatal returns the error where it says nothing about AWS's resources: it ends the run. Whatever else AWS
// answers is kept with the facts.
func fatal(err error) error {
	switch cloud.ClassOf(err) {
	case cloud.Credentials, cloud.Unavailable, cloud.Senseless, cloud.Throttled, cloud.Canceled:
		return err
	}
	return nil
}

// read fills the facts.
func (f *facts) read(ctx context.Context, c Cloud) error {
	group, ctx := errgroup.WithContext(ctx)
	f.described = make(chan struct{})
	group.Go(func() error {
		if err := f.readCluster(ctx, c); err != nil {
			return err
		}
		close(f.described)
		return f.readNetwork(ctx, c)
	})
	finds := false
	switch arn := f.input.Profile.PodExecutionRoleARN; {
	case f.input.NewRole != "":
		group.Go(func() error { return f.readNewRole(ctx, c) })
	case arn != "":
		f.pick = pick{arn: arn}
		group.Go(func() error { return f.readRole(ctx, c) })
	default:
		finds = true
	}
	group.Go(func() error {
		fatal := f.siblings.take(c.Profiles(ctx, f.input.Profile.Cluster))
		f.siblings.value = slices.DeleteFunc(slices.Clone(f.siblings.value), func(p fargate.Profile) bool {
			return slices.Contains(f.input.Gone, p.Name)
		})
		if !finds || f.siblings.err != nil || f.exists() {
			return fatal
		}
		return f.findRole(ctx, c)
	})
	err := group.Wait()
	if f.noCluster() || f.exists() && f.cluster.ARN != "" {
		return nil
	}
	return err
}

func (f *facts) readCluster(ctx context.Context, c Cloud) error {
	cluster, err := c.Cluster(ctx, f.input.Profile.Cluster)
	f.clusterErr = err
	switch {
	case err == nil:
		f.cluster = cluster
	case f.noCluster():
		f.tables.err = err
		return f.readStrays(ctx, c, f.input.Profile.Subnets) // those that are not there are a fault besides
	case cloud.ClassOf(err) != cloud.AccessDenied:
		return err
	}
	return nil
}

// readNetwork reads the cluster's VPC and those of the profile's subnets that are not in it.
func (f *facts) readNetwork(ctx context.Context, c Cloud) error {
	given := f.input.Profile.Subnets
	if !f.isDescribed() || len(given) > 0 && f.skips(checkSubnets) && f.skips(checkEgress) {
		return nil
	}
	f.vpc = f.cluster.VPC
	if f.vpc == "" {
		if err := f.readStrays(ctx, c, append(slices.Clone(f.cluster.Subnets), given...)); err != nil {
			return err
		}
		if f.guessVPC(); f.vpc == "" {
			return nil
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := f.subnets.take(c.SubnetsOfVPC(ctx, f.vpc)); f.subnets.err != nil {
			return err
		}
		return f.readStrays(ctx, c, slices.DeleteFunc(slices.Clone(given), func(id string) bool {
			return slices.ContainsFunc(f.subnets.value, func(s network.Subnet) bool { return s.ID == id })
		}))
	})
	group.Go(func() error { return f.tables.take(c.RouteTables(ctx, f.vpc)) })
	if !f.skips(checkEgress) {
		group.Go(func() error { return f.endpoints.take(c.VPCEndpoints(ctx, f.vpc)) })
		if f.limitedAPI() {
			group.Go(func() error { return f.nats.take(c.NATAddresses(ctx, f.vpc)) })
		}
	}
	return group.Wait()
}

// readStrays asks for subnets one by one: asked for several, EC2 names only the first unknown one.
func (f *facts) readStrays(ctx context.Context, c Cloud, ids []string) error {
	unasked := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(ids))), func(id string) bool {
		_, asked := f.strays[id]
		return asked
	})
	answers := make([]answer[network.Subnet], len(unasked))
	group, ctx := errgroup.WithContext(ctx)
	for i, id := range unasked {
		group.Go(func() error { return answers[i].take(c.Subnet(ctx, id)) })
	}
	err := group.Wait()
	if f.strays == nil {
		f.strays = map[string]answer[network.Subnet]{}
	}
	for i, id := range unasked {
		f.strays[id] = answers[i]
	}
	return err
}

// guessVPC takes the VPC from the cluster's subnets, or else from the profile's: not every AWS endpoint
// reports it with the cluster.
func (f *facts) guessVPC() {
	for _, ids := range [][]string{f.cluster.Subnets, f.input.Profile.Subnets} {
		for _, id := range ids {
			if vpc := f.strays[id].value.VPC; vpc != "" {
				f.vpc = vpc
				return
			}
		}
		f.guessed = true
	}
}

// findRole looks for the role to use when none is named: in the cluster's profiles, else in the account.
func (f *facts) findRole(ctx context.Context, c Cloud) error {
	if f.pick = pickFromProfiles(f.siblings.value, f.input.Profile.Name); f.pick.arn != "" {
		return f.readRole(ctx, c)
	}
	if len(f.pick.candidates) > 0 {
		return nil
	}
	if err := f.roles.take(c.Roles(ctx)); f.roles.err != nil {
		return err
	}
	if err := f.awaitCluster(ctx); err != nil {
		return err
	}
	f.pick = pickFromAccount(f.roles.value, f.request())
	i := slices.IndexFunc(f.roles.value, func(r cloud.Role) bool { return r.ARN == f.pick.arn })
	if i < 0 {
		return nil
	}
	f.role.value = f.roles.value[i]
	return f.readUse(ctx, c, f.role.value.Name)
}

// awaitCluster waits until the cluster is read.
func (f *facts) awaitCluster(ctx context.Context) error {
	select {
	case <-f.described:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// readEntry reads the access entry of a role.
func (f *facts) readEntry(ctx context.Context, c Cloud, arn string) error {
	if f.skips(checkAccess) && f.skips(checkRoleUse) {
		return nil
	}
	if err := f.awaitCluster(ctx); err != nil {
		return err
	}
	if !f.hasEntries() || f.foreign(arn) != (Finding{}) {
		return nil
	}
	return f.entry.take(c.AccessEntry(ctx, f.input.Profile.Cluster, arn))
}

// readNewRole reads the role of the name that a new one would have: one that is there is judged like any other.
func (f *facts) readNewRole(ctx context.Context, c Cloud) error {
	if err := f.role.take(c.Role(ctx, f.input.NewRole)); f.role.err != nil {
		if err != nil || cloud.ClassOf(f.role.err) != cloud.NotFound {
			return err
		}
		if err := f.awaitCluster(ctx); err != nil {
			return err
		}
		arn := fmt.Sprintf("arn:%s:iam::%s:role/%s", f.cluster.Partition(), f.cluster.Account(), f.input.NewRole)
		return f.readEntry(ctx, c, arn)
	}
	f.pick = pick{arn: f.role.value.ARN, source: "it has the name of the role that fgctl makes for this cluster"}
	return f.readUse(ctx, c, f.input.NewRole)
}

// readRole reads the picked role and its use, as far as the checks want them.
func (f *facts) readRole(ctx context.Context, c Cloud) error {
	name := fargate.ParseARN(f.pick.arn).Name()
	group, ctx := errgroup.WithContext(ctx)
	if !f.skips(checkRole) || !f.skips(checkRoleUse) || !f.skips(checkAccess) {
		group.Go(func() error { return f.role.take(c.Role(ctx, name)) })
	}
	group.Go(func() error { return f.readUse(ctx, c, name) })
	return group.Wait()
}

// readUse reads the policies and the access entry of the picked role.
func (f *facts) readUse(ctx context.Context, c Cloud, name string) error {
	group, ctx := errgroup.WithContext(ctx)
	if !f.skips(checkRolePolicy) || !f.skips(checkRoleUse) {
		group.Go(func() error { return f.policies.take(c.AttachedPolicies(ctx, name)) })
	}
	group.Go(func() error { return f.readEntry(ctx, c, f.pick.arn) })
	return group.Wait()
}

// home returns the ARN that says where the cluster lies: its own, or that of one of its profiles.
func (f *facts) home() fargate.ARN {
	if arn := fargate.ParseARN(f.cluster.ARN); arn != (fargate.ARN{}) {
		return arn
	}
	for _, p := range f.siblings.value {
		if arn := fargate.ParseARN(p.ARN); arn != (fargate.ARN{}) {
			return arn
		}
	}
	return fargate.ARN{}
}

// subnetsByID are all subnets that EC2 described.
func (f *facts) subnetsByID() map[string]network.Subnet {
	out := map[string]network.Subnet{}
	for id, s := range f.strays {
		if s.err == nil && s.value.ID != "" {
			out[id] = s.value
		}
	}
	for _, s := range f.subnets.value {
		out[s.ID] = s
	}
	return out
}
