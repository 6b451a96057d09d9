package match

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/support"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/output"
)

const (
	// tableRows is how many rows are gathered, to align their columns and to find pods of one owner.
	tableRows = 500
	// tableDetails is how many pods are explained in full.
	tableDetails = 20
)

type tablePrinter struct {
	guide  *guide
	s      *output.Streams
	wide   bool
	all    bool
	priced bool
	header bool
	rows   []*tableRow
	owned  map[string]*tableRow
	shared *fargate.Explanation // the first pod with a finding that all pods share

	pods  int
	first fargate.Explanation
	// troubled, warned and hinted are the first pods that are explained: those without a profile of their own
	// or with an error, after them those with warnings only, and those that just miss a smaller size.
	troubled, warned, hinted []fargate.Explanation
	more                     int
}

// tableRow is a row of the table; count is how many pods of a cluster share it, month what they cost.
type tableRow struct {
	cells []string
	count int
	month float64
}

// The places of columns: that which counts, the size, and the price where there is one.
const (
	columnPods  = 4
	columnSize  = 5
	columnPrice = 6
)

func (p *tablePrinter) pod(e fargate.Explanation) error {
	if p.pods++; p.pods == 1 {
		p.first = e
	}
	row, key := p.row(e)
	if shared := p.owned[key]; shared != nil {
		shared.count++
		shared.cells[columnPods] = strconv.Itoa(shared.count)
		if shared.month += row.month; p.priced && e.Price != nil {
			shared.cells[columnPrice] = output.Dollars(shared.month)
		}
		return nil // its explanation would be the first one's
	}
	p.rows = append(p.rows, row)
	if p.owned == nil {
		p.owned = map[string]*tableRow{}
	}
	if key != "" {
		p.owned[key] = row
	}
	p.keep(e)
	if len(p.rows) < tableRows {
		return nil
	}
	return p.flush()
}

// row makes the row of a pod, and the key by which pods of one owner share it; pods of which something
// else is to be said do not share one.
func (p *tablePrinter) row(e fargate.Explanation) (row *tableRow, key string) {
	name, pods := podName(e), "1"
	if e.Capacity != nil {
		pods = strconv.Itoa(e.Capacity.Replicas)
	}
	if e.Kind == "DaemonSet" {
		pods = "?"
	}
	why := shortReason(e)
	if p.wide {
		why = e.Reason
	}
	cells := []string{
		name, e.Namespace, string(e.Verdict), cmp.Or(e.Profile, "-"), pods, sizeCell(e),
		why + findingsCell(e),
	}
	row = &tableRow{count: 1}
	if p.priced {
		cost := "-"
		if e.Price != nil {
			row.month, cost = e.Price.TotalMonth, output.Dollars(e.Price.TotalMonth)
		}
		cells = slices.Insert(cells, columnPrice, cost)
	}
	before := len(cells)
	if p.wide {
		cells = append(cells, fmt.Sprintf("%s:%d", document.SourceName(e.Source), max(e.Line, 1)))
	}
	if e.Owner != nil && !p.all {
		cells[0] = e.Owner.String()
		key = strings.Join(slices.Concat(cells[:columnPods], cells[columnSize:before]), "\x00")
	}
	row.cells = cells
	return row, key
}

// keep holds a pod that wants an explanation, as long as there is room.
func (p *tablePrinter) keep(e fargate.Explanation) {
	list := &p.troubled
	switch {
	case e.Verdict != fargate.VerdictMatched || e.Counts(support.SeverityError):
	case p.hasNews(e):
		list = &p.warned
	case e.Capacity != nil && e.Capacity.Hint != "":
		list = &p.hinted
	default:
		return
	}
	if len(*list) >= tableDetails {
		p.more++
		return
	}
	*list = append(*list, e)
}

// hasNews reports whether a warning of the pod is to be explained: the row names those of little weight, and what all
// pods have in common is explained with one.
func (p *tablePrinter) hasNews(e fargate.Explanation) bool {
	news := false
	for _, f := range e.Findings {
		switch {
		case !e.Matters(f) || f.IsMinor && !p.wide:
		case f.IsShared && !p.wide:
			if p.shared == nil {
				p.shared = &e
			}
		default:
			news = true
		}
	}
	return news
}

// explainsShared reports whether one of the explanations has what all pods have in common.
func explainsShared(details []fargate.Explanation) bool {
	return slices.ContainsFunc(details, func(e fargate.Explanation) bool {
		return e.OnFargate() && !e.OfDaemonSet() &&
			slices.ContainsFunc(e.Findings, func(f support.Finding) bool { return f.IsShared })
	})
}

func (p *tablePrinter) flush() error {
	header := []string{"POD", "NAMESPACE", "VERDICT", "PROFILE", "PODS", "VCPU/GB", "WHY"}
	if p.wide {
		header = append(header[:6], "REASON", "WHERE")
	}
	if p.priced {
		header = slices.Insert(header, columnPrice, "USD/MONTH")
	}
	if p.header {
		header = nil
	}
	p.header = true
	rows := make([][]string, len(p.rows))
	for i, row := range p.rows {
		rows[i] = row.cells
	}
	p.rows, p.owned = p.rows[:0], nil
	return output.Table(p.s, header, rows)
}

func (p *tablePrinter) close(summary fargate.Summary) error {
	if summary.Pods == 0 {
		return nil
	}
	if len(p.rows) > 0 {
		if err := p.flush(); err != nil {
			return err
		}
	}
	details := slices.Concat(p.troubled, p.warned, p.hinted)
	if len(details) > tableDetails {
		p.more += len(details) - tableDetails
		details = details[:tableDetails]
	}
	if p.shared != nil && !explainsShared(details) {
		details = append(details, *p.shared)
	}
	if summary.Pods == 1 && p.pods == 1 && len(details) == 0 {
		details = append(details, p.first)
	}
	out := output.Text{Width: p.s.Width}
	for _, e := range details {
		out.Add("\n" + p.guide.explain(e, summary.Pods > 1, p.s.Width))
	}
	if p.more > 0 {
		out.Add(fmt.Sprintf("\n%d more are not explained here; -o wide gives a reason for each, -o json everything.\n",
			p.more))
	}
	text := ""
	switch {
	case summary.Pods > 1, p.pods == 0: // --only may leave nothing else to say
		text = summaryText(summary)
	case summary.Price != nil:
		text = output.PriceText(summary.Price)
	}
	if text != "" && p.pods > 0 {
		out.Add("\n")
	}
	for line := range strings.Lines(text) {
		out.Say(0, "%s", strings.TrimSuffix(line, "\n"))
	}
	_, err := io.WriteString(p.s.Out, out.String())
	return err
}

// summaryText says how many pods got which verdict, leaving out those that none got, and what they take.
func summaryText(s fargate.Summary) string {
	var out []string
	for _, c := range []struct {
		count int
		what  string
	}{
		{s.Matched, string(fargate.VerdictMatched)},
		{s.Ambiguous, string(fargate.VerdictAmbiguous)},
		{s.Unmatched, string(fargate.VerdictUnmatched)},
		{s.Excluded, string(fargate.VerdictExcluded)},
		{s.Errors, "with errors"},
		{s.Warnings, "with warnings"},
	} {
		if c.count > 0 {
			out = append(out, fmt.Sprintf("%d %s", c.count, c.what))
		}
	}
	text := fmt.Sprintf("%s: %s.", output.Count(s.Pods, "pod"), strings.Join(out, ", "))
	if s.Capacity.VCPU > 0 {
		text += fmt.Sprintf("\nFargate would provision %s vCPU and %s GB.", number(s.Capacity.VCPU),
			number(s.Capacity.MemoryGB))
	}
	if s.Price != nil {
		text += "\n" + output.PriceText(s.Price)
	}
	return text
}

// number writes an amount without needless digits.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// podName is a pod as kubectl names it.
func podName(e fargate.Explanation) string {
	name := e.Kind + "/" + cmp.Or(e.Name, "<no name>")
	if e.Part != "" {
		name += " (" + e.Part + ")"
	}
	return name
}

// sizeCell is what Fargate provisions for one pod, in a word.
func sizeCell(e fargate.Explanation) string {
	if e.Capacity == nil || !e.OnFargate() {
		return "-"
	}
	return number(e.Capacity.VCPU) + "/" + number(e.Capacity.MemoryGB)
}

// findingsCell names the findings that matter by their codes, errors first.
func findingsCell(e fargate.Explanation) string {
	var out strings.Builder
	findings := slices.SortedStableFunc(slices.Values(e.Findings), byWeight)
	for _, severity := range []support.Severity{support.SeverityError, support.SeverityWarning} {
		var codes []string
		for _, f := range findings {
			if f.Severity == severity && e.Matters(f) && !slices.Contains(codes, f.Code) {
				codes = append(codes, f.Code)
			}
		}
		if len(codes) > 0 {
			fmt.Fprintf(&out, "; %s: %s", severity, strings.Join(codes, ", "))
		}
	}
	return out.String()
}

// shortReason is the reason in few words, for the table.
func shortReason(e fargate.Explanation) string {
	switch e.Verdict {
	case fargate.VerdictMatched:
		for _, m := range e.Profiles {
			if s := firstMatch(m); m.Name == e.Profile && s != nil {
				return fmt.Sprintf("selector %d", s.Index)
			}
		}
	case fargate.VerdictAmbiguous:
		return strings.Join(e.Candidates, ", ") + " match"
	case fargate.VerdictExcluded:
		return "annotated for EC2"
	case fargate.VerdictUnmatched:
		if e.OfDaemonSet() {
			return "a DaemonSet's place is on EC2 nodes"
		}
	}
	if e.Pinned != "" {
		return "pinned to " + e.Pinned
	}
	for _, m := range e.Profiles {
		if m.Matches {
			return m.Name + " is " + string(m.Status)
		}
	}
	if n := e.Nearest; n != nil {
		return fmt.Sprintf("nearest: %s, selector %d", n.Profile, n.Selector)
	}
	return "no profile"
}

func firstMatch(m fargate.ProfileMatch) *fargate.SelectorMatch {
	for i := range m.Selectors {
		if m.Selectors[i].Matches {
			return &m.Selectors[i]
		}
	}
	return nil
}
