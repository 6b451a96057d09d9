package podinput

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/internal/kubecontext"
	"github.com/fgctl/fgctl/pkg/manifest"
)

// Input says which manifests to read, and the namespace of those that name none.
type Input struct {
	Files     []string
	Recursive bool
	// HasRecursive reports whether the command has -R.
	HasRecursive bool
	Namespace    string
	// Exclude are patterns of what is left out of directories.
	Exclude []string
	// Budgets is called for each PodDisruptionBudget; may be nil.
	Budgets func(fargate.DisruptionBudget)
	// Objects is filled with what decides about the pods before any is judged; may be nil.
	Objects *kube.Objects
	// Skipped counts what is not judged; may be nil.
	Skipped *Skipped
}

// Find returns the files to read, and what was left out; the error is of the names that lead nowhere.
func (in Input) Find() ([]manifest.File, *manifest.Left, error) {
	files, left, err := manifest.Find(in.Files, in.Recursive, in.Exclude)
	if errors.Is(err, manifest.ErrNoFiles) && in.HasRecursive && !in.Recursive {
		err = fmt.Errorf("%w; -R looks into subdirectories too", err)
	}
	return files, left, err
}

// Judge judges each pod of the manifests, on several goroutines at once, and calls yield for one after another,
// until it returns an error; see manifest.ReadEach. All faults are returned together.
func Judge[T any](
	ctx context.Context, e *env.Env, in Input, judge func(kube.Pod) T, yield func(kube.Pod, T) error,
) error {
	namespace := defaultNamespace(e, in.Namespace)
	files, left, err := in.Find()
	var faults, failures []error
	if err != nil {
		faults = append(faults, err)
	}
	// What was found for each name of -f, and whether the reason for nothing is reported already.
	found, reported, pods, nothing := map[string]bool{}, map[string]bool{}, 0, false
	var stop error
	open := e.Open
	if in.Objects != nil {
		open = related(ctx, e, files, namespace, in.Objects, found)
	}
	skipped := cmp.Or(in.Skipped, &Skipped{})
	skipped.left = *left
	defer skipped.warn(e)
	for _, file := range files {
		options := manifest.Options{Namespace: namespace, Skipped: skipped.kind}
		if in.Budgets != nil {
			// A cluster may have no pods, or none left of what is asked for, and its list says so.
			options.EmptyList = func() { found[file.Given], nothing = true, true }
			options.Budgets = func(b fargate.DisruptionBudget) {
				found[file.Given] = true // a file may hold budgets alone, but not the whole input
				in.Budgets(b)
			}
		}
		strays := 0
		if file.InDirectory {
			options.NotAManifest = func() { strays++ }
		}
		err := readManifest(ctx, open, file.Name, options, judge, func(pod kube.Pod, judged T) error {
			found[file.Given] = true
			pods++
			stop = yield(pod, judged)
			return stop
		})
		switch {
		case err == nil:
			skipped.stray(strays)
			continue
		case stop != nil, ctx.Err() != nil:
			return err
		case file.InDirectory && skipped.pass(file.Name, err):
			continue
		case isManifestError(err), errors.As(err, new(*fs.PathError)):
			faults = append(faults, err)
		default:
			failures = append(failures, err)
		}
		reported[file.Given] = true
	}
	if in.Recursive && pods == 0 && len(faults)+len(failures) == 0 && skipped.mayHoldPods() {
		return nil // a repository of charts is no broken input; what was left out is the caller's to judge
	}
	noneAtAll := pods == 0 && len(reported) == 0 && !nothing
	for _, file := range files {
		if !reported[file.Given] && (!found[file.Given] || noneAtAll) {
			reported[file.Given] = true
			faults = append(faults, fmt.Errorf("%s: found no pods; expected Pods, workloads or Lists of them",
				document.SourceName(file.Given)))
		}
	}
	if len(faults) > 0 {
		return &env.UsageError{Err: errors.Join(append(faults, failures...)...)}
	}
	return errors.Join(failures...)
}

// isManifestError reports whether an error is about what stands in a manifest.
func isManifestError(err error) bool {
	return errors.As(err, new(*manifest.Error)) || errors.As(err, new(manifest.Errors))
}

// readManifest reads one file.
func readManifest[T any](
	ctx context.Context, open func(context.Context, string) (io.ReadCloser, error), name string, opts manifest.Options,
	judge func(kube.Pod) T, yield func(kube.Pod, T) error,
) error {
	in, err := open(ctx, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer in.Close() //nolint:errcheck // it was only read
	return manifest.ReadEach(name, in, opts, judge, yield)
}

// defaultNamespace is the namespace of manifests without one. One that comes from kubectl's context is
// announced, since it is easily forgotten.
func defaultNamespace(e *env.Env, flag string) string {
	if flag != "" {
		return flag
	}
	current, err := kubecontext.Current(os.Getenv)
	if err != nil {
		e.Warn("%v; manifests without a namespace are taken to be in default", err)
	}
	if ns := current.Namespace; ns != "" && ns != "default" {
		e.Info("manifests without a namespace are taken to be in %s, from the kubeconfig context %s", ns, current.Name)
		return ns
	}
	return "default"
}

// CheckFiles judges whether the files of --pods and --config-file can be read, before anything is.
func CheckFiles(e *env.Env, cmd *cobra.Command, pods []string, configFiles ...string) error {
	var faults []error
	if slices.Contains(configFiles, "-") && slices.Contains(pods, "-") {
		faults = append(faults, env.UsageOf(cmd, "-f - and --pods - both want standard input; give one of them a file"))
	}
	for _, name := range configFiles {
		if name == "" || name == "-" {
			continue
		}
		if _, err := os.Stat(name); err != nil {
			faults = append(faults, e.ConfigFileError(fmt.Errorf("%s: %w", name, env.WithoutPath(err))))
		}
	}
	if _, err := manifest.Files(pods, false); err != nil {
		faults = append(faults, env.Usagef("--pods: %w", err))
	}
	return errors.Join(faults...)
}
