package env

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// MaxProfileFile is the greatest size of a file with profiles; a cluster has ten of them.
const MaxProfileFile = 64 << 20

// Open opens a file, or standard input where it is named -. A read of it ends with ctx.
func (e *Env) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(interruptible(ctx, e.input.file())), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, WithoutPath(err)
	}
	return struct {
		io.Reader
		io.Closer
	}{interruptible(ctx, f), f}, nil
}

// ReadAll reads a file of at most so many bytes, or standard input where it is named -. Its error does not name the
// file, unless ctx has ended: it is the context's then.
func (e *Env) ReadAll(ctx context.Context, name string, most int64) ([]byte, error) {
	in, err := e.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer in.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(in, most+1))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, WithoutPath(err)
	case int64(len(data)) > most:
		return nil, fmt.Errorf("it is larger than %d MiB", most>>20)
	}
	return data, nil
}

// WithoutPath drops the part of a file error that would repeat the name, and keeps its type.
func WithoutPath(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return &pathError{path}
	}
	return err
}

// pathError says only what is wrong with a file.
type pathError struct{ *fs.PathError }

func (e *pathError) Error() string { return e.Err.Error() }
func (e *pathError) Unwrap() error { return e.PathError }

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
	text string // read and not yet returned
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
