package profilefile

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/internal/spelling"
)

// node is a part of a document and its path. Its methods read it as what it should be; where it is something
// else, they report a fault to the parser and return nothing. A missing part is read as an empty one, as null is.
type node struct {
	p     *parser
	value document.Value // nil where the part is missing
	path  string
	// template is what functions in the value refer to; nil outside CloudFormation.
	template *template
	// open records the first function that only the stack knows, as "Ref ClusterName: the parameter has no Default";
	// where it is nil, that is a fault.
	open *string
}

// object is a mapping. Its fields are read once, as a document may be large.
type object struct {
	node
	fields []document.Field
	// next has the fields that are missing here or null; may be nil.
	next *object
}

func (n node) line() int {
	if n.value == nil {
		return 0
	}
	return n.value.Line()
}

// isEmpty reports whether the part is missing or null.
func (n node) isEmpty() bool { return n.value == nil || n.value.Kind() == document.Null }

// child returns a part of n.
func (n node) child(v document.Value, path string) node {
	n.value, n.path = v, path
	return n
}

// leaving returns n, read so that what only the stack knows is left out, and the first of it recorded in into.
func (n node) leaving(into *string) node {
	n.open = into
	return n
}

// mapping reads a mapping and reports whether it is one.
func (n node) mapping() (object, bool) {
	v, err := n.resolved()
	o := object{node: n}
	if err == nil {
		o.fields, err = document.AsFields(v, n.path)
	}
	return o, n.accept(err)
}

// object is mapping for whoever can go on without one.
func (n node) object() object {
	o, _ := n.mapping()
	return o
}

// element is mapping for the element of a list, which must not be null.
func (n node) element() (object, bool) {
	if n.value.Kind() == document.Null {
		n.p.fault(n.line(), "%s is empty; it must be a mapping", n.path)
		return object{}, false
	}
	return n.mapping()
}

// items reads a list, element by element, without those that are no value.
func (n node) items() iter.Seq[node] {
	return func(yield func(node) bool) {
		v, err := n.resolved()
		if !n.accept(err) {
			return
		}
		list, err := document.AsItems(v, n.path)
		n.accept(err)
		for i, item := range list {
			c := n.child(item, fmt.Sprintf("%s[%d]", n.path, i))
			item, err := c.resolved()
			if c.accept(err) && item != nil && !yield(c.child(item, c.path)) {
				return
			}
		}
	}
}

// profiles is items for a list that holds profiles, of which there are few.
func (n node) profiles() iter.Seq[node] {
	return func(yield func(node) bool) {
		if document.Size(n.value) > maxList {
			n.p.fault(n.line(), "the list that begins here is larger than %d MiB; a cluster has ten profiles", maxList>>20)
			return
		}
		faults := len(n.p.faults)
		for item := range n.items() {
			if len(n.p.faults)-faults > maxFaults || len(n.p.entries) > maxEntries || !yield(item) {
				return
			}
		}
	}
}

// scalar reads a text and reports whether it is one.
func (n node) scalar() (string, bool) {
	s, err := n.asText()
	return s, n.accept(err)
}

// asText returns the text that the part is.
func (n node) asText() (string, error) {
	v, err := n.resolved()
	switch {
	case err != nil:
		return "", err
	case n.template != nil && isCoerced(v):
		return v.Text(), nil
	}
	return document.AsText(v, n.path)
}

func (n node) text() string {
	s, _ := n.scalar()
	return s
}

func (n node) texts() []string {
	var out []string
	for item := range n.items() {
		out = append(out, item.text())
	}
	return out
}

// textMap reads a mapping of text to text. Null is the empty text, as the Kubernetes API reads it.
func (n node) textMap() map[string]string {
	out := map[string]string{}
	for _, f := range n.object().fields {
		if s, ok := n.child(f.Value, n.path+"["+document.Shorten(f.Key)+"]").scalar(); ok {
			out[f.Key] = s
		}
	}
	return nilIfEmpty(out)
}

func nilIfEmpty(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return m
}

// get returns a field; its value is nil where there is none.
func (o object) get(key string) node {
	n := o.child(document.Get(o.fields, key), document.Join(o.path, key))
	if o.next != nil && n.isEmpty() {
		if other := o.next.get(key); !other.isEmpty() {
			return other
		}
	}
	return n
}

func (o object) has(key string) bool { return document.Get(o.fields, key) != nil }

// scalar returns the text of a scalar field, empty for anything else; nothing is a fault.
func (o object) scalar(key string) string { return scalar(document.Get(o.fields, key)) }

// knowsOnly reports every key that is not among known: a misspelt one would change what a profile takes.
func (o object) knowsOnly(known ...string) {
	for _, f := range o.fields {
		if slices.Contains(known, f.Key) {
			continue
		}
		hint := "known keys are " + strings.Join(known, ", ")
		if best := spelling.Nearest(f.Key, known); best != "" {
			hint = fmt.Sprintf("did you mean %s?", best)
		}
		o.p.fault(f.Line, "%s: unknown key %q; %s", o.path, document.Shorten(f.Key), hint)
	}
}

// misspelt reports the keys that are most likely meant to be one of wanted. It is for objects that have more keys than
// fgctl knows; others are of those, so that none of them is taken for a wanted one.
func (o object) misspelt(wanted []string, others ...string) {
	known := slices.Concat(wanted, others)
	for _, f := range o.fields {
		if slices.Contains(known, f.Key) {
			continue
		}
		if near := spelling.Nearest(f.Key, known); slices.Contains(wanted, near) {
			o.p.fault(f.Line, "%s: unknown key %q; did you mean %s?", cmp.Or(o.path, "the document"),
				document.Shorten(f.Key), near)
		}
	}
}

// scalar returns the text of a scalar, empty for anything else.
func scalar(v document.Value) string {
	if v == nil || v.Kind() == document.Null || v.Kind() == document.List || v.Kind() == document.Mapping {
		return ""
	}
	return v.Text()
}

func isTrue(v document.Value) bool {
	return v != nil && v.Kind() == document.Bool && v.Text() == "true"
}

// named returns n with a path for messages where it is a document of its own.
func (n node) named(path string) node {
	n.path = cmp.Or(n.path, path)
	return n
}
