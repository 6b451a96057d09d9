package cli

// This file turns wrong usage into words that help: what was most likely meant, and where to read on.

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError explains a wrong flag.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		invalid *pflag.InvalidValueError
	)
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
	wanted := map[string]string{
		"int":      "a whole number is wanted",
		"bool":     "true or false is wanted",
		"duration": "a duration is wanted, as 90s, 25m or 1h30m",
	}[flag.Value.Type()]
	if wanted == "" {
		return fmt.Errorf("%q is no value for --%s: %w", value, flag.Name, err)
	}
	return fmt.Errorf("%q is no value for --%s: %s", value, flag.Name, wanted)
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
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path := cmd.CommandPath() + " " + children[0].Name()
		if len(args) == 0 {
			return &usageError{err: fmt.Errorf("say what to %s: %s", name, path), command: path}
		}
		var names []string
		for _, child := range children {
			names = append(append(names, child.Name()), child.Aliases...)
		}
		if hint := didYouMean(args[0], names, ""); hint != "" {
			return &usageError{err: fmt.Errorf("unknown command %q for %q%s", args[0], cmd.CommandPath(), hint), command: path}
		}
		return &usageError{
			err:     fmt.Errorf("%q is nothing that fgctl can %s; for the profile of that name: %s %s", args[0], name, path, args[0]),
			command: path,
		}
	}
	return cmd
}

// didYouMean gives `; did you mean --cluster?`, or nothing where no candidate is near.
func didYouMean(word string, candidates []string, prefix string) string {
	best, distance := "", max(1, len(word)/3)+1
	word = strings.ToLower(word)
	for _, candidate := range candidates {
		lower := strings.ToLower(candidate)
		d := editDistance(word, lower)
		if len(word) > 2 && strings.HasPrefix(lower, word) {
			d = 1
		}
		if d < distance && d < len(word) {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s%s?", prefix, best)
}

// editDistance counts the letters to insert, delete, replace or swap with their neighbour to turn one
// word into the other.
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = slices.Min([]int{rows[i-1][j] + 1, rows[i][j-1] + 1, rows[i-1][j-1] + cost})
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
