//go:build unix

package cli

// What sandbox run starts ends with it, however that ends.

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// family scripts write the ids of their processes to $IDS, then start the last thing they do.
const (
	// meek ends at SIGTERM and SIGHUP; what it started ignores SIGINT, as shells have it for background jobs.
	meek = `sleep 600 & echo $! >>"$IDS"; echo $$ >>"$IDS"; : >"$IDS.ready"; wait`
	// stubborn ends at no signal that can be ignored.
	stubborn = `trap "" TERM INT HUP; sh -c 'sleep 600; :' & echo $! >>"$IDS"; echo $$ >>"$IDS"; : >"$IDS.ready"; wait; wait`
)

// eventually waits for a condition, for a machine under load.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// left waits until the processes of a file have ended, and returns the first that did not.
func left(t *testing.T, ids string, within time.Duration) string {
	t.Helper()
	data, err := os.ReadFile(ids)
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(data))
	if len(fields) != 2 {
		t.Fatalf("%d processes: %q", len(fields), data)
	}
	end := time.Now().Add(within)
	for _, field := range fields {
		pid, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
		for ; !ended(pid); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				return field
			}
		}
	}
	return ""
}

// ended reports whether a process is no more, or waits only for somebody to take note of it.
func ended(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err != nil || bytes.HasPrefix(bytes.TrimSpace(state), []byte("Z"))
}

// startedFamily starts fgctl with a script and waits until the script runs.
func startedFamily(t *testing.T, program, script string) (cmd *exec.Cmd, ids string) {
	t.Helper()
	ids = filepath.Join(t.TempDir(), "ids")
	cmd = exec.CommandContext(t.Context(), program, "sandbox", "run", "--", "sh", "-c", script)
	cmd.Env = append(os.Environ(), "IDS="+ids, "GORACE=atexit_sleep_ms=0")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the script runs", func() bool { _, err := os.Stat(ids + ".ready"); return err == nil })
	return cmd, ids
}

// Each signal to fgctl ends the command and all that it has started; what ignores the signal is killed.
func TestSandboxRunEndsItsFamily(t *testing.T) {
	for _, c := range []struct {
		name, script string
		sent         syscall.Signal
		status       int // -1: a signal ended fgctl itself
	}{
		{"meek", meek, syscall.SIGTERM, 128 + 15},
		{"meek", meek, syscall.SIGHUP, 128 + 1},
		{"meek", meek, syscall.SIGINT, 128 + 2},
		{"stubborn", stubborn, syscall.SIGTERM, 128 + 9},
		{"stubborn", stubborn, syscall.SIGINT, 128 + 9},
		{"meek", meek, syscall.SIGKILL, -1},
		{"stubborn", stubborn, syscall.SIGKILL, -1},
		{"a crash of fgctl", stubborn, syscall.SIGQUIT, 2}, // as a panic, it ends a Go program at once
	} {
		t.Run(c.name+", "+c.sent.String(), func(t *testing.T) {
			t.Parallel()
			// fgctl tells its guard of the command when that has begun, so the script may be ready a moment earlier; on a
			// machine under load it has been killed in between.
			for tries := 2; ; tries-- {
				cmd, ids := startedFamily(t, "fgctl", c.script)
				if err := cmd.Process.Signal(c.sent); err != nil {
					t.Fatal(err)
				}
				_ = cmd.Wait() // its status is judged
				if got := cmd.ProcessState.ExitCode(); got != c.status {
					t.Errorf("exit %d, want %d", got, c.status)
				}
				stays := left(t, ids, 20*time.Second)
				if stays == "" || tries == 0 {
					if stays != "" {
						t.Errorf("process %s did not end", stays)
					}
					break
				}
			}
		})
	}
}

// What ends by itself is left to itself.
func TestSandboxRunLeavesEndsAlone(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "fgctl", "sandbox", "run", "--", "sh", "-c", "echo done; exit 3").Output()
	var exit *exec.ExitError
	if string(out) != "done\n" || !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("%q, %v", out, err)
	}
}
