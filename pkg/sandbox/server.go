package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/fault"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/eks"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
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
	// LogJSON makes each line of the log a Request as JSON.
	LogJSON bool
	// AllowHosts are names and addresses, beside those of loopback, that a request's Host may have.
	AllowHosts []string
	// OnRequest is called after each request has had its effect and before its answer is sent, also
	// where the answer is dropped. It runs on the request's goroutine, so several calls may overlap;
	// it may call the server's methods.
	OnRequest func(Request)
}

// Server is a sandbox: an http.Handler that is safe for concurrent use.
type Server struct {
	options  Options
	world    World
	idPrefix string // of request ids, so that two servers do not share them
	rules    *fault.Rules
	counts   counts

	lock    sync.Mutex
	account *account.Account
}

// New returns a server of a copy of the world; the error is a *WorldError with all that is wrong with it.
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
	world = world.WithDefaults()
	options.Now = faster(options.Now, world.Speed)
	s := &Server{options: options, world: world, rules: fault.NewRules(world.Latency, world.Seed)}
	s.counts.reset()
	now := options.Now()
	s.rules.Set(world.Faults, now)
	var err error
	if s.account, err = account.New(world.Clone(), now); err != nil {
		return nil, err
	}
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	s.idPrefix = hex.EncodeToString(id[:]) + "-0000-4000-8000-"
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

// faster returns a clock that goes speed times as fast as now, from this instant on.
func faster(now func() time.Time, speed float64) func() time.Time {
	if speed == 0 || speed == 1 {
		return now
	}
	began := now()
	return func() time.Time { return began.Add(time.Duration(float64(now().Sub(began)) * speed)) }
}

// Now returns the time of the sandbox's clock.
func (s *Server) Now() time.Time { return s.options.Now() }

// World returns a copy of the world that the server was made of, defaults filled in.
func (s *Server) World() World { return s.world.Clone() }

// SetFaults replaces the faults and starts their counts and times anew. The error is a *WorldError.
func (s *Server) SetFaults(faults ...Fault) error {
	if err := s.world.CheckFaults(faults); err != nil {
		return err
	}
	s.rules.Set(faults, s.options.Now())
	return nil
}

// Profiles returns the profiles of a cluster now, in the order of their creation; nil for an unknown cluster. The name
// may be region/name where two regions have a cluster of the same name.
func (s *Server) Profiles(cluster string) []Profile { return s.ProfilesAt(cluster, s.options.Now()) }

// ProfilesAt returns the profiles as they are at an instant not before the last request, if no further request comes.
func (s *Server) ProfilesAt(cluster string, at time.Time) []Profile {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.account.ProfilesAt(cluster, at)
}

// History returns every change of status in a cluster up to now, at least the last 90,000, in the order of time: what
// a test needs to know that something held at every instant.
func (s *Server) History(cluster string) []Change {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.account.Settle(s.options.Now())
	return s.account.History(cluster)
}

// exchange takes one request to its answer: counts, faults, effect, log.
func (s *Server) exchange(r *http.Request) wire.Reply {
	number, sequential := s.counts.begin()
	c, operation, bad := s.parse(r, number)
	s.counts.operation(c.FullName())
	stroke := s.rules.Strike(c, s.options.Now())
	// A request that AWS has received takes effect even when its client has gone since.
	s.options.Sleep(context.WithoutCancel(r.Context()), stroke.Before)

	out, entry := s.effect(c, operation, bad, stroke)
	entry.Number, entry.Sequential = number, sequential
	entry.Service, entry.Operation, entry.Region = c.Service, wire.Clip(c.Operation), c.Region
	entry.Cluster, entry.Profile, entry.UserAgent = wire.Clip(c.Cluster), wire.Clip(c.Profile), wire.Clip(r.UserAgent())
	entry.Status, entry.Code = out.Status, out.Code
	s.counts.answered(entry, s.options)
	if s.options.OnRequest != nil {
		s.options.OnRequest(entry)
	}
	if stroke.After > 0 {
		s.options.Sleep(r.Context(), stroke.After)
	}
	// The request ends before its answer goes out: a client that has the answer must find it ended.
	s.counts.end()
	return out
}

// effect runs the operation on the account at its instant, with all that faults make of it. What others do before and
// after it happens at the same instant, so that no other request comes between.
func (s *Server) effect(
	request *wire.Call, operation *account.Operation, bad *wire.Refusal, stroke *fault.Stroke,
) (wire.Reply, Request) {
	s.lock.Lock()
	defer s.lock.Unlock()
	c := &account.Call{Call: request, Account: s.account, Stroke: stroke, Now: s.options.Now()}
	c.Settle(c.Now)
	if operation != nil && operation.NotFound != nil {
		c.NotFound = func() *wire.Refusal { return operation.NotFound(c) }
	}
	did := eks.Act(c, fault.BeforeRequest)
	out, replaced := stroke.Instead(request)
	switch {
	case replaced:
	case bad != nil:
		out = c.Refuse(bad)
	default:
		if result, refused := operation.Perform(c); refused != nil {
			out = c.Refuse(refused)
		} else {
			out = c.Succeed(result)
		}
	}
	out = stroke.Afterwards(request, out)
	did = append(did, eks.Act(c, fault.AfterRequest)...)
	return out, Request{At: c.Now, Actor: strings.Join(did, "; "), Fault: strings.Join(stroke.Kinds, ", ")}
}
