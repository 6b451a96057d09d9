package cli

// This file completes values on the command line. A completion is quick or it is silent: it has two
// seconds, and no error of it is shown.

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// completionTime is what a user waits for the Tab key at most.
const completionTime = 2 * time.Second

// completer is cobra's form of a completion function.
type completer = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

// mustComplete registers a completer for a flag of cmd; it panics for a flag that is not there, which
// a test of the command tree would see at once.
func mustComplete(cmd *cobra.Command, flag string, complete completer) {
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err)
	}
}

// isCompletion tells cobra's own commands, which must work whatever the settings say.
func isCompletion(cmd *cobra.Command) bool {
	for c := cmd; c != nil; c = c.Parent() {
		switch c.Name() {
		case cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd, "completion", "help":
			return true
		}
	}
	return false
}

// completeFixed completes one of a fixed set of values.
func completeFixed(values []string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return values, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeNothing keeps the shell from offering the names of files.
func completeNothing(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// completeFiles leaves it to the shell, which offers the names of files.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// completeList completes the last of several values between commas.
func completeList(values []string) completer {
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

// withTime limits a completion and finds the values of its flags.
func (a *app) withTime(cmd *cobra.Command, ask func(ctx context.Context) ([]string, error)) ([]string, cobra.ShellCompDirective) {
	ctx := cmd.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, cancel := context.WithTimeout(ctx, completionTime)
	defer cancel()
	if err := a.applySettings(cmd); err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	a.global.verbose = 0
	names, err := ask(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeClusters completes the name of a cluster.
func (a *app) completeClusters(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return a.withTime(cmd, func(ctx context.Context) ([]string, error) {
		client, err := a.client(ctx)
		if err != nil {
			return nil, err
		}
		return client.ClusterNames(ctx)
	})
}

// completeProfiles completes names of profiles that the arguments do not have yet.
func (a *app) completeProfiles(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return a.withTime(cmd, func(ctx context.Context) ([]string, error) {
		cluster, err := a.clusterName()
		if err != nil {
			return nil, err
		}
		client, err := a.client(ctx)
		if err != nil {
			return nil, err
		}
		names, err := client.ProfileNames(ctx, cluster)
		if err != nil {
			return nil, err
		}
		var out []string
		for _, name := range names {
			if !slices.Contains(args, name) {
				out = append(out, name)
			}
		}
		return out, nil
	})
}

// completeExpected completes the name of a profile that pods are judged by: of the files of --profiles-from
// where there are any, else of the cluster.
func (a *app) completeExpected(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	files, err := cmd.Flags().GetStringSlice("profiles-from")
	if err != nil || len(files) == 0 {
		return a.completeProfiles(cmd, args, typed)
	}
	return a.withTime(cmd, func(ctx context.Context) ([]string, error) {
		if slices.Contains(files, "-") { // what a pipe holds is for the command itself
			return nil, nil
		}
		slices.Sort(files) // cobra reads the command line twice here, and a list then holds everything twice
		profiles, err := a.profilesOfFiles(ctx, slices.Compact(files))
		return namesOf(profiles), err
	})
}

// completeOneProfile completes the single name of a command that takes one.
func (a *app) completeOneProfile(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.completeProfiles(cmd, args, typed)
}
