package cli

// This file holds match: which profile each pod of a manifest would hit, and why.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/kubecontext"
	"github.com/fgctl/fgctl/pkg/manifest"
)

type matchOptions struct {
	files        []string
	recursive    bool
	namespace    string
	profilesFrom []string
	output       string
}

var matchFormats = []string{"table", "wide", "json", "yaml"}

func newMatchCommand(a *app) *cobra.Command {
	var opts matchOptions
	cmd := &cobra.Command{
		Use:   "match -f FILE",
		Short: "Say which Fargate profile each pod of a manifest would run on, and why",
		Long: `Say which Fargate profile each pod of a manifest would run on, and why: selector by selector, label by
label.

Read are Pods, and the pod templates of Deployment, ReplicaSet, StatefulSet, DaemonSet,
ReplicationController, Job, CronJob and PodTemplate, and Lists of them, as YAML or JSON; other kinds
are skipped. The profiles are those of the cluster, or with --profiles-from those of files: then no
AWS is needed. Only ACTIVE profiles count, and those from files that state no status.

Verdicts:
  matched    exactly one ACTIVE profile takes the pod
  ambiguous  several do; shown are all, the first by name, and the label that settles it
  unmatched  none does; the pod does not run on Fargate
  excluded   the pod is annotated to stay off Fargate

The namespace is the manifest's, else -n, else the kubeconfig context's, else default. Exit code 0 when
every pod is matched, 3 when one is not, 2 when an input is broken or holds no pod. -o json and -o yaml
have a shape that does not change.`,
		Example: `  # Against the profiles of a cluster
  fgctl match --cluster demo -f deployment.yaml

  # Every manifest below a directory, against a file; no AWS is needed
  fgctl match --profiles-from cluster.yaml -f manifests/ -R

  # A chart, before it is installed
  helm template shop ./chart | fgctl match --profiles-from cluster.yaml -n shop -f -

  # The pods of a whole cluster that would not run on Fargate
  kubectl get pods -A -o json | fgctl match --cluster demo -f - -o json |
    jq -r '.pods[] | select(.verdict == "unmatched") | .namespace + "/" + .name'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("the argument %q is not wanted; name manifests with -f: %s -f %s", args[0], cmd.CommandPath(), shellCommand(args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.checkMatch(cmd, &opts); err != nil {
				return err
			}
			return runMatch(cmd.Context(), a, opts)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVarP(&opts.files, "filename", "f", nil, "manifest, directory or pattern; - reads standard input; repeatable")
	flags.BoolVarP(&opts.recursive, "recursive", "R", false, "look into the subdirectories of -f too")
	flags.StringVarP(&opts.namespace, "namespace", "n", "", "namespace of manifests that name none; by default the kubeconfig context's, else default")
	a.addClusterFlag(cmd)
	flags.StringSliceVar(&opts.profilesFrom, "profiles-from", nil,
		"take the profiles from this file instead: a ClusterConfig, the output of fgctl get -o json|yaml, aws eks describe-fargate-profile or terraform show -json, a CloudFormation template, or FargateProfiles of ACK or Crossplane; repeatable")
	flags.StringVarP(&opts.output, "output", "o", "table", "table, wide, json or yaml")
	mustComplete(cmd, "output", completeFixed(matchFormats))
	mustComplete(cmd, "namespace", completeNothing)
	for _, file := range []string{"filename", "profiles-from"} {
		mustComplete(cmd, file, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		})
	}
	return cmd
}

// checkMatch judges what the flags ask for together, all faults at once.
func (a *app) checkMatch(cmd *cobra.Command, opts *matchOptions) error {
	var faults []error
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
		faults = append(faults, fmt.Errorf("--namespace %q is no namespace's name; lower-case letters, digits and - are allowed", ns))
	}
	if err := a.oneOf(cmd, "output", opts.output, matchFormats); err != nil {
		faults = append(faults, err)
	}
	if len(faults) == 0 {
		return nil
	}
	return &usageError{err: errors.Join(faults...), command: cmd.CommandPath()}
}

// runMatch explains pod after pod as they are read. A broken input does not hide the others: what can
// be read is explained, and all faults are reported at the end.
func runMatch(ctx context.Context, a *app, opts matchOptions) error {
	profiles, err := a.matchProfiles(ctx, opts.profilesFrom)
	if err != nil {
		return err
	}
	out := newMatchPrinter(a.streams, opts.output)
	var summary fargate.Summary
	readErr := a.readPods(ctx, opts, func(pod fargate.Pod) error {
		e := fargate.Explain(pod, profiles)
		summary.Add(e.Verdict)
		return out.pod(e)
	})
	var stop *printError
	if errors.As(readErr, &stop) || ctx.Err() != nil {
		return readErr
	}
	if err := out.close(summary); err != nil {
		return err
	}
	switch {
	case readErr != nil:
		return readErr
	case summary.Matched < summary.Pods:
		return &refusedError{} // the output has said why
	}
	return nil
}

// readPods hands over the pods of all manifests. All faults are returned together.
func (a *app) readPods(ctx context.Context, opts matchOptions, yield func(fargate.Pod) error) error {
	namespace := a.defaultNamespace(opts.namespace)
	files, err := manifest.Files(opts.files, opts.recursive)
	var faults, failures []error
	if err != nil {
		faults = append(faults, err)
	}
	// How many pods each name of -f has given, and whether the reason for none is told already.
	pods, told := map[string]int{}, map[string]bool{}
	for _, file := range files {
		err := a.readManifest(ctx, file.Name, namespace, func(pod fargate.Pod) error {
			pods[file.Given]++
			if err := yield(pod); err != nil {
				return &printError{err}
			}
			return nil
		})
		var stop *printError
		var fault *manifest.Error
		var list manifest.Errors
		var path *fs.PathError
		switch {
		case err == nil:
			continue
		case errors.As(err, &stop), ctx.Err() != nil:
			return err
		case errors.As(err, &list), errors.As(err, &fault), errors.As(err, &path):
			faults = append(faults, err)
		default:
			failures = append(failures, err)
		}
		told[file.Given] = true
	}
	for _, file := range files {
		if pods[file.Given] == 0 && !told[file.Given] {
			told[file.Given] = true
			faults = append(faults, noPods(file.Given))
		}
	}
	if len(faults) > 0 {
		return &usageError{err: errors.Join(append(faults, failures...)...)}
	}
	return errors.Join(failures...)
}

// printError is a failure to write what was found; nothing more can be said then.
type printError struct{ err error }

func (e *printError) Error() string { return e.err.Error() }
func (e *printError) Unwrap() error { return e.err }

// noPods is the fault of a name whose files hold no pod.
func noPods(name string) error {
	what := "it"
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		what = "its files"
	}
	if name == "-" {
		name = "standard input"
	}
	return fmt.Errorf("%s: there is no pod in %s; pods, workloads with a pod template, and lists of them are looked for", name, what)
}

// readManifest reads one file.
func (a *app) readManifest(ctx context.Context, name, namespace string, yield func(fargate.Pod) error) error {
	in := a.streams.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, withoutPath(err))
		}
		defer f.Close() //nolint:errcheck // it was only read
		in = f
	}
	return manifest.Read(name, interruptible(ctx, in), manifest.Options{Namespace: namespace}, yield)
}

// withoutPath drops the part of a file error that would repeat the name, and keeps its type.
func withoutPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return &pathError{path}
	}
	return err
}

// pathError says only what is wrong with a file.
type pathError struct{ *fs.PathError }

func (e *pathError) Error() string { return e.Err.Error() }
func (e *pathError) Unwrap() error { return e.PathError }

// defaultNamespace is the namespace of manifests without one. One that kubectl's context gives is
// announced, since it is easily forgotten.
func (a *app) defaultNamespace(flag string) string {
	if flag != "" {
		return flag
	}
	current, err := kubecontext.Current(environment)
	if err != nil {
		a.warn("%v; manifests without a namespace are taken to be in default", err)
	}
	if ns := current.Namespace; ns != "" && ns != "default" {
		a.info("manifests without a namespace are taken to be in %s, from the kubeconfig context %s", ns, current.Name)
		return ns
	}
	return "default"
}

// interruptible lets the end of ctx end a read that waits, as one from a terminal does.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return r
		}
	}
	return &interruptibleReader{ctx: ctx, r: r}
}

type interruptibleReader struct {
	ctx  context.Context //nolint:containedctx // a reader has no other way to be given one
	r    io.Reader
	text string // read and not yet given
	err  error
}

func (r *interruptibleReader) Read(p []byte) (int, error) {
	if r.text == "" && r.err == nil {
		type result struct {
			text string
			err  error
		}
		// The read may outlive this call, so it has its own buffer.
		results := make(chan result, 1)
		go func() {
			buffer := make([]byte, 64<<10)
			n, err := r.r.Read(buffer)
			results <- result{string(buffer[:n]), err}
		}()
		select {
		case <-r.ctx.Done():
			return 0, r.ctx.Err()
		case got := <-results:
			r.text, r.err = got.text, got.err
		}
	}
	if r.text == "" {
		return 0, r.err
	}
	n := copy(p, r.text)
	r.text = strings.TrimPrefix(r.text, r.text[:n])
	return n, nil
}
