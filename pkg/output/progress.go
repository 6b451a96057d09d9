package output

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/briandowns/spinner"
	"github.com/fatih/color"
)

// frame is the time between two pictures of the live line.
const frame = 120 * time.Millisecond

// Progress shows one operation after another on Err. Its methods may be called from several
// goroutines.
type Progress struct {
	streams *Streams
	now     func() time.Time
	live    *spinner.Spinner

	mu      sync.Mutex
	subject string
	status  string
	since   time.Time
	shown   map[string]string
}

// NewProgress returns a progress that takes the time from now. Where Err is a terminal it draws a live
// line, from the first Update to Stop.
func NewProgress(s *Streams, now func() time.Time) *Progress {
	p := &Progress{streams: s, now: now, shown: map[string]string{}}
	if file, ok := s.Err.(*os.File); ok && s.ErrTerminal && os.Getenv("TERM") != "dumb" {
		// The cursor stays: a run that is killed could not bring it back.
		p.live = spinner.New(spinner.CharSets[14], frame, spinner.WithWriterFile(file), spinner.WithHiddenCursor(false))
		if !s.Color {
			color.NoColor = true // the only way to tell the spinner
		}
		p.live.PreUpdate = func(l *spinner.Spinner) { l.Suffix = p.line() }
	}
	return p
}

// Update says that the subject ("creating web") is now in the status ("CREATING"). The time that is
// shown counts from the first Update of the subject. Repeating a status is silent off a terminal.
func (p *Progress) Update(subject, status string) {
	subject, status = Clean(subject), Clean(status)
	p.mu.Lock()
	if subject != p.subject {
		p.since = p.now()
	}
	p.subject, p.status = subject, status
	told := p.shown[subject] == status
	p.shown[subject] = status
	elapsed := p.now().Sub(p.since)
	p.mu.Unlock()
	switch {
	case p.live != nil:
		p.live.Start()
	case !told:
		p.print(fmt.Sprintf("%s: %s%s\n", subject, status, after(elapsed)))
	}
}

// Note writes a line of its own, above the live line where there is one.
func (p *Progress) Note(text string) {
	if p.live != nil && p.live.Active() {
		p.live.Lock()
		defer p.live.Unlock()
		p.print("\r\x1b[K")
	}
	p.print(Clean(text) + "\n")
}

// Stop clears the live line. An Update afterwards draws it again.
func (p *Progress) Stop() {
	if p.live != nil {
		p.live.Stop()
	}
}

// print drops the error of a closed Err: there is nobody left to tell it to.
func (p *Progress) print(text string) { _, _ = fmt.Fprint(p.streams.Err, text) }

// line is the live line behind the spinner, cut so that the terminal does not wrap it.
func (p *Progress) line() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	elapsed := p.now().Sub(p.since).Truncate(time.Second)
	text := fmt.Sprintf(" %s: %s  %s", p.subject, p.status, elapsed)
	if room := p.streams.ErrWidth - 2; room > 0 && displayWidth(text) > room {
		text = cut(text, room)
	}
	return text
}

// cut shortens text to the columns given, with an ellipsis at its end.
func cut(text string, columns int) string {
	w := 1
	for i, r := range text {
		w += runeWidth(r)
		if w > columns {
			return text[:i] + "…"
		}
	}
	return text
}

// after says the elapsed time where it is worth a word.
func after(elapsed time.Duration) string {
	if elapsed < time.Second {
		return ""
	}
	return fmt.Sprintf(" (after %s)", elapsed.Truncate(time.Second))
}
