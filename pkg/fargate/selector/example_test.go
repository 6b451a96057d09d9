package selector_test

import (
	"fmt"

	"github.com/fgctl/fgctl/pkg/fargate/selector"
)

func ExampleMatch() {
	fmt.Println(selector.Match("prod-*", "prod-eu"), selector.Match("prod-?", "prod-eu"))
	// Output: true false
}

func ExampleHasWildcard() {
	fmt.Println(selector.HasWildcard("prod-?"), selector.HasWildcard("prod"))
	// Output: true false
}

func ExampleMeetsPair() {
	labels := map[string]string{"app.kubernetes.io/name": "api"}
	fmt.Println(selector.MeetsPair(labels, "app.*", "a?i"), selector.MeetsPair(labels, "app", "api"))
	// Output: true false
}

func ExampleCompile() {
	tier := selector.Compile("tier-*-eu")
	fmt.Println(tier.Prefix(), tier.Match("tier-1-eu"))
	// Output: tier- true
}

func ExampleSelector_Matches() {
	web := selector.Selector{Namespace: "web*", Labels: map[string]string{"app": "*"}}
	fmt.Println(web.Matches("web-1", map[string]string{"app": "api"}), web.Matches("web-1", nil))
	// Output: true false
}

func ExampleOverlap() {
	a := selector.Selector{Namespace: "prod-*", Labels: map[string]string{"app": "api"}}
	b := selector.Selector{Namespace: "*-eu", Labels: map[string]string{"*": "a*"}}
	pod, answer := selector.Overlap(a, b)
	fmt.Println(answer == selector.Yes, pod.Shape())
	// Output: true namespace prod-eu, app=api
}

// Two selectors cover together what neither covers alone.
func ExampleEscape() {
	all := selector.Selector{Namespace: "web", Labels: map[string]string{"tier": "*"}}
	none := selector.Selector{Namespace: "web", Labels: map[string]string{"tier": ""}}
	some := selector.Selector{Namespace: "web", Labels: map[string]string{"tier": "?*"}}
	pod, answer := selector.Escape(all, none)
	fmt.Println(answer == selector.Yes, pod.Shape())
	_, answer = selector.Escape(all, none, some)
	fmt.Println(answer == selector.No)
	// Output:
	// true namespace web, tier=a
	// true
}

func ExampleSearch() {
	namespaces := []string{"web", "web-*", "api"}
	var search selector.Search
	for i, a := range namespaces {
		for _, b := range namespaces[i+1:] {
			if _, answer := search.Overlap(selector.Selector{Namespace: a}, selector.Selector{Namespace: b}); answer != selector.No {
				fmt.Println(a, "and", b)
			}
		}
	}
	fmt.Println("done")
	// Output: done
}

func ExampleLabel() {
	key, value, ok := selector.Label("tier*", "v?", "tier")
	fmt.Println(key, value, ok)
	// Output: tiera va true
}
