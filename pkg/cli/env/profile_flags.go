package env

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

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
func (f *ProfileFlags) AddProfile(e *Env, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	e.AddClusterFlag(cmd)
	e.AddNameFlag(cmd, &f.Name)
	flags.Var((*Once)(&f.Namespace), "namespace", "namespace of one selector; * and ? are wildcards")
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
	flags.StringVarP(&f.ConfigFile, "config-file", "f", "",
		"read the profiles from a ClusterConfig, or from the output of get; - reads stdin")
	MustComplete(cmd, "config-file", CompleteFiles)
	MustComplete(cmd, "subnets", e.CompleteListOf(askSubnets))
	MustComplete(cmd, "pod-execution-role-arn", e.CompleteOf(askRoles))
	CompleteNone(cmd, "namespace", "labels", "selector", "tags")
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
