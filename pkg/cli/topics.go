package cli

import (
	"io"

	"github.com/spf13/cobra"
)

const configHelp = `Every flag of every command has four places. The first that says something wins:

  1. the command line: --cluster prod
  2. the environment: FGCTL_<FLAG>, as FGCTL_CLUSTER=prod or FGCTL_DRY_RUN=true
  3. the settings file: $XDG_CONFIG_HOME/fgctl/config.yaml
     (~/.config/fgctl/config.yaml), or the file that FGCTL_SETTINGS names
  4. the flag's default

The cluster is that of --cluster (a name or an ARN), else metadata.name of the file of -f, else the current
kubeconfig context when it is an EKS cluster's. AWS's own variables and files (AWS_PROFILE, AWS_REGION,
AWS_ENDPOINT_URL, SSO...) work as with any AWS tool. docs/settings.md has the whole.`

const matchingHelp = `A pod matches a selector when the namespace fits and each label pair of the selector is a label of
the pod; * and ? are wildcards. It matches a profile when one of its selectors does. Only ACTIVE profiles
count.

The label eks.amazonaws.com/fargate-profile: NAME chooses between profiles that match; the annotation
eks.amazonaws.com/compute-type: ec2 keeps a pod off Fargate. A node selector does not.

EKS decides when a pod is created: a new profile changes nothing for pods that are there.

matched: one profile takes the pod. ambiguous: several. unmatched: none. excluded: annotated.

A pod that is taken may still be refused, as a DaemonSet or a privileged one is: those are findings.

The exit code is 0 when every pod is matched, 3 when one is not, 2 for a faulty file.

fgctl match says so of manifests and of pods, fgctl why of pods that are Pending; docs/matching.md has
the rules with their sources.`

// topics returns the pages of fgctl help that are of no command.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "config", Short: "Where the values of flags come from, and the cluster", Long: configHelp},
		{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesHelp},
		{Use: "matching", Short: "Which profile a pod runs on, in short", Long: matchingHelp},
	}
}

// addTopics adds the topics, for terminals of so many columns; 0 leaves their lines as they are.
func addTopics(root *cobra.Command, columns int) {
	for _, topic := range topics() {
		topic.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
			text := cmd.Long
			if columns > 0 {
				text = fill(text, helpWidth(columns))
			}
			_, _ = io.WriteString(cmd.OutOrStdout(), text+"\n") // a reader that went away
		})
		root.AddCommand(topic)
	}
}

// completeHelp completes the names of commands and topics.
func completeHelp(root *cobra.Command) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
		above, _, err := root.Find(args)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		for _, cmd := range above.Commands() {
			if cmd.IsAvailableCommand() || cmd.IsAdditionalHelpTopicCommand() {
				names = append(names, cobra.CompletionWithDesc(cmd.Name(), cmd.Short))
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}
