package sandbox_test

// In process a client gets what it gets over HTTP, faults included; and copies of worlds share nothing.

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

// inProcess sends one signed request without a network.
func inProcess(t *testing.T, server *sandbox.Server, method, path, body string) (*http.Response, []byte, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, "http://sandbox.invalid"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=K/20260102/us-east-1/eks/aws4_request, Signature=0")
	response, err := server.Transport().RoundTrip(request)
	if err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(response.Body)
	return response, data, err
}

func TestTransport(t *testing.T) {
	for _, kind := range []string{
		"", sandbox.FaultThrottle, sandbox.FaultExpired, sandbox.FaultError500, sandbox.FaultErrorAfter, sandbox.FaultShortBody, sandbox.FaultCutBody,
		sandbox.FaultDropBefore, sandbox.FaultDropAfter, sandbox.FaultResetBefore, sandbox.FaultResetAfter,
	} {
		faults := []sandbox.Fault{}
		if kind != "" {
			faults = append(faults, sandbox.Fault{Operation: "*", Nth: 1, Kind: kind, RetryAfter: time.Second})
		}
		world := func(w *sandbox.World) { w.Faults, w.Seed = faults, 7 }
		near, far := bench.Serve(t, world), bench.Serve(t, world)
		nearResponse, nearData, nearErr := inProcess(t, near.Server, http.MethodPost, "/clusters/demo/fargate-profiles", bench.CreateBody)
		farResponse, farData, farErr := far.Send(t, http.MethodPost, "/clusters/demo/fargate-profiles", bench.CreateBody)
		for _, target := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET} {
			if errors.Is(nearErr, target) != errors.Is(farErr, target) {
				t.Errorf("%s: %v in process, %v over HTTP", kind, nearErr, farErr)
			}
		}
		if (nearErr == nil) != (farErr == nil) || string(nearData) != string(farData) {
			t.Errorf("%s: %q %v in process, %q %v over HTTP", kind, nearData, nearErr, farData, farErr)
		}
		if (nearResponse == nil) != (farResponse == nil) {
			t.Fatalf("%s: %v in process, %v over HTTP", kind, nearResponse, farResponse)
		}
		if nearResponse != nil {
			for _, key := range []string{"Retry-After", "Content-Type", "X-Amzn-Errortype"} {
				if nearResponse.Header.Get(key) != farResponse.Header.Get(key) {
					t.Errorf("%s: %s differs", kind, key)
				}
			}
			if nearResponse.Status != farResponse.Status || nearResponse.ContentLength != farResponse.ContentLength {
				t.Errorf("%s: %+v in process, %+v over HTTP", kind, nearResponse, farResponse)
			}
		}
		if !reflect.DeepEqual(near.Profiles("demo"), far.Profiles("demo")) {
			t.Errorf("%s: %+v in process, %+v over HTTP", kind, near.Profiles("demo"), far.Profiles("demo"))
		}
	}
}

// A copy is equal and shares no slice, map or pointer with the original.
func TestClone(t *testing.T) {
	w := sandbox.DefaultWorld()
	bench.With("web", "ACTIVE")(&w)
	free := 7
	w.VPCs[0].Subnets[0].AvailableIPs = &free
	w.Cluster("demo").Profiles[0].Selectors[0].Labels = map[string]string{"a": "b"}
	w.Permissions = &sandbox.Permissions{Allow: []string{"*"}}
	w.Faults = []sandbox.Fault{{Operation: "*", Kind: sandbox.FaultActor, Actor: &sandbox.Actor{Action: "tag", Tags: map[string]string{"a": "b"}}}}
	copied := w.Clone()
	if !reflect.DeepEqual(w, copied) {
		t.Fatalf("got  %+v\nwant %+v", copied, w)
	}
	var compare func(path string, a, b reflect.Value)
	compare = func(path string, a, b reflect.Value) {
		switch a.Kind() {
		case reflect.Struct:
			for i := range a.NumField() {
				compare(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
			}
		case reflect.Slice, reflect.Map, reflect.Pointer:
			if a.Type() != reflect.TypeFor[*time.Location]() && !a.IsNil() && a.Pointer() == b.Pointer() && (a.Kind() == reflect.Pointer || a.Len() > 0) {
				t.Errorf("%s is shared", path)
			}
			switch {
			case a.Kind() == reflect.Slice:
				for i := range a.Len() {
					compare(path+"[]", a.Index(i), b.Index(i))
				}
			case a.Kind() == reflect.Pointer && !a.IsNil():
				compare(path, a.Elem(), b.Elem())
			}
		}
	}
	compare("World", reflect.ValueOf(w), reflect.ValueOf(copied))
}

// The SDK works in process, with EC2's XML too, and the sandbox tells of itself.
func TestTransportOfTheSDK(t *testing.T) {
	server, err := sandbox.New(sandbox.DefaultWorld(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := bench.Of(t, server, true)
	if _, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web")); err != nil {
		t.Error(err)
	}
	if out, err := b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{}); err != nil || len(out.Subnets) != 6 {
		t.Errorf("%+v, %v", out, err)
	}
	_, data, err := inProcess(t, server, http.MethodGet, "/_sandbox/stats", "")
	if err != nil || !strings.Contains(string(data), `"eks:CreateFargateProfile": 1`) {
		t.Errorf("%s, %v", data, err)
	}
	if response, _, err := inProcess(t, server, http.MethodGet, "/_sandbox/nonsense", ""); err != nil || response.StatusCode != http.StatusNotFound {
		t.Errorf("%+v, %v", response, err)
	}
	gone, leave := context.WithTimeout(ctx, time.Minute)
	leave()
	if _, err := b.EKS.ListClusters(gone, nil); err == nil {
		t.Error("a client that has gone got an answer")
	}
}
