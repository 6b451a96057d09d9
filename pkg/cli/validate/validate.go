// Package validate holds the command that judges a file of profiles by all rules that need no AWS.
package validate

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/manifest"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// options are the flags of validate.
type options struct {
	env.TimeLimit
	files  []string
	output string
	failOn string
	schema bool
}

var (
	formats = append([]string{"text", "json"}, output.ReportFormats...)
	failOns = []string{env.FailOnErrors, env.FailOnWarnings}
)

// NewCommand returns the command.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:   "validate -f FILE",
		Short: "Judge a file of Fargate profiles offline, with file and line",
		Long: `Judge a file of Fargate profiles by every rule that needs no AWS: what apply and create would refuse
before they send anything, with file and line, and what EKS takes but users regret. Read is what apply
reads: ClusterConfigs of eksctl and the output of fgctl get; several files belong together.

Errors make the exit code 3, with --fail-on warnings these do too; a file that cannot be read makes it
2. Nothing is asked of AWS: whether subnets, role and cluster are right, create --dry-run and
fgctl apply --dry-run say. docs/validating.md has the rules.

--schema prints a JSON Schema of the accepted files, for editors.`,
		Example: `  fgctl validate -f cluster.yaml
  fgctl validate -f profiles/ -o github

  # For editors, in the first line of a file:
  #   # yaml-language-server: $schema=fargateprofiles.schema.json
  fgctl validate --schema > fargateprofiles.schema.json`,
		Args: e.NoArguments,
		RunE: e.Within(&opts.TimeLimit, func(cmd *cobra.Command, _ []string) error {
			if err := opts.check(e, cmd); err != nil {
				return err
			}
			if opts.schema {
				_, err := io.WriteString(e.Streams.Out, profilefile.Schema())
				return err
			}
			return run(cmd.Context(), e, opts)
		}),
		ValidArgsFunction: env.CompleteNothing,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVarP(&opts.files, "config-file", "f", nil, "file, directory or - for stdin; repeatable")
	flags.StringVarP(&opts.output, "output", "o", "text", "text, json, junit, sarif or github (annotations, step summary)")
	flags.StringVar(&opts.failOn, "fail-on", env.FailOnErrors, "what makes the exit code 3: errors, or warnings too")
	flags.BoolVar(&opts.schema, "schema", false, "print a JSON Schema of the accepted files, and judge none")
	opts.AddTimeout(cmd, env.ReadTime)
	env.MustComplete(cmd, "config-file", env.CompleteFiles)
	env.MustComplete(cmd, "output", env.CompleteFixed(formats))
	env.MustComplete(cmd, "fail-on", env.CompleteFixed(failOns))
	return cmd
}

func (o *options) check(e *env.Env, cmd *cobra.Command) error {
	faults := []error{
		e.NoneEmpty(cmd), o.CheckTimeout(e, cmd), e.OneOf(cmd, "output", o.output, formats),
		e.OneOf(cmd, "fail-on", o.failOn, failOns),
	}
	switch given := e.Given(cmd, "config-file"); {
	case o.schema && given:
		faults = append(faults, errors.New("--schema judges no file; leave out -f"))
	case !o.schema && len(o.files) == 0:
		faults = append(faults, errors.New("no file is named; give -f FILE, or --schema"))
	}
	return env.UsageFaults(cmd, faults...)
}

// run judges what can be read, and fails for what cannot.
func run(ctx context.Context, e *env.Env, opts options) error {
	files, err := manifest.Files(opts.files, false)
	unread := []error{err}
	var texts []profilefile.Text
	for _, file := range files {
		data, err := e.ReadAll(ctx, file.Name, env.MaxProfileFile)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			unread = append(unread, fmt.Errorf("%s: %w", document.SourceName(file.Name), err))
		default:
			texts = append(texts, profilefile.Text{Source: file.Name, Data: data})
		}
	}
	found := report{Files: len(texts)}
	found.Profiles, found.Problems = judge(texts)
	if len(texts) > 0 {
		if err := found.print(e, opts.output); err != nil {
			return err
		}
	}
	if err := errors.Join(unread...); err != nil {
		return &env.UsageError{Err: err}
	}
	errorCount, warnings := found.count()
	if errorCount > 0 || opts.failOn == env.FailOnWarnings && warnings > 0 {
		return &env.RefusedError{}
	}
	return nil
}
