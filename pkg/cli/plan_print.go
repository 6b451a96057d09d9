package cli

// This file shows a plan: to a person in lines, to a script as JSON or YAML.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
)

// planLine is a line of a plan; a risk is a warning. Where it is broken to fit a terminal, hang begins the
// lines after the first; a line of a table is not broken.
type planLine struct {
	text  string
	hang  string
	risk  bool
	table bool
}

// fit breaks the line to fit a terminal of so many columns, less what stands before it.
func (l planLine) fit(width int) string {
	text := output.Clean(l.text)
	if l.table {
		return text
	}
	return strings.Join(output.Wrap(text, width, l.hang), "\n")
}

// present tells the plan before anything is changed: on Out where that is all that is wanted, else on Err; whoever
// is going to be asked sees it whatever --verbose says. It is an error where the plan leaves pods without a profile
// and --fail-on says to stop then.
func (a *app) present(p *changePlan, answers answerFlags, dryRun bool, format string) error {
	if !dryRun {
		a.show(p, !answers.yes && a.interactive())
	} else if err := a.printPlan(p, format); err != nil {
		return err
	}
	if p.Uncovered && slices.Contains(answers.failOn, failOnUncovered) {
		return &refusedError{errors.New("pods would lose their profile; nothing was changed (--fail-on uncovered)")}
	}
	return nil
}

// show tells the plan on Err, all of it or what --verbose leaves of it.
func (a *app) show(p *changePlan, all bool) {
	if all {
		defer func(level int) { a.global.verbose = level }(a.global.verbose)
		a.global.verbose = max(a.global.verbose, verboseInfo)
	}
	width := a.streams.ErrWidth
	for _, line := range p.lines(width) {
		if line.risk {
			const prefix = "Warning: " // which warn writes
			line.text, line.hang = prefix+strings.TrimSpace(line.text), "  "
			a.warn("%s", strings.TrimPrefix(line.fit(width), prefix))
		} else {
			a.info("%s", line.fit(width))
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
	width := a.streams.Width
	for _, line := range p.lines(width) {
		if line.risk {
			line.text, line.hang = "  ! "+strings.TrimSpace(line.text), "    "
		}
		out.WriteString(line.fit(width) + "\n")
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

// lines writes the plan for people, its table for a terminal of so many columns.
func (p *changePlan) lines(width int) []planLine {
	out := []planLine{{text: fmt.Sprintf("Plan for cluster %s:", p.Cluster)}}
	if len(p.Steps) == 0 {
		out[0].text = fmt.Sprintf("Plan for cluster %s: nothing to do", p.Cluster)
	}
	say := func(risk bool, format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		out = append(out, planLine{text: text, hang: "       ", risk: risk})
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
		out = append(out, planLine{text: text, hang: "     "})
	}
	for _, s := range p.Selectors {
		text, risk := s.line()
		say(risk, "     %s", text)
	}
	if p.podsRead < 0 {
		return out
	}
	out = append(out, p.podTable(width)...)
	p.podRisks(say)
	return out
}

// line says what becomes of the pods of a selector.
func (s planSelector) line() (text string, risk bool) {
	takers := slices.Clone(s.By)
	if i := slices.Index(takers, s.Profile); i >= 0 { // a replacement that keeps the name
		takers[i] = "the new " + s.Profile
	}
	selector, by := s.Selector.String(), strings.Join(takers, ", ")
	shape := ""
	if s.Loses != nil {
		shape = "; for example a pod in " + s.Loses.String()
	}
	switch {
	case s.idle:
		return fmt.Sprintf("selector %d of %s, %s, takes no pods now", s.Index, s.Profile, selector), false
	case s.ambiguous:
		return fmt.Sprintf("pods of %s become ambiguous between %s", selector, joinAnd(takers)), false
	case s.Covered == fargate.ExtentWhole:
		return fmt.Sprintf("pods of %s move to %s", selector, by), false
	case s.Undecided && by == "":
		return fmt.Sprintf("pods of %s may lose their profile: the selector is too involved to tell which pods it takes, and no other profile is known to take them", selector), true
	case s.Undecided:
		return fmt.Sprintf("pods of %s may lose their profile: whether %s cover them all could not be decided", selector, by), true
	case s.Covered == fargate.ExtentPart:
		return fmt.Sprintf("some pods of %s lose their profile and may stay Pending: only a part of them would move, to %s%s", selector, by, shape), true
	}
	return fmt.Sprintf("pods of %s lose their profile: no other ACTIVE profile covers them, so they may stay Pending%s", selector, shape), true
}

// podTable shows what becomes of the pods that --pods named.
func (p *changePlan) podTable(width int) []planLine {
	const indent = "     "
	if len(p.Pods) == 0 {
		return []planLine{{text: fmt.Sprintf(indent+"none of the %s that were read is on a profile that goes", countPods(p.podsRead)), hang: indent + "  "}}
	}
	rows := make([][]string, len(p.Pods))
	for i, hit := range p.Pods {
		rows[i] = []string{hit.Namespace, hit.Owner.String(), fmt.Sprint(hit.Pods), hit.From, fateText(hit)}
	}
	var table bytes.Buffer
	streams := &output.Streams{Out: &table, OutTerminal: width > 0, Width: max(0, width-len(indent))}
	if output.Table(streams, []string{"NAMESPACE", "OWNER", "PODS", "FROM", "WHAT BECOMES OF THEM"}, rows) != nil {
		return nil
	}
	var lines []planLine
	for line := range strings.Lines(table.String()) {
		lines = append(lines, planLine{text: indent + strings.TrimRight(line, "\n"), table: true})
	}
	return lines
}

// podRisks names the pods that stay Pending for their own labels, and the budgets that the deletion breaks.
func (p *changePlan) podRisks(say func(risk bool, format string, args ...any)) {
	for _, hit := range p.Pods {
		if hit.Pinned {
			again := ""
			if slices.ContainsFunc(p.Steps, func(s planStep) bool { return s.Action == "create" && s.Profile == hit.From }) {
				again = fmt.Sprintf(", or recreate its pods when the new %s is ACTIVE", hit.From)
			}
			say(true, "%s in namespace %s is pinned to %s: change the label %s in its pod template%s", hit.Owner, hit.Namespace, hit.From, fargate.ProfileLabel, again)
		}
		if hit.Unowned {
			say(true, "%s in namespace %s has no owner that would make it again: recreate it when profile %s is gone", hit.Owner, hit.Namespace, hit.From)
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
		if slices.Contains(hit.To, hit.From) {
			return "moves to the new profile " + hit.From
		}
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
