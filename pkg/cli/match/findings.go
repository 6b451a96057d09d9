package match

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/support"
)

// findings lists what Fargate refuses and what is risky, the cause of others first. For a pod that no profile takes,
// what matters only on Fargate takes one line.
func (d *detail) findings(e fargate.Explanation) {
	var shown []support.Finding
	var brief, idle counts
	for _, f := range e.Findings {
		switch {
		case !e.Matters(f):
			idle.add(f.Code)
		case d.guide.folds && d.guide.isBrief(e, f):
			brief.add(f.Code)
		default:
			shown = append(shown, f)
		}
	}
	slices.SortStableFunc(shown, byWeight)
	for i, f := range shown {
		place := f.Path
		if f.Line > 0 {
			place += fmt.Sprintf(" (line %d)", f.Line)
		}
		cause := ""
		if f.IsCause {
			cause = " (the cause)"
		}
		d.Say(2, "%s %s%s at %s: %s.", f.Severity, f.Code, cause, place, strings.TrimSuffix(f.Message, "."))
		if i+1 < len(shown) && shown[i+1].Code == f.Code && shown[i+1].Hint == f.Hint && len(f.Commands) == 0 {
			continue // the hint is that of the next one
		}
		if f.Hint != "" {
			d.Say(4, "→ %s%s", f.Hint, colon(f))
		}
		for _, command := range f.Commands {
			d.paste(command)
		}
		d.paste(f.Paste)
	}
	if len(brief.codes) > 0 {
		d.Say(2, "In brief, -o wide explains each: %s.", brief)
	}
	if len(idle.codes) > 0 && !e.OfDaemonSet() {
		d.Say(2, "On Fargate it would also meet: %s.", strings.Join(idle.codes, ", "))
	}
}

func byWeight(a, b support.Finding) int { return cmp.Compare(weight(a), weight(b)) }

// weight orders findings: a cause of others, errors, warnings. That a pod is a DaemonSet's goes before what else would
// be refused in it.
func weight(f support.Finding) int {
	switch {
	case f.IsCause:
		return 0
	case f.Code == support.CodeDaemonSet:
		return 1
	case f.Severity == support.SeverityError:
		return 2
	}
	return 3
}

// isBrief reports whether a finding takes no line of its own: it is of little weight, was explained for another pod, or
// does not matter in a DaemonSet, which does not run on Fargate anyway.
func (g *guide) isBrief(e fargate.Explanation, f support.Finding) bool {
	if f.IsShared {
		told := g.told[f.Message]
		g.told[f.Message] = true
		return told
	}
	return f.IsMinor || e.OfDaemonSet() && f.Code != support.CodeDaemonSet && !f.Elsewhere && !f.IsCause
}

// counts are how often codes occur, in the order of the first.
type counts struct {
	codes []string
	times map[string]int
}

func (c *counts) add(code string) {
	if c.times == nil {
		c.times = map[string]int{}
	}
	if c.times[code]++; c.times[code] == 1 {
		c.codes = append(c.codes, code)
	}
}

// String names the codes, and how often those that occur more than once.
func (c counts) String() string {
	out := make([]string, len(c.codes))
	for i, code := range c.codes {
		if out[i] = code; c.times[code] > 1 {
			out[i] += fmt.Sprintf(" (%d)", c.times[code])
		}
	}
	return strings.Join(out, ", ")
}

// colon ends a hint that something to paste follows.
func colon(f support.Finding) string {
	if len(f.Commands) == 0 && f.Paste == "" {
		return ""
	}
	return ":"
}
