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
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/sandbox"
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
	debug.SetGCPercent(garbage)
	if err := os.Setenv("GOGC", strconv.Itoa(garbage)); err != nil {
		panic(err)
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

// scriptSandboxes holds the sandbox of every running script, by *testscript.TestScript.
var scriptSandboxes sync.Map

// scriptSandbox is a sandbox with its address.
type scriptSandbox struct {
	*sandbox.Server
	url   string
	clock scriptClock

	lock  sync.Mutex
	spans []span
}

// scriptClock runs at the pace that a script asks for: it showed begin at the moment since.
type scriptClock struct {
	lock         sync.Mutex
	begin, since time.Time
	factor       time.Duration
}

func (c *scriptClock) Now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.begin.Add(c.factor * time.Since(c.since))
}

func setClock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: clock N")
	}
	factor, err := strconv.Atoi(args[0])
	ts.Check(err)
	c := &sandboxOf(ts).clock
	now := c.Now()
	c.lock.Lock()
	defer c.lock.Unlock()
	c.begin, c.since, c.factor = now, time.Now(), time.Duration(factor)
}

// span is the time that one request took.
type span struct{ begin, end time.Time }

// ServeHTTP notes when requests begin and end.
func (s *scriptSandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begin := time.Now()
	s.Server.ServeHTTP(w, r)
	s.lock.Lock()
	defer s.lock.Unlock()
	s.spans = append(s.spans, span{begin, time.Now()})
}

// inARow is the longest row of requests each of which began when the one before it had ended: with a
// latency that is the same for all, how many times a user waits for AWS.
func (s *scriptSandbox) inARow() int {
	s.lock.Lock()
	defer s.lock.Unlock()
	count, last := 0, time.Time{}
	for _, next := range slices.SortedFunc(slices.Values(s.spans), func(a, b span) int { return a.end.Compare(b.end) }) {
		if !next.begin.Before(last) {
			count, last = count+1, next.end
		}
	}
	return count
}

func sandboxOf(ts *testscript.TestScript) *scriptSandbox {
	s, ok := scriptSandboxes.Load(ts)
	if !ok {
		ts.Fatalf("start a sandbox first")
	}
	return s.(*scriptSandbox)
}

// topLevelKey begins a block of a world file.
var topLevelKey = regexp.MustCompile(`(?m)^([A-Za-z]+):`)

// overlaid is the built-in world with the top-level blocks of more in the place of its own.
func overlaid(more string) string {
	var out strings.Builder
	key := ""
	for line := range strings.Lines(string(sandbox.DefaultWorldFile())) {
		if begin := topLevelKey.FindStringSubmatch(line); begin != nil {
			key = begin[1]
		}
		if !regexp.MustCompile(`(?m)^` + key + `:`).MatchString(more) {
			out.WriteString(line)
		}
	}
	return out.String() + more
}

func startScriptSandbox(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 2 || len(args) == 2 && args[0] != "with" {
		ts.Fatalf("usage: sandbox [WORLD | with MORE]")
	}
	// Short, but long enough for a poll to see the state between.
	const delays = "delays: {create: 60ms, delete: 60ms}\n"
	var text string
	switch len(args) {
	case 0:
		text = overlaid(delays)
	case 1:
		text = ts.ReadFile(args[0])
	case 2:
		more := ts.ReadFile(args[1])
		if !strings.Contains(more, "delays:") {
			more += delays
		}
		text = overlaid(more)
	}
	world, err := sandbox.ParseWorld([]byte(text))
	ts.Check(err)
	timed := &scriptSandbox{clock: scriptClock{begin: time.Now(), since: time.Now(), factor: 1}}
	server, err := sandbox.New(world, sandbox.Options{Now: timed.clock.Now})
	ts.Check(err)
	timed.Server = server
	web := httptest.NewServer(timed)
	timed.url = web.URL
	ts.Defer(web.Close)
	for _, entry := range sandbox.Env(web.URL, server.World()) {
		key, value, _ := strings.Cut(entry, "=")
		ts.Setenv(key, value)
	}
	scriptSandboxes.Store(ts, timed)
	ts.Defer(func() { scriptSandboxes.Delete(ts) })
}

func setFaults(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: faults FILE")
	}
	request, err := http.NewRequest(http.MethodPost, sandboxOf(ts).url+"/_sandbox/faults", strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	request.Header.Set(sandbox.ControlHeader, "1")
	response, err := http.DefaultClient.Do(request)
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
		s.lock.Lock()
		defer s.lock.Unlock()
		s.spans = nil
		return
	}
	if neg || len(args) != 2 {
		ts.Fatalf("usage: requests reset | requests WHAT COUNT")
	}
	stats := s.Stats()
	got := requestCount(s, args[0])
	number, most := strings.CutPrefix(args[1], "<=")
	want, err := strconv.Atoi(number)
	ts.Check(err)
	if got != want && (!most || got > want) {
		ts.Fatalf("%s: %d requests, want %s\n%+v", args[0], got, args[1], stats)
	}
}

// requestCount counts all, sequential, in-a-row, at-once (the most in flight), writes, or one
// service:Operation.
func requestCount(s *scriptSandbox, what string) int {
	stats := s.Stats()
	switch what {
	case "in-a-row":
		return s.inARow()
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
		if requestCount(s, args[0]) >= want {
			return
		}
		<-tick.C
	}
	ts.Fatalf("%s: %d requests, waited for %d", args[0], requestCount(s, args[0]), want)
}

// scriptClusters holds the Kubernetes API of every running script, by *testscript.TestScript.
var scriptClusters sync.Map

// startKubernetes serves the pods of a file through kubectl. New pods hit the ACTIVE profile of the sandbox that sorts
// first among those whose selectors have their namespace, and pods go with their profile.
func startKubernetes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: kubernetes FILE [CLUSTER]")
	}
	profiles := func() []sandbox.Profile {
		all := sandboxOf(ts).Profiles("demo")
		slices.SortFunc(all, func(a, b sandbox.Profile) int { return strings.Compare(a.Name, b.Name) })
		return slices.DeleteFunc(all, func(p sandbox.Profile) bool { return p.Status != "ACTIVE" })
	}
	api := &kubernetesAPI{
		objects: map[string][]object{},
		place: func(namespace string) string {
			for _, p := range profiles() {
				if slices.ContainsFunc(p.Selectors, func(s sandbox.Selector) bool { return s.Namespace == namespace }) {
					return p.Name
				}
			}
			return ""
		},
		dead: func(name string) bool {
			return !slices.ContainsFunc(profiles(), func(p sandbox.Profile) bool { return p.Name == name })
		},
	}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if word, rest, _ := strings.Cut(strings.TrimSpace(line), " "); word == "forbidden" {
			api.forbidden = strings.Fields(rest)
		} else if word != "" {
			ts.Check(api.populate(line))
		}
	}
	web := httptest.NewServer(api)
	ts.Defer(web.Close)
	cluster := "arn:aws:eks:us-east-1:111122223333:cluster/demo"
	if len(args) > 1 {
		cluster = args[1]
	}
	ts.Check(os.WriteFile(ts.Getenv("KUBECONFIG"), kubeconfigOf(web.URL, cluster), 0o600))
	scriptClusters.Store(ts, api)
	ts.Defer(func() { scriptClusters.Delete(ts) })
}

// checkPods compares what became of pods: restarted NAMES, stopped NAMES, on PROFILE COUNT. Await waits until so many
// restarts were asked for, and unstick lets the rollouts end that were stuck.
func checkPods(ts *testscript.TestScript, neg bool, args []string) {
	found, ok := scriptClusters.Load(ts)
	if !ok || neg || len(args) < 1 {
		ts.Fatalf("usage: kubernetes FILE, then pods restarted|stopped [NAME...] | pods on PROFILE COUNT")
	}
	api := found.(*kubernetesAPI)
	if args[0] == "await" {
		api.await(ts, args[1])
		return
	}
	api.mu.Lock()
	defer api.mu.Unlock()
	api.bury()
	got := ""
	switch args[0] {
	case "unstick":
		api.stuck = nil
		for _, o := range api.objects["deployments"] {
			if status := o["status"].(object); status["updatedReplicas"] == 0 {
				status["updatedReplicas"] = status["replicas"]
				api.move(o)
			}
		}
		return
	case "restarted":
		got = strings.Join(api.restarts, " ")
	case "stopped":
		got = strings.Join(api.stopped, " ")
	case "on":
		n := 0
		for _, o := range api.objects["pods"] {
			if labelsOf(o)[profileLabel] == args[1] {
				n++
			}
		}
		got = fmt.Sprint(args[1], " ", n)
	}
	if want := strings.Join(args[1:], " "); got != want {
		ts.Fatalf("pods %s: %q, want %q", args[0], got, want)
	}
}

// await looks until so many restarts were asked for; a minute is as good as never.
func (a *kubernetesAPI) await(ts *testscript.TestScript, count string) {
	want, err := strconv.Atoi(count)
	ts.Check(err)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 6000 {
		a.mu.Lock()
		n := len(a.restarts)
		a.mu.Unlock()
		if n >= want {
			return
		}
		<-tick.C
	}
	ts.Fatalf("waited for %d restarts", want)
}
