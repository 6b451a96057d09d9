package cli

// This file runs the scripts of testdata/script, which are the specification of the command line: each
// reads like a session in a terminal. Beside testscript's own commands they have
//
//	fgctl ARG...              fgctl itself, with a clock that runs faster
//	fgctl-in-steps ARG...     fgctl with a clock that only passes while it sleeps, a minute for each second
//	exits CODE COMMAND ARG... run a command that must end with this exit code
//	status COMMAND ARG...     for exec and the background: ends its stderr with "exit status CODE"
//	sandbox [WORLD]           start a sandbox, of a world file or the built-in world, for what follows
//	sandbox with MORE         the same, of the built-in world with its top-level keys replaced by a file's
//	clock N                   from here on the sandbox's clock runs N times as fast as the machine's, for worlds in which
//	                          things take an hour: they do, until the script wants them done
//	faults FILE               replace the sandbox's faults by those of a YAML list
//	requests WHAT COUNT       check how many requests there were (see requestCount); <=COUNT for at most
//	requests reset            count from 0 again
//	nothing-sent              short for: requests all 0
//	no-null-list              stdout is JSON in which no list is null
//	kubernetes FILE [CLUSTER] serve pods to kubectl, a line each: KIND NAMESPACE/NAME PODS PROFILE [pinned|Recreate|stuck|broken],
//	                          or PodDisruptionBudget NAMESPACE/NAME MINIMUM APP, or forbidden RESOURCE...
//	pods WHAT ...             check what became of them (see checkPods)
//	await WHAT COUNT          wait until that many requests were answered, for a command in the background

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

// haste is how much faster than the real time fgctl's clock runs in scripts; its polls are a second
// apart and more. The sandbox stays in real time, with short delays.
const haste = 50

// atOnce is how many scripts run side by side unless -parallel says otherwise: they wait more than they
// work, so one for each processor is too few.
const atOnce = "8"

// garbage is GOGC for tests and what they start: much garbage around a small heap, which is not worth collecting.
const garbage = 800

func TestMain(m *testing.M) {
	// Benchmarks measure the program as it is used.
	if !slices.ContainsFunc(os.Args, func(arg string) bool { return strings.HasPrefix(arg, "-test.bench=") }) {
		debug.SetGCPercent(garbage)
		if err := os.Setenv("GOGC", strconv.Itoa(garbage)); err != nil {
			panic(err)
		}
	}
	if err := flag.Set("test.parallel", atOnce); err != nil {
		panic(err)
	}
	fgctl := func(clock lifecycle.Clock) func() {
		return func() { os.Exit(runUntil(Signals(), os.Args[1:], output.System(), clock)) }
	}
	programs := map[string]func(){
		"fgctl": fgctl(fastClock{time.Now()}), "fgctl-in-real-time": fgctl(systemClock{}),
		"fgctl-in-steps": fgctl(&steppedClock{}), "status": status,
	}
	if programs[filepath.Base(os.Args[0])] == nil {
		heedSignals()
		for _, entry := range os.Environ() {
			if key, value, _ := strings.Cut(entry, "="); strings.HasPrefix(key, "FGCTL_") {
				asked[key] = value
				if err := os.Unsetenv(key); err != nil {
					panic(err)
				}
			}
		}
	}
	testscript.Main(m, programs)
}

// heedSignals lets programs that the tests start heed signals that this one was started to ignore, as by nohup or as a
// shell's background job: to ignore is inherited, and tests would wait for ever for what their signal ends.
func heedSignals() {
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTERM} {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
}

// asked holds the variables that choose what the tests do. The environment loses them, since fgctl would warn of
// settings that it does not know.
var asked = map[string]string{}

// Asked returns the value of a variable that chooses what the tests do, for those outside of this package.
func Asked(name string) string { return asked[name] }

// status runs a command, hands signals on to it and prints the status it exits with. Testscript does not
// tell the status of a command in the background.
func status() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s) // it has ended already
		}
	}()
	_ = cmd.Wait() // the status is printed
	_, _ = os.Stderr.WriteString("exit status " + strconv.Itoa(cmd.ProcessState.ExitCode()) + "\n")
}

// fastClock is a clock that runs haste times as fast as the machine's.
type fastClock struct{ start time.Time }

func (c fastClock) Now() time.Time { return c.start.Add(haste * time.Since(c.start)) }

func (c fastClock) Sleep(ctx context.Context, d time.Duration) error {
	return systemClock{}.Sleep(ctx, d/haste)
}

// steppedClock only passes while somebody sleeps: what takes minutes is over after a few looks, on a slow machine too.
type steppedClock struct{ slept atomic.Int64 }

func (c *steppedClock) Now() time.Time { return time.Unix(0, c.slept.Load()) }

func (c *steppedClock) Sleep(ctx context.Context, d time.Duration) error {
	c.slept.Add(int64(60 * d))
	return systemClock{}.Sleep(ctx, d/haste)
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		// FGCTL_UPDATE_SCRIPTS=1 writes what commands print into the golden files; read the difference.
		UpdateScripts:       asked["FGCTL_UPDATE_SCRIPTS"] != "",
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               isolate,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":        exits,
			"sandbox":      startScriptSandbox,
			"clock":        setClock,
			"faults":       setFaults,
			"requests":     checkRequests,
			"nothing-sent": nothingSent,
			"no-null-list": noNullList,
			"await":        awaitRequests,
			"kubernetes":   startKubernetes,
			"pods":         checkPods,
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
	env.Setenv("GOGC", strconv.Itoa(garbage))
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

func nothingSent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: nothing-sent")
	}
	checkRequests(ts, false, []string{"all", "0"})
}

// nullable are the fields of JSON output that hold no list and may be null.
var nullable = []string{"nearest", "capacity", "owner", "running", "pod", "loses", "got", "addLabels", "createdAt"}

func noNullList(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: no-null-list")
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case nil:
			ts.Fatalf("%s is null", path)
		case []any:
			for i, item := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), item)
			}
		case map[string]any:
			for key, value := range v {
				if value != nil || !slices.Contains(nullable, key) {
					walk(path+"."+key, value)
				}
			}
		}
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	walk("", v)
}
