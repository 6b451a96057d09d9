package document

import (
	"errors"
	"io"
)

// idleDocuments is how many times the size of the largest document is read for nothing before reading ends: text
// behind a document that is too large, blank lines, comments, empty documents. It bounds an endless input.
const idleDocuments = 4

var (
	errIdle = errors.New("nothing was found in what was read")
	errNUL  = errors.New("NUL")
)

// bounded is a reader that fails when most bytes were read since idle was last set to 0.
type bounded struct {
	r          io.Reader
	idle, most int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.idle > b.most {
		return 0, errIdle
	}
	n, err := b.r.Read(p)
	b.idle += n
	return n, err
}
