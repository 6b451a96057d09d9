package cloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"
)

// The SDK's and net/http's own errors quote URLs with their queries, proxies with their passwords, and what an
// endpoint sent. So addresses and failures are told here without what may be secret.

// plainURL is the scheme and the host of an address; empty where it has none. A user, a password, a path and a
// query stay away.
func plainURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// address is how a message names the value of a setting that should be a URL: quoted where nothing secret can be in
// it, else as "its value".
func address(text string) string {
	// A host without a scheme is the slip that people make most.
	host := regexp.MustCompile(`^(localhost|[0-9]+(\.[0-9]+){3}|([A-Za-z0-9-]+\.)+[a-z]{2,})(:[0-9]{1,5})?$`)
	if host.MatchString(text) {
		return quoted(text)
	}
	if plain := plainURL(text); plain != "" {
		return quoted(plain)
	}
	return "its value"
}

// connectionText returns why there is no answer.
func connectionText(err error) string {
	var (
		dns  *net.DNSError
		dial *net.OpError
	)
	switch {
	case errors.Is(err, errRedirected):
		return errRedirected.Error()
	case errors.As(err, &dial) && dial.Op == "proxyconnect":
		return "the proxy of HTTPS_PROXY or HTTP_PROXY: " + connectionText(dial.Err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host: " + dns.Name
	case timedOut(err):
		return "no answer in time"
	case errors.As(err, &dns):
		return "the name " + dns.Name + " cannot be resolved"
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return "the certificate is signed by an unknown authority"
	case errors.As(err, new(x509.HostnameError)):
		return "the certificate is not for this host"
	case errors.As(err, new(x509.CertificateInvalidError)):
		return "the certificate is not valid"
	case errors.As(err, new(tls.RecordHeaderError)), errors.Is(err, http.ErrSchemeMismatch):
		return "the endpoint does not speak TLS; its address may have to begin with http://"
	case errors.As(err, new(tls.AlertError)):
		return "the endpoint ended the TLS handshake"
	case errors.As(err, &dial):
		place := strings.TrimSpace(dial.Op + " " + dial.Net)
		if dial.Addr != nil {
			place += " " + dial.Addr.String()
		}
		return place + ": " + systemReason(dial.Err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the connection was closed before the answer came"
	}
	if _, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: "aws"}}); err != nil {
		return "HTTPS_PROXY is not the URL of a proxy"
	}
	return "the connection failed, or what came is not HTTP"
}

// fileFault says why a file cannot be read; it is empty where it can.
func fileFault(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return "cannot be read: " + systemReason(err)
	}
	defer file.Close() //nolint:errcheck // it was only looked at
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return "is a directory"
	}
	return ""
}

// systemReason is the operating system's own reason.
func systemReason(err error) string {
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return number.Error()
	}
	return "it failed"
}

// timedOut reports whether a request ended by its own time.
func timedOut(err error) bool {
	network, ok := errors.AsType[net.Error](err)
	return ok && network.Timeout() || errors.Is(err, context.DeadlineExceeded)
}
