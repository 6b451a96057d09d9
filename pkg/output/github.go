package output

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

var (
	// GitHub Docs, workflow commands, and actions/toolkit, packages/core/src/command.ts, escapeData and escapeProperty.
	githubText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// mostSummary is how many bytes of summary GitHub takes of a step (GitHub Docs, workflow commands, step isolation and
// limits).
const mostSummary = 1 << 20

// github writes annotations as they come, and the step's summary at the end.
type github struct {
	w              io.Writer
	title, summary string

	rows                                 strings.Builder
	errs, warnings, notes, skipped, left int // left is how many rows were left out
}

// add writes an annotation for each finding: a workflow command, on a line of its own.
func (g *github) add(e Entry) error {
	if e.Skipped && len(e.Findings) == 0 {
		g.count("not judged", e.Type, e.Name, e.Text)
	}
	for _, f := range e.Findings {
		place, at := f.Where, ""
		if e.Name != place {
			place += ": " + e.Name
		}
		if e.File != "" {
			path := filepath.ToSlash(filepath.Clean(e.File))
			place, at = document.SourceName(path), "file="+githubProperty.Replace(CleanLines(path))+","
			if f.Line > 0 {
				place += fmt.Sprintf(":%d", f.Line)
				at += fmt.Sprintf("line=%d,", f.Line)
			}
			if path == "-" {
				at = ""
			}
		}
		kind, level := f.Level, f.Level
		if e.Skipped {
			kind = "not judged"
		}
		if level == "note" {
			level = "notice"
		}
		g.count(kind, f.Rule, place, f.Text)
		if _, err := fmt.Fprintf(g.w, "::%s %stitle=%s::%s\n", level, at,
			githubProperty.Replace(CleanLines(g.title+": "+f.Rule)), githubText.Replace(CleanLines(f.Text))); err != nil {
			return err
		}
	}
	return nil
}

// count counts what was found; all but notes has a row in the summary.
func (g *github) count(kind, rule, place, text string) {
	switch kind {
	case "error":
		g.errs++
	case "warning":
		g.warnings++
	case "note":
		g.notes++
		return
	default:
		g.skipped++
	}
	if g.summary == "" {
		return
	}
	row := "| " + kind + " | " + markdown(rule) + " | " + code(place) + " | " + markdown(text) + " |\n"
	if g.left > 0 || g.rows.Len()+len(row) > mostSummary {
		g.left++
		return
	}
	g.rows.WriteString(row)
}

// close adds the summary to its file.
func (g *github) close(headlines []string) error {
	if g.summary == "" {
		return nil
	}
	failed := func(err error) error {
		return fmt.Errorf("the step's summary (GITHUB_STEP_SUMMARY) was not written: %w", err)
	}
	file, err := os.OpenFile(g.summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return failed(err)
	}
	info, err := file.Stat()
	if err == nil {
		var text string
		if text, err = g.markdown(headlines, mostSummary-int(info.Size())); err != nil {
			err = fmt.Errorf("%s: %w", g.summary, err)
		} else {
			_, err = file.WriteString(text)
		}
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return failed(err)
	}
	return nil
}

// markdown returns the summary, with as many rows as there is room for.
func (g *github) markdown(headlines []string, room int) (string, error) {
	text := "### " + g.title + "\n\n"
	for _, line := range headlines {
		text += markdown(line) + "\n\n"
	}
	text += fmt.Sprintf("%s, %s, %s, %d not judged\n\n", Count(g.errs, "error"), Count(g.warnings, "warning"),
		Count(g.notes, "note"), g.skipped)
	rows := g.rows.String()
	if rows != "" {
		text += "| level | rule | place | text |\n|---|---|---|---|\n"
	}
	const end = "\n%d more are in the log of the step only; GitHub takes 1 MiB of summary.\n\n"
	room -= len(text) + len(end) + len("1000000")
	if room < 0 {
		return "", errors.New("GitHub takes 1 MiB of a step, which is full; run fgctl in a step of its own")
	}
	if len(rows) > room {
		cut := strings.LastIndex(rows[:room], "\n") + 1
		g.left += strings.Count(rows[cut:], "\n")
		rows = rows[:cut]
	}
	if text += rows; g.left > 0 {
		text += fmt.Sprintf(end, g.left)
	}
	return text + "\n", nil
}
