package sandbox_test

// Faults hit the requests they choose, and their effects happen or do not happen as their kind says.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

func TestFaultKinds(t *testing.T) {
	for _, test := range []struct {
		fault  sandbox.Fault
		status int    // 0: the connection is dropped
		code   string // of EKS
		effect bool
	}{
		{sandbox.Fault{Kind: sandbox.FaultThrottle}, 429, "ThrottlingException", false},
		{sandbox.Fault{Kind: sandbox.FaultError500}, 500, "ServerException", false},
		{sandbox.Fault{Kind: sandbox.FaultError503}, 503, "ServiceUnavailableException", false},
		{sandbox.Fault{Kind: sandbox.FaultError, Status: 400, Code: "UnsupportedAvailabilityZoneException", Message: "no"}, 400, "UnsupportedAvailabilityZoneException", false},
		{sandbox.Fault{Kind: sandbox.FaultDropBefore}, 0, "", false},
		{sandbox.Fault{Kind: sandbox.FaultDropAfter}, 0, "", true},
		{sandbox.Fault{Kind: sandbox.FaultErrorAfter}, 500, "ServerException", true},
		{sandbox.Fault{Kind: sandbox.FaultLatency, Latency: sandbox.Range{Min: 1, Max: 2}}, 200, "", true},
	} {
		t.Run(test.fault.Kind, func(t *testing.T) {
			test.fault.Operation = "eks:Create*"
			b := serve(t, func(w *sandbox.World) { w.Faults = []sandbox.Fault{test.fault} })
			_, err := b.eks.CreateFargateProfile(ctx, profileInput("web"))
			status := 200
			if err != nil {
				status = 0
			}
			var response *awshttp.ResponseError
			if errors.As(err, &response) {
				status = response.HTTPStatusCode()
			}
			if status != test.status || (test.code != "" && code(err) != test.code) {
				t.Errorf("got %d %v, want %d %s", status, err, test.status, test.code)
			}
			if exists := len(b.Profiles("demo")) == 1; exists != test.effect {
				t.Errorf("the profile exists: %t, want %t", exists, test.effect)
			}
			if log := b.Requests(); len(log) != 1 || log[0].Profile != "web" || log[0].Status != test.status {
				t.Errorf("log %+v", log)
			}
		})
	}
}

func TestThrottlingOfEveryService(t *testing.T) {
	b := serve(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "*", Kind: sandbox.FaultThrottle, RetryAfter: 1500 * time.Millisecond}}
	})
	_, eksErr := b.eks.ListClusters(ctx, nil)
	_, ec2Err := b.ec2.DescribeSubnets(ctx, nil)
	_, iamErr := b.iam.ListRoles(ctx, nil)
	for want, err := range map[string]error{"ThrottlingException": eksErr, "RequestLimitExceeded": ec2Err, "Throttling": iamErr} {
		var response *awshttp.ResponseError
		if code(err) != want || !errors.As(err, &response) || response.Response.Header.Get("Retry-After") != "2" {
			t.Errorf("%v, want %s with Retry-After: 2", err, want)
		}
	}
}

// Which of ten requests are hit.
func TestFaultCounting(t *testing.T) {
	for _, test := range []struct {
		fault sandbox.Fault
		want  []int
	}{
		{sandbox.Fault{Operation: "eks:ListClusters"}, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{sandbox.Fault{Operation: "eks:*", Nth: 3}, []int{3}},
		{sandbox.Fault{Operation: "*:ListClusters", Nth: 3, Times: 2}, []int{3, 4}},
		{sandbox.Fault{Operation: "*", Times: 2}, []int{1, 2}},
		{sandbox.Fault{Operation: "*", Every: 4}, []int{4, 8}},
		{sandbox.Fault{Operation: "*", Every: 4, Times: 1}, []int{4}},
		{sandbox.Fault{Operation: "eks:DescribeCluster"}, nil},
		{sandbox.Fault{Operation: "*", Profile: "web"}, nil},
	} {
		test.fault.Kind = sandbox.FaultError500
		b := serve(t)
		if err := b.SetFaults(test.fault); err != nil {
			t.Fatal(err)
		}
		var hit []int
		for i := range 10 {
			if _, err := b.eks.ListClusters(ctx, nil); err != nil {
				hit = append(hit, i+1)
			}
		}
		if !slices.Equal(hit, test.want) {
			t.Errorf("%+v hit %v, want %v", test.fault, hit, test.want)
		}
	}
}

// A create whose answer is lost is found by the SDK's own retry, which sends the same token.
func TestRetryFindsTheFirstProfile(t *testing.T) {
	for _, kind := range []string{sandbox.FaultDropAfter, sandbox.FaultErrorAfter} {
		b := serve(t, func(w *sandbox.World) {
			w.Faults = []sandbox.Fault{{Operation: "eks:CreateFargateProfile", Nth: 1, Kind: kind}}
		})
		out, err := b.eks.CreateFargateProfile(ctx, profileInput("web"), withRetries)
		if err != nil || *out.FargateProfile.FargateProfileArn != b.Profiles("demo")[0].ARN {
			t.Errorf("%s: %+v, %v", kind, out, err)
		}
		if n := b.Stats().Operations["eks:CreateFargateProfile"]; n != 2 {
			t.Errorf("%s: %d requests", kind, n)
		}
	}
}

func TestSetFaultsRefusesNonsense(t *testing.T) {
	b := serve(t)
	err := b.SetFaults(sandbox.Fault{Kind: "nonsense"}, sandbox.Fault{Operation: "*", Kind: sandbox.FaultLatency})
	var faults *sandbox.WorldError
	if !errors.As(err, &faults) || len(faults.Faults) != 3 {
		t.Errorf("got %v", err)
	}
}

// A test can look at the world after every request, also where its answer is lost.
func TestOnRequest(t *testing.T) {
	var lock sync.Mutex
	var seen []string
	var server *sandbox.Server
	world := sandbox.DefaultWorld()
	world.Faults = []sandbox.Fault{{Operation: "eks:CreateFargateProfile", Nth: 1, Kind: sandbox.FaultDropAfter}}
	var log bytes.Buffer
	server, err := sandbox.New(world, sandbox.Options{Log: &log, OnRequest: func(r sandbox.Request) {
		lock.Lock()
		defer lock.Unlock()
		seen = append(seen, r.Operation+" "+r.Fault)
		for _, p := range server.Profiles("demo") {
			seen = append(seen, p.Name+" "+p.Status)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	b := serveHTTP(t, server)
	_, _ = b.eks.CreateFargateProfile(ctx, profileInput("web")) // its answer is dropped
	lock.Lock()
	defer lock.Unlock()
	if want := []string{"CreateFargateProfile drop-after", "web CREATING"}; !slices.Equal(seen, want) {
		t.Errorf("saw %q, want %q", seen, want)
	}
	_ = server.Stats() // the log is written before the request is counted out
	if want := "   1 us-east-1 eks:CreateFargateProfile demo/web dropped (fault: drop-after)\n"; log.String() != want {
		t.Errorf("log %q, want %q", log.String(), want)
	}
}

// Requests in a row count as so many round trips, requests at once as one.
func TestStats(t *testing.T) {
	b := serve(t, func(w *sandbox.World) {
		w.Latency = sandbox.Range{Min: 20 * time.Millisecond, Max: 60 * time.Millisecond}
	})
	for range 3 {
		if _, err := b.eks.ListClusters(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.Stats(); got.Requests != 3 || got.Sequential != 3 || got.MaxInFlight != 1 {
		t.Errorf("in a row: %+v", got)
	}
	if status, text := b.control(t, http.MethodPost, "reset-stats", ""); status != http.StatusOK {
		t.Fatal(text)
	}
	var wait sync.WaitGroup
	for i := range 9 {
		wait.Go(func() {
			switch i % 3 {
			case 0:
				_, _ = b.eks.ListClusters(ctx, nil)
			case 1:
				_, _ = b.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{})
			case 2:
				_, _ = b.iam.ListRoles(ctx, &iam.ListRolesInput{})
			}
		})
	}
	wait.Wait()
	var got sandbox.Stats
	b.getJSON(t, "stats", &got)
	if got.Requests != 9 || got.Sequential != 1 || got.MaxInFlight < 2 || got.MaxInFlight > 9 ||
		got.Operations["eks:ListClusters"] != 3 || got.Operations["ec2:DescribeSubnets"] != 3 || got.Operations["iam:ListRoles"] != 3 {
		t.Errorf("at once: %+v", got)
	}
	var log []sandbox.Request
	b.getJSON(t, "requests", &log)
	if len(log) != 9 || log[0].Number < 4 || !strings.Contains(log[0].UserAgent, "aws-sdk-go-v2") {
		t.Errorf("log %+v", log)
	}
}

// Faults can be set from a shell.
func TestFaultsOverHTTP(t *testing.T) {
	b := serve(t)
	send := func(text string) int {
		status, _ := b.control(t, http.MethodPost, "faults", text)
		return status
	}
	if got := send("- {operation: eks:ListClusters, kind: throttle, times: 1}"); got != 200 {
		t.Errorf("status %d", got)
	}
	_, first := b.eks.ListClusters(ctx, nil)
	_, second := b.eks.ListClusters(ctx, nil)
	if code(first) != "ThrottlingException" || second != nil {
		t.Errorf("got %v, then %v", first, second)
	}
	for text, want := range map[string]int{"": 200, "[]": 200, "- {kind: nonsense}": 400, "- {no: no}": 400, "{": 400} {
		if got := send(text); got != want {
			t.Errorf("%q: status %d, want %d", text, got, want)
		}
	}
}

// control sends a request to the sandbox itself.
func (b *bench) control(t *testing.T, method, what, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, b.url+"/_sandbox/"+what, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set(sandbox.ControlHeader, "1")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, readAll(t, response)
}

func (b *bench) getJSON(t *testing.T, what string, into any) {
	t.Helper()
	status, text := b.control(t, http.MethodGet, what, "")
	if err := json.Unmarshal([]byte(text), into); err != nil || status != http.StatusOK {
		t.Fatal(status, text, err)
	}
}

// A request that has arrived takes effect even when its client has gone before the answer: what
// happens when fgctl is killed in the middle of a create.
func TestEffectWithoutClient(t *testing.T) {
	arrived, release, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	server, err := sandbox.New(sandbox.DefaultWorld(), sandbox.Options{
		Sleep: func(ctx context.Context, _ time.Duration) {
			close(arrived)
			<-release
			if ctx.Err() != nil {
				t.Error("the client's end reached the request")
			}
		},
		OnRequest: func(sandbox.Request) { close(ended) },
	})
	if err != nil {
		t.Fatal(err)
	}
	b := serveHTTP(t, server)
	leaving, leave := context.WithCancel(ctx)
	go func() {
		<-arrived
		leave()
	}()
	if _, err := b.eks.CreateFargateProfile(leaving, profileInput("web")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(release)
	<-ended
	if n := len(b.Profiles("demo")); n != 1 {
		t.Errorf("%d profiles", n)
	}
}
