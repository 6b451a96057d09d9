// Package wait holds the command that only polls: until a profile is ACTIVE, or gone.
package wait

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// options are the flags of wait.
type options struct {
	env.TimeLimit
	name   string
	until  string
	output string
}

// The states that --for knows; the last is kubectl's word for the second.
const (
	untilActive  = "active"
	untilDeleted = "deleted"
	untilDelete  = "delete"
)

var states = []string{untilActive, untilDeleted, untilDelete}

// NewCommand returns the command that holds wait fargateprofile.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:     env.FargateProfile + " NAME --for active|deleted",
		Aliases: env.FargateProfileAliases(),
		Short:   "Wait until a Fargate profile is ACTIVE, or gone",
		Long: `Wait until a Fargate profile is ACTIVE, or gone. Only reads are sent; nothing is changed.

A profile that ends in CREATE_FAILED ends the wait at once, with its health issues; one in DELETE_FAILED does
when it has been so for some seconds. Gone is what reads of both kinds (describe and list) agree on; where the profile
was not seen in deletion, for five seconds. It looks every second at first, and at least every ten seconds later on.`,
		Example: `  fgctl wait fargateprofile web --cluster demo --for active
  fgctl wait fargateprofile web --cluster demo --for deleted --timeout 40m`,
		Args: cobra.ArbitraryArgs,
		RunE: e.WithinOrAgain(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			name, err := e.OneName(cmd, args, opts.name)
			if err != nil {
				return err
			}
			if opts.name = name; name == "" {
				return env.UsageOf(cmd, "no profile is named; give its name")
			}
			if err := errors.Join(
				env.CheckNames(name), e.NoneEmpty(cmd), opts.CheckTimeout(e, cmd), e.CheckOutputFlag(cmd, opts.output),
				e.OneOf(cmd, "for", opts.until, states)); err != nil {
				return err
			}
			return run(cmd.Context(), e, opts)
		}),
		ValidArgsFunction: e.CompleteOneProfile,
	}
	cmd.Flags().SortFlags = false
	e.AddClusterFlag(cmd)
	e.AddNameFlag(cmd, &opts.name)
	cmd.Flags().StringVar(&opts.until, "for", untilActive,
		"what to wait for: active or deleted (delete, as kubectl has it)")
	env.MustComplete(cmd, "for", env.CompleteFixed(states[:2]))
	opts.AddTimeout(cmd, env.ChangeTime)
	env.AddOutputFlag(cmd, &opts.output)
	return e.Verb("wait", "Wait for a Fargate profile", cmd)
}

// run waits for what opts name, and prints how it is then.
func run(ctx context.Context, e *env.Env, opts options) error {
	client, place, err := e.Target(ctx, env.Place{})
	if err != nil {
		return err
	}
	runner, stop := e.Runner(ctx, client)
	defer stop()
	var profiles []fargate.Profile
	done := fmt.Sprintf("profile %s is gone from cluster %s", opts.name, place.Cluster)
	if opts.until != untilActive {
		err = runner.WaitDeleted(ctx, place.Cluster, opts.name, "")
	} else {
		var p fargate.Profile
		p, err = runner.WaitActive(ctx, place.Cluster, opts.name)
		profiles, done = []fargate.Profile{p}, fmt.Sprintf("profile %s is ACTIVE in cluster %s", p.Name, place.Cluster)
	}
	if err != nil {
		return env.GoOn(e.Refused(env.ExplainNotFound(ctx, client, err, place.Cluster, opts.name), place), e.Again())
	}
	stop()
	return e.ShowProfiles(opts.output, profiles, []string{done})
}
