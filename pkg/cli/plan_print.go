package cli

// This file shows a plan: to a person in lines, to a script as JSON or YAML.

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
)

// planLine is a line of a plan; a risk is a warning.
type planLine struct {
	text string
	risk bool
}

// show tells the plan on Err, before anything is changed.
func (a *app) show(p *changePlan) {
	for _, line := range p.lines() {
		if line.risk {
			a.warn("%s", strings.TrimSpace(line.text))
		} else {
			a.info("%s", line.text)
		}
	}
}

// printPlan is the result of a dry run: the plan on Out.
func (a *app) printPlan(p *changePlan, format string) error {
	switch format {
	case "json":
		return output.JSON(a.streams.Out, p)
	case "yaml":
		return output.YAML(a.streams.Out, p)
	}
	var out strings.Builder
	for _, line := range p.lines() {
		text := line.text
		if line.risk {
			text = "  ! " + strings.TrimSpace(text)
		}
		out.WriteString(output.Clean(text) + "\n")
	}
	if p.Request != nil {
		var request strings.Builder
		if err := output.YAML(&request, p.Request); err != nil {
			return err
		}
		out.WriteString("Request of step 1:\n" + output.CleanLines(indent(request.String(), "  ")))
	}
	if _, err := io.WriteString(a.streams.Out, out.String()); err != nil {
		return err
	}
	a.info("dry run: nothing was changed")
	return nil
}

// planFormats are the values of --output of a dry run.
var planFormats = []string{"", "json", "yaml"}

// lines writes the plan for people.
func (p *changePlan) lines() []planLine {
	out := []planLine{{text: fmt.Sprintf("Plan for cluster %s:", p.Cluster)}}
	if len(p.Steps) == 0 {
		out[0].text = fmt.Sprintf("Plan for cluster %s: nothing to do", p.Cluster)
	}
	say := func(risk bool, format string, args ...any) {
		out = append(out, planLine{fmt.Sprintf(format, args...), risk})
	}
	for _, d := range p.Differences {
		say(false, "     %s", d)
	}
	for i, s := range p.Steps {
		text := fmt.Sprintf("  %d. %s profile %s", i+1, s.Action, s.Profile)
		if s.Action == "wait" {
			text = fmt.Sprintf("  %d. wait for profile %s", i+1, s.Profile)
		}
		if s.Until != "" {
			text += ", until " + s.Until
		}
		if s.Means != "" {
			text += "; " + s.Means
		}
		say(false, "%s", text)
	}
	for _, s := range p.Selectors {
		text, risk := s.line()
		say(risk, "     %s", text)
	}
	p.podLines(say)
	return out
}

// line says what becomes of the pods of a selector.
func (s planSelector) line() (text string, risk bool) {
	selector, by := s.Selector.String(), strings.Join(s.By, ", ")
	shape := ""
	if s.Loses != nil {
		shape = "; the smallest pod that loses its profile: " + s.Loses.String()
	}
	switch {
	case s.idle:
		return fmt.Sprintf("selector %d of %s, %s, takes no pods now", s.Index, s.Profile, selector), false
	case s.Covered == fargate.ExtentWhole:
		return fmt.Sprintf("pods of %s move to %s", selector, by), false
	case s.Undecided:
		return fmt.Sprintf("pods of %s may lose their profile: whether %s cover them all could not be decided", selector, by), true
	case s.Covered == fargate.ExtentPart:
		return fmt.Sprintf("some pods of %s lose their profile and may stay Pending: only a part of them would move, to %s%s", selector, by, shape), true
	}
	return fmt.Sprintf("pods of %s lose their profile: no other ACTIVE profile covers them, so they may stay Pending%s", selector, shape), true
}

// podLines tells what --pods showed.
func (p *changePlan) podLines(say func(risk bool, format string, args ...any)) {
	if p.podsRead < 0 {
		return
	}
	if len(p.Pods) == 0 {
		say(false, "     none of the %s that were read is on a profile that goes", countPods(p.podsRead))
		return
	}
	rows := make([][]string, len(p.Pods))
	for i, hit := range p.Pods {
		rows[i] = []string{hit.Namespace, hit.Owner.String(), fmt.Sprint(hit.Pods), hit.From, fateText(hit)}
	}
	var table bytes.Buffer
	if output.Table(&output.Streams{Out: &table}, []string{"NAMESPACE", "OWNER", "PODS", "FROM", "WHAT BECOMES OF THEM"}, rows) != nil {
		return
	}
	for line := range strings.Lines(table.String()) {
		say(false, "     %s", strings.TrimRight(line, "\n"))
	}
	for _, hit := range p.Pods {
		if hit.Pinned {
			say(true, "%s in namespace %s is pinned to %s: change the label %s in its pod template", hit.Owner, hit.Namespace, hit.From, fargate.ProfileLabel)
		}
	}
	for _, b := range p.Budgets {
		say(true, "PodDisruptionBudget %s in namespace %s lets %d of its %s go at a time; the deletion stops %d at once, whatever it says",
			b.Name, b.Namespace, b.Allowed, countPods(b.Pods), b.Stopped)
	}
}

// fateText is a fate in words.
func fateText(hit fargate.PodImpact) string {
	switch hit.Fate {
	case fargate.FateMoves:
		return "moves to profile " + strings.Join(hit.To, ", ")
	case fargate.FateAmbiguous:
		return "becomes ambiguous between " + joinAnd(hit.To)
	case fargate.FateLeaves:
		return "leaves Fargate, by its annotation"
	case fargate.FatePending:
	}
	if hit.Pinned {
		return "stays Pending: pinned to " + hit.From
	}
	return "stays Pending"
}

// joinAnd lists names: a, b and c.
func joinAnd(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
