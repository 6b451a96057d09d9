package why

import (
	"context"
	"fmt"
	"io"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/kubernetes"
	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/manifest"
	"github.com/fgctl/fgctl/pkg/output"
)

// upgradeAnswer is the form of -o json and -o yaml of --upgrade; fields may be added.
type upgradeAnswer struct {
	Target  string            `json:"target"`
	Nodes   int               `json:"nodes"`
	Holders []diagnose.Holder `json:"holders"`
	Unread  []string          `json:"unread"`
	// oldest is the minor version of the oldest kubelet that a cluster of the target takes.
	oldest int
}

// runUpgrade says which Fargate pods keep the cluster from its next version.
func runUpgrade(ctx context.Context, e *env.Env, opts options) error {
	var r reader
	target, err := r.target(ctx, e, opts)
	if err != nil {
		return err
	}
	u := diagnose.Upgrade{Target: target, Kubelets: map[string]string{}}
	if err := r.nodes(ctx, e, opts, &u); err != nil {
		return kubernetes.Unreached(opts.kubectl, err, e.Global.Cluster, e.Global.Region)
	}
	for name, node := range r.evidence.Nodes {
		if node.Fargate {
			u.Kubelets[name] = node.Kubelet
		}
	}
	found := upgradeAnswer{
		Target: fmt.Sprintf("1.%d", target), Nodes: len(u.Kubelets), Holders: u.Holders(),
		Unread: append([]string{}, r.unread...), oldest: target - diagnose.Skew,
	}
	for _, node := range u.Unknown {
		text := fmt.Sprintf("node %s: its kubelet's version %q is none", node, u.Kubelets[node])
		if _, read := u.Kubelets[node]; !read {
			text = fmt.Sprintf("node %s: it has a Fargate pod, and was not read", node)
		}
		found.Unread = append(found.Unread, text)
	}
	for i := range found.Holders {
		found.Holders[i].Command = opts.located(e, nil, found.Holders[i].Command)
	}
	if err := showUpgrade(e, opts.output, found); err != nil {
		return err
	}
	if len(found.Holders) > 0 {
		return &env.RefusedError{} // the output has said which
	}
	if len(found.Unread) > 0 {
		return fmt.Errorf("whether a Fargate pod holds back %s is not known: not all was judged", found.Target)
	}
	return nil
}

// target returns the minor version of --to, else the one after the cluster's.
func (r *reader) target(ctx context.Context, e *env.Env, opts options) (int, error) {
	if opts.to != "" {
		minor, err := diagnose.Minor(opts.to)
		if err != nil {
			return 0, env.Usagef("--to: %w", err)
		}
		return minor, nil
	}
	client, place, err := e.Target(ctx, kubernetes.ContextPlace(e, opts.kubectl))
	if err != nil {
		return 0, fmt.Errorf("the cluster's version is not known; give --to 1.NN\n%w", err)
	}
	if len(opts.files) == 0 {
		if _, err := kubernetes.Reached(opts.kubectl, place.Cluster, client.Region()); err != nil {
			return 0, err
		}
	}
	cluster, err := client.Cluster(ctx, place.Cluster)
	if err != nil {
		return 0, fmt.Errorf("the cluster's version is not known; give --to 1.NN\n%w",
			env.ExplainNotFound(ctx, client, err, place.Cluster, ""))
	}
	minor, err := diagnose.Minor(cluster.Version)
	return minor + 1, err
}

// fargateNodes chooses the nodes of Fargate (EKS User Guide: Fargate's nodes have this label).
const fargateNodes = "eks.amazonaws.com/compute-type=fargate"

// nodes reads nodes, pods and budgets; without any of them there is no answer.
func (r *reader) nodes(ctx context.Context, e *env.Env, opts options, u *diagnose.Upgrade) error {
	options := manifest.Options{
		Budgets: func(b fargate.DisruptionBudget) {
			r.mu.Lock()
			defer r.mu.Unlock()
			u.Budgets = append(u.Budgets, b)
		},
		Others: map[string]func(manifest.Object) error{"Node": r.others()["Node"]},
	}
	add := func(p kube.Pod) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		u.Add(p)
		return nil
	}
	if len(opts.files) > 0 {
		return r.eachFile(ctx, e, opts.files, options, add)
	}
	scope := scopeOf(opts)
	if len(scope) == 0 {
		scope = []string{"-A"}
	}
	group, groupContext := errgroup.WithContext(ctx)
	for what, flags := range map[string][]string{
		"nodes": {"-l", fargateNodes}, "pods": scope, "poddisruptionbudgets": scope,
	} {
		group.Go(func() error {
			return kubernetes.Read(groupContext, opts.kubectl, what, options, add, flags...)
		})
	}
	return group.Wait()
}

// showUpgrade writes who holds the cluster back, with the commands in their order.
func showUpgrade(e *env.Env, format string, found upgradeAnswer) error {
	if done, err := output.Encode(e.Streams.Out, format, found); done {
		return err
	}
	for _, text := range found.Unread {
		e.Warn("not judged: %s", text)
	}
	if len(found.Holders) == 0 && len(found.Unread) > 0 {
		return nil // which is an error
	}
	if len(found.Holders) == 0 {
		_, err := fmt.Fprintf(e.Streams.Out, "No Fargate pod holds back %s (%d Fargate nodes looked at).\n",
			found.Target, found.Nodes)
		return err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "Kubernetes %s wants kubelets of 1.%d or later; make these pods anew, one line after "+
		"another:\n\n",
		found.Target, found.oldest)
	for _, h := range found.Holders {
		text := fmt.Sprintf("%s in namespace %s: %s with kubelet %s",
			h.Owner, h.Namespace, output.Count(len(h.Pods), "pod"), strings.Join(h.Kubelets, ", "))
		if len(h.Budgets) > 0 {
			text += fmt.Sprintf("; budget %s lets %d go now", strings.Join(h.Budgets, ", "), h.Allowed)
		}
		if strings.HasPrefix(h.Owner, "Pod/") {
			text += "; nothing owns it, so apply its manifest again then"
		}
		out.WriteString(output.Clean(text) + "\n    " + output.Clean(h.Command) + "\n")
	}
	_, err := io.WriteString(e.Streams.Out, out.String())
	return err
}
