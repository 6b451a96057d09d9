package output

import (
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/message"
)

// Meaning returns what a message means in lines for Out: what was said by whom, cause, cure, a command and the source.
// A command is not broken, so that it can be pasted.
func Meaning(s *Streams, m message.Meaning) string {
	width := 0
	if s.OutTerminal {
		width = s.Width
	}
	var out strings.Builder
	say := func(begin, text string) {
		for _, line := range Wrap(begin+Clean(text), width, "          ") {
			out.WriteString(line + "\n")
		}
	}
	say("", fmt.Sprintf("%s says: %s", m.By, m.Said))
	say("  cause   ", m.Cause+".")
	say("  cure    ", m.Cure+".")
	if m.Command != "" {
		out.WriteString("          " + Clean(m.Command) + "\n")
	}
	say("  source  ", m.Source+".")
	return out.String()
}
