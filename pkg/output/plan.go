package output

import (
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
			l.text, l.hang = warning+l.text, hang
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

// planText is a plan that is being written in lines.
type planText struct {
	*plan.Plan
	lines []planLine
}

// say adds a line below the steps.
func (t *planText) say(format string, args ...any) {
	t.lines = append(t.lines, planLine{text: "     " + fmt.Sprintf(format, args...), hang: "       "})
}

// warn adds a line that is a risk.
func (t *planText) warn(format string, args ...any) {
	t.lines = append(t.lines, planLine{text: fmt.Sprintf(format, args...), risk: true})
}

// planLines writes the plan for people, its table for a terminal of so many columns.
func planLines(p *plan.Plan, width int) []planLine {
	head := fmt.Sprintf("Plan for cluster %s:", p.Cluster)
	if len(p.Steps) == 0 {
		head += " nothing to do"
	}
	t := planText{p, append([]planLine{{text: head}}, changeLines(p.Changes)...)}
	for _, d := range p.Differences {
		t.say("%s", d)
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
		t.lines = append(t.lines, planLine{text: text, hang: "     "})
	}
	t.drains()
	t.selectors()
	t.roles()
	if p.PodsRead >= 0 {
		t.pods(width)
		t.risks()
	}
	t.prices()
	return t.lines
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

// drains says which owners are restarted, and which pods are stopped all the same.
func (t *planText) drains() {
	for _, d := range t.Drains {
		if len(d.Moves)+len(d.Stays)+d.Leaving == 0 {
			t.say("no pod is on %s now", d.Profile)
		}
		for _, m := range d.Moves {
			t.say("restart %s: %s%s, from %s to %s", m, Count(len(m.Pods), "pod"), t.monthly(m.Price), d.Profile, m.To)
		}
		for _, m := range d.Stays {
			t.warn("%s is not restarted, and the deletion of %s stops its %s (%s%s): %s", m, d.Profile,
				Count(len(m.Pods), "pod"), strings.Join(m.Pods[:min(len(m.Pods), mostNamed)], ", "), t.monthly(m.Price), m.Why)
		}
	}
}

// mostNamed is how many pods of an owner are named.
const mostNamed = 5

// roles says what becomes of pod execution roles that fgctl made.
func (t *planText) roles() {
	for _, r := range t.Roles {
		unseen := ""
		if len(r.Unseen) > 0 {
			unseen = "; not looked at: " + strings.Join(r.Unseen, ", ")
		}
		switch {
		case len(r.UsedBy) > 0:
			t.say("role %s stays: it is used by profile %s", r.Name, strings.Join(r.UsedBy, ", "))
		case r.Action == plan.StepDelete:
			t.say("then role %s is removed: fgctl made it for cluster %s, and of the clusters that were looked at "+
				"(%d) no other profile uses it%s", r.Name, r.Cluster, r.Clusters, unseen)
		default:
			t.say("role %s, which fgctl made, is used by no other profile of cluster %s; "+
				"--delete-pod-execution-role removes it", r.Name, r.Cluster)
		}
	}
}

// selectors says what becomes of the pods of each selector, and of all that lose their profile in one line.
func (t *planText) selectors() {
	var lost, said []string
	for _, s := range t.Selectors {
		if text := s.Selector.String(); loses(s) && !slices.Contains(lost, text) {
			lost = append(lost, text)
		}
	}
	for _, s := range t.Selectors {
		text, risk := selectorLine(s)
		if loses(s) && len(lost) > 1 {
			text = "pods of these selectors lose their profile: no other ACTIVE profile covers them, " +
				"so they may stay Pending: " + strings.Join(lost, "; ")
		}
		say := t.say
		if risk {
			say = t.warn
		}
		if !slices.Contains(said, text) {
			said = append(said, text)
			say("%s", text)
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

// pods shows what becomes of the pods that --pods named.
func (t *planText) pods(width int) {
	switch {
	case len(t.Pods) == 0 && t.PodsRead == 1:
		t.say("the pod that was read is not on a profile that goes")
		return
	case len(t.Pods) == 0:
		t.say("none of the %s that were read is on a profile that goes", Count(t.PodsRead, "pod"))
		return
	}
	const indent = "     "
	rows := make([][]string, len(t.Pods))
	for i, hit := range t.Pods {
		rows[i] = []string{hit.Namespace, hit.Owner.String(), fmt.Sprint(hit.Pods), hit.From, fateText(hit)}
		if t.Price != nil {
			month := "unknown"
			if hit.Price.TotalMonth > 0 {
				month = Dollars(hit.Price.TotalMonth)
			}
			rows[i] = slices.Insert(rows[i], 3, month)
		}
	}
	head := []string{"NAMESPACE", "OWNER", "PODS", "FROM", "WHAT BECOMES OF THEM"}
	if t.Price != nil {
		head = slices.Insert(head, 3, "USD/MONTH")
	}
	var table strings.Builder
	streams := &Streams{Out: &table, OutTerminal: width > 0, Width: max(0, width-len(indent))}
	_ = Table(streams, head, rows) // a Builder takes everything
	for line := range strings.Lines(table.String()) {
		t.lines = append(t.lines, planLine{text: indent + strings.TrimRight(line, "\n"), table: true})
	}
}

// risks names the pods that stay Pending for their own labels, and the budgets that the deletion breaks.
func (t *planText) risks() {
	for _, hit := range t.Pods {
		if hit.Pinned {
			again := ""
			madeAgain := func(s plan.Step) bool { return s.Action == plan.StepCreate && s.Profile == hit.From }
			if slices.ContainsFunc(t.Steps, madeAgain) {
				again = fmt.Sprintf(", or recreate its pods when the new %s is ACTIVE", hit.From)
			}
			t.warn("%s in namespace %s is pinned to %s: change the label %s in its pod template%s",
				hit.Owner, hit.Namespace, hit.From, kube.ProfileLabel, again)
		}
		if hit.Unowned {
			t.warn("%s in namespace %s has no owner that would make it again: recreate it when profile %s is gone",
				hit.Owner, hit.Namespace, hit.From)
		}
	}
	for _, b := range t.Budgets {
		t.warn("PodDisruptionBudget %s in namespace %s lets %d of its %s go at a time; "+
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
