// Package why holds the command that says why pods are not, or not yet, running on Fargate.
package why

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/kubernetes"
	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/internal/kubectl"
)

// options are the flags of why.
type options struct {
	env.TimeLimit
	names         []string
	files         []string
	namespace     string
	allNamespaces bool
	kubectl       kubectl.Client
	profilesFrom  []string
	output        string
	upgrade       bool
	to            string
}

// NewCommand returns the why command.
func NewCommand(e *env.Env) *cobra.Command {
	var opts options
	cmd := &cobra.Command{
		Use:   "why [POD...]",
		Short: "Say why pods of a cluster are not running on Fargate, and what cures it",
		Long: `Say why pods of a cluster are not, or not yet, running on Fargate, and what cures it.

Pods, their events and claims, nodes, SecurityGroupPolicies and EKS's webhook are read with kubectl (of
the variable KUBECTL, else of PATH) and its current context, or from saved answers with -f. The profiles
are those of the cluster, or with --profiles-from those of files; where AWS can be asked, the role and the
subnets of the profiles are checked too, as create does it. Nothing is changed.

Without names every pod that is Pending, or not where a new one would go, is looked at: in the namespace
of -n or of the context, or with -A in all. The pods of one owner are one case: what is the case, what was
seen, and the causes, the certain ones first, each with its cure. What could not be read is named; it is
never taken for good.

With --upgrade it says instead which Fargate pods keep the cluster from its next version, or that of --to:
a Fargate pod's kubelet is that of its birth, and EKS refuses an upgrade past the skew that Kubernetes
allows. The commands that make them anew stand in an order that PodDisruptionBudgets allow.

The exit code is 0 when nothing is wrong, 3 when causes were found, 1 when pods could not be read, or not
the profiles that say on which side they belong.`,
		Example: `  # Every pod that waits or is on the wrong side
  fgctl why -A --cluster demo

  # One pod
  fgctl why shop-7c9d5b6f48-abcde -n web --cluster demo

  # What holds back an upgrade
  fgctl why --upgrade --to 1.34

  # From saved answers, with no cluster and no AWS
  kubectl get pods,events,pvc,nodes -A -o json > saved.json
  fgctl why -f saved.json --profiles-from cluster.yaml`,
		Args: cobra.ArbitraryArgs,
		RunE: e.Within(&opts.TimeLimit, func(cmd *cobra.Command, args []string) error {
			for _, name := range args {
				// As kubectl get pods -o name prints it.
				opts.names = append(opts.names, strings.TrimPrefix(name, "pod/"))
			}
			if err := opts.check(e, cmd); err != nil {
				return err
			}
			if opts.upgrade {
				return runUpgrade(cmd.Context(), e, opts)
			}
			return run(cmd.Context(), e, opts)
		}),
		ValidArgsFunction: env.CompleteNothing,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&opts.namespace, "namespace", "n", "", "namespace to look in; by default the kubeconfig context's")
	flags.BoolVarP(&opts.allNamespaces, "all-namespaces", "A", false, "look in every namespace")
	flags.StringVar(&opts.kubectl.Context, "context", "", "kubeconfig context that kubectl uses")
	flags.StringSliceVarP(&opts.files, "filename", "f", nil,
		"saved answer of kubectl get -o json, instead of a cluster; - reads standard input; repeatable")
	e.AddClusterFlag(cmd)
	flags.StringSliceVar(&opts.profilesFrom, "profiles-from", nil,
		"take the profiles from this file instead; as for match")
	flags.BoolVar(&opts.upgrade, "upgrade", false, "say which Fargate pods hold back the cluster's next version")
	flags.StringVar(&opts.to, "to", "",
		"with --upgrade, the version to upgrade to; by default the one after the cluster's")
	env.AddTextOutput(cmd, &opts.output)
	opts.AddTimeout(cmd, env.ReadTime)
	env.CompleteNone(cmd, "namespace", "context", "to")
	env.MustComplete(cmd, "filename", env.CompleteFiles)
	env.MustComplete(cmd, "profiles-from", env.CompleteFiles)
	return cmd
}

// check judges the flags, all faults at once.
func (o *options) check(e *env.Env, cmd *cobra.Command) error {
	faults := []error{
		e.NoneEmpty(cmd), o.CheckTimeout(e, cmd), e.OneOf(cmd, "output", o.output, env.TextFormats),
		e.CheckNamespace(cmd, o.namespace),
	}
	if o.allNamespaces && e.Given(cmd, "namespace") {
		faults = append(faults, errors.New("-A means every namespace, but one is named too; leave out one of the two"))
	}
	if len(o.files) > 0 && o.kubectl.Context != "" {
		faults = append(faults, errors.New("-f reads files, so --context has no cluster to choose; leave out one of "+
			"the two"))
	}
	if o.to != "" && !o.upgrade {
		faults = append(faults, errors.New("--to is for --upgrade"))
	}
	if o.upgrade && len(o.names) > 0 {
		faults = append(faults, errors.New("--upgrade looks at every Fargate pod; name none"))
	}
	return env.UsageFaults(cmd, faults...)
}

// answer is the form of -o json and -o yaml; it does not change, but fields may be added.
type answer struct {
	// Looked is how many pods were looked at.
	Looked int             `json:"looked"`
	Cases  []diagnose.Case `json:"cases"`
	// Unread is what could not be read, and why; what rests on it was not judged.
	Unread []string `json:"unread"`
	// unsided says that pods were looked at of which it is not known on which side they belong.
	unsided bool
}

// run reads the profiles, then the cluster, and prints what is the matter.
func run(ctx context.Context, e *env.Env, opts options) error {
	var r reader
	profiles, aws, err := r.profiles(ctx, e, opts)
	if err != nil {
		return err
	}
	examiner := diagnose.New(profiles)
	examiner.Named = len(opts.names) > 0
	r.evidence.Profiles, r.evidence.Now = profiles, e.Clock.Now()
	switch {
	case aws != nil:
		r.evidence.Cluster = aws.place.Cluster
	case len(profiles) > 0 && !slices.ContainsFunc(profiles, func(p fargate.Profile) bool {
		return p.Cluster != profiles[0].Cluster
	}):
		r.evidence.Cluster = profiles[0].Cluster
	}
	seen := map[string]bool{}
	err = r.cluster(ctx, e, opts, func(pod kube.Pod) error {
		if opts.wants(pod) {
			seen[pod.Name] = true
			examiner.Add(pod)
		}
		return nil
	})
	switch {
	case err != nil && aws != nil:
		return kubernetes.Unreached(opts.kubectl, err, aws.place.Cluster, aws.client.Region())
	case err != nil:
		return kubernetes.Unreached(opts.kubectl, err, e.Global.Cluster, e.Global.Region)
	}
	var missing []error
	for _, name := range opts.names {
		if !seen[name] {
			missing = append(missing, fmt.Errorf("there is no pod %q among those that were read; name a pod, not its owner, "+
				"and its namespace with -n", name))
		}
	}
	if len(missing) > 0 {
		return errors.Join(missing...)
	}
	r.checks(ctx, aws, examiner.Profiles())
	if err := r.more(ctx, opts, examiner); err != nil {
		return err
	}
	r.finish()
	found := answer{Looked: examiner.Looked, Cases: examiner.Cases(r.evidence), Unread: append([]string{}, r.unread...)}
	found.unsided = profiles == nil && found.Looked > 0
	for _, c := range found.Cases {
		for i := range c.Causes {
			c.Causes[i].Command = opts.located(e, aws, c.Causes[i].Command)
		}
	}
	if err := show(e, opts.output, found); err != nil {
		return err
	}
	if len(found.Cases) > 0 {
		return &env.RefusedError{} // the output has said why
	}
	if found.unsided {
		return errors.New("whether a pod is on the wrong side is not known: the profiles were not read; give --cluster, or " +
			"the profiles by --profiles-from")
	}
	return nil
}

// located returns a command line for the cluster and the kubeconfig context of this run.
func (o *options) located(e *env.Env, aws *target, command string) string {
	if aws != nil && (strings.HasPrefix(command, "fgctl ") || strings.Contains(command, "| fgctl ")) {
		command = strings.Replace(command, " --cluster "+aws.place.Cluster, "", 1) +
			strings.TrimPrefix(e.On(aws.place), "fgctl")
	}
	if o.kubectl.Context != "" && strings.HasPrefix(command, "kubectl ") {
		command = env.Command("kubectl", "--context", o.kubectl.Context) + strings.TrimPrefix(command, "kubectl")
	}
	return command
}

// wants reports whether a pod is asked for.
func (o *options) wants(pod kube.Pod) bool {
	return (o.namespace == "" || pod.Namespace == o.namespace) &&
		(len(o.names) == 0 || slices.Contains(o.names, pod.Name))
}
