package match

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/support"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/output"
)

// explain explains one pod. With brief, a selector whose namespace is not the pod's takes one line,
// and a matched pod shows only what is to be said of it. Lines are broken to fit width, if it is not 0;
// what is there to be pasted is not broken. All foreign text is cleaned.
func (g *guide) explain(e fargate.Explanation, brief bool, width int) string {
	d := detail{guide: g, Text: output.Text{Width: width}}
	place := fmt.Sprintf("%s, document %d", document.SourceName(e.Source), e.Document)
	if e.Line > 0 {
		place = fmt.Sprintf("%s, line %d", document.SourceName(e.Source), e.Line)
	}
	d.Say(0, "%s in namespace %s (%s): %s", podName(e), e.Namespace, place, e.Verdict)
	d.Say(2, "%s.", e.Reason)
	d.size(e)
	d.sayPrice(e)
	d.findings(e)
	d.hints(e)
	if !brief || e.Verdict != fargate.VerdictMatched {
		d.profiles(e, brief)
	}
	return d.String()
}

// detail is the text of an explanation that is being written.
type detail struct {
	output.Text
	guide *guide
}

// paste writes what a reader copies.
func (d *detail) paste(text string) { d.Paste(6, text) }

// size writes what Fargate provisions for a pod that it takes.
func (d *detail) size(e fargate.Explanation) {
	c := e.Capacity
	if c == nil || !e.OnFargate() {
		return
	}
	text, whose := fmt.Sprintf("Fargate would provision %s", c.Size()), "the pod"
	if c.Replicas > 1 {
		text += fmt.Sprintf(" for each of %d pods, %s vCPU / %s GB together", c.Replicas, number(c.Total.VCPU),
			number(c.Total.MemoryGB))
		whose = "a pod"
	}
	if c.Requested.VCPU > 0 || c.Requested.MemoryGB > 0 {
		text += fmt.Sprintf("; %s requests %s vCPU / %s GB", whose, shortNumber(c.Requested.VCPU),
			shortNumber(c.Requested.MemoryGB))
	} else {
		text += "; " + whose + " requests nothing"
	}
	if c.LimitRange != "" {
		text += " (by the LimitRange " + c.LimitRange + ")"
	}
	if c.Hint != "" {
		text += "; " + c.Hint
	}
	if e.Running != nil && e.Running.Provisioned != nil {
		got := e.Running.Provisioned
		text += fmt.Sprintf("; this pod has %s vCPU / %s GB", shortNumber(got.VCPU), shortNumber(got.MemoryGB))
	}
	d.Say(2, "%s.", text)
}

// profiles shows the judgement of every profile.
func (d *detail) profiles(e fargate.Explanation, brief bool) {
	for _, m := range e.Profiles {
		d.Say(2, "%s", profileLine(m))
		for _, s := range m.Selectors {
			near := e.Nearest != nil && e.Nearest.Profile == m.Name && e.Nearest.Selector == s.Index
			if brief && !s.Namespace.Matches && !near {
				d.Say(4, "%s selector %d wants namespace %s", sign(false), s.Index, s.Namespace.Want)
				continue
			}
			d.Say(4, "%s selector %d", sign(s.Matches), s.Index)
			for _, line := range conditions(s, d.Width-6) {
				d.Say(6, "%s", line)
			}
		}
	}
}

// shortNumber writes an amount with at most three decimals.
func shortNumber(f float64) string { return number(math.Round(f*1000) / 1000) }

func profileLine(m fargate.ProfileMatch) string {
	switch {
	case !m.Status.TakesPods() && m.Matches:
		return fmt.Sprintf("profile %s is %s and does not count; it would match", m.Name, m.Status)
	case !m.Status.TakesPods():
		return fmt.Sprintf("profile %s is %s and does not count", m.Name, m.Status)
	case m.Matches:
		return "profile " + m.Name + " matches"
	}
	return "profile " + m.Name + " does not match"
}

// advice is what to do about the verdict, in lines; empty for a matched pod.
func (g *guide) advice(e fargate.Explanation) string {
	d := detail{guide: g}
	d.hints(e)
	return strings.TrimSuffix(strings.TrimPrefix(strings.ReplaceAll(d.String(), "\n  ", "\n"), "  "), "\n")
}

// hints say what to do, ready to paste where that is possible.
func (d *detail) hints(e fargate.Explanation) {
	n := e.Nearest
	switch {
	case e.Verdict == fargate.VerdictAmbiguous:
		d.Say(2, "→ %s", settle(e))
	case e.Verdict == fargate.VerdictExcluded:
		d.Say(2, "→ remove the annotation to run the pod on Fargate")
	case e.Verdict != fargate.VerdictUnmatched:
	case e.OfDaemonSet():
		d.daemonSet(e)
	case n != nil && n.Unmet != nil && len(e.Refused()) > 0:
		d.Say(2, "→ nearest is selector %d of %s, but Fargate would refuse the pod (%s); it is better off on EC2 nodes",
			n.Selector, n.Profile, strings.Join(e.Refused(), ", "))
	case len(e.Profiles) == 0:
		d.Say(2, "→ make a profile:")
		d.paste(d.guide.command("create", env.FargateProfile, "--namespace", e.Namespace))
	case d.waitFor(e):
	case e.Pinned != "":
		d.unpin(e)
		if n != nil && len(n.Unmet) > 0 {
			d.ways(e, *n)
		}
	case n != nil:
		d.ways(e, *n)
	}
}

// daemonSet says of a DaemonSet that it is well where it is.
func (d *detail) daemonSet(e fargate.Explanation) {
	if !e.Counts(support.SeverityWarning) && !e.Counts(support.SeverityError) {
		d.Say(2, "→ fine: DaemonSets do not run on Fargate, and nothing sends this one to Fargate's nodes")
	}
}

// unpin says what to do about a pin that leads nowhere.
func (d *detail) unpin(e fargate.Explanation) {
	var others []string
	for _, m := range e.Profiles {
		if m.Matches && m.Status.TakesPods() && fargate.CanPin(m.Name) {
			others = append(others, m.Name)
		}
	}
	switch {
	case len(others) > 0:
		d.Say(2, "→ take that label away, or let it name a profile that matches: %s", strings.Join(others, ", "))
	case e.Nearest == nil || e.Nearest.Profile != e.Pinned || len(e.Nearest.Unmet) == 0:
		d.Say(2, "→ take that label away, and let another profile match the pod")
	}
}

// waitFor points to a profile that is only not ACTIVE yet.
func (d *detail) waitFor(e fargate.Explanation) bool {
	for _, m := range e.Profiles {
		if m.Matches && m.Status == fargate.StatusCreating && (e.Pinned == "" || e.Pinned == m.Name) {
			d.Say(2, "→ ask again when it is ACTIVE:")
			d.paste(d.guide.commandFor(m.Name, "", "wait", env.FargateProfile, m.Name))
			return true
		}
	}
	return false
}

// ways shows how far the nearest selector is, and the two ways to close the gap.
func (d *detail) ways(e fargate.Explanation, n fargate.Nearest) {
	var wants []string
	for _, c := range n.Unmet {
		if c.Field == "namespace" {
			wants = append(wants, "the namespace "+c.Want)
		} else {
			wants = append(wants, "the label "+c.Key+"="+c.Want)
		}
	}
	of := "nearest is"
	if e.Pinned == n.Profile {
		of = "of that profile, nearest is"
	}
	or, since := "", "since" // there is no other way where the namespace is another one
	d.Say(2, "→ %s selector %d of %s; it wants %s", of, n.Selector, n.Profile, strings.Join(wants, " and "))
	if n.AddLabels != nil {
		var text strings.Builder
		if output.YAML(&text, n.AddLabels) == nil {
			or, since = "or ", "or, since"
			d.Say(4, "%s:", addingLabels(n))
			d.paste(text.String())
		}
	}
	if n.Command == "" && n.AddSelector != "" && d.guide.origins[n.Profile].Foreign {
		d.Say(4, or+"give %s this selector where it is declared:", n.Profile)
		d.paste(n.AddSelector)
	}
	if n.Command == "" {
		return
	}
	switch {
	case n.Full && e.Pinned == n.Profile:
		d.Say(4, since+" %s has %d selectors and EKS allows no more by default, make another profile, and let the "+
			"label name that:", n.Profile, fargate.MaxSelectors)
	case n.Full:
		d.Say(4, since+" %s has %d selectors and EKS allows no more by default, make another profile:", n.Profile,
			fargate.MaxSelectors)
	default:
		d.Say(4, or+"let %s take it:", n.Profile)
	}
	d.paste(n.Command)
}

// addingLabels says what to do with the labels of the nearest selector. The labels that a workload's own
// selector names cannot be changed in its template (Kubernetes, Deployments, Label selector updates).
func addingLabels(n fargate.Nearest) string {
	for _, c := range n.Unmet {
		if _, exact := n.AddLabels[c.Key]; c.Field == "label" && c.Got != nil && exact {
			return "set in the labels of the pod template (a label that the workload's own selector names cannot be " +
				"changed)"
		}
	}
	return "add to the labels of the pod template"
}

// settle says what makes an ambiguous pod go to one profile: to the first that a label can name.
func settle(e fargate.Explanation) string {
	what := "pod"
	if e.Kind != "Pod" || e.Owner != nil {
		what = "pod template"
	}
	candidates := e.Candidates
	if slices.Contains(candidates, e.Meant) {
		candidates = []string{e.Meant}
	}
	for _, name := range candidates {
		if fargate.CanPin(name) {
			return fmt.Sprintf("to settle it, give the %s the label %s: %s", what, kube.ProfileLabel, name)
		}
	}
	return "to settle it, make their selectors disjoint; the name of none can be the value of a label"
}

// conditions compares a selector with the pod, a line for each condition, in columns; without columns
// where these would be wider than room, since breaking their lines would leave nothing aligned. A room of 0
// or less is endless.
func conditions(s fargate.SelectorMatch, room int) []string {
	type row struct {
		met             bool
		what, want, got string
	}
	rows := make([]row, 0, 1+len(s.Labels))
	rows = append(rows, row{s.Namespace.Matches, "namespace", s.Namespace.Want, "the pod has " + s.Namespace.Got})
	for _, l := range s.Labels {
		got := "the pod has no such label"
		if l.Got != nil {
			got = "the pod has " + quoteEmpty(*l.Got)
		}
		rows = append(rows, row{l.Matches, "label " + l.Key, quoteEmpty(l.Want), got})
	}
	what, want, got := 0, 0, 0
	for _, r := range rows {
		what = max(what, utf8.RuneCountInString(r.what))
		want = max(want, utf8.RuneCountInString(r.want))
		got = max(got, utf8.RuneCountInString(r.got))
	}
	if room > 0 && what+want+got+len("x   wants   ") > room {
		what, want = 0, 0
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
