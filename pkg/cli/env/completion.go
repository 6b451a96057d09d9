package env

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cloud"
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

// CompleteNone keeps the shell from offering the names of files for flags whose values nobody knows.
func CompleteNone(cmd *cobra.Command, flags ...string) {
	for _, flag := range flags {
		MustComplete(cmd, flag, CompleteNothing)
	}
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

// CompleteList completes the last of several values between commas; behind a tab may stand what describes a value.
func CompleteList(values []string) Completer {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		done := typed[:strings.LastIndexByte(typed, ',')+1]
		var out []string
		for _, value := range values {
			word, _, _ := strings.Cut(value, "\t")
			if !strings.Contains(","+done, ","+word+",") {
				out = append(out, done+value)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// Ask asks for the values of a completion with an environment that writes nothing.
type Ask = func(ctx context.Context, quiet *Env) ([]string, error)

// Complete asks for values within the time of a completion. A completion is quick or it is silent: what does not
// answer is left behind, and no error is shown.
func (e *Env) Complete(cmd *cobra.Command, ask Ask) ([]string, cobra.ShellCompDirective) {
	ctx := cmd.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, cancel := context.WithTimeout(ctx, completionTime)
	defer cancel()
	answers := make(chan []string, 1)
	go func() {
		var values []string
		if err := e.Settings(cmd); err == nil {
			if found, err := ask(ctx, e.atVerbosity(0)); err == nil {
				values = found
			}
		}
		answers <- values
	}()
	var values []string
	select {
	case values = <-answers:
	case <-ctx.Done():
	}
	return values, cobra.ShellCompDirectiveNoFileComp
}

// CompleteListOf completes the last of several values between commas, with values that are asked for.
func (e *Env) CompleteListOf(ask Ask) Completer {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		values, _ := e.Complete(cmd, ask)
		return CompleteList(values)(cmd, args, typed)
	}
}

// CompleteOf completes one value of those that are asked for.
func (e *Env) CompleteOf(ask Ask) Completer {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return e.Complete(cmd, ask)
	}
}

// AskAccounts returns the credentials profiles of AWS's files.
func AskAccounts(context.Context, *Env) ([]string, error) { return cloud.CredentialsProfiles(), nil }

// AskRegions returns the regions of the account.
func AskRegions(ctx context.Context, quiet *Env) ([]string, error) {
	client, err := quiet.Client(ctx, quiet.Global.Region)
	if err != nil {
		// Each region knows of all; without one, AWS's first is asked.
		client, err = quiet.Client(ctx, "us-east-1")
	}
	if err != nil {
		return nil, err
	}
	return client.Regions(ctx)
}

// CompleteSelectors completes a selector of the profile that the arguments or --name name.
func (e *Env) CompleteSelectors(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return e.Complete(cmd, func(ctx context.Context, quiet *Env) ([]string, error) {
		client, place, err := quiet.Target(ctx, Place{})
		if err != nil {
			return nil, err
		}
		name, err := e.OneName(cmd, args, cmd.Flag("name").Value.String())
		if err != nil {
			return nil, err
		}
		profile, err := client.Profile(ctx, place.Cluster, name)
		out := make([]string, len(profile.Selectors))
		for i, s := range profile.Selectors {
			out[i] = s.String()
		}
		return out, err
	})
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
