//go:build unix

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cli/env"
)

// signalBound is how long the end of an interrupted process may take: a second on a quiet machine.
const signalBound = 5 * time.Second

// busyProfiles are profiles whose overlaps take many seconds to find.
func busyProfiles() string {
	var out strings.Builder
	for i := range 100 { // as many as match compares
		fmt.Fprintf(&out, "- name: p%d\n  selectors:\n", i)
		for j := range 5 {
			window := func(k int) string {
				return "'*" + string("ab"[(i+j+k)%2]) + strings.Repeat("?", 5+(3*i+5*j+7*k)%10) + "*'"
			}
			fmt.Fprintf(&out, "  - namespace: '%s*'\n    labels: {'*': %s, '*k': %s, 'k*': %s, '*?': %s, '?*': %s}\n",
				strings.Repeat("ab*?a", 6)[i%5:], window(1), window(2), window(3), window(4), window(5))
		}
	}
	return out.String()
}

// silentEndpoint listens and never answers.
func silentEndpoint(t *testing.T) (endpoint string, asked <-chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	first := make(chan struct{}, 100)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			first <- struct{}{}
		}
	}()
	return "http://" + listener.Addr().String(), first
}

// Wherever it is, the first signal ends fgctl, with exit code 130.
func TestFirstSignalEnds(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fifo := func(name string) string {
		path := filepath.Join(dir, name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pod := file("pod.yaml", "kind: Pod\nmetadata: {name: a}\n")
	busy := file("busy.yaml", busyProfiles())
	plain := file("plain.yaml", "- name: web\n  selectors: [{namespace: web}]\n")
	credentials := file("credentials", "[default]\ncredential_process = sh -c 'sleep 600'\n")
	keys := []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}
	all := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}
	term := all[1:2]
	waiting := []string{"wait", "fargateprofile", "web", "--cluster", "demo", "--for", "active"}
	for _, c := range []struct {
		name    string
		args    []string
		env     []string
		signals []syscall.Signal
		held    bool   // standard input stays open
		asks    bool   // the signal comes after a request
		stderr  string // part of what is said
	}{
		{name: "computing", args: []string{"match", "--overlaps", "--profiles-from", busy}, signals: all},
		{name: "a manifest in a FIFO without a writer", args: []string{"match", "-f", fifo("manifest"), "--profiles-from", plain}, signals: all},
		{name: "profiles in a FIFO without a writer", args: []string{"match", "-f", pod, "--profiles-from", fifo("profiles")}, signals: term},
		{name: "a world in a FIFO without a writer", args: []string{"sandbox", "run", "--world", fifo("world"), "--", "true"}, signals: term},
		{name: "settings in a FIFO without a writer", args: []string{"version"}, env: []string{"FGCTL_SETTINGS=" + fifo("settings")}, signals: term},
		{name: "a kubeconfig in a FIFO without a writer", args: []string{"get", "fargateprofile"}, env: []string{"KUBECONFIG=" + fifo("kubeconfig")}, signals: term},
		{name: "a manifest on standard input", args: []string{"match", "-f", "-", "--profiles-from", plain}, held: true, signals: all},
		{name: "a world on standard input", args: []string{"sandbox", "serve", "--world", "-"}, held: true, signals: term},
		{name: "a config file on standard input", args: []string{"create", "fargateprofile", "-f", "-"}, held: true, signals: term},
		{name: "a silent endpoint", args: []string{"get", "fargateprofile", "--cluster", "demo"}, env: keys, asks: true, signals: term},
		{name: "a silent endpoint while waiting", args: waiting, env: keys, asks: true, stderr: "fgctl " + strings.Join(waiting, " ") + "\n", signals: all},
		{name: "credentials that do not come", args: waiting, env: []string{"AWS_SHARED_CREDENTIALS_FILE=" + credentials}, signals: term},
	} {
		for _, sent := range c.signals {
			t.Run(c.name+", "+sent.String(), func(t *testing.T) {
				t.Parallel()
				// A process that has not come to catching signals dies of it; it is tried again with more time.
				for after := 250 * time.Millisecond; ; after *= 2 {
					endpoint, asked := silentEndpoint(t)
					cmd := exec.CommandContext(t.Context(), "fgctl", c.args...)
					cmd.Env = append([]string{
						"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "GORACE=atexit_sleep_ms=0",
						"AWS_REGION=us-east-1", "AWS_ENDPOINT_URL=" + endpoint, "AWS_EC2_METADATA_DISABLED=true",
					}, c.env...)
					var in io.ReadCloser
					if c.held {
						reader, writer, err := os.Pipe()
						if err != nil {
							t.Fatal(err)
						}
						t.Cleanup(func() { _ = writer.Close() })
						in, cmd.Stdin = reader, reader
					}
					if !c.asks {
						asked = nil
					}
					said, err := interrupted(t, cmd, sent, asked, after)
					if in != nil {
						_ = in.Close()
					}
					var exit *exec.ExitError
					if errors.As(err, &exit) && exit.ExitCode() < 0 && after < signalBound {
						continue
					}
					if exit == nil || exit.ExitCode() != env.ExitInterrupted || !strings.Contains(said, "interrupted") || !strings.Contains(said, c.stderr) {
						t.Errorf("%v\n%s", err, said)
					}
					return
				}
			})
		}
	}
}

// interrupted runs a command and sends it a signal, after it has made a request where asked is not nil, else after
// some time. It returns what the command wrote to standard error.
func interrupted(t *testing.T, cmd *exec.Cmd, sent os.Signal, asked <-chan struct{}, after time.Duration) (string, error) {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr, cmd.WaitDelay = &stderr, time.Second // a credential process may keep standard error open
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if asked != nil {
		<-asked
	} else {
		time.Sleep(after)
	}
	if err := cmd.Process.Signal(sent); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	began := time.Now()
	select {
	case err := <-ended:
		t.Log(time.Since(began).Round(time.Millisecond))
		return stderr.String(), err
	case <-time.After(signalBound):
		_ = cmd.Process.Kill()
		<-ended
		t.Fatalf("it goes on %s after the signal\n%s", signalBound, &stderr)
		return "", nil
	}
}
