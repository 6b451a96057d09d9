package output

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
)

// spoolMemory is how many bytes are kept in memory.
const spoolMemory = 8 << 20

// Spool is a text that grows at its end and is read once, from its beginning. Only its beginning takes memory.
type Spool struct {
	memory bytes.Buffer
	file   *os.File // what is beyond spoolMemory; nil before
	size   int64
	err    error // of writing
}

// Write adds to the text.
func (s *Spool) Write(p []byte) (n int, err error) {
	defer func() { s.size, s.err = s.size+int64(n), err }()
	if s.file == nil && s.memory.Len()+len(p) <= spoolMemory {
		return s.memory.Write(p)
	}
	if s.file == nil {
		if s.file, err = os.CreateTemp("", "fgctl-*"); err != nil {
			return 0, err
		}
		// Where the system allows it, the file has no name from here on, so that no end of the run leaves it.
		_ = os.Remove(s.file.Name())
	}
	return s.file.Write(p)
}

// Reader returns the whole text, or the error of writing it. Nothing is written after it.
func (s *Spool) Reader() (io.Reader, error) {
	if s.err != nil {
		return nil, s.err
	}
	if s.file == nil {
		return &s.memory, nil
	}
	_, err := s.file.Seek(0, io.SeekStart)
	return io.MultiReader(&s.memory, s.file), err
}

// Close removes the file, if there is one.
func (s *Spool) Close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if removal := os.Remove(s.file.Name()); !errors.Is(removal, fs.ErrNotExist) {
		err = errors.Join(err, removal)
	}
	return err
}
