package declared

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// ProfileFlags are the flags that describe a profile. Names and shorthands are eksctl's where it has
// them.
type ProfileFlags struct {
	Name       string
	Namespace  string
	Labels     []string
	Selectors  []string
	Tags       []string
	Subnets    []string
	Role       string
	CreateRole bool
	ConfigFile string
}

// AddProfile adds the flags, and --cluster.
func (f *ProfileFlags) AddProfile(e *env.Env, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	e.AddClusterFlag(cmd)
	e.AddNameFlag(cmd, &f.Name)
	flags.Var((*env.Once)(&f.Namespace), "namespace", "namespace of one selector; * and ? are wildcards")
	flags.StringArrayVarP(&f.Labels, "labels", "l", nil, "labels of that selector, as key=value,key=value")
	flags.StringArrayVar(&f.Selectors, "selector", nil, "a whole selector, as namespace=web,app=api,tier=*; repeatable")
	flags.StringArrayVarP(&f.Tags, "tags", "t", nil, "AWS tags, as key=value,key=value")
	flags.StringSliceVar(&f.Subnets, "subnets", nil,
		"private subnets; by default every private subnet of the cluster's VPC that Fargate can use")
	flags.StringVar(&f.Role, "pod-execution-role-arn", "",
		"pod execution role; by default the one that the cluster's other profiles use, else the only one that Fargate "+
			"may assume")
	flags.BoolVar(&f.CreateRole, "create-pod-execution-role", false,
		"make a pod execution role with the right trust policy and the managed policy")
	flags.VarP((*env.Once)(&f.ConfigFile), "config-file", "f",
		"read the profiles from a ClusterConfig, or from the output of get; - reads stdin")
	env.MustComplete(cmd, "config-file", env.CompleteFiles)
	env.MustComplete(cmd, "subnets", e.CompleteListOf(askSubnets))
	env.MustComplete(cmd, "pod-execution-role-arn", e.CompleteOf(askRoles))
	env.CompleteNone(cmd, "namespace", "labels", "selector", "tags")
}

// Describing are the flags that a file stands in for.
var Describing = []string{"name", "namespace", "labels", "selector", "tags", "subnets", "pod-execution-role-arn"}

// Profile returns the profile that the flags describe, without cluster. Faults of all flags come
// together; whether EKS takes the profile is judged later.
func (f *ProfileFlags) Profile() (fargate.Profile, fargate.Faults) {
	p := fargate.Profile{Name: f.Name, PodExecutionRoleARN: f.Role, Subnets: slices.Clone(f.Subnets)}
	labels, faults := keyValues("--labels", f.Labels)
	if f.Namespace != "" || len(labels) > 0 {
		p.Selectors = append(p.Selectors, fargate.Selector{Namespace: f.Namespace, Labels: labels})
	}
	selectors, more := ParseSelectors("--selector", f.Selectors)
	p.Selectors = append(p.Selectors, selectors...)
	faults = append(faults, more...)
	p.Tags, more = keyValues("--tags", f.Tags)
	faults = append(faults, more...)
	for _, key := range slices.Sorted(maps.Keys(p.Tags)) {
		if strings.HasPrefix(key, decision.TagPrefix) {
			faults = append(faults, fargate.Fault{
				Field: "--tags", Value: key, Message: fmt.Sprintf("the tag key %q begins with %s, by which "+
					"replacements are known", key, decision.TagPrefix), Hint: "choose another key",
			})
		}
	}
	return p, faults
}

// ParseSelectors reads the values of a flag that takes selectors.
func ParseSelectors(flag string, values []string) ([]fargate.Selector, fargate.Faults) {
	var out []fargate.Selector
	var faults fargate.Faults
	for _, text := range values {
		s, err := fargate.ParseSelector(flag, text)
		if err != nil {
			faults = append(faults, faultsOf(err)...)
			continue
		}
		out = append(out, s)
	}
	return out, faults
}

// keyValues reads key=value pairs from a flag that may be repeated.
func keyValues(flag string, values []string) (map[string]string, fargate.Faults) {
	out, err := fargate.ParsePairs(flag, strings.Join(values, ","))
	return out, faultsOf(err)
}

func faultsOf(err error) fargate.Faults {
	faults, _ := errors.AsType[fargate.Faults](err)
	return faults
}

// askSubnets returns the subnets of the cluster's VPC, with zone and addresses.
func askSubnets(ctx context.Context, quiet *env.Env) ([]string, error) {
	client, place, err := quiet.Target(ctx, env.Place{})
	if err != nil {
		return nil, err
	}
	cluster, err := client.Cluster(ctx, place.Cluster)
	if err != nil || cluster.VPC == "" {
		return nil, err
	}
	subnets, err := client.SubnetsOfVPC(ctx, cluster.VPC)
	out := make([]string, len(subnets))
	for i, s := range subnets {
		out[i] = strings.TrimRight(fmt.Sprintf("%s\t%s %s %s", s.ID, s.Zone, s.CIDR, s.Name), " ")
	}
	return out, err
}

// askRoles returns the roles of the account whose trust policy names Fargate.
func askRoles(ctx context.Context, quiet *env.Env) ([]string, error) {
	client, err := quiet.Client(ctx, quiet.Global.Region)
	if err != nil {
		return nil, err
	}
	var out []string
	roles, err := client.Roles(ctx)
	for _, r := range roles {
		if strings.Contains(r.TrustPolicy, "eks-fargate-pods") {
			out = append(out, r.ARN)
		}
	}
	return out, err
}
