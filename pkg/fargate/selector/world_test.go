package selector

// This file holds a small world of pods, in which answers about selectors are found by trying them all.

import (
	"maps"
	"slices"

	"pgregory.net/rapid"
)

// selectorOf draws selectors with much in common, so that questions about several are not trivial.
var selectorOf = rapid.Custom(func(t *rapid.T) Selector {
	text := func(least int) *rapid.Generator[string] {
		return rapid.OneOf(rapid.StringOfN(rapid.RuneFrom([]rune("ab*?")), least, 2, -1), rapid.SampledFrom([]string{"*", "?", "a", "a*"}))
	}
	s := Selector{Namespace: text(1).Draw(t, "namespace"), Labels: map[string]string{}}
	for range rapid.IntRange(0, 3).Draw(t, "labels") {
		s.Labels[text(1).Draw(t, "key")] = text(0).Draw(t, "value")
	}
	return s
})

// smallWorld is every pod of the letters a, b and c with at most two characters in each text and two
// labels, and those of three labels with one character in each: namespaces and sets of labels, the
// smallest first. Patterns over a and b name at least one letter less.
type smallWorld struct {
	namespaces []string
	labels     []map[string]string
}

func newSmallWorld() smallWorld {
	texts := allTexts("abc", 2)
	w := smallWorld{namespaces: texts[1:], labels: []map[string]string{{}}}
	for i, k := range texts[1:] {
		for _, v := range texts {
			w.labels = append(w.labels, map[string]string{k: v})
			for _, k2 := range texts[i+2:] {
				for _, v2 := range texts {
					w.labels = append(w.labels, map[string]string{k: v, k2: v2})
				}
			}
		}
	}
	for _, v := range texts[:4] {
		for _, v2 := range texts[:4] {
			for _, v3 := range texts[:4] {
				w.labels = append(w.labels, map[string]string{"a": v, "b": v2, "c": v3})
			}
		}
	}
	slices.SortStableFunc(w.labels, func(a, b map[string]string) int { return sizeOf(Pod{Labels: a}) - sizeOf(Pod{Labels: b}) })
	return w
}

// sizeOf orders pods: the fewest labels first, then the least text.
func sizeOf(p Pod) int {
	size := len(p.Namespace) + 10_000*len(p.Labels)
	for k, v := range p.Labels {
		size += len(k) + len(v)
	}
	return size
}

// smallest returns the smallest pod of the world that fits all of fit and none of avoid.
func (w smallWorld) smallest(fit, avoid []Selector) (Pod, bool) {
	met := func(s Selector, labels map[string]string) bool {
		for k, v := range s.Labels {
			if !MeetsPair(labels, k, v) {
				return false
			}
		}
		return true
	}
	var best Pod
	found := false
	for _, labels := range w.labels {
		if found && sizeOf(Pod{Namespace: "a", Labels: labels}) >= sizeOf(best) {
			break
		}
		if slices.ContainsFunc(fit, func(s Selector) bool { return !met(s, labels) }) {
			continue
		}
		var foes []string
		for _, s := range avoid {
			if met(s, labels) {
				foes = append(foes, s.Namespace)
			}
		}
		for _, n := range w.namespaces {
			fits := func(p string) bool { return Match(p, n) }
			if slices.ContainsFunc(foes, fits) || slices.ContainsFunc(fit, func(s Selector) bool { return !fits(s.Namespace) }) {
				continue
			}
			if p := (Pod{Namespace: n, Labels: labels}); !found || sizeOf(p) < sizeOf(best) {
				best, found = Pod{Namespace: n, Labels: maps.Clone(labels)}, true
			}
		}
	}
	return best, found
}

// holds reports whether the world has all pods of this size and below, but for more letters.
func (w smallWorld) holds(p Pod) bool {
	text := len(p.Namespace)
	for k, v := range p.Labels {
		text = max(text, len(k), len(v))
	}
	return text <= 2 && len(p.Labels) <= 2
}
