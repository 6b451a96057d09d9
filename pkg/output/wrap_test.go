package output

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	const text = "one two three four five six seven eight nine ten"
	for _, c := range []struct {
		name, text, hang string
		width            int
		want             []string
	}{
		{"it fits", "short", "", 40, []string{"short"}},
		{"between words", text, "  ", 40, []string{"one two three four five six seven eight", "  nine ten"}},
		{"to the last column", text, "", 39, []string{"one two three four five six seven eight", "nine ten"}},
		{"columns kept", "a    b", "", 40, []string{"a    b"}},
		{"leading spaces", "  1. " + text, "     ", 40, []string{"  1. one two three four five six seven", "     eight nine ten"}},
		{"a long word stays whole", "see " + strings.Repeat("x", 50) + " there", "  ", 40, []string{"see", "  " + strings.Repeat("x", 50), "  there"}},
		{"a long word stays behind its label", "ARN:  " + strings.Repeat("x", 50), "      ", 40, []string{"ARN:  " + strings.Repeat("x", 50)}},
		{"no terminal", text, "", 0, []string{text}},
		{"a narrow terminal", text, "", 20, []string{text}},
		{"a deep indent gives way", "✔ cluster      demo is ACTIVE, version 1.36", "               ", 40, []string{"✔ cluster      demo is ACTIVE, version", "          1.36"}},
		{"wide letters count twice", strings.Repeat("简", 15) + " " + strings.Repeat("简", 6), "", 40, []string{strings.Repeat("简", 15), strings.Repeat("简", 6)}},
		{"nothing", "", "", 40, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Wrap(c.text, c.width, c.hang); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// No word is lost or broken, and only a word that is too long makes a line too long.
func TestWrapKeepsWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z ]{0,200}`).Draw(t, "text")
		width := rapid.IntRange(30, 60).Draw(t, "width")
		lines := Wrap(text, width, "")
		if got, want := strings.Fields(strings.Join(lines, " ")), strings.Fields(text); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Fatalf("words are %q, were %q", got, want)
		}
		for _, line := range lines {
			if len(line) > width && len(strings.Fields(line)) > 1 && len(strings.TrimRight(line, " ")) > width {
				t.Fatalf("%q is wider than %d", line, width)
			}
		}
	})
}

// A message breaks between words, and a command stands whole on a line of its own, at any width.
func TestMessage(t *testing.T) {
	text := "profile web is CREATING and that takes a while\n  selectors: a\nto wait for it: fgctl wait fp web --for active --cluster demo\n" +
		"then run\nkubectl get pods"
	for width, want := range map[int]string{
		0: `Error: profile web is CREATING and that takes a while
    selectors: a
  to wait for it:
    fgctl wait fp web --for active --cluster demo
  then run
    kubectl get pods`,
		40: `Error: profile web is CREATING and that
    takes a while
    selectors: a
  to wait for it:
    fgctl wait fp web --for active --cluster demo
  then run
    kubectl get pods`,
	} {
		if got := Message("Error: ", text, width); got != want {
			t.Errorf("%d columns: got\n%s\nwant\n%s", width, got, want)
		}
	}
	failure := "not read: the pods: kubectl get pods: connection to localhost:8080 was refused"
	if got, want := Message("", failure, 50), "not read: the pods: kubectl get pods: connection\n    to localhost:8080 was refused"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	prose := "fgctl gets Fargate profiles only; for clusters: aws eks list-clusters"
	if got, want := Message("", prose, 0), "fgctl gets Fargate profiles only; for clusters:\n    aws eks list-clusters"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
