package decision

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
)

func TestAssess(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	// read reads "NAME/ID STATUS [replaces/ID spec] [temporary]"; later ones were created later.
	read := func(texts ...string) []fargate.Profile {
		var out []fargate.Profile
		for i, text := range texts {
			words := strings.Fields(text)
			name, id, _ := strings.Cut(words[0], "/")
			p := fargate.Profile{
				Name: name, ARN: "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/" + name + "/" + id,
				Status: fargate.Status(words[1]), CreatedAt: begin.Add(time.Duration(i) * time.Hour), Tags: map[string]string{},
			}
			if len(words) > 3 {
				original, id, _ := strings.Cut(words[2], "/")
				p.Tags[TagReplaces], p.Tags[TagReplacesID], p.Tags[TagSpec] = original, id, words[3]
			}
			if len(words) > 4 {
				p.Tags[TagTemporary] = "true"
			}
			out = append(out, p)
		}
		return out
	}
	for _, c := range []struct {
		why      string
		profiles []fargate.Profile
		want     string
	}{
		{"nothing", nil, "original - successor -"},
		{"no replacement", read("web/1 ACTIVE", "api/2 ACTIVE"), "original web successor -"},
		{"another's", read("web/1 ACTIVE", "api/2 ACTIVE", "api-2/3 CREATING api/2 x"), "original web successor -"},
		{"begun", read("web/1 ACTIVE", "web-2/2 CREATING web/1 x"), "original web successor web-2 unfinished abortable"},
		{"begun, and failed", read("web/1 ACTIVE", "web-2/2 CREATE_FAILED web/1 x"), "original web successor web-2 unfinished abortable"},
		{"the original is going", read("web/1 DELETING", "web-2/2 ACTIVE web/1 x"), "original web successor web-2 unfinished"},
		{"the original would not go", read("web/1 DELETE_FAILED", "web-2/2 ACTIVE web/1 x"), "original web successor web-2 unfinished"},
		{"done", read("web-2/2 ACTIVE web/1 x"), "original - successor web-2 done"},
		{"done twice, the last time counts", read("web-2/2 ACTIVE web/1 x", "web-3/3 ACTIVE web/4 y"), "original - successor web-3 done"},
		{"done twice, listed the other way round", reversed(read("web-2/2 ACTIVE web/1 x", "web-3/3 ACTIVE web/4 y")), "original - successor web-3 done"},
		{"the successor went, too", read("web-2/2 DELETING web/1 x"), "original - successor -"},
		{"done, and somebody made the name anew", read("web-2/2 ACTIVE web/1 x", "web/9 ACTIVE"), "original web successor - earlier web-2"},
		{"the original went while its successor was made", read("web-2/2 CREATING web/1 x"), "original - successor web-2 unfinished"},
		{"the original went and its successor failed", read("web-2/2 CREATE_FAILED web/1 x"), "original - successor web-2 unfinished"},
		{"done once, and then the original went too soon", read("web-2/2 ACTIVE web/1 x", "web-3/3 CREATING web/4 y"), "original - successor web-3 unfinished"},
		{"the same, listed the other way round", reversed(read("web-2/2 ACTIVE web/1 x", "web-3/3 CREATING web/4 y")), "original - successor web-3 unfinished"},
		{"done, and the new one is being replaced", read("web-2/2 ACTIVE web/1 x", "web/9 ACTIVE", "web-3/3 CREATING web/9 y"), "original web successor web-3 unfinished abortable earlier web-2"},
		{"temporary", read("web/1 ACTIVE", "web-tmp/2 ACTIVE web/1 x temporary"), "original web successor web-tmp unfinished abortable keeps"},
		{"temporary, the original is gone", read("web-tmp/2 ACTIVE web/1 x temporary"), "original - successor web-tmp unfinished keeps"},
		{"temporary, and the new one is there", read("web/3 CREATING web/1 x", "web-tmp/2 ACTIVE web/1 x temporary"), "original web successor web-tmp unfinished renewed keeps"},
		{"temporary, and the new one is ACTIVE", read("web/3 ACTIVE web/1 x", "web-tmp/2 ACTIVE web/1 x temporary"), "original web successor web-tmp unfinished renewed keeps"},
		{"temporary, and the new one is somebody's", read("web/3 ACTIVE", "web-tmp/2 ACTIVE web/1 x temporary"), "profile web was re-created by somebody else while web-tmp stood in for it"},
		{"two at once", read("web/1 ACTIVE", "web-2/2 ACTIVE web/1 x", "web-3/3 CREATING web/1 y"), "both web-2 and web-3 replace profile web"},
	} {
		s, err := Assess(c.profiles, "web")
		got := fmt.Sprintf("original %s successor %s", nameOf(s.Original), nameOf(s.Successor))
		for _, fact := range []struct {
			holds bool
			word  string
		}{{s.Unfinished(), "unfinished"}, {s.Stage == Renewed, "renewed"}, {s.Stage == Done, "done"}, {s.CanAbort(), "abortable"}, {s.KeepName(), "keeps"}} {
			if fact.holds {
				got += " " + fact.word
			}
		}
		for _, p := range s.Earlier {
			got += " earlier " + p.Name
		}
		if err != nil {
			got = err.Error()
		}
		if got != c.want && (err == nil || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: got %s, want %s", c.why, got, c.want)
		}
	}
}

func nameOf(p *fargate.Profile) string {
	if p == nil {
		return "-"
	}
	return p.Name
}

func reversed(profiles []fargate.Profile) []fargate.Profile {
	return []fargate.Profile{profiles[1], profiles[0]}
}

// Tags alone do not make a profile the one that a temporary profile stood in for: it has to take the same pods.
func TestAssessTrustsNoTagsAlone(t *testing.T) {
	profile := func(name, id, namespace string, tags map[string]string) fargate.Profile {
		return fargate.Profile{
			Name: name, ARN: "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/" + name + "/" + id, Status: fargate.StatusActive,
			PodExecutionRoleARN: "arn:aws:iam::111122223333:role/fargate-pods", Subnets: []string{"subnet-0aaa0000000000001"}, Selectors: []fargate.Selector{{Namespace: namespace}}, Tags: tags,
		}
	}
	intent := map[string]string{TagReplaces: "web", TagReplacesID: "1", TagTemporary: "true"}
	for _, spec := range []string{"", "x"} {
		if intent[TagSpec] = spec; spec == "" {
			delete(intent, TagSpec) // somebody has taken it away
		}
		theirs := map[string]string{TagSpec: spec}
		temporary := profile("web-tmp", "2", "web-new", intent)
		if s, err := Assess([]fargate.Profile{profile("web", "3", "web-new", theirs), temporary}, "web"); err != nil || s.Stage != Renewed {
			t.Errorf("spec %q: the renewed profile is not known: %v", spec, err)
		}
		_, err := Assess([]fargate.Profile{profile("web", "3", "theirs", theirs), temporary}, "web")
		if err == nil || !strings.Contains(err.Error(), "web was re-created by somebody else while web-tmp stood in for it") {
			t.Errorf("spec %q: somebody else's profile is taken for the renewed one: %v", spec, err)
		}
	}
}

// Tags that fgctl cannot have written are faults.
func TestTagFaults(t *testing.T) {
	for _, c := range []struct {
		why  string
		tags map[string]string
		want string
	}{
		{"none", nil, ""},
		{"a user's", map[string]string{"team": "a"}, ""},
		{"a replacement that is done", map[string]string{TagReplaces: "web", TagReplacesID: "0"}, ""},
		{"itself", map[string]string{TagReplaces: "web-2", TagReplacesID: "1"}, "it replaces itself, by the tag fgctl:replaces"},
		{"its own name, from another one", map[string]string{TagReplaces: "web-2", TagReplacesID: "0"}, ""},
		{"no id", map[string]string{TagReplaces: "web"}, "it has the tag fgctl:replaces=web without fgctl:replaces-id"},
		{"an id alone", map[string]string{TagReplacesID: "0"}, "it has tags of a replacement without fgctl:replaces"},
		{"temporary for nobody", map[string]string{TagTemporary: "true"}, "it has tags of a replacement without fgctl:replaces"},
	} {
		p := there("web-2", "", "web", fargate.StatusActive)
		p.Tags = c.tags
		if got := strings.Join(TagFaults([]fargate.Profile{p}, p), "; "); got != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
	two := []fargate.Profile{there("a", "web", "a", fargate.StatusActive), there("b", "web", "b", fargate.StatusActive)}
	if faults := TagFaults(two, two[0]); len(faults) != 1 {
		t.Errorf("two profiles are one of a file: %q", faults)
	}
	tags := map[string]string{"team": "a", TagApplied: "web", "aws:x": "y"}
	if own := OwnTags(tags); len(own) != 1 || own[TagApplied] != "web" || len(tags) != 3 {
		t.Errorf("fgctl's own are %v", own)
	}
}
