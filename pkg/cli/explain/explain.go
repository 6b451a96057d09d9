// Package explain holds the command that says what a message of EKS or of a scheduler means.
package explain

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate/message"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// options are the flags of explain.
type options struct {
	env.TimeLimit
	words  []string
	output string
}

// longest is the longest text that is read; messages are far shorter.
const longest = 1 << 20

// NewCommand returns the explain command.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:   "explain TEXT...",
		Short: "Say what a message of EKS or of a scheduler means: cause, cure, source",
		Long: `Say what a message of EKS or of a scheduler means: its cause, its cure, and where it was seen.

The text may be pasted from anywhere: an event or a condition of a pod, an error of AWS, the health code
of a profile, a line of Terraform or eksctl around it, a code of fgctl check. - reads standard input.
Nothing is asked of a cluster or of AWS. The exit code is 3 when nothing in the text is known.`,
		Example: `  fgctl explain 'Pod provisioning timed out (will retry) for pod: web/shop-1'
  kubectl get events -n web --field-selector reason=FailedScheduling | fgctl explain -`,
		Args: cobra.ArbitraryArgs,
		RunE: e.Within(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			opts.words = args
			if err := opts.check(e, cmd); err != nil {
				return err
			}
			return run(cmd.Context(), e, opts)
		}),
		ValidArgsFunction: env.CompleteNothing,
	}
	cmd.Flags().SortFlags = false
	env.AddTextOutput(cmd, &opts.output)
	opts.AddTimeout(cmd, env.ReadTime)
	return cmd
}

func (o *options) check(e *env.Env, cmd *cobra.Command) error {
	faults := []error{o.CheckTimeout(e, cmd), e.OneOf(cmd, "output", o.output, env.TextFormats)}
	if strings.TrimSpace(strings.Join(o.words, "")) == "" {
		faults = append(faults,
			errors.New("no text is given; paste the message in quotes, or give - to read standard input"))
	}
	return env.UsageFaults(cmd, faults...)
}

// answer is the form of -o json and -o yaml; it does not change, but fields may be added.
type answer struct {
	Text     string            `json:"text"`
	Meanings []message.Meaning `json:"meanings"`
}

// run explains the text; one of which nothing is known is the answer no.
func run(ctx context.Context, e *env.Env, opts options) error {
	text := strings.Join(opts.words, " ")
	if text == "-" {
		data, err := e.ReadAll(ctx, "-", longest)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return env.Usagef("standard input: %w", err)
		}
		text = string(data)
	}
	found := answer{Text: strings.TrimSpace(text), Meanings: append(meaningOf(text), message.Explain(text)...)}
	if err := show(e, opts.output, found); err != nil {
		return err
	}
	if words := strings.Fields(text); len(found.Meanings) == 0 && len(words) == 1 {
		return env.Refusef("nothing is known to fgctl of %q alone; add the message behind it", words[0])
	}
	if len(found.Meanings) == 0 {
		return env.Refusef("nothing in this text is known to fgctl; what it knows is listed in " +
			"https://github.com/fgctl/fgctl/blob/main/docs/troubleshooting.md")
	}
	return nil
}

// meaningOf explains a code of fgctl check; it is empty, not nil, where the text is none.
func meaningOf(text string) []message.Meaning {
	out := []message.Meaning{}
	for _, c := range preflight.Codes() {
		if c.Name == strings.TrimSpace(text) {
			out = append(out, message.Meaning{
				Code: c.Name, Said: c.Name, By: "fgctl check", Cause: c.Meaning, Cure: c.Cure,
				Source: "docs/codes.md#" + c.Name,
			})
		}
	}
	return out
}

func show(e *env.Env, format string, found answer) error {
	if done, err := output.Encode(e.Streams.Out, format, found); done {
		return err
	}
	out := output.Text{Width: e.Streams.Width}
	for i, m := range found.Meanings {
		if i > 0 {
			out.Add("\n")
		}
		out.Meaning(m)
	}
	_, err := io.WriteString(e.Streams.Out, out.String())
	return err
}
