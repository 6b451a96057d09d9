package sandbox

// The sandbox is for programs of this machine. A web page that is open on it reaches loopback too, by plain requests or
// by a name of its own that leads there (DNS rebinding), and a client that stops in the middle holds a connection; the
// door keeps both out.

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// ControlHeader must be in every request to /_sandbox/, with any value. A web page cannot send it
// without asking first (CORS), and the sandbox allows no page anything.
const ControlHeader = "X-Fgctl-Sandbox"

// HTTPServer returns a server of the sandbox whose connections end when a client is silent in the middle
// of a request, between two for long, or does not take its answer.
func (s *Server) HTTPServer() *http.Server {
	return &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
}

// ServeHTTP answers one request. It refuses requests to a host that is neither loopback nor allowed, those of web
// pages, and those to /_sandbox/ without ControlHeader, but for the health.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	control := strings.HasPrefix(r.URL.Path, controlPrefix)
	switch why := s.intruder(r, control); {
	case why != "" && control:
		http.Error(w, why, http.StatusForbidden)
	case why != "":
		s.send(w, r, s.turnAway(r, why))
	case control:
		s.serveControl(w, r)
	default:
		s.send(w, r, s.exchange(r))
	}
}

// intruder returns why a request is refused before it is looked at, empty where it is welcome.
func (s *Server) intruder(r *http.Request, control bool) string {
	const refuses = "the fgctl sandbox refuses this request: "
	switch {
	case !loopback(hostOf(r)) && !slices.ContainsFunc(s.options.AllowHosts, func(name string) bool {
		return strings.EqualFold(name, hostOf(r))
	}):
		return fmt.Sprintf("%sthe Host %q is neither loopback (127.0.0.1, [::1], localhost) nor an allowed name",
			refuses, wire.Clip(r.Host))
	case r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "":
		return fmt.Sprintf("%sit comes from a web browser (Origin %q), and the sandbox serves programs only",
			refuses, wire.Clip(r.Header.Get("Origin")))
	case control && r.URL.Path != healthPath && r.Header.Get(ControlHeader) == "":
		return fmt.Sprintf("%s%s needs the header %s, which no web page can send; with curl: -H '%s: 1'",
			refuses, controlPrefix, ControlHeader, ControlHeader)
	}
	return ""
}

// hostOf returns the Host of a request without port, brackets and the root's dot.
func hostOf(r *http.Request) string {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
}

// loopback reports whether a host is this machine's loopback. Names under localhost never leave it (RFC 6761).
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || (ip != nil && ip.IsLoopback())
}

// turnAway returns a refusal in the caller's protocol; it is neither counted nor disturbed by faults.
func (s *Server) turnAway(r *http.Request, why string) wire.Reply {
	c, _, _ := s.parse(r, 0)
	refused := *c.Protocol.Denied("", "", "")
	refused.Message = why
	return c.Refuse(&refused)
}

// send writes an answer, or closes the connection.
func (s *Server) send(w http.ResponseWriter, r *http.Request, answer wire.Reply) {
	if answer.Dropped {
		drop(w, answer.Reset)
		return
	}
	for k, v := range answer.Header {
		w.Header()[k] = v
	}
	if length := answer.Length(); length >= 0 && answer.Status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	}
	patient := &patientWriter{ResponseWriter: w, controller: http.NewResponseController(w)}
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok {
		patient.timeout = server.WriteTimeout
	}
	patient.wait()
	w.WriteHeader(answer.Status)
	_, _ = io.Copy(patient, answer.Reader()) // the client has gone; there is nobody to tell
	if answer.Withheld > 0 {
		_ = http.NewResponseController(w).Flush() // without it nothing of the answer might arrive
		drop(w, false)
	}
}

// patientWriter lets the server's WriteTimeout begin anew with each part of an answer, so that neither
// latencies nor long answers are cut by it.
type patientWriter struct {
	http.ResponseWriter
	controller *http.ResponseController
	timeout    time.Duration
}

func (p *patientWriter) wait() {
	if p.timeout > 0 {
		_ = p.controller.SetWriteDeadline(time.Now().Add(p.timeout)) // where there is no connection there is no deadline
	}
}

// Write writes a part of the answer.
func (p *patientWriter) Write(data []byte) (int, error) {
	p.wait()
	return p.ResponseWriter.Write(data)
}

// drop closes the connection where it is, with a TCP reset if that is wanted and possible.
func drop(w http.ResponseWriter, reset bool) {
	if reset {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // what is left is a close, which is near enough
			}
			_ = conn.Close() // it is to be gone, and is
			return
		}
	}
	panic(http.ErrAbortHandler)
}
