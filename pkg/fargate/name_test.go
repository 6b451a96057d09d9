package fargate

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"
	"pgregory.net/rapid"
)

func TestDefaultName(t *testing.T) {
	web := Selector{Namespace: "web"}
	api := Selector{Namespace: "api", Labels: map[string]string{"app": "x"}}
	if got := DefaultName([]Selector{web}); got != "fp-web" {
		t.Errorf("one plain selector gives %s", got)
	}
	for _, s := range [][]Selector{{api}, {web, api}, {{Namespace: "web*"}}, {{Namespace: "*"}}, {{Namespace: strings.Repeat("a", 63)}}} {
		got := DefaultName(s)
		if len(validation.IsValidLabelValue(got)) > 0 || len(ValidateName(got)) > 0 || got == "fp-web" {
			t.Errorf("%v gives %s", s, got)
		}
	}
	if a, b := DefaultName([]Selector{web, api}), DefaultName([]Selector{api, web}); a != b {
		t.Errorf("the order of selectors makes %s and %s", a, b)
	}
}

func TestDefaultNameTellsSelectorsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(selectorOf, 1, 3).Draw(t, "a")
		b := rapid.SliceOfN(selectorOf, 1, 3).Draw(t, "b")
		if DefaultName(a) == DefaultName(b) && !SameSelectors(a, b) {
			t.Fatalf("%v and %v are both %s", a, b, DefaultName(a))
		}
	})
}

func TestSuccessorName(t *testing.T) {
	for _, c := range []struct{ name, taken, want string }{
		{"web", "", "web-2"},
		{"web-2", "", "web-3"},
		{"web-9", "", "web-10"},
		{"web", "web-2 web-3", "web-4"},
		{"web-0", "", "web-0-2"},
		{"web-99999999999999999999", "", "web-100000000000000000000"},
		{strings.Repeat("a", 100), "", strings.Repeat("a", 98) + "-2"},
	} {
		taken := strings.Fields(c.taken)
		if got := SuccessorName(c.name, func(n string) bool { return slices.Contains(taken, n) }); got != c.want {
			t.Errorf("%s is followed by %s, want %s", c.name, got, c.want)
		}
	}
}

func TestParseSelector(t *testing.T) {
	s, err := ParseSelector("--selector", "namespace=web, app=api,tier=*,empty=")
	if err != nil || s.String() != "namespace=web,app=api,empty=,tier=*" {
		t.Errorf("got %s, %v", s, err)
	}
	for text, want := range map[string]string{
		"":                         "has no namespace",
		"app=api":                  "has no namespace",
		"web":                      `--selector: "web" is not KEY=VALUE`,
		"namespace=web,app":        `"app" in "namespace=web,app" is not KEY=VALUE`,
		"namespace=web,":           "is not KEY=VALUE",
		"namespace=web,a=1,a=2":    "names a twice",
		"namespace=a,namespace=b":  "names namespace twice",
		"namespace=web,=x,another": `"another"`,
	} {
		if _, err := ParseSelector("--selector", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// What String writes, ParseSelector reads.
func TestSelectorRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := selectorOf.Draw(t, "s")
		if got, err := ParseSelector("--selector", s.String()); err != nil || !got.Equal(s) {
			t.Fatalf("%s became %s, %v", s, got, err)
		}
	})
}

func TestDifferences(t *testing.T) {
	have := Profile{
		Selectors: []Selector{{Namespace: "a"}, {Namespace: "b"}}, Subnets: []string{"subnet-1", "subnet-2"},
		PodExecutionRoleARN: "role", Tags: map[string]string{"team": "x", "more": "y"},
	}
	same := Profile{Selectors: []Selector{{Namespace: "b"}, {Namespace: "a"}}, Subnets: []string{"subnet-2", "subnet-1"}, Tags: map[string]string{"team": "x"}}
	if d := Differences(have, same); len(d) > 0 {
		t.Errorf("order and defaults must not count: %v", d)
	}
	other := Profile{Selectors: []Selector{{Namespace: "a"}}, Subnets: []string{"subnet-1"}, PodExecutionRoleARN: "other", Tags: map[string]string{"team": "z", "new": ""}}
	var fields []string
	for _, d := range Differences(have, other) {
		fields = append(fields, d.Field)
	}
	if got := strings.Join(fields, " "); got != "selectors podExecutionRoleARN subnets tags.new tags.team" {
		t.Errorf("got %s", got)
	}
}

// A successor that is to take pods before the original goes has a name that sorts first, again and again.
func TestEarlierName(t *testing.T) {
	for _, c := range []struct{ name, taken, want string }{
		{"web", "", "9-web"},
		{"web", "9-web 8-web", "7-web"},
		{"9-web", "", "8-web"},
		{"1-web", "", "0-web"},
		{"0-web", "", "0-9-web"},
		{"0-9-web", "", "0-8-web"},
		{"0-0-web", "", "0-0-9-web"},
		{"Web", "", "9-Web"},
		{"web-2", "", "9-web-2"},
		{"1web", "", "1-1web"},
		{"42", "", "4-42"},
		{"éclair", "", "9-éclair"},
		{"0", "", ""},
		{strings.Repeat("w", 100), "", "9-" + strings.Repeat("w", 98)},
	} {
		got := EarlierName(c.name, func(name string) bool { return slices.Contains(strings.Fields(c.taken), name) })
		if got != c.want || got != "" && !SortsBefore(got, c.name) {
			t.Errorf("%s is preceded by %q, want %q", c.name, got, c.want)
		}
		if got != "" && len(ValidateName(got)) > 0 {
			t.Errorf("%s is no name", got)
		}
	}
	name := "web"
	for range 25 {
		next := EarlierName(name, func(string) bool { return false })
		if !SortsBefore(next, name) {
			t.Fatalf("%s is preceded by %q", name, next)
		}
		name = next
	}
	if SortsBefore("Web-2", "web") {
		t.Error("Web-2 sorts before web in one reading only")
	}
}
