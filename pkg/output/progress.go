package output

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// frame is the time between two pictures of the live line.
const frame = 120 * time.Millisecond

var pictures = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

// eraseLine takes a terminal's cursor to the begin of its line, and clears that.
const eraseLine = "\r\x1b[K"

// Progress shows one operation after another on Err. Its methods may be called from several
// goroutines.
type Progress struct {
	streams Streams
	now     func() time.Time
	live    *os.File // the terminal with the live line, nil where there is none

	mu      sync.Mutex
	subject string
	status  string
	since   time.Time
	shown   map[string]string
	picture int
	drawing chan struct{} // closed to end the drawing; nil while nothing is drawn
}

// NewProgress returns a progress that takes the time from now. Where Err is a terminal it draws a live
// line, from the first Await or Update to Stop.
func NewProgress(s *Streams, now func() time.Time) *Progress {
	p := &Progress{streams: *s, now: now, shown: map[string]string{}}
	if file, ok := s.Err.(*os.File); ok && s.ErrTerminal && os.Getenv("TERM") != "dumb" {
		p.live = file
	}
	return p
}

// Await says that the subject is asked for, so that the live line is there before the first answer. It is
// silent off a terminal, and about the subject that is shown already.
func (p *Progress) Await(subject string) {
	subject = Clean(subject)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live != nil && (subject != p.subject || p.drawing == nil) {
		p.turn(subject, "asking")
		p.draw()
	}
}

// Update says that the subject ("creating web") is now in the status ("CREATING"). The time that is
// shown counts from the first Await or Update of the subject. Repeating a status is silent off a terminal.
func (p *Progress) Update(subject, status string) {
	subject, status = Clean(subject), Clean(status)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn(subject, status)
	told := p.shown[subject] == status
	p.shown[subject] = status
	switch {
	case p.live != nil:
		p.draw()
	case !told:
		p.print(p.result() + "\n")
	}
}

// turn makes the subject and its status those that are shown; the live line of another subject ends.
func (p *Progress) turn(subject, status string) {
	if subject != p.subject {
		p.end()
		p.since = p.now()
	}
	p.subject, p.status = subject, status
}

// Note writes a line of its own, above the live line where there is one.
func (p *Progress) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text = strings.Join(Wrap(Clean(text), p.streams.ErrWidth, "  "), "\n") + "\n"
	if p.drawing == nil {
		p.print(text)
		return
	}
	p.print(eraseLine + text)
	p.draw()
}

// Stop ends the live line. What took a second or more stays as a line with the time that it took. An Update
// afterwards draws the live line again.
func (p *Progress) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end()
}

// Drop ends the live line for good and leaves nothing of it.
func (p *Progress) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since = p.now() // nothing took its time
	p.end()
	p.live = nil
}

func (p *Progress) end() {
	if p.drawing == nil {
		return
	}
	close(p.drawing)
	p.drawing = nil
	p.print(eraseLine)
	if p.now().Sub(p.since) >= time.Second {
		p.print(p.result() + "\n")
	}
}

// draw draws the live line and sees to it that it moves. The cursor stays: a run that is killed could not
// bring it back.
func (p *Progress) draw() {
	if p.drawing == nil {
		p.drawing = make(chan struct{})
		go p.animate(p.drawing)
	}
	if columns := width(p.live, true); columns > 0 {
		p.streams.ErrWidth = columns // the window may have another size by now
	}
	p.print(eraseLine + string(pictures[p.picture]) + p.line())
}

func (p *Progress) animate(drawing chan struct{}) {
	ticker := time.NewTicker(frame)
	defer ticker.Stop()
	for {
		select {
		case <-drawing:
			return
		case <-ticker.C:
		}
		p.mu.Lock()
		if p.drawing == drawing {
			p.picture = (p.picture + 1) % len(pictures)
			p.draw()
		}
		p.mu.Unlock()
	}
}

// print drops the error of a closed Err: there is nobody left to tell it to.
func (p *Progress) print(text string) { _, _ = fmt.Fprint(p.streams.Err, text) }

// result is the line that stays.
func (p *Progress) result() string {
	return fmt.Sprintf("%s: %s%s", p.subject, p.status, after(p.now().Sub(p.since)))
}

// usual is how long a transition takes as users have reported it (aws/containers-roadmap#2392, eksctl#6375: 19 s to 6
// min to create; aws/containers-roadmap#1211 and #2392: 2 to 20 min and more to delete).
var usual = map[string]string{
	string(fargate.StatusCreating): "usually 20s to 6m",
	string(fargate.StatusDeleting): "usually 2m to 20m",
}

// besides is what there is room to say of a transition.
func (p *Progress) besides(room int) string {
	const safe = "Ctrl-C is safe)"
	switch long := usual[p.status]; {
	case long == "":
	case room >= len("  (; ")+len(long)+len(safe):
		return "  (" + long + "; " + safe
	case room >= len("  (")+len(safe):
		return "  (" + safe
	}
	return ""
}

// line is the live line behind the picture, cut so that the terminal does not wrap it. Of a line that is
// too long the subject goes first, the time never.
func (p *Progress) line() string {
	elapsed := fmt.Sprintf("  %s", p.now().Sub(p.since).Truncate(time.Second))
	subject, status, besides := " "+p.subject, ": "+p.status, ""
	if room := p.streams.ErrWidth - 2; room > 0 {
		room -= displayWidth(elapsed)
		status = cut(status, room-2)
		room -= displayWidth(status)
		subject = cut(subject, room)
		besides = p.besides(room - displayWidth(subject))
	}
	return subject + status + elapsed + besides
}

// cut shortens text to the columns given, with an ellipsis at its end.
func cut(text string, columns int) string {
	if displayWidth(text) <= columns {
		return text
	}
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
