package why

import (
	"fmt"
	"io"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/output"
)

// most is how many pods and nodes of a case are named.
const most = 5

// show writes the answer to Out, and what was not read to Err where the format has no place for it.
func show(e *env.Env, format string, found answer) error {
	switch format {
	case "json":
		return output.JSON(e.Streams.Out, found)
	case "yaml":
		return output.YAML(e.Streams.Out, found)
	}
	for _, text := range found.Unread {
		e.Warn("not read, so not judged: %s", text)
	}
	var out strings.Builder
	width := 0
	if e.Streams.OutTerminal {
		width = e.Streams.Width
	}
	say := func(begin, text string) {
		hang := strings.Repeat(" ", len(begin)-len(strings.TrimLeft(begin, " "))+2)
		for _, line := range output.Wrap(begin+output.Clean(text), width, hang) {
			out.WriteString(line + "\n")
		}
	}
	for _, c := range found.Cases {
		tell(say, func(line string) { out.WriteString("      " + output.Clean(line) + "\n") }, c)
		out.WriteString("\n")
	}
	switch {
	case len(found.Cases) == 0 && found.unsided:
		say("", fmt.Sprintf("%s looked at: none waits.", output.Count(found.Looked, "pod")))
	case len(found.Cases) == 0:
		say("", fmt.Sprintf("%s looked at: none waits, and none is on the wrong side.", output.Count(found.Looked, "pod")))
	default:
		affected := 0
		for _, c := range found.Cases {
			affected += len(c.Pods)
		}
		say("", fmt.Sprintf("%s looked at, %d of them in %s.",
			output.Count(found.Looked, "pod"), affected, output.Count(len(found.Cases), "case")))
	}
	_, err := io.WriteString(e.Streams.Out, out.String())
	return err
}

// several names the first of many.
func several(names []string) string {
	text := strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// tell writes one case; paste writes what a reader copies, which is not broken.
func tell(say func(begin, text string), paste func(string), c diagnose.Case) {
	say("", fmt.Sprintf("%s in namespace %s: %s (%s)", c.Owner, c.Namespace, c.State, several(c.Pods)))
	if len(c.Nodes) > 0 {
		say("  seen: ", "nodes of the pods: "+several(c.Nodes))
	}
	for _, f := range c.Evidence {
		say("  seen: ", f.From+": "+f.Text)
	}
	for _, cause := range c.Causes {
		word := "perhaps"
		if cause.Certain {
			word = "cause"
		}
		say("  "+word+": ", cause.Text+" ["+cause.Code+"]")
		if cause.Cure != "" {
			say("    → ", cause.Cure)
		}
		if cause.Command != "" {
			paste(cause.Command)
		}
	}
}
