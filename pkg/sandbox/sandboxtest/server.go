// Package sandboxtest starts a sandbox for a Go test, in the manner of net/http/httptest. It is for tests
// only: no package that fgctl links imports it.
package sandboxtest

import (
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// Server is a sandbox that listens on loopback.
type Server struct {
	// URL is the endpoint of all services, without a slash at its end.
	URL string
	// Sandbox is the handler behind URL.
	Sandbox *sandbox.Server

	http *httptest.Server
}

// NewServer starts a sandbox that serves world and closes it when the test ends. A world or options that
// the sandbox refuses fail the test.
func NewServer(t testing.TB, world sandbox.World, options sandbox.Options) *Server {
	t.Helper()
	handler, err := sandbox.New(world, options)
	if err != nil {
		t.Fatalf("sandboxtest: %v", err)
	}
	served := httptest.NewServer(handler)
	t.Cleanup(served.Close)
	return &Server{URL: served.URL, Sandbox: handler, http: served}
}

// Close stops the server before the test ends; it may be called more than once.
func (s *Server) Close() { s.http.Close() }

// Config returns a configuration for clients of the AWS SDK for Go. It reads neither the environment nor
// any file.
func (s *Server) Config() aws.Config {
	return aws.Config{
		Region:       s.Sandbox.World().Region,
		BaseEndpoint: aws.String(s.URL),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIASANDBOX000000000", "sandbox", ""),
		HTTPClient:   s.http.Client(),
	}
}

// Environ returns base with the sandbox's environment in the place of everything that could lead a program
// to the real AWS; see sandbox.Environ.
func (s *Server) Environ(base []string) []string {
	return sandbox.Environ(base, s.URL, s.Sandbox.World())
}
