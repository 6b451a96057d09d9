package env

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/manifest"
)

// maxKinds is how many kinds are counted one by one; their names are the input's.
const maxKinds = 100

// Skipped counts what an input holds and was not judged.
type Skipped struct {
	kinds map[manifest.Kind]int
}

// kind counts an object.
func (s *Skipped) kind(k manifest.Kind) {
	if s.kinds == nil {
		s.kinds = map[manifest.Kind]int{}
	}
	if _, known := s.kinds[k]; !known && len(s.kinds) >= maxKinds {
		k = manifest.Kind{Name: "other kinds"}
	}
	s.kinds[k]++
}

// Kinds returns the counts by kind, in the order of their names.
func (s *Skipped) Kinds() []fargate.SkippedKind {
	out := make([]fargate.SkippedKind, 0, len(s.kinds))
	for k, n := range s.kinds {
		out = append(out, fargate.SkippedKind{Kind: k.Name, APIVersion: k.APIVersion, Count: n})
	}
	slices.SortFunc(out, func(a, b fargate.SkippedKind) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.APIVersion, b.APIVersion))
	})
	return out
}

// warn says on Err what was not judged.
func (s *Skipped) warn(e *Env) {
	var kinds []string
	for _, k := range s.Kinds() {
		text := fmt.Sprintf("%d %s", k.Count, k.Kind)
		if k.APIVersion != "" {
			text += " (" + k.APIVersion + ")"
		}
		kinds = append(kinds, text)
	}
	if len(kinds) > 0 {
		e.Warn("not judged, as it is not known where these kinds keep pods: %s", strings.Join(kinds, ", "))
	}
}
