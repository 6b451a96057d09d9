//go:build unix

package cli

// This file puts processes of fgctl before endpoints that are none of AWS: silent, endless, beside the point. What
// they are not asked for goes to a sandbox, so that each command gets as far as the misconduct lets it.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// hostileCommands are those that talk to AWS.
var hostileCommands = map[string][]string{
	"create":  {"create", "fargateprofile", "new", "--namespace", "new"},
	"get":     {"get", "fargateprofile"},
	"delete":  {"delete", "fargateprofile", "web", "--yes"},
	"replace": {"replace", "fargateprofile", "web", "--namespace", "other", "--yes", "--settle", "0s"},
	"wait":    {"wait", "fargateprofile", "web", "--for", "deleted"},
	"match":   {"match", "-f", "pod.yaml"},
}

// hostileAttempts is how often the SDK sends a request whose answer makes no sense.
const hostileAttempts = 2

// misconduct is one way to be no AWS.
type misconduct struct {
	name   string
	answer http.HandlerFunc
	// on says which requests it is for; nil for all.
	on func(*http.Request) bool
	// commands are those that meet it; nil for all.
	commands []string
	// timeUp says that fgctl has to wait for its time to be up (exit 4); otherwise it ends with exit 1 before that.
	timeUp bool
	// words are a regular expression of what fgctl says.
	words string
	// changes is how many requests that change something are sent, each as often as the client sends it.
	changes int
}

// Methods of the requests that change profiles, and the lists of pages.
func changing(r *http.Request) bool {
	return r.Method == http.MethodDelete || r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/fargate-profiles")
}

func listing(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/fargate-profiles")
}

// misconducts are all of them; elsewhere is the address that redirects point to.
func misconducts(elsewhere string) []misconduct {
	const operation = `(eks|ec2|iam):[A-Z][A-Za-z]+`
	senseless := operation + ": the endpoint's answer makes no sense: "
	say := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
	}
	readers := []string{"create", "get", "delete", "replace", "match"}
	timeUp := "timed out after 1s waiting for " + operation + ` of http://127\.0\.0\.1:[0-9]+`
	out := []misconduct{
		{name: "silence", answer: neverAnswer, timeUp: true, words: timeUp},
		{name: "half a header", answer: halfHeader, timeUp: true, words: timeUp},
		{name: "a trickle", answer: trickle, timeUp: true, words: timeUp},
		{name: "Retry-After", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, timeUp: true, words: timeUp + `.* \(before that: HTTP 503`},
		{name: "an empty object", answer: say("{}"), words: senseless + "HTTP 200, but it lacks "},
		{name: "no content", answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, words: senseless + "HTTP 204, but it lacks "},
		{name: "HTML", answer: say("<html><body>Sign in</body></html>"), words: senseless + "HTTP 200, but it "},
		{name: "a token twice", on: listing, commands: readers, answer: say(`{"fargateProfileNames":[],"nextToken":"again"}`), words: senseless + "the same page token came twice"},
		{name: "ever new tokens", on: listing, commands: []string{"get", "delete"}, answer: func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Query().Get("nextToken"))
			_, _ = fmt.Fprintf(w, `{"fargateProfileNames":[],"nextToken":"%d"}`, n+1)
		}, words: senseless + "there are more than 1000 pages"},
		{name: "a gigabyte", on: func(r *http.Request) bool { return r.Method == http.MethodGet }, answer: gigabyte, words: senseless + "HTTP 200, but it is longer than 1 MiB"},
		{name: "silence after a change", on: changing, commands: []string{"create", "delete", "replace"}, answer: neverAnswer, timeUp: true, words: "timed out", changes: 1},
		{name: "an empty object after a change", on: changing, commands: []string{"create", "delete", "replace"}, answer: say("{}"), words: senseless, changes: 3},
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		redirect := misconduct{
			name: fmt.Sprintf("redirect %d", status), words: senseless + fmt.Sprintf("HTTP %d, but it points to 127", status),
			answer: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere+r.URL.Path, status) },
		}
		if status != http.StatusTemporaryRedirect {
			redirect.commands = []string{"get"}
		}
		afterChange := redirect
		afterChange.name, afterChange.on, afterChange.changes = redirect.name+" after a change", changing, 3
		afterChange.commands = []string{"create", "delete"}
		out = append(out, redirect, afterChange)
	}
	return out
}

func neverAnswer(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func halfHeader(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer connection.Close()
	_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Ty")
	_, _ = io.Copy(io.Discard, connection) // until the client is gone
}

func trickle(w http.ResponseWriter, r *http.Request) {
	for ticks := time.NewTicker(50 * time.Millisecond); ; {
		_, _ = io.WriteString(w, " ")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-ticks.C:
		case <-r.Context().Done():
			return
		}
	}
}

func gigabyte(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"x":"`)
	block := bytes.Repeat([]byte("x"), 1<<20)
	for range 1 << 10 {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// Whatever an endpoint does, fgctl ends in time, with the exit code of a failure, the operation named, little memory
// and no request to anybody else; and it claims nothing.
func TestHostileEndpoints(t *testing.T) {
	t.Parallel()
	var strays sync.Map
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { strays.Store(r.Method+" "+r.URL.Path, true) }))
	t.Cleanup(elsewhere.Close)
	var group errgroup.Group
	group.SetLimit(16) // they wait more than they work
	for _, m := range misconducts(elsewhere.URL) {
		for name, args := range hostileCommands {
			if m.commands != nil && !slices.Contains(m.commands, name) {
				continue
			}
			group.Go(func() error {
				t.Run(m.name+"/"+name, func(t *testing.T) { m.check(t, args) })
				return nil
			})
		}
	}
	_ = group.Wait() // every case tells for itself
	strays.Range(func(request, _ any) bool {
		t.Errorf("%s was sent to the address that an answer pointed to", request)
		return true
	})
}

// A pipe that nobody writes to is left when the time is up.
func TestTimeoutAtAPipe(t *testing.T) {
	t.Parallel()
	cmd, _, stderr := hostileProcess(t, "http://127.0.0.1:1", []string{"match", "-f", "pipe", "--profiles-from", "pipe", "--timeout", "1s"})
	if err := syscall.Mkfifo(filepath.Join(cmd.Dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	_ = cmd.Run() // its exit code is looked at
	if took := time.Since(begin); cmd.ProcessState.ExitCode() != env.ExitTimeout || took > 10*time.Second ||
		!strings.Contains(stderr.String(), "timed out after 1s; --timeout allows more time") {
		t.Errorf("exit %d after %s:\n%s", cmd.ProcessState.ExitCode(), took, stderr)
	}
}

// check runs a command before the endpoint.
func (m misconduct) check(t *testing.T, args []string) {
	server, err := sandbox.New(oneProfile(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var lock sync.Mutex
	var first time.Time
	var changes []string
	met := false // what is wrong with the endpoint
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		lock.Lock()
		if first.IsZero() {
			first = time.Now()
		}
		if changing(r) {
			changes = append(changes, string(body))
		}
		wrong := m.on == nil || m.on(r)
		met = met || wrong
		lock.Unlock()
		if wrong {
			m.answer(w, r)
		} else {
			server.ServeHTTP(w, r)
		}
	}))
	defer endpoint.Close()
	timeout, code, attempts := time.Minute, env.ExitFailed, hostileAttempts
	if m.timeUp {
		timeout, code, attempts = time.Second, env.ExitTimeout, 100 // not to give up before
	}
	var cmd *exec.Cmd
	var stdout, stderr *bytes.Buffer
	for ; ; timeout *= 4 { // on a busy machine a second may be over before anything is sent
		cmd, stdout, stderr = hostileProcess(t, endpoint.URL, append(args, "--cluster", "demo", "--timeout", timeout.String()))
		cmd.Env = append(cmd.Env, fmt.Sprintf("AWS_MAX_ATTEMPTS=%d", attempts))
		if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
			t.Fatal(err)
		}
		lock.Lock()
		over := met || timeout >= time.Minute
		if !over {
			first, changes = time.Time{}, nil
		}
		lock.Unlock()
		if over {
			break
		}
	}
	took := time.Since(first)
	if got := cmd.ProcessState.ExitCode(); got != code || !regexp.MustCompile(strings.ReplaceAll(m.words, "after 1s", "after "+timeout.String())).MatchString(stderr.String()) || stdout.Len() > 0 {
		t.Errorf("exit %d, want %d; want %q in\n%s%s", got, code, m.words, stderr, stdout)
	}
	if took > timeout+20*time.Second { // less than a minute, after which a server asks to be tried again
		t.Errorf("fgctl took %s with --timeout %s", took, timeout)
	}
	var own syscall.Rusage // Linux counts what the parent had when it started the process
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &own)
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok && runtime.GOOS == "linux" && usage.Maxrss > max(150<<10, own.Maxrss) {
		t.Errorf("fgctl took %d KiB of memory", usage.Maxrss)
	}
	want := m.changes
	if args[0] != "delete" {
		want *= hostileAttempts // a creation has a token, so that the client may send it again
	}
	if len(changes) != want && (!m.timeUp || len(changes) == 0 || want == 0) {
		t.Errorf("%d requests to change something, want %d: %q", len(changes), want, changes)
	}
	for _, body := range changes {
		if token(body) != token(changes[0]) {
			t.Errorf("a creation was repeated with another token: %q", changes)
		}
	}
	if p := server.Profiles("demo"); len(p) != 1 || p[0].Name != "web" || p[0].Status != "ACTIVE" {
		t.Errorf("the profiles are %+v", p)
	}
}

// token is the clientRequestToken of a creation.
func token(body string) string {
	var in struct{ ClientRequestToken string }
	_ = json.Unmarshal([]byte(body), &in) // a deletion has none
	return in.ClientRequestToken
}

// hostileProcess makes a process of fgctl, with the machine's clock.
func hostileProcess(t *testing.T, endpoint string, args []string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: web}\nspec: {containers: [{name: a, image: a}]}\n"
	if err := os.WriteFile(filepath.Join(dir, "pod.yaml"), []byte(pod), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	cmd = exec.CommandContext(ctx, "fgctl-in-real-time", args...)
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GORACE=atexit_sleep_ms=0", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=test", "AWS_ENDPOINT_URL=" + endpoint,
		"AWS_RETRY_MODE=standard",
	}
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return cmd, stdout, stderr
}
