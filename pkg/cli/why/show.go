package why

import (
	"io"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/output"
)

// most is how many pods and nodes of a case are named.
const most = 5

// show writes the answer to Out, and what was not read to Err where the format has no place for it.
func show(e *env.Env, format string, found answer) error {
	if done, err := output.Encode(e.Streams.Out, format, found); done {
		return err
	}
	for _, text := range found.Unread {
		e.Warn("not read, so not judged: %s", text)
	}
	out, affected := output.Text{Width: e.Streams.Width}, 0
	for _, c := range found.Cases {
		tell(&out, c)
		out.Add("\n")
		affected += len(c.Pods)
	}
	switch looked := output.Count(found.Looked, "pod"); {
	case affected > 0:
		out.Say(0, "%s looked at, %d of them in %s.", looked, affected, output.Count(len(found.Cases), "case"))
	case found.unsided:
		out.Say(0, "%s looked at: none waits.", looked)
	default:
		out.Say(0, "%s looked at: none waits, and none is on the wrong side.", looked)
	}
	_, err := io.WriteString(e.Streams.Out, out.String())
	return err
}

// tell writes one case.
func tell(out *output.Text, c diagnose.Case) {
	out.Say(0, "%s in namespace %s: %s (%s)", c.Owner, c.Namespace, c.State, output.First(most, c.Pods))
	if len(c.Nodes) > 0 {
		out.Say(2, "seen: nodes of the pods: %s", output.First(most, c.Nodes))
	}
	for _, f := range c.Evidence {
		out.Say(2, "seen: %s: %s", f.From, f.Text)
	}
	for _, cause := range c.Causes {
		word := "perhaps"
		if cause.Certain {
			word = "cause"
		}
		out.Say(2, "%s: %s [%s]", word, cause.Text, cause.Code)
		if cause.Cure != "" {
			out.Say(4, "→ %s", cause.Cure)
		}
		out.Paste(6, output.Clean(cause.Command)) // one line: its values may be anybody's text
	}
}
