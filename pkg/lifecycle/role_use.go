package lifecycle

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// tagCluster is on a role that fgctl made: the name of the cluster that it is for.
const tagCluster = decision.TagPrefix + "cluster"

// RoleUse is what is known of a pod execution role that fgctl made: who has it, and who may.
type RoleUse struct {
	Role cloud.Role
	// Cluster is the one that the role was made for.
	Cluster string
	// By are the profiles that have it, with their clusters; Looked is how many clusters were looked at, Unseen what
	// could not be, with the reason.
	By     []string
	Looked int
	Unseen []string
}

// MadeRole reads a role and returns the cluster that fgctl made it for in a region, by its tag and name; made is false
// where there is no such role, or somebody else made it.
func MadeRole(ctx context.Context, iam interface {
	Role(ctx context.Context, name string) (cloud.Role, error)
}, name, region string,
) (role cloud.Role, cluster string, made bool, err error) {
	role, err = iam.Role(ctx, name)
	if cloud.ClassOf(err) == cloud.NotFound {
		return role, "", false, nil
	}
	cluster = role.Tags[tagCluster]
	return role, cluster, err == nil && cluster != "" && decision.RoleName(cluster, region) == name, err
}

// RolesOf returns the names of the profiles' roles that fgctl may have made, each once.
func RolesOf(profiles []fargate.Profile) []string {
	var names []string
	for _, p := range profiles {
		name := fargate.ParseARN(p.PodExecutionRoleARN).Name()
		if strings.HasPrefix(name, decision.RolePrefix) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// RoleUse looks which profiles have a role that fgctl made, but for those that are gone or going: those of the cluster
// that it was made for, and everywhere those of all clusters of the region. It is nil where fgctl made no such role.
func (r *Runner) RoleUse(ctx context.Context, name, region string, gone []fargate.Profile, everywhere bool,
) (*RoleUse, error) {
	role, cluster, made, err := MadeRole(ctx, r.IAM, name, region)
	if err != nil || !made {
		return nil, err
	}
	use := &RoleUse{Role: role, Cluster: cluster}
	clusters := []string{cluster}
	if everywhere {
		all, err := r.EKS.ClusterNames(ctx)
		if err != nil {
			use.Unseen = append(use.Unseen, fmt.Sprintf("other clusters of %s (%v)", region, err))
		}
		clusters = append(clusters, slices.DeleteFunc(all, func(c string) bool { return c == cluster })...)
		use.Unseen = append(use.Unseen, "other regions")
	}
	var lock sync.Mutex
	group, groupContext := errgroup.WithContext(ctx)
	group.SetLimit(clustersAtOnce)
	for i, c := range clusters {
		group.Go(func() error {
			profiles, err := r.EKS.Profiles(groupContext, c)
			if err == nil && everywhere && i == 0 { // one reading does not show that nothing has the role
				profiles, err = r.settled(groupContext, c, profiles, true)
			}
			lock.Lock()
			defer lock.Unlock()
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case cloud.NoCluster(err):
				return nil // nor has it profiles
			case err != nil && i == 0:
				return err
			case err != nil:
				use.Unseen = append(use.Unseen, fmt.Sprintf("cluster %s (%v)", c, err))
				return nil
			}
			use.Looked++
			for _, p := range profiles {
				isGone := slices.ContainsFunc(gone, func(g fargate.Profile) bool { return g.ARN == p.ARN })
				if p.PodExecutionRoleARN == role.ARN && !isGone {
					use.By = append(use.By, fmt.Sprintf("%s of cluster %s", p.Name, c))
				}
			}
			return nil
		})
	}
	err = group.Wait()
	slices.Sort(use.By)
	slices.Sort(use.Unseen)
	return use, err
}

// clustersAtOnce is how many clusters are read side by side.
const clustersAtOnce = 8

// RemoveRole deletes a role that fgctl made and nothing uses. One to which somebody has given more than fgctl did is
// refused. Run again, it goes on where it ended.
func (r *Runner) RemoveRole(ctx context.Context, use RoleUse) error {
	name := use.Role.Name
	if len(use.By) > 0 {
		return decision.Refused("role %s is used by profile %s; it was not removed", name, strings.Join(use.By, ", "))
	}
	attached, err := r.IAM.AttachedPolicies(ctx, name)
	if err != nil {
		return err
	}
	inline, err := r.IAM.InlinePolicies(ctx, name)
	if err != nil {
		return err
	}
	isOwn := func(arn string) bool { return strings.HasSuffix(arn, ":aws:"+decision.PullPolicy) }
	more := slices.Concat(inline, slices.DeleteFunc(slices.Clone(attached), isOwn))
	if len(more) > 0 {
		return decision.Refused(
			"role %s has policies that fgctl did not give it (%s); it was not removed: take them off first",
			name, strings.Join(more, ", "))
	}
	for _, arn := range attached {
		if err := r.IAM.DetachPolicy(ctx, name, arn); err != nil && cloud.ClassOf(err) != cloud.NotFound {
			return fmt.Errorf("detach %s from role %s: %w", arn, name, err)
		}
	}
	if err := r.IAM.DeleteRole(ctx, name); err != nil && cloud.ClassOf(err) != cloud.NotFound {
		return fmt.Errorf("delete role %s: %w", name, err)
	}
	return nil
}
