package cli

// This file holds match: which profile each pod of a manifest would hit, and why.

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/fgctl/fgctl/pkg/fargate"
)

type matchOptions struct {
	timeLimit
	podInput
	profilesFrom []string
	output       string
	all          bool
	quiet        bool
	only         []string
	failOn       []string
	expect       string
	overlaps     bool
}

var matchFormats = []string{"table", "wide", "json", "yaml", "junit", "sarif"}

func newMatchCommand(a *app) *cobra.Command {
	var opts matchOptions
	cmd := &cobra.Command{
		Use:   "match -f FILE",
		Short: "Say which Fargate profile each pod of a manifest would run on, and why",
		Long: `Say which Fargate profile each pod of a manifest would run on, and why: selector by selector, label
by label; whether Fargate would run it there, and in what size.

match reads Pods and the pod templates of Deployment, ReplicaSet, StatefulSet, DaemonSet,
ReplicationController, Job, CronJob and PodTemplate, and Lists of them, as YAML or JSON; other kinds
are skipped. The namespace is the manifest's, else -n, else the kubeconfig context's, else default.
The profiles are those of the cluster, or with --profiles-from those of files: then no AWS is needed.
Only ACTIVE profiles count, and those from files that state no status.

Verdicts:
  matched    exactly one ACTIVE profile takes the pod
  ambiguous  several do; shown are all, and the label that settles which
  unmatched  none does; shown are the nearest selector, and two ways out
  excluded   the pod is annotated to stay off Fargate

Findings are what Fargate would refuse in a pod (errors: it stays Pending) and what is risky there
(warnings). VCPU/GB is the size that Fargate would provision for one pod, PODS how many there are.

Pods that run, as kubectl get pods -o json prints them, get the verdict of a new pod; where they are
elsewhere, a finding says so, with the command that mends it. Pods of one owner share a row.

The exit code is 3 when a pod has what --fail-on names, by default any verdict but matched, or would
not run on the profile of --expect-profile; a finding counts only where a profile takes the pod. It
is 2 when an input is broken or holds no pod. Reports for CI are -o junit and -o sarif; -o json and
-o yaml have a shape that does not change.

With --overlaps no pod is read: shown are the selectors of different profiles that one pod could
match, with such a pod, and the selectors that others make redundant. Exit code 3 when
profiles that take pods overlap.`,
		Example: `  # Against the profiles of a cluster
  fgctl match --cluster demo -f deployment.yaml

  # Every manifest below a directory, against a file; no AWS is needed
  fgctl match --profiles-from cluster.yaml -f manifests/ -R

  # A chart, against a Terraform plan, before either is applied
  terraform show -json plan.out > plan.json
  helm template shop ./chart | fgctl match --profiles-from plan.json -n shop -f -

  # The pods of a cluster: where they are, and where new ones would go
  kubectl get pods -A -o json | fgctl match --cluster demo -f -

  # In CI: findings in the diff, and no pod that Fargate would refuse
  fgctl match --profiles-from cluster.yaml -f manifests/ -o sarif > fargate.sarif
  fgctl match --profiles-from cluster.yaml -f manifests/ --fail-on unmatched,ambiguous,errors

  # Could one pod match several profiles?
  fgctl match --cluster demo --overlaps`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unexpected argument %q; pass manifests with -f: %s -f %s", args[0], cmd.CommandPath(), shellCommand(args[0]))
			}
			return nil
		},
		PreRun: func(cmd *cobra.Command, _ []string) {
			if len(opts.profilesFrom) > 0 && !a.given(cmd, "cluster") && !cmd.Flags().Changed("timeout") {
				opts.timeout = 0 // no AWS is asked, and whoever pipes pods may take their time
			}
		},
		RunE: a.within(&opts.timeLimit, false, func(cmd *cobra.Command, _ []string) error {
			if opts.overlaps {
				if err := a.checkOverlaps(cmd, &opts); err != nil {
					return err
				}
				return runOverlaps(cmd.Context(), a, opts)
			}
			if err := a.checkMatch(cmd, &opts); err != nil {
				return err
			}
			return runMatch(cmd.Context(), a, opts)
		}),
	}
	opts.hasRecursive = true
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVarP(&opts.files, "filename", "f", nil, "manifest, directory or pattern; - reads standard input; repeatable")
	flags.BoolVarP(&opts.recursive, "recursive", "R", false, "look into the subdirectories of -f too")
	flags.StringVarP(&opts.namespace, "namespace", "n", "", "namespace of manifests that name none; by default the kubeconfig context's, else default")
	a.addClusterFlag(cmd)
	flags.StringSliceVar(&opts.profilesFrom, "profiles-from", nil,
		"take the profiles from this file instead: a ClusterConfig, the output of fgctl get -o json|yaml, aws eks describe-fargate-profile or terraform show -json, a CloudFormation template, or FargateProfiles of ACK or Crossplane; repeatable")
	flags.StringVar(&opts.expect, "expect-profile", "", "fail unless every pod would run on this profile")
	flags.StringSliceVar(&opts.failOn, "fail-on", matchFailDefault, "which pods make the exit code 3: unmatched, ambiguous, excluded, errors (findings that keep a pod Pending), warnings")
	flags.StringSliceVar(&opts.only, "only", nil, "show only pods that are matched, ambiguous, unmatched or excluded; the summary and the exit code count all")
	flags.BoolVar(&opts.all, "all", false, "show each pod of a cluster; by default those of one owner share a row")
	flags.BoolVar(&opts.overlaps, "overlaps", false, "show which profiles could take the same pods, and which selectors are redundant; no -f is needed")
	flags.StringVarP(&opts.output, "output", "o", "table", "table, wide, json, yaml, junit or sarif")
	opts.addTimeout(cmd, readTime)
	flags.Lookup("timeout").Usage += "; with --profiles-from none unless given"
	flags.BoolVarP(&opts.quiet, "quiet", "q", false, "print no result; the exit code is the answer")
	mustComplete(cmd, "output", completeFixed(matchFormats))
	mustComplete(cmd, "fail-on", completeList(matchFailOn))
	mustComplete(cmd, "only", completeList(matchVerdicts))
	mustComplete(cmd, "expect-profile", a.completeExpected)
	mustComplete(cmd, "namespace", completeNothing)
	for _, file := range []string{"filename", "profiles-from"} {
		mustComplete(cmd, file, completeFiles)
	}
	return cmd
}

// checkMatch judges what the flags ask for together, all faults at once.
func (a *app) checkMatch(cmd *cobra.Command, opts *matchOptions) error {
	var faults []error
	if err := a.noneEmpty(cmd); err != nil {
		faults = append(faults, err)
	}
	if len(opts.files) == 0 {
		faults = append(faults, errors.New("no manifest is named; give -f FILE, or -f - to read standard input"))
	}
	if a.given(cmd, "cluster") && !a.given(cmd, "profiles-from") {
		opts.profilesFrom = nil // the command line goes before the environment
	}
	if slices.Contains(opts.files, "-") && slices.Contains(opts.profilesFrom, "-") {
		faults = append(faults, errors.New("-f - and --profiles-from - both want standard input; give one of them a file"))
	}
	if ns := opts.namespace; ns != "" && len(validation.IsDNS1123Label(ns)) > 0 {
		faults = append(faults, fmt.Errorf("%s %q is not a valid namespace; lower-case letters, digits and - are allowed", a.named("namespace"), ns))
	}
	if err := opts.check(a, cmd); err != nil {
		faults = append(faults, err)
	}
	if err := a.oneOf(cmd, "output", opts.output, matchFormats); err != nil {
		faults = append(faults, err)
	}
	if a.applied["fail-on"] != "" && slices.Contains(opts.failOn, failOnUncovered) {
		// That is meant for delete and replace.
		opts.failOn = slices.DeleteFunc(slices.Clone(opts.failOn), func(v string) bool { return v == failOnUncovered })
		if len(opts.failOn) == 0 {
			opts.failOn = matchFailDefault
		}
	}
	faults = append(faults, a.oneOfEach("fail-on", opts.failOn, matchFailOn)...)
	faults = append(faults, a.oneOfEach("only", opts.only, matchVerdicts)...)
	if len(faults) == 0 {
		return nil
	}
	return &usageError{err: errors.Join(faults...), command: cmd.CommandPath()}
}

// runMatch explains pod after pod as they are read. A broken input does not hide the others: what can
// be read is explained, and all faults are reported at the end.
func runMatch(ctx context.Context, a *app, opts matchOptions) error {
	if files, err := opts.find(); len(files) == 0 && err != nil {
		return &usageError{err: err} // a name that is misspelt is told before AWS is asked
	}
	profiles, err := a.matchProfiles(ctx, opts.profilesFrom)
	if err != nil {
		return err
	}
	a.checkExpected(opts.expect, profiles)
	matcher := fargate.NewMatcher(profiles)
	gate := &matchGate{failOn: opts.failOn, expect: opts.expect}
	out := a.matchPrinter(opts, gate)
	var summary fargate.Summary
	var owners fargate.Owners
	readErr := a.readPods(ctx, opts.podInput, func(pod fargate.Pod) error {
		owners.Note(pod)
		if owners.Pins(pod) {
			pod.Running.OwnerPins = true
		}
		e := matcher.Explain(pod)
		a.addCommand(&e)
		summary.Add(e)
		gate.add(e)
		if len(opts.only) > 0 && !slices.Contains(opts.only, string(e.Verdict)) {
			return nil
		}
		return out.pod(e)
	})
	var stop *printError
	if errors.As(readErr, &stop) || ctx.Err() != nil {
		return readErr
	}
	if summary.Pods > 0 {
		if err := out.close(summary); err != nil {
			return err
		}
	}
	if readErr != nil {
		return readErr
	}
	return gate.answer(summary.Pods)
}

// addCommand puts the command line that lets the nearest profile take the pod into an explanation, unless
// the profile belongs to another tool.
func (a *app) addCommand(e *fargate.Explanation) {
	n := e.Nearest
	if n == nil || n.AddSelector == "" || a.origins[n.Profile].foreign {
		return
	}
	words := []string{"replace", fargateprofile, n.Profile, "--add-selector", n.AddSelector}
	if e.Pinned == n.Profile {
		words = append(words, "--keep-name") // the successor's name would not be the one that the pod asks for
	}
	if n.Full {
		words = []string{"create", fargateprofile, "--selector", n.AddSelector}
	}
	n.Command = a.commandFor(n.Profile, n.Cluster, words...)
}
