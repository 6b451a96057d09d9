package env

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
	for name, words := range elsewhere {
		if !cmd.HasParent() && slices.Contains(words, word) {
			hint = "; did you mean " + name + "?"
		}
	}
	if !cmd.HasParent() && (word == FargateProfile || slices.Contains(FargateProfileAliases(), word)) {
		hint = "; the verb stands first, as in fgctl get " + word
	}
	if hint == "" && len(names) > 0 && len(names) <= 5 {
		hint = "; there are " + strings.Join(names, ", ")
	}
	return UsageOf(cmd, "unknown command %q for %q%s", word, cmd.CommandPath(), hint)
}

// elsewhere holds what other tools call the commands.
var elsewhere = map[string][]string{
	"delete": {"rm", "remove", "destroy"}, "get": {"list", "ls"}, "describe": {"show", "status", "info"},
	"replace": {"edit", "update", "patch", "set", "rename"}, "create": {"new", "add"}, "diff": {"plan"},
	"validate": {"lint"}, "check": {"audit", "doctor"}, "why": {"debug", "diagnose"},
}

// clusterCalls holds what the AWS CLI has for the verbs on a cluster.
var clusterCalls = map[string]string{
	"get": "list-clusters", "create": "create-cluster", "delete": "delete-cluster", "describe": "describe-cluster",
}

// kinds holds what other tools have verbs for, by the tool.
var kinds = map[string][]string{
	"kubectl": strings.Fields(`pod po deployment deploy replicaset rs statefulset sts daemonset ds job cronjob cj node no
		namespace ns service svc event ev configmap cm secret serviceaccount sa ingress ing persistentvolumeclaim pvc`),
	"eksctl": strings.Fields("nodegroup ng addon iamserviceaccount iamidentitymapping accessentry podidentityassociation"),
}

// elsewhereFor says what shows or changes a kind that is not fgctl's; empty for a word that is none.
func (e *Env) elsewhereFor(verb string, args []string) string {
	kind, _, _ := strings.Cut(strings.ToLower(args[0]), "/")
	kind = strings.TrimSuffix(kind, "s")
	if call := clusterCalls[verb]; call != "" && kind == "cluster" {
		return "for clusters: aws eks " + call
	}
	for tool, known := range kinds {
		if !slices.Contains(known, kind) && !slices.Contains(known, kind+"s") {
			continue
		}
		words := e.Args
		if tool == "kubectl" { // it has none of the flags, and not all verbs
			words = slices.Concat([]string{verb}, args)
			if clusterCalls[verb] == "" {
				words[0] = "get"
			}
		}
		return fmt.Sprintf("for %s: %s", args[0], Command(slices.Concat([]string{tool}, words)...))
	}
	return ""
}

// Verb makes a command that only holds subcommands, as get holds fargateprofile. A word that is no
// subcommand is taken for the name of a profile, which is the likeliest slip.
func (e *Env) Verb(name, short string, children ...*cobra.Command) *cobra.Command {
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
		instead := e.elsewhereFor(name, args)
		own := fmt.Sprintf("for the profile %q: %s", args[0],
			e.command(slices.Insert(slices.Clone(e.Args), slices.Index(e.Args, name)+1, children[0].Name())))
		if instead == "" {
			instead = own
		} else if !strings.Contains(args[0], "/") {
			instead += "\n" + own
		}
		return &UsageError{Err: fmt.Errorf("fgctl %s Fargate profiles only; %s", third, instead), Command: path}
	}
	return cmd
}

// SplitNames returns the words of a command line with the kind behind the verb, where no flag takes it for a value:
// get -w fp web, and kubectl's form get -w fp/web, are get fp -w web.
func SplitNames(root *cobra.Command, args []string) []string {
	verb, _, err := root.Find(args)
	if err != nil {
		return args
	}
	at := slices.Index(args, verb.Name()) + 1
	child, _, err := verb.Find([]string{FargateProfile})
	if err != nil || child == verb || at == 0 {
		return args
	}
	for i := at; i < len(args) && args[i] != "--"; i++ {
		kind, name, typed := strings.Cut(args[i], "/")
		flag := FlagOf(child, args[i-1])
		if flag != nil && flag.NoOptDefVal == "" || kind != FargateProfile && !slices.Contains(child.Aliases, kind) {
			continue
		}
		var names []string
		if typed {
			names = []string{cmp.Or(name, args[i])}
		}
		return slices.Concat(args[:at], []string{kind}, args[at:i], names, args[i+1:])
	}
	return args
}

// FlagOf returns the flag that a word of a command line is, of several shorthands the last; nil where it is none.
func FlagOf(cmd *cobra.Command, word string) *pflag.Flag {
	if long, ok := strings.CutPrefix(word, "--"); ok {
		return cmd.Flag(long)
	}
	if len(word) < 2 || word[0] != '-' {
		return nil
	}
	short := word[len(word)-1:]
	return cmp.Or(cmd.Flags().ShorthandLookup(short), cmd.InheritedFlags().ShorthandLookup(short))
}
