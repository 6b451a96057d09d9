package manifest

import (
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// readBudgets reads budgets, each as name, bounds and the selector in the words of apimachinery.
func readBudgets(text string) (string, error) {
	var out []string
	err := Read("b.yaml", strings.NewReader(text), Options{Namespace: "given", Budgets: func(b fargate.DisruptionBudget) {
		selector := b.Selector.String()
		if b.Selector.Empty() {
			selector = "all"
		}
		out = append(out, strings.Join([]string{b.Namespace, b.Name, b.MinAvailable, b.MaxUnavailable, selector}, " "))
	}}, func(kube.Pod) error { return nil })
	return strings.Join(out, "; "), err
}

func TestBudgets(t *testing.T) {
	for _, c := range []struct{ why, spec, want, fault string }{
		{"a number and labels", "{minAvailable: 2, selector: {matchLabels: {app: api, tier: web}}}", "given b 2  app=api,tier=web", ""},
		{"a percentage", "{maxUnavailable: 30%, selector: {matchLabels: {app: api}}}", "given b  30% app=api", ""},
		{"a number as text", `{minAvailable: "1", selector: {}}`, "given b 1  all", ""},
		{"null is not given", "{minAvailable: null, maxUnavailable: 1, selector: {}}", "given b  1 all", ""},
		{
			"expressions",
			"{minAvailable: 1, selector: {matchExpressions: [{key: a, operator: In, values: [x, w]}, {key: b, operator: NotIn, values: [z]}, {key: c, operator: Exists}, {key: d, operator: DoesNotExist}]}}",
			"given b 1  a in (w,x),b notin (z),c,!d", "",
		},
		{"an empty selector takes all pods", "{minAvailable: 1, selector: {}}", "given b 1  all", ""},
		{"words", "{minAvailable: some}", "", `spec.minAvailable is "some", not a number of pods or a percentage of up to 100%`},
		{"less than nothing", "{maxUnavailable: -1}", "", `spec.maxUnavailable is "-1", not a number`},
		{"more than all", "{minAvailable: 101%}", "", `spec.minAvailable is "101%", not a number`},
		{"a part of a pod", "{minAvailable: 1.5}", "", `spec.minAvailable is "1.5", not a number`},
		{"too large a number", "{minAvailable: 99999999999999999999}", "", `spec.minAvailable is "99999999999999999999", not a number`},
		{"both", "{minAvailable: 1, maxUnavailable: 1}", "", "spec has both minAvailable and maxUnavailable; keep one of them"},
		{
			"an operator that is none", "{selector: {matchExpressions: [{key: a, operator: Exists}, {key: a, operator: exists}]}}",
			"", `spec.selector.matchExpressions[1].operator is "exists", not In, NotIn, Exists or DoesNotExist`,
		},
		{"no values", "{selector: {matchExpressions: [{key: a, operator: In}]}}", "", "spec.selector.matchExpressions[0]: values"},
		{"an expression that is none", "{selector: {matchExpressions: [7]}}", "", "spec.selector.matchExpressions[0] is a number"},
	} {
		got, err := readBudgets("apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: " + c.spec + "\n")
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
		text, want := "", ""
		if err != nil {
			text = err.Error()
		}
		if c.fault != "" {
			want = "b.yaml: document 1, line 4: " + c.fault
		}
		if (text == "") != (want == "") || !strings.HasPrefix(text, want) || strings.Contains(text, "\n") {
			t.Errorf("%s: got %q, want %q", c.why, text, want)
		}
	}
	// No selector selects no pod (policy/v1).
	if got, err := readBudgets("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b, namespace: web}, spec: {minAvailable: 1}}"); err != nil || got != "web b 1  " {
		t.Errorf("%q, %v", got, err)
	}
}
