package decision

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// wanted is a profile of one namespace, as a file or a command line asks for it.
func wanted(name, namespace string) fargate.Profile {
	return fargate.Profile{
		Name: name, Cluster: "demo", PodExecutionRoleARN: "arn:aws:iam::111122223333:role/fargate-pods",
		Subnets: []string{"subnet-0aaa0000000000001"}, Selectors: []fargate.Selector{{Namespace: namespace}},
	}
}

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
	to := func(namespace string) Wish {
		change := fargate.Change{Wanted: fargate.Profile{Selectors: []fargate.Selector{{Namespace: namespace}}}}
		return Wish{Name: "web", Change: change}
	}
	with := func(w Wish, change func(*Wish)) Wish { change(&w); return w }
	tagged := with(to("web-old"), func(w *Wish) { w.Change.Wanted.Tags = map[string]string{"team": "a"} })
	undo := Wish{Name: "web", Abort: true}
	old := profile("web", "web-old", fargate.StatusActive)
	begun := profile("web-2", "web-new", fargate.StatusCreating, TagReplaces, "web", TagReplacesID, "1")
	earlier := profile("web-2", "web-new", fargate.StatusActive, TagReplaces, "web", TagReplacesID, "0")
	full := profile("web", "web-old", fargate.StatusActive)
	for i := range fargate.MaxTags {
		full.Tags["key"+strings.Repeat("x", i)] = "value"
	}
	const tooMany = "nothing was changed; the successor has 50 tags, and a replacement adds 3 of its own; AWS takes at most 50\n" +
		"remove 3 from profile web first: "
	for _, c := range []struct {
		why      string
		profiles []fargate.Profile
		wish     Wish
		action   Action
		successor,
		refusal string
		reason Reason
	}{
		{why: "no profile", wish: to("web-new"), action: Missing},
		{why: "nothing differs", profiles: []fargate.Profile{old}, wish: to("web-old"), action: Keep, successor: "web"},
		{why: "tags differ", profiles: []fargate.Profile{old}, wish: tagged, action: Tag, successor: "web"},
		{why: "another selector", profiles: []fargate.Profile{old}, wish: to("web-new"), action: Begin, successor: "web-2"},
		{
			why: "the name is kept", profiles: []fargate.Profile{old}, action: Begin, successor: "web-tmp",
			wish: with(to("web-new"), func(w *Wish) { w.KeepName = true }),
		},
		{
			why: "the new name is taken", profiles: []fargate.Profile{old, profile("api", "api", fargate.StatusActive)},
			wish: with(to("web-new"), func(w *Wish) { w.NewName = "api" }), refusal: "profile api exists already",
		},
		{
			why: "the original is not ACTIVE", profiles: []fargate.Profile{profile("web", "web-old", fargate.StatusDeleting)},
			wish: to("web-new"), refusal: "profile web is DELETING, so there is nothing ACTIVE to replace",
		},
		{why: "too many tags", profiles: []fargate.Profile{full}, wish: to("web-new"), refusal: tooMany},
		{why: "under way", profiles: []fargate.Profile{old, begun}, wish: to("web-new"), action: Finish, successor: "web-2"},
		{
			why: "something else is under way", profiles: []fargate.Profile{old, begun}, wish: to("other"),
			refusal: "a replacement of web by web-2 is unfinished, and another profile is asked for now", reason: OtherUnderWay,
		},
		{why: "done", profiles: []fargate.Profile{earlier}, wish: to("web-new"), action: Settle, successor: "web-2"},
		{why: "done otherwise", profiles: []fargate.Profile{earlier}, wish: to("other"), refusal: "there is no profile web any more"},
		{
			why: "done with an earlier profile of the name", profiles: []fargate.Profile{old, earlier}, wish: to("web-new"),
			refusal: "profile web-2 is what is asked for, and it replaces an earlier profile web", reason: DoneBefore,
		},
		{why: "undo", profiles: []fargate.Profile{old, begun}, wish: undo, action: Undo, successor: "web-2"},
		{why: "nothing to undo", profiles: []fargate.Profile{old}, wish: undo, action: Keep, successor: "web"},
		{
			why: "too late to undo", profiles: []fargate.Profile{profile("web", "web-old", fargate.StatusDeleting), begun}, wish: undo,
			refusal: "the original web is not ACTIVE any more", reason: TooLate,
		},
		{why: "undo what is done", profiles: []fargate.Profile{earlier}, wish: undo, refusal: "the replacement of web by web-2 is finished"},
	} {
		s, err := Assess(c.profiles, "web")
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.Decide(c.wish)
		var refusal *Refusal
		switch errors.As(err, &refusal); {
		case c.refusal != "":
			if refusal == nil || refusal.Reason != c.reason || !strings.HasPrefix(refusal.Error(), c.refusal) {
				t.Errorf("%s: got %v, want the refusal %q", c.why, err, c.refusal)
			}
		case err != nil, d.Action != c.action, d.Wanted.Name != c.successor && c.action != Missing:
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
		action   Action
		differs  bool
		failed   bool
	}{
		{why: "nothing is there", siblings: []fargate.Profile{wanted("api", "api")}, action: Missing},
		{why: "as wanted", siblings: have("web", fargate.StatusActive), action: Keep},
		{why: "on its way", siblings: have("web", fargate.StatusCreating), action: Finish},
		{why: "going, whatever it was", siblings: have("other", fargate.StatusDeleting), action: Missing},
		{why: "another one", siblings: have("other", fargate.StatusActive), differs: true},
		{why: "another one on its way", siblings: have("other", fargate.StatusCreating), differs: true},
		{why: "given up by EKS", siblings: have("web", fargate.StatusCreateFailed), failed: true},
		{why: "it would not go", siblings: have("web", fargate.StatusDeleteFailed), failed: true},
	} {
		action, err := DecideCreation(preflight.Report{Profile: wanted("web", "web"), Siblings: c.siblings})
		var refusal *Refusal
		if differs := errors.As(err, &refusal) && refusal.Reason == Differs; differs != c.differs {
			t.Errorf("%s: %v", c.why, err)
		}
		if errors.As(err, new(*Failed)) != c.failed || err == nil && action != c.action {
			t.Errorf("%s: %v, %v", c.why, action, err)
		}
	}
}

// Who deletes one half of an unfinished replacement is warned, who deletes both does not.
func TestTorn(t *testing.T) {
	web, api := wanted("web", "web"), wanted("api", "api")
	web.ARN, web.Status = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/1", fargate.StatusActive
	begun, done := wanted("web-2", "web-new"), wanted("api-2", "api-new")
	begun.Status, begun.Tags = fargate.StatusActive, map[string]string{TagReplaces: "web", TagReplacesID: "1"}
	done.Status, done.Tags = fargate.StatusActive, map[string]string{TagReplaces: "api", TagReplacesID: "0"}
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
		if torn := Torn(all, c.doomed); len(torn) != c.torn || c.torn > 0 && torn[0].Name != "web-2" {
			t.Errorf("%s: %v", c.why, torn)
		}
	}
}

// Only what is new is sent, and the profile has it besides what it had.
func TestRetagged(t *testing.T) {
	have := fargate.Profile{Tags: map[string]string{"team": "a", "cost": "1", "aws:cloudformation:stack-name": "s"}}
	after, changed := Retagged(have, fargate.Profile{Tags: map[string]string{"team": "a", "cost": "2"}})
	if !maps.Equal(changed, map[string]string{"cost": "2"}) || len(after.Tags) != 3 || after.Tags["cost"] != "2" || have.Tags["cost"] != "1" {
		t.Errorf("changed %v, then %v, of %v", changed, after.Tags, have.Tags)
	}
	if lost := Lost(have); len(lost) != 1 || lost[0] != "aws:cloudformation:stack-name" {
		t.Errorf("lost %v", lost)
	}
}

// What the pre-flight found is what is sent, with the role that has to be made first.
func TestChecked(t *testing.T) {
	original := wanted("web", "web")
	original.ARN = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/1"
	d := Decision{Situation: Situation{Stage: Fresh, Name: "web", Original: &original}, Action: Begin, Wish: Wish{NewRole: true}}
	report := preflight.Report{
		Profile: wanted("web-2", "web-new"), NewRole: "made", Cluster: cloud.Cluster{ARN: "arn:aws:eks:us-east-1:111122223333:cluster/demo"},
	}
	d = d.Checked(report)
	if d.Wanted.PodExecutionRoleARN != "arn:aws:iam::111122223333:role/made" || len(d.Differences) != 2 {
		t.Errorf("the role is %s; %v", d.Wanted.PodExecutionRoleARN, d.Differences)
	}
	if tags := d.Intended().Tags; tags[TagReplaces] != "web" || tags[TagReplacesID] != "1" {
		t.Errorf("the tags are %v", tags)
	}
}

// A successor is found again by the first name of its row of replacements, while the file of apply does not say it.
func TestFirstName(t *testing.T) {
	for _, c := range []struct{ name, first, replaces, applied, want string }{
		{name: "web"},
		{name: "web-2", replaces: "web", want: "web"},
		{name: "web-3", first: "web", replaces: "web-2", want: "web"},
		{name: "web-2", replaces: "web", applied: "web"},
	} {
		p := wanted(c.name, "old")
		p.ARN, p.Status = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/"+c.name+"/1", fargate.StatusActive
		p.Tags = map[string]string{TagFirst: c.first, TagReplaces: c.replaces, TagReplacesID: "0"}
		maps.DeleteFunc(p.Tags, func(_, value string) bool { return value == "" })
		s, err := Assess([]fargate.Profile{p}, c.name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.Decide(Wish{Name: c.name, Applied: c.applied, Change: fargate.Change{Wanted: wanted("", "new")}})
		if err != nil || d.Wanted.Tags[TagFirst] != c.want || d.Wanted.Tags[TagApplied] != c.applied {
			t.Errorf("%+v: %v, %v", c, d.Wanted.Tags, err)
		}
	}
}

// The profiles that are there when something is done, and that take the pods of those that go.
func TestAfter(t *testing.T) {
	web, web2, api := there("web", "", "web", fargate.StatusActive), there("web-2", "", "web", fargate.StatusCreating),
		there("api", "", "api", fargate.StatusActive)
	for _, c := range []struct {
		why      string
		decision Decision
		want     string
	}{
		{"begin", Decision{Action: Begin, Wanted: web2, Situation: Situation{Name: "web", Original: &web}}, "api web-2"},
		{"finish", Decision{Action: Finish, Wanted: web2, Situation: Situation{Name: "web", Original: &web, Successor: &web2}}, "api web-2"},
		{"keep the name", Decision{
			Action: Begin, Wanted: web2, Wish: Wish{KeepName: true}, Situation: Situation{Name: "web", Original: &web},
		}, "api web"},
		{"undo", Decision{Action: Undo, Situation: Situation{Name: "web", Original: &web, Successor: &web2}}, "api web"},
		{"drop", Decision{Action: Drop, Situation: Situation{Name: "api", Original: &api}}, "web web-2"},
		{"make", Decision{Action: Make, Wanted: there("new", "", "new", "")}, "api new web web-2"},
	} {
		c.decision.Profiles = []fargate.Profile{api, web, web2}
		after := c.decision.After()
		if got := strings.Join(slices.Sorted(slices.Values(fargate.Names(after))), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
		if made := fargate.Named(after, "web-2"); c.why == "begin" && made.Status != fargate.StatusActive {
			t.Errorf("%s: the successor is %s", c.why, made.Status)
		}
	}
	d := Decision{Action: Begin, Wanted: web2, Situation: Situation{Name: "web", Original: &web, Profiles: []fargate.Profile{api, web}}}
	if got := fargate.Names(d.During()); !slices.Equal(got, []string{"api", "web", "web-2"}) {
		t.Errorf("while the original is drained: %v", got)
	}
	if made := d.Made(web2); made.Action != Finish || made.Successor.Name != "web-2" || d.Action != Begin {
		t.Errorf("when the successor is made: %+v", made)
	}
}

// What nobody agreed to is refused only where a profile gives up pods.
func TestAgreed(t *testing.T) {
	web := there("web", "", "web shop", fargate.StatusActive)
	begin := func(namespaces string) Decision {
		return Decision{Action: Begin, Wanted: there("web-2", "", namespaces, ""), Situation: Situation{Name: "web", Original: &web}}
	}
	finish := begin("other")
	finish.Action = Finish
	for _, c := range []struct {
		why       string
		decision  Decision
		uncovered bool
		want      string
	}{
		{"all is covered", begin("web shop more"), false, ""},
		{"less is covered", begin("web"), false, "the successor does not cover all"},
		{"pods lose their profile", begin("web shop"), true, "pods would be left without a profile"},
		{"it was agreed to when it began", finish, true, ""},
	} {
		err := c.decision.Agreed(c.uncovered)
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v", c.why, err)
		}
	}
}

// What EKS gave up is told with all its reasons.
func TestFailed(t *testing.T) {
	failed := Failed{Profile: there("web", "", "web", fargate.StatusCreateFailed)}
	if got := failed.Error(); got != "profile web is CREATE_FAILED; EKS gives no reason (health.issues is empty)" {
		t.Error(got)
	}
	failed.Profile.Issues = []fargate.HealthIssue{{Code: "AccessDenied", Message: "no"}, {Code: "Ec2SubnetNotFound", Message: "gone"}}
	if got := failed.Error(); !strings.HasPrefix(got, "profile web is CREATE_FAILED\n  ") || !strings.Contains(got, "gone") {
		t.Error(got)
	}
}
