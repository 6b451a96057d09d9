package fargate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fgctl/fgctl/pkg/fargate/selector"
)

// Overlaps is held against trying every pod of a small world.
func TestOverlapsAgainstBruteForce(t *testing.T) {
	world := newSmallWorld()
	rapid.Check(t, func(t *rapid.T) {
		profiles := profilesOf.Draw(t, "profiles")
		found := map[string]ProfileOverlap{}
		for _, o := range Overlaps(profiles) {
			found[fmt.Sprint(o.A.Profile, o.A.Index, o.B.Profile, o.B.Index)] = o
			var taker string
			for _, p := range slices.Backward(profiles) {
				if p.Status.TakesPods() && countFits(p.Selectors, o.Witness) > 0 {
					taker = p.Name
				}
			}
			if both := []Selector{o.A.Selector, o.B.Selector}; o.TakenBy != taker || countFits(both, o.Witness) < 2 {
				t.Fatalf("%s is a witness of %v, taken by %q, not %q", o.Witness.Shape(), both, taker, o.TakenBy)
			}
		}
		for i, p := range profiles {
			for _, q := range profiles[i+1:] {
				for j, s := range p.Selectors {
					for k, r := range q.Selectors {
						o, ok := found[fmt.Sprint(p.Name, j+1, q.Name, k+1)]
						want, overlap := world.smallest([]Selector{s, r}, nil)
						if overlap && !ok || ok && !overlap && world.holds(o.Witness) {
							t.Fatalf("%s and %s: got %v %s, brute force finds %s", s, r, ok, o.Witness.Shape(), want.Shape())
						}
						if ok && o.Counts != (p.Status.TakesPods() && q.Status.TakesPods()) {
							t.Fatalf("an overlap of profiles %s and %s counts: %v", p.Status, q.Status, o.Counts)
						}
					}
				}
			}
		}
	})
}

// The redundant selectors can all go without a pod being left without a profile, and no other one can.
func TestRedundanciesAgainstBruteForce(t *testing.T) {
	world := newSmallWorld()
	rapid.Check(t, func(t *rapid.T) {
		profiles := profilesOf.Draw(t, "profiles")
		redundant := map[string]Redundancy{}
		key := func(r SelectorRef) string { return fmt.Sprint(r.Profile, r.Index) }
		for _, r := range Redundancies(profiles) {
			redundant[key(r.Selector)] = r
		}
		var stay []SelectorRef
		all := selectorsOf(profiles)
		for _, ref := range all {
			if _, gone := redundant[key(ref)]; !gone {
				stay = append(stay, ref)
			}
		}
		for _, ref := range all {
			one := []Selector{ref.Selector}
			r, gone := redundant[key(ref)]
			if !gone {
				others := slices.DeleteFunc(slices.Clone(stay), func(o SelectorRef) bool { return key(o) == key(ref) })
				if pod, escapes := selector.Escape(ref.Selector, plainSelectors(others)...); escapes != selector.Yes || countFits(plainSelectors(others), pod) > 0 {
					t.Fatalf("%v is redundant and not found", ref)
				}
				continue
			}
			if pod, loses := world.smallest(one, plainSelectors(stay)); loses {
				t.Fatalf("%v is called redundant, but %s loses its profile", ref, pod.Shape())
			}
			if pod, loses := world.smallest(one, plainSelectors(r.By)); loses {
				t.Fatalf("%v does not cover %v: %s", r.By, ref, pod.Shape())
			}
			for i, by := range r.By {
				rest := slices.Delete(slices.Clone(r.By), i, i+1)
				if key(by) == key(ref) || r.Within && by.Profile != ref.Profile || covered(new(selector.Search), ref.Selector, rest...) {
					t.Fatalf("%v does not need %v in %v", ref, by, r.By)
				}
			}
		}
	})
}

// profilesFrom reads "name: selector selector; name STATUS: selector".
func profilesFrom(t testing.TB, text string) []Profile {
	var out []Profile
	for part := range strings.SplitSeq(text, ";") {
		head, list, _ := strings.Cut(part, ":")
		name, status, _ := strings.Cut(strings.TrimSpace(head), " ")
		out = append(out, Profile{Name: name, Status: Status(status), Selectors: selectors(t, list)})
	}
	return out
}

func TestOverlaps(t *testing.T) {
	for text, want := range map[string]string{
		"a: web; b: api":                                     "",
		"b: web; a: w*,app=x":                                "a1 b1 web app=x taken by a; ",
		"a: x web; b: we? web":                               "a2 b1 web taken by a; a2 b2 web taken by a; ",
		"a: *; b: web,k=?; c: web,*=v":                       "a1 b1 web k=a taken by a; a1 c1 web a=v taken by a; b1 c1 web k=v taken by a; ",
		"b: web; a DELETING: web; c: web":                    "a1 b1 web taken by b, does not count; a1 c1 web taken by b, does not count; b1 c1 web taken by b; ",
		"a CREATING: web; b CREATE_FAILED: web":              "a1 b1 web taken by , does not count; ",
		"B: web; a: web":                                     "B1 a1 web taken by B; ",
		"a: web,k=a*; b: web,k=*b":                           "a1 b1 web k=ab taken by a; ",
		"a: web,k=a; b: web,k=b":                             "",
		"a: web,k=a; b: web,k?=b":                            "a1 b1 web k=a ka=b taken by a; ",
		"a: web,app=api,tier=*; b: web,*=api,t*=x,team=blue": "a1 b1 web app=api team=blue tier=x taken by a; ",
	} {
		got := ""
		for _, o := range Overlaps(profilesFrom(t, text)) {
			got += fmt.Sprintf("%s%d %s%d %s", o.A.Profile, o.A.Index, o.B.Profile, o.B.Index, o.Witness.Namespace)
			for _, k := range (Selector{Labels: o.Witness.Labels}).LabelKeys() {
				got += " " + k + "=" + o.Witness.Labels[k]
			}
			got += " taken by " + o.TakenBy
			if !o.Counts {
				got += ", does not count"
			}
			got += "; "
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestRedundancies(t *testing.T) {
	for text, want := range map[string]string{
		"a: web; b: api":                       "",
		"a: web web,app=x":                     "a2 within by a1; ",
		"a: web,app=x web":                     "a1 within by a2; ",
		"a: web; b: web":                       "b1 by a1; ",
		"a: web,app=x; b: web":                 "a1 by b1; ",
		"a: web; b DELETING: *":                "",
		"a: a a?* a*":                          "a1 within by a3; a2 within by a3; ",
		"a: a* a; b: a?*":                      "a2 within by a1; b1 by a1; ",
		"a: a?*; b: a* z; c: a":                "a1 by b1; c1 by b1; ",
		"a: x a,k=x*; b: a,k=x a,k=x?*":        "b1 by a2; b2 by a2; ",
		"a: web,k=a web,k=?*; b: web web,k=":   "a1 within by a2; a2 by b1; b2 within by b1; ",
		"a: b a,k=a?; b: a,k=?b a,k=?a a,k=?*": "a2 by b3; b1 within by b3; b2 within by b3; ",
		"a: a?; b: ?* *b,k=x; c: ab":           "a1 by b1; b2 within by b1; c1 by b1; ",
		"a: a?*; b: a; c: z a*,k=x":            "c2 by a1 b1; ",
		"a: " + strings.Repeat("a", 64) + " b": "a1 within by; ",
	} {
		got := ""
		for _, r := range Redundancies(profilesFrom(t, text)) {
			got += fmt.Sprintf("%s%d", r.Selector.Profile, r.Selector.Index)
			if r.Within {
				got += " within"
			}
			got += " by"
			for _, by := range r.By {
				got += fmt.Sprintf(" %s%d", by.Profile, by.Index)
			}
			got += "; "
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}
