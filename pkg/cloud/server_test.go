package cloud_test

// This file holds the small HTTP servers that the tests put in AWS's place.

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
)

// isolate takes every AWS setting of the machine away from the test.
func isolate(t *testing.T) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_RETRY_MODE", "standard") // the adaptive one, fgctl's own, would slow down for real
}

const secretKey = "wJalrXUtnFEMIsecretKEY"

// client makes a client of the server with dummy credentials and hardly any pause between attempts.
func client(t *testing.T, url string, change ...func(*cloud.Options)) *cloud.Client {
	t.Helper()
	isolate(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	opts := cloud.Options{Region: "us-east-1", EndpointURL: url, MaxBackoff: time.Millisecond}
	for _, f := range change {
		f(&opts)
	}
	c, err := cloud.New(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// server counts requests and keeps their bodies.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	paths  []string
}

// serve starts a server whose handler is called with how many requests came before.
func serve(t *testing.T, handle func(w http.ResponseWriter, r *http.Request, body string, n int)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		n := len(s.bodies)
		s.bodies = append(s.bodies, string(raw))
		s.paths = append(s.paths, r.URL.RequestURI())
		s.mu.Unlock()
		handle(w, r, string(raw), n)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.bodies...)
}

// eksError answers as EKS does (REST-JSON).
func eksError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Requestid", "req-1")
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	writeJSON(w, map[string]string{"message": message})
}

// ec2Error answers as EC2 does (its Query dialect).
func ec2Error(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<?xml version="1.0"?><Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>req-1</RequestID></Response>`, code, message)
}

// queryError answers as IAM and STS do (Query).
func queryError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("X-Amzn-Requestid", "req-1")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>req-1</RequestId></ErrorResponse>`, code, message)
}

func writeJSON(w io.Writer, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

func profileJSON(name, status string) map[string]any {
	return map[string]any{"fargateProfile": map[string]any{
		"fargateProfileName":  name,
		"fargateProfileArn":   "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/" + name + "/0001",
		"clusterName":         "demo",
		"createdAt":           1700000000.5,
		"podExecutionRoleArn": "arn:aws:iam::111122223333:role/fargate-pods",
		"subnets":             []string{"subnet-2", "subnet-1"},
		"selectors":           []any{map[string]any{"namespace": "web", "labels": map[string]string{"app": "api"}}, map[string]any{"namespace": "x", "labels": map[string]string{}}},
		"status":              status,
		"tags":                map[string]string{},
		"health":              map[string]any{"issues": []any{map[string]any{"code": "AccessDenied", "message": "no", "resourceIds": []string{"r"}}}},
	}}
}
