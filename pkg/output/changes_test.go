package output

import (
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/plan"
)

// At 80 columns nothing runs over, and what is broken hangs below its own line; Markdown is not broken.
func TestChanges(t *testing.T) {
	changes := []plan.Change{
		{Name: "web", Kind: plan.Changed, Action: "replace", Before: "web-2", After: "web-3", Differences: []fargate.Difference{
			{Field: "subnets", Have: "subnet-0aaa0000000000001; subnet-0aaa0000000000002", Want: "subnet-0aaa0000000000001"},
			{Field: "tags.note", Have: "a|b", Want: "`c`\x1b[31m"},
		}},
		{Name: "theirs", Kind: plan.Unmanaged, Action: "none", Before: "theirs", After: "theirs"},
	}
	if got, want := Changes("demo", changes, 80), `Cluster demo: 1 changed, 1 unmanaged
  ~ web (now web-2) is replaced by web-3
      subnets: subnet-0aaa0000000000001; subnet-0aaa0000000000002 →
        subnet-0aaa0000000000001
`+"      tags.note: a|b → `c`\n"+`  ? theirs is not in the file, was not made by apply, and stays
`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	markdown := ChangesMarkdown("demo", changes)
	for _, want := range []string{"| ~ `web` | (now web-2) is replaced by web-3 | `subnets` |", "| `tags.note` | <code>a&#124;b</code> | <code>&#96;c&#96;</code> |", "| ? `theirs` | is not in"} {
		if !strings.Contains(markdown, want) {
			t.Errorf("no %q in\n%s", want, markdown)
		}
	}
	if got := ChangesMarkdown("demo", nil); !strings.HasSuffix(got, "no profiles\n\n") {
		t.Errorf("got %q", got)
	}
}
