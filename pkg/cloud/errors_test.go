package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

func create(c *cloud.Client) error {
	_, err := c.CreateProfile(context.Background(), fargate.Profile{
		Cluster: "demo", Name: "web", PodExecutionRoleARN: "arn:aws:iam::111122223333:role/fargate-pods",
		Selectors: []fargate.Selector{{Namespace: "web", Labels: map[string]string{}}}, Subnets: []string{}, Tags: map[string]string{},
	}, "token-1")
	return err
}

func remove(c *cloud.Client) error {
	_, err := c.DeleteProfile(context.Background(), "demo", "web")
	return err
}

func describe(c *cloud.Client) error {
	_, err := c.Profile(context.Background(), "demo", "web")
	return err
}

func subnets(c *cloud.Client) error {
	_, err := c.Subnet(context.Background(), "subnet-1")
	return err
}

func role(c *cloud.Client) error {
	_, err := c.Role(context.Background(), "fargate-pods")
	return err
}

// A refusal falls into its class by code and text, whatever type it has in the SDK.
func TestClassOfAnswers(t *testing.T) {
	htmlPage := func(w http.ResponseWriter, status int, _, _ string) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<!doctype html><title>500 Internal Server Error</title>"))
	}
	tests := []struct {
		name          string
		call          func(*cloud.Client) error
		answer        func(w http.ResponseWriter, status int, code, message string)
		status        int
		code, message string
		want          cloud.Class
		sent          int // requests, retries included
		hint          string
	}{
		{"name taken", create, eksError, 409, "ResourceInUseException", "A Fargate Profile already exists with this name in this cluster.", cloud.Exists, 1, ""},
		{"sibling creating", create, eksError, 409, "ResourceInUseException", "Cannot create Fargate Profile web because cluster demo currently has Fargate profile api in status CREATING", cloud.Busy, 1, "one Fargate profile of a cluster at a time"},
		{"sibling deleting", remove, eksError, 409, "ResourceInUseException", "Cannot Delete Fargate Profile web because cluster demo currently has Fargate profile api in status DELETING", cloud.Busy, 1, ""},
		{"cluster updating", remove, eksError, 409, "ResourceInUseException", "Cannot Delete Fargate Profile web because cluster demo currently has an update in progress", cloud.Busy, 1, ""},
		{"in use for an unknown reason", remove, eksError, 409, "ResourceInUseException", "Something new.", cloud.Other, 1, ""},
		{"trust", create, eksError, 400, "InvalidParameterException", "Misconfigured PodExecutionRole Trust Policy; Please add the eks-fargate-pods.amazonaws.com Service Principal", cloud.TrustNotReady, 1, "new role"},
		{"public subnet", create, eksError, 400, "InvalidParameterException", "Subnet subnet-0ab49c01946ecc462 provided in Fargate Profile is not a private subnet", cloud.Invalid, 1, ""},
		{"cluster not active", create, eksError, 400, "InvalidRequestException", "Cluster 'demo' is not in ACTIVE status", cloud.Invalid, 1, ""},
		{"zone", create, eksError, 400, "UnsupportedAvailabilityZoneException", "no", cloud.Invalid, 1, ""},
		{"client exception", create, eksError, 400, "ClientException", "no", cloud.Invalid, 1, ""},
		{"quota", create, eksError, 400, "ResourceLimitExceededException", "no", cloud.LimitExceeded, 1, "quota"},
		{"no cluster", create, eksError, 404, "ResourceNotFoundException", "No cluster found for name: demo.", cloud.NotFound, 1, ""},
		{"no profile", describe, eksError, 404, "ResourceNotFoundException", "No Fargate Profile found with name: web.", cloud.NotFound, 1, ""},
		{"propagation", create, eksError, 428, "ResourcePropagationDelayException", "Required resources (such as service-linked roles) were created and are still propagating. Retry later.", cloud.Unavailable, 1, "try again"},
		{"denied", create, eksError, 403, "AccessDeniedException", "no", cloud.AccessDenied, 1, "eks:CreateFargateProfile; the account or the region may also lack EKS on Fargate"},
		{"denied pass role", create, eksError, 403, "AccessDeniedException", "User: u is not authorized to perform: iam:PassRole on resource: r", cloud.AccessDenied, 1, "the caller needs the IAM permission iam:PassRole"},
		{"caller cannot read subnets", create, eksError, 400, "InvalidRequestException", `Missing permissions for "ec2:DescribeSubnets"`, cloud.AccessDenied, 1, "ec2:DescribeSubnets"},
		{"caller cannot read the linked role", create, eksError, 400, "InvalidRequestException", "Failed to validate if SLR: AWSServiceRoleForAmazonEKSForFargate already exists due to missing permissions for 'iam:GetRole'", cloud.AccessDenied, 1, "iam:GetRole"},
		{"throttled", describe, eksError, 429, "ThrottlingException", "Rate exceeded", cloud.Throttled, 3, "throttling"},
		{"too many requests", describe, eksError, 429, "TooManyRequestsException", "slow", cloud.Throttled, 3, ""},
		{"server exception", describe, eksError, 500, "ServerException", "oops", cloud.Unavailable, 3, "try again"},
		{"unavailable", describe, eksError, 503, "ServiceUnavailableException", "oops", cloud.Unavailable, 3, ""},
		{"500 in HTML", describe, htmlPage, 500, "", "HTTP 500: response is not an AWS error", cloud.Unavailable, 3, ""},
		{"404 in HTML", describe, htmlPage, 404, "", "HTTP 404: response is not an AWS error", cloud.Other, 1, "endpoint does not know this operation"},
		{"expired token", describe, eksError, 403, "ExpiredTokenException", "The security token included in the request is expired", cloud.Credentials, 1, "the credentials are those of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; renew them\nto test them: aws sts get-caller-identity"},
		{"unknown key", describe, eksError, 403, "UnrecognizedClientException", "The security token included in the request is invalid.", cloud.Credentials, 1, ""},
		{"bad signature", describe, eksError, 403, "InvalidSignatureException", "no", cloud.Credentials, 1, "clock"},
		{"unknown code", describe, eksError, 418, "TeapotException", "tea", cloud.Other, 1, ""},

		{"subnet unknown", subnets, ec2Error, 400, "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist", cloud.NotFound, 1, ""},
		{"subnet malformed", subnets, ec2Error, 400, "InvalidSubnetID.Malformed", "no", cloud.Invalid, 1, ""},
		{"ec2 denied", subnets, ec2Error, 403, "UnauthorizedOperation", "You are not authorized to perform this operation.", cloud.AccessDenied, 1, "the caller needs the IAM permission ec2:DescribeSubnets"},
		{"ec2 throttled", subnets, ec2Error, 503, "RequestLimitExceeded", "Request limit exceeded.", cloud.Throttled, 3, ""},
		{"ec2 credentials", subnets, ec2Error, 401, "AuthFailure", "no", cloud.Credentials, 1, ""},
		{"ec2 internal", subnets, ec2Error, 500, "InternalError", "no", cloud.Unavailable, 3, ""},

		{"role unknown", role, queryError, 404, "NoSuchEntity", "The role with name fargate-pods cannot be found.", cloud.NotFound, 1, ""},
		{"iam denied", role, queryError, 403, "AccessDenied", "no", cloud.AccessDenied, 1, "iam:GetRole"},
		{"iam throttled", role, queryError, 400, "Throttling", "Rate exceeded", cloud.Throttled, 3, ""},
		{"iam credentials", role, queryError, 403, "InvalidClientTokenId", "no", cloud.Credentials, 1, ""},
		{"iam quota", role, queryError, 409, "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000", cloud.LimitExceeded, 1, ""},
		{"role exists", role, queryError, 409, "EntityAlreadyExists", "Role with name fargate-pods already exists.", cloud.Exists, 1, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
				tt.answer(w, tt.status, tt.code, tt.message)
			})
			err := tt.call(client(t, s.URL))
			if got := cloud.ClassOf(err); got != tt.want {
				t.Errorf("class %v, want %v: %v", got, tt.want, err)
			}
			var e *cloud.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T is no *cloud.Error", err)
			}
			if e.Status != tt.status || tt.code != "" && (e.Code != tt.code || e.RequestID != "req-1") {
				t.Errorf("status %d, code %q, request id %q", e.Status, e.Code, e.RequestID)
			}
			if tt.message != "" && !strings.Contains(err.Error(), tt.message) {
				t.Errorf("%q does not hold AWS's message", err)
			}
			if strings.Contains(err.Error(), "<") || strings.Contains(err.Error(), "operation error") {
				t.Errorf("%q holds a page or the SDK's layers", err)
			}
			if n := len(s.requests()); n != tt.sent {
				t.Errorf("%d requests, want %d", n, tt.sent)
			}
			if !strings.Contains(cloud.Hint(err), tt.hint) {
				t.Errorf("hint %q, want %q in it", cloud.Hint(err), tt.hint)
			}
			if e.Local() {
				t.Error("an answer is not a local fault")
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
		eksError(w, 404, "ResourceNotFoundException", "No cluster found for name: demo.")
	})
	err := describe(client(t, s.URL))
	const want = "eks:DescribeFargateProfile: ResourceNotFoundException: No cluster found for name: demo. (request id req-1)"
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	if !cloud.NoCluster(err) {
		t.Error("NoCluster is false")
	}
	if cloud.NoCluster(errors.New("No cluster found")) {
		t.Error("NoCluster is true for a foreign error")
	}
}

func TestTransient(t *testing.T) {
	want := map[cloud.Class]bool{cloud.Busy: true, cloud.TrustNotReady: true, cloud.Throttled: true, cloud.Unavailable: true, cloud.Senseless: true}
	for c := cloud.Other; c <= cloud.Canceled; c++ {
		if c.Transient() != want[c] {
			t.Errorf("%v: transient %v", c, c.Transient())
		}
		if c.String() == "unknown" || c.String() == "" {
			t.Errorf("class %d has no name", c)
		}
	}
}

// hijack breaks the connection after it has written some bytes.
func hijack(w http.ResponseWriter, text string) {
	conn, buf, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = buf.WriteString(text)
	_ = buf.Flush()
	_ = conn.Close()
}

// A failure without a whole answer is Unavailable, and the SDK tries again.
func TestNoAnswer(t *testing.T) {
	tests := []struct {
		name string
		drop func(http.ResponseWriter, *http.Request)
	}{
		{"dropped", func(w http.ResponseWriter, _ *http.Request) { hijack(w, "") }},
		{"cut in the body", func(w http.ResponseWriter, _ *http.Request) {
			hijack(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"fargateProfile\":")
		}},
		{"cut in the body of a refusal", func(w http.ResponseWriter, _ *http.Request) {
			hijack(w, "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"mess")
		}},
		{"stalled in the body", func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"fargateProfile":`))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}},
		{"silent", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request, _ string, _ int) { tt.drop(w, r) })
			c := client(t, s.URL, func(o *cloud.Options) { o.AttemptTimeout = 250 * time.Millisecond })
			err := describe(c)
			if cloud.ClassOf(err) != cloud.Unavailable {
				t.Errorf("class %v: %v", cloud.ClassOf(err), err)
			}
			// A dead connection is not the caller's deadline.
			if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
				t.Errorf("%v answers to a context error", err)
			}
			if n := len(s.requests()); n != 3 {
				t.Errorf("%d requests, want 3", n)
			}
			if strings.Contains(err.Error(), "operation error") {
				t.Errorf("%q holds the SDK's layers", err)
			}
		})
	}
}

// The SDK stops to retry when too much has failed; the failures stay what they are, so that a long wait
// goes on at its own pace.
func TestRetryQuota(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
		eksError(w, 500, "ServerException", "oops")
	})
	c := client(t, s.URL)
	for i := range 40 {
		if err := describe(c); cloud.ClassOf(err) != cloud.Unavailable {
			t.Fatalf("call %d: %v: %v", i, cloud.ClassOf(err), err)
		}
	}
	if n := len(s.requests()); n >= 120 {
		t.Errorf("%d requests: the quota was not reached", n)
	}
}

func TestNoServer(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	err := describe(client(t, s.URL))
	if cloud.ClassOf(err) != cloud.Unavailable || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("%v: %v", cloud.ClassOf(err), err)
	}
}

// The end of the caller's context shows as Canceled and as itself, at whatever moment it comes.
func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(_ http.ResponseWriter, r *http.Request, _ string, _ int) { cancel(); <-r.Context().Done() })
	c := client(t, s.URL)
	_, err := c.Profile(ctx, "demo", "web")
	if cloud.ClassOf(err) != cloud.Canceled || !errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("canceled: %v: %v", cloud.ClassOf(err), err)
	}

	deadline, stop := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer stop()
	silent := serve(t, func(_ http.ResponseWriter, r *http.Request, _ string, _ int) { <-r.Context().Done() })
	_, err = client(t, silent.URL).Profile(deadline, "demo", "web")
	if cloud.ClassOf(err) != cloud.Canceled || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("deadline: %v: %v", cloud.ClassOf(err), err)
	}

	pausing, giveUp := context.WithCancel(context.Background())
	failing := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, n int) {
		if n == 2 {
			giveUp()
		}
		eksError(w, 500, "ServerException", "oops")
	})
	t.Setenv("AWS_MAX_ATTEMPTS", "1000")
	_, err = client(t, failing.URL).Profile(pausing, "demo", "web")
	if cloud.ClassOf(err) != cloud.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("between attempts: %v: %v", cloud.ClassOf(err), err)
	}
	_, err = c.Profiles(ctx, "demo")
	if cloud.ClassOf(err) != cloud.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("before the first request: %v: %v", cloud.ClassOf(err), err)
	}
	if cloud.ClassOf(context.Canceled) != cloud.Canceled || cloud.ClassOf(nil) != cloud.Other {
		t.Error("ClassOf of bare errors")
	}
}

// Each of several errors has its hint, and none is said twice.
func TestHintOfSeveral(t *testing.T) {
	throttled, other := &cloud.Error{Class: cloud.Throttled}, &cloud.Error{Class: cloud.LimitExceeded}
	err := errors.Join(throttled, fmt.Errorf("eu-west-1: %w", other), errors.New("x"), fmt.Errorf("again: %w", throttled))
	if got, want := cloud.Hint(err), cloud.Hint(throttled)+"\n"+cloud.Hint(other); got != want || strings.Count(got, "\n") != 1 {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A host that does not resolve is not worth another try before its name is looked at.
func TestHintOfAHost(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	c, err := cloud.New(t.Context(), cloud.Options{Region: "us-esat-1", EndpointURL: "http://nowhere.invalid"})
	if err != nil {
		t.Fatal(err)
	}
	if err := describe(c); !strings.Contains(cloud.Hint(err), "check that the region and the host of --endpoint-url are right") {
		t.Errorf("%v: %s", err, cloud.Hint(err))
	}
}

// Without credentials nothing is sent, nothing waits for a metadata service, and the hint says so.
func TestNoCredentials(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
		eksError(w, 500, "ServerException", "oops")
	})
	isolate(t)
	c, err := cloud.New(context.Background(), cloud.Options{Region: "us-east-1", EndpointURL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func(*cloud.Client) error{"eks": describe, "ec2": subnets, "iam": role} {
		err = call(c)
		if cloud.ClassOf(err) != cloud.Credentials || !strings.Contains(cloud.Hint(err), "for SSO: aws configure sso") {
			t.Errorf("%s: %v: %v", name, cloud.ClassOf(err), err)
		}
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// A refusal while the credentials are fetched is one of credentials, not of the call: a check must not
// be skipped as if a permission were missing.
func TestCredentialsRefused(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) {
		queryError(w, 403, "AccessDenied", "User: u is not authorized to perform: sts:AssumeRole")
	})
	isolate(t)
	writeConfig(t, "[default]\nregion = us-east-1\nrole_arn = arn:aws:iam::111122223333:role/x\ncredential_source = Environment\n")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	t.Setenv("AWS_PROFILE", "default")
	c, err := cloud.New(context.Background(), cloud.Options{EndpointURL: s.URL, Profile: "default"})
	if err != nil {
		t.Fatal(err)
	}
	err = describe(c)
	var e *cloud.Error
	if !errors.As(err, &e) || e.Class != cloud.Credentials || e.Code != "" || !strings.Contains(e.Message, "sts:AssumeRole") {
		t.Errorf("%v: %v", cloud.ClassOf(err), err)
	}
}
