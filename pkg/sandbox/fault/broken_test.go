package fault_test

// Answers that break off, credentials that expire, and the spans in which faults are in force.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/fault"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// What arrives of a create's answer, and that the profile exists all the same.
func TestBrokenAnswers(t *testing.T) {
	for _, test := range []struct {
		kind   string
		effect bool
		judge  func(*http.Response, []byte, error) bool
	}{
		{sandbox.FaultShortBody, true, func(r *http.Response, data []byte, err error) bool {
			return errors.Is(err, io.ErrUnexpectedEOF) && r.StatusCode == http.StatusOK && len(data) > 100 && r.ContentLength > int64(2*len(data)-2)
		}},
		{sandbox.FaultCutBody, true, func(r *http.Response, data []byte, err error) bool {
			return err == nil && r.StatusCode == http.StatusOK && len(data) > 100 && r.ContentLength == int64(len(data)) && !json.Valid(data)
		}},
		{sandbox.FaultResetAfter, true, func(_ *http.Response, _ []byte, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		{sandbox.FaultResetBefore, false, func(_ *http.Response, _ []byte, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		{sandbox.FaultDropAfter, true, func(_ *http.Response, _ []byte, err error) bool { return errors.Is(err, io.EOF) }},
		{sandbox.FaultDropBefore, false, func(_ *http.Response, _ []byte, err error) bool { return errors.Is(err, io.EOF) }},
	} {
		b := bench.Serve(t)
		if err := b.SetFaults(sandbox.Fault{Operation: "eks:CreateFargateProfile", Kind: test.kind}); err != nil {
			t.Fatal(err)
		}
		response, data, err := b.Send(t, http.MethodPost, "/clusters/demo/fargate-profiles", bench.CreateBody)
		if !test.judge(response, data, err) {
			t.Errorf("%s: got %+v, %q, %v", test.kind, response, data, err)
		}
		if exists := len(b.Profiles("demo")) == 1; exists != test.effect {
			t.Errorf("%s: the profile exists: %t", test.kind, exists)
		}
		if log := b.Requests(); len(log) != 1 || log[0].Fault != test.kind {
			t.Errorf("%s: log %+v", test.kind, log)
		}
	}
}

// A connection that is dropped on purpose is no fault of the server, so its log tells of none.
func TestDroppedConnectionsAreQuiet(t *testing.T) {
	for _, kind := range []string{sandbox.FaultResetBefore, sandbox.FaultResetAfter, sandbox.FaultDropBefore, sandbox.FaultDropAfter, sandbox.FaultShortBody} {
		world := sandbox.DefaultWorld()
		world.Faults = []sandbox.Fault{{Operation: "*", Kind: kind}}
		server, err := sandbox.New(world, sandbox.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var complaints bytes.Buffer
		web := httptest.NewUnstartedServer(server)
		web.Config.ErrorLog = log.New(&complaints, "", 0)
		web.Start()
		b := &bench.Bench{Server: server, URL: web.URL}
		if _, _, err := b.Send(t, http.MethodGet, "/clusters", ""); err == nil {
			t.Errorf("%s: the answer came whole", kind)
		}
		web.Close() // waits for the connections' ends
		if complaints.Len() > 0 {
			t.Errorf("%s: the log says %s", kind, &complaints)
		}
	}
}

// XML breaks off too, and the SDK takes neither for an answer.
func TestBrokenXML(t *testing.T) {
	for _, kind := range []string{sandbox.FaultShortBody, sandbox.FaultCutBody} {
		b := bench.Serve(t, func(w *sandbox.World) { w.Faults = []sandbox.Fault{{Operation: "*", Kind: kind}} })
		if _, err := b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{}); err == nil {
			t.Errorf("%s: half of a list of subnets was taken for the whole", kind)
		}
		if _, err := b.IAM.ListRoles(ctx, nil); err == nil {
			t.Errorf("%s: half of a list of roles was taken for the whole", kind)
		}
		if _, err := b.EKS.ListClusters(ctx, nil); err == nil {
			t.Errorf("%s: half of a list of clusters was taken for the whole", kind)
		}
	}
}

// after and until let time choose; requests outside are not counted.
func TestFaultSpan(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{
			{Operation: "*", Kind: sandbox.FaultThrottle, After: 2 * time.Second, Until: 4 * time.Second},
			{Operation: "*", Kind: sandbox.FaultExpired, After: 5 * time.Second, Nth: 2, Times: 2},
		}
	})
	var got []string
	for range 9 {
		_, err := b.EKS.ListClusters(ctx, nil)
		got = append(got, strings.TrimSuffix(bench.Code(err), "Exception"))
		b.Clock.Advance(time.Second)
	}
	if want := []string{"", "", "Throttling", "Throttling", "", "", "ExpiredToken", "ExpiredToken", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Rules that are set later count time from then on.
func TestFaultSpanOfSetFaults(t *testing.T) {
	b := bench.Serve(t)
	b.Clock.Advance(time.Hour)
	if err := b.SetFaults(sandbox.Fault{Operation: "*", Kind: sandbox.FaultThrottle, After: time.Second}); err != nil {
		t.Fatal(err)
	}
	_, before := b.EKS.ListClusters(ctx, nil)
	b.Clock.Advance(time.Second)
	_, after := b.EKS.ListClusters(ctx, nil)
	if before != nil || bench.Code(after) != "ThrottlingException" {
		t.Errorf("got %v, then %v", before, after)
	}
}

// A late answer has had its effect by the time it lingers.
func TestLatencyAfter(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "eks:CreateFargateProfile", Kind: sandbox.FaultLatencyAfter, Latency: sandbox.Range{Min: time.Minute, Max: time.Minute}}}
	})
	hurried, cancel := context.WithCancel(ctx)
	go func() {
		for len(b.Profiles("demo")) == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if _, err := b.EKS.CreateFargateProfile(hurried, bench.Input("web")); err == nil {
		t.Error("the answer came at once")
	}
	if len(b.Profiles("demo")) != 1 {
		t.Error("the request had no effect before its answer was due")
	}
}

// Each health code, at the end of a create and of a delete, and the profile can be deleted afterwards.
func TestFailedTransitions(t *testing.T) {
	for _, health := range append(fault.HealthCodes(), "") {
		b := bench.Serve(t, func(w *sandbox.World) {
			w.Faults = []sandbox.Fault{
				{Operation: "eks:CreateFargateProfile", Nth: 2, Kind: sandbox.FaultCreateFailed, Code: health, Message: "no", ResourceIDs: []string{"r"}},
				{Operation: "eks:DeleteFargateProfile", Nth: 1, Kind: sandbox.FaultDeleteFailed, Code: health, Message: "never"},
			}
		})
		b.Create(t, "first")
		b.Create(t, "web")
		want := health
		if want == "" {
			want = "InternalFailure"
		}
		if p := b.Profiles("demo")[1]; p.Status != "CREATE_FAILED" || p.Issues[0].Code != want || p.Issues[0].Message != "no" || p.Issues[0].ResourceIDs[0] != "r" {
			t.Errorf("%s: %+v", health, p)
		}
		out, err := b.EKS.DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: aws.String("web")})
		if err != nil || string(out.FargateProfile.Health.Issues[0].Code) != want {
			t.Errorf("%s: %+v, %v", health, out, err)
		}
		if b.Status("first") != "ACTIVE" {
			t.Error("the first create failed too")
		}
		for _, status := range []string{"DELETE_FAILED", "ResourceNotFoundException"} {
			if err := b.Delete("web"); err != nil {
				t.Fatal(err)
			}
			b.Clock.Advance(3 * time.Second)
			if got := b.Status("web"); got != status {
				t.Errorf("%s: %s, want %s", health, got, status)
			}
		}
		if log := b.Requests(); log[1].Fault != "create-failed" || log[1].Status != 200 {
			t.Errorf("log %+v", log[1])
		}
	}
}

// A cluster that is ACTIVE refuses while updates run.
func TestUpdates(t *testing.T) {
	b := bench.Serve(t, bench.With("web", "ACTIVE"), func(w *sandbox.World) {
		w.Cluster("demo").Updates = []world.Update{{After: 10 * time.Second, For: 5 * time.Second}, {After: 20 * time.Second, For: time.Second}}
	})
	var refused []int
	for second := range 25 {
		out, err := b.EKS.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: aws.String("demo")})
		if err != nil || out.Cluster.Status != "ACTIVE" {
			t.Fatal(out, err)
		}
		bad := bench.Input("web2", func(in *eks.CreateFargateProfileInput) { in.Subnets = []string{bench.PublicA} })
		switch _, err := b.EKS.CreateFargateProfile(ctx, bad); bench.Message(err) {
		case "Cannot create Fargate Profile web2 because cluster demo currently has an update in progress":
			refused = append(refused, second)
		case "Subnet " + bench.PublicA + " provided in Fargate Profile is not a private subnet":
		default:
			t.Fatal(err)
		}
		b.Clock.Advance(time.Second)
	}
	if want := []int{10, 11, 12, 13, 14, 20}; !slices.Equal(refused, want) {
		t.Errorf("refused in %v, want %v", refused, want)
	}
}
