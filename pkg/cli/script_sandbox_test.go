package cli

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

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
	text := ""
	if len(args) > 0 {
		text = ts.ReadFile(args[len(args)-1])
	}
	if !strings.Contains(text, "delays:") {
		text += delays
	}
	if len(args) != 1 {
		text = overlaid(text)
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
