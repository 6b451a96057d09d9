package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/apply"
	"github.com/fgctl/fgctl/pkg/cli/check"
	"github.com/fgctl/fgctl/pkg/cli/create"
	deleting "github.com/fgctl/fgctl/pkg/cli/delete"
	"github.com/fgctl/fgctl/pkg/cli/describe"
	"github.com/fgctl/fgctl/pkg/cli/diff"
	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/fleet"
	"github.com/fgctl/fgctl/pkg/cli/explain"
	"github.com/fgctl/fgctl/pkg/cli/get"
	"github.com/fgctl/fgctl/pkg/cli/match"
	"github.com/fgctl/fgctl/pkg/cli/replace"
	"github.com/fgctl/fgctl/pkg/cli/sandbox"
	"github.com/fgctl/fgctl/pkg/cli/validate"
	"github.com/fgctl/fgctl/pkg/cli/version"
	"github.com/fgctl/fgctl/pkg/cli/wait"
	"github.com/fgctl/fgctl/pkg/cli/why"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

// run is one run of fgctl that ends when ctx is cancelled; only what waits for ctx ends then.
func run(ctx context.Context, args []string, s *output.Streams, clock lifecycle.Clock) int {
	return runIn(ctx, env.New(s, clock, args))
}

// runIn runs the command line of an environment and returns the exit code.
func runIn(ctx context.Context, e *env.Env) int {
	root := newRootCommand(e)
	e.Args = env.SplitNames(root, e.Args)
	root.SetArgs(e.Args)
	// cobra drops the errors of writing help, which is a result like any other.
	out := &rememberingWriter{w: e.Streams.Out}
	root.SetOut(out)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = out.err
	}
	code := env.ExitCode(err)
	if code == env.ExitFailed {
		e.DumpLog()
	}
	report(e.Streams, err)
	return code
}

// rememberingWriter keeps the first error of writing.
type rememberingWriter struct {
	w   io.Writer
	err error
}

func (r *rememberingWriter) Write(p []byte) (int, error) {
	n, err := r.w.Write(p)
	if r.err == nil {
		r.err = err
	}
	return n, err
}

// Root returns the tree of commands, for the generator of the documentation.
func Root() *cobra.Command {
	return newRootCommand(env.New(&output.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard},
		systemClock{}, nil))
}

// documentation is where docs/ can be read.
const documentation = "https://github.com/fgctl/fgctl/tree/main/docs"

const rootLong = `fgctl manages Amazon EKS Fargate profiles, and explains which profile a pod would run on.

It checks names, selectors, subnets and roles before anything is sent; it waits out the one
change at a time that EKS allows; and it replaces a profile without a moment in which neither
the old nor the new one is ACTIVE. eksctl's command lines for Fargate profiles work as they are.

Documentation: ` + documentation

const rootExample = `  # Try it without an AWS account: a local endpoint with the service's rules
  fgctl sandbox run -- sh -c 'fgctl create fargateprofile --cluster demo --namespace web'

  # Create a profile for a namespace; subnets and role are found
  fgctl create fargateprofile --cluster prod --namespace web

  # See what would be checked and sent, and send nothing
  fgctl create fargateprofile --cluster prod --selector 'namespace=web,app=api' --dry-run

  # List the profiles; -o yaml feeds back in as a file
  fgctl get fargateprofile --cluster prod
  fgctl get fargateprofile --cluster prod -o yaml > profiles.yaml

  # Ask where the pods of a manifest would run, and why
  fgctl match --cluster prod -f deployment.yaml
  fgctl match --profiles-from profiles.yaml -f manifests/ -R

  # Change what cannot be changed: create a successor, wait, delete the original
  fgctl replace fargateprofile web --cluster prod --selector 'namespace=web*'

  # Audit what is there, in every cluster of a region
  fgctl check fargateprofile --all-clusters

  # Delete, and wait until it is gone
  fgctl delete fargateprofile web --cluster prod`

func newRootCommand(e *env.Env) *cobra.Command {
	build := version.Read()
	e.Version, e.Settings = build.Version, func(cmd *cobra.Command) error { return applySettings(e, cmd) }
	root := &cobra.Command{
		Use:           "fgctl",
		Short:         "Manage Amazon EKS Fargate profiles, and explain which one a pod would run on",
		Long:          rootLong + "\n\n" + exitCodesHelp,
		Example:       rootExample,
		Version:       build.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return env.UnknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return prepare(e, cmd) },
	}
	root.SetIn(e.Streams.In)
	root.SetOut(e.Streams.Out)
	root.SetErr(e.Streams.Err)
	// No template is set for help, usage or version: cobra would bring in text/template, and the linker
	// would then keep all of the EC2 API, three times the size of the binary.
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	addGlobalFlags(e, root)
	root.AddCommand(
		create.NewCommand(e),
		get.NewCommand(e),
		describe.NewCommand(e),
		deleting.NewCommand(e),
		replace.NewCommand(e),
		wait.NewCommand(e),
		match.NewCommand(e),
		apply.NewCommand(e),
		diff.NewCommand(e),
		validate.NewCommand(e),
		check.NewCommand(e),
		why.NewCommand(e),
		explain.NewCommand(e),
		sandbox.NewCommand(e),
		version.NewCommand(e),
	)
	addTopics(root, e.Streams.Width)
	strictHelp(root)
	decorate(e, root)
	setHelp(root, e.Streams.Width)
	return root
}

// strictHelp makes cobra's own commands refuse words that they do not know, which they otherwise answer
// with some help and success.
func strictHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "completion":
			cmd.Args = cobra.ArbitraryArgs
			cmd.RunE = func(cmd *cobra.Command, args []string) error {
				if len(args) > 0 {
					return env.UnknownCommand(cmd, args[0])
				}
				return cmd.Help()
			}
		case "help":
			cmd.ValidArgsFunction = completeHelp(root)
			cmd.Args = func(_ *cobra.Command, args []string) error {
				found, rest, err := root.Find(args)
				if err != nil || len(rest) == 0 {
					return err
				}
				return env.UnknownCommand(found, rest[0])
			}
		}
	}
}

// addGlobalFlags adds the flags of every command; the names and shorthands are eksctl's.
func addGlobalFlags(e *env.Env, root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.SortFlags = false
	flags.IntVarP(&e.Global.Verbose, "verbose", "v", env.VerboseInfo,
		"how much to say: 0 and 1 errors, 2 warnings, 3 checks and progress, 4 a line per AWS request, 5 bodies too")
	flags.StringVarP(&e.Global.Color, "color", "C", "true", "colour on a terminal: true, false or fabulous")
	flags.BoolVarP(&e.Global.DumpLogs, "dumpLogs", "d", false,
		"on failure, show the AWS requests and answers of the run")
	flags.StringVarP(&e.Global.Region, "region", "r", "", "AWS region")
	flags.StringSliceVarP(&e.Global.Profiles, "profile", "p", nil,
		"AWS credentials profile, as AWS_PROFILE; get, check, match and diff take several")
	flags.StringVar(&e.Global.EndpointURL, "endpoint-url", "",
		"AWS endpoint to use instead of Amazon's, as AWS_ENDPOINT_URL")
	env.MustComplete(root, "color", env.CompleteFixed(colors))
	env.MustComplete(root, "region", e.CompleteOf(env.AskRegions))
	env.MustComplete(root, "profile", e.CompleteListOf(env.AskAccounts))
}

// colors are the values of --color; fabulous is eksctl's, and means true.
var colors = []string{"true", "false", "fabulous"}

// prepare runs before every command: it finds the values of flags and judges the global ones.
func prepare(e *env.Env, cmd *cobra.Command) error {
	if env.IsCompletion(cmd) {
		return nil
	}
	if err := applySettings(e, cmd); err != nil {
		return err
	}
	warnOfVariables(e, cmd.Root())
	if e.Global.Verbose < 0 || e.Global.Verbose > env.VerboseBodies {
		return e.InvalidValue(cmd, "verbose", e.Global.Verbose, "must be between 0 and 5")
	}
	slices.Sort(e.Global.Profiles)
	e.Global.Profiles = slices.Compact(e.Global.Profiles)
	if len(e.Global.Profiles) > 1 && !fleet.TakesAccounts(cmd) {
		return e.InvalidValue(cmd, "profile", strings.Join(e.Global.Profiles, ","),
			"must be one credentials profile; get, check, match and diff take several")
	}
	if e.Global.Color == "false" {
		e.Streams.Color = false
	}
	return e.OneOf(cmd, "color", e.Global.Color, colors)
}

// decorate makes every command refuse a boolean flag's value that stands behind it as an argument, and point to its
// own help for wrong arguments.
func decorate(e *env.Env, cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			err := detachedValue(c, e.Args)
			if err == nil {
				err = check(c, args)
			}
			var usage *env.UsageError
			if err != nil && !errors.As(err, &usage) {
				return &env.UsageError{Err: err, Command: c.CommandPath()}
			}
			return err
		}
	}
	for _, child := range cmd.Commands() {
		decorate(e, child)
	}
}
