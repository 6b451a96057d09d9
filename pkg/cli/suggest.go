package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fgctl/fgctl/pkg/cli/env"
)

// flagError explains a wrong flag.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		invalid *pflag.InvalidValueError
		missing *pflag.ValueRequiredError
	)
	// A misspelt command is no command, so its flags are looked for among those of fgctl itself.
	if words := cmd.Flags().Args(); !cmd.HasParent() && len(words) > 0 {
		return env.UnknownCommand(cmd, words[0])
	}
	text := err
	switch {
	case errors.As(err, &invalid):
		text = valueError(invalid.GetFlag(), invalid.GetValue(), invalid.Unwrap())
	case errors.As(err, &missing):
		text = fmt.Errorf("missing value for --%[1]s; write --%[1]s VALUE", missing.GetFlag().Name)
	case errors.As(err, &unknown) && habit(cmd, unknown.GetSpecifiedName()) != "":
		text = fmt.Errorf("%w; %s", err, habit(cmd, unknown.GetSpecifiedName()))
	case errors.As(err, &unknown) && !cmd.HasParent():
		text = fmt.Errorf("%w of fgctl itself; the command is missing, as get fargateprofile", err)
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		})
		text = fmt.Errorf("%w%s", err, env.DidYouMean(unknown.GetSpecifiedName(), names, "--"))
	}
	return &env.UsageError{Err: text, Command: cmd.CommandPath()}
}

// habit says what fgctl has in the place of a flag of eksctl, kubectl or the AWS CLI, or nothing.
func habit(cmd *cobra.Command, flag string) string {
	name, ok := map[string]string{
		"filename": "config-file", "cluster-name": "cluster", "fargate-profile-name": "name", "profile-name": "name",
		"force": "yes", "approve": "yes", "all-namespaces": "all-clusters",
	}[flag]
	switch {
	case ok && cmd.Flags().Lookup(name) != nil:
		return "did you mean --" + name + "?"
	case flag == "query" && cmd.Flags().Lookup("output") != nil:
		return "pipe -o json into jq"
	case flag == "approve" && cmd.Flags().Lookup("dry-run") != nil:
		return "leave it out: only --dry-run holds a change back"
	case (flag == "n" || flag == "namespace") && cmd.Flags().Lookup("cluster") != nil:
		return "profiles belong to a cluster and to no namespace; leave it out"
	}
	return ""
}

// valueError explains a value that a flag cannot take, in words for the types whose own error speaks of
// Go.
func valueError(flag *pflag.Flag, value string, err error) error {
	if twice := new(env.TwiceError); errors.As(err, &twice) {
		cure := "give one of them"
		switch flag.Name {
		case "namespace":
			cure = "for several namespaces repeat --selector namespace=NAME"
		case "config-file":
			cure = "run the command for each file"
		}
		return fmt.Errorf("--%s %w; %s", flag.Name, twice, cure)
	}
	wanted := map[string]string{
		"int":      "must be a whole number",
		"bool":     "must be true or false",
		"duration": "must be a duration like 90s, 25m or 1h30m",
	}[flag.Value.Type()]
	if errors.As(err, new(*csv.ParseError)) {
		wanted = `a value that holds a quote stands in quotes, and its own are doubled: "a""b"`
	}
	if wanted == "" {
		return fmt.Errorf("invalid value %q for --%s: %w", value, flag.Name, err)
	}
	return fmt.Errorf("invalid value %q for --%s: %s", value, flag.Name, wanted)
}

// detachedValue refuses `--wait false` and `--prune all`: pflag takes false for an argument, which would be the name of
// a profile, and --wait for true.
func detachedValue(cmd *cobra.Command, words []string) error {
	for i, word := range words[:max(0, len(words)-1)] {
		if word == "--" {
			return nil
		}
		value := words[i+1]
		flag := env.FlagOf(cmd, word)
		if flag == nil || flag.NoOptDefVal == "" || strings.HasPrefix(value, "-") {
			continue
		}
		if flag.Value.Type() != "bool" || value == "true" || value == "false" {
			return fmt.Errorf("unexpected argument %q after %s; did you mean --%s=%s?", value, word, flag.Name, value)
		}
	}
	return nil
}
