package sandbox

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// Transport answers requests in process: what a client gets is what it would get over HTTP, without
// listener, connection and goroutine. Faults come as their errors: a dropped connection is io.EOF, a
// reset one ECONNRESET, a short body breaks off with io.ErrUnexpectedEOF. The host of a request's URL
// does not matter. It is safe for concurrent use.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ server *Server }

// RoundTrip answers one request.
func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		defer func() { _ = request.Body.Close() }() // a RoundTripper's duty; nothing is lost
	}
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	received := request
	if request.Body == nil {
		copied := *request // a server's request always has a body
		copied.Body = http.NoBody
		received = &copied
	}
	var out wire.Reply
	if strings.HasPrefix(request.URL.Path, controlPrefix) {
		out = t.control(received)
	} else {
		out = t.server.exchange(received)
	}
	// As over a network, a client that has gone gets nothing, whatever its request has done.
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	if out.Dropped {
		if out.Reset {
			return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
		}
		return nil, io.EOF
	}
	body := out.Reader()
	if out.Withheld > 0 {
		body = io.MultiReader(body, brokenOff{})
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", out.Status, http.StatusText(out.Status)), StatusCode: out.Status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: out.Header.Clone(), Request: request,
		Body: io.NopCloser(body), ContentLength: out.Length(),
	}, nil
}

// control answers what the sandbox reports of itself.
func (t transport) control(request *http.Request) wire.Reply {
	w := &memory{wire.Reply{Status: http.StatusOK}}
	t.server.serveControl(w, request)
	return w.reply
}

// memory is a ResponseWriter that keeps the answer.
type memory struct{ reply wire.Reply }

// Header is the answer's.
func (m *memory) Header() http.Header {
	if m.reply.Header == nil {
		m.reply.Header = http.Header{}
	}
	return m.reply.Header
}

// WriteHeader keeps the status.
func (m *memory) WriteHeader(status int) { m.reply.Status = status }

// Write keeps a part of the body.
func (m *memory) Write(data []byte) (int, error) {
	m.reply.Body = append(m.reply.Body, data...)
	return len(data), nil
}

// brokenOff is where a connection ends too soon.
type brokenOff struct{}

// Read always fails.
func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
