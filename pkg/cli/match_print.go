package cli

// This file prints what match has found, pod after pod: none is kept longer than it takes.

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
)

// matchPrinter takes explanations and, at the end, their summary.
type matchPrinter interface {
	pod(fargate.Explanation) error
	close(fargate.Summary) error
}

func newMatchPrinter(s *output.Streams, format string) matchPrinter {
	switch format {
	case "json":
		return &matchJSON{w: s.Out}
	case "yaml":
		return &matchYAML{w: s.Out}
	}
	return &matchTable{s: s, wide: format == "wide"}
}

// matchJSON writes {"pods":[…],"summary":{…}}, the same text as if it were written at once.
type matchJSON struct {
	w    io.Writer
	pods int
}

func (p *matchJSON) pod(e fargate.Explanation) error {
	var text bytes.Buffer
	if err := output.JSON(&text, e); err != nil {
		return err
	}
	before := ",\n"
	if p.pods == 0 {
		before = "{\n  \"pods\": [\n"
	}
	p.pods++
	_, err := io.WriteString(p.w, before+strings.TrimSuffix(indent(text.String(), "    "), "\n"))
	return err
}

func (p *matchJSON) close(summary fargate.Summary) error {
	if p.pods == 0 {
		return nil // without a pod there is only an error
	}
	var text bytes.Buffer
	if err := output.JSON(&text, summary); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.w, "\n  ],\n  \"summary\": %s}\n", strings.TrimPrefix(indent(text.String(), "  "), "  "))
	return err
}

// matchYAML writes the same as YAML.
type matchYAML struct {
	w    io.Writer
	pods int
}

func (p *matchYAML) pod(e fargate.Explanation) error {
	var text bytes.Buffer
	if err := output.YAML(&text, []fargate.Explanation{e}); err != nil {
		return err
	}
	before := ""
	if p.pods == 0 {
		before = "pods:\n"
	}
	p.pods++
	_, err := io.WriteString(p.w, before+indent(text.String(), "  "))
	return err
}

func (p *matchYAML) close(summary fargate.Summary) error {
	if p.pods == 0 {
		return nil
	}
	return output.YAML(p.w, struct {
		Summary fargate.Summary `json:"summary"`
	}{summary})
}

// indent puts a prefix before every line that holds something.
func indent(text, prefix string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			out.WriteString(prefix)
		}
		out.WriteString(line)
	}
	return out.String()
}

const (
	// matchRows is how many rows of the table are gathered to align their columns.
	matchRows = 500
	// matchDetails is how many pods that are not matched are explained in full.
	matchDetails = 20
)

// matchTable writes a row for every pod, and below them the explanation of those that are not matched,
// or of the only one.
type matchTable struct {
	s       *output.Streams
	wide    bool
	header  bool
	rows    [][]string
	first   fargate.Explanation
	pods    int
	details []fargate.Explanation
	more    int
}

func (p *matchTable) pod(e fargate.Explanation) error {
	if p.pods++; p.pods == 1 {
		p.first = e
	}
	row := []string{podName(e), e.Namespace, string(e.Verdict), cmp.Or(e.Profile, "-"), shortReason(e)}
	if p.wide {
		row[4] = e.Reason
		row = append(row, fmt.Sprintf("%s:%d", sourceName(e.Source), e.Document))
	}
	p.rows = append(p.rows, row)
	if e.Verdict != fargate.VerdictMatched || len(e.Findings) > 0 {
		if len(p.details) < matchDetails {
			p.details = append(p.details, e)
		} else {
			p.more++
		}
	}
	if len(p.rows) < matchRows {
		return nil
	}
	return p.flush()
}

func (p *matchTable) flush() error {
	header := []string{"POD", "NAMESPACE", "VERDICT", "PROFILE", "WHY"}
	if p.wide {
		header = []string{"POD", "NAMESPACE", "VERDICT", "PROFILE", "REASON", "DOCUMENT"}
	}
	if p.header {
		header = nil
	}
	p.header = true
	rows := p.rows
	p.rows = p.rows[:0]
	return output.Table(p.s, header, rows)
}

func (p *matchTable) close(summary fargate.Summary) error {
	if p.pods == 0 {
		return nil
	}
	if len(p.rows) > 0 {
		if err := p.flush(); err != nil {
			return err
		}
	}
	if p.pods == 1 && len(p.details) == 0 {
		p.details = append(p.details, p.first)
	}
	var out strings.Builder
	width := 0
	if p.s.OutTerminal {
		width = p.s.Width
	}
	for _, e := range p.details {
		out.WriteString("\n" + matchDetail(e, p.pods > 1, width))
	}
	if p.more > 0 {
		fmt.Fprintf(&out, "\n%d more pods are not explained here; -o wide gives a reason for each, -o json everything.\n", p.more)
	}
	if p.pods > 1 {
		fmt.Fprintf(&out, "\n%d pods: %s.\n", summary.Pods, counts(summary))
	}
	_, err := io.WriteString(p.s.Out, out.String())
	return err
}

// counts says how many pods got which verdict, leaving out those that none got.
func counts(s fargate.Summary) string {
	var out []string
	for _, c := range []struct {
		count   int
		verdict fargate.Verdict
	}{
		{s.Matched, fargate.VerdictMatched},
		{s.Ambiguous, fargate.VerdictAmbiguous},
		{s.Unmatched, fargate.VerdictUnmatched},
		{s.Excluded, fargate.VerdictExcluded},
	} {
		if c.count > 0 {
			out = append(out, fmt.Sprintf("%d %s", c.count, c.verdict))
		}
	}
	return strings.Join(out, ", ")
}

// podName is a pod as kubectl names it.
func podName(e fargate.Explanation) string { return e.Kind + "/" + cmp.Or(e.Name, "<no name>") }

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
	}
	if e.Pinned != "" {
		return "pinned to " + e.Pinned
	}
	for _, m := range e.Profiles {
		if m.Matches {
			return m.Name + " is " + string(m.Status)
		}
	}
	if m, s := nearest(e); s != nil {
		return fmt.Sprintf("nearest: %s, selector %d", m.Name, s.Index)
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

// nearest finds the selector of an ACTIVE profile that misses the pod by least: the namespace weighs
// more than any label, because it is what a team rarely changes, and of two that do not match the one
// that begins like the pod's is nearer. Nil where there is none.
func nearest(e fargate.Explanation) (profile *fargate.ProfileMatch, selector *fargate.SelectorMatch) {
	least := 0
	for i := range e.Profiles {
		m := &e.Profiles[i]
		if !m.Status.TakesPods() {
			continue
		}
		for j := range m.Selectors {
			if n := unmet(m.Selectors[j]); selector == nil || n < least {
				profile, selector, least = m, &m.Selectors[j], n
			}
		}
	}
	return profile, selector
}

// unmet weighs what a selector misses.
func unmet(s fargate.SelectorMatch) int {
	n := 0
	if !s.Namespace.Matches {
		n = 1000 - 10*commonPrefix(s.Namespace.Want, s.Namespace.Got)
	}
	for _, l := range s.Labels {
		if !l.Matches {
			n++
		}
	}
	return n
}

// commonPrefix is the number of bytes with which both texts begin; a namespace has at most 63.
func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b), 63) && a[n] == b[n] {
		n++
	}
	return n
}
