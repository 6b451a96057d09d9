package bench_test

// How fast a sandbox is made and answers: property tests make thousands of them.

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
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

// ListFargateProfiles over 8 connections, and how much memory the sandbox has then.
func BenchmarkServed(b *testing.B) {
	began := time.Now()
	server, err := sandbox.New(sandbox.DefaultWorld(), sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	web := httptest.NewServer(server)
	defer web.Close()
	get := func() error {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, web.URL+"/clusters/demo/fargate-profiles", nil)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=K/20260102/us-east-1/eks/aws4_request, Signature=0")
		response, err := web.Client().Do(request)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		return err
	}
	web.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 8 // httptest's own
	if err := get(); err != nil {
		b.Fatal(err)
	}
	ready := time.Since(began)
	b.ResetTimer()
	b.SetParallelism(max(1, 8/runtime.GOMAXPROCS(0)))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := get(); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric(float64(ready.Microseconds())/1000, "ms-to-first")
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(memory.Sys)/(1<<20), "MiB")
}

// The SDK over TCP and in process.
func BenchmarkSDKOverHTTP(b *testing.B)  { benchmarkSDK(b, false) }
func BenchmarkSDKInProcess(b *testing.B) { benchmarkSDK(b, true) }

func benchmarkSDK(b *testing.B, inProcess bool) {
	b.ReportAllocs()
	world := sandbox.DefaultWorld()
	bench.With("web", "ACTIVE")(&world)
	server, err := sandbox.New(world, sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	client := bench.Of(b, server, inProcess).EKS
	input := &eks.DescribeFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: aws.String("web")}
	for b.Loop() {
		if _, err := client.DescribeFargateProfile(b.Context(), input); err != nil {
			b.Fatal(err)
		}
	}
}

// The clients see the same over HTTP and in process.
func TestClients(t *testing.T) {
	for _, inProcess := range []bool{false, true} {
		clock := bench.NewClock()
		server, err := sandbox.New(sandbox.DefaultWorld(), sandbox.Options{Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		b := bench.Of(t, server, inProcess)
		b.Clock = clock
		b.Create(t, "web")
		if got := b.Status("web"); got != "ACTIVE" {
			t.Error(got)
		}
		if err := b.Delete("web"); err != nil {
			t.Error(err)
		}
		clock.Advance(3 * time.Second)
		if got := bench.Code(b.Delete("web")); got != "ResourceNotFoundException" {
			t.Error(got)
		}
		if got := bench.Message(b.Delete("web")); got != "No Fargate Profile found with name: web." {
			t.Error(got)
		}
	}
	b := bench.Serve(t, bench.With("web", "ACTIVE"))
	if _, body, err := b.Send(t, http.MethodGet, "/clusters/demo/fargate-profiles", ""); err != nil || !strings.Contains(string(body), `"web"`) {
		t.Errorf("%s, %v", body, err)
	}
}

// A whole case of a property test: a world, a server, a create, its end, a delete, its end.
func BenchmarkCase(b *testing.B) {
	b.ReportAllocs()
	world := sandbox.DefaultWorld()
	for b.Loop() {
		clock := bench.NewClock()
		server, err := sandbox.New(world, sandbox.Options{Now: clock.Now})
		if err != nil {
			b.Fatal(err)
		}
		c := bench.Of(b, server, true)
		c.Clock = clock
		if _, err := c.EKS.CreateFargateProfile(b.Context(), bench.Input("web")); err != nil {
			b.Fatal(err)
		}
		clock.Advance(2 * time.Second)
		if got := c.Status("web"); got != "ACTIVE" {
			b.Fatal(got)
		}
		if err := c.Delete("web"); err != nil {
			b.Fatal(err)
		}
		clock.Advance(3 * time.Second)
		if got := c.Status("web"); got != "ResourceNotFoundException" {
			b.Fatal(got)
		}
	}
}
