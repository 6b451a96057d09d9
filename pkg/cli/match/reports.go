package match

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/output"
)

// junitPrinter writes a case for every pod.
type junitPrinter struct {
	guide  *guide
	gate   *gate
	report *output.JUnit
}

func newJUnitPrinter(w io.Writer, guide *guide, gate *gate) *junitPrinter {
	return &junitPrinter{guide: guide, gate: gate, report: output.NewJUnit(w, "fgctl match")}
}

func (p *junitPrinter) pod(e fargate.Explanation) error {
	c := output.JUnitCase{Name: podName(e), ClassName: e.Namespace, Line: e.Line}
	if e.Source != "-" {
		c.File = filepath.Clean(e.Source)
	}
	text := p.guide.explain(e, true, 0)
	if failed := p.gate.failures(e); len(failed) > 0 {
		c.Failure = &output.JUnitFailure{
			Message: output.Clean(headline(e, failed)), Type: string(e.Verdict),
			Text: text,
		}
	} else {
		c.Out = text
	}
	return p.report.Case(document.SourceName(e.Source), c)
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
			if f.Severity == severity && (f.Elsewhere || e.OnFargate()) {
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
func (p *junitPrinter) close(summary fargate.Summary) error {
	skip := func(name, class, text string) error {
		c := output.JUnitCase{Name: name, ClassName: class}
		if p.gate.failsSkipped() {
			c.Failure = &output.JUnitFailure{Message: text, Type: env.FailOnSkipped}
		} else {
			c.Skipped = &output.JUnitSkipped{Message: text}
		}
		return p.report.Case("not judged", c)
	}
	for _, k := range summary.Skipped {
		text := fmt.Sprintf("%d not judged: it is not known where this kind keeps pods", k.Count)
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
	return p.report.Close()
}

const ruleUnexpected = "unexpected-profile"

// sarifRules are the kinds of results: those about a pod's place, and the codes of findings.
func sarifRules() []output.SARIFRule {
	codes := fargate.FindingCodes()
	rules := make([]output.SARIFRule, 0, 4+len(codes))
	rules = append(rules,
		output.NewSARIFRule(string(fargate.VerdictUnmatched), "no ACTIVE Fargate profile takes the pod",
			"It does not run on Fargate.", "matching.md#why-not"),
		output.NewSARIFRule(string(fargate.VerdictAmbiguous), "several ACTIVE Fargate profiles match the pod",
			"EKS takes the first by name; older AWS texts say: one at random.", "matching.md#several-profiles-match"),
		output.NewSARIFRule(string(fargate.VerdictExcluded), "the pod is annotated to stay off Fargate",
			"No profile takes it.", "matching.md#the-verdicts"),
		output.NewSARIFRule(ruleUnexpected, "the pod would not run on the profile that --expect-profile wants",
			"It goes elsewhere, or nowhere.", "matching.md#in-ci"),
	)
	for _, code := range codes {
		rules = append(rules,
			output.NewSARIFRule(code.Code, code.Meaning, "Source: "+code.Source+".", "findings.md#"+code.Code))
	}
	return rules
}

// sarifPrinter writes results as they come, for code scanning or as GitHub's annotations.
type sarifPrinter struct {
	guide  *guide
	env    *env.Env
	gate   *gate
	github bool
	log    *output.SARIF // nil before the first pod: a broken input prints nothing
}

// begin writes the beginning of the log, once.
func (p *sarifPrinter) begin() *output.SARIF {
	if p.log == nil {
		p.log = output.NewSARIF(p.env.Streams.Out, output.NewSARIFTool(p.env.Version, sarifRules()))
	}
	return p.log
}

func (p *sarifPrinter) pod(e fargate.Explanation) error {
	where := fmt.Sprintf("%s/%s", e.Namespace, podName(e))
	failed := p.gate.failures(e)
	if e.Verdict != fargate.VerdictMatched {
		level := "note"
		for _, f := range failed {
			if f == string(e.Verdict) {
				level = "error"
			}
		}
		text := e.Reason
		if advice := p.guide.advice(e); advice != "" {
			text += ".\n" + advice // code scanning shows the first sentence alone where there is little room
		}
		if err := p.result(e, string(e.Verdict), level, e.Line, where, text); err != nil {
			return err
		}
	}
	if p.gate.expect != "" && e.Profile != p.gate.expect {
		text := fmt.Sprintf("it would not run on profile %s: %s", p.gate.expect, e.Reason)
		if err := p.result(e, ruleUnexpected, "error", e.Line, where, text); err != nil {
			return err
		}
	}
	for _, f := range e.Findings {
		if !f.Elsewhere && !e.OnFargate() {
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
		line := f.Line
		if line == 0 {
			line = e.Line
		}
		if err := p.result(e, f.Code, string(f.Severity), line, where+"/"+f.Path, text); err != nil {
			return err
		}
	}
	return nil
}

func (p *sarifPrinter) result(e fargate.Explanation, rule, level string, line int, where, text string) error {
	if p.github {
		if level == "note" {
			level = "notice"
		}
		return output.GitHub(p.env.Streams.Out, output.Annotation{
			Level: level, File: e.Source, Line: line, Title: "fgctl match: " + rule, Message: podName(e) + ": " + text,
		})
	}
	return p.begin().Add(output.SARIFResult{
		RuleID: rule, Level: level, Message: output.SARIFText{Text: podName(e) + ": " + text},
		Locations: []output.SARIFLocation{output.SARIFAt(e.Source, line, where)},
	})
}

func (p *sarifPrinter) close(fargate.Summary) error {
	if p.github {
		return nil
	}
	return p.begin().Close()
}
