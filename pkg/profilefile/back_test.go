package profilefile_test

import (
	"bytes"
	"io"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/profilefile"
)

// What is written is read back the same, in both formats.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := profilefile.Profiles().Draw(t, "profile")
		items := []profilefile.Item{profilefile.ItemOf(want)}
		for name, write := range map[string]func(io.Writer, any) error{"json": output.JSON, "yaml": output.YAML} {
			var text bytes.Buffer
			if err := write(&text, items); err != nil {
				t.Fatal(err)
			}
			f, err := profilefile.Parse("f", text.Bytes())
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, &text)
			}
			if got := f.Profiles[0].Profile; !reflect.DeepEqual(got, want) {
				t.Fatalf("%s:\ngot  %#v\nwant %#v\n%s", name, got, want, &text)
			}
		}
	})
}
