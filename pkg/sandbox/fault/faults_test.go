package fault_test

// Faults hit the requests they choose, and their effects happen or do not happen as their kind says.

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

var ctx = context.Background()

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
			b := bench.Serve(t, func(w *sandbox.World) { w.Faults = []sandbox.Fault{test.fault} })
			_, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web"))
			status := 200
			if err != nil {
				status = 0
			}
			var response *awshttp.ResponseError
			if errors.As(err, &response) {
				status = response.HTTPStatusCode()
			}
			if status != test.status || (test.code != "" && bench.Code(err) != test.code) {
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
		b := bench.Serve(t)
		if err := b.SetFaults(test.fault); err != nil {
			t.Fatal(err)
		}
		var hit []int
		for i := range 10 {
			if _, err := b.EKS.ListClusters(ctx, nil); err != nil {
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
		b := bench.Serve(t, func(w *sandbox.World) {
			w.Faults = []sandbox.Fault{{Operation: "eks:CreateFargateProfile", Nth: 1, Kind: kind}}
		})
		out, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web"), withRetries)
		if err != nil || *out.FargateProfile.FargateProfileArn != b.Profiles("demo")[0].ARN {
			t.Errorf("%s: %+v, %v", kind, out, err)
		}
		if n := b.Stats().Operations["eks:CreateFargateProfile"]; n != 2 {
			t.Errorf("%s: %d requests", kind, n)
		}
	}
}

func TestSetFaultsRefusesNonsense(t *testing.T) {
	b := bench.Serve(t)
	err := b.SetFaults(sandbox.Fault{Kind: "nonsense"}, sandbox.Fault{Operation: "*", Kind: sandbox.FaultLatency})
	var faults *sandbox.WorldError
	if !errors.As(err, &faults) || len(faults.Faults) != 3 {
		t.Errorf("got %v", err)
	}
}

// withRetries lets one call retry as the SDK does by default, without its pauses.
func withRetries(o *eks.Options) {
	o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.Backoff = noPause{} })
}

type noPause struct{}

func (noPause) BackoffDelay(int, error) (time.Duration, error) { return 0, nil }
