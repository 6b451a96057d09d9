package cli

// This file holds the entry of the command line and what every command shares.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

// run is one run of fgctl that ends when ctx is cancelled; only what waits for ctx ends then.
func run(ctx context.Context, args []string, s *output.Streams, clock lifecycle.Clock) int {
	return newApp(s, clock).run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	a.args = args
	root := newRootCommand(a)
	root.SetArgs(args)
	// cobra drops the errors of writing help, which is a result like any other.
	out := &rememberingWriter{w: a.streams.Out}
	root.SetOut(out)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = out.err
	}
	code := exitCode(err)
	if code == exitFailed {
		a.dumpLog()
	}
	report(a.streams, err)
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
	return newRootCommand(newApp(&output.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}, systemClock{}))
}

const rootLong = `fgctl manages Amazon EKS Fargate profiles, and explains which profile a pod would run on.

It checks names, selectors, subnets and roles before anything is sent; it waits out the one
change at a time that EKS allows; and it replaces a profile without a moment in which neither
the old nor the new one is ACTIVE. eksctl's command lines for Fargate profiles work as they are.`

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

  # Delete, and wait until it is gone
  fgctl delete fargateprofile web --cluster prod`

const rootSettings = `Every flag can also be set by FGCTL_<FLAG> (FGCTL_CLUSTER=prod, FGCTL_DRY_RUN=true) or in
$XDG_CONFIG_HOME/fgctl/config.yaml (~/.config/fgctl/config.yaml), in the order flag, environment,
file, default. AWS's own variables and files (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL, SSO...)
work as with any AWS tool. Without --cluster, the current kubeconfig context is used when it is an
EKS cluster's.`

func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "fgctl",
		Short:         "Manage Amazon EKS Fargate profiles, and explain which one a pod would run on",
		Long:          rootLong + "\n\n" + rootSettings + "\n\n" + exitCodesHelp,
		Example:       rootExample,
		Version:       readBuild().Version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.prepare(cmd) },
	}
	root.SetIn(a.streams.In)
	root.SetOut(a.streams.Out)
	root.SetErr(a.streams.Err)
	// No template is set for help, usage or version: cobra would bring in text/template, and the linker
	// would then keep all of the EC2 API, four times the size of the binary.
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	a.addGlobalFlags(root)
	root.AddCommand(
		newCreateCommand(a),
		newGetCommand(a),
		newDeleteCommand(a),
		newReplaceCommand(a),
		newWaitCommand(a),
		newMatchCommand(a),
		newSandboxCommand(a),
		newVersionCommand(a),
	)
	strictHelp(root)
	a.decorate(root)
	setHelp(root, a.streams.Width)
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
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		case "help":
			cmd.Args = func(_ *cobra.Command, args []string) error {
				found, rest, err := root.Find(args)
				if err != nil || len(rest) == 0 {
					return err
				}
				return unknownCommand(found, rest[0])
			}
		}
	}
}

// addGlobalFlags adds the flags of every command; the names and shorthands are eksctl's.
func (a *app) addGlobalFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.SortFlags = false
	flags.IntVarP(&a.global.verbose, "verbose", "v", verboseInfo,
		"how much to say: 0 and 1 errors, 2 warnings, 3 checks and progress, 4 a line per AWS request, 5 bodies too")
	flags.StringVarP(&a.global.color, "color", "C", "true", "colour on a terminal: true, false or fabulous")
	flags.BoolVarP(&a.global.dumpLogs, "dumpLogs", "d", false, "on failure, show the AWS requests and answers of the run")
	flags.StringVarP(&a.global.region, "region", "r", "", "AWS region")
	flags.StringVarP(&a.global.profile, "profile", "p", "", "AWS credentials profile, as AWS_PROFILE")
	flags.StringVar(&a.global.endpointURL, "endpoint-url", "", "AWS endpoint to use instead of Amazon's, as AWS_ENDPOINT_URL")
	mustComplete(root, "color", completeFixed(colors))
	mustComplete(root, "region", completeNothing)
	mustComplete(root, "profile", completeNothing)
}

// colors are the values of --color; fabulous is eksctl's, and means true.
var colors = []string{"true", "false", "fabulous"}

// addClusterFlag adds --cluster to a command that works on a cluster.
func (a *app) addClusterFlag(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&a.global.cluster, "cluster", "c", "", "EKS cluster; the kubeconfig context's by default")
	mustComplete(cmd, "cluster", a.completeClusters)
}

// prepare runs before every command: it finds the values of flags and judges the global ones.
func (a *app) prepare(cmd *cobra.Command) error {
	if isCompletion(cmd) {
		return nil
	}
	if err := a.applySettings(cmd); err != nil {
		return err
	}
	if a.global.verbose < 0 || a.global.verbose > verboseBodies {
		return &usageError{err: fmt.Errorf("%s %d is not between 0 and 5", a.named("verbose"), a.global.verbose), command: cmd.CommandPath()}
	}
	if a.global.color == "false" {
		a.streams.Color = false
	}
	return a.oneOf(cmd, "color", a.global.color, colors)
}

// decorate makes every command refuse a boolean flag's value that stands behind it as an argument, and point to its
// own help for wrong arguments.
func (a *app) decorate(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			err := detachedBool(c, a.args)
			if err == nil {
				err = check(c, args)
			}
			var usage *usageError
			if err != nil && !errors.As(err, &usage) {
				return &usageError{err: err, command: c.CommandPath()}
			}
			return err
		}
	}
	for _, child := range cmd.Commands() {
		a.decorate(child)
	}
}

// fargateprofile names the subcommand of every verb.
const fargateprofile = "fargateprofile"

// fargateprofileAliases are its other names.
var fargateprofileAliases = []string{"fargateprofiles", "profile", "fp"}

// oneName finds the name of a profile that may be an argument or --name, not both. A name from the
// environment or the settings file gives way to the argument. It is empty where neither is given.
func (a *app) oneName(cmd *cobra.Command, args []string, flag string) (string, error) {
	switch {
	case len(args) == 0:
		return flag, nil
	case len(args) > 1:
		return "", &usageError{
			err:     fmt.Errorf("accepts one profile name, received %d: %s", len(args), strings.Join(args, ", ")),
			command: cmd.CommandPath(),
		}
	case flag != "" && flag != args[0] && a.given(cmd, "name"):
		return "", &usageError{
			err:     fmt.Errorf("the name is given twice, as argument %q and as --name %q; give one of them", args[0], flag),
			command: cmd.CommandPath(),
		}
	case args[0] == "":
		return "", &usageError{err: fmt.Errorf("the profile name is empty"), command: cmd.CommandPath()}
	}
	return args[0], nil
}

// oneOf judges the value of a flag that has a fixed set of values.
func (a *app) oneOf(cmd *cobra.Command, flag, value string, allowed []string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	known := slices.DeleteFunc(slices.Clone(allowed), isEmpty)
	what := "is none of " + strings.Join(known, ", ")
	if len(known) == 1 {
		what = "is not known; the only value is " + known[0]
	}
	return &usageError{
		err:     fmt.Errorf("%s %q %s", a.named(flag), value, what),
		command: cmd.CommandPath(),
	}
}

func isEmpty(text string) bool { return strings.TrimSpace(text) == "" }

// noneEmpty refuses flags that the command line gives without a value, as a script does whose variable is not
// set: what is meant to narrow or to change something must not count as not given. With only, it looks at these.
func (a *app) noneEmpty(cmd *cobra.Command, only ...string) error {
	var faults []error
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if len(only) > 0 && !slices.Contains(only, flag.Name) {
			return
		}
		empty := false
		if list, ok := flag.Value.(pflag.SliceValue); ok && !strings.HasSuffix(flag.Name, "selector") { // a selector's own fault says more
			empty = !slices.ContainsFunc(list.GetSlice(), func(s string) bool { return !isEmpty(s) })
		} else if !ok {
			empty = flag.Value.Type() == "string" && isEmpty(flag.Value.String())
		}
		if empty && a.given(cmd, flag.Name) {
			faults = append(faults, &usageError{err: fmt.Errorf("--%s is given without a value; give one or leave the flag out", flag.Name), command: cmd.CommandPath()})
		}
	})
	return errors.Join(faults...)
}
