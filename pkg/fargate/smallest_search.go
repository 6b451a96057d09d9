package fargate

// This file holds the search of smallestPod: candidates, what is wrong with each, and what follows.

import (
	"cmp"
	"container/heap"
	"slices"
	"strings"
)

// candidate is a way to make a pod, and the smallest pod that is made that way.
type candidate struct {
	groups [][]int  // the wishes that each label meets
	labels []string // key=value, one for each group
	// namespace is in none of the namespaces of the foes out.
	namespace string
	out       []int
	// unmet are the pairs of foes that no label meets; barred are keys that a group's label must not have,
	// because another one has them.
	unmet  []int
	barred [][]string
	size   int
	number int // counts candidates in the order they came up
}

// pod gives the pod, unless two of its labels have the same key.
func (c *candidate) pod() (Pod, bool) {
	p := Pod{Namespace: c.namespace, Labels: make(map[string]string, len(c.labels))}
	for _, label := range c.labels {
		key, value, _ := strings.Cut(label, "=")
		if old, taken := p.Labels[key]; taken && old != value {
			return Pod{}, false
		}
		p.Labels[key] = value
	}
	return p, true
}

// key tells candidates apart by what they ask for.
func (c *candidate) key() string {
	var out strings.Builder
	for i, g := range c.groups {
		out.WriteString(join(g) + strings.Join(c.barred[i], ",") + ";")
	}
	return out.String() + join(c.out) + ";" + join(c.unmet)
}

// measure completes a candidate.
func (c *candidate) measure() *candidate {
	c.size = len(c.namespace)
	for _, label := range c.labels {
		c.size += len(label) - len("=")
	}
	return c
}

// candidates is a heap: the smallest first, and of equal ones the last that came up, since it has the
// most conditions behind it.
type candidates []*candidate

func (h candidates) Len() int { return len(h) }
func (h candidates) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].size, h[j].size), cmp.Compare(h[j].number, h[i].number)) < 0
}
func (h candidates) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push is for container/heap.
func (h *candidates) Push(c any) { *h = append(*h, c.(*candidate)) } //nolint:forcetypeassert // only add calls it

// Pop is for container/heap.
func (h *candidates) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	*h = (*h)[:last]
	return c
}

// best gives the smallest pod that meets the wishes in one of the ways and fits no foe; nil for none,
// or when the budget is spent. Unless apart, labels of one key are let pass.
func (s *search) best(ways [][][]int, apart bool) *candidate {
	namespace, ok := s.namespace(nil)
	if !ok {
		return nil
	}
	var queue candidates
	seen := map[string]bool{}
	number := 0
	add := func(c *candidate) {
		if key := c.key(); !seen[key] {
			seen[key] = true
			c.number = number
			number++
			heap.Push(&queue, c)
		}
	}
	for _, groups := range ways {
		c := &candidate{groups: groups, namespace: namespace, labels: make([]string, len(groups)), barred: make([][]string, len(groups))}
		ok := true
		for i, g := range groups {
			if c.labels[i], ok = s.label(g, nil, nil); !ok {
				break
			}
		}
		if ok {
			add(c.measure())
		}
	}
	for len(queue) > 0 && !s.budget.spent {
		c := heap.Pop(&queue).(*candidate) //nolint:forcetypeassert // the heap holds nothing else
		s.budget.left -= candidateSteps
		next, wrong := s.repairs(c, apart)
		if !wrong {
			return c
		}
		for _, n := range next {
			add(n)
		}
	}
	return nil
}

// repairs tells whether something is wrong with a candidate, and gives those that do not have this one
// fault; one of them leads to the smallest pod if this candidate does.
func (s *search) repairs(c *candidate, apart bool) (next []*candidate, wrong bool) {
	if apart {
		for i := range c.labels {
			for j := range i {
				key, _, _ := strings.Cut(c.labels[i], "=")
				if strings.HasPrefix(c.labels[j], key+"=") {
					return s.parted(c, key, i, j), true
				}
			}
		}
	}
	// Of several foes the one that leaves the fewest ways is taken.
	for i, f := range s.avoid {
		if !s.strikes(f, c) {
			continue
		}
		ways := s.escapes(c, i)
		if !wrong || len(ways) < len(next) {
			next, wrong = ways, true
		}
		if len(next) <= 1 || s.budget.spent {
			break
		}
	}
	return next, wrong
}

// strikes tells whether the candidate's pod fits the foe's selector. It goes by the list of labels, for
// keys may be there twice.
func (s *search) strikes(f foe, c *candidate) bool {
	if !MatchPattern(string(f.namespace), c.namespace) {
		return false
	}
	for _, p := range f.pairs {
		if !slices.ContainsFunc(c.labels, func(l string) bool { return MatchPattern(string(s.pairs[p].glob), l) }) {
			return false
		}
	}
	return true
}

// escapes gives the candidates that follow when one condition of the foe fails.
func (s *search) escapes(c *candidate, number int) []*candidate {
	var next []*candidate
	out := with(c.out, number)
	if namespace, ok := s.namespace(out); ok {
		n := *c
		n.namespace, n.out = namespace, out
		next = append(next, n.measure())
	}
	for _, p := range s.avoid[number].pairs {
		n := *c
		n.unmet = with(c.unmet, p)
		n.labels = slices.Clone(c.labels)
		ok := true
		for i, l := range c.labels {
			// A label that does not meet the pair is still the shortest.
			if ok && MatchPattern(string(s.pairs[p].glob), l) {
				n.labels[i], ok = s.label(c.groups[i], n.unmet, c.barred[i])
			}
		}
		if ok {
			next = append(next, n.measure())
		}
	}
	return next
}

// parted gives the candidates in which one or the other of two labels has not this key.
func (s *search) parted(c *candidate, key string, labels ...int) []*candidate {
	var next []*candidate
	for _, i := range labels {
		n := *c
		n.labels, n.barred = slices.Clone(c.labels), slices.Clone(c.barred)
		n.barred[i] = slices.Sorted(slices.Values(append(slices.Clone(c.barred[i]), key)))
		var ok bool
		if n.labels[i], ok = s.label(c.groups[i], c.unmet, n.barred[i]); ok {
			next = append(next, n.measure())
		}
	}
	return next
}

// with adds a number to a sorted list that does not hold it.
func with(list []int, number int) []int {
	at, _ := slices.BinarySearch(list, number)
	return slices.Insert(slices.Clone(list), at, number)
}
