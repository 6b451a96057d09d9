package manifest

import (
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// Tolerations are read where they may be about Fargate's nodes, and then all of them, so that their places hold.
func TestTolerations(t *testing.T) {
	for text, want := range map[string]int{
		`[{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}, {"key": "x"}]`: 0,
		`[{"key": "x"}, {"key": "eks.amazonaws.com/compute-type", "value": "fargate"}]`: 2,
		`[{"key": "x"}, {"operator": "Exists"}]`:                                        2,
		`[{"key": "", "operator": "Exists"}]`:                                           1,
		`[{"key": null, "operator": "Exists"}]`:                                         1,
		`[{"key": "eks.amazonaws.com\u002fcompute-type", "operator": "Exists"}]`:        1,
		`[]`:   0,
		`null`: 0,
	} {
		for _, form := range []string{
			`{"kind": "Pod", "spec": {"tolerations": ` + text + `}}`, "kind: Pod\nspec:\n  tolerations: " + text,
		} {
			err := Read("f", strings.NewReader(form), Options{}, func(pod kube.Pod) error {
				if len(pod.Spec.Tolerations) != want {
					t.Errorf("%s: got %v, want %d", form, pod.Spec.Tolerations, want)
				}
				return nil
			})
			if err != nil {
				t.Errorf("%s: %v", form, err)
			}
		}
	}
	err := Read("f", strings.NewReader("kind: Pod\nspec:\n  tolerations: [{operator: [Exists]}]"), Options{}, func(kube.Pod) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "spec.tolerations[0].operator") {
		t.Errorf("%v", err)
	}
}
