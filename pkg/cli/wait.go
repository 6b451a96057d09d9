package cli

// This file holds wait: poll only.

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/fargate"
)

type waitOptions struct {
	timeLimit
	name   string
	until  string
	output string
}

// The states that --for knows.
const (
	untilActive  = "active"
	untilDeleted = "deleted"
)

func newWaitCommand(a *app) *cobra.Command {
	var opts waitOptions
	cmd := &cobra.Command{
		Use:     fargateprofile + " NAME --for active|deleted",
		Aliases: fargateprofileAliases,
		Short:   "Wait until a Fargate profile is ACTIVE, or gone",
		Long: `Wait until a Fargate profile is ACTIVE, or gone. Only reads are sent; nothing is changed.

A profile that ends in CREATE_FAILED ends the wait at once, with its health issues; one in DELETE_FAILED does
when it has been so for some seconds. Gone is what reads of both kinds (describe and list) agree on; where the profile
was not seen in deletion, for five seconds. It looks every second at first, and at least every ten seconds later on.`,
		Example: `  fgctl wait fargateprofile web --cluster demo --for active
  fgctl wait fargateprofile web --cluster demo --for deleted --timeout 40m`,
		Args: cobra.ArbitraryArgs,
		RunE: a.within(&opts.timeLimit, true, func(cmd *cobra.Command, args []string) error {
			name, err := a.oneName(cmd, args, opts.name)
			if err != nil {
				return err
			}
			if opts.name = name; name == "" {
				return &usageError{err: errors.New("no profile is named; give its name"), command: cmd.CommandPath()}
			}
			if err := errors.Join(opts.check(a, cmd), a.checkOutputFlag(cmd, opts.output),
				a.oneOf(cmd, "for", opts.until, []string{untilActive, untilDeleted})); err != nil {
				return err
			}
			return runWait(cmd.Context(), a, opts)
		}),
		ValidArgsFunction: a.completeOneProfile,
	}
	cmd.Flags().SortFlags = false
	a.addClusterFlag(cmd)
	cmd.Flags().StringVar(&opts.name, "name", "", "name of the profile, instead of the argument")
	cmd.Flags().StringVar(&opts.until, "for", untilActive, "what to wait for: active or deleted")
	mustComplete(cmd, "for", completeFixed([]string{untilActive, untilDeleted}))
	mustComplete(cmd, "name", a.completeProfiles)
	opts.addTimeout(cmd, changeTime)
	a.addOutputFlag(cmd, &opts.output)
	return verb("wait", "Wait for a Fargate profile", cmd)
}

func runWait(ctx context.Context, a *app, opts waitOptions) error {
	client, cluster, _, err := a.target(ctx, "")
	if err != nil {
		return err
	}
	runner, stop := a.runner(client)
	defer stop()
	if opts.until == untilDeleted {
		if err := runner.WaitDeleted(ctx, cluster, opts.name, ""); err != nil {
			return goOn(a.explainNotFound(ctx, client, err, cluster, opts.name), a.again())
		}
		stop()
		return a.showProfiles(opts.output, nil, []string{fmt.Sprintf("profile %s is gone from cluster %s", opts.name, cluster)})
	}
	p, err := runner.WaitActive(ctx, cluster, opts.name)
	if err != nil {
		return goOn(a.explainNotFound(ctx, client, err, cluster, opts.name), a.again())
	}
	stop()
	return a.showProfiles(opts.output, []fargate.Profile{p}, []string{fmt.Sprintf("profile %s is ACTIVE in cluster %s", p.Name, cluster)})
}
