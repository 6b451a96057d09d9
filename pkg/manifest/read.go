package manifest

// A stream of manifests: documents, lists and their elements.

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
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
	// Budgets is called with every PodDisruptionBudget; it may be nil.
	Budgets func(fargate.DisruptionBudget)
	// Others is called with the objects of further kinds, by their kind; kinds of foreign API groups come too. An error
	// of it is a fault of the source where it is an *Error, and ends reading otherwise. It may be nil.
	Others map[string]func(Object) error
	// Skipped is called with the kind of each object that may make pods in a way that is not known; it may be nil.
	Skipped func(Kind)
	// NotAManifest is called for each document that has no kind and is let pass; nil where such a document is a fault.
	NotAManifest func()
	// EmptyList is called for every list without elements, as kubectl prints it where there is nothing; it may be nil.
	EmptyList func()
	// onlyYAML reads JSON as the YAML that it is; tests compare the two ways.
	onlyYAML bool
	// onlyOthers leaves out what nothing above is called with.
	onlyOthers bool
}

const (
	// heldOverhead is what keeping an element takes besides its text.
	heldOverhead = 512
	// maxLines is of how many fields of a pod the line is looked for, which takes the longer the larger it is.
	maxLines = 200
	// maxElements is how many elements a list in a pod's spec may have.
	maxElements = 10_000
	// maxLists is how deep a list may lie within lists.
	maxLists = 8
)

// Read reads manifests from r and calls yield with every pod, in order, as soon as it is read. Objects
// that make no pods are skipped. source is only named: in the pods and in errors. Where yield is nil, pods are not
// looked at.
//
// A fault ends its object, not the stream: the rest is read as far as it can be told apart. All faults
// are returned together, as *Error or Errors. An error of yield's or of r's ends reading and is
// returned as it is.
func Read(source string, r io.Reader, opts Options, yield func(kube.Pod) error) error {
	opts.onlyOthers = yield == nil
	return ReadEach(source, r, opts, func(kube.Pod) struct{} { return struct{}{} },
		func(pod kube.Pod, _ struct{}) error { return yield(pod) })
}

// ReadEach is Read with a judgement of each pod, which yield is called with. Judge is called on several goroutines at
// once, and perhaps for pods that yield is not called with any more.
func ReadEach[T any](
	source string, r io.Reader, opts Options, judge func(kube.Pod) T, yield func(kube.Pod, T) error,
) error {
	if opts.Namespace == "" {
		opts.Namespace = "default"
	}
	m := &reader[T]{source: source, opts: opts, judge: judge, yield: yield}
	defer m.wait()
	err := document.Read(r, document.Options{Stream: "items", OnlyYAML: opts.onlyYAML}, m.part)
	if m.stop != nil {
		return m.stop
	}
	var fault *Error
	var all Errors
	if err != nil && !errors.As(err, &fault) {
		return fmt.Errorf("%s: %w", document.SourceName(source), err)
	}
	all.Add(err)
	// Elements of a list that broke off come before what broke it; where there were too many faults, no more are named.
	late := m.land(0)
	if m.stop != nil {
		return m.stop
	}
	if last := len(all) - 1; last >= 0 && all[last].Document > 0 {
		all = slices.Insert(all, last, late...)
	}
	for _, e := range all {
		e.Source = source
	}
	return all.OrNil()
}

type reader[T any] struct {
	source string
	opts   Options
	judge  func(kube.Pod) T
	yield  func(kube.Pod, T) error
	stop   error // yield's error

	held  []element // elements of a list whose kind is not known yet
	size  int       // bytes of held
	items int       // elements of the list that is being read

	batch   batch[T]
	flights []*batch[T]
}

// part is called with what the document reader has read.
func (m *reader[T]) part(p document.Part) error {
	var errs Errors
	if p.Item > 0 {
		errs = m.element(p)
	} else {
		errs = m.land(0)
		errs.Add(m.root(p))
	}
	if m.stop != nil {
		return errStop{m.stop}
	}
	return errs.OrNil()
}

// errStop ends reading after yield failed.
type errStop struct{ error }

// element puts one element of a streamed list into the batch.
func (m *reader[T]) element(p document.Part) Errors {
	m.items++
	top, err := p.Top.Fields()
	if err != nil {
		return nil //nolint:nilerr // the list's own fault is reported once, with the list
	}
	kind, err := document.AsText(document.Get(top, "kind"), "kind")
	if err != nil {
		return nil //nolint:nilerr // likewise
	}
	m.batch.add(element{
		number: p.Document, value: document.Keep(p.Value), path: "items[" + strconv.Itoa(p.Item-1) + "]",
		kind: strings.TrimSuffix(kind, "List"),
	})
	if !m.batch.isFull() {
		return nil
	}
	m.start()
	return m.land(maxFlights())
}

// hold keeps an element that does not state its kind until its list does: kubectl's JSON has the key items before the
// key kind.
func (m *reader[T]) hold(e element) error {
	if m.size += document.Size(e.value) + heldOverhead; m.size <= document.DefaultMaxBytes {
		m.held = append(m.held, e)
		return nil
	}
	// The rest of the list may be endless, so reading ends here.
	fault := document.At(e.value.Line(), "%s has no kind, and that of its list has not come yet; put the list's kind "+
		"before its items", e.path)
	fault.Document, fault.Source = e.number, m.source
	m.stop = fault
	return fault
}

// root takes a whole document, or what is left of one whose elements were streamed.
func (m *reader[T]) root(p document.Part) error {
	held, items := m.held, m.items
	m.held, m.size, m.items = nil, 0, 0
	if !p.Streamed {
		return m.object(element{number: p.Document, value: p.Value}, maxLists)
	}
	fields, err := p.Value.Fields()
	if err != nil {
		return err
	}
	kind, err := document.AsText(document.Get(fields, "kind"), "kind")
	if err != nil {
		return err
	}
	if m.passes(element{value: p.Value}) {
		m.opts.NotAManifest()
		return nil
	}
	if items == 0 {
		m.emptyList(kind)
	}
	var errs Errors
	for _, e := range held {
		e.kind = strings.TrimSuffix(kind, "List")
		if errs.Add(m.object(e, maxLists)); m.stop != nil {
			return m.stop
		}
	}
	return errs.OrNil()
}

// object takes one object; a list may be so deep.
func (m *reader[T]) object(e element, lists int) error {
	f := m.look(e)
	if f.items != nil {
		return m.list(e, f, lists)
	}
	return m.deliver(f, m.judgeAll(f))
}

// judgeAll judges the pods that were found.
func (m *reader[T]) judgeAll(f found) []T {
	if f.err != nil || len(f.pods) == 0 {
		return nil
	}
	judged := make([]T, len(f.pods))
	for i, pod := range f.pods {
		judged[i] = m.judge(pod)
	}
	return judged
}

// deliver hands over what was found.
func (m *reader[T]) deliver(f found, judged []T) error {
	switch {
	case f.err != nil:
		return f.err
	case f.other != nil:
		err := m.opts.Others[f.other.Kind](*f.other)
		if err != nil && !errors.As(err, new(*Error)) && !errors.As(err, new(Errors)) {
			m.stop = err
		}
		return err
	case f.budget != nil:
		m.opts.Budgets(*f.budget)
	case f.pods != nil:
		for i, pod := range f.pods {
			if m.stop = m.yield(pod, judged[i]); m.stop != nil {
				break
			}
		}
		f.lines.late = true
	case f.stray:
		m.opts.NotAManifest()
	case f.skipped != nil && m.opts.Skipped != nil:
		m.opts.Skipped(*f.skipped)
	}
	return m.stop
}

func (m *reader[T]) emptyList(kind string) {
	if m.opts.EmptyList != nil && strings.HasSuffix(kind, "List") {
		m.opts.EmptyList()
	}
}

// list takes a list that was not streamed.
func (m *reader[T]) list(e element, f found, lists int) error {
	path := document.Join(e.path, "items")
	if lists == 0 {
		return document.At(f.items.Line(), "%s: lists lie more than %d deep in lists", path, maxLists)
	}
	elements, err := f.items.Items()
	if err != nil {
		return err
	}
	if len(elements) == 0 {
		m.emptyList(f.kind)
	}
	var errs Errors
	for i, v := range elements {
		inner := element{
			number: e.number, value: v, path: fmt.Sprintf("%s[%d]", path, i), kind: strings.TrimSuffix(f.kind, "List"),
		}
		if errs.Add(m.object(inner, lists-1)); m.stop != nil {
			return m.stop
		}
		if len(errs) > 100 {
			break // an alias may repeat one fault without end
		}
	}
	return errs.OrNil()
}

// element is an object and its place.
type element struct {
	number int // of the document
	value  document.Value
	path   string // in the document
	kind   string // that of its list, for an object that states none
}

// found is what an object turned out to be: nothing more where it makes no pods.
type found struct {
	pods    []kube.Pod // one, or those of an object of others, which may make several
	lines   *podLines
	budget  *fargate.DisruptionBudget
	other   *Object
	skipped *Kind
	// items are the elements of a list, kind what it calls itself.
	items  document.Value
	kind   string
	noKind bool
	stray  bool
	err    error
}

// look reads an object.
func (m *reader[T]) look(e element) (f found) {
	v := e.value
	if v.Kind() == document.Null && e.path != "" {
		return found{}
	}
	if m.passes(e) {
		return found{stray: true}
	}
	if v.Kind() != document.Mapping {
		return found{err: document.At(v.Line(), "%s is %s, not a Kubernetes object",
			cmp.Or(e.path, "the document"), v.Kind())}
	}
	fields, err := v.Fields()
	if err != nil {
		return found{err: err}
	}
	own, err := document.AsText(document.Get(fields, "kind"), document.Join(e.path, "kind"))
	if err != nil {
		return found{err: err}
	}
	// An object with a list of items is a list, whatever its kind is called: apimachinery's
	// unstructured objects are told apart by the same sign.
	if items := document.Get(fields, "items"); items != nil && items.Kind() == document.List {
		return found{items: items, kind: own}
	}
	if own = cmp.Or(own, e.kind); own == "" {
		return found{noKind: true, err: document.At(v.Line(), "%s has no kind, so it is not a Kubernetes object%s",
			cmp.Or(e.path, "the document"), misspelt(fields))}
	}
	if m.opts.onlyOthers && m.opts.Others[own] == nil {
		return found{}
	}
	o := &object{kind: own, value: v, fields: fields, path: e.path}
	version, versionErr := document.AsText(document.Get(fields, "apiVersion"), document.Join(e.path, "apiVersion"))
	_, makesPods := templates[own]
	isOwn := !foreign(version)
	if !m.opts.onlyOthers && (!makesPods || !isOwn) {
		if pods, err := o.foreignPods(groupOf(version)); len(pods) > 0 || err != nil {
			return m.placed(e, pods, err)
		}
	}
	switch {
	case m.opts.Others[own] != nil:
		f.other, f.err = m.other(o, groupOf(version))
		return f
	case makesPods && isOwn && versionErr == nil:
		pod, err := o.pod(m.opts.Budgets != nil)
		return m.placed(e, []kube.Pod{pod}, err)
	case own == budgetKind && m.opts.Budgets != nil && isOwn && versionErr == nil:
		budget, err := o.budget()
		budget.Namespace = cmp.Or(budget.Namespace, m.opts.Namespace)
		return found{budget: &budget, err: err}
	case makesPods && versionErr != nil:
		return found{err: versionErr}
	case mayMakePods(own, groupOf(version)):
		return found{skipped: &Kind{Name: own, APIVersion: version}}
	}
	return found{}
}

// placed says of pods where they were read.
func (m *reader[T]) placed(e element, pods []kube.Pod, err error) found {
	lines := &podLines{value: e.value}
	for i := range pods {
		pod := &pods[i]
		pod.Namespace = cmp.Or(pod.Namespace, m.opts.Namespace)
		pod.Source, pod.Document, pod.Line, pod.LineOf = m.source, e.number, e.value.Line(), lines.of
	}
	return found{pods: pods, lines: lines, err: err}
}
