package lifecycle

// This file is the model check: every sequence is killed at every request and disturbed at every request,
// in pairs too, and then run again as the command line would, until it is done. Beside it stands the
// sandbox's history as a second observer: it reports whether anything was lost at any instant.
//
// A plain run takes a few of the cases, FGCTL_MODEL=sample more, as CI does, always the same ones; all takes every
// disturbance, and of the pairs of a kill and a fault what modelSequence.part chooses.

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// modelSequence is something that a user asks for, again and again until it is done.
type modelSequence struct {
	name string
	// profiles are there at the beginning, besides the bystanders.
	profiles []sandbox.Profile
	// world changes the world besides; may be nil.
	world func(*sandbox.World)
	// run does what the command does; done, given that run has succeeded, judges what is left.
	run func(ctx context.Context, m *model) error
	// namespaces are the selectors that are left at the end, one profile each, by its name.
	want map[string]string
	// files, where it is not nil, stands in for want: the namespaces by the names that profiles have in the file.
	files map[string]string
	// covered are namespaces that an ACTIVE profile takes at every instant.
	covered []string
	// guarded reports whether some profile but the bystanders is ACTIVE at every instant.
	guarded bool
	// pods are the owners of pods on web, which are moved before it goes.
	pods []string
	// busy reports whether a profile of somebody else is CREATING at the beginning.
	busy bool
	// every is one in how many pairs FGCTL_MODEL=all runs; 0 is each. The sequence differs from another one in its
	// beginning or end only.
	every int
}

var modelSequences = []modelSequence{
	{
		name: "create", want: map[string]string{"web": "web-new"},
		run: func(ctx context.Context, m *model) error { return m.create(ctx, wanted("web", "web-new")) },
	},
	{
		name: "delete", want: map[string]string{}, profiles: []sandbox.Profile{existing("web", "ACTIVE", "web"), existing("api", "ACTIVE", "api")},
		run: func(ctx context.Context, m *model) error { return m.delete(ctx, true, "web", "api") }, every: 7,
	},
	{
		name: "delete without waiting", want: map[string]string{}, profiles: []sandbox.Profile{existing("web", "ACTIVE", "web"), existing("api", "DELETE_FAILED", "api")},
		run: func(ctx context.Context, m *model) error { return m.delete(ctx, false, "web", "api") }, every: 29,
	},
	{
		name: "replace beside a busy one", want: map[string]string{"web-2": "web-new"}, guarded: true, busy: true, every: 29,
		profiles: []sandbox.Profile{existing("web", "ACTIVE", "web")},
		run:      func(ctx context.Context, m *model) error { return m.replace(ctx, toBe("web-new", false)) },
	},
	{
		name: "finish beside a busy one", want: map[string]string{"web-2": "web-new"}, guarded: true, busy: true, every: 29,
		profiles: []sandbox.Profile{existing("web", "ACTIVE", "web"), begun(existing("web-2", "ACTIVE", "web-new"))},
		run:      func(ctx context.Context, m *model) error { return m.replace(ctx, toBe("web-new", false)) },
	},
	{
		name: "replace", want: map[string]string{"web-2": "web-new"}, guarded: true, profiles: []sandbox.Profile{existing("web", "ACTIVE", "web")},
		run: func(ctx context.Context, m *model) error { return m.replace(ctx, toBe("web-new", false)) },
	},
	{
		name: "replace, keep-name", want: map[string]string{"web": "web-new"}, guarded: true, profiles: []sandbox.Profile{existing("web", "ACTIVE", "web")},
		run: func(ctx context.Context, m *model) error { return m.replace(ctx, toBe("web-new", true)) },
	},
	{
		name: "replace, drained", want: map[string]string{"9-web": "web"}, guarded: true, covered: []string{"web"}, every: 199,
		profiles: []sandbox.Profile{existing("web", "ACTIVE", "web")}, pods: []string{"api", "shop"},
		run: func(ctx context.Context, m *model) error { return m.replace(ctx, drained()) },
	},
	{
		name: "apply, drained", files: map[string]string{"web": "web web-more"}, guarded: true, covered: []string{"web"}, every: 199,
		profiles: []sandbox.Profile{existing("web", "ACTIVE", "web")}, pods: []string{"api", "shop"},
		run: func(ctx context.Context, m *model) error {
			g := goal(decision.PruneApplied, map[string]string{"web": "web web-more"})
			g.Drain = drained().Drain
			return m.apply(ctx, g)
		},
	},
	{
		name: "abort", want: map[string]string{"web": "web"}, guarded: true,
		profiles: []sandbox.Profile{existing("web", "ACTIVE", "web"), begun(existing("web-2", "ACTIVE", "web-new"))},
		run: func(ctx context.Context, m *model) error {
			return m.replace(ctx, decision.Wish{Name: "web", Abort: true})
		},
	},
}

// originalID is the last part of the original's ARN where a replacement has begun already.
const originalID = "11111111-2222-3333-4444-555555555555"

// begun is a successor that an earlier run left behind.
func begun(p sandbox.Profile) sandbox.Profile {
	p.Tags = map[string]string{decision.TagReplaces: "web", decision.TagReplacesID: originalID, decision.TagSpec: "0123456789abcdef"}
	return p
}

// modelCase is one way for a sequence to be disturbed; 0 is nowhere. The fault hits a request of the first
// run, or of the second where that is said.
type modelCase struct {
	kill      int  // the request at which the first run is killed
	answered  bool // the request has had its effect when the run is killed; its answer is lost all the same
	fault     int  // index of modelFaults, from 1
	at        int  // the request that the fault hits
	secondRun bool
}

func (c modelCase) String() string {
	text := ""
	if c.kill > 0 {
		text = fmt.Sprintf("killed at request %d (effect: %v) ", c.kill, c.answered)
	}
	if c.fault > 0 {
		text += fmt.Sprintf("%s at request %d (second run: %v)", modelFaults[c.fault-1].Kind, c.at, c.secondRun)
	}
	return text
}

func TestModel(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "1") // every fault reaches the sequences
	t.Setenv("AWS_RETRY_MODE", "standard")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CA_BUNDLE", "")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	for _, s := range modelSequences {
		t.Run(s.name, func(t *testing.T) {
			undisturbed := checkModel(t, s, modelCase{})
			singles, pairs := modelCases(undisturbed)
			possible := len(pairs)
			switch os.Getenv("FGCTL_MODEL") {
			case "all":
				pairs = s.part(pairs)
			case "sample":
				singles, pairs = sampled(singles, 600), sampled(pairs, 1200)
			default:
				singles, pairs = sampled(singles, 30), sampled(pairs, 20)
			}
			runs := runModel(t, s, slices.Concat(singles, pairs))
			t.Logf("%d requests undisturbed; %d cases of one disturbance and %d of %d pairs of kill and fault: %d runs of the command",
				undisturbed, len(singles), len(pairs), possible, runs)
		})
	}
}

// sampled returns at most n of the cases, always the same ones.
func sampled(cases []modelCase, n int) []modelCase {
	if len(cases) <= n {
		return cases
	}
	out := make([]modelCase, n)
	for i, k := range rand.New(rand.NewPCG(11, 2026)).Perm(len(cases))[:n] {
		out[i] = cases[k]
	}
	return out
}

// part is what FGCTL_MODEL=all runs of the pairs: each, or one in every; of those with an answer that misleads or makes
// no sense, which a single disturbance tells as well, one in 29.
func (s modelSequence) part(pairs []modelCase) []modelCase {
	var out []modelCase
	for i, c := range pairs {
		step := max(s.every, 1)
		if modelFaults[c.fault-1].misleads {
			step *= 29
		}
		if i%step == 0 {
			out = append(out, c)
		}
	}
	return out
}

// modelCases are all disturbances of a sequence of so many requests: each kill, each fault, and each pair.
// A disturbed run takes more requests than an undisturbed one, so faults go beyond, and kills that come after one.
func modelCases(requests int) (singles, pairs []modelCase) {
	last := requests + 4
	pairs = make([]modelCase, 0, 3*len(modelFaults)*last*last) // grown, they would be copied again and again
	for kill := 1; kill <= requests; kill++ {
		for _, answered := range []bool{false, true} {
			singles = append(singles, modelCase{kill: kill, answered: answered})
		}
	}
	for fault := range modelFaults {
		for at := 1; at <= last; at++ {
			singles = append(singles, modelCase{fault: fault + 1, at: at})
		}
	}
	for kill := 1; kill <= last; kill++ {
		for _, answered := range []bool{false, true} {
			for fault := range modelFaults {
				for at := 1; at <= last; at++ {
					if at < kill {
						pairs = append(pairs, modelCase{kill: kill, answered: answered, fault: fault + 1, at: at})
					}
					if kill <= requests {
						pairs = append(pairs, modelCase{kill: kill, answered: answered, fault: fault + 1, at: at, secondRun: true})
					}
				}
			}
		}
	}
	return singles, pairs
}

// runModel runs the cases on all processors and returns the number of runs of the command.
func runModel(t *testing.T, s modelSequence, cases []modelCase) int {
	var next, runs atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for !t.Failed() {
				i := int(next.Add(1)) - 1
				if i >= len(cases) {
					return
				}
				runs.Add(int64(checkModel(t, s, cases[i])))
			}
		})
	}
	group.Wait()
	return int(runs.Load())
}

// modelTries is how often a command is run until it has to be done: a fault may end one run, a successor
// that fails another, and two wait for reads that lag.
const modelTries = 6

// checkModel runs one case and judges it. It returns the number of runs, or of requests where nothing
// disturbs.
func checkModel(t *testing.T, s modelSequence, c modelCase) int {
	m := newModel(t, s)
	why := s.name + ", " + c.String()
	setFault := func() {
		f := modelFaults[c.fault-1].Fault
		f.Operation, f.Nth = "*", c.at
		if f.Kind == sandbox.FaultStale {
			// Reads lag behind every write from there on.
			f.Nth, f.From = 0, c.at
		}
		if err := m.server.SetFaults(f); err != nil {
			t.Fatal(err)
		}
	}
	if c.fault > 0 && !c.secondRun {
		setFault()
	}
	var err error
	runs := 0
	for try := 1; try <= modelTries; try++ {
		if try == 2 && c.secondRun {
			setFault()
		}
		kill := 0
		if try == 1 {
			kill = c.kill
		}
		runs++
		err = m.process(kill, c.answered, s.run)
		if err == nil && !m.killed {
			break
		}
		m.clock.advance(time.Second) // a person types the command again
	}
	if err != nil {
		t.Errorf("%s: it is not done after %d runs: %v", why, runs, err)
		return runs
	}
	looks := 1 + 2 + len(s.profiles) // the list and each profile, bystanders too: what a command begins with
	if c.kill == 0 && c.fault > 0 && modelFaults[c.fault-1].passes && c.at > looks && runs > 1 {
		t.Errorf("%s: a fault that passes ended a sequence that was under way", why)
	}
	m.judge(why, s)
	if c == (modelCase{}) {
		return m.transport.count // those to the cluster, too
	}
	return runs
}

// create does what create does. What failed it refuses, and names the command that removes it.
func (m *model) create(ctx context.Context, p fargate.Profile) error {
	profiles, err := m.client.Profiles(ctx, "demo")
	if err != nil {
		return err
	}
	report := checked(p, profiles...)
	if _, err := decision.DecideCreation(report); err != nil {
		if failed := new(decision.Failed); errors.As(err, &failed) {
			return errors.Join(m.runner.Delete(ctx, failed.Profile, true), errors.New("removed; run create again"))
		}
		return err
	}
	_, err = m.runner.Create(ctx, report, true)
	return err
}

// delete does what delete --ignore-not-found does.
func (m *model) delete(ctx context.Context, wait bool, names ...string) error {
	profiles, err := m.client.Profiles(ctx, "demo")
	if err != nil {
		return err
	}
	found, err := m.runner.Select(ctx, "demo", profiles, names, true)
	if err != nil {
		return err
	}
	var errs []error
	for _, d := range m.runner.DeleteAll(ctx, fargate.DeletionOrder(found.Doomed, nil), wait, func(fargate.Profile) {}) {
		errs = append(errs, d.Err)
		if d.Untried {
			errs = append(errs, errors.New("not tried: "+d.Profile.Name))
		}
		if !wait && d.Err == nil && !d.Untried {
			errs = append(errs, m.runner.WaitDeleted(ctx, "demo", d.Profile.Name, d.Profile.ARN)) // as fgctl wait does
		}
	}
	return errors.Join(errs...)
}

// replace does what replace does.
func (m *model) replace(ctx context.Context, w decision.Wish) error {
	d, err := decided(ctx, m.runner, w)
	if err != nil {
		return err
	}
	_, err = m.runner.Do(ctx, d, Options{Settle: 2 * time.Second, Wait: true})
	return err
}

var _ EKS = (*cloud.Client)(nil)
