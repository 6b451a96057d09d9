package env

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/internal/spelling"
)

// DidYouMean returns `; did you mean --cluster?`, or nothing where no candidate is near.
func DidYouMean(word string, candidates []string, prefix string) string {
	best := spelling.Nearest(word, candidates)
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s%s?", prefix, best)
}

// UnknownCommand explains a word that is no command of cmd.
func UnknownCommand(cmd *cobra.Command, word string) error {
	var names []string
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			names = append(append(names, child.Name()), child.Aliases...)
		}
	}
	hint := DidYouMean(word, names, "")
	for _, child := range cmd.Commands() {
		if slices.Contains(child.SuggestFor, word) {
			hint = "; did you mean " + child.Name() + "?"
		}
	}
	if hint == "" && len(names) > 0 && len(names) <= 5 {
		hint = "; there are " + strings.Join(names, ", ")
	}
	return UsageOf(cmd, "unknown command %q for %q%s", word, cmd.CommandPath(), hint)
}

// elsewhere holds what other tools call the verbs.
var elsewhere = map[string][]string{
	"delete": {"rm", "remove"}, "get": {"list", "ls"}, "replace": {"edit", "update", "patch"}, "describe": {"show"},
}

// clusterCalls holds what the AWS CLI has for the verbs on a cluster.
var clusterCalls = map[string]string{
	"get": "list-clusters", "create": "create-cluster", "delete": "delete-cluster", "describe": "describe-cluster",
}

// Verb makes a command that only holds subcommands, as get holds fargateprofile. A word that is no
// subcommand is taken for the name of a profile, which is the likeliest slip.
func Verb(name, short string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:        name,
		Short:      short,
		SuggestFor: elsewhere[name],
		Args:       cobra.ArbitraryArgs,
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
			return &UsageError{Err: fmt.Errorf("missing resource: use %s", path), Command: path}
		}
		var names []string
		for _, child := range children {
			names = append(append(names, child.Name()), child.Aliases...)
		}
		if hint := DidYouMean(args[0], names, ""); hint != "" {
			return &UsageError{
				Err: fmt.Errorf("unknown command %q for %q%s", args[0], cmd.CommandPath(), hint), Command: path,
			}
		}
		instead := fmt.Sprintf("for the profile %q: %s %s", args[0], path, args[0])
		if call := clusterCalls[name]; call != "" && strings.TrimSuffix(args[0], "s") == "cluster" {
			instead = "for clusters: aws eks " + call
		}
		return &UsageError{Err: fmt.Errorf("fgctl %s Fargate profiles only; %s", third, instead), Command: path}
	}
	return cmd
}

// SplitNames returns the words of a command line with kubectl's form get fp/NAME taken apart, which Verb's commands
// know as get fp NAME.
func SplitNames(root *cobra.Command, args []string) []string {
	verb, _, err := root.Find(args)
	if err != nil {
		return args
	}
	child, _, err := verb.Find([]string{FargateProfile})
	if err != nil || child == verb {
		return args
	}
	for i, arg := range args {
		kind, name, typed := strings.Cut(arg, "/")
		if typed && (kind == FargateProfile || slices.Contains(child.Aliases, kind)) {
			return slices.Replace(slices.Clone(args), i, i+1, kind, cmp.Or(name, arg))
		}
	}
	return args
}
