package output

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// Of a line that is too long the subject goes first, then the status; the time stays.
func TestProgressLineFitsTheTerminal(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		width  int
		status string
		want   string
	}{
		{0, "CREATING", " profile a-long-name-名: CREATING  42s"},
		{200, "CREATING", " profile a-long-name-名: CREATING  42s  (usually 20s to 6m; Ctrl-C is safe)"},
		{80, "CREATING", " profile a-long-name-名: CREATING  42s  (usually 20s to 6m; Ctrl-C is safe)"},
		{80, "DELETING", " profile a-long-name-名: DELETING  42s  (usually 2m to 20m; Ctrl-C is safe)"},
		{80, "ACTIVE", " profile a-long-name-名: ACTIVE  42s"},
		{77, "CREATING", " profile a-long-name-名: CREATING  42s  (usually 20s to 6m; Ctrl-C is safe)"},
		{76, "CREATING", " profile a-long-name-名: CREATING  42s  (Ctrl-C is safe)"},
		{58, "CREATING", " profile a-long-name-名: CREATING  42s  (Ctrl-C is safe)"},
		{57, "CREATING", " profile a-long-name-名: CREATING  42s"},
		{40, "CREATING", " profile a-long-name-名: CREATING  42s"},
		{30, "CREATING", " profile a-l…: CREATING  42s"},
		{20, "CREATING", " p…: CREATING  42s"},
		{19, "CREATING", " …: CREATING  42s"},
		{18, "CREATING", " …: CREATI…  42s"},
		{16, "CREATING", " …: CREA…  42s"},
		{40, "unknown, asking again (throttled by EKS)", " …: unknown, asking again (throt…  42s"},
	} {
		s, _, _ := buffers()
		s.ErrWidth = test.width
		p := NewProgress(s, func() time.Time { return now })
		p.Update("profile a-long-name-名", test.status)
		p.since = now.Add(-42 * time.Second)
		if got := p.line(); got != test.want || test.width > 0 && displayWidth(got) > test.width-2 {
			t.Errorf("%d columns: got %q, want %q", test.width, got, test.want)
		}
	}
}

// terminal returns streams whose Err is taken for a terminal, a function that reads up to a text what is drawn there,
// and one that reads the rest.
func terminal(t *testing.T) (s *Streams, until func(string), rest func() string) {
	t.Helper()
	t.Setenv("TERM", "xterm")
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	until = func(want string) {
		t.Helper()
		var got strings.Builder
		for one := make([]byte, 1); !strings.HasSuffix(got.String(), want); got.Write(one) {
			if _, err := in.Read(one); err != nil {
				t.Fatalf("%v before %q: %q", err, want, &got)
			}
		}
	}
	rest = func() string {
		t.Helper()
		_ = out.Close()
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	return &Streams{Err: out, ErrTerminal: true, ErrWidth: 80}, until, rest
}

// A note breaks between words, as all messages do.
func TestNoteFitsTheTerminal(t *testing.T) {
	s, _, errs := buffers()
	s.ErrWidth = 40
	NewProgress(s, time.Now).Note("profile web is DELETING; EKS allows one transition at a time")
	if want := "profile web is DELETING; EKS allows one\n  transition at a time\n"; errs.String() != want {
		t.Errorf("got %q, want %q", errs, want)
	}
}

// What is dropped leaves no line, however long it took, and a late Await does not bring it back.
func TestDroppedLine(t *testing.T) {
	s, until, rest := terminal(t)
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	p := NewProgress(s, func() time.Time { return now })
	p.Await("cluster demo")
	until(" cluster demo: asking  0s")
	now = now.Add(time.Minute)
	p.Drop()
	p.Await("cluster demo")
	p.Stop()
	if got := rest(); got[strings.LastIndex(got, eraseLine):] != eraseLine {
		t.Errorf("%q stays", got)
	}
}

func TestLiveLine(t *testing.T) {
	s, until, rest := terminal(t)
	clock := make(chan time.Time, 1)
	clock <- time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	pass := func(d time.Duration) { clock <- (<-clock).Add(d) }
	p := NewProgress(s, func() time.Time { now := <-clock; clock <- now; return now })
	p.Await("profile web")
	until("\r\x1b[K⠋ profile web: asking  0s") // before any answer
	until("⠙ profile web: asking  0s")         // it moves
	pass(3 * time.Second)
	p.Update("profile web", "CREATING")
	p.Await("profile web") // known already
	until(" profile web: CREATING  3s")
	p.Note("web-2 is in the way")
	until("\r\x1b[Kweb-2 is in the way\n\r\x1b[K")
	pass(39 * time.Second)
	p.Update("profile web", "ACTIVE")
	p.Update("profile old", "DELETING")
	until("\r\x1b[Kprofile web: ACTIVE (after 42s)\n\r\x1b[K")
	p.Stop()
	p.Stop()
	p.Note("the end")
	if drawn := rest(); !strings.HasSuffix(drawn, " profile old: DELETING  0s  (usually 2m to 20m; Ctrl-C is safe)\r\x1b[Kthe end\n") {
		t.Errorf("what took no second leaves a line: %q", drawn)
	}
}

// A terminal without cursor control gets lines.
func TestNoLiveLineOnADumbTerminal(t *testing.T) {
	s, _, rest := terminal(t)
	t.Setenv("TERM", "dumb")
	p := NewProgress(s, time.Now)
	p.Await("profile web")
	p.Update("profile web", "CREATING")
	p.Stop()
	if got := rest(); got != "profile web: CREATING\n" {
		t.Errorf("got %q", got)
	}
}
