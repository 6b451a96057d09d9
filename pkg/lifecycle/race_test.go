package lifecycle

// This file lets several processes of fgctl work on one cluster at once, one request at a time in an order
// that a seed decides, so that every way in which they can meet is tried and can be tried again.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
)

// race lets the processes take turns.
type race struct {
	clock  *fakeClock
	choose *rand.Rand
	events chan event
}

// event is a process that waits for its turn, or one that has ended.
type event struct {
	racer int
	// wake is when a pause ends; zero for a request, which may go at once.
	wake  time.Time
	turn  chan struct{}
	ended bool
}

// run starts the processes and lets them end. The clock passes only when all of them pause.
func (r *race) run(processes ...func()) {
	for i, process := range processes {
		go func() {
			defer func() { r.events <- event{racer: i, ended: true} }()
			process()
		}()
	}
	waiting := map[int]event{}
	for alive := len(processes); ; {
		for len(waiting) < alive {
			if e := <-r.events; e.ended {
				alive--
			} else {
				waiting[e.racer] = e
			}
		}
		if alive == 0 {
			return
		}
		next := r.next(waiting, len(processes))
		delete(waiting, next.racer)
		close(next.turn)
	}
}

// next chooses among those that may go; where all pause, time passes until the first may.
func (r *race) next(waiting map[int]event, all int) event {
	var ready []event
	var soonest time.Time
	for i := range all {
		e, ok := waiting[i]
		switch {
		case !ok:
		case !e.wake.After(r.clock.Now()):
			ready = append(ready, e)
		case soonest.IsZero() || e.wake.Before(soonest):
			soonest = e.wake
		}
	}
	if len(ready) == 0 {
		r.clock.advance(soonest.Sub(r.clock.Now()))
		return r.next(waiting, all)
	}
	return ready[r.choose.IntN(len(ready))]
}

// racer is what one process has of the race: its way to AWS and its clock.
type racer struct {
	*race
	number int
	under  http.RoundTripper
	one    sync.Mutex
}

func (r *racer) await(wake time.Time) {
	turn := make(chan struct{})
	r.events <- event{racer: r.number, wake: wake, turn: turn}
	<-turn
}

// RoundTrip sends one request when it is the process's turn.
func (r *racer) RoundTrip(request *http.Request) (*http.Response, error) {
	r.one.Lock()
	defer r.one.Unlock()
	r.await(time.Time{})
	return r.under.RoundTrip(request)
}

// Now is the time of all.
func (r *racer) Now() time.Time { return r.clock.Now() }

// Sleep lets the others go on.
func (r *racer) Sleep(ctx context.Context, d time.Duration) error {
	r.await(r.clock.Now().Add(d))
	return ctx.Err()
}

// racing starts the sequence's world and runs the commands in it at once. It returns the world and how each
// command ended.
func racing(t *testing.T, s modelSequence, seed uint64, commands ...func(context.Context, *model) error) (*model, []error) {
	t.Helper()
	m := newModel(t, s)
	r := &race{clock: m.clock, choose: rand.New(rand.NewPCG(seed, 0)), events: make(chan event)}
	errs := make([]error, len(commands))
	var processes []func()
	for i, command := range commands {
		one := *m
		lane := &racer{race: r, number: i, under: m.server.Transport()}
		client, err := cloud.New(t.Context(), cloud.Options{Region: "us-east-1", EndpointURL: "http://sandbox", Transport: lane})
		if err != nil {
			t.Fatal(err)
		}
		tokens := 0
		one.client = client
		one.runner = &Runner{EKS: client, Clock: lane, Report: &notes{}, Deadline: m.clock.Now().Add(25 * time.Minute), Token: func() string {
			tokens++
			return fmt.Sprintf("token-%d-%030d", i, tokens)
		}}
		// Half of the second processes begin later, and half of all wait for an answer of their user between
		// looking and acting.
		late := time.Duration(i) * time.Duration(max(0, r.choose.IntN(28)-14)) * time.Second
		one.think = time.Duration(max(0, r.choose.IntN(40)-20)) * time.Second
		processes = append(processes, func() {
			if errs[i] = lane.Sleep(t.Context(), late); errs[i] == nil {
				errs[i] = command(t.Context(), &one)
			}
		})
	}
	r.run(processes...)
	return m, errs
}

// alone runs a command after the race, undisturbed.
func (m *model) alone(run func(context.Context, *model) error) error {
	if err := m.server.SetFaults(); err != nil {
		return err
	}
	return m.process(0, false, run)
}

// bare tells when nothing but the bystanders was ACTIVE; empty for never.
func (m *model) bare() string {
	active := map[string]bool{"web": true}
	for _, c := range m.server.History("demo") {
		if c.Profile == "aaa" || c.Profile == "zzz" {
			continue
		}
		if c.Status == "ACTIVE" {
			active[c.Profile] = true
		} else {
			delete(active, c.Profile)
		}
		if len(active) == 0 {
			return fmt.Sprintf("nothing was ACTIVE at %s, when %s became %q\n%+v", c.At.Format(time.TimeOnly), c.Profile, c.Status, m.server.History("demo"))
		}
	}
	return ""
}

// left are the profiles but for the bystanders, by name, with namespace and status.
func (m *model) left() map[string]string {
	out := map[string]string{}
	for _, p := range m.server.Profiles("demo") {
		if p.Name != "aaa" && p.Name != "zzz" {
			out[p.Name] = p.Selectors[0].Namespace + " " + p.Status
		}
	}
	return out
}
