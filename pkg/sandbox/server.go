package sandbox

// This file holds the server: it takes a request apart, tells the services apart as AWS does, lets the
// fault rules interfere, and writes the answer.

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Options are what a server gets from its surroundings. The zero value is fit for use.
type Options struct {
	// Now is the clock of all states, made faster by the world's speed; time.Now when nil.
	Now func() time.Time
	// Sleep waits out latencies, in real time when nil. It does not follow Now, so that a test with a
	// clock of its own still gets requests that overlap.
	Sleep func(context.Context, time.Duration)
	// Log gets a line for every request, one at a time; nil for none.
	Log io.Writer
	// OnRequest is called after each request has had its effect and before its answer is sent, also
	// where the answer is dropped. It runs on the request's goroutine, so several calls may overlap;
	// it may call the server's methods.
	OnRequest func(Request)
}

// Server is a sandbox: an http.Handler that is safe for concurrent use.
type Server struct {
	options  Options
	world    World
	idPrefix string  // of request ids, so that two servers do not share them
	grants   []grant // the statements of the world's policies

	stateLock sync.Mutex
	state     *state

	faultLock sync.Mutex
	rules     []*faultRule
	latencies *mathrand.Rand

	logLock   sync.Mutex
	statsLock sync.Mutex
	stats     Stats
	requests  []Request
	arrivals  int
	inFlight  int
}

// New makes a server of a world; the error is a *WorldError with all that is wrong with it.
func New(world World, options Options) (*Server, error) {
	if err := world.Check(); err != nil {
		return nil, err
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Sleep == nil {
		options.Sleep = sleep
	}
	world = world.withDefaults()
	options.Now = faster(options.Now, world.Speed)
	s := &Server{
		options:   options,
		world:     world,
		latencies: mathrand.New(mathrand.NewPCG(world.Seed, 1)),
		stats:     newStats(),
	}
	if world.Permissions != nil {
		for _, document := range world.Permissions.Policies {
			list, err := grants(document)
			if err != nil {
				return nil, err // Check has read it already
			}
			s.grants = append(s.grants, list...)
		}
	}
	s.state = newState(world.Clone(), options.Now())
	if err := s.SetFaults(world.Faults...); err != nil {
		return nil, err
	}
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	s.idPrefix = hex.EncodeToString(id[:])
	return s, nil
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// World returns a copy of the world that the server was made of, defaults filled in.
func (s *Server) World() World { return s.world.Clone() }

// call is one request, taken apart.
type call struct {
	id        string
	protocol  *protocol
	service   string
	region    string
	operation string
	now       time.Time
	// cluster and profile are what the request is about, empty where it is about something else.
	cluster, profile string
	query            url.Values // the URL's parameters, or the form's for Query services
	resource         string     // the ARN of a tags request
	body             []byte
	run              func(*Server, *call) (any, *refusal)
	outcome          *Failure     // how the transition that the request begins ends, where a fault says so
	past             *snapshot    // what a stale read shows instead of the present
	lists            []*faultRule // what distorts the list that the request reads
}

// refusal is an error answer. Fields are the modelled members of a REST-JSON exception.
type refusal struct {
	Status  int
	Code    string
	Message string
	Fields  map[string]any
}

// reply is a finished answer, kept in memory so that a fault can still change it.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	code    string
	dropped bool
	// reset: a dropped connection ends with a TCP reset.
	reset bool
	// withheld is how much of the promised body is not sent; the connection is cut there.
	withheld int
	// padding is how many spaces stand in the body at padAt, so that a huge one takes no memory.
	padding int64
	padAt   int
}

// protocol is how a service writes its answers and its general errors.
type protocol struct {
	success                          func(*call, any) reply
	failure                          func(*call, *refusal) reply
	throttled, internal, unavailable *refusal
	// expired is for credentials whose time is over.
	expired *refusal
	denied  func(user, action, resource string) *refusal
}

func (c *call) refuse(r *refusal) reply {
	out := c.protocol.failure(c, r)
	out.code = r.Code
	return out
}

// maxBody is the longest request body that is read; AWS's own limits are lower.
const maxBody = 1 << 20

// exchange takes one request to its answer: counts, faults, effect, log.
func (s *Server) exchange(r *http.Request) reply {
	number, sequential := s.begin()
	answer, entry, linger := s.answer(r, number)
	entry.Number, entry.Sequential = number, sequential
	s.logged(entry)
	if s.options.OnRequest != nil {
		s.options.OnRequest(entry)
	}
	s.logLine(entry)
	if linger > 0 {
		s.options.Sleep(r.Context(), linger)
	}
	// The request ends before its answer goes out: a client that has the answer must find it ended.
	s.end()
	return answer
}

func (s *Server) logLine(entry Request) {
	if s.options.Log == nil {
		return
	}
	s.logLock.Lock()
	defer s.logLock.Unlock()
	_, _ = fmt.Fprintln(s.options.Log, entry.line()) // a log that cannot be written stops nothing
}

// line is the entry as the log shows it.
func (r Request) line() string {
	what := r.Service + ":" + r.Operation
	if r.Cluster != "" {
		what += " " + r.Cluster
		if r.Profile != "" {
			what += "/" + r.Profile
		}
	}
	result := fmt.Sprint(r.Status)
	if r.Status == 0 {
		result = "dropped"
	}
	if r.Code != "" && r.Code != r.Fault {
		result += " " + r.Code
	}
	if r.Fault != "" {
		result += " (fault: " + r.Fault + ")"
	}
	if r.Actor != "" {
		result += " (actor: " + r.Actor + ")"
	}
	return fmt.Sprintf("%4d %s %s %s", r.Number, r.Region, what, result)
}

// answer runs one request through faults and effect. The duration is how long the answer lingers.
func (s *Server) answer(r *http.Request, number int) (reply, Request, time.Duration) {
	c, bad := s.parse(r, number)
	s.counted(c)
	struck := s.struck(c)
	// A request that AWS has received takes effect even when its client has gone since.
	s.options.Sleep(context.WithoutCancel(r.Context()), struck.before)

	out, entry := s.effect(c, bad, struck)
	entry.Service, entry.Operation, entry.Region = c.service, clip(c.operation), c.region
	entry.Cluster, entry.Profile, entry.UserAgent = clip(c.cluster), clip(c.profile), clip(r.UserAgent())
	entry.At, entry.Status, entry.Code = c.now, out.status, out.code
	return out, entry, struck.after
}

// effect runs the operation on the state of its instant, with all that a fault makes of it. What others
// do before and after it happens at the same instant, so that no other request comes between.
func (s *Server) effect(c *call, bad *refusal, struck stroke) (reply, Request) {
	s.stateLock.Lock()
	defer s.stateLock.Unlock()
	c.now = s.options.Now()
	s.state.settle(c.now)
	entry := Request{Actor: s.act(c, struck.actors, actorBefore)}
	kinds := struck.kinds
	var out reply
	switch {
	case struck.answer != nil && faultKinds[struck.answer.Kind].stage == stageBefore:
		out = struck.answer.replaced(c, reply{})
	case bad != nil:
		out = c.refuse(bad)
	default:
		if struck.outcome != nil {
			c.outcome = struck.outcome.failure()
		}
		c.lists = struck.lists
		if s.past(c, struck.stale) {
			kinds = append(kinds, FaultStale)
		}
		result, refused := c.run(s, c)
		if refused != nil {
			out = c.refuse(refused)
		} else {
			out = c.protocol.success(c, result)
		}
		if struck.outcome != nil && refused == nil {
			kinds = append(kinds, struck.outcome.Kind)
		}
	}
	if struck.answer != nil && faultKinds[struck.answer.Kind].stage == stageAfter {
		out = struck.answer.replaced(c, out)
	}
	entry.Actor = joined(entry.Actor, s.act(c, struck.actors, actorAfter))
	entry.Fault = strings.Join(kinds, ", ")
	return out, entry
}

// parse takes a request apart. The call is never nil: a request that cannot be understood comes with
// the refusal that says so.
func (s *Server) parse(r *http.Request, number int) (*call, *refusal) {
	c := &call{
		id:       fmt.Sprintf("%s-0000-4000-8000-%012x", s.idPrefix, number),
		protocol: &eksProtocol, service: "unknown", operation: clip(r.Method + " " + r.URL.Path), region: s.world.Region,
	}
	body, err := readBody(r)
	if err != nil {
		return c, &refusal{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLargeException", Message: err.Error()}
	}
	c.body, c.query = body, r.URL.Query()
	service, region, err := credentialScope(r)
	if err != nil {
		// AWS's code and status for a request without a signature; the text is not AWS's.
		return c, &refusal{Status: http.StatusForbidden, Code: "MissingAuthenticationTokenException", Message: err.Error()}
	}
	c.service = clip(service)
	if region != "" {
		c.region = clip(region)
	}
	if service == "eks" {
		return c, c.routeEKS(r)
	}
	return c, c.routeQuery(r)
}

// credentialScope finds service and region in a request's signature (Signature Version 4,
// Credential=KEY/DATE/REGION/SERVICE/aws4_request), in the header or presigned in the URL. The
// signature itself is not checked: every key is good.
func credentialScope(r *http.Request) (service, region string, err error) {
	credential := r.URL.Query().Get("X-Amz-Credential")
	if _, after, found := strings.Cut(r.Header.Get("Authorization"), "Credential="); found {
		credential, _, _ = strings.Cut(after, ",")
	}
	if credential == "" {
		return "", "", errors.New("the request is not signed; the sandbox tells the services apart by the signature's credential scope")
	}
	// An access key may hold slashes, so the scope is read from its end.
	parts := strings.Split(strings.TrimSpace(credential), "/")
	n := len(parts)
	if n < 4 || parts[n-1] != "aws4_request" {
		return "", "", fmt.Errorf("the credential %q is not KEY/DATE/REGION/SERVICE/aws4_request", credential)
	}
	service = strings.ToLower(parts[n-2])
	if n >= 5 {
		region = parts[n-3] // Signature Version 4A names no region
	}
	return service, region, nil
}
