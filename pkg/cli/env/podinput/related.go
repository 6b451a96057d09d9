package podinput

// What decides about pods may come behind them, so it is read before, by a pass of its own.

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/manifest"
	"github.com/fgctl/fgctl/pkg/output"
)

// related reads the objects that decide about pods, and returns how to open a file after that. Found gets the names of
// -f that have any.
func related(
	ctx context.Context, e *env.Env, files []manifest.File, namespace string, into *kube.Objects, found map[string]bool,
) func(context.Context, string) (io.ReadCloser, error) {
	kept := map[string]io.ReadCloser{}
	for _, file := range files {
		info, err := os.Stat(file.Name)
		regular := file.Name != "-" && err == nil && info.Mode().IsRegular()
		if regular && !hasRelated(ctx, e, file.Name) {
			continue
		}
		in, err := e.Open(ctx, file.Name)
		if err != nil {
			continue // which opening it again says
		}
		var r io.Reader = in
		if !regular {
			again := &replayed{rest: in}
			r, kept[file.Name] = io.TeeReader(in, &again.read), again
		}
		// What is wrong with it is reported when its pods are read.
		own := &kube.Objects{}
		if len(files) == 1 {
			own = into
		}
		options := manifest.Options{Namespace: namespace, Others: manifest.Related(own)}
		for kind, read := range options.Others {
			options.Others[kind] = func(o manifest.Object) error {
				found[file.Given] = true
				return read(o)
			}
		}
		_ = manifest.Read(file.Name, r, options, nil)
		if own != into {
			into.AddFile(file.Name, own)
		}
		if regular {
			_ = in.Close() // it was only read
		}
	}
	return func(ctx context.Context, name string) (io.ReadCloser, error) {
		if in := kept[name]; in != nil {
			return in, nil
		}
		return e.Open(ctx, name)
	}
}

// replayed is an input that can be read once, such as a pipe, from its beginning: what was read of it, and the rest.
type replayed struct {
	read output.Spool
	rest io.ReadCloser
	from io.Reader
}

func (r *replayed) Read(p []byte) (int, error) {
	if r.from == nil {
		again, err := r.read.Reader()
		if err != nil {
			// Not wrapped: it is the machine's fault, and no path of the input.
			return 0, errors.New("it cannot be kept for a second pass: " + err.Error() + "; name a file instead")
		}
		r.from = io.MultiReader(again, r.rest)
	}
	return r.from.Read(p)
}

func (r *replayed) Close() error { return errors.Join(r.read.Close(), r.rest.Close()) }

// hasRelated reports whether a file may hold objects that decide about pods, which looking for their words says faster
// than reading it.
func hasRelated(ctx context.Context, e *env.Env, name string) bool {
	in, err := e.Open(ctx, name)
	if err != nil {
		return false
	}
	defer in.Close() //nolint:errcheck // it was only read
	const overlap = 32
	chunk, kept := make([]byte, 256<<10), 0
	for {
		n, err := io.ReadFull(in, chunk[kept:])
		text := chunk[:kept+n]
		if manifest.MayRelate(text) {
			return true
		}
		if err != nil {
			return false
		}
		kept = copy(chunk, text[len(text)-overlap:])
	}
}
