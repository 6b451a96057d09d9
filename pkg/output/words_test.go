package output

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate/message"
)

func TestWords(t *testing.T) {
	names := []string{"a", "b", "c"}
	for _, c := range []struct{ got, want string }{
		{First(3, names), "a, b, c"},
		{First(5, names), "a, b, c"},
		{First(2, names), "a, b and 1 more"},
		{First(1, names), "a and 2 more"},
		{First(2, nil), ""},
		{Count(0, "pod"), "0 pods"},
		{Count(1, "pod"), "1 pod"},
		{Count(2, "pod"), "2 pods"},
		{Indent("a\n\nb", "  "), "  a\n\n  b"},
		{Indent("a\n  b\n", "> "), "> a\n>   b\n"},
		{Indent("", "  "), ""},
		{Dollars(0), "0.00"},
		{Dollars(36.0456), "36.05"},
		{Dollars(1234567.8), "1234567.80"},
		{plainNumber(0.04048), "0.04048"},
		{plainNumber(0.0000001), "0.0000001"},
		{joinAnd(nil), ""},
		{joinAnd(names[:1]), "a"},
		{joinAnd(names[:2]), "a and b"},
		{joinAnd(names), "a, b and c"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// Sentences break between words and hang; what a reader copies is not broken; nothing steers.
func TestText(t *testing.T) {
	for width, want := range map[int]string{
		0: "  say one two three four five six seven\nx: one two three four five six\n  aws eks describe-cluster --name demo\n  second\n| laid out |\n",
		34: "  say one two three four five six\n    seven\nx: one two three four five six\n  aws eks describe-cluster --name demo\n  second\n" +
			"| laid out |\n",
	} {
		text := Text{Width: width}
		text.Say(2, "%s one two three four\nfive six seven", "say\x1b[2J")
		text.SayAfter("x: ", 3, "one two three\u202e four five six")
		text.Paste(2, "aws eks describe-cluster --name demo\x1b[2J\nsecond")
		text.Add("| laid out |\n")
		if got := text.String(); got != want {
			t.Errorf("%d columns: got\n%s\nwant\n%s", width, got, want)
		}
	}
}

// A meaning says who said what, why, what to do and where that is from; its command stays whole, in one line.
func TestMeaningText(t *testing.T) {
	text := Text{Width: 40}
	text.Meaning(message.Meaning{
		Said: "Pod not supported", By: "fargate-scheduler", Cause: "the pod wants what Fargate does not have",
		Cure: "take it out", Command: "kubectl edit deployment a-long-name -n a-long-namespace\nrm", Source: "EKS User Guide",
	})
	if want := `fargate-scheduler says: Pod not
          supported
  cause   the pod wants what Fargate
          does not have.
  cure    take it out.
          kubectl edit deployment a-long-name -n a-long-namespace rm
  source  EKS User Guide.
`; text.String() != want {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
	text = Text{}
	if text.Meaning(message.Meaning{}); strings.Count(text.String(), "\n") != 4 {
		t.Errorf("without a command there is no line for one:\n%s", text.String())
	}
}

// The words of a message have colour on a terminal alone, and only where it is wanted.
func TestPaint(t *testing.T) {
	for _, c := range []struct {
		terminal, wanted bool
		want             string
	}{
		{true, true, "\x1b[31mError\x1b[0m \x1b[33mWarning\x1b[0m"},
		{false, true, "Error Warning"},
		{true, false, "Error Warning"},
	} {
		s := &Streams{ErrTerminal: c.terminal, Color: c.wanted}
		if got := s.Bad("Error") + " " + s.Warn("Warning"); got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

// NO_COLOR, with any text, and a dumb terminal want no colour (no-color.org).
func TestSystemColour(t *testing.T) {
	for _, c := range []struct {
		none, term string
		want       bool
	}{{"", "xterm", true}, {"1", "xterm", false}, {"0", "xterm", false}, {"", "dumb", false}, {"", "", true}} {
		t.Setenv("NO_COLOR", c.none)
		t.Setenv("TERM", c.term)
		if s := System(); s.Color != c.want || s.In == nil || s.Out == nil || s.Err == nil || s.Console == nil {
			t.Errorf("%+v: got %+v", c, s)
		}
	}
}

func TestEncode(t *testing.T) {
	for format, want := range map[string]string{
		"json": "{\n  \"a\": \"<1>\"\n}\n", "yaml": "a: <1>\n", "table": "", "": "", "JSON": "",
	} {
		var out bytes.Buffer
		done, err := Encode(&out, format, map[string]string{"a": "<1>"})
		if err != nil || done != (want != "") || out.String() != want {
			t.Errorf("%s: got %q, %t, %v", format, &out, done, err)
		}
		if done, err := Encode(fullDisk{}, format, 1); done != (want != "") || done != errors.Is(err, errFull) {
			t.Errorf("%s on a full disk: got %v", format, err)
		}
		if done, err := Encode(&out, format, func() {}); done != (err != nil) {
			t.Errorf("%s of what has no JSON: got %v", format, err)
		}
	}
	var out bytes.Buffer
	if err := JSONWithin(&out, []int{1}, "    "); err != nil || out.String() != "[\n      1\n    ]\n" {
		t.Errorf("within a text: got %q, %v", &out, err)
	}
}
