package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/internal/kubecontext"
	"github.com/fgctl/fgctl/pkg/internal/kubectl"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/manifest"
)

// DrainFlags are the flags of a command that moves pods before it deletes their profile.
type DrainFlags struct {
	Drain        bool
	DrainTimeout time.Duration
	kubectl      kubectl.Client
}

// drainTime is the default of --drain-timeout: more than the ten minutes after which Kubernetes gives a Deployment's
// rollout up (progressDeadlineSeconds), so that such a failure is seen before the time is over.
const drainTime = 15 * time.Minute

// AddDrain adds the flags.
func (f *DrainFlags) AddDrain(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.Drain, "drain", false,
		"move pods before their profile is deleted: restart their owners with kubectl, one after another")
	flags.DurationVar(&f.DrainTimeout, "drain-timeout", drainTime,
		"with --drain: how long pods may take to leave a profile, before it is deleted all the same")
	flags.StringVar(&f.kubectl.Context, "context", "", "with --drain: kubeconfig context that kubectl uses")
	env.MustComplete(cmd, "context", env.CompleteNothing)
}

// CheckDrain judges the flags; keepName and pods are the command's other ones.
func (f *DrainFlags) CheckDrain(
	e *env.Env, cmd *cobra.Command, limit env.TimeLimit, keepName bool, pods []string,
) error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if !f.Drain {
		for _, name := range []string{"drain-timeout", "context"} {
			if e.Given(cmd, name) {
				fault("--%s is for --drain; give both or none", name)
			}
		}
		return env.UsageFaults(cmd, faults...)
	}
	if f.DrainTimeout <= 0 {
		faults = append(faults, e.InvalidValue(cmd, "drain-timeout", f.DrainTimeout, "must be a time, like 15m"))
	}
	if total := limit.Timeout; total > 0 && f.DrainTimeout >= total {
		faults = append(faults, e.InvalidValue(cmd, "drain-timeout", f.DrainTimeout,
			fmt.Sprintf("must be less than --timeout, %s, so that the profile is deleted in time", total)))
	}
	if keepName {
		fault("--drain and --keep-name exclude each other: new pods hit the profile that sorts first, and of two profiles " +
			"each would have to sort before the other")
	}
	if len(pods) > 0 {
		fault("--drain reads the pods of the cluster with kubectl; leave out --pods")
	}
	return env.UsageFaults(cmd, faults...)
}

// Within returns how long draining may take, 0 without --drain.
func (f *DrainFlags) Within() time.Duration {
	if !f.Drain {
		return 0
	}
	return f.DrainTimeout
}

// Cluster returns the cluster that kubectl reaches, which has to be that of the place as far as the kubeconfig tells.
// It is nil without --drain.
func (f *DrainFlags) Cluster(e *env.Env, client *cloud.Client, place env.Place) (lifecycle.Kubernetes, error) {
	if !f.Drain {
		return nil, nil
	}
	found, err := Reached(f.kubectl, place.Cluster, client.Region())
	if err != nil {
		return nil, err
	}
	if found.Name != "" && found.Cluster == "" {
		e.Warn("whether the kubeconfig context %q is that of cluster %s is not known; --drain restarts what it finds there",
			found.Name, place.Cluster)
	}
	return inhabited{f.kubectl}, nil
}

// ContextPlace returns the place of the context of --context, where that is one of EKS and --cluster names none.
func ContextPlace(e *env.Env, k kubectl.Client) env.Place {
	if k.Context == "" || e.Global.Cluster != "" {
		return env.Place{}
	}
	found, _ := kubecontext.Named(os.Getenv, k.Context) // what is wrong with the files Reached says
	return env.Place{Cluster: found.Cluster, Region: found.Region}
}

// Reached returns the kubeconfig context that kubectl uses, and an error where it is known to be another cluster's.
func Reached(k kubectl.Client, cluster, region string) (kubecontext.Context, error) {
	found, err := kubecontext.Named(os.Getenv, k.Context)
	if err != nil {
		return found, &env.UsageError{Err: err}
	}
	if found.Cluster != "" && (found.Cluster != cluster || found.Region != region) {
		return found, env.Usagef("the kubeconfig context %q is that of EKS cluster %s in %s, not of %s in %s; "+
			"name the right one with --context, or add it: aws eks update-kubeconfig --name %s --region %s",
			found.Name, found.Cluster, found.Region, cluster, region, cluster, region)
	}
	return found, nil
}

// Unreached adds to an error of kubectl without a context the command that makes one; cluster
// and region may be empty.
func Unreached(k kubectl.Client, err error, cluster, region string) error {
	found, kubeErr := kubecontext.Named(os.Getenv, k.Context)
	if failure, ok := errors.AsType[*kubectl.Error](err); !ok || failure.Missing || kubeErr != nil || found.Name != "" {
		return err
	}
	if cluster == "" || region == "" {
		return fmt.Errorf("%w\nthere is no kubeconfig context; see KUBECONFIG, or name --cluster and --region for the "+
			"command that makes one", err)
	}
	return fmt.Errorf("%w\nthere is no kubeconfig context; to make one: aws eks update-kubeconfig --name %s --region %s",
		err, cluster, region)
}

// Read reads what kubectl has of a kind of objects, as manifest.Read does.
func Read(
	ctx context.Context, k kubectl.Client, what string, options manifest.Options, pods func(kube.Pod) error,
	flags ...string,
) error {
	return k.Get(ctx, what, func(in io.Reader) error {
		return manifest.Read("kubectl get "+what, in, options, pods)
	}, flags...)
}

// inhabited is a cluster behind kubectl.
type inhabited struct{ kubectl.Client }

// Inhabitants implements lifecycle.Kubernetes. What cannot be read is an error: nothing is taken for harmless unread.
func (k inhabited) Inhabitants(ctx context.Context, profile string) (decision.Inhabitants, error) {
	var in decision.Inhabitants
	var lock sync.Mutex
	options := manifest.Options{Budgets: func(b fargate.DisruptionBudget) { in.Budgets = append(in.Budgets, b) }}
	selector := kube.ProfileLabel
	if len(validation.IsValidLabelValue(profile)) == 0 { // kubectl takes no other, and no pod has one
		selector += "=" + profile
	}
	group, groupContext := errgroup.WithContext(ctx)
	for what, flags := range map[string][]string{
		"pods": {"-A", "-l", selector},
		"deployments,statefulsets,daemonsets,poddisruptionbudgets": {"-A"},
	} {
		group.Go(func() error {
			return k.Get(groupContext, what, func(r io.Reader) error {
				lock.Lock()
				defer lock.Unlock()
				return manifest.Read("kubectl get "+what, r, options, func(pod kube.Pod) error {
					pod.LineOf = nil
					if pod.Kind == "Pod" {
						in.Pods = append(in.Pods, pod)
					} else {
						in.Workloads = append(in.Workloads, pod)
					}
					return nil
				})
			}, flags...)
		})
	}
	err := group.Wait()
	return in, err
}

// Restart implements lifecycle.Kubernetes.
func (k inhabited) Restart(ctx context.Context, namespace string, o kube.Owner) error {
	return k.Run(ctx, []string{"rollout", "restart"}, objectOf(o), "-n", namespace)
}

// RolledOut implements lifecycle.Kubernetes.
func (k inhabited) RolledOut(
	ctx context.Context, namespace string, o kube.Owner, within time.Duration,
) (bool, error) {
	err := k.Run(ctx, []string{"rollout", "status"}, objectOf(o), "-n", namespace,
		"--timeout="+within.Round(time.Millisecond).String())
	if failure, ok := errors.AsType[*kubectl.Error](err); ok &&
		strings.Contains(failure.Text, "timed out waiting for the condition") {
		return false, nil
	}
	return err == nil, err
}

// objectOf names an owner as kubectl takes it.
func objectOf(o kube.Owner) string { return strings.ToLower(o.Kind) + "/" + o.Name }
