package fargate

import (
	"fmt"
	"testing"
)

// fullCluster is a cluster at EKS's quotas: ten profiles of five selectors, much of it in common.
func fullCluster() []Profile {
	var out []Profile
	for i := range MaxProfiles {
		p := Profile{Name: fmt.Sprintf("profile-%d", i)}
		for j := range MaxSelectors {
			p.Selectors = append(p.Selectors, Selector{
				Namespace: fmt.Sprintf("team-%d*", (i+j)%4),
				Labels: map[string]string{
					"app": "*", "tier": fmt.Sprintf("%d*", j), "zone": fmt.Sprintf("*%d", i%3), "example.com/*": "?*", "v*": "x",
				},
			})
		}
		out = append(out, p)
	}
	return out
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
