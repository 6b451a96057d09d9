package manifest

// This file reads PodDisruptionBudgets (Kubernetes API, policy/v1).

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// budgetKind is the kind of the objects that decodeBudget reads.
const budgetKind = "PodDisruptionBudget"

// decodeBudget reads one, with all its faults.
func decodeBudget(fields []document.Field, path string) (fargate.DisruptionBudget, error) {
	d := &decoder{}
	m := d.metadata(document.Get(fields, "metadata"), func() string { return join(path, "metadata") })
	b := fargate.DisruptionBudget{Namespace: m.namespace, Name: m.name, Selector: labels.Nothing()}
	spec, maxLine := func() string { return join(path, "spec") }, 0
	d.fields(document.Get(fields, "spec"), spec, func(key string, v document.Value) {
		at := under(spec, key)
		switch key {
		case "minAvailable":
			b.MinAvailable = d.share(v, at)
		case "maxUnavailable":
			b.MaxUnavailable = d.share(v, at)
			maxLine = v.Line()
		case "selector":
			if v.Kind() != document.Null {
				b.Selector = d.selector(v, at)
			}
		}
	})
	if b.MinAvailable != "" && b.MaxUnavailable != "" {
		d.errs.Add(document.At(maxLine, "%s has both minAvailable and maxUnavailable; keep one of them", spec()))
	}
	return b, d.faults()
}

// share reads a number of pods or a percentage of them as Kubernetes takes it (policy/v1; the API server
// refuses what is negative, and more than 100%); null is empty.
func (d *decoder) share(v document.Value, path func() string) string {
	if v.Kind() == document.Null {
		return ""
	}
	text := d.amount(v, path)
	digits, isPercent := strings.CutSuffix(text, "%")
	if n, err := strconv.ParseUint(digits, 10, 31); text != "" && (err != nil || isPercent && n > 100) {
		d.errs.Add(document.At(v.Line(), "%s is %q, not a number of pods or a percentage of up to 100%%", path(), document.Shorten(text)))
	}
	return text
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
			before := len(d.errs)
			for i, r := range d.requirements(v, at) {
				one := func() string { return fmt.Sprintf("%s[%d]", at(), i) }
				operator, known := operators[r.Operator]
				switch {
				case len(d.errs) > before: // what could not be read is told already
				case !known:
					d.errs.Add(document.At(v.Line(), "%s.operator is %q, not In, NotIn, Exists or DoesNotExist", one(), document.Shorten(r.Operator)))
				default:
					add(r.Key, operator, r.Values, v.Line(), one)
				}
			}
		}
	})
	return out
}

// operators are those of a LabelSelector in the words of apimachinery's labels.
var operators = map[string]selection.Operator{
	"In": selection.In, "NotIn": selection.NotIn, "Exists": selection.Exists, "DoesNotExist": selection.DoesNotExist,
}
