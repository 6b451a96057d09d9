package cloud

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "3": 3 * time.Second, "100000": longestRetryAfter * time.Second, "-1": 0, "1.5": 0, "Wed, 21 Oct 2026 07:28:00 GMT": 0,
	} {
		header := http.Header{}
		header.Set("Retry-After", text)
		answer := &smithyhttp.Response{Response: &http.Response{Header: header}}
		if got := retryAfter(&smithyhttp.ResponseError{Response: answer}); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// The pause before the next attempt is at least what the answer asks for; and the failure tells of it.
func TestRetryAfterIsKept(t *testing.T) {
	var times []time.Time
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		times = append(times, time.Now())
		w.Header().Set("X-Amzn-Errortype", "ThrottlingException")
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	t.Setenv("AWS_RETRY_MODE", "standard")
	t.Setenv("AWS_MAX_ATTEMPTS", "2")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	c, err := New(t.Context(), Options{Region: "us-east-1", EndpointURL: server.URL, MaxBackoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Profile(t.Context(), "demo", "web")
	if ClassOf(err) != Throttled || RetryAfter(err) != time.Second {
		t.Errorf("got %v, retry after %s", err, RetryAfter(err))
	}
	if len(times) != 2 || times[1].Sub(times[0]) < 900*time.Millisecond {
		t.Errorf("requests at %v", times)
	}
}

// Unless somebody asks for another, the SDK's adaptive mode is used.
func TestRetryMode(t *testing.T) {
	for _, mode := range []string{"", "standard", "adaptive"} {
		t.Setenv("AWS_RETRY_MODE", mode)
		t.Setenv("AWS_CONFIG_FILE", "/nonexistent")
		c, err := New(context.Background(), Options{Region: "us-east-1"})
		if err != nil {
			t.Fatal(err)
		}
		want := mode
		if want == "" {
			want = "adaptive"
		}
		if string(c.cfg.RetryMode) != want {
			t.Errorf("AWS_RETRY_MODE=%s: %s", mode, c.cfg.RetryMode)
		}
	}
}

// An answer that breaks off, although it came as a whole, is asked for again, as is one that is none of AWS.
func TestAnswersThatBreakOffAreRetried(t *testing.T) {
	const whole = `{"fargateProfile":{"fargateProfileName":"web","clusterName":"demo","status":"ACTIVE","subnets":[],` +
		`"selectors":[{"namespace":"web"}],"fargateProfileArn":"arn:aws:x","podExecutionRoleArn":"arn:aws:y"}}`
	for first, want := range map[string]int{whole[:20]: 2, whole[:50]: 2, whole[:len(whole)-1]: 2, "<html>": 2, "{}": 2} {
		requests := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests++
			text := whole
			if requests == 1 {
				text = first
			}
			_, _ = w.Write([]byte(text))
		}))
		t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
		c, err := New(t.Context(), Options{Region: "us-east-1", EndpointURL: server.URL, MaxBackoff: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.Profile(t.Context(), "demo", "web")
		if requests != want || (err == nil) != (want == 2) || err == nil && p.Name != "web" {
			t.Errorf("%q: %d requests, %v, %v", first, requests, p, err)
		}
		server.Close()
	}
}
