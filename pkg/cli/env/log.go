package env

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/fgctl/fgctl/pkg/output"
)

// DebugLog returns the writer for a line per AWS request, nil where none is wanted.
func (e *Env) DebugLog() io.Writer {
	switch {
	case e.Global.Verbose >= VerboseRequests:
		return e.Streams.Err
	case e.Global.DumpLogs:
		return e.dump
	}
	return nil
}

// logBodies reports whether the debug log shows bodies.
func (e *Env) logBodies() bool { return e.Global.Verbose >= VerboseBodies || e.Global.DumpLogs }

// DumpLog writes the collected debug log to Err, after a failure with --dumpLogs.
func (e *Env) DumpLog() {
	if text := e.dump.String(); text != "" {
		_, _ = fmt.Fprintf(e.Streams.Err, "debug log of the failed run:\n%s", output.CleanLines(text))
	}
}

// lockedBuffer is a buffer that parallel requests can write their log to.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
