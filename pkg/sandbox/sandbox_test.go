package sandbox_test

// This file holds what the tests of the sandbox share: a server over HTTP, a clock that stands still,
// and the clients of the AWS SDK.

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

const (
	goodRole = "arn:aws:iam::111122223333:role/fargate-pods"
	badRole  = "arn:aws:iam::111122223333:role/not-fargate"
	privateA = "subnet-0aaa0000000000001"
	privateB = "subnet-0aaa0000000000002"
	publicA  = "subnet-0bbb0000000000001"
	mainOnly = "subnet-0ccc0000000000001"
	foreign  = "subnet-0ddd0000000000001"
)

var ctx = context.Background()

// clock is a time that moves only when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// bench is a served world with clients that neither retry nor read the machine's AWS settings.
type bench struct {
	*sandbox.Server
	clock  *clock
	url    string
	config aws.Config
	eks    *eks.Client
	ec2    *ec2.Client
	iam    *iam.Client
	sts    *sts.Client
}

func serve(t *testing.T, change ...func(*sandbox.World)) *bench {
	t.Helper()
	world := sandbox.DefaultWorld()
	for _, f := range change {
		f(&world)
	}
	clock := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	server, err := sandbox.New(world, sandbox.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	b := serveHTTP(t, server)
	b.clock = clock
	return b
}

// serveHTTP puts a server on a listener and makes clients for it.
func serveHTTP(t *testing.T, server *sandbox.Server) *bench {
	t.Helper()
	return clientOf(t, server, false)
}

// clientOf makes clients that talk to a server over a listener, or in process.
func clientOf(t testing.TB, server *sandbox.Server, inProcess bool) *bench {
	t.Helper()
	b := &bench{Server: server, url: "http://sandbox.invalid"}
	var client aws.HTTPClient = plainBodies{awshttp.NewBuildableClient()}
	if inProcess {
		client = &http.Client{Transport: server.Transport()}
	} else {
		web := httptest.NewServer(server)
		t.Cleanup(web.Close)
		b.url = web.URL
	}
	b.config = aws.Config{
		HTTPClient: client,
		Region:     "us-east-1", BaseEndpoint: &b.url, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider("AKIASANDBOX", "secret", ""),
	}
	b.eks, b.ec2 = eks.NewFromConfig(b.config), ec2.NewFromConfig(b.config)
	b.iam, b.sts = iam.NewFromConfig(b.config), sts.NewFromConfig(b.config)
	return b
}

// plainBodies hides the WriteTo of the SDK's request bodies, for the reason that cloud's type of the name tells.
type plainBodies struct{ aws.HTTPClient }

func (c plainBodies) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		request.Body = struct{ io.ReadCloser }{request.Body}
	}
	return c.HTTPClient.Do(request)
}

// withRetries lets one call retry as the SDK does by default, without its pauses.
func withRetries(o *eks.Options) {
	o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.Backoff = noPause{} })
}

type noPause struct{}

func (noPause) BackoffDelay(int, error) (time.Duration, error) { return 0, nil }

// profileInput is a create that succeeds in the default world.
func profileInput(name string, change ...func(*eks.CreateFargateProfileInput)) *eks.CreateFargateProfileInput {
	in := &eks.CreateFargateProfileInput{
		ClusterName: aws.String("demo"), FargateProfileName: aws.String(name), PodExecutionRoleArn: aws.String(goodRole),
		Subnets:   []string{privateA, privateB},
		Selectors: []types.FargateProfileSelector{{Namespace: aws.String("web"), Labels: map[string]string{"app": "api"}}},
	}
	for _, f := range change {
		f(in)
	}
	return in
}

// mustCreate creates a profile and waits until it is ACTIVE.
func (b *bench) mustCreate(t *testing.T, name string) *types.FargateProfile {
	t.Helper()
	out, err := b.eks.CreateFargateProfile(ctx, profileInput(name))
	if err != nil {
		t.Fatal(err)
	}
	b.clock.advance(2 * time.Second)
	return out.FargateProfile
}

// status is a profile's status by DescribeFargateProfile, or the error code.
func (b *bench) status(name string) string {
	out, err := b.eks.DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: aws.String(name)})
	if err != nil {
		return code(err)
	}
	return string(out.FargateProfile.Status)
}

func (b *bench) delete(name string) error {
	_, err := b.eks.DeleteFargateProfile(ctx, &eks.DeleteFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: aws.String(name)})
	return err
}

// code is AWS's error code, or the whole error where there is none.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

func message(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorMessage()
	}
	return ""
}

// sandboxWorld and the makers below keep the tables short.
type sandboxWorld = sandbox.World

func route(to, via string) sandbox.Route { return sandbox.Route{To: to, Via: via} }

func endpoint(id, service, kind string) sandbox.Endpoint {
	return sandbox.Endpoint{ID: id, Service: service, Type: kind}
}

func readAll(t *testing.T, r *http.Response) string {
	t.Helper()
	defer func() { _ = r.Body.Close() }()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
