package lifecycle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// rival is somebody else at the cluster while a file is applied.
type rival struct {
	name string
	// actor is what they do to a profile that is replaced, its successor, and one that is made; nil where the file has no
	// such one.
	actor func(original fargate.Profile, successor, made string) *sandbox.Actor
	// takes reports whether they take profiles away, so that a gap may be theirs.
	takes bool
}

var (
	theirs     = []sandbox.Selector{{Namespace: "theirs"}}
	theirOwner = map[string]string{"owner": "them"}
)

func rivals() []rival {
	on := func(a sandbox.Actor) *sandbox.Actor {
		if a.Cluster = "demo"; a.Name == "" {
			return nil
		}
		return &a
	}
	created := func(name string, selectors []sandbox.Selector, tags map[string]string) *sandbox.Actor {
		return on(sandbox.Actor{
			Action: sandbox.ActorCreate, Name: name, Selectors: selectors, Tags: tags, Role: goodRole, Subnets: []string{privateA, privateB},
		})
	}
	return []rival{
		{"deletes the original", func(o fargate.Profile, _, _ string) *sandbox.Actor {
			return on(sandbox.Actor{Action: sandbox.ActorDelete, Name: o.Name})
		}, true},
		{"is deleting the original", func(o fargate.Profile, _, _ string) *sandbox.Actor {
			return on(sandbox.Actor{Action: sandbox.ActorDelete, Name: o.Name, Status: "DELETING"})
		}, true},
		{"deletes the successor", func(_ fargate.Profile, s, _ string) *sandbox.Actor {
			return on(sandbox.Actor{Action: sandbox.ActorDelete, Name: s})
		}, true},
		{"deletes what is made", func(_ fargate.Profile, _, m string) *sandbox.Actor {
			return on(sandbox.Actor{Action: sandbox.ActorDelete, Name: m})
		}, true},
		{"makes one of the successor's name", func(_ fargate.Profile, s, _ string) *sandbox.Actor {
			return created(s, theirs, theirOwner)
		}, false},
		{"makes one of the new one's name", func(_ fargate.Profile, _, m string) *sandbox.Actor {
			return created(m, theirs, theirOwner)
		}, false},
		{"replaces the original", func(o fargate.Profile, _, _ string) *sandbox.Actor {
			if o.Name == "" {
				return nil
			}
			selectors := slices.Clone(theirs)
			for _, s := range o.Selectors {
				selectors = append(selectors, sandbox.Selector{Namespace: s.Namespace})
			}
			return created("theirs", selectors, map[string]string{
				decision.TagReplaces: o.Name, decision.TagReplacesID: decision.ProfileID(o), decision.TagSpec: "0123456789abcdef", "owner": "them",
			})
		}, false},
		{"destroys and creates the original, as Terraform does", func(o fargate.Profile, _, _ string) *sandbox.Actor {
			return on(sandbox.Actor{Action: sandbox.ActorRecreate, Name: o.Name, Selectors: theirs, Tags: theirOwner})
		}, true},
		{"takes away a tag that it does not know, as Terraform does", func(o fargate.Profile, _, _ string) *sandbox.Actor {
			return on(sandbox.Actor{Action: sandbox.ActorUntag, Name: o.Name, Keys: []string{decision.TagApplied}})
		}, false},
		{"takes away the successor's tags", func(_ fargate.Profile, s, _ string) *sandbox.Actor {
			return on(sandbox.Actor{Action: sandbox.ActorUntag, Name: s, Keys: []string{decision.TagApplied, decision.TagReplaces, decision.TagReplacesID}})
		}, false},
	}
}

// competitors is how many pairs of files each rival meets, and at each of how many requests one is tried.
func competitors() (files uint64, every int) {
	switch os.Getenv("FGCTL_MODEL") {
	case "sample":
		return 8, 1
	case "all":
		return 40, 1
	}
	return 2, 9
}

// Somebody else does something before a request of apply, at each in turn: what the first run may not touch it leaves, and
// run again it ends in the file's state, for which there is nothing more to do, or in a refusal that says what is in the
// way.
func TestApplyAgainstAnActor(t *testing.T) {
	modelAWS(t)
	files, every := competitors()
	for _, r := range rivals() {
		t.Run(r.name, func(t *testing.T) {
			ends, cases := map[string]int{}, 0
			for seed := range files {
				s := randomFiles(seed)
				actor := rivalOf(t, s, r)
				for nth := 1 + int(seed)%every; actor != nil; nth += every {
					m := newModel(t, s)
					fault := sandbox.Fault{Operation: "*", Nth: nth, Kind: sandbox.FaultActor, Actor: actor}
					if err := m.server.SetFaults(fault); err != nil {
						t.Fatal(err)
					}
					err := m.process(0, false, s.run)
					if m.server.Stats().Requests < nth {
						break
					}
					cases++
					why := fmt.Sprintf("files %d, before request %d: %s (%v)", seed, nth, s.name, err)
					m.besideRival(t, why, r, actor, nth)
					end := m.afterRival(t, why, s)
					if ends[end]++; t.Failed() {
						t.FailNow()
					}
				}
			}
			t.Logf("%d cases", cases)
			for text, n := range ends {
				t.Logf("%d × %.150s", n, text)
			}
		})
	}
}

// rivalOf is what a rival does beside the files of a sequence, nil where these have nothing for it.
func rivalOf(t *testing.T, s modelSequence, r rival) *sandbox.Actor {
	t.Helper()
	m := newModel(t, s)
	var changes decision.Changes
	err := m.process(0, false, func(ctx context.Context, m *model) (err error) {
		changes, err = m.decideAll(ctx, goal(decision.PruneApplied, s.files))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var original fargate.Profile
	successor, made := "", ""
	for _, d := range changes.Decisions {
		switch {
		case d.Action == decision.Begin && original.Name == "":
			original, successor = *d.Original, d.Wanted.Name
		case d.Action == decision.Make:
			made = cmp.Or(made, d.Wanted.Name)
		}
	}
	return r.actor(original, successor, made)
}

// besideRival judges the run that met a rival: nobody's profile is touched, and nothing is without a profile by apply's
// doing.
func (m *model) besideRival(t *testing.T, why string, r rival, actor *sandbox.Actor, nth int) {
	t.Helper()
	if now := m.others(); now != m.bystanders {
		t.Errorf("%s: the profiles of somebody else were\n%sand are\n%s", why, m.bystanders, now)
	}
	if m.gap != "" && !r.takes {
		t.Errorf("%s: %s", why, m.gap)
	}
	requests := m.server.Requests()
	acted := slices.IndexFunc(requests, func(q sandbox.Request) bool { return q.Actor != "" })
	if acted < 0 || strings.Contains(requests[acted].Actor, "did not happen") || actor.Tags["owner"] == "" {
		return
	}
	for i := acted; i < min(acted+looks+4, len(requests)); i++ {
		if requests[i].Operation == "DeleteFargateProfile" && requests[i].Profile == actor.Name {
			return // between the last look and the deletion there is no guard: EKS deletes by name
		}
	}
	if early := nth <= 40 && requests[acted].Number <= firstWrite(requests); early {
		return // what was there when apply looked is what it decided about
	}
	if !slices.ContainsFunc(m.server.Profiles("demo"), func(p sandbox.Profile) bool { return p.Tags["owner"] == "them" }) {
		t.Errorf("%s: the profile of somebody else is gone", why)
	}
}

// firstWrite is the number of the first request that changes something.
func firstWrite(requests []sandbox.Request) int {
	for _, r := range requests {
		if strings.HasPrefix(r.Operation, "Create") || strings.HasPrefix(r.Operation, "Delete") || r.Operation == "TagResource" {
			return r.Number
		}
	}
	return len(requests)
}

// afterRival applies the file alone until that is done or refused for good, and returns how it ended.
func (m *model) afterRival(t *testing.T, why string, s modelSequence) string {
	t.Helper()
	var err error
	for range 6 {
		if err = m.alone(s.run); err == nil {
			break
		}
		var refusal *decision.Refusal
		if errors.As(err, &refusal) && refusal.Reason == decision.OtherUnderWay {
			name := refusal.Situation.Name
			_ = m.alone(func(ctx context.Context, m *model) error { return m.replace(ctx, decision.Wish{Name: name}) }) // judged by what follows
		}
		m.clock.advance(5 * time.Second)
	}
	if err != nil {
		isClear := errors.As(err, new(*decision.Refusal)) || errors.As(err, new(*decision.Failed)) || strings.Contains(err.Error(), "delete one of them by hand")
		if !isClear {
			t.Errorf("%s: run again: %v\n%v", why, err, m.ofFiles())
		}
		return how(err)
	}
	if err := m.alone(func(ctx context.Context, m *model) error {
		changes, err := m.decideAll(ctx, goal(decision.PruneApplied, s.files))
		if err == nil && len(changes.Turns) > 0 {
			err = fmt.Errorf("there is more to do: %+v", changes.Turns)
		}
		return err
	}); err != nil {
		t.Errorf("%s: done, but %v", why, err)
	}
	for name, namespaces := range s.files {
		stands := func(p sandbox.Profile) bool {
			var own []string
			for _, s := range p.Selectors {
				own = append(own, s.Namespace)
			}
			slices.Sort(own)
			return cmp.Or(p.Tags[decision.TagApplied], p.Name) == name && p.Status == "ACTIVE" && strings.Join(own, " ") == namespaces
		}
		if !slices.ContainsFunc(m.server.Profiles("demo"), stands) && !m.standsByHand(name, namespaces) {
			t.Errorf("%s: %s is not there as %s: %v", why, name, namespaces, m.ofFiles())
		}
	}
	return "done"
}

// standsByHand reports whether a profile that somebody replaced by hand stands for one of the file, without apply's tag.
func (m *model) standsByHand(name, namespaces string) bool {
	return slices.ContainsFunc(m.server.Profiles("demo"), func(p sandbox.Profile) bool {
		return p.Tags[decision.TagReplaces] == name && p.Status == "ACTIVE" && m.ofFiles()["besides "+p.Name] == namespaces
	})
}
