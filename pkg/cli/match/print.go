package match

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
)

// printer takes explanations and, at the end, their summary.
type printer interface {
	pod(fargate.Explanation) error
	close(fargate.Summary) error
}

// newPrinter returns the printer of the format.
func newPrinter(e *env.Env, opts options, guide *guide, gate *gate) printer {
	if opts.quiet {
		return silent{}
	}
	switch opts.output {
	case "json":
		return &jsonPrinter{w: e.Streams.Out}
	case "yaml":
		return &yamlPrinter{w: e.Streams.Out}
	}
	if slices.Contains(output.ReportFormats, opts.output) {
		return &reportPrinter{guide, gate, e.Report(opts.output, "fgctl match", reportRules())}
	}
	guide.folds, guide.told = opts.output == "table", map[string]bool{}
	return &tablePrinter{guide: guide, s: e.Streams, wide: opts.output == "wide", all: opts.all}
}

// silent prints nothing.
type silent struct{}

func (silent) pod(fargate.Explanation) error { return nil }
func (silent) close(fargate.Summary) error   { return nil }

// jsonPrinter writes {"pods":[…],"summary":{…}}, the same text as if it were written at once.
type jsonPrinter struct {
	w    io.Writer
	pods int
	text bytes.Buffer // of the pod at hand
}

func (p *jsonPrinter) pod(e fargate.Explanation) error {
	before := ",\n    "
	if p.pods == 0 {
		before = "{\n  \"pods\": [\n    "
	}
	p.pods++
	p.text.Reset()
	p.text.WriteString(before)
	if err := output.JSONWithin(&p.text, e, "    "); err != nil {
		return err
	}
	_, err := p.w.Write(bytes.TrimSuffix(p.text.Bytes(), []byte("\n")))
	return err
}

func (p *jsonPrinter) close(summary fargate.Summary) error {
	before := "\n  ]"
	if p.pods == 0 {
		before = "{\n  \"pods\": []"
	}
	p.text.Reset()
	if err := output.JSONWithin(&p.text, summary, "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.w, "%s,\n  \"summary\": %s}\n", before, p.text.Bytes())
	return err
}

// yamlPrinter writes the same as YAML.
type yamlPrinter struct {
	w    io.Writer
	pods int
}

func (p *yamlPrinter) pod(e fargate.Explanation) error {
	var text bytes.Buffer
	if err := output.YAML(&text, []fargate.Explanation{e}); err != nil {
		return err
	}
	before := ""
	if p.pods == 0 {
		before = "pods:\n"
	}
	p.pods++
	_, err := io.WriteString(p.w, before+output.Indent(text.String(), "  "))
	return err
}

func (p *yamlPrinter) close(summary fargate.Summary) error {
	if p.pods == 0 {
		if _, err := io.WriteString(p.w, "pods: []\n"); err != nil {
			return err
		}
	}
	return output.YAML(p.w, map[string]fargate.Summary{"summary": summary})
}
