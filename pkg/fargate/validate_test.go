package fargate

import (
	"fmt"
	"strings"
	"testing"
)

func valid() Profile {
	return Profile{Name: "web", Selectors: []Selector{{Namespace: "web"}}}
}

// Every row is one rule of the service; want is a part of the fault, empty where EKS takes the profile.
func TestValidate(t *testing.T) {
	selector := func(namespace string, labels ...string) func(*Profile) {
		return func(p *Profile) {
			s := Selector{Namespace: namespace, Labels: map[string]string{}}
			for i := 0; i < len(labels); i += 2 {
				s.Labels[labels[i]] = labels[i+1]
			}
			p.Selectors = []Selector{s}
		}
	}
	name := func(n string) func(*Profile) { return func(p *Profile) { p.Name = n } }
	tag := func(k, v string) func(*Profile) { return func(p *Profile) { p.Tags = map[string]string{k: v} } }
	role := func(arn string) func(*Profile) { return func(p *Profile) { p.PodExecutionRoleARN = arn } }
	long := strings.Repeat("a", 64)
	for _, c := range []struct {
		why    string
		change func(*Profile)
		want   string
	}{
		{"plain", func(*Profile) {}, ""},
		{"no name", name(""), "has no name"},
		{"a name of 100", name(strings.Repeat("a", 100)), ""},
		{"a name of 101", name(strings.Repeat("a", 101)), "101 characters"},
		{"characters count, not bytes", name(strings.Repeat("é", 100)), ""},
		{"Unicode letters", name("größe_1-x"), ""},
		{"begins with a digit", name("1web"), ""},
		{"begins with a hyphen", name("-web"), "not a profile name"},
		{"dot", name("web.a"), "not a profile name"},
		{"space", name("web a"), "not a profile name"},
		{"reserved prefix", name("eks-web"), "reserves"},
		{"prefix inside", name("my-eks-web"), ""},
		{"no selector", func(p *Profile) { p.Selectors = nil }, "no selector"},
		{"five selectors", func(p *Profile) { p.Selectors = many(5) }, ""},
		{"six selectors", func(p *Profile) { p.Selectors = many(6) }, "6 selectors"},
		{"equal selectors", func(p *Profile) { p.Selectors = append(p.Selectors, p.Selectors[0]) }, "same as selectors[0]"},
		{"no namespace", selector(""), "no namespace"},
		{"namespace of 63", selector(strings.Repeat("a", 63)), ""},
		{"namespace of 64", selector(long), "not a namespace"},
		{"underscore in the namespace", selector("bad_ns"), "not a namespace"},
		{"capital in the namespace", selector("Web"), "not a namespace"},
		{"hyphen first", selector("-web"), "not a namespace"},
		{"hyphen last", selector("web-"), "not a namespace"},
		{"wildcards in the namespace", selector("prod-*-?"), ""},
		{"star alone", selector("*"), ""},
		{"wildcard before a hyphen", selector("*-dev"), ""},
		{"five labels", selector("web", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5"), ""},
		{"six labels", selector("web", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6"), "6 label pairs"},
		{"prefixed key", selector("web", "app.kubernetes.io/name", "api"), ""},
		{"bad key", selector("web", "bad key!", "x"), `"bad key!" is not a label key`},
		{"key of 63", selector("web", strings.Repeat("a", 63), "x"), ""},
		{"key of 64", selector("web", long, "x"), "not a label key"},
		{"two slashes", selector("web", "a/b/c", "x"), "not a label key"},
		{"wildcards in the key", selector("web", "app*/na?e", "x"), ""},
		{"empty value", selector("web", "app", ""), ""},
		{"value of 63", selector("web", "app", strings.Repeat("v", 63)), ""},
		{"value of 64", selector("web", "app", long), "not a label value"},
		{"bad value", selector("web", "app", "a b"), `"a b" is not a label value (of app)`},
		{"wildcards in the value", selector("web", "app", "a*?"), ""},
		{"tag", tag("team", "x"), ""},
		{"empty tag value", tag("team", ""), ""},
		{"empty tag key", tag("", "x"), "0 characters"},
		{"tag key of 129", tag(strings.Repeat("k", 129), "x"), "129 characters"},
		{"tag value of 257", tag("k", strings.Repeat("v", 257)), "257 characters"},
		{"aws: in a key, any case", tag("AwS:team", "x"), "AWS reserves"},
		{"aws: in a value", tag("team", "aws:x"), "AWS reserves"},
		{"51 tags", func(p *Profile) {
			p.Tags = map[string]string{}
			for i := range 51 {
				p.Tags[fmt.Sprint("k", i)] = "v"
			}
		}, "51 tags"},
		{"role", role("arn:aws:iam::111122223333:role/x"), ""},
		{"role with a path", role("arn:aws-cn:iam::111122223333:role/a/b/x"), ""},
		{"role name only", role("fargate-pods"), "not the ARN of an IAM role"},
		{"a user's ARN", role("arn:aws:iam::111122223333:user/x"), "not the ARN of an IAM role"},
		{"subnets", func(p *Profile) { p.Subnets = []string{"subnet-0a1", "subnet-0a2"} }, ""},
		{"not a subnet", func(p *Profile) { p.Subnets = []string{"vpc-1"} }, `"vpc-1" is not a subnet id`},
		{"subnet twice", func(p *Profile) { p.Subnets = []string{"subnet-1", "subnet-1"} }, "named twice"},
	} {
		p := valid()
		c.change(&p)
		faults, _ := Validate(p)
		switch text := faults.Error(); {
		case c.want == "" && len(faults) > 0:
			t.Errorf("%s: refused: %s", c.why, text)
		case c.want != "" && !strings.Contains(text, c.want):
			t.Errorf("%s: got %q, want %q", c.why, text, c.want)
		}
	}
}

func many(n int) []Selector {
	out := make([]Selector, n)
	for i := range out {
		out[i].Namespace = fmt.Sprint("ns", i)
	}
	return out
}

func TestValidateNameForm(t *testing.T) {
	for name, want := range map[string]int{
		"web": 0, "eks-system": 0, "größe_1": 0, "": 1, "a b": 1, "a/b": 1, "a\x1b[31m": 1, strings.Repeat("a", 101): 1, " " + strings.Repeat("a", 101): 2,
	} {
		if got := ValidateNameForm(name); len(got) != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func TestOwnTags(t *testing.T) {
	got := OwnTags(map[string]string{"aws:cloudformation:stack-name": "x", "AWS:y": "", "awsome": "1", "a": "aws:"})
	if len(got) != 2 || got["awsome"] != "1" || got["a"] != "aws:" {
		t.Error(got)
	}
}

func TestValidateGivesAllFaultsAtOnce(t *testing.T) {
	faults, _ := Validate(Profile{
		Name: "eks-a b", Selectors: []Selector{{Labels: map[string]string{"bad key!": "bad value!"}}, {Namespace: "Bad"}},
		PodExecutionRoleARN: "role", Subnets: []string{"x"}, Tags: map[string]string{"aws:a": ""},
	})
	if len(faults) != 9 {
		t.Errorf("%d faults:\n%v", len(faults), faults)
	}
	for _, f := range faults {
		if f.Field == "" || f.Message == "" || f.Hint == "" {
			t.Errorf("%+v does not say where, what and what to do", f)
		}
	}
}

func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		p    Profile
		want string
	}{
		{valid(), ""},
		{Profile{Name: strings.Repeat("a", 64), Selectors: many(1)}, "cannot be the value of the pod label"},
		{Profile{Name: "web_", Selectors: many(1)}, "cannot be the value of the pod label"},
		{Profile{Name: "é", Selectors: many(1)}, "cannot be the value of the pod label"},
		{Profile{Name: "a", Selectors: []Selector{{Namespace: "kube-*"}}}, "kube-system too"},
		{Profile{Name: "a", Selectors: []Selector{{Namespace: "*"}}}, "kube-system too"},
		{Profile{Name: "a", Selectors: []Selector{{Namespace: "kube-system"}}}, ""},
		{Profile{Name: "a", Selectors: []Selector{{Namespace: "web*"}, {Namespace: "web-1", Labels: map[string]string{"a": "b"}}}}, "adds nothing: selectors[0]"},
		{Profile{Name: "a", Selectors: []Selector{{Namespace: "web", Labels: map[string]string{"a": "*"}}, {Namespace: "web", Labels: map[string]string{"b": "*"}}}}, ""},
	} {
		faults, warnings := Validate(c.p)
		if len(faults) > 0 || !strings.Contains(warnings.Error(), c.want) || (c.want == "") != (len(warnings) == 0) {
			t.Errorf("%v: faults %v, warnings %v, want %q", c.p, faults, warnings, c.want)
		}
	}
}
