package cli

// This file prints what match has found for CI: as JUnit's XML, where a pod is a test, and as SARIF, where
// what is wrong with a pod is a result with file and line.

import (
	"fmt"
	"io"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
)

// docsURL is where the pages of docs/ are read.
const docsURL = "https://github.com/fgctl/fgctl/blob/main/docs/"

// matchJUnit gathers the cases: JUnit counts them before it lists them.
type matchJUnit struct {
	app    *app
	w      io.Writer
	gate   *matchGate
	suites []*output.JUnitSuite
}

func newMatchJUnit(a *app, gate *matchGate) *matchJUnit {
	return &matchJUnit{app: a, w: a.streams.Out, gate: gate}
}

func (p *matchJUnit) pod(e fargate.Explanation) error {
	source := sourceName(e.Source)
	if n := len(p.suites); n == 0 || p.suites[n-1].Name() != source {
		p.suites = append(p.suites, output.NewJUnitSuite(output.XMLText(source)))
	}
	c := output.JUnitCase{Name: output.XMLText(podName(e)), ClassName: output.XMLText(e.Namespace), Line: e.Line}
	if e.Source != "-" {
		c.File = output.XMLText(e.Source)
	}
	text := output.XMLText(p.app.matchDetail(e, true, 0))
	if reasons := p.gate.failures(e); len(reasons) > 0 {
		c.Failure = &output.JUnitFailure{
			Message: output.XMLText(output.Clean(strings.Join(reasons, ", ") + ": " + e.Reason)), Type: string(e.Verdict), Text: text,
		}
	} else {
		c.Out = text
	}
	return p.suites[len(p.suites)-1].Add(c)
}

func (p *matchJUnit) close(fargate.Summary) error { return output.JUnit(p.w, "fgctl match", p.suites) }

// The rules of the results that are about a pod's place, besides the codes of findings.
var verdictRules = []output.SARIFRule{
	{ID: string(fargate.VerdictUnmatched), Short: output.SARIFText{Text: "No ACTIVE Fargate profile takes the pod."}, HelpURI: docsURL + "matching.md#the-verdicts"},
	{ID: string(fargate.VerdictAmbiguous), Short: output.SARIFText{Text: "Several ACTIVE Fargate profiles match the pod."}, HelpURI: docsURL + "matching.md#several-profiles-match"},
	{ID: string(fargate.VerdictExcluded), Short: output.SARIFText{Text: "The pod is annotated to stay off Fargate."}, HelpURI: docsURL + "matching.md#the-verdicts"},
	{ID: ruleUnexpected, Short: output.SARIFText{Text: "The pod would not run on the profile that --expect-profile wants."}, HelpURI: docsURL + "matching.md#in-ci"},
}

const ruleUnexpected = "unexpected-profile"

// matchSARIF writes results as they come.
type matchSARIF struct {
	log  *output.SARIF
	gate *matchGate
}

func newMatchSARIF(w io.Writer, gate *matchGate) *matchSARIF {
	tool := output.SARIFTool{Name: "fgctl", Version: readBuild().Version, InformationURI: "https://github.com/fgctl/fgctl", Rules: verdictRules}
	for _, code := range fargate.FindingCodes() {
		tool.Rules = append(tool.Rules, output.SARIFRule{ID: code.Code, Short: output.SARIFText{Text: code.Meaning}, HelpURI: docsURL + "findings.md#" + code.Code})
	}
	return &matchSARIF{log: output.NewSARIF(w, tool), gate: gate}
}

func (p *matchSARIF) pod(e fargate.Explanation) error {
	where := fmt.Sprintf("%s/%s", e.Namespace, podName(e))
	failed := p.gate.failures(e)
	if e.Verdict != fargate.VerdictMatched {
		level := "note"
		for _, f := range failed {
			if f == string(e.Verdict) {
				level = "error"
			}
		}
		if err := p.result(e, string(e.Verdict), level, e.Line, where, e.Reason); err != nil {
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
			text += "; " + f.Hint
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

func (p *matchSARIF) result(e fargate.Explanation, rule, level string, line int, where, text string) error {
	file := e.Source
	if file == "-" {
		file = "stdin"
	}
	return p.log.Add(output.SARIFResult{
		RuleID: rule, Level: level, Message: output.SARIFText{Text: podName(e) + ": " + text},
		Locations: []output.SARIFLocation{output.SARIFAt(file, line, where)},
	})
}

func (p *matchSARIF) close(fargate.Summary) error { return p.log.Close() }
