// Package match holds the command that says which profile each pod of a manifest would hit, and why.
package match

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/fleet"
	"github.com/fgctl/fgctl/pkg/cli/env/podinput"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/output"
)

// options are the flags of match.
type options struct {
	env.TimeLimit
	podinput.Input
	fleet.Scope
	podinput.PriceFlags
	profilesFrom []string
	output       string
	all          bool
	quiet        bool
	only         []string
	failOn       []string
	expect       string
	overlaps     bool
}

var formats = append([]string{"table", "wide", "json", "yaml"}, output.ReportFormats...)

// NewCommand returns the match command.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:   "match -f FILE",
		Short: "Say which Fargate profile each pod of a manifest would run on, and why",
		Long: `Say which Fargate profile each pod of a manifest would run on, and why: selector by selector, label
by label; whether Fargate would run it there, and in what size.

match reads Pods and the pod templates of Deployment, ReplicaSet, StatefulSet, DaemonSet,
ReplicationController, Job, CronJob and PodTemplate, of operators' kinds that are known (Rollout,
Knative Service, ScaledJob, Workflow, SparkApplication ...) or have a pod template at spec.template,
and Lists of them, as YAML or JSON; other kinds are skipped. The namespace is the manifest's, else -n,
else the kubeconfig context's, else default. The profiles are those of the cluster, or with
--profiles-from those of files: then no AWS is needed.
Only ACTIVE profiles count, and those from files that state no status.

What was not judged and may make pods is counted on standard error. In directories hidden ones, Helm
charts, patches of kustomizations and files that are no manifests are left out.

Verdicts:
  matched    exactly one ACTIVE profile takes the pod
  ambiguous  several do; shown are all, and the label that settles which
  unmatched  none does; shown are the nearest selector, and two ways out
  excluded   the pod is annotated to stay off Fargate

Findings are what Fargate would refuse in a pod (errors: it stays Pending) and what is risky there
(warnings). VCPU/GB is the size that Fargate would provision for one pod, PODS how many there are; with --price
USD/MONTH is what all of these cost.

Of several clusters (--all-clusters, --regions, --profile several times) a table is printed, then what
becomes of the pods in each; a cluster that cannot be read makes the exit code 1.

Pods that run, as kubectl get pods -o json prints them, get the verdict of a new pod; where they are
elsewhere, a finding says so, with the command that mends it. Pods of one owner share a row.

The exit code is 3 when a pod has what --fail-on names, by default any verdict but matched, or would
not run on the profile of --expect-profile; a finding counts only where a profile takes the pod. It
is 2 when an input is broken or holds no pod; with -R it is 3 where all that may make pods was left
out. Reports for CI are -o junit, -o sarif and -o github
(annotations, and the summary of the step); -o json and -o yaml have a shape that does not change.

With --overlaps no pod is read: shown are the selectors of different profiles that one pod could
match, with such a pod, and the selectors that others make redundant. Exit code 3 when
profiles that take pods overlap, unless --fail-on is none.`,
		Example: `  # Against the profiles of a cluster
  fgctl match --cluster demo -f deployment.yaml

  # Every manifest below a directory, against a file; no AWS is needed
  fgctl match --profiles-from cluster.yaml -f manifests/ -R

  # A whole repository, without its tests
  fgctl match --profiles-from cluster.yaml -R -f . --exclude test

  # A chart, against a Terraform plan, before either is applied
  terraform show -json plan.out > plan.json
  helm template shop ./chart | fgctl match --profiles-from plan.json -n shop -f -

  # The pods of a cluster: where they are, and where new ones would go
  kubectl get pods -A -o json | fgctl match --cluster demo -f -

  # In CI: findings in the diff, and no pod that Fargate would refuse
  fgctl match --profiles-from cluster.yaml -f manifests/ -o sarif > fargate.sarif
  fgctl match --profiles-from cluster.yaml -f manifests/ --fail-on unmatched,ambiguous,errors

  # Every cluster of two regions
  fgctl match --all-clusters --regions us-east-1,eu-west-1 -f deployment.yaml

  # Could one pod match several profiles?
  fgctl match --cluster demo --overlaps`,
		Args: e.NoArguments,
		PreRun: func(cmd *cobra.Command, _ []string) {
			if len(opts.profilesFrom) > 0 && !e.Given(cmd, "cluster") && !cmd.Flags().Changed("timeout") {
				opts.Timeout = 0 // no AWS is asked, and whoever pipes pods may take their time
			}
		},
		RunE: e.Within(&opts.TimeLimit, func(cmd *cobra.Command, _ []string) error {
			if opts.overlaps {
				if err := opts.checkOverlaps(e, cmd); err != nil {
					return err
				}
				return runOverlaps(cmd.Context(), e, opts)
			}
			if err := opts.check(e, cmd); err != nil {
				return err
			}
			return run(cmd.Context(), e, opts)
		}),
	}
	opts.HasRecursive = true
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVarP(&opts.Files, "filename", "f", nil,
		"manifest, directory or pattern; - reads standard input; repeatable")
	flags.BoolVarP(&opts.Recursive, "recursive", "R", false, "look into the subdirectories of -f too")
	flags.StringSliceVar(&opts.Exclude, "exclude", nil,
		"leave out what fits this pattern of a directory of -f: a name (*.tmpl.yaml), or a path in which ** stands for "+
			"any directories (**/test/*); repeatable")
	flags.StringVarP(&opts.Namespace, "namespace", "n", "",
		"namespace of manifests that name none; by default the kubeconfig context's, else default")
	e.AddClusterFlag(cmd)
	opts.AddFleet(e, cmd)
	flags.StringSliceVar(&opts.profilesFrom, "profiles-from", nil,
		"take the profiles from this file instead: a ClusterConfig, the output of fgctl get -o json|yaml, aws eks "+
			"describe-fargate-profile, terraform show -json or pulumi stack export, a CloudFormation template, or "+
			"FargateProfiles of ACK, Crossplane or Cluster API; repeatable")
	flags.StringVar(&opts.expect, "expect-profile", "", "fail unless every pod would run on this profile")
	flags.StringSliceVar(&opts.failOn, "fail-on", failDefault,
		"what makes the exit code 3: unmatched, ambiguous, excluded, errors (findings that keep a pod Pending), "+
			"warnings, skipped (what was not judged and may make pods); none only reports")
	flags.StringSliceVar(&opts.only, "only", nil,
		"show only pods that are matched, ambiguous, unmatched or excluded; the summary and the exit code count all")
	flags.BoolVar(&opts.all, "all", false, "show each pod of a cluster; by default those of one owner share a row")
	flags.BoolVar(&opts.overlaps, "overlaps", false,
		"show which profiles could take the same pods, and which selectors are redundant; no -f is needed")
	opts.AddPrice(cmd)
	flags.StringVarP(&opts.output, "output", "o", "table",
		"table, wide, json, yaml, junit, sarif or github (annotations, step summary)")
	opts.AddTimeout(cmd, env.ReadTime)
	flags.Lookup("timeout").Usage += "; with --profiles-from none unless given"
	flags.BoolVarP(&opts.quiet, "quiet", "q", false, "print no result; the exit code is the answer")
	env.MustComplete(cmd, "output", env.CompleteFixed(formats))
	env.MustComplete(cmd, "fail-on", env.CompleteList(env.FailOnPods))
	env.MustComplete(cmd, "only", env.CompleteList(verdicts))
	env.MustComplete(cmd, "expect-profile", completeExpected(e))
	env.CompleteNone(cmd, "namespace", "exclude")
	env.MustComplete(cmd, "filename", env.CompleteFiles)
	env.MustComplete(cmd, "profiles-from", env.CompleteFiles)
	return cmd
}

// check judges what the flags ask for together, all faults at once.
func (o *options) check(e *env.Env, cmd *cobra.Command) error {
	var faults []error
	add := func(err error) { faults = append(faults, err) }
	add(e.NoneEmpty(cmd))
	if len(o.Files) == 0 {
		add(errors.New("no manifest is named; give -f FILE, or -f - to read standard input"))
	}
	o.preferCluster(e, cmd)
	if slices.Contains(o.Files, "-") && slices.Contains(o.profilesFrom, "-") {
		add(errors.New("-f - and --profiles-from - both want standard input; give one of them a file"))
	}
	add(e.CheckNamespace(cmd, o.Namespace))
	add(o.CheckTimeout(e, cmd))
	add(o.CheckFleet(e, cmd, false))
	faults = append(append(faults, o.fleetFaults()...), o.priceFaults()...)
	add(e.OneOf(cmd, "output", o.output, formats))
	if e.IsSetting("fail-on") && slices.Contains(o.failOn, env.FailOnUncovered) {
		// That is meant for delete and replace.
		o.failOn = slices.DeleteFunc(slices.Clone(o.failOn), func(v string) bool { return v == env.FailOnUncovered })
		if len(o.failOn) == 0 {
			o.failOn = failDefault
		}
	}
	add(e.EachOneOf(cmd, "fail-on", o.failOn, env.FailOnPods))
	if slices.Contains(o.failOn, env.FailOnNone) && len(o.failOn) > 1 {
		add(e.InvalidValue(cmd, "fail-on", strings.Join(o.failOn, ","), "none stands alone; drop it or the others"))
	}
	add(e.EachOneOf(cmd, "only", o.only, verdicts))
	return env.UsageFaults(cmd, faults...)
}

// preferCluster lets --cluster of the command line go before profiles that the environment or a file names.
func (o *options) preferCluster(e *env.Env, cmd *cobra.Command) {
	if e.Given(cmd, "cluster") && !e.Given(cmd, "profiles-from") {
		o.profilesFrom = nil
	}
}

// run explains pod after pod as they are read. A broken input does not hide the others: what can
// be read is explained, and all faults are reported at the end.
func run(ctx context.Context, e *env.Env, opts options) error {
	if files, _, err := opts.Find(); len(files) == 0 && err != nil {
		return &env.UsageError{Err: err} // a name that is misspelt is reported before AWS is asked
	}
	prices, err := podinput.ReadPrices(ctx, e, opts.PriceFlags)
	if err != nil {
		return err
	}
	opts.Objects = &kube.Objects{}
	subjects, failure := readSubjects(ctx, e, opts)
	if len(subjects) == 0 {
		return failure
	}
	if err := setPrices(e, opts, prices, subjects); err != nil {
		return err
	}
	var skipped podinput.Skipped
	opts.Skipped = &skipped
	var owners kube.Owners
	var printErr error
	explain := func(pod kube.Pod) []fargate.Explanation {
		out := make([]fargate.Explanation, len(subjects))
		for i, s := range subjects {
			out[i] = s.matcher.Explain(pod)
		}
		return out
	}
	readErr := podinput.Judge(ctx, e, opts.Input, explain, func(pod kube.Pod, all []fargate.Explanation) error {
		owners.Note(pod)
		if owners.Pins(pod) { // which only the workloads before it can tell
			pod.Running.OwnerPins = true
			all = explain(pod)
		}
		for i, s := range subjects {
			if printErr = s.pod(all[i], opts.only); printErr != nil {
				return printErr
			}
		}
		return nil
	})
	if printErr != nil || ctx.Err() != nil {
		return readErr
	}
	for _, s := range subjects {
		if s.guide.unread != nil {
			e.Warn("the cluster's security group was not read, so SecurityGroupPolicies may have it: %v", s.guide.unread)
		}
	}
	answers := make([]error, 0, len(subjects)+1)
	for _, s := range subjects {
		s.summary.Skipped, s.summary.LeftOut = skipped.Kinds(), skipped.Left()
		if s.summary.Pods > 0 || readErr == nil {
			if err := s.out.close(s.summary); err != nil {
				return err
			}
		}
		answers = append(answers, s.gate.answer(s.summary))
	}
	if opts.Several() && subjects[0].summary.Pods > 0 {
		if err := opts.printFleet(e, subjects); err != nil {
			return err
		}
	}
	if readErr != nil {
		return readErr
	}
	return errors.Join(append(answers, failure)...)
}

// pod counts and prints what becomes of a pod in the cluster.
func (s *subject) pod(x fargate.Explanation, only []string) error {
	s.guide.addCommand(&x)
	s.addPrice(&x)
	s.summary.Add(x)
	s.gate.add(x)
	if len(only) > 0 && !slices.Contains(only, string(x.Verdict)) {
		return nil
	}
	return s.out.pod(x)
}
