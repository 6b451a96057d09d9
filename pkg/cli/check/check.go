// Package check holds the command that audits the profiles that are there.
package check

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/fleet"
	"github.com/fgctl/fgctl/pkg/cli/env/podinput"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// options are the flags of check.
type options struct {
	env.TimeLimit
	fleet.Scope
	podinput.PriceFlags
	pods   []string
	name   string
	output string
	failOn string
}

var (
	formats = append([]string{"text", "json"}, output.ReportFormats...)
	failOns = []string{env.FailOnErrors, env.FailOnWarnings, env.FailOnNone}
)

// NewCommand returns the command that holds check fargateprofile.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:     env.FargateProfile + " [NAME]",
		Aliases: env.FargateProfileAliases(),
		Short:   "Audit the Fargate profiles that are there",
		Long: `Audit the Fargate profiles of a cluster, or the one that is named: what EKS says of them, name and
selectors, overlaps, subnets and routes, the way out, the pod execution role and its use, replacements
that are unfinished; and the cluster with its profile slots. These are the checks that create and
replace begin with, over what exists. Nothing is changed.

A fault makes the exit code 3, with --fail-on warnings a warning does too; a check that is skipped for
want of a permission says so and is counted. Of several clusters a table is printed, then what was
found; a cluster that cannot be read makes the exit code 1. docs/checking.md has each check with what to
do.`,
		Example: `  fgctl check fargateprofile --cluster demo
  fgctl check fp web -c demo -o json

  # What the pods of each profile cost
  kubectl get pods -A -o json | fgctl check fp -c demo --pods - --price

  # The page of a platform team
  fgctl check fargateprofile --all-clusters --regions us-east-1,eu-west-1`,
		Args: cobra.ArbitraryArgs,
		RunE: e.Within(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			name, err := e.OneName(cmd, args, opts.name)
			if err != nil {
				return err
			}
			opts.name = name
			if err := errors.Join(
				env.CheckNames(name), e.NoneEmpty(cmd), opts.CheckTimeout(e, cmd), opts.CheckFleet(e, cmd, false),
				opts.checkPrice(e, cmd),
				e.OneOf(cmd, "output", opts.output, formats), e.OneOf(cmd, "fail-on", opts.failOn, failOns),
			); err != nil {
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
	opts.AddFleet(e, cmd)
	flags.StringVar(&opts.failOn, "fail-on", env.FailOnErrors,
		"what makes the exit code 3: errors, or warnings too; none only reports")
	flags.StringVarP(&opts.output, "output", "o", "text", "text, json, junit, sarif or github (annotations, step summary)")
	opts.AddPrice(cmd)
	flags.StringSliceVar(&opts.pods, "pods", nil,
		"with --price: the pods, as kubectl get pods -A -o json prints them; - reads stdin")
	opts.AddTimeout(cmd, env.ReadTime)
	env.MustComplete(cmd, "pods", env.CompleteFiles)
	env.MustComplete(cmd, "output", env.CompleteFixed(formats))
	env.MustComplete(cmd, "fail-on", env.CompleteFixed(failOns))
	return e.Verb("check", "Audit the Fargate profiles that are there", cmd)
}

// run audits every cluster, prints what it got, and fails for what it did not get.
func run(ctx context.Context, e *env.Env, opts options) error {
	place, err := opts.FleetPlace(e, env.Place{})
	if err != nil {
		return err
	}
	all, failure := fleet.Read(ctx, e, opts.Scope, place, cloud.Options{}, opts.reader(ctx, e, place))
	if opts.name != "" {
		missing := func(c cluster) bool { return len(c.profiles) == 0 }
		if all = slices.DeleteFunc(all, missing); len(all) == 0 && failure == nil {
			return fmt.Errorf("none of the clusters has a Fargate profile %q", opts.name)
		}
	}
	if len(all) > 0 {
		if err := opts.readCosts(ctx, e, &all[0]); err != nil {
			return err
		}
		if err := opts.print(e, all); err != nil {
			return err
		}
	}
	if failure != nil {
		return failure
	}
	for _, c := range all {
		if c.Summary.Faults > 0 && opts.failOn != env.FailOnNone ||
			c.Summary.Warnings > 0 && opts.failOn == env.FailOnWarnings {
			return &env.RefusedError{}
		}
	}
	return nil
}

// reader returns what audits one cluster of a region; the clusters of a region share what they read of roles and
// networks.
func (o *options) reader(ctx context.Context, e *env.Env, place env.Place,
) func(*cloud.Client) func(context.Context, string) (cluster, error) {
	return func(client *cloud.Client) func(context.Context, string) (cluster, error) {
		shared := preflight.Remember(ctx, client)
		return func(ctx context.Context, name string) (cluster, error) {
			at := o.PlaceOf(place, client, name)
			roles := make(chan madeRole, 1)
			go func() { roles <- readMadeRole(ctx, client, name) }()
			audited, err := preflight.Audit(ctx, shared, name, o.name, e.Clock.Now())
			if err == nil && o.name != "" && len(audited.Profiles) == 0 && !o.Several() {
				_, err = client.Profile(ctx, name, o.name) // for EKS's own words
			}
			if err != nil {
				return cluster{}, env.ExplainNotFound(ctx, client, err, name, o.name)
			}
			c := newCluster(e, at, client.Region(), audited)
			c.add((<-roles).judge(e, at, audited.Siblings))
			return c, nil
		}
	}
}
