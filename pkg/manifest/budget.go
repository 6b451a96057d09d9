package manifest

// This file reads PodDisruptionBudgets (Kubernetes API, policy/v1).

import (
	"strings"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"github.com/fgctl/fgctl/pkg/document"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// budgetKind is the kind of the objects that decodeBudget reads.
const budgetKind = "PodDisruptionBudget"

// decodeBudget reads one, with all its faults.
func decodeBudget(fields []document.Field, path string) (fargate.DisruptionBudget, error) {
	d := &decoder{}
	m := d.metadata(document.Get(fields, "metadata"), func() string { return join(path, "metadata") })
	b := fargate.DisruptionBudget{Namespace: m.namespace, Name: m.name, Selector: labels.Nothing()}
	spec := func() string { return join(path, "spec") }
	d.fields(document.Get(fields, "spec"), spec, func(key string, v document.Value) {
		at := under(spec, key)
		switch key {
		case "minAvailable":
			b.MinAvailable = d.amount(v, at)
		case "maxUnavailable":
			b.MaxUnavailable = d.amount(v, at)
		case "selector":
			if v.Kind() != document.Null {
				b.Selector = d.selector(v, at)
			}
		}
	})
	return b, d.faults()
}

// selector reads a LabelSelector; an empty one selects every pod of the namespace (policy/v1).
func (d *decoder) selector(v document.Value, path func() string) labels.Selector {
	out := labels.NewSelector()
	add := func(key string, operator selection.Operator, values []string, line int, at func() string) {
		r, err := labels.NewRequirement(key, operator, values)
		if err != nil {
			d.errs.Add(document.At(line, "%s: %v", at(), err))
			return
		}
		out = out.Add(*r)
	}
	d.fields(v, path, func(key string, v document.Value) {
		at := under(path, key)
		switch key {
		case "matchLabels":
			for k, value := range d.texts(v, at) {
				add(k, selection.Equals, []string{value}, v.Line(), at)
			}
		case "matchExpressions":
			for _, r := range d.requirements(v, at) {
				add(r.Key, selection.Operator(strings.ToLower(operators[r.Operator])), r.Values, v.Line(), at)
			}
		}
	})
	return out
}

// operators are those of a LabelSelector in the words of apimachinery's labels.
var operators = map[string]string{
	"In": string(selection.In), "NotIn": string(selection.NotIn), "Exists": string(selection.Exists), "DoesNotExist": string(selection.DoesNotExist),
}
