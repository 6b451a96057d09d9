package cloud_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// operations are all calls that fgctl makes; once says that the client sends it a single time.
var operations = map[string]struct {
	call func(context.Context, *cloud.Client) error
	once bool
}{
	"eks:ListClusters":        {call: func(ctx context.Context, c *cloud.Client) error { _, err := c.ClusterNames(ctx); return err }},
	"eks:DescribeCluster":     {call: func(ctx context.Context, c *cloud.Client) error { _, err := c.Cluster(ctx, "demo"); return err }},
	"eks:ListFargateProfiles": {call: func(ctx context.Context, c *cloud.Client) error { _, err := c.Profiles(ctx, "demo"); return err }},
	"eks:DescribeFargateProfile": {call: func(ctx context.Context, c *cloud.Client) error {
		_, err := c.Profile(ctx, "demo", "web")
		return err
	}},
	"eks:CreateFargateProfile": {call: func(ctx context.Context, c *cloud.Client) error {
		_, err := c.CreateProfile(ctx, fargate.Profile{Cluster: "demo", Name: "web", PodExecutionRoleARN: "arn:x"}, "token")
		return err
	}},
	"eks:DeleteFargateProfile": {once: true, call: func(ctx context.Context, c *cloud.Client) error {
		_, err := c.DeleteProfile(ctx, "demo", "web")
		return err
	}},
	"eks:TagResource": {call: func(ctx context.Context, c *cloud.Client) error {
		return c.TagProfile(ctx, "arn:x", map[string]string{"a": "b"})
	}},
	"ec2:DescribeSubnets": {call: func(ctx context.Context, c *cloud.Client) error {
		_, err := c.SubnetsOfVPC(ctx, "vpc-1")
		return err
	}},
	"ec2:DescribeRouteTables":  {call: func(ctx context.Context, c *cloud.Client) error { _, err := c.RouteTables(ctx, "vpc-1"); return err }},
	"ec2:DescribeVpcEndpoints": {call: func(ctx context.Context, c *cloud.Client) error { _, err := c.VPCEndpoints(ctx, "vpc-1"); return err }},
	"iam:GetRole":              {call: func(ctx context.Context, c *cloud.Client) error { _, err := c.Role(ctx, "pods"); return err }},
	"iam:ListRoles":            {call: func(ctx context.Context, c *cloud.Client) error { _, err := c.Roles(ctx); return err }},
	"iam:ListAttachedRolePolicies": {call: func(ctx context.Context, c *cloud.Client) error {
		_, err := c.AttachedPolicies(ctx, "pods")
		return err
	}},
	"iam:CreateRole": {call: func(ctx context.Context, c *cloud.Client) error {
		_, err := c.CreateRole(ctx, "pods", "{}", "", nil)
		return err
	}},
	"iam:ListRolePolicies":  {call: func(ctx context.Context, c *cloud.Client) error { _, err := c.InlinePolicies(ctx, "pods"); return err }},
	"iam:DetachRolePolicy":  {call: func(ctx context.Context, c *cloud.Client) error { return c.DetachPolicy(ctx, "pods", "arn:x") }},
	"iam:DeleteRole":        {call: func(ctx context.Context, c *cloud.Client) error { return c.DeleteRole(ctx, "pods") }},
	"iam:AttachRolePolicy":  {call: func(ctx context.Context, c *cloud.Client) error { return c.AttachPolicy(ctx, "pods", "arn:x") }},
	"sts:GetCallerIdentity": {call: func(ctx context.Context, c *cloud.Client) error { _, err := c.Caller(ctx); return err }},
}

// emptyRoots are answers of the services' own form without what the services always send.
const emptyRoots = `<ListRolesResponse><ListRolesResult/></ListRolesResponse>` // other calls' too: the SDK takes any root

// An answer that is none is an error with the operation's name, of every call, and is asked for again.
func TestSenselessAnswers(t *testing.T) {
	var bomb bytes.Buffer
	packed := gzip.NewWriter(&bomb)
	for range 40 << 4 {
		if _, err := packed.Write(make([]byte, 1<<16)); err != nil {
			t.Fatal(err)
		}
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	answers := map[string]func(http.ResponseWriter, *http.Request){
		"204":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"empty": func(http.ResponseWriter, *http.Request) {},
		"HTML": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html><body>Sign in</body></html>")
		},
		"other XML": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, emptyRoots) },
		"other JSON": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"clusters":null,"cluster":{},"fargateProfile":{}}`)
		},
		"too long": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(strings.Repeat(" ", 1<<16))); err != nil {
					return
				}
			}
		},
		"a gzip bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes()) // the client may have gone
		},
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		answers["redirect "+http.StatusText(status)] = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://user:secret@other.example:1/path?token=secret")
			w.WriteHeader(status)
		}
	}
	some := []string{"eks:ListFargateProfiles", "eks:DeleteFargateProfile", "iam:GetRole", "ec2:DescribeSubnets"}
	for kind, answer := range answers {
		for action, operation := range operations {
			if kind == "other JSON" && strings.HasSuffix(action, "agResource") {
				continue // whatever the object holds
			}
			endless := kind == "too long" || kind == "a gzip bomb"
			if (endless || strings.HasPrefix(kind, "redirect")) && !slices.Contains(some, action) {
				continue // one place is for all, and megabytes take their time
			}
			t.Run(kind+"/"+action, func(t *testing.T) {
				s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string, _ int) { answer(w, r) })
				// The parser takes 16 MiB byte by byte: under the race detector, on a busy machine, that is longer than
				// an attempt may take.
				slow := func(o *cloud.Options) { o.AttemptTimeout = 10 * time.Minute }
				err := operation.call(t.Context(), client(t, s.URL, slow))
				var e *cloud.Error
				if !errors.As(err, &e) || e.Class != cloud.Senseless || e.Action != action || e.Endpoint != s.URL {
					t.Fatalf("%v: %+v", cloud.ClassOf(err), err)
				}
				if changes := !regexp.MustCompile(":(Describe|List|Get)").MatchString(action); strings.Contains(cloud.Hint(err), "may have been made") != changes {
					t.Errorf("hint %q", cloud.Hint(err))
				}
				if want := map[bool]int{true: 1, false: 3}[operation.once]; len(s.requests()) != want {
					t.Errorf("%d requests, want %d", len(s.requests()), want)
				}
				if strings.Contains(err.Error(), "it is longer than") != endless {
					t.Errorf("message %q", err)
				}
				if strings.Contains(err.Error(), "secret") || strings.HasPrefix(kind, "redirect") && !strings.Contains(err.Error(), "other.example:1") {
					t.Errorf("message %q", err)
				}
			})
		}
	}
}

// Every member that AWS always sends is missed.
func TestMissingMembers(t *testing.T) {
	for _, member := range []string{"fargateProfileName", "fargateProfileArn", "clusterName", "podExecutionRoleArn", "subnets", "selectors", "status"} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
			answer := profileJSON("web", "ACTIVE")
			delete(answer["fargateProfile"].(map[string]any), member)
			writeJSON(w, answer)
		})
		if err := describe(client(t, s.URL)); cloud.ClassOf(err) != cloud.Senseless {
			t.Errorf("without %s: %v", member, err)
		}
	}
	for name, answer := range map[string]map[string]any{
		"another profile": profileJSON("other", "ACTIVE"), "no name": profileJSON("", "ACTIVE"),
	} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) { writeJSON(w, answer) })
		if err := describe(client(t, s.URL)); cloud.ClassOf(err) != cloud.Senseless {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A name that a list holds twice is one profile; an empty one is none.
func TestNamesOfLists(t *testing.T) {
	names := []string{"web", "api", "web"}
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
		writeJSON(w, map[string]any{"fargateProfileNames": names})
	})
	if got, err := client(t, s.URL).ProfileNames(t.Context(), "demo"); err != nil || !slices.Equal(got, []string{"api", "web"}) {
		t.Errorf("got %v, %v", got, err)
	}
	names = []string{"web", ""}
	if got, err := client(t, s.URL).ProfileNames(t.Context(), "demo"); cloud.ClassOf(err) != cloud.Senseless {
		t.Errorf("got %v, %v", got, err)
	}
}

// A senseless answer that passes is looked past, with the same token for a creation.
func TestSenselessOnce(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, n int) {
		if n == 0 {
			writeJSON(w, map[string]any{})
			return
		}
		writeJSON(w, profileJSON("web", "CREATING"))
	})
	_, err := client(t, s.URL).CreateProfile(t.Context(), fargate.Profile{Cluster: "demo", Name: "web", PodExecutionRoleARN: "arn:x"}, "token-1")
	if bodies := s.requests(); err != nil || len(bodies) != 2 || bodies[0] != bodies[1] || !strings.Contains(bodies[0], "token-1") {
		t.Errorf("%v, %v", err, bodies)
	}
}

// A refusal because of the time says how wrong the clock is, where the answer has a date.
func TestWrongClock(t *testing.T) {
	for _, test := range []struct {
		code, message string
		date          time.Duration
		hint          string
	}{
		{"RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 3 * time.Hour, "behind the endpoint's"},
		{"RequestExpired", "Request has expired.", -3 * time.Hour, "ahead of the endpoint's"},
		{"SignatureDoesNotMatch", "Signature expired: 20261128T010000Z is now earlier than 20261128T040000Z", 0, "clock is wrong"},
		{"InvalidSignatureException", "Signature not yet current: 20261128T010000Z is still later than 20261127T010000Z", -3 * time.Hour, "ahead of the endpoint's"},
		{"SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.", 0, "secret access key"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if test.date != 0 {
				w.Header().Set("Date", time.Now().Add(test.date).UTC().Format(http.TimeFormat))
			} else {
				w.Header()["Date"] = nil
			}
			eksError(w, http.StatusForbidden, test.code, test.message)
		}))
		err := describe(client(t, server.URL))
		if cloud.ClassOf(err) != cloud.Credentials || !strings.Contains(cloud.Hint(err), test.hint) || test.date != 0 && !strings.Contains(cloud.Hint(err), "h") {
			t.Errorf("%s: %v: %v: %s", test.code, cloud.ClassOf(err), err, cloud.Hint(err))
		}
		server.Close()
	}
}
