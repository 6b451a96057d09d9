package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A settings file of any size is read in seconds, and few of its faults are told.
func TestLargeSettings(t *testing.T) {
	var keys strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&keys, "k%d:\n", i)
	}
	for _, c := range []struct{ name, text, want string }{
		{"many keys", keys.String(), ": there may be more faults from line 21 on"},
		{"too large", strings.Repeat("# comment\n", 1<<17), "it is larger than 1 MiB"},
	} {
		path := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		data, err := readSettingsFile(path)
		if err == nil {
			_, _, err = parseSettings(path, data, allFlags(Root()))
		}
		if err == nil || !strings.HasSuffix(err.Error(), c.want) || strings.Count(err.Error(), "\n") > maxSettingsFaults {
			t.Errorf("%s: %v", c.name, err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: it took %s", c.name, took)
		}
	}
}

// Whatever a settings file says, each flag takes its value or refuses it in words.
func FuzzSettings(f *testing.F) {
	for _, text := range []string{"region: us-east-1\n", "fail-on: [errors, warnings]\ntimeout: 1e9s\n", "labels: {a: b}\nselector: |\n  namespace=a\n  namespace=b\n", "a: &a [*a]\n", "cluster: &c x\nregion: *c\n", "? [a]\n: b\n", "verbose: 5\nverbose: 4\n", "tags: [[a]]"} {
		f.Add(text)
	}
	flags := allFlags(Root())
	f.Fuzz(func(t *testing.T, text string) {
		defer time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("over 5s for %q", text)) }).Stop()
		values, lines, err := parseSettings("f", []byte(text), flags)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("a fault without words")
			}
			return
		}
		for _, cmd := range Root().Commands() {
			for name, value := range values {
				if lines[name] < 1 {
					t.Fatalf("%q has no line", name)
				}
				if flag := cmd.Flags().Lookup(name); flag != nil {
					if err := setFlag(flag, value); err != nil && err.Error() == "" {
						t.Fatal("a fault without words")
					}
				}
			}
		}
	})
}
