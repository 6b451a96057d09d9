package lifecycle

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// What a wish comes to, by what there is in the cluster.
func TestDecide(t *testing.T) {
	profile := func(name, namespace string, status fargate.Status, tags ...string) fargate.Profile {
		p := wanted(name, namespace)
		p.ARN, p.Status, p.Tags = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/"+name+"/1", status, map[string]string{}
		for i := 0; i+1 < len(tags); i += 2 {
			p.Tags[tags[i]] = tags[i+1]
		}
		return p
	}
	to := func(namespace string) decision.Wish {
		change := fargate.Change{Wanted: fargate.Profile{Selectors: []fargate.Selector{{Namespace: namespace}}}}
		return decision.Wish{Name: "web", Change: change}
	}
	with := func(w decision.Wish, change func(*decision.Wish)) decision.Wish { change(&w); return w }
	tagged := with(to("web-old"), func(w *decision.Wish) { w.Change.Wanted.Tags = map[string]string{"team": "a"} })
	undo := decision.Wish{Name: "web", Abort: true}
	old := profile("web", "web-old", fargate.StatusActive)
	begun := profile("web-2", "web-new", fargate.StatusCreating, decision.TagReplaces, "web", decision.TagReplacesID, "1")
	earlier := profile("web-2", "web-new", fargate.StatusActive, decision.TagReplaces, "web", decision.TagReplacesID, "0")
	full := profile("web", "web-old", fargate.StatusActive)
	for i := range fargate.MaxTags {
		full.Tags["key"+strings.Repeat("x", i)] = "value"
	}
	for _, c := range []struct {
		why      string
		profiles []fargate.Profile
		wish     decision.Wish
		action   decision.Action
		successor,
		refusal string
		reason decision.Reason
	}{
		{why: "no profile", wish: to("web-new"), action: decision.Missing},
		{why: "nothing differs", profiles: []fargate.Profile{old}, wish: to("web-old"), action: decision.Keep, successor: "web"},
		{why: "tags differ", profiles: []fargate.Profile{old}, wish: tagged, action: decision.Tag, successor: "web"},
		{why: "another selector", profiles: []fargate.Profile{old}, wish: to("web-new"), action: decision.Begin, successor: "web-2"},
		{
			why: "the name is kept", profiles: []fargate.Profile{old}, action: decision.Begin, successor: "web-tmp",
			wish: with(to("web-new"), func(w *decision.Wish) { w.KeepName = true }),
		},
		{
			why: "the new name is taken", profiles: []fargate.Profile{old, profile("api", "api", fargate.StatusActive)},
			wish: with(to("web-new"), func(w *decision.Wish) { w.NewName = "api" }), refusal: "profile api exists already",
		},
		{
			why: "the original is not ACTIVE", profiles: []fargate.Profile{profile("web", "web-old", fargate.StatusDeleting)},
			wish: to("web-new"), refusal: "profile web is DELETING, so there is nothing ACTIVE to replace",
		},
		{why: "too many tags", profiles: []fargate.Profile{full}, wish: to("web-new"), refusal: "nothing was changed; the successor has 50 tags"},
		{why: "under way", profiles: []fargate.Profile{old, begun}, wish: to("web-new"), action: decision.Finish, successor: "web-2"},
		{
			why: "something else is under way", profiles: []fargate.Profile{old, begun}, wish: to("other"),
			refusal: "a replacement of web by web-2 is unfinished, and another profile is asked for now", reason: decision.OtherUnderWay,
		},
		{why: "done", profiles: []fargate.Profile{earlier}, wish: to("web-new"), action: decision.Settle, successor: "web-2"},
		{why: "done otherwise", profiles: []fargate.Profile{earlier}, wish: to("other"), refusal: "there is no profile web any more"},
		{
			why: "done with an earlier profile of the name", profiles: []fargate.Profile{old, earlier}, wish: to("web-new"),
			refusal: "profile web-2 is what is asked for, and it replaces an earlier profile web", reason: decision.DoneBefore,
		},
		{why: "undo", profiles: []fargate.Profile{old, begun}, wish: undo, action: decision.Undo, successor: "web-2"},
		{why: "nothing to undo", profiles: []fargate.Profile{old}, wish: undo, action: decision.Keep, successor: "web"},
		{
			why: "too late to undo", profiles: []fargate.Profile{profile("web", "web-old", fargate.StatusDeleting), begun}, wish: undo,
			refusal: "the original web is not ACTIVE any more", reason: decision.TooLate,
		},
		{why: "undo what is done", profiles: []fargate.Profile{earlier}, wish: undo, refusal: "the replacement of web by web-2 is finished"},
	} {
		s, err := decision.Assess(c.profiles, "web")
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.Decide(c.wish)
		var refusal *decision.Refusal
		switch errors.As(err, &refusal); {
		case c.refusal != "":
			if refusal == nil || refusal.Reason != c.reason || !strings.HasPrefix(refusal.Error(), c.refusal) {
				t.Errorf("%s: got %v, want the refusal %q", c.why, err, c.refusal)
			}
		case err != nil, d.Action != c.action, d.Wanted.Name != c.successor && c.action != decision.Missing:
			t.Errorf("%s: got %v of %q (%v), want %v of %q", c.why, d.Action, d.Wanted.Name, err, c.action, c.successor)
		}
	}
}

// What there is to do about a profile that is to be there.
func TestDecideCreation(t *testing.T) {
	have := func(namespace string, status fargate.Status) []fargate.Profile {
		p := wanted("web", namespace)
		p.Status = status
		return []fargate.Profile{wanted("api", "api"), p}
	}
	for _, c := range []struct {
		why      string
		siblings []fargate.Profile
		action   decision.Action
		differs  bool
		failed   bool
	}{
		{why: "nothing is there", siblings: []fargate.Profile{wanted("api", "api")}, action: decision.Missing},
		{why: "as wanted", siblings: have("web", fargate.StatusActive), action: decision.Keep},
		{why: "on its way", siblings: have("web", fargate.StatusCreating), action: decision.Finish},
		{why: "going, whatever it was", siblings: have("other", fargate.StatusDeleting), action: decision.Missing},
		{why: "another one", siblings: have("other", fargate.StatusActive), differs: true},
		{why: "another one on its way", siblings: have("other", fargate.StatusCreating), differs: true},
		{why: "given up by EKS", siblings: have("web", fargate.StatusCreateFailed), failed: true},
		{why: "it would not go", siblings: have("web", fargate.StatusDeleteFailed), failed: true},
	} {
		action, err := decision.DecideCreation(checked(wanted("web", "web"), c.siblings...))
		var refusal *decision.Refusal
		if differs := errors.As(err, &refusal) && refusal.Reason == decision.Differs; differs != c.differs {
			t.Errorf("%s: %v", c.why, err)
		}
		if errors.As(err, new(*decision.Failed)) != c.failed || err == nil && action != c.action {
			t.Errorf("%s: %v, %v", c.why, action, err)
		}
	}
}

// Who deletes one half of an unfinished replacement is warned, who deletes both does not.
func TestTorn(t *testing.T) {
	web, api := wanted("web", "web"), wanted("api", "api")
	web.ARN, web.Status = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/1", fargate.StatusActive
	begun, done := wanted("web-2", "web-new"), wanted("api-2", "api-new")
	begun.Status, begun.Tags = fargate.StatusActive, map[string]string{decision.TagReplaces: "web", decision.TagReplacesID: "1"}
	done.Status, done.Tags = fargate.StatusActive, map[string]string{decision.TagReplaces: "api", decision.TagReplacesID: "0"}
	all := []fargate.Profile{web, api, begun, done}
	for _, c := range []struct {
		why    string
		doomed []fargate.Profile
		torn   int
	}{
		{"neither", []fargate.Profile{api}, 0},
		{"the original", []fargate.Profile{web}, 1},
		{"the successor", []fargate.Profile{begun, api}, 1},
		{"both", []fargate.Profile{web, begun}, 0},
		{"a successor that has nothing to do with the profile of the old name", []fargate.Profile{done}, 0},
	} {
		if torn := decision.Torn(all, c.doomed); len(torn) != c.torn || c.torn > 0 && torn[0].Name != "web-2" {
			t.Errorf("%s: %v", c.why, torn)
		}
	}
}

// What the list lacks is looked for before it is missing.
func TestSelect(t *testing.T) {
	b := newBench(t, withProfiles(existing("web", "ACTIVE", "web"), existing("api", "ACTIVE", "api")))
	first := []fargate.Profile{b.read(t, "api")}
	s, err := b.Select(t.Context(), "demo", first, []string{"gone", "web", "api"}, false)
	if err != nil || len(s.Profiles) != 2 || len(s.Doomed) != 2 || s.Doomed[0].Name != "web" || !slices.Equal(s.Missing, []string{"gone"}) {
		t.Errorf("selected %+v, %v", s, err)
	}
	s, err = b.SelectAll(t.Context(), "demo", first)
	if err != nil || len(s.Doomed) != 2 {
		t.Errorf("selected all: %+v, %v", s, err)
	}
	left, err := b.Left(t.Context(), "demo", first)
	if err != nil || len(left) != 1 || left[0].Name != "web" {
		t.Errorf("left are %+v, %v", left, err)
	}
}

// What the pre-flight found is what is sent, with the role that has to be made first.
func TestChecked(t *testing.T) {
	original := wanted("web", "web")
	original.ARN = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/1"
	d := decision.Decision{Situation: decision.Situation{Stage: decision.Fresh, Name: "web", Original: &original}, Action: decision.Begin, Wish: decision.Wish{NewRole: true}}
	if _, err := new(Runner).Do(t.Context(), d, Options{}); err == nil {
		t.Error("what nobody has checked is begun")
	}
	report := checked(wanted("web-2", "web-new"))
	report.NewRole, report.Cluster = "made", cloud.Cluster{ARN: "arn:aws:eks:us-east-1:111122223333:cluster/demo"}
	d = d.Checked(report)
	if d.Wanted.PodExecutionRoleARN != "arn:aws:iam::111122223333:role/made" || len(d.Differences) != 2 {
		t.Errorf("the role is %s; %v", d.Wanted.PodExecutionRoleARN, d.Differences)
	}
	if tags := d.Intended().Tags; tags[decision.TagReplaces] != "web" || tags[decision.TagReplacesID] != "1" {
		t.Errorf("the tags are %v", tags)
	}
}

// Only what is new is sent, and the profile has it besides what it had.
func TestRetagged(t *testing.T) {
	have := fargate.Profile{Tags: map[string]string{"team": "a", "cost": "1", "aws:cloudformation:stack-name": "s"}}
	after, changed := decision.Retagged(have, fargate.Profile{Tags: map[string]string{"team": "a", "cost": "2"}})
	if !maps.Equal(changed, map[string]string{"cost": "2"}) || len(after.Tags) != 3 || after.Tags["cost"] != "2" || have.Tags["cost"] != "1" {
		t.Errorf("changed %v, then %v, of %v", changed, after.Tags, have.Tags)
	}
	if lost := decision.Lost(have); len(lost) != 1 || lost[0] != "aws:cloudformation:stack-name" {
		t.Errorf("lost %v", lost)
	}
}
