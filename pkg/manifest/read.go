package manifest

// This file reads a stream of manifests: documents, lists and their elements.

import (
	"fmt"
	"io"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// Error is one fault of a manifest; it prints as "pod.yaml: document 2, line 14: what is wrong".
type Error = document.Error

// Errors are all faults of a source in the order of the source.
type Errors = document.Errors

// Options say how to read.
type Options struct {
	// Namespace is that of manifests without one; empty means "default".
	Namespace string
	// Budgets hears of every PodDisruptionBudget; nil for nobody.
	Budgets func(fargate.DisruptionBudget)
	// EmptyList hears of every list without elements, as kubectl prints it where there is nothing; nil for nobody.
	EmptyList func()
	// onlyYAML reads JSON as the YAML that it is; tests compare the two ways.
	onlyYAML bool
}

// heldOverhead is what keeping an element takes besides its text.
const heldOverhead = 512

// maxLines is of how many fields of a pod the line is looked for, which takes the longer the larger it is.
const maxLines = 200

// maxElements is how many elements a list in a pod's spec may have.
const maxElements = 10_000

// maxLists is how deep a list may lie within lists.
const maxLists = 8

// Read reads manifests from r and hands every pod to yield, in order, as soon as it is read. Objects
// that make no pods are skipped. source is only named: in the pods and in errors.
//
// A fault ends its object, not the stream: the rest is read as far as it can be told apart. All faults
// are returned together, as *Error or Errors. An error of yield's or of r's ends reading and is
// returned as it is.
func Read(source string, r io.Reader, opts Options, yield func(fargate.Pod) error) error {
	if opts.Namespace == "" {
		opts.Namespace = "default"
	}
	m := &reader{source: source, opts: opts, yield: yield}
	err := document.Read(r, document.Options{Stream: "items", OnlyYAML: opts.onlyYAML}, m.part)
	if m.stop != nil {
		return m.stop
	}
	var all Errors
	switch err := err.(type) { //nolint:errorlint // Read of document gives these types unwrapped
	case nil:
		return nil
	case *Error, Errors:
		all.Add(err)
	default:
		return fmt.Errorf("%s: %w", document.SourceName(source), err)
	}
	for _, e := range all {
		e.Source = source
	}
	return all.OrNil()
}

type reader struct {
	source string
	opts   Options
	yield  func(fargate.Pod) error
	stop   error // yield's error
	held   []heldItem
	size   int // bytes of held
	items  int // elements of the list that is being read
}

// heldItem is an element of a list whose kind is not known yet.
type heldItem struct {
	value document.Value
	path  string
}

// errStop ends reading after yield failed.
type errStop struct{ error }

// part takes what the document reader hands over.
func (m *reader) part(p document.Part) error {
	var err error
	if p.Item > 0 {
		err = m.element(p)
	} else {
		err = m.root(p)
	}
	if m.stop != nil {
		return errStop{m.stop}
	}
	return err
}

// element takes one element of a streamed list. kubectl's JSON has the key items before the key kind,
// so an element that does not state its kind may have to wait for that of its list.
func (m *reader) element(p document.Part) error {
	m.items++
	path := fmt.Sprintf("items[%d]", p.Item-1)
	fields, err := document.AsFields(p.Value, path)
	if err != nil {
		return err
	}
	top, err := p.Top.Fields()
	if err != nil {
		return err
	}
	if document.Get(fields, "kind") == nil && document.Get(top, "kind") == nil {
		if m.size += document.Size(p.Value) + heldOverhead; m.size > document.DefaultMaxBytes {
			// The rest of the list may be endless, so reading ends here.
			fault := document.At(p.Value.Line(), "%s has no kind, and that of its list has not come yet; put the list's kind before its items", path)
			fault.Document, fault.Source = p.Document, m.source
			m.stop = fault
			return fault
		}
		m.held = append(m.held, heldItem{value: document.Keep(p.Value), path: path})
		return nil
	}
	kind, err := document.AsText(document.Get(top, "kind"), "kind")
	if err != nil {
		return nil //nolint:nilerr // the list's own fault is reported once, with the list
	}
	return m.object(p.Document, p.Value, path, strings.TrimSuffix(kind, "List"), maxLists)
}

// root takes a whole document, or what is left of one whose elements were streamed.
func (m *reader) root(p document.Part) error {
	held, items := m.held, m.items
	m.held, m.size, m.items = nil, 0, 0
	if !p.Streamed {
		return m.object(p.Document, p.Value, "", "", maxLists)
	}
	fields, err := p.Value.Fields()
	if err != nil {
		return err
	}
	kind, err := document.AsText(document.Get(fields, "kind"), "kind")
	if err != nil {
		return err
	}
	if items == 0 {
		m.emptyList(kind)
	}
	var errs Errors
	for _, h := range held {
		err := m.object(p.Document, h.value, h.path, strings.TrimSuffix(kind, "List"), maxLists)
		if m.stop != nil {
			return m.stop
		}
		errs.Add(err)
	}
	return errs.OrNil()
}

// object takes one object: a list, a pod, a workload or something else. kind is that of its list, for
// an object that states none. path is its place in the document.
func (m *reader) object(number int, v document.Value, path, kind string, lists int) error {
	if v.Kind() == document.Null && path != "" {
		return nil
	}
	if v.Kind() != document.Mapping {
		return document.At(v.Line(), "%s is %s, not a Kubernetes object", place(path), v.Kind())
	}
	fields, err := v.Fields()
	if err != nil {
		return err
	}
	// An object with a list of items is a list, whatever its kind is called: apimachinery's
	// unstructured objects tell it by the same sign.
	if items := document.Get(fields, "items"); items != nil && items.Kind() == document.List {
		return m.list(number, fields, items, path, lists)
	}
	own, err := document.AsText(document.Get(fields, "kind"), join(path, "kind"))
	if err != nil {
		return err
	}
	if own != "" {
		kind = own
	}
	if kind == "" {
		return document.At(v.Line(), "%s has no kind, so it is not a Kubernetes object%s", place(path), misspelt(fields))
	}
	_, makesPods := templates[kind]
	if !makesPods && (kind != budgetKind || m.opts.Budgets == nil) {
		return nil
	}
	version, err := document.AsText(document.Get(fields, "apiVersion"), join(path, "apiVersion"))
	if err != nil || foreign(version) {
		return err
	}
	if !makesPods {
		budget, err := decodeBudget(fields, path)
		if err != nil {
			return err
		}
		if budget.Namespace == "" {
			budget.Namespace = m.opts.Namespace
		}
		m.opts.Budgets(budget)
		return nil
	}
	pod, err := decode(kind, fields, path, m.opts.Budgets != nil)
	if err != nil {
		return err
	}
	pod.Source, pod.Document, pod.Line = m.source, number, v.Line()
	late, lines := false, 0
	pod.LineOf = func(path string) int {
		if lines++; late || lines > maxLines {
			return 0 // the text is gone, or nobody reads so much
		}
		return lineOf(v, path)
	}
	if pod.Namespace == "" {
		pod.Namespace = m.opts.Namespace
	}
	m.stop = m.yield(pod)
	late = true
	return m.stop
}

func (m *reader) emptyList(kind string) {
	if m.opts.EmptyList != nil && strings.HasSuffix(kind, "List") {
		m.opts.EmptyList()
	}
}

// list takes a list that was not streamed.
func (m *reader) list(number int, fields []document.Field, items document.Value, path string, lists int) error {
	if lists == 0 {
		return document.At(items.Line(), "%s: lists lie more than %d deep in lists", join(path, "items"), maxLists)
	}
	kind, err := document.AsText(document.Get(fields, "kind"), join(path, "kind"))
	if err != nil {
		return err
	}
	elements, err := items.Items()
	if err != nil {
		return err
	}
	if len(elements) == 0 {
		m.emptyList(kind)
	}
	var errs Errors
	for i, e := range elements {
		err := m.object(number, e, fmt.Sprintf("%s[%d]", join(path, "items"), i), strings.TrimSuffix(kind, "List"), lists-1)
		if m.stop != nil {
			return m.stop
		}
		errs.Add(err)
		if len(errs) > 100 {
			break // an alias may repeat one fault without end
		}
	}
	return errs.OrNil()
}

// place names an object in a message.
func place(path string) string {
	if path == "" {
		return "the document"
	}
	return path
}

// join makes the path of a field.
func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}

// misspelt points to a key that is kind but for its case.
func misspelt(fields []document.Field) string {
	for _, f := range fields {
		if f.Key != "kind" && strings.EqualFold(f.Key, "kind") {
			return fmt.Sprintf("; line %d has %q, which is written kind", f.Line, f.Key)
		}
	}
	return ""
}
