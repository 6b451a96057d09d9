package selector

// This file asks questions that were made to be hard.

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func in(namespace string, pairs ...string) Selector {
	s := Selector{Namespace: namespace, Labels: map[string]string{}}
	for _, p := range pairs {
		key, value, _ := strings.Cut(p, "=")
		s.Labels[key] = value
	}
	return s
}

// hostileQuestions are pairs of what must fit and what must not, with whether there is such a pod; all
// are answered within the bounds.
func hostileQuestions() map[string]struct {
	fit, avoid []Selector
	found      bool
} {
	window := func(c string) string { return "*" + c + strings.Repeat("?", 40) }
	type question = struct {
		fit, avoid []Selector
		found      bool
	}
	out := map[string]question{
		"many stars against many marks":  {[]Selector{in("*a*a*a*a*a*b")}, []Selector{in("?*?*?*?*?*?*?*")}, true},
		"many marks against many stars":  {[]Selector{in("?*?*?*?*?*?*?*")}, []Selector{in("*a*a*a*a*a*b")}, true},
		"two combs overlap":              {[]Selector{in("*" + strings.Repeat("a*", 31)), in(strings.Repeat("*?", 31) + "b")}, nil, true},
		"a window within a window":       {[]Selector{in("*aa" + strings.Repeat("?", 40))}, []Selector{in(window("a"))}, false},
		"a window escapes a window":      {[]Selector{in(window("a"))}, []Selector{in("*aa" + strings.Repeat("?", 40))}, true},
		"two windows disagree":           {[]Selector{in(window("a")), in(window("b"))}, nil, false},
		"a window avoids others":         {[]Selector{in(window("a"))}, []Selector{in("*b" + strings.Repeat("?", 39)), in("*c" + strings.Repeat("?", 38)), in("*d" + strings.Repeat("?", 20))}, true},
		"windows of keys and values":     {[]Selector{in("*", window("a")+"="+window("b"))}, []Selector{in("*", window("c")+"=*"), in("*", "*=*b*"+window("b")+"*")}, true},
		"long keys with prefixes":        {[]Selector{in("*", "*.example.com/*?*-*=*-*"), in("*", "a*.*.*/*=?*")}, []Selector{in("*", "*/a=*"), in("*", "*/*b*=*")}, true},
		"ten wildcard keys in one label": {[]Selector{in("*", "*=a*", "a*=*b", "*b=*c*", "?*=?*", "*?*=*d*"), in("*", "**?=*e*", "*c*=*f*", "*d*=??*", "*e*=???*", "*f*=*g*")}, nil, true},
	}
	var letters, values, grid, keys []Selector
	for _, c := range small {
		letters = append(letters, in(string(c)+"*"))
		values = append(values, in("*", "k=*"+string(c)+"*"))
	}
	for i := range 50 {
		grid = append(grid, in("*", fmt.Sprintf("k%d=*%d*", i%5, i%10), fmt.Sprintf("k%d=*%d*", (i+1)%5, i%7), fmt.Sprintf("k%d=%d*", (i+2)%5, i%6)))
		keys = append(keys, in(fmt.Sprintf("*%d*", i%10), fmt.Sprintf("*%d*=*", i%8), fmt.Sprintf("k*=*%d", i%9)))
	}
	out["every first letter"] = question{[]Selector{in("*")}, letters, false}
	out["every letter of a value"] = question{[]Selector{in("a", "k=???")}, values, true}
	out["fifty selectors over five labels"] = question{[]Selector{in("a", "k0=*", "k1=*", "k2=*", "k3=*", "k4=*")}, grid, true}
	out["fifty selectors with wildcard keys"] = question{[]Selector{in("a*", "k*=1*", "*2*=*", "*3*=?*", "*=*4", "k?=*5*")}, keys, true}
	// Seven classes of values on each of two labels, every pair of them covered by one selector.
	var pairs []Selector
	for _, a := range classes {
		for _, b := range classes {
			pairs = append(pairs, in("a", "k="+a, "l="+b))
		}
	}
	out["a chessboard of values"] = question{[]Selector{in("a", "k=*", "l=*")}, pairs, false}
	out["a chessboard with a hole"] = question{[]Selector{in("a", "k=*", "l=*")}, slices.Delete(slices.Clone(pairs), 30, 31), true}
	return out
}

// classes are patterns of which every value fits exactly one.
var classes = []string{"", "?", "??", "???", "????", "?????", "??????*"}

// atOnce is what a hard question may take. It takes a fraction of a second; the rest is room for a busy machine.
const atOnce = 5 * time.Second

func TestHostileQuestions(t *testing.T) {
	for name, q := range hostileQuestions() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			pod, answer := new(Search).ask(q.fit, q.avoid)
			took := time.Since(start)
			if want := map[bool]Answer{true: Yes, false: No}[q.found]; answer != want {
				t.Errorf("the answer is %d, want %d", answer, want)
			}
			if fault := faultOf(pod, q.fit, q.avoid); answer == Yes && fault != "" {
				t.Error(fault)
			}
			if took > atOnce {
				t.Errorf("it took %s", took)
			}
			t.Log(took, pod.Shape())
		})
	}
}

// Questions of random hard selectors are answered, or given up, at once.
func TestRandomHostileQuestions(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) // a fixed sequence
	text := func(letters string, least, most int) string {
		var b strings.Builder
		for range least + random.IntN(most-least+1) {
			b.WriteByte(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	undecided := 0
	var longest time.Duration
	for range 200 {
		var selectors []Selector
		for range 51 {
			s := Selector{Namespace: text("ab??***", 1, 20), Labels: map[string]string{}}
			for range 1 + random.IntN(5) {
				s.Labels[text("ab?**", 1, 8)] = text("ab?**", 1, 20)
			}
			selectors = append(selectors, s)
		}
		start := time.Now()
		_, answer := new(Search).ask(selectors[:1+random.IntN(2)], selectors[2:])
		longest = max(longest, time.Since(start))
		if answer == Undecided {
			undecided++
		}
	}
	if longest > atOnce {
		t.Errorf("a question took %s", longest)
	}
	t.Logf("the longest took %s, %d were given up", longest, undecided)
}

// Questions that are worse may be given up, but take no time; a pod that is found is one.
func TestWorseQuestions(t *testing.T) {
	window := func(c string, n int) string { return "*" + c + strings.Repeat("?", n) + "*" }
	everyLetter := strings.Join(strings.Split(small, ""), "*")
	keys := func(s Selector, patterns ...string) Selector {
		for i, p := range patterns {
			s.Labels[p] = fmt.Sprintf("*%d*", i)
		}
		return s
	}
	var windows, holes, crowd []Selector
	for i := range 50 {
		s := in(window("a", i), "*a*="+window("b", i+1), "*b*="+window("a", 50-i), "*?a=*", "?*b=*"+window("a", i%7), "*=*"+window("b", i%5))
		windows = append(windows, s)
		holes = append(holes, in("*", fmt.Sprintf("?=%s", window(small[i%36:i%36+1], i)), fmt.Sprintf("*?=?*%s*", small[i%36:i%36+1])))
		crowd = append(crowd, keys(in("*"), "*"+strings.Repeat("?", i), "?*", "*a*", "*b*", "*c*"))
	}
	for name, q := range map[string]struct{ fit, avoid []Selector }{
		"three windows of two selectors": {[]Selector{in(window("a", 20) + "b"), in(window("b", 21) + "a")}, windows},
		"windows against windows":        {windows[:2], windows[2:]},
		"windows and every letter":       {[]Selector{in("*"+everyLetter+"*", "k=*"+everyLetter+"*")}, holes},
		"more keys than letters":         {[]Selector{keys(in("*"), "?", "*?", "?*", "**", "*?*")}, append(holes, crowd...)},
		"keys that all share":            {crowd[:2], holes},
		"a crowd against a crowd":        {crowd[:25], crowd[25:]},
		"the longest texts": {
			[]Selector{in(strings.Repeat("?", 63), strings.Repeat("?*", 150)+"="+strings.Repeat("?", 63))},
			[]Selector{in("*", strings.Repeat("*a?", 100)+"="+strings.Repeat("*b", 31)), in(strings.Repeat("*a", 31)), in("*", "*/*=*a"+strings.Repeat("?", 60)+"*")},
		},
		"longer than any text": {[]Selector{in(strings.Repeat("*a", 5000), strings.Repeat("?*", 5000)+"=*")}, windows},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			var search Search
			pod, answer := search.ask(q.fit, q.avoid)
			if took := time.Since(start); took > atOnce {
				t.Errorf("it took %s", took)
			}
			if fault := faultOf(pod, q.fit, q.avoid); answer == Yes && fault != "" {
				t.Error(fault)
			}
			t.Logf("%d after %s and %d steps: %s", answer, time.Since(start), search.used, pod.Shape())
		})
	}
}

// Beyond the bounds nothing is called covered, and what was found is still right.
func TestBeyondTheBounds(t *testing.T) {
	// Only a and b are left, and no two of them may stand at certain distances.
	var distances []Selector
	for _, c := range small[2:] + "-" {
		distances = append(distances, in("*"+string(c)+"*"))
	}
	for i := range 7 {
		distances = append(distances, in("*a"+strings.Repeat("?", 2*i+1)+"b*"), in("*b"+strings.Repeat("?", 3*i+2)+"a*"))
	}
	lost := in("a" + strings.Repeat("?", 40) + "*b*")
	start := time.Now()
	pod, answer := Escape(lost, distances...)
	if took := time.Since(start); took > atOnce {
		t.Errorf("it took %s", took)
	}
	if answer != Undecided {
		t.Errorf("the answer is %d, %s; this question should be beyond the bounds", answer, pod.Shape())
	}

	many := Selector{Namespace: "*", Labels: map[string]string{}}
	for i := range 25 {
		many.Labels["*"+string(small[i])+"*"] = "*"
	}
	pod, answer = Overlap(many, in("web", "app=api"))
	if answer != Yes || countFits([]Selector{many, in("web", "app=api")}, pod) < 2 {
		t.Errorf("the witness %s does not fit both", pod.Shape())
	}
}
