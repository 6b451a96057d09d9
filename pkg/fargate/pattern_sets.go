package fargate

// This file decides intersection and containment of patterns by walking them side by side, breadth
// first, so that the first answer is a shortest one.

import "slices"

// step gives the places behind place at of the pattern after one more character.
func step(pattern []rune, at int, c rune) []int {
	if at == len(pattern) {
		return nil
	}
	switch pattern[at] {
	case '*':
		return closure(pattern, at)
	case '?', c:
		return closure(pattern, at+1)
	}
	return nil
}

// closure gives the place and, since * may stand for nothing, the places behind stars.
func closure(pattern []rune, at int) []int {
	out := []int{at}
	for at < len(pattern) && pattern[at] == '*' {
		at++
		out = append(out, at)
	}
	return out
}

// intersect gives a shortest text of the grammar that fits both patterns. It visits each pair of places
// once per state of the grammar.
func intersect(g grammar, a, b string) (string, bool) {
	type place struct{ a, b, state int }
	type visit struct {
		place
		text string
	}
	pa, pb := []rune(a), []rune(b)
	letters := g.alphabet(a, b)
	seen := map[place]bool{}
	var queue []visit
	enter := func(as, bs []int, state int, text string) {
		for _, i := range as {
			for _, j := range bs {
				if p := (place{i, j, state}); !seen[p] {
					seen[p] = true
					queue = append(queue, visit{p, text})
				}
			}
		}
	}
	enter(closure(pa, 0), closure(pb, 0), 0, "")
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		if v.a == len(pa) && v.b == len(pb) && g.accept(v.state) {
			return v.text, true
		}
		for _, c := range letters {
			if state := g.step(v.state, c); state >= 0 {
				enter(step(pa, v.a, c), step(pb, v.b, c), state, v.text+string(c))
			}
		}
	}
	return "", false
}

// escape gives a shortest text of the grammar that fits inner but not outer; there is none exactly
// when outer contains inner. Inner is followed place by place, outer by the set of all places it may be
// at. Of two such sets at one place the smaller one escapes whenever the larger does, so only minimal
// sets are followed (an antichain); that keeps the walk small where a plain subset construction would
// grow exponentially.
func escape(g grammar, inner, outer string) (string, bool) {
	if inner == outer || outer == "*" {
		return "", false
	}
	pi, po := []rune(inner), []rune(outer)
	letters := g.alphabet(inner, outer)
	front := frontier{}
	front.enter(closure(pi, 0), startOf(po), 0, "")
	for len(front.queue) > 0 {
		v := front.queue[0]
		front.queue = front.queue[1:]
		if v.beaten {
			continue
		}
		if v.at == len(pi) && g.accept(v.state) && !v.outer.done() {
			return v.text, true
		}
		for _, c := range letters {
			if state := g.step(v.state, c); state >= 0 {
				if ats := step(pi, v.at, c); len(ats) > 0 {
					front.enter(ats, v.outer.next(po, c), state, v.text+string(c))
				}
			}
		}
	}
	return "", false
}

// frontier is the queue of escape's walk and, per place of inner and state of the grammar, the minimal
// sets seen there.
type frontier struct {
	queue   []*escapee
	minimal map[[2]int][]*escapee
}

type escapee struct {
	at, state int
	outer     positions
	text      string
	beaten    bool
}

// enter queues the places unless a smaller set of outer was there before, and takes larger ones of the
// same length out of the running; longer texts must not, or the first answer would not be a shortest.
func (f *frontier) enter(ats []int, outer positions, state int, text string) {
	if f.minimal == nil {
		f.minimal = map[[2]int][]*escapee{}
	}
	for _, at := range ats {
		key := [2]int{at, state}
		if slices.ContainsFunc(f.minimal[key], func(e *escapee) bool { return e.outer.within(outer) }) {
			continue
		}
		f.minimal[key] = slices.DeleteFunc(f.minimal[key], func(e *escapee) bool {
			beaten := len(e.text) == len(text) && outer.within(e.outer)
			e.beaten = e.beaten || beaten
			return beaten
		})
		e := &escapee{at: at, state: state, outer: outer, text: text}
		f.minimal[key] = append(f.minimal[key], e)
		f.queue = append(f.queue, e)
	}
}

// contains tells whether every text of the grammar that fits inner also fits outer.
func contains(g grammar, outer, inner string) bool {
	_, escapes := escape(g, inner, outer)
	return !escapes
}

// positions is the set of places in a pattern that a text read so far can have reached.
type positions []bool

func startOf(pattern []rune) positions {
	s := make(positions, len(pattern)+1)
	s.add(closure(pattern, 0))
	return s
}

func (s positions) add(places []int) {
	for _, at := range places {
		s[at] = true
	}
}

func (s positions) next(pattern []rune, c rune) positions {
	out := make(positions, len(s))
	for at, on := range s {
		if on {
			out.add(step(pattern, at, c))
		}
	}
	return out
}

func (s positions) done() bool { return s[len(s)-1] }

// within tells whether every place of s is one of o.
func (s positions) within(o positions) bool {
	for at, on := range s {
		if on && !o[at] {
			return false
		}
	}
	return true
}
