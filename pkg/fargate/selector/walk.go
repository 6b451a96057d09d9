package selector

import (
	"slices"
	"strings"
)

// work is what is left of the effort that a question may take, counted in comparisons or so. What is answered after
// it is spent is no answer.
type work int

func (w *work) take(n int)  { *w -= work(n) }
func (w *work) spent() bool { return *w < 0 }

// The work that things cost beside comparisons.
const (
	strideWork = 32  // a character is tried
	walkWork   = 300 // a walk begins
)

// shortest returns a shortest text of the grammar that matches all globs of fit and none of avoid, always the
// same for the same question; "" and false where there is none or the work is spent.
//
// It walks all globs side by side, breadth first. Fit is followed place by place, avoid by the set of all
// places that a text can have reached. Of two such sets at the same places of fit the smaller one escapes
// whenever the larger does, so only minimal sets are followed (an antichain); that keeps the walk small
// where a plain subset construction would grow exponentially.
func shortest(g grammar, fit, avoid []string, b *work) (string, bool) {
	b.take(walkWork)
	answers := func(text string) bool {
		return g.valid(text) && !slices.ContainsFunc(fit, func(p string) bool { return !Match(p, text) }) &&
			!slices.ContainsFunc(avoid, func(p string) bool { return Match(p, text) })
	}
	for _, p := range fit {
		switch {
		case !HasWildcard(p) && answers(p):
			return p, true
		case !HasWildcard(p), shortestLength(p) > g.longest(), !mayShareAll(p, fit):
			return "", false
		}
	}
	avoid = slices.DeleteFunc(slices.Clone(avoid), func(p string) bool {
		return shortestLength(p) > g.longest() || !mayShareAll(p, fit)
	})
	letters := g.alphabet(slices.Concat(fit, avoid))
	globs := strings.Join(slices.Concat(fit, avoid), "\n") + "\n"
	w := &walk{grammar: g, globs: globs, best: map[reach][]stride{}, work: b}
	text, ok := w.run(len(fit), letters)
	if !ok {
		return "", false
	}
	// The letter that stands for all others need not be one that no glob names; a reads better.
	for i := range len(small) {
		if plainer := strings.ReplaceAll(text, string(letters[0]), small[i:i+1]); answers(plainer) {
			return plainer, true
		}
	}
	return text, true
}

// walk is the state of shortest.
type walk struct {
	grammar grammar
	globs   string   // those of fit, then those of avoid; see next
	strides []stride // to go on from, the shortest first
	// best are the strides that come as far, by everything but the places of avoid and the length of a part.
	best map[reach][]stride
	work *work
}

// reach is how far strides have come that differ in the places of avoid and the length of a part alone.
type reach struct {
	fit  string
	part int
	last byte
}

// stride is a text that was reached, and how far it has come.
type stride struct {
	text  string
	at    spot
	fit   []rune // the place in each glob
	avoid []rune // all places in all globs, in order
}

func (w *walk) run(fit int, letters []byte) (string, bool) {
	places := []rune{0}
	for i := range len(w.globs) - 1 {
		if w.globs[i] == '\n' {
			places = append(places, rune(i+1))
		}
	}
	for _, part := range w.grammar.starts {
		w.enter(stride{at: spot{part: part}, fit: places[:fit], avoid: places[fit:]})
	}
	for i := 0; i < len(w.strides) && !w.work.spent(); i++ {
		s := w.strides[i]
		if w.ends(s) {
			return s.text, true
		}
		for _, c := range letters {
			w.spread(s, c, nil)
		}
	}
	return "", false
}

// spread enters every combination of places that the globs of fit can be at after the character; places are those of
// the first globs.
func (w *walk) spread(from stride, c byte, places []rune) {
	if w.work.spent() {
		return
	}
	if len(places) == len(from.fit) {
		if at, ok := w.grammar.step(from.at, c); ok {
			w.enter(stride{from.text + string(c), at, slices.Clone(places), w.outer(from.avoid, c)})
		}
		return
	}
	w.work.take(1)
	on, stay := next(w.globs, from.fit[len(places)], c)
	for _, place := range [2]rune{on, stay} {
		if place >= 0 {
			w.spread(from, c, append(places, place))
		}
	}
}

// outer returns the places of avoid after a character. They come in order, since no star follows another.
func (w *walk) outer(from []rune, c byte) []rune {
	w.work.take(len(from))
	out := make([]rune, 0, len(from)+4)
	for _, at := range from {
		on, stay := next(w.globs, at, c)
		for _, place := range [2]rune{stay, on} {
			if place >= 0 && (len(out) == 0 || out[len(out)-1] != place) {
				out = append(out, place)
			}
		}
	}
	return out
}

// enter appends a stride unless it is lost, or one before it is at least as good: with places of avoid that are all
// among this one's, and with as much room left in the current part.
func (w *walk) enter(s stride) {
	w.work.take(strideWork)
	if slices.ContainsFunc(s.avoid, func(at rune) bool { return trapped(w.globs, at) }) {
		return
	}
	key := reach{string(s.fit), s.at.part, s.at.last}
	for _, old := range w.best[key] {
		w.work.take(1 + len(s.avoid))
		if old.at.length <= s.at.length && within(old.avoid, s.avoid) {
			return
		}
	}
	w.best[key] = append(w.best[key], s)
	w.strides = append(w.strides, s)
}

// within reports whether every place of a, in order, is one of b.
func within(a, b []rune) bool {
	for _, place := range b {
		if len(a) > 0 && a[0] == place {
			a = a[1:]
		}
	}
	return len(a) == 0
}

// ends reports whether the text of the stride is an answer.
func (w *walk) ends(s stride) bool {
	ended := func(at rune) bool { return done(w.globs, at) }
	return w.grammar.ends(s.at) && !slices.ContainsFunc(s.avoid, ended) &&
		!slices.ContainsFunc(s.fit, func(at rune) bool { return !ended(at) })
}
