package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"plain text stays", "fp-web ✔ größe 名前", "fp-web ✔ größe 名前"},
		{"colour is dropped", "a\x1b[31mred\x1b[0m", "ared"},
		{"window title is dropped with its text", "a\x1b]0;evil\x07b", "ab"},
		{"string ended by ST", "a\x1b]8;;http://x\x1b\\b", "ab"},
		{"8-bit CSI", "a\u009b2Jb", "ab"},
		{"control characters", "a\x00\x07\b\x7fb", "ab"},
		{"a lone escape at the end", "a\x1b", "a"},
		{"bidi override", "a\u202eb\u2066c", "abc"},
		{"line breaks and tabs become a space", "a\nb\tc\r\nd", "a b c d"},
		{"carriage return cannot overwrite the line", "safe\revil", "safeevil"},
		{"broken UTF-8", "a\xffb", "a\ufffdb"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Clean(test.text); got != test.want {
				t.Errorf("Clean(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
	if got := CleanLines("a\n\tb\x1b[1mc"); got != "a\n\tbc" {
		t.Errorf("CleanLines keeps lines and tabs only, got %q", got)
	}
}

func TestCleanLeavesNothingThatSteers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "text"))
		got := Clean(text)
		if strings.ContainsFunc(got, func(r rune) bool { return control(r) || reorders(r) }) {
			t.Fatalf("Clean(%q) = %q", text, got)
		}
		if Clean(got) != got {
			t.Fatalf("Clean is not stable: %q, then %q", got, Clean(got))
		}
	})
}

type thing struct {
	Zulu  string            `json:"zulu"`
	Alpha map[string]string `json:"alpha,omitempty"`
	List  []any             `json:"list"`
	Got   *string           `json:"got"`
}

func TestYAML(t *testing.T) {
	var out bytes.Buffer
	err := YAML(&out, []thing{{
		Zulu:  "on",
		Alpha: map[string]string{"a.b/c": "1", "yes": "x: y"},
		List:  []any{1, 2.5, true, []string{}, map[string]int{}, "two\nlines", "\u009b2J", "\u202e"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := `- zulu: "on"
  alpha:
    a.b/c: "1"
    "yes": 'x: y'
  list:
    - 1
    - 2.5
    - true
    - []
    - {}
    - "two\nlines"
    - "\x9B2J"
    - "\u202e"
  got: null
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	if err := JSON(&out, map[string]string{"a": "<&>\x1b\u009b\u202e"}); err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"a\": \"<&>\\u001b\\u009b\\u202e\"\n}\n"
	if out.String() != want {
		t.Errorf("got %s want %s", &out, want)
	}
}

// JSON and YAML give the same data back, whatever the text.
func TestEncodingsKeepTheData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.MapOf(rapid.String(), rapid.SliceOfN(rapid.String(), 0, 3)).Draw(t, "value")
		var asJSON, asYAML bytes.Buffer
		if err := errors.Join(JSON(&asJSON, value), YAML(&asYAML, value)); err != nil {
			t.Fatal(err)
		}
		var fromJSON, fromYAML map[string][]string
		if err := json.Unmarshal(asJSON.Bytes(), &fromJSON); err != nil {
			t.Fatalf("%v\n%s", err, &asJSON)
		}
		if err := yaml.Unmarshal(asYAML.Bytes(), &fromYAML); err != nil {
			t.Fatalf("%v\n%s", err, &asYAML)
		}
		for _, got := range []map[string][]string{fromJSON, fromYAML} {
			if len(got) != len(value) {
				t.Fatalf("got %q, want %q", got, value)
			}
			for k, list := range value {
				if strings.Join(got[k], "\x00") != strings.Join(list, "\x00") {
					t.Fatalf("%q: got %q, want %q\n%s", k, got[k], list, &asYAML)
				}
			}
		}
	})
}

func buffers() (*Streams, *bytes.Buffer, *bytes.Buffer) {
	var out, errs bytes.Buffer
	return &Streams{In: strings.NewReader(""), Out: &out, Err: &errs, Color: true}, &out, &errs
}

func TestTable(t *testing.T) {
	header := []string{"NAME", "SELECTOR_NAMESPACE", "STATUS"}
	rows := [][]string{{"fp-web", "web", "ACTIVE"}, {"größe", "", "CREATE\x1b[31m_FAILED"}, {"  two  spaces", "x", ""}}
	t.Run("columns are two spaces apart and no line ends in a space", func(t *testing.T) {
		s, out, _ := buffers()
		if err := Table(s, header, rows); err != nil {
			t.Fatal(err)
		}
		want := `NAME           SELECTOR_NAMESPACE  STATUS
fp-web         web                 ACTIVE
größe                              CREATE_FAILED
  two  spaces  x
`
		if out.String() != want {
			t.Errorf("got\n%s\nwant\n%s", out, want)
		}
	})
	t.Run("no header", func(t *testing.T) {
		s, out, _ := buffers()
		if err := Table(s, nil, rows[:1]); err != nil {
			t.Fatal(err)
		}
		if out.String() != "fp-web  web  ACTIVE\n" {
			t.Errorf("got %q", out)
		}
	})
	t.Run("a full disk is an error", func(t *testing.T) {
		s, _, _ := buffers()
		s.Out = fullDisk{}
		if err := Table(s, header, rows); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
	})
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestTableFitsTheTerminal(t *testing.T) {
	s, out, _ := buffers()
	s.OutTerminal, s.Width = true, 80
	arn := "arn:aws:iam::111122223333:role/fargate-pods"
	subnets := "subnet-0aaa0000000000001,subnet-0aaa0000000000002,subnet-0aaa0000000000003"
	if err := Table(s, []string{"NAME", "ROLE", "SUBNETS", "STATUS"}, [][]string{{"fp-web", arn, subnets, "ACTIVE"}}); err != nil {
		t.Fatal(err)
	}
	var joined string
	for line := range strings.Lines(out.String()) {
		if w := displayWidth(strings.TrimRight(line, "\n")); w > 80 {
			t.Errorf("a line has %d columns: %s", w, line)
		}
		joined += line
	}
	if lines := strings.Count(joined, "\n"); lines < 3 {
		t.Errorf("nothing was broken:\n%s", joined)
	}
	for _, id := range strings.Split(subnets, ",") {
		if !strings.Contains(joined, id) {
			t.Errorf("%s was torn apart:\n%s", id, joined)
		}
	}
	s.OutTerminal = false
	out.Reset()
	if err := Table(s, nil, [][]string{{"fp-web", arn, subnets, "ACTIVE"}}); err != nil {
		t.Fatal(err)
	}
	if strings.Count(out.String(), "\n") != 1 {
		t.Errorf("off a terminal a row is one line, got\n%s", out)
	}
}

// Words stay whole as long as the room allows it: the column of the longest cell is not always the one
// to break.
func TestTableBreaksBetweenWordsFirst(t *testing.T) {
	s, out, _ := buffers()
	s.OutTerminal, s.Width = true, 40
	if err := Table(s, nil, [][]string{{"subnet-0aaa0000000000001", "a b c d e f g h i j k l m n o p q r"}}); err != nil {
		t.Fatal(err)
	}
	want := "subnet-0aaa0000000000001  a b c d e f g\n                          h i j k l m n\n                          o p q r\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	out.Reset()
	s.Width = 22
	if err := Table(s, nil, [][]string{{"subnet-0aaa0000000000001", "abcdefghijklmnop"}}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if displayWidth(strings.TrimRight(line, "\n")) > 22 {
			t.Errorf("too wide:\n%s", out)
		}
	}
}

func TestBreakCell(t *testing.T) {
	for _, c := range []struct {
		cell  string
		limit int
		want  string
	}{
		{"error: host-network, host-pid", 12, "error:|host-|network,|host-pid"},
		{"production-web-frontend", 12, "production-|web-frontend"},
		{"web,production-web", 10, "web,|production|-web"},
		{"abcdefgh", 5, "abcde|fgh"},
		{"a-b", 3, "a-b"},
		{"selector 1 of web matches", 8, "selector|1 of web|matches"},
		{"no selector of the two", 11, "no selector|of the two"},
	} {
		if got := strings.Join(breakCell(c.cell, c.limit), "|"); got != c.want {
			t.Errorf("%q in %d: got %s, want %s", c.cell, c.limit, got, c.want)
		}
	}
}

// Every line of a cell begins in the first column.
func TestBreakCellBetweenWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := strings.Join(rapid.SliceOfN(rapid.StringMatching(`[a-z,:名-]{1,12}`), 1, 8).Draw(t, "words"), " ")
		limit := rapid.IntRange(2, 20).Draw(t, "limit")
		lines := breakCell(cell, limit)
		if got := strings.Join(lines, ""); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(cell, " ", "") {
			t.Fatalf("%q became %q", cell, lines)
		}
		for _, line := range lines {
			if line == "" || strings.HasPrefix(line, " ") || displayWidth(line) > limit {
				t.Fatalf("%q in %d became %q", cell, limit, lines)
			}
		}
	})
}

func TestBreakCellLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[a-z0-9,/_é名-]{0,60}`).Draw(t, "cell")
		limit := rapid.IntRange(2, 20).Draw(t, "limit")
		lines := breakCell(cell, limit)
		if strings.Join(lines, "") != cell {
			t.Fatalf("%q became %q", cell, lines)
		}
		for _, line := range lines {
			if displayWidth(line) > limit {
				t.Fatalf("%q is wider than %d", line, limit)
			}
		}
	})
}

func TestChecklist(t *testing.T) {
	s, _, errs := buffers()
	items := []Item{
		{Mark: Pass, Name: "cluster", Text: "demo is ACTIVE"},
		{Mark: Fail, Name: "subnets", Text: "subnet-1 is public", Details: []string{"rtb-1 sends 0.0.0.0/0 to igw-1"}, Hint: "give private subnets"},
		{Mark: Warning, Name: "egress", Text: "no way\nout"},
		{Mark: Skipped, Name: "role", Text: "iam:GetRole is not allowed"},
	}
	if err := Checklist(s, items); err != nil {
		t.Fatal(err)
	}
	want := `✔ cluster  demo is ACTIVE
✗ subnets  subnet-1 is public
           rtb-1 sends 0.0.0.0/0 to igw-1
           → give private subnets
! egress   no way out
- role     skipped: iam:GetRole is not allowed
`
	if errs.String() != want {
		t.Errorf("got\n%s\nwant\n%s", errs, want)
	}
	s.ErrTerminal = true
	errs.Reset()
	if err := Checklist(s, items[:1]); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(errs.String(), "\x1b[32m✔\x1b[0m cluster") {
		t.Errorf("a terminal gets colour, got %q", errs)
	}
}

// What passed is brief, what failed or warns is whole, and one reason to skip is said once.
func TestBriefChecklist(t *testing.T) {
	s, _, errs := buffers()
	why := []string{"because"}
	items := []Item{
		{Mark: Pass, Name: "cluster", Text: "demo is ACTIVE", Details: why, Hint: "look"},
		{Mark: Fail, Name: "subnets", Text: "public", Details: why, Hint: "give private subnets"},
		{Mark: Skipped, Name: "egress", Text: "needs subnets"},
		{Mark: Warning, Name: "role", Text: "old", Details: why},
		{Mark: Skipped, Name: "role-use", Text: "needs subnets"},
		{Mark: Skipped, Name: "slots", Text: "needs subnets", Hint: "its own"},
		{Mark: Skipped, Name: "policy", Text: "not allowed"},
		{Mark: Pass, Name: "siblings", Text: "none"},
	}
	if err := Checklist(s, Brief(items, false)); err != nil {
		t.Fatal(err)
	}
	want := `✔ cluster   demo is ACTIVE
✗ subnets   public
            because
            → give private subnets
- 2 checks  skipped: needs subnets (egress, role-use)
! role      old
            because
- slots     skipped: needs subnets
            → its own
- policy    skipped: not allowed
✔ siblings  none
`
	if errs.String() != want {
		t.Errorf("got\n%s\nwant\n%s", errs, want)
	}
	errs.Reset()
	if err := Checklist(s, Brief(items, true)); err != nil {
		t.Fatal(err)
	}
	want = strings.Replace(strings.Replace(want, "✔ siblings  none\n", "", 1),
		"✔ cluster   demo is ACTIVE", "✔ 2 checks  passed (cluster, siblings)", 1)
	if errs.String() != want {
		t.Errorf("of several lists: got\n%s\nwant\n%s", errs, want)
	}
}

func TestProgressOffATerminal(t *testing.T) {
	s, out, errs := buffers()
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	p := NewProgress(s, func() time.Time { return now })
	p.Update("creating web", "CREATING")
	now = now.Add(30 * time.Second)
	p.Update("creating web", "CREATING")
	p.Note("web-2 is in the way")
	now = now.Add(12 * time.Second)
	p.Update("creating web", "ACTIVE")
	p.Update("deleting old", "DELETING\x1b[2J")
	p.Stop()
	want := `creating web: CREATING
web-2 is in the way
creating web: ACTIVE (after 42s)
deleting old: DELETING
`
	if errs.String() != want || out.Len() != 0 {
		t.Errorf("got\n%s\nwant\n%s\nstdout %q", errs, want, out)
	}
}

// Text is quoted as the YAML library quotes it, whose way of writing a string knows YAML 1.1, too.
func TestYAMLQuotes(t *testing.T) {
	odd := rapid.SampledFrom([]string{"", "yes", "No", "ON", "y", "off", "null", "~", "e5", "1e3", "0x1f", ".inf", "12:30", "-1:30.5", "2026-01-02", "<<", "=", "a: b", "a:b", "a #b", "- a", "?", "[a]", "*", "web-*", "!x", "%a", "@", "'", "\""})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringOf(rapid.RuneFrom([]rune("aeYnofxE019-_./ ()=,;:#~*[]{}?'\"é"))), odd).Draw(t, "text")
		want, err := yaml.Marshal(map[string]string{"k": text})
		var got bytes.Buffer
		if err := errors.Join(err, YAML(&got, map[string]string{"k": text})); err != nil {
			t.Fatal(err)
		}
		if got.String() != string(want) {
			t.Fatalf("%q is written as %s, by the library as %s", text, &got, want)
		}
	})
}
