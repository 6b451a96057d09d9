// Package kubectl works on a cluster through the user's own kubectl: its binary, its context and its credentials. Get
// reads; Run runs what changes something. Start reading at Client.Get.
package kubectl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Variable names the environment variable with the path of kubectl.
const Variable = "KUBECTL"

// Client runs kubectl. The zero value runs the one that is found, with the current context.
type Client struct {
	// Binary is the path of kubectl; empty for that of the variable KUBECTL, else the one of PATH.
	Binary string
	// Context is a context of the kubeconfig, empty for the current one.
	Context string
}

// Error says why kubectl did not answer.
type Error struct {
	// What is what was asked for, such as get events.
	What string
	// Text is what kubectl said, or why it could not be run.
	Text string
	// Forbidden reports whether the cluster refused it; Missing, whether there is no kubectl; Unknown, whether the
	// cluster does not have such a kind.
	Forbidden, Missing, Unknown bool
	err                         error
}

// Error names what was asked for and why there is no answer.
func (e *Error) Error() string {
	if e.Missing {
		return e.Text
	}
	return fmt.Sprintf("kubectl %s: %s", e.What, e.Text)
}

// Unwrap returns the error of running kubectl.
func (e *Error) Unwrap() error { return e.err }

const (
	// mostSaid is how much of what kubectl writes to standard error is kept.
	mostSaid = 4 << 10
	// grace is how long kubectl may take to end once it is interrupted.
	grace = 500 * time.Millisecond
)

// Get asks for a kind of objects as JSON and calls read with the answer while it comes. An error of read is returned as
// it is, except where kubectl has failed: its own reason is the better one.
func (c Client) Get(ctx context.Context, what string, read func(io.Reader) error, flags ...string) error {
	printed := &counted{}
	err := c.run(ctx, "get "+what, func(in io.Reader) error {
		printed.Reader = in
		return read(printed)
	}, append([]string{"get", what, "-o", "json"}, flags...))
	if err == nil && printed.n == 0 && !slices.Contains(flags, "--ignore-not-found") {
		return &Error{What: "get " + what, Text: "it printed nothing, not even an empty list"}
	}
	return err
}

// counted counts what is read.
type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// Run runs a command of kubectl on an object, such as rollout restart on deployment/shop. What it prints is not kept.
func (c Client) Run(ctx context.Context, command []string, object string, flags ...string) error {
	what := strings.Join(append(command, object), " ")
	return c.run(ctx, what, func(io.Reader) error { return nil }, slices.Concat(command, []string{object}, flags))
}

func (c Client) run(ctx context.Context, what string, read func(io.Reader) error, args []string) error {
	binary := c.Binary
	if binary == "" {
		binary = os.Getenv(Variable)
	}
	if binary == "" {
		binary = "kubectl"
	}
	if c.Context != "" {
		args = append(args, "--context", c.Context)
	}
	cmd := exec.CommandContext(ctx, binary, args...) //nolint:gosec // the user's own kubectl
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = grace
	said := &limited{most: mostSaid}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		text := "kubectl cannot be run: " + err.Error()
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
			text = fmt.Sprintf("there is no %s; install kubectl, or name it by the variable %s", binary, Variable)
		}
		return &Error{What: what, Text: text, Missing: true, err: err}
	}
	readErr := read(out)
	_, _ = io.Copy(io.Discard, out) // so that kubectl is not stopped by a full pipe
	err = cmd.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		text := strings.TrimSpace(logLine().ReplaceAllString(said.String(), ""))
		if text == "" {
			text = err.Error()
		}
		return &Error{
			What: what, Text: text, err: err,
			Forbidden: strings.Contains(text, "(Forbidden)"),
			Unknown:   strings.Contains(text, "the server doesn't have a resource type"),
		}
	}
	return readErr
}

// logLine is a line of kubectl's own log, which repeats a failure for each try (klog's header).
var logLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[EWI]\d{4} \d\d:.*\n?`) })

// limited keeps the beginning of what is written to it.
type limited struct {
	mu   sync.Mutex
	most int
	buf  bytes.Buffer
}

func (l *limited) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Write(p[:min(len(p), l.most-l.buf.Len())])
	return len(p), nil
}

func (l *limited) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
