package cloud_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
)

func writeConfig(t *testing.T, text string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", name)
}

// Settings that allow no request are refused at once, with the value and what to do.
func TestSettings(t *testing.T) {
	tests := []struct {
		name string
		opts cloud.Options
		env  map[string]string
		file string
		want []string // of message and hint; nil is accepted
	}{
		{"no region", cloud.Options{}, nil, "", []string{"no AWS region", "--region", "AWS_REGION"}},
		{"region given", cloud.Options{Region: "eu-west-1"}, nil, "", nil},
		{"region of the environment", cloud.Options{}, map[string]string{"AWS_REGION": "eu-west-1"}, "", nil},
		{"region of the file", cloud.Options{}, nil, "[default]\nregion=eu-west-1\n", nil},
		{"region of a profile", cloud.Options{Profile: "dev"}, nil, "[profile dev]\nregion=eu-west-1\n", nil},
		{"region malformed", cloud.Options{Region: "us east"}, nil, "", []string{`"us east"`, "us-east-1"}},
		{"region with a host", cloud.Options{Region: "evil.example/x"}, nil, "", []string{"not the name"}},
		{"unknown profile", cloud.Options{Region: "eu-west-1", Profile: "nope"}, nil, "[default]\n[profile dev]\n", []string{`no profile "nope"; there are default, dev`, "list-profiles"}},
		{"an SSO session that is not there", cloud.Options{Region: "eu-west-1"}, nil, "[default]\nsso_session=a\nsso_account_id=1\nsso_role_name=b\n", []string{`"default" names an sso_session, but`, "to set it up: aws configure sso"}},
		{"unknown profile of the environment", cloud.Options{Region: "eu-west-1"}, map[string]string{"AWS_PROFILE": "nope"}, "[default]\n", []string{`no profile "nope"`}},
		{"endpoint", cloud.Options{Region: "eu-west-1", EndpointURL: "http://127.0.0.1:5000"}, nil, "", nil},
		{"endpoint with a path", cloud.Options{Region: "eu-west-1", EndpointURL: "https://aws.example/x/"}, nil, "", nil},
		{"endpoint without scheme", cloud.Options{Region: "eu-west-1", EndpointURL: "localhost:5000"}, nil, "", []string{"--endpoint-url", `"localhost:5000"`, "http://"}},
		{"endpoint without host", cloud.Options{Region: "eu-west-1", EndpointURL: "http://"}, nil, "", []string{"names no host"}},
		{"endpoint with only a port", cloud.Options{Region: "eu-west-1", EndpointURL: "http://:5000"}, nil, "", []string{"names no host"}},
		{"endpoint no URL", cloud.Options{Region: "eu-west-1", EndpointURL: "http://[::1"}, nil, "", []string{"not a URL"}},
		{"endpoint with a bad port", cloud.Options{Region: "eu-west-1", EndpointURL: "http://h:port"}, nil, "", []string{"not a URL", "port"}},
		{"endpoint with a user", cloud.Options{Region: "eu-west-1", EndpointURL: "http://u:hunter2@h"}, nil, "", []string{"user name"}},
		{"endpoint with a query", cloud.Options{Region: "eu-west-1", EndpointURL: "http://h?x=y"}, nil, "", []string{"query"}},
		{"endpoint of the environment", cloud.Options{Region: "eu-west-1"}, map[string]string{"AWS_ENDPOINT_URL": "localhost"}, "", []string{"AWS_ENDPOINT_URL", `"localhost"`}},
		{"endpoint of one service", cloud.Options{Region: "eu-west-1"}, map[string]string{"AWS_ENDPOINT_URL_EC2": "ftp://x"}, "", []string{"AWS_ENDPOINT_URL_EC2"}},
		{"endpoint of the file", cloud.Options{}, nil, "[default]\nregion=eu-west-1\nendpoint_url=nonsense\n", []string{"config file", "its value does not start with http://"}},
		{"endpoint that is ignored", cloud.Options{Region: "eu-west-1"}, map[string]string{"AWS_ENDPOINT_URL": "localhost", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "", nil},
		{"broken number", cloud.Options{Region: "eu-west-1"}, map[string]string{"AWS_MAX_ATTEMPTS": "many"}, "", []string{"AWS_MAX_ATTEMPTS has an invalid value"}},
		{"half an access key", cloud.Options{Region: "eu-west-1"}, map[string]string{"AWS_ACCESS_KEY_ID": "AKIA"}, "", []string{"AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not", "unset AWS_ACCESS_KEY_ID"}},
		{"the other half", cloud.Options{Region: "eu-west-1"}, map[string]string{"AWS_SECRET_ACCESS_KEY": "x"}, "", []string{"AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not"}},
		{"half an access key of a profile", cloud.Options{Region: "eu-west-1"}, nil, "[default]\naws_access_key_id=AKIA\n", []string{"only one of aws_access_key_id and aws_secret_access_key", "to enter both: aws configure"}},
		{"a profile with MFA", cloud.Options{Region: "eu-west-1"}, nil, "[default]\nrole_arn=arn:aws:iam::111122223333:role/x\nsource_profile=b\nmfa_serial=m\n[profile b]\naws_access_key_id=A\naws_secret_access_key=B\n", []string{"requires an MFA code"}},
		{"a source profile that is missing", cloud.Options{Region: "eu-west-1"}, nil, "[default]\nrole_arn=arn:aws:iam::111122223333:role/x\nsource_profile=b\n", []string{`profile "default" cannot assume its role: the source_profile "b" is missing`}},
		{"a misspelt profile", cloud.Options{Region: "eu-west-1", Profile: "prd"}, nil, "[profile prod]\n[profile dev]\n", []string{`have no profile "prd"; there are dev, prod; did you mean prod?`}},
		{"a CA bundle that is not there", cloud.Options{Region: "eu-west-1"}, map[string]string{"AWS_CA_BUNDLE": "/no/ca.pem"}, "", []string{"the file /no/ca.pem of AWS_CA_BUNDLE or ca_bundle cannot be read: no such file or directory"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			isolate(t)
			if tt.file != "" {
				writeConfig(t, tt.file)
			}
			for k, v := range tt.env {
				t.Setenv(k, v)
			}
			c, err := cloud.New(context.Background(), tt.opts)
			if tt.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				if tt.opts.Region == "" && c.Region() != "eu-west-1" {
					t.Errorf("region %q", c.Region())
				}
				return
			}
			var e *cloud.Error
			if !errors.As(err, &e) || e.Class != cloud.Invalid || !e.Local() {
				t.Fatalf("%T %v", err, err)
			}
			text := err.Error() + "; " + cloud.Hint(err)
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q does not hold %q", text, want)
				}
			}
			if strings.Contains(text, "hunter2") {
				t.Errorf("%q shows a password", text)
			}
		})
	}
}

// --endpoint-url beats the endpoint of the environment, also that of one service.
func TestEndpointOrder(t *testing.T) {
	wrong := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
		eksError(w, 400, "ClientException", "wrong")
	})
	right := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
		writeJSON(w, profileJSON("web", "ACTIVE"))
	})
	for _, ignore := range []string{"", "true"} {
		t.Run("flag"+ignore, func(t *testing.T) {
			c := client(t, right.URL, func(*cloud.Options) {
				t.Setenv("AWS_ENDPOINT_URL", wrong.URL)
				t.Setenv("AWS_ENDPOINT_URL_EKS", wrong.URL)
				t.Setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ignore)
				t.Setenv("AWS_MAX_ATTEMPTS", "1")
			})
			if err := describe(c); err != nil {
				t.Error(err)
			}
		})
	}
	isolate(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	t.Setenv("AWS_ENDPOINT_URL", wrong.URL)
	t.Setenv("AWS_ENDPOINT_URL_EKS", right.URL)
	fromEnv, err := cloud.New(context.Background(), cloud.Options{Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := describe(fromEnv); err != nil {
		t.Error(err)
	}
	if n := len(wrong.requests()); n != 0 {
		t.Errorf("%d requests to the wrong endpoint", n)
	}
}

// All attempts of one create carry the caller's token, so that the profile is made once.
func TestSameTokenOverRetries(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, n int) {
		switch n {
		case 0:
			hijack(w, "")
		case 1:
			eksError(w, 500, "ServerException", "oops")
		default:
			writeJSON(w, profileJSON("web", "CREATING"))
		}
	})
	if err := create(client(t, s.URL)); err != nil {
		t.Fatal(err)
	}
	bodies := s.requests()
	if len(bodies) != 3 {
		t.Fatalf("%d requests", len(bodies))
	}
	for _, b := range bodies {
		if !strings.Contains(b, `"clientRequestToken":"token-1"`) {
			t.Errorf("no token in %s", b)
		}
		for _, unset := range []string{"subnets", "tags", "labels", "null"} {
			if strings.Contains(b, unset) {
				t.Errorf("%s holds %s, which was not given", b, unset)
			}
		}
	}
}

func TestMaxAttempts(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
		eksError(w, 500, "ServerException", "oops")
	})
	for attempts, want := range map[string]int{"1": 1, "5": 5} {
		before := len(s.requests())
		isolate(t)
		t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
		t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
		t.Setenv("AWS_MAX_ATTEMPTS", attempts)
		c, err := cloud.New(context.Background(), cloud.Options{Region: "us-east-1", EndpointURL: s.URL, MaxBackoff: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		_ = describe(c)
		if n := len(s.requests()) - before; n != want {
			t.Errorf("AWS_MAX_ATTEMPTS=%s: %d requests", attempts, n)
		}
	}
}

// However many calls are made at a time, at most ten requests are under way, and ten really are.
func TestInFlight(t *testing.T) {
	var mu sync.Mutex
	var now, most int
	full := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string, n int) {
		mu.Lock()
		now++
		most = max(most, now)
		if now == cloud.MaxInFlight && n < cloud.MaxInFlight {
			close(full)
		}
		mu.Unlock()
		if n < cloud.MaxInFlight {
			select { // the first ten wait for each other
			case <-full:
			case <-r.Context().Done():
			}
		}
		mu.Lock()
		now--
		mu.Unlock()
		writeJSON(w, profileJSON("web", "ACTIVE"))
	})
	c := client(t, s.URL)
	var wait sync.WaitGroup
	for range 60 {
		wait.Go(func() {
			if err := describe(c); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if most != cloud.MaxInFlight {
		t.Errorf("%d requests under way", most)
	}
}

// A call that pauses before its next attempt leaves its slot to others.
func TestPauseHoldsNoSlot(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string, _ int) {
		if strings.HasSuffix(r.URL.Path, "/slow") {
			eksError(w, 500, "ServerException", "oops")
			return
		}
		writeJSON(w, profileJSON("web", "ACTIVE"))
	})
	t.Setenv("AWS_MAX_ATTEMPTS", "1000")
	ctx, cancel := context.WithCancel(context.Background())
	c := client(t, s.URL, func(o *cloud.Options) { o.MaxBackoff = time.Hour })
	var wait sync.WaitGroup
	for range cloud.MaxInFlight {
		wait.Go(func() { _, _ = c.Profile(ctx, "demo", "slow") })
	}
	for range 20 {
		if err := describe(c); err != nil {
			t.Error(err)
		}
	}
	cancel()
	wait.Wait()
}

// The log has a line per request, retries included; bodies only when asked; secrets never.
func TestLog(t *testing.T) {
	for _, bodies := range []bool{false, true} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, n int) {
			if n == 0 {
				eksError(w, 500, "ServerException", "oops")
				return
			}
			w.Header().Set("X-Amzn-Requestid", "req-2")
			writeJSON(w, profileJSON("web", "CREATING"))
		})
		isolate(t)
		t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
		t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
		t.Setenv("AWS_SESSION_TOKEN", "sessionTOKEN")
		var log bytes.Buffer
		c, err := cloud.New(context.Background(), cloud.Options{
			Region: "us-east-1", EndpointURL: s.URL, MaxBackoff: time.Millisecond, Log: &log, LogBodies: bodies,
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := create(c); err != nil {
			t.Fatal(err)
		}
		text := log.String()
		for _, want := range []string{
			"eks:CreateFargateProfile POST " + s.URL + "/clusters/demo/fargate-profiles status=500 request-id=req-1 duration=",
			"status=200 request-id=req-2 duration=",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("bodies %v: no %q in\n%s", bodies, want, text)
			}
		}
		if got := strings.Contains(text, `"clientRequestToken":"token-1"`) && strings.Contains(text, `"status":"CREATING"`) && strings.Contains(text, `"oops"`); got != bodies {
			t.Errorf("bodies %v: %v in\n%s", bodies, got, text)
		}
		for _, secret := range []string{secretKey, "sessionTOKEN", "AKIAIOSFODNN7EXAMPLE", "Authorization", "Signature"} {
			if strings.Contains(text, secret) {
				t.Errorf("the log holds %s", secret)
			}
		}
		if n := strings.Count(text, "\n"); !bodies && n != 2 || bodies && n != 6 {
			t.Errorf("bodies %v: %d lines", bodies, n)
		}
	}
}

func TestLogOfNoAnswer(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, n int) {
		if n == 0 {
			hijack(w, "")
			return
		}
		hijack(w, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")
	})
	var log bytes.Buffer
	c := client(t, s.URL, func(o *cloud.Options) { o.Log, o.LogBodies = &log, true })
	_ = describe(c)
	for _, want := range []string{`failed="GET http://`, "status=200"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %s in\n%s", want, log.String())
		}
	}
	if strings.Contains(log.String(), "WARN") {
		t.Errorf("a remark of the SDK, which may quote anything, is in\n%s", log.String())
	}
}

func TestUserAgent(t *testing.T) {
	var agent string
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string, _ int) {
		agent = r.UserAgent()
		writeJSON(w, profileJSON("web", "ACTIVE"))
	})
	if err := describe(client(t, s.URL, func(o *cloud.Options) { o.UserAgent = "fgctl/1.2.3" })); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(agent, "fgctl/1.2.3") {
		t.Error(agent)
	}
}
