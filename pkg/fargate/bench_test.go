package fargate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
)

// fullCluster is a cluster at EKS's quotas: ten profiles of five selectors, much of it in common.
func fullCluster() []Profile {
	var out []Profile
	for i := range MaxProfiles {
		p := Profile{Name: fmt.Sprintf("profile-%d", i)}
		for j := range MaxSelectors {
			p.Selectors = append(p.Selectors, in(fmt.Sprintf("team-%d*", (i+j)%4), "app=*", fmt.Sprintf("tier=%d*", j), fmt.Sprintf("zone=*%d", i%3), "example.com/*=?*", "v*=x"))
		}
		out = append(out, p)
	}
	return out
}

func BenchmarkOverlap(b *testing.B) {
	x, y := in("prod-*", "app=api", "tier=*"), in("*-eu", "app=*", "team=a?")
	for b.Loop() {
		Overlap(x, y)
	}
}

func BenchmarkOverlapsOfAFullCluster(b *testing.B) {
	profiles := fullCluster()
	for b.Loop() {
		Overlaps(profiles)
	}
}

func BenchmarkCoverageInAFullCluster(b *testing.B) {
	profiles := fullCluster()
	for b.Loop() {
		Coverage(profiles[0].Selectors, profiles[1:])
	}
}

func BenchmarkRedundanciesOfAFullCluster(b *testing.B) {
	profiles := fullCluster()
	for b.Loop() {
		Redundancies(profiles)
	}
}

// Whatever the selectors, an answer comes at once, and a pod that is found is valid and what was asked for.
func FuzzSmallestPod(f *testing.F) {
	f.Add("web", "web,app=a* *")
	f.Add("*a*a*a*b,k?=*", "?*?*?,*=x a*,k=?*b")
	f.Add("a,example.com/?*=*", "*,*/*=a?")
	f.Fuzz(func(t *testing.T, fit, avoid string) {
		read := func(text string) []Selector {
			var out []Selector
			for part := range strings.FieldsSeq(text) {
				if s, err := ParseSelector("--selector", "namespace="+part); err == nil && len(out) < 50 {
					out = append(out, s)
				}
			}
			return out
		}
		want, foes := read(fit), read(avoid)
		if len(want) == 0 {
			t.Skip()
		}
		want = want[:min(2, len(want))]
		start := time.Now()
		got := smallestPod(want, foes)
		if took := time.Since(start); took > atOnce {
			t.Errorf("it took %s", took)
		}
		if !got.found {
			return
		}
		if countFits(want, got.pod) < len(want) || countFits(foes, got.pod) > 0 {
			t.Errorf("%s is not what was asked for", got.pod.Shape())
		}
		if len(validation.IsDNS1123Label(got.pod.Namespace)) > 0 {
			t.Errorf("%q is no namespace", got.pod.Namespace)
		}
		for k, v := range got.pod.Labels {
			if len(validation.IsQualifiedName(k)) > 0 || len(validation.IsValidLabelValue(v)) > 0 {
				t.Errorf("%q=%q is no label", k, v)
			}
		}
	})
}
