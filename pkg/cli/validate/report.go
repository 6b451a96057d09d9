package validate

import (
	"cmp"
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
	errorCount, warnings := r.count()
	judged := output.Count(r.Profiles, "profile") + " in " + output.Count(r.Files, "file")
	switch format {
	case "json":
		return output.JSON(e.Streams.Out, r)
	case "text":
		for _, p := range r.Problems {
			if _, err := fmt.Fprintln(e.Streams.Out, p.line(e.Streams)); err != nil {
				return err
			}
		}
	default:
		if err := e.Report(format, "fgctl validate", rules()).Write(r.entries(judged), judged); err != nil {
			return err
		}
	}
	e.Info("%s: %s, %s", judged, output.Count(errorCount, "error"), output.Count(warnings, "warning"))
	return nil
}

// entries are the problems for CI: each is a test that failed, or one with something to say.
func (r report) entries(judged string) []output.Entry {
	if len(r.Problems) == 0 {
		return []output.Entry{{Suite: "profiles", Name: "no problem", Text: judged}}
	}
	var out []output.Entry
	for _, p := range r.Problems {
		source := document.SourceName(p.File)
		entry := output.Entry{
			Suite: source, Class: cmp.Or(p.Profile, source), Name: cmp.Or(p.Path, source), File: p.File, Line: p.Line,
			Text: p.text(),
		}
		out = append(out, entry.Found(p.Severity, p.Rule))
	}
	return out
}

func rules() []output.Rule {
	known := profilefile.Rules()
	out := make([]output.Rule, len(known))
	for i, r := range known {
		out[i] = output.Rule{ID: r.ID, Meaning: r.Meaning, Page: "validating.md#" + strings.ToLower(r.ID)}
	}
	return out
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
