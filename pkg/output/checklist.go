package output

import (
	"fmt"
	"io"
	"strings"
)

// Mark is the outcome of one item of a checklist.
type Mark string

// The marks of a checklist.
const (
	Pass    Mark = "pass"
	Warning Mark = "warn"
	Fail    Mark = "fail"
	Skipped Mark = "skipped"
)

// sign is the mark as one character, in its colour.
func (m Mark) sign() (string, ink) {
	switch m {
	case Pass:
		return "✔", inkGood
	case Warning:
		return "!", inkWarn
	case Fail:
		return "✗", inkBad
	default:
		return "-", inkFaint
	}
}

// Item is one line of a checklist. Details are shown below it, one a line; Hint says what to do.
type Item struct {
	Mark    Mark
	Name    string
	Text    string
	Details []string
	Hint    string
}

// Brief drops the details of the items that passed, and folds those that were skipped for one reason into one; for one
// of several lists those that passed too.
func Brief(items []Item, several bool) []Item {
	var out []Item
	folded := map[string]int{} // where the items of a reason are
	for _, item := range items {
		if item.Mark == Pass {
			item.Details, item.Hint = nil, ""
			if several {
				item.Text = "passed"
			}
		}
		fold := item.Mark == Skipped || item.Mark == Pass && several
		if fold && len(item.Details) == 0 && item.Hint == "" {
			if at, again := folded[item.Text]; again {
				out[at].Details = append(out[at].Details, item.Name)
				continue
			}
			folded[item.Text] = len(out)
		}
		out = append(out, item)
	}
	for _, at := range folded {
		if names := out[at].Details; len(names) > 0 {
			all := append([]string{out[at].Name}, names...)
			out[at].Name, out[at].Details = fmt.Sprintf("%d checks", len(all)), nil
			out[at].Text += " (" + strings.Join(all, ", ") + ")"
		}
	}
	return out
}

// Checklist writes the items to Err, one a line, with details and hint indented below. Only a terminal
// gets colour.
func Checklist(s *Streams, items []Item) error {
	name := 0
	for _, item := range items {
		name = max(name, displayWidth(item.Name))
	}
	var out strings.Builder
	for _, item := range items {
		sign, colour := item.Mark.sign()
		pad := strings.Repeat(" ", name-displayWidth(item.Name))
		text := Clean(item.Text)
		if item.Mark == Skipped {
			text = "skipped: " + text
		}
		indent := strings.Repeat(" ", name+4)
		fmt.Fprintf(&out, "%s %s%s  %s\n", s.paint(sign, colour), item.Name, pad, s.hang(text, indent))
		for _, detail := range item.Details {
			fmt.Fprintf(&out, "%s%s\n", indent, s.hang(Clean(detail), indent+"  "))
		}
		if item.Hint != "" {
			fmt.Fprintf(&out, "%s%s %s\n", indent, s.paint("→", inkFaint), s.hang(Clean(item.Hint), indent+"  "))
		}
	}
	_, err := io.WriteString(s.Err, out.String())
	return err
}

// hang breaks text where the terminal behind Err would break it in the middle of a word; text begins
// after the indent, and so do the lines after the first.
func (s *Streams) hang(text, indent string) string {
	return strings.TrimPrefix(strings.Join(Wrap(indent+text, s.ErrWidth, indent), "\n"), indent)
}
