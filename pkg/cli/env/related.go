package env

// What decides about pods may come behind them, so it is read before: from files by a pass of its own where they hold
// any, from standard input as far as it fits into memory.

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/manifest"
)

// heldInput is how much of standard input is kept for a second pass.
const heldInput = 8 << 20

// related reads the objects that decide about pods, and returns how to open a file after that.
func (e *Env) related(
	ctx context.Context, files []manifest.File, namespace string, into *fargate.Objects,
) func(context.Context, string) (io.ReadCloser, error) {
	var held io.ReadCloser
	options := manifest.Options{Namespace: namespace, Others: manifest.Related(into)}
	read := func(name string, in io.Reader) {
		// What is wrong with it is reported when its pods are read.
		_ = manifest.Read(name, in, options, func(fargate.Pod) error { return ctx.Err() })
	}
	for _, file := range files {
		if file.Name == "-" {
			held = e.hold(ctx, func(text []byte) {
				if hasWord(text) {
					read(file.Name, bytes.NewReader(text))
				}
			})
			continue
		}
		// A pipe can be read only once.
		if info, err := os.Stat(file.Name); err != nil || !info.Mode().IsRegular() || !e.hasRelated(ctx, file.Name) {
			continue
		}
		if in, err := e.Open(ctx, file.Name); err == nil {
			read(file.Name, in)
			_ = in.Close()
		}
	}
	return func(ctx context.Context, name string) (io.ReadCloser, error) {
		if name == "-" && held != nil {
			return held, nil
		}
		return e.Open(ctx, name)
	}
}

// hold reads the beginning of standard input and calls whole with it where that is all. It returns the input from its
// beginning; nil where it could not be opened.
func (e *Env) hold(ctx context.Context, whole func([]byte)) io.ReadCloser {
	in, err := e.Open(ctx, "-")
	if err != nil {
		return nil // which opening it again says
	}
	var text bytes.Buffer
	_, err = io.CopyN(&text, in, heldInput)
	rest := io.Reader(in)
	switch {
	case errors.Is(err, io.EOF):
		whole(text.Bytes())
		rest = bytes.NewReader(nil)
	case err != nil:
		rest = failing{err}
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(&text, rest), in}
}

// failing is an input that cannot be read on.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// hasRelated reports whether a file may hold objects that decide about pods, which looking for their words says faster
// than reading it.
func (e *Env) hasRelated(ctx context.Context, name string) bool {
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
		if hasWord(text) {
			return true
		}
		if err != nil {
			return false
		}
		kept = copy(chunk, text[len(text)-overlap:])
	}
}

// hasWord reports whether a text has one of the words of objects that decide about pods.
func hasWord(text []byte) bool {
	for _, word := range manifest.RelatedWords {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}
