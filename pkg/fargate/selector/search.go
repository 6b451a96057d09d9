package selector

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Answer is the answer to a question about selectors.
type Answer int

// The answers. Undecided means that the question needs more work than the bounds allow.
const (
	No Answer = iota
	Yes
	Undecided
)

// The bounds on work, of which a million takes about 20 ms. They keep globs that were made to be hard from taking
// more than a fraction of a second, and are far beyond what profiles within EKS's quotas ask in earnest.
const (
	questionWork = 12_000_000 // of one question
	searchWork   = 15_000_000 // of all questions of a Search
	leastWork    = 20_000     // is left to each all the same: ordinary questions take less
)

// Search asks questions that share one bound on their work. The zero value is ready to use.
type Search struct{ used int }

// Overlap reports whether some pod fits both selectors, and returns a small one. Equal questions have equal
// answers, whichever selector comes first.
func Overlap(a, b Selector) (Pod, Answer) { return new(Search).Overlap(a, b) }

// Escape reports whether some pod fits the selector and none of the others, and returns a small one. The
// answer No means that the others together cover the selector.
func Escape(s Selector, others ...Selector) (Pod, Answer) { return new(Search).Escape(s, others...) }

// Overlap is the function Overlap within the bound of the search.
func (s *Search) Overlap(a, b Selector) (Pod, Answer) { return s.ask([]Selector{a, b}, nil) }

// Escape is the function Escape within the bound of the search.
func (s *Search) Escape(from Selector, others ...Selector) (Pod, Answer) {
	if slices.ContainsFunc(others, from.Equal) {
		return Pod{}, No
	}
	return s.ask([]Selector{from}, others)
}

// Label returns a shortest label that meets a pair of patterns and has none of the keys that are taken.
func Label(key, value string, taken ...string) (string, string, bool) {
	avoid := make([]string, len(taken))
	for i, t := range taken {
		avoid[i] = t + "=*"
	}
	text, ok := shortest(labels, []string{normalize(key + "=" + value)}, avoid, new(work(questionWork)))
	k, v, _ := strings.Cut(text, "=")
	return k, v, ok
}

// ask looks for a pod that fits every selector of fit and none of avoid.
//
// A label is one text, key=value, and a pair of a selector one glob. More labels only make a pod fit more
// selectors, so each label is there to meet some pairs of fit. The search begins with the shortest texts for
// that; if the pod fits a selector of avoid, one of that selector's conditions has to fail, and the
// search goes on with each in turn.
func (s *Search) ask(fit, avoid []Selector) (Pod, Answer) {
	q := newQuestion(fit, avoid)
	left := min(questionWork, max(searchWork-s.used, leastWork))
	// Pairs that share labels where they can make the pod small; pairs that all have their own decide
	// whether there is one.
	for _, share := range []bool{true, false} {
		most := left
		if share {
			most = left / 4
		}
		q.work = new(work(most))
		d, exact := q.begin(share)
		if d != nil {
			d = q.solve(d)
		}
		s.used += most - int(*q.work)
		switch {
		case d != nil:
			return q.pod(d), Yes
		case q.work.spent():
		case exact:
			return Pod{}, No
		}
	}
	return Pod{}, Undecided
}

// question is what ask looks for.
type question struct {
	namespaces []string // globs that the namespace has to match
	pairs      []string // globs each of which a label has to match
	foes       []foe
	work       *work
	texts      map[string]string // what shortest has returned; "" for nothing
	seen       map[string]bool   // drafts
}

// foe is a selector that the pod must not fit.
type foe struct {
	namespace string
	pairs     []string
}

// draft is a pod in the making: the slot of its namespace, then those of its labels.
type draft []slot

// slot is a text of the pod, a shortest one that matches all globs of fit and none of avoid. Both are sorted.
type slot struct {
	fit, avoid []string
	text       string
}

func newQuestion(fit, avoid []Selector) *question {
	q := &question{texts: map[string]string{}}
	for _, s := range fit {
		f := newFoe(s)
		q.namespaces = append(q.namespaces, f.namespace)
		q.pairs = append(q.pairs, f.pairs...)
	}
	q.namespaces, q.pairs = sortedSet(q.namespaces), sortedSet(q.pairs)
	for _, s := range avoid {
		q.foes = append(q.foes, newFoe(s))
	}
	slices.SortFunc(q.foes, func(a, b foe) int {
		return cmp.Or(cmp.Compare(a.namespace, b.namespace), slices.Compare(a.pairs, b.pairs))
	})
	return q
}

func newFoe(s Selector) foe {
	f := foe{namespace: normalize(s.Namespace)}
	for key, value := range s.Labels {
		f.pairs = append(f.pairs, normalize(key+"="+value))
	}
	f.pairs = sortedSet(f.pairs)
	return f
}

func sortedSet(globs []string) []string {
	slices.Sort(globs)
	return slices.Compact(globs)
}

// begin returns the first draft, nil where there is none: a label for each pair, or for as many as can share one.
// Exact reports whether what cannot be made of the draft cannot be made at all.
func (q *question) begin(share bool) (d draft, exact bool) {
	q.seen = map[string]bool{}
	namespace, ok := q.fill(namespaces, slot{fit: q.namespaces})
	if !ok {
		return nil, true
	}
	d = draft{namespace}
	for _, pair := range q.pairs {
		label, ok := q.fill(labels, slot{fit: []string{pair}})
		if !ok {
			return nil, true
		}
		d = append(d, label)
		for i := 1; share && i < len(d)-1; i++ {
			if merged := q.merge(d, i, len(d)-1); merged != nil {
				d = merged
				break
			}
		}
	}
	return d, len(d) == 1+len(q.pairs)
}

// fill finds the text of a slot.
func (q *question) fill(g grammar, s slot) (slot, bool) {
	key := strings.Join(s.fit, " ") + "  " + strings.Join(s.avoid, " ")
	q.work.take(len(key))
	text, known := q.texts[key]
	if !known {
		text, _ = shortest(g, s.fit, s.avoid, q.work)
		if !q.work.spent() {
			q.texts[key] = text
		}
	}
	s.text = text
	return s, text != ""
}

// solve mends the draft until nothing is wrong with it; nil where that is not possible, or the work is spent.
func (q *question) solve(d draft) draft {
	repairs, wrong := q.repairs(d)
	if !wrong {
		return d
	}
	key := fmt.Sprint(d)
	q.work.take(4 * len(key))
	if q.work.spent() || q.seen[key] {
		return nil
	}
	q.seen[key] = true
	slices.SortStableFunc(repairs, func(a, b draft) int { return cmp.Compare(a.size(), b.size()) })
	for _, r := range repairs {
		if solved := q.solve(r); solved != nil {
			return solved
		}
	}
	return nil
}

// repairs reports whether something is wrong with a draft, and returns drafts that do not have this one fault; one
// of them leads to a pod if this draft does. Labels that have the same key are a fault only when no other is
// left: where foes leave no list of labels, there is nothing to search.
func (q *question) repairs(d draft) (repairs []draft, wrong bool) {
	for _, f := range q.foes {
		if q.work.take(strideWork); !f.takes(d) {
			continue
		}
		ways := q.escapes(d, f)
		// Of several foes the one that leaves the fewest ways is taken.
		if !wrong || len(ways) < len(repairs) {
			repairs, wrong = ways, true
		}
		if len(repairs) <= 1 || q.work.spent() {
			break
		}
	}
	if wrong {
		return repairs, true
	}
	for j := range d {
		for i := 1; i < j; i++ {
			if key := d[i].key(); d[i].text != d[j].text && key == d[j].key() {
				return present(q.merge(d, i, j), q.without(d, key+"=*", i, i), q.without(d, key+"=*", j, j)), true
			}
		}
	}
	return nil, false
}

// escapes returns the drafts in which one condition of the foe fails.
func (q *question) escapes(d draft, f foe) []draft {
	ways := make([]draft, 0, 1+len(f.pairs))
	ways = append(ways, q.without(d, f.namespace, 0, 0))
	for _, pair := range f.pairs {
		ways = append(ways, q.without(d, pair, 1, len(d)-1))
	}
	return present(ways...)
}

func present(drafts ...draft) []draft {
	return slices.DeleteFunc(drafts, func(d draft) bool { return d == nil })
}

// without returns the draft in which the texts of the slots from first to last do not match the glob; nil where
// one has to.
func (q *question) without(d draft, glob string, first, last int) draft {
	d = slices.Clone(d)
	for i := first; i <= last; i++ {
		s := &d[i]
		at, has := slices.BinarySearch(s.avoid, glob)
		if has || !mayShareAll(glob, s.fit) {
			continue
		}
		s.avoid = slices.Insert(slices.Clone(s.avoid), at, glob)
		if !Match(glob, s.text) {
			continue // then it still is a shortest
		}
		g := labels
		if i == 0 {
			g = namespaces
		}
		var ok bool
		if *s, ok = q.fill(g, *s); !ok {
			return nil
		}
	}
	return d
}

// merge returns the draft in which the labels of the slots i and j are one; nil where that cannot be.
func (q *question) merge(d draft, i, j int) draft {
	both := func(a, b []string) []string { return sortedSet(slices.Concat(a, b)) }
	s, ok := q.fill(labels, slot{fit: both(d[i].fit, d[j].fit), avoid: both(d[i].avoid, d[j].avoid)})
	if !ok {
		return nil
	}
	d = slices.Delete(slices.Clone(d), j, j+1)
	d[i] = s
	return d
}

// takes reports whether the draft's pod fits the foe. It goes by the list of labels, for keys may be there twice.
func (f foe) takes(d draft) bool {
	return Match(f.namespace, d[0].text) && d[1:].meetAll(f.pairs)
}

// meetAll reports whether each pair is met by one of the labels.
func (d draft) meetAll(pairs []string) bool {
	return !slices.ContainsFunc(pairs, func(pair string) bool {
		return !slices.ContainsFunc(d, func(s slot) bool { return Match(pair, s.text) })
	})
}

func (d draft) size() (n int) {
	for _, s := range d {
		n += len(s.text)
	}
	return n
}

// key returns the key of a label.
func (s slot) key() string {
	key, _, _ := strings.Cut(s.text, "=")
	return key
}

// pod returns the pod of a draft, without labels that its other labels make superfluous.
func (q *question) pod(d draft) Pod {
	for i := len(d) - 1; i > 0; i-- {
		rest := slices.Delete(slices.Clone(d), i, i+1)
		if rest[1:].meetAll(q.pairs) {
			d = rest
		}
	}
	p := Pod{Namespace: d[0].text, Labels: map[string]string{}}
	for _, s := range d[1:] {
		key, value, _ := strings.Cut(s.text, "=")
		p.Labels[key] = value
	}
	return p
}
