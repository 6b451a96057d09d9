package sandbox_test

// How fast a sandbox is made and answers: property tests make thousands of them.

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

func BenchmarkDefaultWorld(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = sandbox.DefaultWorld()
	}
}

func BenchmarkCloneWorld(b *testing.B) {
	b.ReportAllocs()
	world := sandbox.DefaultWorld()
	for b.Loop() {
		_ = world.Clone()
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	world := sandbox.DefaultWorld()
	for b.Loop() {
		if _, err := sandbox.New(world, sandbox.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// One request by a bare handler: what the sandbox itself takes.
func BenchmarkHandler(b *testing.B) {
	b.ReportAllocs()
	server, err := sandbox.New(sandbox.DefaultWorld(), sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		request := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/clusters/demo/fargate-profiles", strings.NewReader(""))
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=K/20260102/us-east-1/eks/aws4_request, Signature=0")
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, request)
		if recorder.Code != 200 {
			b.Fatal(recorder.Body.String())
		}
	}
}

// The SDK over TCP and in process.
func BenchmarkSDKOverHTTP(b *testing.B)  { benchmarkSDK(b, false) }
func BenchmarkSDKInProcess(b *testing.B) { benchmarkSDK(b, true) }

func benchmarkSDK(b *testing.B, inProcess bool) {
	b.ReportAllocs()
	world := sandbox.DefaultWorld()
	withWeb("ACTIVE")(&world)
	server, err := sandbox.New(world, sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	client := clientOf(b, server, inProcess).eks
	input := &eks.DescribeFargateProfileInput{ClusterName: ptr("demo"), FargateProfileName: ptr("web")}
	for b.Loop() {
		if _, err := client.DescribeFargateProfile(ctx, input); err != nil {
			b.Fatal(err)
		}
	}
}

// A whole case of a property test: a world, a server, a create, its end, a delete, its end.
func BenchmarkCase(b *testing.B) {
	b.ReportAllocs()
	world := sandbox.DefaultWorld()
	for b.Loop() {
		clock := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
		server, err := sandbox.New(world, sandbox.Options{Now: clock.Now})
		if err != nil {
			b.Fatal(err)
		}
		c := clientOf(b, server, true)
		c.clock = clock
		if _, err := c.eks.CreateFargateProfile(ctx, profileInput("web")); err != nil {
			b.Fatal(err)
		}
		clock.advance(2 * time.Second)
		if got := c.status("web"); got != "ACTIVE" {
			b.Fatal(got)
		}
		if err := c.delete("web"); err != nil {
			b.Fatal(err)
		}
		clock.advance(3 * time.Second)
		if got := c.status("web"); got != "ResourceNotFoundException" {
			b.Fatal(got)
		}
	}
}
