package fargate

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/selector"
)

// A matcher says of a selector what the selector itself says, wildcards in keys included.
func TestMatcherAgainstSelector(t *testing.T) {
	piece := rapid.StringOfN(rapid.RuneFrom([]rune("ab*?")), 1, 3, -1)
	name := rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 1, 3, -1)
	rapid.Check(t, func(t *rapid.T) {
		s := Selector{Namespace: piece.Draw(t, "namespace"), Labels: rapid.MapOfN(piece, piece, 0, 3).Draw(t, "pairs")}
		pod := kube.Pod{Namespace: name.Draw(t, "pod's namespace"), Labels: rapid.MapOfN(name, name, 0, 4).Draw(t, "labels")}
		m := Explain(pod, []Profile{{Name: "x", Selectors: []Selector{s}}}).Profiles[0].Selectors[0]
		if m.Matches != s.Matches(pod.Namespace, pod.Labels) {
			t.Fatalf("the matcher says %v", m.Matches)
		}
		for _, l := range m.Labels {
			if l.Matches != selector.MeetsPair(pod.Labels, l.Key, l.Want) {
				t.Fatalf("pair %s=%s: the matcher says %v", l.Key, l.Want, l.Matches)
			}
		}
	})
}
