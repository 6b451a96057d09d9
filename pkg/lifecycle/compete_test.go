package lifecycle

// This file has fgctl compete: with itself, doing the same or something else, and with somebody who
// re-creates the original or deletes one of the two just when it hurts most.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// meetings is how many orders of requests each pair of processes is run in.
func meetings() uint64 {
	switch os.Getenv("FGCTL_MODEL") {
	case "all":
		return 300
	case "sample":
		return 60
	}
	return 10
}

var requestIDs = regexp.MustCompile(` \(request id [^)]*\)`)

// how tells an error without what differs between two runs.
func how(err error) string { return requestIDs.ReplaceAllString(fmt.Sprint(err), "") }

// modelAWS is the environment of all tests on the model.
func modelAWS(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_MAX_ATTEMPTS": "1", "AWS_RETRY_MODE": "standard", "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CA_BUNDLE": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
	} {
		t.Setenv(name, value)
	}
}

func replacing(keepName bool) modelSequence {
	for _, s := range modelSequences {
		if s.name == map[bool]string{false: "replace", true: "replace, keep-name"}[keepName] {
			return s
		}
	}
	panic("no such sequence")
}

// Two processes do the same replacement: nothing is lost, and it is done in the end, whichever error one of
// them may have ended with.
func TestSameReplacementTwiceAtOnce(t *testing.T) {
	modelAWS(t)
	modes(t, func(t *testing.T, keepName bool) {
		s := replacing(keepName)
		ends := map[string]int{}
		for seed := range meetings() {
			command := asks(map[bool]string{false: "web-2", true: "web-tmp"}[keepName], "web-new", keepName)
			m, errs := racing(t, s, seed, command, command)
			why := fmt.Sprintf("seed %d (%v)", seed, errs)
			for _, err := range errs {
				if ends[how(err)]++; strings.Contains(how(err), "somebody else") {
					t.Fatalf("%s: the same replacement is taken for somebody else's", why)
				}
			}
			if bare := m.bare(); bare != "" {
				t.Fatalf("%s: %s", why, bare)
			}
			if err := m.alone(s.run); err != nil {
				t.Fatalf("%s: run again: %v\n%v", why, err, m.left())
			}
			if m.judge(why, s); t.Failed() {
				t.FailNow()
			}
		}
		for text, n := range ends {
			t.Logf("%d × %s", n, text)
		}
	})
}

// asks is a replacement of web by a successor of that name and namespace, as the command does it; its user thinks about
// the plan for a while.
func asks(name, namespace string, keepName bool) func(context.Context, *model) error {
	w := toBe(namespace, keepName)
	if name == "web-b" {
		w.NewName = name
	}
	return func(ctx context.Context, m *model) error {
		d, err := decided(ctx, m.runner, w)
		if err != nil {
			return err
		}
		if d.Action == decision.Begin {
			d.Wanted.Name = name
		}
		if err := m.runner.Clock.Sleep(ctx, m.think); err != nil {
			return err
		}
		_, err = m.runner.Do(ctx, d, Options{Settle: 2 * time.Second, Wait: true})
		return err
	}
}

// Two processes do different replacements of one profile: nothing is lost, one of them does what it was asked for
// and the other stops, and there is nothing that the first did not want.
func TestDifferentReplacementsAtOnce(t *testing.T) {
	modelAWS(t)
	for _, c := range []struct {
		name string
		a, b func(context.Context, *model) error
		ends [2]string // the names that are left when a, or b, has its way
	}{
		{"one name", asks("web-2", "web-new", false), asks("web-2", "web-other", false), [2]string{"web-2", "web-2"}},
		{"two names", asks("web-2", "web-new", false), asks("web-b", "web-other", false), [2]string{"web-2", "web-b"}},
		{"keep-name twice", asks("web-tmp", "web-new", true), asks("web-tmp", "web-other", true), [2]string{"web", "web"}},
		{"keep-name, two names", asks("web-tmp", "web-new", true), asks("web-tmp2", "web-other", true), [2]string{"web", "web"}},
		{"keep-name against a new one", asks("web-tmp", "web-new", true), asks("web-2", "web-other", false), [2]string{"web", "web-2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := replacing(false)
			ends := map[string]int{}
			for seed := range meetings() {
				m, errs := racing(t, s, seed, c.a, c.b)
				why := fmt.Sprintf("seed %d (%v)", seed, errs)
				for _, err := range errs {
					ends[how(err)]++
					if err != nil && !errors.As(err, new(*decision.Refusal)) {
						t.Fatalf("%s: losing the race is no refusal", why)
					}
				}
				if bare := m.bare(); bare != "" {
					t.Fatalf("%s: %s", why, bare)
				}
				if m.others() != m.bystanders {
					t.Fatalf("%s: profiles of somebody else were touched: %s", why, m.others())
				}
				if (errs[0] == nil) == (errs[1] == nil) {
					t.Fatalf("%s: one is wanted to have its way, and there are %v", why, m.left())
				}
				want := map[string]string{c.ends[0]: "web-new ACTIVE"}
				if errs[1] == nil {
					want = map[string]string{c.ends[1]: "web-other ACTIVE"}
				}
				if left := m.left(); !maps.Equal(left, want) {
					t.Fatalf("%s: left are %v, wanted %v", why, left, want)
				}
			}
			for text, n := range ends {
				t.Logf("%d × %s", n, text)
			}
		})
	}
}

// One process finishes a replacement while another undoes it: one of the two profiles is ACTIVE at every
// instant, and not both are told that theirs is done.
func TestAbortAgainstFinish(t *testing.T) {
	modelAWS(t)
	s := modelSequences[len(modelSequences)-1]
	if s.name != "abort" {
		t.Fatal("the last sequence is not abort")
	}
	ends := map[string]int{}
	for seed := range 2 * meetings() {
		m, errs := racing(t, s, seed, asks("web-2", "web-new", false), s.run)
		why := fmt.Sprintf("seed %d (%v)", seed, errs)
		ends[how(errs[0])+" | "+how(errs[1])]++
		left := m.left()
		switch bare := m.bare(); {
		case bare != "":
			t.Fatalf("%s: %s", why, bare)
		case errs[0] == nil && !maps.Equal(left, map[string]string{"web-2": "web-new ACTIVE"}),
			errs[0] != nil && errs[1] == nil && !maps.Equal(left, map[string]string{"web": "web ACTIVE"}):
			t.Fatalf("%s: left are %v", why, left)
		}
	}
	for text, n := range ends {
		t.Logf("%d × %s", n, text)
	}
}

// Somebody else does something before each request of a replacement in turn.
func TestReplaceAgainstAnActor(t *testing.T) {
	modelAWS(t)
	theirs := []sandbox.Selector{{Namespace: "theirs"}}
	for _, c := range []struct {
		name  string
		actor sandbox.Actor
	}{
		{"the original is re-created", sandbox.Actor{Action: sandbox.ActorRecreate, Name: "web", Selectors: theirs, Tags: map[string]string{"owner": "them"}}},
		{"the original is re-created slowly", sandbox.Actor{Action: sandbox.ActorRecreate, Name: "web", Selectors: theirs, Status: "CREATING", Tags: map[string]string{"owner": "them"}}},
		{"the original goes", sandbox.Actor{Action: sandbox.ActorDelete, Name: "web"}},
		{"the original is going", sandbox.Actor{Action: sandbox.ActorDelete, Name: "web", Status: "DELETING"}},
		{"the successor goes", sandbox.Actor{Action: sandbox.ActorDelete}},
		{"the successor is going", sandbox.Actor{Action: sandbox.ActorDelete, Status: "DELETING"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			modes(t, func(t *testing.T, keepName bool) {
				s := replacing(keepName)
				actor := c.actor
				if actor.Cluster = "demo"; actor.Name == "" {
					actor.Name = map[bool]string{false: "web-2", true: "web-tmp"}[keepName]
				}
				ends := map[string]int{}
				for nth := 1; ; nth++ {
					m := newModel(t, s)
					if err := m.server.SetFaults(sandbox.Fault{Operation: "*", Nth: nth, Kind: sandbox.FaultActor, Actor: &actor}); err != nil {
						t.Fatal(err)
					}
					err := m.process(0, false, s.run)
					if m.server.Stats().Requests < nth {
						break
					}
					ends[how(err)]++
					againstActor(t, m, s, actor, nth, err)
				}
				for text, n := range ends {
					t.Logf("%d × %s", n, text)
				}
			})
		})
	}
}

// looks is how many requests the reading takes with which a replacement begins: a list and three profiles.
const looks = 4

// againstActor judges one replacement with an actor at its nth request.
func againstActor(t *testing.T, m *model, s modelSequence, actor sandbox.Actor, nth int, err error) {
	t.Helper()
	why := fmt.Sprintf("before request %d (%v)", nth, err)
	requests := m.server.Requests()
	number := func(n int) int {
		return slices.IndexFunc(requests, func(r sandbox.Request) bool { return r.Number == n })
	}
	if nth <= looks || strings.Contains(requests[number(nth)].Actor, "did not happen") {
		return // what was there when the command looked is what it replaces
	}
	for n := nth; n < nth+looks && actor.Status == ""; n++ {
		if i := number(n); i >= 0 && requests[i].Operation == "DeleteFargateProfile" {
			// Between the last look at both profiles and the deletion there is no guard: EKS deletes by name.
			// But what takes EKS minutes does not fit in there, and once it has begun EKS refuses.
			return
		}
	}
	left := m.left()
	if actor.Action == sandbox.ActorRecreate {
		for range 3 { // as a script does that tries again, until what is slow has come to its end
			if err != nil {
				err = m.alone(s.run)
				m.clock.advance(2 * time.Second)
				left = m.left()
			}
		}
		if !strings.HasPrefix(left["web"], "theirs") {
			t.Errorf("%s: the profile of somebody else is gone: %v", why, left)
		}
		return
	}
	if bare := m.bare(); strings.Contains(bare, "when "+actor.Name+" became") {
		return // it was the actor who took the last one
	} else if bare != "" {
		t.Errorf("%s: %s", why, bare)
	}
	for range 2 {
		if err == nil {
			break
		}
		err = m.alone(s.run)
	}
	if err != nil {
		t.Errorf("%s: run again: %v; left are %v", why, err, left)
		return
	}
	want := map[string]string{}
	for name, namespace := range s.want {
		want[name] = namespace + " ACTIVE"
	}
	if now := m.left(); !maps.Equal(now, want) {
		t.Errorf("%s: in the end there are %v, wanted %v", why, now, want)
	}
}
