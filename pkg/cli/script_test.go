package cli

// This file runs the scripts of testdata/script, which are the specification of the command line: each
// reads like a session in a terminal. Beside testscript's own commands they have
//
//	fgctl ARG...              fgctl itself, with a clock that runs faster
//	exits CODE COMMAND ARG... run a command that must end with this exit code
//	sandbox [WORLD]           start a sandbox, of a world file or the built-in world, for what follows
//	sandbox with MORE         the same, of the built-in world with more top-level keys from a file
//	faults FILE               replace the sandbox's faults by those of a YAML list
//	requests WHAT COUNT       check how many requests there were (see requestCount); <=COUNT for at most
//	requests reset            count from 0 again
//	nothing-sent              short for: requests all 0
//	await WHAT COUNT          wait until that many requests were answered, for a command in the background

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// haste is how much faster than the real time fgctl's clock runs in scripts; its polls are a second
// apart and more. The sandbox stays in real time, with short delays.
const haste = 50

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"fgctl": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		context.AfterFunc(ctx, stop)
		os.Exit(run(ctx, os.Args[1:], output.System(), fastClock{time.Now()}))
	}})
}

// fastClock is a clock that runs haste times as fast as the machine's.
type fastClock struct{ start time.Time }

func (c fastClock) Now() time.Time { return c.start.Add(haste * time.Since(c.start)) }

func (c fastClock) Sleep(ctx context.Context, d time.Duration) error {
	return systemClock{}.Sleep(ctx, d/haste)
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               isolate,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":        exits,
			"sandbox":      startScriptSandbox,
			"faults":       setFaults,
			"requests":     checkRequests,
			"nothing-sent": nothingSent,
			"await":        awaitRequests,
		},
	})
}

// isolate keeps the machine's settings out of a script.
func isolate(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	env.Setenv("HOME", home)
	env.Setenv("USERPROFILE", home)
	env.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
	env.Setenv("KUBECONFIG", filepath.Join(home, "kubeconfig"))
	env.Setenv("AWS_CONFIG_FILE", os.DevNull)
	env.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	env.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector makes every program end a second late
	return os.MkdirAll(home, 0o700)
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d\nstderr:\n%s", code, want, ts.ReadFile("stderr"))
	}
}

// scriptSandboxes holds the sandbox of every running script, by *testscript.TestScript.
var scriptSandboxes sync.Map

// scriptSandbox is a sandbox with its address.
type scriptSandbox struct {
	*sandbox.Server
	url string
}

func sandboxOf(ts *testscript.TestScript) *scriptSandbox {
	s, ok := scriptSandboxes.Load(ts)
	if !ok {
		ts.Fatalf("start a sandbox first")
	}
	return s.(*scriptSandbox)
}

// builtInDelays is the block of the built-in world that scripts replace.
var builtInDelays = regexp.MustCompile(`(?m)^delays:\n(  .*\n)+`)

func startScriptSandbox(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 2 || len(args) == 2 && args[0] != "with" {
		ts.Fatalf("usage: sandbox [WORLD | with MORE]")
	}
	// Short, but long enough for a poll to see the state between.
	const delays = "delays: {create: 60ms, delete: 60ms}\n"
	builtIn := builtInDelays.ReplaceAllString(string(sandbox.DefaultWorldFile()), "")
	world, err := sandbox.ParseWorld([]byte(builtIn + delays))
	ts.Check(err)
	if len(args) == 2 {
		more := ts.ReadFile(args[1])
		if !strings.Contains(more, "delays:") {
			more += delays
		}
		world, err = sandbox.ParseWorld([]byte(builtIn + more))
		ts.Check(err)
	}
	if len(args) == 1 {
		world, err = sandbox.ParseWorld([]byte(ts.ReadFile(args[0])))
		ts.Check(err)
	}
	server, err := sandbox.New(world, sandbox.Options{})
	ts.Check(err)
	web := httptest.NewServer(server)
	ts.Defer(web.Close)
	for _, entry := range sandbox.Env(web.URL, server.World()) {
		key, value, _ := strings.Cut(entry, "=")
		ts.Setenv(key, value)
	}
	scriptSandboxes.Store(ts, &scriptSandbox{server, web.URL})
	ts.Defer(func() { scriptSandboxes.Delete(ts) })
}

func setFaults(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: faults FILE")
	}
	response, err := http.Post(sandboxOf(ts).url+"/_sandbox/faults", "application/yaml", strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	_ = response.Body.Close()
	if response.StatusCode/100 != 2 {
		ts.Fatalf("faults: %s", response.Status)
	}
}

func checkRequests(ts *testscript.TestScript, neg bool, args []string) {
	s := sandboxOf(ts)
	if !neg && len(args) == 1 && args[0] == "reset" {
		s.ResetStats()
		return
	}
	if neg || len(args) != 2 {
		ts.Fatalf("usage: requests reset | requests WHAT COUNT")
	}
	stats := s.Stats()
	got := requestCount(stats, args[0])
	number, most := strings.CutPrefix(args[1], "<=")
	want, err := strconv.Atoi(number)
	ts.Check(err)
	if got != want && (!most || got > want) {
		ts.Fatalf("%s: %d requests, want %s\n%+v", args[0], got, args[1], stats)
	}
}

// requestCount counts all, sequential, at-once (the most in flight), writes, or one service:Operation.
func requestCount(stats sandbox.Stats, what string) int {
	switch what {
	case "all":
		return stats.Requests
	case "sequential":
		return stats.Sequential
	case "at-once":
		return stats.MaxInFlight
	case "writes":
		count := 0
		for operation, n := range stats.Operations {
			_, verb, _ := strings.Cut(operation, ":")
			if !strings.HasPrefix(verb, "Describe") && !strings.HasPrefix(verb, "List") && !strings.HasPrefix(verb, "Get") {
				count += n
			}
		}
		return count
	}
	return stats.Operations[what]
}

func nothingSent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: nothing-sent")
	}
	checkRequests(ts, false, []string{"all", "0"})
}

// awaitRequests looks until the count is reached; a minute is as good as never.
func awaitRequests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await WHAT COUNT")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	s := sandboxOf(ts)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for range 30_000 {
		if requestCount(s.Stats(), args[0]) >= want {
			return
		}
		<-tick.C
	}
	ts.Fatalf("%s: %d requests, waited for %d", args[0], requestCount(s.Stats(), args[0]), want)
}
