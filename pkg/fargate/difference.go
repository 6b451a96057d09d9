package fargate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Difference is one field in which a profile is not as wanted. Have and Want are for people.
type Difference struct {
	Field string `json:"field"`
	Have  string `json:"have"`
	Want  string `json:"want"`
}

// String writes the difference in one line.
func (d Difference) String() string {
	return fmt.Sprintf("%s: %s → %s", d.Field, d.Have, d.Want)
}

// Differences returns the fields of have that are not as want says. A field that want leaves empty is
// not wanted otherwise, because its default was not asked for. The order of selectors and subnets does
// not count. Tags in want must be there; other tags do no harm.
func Differences(have, want Profile) []Difference {
	var out []Difference
	if len(want.Selectors) > 0 && !SameSelectors(have.Selectors, want.Selectors) {
		out = append(out, Difference{"selectors", selectorTexts(have.Selectors), selectorTexts(want.Selectors)})
	}
	if want.PodExecutionRoleARN != "" && have.PodExecutionRoleARN != want.PodExecutionRoleARN {
		out = append(out, Difference{"podExecutionRoleARN", have.PodExecutionRoleARN, want.PodExecutionRoleARN})
	}
	if len(want.Subnets) > 0 && !sameSet(have.Subnets, want.Subnets) {
		out = append(out, Difference{"subnets", list(have.Subnets), list(want.Subnets)})
	}
	for _, key := range slices.Sorted(maps.Keys(want.Tags)) {
		value, has := have.Tags[key]
		if !has {
			out = append(out, Difference{"tags." + key, "absent", want.Tags[key]})
		} else if value != want.Tags[key] {
			out = append(out, Difference{"tags." + key, value, want.Tags[key]})
		}
	}
	return out
}

// SameSelectors reports whether two lists hold the same selectors in whatever order.
func SameSelectors(a, b []Selector) bool {
	return sameSet(texts(a), texts(b))
}

func texts(selectors []Selector) []string {
	out := make([]string, len(selectors))
	for i, s := range selectors {
		out[i] = s.String()
	}
	return out
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func selectorTexts(selectors []Selector) string { return list(texts(selectors)) }

func list(items []string) string {
	if len(items) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(slices.Values(items)), "; ")
}
