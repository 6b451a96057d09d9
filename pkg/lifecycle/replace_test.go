package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// rerun does what the command does: read, decide, go on from there.
func (b *bench) rerun(ctx context.Context, keepName bool) error {
	return b.do(ctx, toBe("web-new", keepName))
}

func (b *bench) do(ctx context.Context, w decision.Wish) error {
	d, err := decided(ctx, b.Runner, w)
	if err != nil {
		return err
	}
	_, err = b.Do(ctx, d, Options{Settle: b.settle, Wait: true})
	return err
}

// standIn is the name of the profile that is made first.
func standIn(keepName bool) string {
	if keepName {
		return "web-tmp"
	}
	return "web-2"
}

// assertNeverBare fails when at some instant no profile was ACTIVE.
func (b *bench) assertNeverBare(t testing.TB, why string) {
	t.Helper()
	active := map[string]bool{"web": true}
	count := 1
	for _, c := range b.server.History("demo") {
		if is := c.Status == "ACTIVE"; is != active[c.Profile] {
			active[c.Profile] = is
			if is {
				count++
			} else {
				count--
			}
		}
		if count == 0 {
			t.Fatalf("%s: at %s no profile was ACTIVE, when %s became %q\n%+v", why, c.At, c.Profile, c.Status, b.server.History("demo"))
		}
	}
}

func (b *bench) assertReplaced(t testing.TB, why string, keepName bool) {
	t.Helper()
	name := "web-2"
	if keepName {
		name = "web"
	}
	left := b.server.Profiles("demo")
	if len(left) != 1 || left[0].Name != name || left[0].Status != "ACTIVE" || left[0].Selectors[0].Namespace != "web-new" {
		t.Fatalf("%s: left %+v", why, left)
	}
}

func modes(t *testing.T, test func(t *testing.T, keepName bool)) {
	for _, keepName := range []bool{false, true} {
		t.Run(fmt.Sprintf("keep-name=%v", keepName), func(t *testing.T) { test(t, keepName) })
	}
}

func TestReplace(t *testing.T) {
	modes(t, func(t *testing.T, keepName bool) {
		b := newBench(t, withProfiles(existing("web", "ACTIVE", "web")))
		if err := b.rerun(t.Context(), keepName); err != nil {
			t.Fatal(err)
		}
		b.assertNeverBare(t, "undisturbed")
		b.assertReplaced(t, "undisturbed", keepName)
		if err := b.rerun(t.Context(), keepName); err != nil {
			t.Errorf("a second run, with all done: %v", err)
		}
	})
}

// The scheduler has the settle time to learn of the successor before the original is touched.
func TestReplaceSettles(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "ACTIVE", "web")))
	b.settle = 30 * time.Second
	if err := b.rerun(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	var active, deleting time.Time
	for _, c := range b.server.History("demo") {
		switch {
		case c.Profile == "web-2" && c.Status == "ACTIVE":
			active = c.At
		case c.Profile == "web" && c.Status == "DELETING":
			deleting = c.At
		}
	}
	if gap := deleting.Sub(active); gap < 30*time.Second {
		t.Errorf("the original was deleted %s after the successor became ACTIVE", gap)
	}
}

// A fault at every single request: whatever happens there is an ACTIVE profile at every instant, and
// where the run fails, the same command finishes it.
func TestReplaceLosesNothingUnderAnyFault(t *testing.T) {
	kinds := []string{sandbox.FaultThrottle, sandbox.FaultErrorAfter, sandbox.FaultDropAfter}
	modes(t, func(t *testing.T, keepName bool) {
		cases := 0
		// The first successor fails, so that nothing but the sequence guards the original. The model check has
		// the cases in which it does not.
		for _, kind := range kinds {
			cases += faultEverywhere(t, kind, keepName, func(w *sandbox.World) {
				w.FailCreates = []sandbox.Failure{{Profile: standIn(keepName), Times: 1}}
			})
		}
		t.Logf("%d cases", cases)
	})
}

// faultEverywhere runs the replacement with the fault at its first request, at its second and so on, and
// returns the number of runs.
func faultEverywhere(t *testing.T, kind string, keepName bool, world func(*sandbox.World)) (cases int) {
	for nth := 1; ; nth++ {
		b := newBench(t, func(w *sandbox.World) {
			withProfiles(existing("web", "ACTIVE", "web"))(w)
			// Short transitions, so that every request is one that matters.
			w.Delays = sandbox.Delays{Create: 3 * time.Second, Delete: 3 * time.Second}
			world(w)
		})
		if err := b.server.SetFaults(sandbox.Fault{Operation: "*", Kind: kind, Nth: nth}); err != nil {
			t.Fatal(err)
		}
		err := b.rerun(t.Context(), keepName)
		why := fmt.Sprintf("%s at request %d (%v)", kind, nth, err)
		b.assertNeverBare(t, why)
		// The fault may end one run, the failing successor another.
		for again := 2; err != nil && again <= 3; again++ {
			err = b.rerun(t.Context(), keepName)
			b.assertNeverBare(t, fmt.Sprintf("%s, run %d", why, again))
		}
		if err != nil {
			t.Fatalf("%s: the third run fails too: %v", why, err)
		}
		b.assertReplaced(t, why, keepName)
		if cases++; nth > b.server.Stats().Requests {
			return cases
		}
	}
}

// Killed at every single request, after it took effect and before the answer is read: the same command
// finishes what was begun, and while the original lives an abort undoes it.
func TestReplaceResumesAfterAKillAnywhere(t *testing.T) {
	modes(t, func(t *testing.T, keepName bool) {
		for _, abort := range []bool{false, true} {
			cases := 0
			for nth := 1; ; nth++ {
				b := newBench(t, func(w *sandbox.World) {
					withProfiles(existing("web", "ACTIVE", "web"))(w)
					w.Delays = sandbox.Delays{Create: 3 * time.Second, Delete: 3 * time.Second}
				})
				ctx, kill := context.WithCancel(t.Context())
				b.onRequest = func(r sandbox.Request) {
					if r.Number == nth {
						kill()
					}
				}
				err := b.rerun(ctx, keepName)
				kill()
				why := fmt.Sprintf("killed at request %d (%v)", nth, err)
				b.assertNeverBare(t, why)
				if err == nil {
					break
				}
				cases++
				if abort {
					if b.assess(t).CanAbort() {
						if err := b.do(t.Context(), decision.Wish{Name: "web", Abort: true}); err != nil {
							t.Fatalf("%s: abort: %v", why, err)
						}
						b.assertNeverBare(t, why+", aborted")
						if got := b.statuses(); len(got) != 1 || got["web"] != "ACTIVE" {
							t.Fatalf("%s: abort left %v", why, got)
						}
						continue
					}
				}
				if err := b.rerun(t.Context(), keepName); err != nil {
					t.Fatalf("%s: the second run fails: %v", why, err)
				}
				b.assertNeverBare(t, why+", second run")
				b.assertReplaced(t, why, keepName)
			}
			t.Logf("%d cases, abort=%v", cases, abort)
		}
	})
}

func TestReplaceRemovesAFailedSuccessor(t *testing.T) {
	modes(t, func(t *testing.T, keepName bool) {
		b := newBench(t, func(w *sandbox.World) {
			withProfiles(existing("web", "ACTIVE", "web"))(w)
			w.FailCreates = []sandbox.Failure{{Profile: standIn(keepName), Code: "InternalFailure", Message: "bad luck"}}
		})
		err := b.rerun(t.Context(), keepName)
		var failed *decision.Failed
		if !errors.As(err, &failed) || !strings.Contains(err.Error(), "InternalFailure: bad luck") {
			t.Fatalf("got %v", err)
		}
		if got := b.statuses(); len(got) != 1 || got["web"] != "ACTIVE" {
			t.Errorf("left %v", got)
		}
		b.assertNeverBare(t, "failed successor")
	})
}

// With --keep-name the profile under the old name may fail too: the temporary one goes on serving, and
// the same command tries again.
func TestKeepNameSurvivesAFailedRenewal(t *testing.T) {
	b := newBench(t, func(w *sandbox.World) {
		withProfiles(existing("web", "ACTIVE", "web"))(w)
		w.FailCreates = []sandbox.Failure{{Profile: "web", Code: "InternalFailure", Message: "bad luck", Times: 1}}
	})
	err := b.rerun(t.Context(), true)
	if err == nil || !strings.Contains(err.Error(), "temporary profile web-tmp") {
		t.Fatalf("got %v", err)
	}
	b.assertNeverBare(t, "failed renewal")
	if err := b.rerun(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	b.assertNeverBare(t, "second run")
	b.assertReplaced(t, "second run", true)
}

func TestReplaceTouchesNoProfileOfSomebodyElse(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "ACTIVE", "web")))
	b.settle = 30 * time.Second
	original := b.read(t, "web")
	// While the scheduler settles, somebody re-creates the original under its name.
	clock := b.Clock
	b.Clock = sleepHook{clock, func() {
		if got := b.statuses(); got["web-2"] == "ACTIVE" && b.count("DeleteFargateProfile") == 0 {
			if err := b.Delete(t.Context(), original, true); err != nil {
				t.Error(err)
			}
			if _, err := b.Create(t.Context(), checked(wanted("web", "theirs")), true); err != nil {
				t.Error(err)
			}
		}
	}}
	if err := b.rerun(t.Context(), false); err == nil || !strings.Contains(err.Error(), "re-created by somebody else") {
		t.Fatalf("got %v", err)
	}
	if got := b.statuses(); got["web"] != "ACTIVE" || got["web-2"] != "ACTIVE" {
		t.Errorf("left %v", got)
	}
}

func TestReplaceStopsWhereThereIsNothingToReplace(t *testing.T) {
	b := newBench(t, nil)
	if err := b.rerun(t.Context(), false); err == nil || b.count("CreateFargateProfile") > 0 {
		t.Errorf("got %v", err)
	}
	b = newBench(t, func(w *sandbox.World) {
		withProfiles(existing("web", "ACTIVE", "web"))(w)
		w.MissingPermissions = []string{"eks:CreateFargateProfile"}
	})
	if err := b.rerun(t.Context(), false); cloud.ClassOf(err) != cloud.AccessDenied || b.statuses()["web"] != "ACTIVE" {
		t.Errorf("got %v", err)
	}
}

func TestNothingUncheckedIsBegun(t *testing.T) {
	original := wanted("web", "web")
	d := decision.Decision{Situation: decision.Situation{Stage: decision.Fresh, Name: "web", Original: &original}, Action: decision.Begin}
	if _, err := new(Runner).Do(t.Context(), d, Options{}); err == nil {
		t.Error("what nobody has checked is begun")
	}
}
