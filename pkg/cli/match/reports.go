package match

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/output"
)

// reportPrinter writes an entry for every pod: a test for JUnit, else what was found.
type reportPrinter struct {
	guide  *guide
	gate   *gate
	report *output.Report
}

func (p *reportPrinter) pod(e fargate.Explanation) error {
	failed := p.gate.failures(e)
	entry := output.Entry{
		Suite: document.SourceName(e.Source), Class: e.Namespace, Name: podName(e), File: e.Source, Line: e.Line,
	}
	if p.report.Format != "junit" {
		entry.Findings = p.findings(e, failed)
	} else if entry.Text = p.guide.explain(e, true, 0); len(failed) > 0 {
		entry.Failure, entry.Type = headline(e, failed), string(e.Verdict)
	}
	return p.report.Add(entry)
}

// headline is one line that says why a pod fails: the findings where these are the reason, else the verdict's.
func headline(e fargate.Explanation, failed []string) string {
	var conditions, reasons []string
	for _, condition := range failed {
		severity, isFinding := failSeverities[condition]
		if !isFinding {
			conditions = append(conditions, condition)
			continue
		}
		for _, f := range e.Findings {
			if f.Severity == severity && e.Matters(f) {
				reasons = append(reasons, fmt.Sprintf("%s: %s", f.Code, f.Message))
			}
		}
	}
	if len(conditions) > 0 {
		reasons = append([]string{strings.Join(conditions, ", ") + ": " + e.Reason}, reasons...)
	}
	return strings.Join(reasons, "; ")
}

// close writes what was not judged as skipped, or as failures where --fail-on says so.
func (p *reportPrinter) close(summary fargate.Summary) error {
	skip := func(name, class, text string) error {
		entry := output.Entry{
			Suite: "not judged", Class: class, Name: name, Text: text, Skipped: true, Type: env.FailOnSkipped,
		}
		if p.gate.failsSkipped() {
			entry.Failure = text
		}
		return p.report.Add(entry)
	}
	for _, k := range summary.Skipped {
		text := fmt.Sprintf("%d not judged: this kind may make pods, and shows none", k.Count)
		if err := skip(k.Kind, k.APIVersion, text); err != nil {
			return err
		}
	}
	for _, l := range summary.LeftOut {
		if !l.MayHoldPods {
			continue
		}
		if err := skip(l.Reason, "files", fmt.Sprintf("%d left out", l.Count)); err != nil {
			return err
		}
	}
	return p.report.Close(summaryText(summary))
}

const ruleUnexpected = "unexpected-profile"

// reportRules are the kinds of findings: those about a pod's place, and the codes of what is in it.
func reportRules() []output.Rule {
	codes := fargate.FindingCodes()
	rules := make([]output.Rule, 0, 4+len(codes))
	add := func(id, meaning, more, page string) {
		rules = append(rules, output.Rule{ID: id, Meaning: meaning, More: more, Page: page})
	}
	add(string(fargate.VerdictUnmatched), "no ACTIVE Fargate profile takes the pod", "It does not run on Fargate.",
		"matching.md#why-not")
	add(string(fargate.VerdictAmbiguous), "several ACTIVE Fargate profiles match the pod",
		"EKS takes the first by name; older AWS texts say: one at random.", "matching.md#several-profiles-match")
	add(string(fargate.VerdictExcluded), "the pod is annotated to stay off Fargate", "No profile takes it.",
		"matching.md#the-verdicts")
	add(ruleUnexpected, "the pod would not run on the profile that --expect-profile wants",
		"It goes elsewhere, or nowhere.", "matching.md#in-ci")
	for _, c := range codes {
		add(c.Code, c.Meaning, "Source: "+c.Source+".", "findings.md#"+c.Code)
	}
	return rules
}

func (p *reportPrinter) findings(e fargate.Explanation, failed []string) (out []output.Finding) {
	where := e.Namespace + "/" + podName(e)
	add := func(rule, level string, line int, where, text string) {
		out = append(out, output.Finding{Level: level, Rule: rule, Line: line, Where: where, Text: podName(e) + ": " + text})
	}
	if e.Verdict != fargate.VerdictMatched {
		level := "note"
		if slices.Contains(failed, string(e.Verdict)) {
			level = "error"
		}
		text := e.Reason
		if advice := p.guide.advice(e); advice != "" {
			text += ".\n" + advice // code scanning shows the first sentence alone where there is little room
		}
		add(string(e.Verdict), level, 0, where, text)
	}
	if p.gate.expect != "" && e.Profile != p.gate.expect {
		add(ruleUnexpected, "error", 0, where, fmt.Sprintf("it would not run on profile %s: %s", p.gate.expect, e.Reason))
	}
	for _, f := range e.Findings {
		if !e.Matters(f) {
			continue
		}
		text := f.Message
		if f.Hint != "" {
			text += "; " + f.Hint + colon(f)
		}
		for _, command := range f.Commands {
			text += "\n" + command
		}
		if f.Paste != "" {
			text += "\n" + f.Paste
		}
		add(f.Code, string(f.Severity), f.Line, where+"/"+f.Path, text)
	}
	return out
}
