package cli

// This file turns wrong usage into words that help: what was most likely meant, and where to read on.

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fgctl/fgctl/pkg/internal/spelling"
)

// flagError explains a wrong flag.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		invalid *pflag.InvalidValueError
	)
	// A misspelt command is no command, so its flags are looked for among those of fgctl itself.
	if words := cmd.Flags().Args(); !cmd.HasParent() && len(words) > 0 {
		return unknownCommand(cmd, words[0])
	}
	text := err
	switch {
	case errors.As(err, &invalid):
		text = valueError(invalid.GetFlag(), invalid.GetValue(), invalid.Unwrap())
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		})
		text = fmt.Errorf("%w%s", err, didYouMean(unknown.GetSpecifiedName(), names, "--"))
	}
	return &usageError{err: text, command: cmd.CommandPath()}
}

// valueError explains a value that a flag cannot take, in words for the types whose own error speaks of
// Go.
func valueError(flag *pflag.Flag, value string, err error) error {
	if twice := new(twiceError); errors.As(err, &twice) {
		return fmt.Errorf("--%s %w", flag.Name, twice)
	}
	wanted := map[string]string{
		"int":      "must be a whole number",
		"bool":     "must be true or false",
		"duration": "must be a duration like 90s, 25m or 1h30m",
	}[flag.Value.Type()]
	if wanted == "" {
		return fmt.Errorf("invalid value %q for --%s: %w", value, flag.Name, err)
	}
	return fmt.Errorf("invalid value %q for --%s: %s", value, flag.Name, wanted)
}

// detachedBool refuses `--wait false`: pflag takes false for an argument, which would be the name of a profile, and
// --wait for true.
func detachedBool(cmd *cobra.Command, words []string) error {
	for i, word := range words[:max(0, len(words)-1)] {
		if word == "--" {
			return nil
		}
		value := words[i+1]
		if value != "true" && value != "false" || !strings.HasPrefix(word, "-") {
			continue
		}
		flag := cmd.Flags().Lookup(strings.TrimPrefix(word, "--"))
		if !strings.HasPrefix(word, "--") && len(word) > 1 {
			flag = cmd.Flags().ShorthandLookup(word[len(word)-1:])
		}
		if flag != nil && flag.Value.Type() == "bool" {
			return fmt.Errorf("unexpected argument %q after %s; did you mean --%s=%s?", value, word, flag.Name, value)
		}
	}
	return nil
}

// unknownCommand explains a word that is no command of cmd.
func unknownCommand(cmd *cobra.Command, word string) error {
	var names []string
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			names = append(append(names, child.Name()), child.Aliases...)
		}
	}
	return &usageError{
		err:     fmt.Errorf("unknown command %q for %q%s", word, cmd.CommandPath(), didYouMean(word, names, "")),
		command: cmd.CommandPath(),
	}
}

// noArguments refuses arguments; cobra's own NoArgs would call them unknown commands.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no argument, and %q is one", cmd.CommandPath(), args[0])
	}
	return nil
}

// verb makes a command that only holds subcommands, as get holds fargateprofile. A word that is no
// subcommand is taken for the name of a profile, which is the likeliest slip.
func verb(name, short string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   name,
		Short: short,
		Args:  cobra.ArbitraryArgs,
		// Flags belong to the subcommand that is missing; complaining of them would hide that.
		FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true},
	}
	cmd.AddCommand(children...)
	third := name + "s" // in a sentence
	if name == "wait" {
		third = "waits for"
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path := cmd.CommandPath() + " " + children[0].Name()
		if len(args) == 0 {
			return &usageError{err: fmt.Errorf("missing resource: use %s", path), command: path}
		}
		var names []string
		for _, child := range children {
			names = append(append(names, child.Name()), child.Aliases...)
		}
		if hint := didYouMean(args[0], names, ""); hint != "" {
			return &usageError{err: fmt.Errorf("unknown command %q for %q%s", args[0], cmd.CommandPath(), hint), command: path}
		}
		instead := fmt.Sprintf("for the profile %q: %s %s", args[0], path, args[0])
		if strings.TrimSuffix(args[0], "s") == "cluster" && name == "get" {
			instead = "for clusters: aws eks list-clusters"
		}
		return &usageError{err: fmt.Errorf("fgctl %s Fargate profiles only; %s", third, instead), command: path}
	}
	return cmd
}

// didYouMean returns `; did you mean --cluster?`, or nothing where no candidate is near.
func didYouMean(word string, candidates []string, prefix string) string {
	best := spelling.Nearest(word, candidates)
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s%s?", prefix, best)
}
