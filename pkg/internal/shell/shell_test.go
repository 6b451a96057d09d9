package shell

import (
	"os/exec"
	"testing"
)

// A shell reads a quoted word back as it was; plain words stay as they are.
func TestQuote(t *testing.T) {
	for word, want := range map[string]string{
		"web": "web", "a/b.c:d@e%f+g=h,i-j_k": "a/b.c:d@e%f+g=h,i-j_k",
		"": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", "*": "'*'", "a\nb": "'a\nb'", "é": "'é'",
	} {
		got := Quote(word)
		if got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
		if sh, err := exec.LookPath("sh"); err == nil {
			out, err := exec.Command(sh, "-c", "printf %s "+got).Output()
			if err != nil || string(out) != word {
				t.Errorf("%q: the shell reads %q, %v", word, out, err)
			}
		}
	}
}
