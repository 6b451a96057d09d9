package fargate

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// profilesOf draws up to three profiles, each of up to three selectors, not all of which take pods.
var profilesOf = rapid.Custom(func(t *rapid.T) []Profile {
	var out []Profile
	for i := range rapid.IntRange(0, 3).Draw(t, "profiles") {
		out = append(out, Profile{
			Name:      string(rune('p' + i)),
			Status:    rapid.SampledFrom([]Status{StatusActive, StatusActive, "", StatusCreating}).Draw(t, "status"),
			Selectors: rapid.SliceOfN(selectorOf, 1, 3).Draw(t, "selectors"),
		})
	}
	return out
})

// Coverage is held against trying every pod of a small world: its extent, who covers, and the pod that loses.
func TestCoverageAgainstBruteForce(t *testing.T) {
	world := newSmallWorld()
	extents := map[Extent]int{}
	rapid.Check(t, func(t *rapid.T) {
		lost := rapid.SliceOfN(selectorOf, 1, 2).Draw(t, "lost")
		remaining := profilesOf.Draw(t, "remaining")
		var takers []Selector
		for _, p := range remaining {
			if p.Status.TakesPods() {
				takers = append(takers, p.Selectors...)
			}
		}
		for i, c := range Coverage(lost, remaining) {
			extents[c.Extent]++
			if c.Index != i+1 || !c.Selector.Equal(lost[i]) || c.Unsure {
				t.Fatalf("%+v", c)
			}
			want, loses := world.smallest(lost[i:i+1], takers)
			switch {
			case loses && c.Extent == ExtentWhole:
				t.Fatalf("%s is said to be covered, but %s is not", c.Selector, want.Shape())
			case c.Extent != ExtentWhole && (c.Loses == nil || countFits(lost[i:i+1], *c.Loses) == 0 || countFits(takers, *c.Loses) > 0):
				t.Fatalf("%v is no pod that loses its profile", c.Loses)
			case c.Extent == ExtentWhole && c.Loses != nil:
				t.Fatalf("%s loses nothing, but %s is said to", c.Selector, c.Loses.Shape())
			case (len(c.By) == 0) != (c.Extent == ExtentNone):
				t.Fatalf("%s is covered to the extent %s by %v", c.Selector, c.Extent, c.By)
			}
			checkTakers(t, world, c, remaining)
		}
	})
	if len(extents) < 3 {
		t.Errorf("not every extent came up: %v", extents)
	}
}

// checkTakers holds By and Alone against the world.
func checkTakers(t *rapid.T, world smallWorld, c Cover, remaining []Profile) {
	named := map[string]bool{}
	for _, ref := range c.By {
		named[fmt.Sprint(ref.Profile, ref.Index)] = true
	}
	alone := map[string]bool{}
	for _, ref := range c.Alone {
		alone[fmt.Sprint(ref.Profile, ref.Index)] = true
	}
	for _, p := range remaining {
		for i, s := range p.Selectors {
			key := fmt.Sprint(p.Name, i+1)
			if _, shares := world.smallest([]Selector{c.Selector, s}, nil); p.Status.TakesPods() && shares && !named[key] || named[key] && !p.Status.TakesPods() {
				t.Fatalf("selector %s of %s: By is %v", s, p.Status, c.By)
			}
			if p, escapes := world.smallest([]Selector{c.Selector}, []Selector{s}); alone[key] && escapes {
				t.Fatalf("%s is said to cover alone, but not %s", s, p.Shape())
			}
		}
	}
}

func selectors(t testing.TB, text string) []Selector {
	var out []Selector
	for part := range strings.FieldsSeq(text) {
		s, err := ParseSelector("--selector", "namespace="+part)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

func TestCoverage(t *testing.T) {
	everyName := strings.Join(strings.Split("abcdefghijklmnopqrstuvwxyz0123456789", ""), " ")
	for name, c := range map[string]struct {
		lost, remaining string
		extent          Extent
		loses           string
		alone           int
	}{
		"itself":                  {"web", "web", ExtentWhole, "", 1},
		"nothing remains":         {"web,app=api", "", ExtentNone, "namespace web, app=api", 0},
		"another namespace":       {"web", "api", ExtentNone, "namespace web", 0},
		"only with labels":        {"web", "web,app=*", ExtentPart, "namespace web", 0},
		"a label more":            {"web,app=api", "web", ExtentWhole, "", 1},
		"one value of many":       {"web,app=*", "web,app=api", ExtentPart, "namespace web, app=", 0},
		"union of values":         {"web,app=a*", "web,app=a web,app=a?*", ExtentWhole, "", 0},
		"union of namespaces":     {"a*", "a a?*", ExtentWhole, "", 0},
		"all letters":             {"?", everyName, ExtentWhole, "", 0},
		"all letters but one":     {"?", everyName[2:], ExtentPart, "namespace a", 0},
		"union over two keys":     {"a,k=*,l=*", "a,k=,l=* a,k=?*,l= a,k=?*,l=?*", ExtentWhole, "", 0},
		"a hole between two keys": {"a,k=*,l=*", "a,k=,l=* a,k=?*,l=", ExtentPart, "namespace a, k=a, l=a", 0},
		"namespace and label":     {"a*,k=*", "a,k=* a?*,k= a?*,k=?*", ExtentWhole, "", 0},
		"key without a label":     {"a", "a,k=* a,*=*", ExtentPart, "namespace a", 0},
		"wildcard key":            {"a,k=x", "a,*=x", ExtentWhole, "", 1},
		"keys by union":           {"a,k*=x", "a,k=x a,k?*=x", ExtentWhole, "", 0},
		"one label for two pairs": {"a,k*=x,*=?", "a,k*=y", ExtentPart, "namespace a, k=x", 0},
		"many remain":             {"prod-*", "prod-a* prod-b* prod-c* *-z", ExtentPart, "namespace prod-0", 0},
	} {
		remaining := []Profile{{Name: "other", Selectors: selectors(t, c.remaining)}, {Name: "gone", Status: StatusDeleting, Selectors: selectors(t, "*")}}
		got := Coverage(selectors(t, c.lost), remaining)[0]
		loses := ""
		if got.Loses != nil {
			loses = got.Loses.Shape()
		}
		if got.Extent != c.extent || len(loses) != len(c.loses) || len(got.Alone) != c.alone {
			t.Errorf("%s: %s, loses %q, alone %v; want %s, a pod like %q", name, got.Extent, loses, got.Alone, c.extent, c.loses)
		}
	}
}
