// Package bench is what the sandbox's own tests share: a served world, a clock that stands still, and clients of the
// AWS SDK.
package bench

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
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

// Names of the built-in world.
const (
	GoodRole = "arn:aws:iam::111122223333:role/fargate-pods"
	BadRole  = "arn:aws:iam::111122223333:role/not-fargate"
	PrivateA = "subnet-0aaa0000000000001"
	PrivateB = "subnet-0aaa0000000000002"
	PublicA  = "subnet-0bbb0000000000001"
	MainOnly = "subnet-0ccc0000000000001"
	Foreign  = "subnet-0ddd0000000000001"
)

// Clock is a time that moves only when Advance is called.
type Clock struct {
	lock sync.Mutex
	now  time.Time
}

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.now
}

// Advance moves the time on.
func (c *Clock) Advance(d time.Duration) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.now = c.now.Add(d)
}

// NewClock returns a clock that stands at a fixed time.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

// Bench is a served world with clients that neither retry nor read the machine's AWS settings.
type Bench struct {
	*sandbox.Server
	Clock  *Clock
	URL    string
	Config aws.Config
	EKS    *eks.Client
	EC2    *ec2.Client
	IAM    *iam.Client
	STS    *sts.Client
}

// Serve serves the built-in world after the changes, with a clock that stands still.
func Serve(t testing.TB, change ...func(*sandbox.World)) *Bench {
	t.Helper()
	world := sandbox.DefaultWorld()
	for _, f := range change {
		f(&world)
	}
	clock := NewClock()
	server, err := sandbox.New(world, sandbox.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	b := Of(t, server, false)
	b.Clock = clock
	return b
}

// Of makes clients that talk to a server over a listener, or in process.
func Of(t testing.TB, server *sandbox.Server, inProcess bool) *Bench {
	t.Helper()
	b := &Bench{Server: server, URL: "http://sandbox.invalid"}
	var client aws.HTTPClient = plainBodies{awshttp.NewBuildableClient()}
	if inProcess {
		client = &http.Client{Transport: server.Transport()}
	} else {
		web := httptest.NewServer(server)
		t.Cleanup(web.Close)
		b.URL = web.URL
	}
	b.Config = aws.Config{
		HTTPClient: client,
		Region:     "us-east-1", BaseEndpoint: &b.URL, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider("AKIASANDBOX", "secret", ""),
	}
	b.EKS, b.EC2 = eks.NewFromConfig(b.Config), ec2.NewFromConfig(b.Config)
	b.IAM, b.STS = iam.NewFromConfig(b.Config), sts.NewFromConfig(b.Config)
	return b
}

// plainBodies hides the WriteTo of the SDK's request bodies, as cloud's type of the name does.
type plainBodies struct{ aws.HTTPClient }

// Do sends a request.
func (c plainBodies) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		request.Body = struct{ io.ReadCloser }{request.Body}
	}
	return c.HTTPClient.Do(request)
}

// With puts a profile into the cluster demo, in the place of those that it has.
func With(name, status string) func(*sandbox.World) {
	return func(w *sandbox.World) {
		w.Cluster("demo").Profiles = []sandbox.Profile{{
			Name: name, Role: "fargate-pods", Status: status, Selectors: []sandbox.Selector{{Namespace: name}},
		}}
	}
}

// Input returns a create that succeeds in the built-in world.
func Input(name string, change ...func(*eks.CreateFargateProfileInput)) *eks.CreateFargateProfileInput {
	selector := types.FargateProfileSelector{Namespace: aws.String("web"), Labels: map[string]string{"app": "api"}}
	in := &eks.CreateFargateProfileInput{
		ClusterName: aws.String("demo"), FargateProfileName: aws.String(name), PodExecutionRoleArn: aws.String(GoodRole),
		Subnets: []string{PrivateA, PrivateB}, Selectors: []types.FargateProfileSelector{selector},
	}
	for _, f := range change {
		f(in)
	}
	return in
}

// CreateBody is the body of a create that succeeds in the built-in world.
const CreateBody = `{"fargateProfileName":"web","podExecutionRoleArn":"` + GoodRole +
	`","subnets":["` + PrivateA + `"],"selectors":[{"namespace":"web"}]}`

// Send sends a request to EKS without a client of the SDK, and returns the answer with its body.
func (b *Bench) Send(t testing.TB, method, path, body string) (*http.Response, []byte, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, b.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=K/20260102/us-east-1/eks/aws4_request, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return response, data, err
}

// Create creates a profile of demo and waits until it is ACTIVE.
func (b *Bench) Create(t testing.TB, name string) *types.FargateProfile {
	t.Helper()
	out, err := b.EKS.CreateFargateProfile(t.Context(), Input(name))
	if err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(2 * time.Second)
	return out.FargateProfile
}

// Status returns a profile's status by DescribeFargateProfile, or the error code.
func (b *Bench) Status(name string) string {
	in := &eks.DescribeFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: &name}
	out, err := b.EKS.DescribeFargateProfile(context.Background(), in)
	if err != nil {
		return Code(err)
	}
	return string(out.FargateProfile.Status)
}

// Delete begins to delete a profile of demo.
func (b *Bench) Delete(name string) error {
	in := &eks.DeleteFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: &name}
	_, err := b.EKS.DeleteFargateProfile(context.Background(), in)
	return err
}

// Code returns AWS's error code, or the whole error where there is none.
func Code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// Message returns AWS's message, empty where there is none.
func Message(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorMessage()
	}
	return ""
}
