// Package describe holds the command that shows one profile, everything about it, top to bottom.
package describe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/kubernetes"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/internal/kubectl"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/manifest"
	"github.com/fgctl/fgctl/pkg/output"
)

// options are the flags of describe.
type options struct {
	env.TimeLimit
	name    string
	kubectl kubectl.Client
	output  string
}

// NewCommand returns the command that holds describe fargateprofile.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:     env.FargateProfile + " NAME",
		Aliases: env.FargateProfileAliases(),
		Short:   "Show everything about one Fargate profile",
		Long: `Show one Fargate profile top to bottom: selectors, subnets with their zones and free addresses, pod
execution role, tags, health, age, a replacement that is unfinished, and, where kubectl can ask the
cluster, the pods that the profile has taken.

What could not be read is named on standard error, and null in -o json and -o yaml.`,
		Example: `  fgctl describe fargateprofile web --cluster demo
  fgctl describe fp web -c demo -o json`,
		Args: cobra.ArbitraryArgs,
		RunE: e.Within(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			name, err := e.OneName(cmd, args, opts.name)
			if err != nil {
				return err
			}
			if opts.name = name; name == "" {
				return env.UsageOf(cmd, "no profile is named; give its name")
			}
			if err := errors.Join(env.CheckNames(name), e.NoneEmpty(cmd), opts.CheckTimeout(e, cmd),
				e.OneOf(cmd, "output", opts.output, env.TextFormats)); err != nil {
				return err
			}
			return run(cmd.Context(), e, opts)
		}),
		ValidArgsFunction: e.CompleteOneProfile,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	e.AddClusterFlag(cmd)
	e.AddNameFlag(cmd, &opts.name)
	flags.StringVar(&opts.kubectl.Context, "context", "", "kubeconfig context that kubectl uses")
	env.AddTextOutput(cmd, &opts.output)
	opts.AddTimeout(cmd, env.ReadTime)
	env.MustComplete(cmd, "context", env.CompleteNothing)
	return e.Verb("describe", "Show everything about one Fargate profile", cmd)
}

// description is the form of -o json and -o yaml; it does not change, but fields may be added.
type description struct {
	Name                string                `json:"name"`
	Cluster             string                `json:"cluster"`
	Region              string                `json:"region"`
	ARN                 string                `json:"arn"`
	Status              fargate.Status        `json:"status"`
	CreatedAt           *time.Time            `json:"createdAt"`
	PodExecutionRoleARN string                `json:"podExecutionRoleARN"`
	Selectors           []fargate.Selector    `json:"selectors"`
	Subnets             []subnet              `json:"subnets"`
	Tags                map[string]string     `json:"tags"`
	Health              []fargate.HealthIssue `json:"health"`
	// Replacement is what is unfinished, empty for nothing.
	Replacement string `json:"replacement"`
	// Pods are those that the profile has taken, by owner; null where the cluster was not asked.
	Pods []podsOf `json:"pods"`
}

// subnet is a subnet of the profile; zone and free addresses are null where EC2 was not asked or did not answer.
type subnet struct {
	ID            string  `json:"id"`
	Zone          *string `json:"zone"`
	FreeAddresses *int    `json:"freeAddresses"`
}

// podsOf is how many pods of an owner the profile has taken, and how many of them wait.
type podsOf struct {
	Namespace string `json:"namespace"`
	Owner     string `json:"owner"`
	Pods      int    `json:"pods"`
	Pending   int    `json:"pending"`
}

// run reads everything side by side and prints it.
func run(ctx context.Context, e *env.Env, opts options) error {
	client, place, err := e.Target(ctx, kubernetes.ContextPlace(e, opts.kubectl))
	if err != nil {
		return err
	}
	p, err := client.Profile(ctx, place.Cluster, opts.name)
	if err != nil {
		return env.ExplainNotFound(ctx, client, err, place.Cluster, opts.name)
	}
	d := description{
		Name: p.Name, Cluster: place.Cluster, Region: client.Region(), ARN: p.ARN, Status: p.Status,
		PodExecutionRoleARN: p.PodExecutionRoleARN, Selectors: p.Selectors, Subnets: make([]subnet, len(p.Subnets)),
		Tags: map[string]string{}, Health: append([]fargate.HealthIssue{}, p.Issues...),
	}
	maps.Copy(d.Tags, p.Tags)
	if at := p.CreatedAt.UTC(); !at.IsZero() {
		d.CreatedAt = &at
	}
	parts := []func() error{
		func() error { return d.replacement(ctx, e, client, place, p) },
		func() error { return d.pods(ctx, opts) },
	}
	for i, id := range p.Subnets {
		d.Subnets[i].ID = id
		parts = append(parts, func() error {
			s, err := client.Subnet(ctx, id)
			if err != nil {
				return fmt.Errorf("subnet %s: %w", id, err)
			}
			d.Subnets[i].Zone, d.Subnets[i].FreeAddresses = &s.Zone, &s.AvailableIPs
			return nil
		})
	}
	stop := e.Asking(place.Cluster)
	failures := sideBySide(parts)
	stop()
	for _, err := range failures {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		e.Warn("not read: %v", err)
	}
	if done, err := output.Encode(e.Streams.Out, opts.output, d); done {
		return err
	}
	_, err = io.WriteString(e.Streams.Out, d.text(e))
	return err
}

// sideBySide runs all parts at the same time and returns what failed, in their order.
func sideBySide(parts []func() error) []error {
	failures := make([]error, len(parts))
	var group sync.WaitGroup
	for i, part := range parts {
		group.Go(func() { failures[i] = part() })
	}
	group.Wait()
	return slices.DeleteFunc(failures, func(err error) bool { return err == nil })
}

// replacement finds the unfinished replacement that the profile is part of, as successor or as original.
func (d *description) replacement(
	ctx context.Context, e *env.Env, client *cloud.Client, place env.Place, p fargate.Profile,
) error {
	all, err := client.Profiles(ctx, place.Cluster)
	if err != nil {
		return fmt.Errorf("the other profiles: %w", err)
	}
	for _, other := range all {
		if other.Name == p.Name || other.Tags[decision.TagReplaces] == p.Name {
			if text := e.UnfinishedReplacement(place, all, other); text != "" {
				d.Replacement = strings.ReplaceAll(text, "\n", "; ")
			}
		}
	}
	return nil
}

// pods counts the pods that the profile has taken.
func (d *description) pods(ctx context.Context, opts options) error {
	if _, err := kubernetes.Reached(opts.kubectl, d.Cluster, d.Region); err != nil {
		return fmt.Errorf("the profile's pods: %w", err)
	}
	found := map[podsOf]*podsOf{}
	err := kubernetes.Read(ctx, opts.kubectl, "pods", manifest.Options{}, func(pod kube.Pod) error {
		if pod.Running == nil || pod.Spec.SchedulerName != kube.Scheduler {
			return nil
		}
		key := podsOf{Namespace: pod.Namespace, Owner: "Pod/" + pod.Name}
		if owner := kube.OwnerOf(pod); owner != nil {
			key.Owner = owner.String()
		}
		if found[key] == nil {
			found[key] = &podsOf{Namespace: key.Namespace, Owner: key.Owner}
		}
		found[key].Pods++
		if pod.Running.Phase == "Pending" {
			found[key].Pending++
		}
		return nil
	}, "-A", "-l", kube.ProfileLabel+"="+d.Name)
	if err != nil {
		return fmt.Errorf("the profile's pods: %w", kubernetes.Unreached(opts.kubectl, err, d.Cluster, d.Region))
	}
	d.Pods = []podsOf{}
	for _, p := range found {
		d.Pods = append(d.Pods, *p)
	}
	slices.SortFunc(d.Pods, func(a, b podsOf) int {
		return strings.Compare(a.Namespace+"/"+a.Owner, b.Namespace+"/"+b.Owner)
	})
	return nil
}
