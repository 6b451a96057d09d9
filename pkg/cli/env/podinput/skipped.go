package podinput

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/manifest"
)

// maxKinds is how many kinds are counted one by one; their names are the input's.
const maxKinds = 100

// Skipped counts what an input holds and was not judged.
type Skipped struct {
	kinds             map[manifest.Kind]int
	left              manifest.Left
	strays, templates int // files that are no manifests, and those that make some
}

// stray counts a file with documents that are no manifests.
func (s *Skipped) stray(documents int) {
	if documents > 0 {
		s.strays++
	}
}

// pass counts a file of a directory that could not be read; it reports whether it is no broken manifest.
func (s *Skipped) pass(name string, err error) bool {
	switch {
	case !isManifestError(err):
		return false
	case document.IsTemplate(err):
		s.templates++
	case !manifest.LooksLikeManifest(name):
		s.strays++
	default:
		return false
	}
	return true
}

// Left returns what was left out, by its reason.
func (s *Skipped) Left() []fargate.LeftOut {
	out := []fargate.LeftOut{}
	for _, l := range []fargate.LeftOut{
		{Reason: "kustomization", Count: len(s.left.Kustomizations), MayHoldPods: true},
		{Reason: "kustomize-input", Count: s.left.Inputs},
		{Reason: "helm-chart", Count: len(s.left.Charts), MayHoldPods: true},
		{Reason: "template", Count: s.templates, MayHoldPods: true},
		{Reason: "no-manifest", Count: s.strays},
		{Reason: "hidden-directory", Count: s.left.Hidden},
		{Reason: "excluded", Count: s.left.Excluded},
	} {
		if l.Count > 0 {
			out = append(out, l)
		}
	}
	return out
}

// mayHoldPods reports whether something was passed over that may make pods.
func (s *Skipped) mayHoldPods() bool {
	return (&fargate.Summary{Skipped: s.Kinds(), LeftOut: s.Left()}).NotJudged() > 0
}

// maxCommands is how many command lines are shown.
const maxCommands = 10

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
func (s *Skipped) warn(e *env.Env) {
	skipped, left := s.Kinds(), s.Left()
	kinds, counts := make([]string, 0, len(skipped)), make([]string, 0, len(left))
	for _, k := range skipped {
		text := fmt.Sprintf("%d %s", k.Count, k.Kind)
		if k.APIVersion != "" {
			text += " (" + k.APIVersion + ")"
		}
		kinds = append(kinds, text)
	}
	if len(kinds) > 0 {
		e.Warn("not judged: these may make pods, and show none: %s", strings.Join(kinds, ", "))
	}
	for _, l := range left {
		counts = append(counts, fmt.Sprintf("%s %d", l.Reason, l.Count))
	}
	if len(counts) > 0 {
		e.Info("left out of the directories: %s", strings.Join(counts, ", "))
	}
	if commands := s.left.Commands(); len(commands) > 0 {
		more := ""
		if len(commands) > maxCommands {
			more = fmt.Sprintf("\n(%d more)", len(commands)-maxCommands)
			commands = commands[:maxCommands]
		}
		e.Warn("what kustomize and Helm complete is not judged, but for manifests as they stand; pipe to -f - what this "+
			"prints:\n%s%s", strings.Join(commands, "\n"), more)
	}
}
