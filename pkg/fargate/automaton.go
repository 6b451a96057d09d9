package fargate

// This file follows many patterns at once: the set of all their places that a text can have reached is
// a row of bits, and one more character is a shift.

// bits is a set of places.
type bits []uint64

func (s bits) add(place int) { s[place/64] |= 1 << (place % 64) }

// within tells whether every place of s is one of o.
func (s bits) within(o bits) bool {
	for i, word := range s {
		if word&^o[i] != 0 {
			return false
		}
	}
	return true
}

func (s bits) meets(o bits) bool {
	for i, word := range s {
		if word&o[i] != 0 {
			return true
		}
	}
	return false
}

// automaton holds the places of several globs in a row; each has one more behind its last character.
type automaton struct {
	start, stars, ends bits
	// traps are the stars at the ends of patterns: once there, every longer text matches too.
	traps bits
	// takes are the places that a character leads on from.
	takes map[byte]bits
}

func newAutomaton(patterns []glob, letters []byte) *automaton {
	size := 0
	for _, p := range patterns {
		size += len(p) + 1
	}
	row := func() bits { return make(bits, (size+63)/64) }
	a := &automaton{start: row(), stars: row(), ends: row(), traps: row(), takes: map[byte]bits{}}
	for _, c := range letters {
		a.takes[c] = row()
	}
	place := 0
	for _, p := range patterns {
		a.start.add(place)
		for i, want := range p {
			switch {
			case want == '*':
				a.stars.add(place)
				if i == len(p)-1 {
					a.traps.add(place)
				}
			case want == '?':
				for _, takes := range a.takes {
					takes.add(place)
				}
			case a.takes[want] != nil:
				a.takes[want].add(place)
			}
			place++
		}
		a.ends.add(place)
		place++
	}
	a.pass(a.start)
	return a
}

// pass adds the places behind stars, which may stand for nothing; no star follows another.
func (a *automaton) pass(s bits) {
	carry := uint64(0)
	for i, word := range s {
		stars := word & a.stars[i]
		s[i] |= stars<<1 | carry
		carry = stars >> 63
	}
}

// next gives the places after one more character.
func (a *automaton) next(s bits, c byte) bits {
	out := make(bits, len(s))
	takes := a.takes[c]
	carry := uint64(0)
	for i, word := range s {
		on := word & takes[i]
		out[i] = on<<1 | carry | word&a.stars[i]
		carry = on >> 63
	}
	a.pass(out)
	return out
}

// matches tells whether a text that has reached these places fits a pattern.
func (a *automaton) matches(s bits) bool { return s.meets(a.ends) }

// trapped tells whether every text that goes on from here fits a pattern.
func (a *automaton) trapped(s bits) bool { return s.meets(a.traps) }
