package document

import (
	"errors"
	"io"
	"unicode/utf8"
)

// idleDocuments is how many times the size of the largest document is read for nothing before reading ends: text
// behind a document that is too large, blank lines, comments, empty documents. It bounds an endless input.
const idleDocuments = 4

var (
	errIdle  = errors.New("nothing was found in what was read")
	errLarge = errors.New("the value is too large")
	errNUL   = errors.New("NUL")
)

// bounded is a reader that fails when mostIdle bytes were read since idle was last set to 0, and within a value when
// most bytes were read of it; most is 0 outside of values.
type bounded struct {
	r              io.Reader
	idle, mostIdle int
	value, most    int
}

func (b *bounded) Read(p []byte) (int, error) {
	switch {
	case b.most > 0 && b.value > b.most:
		return 0, errLarge
	case b.idle > b.mostIdle:
		return 0, errIdle
	}
	n, err := b.r.Read(p[:min(len(p), bufferSize)])
	b.idle += n
	b.value += n
	return n, err
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(text []byte) int {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
	return -1
}
