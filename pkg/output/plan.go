package output

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/plan"
)

// PlanLine is a line of a plan; Risk reports whether it warns of something.
type PlanLine struct {
	Text string
	Risk bool
}

// Plan returns the plan in lines for people, cleaned and broken to fit so many columns. Warning begins a line that
// warns of something, and hang what is broken off it.
func Plan(p *plan.Plan, width int, warning, hang string) []PlanLine {
	lines := planLines(p, width)
	out := make([]PlanLine, len(lines))
	for i, l := range lines {
		if l.risk {
			l.text, l.hang = warning+strings.TrimSpace(l.text), hang
		}
		text := Clean(l.text)
		if !l.table {
			text = strings.Join(Wrap(text, width, l.hang), "\n")
		}
		out[i] = PlanLine{text, l.risk}
	}
	return out
}

// planLine is a line of a plan; a risk is a warning. Where it is broken to fit a terminal, hang begins the
// lines after the first; a line of a table is not broken.
type planLine struct {
	text  string
	hang  string
	risk  bool
	table bool
}

// planLines writes the plan for people, its table for a terminal of so many columns.
func planLines(p *plan.Plan, width int) []planLine {
	out := []planLine{{text: fmt.Sprintf("Plan for cluster %s:", p.Cluster)}}
	if len(p.Steps) == 0 {
		out[0].text = fmt.Sprintf("Plan for cluster %s: nothing to do", p.Cluster)
	}
	say := func(risk bool, format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		out = append(out, planLine{text: text, hang: "       ", risk: risk})
	}
	out = append(out, changeLines(p.Changes)...)
	for _, d := range p.Differences {
		say(false, "     %s", d)
	}
	for i, s := range p.Steps {
		text := fmt.Sprintf("  %d. %s profile %s", i+1, s.Action, s.Profile)
		if s.Action == plan.StepWait {
			text = fmt.Sprintf("  %d. wait for profile %s", i+1, s.Profile)
		}
		if until := untilText(s); until != "" {
			text += ", until " + until
		}
		drained := i > 0 && p.Steps[i-1].Action == plan.StepDrain
		if means := stepMeans(s, drained); means != "" {
			text += "; " + means
		}
		out = append(out, planLine{text: text, hang: "     "})
	}
	drainLines(p, say)
	selectorLines(p, say)
	roleLines(p, say)
	if p.PodsRead >= 0 {
		out = append(out, podTable(p, width)...)
		podRisks(p, say)
	}
	priceLines(p, say)
	return out
}

// untilText says what ends a step.
func untilText(s plan.Step) string {
	switch s.Until {
	case plan.UntilActive:
		if s.Settle != "" {
			return fmt.Sprintf("it is ACTIVE and the scheduler had %s to learn of it", s.Settle)
		}
		return "it is ACTIVE"
	case plan.UntilDrained:
		return fmt.Sprintf("it has no pods, for %s at most", s.Limit)
	case plan.UntilGone:
		return "it is gone"
	}
	return ""
}

// stepMeans says why a step is as it is, and what it does to pods, after a drain of the same profile or not.
func stepMeans(s plan.Step, drained bool) string {
	stops := "its pods are stopped at once"
	if drained {
		stops = "pods that it has yet are stopped at once"
	}
	switch {
	case s.As == plan.AsRenewed:
		return "it is the new profile, under the old name"
	case s.Action == plan.StepWait:
		return fmt.Sprintf("it is %s already", s.Status)
	case s.Pods == nil && s.Status == fargate.StatusDeleteFailed:
		issues := make([]string, len(s.Health))
		for i, issue := range s.Health {
			issues[i] = issue.String()
		}
		text := strings.Join(issues, "; ")
		if text != "" {
			text = " (" + text + ")"
		}
		return "it is DELETE_FAILED" + text + " and is tried again"
	case s.Pods == nil && s.Status != "":
		return fmt.Sprintf("it is %s and takes no pods", s.Status)
	case s.Pods == nil:
		return ""
	case s.Pods.Effect == plan.PodsRestarted:
		return fmt.Sprintf("the owners of its pods are restarted one after another; their new pods hit %s, "+
			"which sorts before it", s.Pods.To)
	case s.As == plan.AsTemporary:
		return fmt.Sprintf("it was temporary; pods are stopped a second time, their replacements hit the new %s", s.Pods.To)
	case s.Pods.To == "":
		return stops
	}
	pinned := "will stay Pending; change that label in their templates first"
	if s.Pods.RecreateAfter > 0 {
		pinned = fmt.Sprintf("stay Pending until they are recreated after step %d", s.Pods.RecreateAfter)
	}
	return fmt.Sprintf("%s, their replacements hit %s; pods labelled %s=%s %s",
		stops, s.Pods.To, kube.ProfileLabel, s.Profile, pinned)
}

// drainLines say which owners are restarted, and which pods are stopped all the same.
func drainLines(p *plan.Plan, say func(risk bool, format string, args ...any)) {
	for _, d := range p.Drains {
		if len(d.Moves)+len(d.Stays)+d.Leaving == 0 {
			say(false, "     no pod is on %s now", d.Profile)
		}
		for _, m := range d.Moves {
			say(false, "     restart %s: %s%s, from %s to %s", m, Count(len(m.Pods), "pod"), monthly(p, m.Price), d.Profile,
				m.To)
		}
		for _, m := range d.Stays {
			say(true, "     %s is not restarted, and the deletion of %s stops its %s (%s%s): %s", m, d.Profile,
				Count(len(m.Pods), "pod"), strings.Join(m.Pods[:min(len(m.Pods), mostNamed)], ", "), monthly(p, m.Price), m.Why)
		}
	}
}

// mostNamed is how many pods of an owner are named.
const mostNamed = 5

// roleLines say what becomes of pod execution roles that fgctl made.
func roleLines(p *plan.Plan, say func(risk bool, format string, args ...any)) {
	for _, r := range p.Roles {
		unseen := ""
		if len(r.Unseen) > 0 {
			unseen = "; not looked at: " + strings.Join(r.Unseen, ", ")
		}
		switch {
		case len(r.UsedBy) > 0:
			say(false, "     role %s stays: it is used by profile %s", r.Name, strings.Join(r.UsedBy, ", "))
		case r.Action == plan.StepDelete:
			say(false, "     then role %s is removed: fgctl made it for cluster %s, and of the clusters that were looked at "+
				"(%d) no other profile uses it%s", r.Name, r.Cluster, r.Clusters, unseen)
		default:
			say(false, "     role %s, which fgctl made, is used by no other profile of cluster %s; "+
				"--delete-pod-execution-role removes it", r.Name, r.Cluster)
		}
	}
}

// selectorLines say what becomes of the pods of each selector, and of all that lose their profile in one line.
func selectorLines(p *plan.Plan, say func(risk bool, format string, args ...any)) {
	var lost, said []string
	for _, s := range p.Selectors {
		if text := s.Selector.String(); loses(s) && !slices.Contains(lost, text) {
			lost = append(lost, text)
		}
	}
	for _, s := range p.Selectors {
		text, risk := selectorLine(s)
		if loses(s) && len(lost) > 1 {
			text = "pods of these selectors lose their profile: no other ACTIVE profile covers them, " +
				"so they may stay Pending: " + strings.Join(lost, "; ")
		}
		if !slices.Contains(said, text) {
			said = append(said, text)
			say(risk, "     %s", text)
		}
	}
}

// loses reports whether it is known that no other profile takes any pod of the selector.
func loses(s plan.Selector) bool { return !s.Idle && !s.Undecided && s.Covered == fargate.ExtentNone }

// selectorLine says what becomes of the pods of a selector.
func selectorLine(s plan.Selector) (text string, risk bool) {
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
	case s.Idle:
		return fmt.Sprintf("selector %d of %s, %s, takes no pods now", s.Index, s.Profile, selector), false
	case s.Ambiguous:
		return fmt.Sprintf("pods of %s become ambiguous between %s", selector, joinAnd(takers)), false
	case s.Covered == fargate.ExtentWhole:
		return fmt.Sprintf("pods of %s move to %s", selector, by), false
	case s.Undecided && by == "":
		return fmt.Sprintf("pods of %s may lose their profile: the selector is too involved to tell which pods it "+
			"takes, "+
			"and no other profile is known to take them", selector), true
	case s.Undecided:
		return fmt.Sprintf("pods of %s may lose their profile: whether %s cover them all could not be decided",
			selector, by), true
	case s.Covered == fargate.ExtentPart:
		return fmt.Sprintf("some pods of %s lose their profile and may stay Pending: only a part of them would move, "+
			"to %s%s",
			selector, by, shape), true
	}
	return fmt.Sprintf("pods of %s lose their profile: no other ACTIVE profile covers them, so they may stay Pending%s",
		selector, shape), true
}

// podTable shows what becomes of the pods that --pods named.
func podTable(p *plan.Plan, width int) []planLine {
	const indent = "     "
	if len(p.Pods) == 0 {
		text := fmt.Sprintf("none of the %s that were read is on a profile that goes", Count(p.PodsRead, "pod"))
		if p.PodsRead == 1 {
			text = "the pod that was read is not on a profile that goes"
		}
		return []planLine{{text: indent + text, hang: indent + "  "}}
	}
	rows := make([][]string, len(p.Pods))
	for i, hit := range p.Pods {
		rows[i] = []string{hit.Namespace, hit.Owner.String(), fmt.Sprint(hit.Pods), hit.From, fateText(hit)}
		if p.Price != nil {
			month := "unknown"
			if hit.Price.TotalMonth > 0 {
				month = Dollars(hit.Price.TotalMonth)
			}
			rows[i] = slices.Insert(rows[i], 3, month)
		}
	}
	head := []string{"NAMESPACE", "OWNER", "PODS", "FROM", "WHAT BECOMES OF THEM"}
	if p.Price != nil {
		head = slices.Insert(head, 3, "USD/MONTH")
	}
	var table bytes.Buffer
	streams := &Streams{Out: &table, OutTerminal: width > 0, Width: max(0, width-len(indent))}
	if Table(streams, head, rows) != nil {
		return nil
	}
	var lines []planLine
	for line := range strings.Lines(table.String()) {
		lines = append(lines, planLine{text: indent + strings.TrimRight(line, "\n"), table: true})
	}
	return lines
}

// podRisks names the pods that stay Pending for their own labels, and the budgets that the deletion breaks.
func podRisks(p *plan.Plan, say func(risk bool, format string, args ...any)) {
	for _, hit := range p.Pods {
		if hit.Pinned {
			again := ""
			madeAgain := func(s plan.Step) bool { return s.Action == plan.StepCreate && s.Profile == hit.From }
			if slices.ContainsFunc(p.Steps, madeAgain) {
				again = fmt.Sprintf(", or recreate its pods when the new %s is ACTIVE", hit.From)
			}
			say(true, "%s in namespace %s is pinned to %s: change the label %s in its pod template%s",
				hit.Owner, hit.Namespace, hit.From, kube.ProfileLabel, again)
		}
		if hit.Unowned {
			say(true, "%s in namespace %s has no owner that would make it again: recreate it when profile %s is gone",
				hit.Owner, hit.Namespace, hit.From)
		}
	}
	for _, b := range p.Budgets {
		say(true, "PodDisruptionBudget %s in namespace %s lets %d of its %s go at a time; "+
			"the deletion stops %d at once, whatever it says",
			b.Name, b.Namespace, b.Allowed, Count(b.Pods, "pod"), b.Stopped)
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
