package sandbox_test

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

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

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
	b := bench.Of(t, server, false)
	_, _ = b.EKS.CreateFargateProfile(ctx, bench.Input("web")) // its answer is dropped
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
	b := bench.Serve(t, func(w *sandbox.World) {
		w.Latency = sandbox.Range{Min: 20 * time.Millisecond, Max: 60 * time.Millisecond}
	})
	for range 3 {
		if _, err := b.EKS.ListClusters(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.Stats(); got.Requests != 3 || got.Sequential != 3 || got.MaxInFlight != 1 {
		t.Errorf("in a row: %+v", got)
	}
	if status, text := control(t, b, http.MethodPost, "reset-stats", ""); status != http.StatusOK {
		t.Fatal(text)
	}
	var wait sync.WaitGroup
	for i := range 9 {
		wait.Go(func() {
			switch i % 3 {
			case 0:
				_, _ = b.EKS.ListClusters(ctx, nil)
			case 1:
				_, _ = b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{})
			case 2:
				_, _ = b.IAM.ListRoles(ctx, &iam.ListRolesInput{})
			}
		})
	}
	wait.Wait()
	var got sandbox.Stats
	getJSON(t, b, "stats", &got)
	if got.Requests != 9 || got.Sequential != 1 || got.MaxInFlight < 2 || got.MaxInFlight > 9 ||
		got.Operations["eks:ListClusters"] != 3 || got.Operations["ec2:DescribeSubnets"] != 3 || got.Operations["iam:ListRoles"] != 3 {
		t.Errorf("at once: %+v", got)
	}
	var log []sandbox.Request
	getJSON(t, b, "requests", &log)
	if len(log) != 9 || log[0].Number < 4 || !strings.Contains(log[0].UserAgent, "aws-sdk-go-v2") {
		t.Errorf("log %+v", log)
	}
}

// control sends a request to the sandbox itself.
func control(t *testing.T, b *bench.Bench, method, what, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, b.URL+"/_sandbox/"+what, strings.NewReader(body))
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

func getJSON(t *testing.T, b *bench.Bench, what string, into any) {
	t.Helper()
	status, text := control(t, b, http.MethodGet, what, "")
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
	b := bench.Of(t, server, false)
	leaving, leave := context.WithCancel(ctx)
	go func() {
		<-arrived
		leave()
	}()
	if _, err := b.EKS.CreateFargateProfile(leaving, bench.Input("web")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(release)
	<-ended
	if n := len(b.Profiles("demo")); n != 1 {
		t.Errorf("%d profiles", n)
	}
}
