package selector

import "strings"

const (
	small    = "abcdefghijklmnopqrstuvwxyz0123456789"
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	joints   = "-_."
)

// part is a part of a name: letters and digits with joints between them, as Kubernetes allows it
// (Kubernetes documentation, Object names; Labels and selectors).
type part struct {
	letters, joints string
	// lone joints stand between two letters or digits, beside no other joint.
	lone    string
	longest int
	// end is the character that leads on to the next part; 0 in the last.
	end byte
	// optional parts may be empty.
	optional bool
}

// grammar describes the texts that can occur: part after part, from one of its starts on.
type grammar struct {
	parts  []part
	starts []int
}

var (
	namespaces = grammar{[]part{{letters: small, joints: "-", longest: 63}}, []int{0}}
	// labels are texts key=value, the key with a prefix before a slash or without.
	labels = grammar{[]part{
		{letters: small, joints: "-.", lone: ".", longest: 253, end: '/'},
		{letters: small + capitals, joints: joints, longest: 63, end: '='},
		{letters: small + capitals, joints: joints, longest: 63, optional: true},
	}, []int{1, 0}}
)

// spot is how far a text has come: its part, the length of that, and the last character.
type spot struct {
	part, length int
	last         byte // 0 at the start of a part, 'a' for every letter and digit
}

// longest is the length of the longest text.
func (g grammar) longest() int {
	n := len(g.parts) - 1
	for _, p := range g.parts {
		n += p.longest
	}
	return n
}

// step follows one more character; false where the grammar has no such text.
func (g grammar) step(at spot, c byte) (spot, bool) {
	p := g.parts[at.part]
	next := spot{at.part, at.length + 1, c}
	switch {
	case c == p.end && c != 0:
		return spot{part: at.part + 1}, g.partEnds(at)
	case strings.IndexByte(p.letters, c) >= 0:
		next.last = 'a'
	case at.last == 0 || strings.IndexByte(p.joints, c) < 0:
		return spot{}, false
	case at.last != 'a' && (strings.IndexByte(p.lone, c) >= 0 || strings.IndexByte(p.lone, at.last) >= 0):
		return spot{}, false
	case p.lone == "":
		next.last = '-' // which joint makes no difference
	}
	return next, at.length < p.longest
}

func (g grammar) partEnds(at spot) bool {
	return at.last == 'a' || at.last == 0 && g.parts[at.part].optional
}

// ends reports whether a text may end at the spot.
func (g grammar) ends(at spot) bool { return at.part == len(g.parts)-1 && g.partEnds(at) }

// valid reports whether the grammar has the text.
func (g grammar) valid(text string) bool {
	for _, start := range g.starts {
		at, ok := spot{part: start}, true
		for i := 0; i < len(text) && ok; i++ {
			at, ok = g.step(at, text[i])
		}
		if ok && g.ends(at) {
			return true
		}
	}
	return false
}

// alphabet returns the characters that can make a difference to globs: a letter that none of them names, which
// stands for all others and meets the fewest, then those that they name and those that end a part. Where
// they name every small letter, other characters count too.
func (g grammar) alphabet(globs []string) []byte {
	named := strings.Join(globs, "")
	for _, p := range g.parts {
		named += string(p.end)
	}
	unnamed := strings.IndexFunc(small, func(c rune) bool { return !strings.ContainsRune(named, c) })
	var out []byte
	if unnamed >= 0 {
		out = append(out, small[unnamed])
	}
	for _, c := range []byte(small + capitals + joints + "/=") {
		if unnamed < 0 || strings.IndexByte(named, c) >= 0 {
			out = append(out, c)
		}
	}
	return out
}
