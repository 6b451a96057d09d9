package output

import "github.com/fgctl/fgctl/pkg/fargate/message"

// Meaning adds what a message means: what was said by whom, cause, cure, a command and the source.
func (t *Text) Meaning(m message.Meaning) {
	const column = 10
	t.SayAfter("", column, m.By+" says: "+m.Said)
	t.SayAfter("  cause   ", column, m.Cause+".")
	t.SayAfter("  cure    ", column, m.Cure+".")
	t.Paste(column, Clean(m.Command)) // one line: its values are of a text that anybody may have written
	t.SayAfter("  source  ", column, m.Source+".")
}
