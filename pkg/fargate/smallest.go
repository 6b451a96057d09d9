package fargate

// This file finds the smallest pod that fits some selectors and none of others; every question about
// selectors comes down to that one.

import (
	"slices"
	"strconv"
	"strings"
)

// The bounds of one question. They are far beyond what profiles within EKS's quotas ask in earnest; they
// keep patterns that were made to be hard from taking more than a fraction of a second.
const (
	// maxSteps bounds the characters tried.
	maxSteps = 400_000
	// candidateSteps is how many of them a candidate costs.
	candidateSteps = 50
	// maxMerges bounds the ways in which pairs share labels.
	maxMerges = 20_000
	// mergeSteps is how many steps such a way costs.
	mergeSteps = 4
	// maxWishes bounds the pairs for which sharing is tried at all; quotas allow two selectors 20.
	maxWishes = 20
)

// The bounds of all questions about some profiles together; a full cluster asks some thousand.
const (
	// selectorSteps is what a selector adds to what they share.
	selectorSteps = 64_000
	// leastSteps is left to each all the same: ordinary questions take less.
	leastSteps = 2_000
)

// questions are the questions about one set of profiles, which share a bound.
type questions struct{ left int }

// newQuestions begins the questions about so many selectors.
func newQuestions(selectors int) *questions {
	return &questions{left: 2*maxSteps + selectors*selectorSteps}
}

// ask answers one question.
func (q *questions) ask(fit, avoid []Selector, anyPod bool) finding {
	s := newSearch(fit, avoid)
	s.most = min(maxSteps, max(q.left, leastSteps))
	f := s.run(anyPod)
	q.left -= s.taken
	return f
}

// covered tells whether every pod that fits s fits one of the others.
func (q *questions) covered(s Selector, others ...Selector) bool {
	if slices.ContainsFunc(others, s.Equal) {
		return true
	}
	f := q.ask([]Selector{s}, others, true)
	return !f.found && !f.unsure
}

// finding is the answer: whether there is such a pod, and the smallest. When a bound ended the search,
// unsure is set, and found tells only whether a pod was found, which need not be the smallest.
type finding struct {
	pod           Pod
	found, unsure bool
}

// smallestPod gives the smallest pod that fits every selector of fit and none of avoid: the fewest
// labels, then the least text, and of several always the same.
//
// More labels only make a pod fit more selectors, so each label is there to meet some pair of fit, and
// with wildcards in keys one may meet several. For every way to share out the pairs among the fewest
// labels, the search begins with the shortest namespace and labels; if the pod fits a selector of avoid,
// one of that selector's conditions has to fail, and the search goes on with each in turn, the smallest
// pod first. Conditions only make a pod longer, so the first pod that fits none is the smallest.
func smallestPod(fit, avoid []Selector) finding { return newQuestions(1).ask(fit, avoid, false) }

// somePod gives a pod that fits every selector of fit and none of avoid, of little size but with more
// labels than it may need. It is the faster answer where only its being there matters.
func somePod(fit, avoid []Selector) finding { return newQuestions(1).ask(fit, avoid, true) }

func (s *search) run(anyPod bool) finding {
	defer s.count()
	all := make([]int, len(s.wishes))
	for i := range all {
		all[i] = i
	}
	// Each pair by itself first, with no thought for equal keys: where that finds nothing, nothing does.
	apart := make([][]int, len(all))
	for i := range all {
		apart[i] = all[i : i+1]
	}
	s.refill()
	first := s.best([][][]int{apart}, false)
	if first == nil {
		return finding{unsure: s.budget.spent}
	}
	if pod, ok := first.pod(); ok && anyPod {
		return finding{pod: pod, found: true}
	}
	best, sure := first, false
	if len(s.wishes) <= maxWishes {
		s.refill()
		for labels := s.fewest(); labels <= len(all); labels++ {
			smallest := s.best(s.shareOut(labels), true)
			if s.budget.spent {
				break
			}
			if smallest != nil {
				best, sure = smallest, true
				break
			}
			if labels == len(all) {
				return finding{} // keys that have to differ cannot
			}
		}
	}
	pod, ok := best.pod()
	return finding{pod: pod, found: ok, unsure: !sure}
}

// refill begins a part of the search with a budget of its own.
func (s *search) refill() {
	s.count()
	s.budget = &budget{left: s.most}
}

// count adds what a part of the search has taken to that of the parts before.
func (s *search) count() {
	if s.budget != nil {
		s.taken += s.most - max(s.budget.left, 0)
	}
}

// search is the state of smallestPod.
type search struct {
	most, taken int // steps that a part of it may take, and that were taken
	namespaces  []glob
	// wishes are pairs of fit that have to share a label because they name the same plain key.
	wishes [][]glob
	// plain gives the wish of a plain key.
	plain map[string]int
	avoid []foe
	// pairs are the pairs of avoid.
	pairs  []avoidedPair
	budget *budget
	texts  map[string]string
}

// foe is a selector to avoid: its number stands for its namespace, and pairs for its pairs.
type foe struct {
	selector  Selector
	namespace glob
	pairs     []int
}

type avoidedPair struct {
	glob glob
	key  string
}

func newSearch(fit, avoid []Selector) *search {
	s := &search{plain: map[string]int{}, texts: map[string]string{}}
	seen := map[string]bool{}
	for _, f := range inOrder(fit) {
		s.namespaces = append(s.namespaces, newGlob(f.Namespace))
		for _, key := range f.LabelKeys() {
			pair := newGlob(key + "=" + f.Labels[key])
			if seen[string(pair)] {
				continue
			}
			seen[string(pair)] = true
			if i, ok := s.plain[key]; ok {
				s.wishes[i] = append(s.wishes[i], pair)
				continue
			}
			if !HasWildcard(key) {
				s.plain[key] = len(s.wishes)
			}
			s.wishes = append(s.wishes, []glob{pair})
		}
	}
	known := map[string]int{}
	for _, a := range inOrder(avoid) {
		f := foe{selector: a, namespace: newGlob(a.Namespace)}
		for _, key := range a.LabelKeys() {
			pair := newGlob(key + "=" + a.Labels[key])
			i, ok := known[string(pair)]
			if !ok {
				i = len(s.pairs)
				known[string(pair)] = i
				s.pairs = append(s.pairs, avoidedPair{pair, key})
			}
			f.pairs = append(f.pairs, i)
		}
		s.avoid = append(s.avoid, f)
	}
	return s
}

// inOrder sorts selectors by their text, so that an answer does not hang on the order of the question,
// and drops those that come twice.
func inOrder(selectors []Selector) []Selector {
	out := slices.Clone(selectors)
	slices.SortFunc(out, func(a, b Selector) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(out, Selector.Equal)
}

// patterns gives the globs that a label has to fit in order to meet the wishes.
func (s *search) patterns(wishes []int) []glob {
	var out []glob
	for _, i := range wishes {
		out = append(out, s.wishes[i]...)
	}
	return out
}

// namespace gives the shortest namespace that fits and is in none of the foes' namespaces.
func (s *search) namespace(out []int) (string, bool) {
	return s.shortest("n"+join(out), namespaceGrammar, s.namespaces, func() (avoid []glob) {
		for _, i := range out {
			avoid = append(avoid, s.avoid[i].namespace)
		}
		return avoid
	})
}

// label gives the shortest label, as key=value, that meets the wishes and none of the unmet pairs, with
// none of the barred keys.
func (s *search) label(wishes, unmet []int, barred []string) (string, bool) {
	fit := s.patterns(wishes)
	key, _, _ := strings.Cut(string(fit[0]), "=")
	unmet = slices.DeleteFunc(slices.Clone(unmet), func(i int) bool {
		// A plain key that the pair does not fit is all the same whether it is avoided or not.
		return !HasWildcard(key) && !MatchPattern(s.pairs[i].key, key)
	})
	return s.shortest(join(wishes)+"-"+join(unmet)+"-"+strings.Join(barred, ","), labelGrammar, fit, func() (avoid []glob) {
		for _, i := range unmet {
			avoid = append(avoid, s.pairs[i].glob)
		}
		for _, k := range barred {
			avoid = append(avoid, newGlob(k+"=*"))
		}
		return avoid
	})
}

// none in search.texts stands for a question without an answer; no text holds a space.
const none = " "

func (s *search) shortest(key string, g grammar, fit []glob, avoid func() []glob) (string, bool) {
	text, known := s.texts[key]
	if !known {
		var ok bool
		text, ok = shortest(g, fit, avoid(), s.budget)
		if !ok {
			text = none
		}
		if !s.budget.spent {
			s.texts[key] = text
		}
	}
	return text, text != none
}

func join(numbers []int) string {
	var out []byte
	for _, n := range numbers {
		out = append(strconv.AppendInt(out, int64(n), 10), ',')
	}
	return string(out)
}

// fewest is a number of labels below which nothing need be tried: plain keys cannot share one.
func (s *search) fewest() int {
	return max(len(s.plain), min(1, len(s.wishes)))
}

// shareOut gives every way to meet all wishes by that number of labels.
func (s *search) shareOut(labels int) [][][]int {
	var out [][][]int
	var groups [][]int
	var place func(wish int)
	place = func(wish int) {
		switch {
		case s.budget.spent || labels-len(groups) > len(s.wishes)-wish:
			return
		case wish == len(s.wishes):
			whole := make([][]int, len(groups))
			for i, g := range groups {
				whole[i] = slices.Clone(g)
			}
			s.budget.left -= mergeSteps
			if out = append(out, whole); len(out) > maxMerges || !s.budget.take() {
				s.budget.spent = true
			}
			return
		}
		for i, g := range groups {
			groups[i] = append(g, wish)
			if _, ok := s.label(groups[i], nil, nil); ok {
				place(wish + 1)
			}
			groups[i] = g
		}
		if len(groups) < labels {
			groups = append(groups, []int{wish})
			place(wish + 1)
			groups = groups[:len(groups)-1]
		}
	}
	place(0)
	return out
}
