package cli

// This file writes the explanation of one pod for a reader: what each selector wants and what the pod
// has.

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
)

// matchDetail explains one pod. With brief, a selector whose namespace is not the pod's takes one line.
// Lines are broken to fit width, if it is not 0. All foreign text is cleaned.
func matchDetail(e fargate.Explanation, brief bool, width int) string {
	var out strings.Builder
	say := func(indent int, format string, args ...any) {
		text := output.Clean(fmt.Sprintf(format, args...))
		for _, line := range breakLines(text, width-indent) {
			out.WriteString(strings.Repeat(" ", indent) + line + "\n")
		}
	}
	say(0, "%s in namespace %s (%s, document %d): %s", podName(e), e.Namespace, sourceName(e.Source), e.Document, e.Verdict)
	say(2, "%s.", e.Reason)
	for _, line := range matchHints(e) {
		say(2, "→ %s", line)
	}
	_, near := nearest(e)
	for i := range e.Profiles {
		m := &e.Profiles[i]
		say(2, "%s", profileLine(*m))
		for j := range m.Selectors {
			s := &m.Selectors[j]
			if brief && !s.Namespace.Matches && s != near {
				say(4, "%s selector %d wants namespace %s", sign(false), s.Index, s.Namespace.Want)
				continue
			}
			say(4, "%s selector %d", sign(s.Matches), s.Index)
			for _, line := range conditions(*s) {
				say(6, "%s", line)
			}
		}
	}
	for _, f := range e.Findings {
		say(2, "%s: %s: %s", f.Severity, f.Path, f.Message)
		if f.Hint != "" {
			say(4, "→ %s", f.Hint)
		}
	}
	return out.String()
}

// breakLines breaks text at spaces into lines of at most width characters; later lines are indented by
// two. A width that is too small for sentences breaks nothing.
func breakLines(text string, width int) []string {
	if width < 40 {
		return []string{text}
	}
	var lines []string
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		switch {
		case line == "" && len(lines) == 0:
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width && strings.TrimSpace(line) != "":
			lines = append(lines, strings.TrimRight(line, " "))
			line = "  " + word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

func profileLine(m fargate.ProfileMatch) string {
	line := "profile " + m.Name
	switch {
	case !m.Status.TakesPods():
		line += " is " + string(m.Status) + " and does not count"
		if m.Matches {
			line += "; it would match"
		}
	case m.Matches:
		line += " matches"
	default:
		line += " does not match"
	}
	return line
}

// matchHints say what to do.
func matchHints(e fargate.Explanation) []string {
	switch e.Verdict {
	case fargate.VerdictAmbiguous:
		return []string{fmt.Sprintf("to settle it, give the pod the label %s: %s", fargate.ProfileLabel, e.Profile)}
	case fargate.VerdictExcluded:
		return []string{"take the annotation away to let Fargate have the pod"}
	case fargate.VerdictMatched:
		return nil
	case fargate.VerdictUnmatched:
	}
	if len(e.Profiles) == 0 {
		return []string{"make a profile: " + shellCommand("fgctl", "create", fargateprofile, "--namespace", e.Namespace)}
	}
	if e.Pinned != "" {
		return []string{"take that label away, or let it name a profile that matches"}
	}
	for _, m := range e.Profiles {
		if m.Matches && m.Status == fargate.StatusCreating {
			return []string{"ask again when it is ACTIVE: " + shellCommand("fgctl", "wait", fargateprofile, m.Name)}
		}
	}
	m, s := nearest(e)
	if s == nil {
		return nil
	}
	var wants []string
	if !s.Namespace.Matches {
		wants = append(wants, "the namespace "+s.Namespace.Want)
	}
	for _, l := range s.Labels {
		if !l.Matches {
			wants = append(wants, "the label "+l.Key+"="+l.Want)
		}
	}
	return []string{fmt.Sprintf("nearest is selector %d of %s; it wants %s", s.Index, m.Name, strings.Join(wants, " and "))}
}

// conditions compares a selector with the pod, a line for each condition, in columns.
func conditions(s fargate.SelectorMatch) []string {
	type row struct {
		met             bool
		what, want, got string
	}
	rows := []row{{s.Namespace.Matches, "namespace", s.Namespace.Want, "the pod has " + s.Namespace.Got}}
	for _, l := range s.Labels {
		got := "the pod has no such label"
		if l.Got != nil {
			got = "the pod has " + quoteEmpty(*l.Got)
		}
		rows = append(rows, row{l.Matches, "label " + l.Key, quoteEmpty(l.Want), got})
	}
	what, want := 0, 0
	for _, r := range rows {
		what, want = max(what, utf8.RuneCountInString(r.what)), max(want, utf8.RuneCountInString(r.want))
	}
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = fmt.Sprintf("%s %-*s  wants %-*s  %s", sign(r.met), what, r.what, want, r.want, r.got)
	}
	return lines
}

// quoteEmpty makes an empty value visible.
func quoteEmpty(value string) string {
	if value == "" {
		return `""`
	}
	return value
}

func sign(met bool) string {
	if met {
		return "✔"
	}
	return "✗"
}
