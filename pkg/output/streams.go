package output

import (
	"io"
	"os"
	"runtime"

	"github.com/fatih/color"
	"golang.org/x/term"
)

// Streams are the three streams of a run. A test puts buffers in their place.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
	// InTerminal, OutTerminal and ErrTerminal tell which of them a person sits at.
	InTerminal  bool
	OutTerminal bool
	ErrTerminal bool
	// Width is the number of columns of the terminal behind Out, 0 where there is none or none is known.
	Width int
	// ErrWidth is the same for Err.
	ErrWidth int
	// Console opens the terminal that the run was started from, for answers where In holds something else;
	// nil, or an error, where there is none.
	Console func() (io.Reader, error)
	// Color allows colour; a stream that is no terminal gets none even so.
	Color bool
}

// System returns the streams of the process. Colour is allowed unless NO_COLOR is set (no-color.org) or
// TERM is dumb.
func System() *Streams {
	s := &Streams{
		In:          os.Stdin,
		Out:         os.Stdout,
		Err:         os.Stderr,
		InTerminal:  isTerminal(os.Stdin),
		OutTerminal: isTerminal(os.Stdout),
		ErrTerminal: isTerminal(os.Stderr),
		Console:     console,
		Color:       os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	}
	s.Width = width(os.Stdout, s.OutTerminal)
	s.ErrWidth = width(os.Stderr, s.ErrTerminal)
	return s
}

// console opens the terminal of the process for reading. It is closed when the process ends.
func console() (io.Reader, error) {
	name := "/dev/tty"
	if runtime.GOOS == "windows" {
		name = "CONIN$"
	}
	return os.Open(name)
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func width(f *os.File, terminal bool) int {
	if !terminal {
		return 0
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return w
}

// ink is a colour of the messages on Err.
type ink = color.Attribute

const (
	inkGood  ink = color.FgGreen
	inkWarn  ink = color.FgYellow
	inkBad   ink = color.FgRed
	inkFaint ink = color.Faint
)

// paint colours a piece of text for Err; it returns the text as it is where no colour is wanted.
func (s *Streams) paint(text string, attribute ink) string {
	if !s.Color || !s.ErrTerminal {
		return text
	}
	c := color.New(attribute)
	c.EnableColor()
	return c.Sprint(text)
}

// Bad colours a word of a message on Err about a failure.
func (s *Streams) Bad(text string) string { return s.paint(text, inkBad) }

// Warn colours a word of a message on Err about a risk.
func (s *Streams) Warn(text string) string { return s.paint(text, inkWarn) }
