package env

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// completionTime is what a user waits for the Tab key at most.
const completionTime = 2 * time.Second

// Completer is cobra's form of a completion function.
type Completer = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

// MustComplete registers a Completer for a flag of cmd; it panics for a flag that is not there, which
// a test of the command tree would see at once.
func MustComplete(cmd *cobra.Command, flag string, complete Completer) {
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err)
	}
}

// IsCompletion reports whether cmd is one of cobra's own, which must work whatever the settings say.
func IsCompletion(cmd *cobra.Command) bool {
	for c := cmd; c != nil; c = c.Parent() {
		switch c.Name() {
		case cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd, "completion", "help":
			return true
		}
	}
	return false
}

// CompleteFixed completes one of a fixed set of values.
func CompleteFixed(values []string) Completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return values, cobra.ShellCompDirectiveNoFileComp
	}
}

// CompleteNothing keeps the shell from offering the names of files.
func CompleteNothing(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// CompleteFiles leaves it to the shell, which offers the names of files.
func CompleteFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// CompleteList completes the last of several values between commas.
func CompleteList(values []string) Completer {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		done := typed[:strings.LastIndexByte(typed, ',')+1]
		var out []string
		for _, value := range values {
			if !strings.Contains(","+done, ","+value+",") {
				out = append(out, done+value)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// Complete asks for names within the time of a completion. A completion is quick or it is silent: ask is called with an
// environment that writes nothing, and no error is shown.
func (e *Env) Complete(
	cmd *cobra.Command, ask func(ctx context.Context, quiet *Env) ([]string, error),
) ([]string, cobra.ShellCompDirective) {
	ctx := cmd.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, cancel := context.WithTimeout(ctx, completionTime)
	defer cancel()
	if err := e.Settings(cmd); err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names, err := ask(ctx, e.AtVerbosity(0))
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// CompleteClusters completes the name of a cluster.
func (e *Env) CompleteClusters(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return e.Complete(cmd, func(ctx context.Context, quiet *Env) ([]string, error) {
		client, err := quiet.Client(ctx, quiet.Global.Region)
		if err != nil {
			return nil, err
		}
		return client.ClusterNames(ctx)
	})
}

// CompleteProfiles completes names of profiles that the arguments do not have yet.
func (e *Env) CompleteProfiles(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return e.Complete(cmd, func(ctx context.Context, quiet *Env) ([]string, error) {
		client, place, err := quiet.Target(ctx, Place{})
		if err != nil {
			return nil, err
		}
		names, err := client.ProfileNames(ctx, place.Cluster)
		if err != nil {
			return nil, err
		}
		return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(args, name) }), nil
	})
}

// CompleteOneProfile completes the single name of a command that takes one.
func (e *Env) CompleteOneProfile(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return e.CompleteProfiles(cmd, args, typed)
}
