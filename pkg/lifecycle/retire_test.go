package lifecycle

// This file tests what a deletion relies on: who may go when, and what is not done twice.

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

func TestMayGo(t *testing.T) {
	profile := func(name, id string, status fargate.Status) fargate.Profile {
		return fargate.Profile{Name: name, ARN: "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/" + name + "/" + id, Status: status}
	}
	replacing := func(p fargate.Profile, original, id string) fargate.Profile {
		p.Tags = map[string]string{decision.TagReplaces: original, decision.TagReplacesID: id}
		return p
	}
	old, successor := profile("web", "1", fargate.StatusActive), replacing(profile("web-2", "2", fargate.StatusActive), "web", "1")
	for _, c := range []struct {
		why  string
		now  []fargate.Profile
		want string // the profile that goes with its state, nothing, or what the error says
	}{
		{"both are as they were", []fargate.Profile{old, successor}, "web ACTIVE"},
		{"the old one is on its way", []fargate.Profile{profile("web", "1", fargate.StatusDeleting), successor}, "web DELETING"},
		{"an earlier deletion failed", []fargate.Profile{profile("web", "1", fargate.StatusDeleteFailed), successor}, "web DELETE_FAILED"},
		{"the old one is gone", []fargate.Profile{successor}, ""},
		{"the old one is another", []fargate.Profile{profile("web", "9", fargate.StatusActive), successor}, "profile web was re-created by somebody else"},
		{"the successor is gone", []fargate.Profile{old}, "profile web-2 is gone and cannot take the pods of web; web was not deleted"},
		{"both are gone", nil, "profile web-2 is gone and cannot take the pods of web; web is gone"},
		{"the successor is another", []fargate.Profile{old, profile("web-2", "9", fargate.StatusActive)}, "profile web-2 was re-created by somebody else"},
		{"the successor is going", []fargate.Profile{old, profile("web-2", "2", fargate.StatusDeleting)}, "profile web-2 is DELETING and cannot take the pods of web; web was not deleted"},
		{"the successor nearly went", []fargate.Profile{old, profile("web-2", "2", fargate.StatusDeleteFailed)}, "profile web-2 is DELETE_FAILED"},
		{"the successor failed", []fargate.Profile{old, profile("web-2", "2", fargate.StatusCreateFailed)}, "profile web-2 is CREATE_FAILED"},
		{"somebody else replaces it too", []fargate.Profile{old, successor, replacing(profile("web-3", "3", fargate.StatusCreating), "web", "1")}, "profile web-3 replaces web too, besides web-2"},
		{"somebody replaced an earlier one", []fargate.Profile{old, successor, replacing(profile("web-3", "3", fargate.StatusActive), "web", "0")}, "web ACTIVE"},
		{"somebody replaces another", []fargate.Profile{old, successor, replacing(profile("api-2", "3", fargate.StatusActive), "api", "1")}, "web ACTIVE"},
	} {
		got, err := mayGo(c.now, old, successor)
		text := ""
		switch {
		case err != nil && got != nil:
			t.Errorf("%s: both %v and %v", c.why, got, err)
		case err != nil:
			text = err.Error()
		case got != nil:
			text = got.Name + " " + string(got.Status)
		}
		if !strings.HasPrefix(text, c.want) || c.want == "" && text != "" {
			t.Errorf("%s: got %q, want %q", c.why, text, c.want)
		}
	}
}

// A list that does not know of the successor yet is looked at again, and nothing is deleted meanwhile; one that
// goes on not to know of it ends the replacement.
func TestListsThatLagBehind(t *testing.T) {
	for lag, done := range map[time.Duration]bool{100 * time.Second: true, 10 * time.Minute: false} {
		b := newBench(t, withProfiles(existing("web", "ACTIVE", "web")))
		if err := b.server.SetFaults(sandbox.Fault{Operation: "eks:ListFargateProfiles", Kind: sandbox.FaultStale, Lag: lag}); err != nil {
			t.Fatal(err)
		}
		err := b.rerun(t.Context(), false)
		if done != (err == nil) || err != nil && (!errors.As(err, new(*Unfinished)) || !strings.Contains(err.Error(), "EKS describes profile web-2, but lists of cluster demo have lacked it for 30s")) {
			t.Errorf("lists lag by %s: %v", lag, err)
		}
		if got := b.statuses(); got["web-2"] != "ACTIVE" || (got["web"] == "") != done {
			t.Errorf("lists lag by %s: left %v", lag, got)
		}
		b.assertNeverBare(t, lag.String())
	}
}

// An original that is going cannot be kept, so its successor is not deleted.
func TestAbortIsRefusedWhenTheOriginalIsGoing(t *testing.T) {
	for _, status := range []string{"DELETING", "DELETE_FAILED"} {
		web := existing("web", status, "web")
		web.ARN = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/" + originalID
		b := newBench(t, withProfiles(web, begun(existing("web-2", "ACTIVE", "web-new"))))
		if err := b.do(t.Context(), decision.Wish{Name: "web", Abort: true}); err == nil || !strings.Contains(err.Error(), "cannot be undone") {
			t.Errorf("%s: got %v", status, err)
		}
		if b.count("DeleteFargateProfile") > 0 {
			t.Errorf("%s: something was deleted", status)
		}
	}
}

// The new profile has the old name already, and the temporary one is going: it is not made again, pods would
// be stopped once more.
func TestResumedKeepNameMakesNoTemporaryProfileAgain(t *testing.T) {
	for _, status := range []string{"DELETING", "DELETE_FAILED", "ACTIVE"} {
		temporary := begun(existing("web-2", status, "web-new"))
		temporary.Tags[decision.TagTemporary] = "true"
		b := newBench(t, withProfiles(begun(existing("web", "ACTIVE", "web-new")), temporary))
		if err := b.rerun(t.Context(), true); err != nil {
			t.Fatalf("%s: %v", status, err)
		}
		if n := b.count("CreateFargateProfile"); n > 0 {
			t.Errorf("%s: %d profiles were created", status, n)
		}
		b.assertReplaced(t, status, true)
	}
}

// Without waiting, only the last deletion is left to AWS; all before it are waited for, and no request is
// sent in vain.
func TestKeepNameWithoutWaiting(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "ACTIVE", "web")))
	d, err := decided(t.Context(), b.Runner, toBe("web-new", true))
	if err != nil {
		t.Fatal(err)
	}
	made, err := b.Do(t.Context(), d, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.statuses(); made.Name != "web" || len(got) != 2 || got["web"] != "ACTIVE" || got["web-tmp"] != "DELETING" {
		t.Errorf("made %s, left %v", made.Name, got)
	}
	if c, d := b.count("CreateFargateProfile"), b.count("DeleteFargateProfile"); c != 2 || d != 2 {
		t.Errorf("%d creations and %d deletions were asked for", c, d)
	}
	b.assertNeverBare(t, "without waiting")
}

// A successor that fails while somebody else has deleted the original: nothing is said to be untouched.
func TestNothingIsUntouchedThatIsGone(t *testing.T) {
	for _, gone := range []bool{false, true} {
		b := newBench(t, func(w *sandbox.World) {
			profiles := []sandbox.Profile{begun(existing("web-2", "CREATE_FAILED", "web-new"))}
			if !gone {
				original := existing("web", "ACTIVE", "web")
				original.ARN = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/" + originalID
				profiles = append(profiles, original)
			}
			withProfiles(profiles...)(w)
			w.FailCreates = []sandbox.Failure{{Profile: "web-2", Code: "InternalFailure", Message: "bad luck"}}
		})
		err := b.rerun(t.Context(), false)
		said := strings.Contains(strings.Join(b.notes.lines, "\n"), "web is not touched")
		if err == nil || said == gone {
			t.Errorf("gone: %v; %v\n%s", gone, err, strings.Join(b.notes.lines, "\n"))
		}
	}
}

// assess reads the situation of web.
func (b *bench) assess(t testing.TB) decision.Situation {
	t.Helper()
	profiles, err := b.client.Profiles(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	s, err := decision.Assess(profiles, "web")
	if err != nil {
		t.Fatal(err)
	}
	return s
}
