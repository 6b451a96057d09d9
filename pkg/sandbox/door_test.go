package sandbox_test

// Who gets in: programs of this machine do; web pages, names that lead to loopback, clients that stop in
// the middle, and documents that cost more to read than to write do not.

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

const signature = "AWS4-HMAC-SHA256 Credential=K/20260102/us-east-1/%s/aws4_request, Signature=0"

// knock sends a request with a Host and headers of the caller's choice.
func knock(t *testing.T, b *bench.Bench, method, path, host string, header map[string]string, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, b.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		request.Host = host
	}
	for k, v := range header {
		request.Header.Set(k, v)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, readAll(t, response)
}

// A page can send plain requests to loopback and let its own name lead there. Neither changes anything,
// and both are told who refuses, in the protocol that they speak.
func TestPagesStayOutside(t *testing.T) {
	const create, control = "/clusters/demo/fargate-profiles", "/_sandbox/faults"
	signed := func(service string, more ...string) map[string]string {
		header := map[string]string{"Authorization": fmt.Sprintf(signature, service)}
		for i := 0; i < len(more); i += 2 {
			header[more[i]] = more[i+1]
		}
		return header
	}
	presigned := "/?Action=DeleteRole&RoleName=fargate-pods&X-Amz-Credential=K/20260102/us-east-1/iam/aws4_request"
	for _, test := range []struct {
		name, method, path, host string
		header                   map[string]string
		body, contains           string
	}{
		{"a rebound name", "POST", create, "evil.example:4566", signed("eks"), bench.CreateBody, `{"message":"the fgctl sandbox refuses`},
		{"a rebound name, IAM", "POST", "/", "evil.example", signed("iam"), "Action=DeleteRole&RoleName=fargate-pods", "<Code>AccessDenied</Code><Message>the fgctl sandbox"},
		{"a rebound name, EC2", "POST", "/", "evil.example", signed("ec2"), "Action=DescribeVpcs", "<Code>UnauthorizedOperation</Code><Message>the fgctl sandbox"},
		{"a rebound name, faults", "POST", control, "evil.example", map[string]string{sandbox.ControlHeader: "1"}, "[]", "evil.example"},
		{"a name that begins like loopback", "POST", create, "127.0.0.1.evil.example", signed("eks"), bench.CreateBody, "neither loopback"},
		{"a name that ends like loopback", "POST", create, "evil-localhost", signed("eks"), bench.CreateBody, "neither loopback"},
		{"another address", "POST", create, "192.168.1.2:80", signed("eks"), bench.CreateBody, "neither loopback"},
		{"a page's script", "POST", create, "", signed("eks", "Origin", "https://evil.example"), bench.CreateBody, `https://evil.example`},
		{"a sandboxed frame", "POST", create, "", signed("eks", "Origin", "null"), bench.CreateBody, "web browser"},
		{"a page of loopback", "POST", create, "", signed("eks", "Origin", "http://localhost:3000"), bench.CreateBody, "web browser"},
		{"a page's question", "OPTIONS", control, "", map[string]string{"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}, "", "web browser"},
		{"a page's image", "GET", presigned, "", map[string]string{"Sec-Fetch-Site": "cross-site"}, "", "<Code>AccessDenied</Code>"},
		{"a page's form", "POST", control, "", map[string]string{"Content-Type": "text/plain"}, "- {operation: '*', kind: throttle}", "X-Fgctl-Sandbox"},
		{"a page's link", "GET", "/_sandbox/stats", "", nil, "", "curl: -H 'X-Fgctl-Sandbox: 1'"},
	} {
		b := bench.Serve(t)
		status, text := knock(t, b, test.method, test.path, test.host, test.header, test.body)
		if status != http.StatusForbidden || !strings.Contains(strings.ReplaceAll(text, "&#34;", `"`), test.contains) || !strings.Contains(text, "the fgctl sandbox refuses") {
			t.Errorf("%s: %d %s", test.name, status, text)
		}
		if n := b.Stats().Requests; n != 0 || len(b.Profiles("demo")) != 0 {
			t.Errorf("%s: counted %d, profiles %+v", test.name, n, b.Profiles("demo"))
		}
		if status, text := knock(t, b, "POST", "/", "", signed("iam"), "Action=GetRole&RoleName=fargate-pods"); status != http.StatusOK {
			t.Errorf("%s: had an effect: %s", test.name, text)
		}
	}
}

// All the ways in which programs name loopback lead in.
func TestProgramsComeIn(t *testing.T) {
	b := bench.Serve(t)
	for _, host := range []string{
		"localhost", "localhost:4566", "LOCALHOST:4566", "127.0.0.1", "127.0.0.1:4566", "127.8.9.10", "[::1]", "[::1]:4566",
		"eks.us-east-1.localhost:4566", "localhost.",
	} {
		status, text := knock(t, b, "GET", "/clusters", host, map[string]string{"Authorization": fmt.Sprintf(signature, "eks")}, "")
		if status != http.StatusOK {
			t.Errorf("%s: %d %s", host, status, text)
		}
	}
}

// impatient serves a sandbox with bounds that are short enough for a test.
func impatient(t *testing.T, world sandbox.World, change func(*http.Server)) *bench.Bench {
	t.Helper()
	server, err := sandbox.New(world, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewUnstartedServer(nil)
	web.Config = server.HTTPServer()
	if c := web.Config; c.ReadHeaderTimeout <= 0 || c.ReadTimeout <= 0 || c.WriteTimeout <= 0 || c.IdleTimeout <= 0 || c.MaxHeaderBytes <= 0 {
		t.Errorf("a bound is missing: %+v", c)
	}
	change(web.Config)
	web.Start()
	t.Cleanup(web.Close)
	return &bench.Bench{Server: server, URL: web.URL}
}

// What a client has sent when it stops, and that its connection ends.
func TestHalfSentRequests(t *testing.T) {
	const bound = 100 * time.Millisecond
	b := impatient(t, sandbox.DefaultWorld(), func(s *http.Server) {
		s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout = bound, bound, bound
	})
	head := "POST /clusters/demo/fargate-profiles HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + fmt.Sprintf(signature, "eks") + "\r\n"
	for name, sent := range map[string]string{
		"nothing":       "",
		"half a head":   head,
		"half a body":   head + "Content-Length: 1000\r\n\r\n" + bench.CreateBody,
		"half a chunk":  head + "Transfer-Encoding: chunked\r\n\r\nff\r\n{",
		"one, and idle": "GET /clusters HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + fmt.Sprintf(signature, "eks") + "\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(b.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, sent); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.Copy(io.Discard, conn); err != nil {
			t.Errorf("%s: the connection stays: %v", name, err)
		}
		_ = conn.Close()
	}
	if len(b.Profiles("demo")) != 0 {
		t.Error("half of a request made a profile")
	}
}

// Neither the bound of reading nor that of writing ends a request that takes its time, and one connection
// serves several such.
func TestBoundsLeaveLatenciesAlone(t *testing.T) {
	t.Parallel()
	const bound = time.Second
	world := sandbox.DefaultWorld()
	late := sandbox.Range{Min: 3 * bound, Max: 3 * bound}
	world.Faults = []sandbox.Fault{
		{Operation: "*", Kind: sandbox.FaultLatencyAfter, Latency: late},
		{Operation: "*", Kind: sandbox.FaultHuge, Size: 2 << 20},
	}
	b := impatient(t, world, func(s *http.Server) { s.ReadTimeout, s.WriteTimeout = bound, bound })
	for range 2 { // the second comes by the same connection
		start := time.Now()
		status, text := knock(t, b, "GET", "/clusters", "", map[string]string{"Authorization": fmt.Sprintf(signature, "eks")}, "{}")
		if status != http.StatusOK || len(text) != 2<<20 || time.Since(start) < 3*bound {
			t.Errorf("%d, %d bytes after %s", status, len(text), time.Since(start))
		}
	}
}

// An answer that is not taken ends with its connection.
func TestAnswerNotTaken(t *testing.T) {
	world := sandbox.DefaultWorld()
	world.Faults = []sandbox.Fault{{Operation: "*", Kind: sandbox.FaultHuge, Size: 1 << 30}}
	ended := make(chan struct{})
	b := impatient(t, world, func(s *http.Server) {
		s.WriteTimeout = 100 * time.Millisecond
		handler := s.Handler
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			handler.ServeHTTP(w, r)
			close(ended)
		})
	})
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(conn, "GET /clusters HTTP/1.1\r\nHost: localhost\r\nAuthorization: "+signature+"\r\n\r\n", "eks")
	if _, err := bufio.NewReaderSize(conn, 16).ReadByte(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("the request waits for a client that does not read")
	}
}

// The most expensive documents of a mebibyte are refused in little time, with a short answer.
func TestExpensiveDocuments(t *testing.T) {
	t.Parallel()
	// What grows with the square of a document takes many minutes; what does not takes a second at most, or half a minute with
	// the race detector on a busy machine.
	const size, limit = 1<<20 - 1000, 2 * time.Minute
	repeat := func(text string) string { return strings.Repeat(text, size/len(text)) }
	var distinct strings.Builder
	for i := 0; distinct.Len() < size; i++ {
		fmt.Fprintf(&distinct, "k%d: 1, ", i)
	}
	bomb := "- &a [" + strings.Repeat("{kind: x},", 1000) + "]\n- &b [" + strings.Repeat("*a,", 1000) + "]\n- [" + strings.Repeat("*b,", 1000) + "]\n"
	for name, document := range map[string]string{
		"many keys":          "- {" + distinct.String() + "}",
		"one key again":      "- {" + repeat("a: 1, ") + "}",
		"keys in mappings":   "[" + repeat("{"+strings.Repeat("a: 1,", 190)+"},") + "]",
		"many faults":        repeat("- {}\n"),
		"many good faults":   repeat("- {operation: '*', kind: throttle}\n"),
		"a long pattern":     "- {kind: throttle, operation: '" + repeat("*a") + "'}",
		"nested lists":       repeat("["),
		"nested mappings":    repeat("{a: "),
		"unknown keys":       repeat("- {colour: x}\n"),
		"wrong types":        repeat("- {nth: x}\n"),
		"aliases":            bomb,
		"an alias in itself": "- &a [*a]\n",
		"comments":           repeat("# \n"),
		"one long line":      "- {message: " + repeat("x") + "}",
		"directives":         repeat("%A\n"),
	} {
		b := bench.Serve(t)
		start := time.Now()
		status, text := control(t, b, http.MethodPost, "faults", document)
		took := time.Since(start)
		t.Logf("%-18s %7d bytes: %d in %s, %d bytes", name, len(document), status, took.Round(time.Millisecond), len(text))
		if took > limit || len(text) > 64<<10 || (status != http.StatusBadRequest && name != "comments") {
			t.Errorf("%s: %d in %s, %.300s", name, status, took, text)
		}
	}
	start := time.Now()
	if _, err := sandbox.ParseWorld([]byte("clusters: [{tags: {" + distinct.String() + "}}]")); err == nil || time.Since(start) > limit {
		t.Errorf("a world has 100,000 keys in a mapping: %v after %s", err, time.Since(start))
	}
}

// What a client chose to send fills no memory: neither names of operations nor texts.
func TestShortMemory(t *testing.T) {
	b := bench.Serve(t)
	long := strings.Repeat("x", 10000)
	for i := range 1100 {
		path := fmt.Sprintf("/%d", i)
		if i == 0 {
			path += long
		}
		request := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		request.Header.Set("Authorization", fmt.Sprintf(signature, "eks"))
		request.Header.Set("User-Agent", long)
		b.ServeHTTP(httptest.NewRecorder(), request)
	}
	stats := b.Stats()
	if len(stats.Operations) != 1001 || stats.Operations["others"] != 100 || stats.Requests != 1100 {
		t.Errorf("%d operations, %d others", len(stats.Operations), stats.Operations["others"])
	}
	if first := b.Requests()[0]; len(first.Operation) > 300 || len(first.UserAgent) > 300 {
		t.Errorf("%d bytes of operation, %d of user agent", len(first.Operation), len(first.UserAgent))
	}
}

var ctx = context.Background()

func readAll(t *testing.T, r *http.Response) string {
	t.Helper()
	defer func() { _ = r.Body.Close() }()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
