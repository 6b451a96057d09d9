//go:build unix

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/output"
)

// family scripts write the ids of their processes to $IDS, then start the last thing they do.
const (
	// meek ends at SIGTERM and SIGHUP; what it started ignores SIGINT, as shells have it for background jobs.
	meek = `sleep 600 & echo $! >>"$IDS"; echo $$ >>"$IDS"; : >"$IDS.ready"; wait`
	// stubborn ends at no signal that can be ignored.
	stubborn = `trap "" TERM INT HUP; sh -c 'sleep 600; :' & echo $! >>"$IDS"; echo $$ >>"$IDS"; : >"$IDS.ready"; wait; wait`
)

// fastClock is twenty times as fast as the machine's.
type fastClock struct{}

func (fastClock) Now() time.Time { return time.Now() }

func (fastClock) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d / 20):
		return nil
	}
}

// eventually waits for a condition, for a machine under load.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// gone waits until the processes of a file have ended.
func gone(t *testing.T, ids string) {
	t.Helper()
	data, err := os.ReadFile(ids)
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(data))
	if len(fields) != 2 {
		t.Fatalf("%d processes: %q", len(fields), data)
	}
	for _, field := range fields {
		pid, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
		eventually(t, field+" ends", func() bool { return ended(pid) })
	}
}

// ended reports whether a process is no more, or waits only for somebody to take note of it.
func ended(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err != nil || bytes.HasPrefix(bytes.TrimSpace(state), []byte("Z"))
}

// family starts a script as a family of its own, or in this process's group as at a terminal.
func runFamily(t *testing.T, script string, shared bool, ready func(fail func(error))) error {
	t.Helper()
	ids := filepath.Join(t.TempDir(), "ids")
	cmd := exec.Command("sh", "-c", script)
	cmd.Env = append(os.Environ(), "IDS="+ids)
	streams := &output.Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, InTerminal: shared}
	e := env.New(streams, fastClock{}, nil)
	failed := make(chan error, 1)
	done := make(chan error, 1)
	go func() { done <- runChild(context.Background(), e, cmd, failed) }()
	eventually(t, "the script runs", func() bool { _, err := os.Stat(ids + ".ready"); return err == nil })
	ready(func(err error) { failed <- err })
	err := <-done
	gone(t, ids)
	return err
}

// A sandbox that fails ends the command, and fgctl says why; at a terminal, too, where the command is in
// fgctl's own process group, what it has started goes.
func TestSandboxFailureEndsTheFamily(t *testing.T) {
	for _, shared := range []bool{false, true} {
		for _, script := range []string{meek, stubborn} {
			if _, err := exec.LookPath("ps"); err != nil && shared {
				continue
			}
			err := runFamily(t, script, shared, func(fail func(error)) { fail(errors.New("out of sockets")) })
			if err == nil || err.Error() != "the sandbox stopped serving: out of sockets" {
				t.Errorf("shared %t: %v", shared, err)
			}
		}
	}
}
