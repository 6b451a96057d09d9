package cloud

// This file tells how a connection failed, and names addresses, without what may be secret: the SDK's and net/http's
// own errors quote URLs with their queries, proxies with their passwords, and what an endpoint sent.

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// plainURL is the scheme and the host of an address; empty where it has none. A user, a password, a path and a
// query stay away.
func plainURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// plainHost is an address without a scheme, the slip that people make most.
var plainHost = regexp.MustCompile(`^(localhost|[0-9]+(\.[0-9]+){3}|([A-Za-z0-9-]+\.)+[a-z]{2,})(:[0-9]{1,5})?$`)

// address is how a message names the value of a setting that should be a URL: quoted where nothing secret can be in
// it, else as "its value".
func address(text string) string {
	if plainHost.MatchString(text) {
		return quoted(text)
	}
	if plain := plainURL(text); plain != "" {
		return quoted(plain)
	}
	return "its value"
}

// connectionText tells why there is no answer.
func connectionText(err error) string {
	var (
		dns      *net.DNSError
		dial     *net.OpError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		record   tls.RecordHeaderError
		alert    tls.AlertError
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
	case errors.As(err, &unknown):
		return "the certificate is signed by an unknown authority"
	case errors.As(err, &hostname):
		return "the certificate is not for this host"
	case errors.As(err, &invalid):
		return "the certificate is not valid"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "the endpoint does not speak TLS; its address may have to begin with http://"
	case errors.As(err, &alert):
		return "the endpoint ended the TLS handshake"
	case errors.As(err, &dial):
		return strings.TrimSpace(dial.Op+" "+dial.Net) + addressOf(dial) + ": " + systemReason(dial.Err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the connection was closed before the answer came"
	}
	if _, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: "aws"}}); err != nil {
		return "HTTPS_PROXY is not the URL of a proxy"
	}
	return "the connection failed, or what came is not HTTP"
}

func addressOf(e *net.OpError) string {
	if e.Addr == nil {
		return ""
	}
	return " " + e.Addr.String()
}
