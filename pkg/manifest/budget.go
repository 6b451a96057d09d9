package manifest

// PodDisruptionBudgets (Kubernetes API, policy/v1).

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// budgetKind is the kind of the objects that object.budget reads.
const budgetKind = "PodDisruptionBudget"

// share is a number of pods or a percentage of them, as it is written.
type share string

func shareText(v document.Value, path string) (string, error) {
	text, err := document.AsQuantity(v, path)
	if err != nil {
		return "", err
	}
	quoted, err := jsontext.AppendQuote(nil, text)
	return string(quoted), err
}

type budgetSpec struct {
	MinAvailable   share                 `json:"minAvailable"`
	MaxUnavailable share                 `json:"maxUnavailable"`
	Selector       *metav1.LabelSelector `json:"selector"`
}

// budget reads a budget, with all its faults.
func (o *object) budget() (fargate.DisruptionBudget, error) {
	var meta objectMeta
	var spec budgetSpec
	o.decode("metadata", &meta)
	o.decode("spec", &spec)
	o.checkShare("spec.minAvailable", spec.MinAvailable)
	o.checkShare("spec.maxUnavailable", spec.MaxUnavailable)
	if spec.MinAvailable != "" && spec.MaxUnavailable != "" {
		o.errs.Add(document.At(lineOf(o.value, "spec.maxUnavailable"),
			"%s has both minAvailable and maxUnavailable; keep one of them", document.Join(o.path, "spec")))
	}
	if spec.Selector != nil && len(o.errs) == 0 {
		o.checkSelector(*spec.Selector)
	}
	b := fargate.DisruptionBudget{
		Namespace: meta.Namespace, Name: meta.Name,
		MinAvailable: string(spec.MinAvailable), MaxUnavailable: string(spec.MaxUnavailable),
	}
	if len(o.errs) == 0 {
		var err error
		b.Selector, err = metav1.LabelSelectorAsSelector(spec.Selector)
		o.errs.Add(err)
	}
	return b, o.faults()
}

// checkShare judges a share as Kubernetes does (policy/v1; the API server refuses what is negative, and more than
// 100%).
func (o *object) checkShare(path string, s share) {
	digits, isPercent := strings.CutSuffix(string(s), "%")
	if n, err := strconv.ParseUint(digits, 10, 31); s != "" && (err != nil || isPercent && n > 100) {
		o.fault(path, " is %q, not a number of pods or a percentage of up to 100%%", document.Shorten(string(s)))
	}
}

var operators = []metav1.LabelSelectorOperator{
	metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn,
	metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist,
}

// checkSelector judges each part of a selector, so that a fault has its place.
func (o *object) checkSelector(s metav1.LabelSelector) {
	if _, err := metav1.LabelSelectorAsSelector(&metav1.LabelSelector{MatchLabels: s.MatchLabels}); err != nil {
		o.fault("spec.selector.matchLabels", ": %v", err)
	}
	for i, r := range s.MatchExpressions {
		path := "spec.selector.matchExpressions[" + strconv.Itoa(i) + "]"
		one := metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{r}}
		if !slices.Contains(operators, r.Operator) {
			o.fault(path+".operator", " is %q, not In, NotIn, Exists or DoesNotExist",
				document.Shorten(string(r.Operator)))
		} else if _, err := metav1.LabelSelectorAsSelector(&one); err != nil {
			o.fault(path, ": %v", err)
		}
	}
}
