package cloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What a credential_process does wrong is reported without anything that it says.
func TestCredentialProcess(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a POSIX shell")
	}
	const keys = `"AccessKeyId":"AKIATEST","SecretAccessKey":"MARK"`
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, []byte("echo MARK"), 0o600); err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]string{
		`echo '{"Version":1,` + keys + `}'`:                                        "",
		`echo '{"Version":1,` + keys + `,"Expiration":"2099-01-01T00:00:00Z"}'`:    "",
		`echo '{"Version":1,` + keys + `,"Expiration":"2009-01-01T00:00:00Z"}'`:    "its credentials expired at 2009-01-01T00:00:00Z",
		`echo '{"Version":1,` + keys + `,"Expiration":"MARK"}'`:                    "the Expiration in its JSON is not a time like 2006-01-02T15:04:05Z",
		`echo '{"Version":"1",` + keys + `}'`:                                      "the Version in its JSON is not the number 1",
		`echo '{"Version":1,"AccessKeyId":"MARK"}'`:                                "its JSON lacks AccessKeyId or SecretAccessKey",
		`echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":{"MARK":"MARK"}}'`: "in its JSON a value is not a text",
		`echo MARK`:                              "what it printed is not one JSON object and nothing else",
		`true`:                                   "it printed nothing",
		`echo MARK; echo MARK >&2; exit 3`:       "it ended with exit status 3",
		`echo MARK; kill -9 $$`:                  "it was ended by a signal",
		filepath.Join(filepath.Dir(plain), "no"): "the shell finds no such command (exit status 127)",
		plain:                                    "the command may not be executed (exit status 126)",
		`head -c 2000000 /dev/zero | tr '\0' x`:  "it printed more than 1 MiB",
		`echo '{"Version":1,` + keys + `}'; sleep 9&`: "it left a child behind that holds its output open",
	} {
		credentials, err := credentialProcess{command: command}.Retrieve(t.Context())
		switch {
		case want == "" && (err != nil || credentials.SecretAccessKey != "MARK" || credentials.CanExpire != strings.Contains(command, "2099")):
			t.Errorf("%s: %+v, %v", command, credentials, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("%s: got %v, want %s", command, err, want)
		}
	}
}

// Why there is no answer is worded from types, never by an error's own words.
func TestConnectionText(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 443}, Err: syscall.ECONNREFUSED}
	for _, c := range []struct {
		err  error
		want string
	}{
		{errRedirected, "answers with a redirect, which is not followed"},
		{&net.OpError{Op: "proxyconnect", Net: "tcp", Err: dial}, "the proxy of HTTPS_PROXY or HTTP_PROXY: dial tcp 192.0.2.1:443: connection refused"},
		{&net.DNSError{Name: "eks.nowhere-1.amazonaws.com", IsNotFound: true}, "no such host: eks.nowhere-1.amazonaws.com"},
		{&net.DNSError{Name: "h", IsTimeout: true}, "no answer in time"},
		{&net.DNSError{Name: "h", Err: "MARK"}, "the name h cannot be resolved"},
		{context.DeadlineExceeded, "no answer in time"},
		{x509.UnknownAuthorityError{}, "the certificate is signed by an unknown authority"},
		{x509.HostnameError{Host: "MARK", Certificate: &x509.Certificate{}}, "the certificate is not for this host"},
		{x509.CertificateInvalidError{Reason: x509.Expired}, "the certificate is not valid"},
		{tls.RecordHeaderError{Msg: "MARK"}, "the endpoint does not speak TLS; its address may have to begin with http://"},
		{http.ErrSchemeMismatch, "the endpoint does not speak TLS; its address may have to begin with http://"},
		{tls.AlertError(40), "the endpoint ended the TLS handshake"},
		{dial, "dial tcp 192.0.2.1:443: connection refused"},
		{&net.OpError{Op: "read", Net: "tcp", Err: errors.New("MARK")}, "read tcp: it failed"},
		{io.EOF, "the connection was closed before the answer came"},
		{errors.New("MARK"), "the connection failed, or what came is not HTTP"},
	} {
		if got := connectionText(c.err); got != c.want {
			t.Errorf("%v: got %q, want %q", c.err, got, c.want)
		}
	}
}

// A call that is cut short says what it waited for, and how the last attempt before that failed.
func TestWaitingFor(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	attempts := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if attempts++; attempts == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	c, err := New(t.Context(), Options{Region: "us-east-1", EndpointURL: server.URL, MaxBackoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Profile(ctx, "demo", "web")
	want := " waiting for eks:DescribeFargateProfile of " + server.URL + " (before that: HTTP 503: response is not an AWS error)"
	if got := WaitingFor(err); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := WaitingFor(errors.New("other")); got != "" {
		t.Errorf("of another error: %q", got)
	}
}

func TestWithProfile(t *testing.T) {
	for profile, want := range map[string]string{
		"default": "aws configure",
		"dev":     "aws configure --profile dev",
		"a b":     "aws configure --profile 'a b'",
		"it's":    `aws configure --profile 'it'\''s'`,
	} {
		if got := withProfile("aws configure", profile); got != want {
			t.Errorf("%s: got %s, want %s", profile, got, want)
		}
	}
}
