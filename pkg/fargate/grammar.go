package fargate

// This file holds the grammars of the texts that patterns stand for: a witness must be a name, and a
// label, that Kubernetes accepts, its length included.

import "strings"

// The lengths that Kubernetes allows (Kubernetes documentation, Object names; Labels and selectors).
const (
	maxNamespace = 63
	maxLabelName = 63
	maxPrefix    = 253
	maxValue     = 63
	maxLabel     = maxPrefix + len("/") + maxLabelName + len("=") + maxValue
)

// A grammar says which texts can occur at all. It is a smallLetters automaton over characters.
type grammar struct {
	step   func(at spot, c byte) (spot, bool)
	accept func(at spot) bool
	// longest is the length of the longest text.
	longest int
	// marks are the characters that divide a text into parts.
	marks string
}

// spot is a state of a grammar; 0 is the start. Part counts the characters of the current part of the
// text, since lengths are limited part by part.
type spot struct{ state, part int }

// valid tells whether the grammar has the text.
func (g grammar) valid(text string) bool {
	at := spot{}
	for i := range len(text) {
		next, ok := g.step(at, text[i])
		if !ok {
			return false
		}
		at = next
	}
	return g.accept(at)
}

func isSmall(c byte) bool        { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
func isAlphanumeric(c byte) bool { return isSmall(c) || c >= 'A' && c <= 'Z' }
func isJoint(c byte) bool        { return c == '-' || c == '_' || c == '.' }

// namespaceGrammar: a DNS-1123 label. States: 0 start, 1 after a letter or digit, 2 after a hyphen.
var namespaceGrammar = grammar{
	step: func(at spot, c byte) (spot, bool) {
		switch {
		case at.part == maxNamespace:
		case isSmall(c):
			return spot{1, at.part + 1}, true
		case c == '-' && at.state != 0:
			return spot{2, at.part + 1}, true
		}
		return spot{}, false
	},
	accept:  func(at spot) bool { return at.state == 1 },
	longest: maxNamespace,
}

// The states of labelGrammar.
const (
	inKey           = iota
	inPrefixOrName  // after a small letter or a digit: a DNS subdomain so far, or a name
	inPrefixHyphen  // the same after a hyphen
	inPrefixDot     // the same after a dot
	inNameOnly      // a capital, an underscore or two joints came, so no slash can follow
	inNameOnlyJoint // the same after a joint
	inNameStart
	inName
	inNameJoint
	inValueStart
	inValue
	inValueJoint
)

// labelGrammar: a label as key=value. The key is a qualified name, [prefix/]name with a DNS subdomain as
// prefix; the value may be empty.
var labelGrammar = grammar{
	step: func(at spot, c byte) (spot, bool) {
		limit := maxLabelName
		state := -1
		switch at.state {
		case inKey, inPrefixOrName, inPrefixHyphen, inPrefixDot:
			if c == '/' {
				return spot{state: inNameStart}, at.state == inPrefixOrName
			}
			state = stepPrefix(at.state, c)
			if state != inNameOnly && state != inNameOnlyJoint {
				limit = maxPrefix
			}
		case inNameOnly, inNameOnlyJoint:
			state = stepText(c, inNameOnly, inNameOnlyJoint)
		case inNameStart:
			state = stepText(c, inName, -1)
		case inName, inNameJoint:
			state = stepText(c, inName, inNameJoint)
		case inValueStart:
			state, limit = stepText(c, inValue, -1), maxValue
		case inValue, inValueJoint:
			state, limit = stepText(c, inValue, inValueJoint), maxValue
		}
		if c == '=' && nameEnds(at) {
			return spot{state: inValueStart}, true
		}
		return spot{state, at.part + 1}, state >= 0 && at.part < limit
	},
	accept:  func(at spot) bool { return at.state == inValueStart || at.state == inValue },
	longest: maxLabel,
	marks:   "/=",
}

// nameEnds tells whether the key may end here.
func nameEnds(at spot) bool {
	return (at.state == inPrefixOrName || at.state == inNameOnly || at.state == inName) && at.part <= maxLabelName
}

// stepText follows letters and digits, with joints between them.
func stepText(c byte, text, joint int) int {
	switch {
	case isAlphanumeric(c):
		return text
	case isJoint(c):
		return joint
	}
	return -1
}

// stepPrefix follows a text that may be the prefix or the name.
func stepPrefix(state int, c byte) int {
	switch {
	case isSmall(c):
		return inPrefixOrName
	case isAlphanumeric(c):
		return inNameOnly
	case state == inKey || !isJoint(c):
		return -1
	case c == '-' && state != inPrefixDot:
		return inPrefixHyphen
	case c == '.' && state == inPrefixOrName:
		return inPrefixDot
	}
	return inNameOnlyJoint
}

const (
	smallLetters    = "abcdefghijklmnopqrstuvwxyz0123456789"
	capitalLetters  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	jointCharacters = "-_."
)

// alphabet gives the characters that can make a difference: one that no pattern names, which stands for
// all others and leads to the smallest sets, then the patterns' own and the grammar's marks. Where every small letter is named, others
// that are not named may matter too.
func (g grammar) alphabet(patterns ...[]glob) []byte {
	var named [256]bool
	for _, list := range patterns {
		for _, p := range list {
			for _, c := range p {
				named[c] = true
			}
		}
	}
	unnamed := func(from string, most int) (out []byte) {
		for i := 0; i < len(from) && len(out) < most; i++ {
			if !named[from[i]] {
				out = append(out, from[i])
			}
		}
		return out
	}
	out := unnamed(smallLetters, 1)
	if len(out) == 0 {
		out = append(unnamed(capitalLetters, 1), unnamed(jointCharacters, len(jointCharacters))...)
	}
	for _, c := range []byte(smallLetters + capitalLetters + jointCharacters + g.marks) {
		if named[c] || strings.IndexByte(g.marks, c) >= 0 {
			out = append(out, c)
		}
	}
	return out
}
