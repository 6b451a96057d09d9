package cli

// This file reads what match and the plans of delete and replace judge: pods from manifests, files or
// standard input.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/kubecontext"
	"github.com/fgctl/fgctl/pkg/manifest"
)

// podInput says which manifests to read, and the namespace of those that name none.
type podInput struct {
	files     []string
	recursive bool
	// hasRecursive reports whether the command has -R.
	hasRecursive bool
	namespace    string
	// budgets hears of every PodDisruptionBudget; nil for nobody.
	budgets func(fargate.DisruptionBudget)
}

// find returns the files to read; the error is of the names that lead nowhere.
func (in podInput) find() ([]manifest.File, error) {
	files, err := manifest.Files(in.files, in.recursive)
	if errors.Is(err, manifest.ErrNoFiles) && in.hasRecursive && !in.recursive {
		err = fmt.Errorf("%w; -R looks into subdirectories too", err)
	}
	return files, err
}

// readPods hands over the pods of all manifests. All faults are returned together.
func (a *app) readPods(ctx context.Context, in podInput, yield func(fargate.Pod) error) error {
	namespace := a.defaultNamespace(in.namespace)
	files, err := in.find()
	var faults, failures []error
	if err != nil {
		faults = append(faults, err)
	}
	// What each name of -f has given, and whether the reason for nothing is told already.
	found, told, pods, nothing := map[string]bool{}, map[string]bool{}, 0, false
	for _, file := range files {
		options := manifest.Options{Namespace: namespace}
		if in.budgets != nil {
			// A cluster may have no pods, or none left of what is asked for, and its list says so.
			options.EmptyList = func() { found[file.Given], nothing = true, true }
			options.Budgets = func(b fargate.DisruptionBudget) {
				found[file.Given] = true // a file may hold budgets alone, but not the whole input
				in.budgets(b)
			}
		}
		err := a.readManifest(ctx, file.Name, options, func(pod fargate.Pod) error {
			found[file.Given] = true
			pods++
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
	budgetsAlone := pods == 0 && len(told) == 0 && !nothing
	for _, file := range files {
		if !told[file.Given] && (!found[file.Given] || budgetsAlone) {
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
	if name == "-" {
		name = "standard input"
	}
	return fmt.Errorf("%s: found no pods; expected Pods, workloads or Lists of them", name)
}

// readManifest reads one file.
func (a *app) readManifest(ctx context.Context, name string, opts manifest.Options, yield func(fargate.Pod) error) error {
	in := a.streams.In
	a.inputRead = a.inputRead || name == "-"
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, withoutPath(err))
		}
		defer f.Close() //nolint:errcheck // it was only read
		in = f
	}
	return manifest.Read(name, interruptible(ctx, in), opts, yield)
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
