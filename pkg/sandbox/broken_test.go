package sandbox_test

// Answers that break off, credentials that expire, and the spans in which faults are in force.

import (
	"bytes"
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

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// signed sends a request as the SDK would, so that a test sees the bytes of the answer.
func signed(t *testing.T, b *bench, method, path, body string) (*http.Response, []byte, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, b.url+path, strings.NewReader(body))
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

const createBody = `{"fargateProfileName":"web","podExecutionRoleArn":"` + goodRole + `","subnets":["` + privateA + `"],"selectors":[{"namespace":"web"}]}`

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
		b := serve(t)
		if err := b.SetFaults(sandbox.Fault{Operation: "eks:CreateFargateProfile", Kind: test.kind}); err != nil {
			t.Fatal(err)
		}
		response, data, err := signed(t, b, http.MethodPost, "/clusters/demo/fargate-profiles", createBody)
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
		b := &bench{Server: server, url: web.URL}
		if _, _, err := signed(t, b, http.MethodGet, "/clusters", ""); err == nil {
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
		b := serve(t, func(w *sandbox.World) { w.Faults = []sandbox.Fault{{Operation: "*", Kind: kind}} })
		if _, err := b.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{}); err == nil {
			t.Errorf("%s: half of a list of subnets was taken for the whole", kind)
		}
		if _, err := b.iam.ListRoles(ctx, nil); err == nil {
			t.Errorf("%s: half of a list of roles was taken for the whole", kind)
		}
		if _, err := b.eks.ListClusters(ctx, nil); err == nil {
			t.Errorf("%s: half of a list of clusters was taken for the whole", kind)
		}
	}
}

// Credentials expire mid-way: from the third request on nothing works, and each service says so in its way.
func TestExpiredCredentials(t *testing.T) {
	b := serve(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "*", From: 3, Kind: sandbox.FaultExpired}}
	})
	for range 2 {
		if _, err := b.eks.ListClusters(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	_, eksErr := b.eks.CreateFargateProfile(ctx, profileInput("web"))
	_, ec2Err := b.ec2.DescribeSubnets(ctx, nil)
	_, iamErr := b.iam.ListRoles(ctx, nil)
	_, stsErr := b.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	for _, test := range []struct {
		err           error
		code, message string
	}{
		{eksErr, "ExpiredTokenException", "The security token included in the request is expired"},
		{ec2Err, "RequestExpired", "Request has expired."},
		{iamErr, "ExpiredToken", "The security token included in the request is expired"},
		{stsErr, "ExpiredToken", "The security token included in the request is expired"},
	} {
		if code(test.err) != test.code || message(test.err) != test.message {
			t.Errorf("got %v, want %s: %s", test.err, test.code, test.message)
		}
	}
	if len(b.Profiles("demo")) != 0 {
		t.Error("a request with expired credentials made a profile")
	}
}

// after and until let time choose; requests outside are not counted.
func TestFaultSpan(t *testing.T) {
	b := serve(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{
			{Operation: "*", Kind: sandbox.FaultThrottle, After: 2 * time.Second, Until: 4 * time.Second},
			{Operation: "*", Kind: sandbox.FaultExpired, After: 5 * time.Second, Nth: 2, Times: 2},
		}
	})
	var got []string
	for range 9 {
		_, err := b.eks.ListClusters(ctx, nil)
		got = append(got, strings.TrimSuffix(code(err), "Exception"))
		b.clock.advance(time.Second)
	}
	if want := []string{"", "", "Throttling", "Throttling", "", "", "ExpiredToken", "ExpiredToken", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Rules that are set later count time from then on.
func TestFaultSpanOfSetFaults(t *testing.T) {
	b := serve(t)
	b.clock.advance(time.Hour)
	if err := b.SetFaults(sandbox.Fault{Operation: "*", Kind: sandbox.FaultThrottle, After: time.Second}); err != nil {
		t.Fatal(err)
	}
	_, before := b.eks.ListClusters(ctx, nil)
	b.clock.advance(time.Second)
	_, after := b.eks.ListClusters(ctx, nil)
	if before != nil || code(after) != "ThrottlingException" {
		t.Errorf("got %v, then %v", before, after)
	}
}

// A late answer has had its effect by the time it lingers.
func TestLatencyAfter(t *testing.T) {
	b := serve(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "eks:CreateFargateProfile", Kind: sandbox.FaultLatencyAfter, Latency: sandbox.Range{Min: time.Minute, Max: time.Minute}}}
	})
	hurried, cancel := contextWithTimeout(t, 200*time.Millisecond)
	defer cancel()
	if _, err := b.eks.CreateFargateProfile(hurried, profileInput("web")); err == nil {
		t.Error("the answer came at once")
	}
	if len(b.Profiles("demo")) != 1 {
		t.Error("the request had no effect before its answer was due")
	}
}

// Each health code, at the end of a create and of a delete, and the profile can be deleted afterwards.
func TestFailedTransitions(t *testing.T) {
	for _, health := range append(sandbox.HealthCodes(), "") {
		b := serve(t, func(w *sandbox.World) {
			w.Faults = []sandbox.Fault{
				{Operation: "eks:CreateFargateProfile", Nth: 2, Kind: sandbox.FaultCreateFailed, Code: health, Message: "no", ResourceIDs: []string{"r"}},
				{Operation: "eks:DeleteFargateProfile", Nth: 1, Kind: sandbox.FaultDeleteFailed, Code: health, Message: "never"},
			}
		})
		b.mustCreate(t, "first")
		b.mustCreate(t, "web")
		want := health
		if want == "" {
			want = "InternalFailure"
		}
		if p := b.Profiles("demo")[1]; p.Status != "CREATE_FAILED" || p.Issues[0].Code != want || p.Issues[0].Message != "no" || p.Issues[0].ResourceIDs[0] != "r" {
			t.Errorf("%s: %+v", health, p)
		}
		out, err := b.eks.DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{ClusterName: ptr("demo"), FargateProfileName: ptr("web")})
		if err != nil || string(out.FargateProfile.Health.Issues[0].Code) != want {
			t.Errorf("%s: %+v, %v", health, out, err)
		}
		if b.status("first") != "ACTIVE" {
			t.Error("the first create failed too")
		}
		for _, status := range []string{"DELETE_FAILED", "ResourceNotFoundException"} {
			if err := b.delete("web"); err != nil {
				t.Fatal(err)
			}
			b.clock.advance(3 * time.Second)
			if got := b.status("web"); got != status {
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
	b := serve(t, withWeb("ACTIVE"), func(w *sandbox.World) {
		w.Cluster("demo").Updates = []sandbox.Update{{After: 10 * time.Second, For: 5 * time.Second}, {After: 20 * time.Second, For: time.Second}}
	})
	var refused []int
	for second := range 25 {
		out, err := b.eks.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: ptr("demo")})
		if err != nil || out.Cluster.Status != "ACTIVE" {
			t.Fatal(out, err)
		}
		bad := profileInput("web2", func(in *eks.CreateFargateProfileInput) { in.Subnets = []string{publicA} })
		switch _, err := b.eks.CreateFargateProfile(ctx, bad); message(err) {
		case "Cannot create Fargate Profile web2 because cluster demo currently has an update in progress":
			refused = append(refused, second)
		case "Subnet " + publicA + " provided in Fargate Profile is not a private subnet":
		default:
			t.Fatal(err)
		}
		b.clock.advance(time.Second)
	}
	if want := []int{10, 11, 12, 13, 14, 20}; !slices.Equal(refused, want) {
		t.Errorf("refused in %v, want %v", refused, want)
	}
}
