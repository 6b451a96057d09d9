package validate

import (
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// report is the form of -o json; it does not change, but fields may be added.
type report struct {
	Files    int       `json:"files"`
	Profiles int       `json:"profiles"`
	Problems []problem `json:"problems"`
}

// problem is something that is wrong, or that users regret.
type problem struct {
	File     string `json:"file"`
	Document int    `json:"document,omitempty"`
	Line     int    `json:"line,omitempty"`
	Profile  string `json:"profile,omitempty"`
	Path     string `json:"path,omitempty"`
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

// judge returns how many profiles the files have, and their problems.
func judge(files []profilefile.Text) (profiles int, problems []problem) {
	profiles, found := profilefile.Check(files)
	problems = make([]problem, 0, len(found))
	for _, f := range found {
		severity := "error"
		if f.Warning {
			severity = "warning"
		}
		problems = append(problems, problem{
			File: f.Source, Document: f.Document, Line: f.Line, Profile: f.Profile, Path: f.Path, Rule: f.Rule,
			Severity: severity, Message: f.Message, Hint: f.Hint,
		})
	}
	return profiles, problems
}

// count returns how many problems are errors and warnings.
func (r report) count() (errorCount, warnings int) {
	for _, p := range r.Problems {
		if p.Severity == "error" {
			errorCount++
		} else {
			warnings++
		}
	}
	return errorCount, warnings
}

// text says what is wrong, and what to do.
func (p problem) text() string {
	text := p.Message
	if p.Profile != "" {
		text = "profile " + p.Profile + ": " + text
	}
	if p.Hint != "" {
		text += "; " + p.Hint
	}
	return text
}

// print writes the problems; in words for people, a summary stands on Err.
func (r report) print(e *env.Env, format string) error {
	switch format {
	case "json":
		return output.JSON(e.Streams.Out, r)
	case "sarif":
		return r.sarif(e)
	}
	for _, p := range r.Problems {
		var err error
		if format == "github" {
			err = output.GitHub(e.Streams.Out, output.Annotation{
				Level: p.Severity, File: p.File, Line: p.Line, Title: "fgctl validate: " + p.Rule, Message: p.text(),
			})
		} else {
			_, err = fmt.Fprintln(e.Streams.Out, p.line(e.Streams))
		}
		if err != nil {
			return err
		}
	}
	errorCount, warnings := r.count()
	e.Info("%s in %s: %s, %s", count(r.Profiles, "profile"), count(r.Files, "file"), count(errorCount, "error"),
		count(warnings, "warning"))
	return nil
}

// line is a problem as compilers print theirs.
func (p problem) line(s *output.Streams) string {
	where := output.Clean(document.SourceName(p.File))
	if p.Line > 0 {
		where += fmt.Sprintf(":%d", p.Line)
	}
	severity := s.Bad("error")
	if p.Severity == "warning" {
		severity = s.Warn("warning")
	}
	return fmt.Sprintf("%s: %s: %s [%s]", where, severity, output.Clean(p.text()), p.Rule)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// sarif writes the problems for code scanning.
func (r report) sarif(e *env.Env) error {
	known := profilefile.Rules()
	rules := make([]output.SARIFRule, len(known))
	for i, rule := range known {
		rules[i] = output.NewSARIFRule(rule.ID, rule.Meaning, "", "validating.md#"+strings.ToLower(rule.ID))
	}
	log := output.NewSARIF(e.Streams.Out, output.NewSARIFTool(e.Version, rules))
	for _, p := range r.Problems {
		where := p.Path
		if where == "" {
			where = document.SourceName(p.File)
		}
		if err := log.Add(output.SARIFResult{
			RuleID: p.Rule, Level: p.Severity, Message: output.SARIFText{Text: p.text()},
			Locations: []output.SARIFLocation{output.SARIFAt(p.File, p.Line, where)},
		}); err != nil {
			return err
		}
	}
	return log.Close()
}
