package fargate

// This file decides what patterns have in common and what escapes them, by walking them side by side,
// breadth first, so that the first answer is a shortest one.

import (
	"encoding/binary"
	"slices"
	"strings"
)

// budget bounds the work of one question. What is answered after it is spent is no answer.
type budget struct {
	left  int
	spent bool
}

// comparisons is how many sets can be compared in the time of a step.
const comparisons = 16

// take spends one step and tells whether there was one left.
func (b *budget) take() bool {
	if b.left--; b.left < 0 {
		b.spent = true
	}
	return !b.spent
}

// shortest gives a shortest text of the grammar that fits all patterns of fit and none of avoid, always
// the same for the same question. It gives none also when the budget is spent.
//
// Fit is followed place by place, avoid by the set of all places that a text can have reached. Of two
// such sets at the same places of fit the smaller one escapes whenever the larger does, so only minimal
// sets are followed (an antichain); that keeps the walk small where a plain subset construction would
// grow exponentially.
func shortest(g grammar, fit, avoid []glob, b *budget) (string, bool) {
	for _, p := range fit {
		if p.least() > g.longest {
			return "", false
		}
	}
	for _, p := range fit {
		if slices.ContainsFunc(p, func(c byte) bool { return c == '*' || c == '?' }) {
			continue
		}
		text := string(p) // there is no other
		return text, b.take() && g.valid(text) && fits(fit, text) == len(fit) && fits(avoid, text) == 0
	}
	w := newWalk(g, fit, avoid)
	text, ok := w.run(b)
	if !ok {
		return "", false
	}
	// The character that stands for all others need not be one that no pattern names; a reads better.
	for i := range len(smallLetters) {
		plainer := strings.ReplaceAll(text, string(w.letters[0]), smallLetters[i:i+1])
		if plainer == text || g.valid(plainer) && fits(fit, plainer) == len(fit) && fits(avoid, plainer) == 0 {
			return plainer, true
		}
	}
	return text, true
}

// fits counts the patterns that the text fits.
func fits(patterns []glob, text string) int {
	n := 0
	for _, p := range patterns {
		if MatchPattern(string(p), text) {
			n++
		}
	}
	return n
}

// walk is the state of shortest.
type walk struct {
	grammar grammar
	fit     []glob
	letters []byte
	outer   *automaton
	queue   []stride
	minimal map[string][]int
}

// stride is a text that was reached: by which step and with which character, and where it leads.
type stride struct {
	from   int
	c      byte
	at     spot
	places string // two bytes for the place in each pattern of fit
	outer  bits
}

func newWalk(g grammar, fit, avoid []glob) *walk {
	avoid = slices.DeleteFunc(slices.Clone(avoid), func(p glob) bool { return p.least() > g.longest })
	letters := g.alphabet(fit, avoid)
	return &walk{grammar: g, fit: fit, letters: letters, outer: newAutomaton(avoid, letters), minimal: map[string][]int{}}
}

func (w *walk) run(b *budget) (string, bool) {
	first := stride{from: -1, places: string(make([]byte, 2*len(w.fit))), outer: w.outer.start}
	if w.outer.trapped(first.outer) {
		return "", false
	}
	w.queue = append(w.queue, first)
	if w.ends(first) {
		return "", true
	}
	for i := 0; i < len(w.queue); i++ {
		b.left -= len(w.letters) / comparisons
		for _, c := range w.letters {
			at, ok := w.grammar.step(w.queue[i].at, c)
			if !ok {
				continue
			}
			next := stride{from: i, c: c, at: at}
			if found := w.spread(&next, nil, b); found {
				return w.text(next), true
			}
			if b.spent {
				return "", false
			}
		}
	}
	return "", false
}

// spread enters every combination of places that the patterns of fit can be at after the character, and
// tells whether next, then completed, is a whole answer.
func (w *walk) spread(next *stride, places []byte, b *budget) bool {
	before := w.queue[next.from]
	n := len(places)
	if n == len(before.places) {
		if !b.take() {
			return false
		}
		next.places = string(places)
		if next.outer == nil {
			next.outer = w.outer.next(before.outer, next.c)
		}
		return w.enter(*next, b) && w.ends(*next)
	}
	pattern := w.fit[n/2]
	on, stay := pattern.next(int(binary.BigEndian.Uint16([]byte(before.places[n:]))), next.c)
	if on < 0 && stay < 0 && n > 0 {
		b.left-- // the ways of the patterns before it were for nothing
	}
	for _, place := range []int{on, stay} {
		if place >= 0 && w.spread(next, binary.BigEndian.AppendUint16(places, uint16(place)), b) { //nolint:gosec // patterns are short
			return true
		}
	}
	return false
}

// enter queues a stride unless it is lost, or one before it was at least as good: with a set of outer
// within this one's, and with as much room left in the current part.
func (w *walk) enter(s stride, b *budget) bool {
	if w.outer.trapped(s.outer) {
		return false
	}
	key := s.places + string(rune(s.at.state))
	b.left -= len(w.minimal[key]) / comparisons
	for _, i := range w.minimal[key] {
		if old := &w.queue[i]; old.at.part <= s.at.part && old.outer.within(s.outer) {
			return false
		}
	}
	w.minimal[key] = append(w.minimal[key], len(w.queue))
	w.queue = append(w.queue, s)
	return true
}

// ends tells whether the text of the stride is an answer.
func (w *walk) ends(s stride) bool {
	for i, p := range w.fit {
		if !p.done(int(binary.BigEndian.Uint16([]byte(s.places[2*i:])))) {
			return false
		}
	}
	return w.grammar.accept(s.at) && !w.outer.matches(s.outer)
}

func (w *walk) text(s stride) string {
	var out []byte
	for ; s.from >= 0; s = w.queue[s.from] {
		out = append(out, s.c)
	}
	slices.Reverse(out)
	return string(out)
}
