package env

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// FargateProfile names the subcommand of every verb.
const FargateProfile = "fargateprofile"

// FargateProfileAliases returns its other names.
func FargateProfileAliases() []string {
	return []string{"fargateprofiles", "profile", "profiles", "fp"}
}

// AddClusterFlag adds --cluster to a command that works on a cluster.
func (e *Env) AddClusterFlag(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&e.Global.Cluster, "cluster", "c", "",
		"EKS cluster, or its ARN; the kubeconfig context's by default")
	MustComplete(cmd, "cluster", e.CompleteClusters)
}

// TextFormats are the values of --output of a command that prints sentences.
var TextFormats = []string{"text", "json", "yaml"}

// AddTextOutput adds --output to such a command.
func AddTextOutput(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVarP(format, "output", "o", "text", "text, json or yaml")
	MustComplete(cmd, "output", CompleteFixed(TextFormats))
}

// AddNameFlag adds --name, which stands for the argument.
func (e *Env) AddNameFlag(cmd *cobra.Command, name *string) {
	cmd.Flags().Var((*Once)(name), "name", "name of the profile, instead of the argument")
	MustComplete(cmd, "name", e.CompleteProfiles)
}

// changeFormats are the values of --output of a command that changes profiles.
var changeFormats = []string{"table", "wide", "json", "yaml", "name"}

// AddOutputFlag adds --output to a command that changes profiles: without it one line says what was
// done.
func AddOutputFlag(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVarP(format, "output", "o", "",
		"output format: table, wide, json, yaml, name (default: one sentence)")
	MustComplete(cmd, "output", CompleteFixed(changeFormats))
}

// CheckOutputFlag judges the value of AddOutputFlag.
func (e *Env) CheckOutputFlag(cmd *cobra.Command, format string) error {
	if format == "" {
		return nil
	}
	return e.OneOf(cmd, "output", format, changeFormats)
}

// FailOnUncovered is the value of --fail-on of the commands that delete profiles; the others are match's.
const (
	FailOnUncovered = "uncovered"
	FailOnErrors    = "errors"
	FailOnWarnings  = "warnings"
	FailOnSkipped   = "skipped"
	FailOnNone      = "none"
)

// FailOnPods are the values of --fail-on of match.
var FailOnPods = []string{"unmatched", "ambiguous", "excluded", FailOnErrors, FailOnWarnings, FailOnSkipped, FailOnNone}

// Names returns the names of profiles that are arguments, or the one of --name, each once; there may be none. A name
// from the environment or the settings file yields to arguments. kubectl's form fp/NAME is understood.
func (e *Env) Names(cmd *cobra.Command, args []string, flag string) ([]string, error) {
	if len(args) == 0 && flag != "" {
		args = []string{flag}
	}
	var names []string
	for _, arg := range args {
		name := untyped(arg)
		if name == "" {
			return nil, UsageOf(cmd, "the profile name is empty")
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if flag != "" && e.Given(cmd, "name") && !slices.Equal(names, []string{untyped(flag)}) {
		return nil, UsageOf(cmd, "the name is given twice, as argument %q and as --name %q; give one of them",
			strings.Join(names, " "), flag)
	}
	return names, nil
}

// untyped returns the name of kubectl's form fp/NAME, and other words as they are.
func untyped(arg string) string {
	kind, name, typed := strings.Cut(arg, "/")
	if typed && (kind == FargateProfile || slices.Contains(FargateProfileAliases(), kind)) {
		return name
	}
	return arg
}

// OneName is Names for a command that takes one profile at most; the name is empty where there is none.
func (e *Env) OneName(cmd *cobra.Command, args []string, flag string) (string, error) {
	names, err := e.Names(cmd, args, flag)
	if len(names) > 1 {
		return "", UsageOf(cmd, "accepts one profile name, received %d: %s", len(names), strings.Join(names, ", "))
	}
	return strings.Join(names, ""), err
}

// CheckNames refuses names, the empty one aside, that no profile can have: AWS is not asked for them, and none is
// reported as gone.
func CheckNames(names ...string) error {
	var faults fargate.Faults
	for _, name := range names {
		if name == "" {
			continue
		}
		for _, f := range fargate.ValidateNameForm(name) {
			if strings.Contains(name, ",") {
				f.Hint = "separate names by spaces, not commas"
			}
			faults = append(faults, f)
		}
	}
	return faults.OrNil()
}

// OneOf judges the value of a flag that has a fixed set of values.
func (e *Env) OneOf(cmd *cobra.Command, flag, value string, allowed []string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	known := slices.DeleteFunc(slices.Clone(allowed), isEmpty)
	must := known[0]
	if last := len(known) - 1; last > 0 {
		must = strings.Join(known[:last], ", ") + " or " + known[last] + DidYouMean(value, known, "")
	}
	return e.InvalidValue(cmd, flag, value, "must be "+must)
}

// EachOneOf judges a flag of several values; it returns the faults of all.
func (e *Env) EachOneOf(cmd *cobra.Command, flag string, values, allowed []string) error {
	faults := make([]error, 0, len(values))
	for _, value := range values {
		faults = append(faults, e.OneOf(cmd, flag, value, allowed))
	}
	return errors.Join(faults...)
}

// CheckNamespace judges the value of --namespace, where there is one.
func (e *Env) CheckNamespace(cmd *cobra.Command, name string) error {
	if name != "" && len(validation.IsDNS1123Label(name)) > 0 {
		return e.InvalidValue(cmd, "namespace", name, "must be lower-case letters, digits and -")
	}
	return nil
}

func isEmpty(text string) bool { return strings.TrimSpace(text) == "" }

// NoneEmpty refuses flags that stand on the command line without a value, as a script does whose variable is not
// set: what is meant to narrow or to change something must not count as not given. With only, it looks at these.
func (e *Env) NoneEmpty(cmd *cobra.Command, only ...string) error {
	var faults []error
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if len(only) > 0 && !slices.Contains(only, flag.Name) {
			return
		}
		empty := false
		list, isList := flag.Value.(pflag.SliceValue)
		switch {
		case !isList:
			empty = flag.Value.Type() == "string" && isEmpty(flag.Value.String())
		case !strings.HasSuffix(flag.Name, "selector"): // a selector's own fault says more
			empty = !slices.ContainsFunc(list.GetSlice(), func(s string) bool { return !isEmpty(s) })
		}
		if empty && e.Given(cmd, flag.Name) {
			faults = append(faults, UsageOf(cmd, "--%s is given without a value; give one or leave the flag out",
				flag.Name))
		}
	})
	return errors.Join(faults...)
}

// NoArguments refuses arguments, which may be files without their -f; cobra's own NoArgs would call them unknown
// commands.
func (e *Env) NoArguments(cmd *cobra.Command, args []string) error {
	at := -1
	if len(args) > 0 {
		at = slices.Index(e.Args, args[0])
	}
	switch {
	case len(args) == 0:
		return nil
	case at >= 0 && cmd.Flags().ShorthandLookup("f") != nil:
		return fmt.Errorf("unexpected argument %q; name files with -f: %s", args[0],
			e.command(slices.Insert(slices.Clone(e.Args), at, "-f")))
	}
	return fmt.Errorf("unexpected argument %q; %s takes flags only", args[0], cmd.CommandPath())
}

// Once is a text that is given once: of two the first would be lost in silence.
type Once string

// String returns the text.
func (v *Once) String() string { return string(*v) }

// Type is the type that help shows.
func (v *Once) Type() string { return "string" }

// Set takes the text, unless there is another one.
func (v *Once) Set(text string) error {
	if *v != "" && text != string(*v) {
		return &TwiceError{string(*v), text}
	}
	*v = Once(text)
	return nil
}

// TwiceError says that a flag was given two values.
type TwiceError struct{ First, Second string }

// Error names both.
func (e *TwiceError) Error() string {
	return fmt.Sprintf("is given twice (%q, %q)", e.First, e.Second)
}

// AddSkipFlag adds --skip-checks.
func AddSkipFlag(cmd *cobra.Command, skip *[]string) {
	cmd.Flags().StringSliceVar(skip, "skip-checks", nil,
		"checks of the pre-flight to leave out: "+strings.Join(preflight.Checks, ", "))
	MustComplete(cmd, "skip-checks", CompleteList(preflight.Checks))
}

// CheckSkips judges the value of AddSkipFlag.
func (e *Env) CheckSkips(cmd *cobra.Command, skip []string) error {
	return e.EachOneOf(cmd, "skip-checks", skip, preflight.Checks)
}
