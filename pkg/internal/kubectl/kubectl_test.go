package kubectl_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/internal/kubectl"
)

// script is a kubectl of a few lines of shell.
func script(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "kubectl")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+text), 0o700); err != nil { // it has to run
		t.Fatal(err)
	}
	return name
}

func TestGetRunsKubectlAsAsked(t *testing.T) {
	c := kubectl.Client{Binary: script(t, `echo "$@"`), Context: "prod"}
	var got string
	err := c.Get(t.Context(), "pods", func(r io.Reader) error {
		data, err := io.ReadAll(r)
		got = string(data)
		return err
	}, "-A")
	if want := "get pods -o json -A --context prod\n"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// What kubectl says is the reason, whatever became of its output, and it is known for what it is.
func TestGetSaysWhyThereIsNoAnswer(t *testing.T) {
	t.Setenv(kubectl.Variable, "")
	unreadable := func(r io.Reader) error { _, _ = io.ReadAll(r); return errors.New("unreadable") }
	for _, c := range []struct {
		name, binary, want          string
		forbidden, missing, unknown bool
	}{
		{"forbidden", script(t, `echo 'Error from server (Forbidden): events is forbidden: User "u" cannot list' >&2; exit 1`), "User \"u\" cannot list", true, false, false},
		{
			"no kind", script(t, `echo "error: the server doesn't have a resource type \"x\"" >&2; exit 1`),
			"resource type", false, false, true,
		},
		{"no binary", filepath.Join(t.TempDir(), "kubectl"), "install kubectl", false, true, false},
		{"log lines", script(t, `echo 'E1128 08:48:19.923755 22562 memcache.go:265] "Unhandled Error" err="refused"' >&2; echo refused >&2; exit 1`), "refused", false, false, false},
		{"silent", script(t, "exit 3"), "exit status 3", false, false, false},
		{"talkative", script(t, `yes | head -c 100000 >&2; exit 1`), "y", false, false, false},
	} {
		err := kubectl.Client{Binary: c.binary}.Get(t.Context(), "events", unreadable)
		var failure *kubectl.Error
		if !errors.As(err, &failure) || !strings.Contains(failure.Text, c.want) || len(failure.Text) > 5000 ||
			failure.Forbidden != c.forbidden || failure.Missing != c.missing || failure.Unknown != c.unknown {
			t.Errorf("%s: got %v (%+v)", c.name, err, failure)
		}
	}
	silent := kubectl.Client{Binary: script(t, "exit 0")}
	reads := func(r io.Reader) error { _, err := io.ReadAll(r); return err }
	if err := silent.Get(t.Context(), "pods", reads); err == nil || !strings.Contains(err.Error(), "printed nothing") {
		t.Errorf("without any output: %v", err)
	}
	if err := silent.Get(t.Context(), "pods", reads, "--ignore-not-found"); err != nil {
		t.Errorf("without the object: %v", err)
	}
	if err := (kubectl.Client{Binary: script(t, "echo x")}).Get(t.Context(), "pods", unreadable); err == nil ||
		err.Error() != "unreadable" {
		t.Errorf("got %v, want the reader's error", err)
	}
}

// A kubectl that does not end, ends with the context.
func TestGetEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	begun := make(chan struct{})
	go func() { <-begun; cancel() }()
	began := time.Now()
	err := kubectl.Client{Binary: script(t, "echo x; exec sleep 600")}.Get(ctx, "pods", func(r io.Reader) error {
		_, err := fmt.Fscanln(r, new(string))
		close(begun)
		return err
	})
	if !errors.Is(err, context.Canceled) || time.Since(began) > time.Minute {
		t.Errorf("got %v after %s", err, time.Since(began))
	}
}
