package cli

// This file prints what match has found, pod after pod: none is kept longer than it takes.

import (
	"bytes"
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

// matchPrinter returns the printer of the format.
func (a *app) matchPrinter(opts matchOptions, gate *matchGate) matchPrinter {
	if opts.quiet {
		return silent{}
	}
	switch opts.output {
	case "json":
		return &matchJSON{w: a.streams.Out}
	case "yaml":
		return &matchYAML{w: a.streams.Out}
	case "junit":
		return newMatchJUnit(a, gate)
	case "sarif":
		return newMatchSARIF(a, gate)
	}
	return &matchTable{app: a, s: a.streams, wide: opts.output == "wide", all: opts.all}
}

// silent prints nothing.
type silent struct{}

func (silent) pod(fargate.Explanation) error { return nil }
func (silent) close(fargate.Summary) error   { return nil }

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
	before := "\n  ]"
	if p.pods == 0 {
		before = "{\n  \"pods\": []"
	}
	var text bytes.Buffer
	if err := output.JSON(&text, summary); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.w, "%s,\n  \"summary\": %s}\n", before, strings.TrimPrefix(indent(text.String(), "  "), "  "))
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
		if _, err := io.WriteString(p.w, "pods: []\n"); err != nil {
			return err
		}
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
