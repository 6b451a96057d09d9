package selector

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
)

func BenchmarkOverlap(b *testing.B) {
	x, y := in("prod-*", "app=api", "tier=*"), in("*-eu", "app=*", "team=a?")
	for b.Loop() {
		Overlap(x, y)
	}
}

// Whatever the selectors, an answer comes at once, and a pod that is found is valid and what was asked for.
func FuzzAnswers(f *testing.F) {
	f.Add("web", "web,app=a* *")
	f.Add("*a*a*a*b,k?=*", "?*?*?,*=x a*,k=?*b")
	f.Add("a,example.com/?*=*", "*,*/*=a?")
	f.Fuzz(func(t *testing.T, fit, avoid string) {
		want, foes := parsed(fit), parsed(avoid)
		if len(want) == 0 {
			t.Skip()
		}
		want, foes = want[:min(2, len(want))], foes[:min(50, len(foes))]
		start := time.Now()
		pod, answer := new(Search).ask(want, foes)
		if took := time.Since(start); took > atOnce {
			t.Errorf("it took %s", took)
		}
		if answer != Yes {
			return
		}
		if countFits(want, pod) < len(want) || countFits(foes, pod) > 0 {
			t.Errorf("%s is not what was asked for", pod.Shape())
		}
		if len(validation.IsDNS1123Label(pod.Namespace)) > 0 {
			t.Errorf("%q is no namespace", pod.Namespace)
		}
		for k, v := range pod.Labels {
			if len(validation.IsQualifiedName(k)) > 0 || len(validation.IsValidLabelValue(v)) > 0 {
				t.Errorf("%q=%q is no label", k, v)
			}
		}
	})
}
