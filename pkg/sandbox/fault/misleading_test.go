package fault_test

// Reads that mislead, and answers that are none: what arrives over HTTP, and what the request has done.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

// withThree are the profiles a, b and c.
func withThree(w *sandbox.World) {
	for _, name := range []string{"a", "b", "c"} {
		w.Cluster("demo").Profiles = append(w.Cluster("demo").Profiles, sandbox.Profile{
			Name: name, Role: "fargate-pods", Selectors: []sandbox.Selector{{Namespace: name}}, Status: "ACTIVE",
		})
	}
}

// shown are the profiles by ListFargateProfiles, or the error code.
func shown(b *bench.Bench) string {
	out, err := b.EKS.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: aws.String("demo")})
	if err != nil {
		return bench.Code(err)
	}
	return strings.Join(out.FargateProfileNames, ",")
}

// The second of three reads misleads, the others do not.
func TestMisleadingReads(t *testing.T) {
	list := shown
	describe := func(b *bench.Bench) string {
		out, err := b.EKS.DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: aws.String("b")})
		if err != nil {
			return bench.Message(err)
		}
		return *out.FargateProfile.FargateProfileName
	}
	tags := func(b *bench.Bench) string {
		_, err := b.EKS.ListTagsForResource(ctx, &eks.ListTagsForResourceInput{ResourceArn: aws.String(b.Profiles("demo")[0].ARN)})
		return bench.Code(err)
	}
	cluster := func(b *bench.Bench) string {
		_, err := b.EKS.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: aws.String("demo")})
		return bench.Message(err)
	}
	role := func(b *bench.Bench) string {
		_, err := b.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("fargate-pods")})
		return bench.Code(err)
	}
	for _, test := range []struct {
		fault              sandbox.Fault
		read               func(*bench.Bench) string
		honest, misleading string
	}{
		{sandbox.Fault{Kind: sandbox.FaultOmit}, list, "a,b,c", "a,b"},
		{sandbox.Fault{Kind: sandbox.FaultOmit, Name: "a"}, list, "a,b,c", "b,c"},
		{sandbox.Fault{Kind: sandbox.FaultOmit, Name: "x"}, list, "a,b,c", "a,b,c"},
		{sandbox.Fault{Kind: sandbox.FaultEmpty}, list, "a,b,c", ""},
		{sandbox.Fault{Kind: sandbox.FaultDuplicate}, list, "a,b,c", "a,b,c,c"},
		{sandbox.Fault{Kind: sandbox.FaultDuplicate, Name: "a"}, list, "a,b,c", "a,b,c,a"},
		{sandbox.Fault{Kind: sandbox.FaultNameless}, list, "a,b,c", "a,b,c,"},
		{sandbox.Fault{Kind: sandbox.FaultNotFound}, list, "a,b,c", "ResourceNotFoundException"},
		{sandbox.Fault{Kind: sandbox.FaultNotFound}, describe, "b", "No Fargate Profile found with name: b."},
		{sandbox.Fault{Kind: sandbox.FaultNameless}, describe, "b", ""},
		{sandbox.Fault{Kind: sandbox.FaultNotFound}, tags, "", "NotFoundException"},
		{sandbox.Fault{Kind: sandbox.FaultNotFound}, cluster, "", "No cluster found for name: demo."},
		{sandbox.Fault{Kind: sandbox.FaultNotFound}, role, "", "NoSuchEntityException"},
		// What is for other reads leaves this one alone.
		{sandbox.Fault{Kind: sandbox.FaultEmpty}, describe, "b", "b"},
	} {
		b := bench.Serve(t, withThree)
		test.fault.Operation, test.fault.Nth = "*", 2
		if err := b.SetFaults(test.fault); err != nil {
			t.Fatal(err)
		}
		for n, want := range []string{test.honest, test.misleading, test.honest} {
			if got := test.read(b); got != want && (n != 1 || strings.TrimSuffix(want, "Exception") != got) {
				t.Errorf("%s, read %d: got %q, want %q", test.fault.Kind, n+1, got, want)
			}
		}
	}
}

// Kinds for reads leave writes alone: they have their effect and their answer.
func TestMisleadingReadsOnly(t *testing.T) {
	for _, kind := range []string{
		sandbox.FaultOmit, sandbox.FaultEmpty, sandbox.FaultDuplicate, sandbox.FaultNameless, sandbox.FaultNotFound,
		sandbox.FaultSameToken, sandbox.FaultEndlessPages, sandbox.FaultStale,
	} {
		b := bench.Serve(t, func(w *sandbox.World) { w.Faults = []sandbox.Fault{{Operation: "*", Kind: kind}} })
		out, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web"))
		if err != nil || *out.FargateProfile.FargateProfileName != "web" || len(b.Profiles("demo")) != 1 {
			t.Errorf("%s: %v", kind, err)
		}
		b.Clock.Advance(2 * time.Second)
		if err := b.Delete("web"); err != nil || b.Profiles("demo")[0].Status != "DELETING" {
			t.Errorf("%s: %v", kind, err)
		}
		if log := b.Requests(); log[0].Fault != "" || log[1].Fault != "" {
			t.Errorf("%s: log %+v", kind, log)
		}
	}
}

// A read may be fresh, then stale, then fresh.
func TestFreshStaleFresh(t *testing.T) {
	b := bench.Serve(t, withThree)
	if err := b.SetFaults(sandbox.Fault{Operation: "eks:ListFargateProfiles", Nth: 2, Times: 2, Kind: sandbox.FaultStale}); err != nil {
		t.Fatal(err)
	}
	b.Create(t, "web")
	var got []string
	for range 5 {
		got = append(got, shown(b))
	}
	if want := []string{"a,b,c,web", "a,b,c", "a,b,c", "a,b,c,web", "a,b,c,web"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Pages without end: the tokens of four pages in a row, in each protocol.
func TestEndlessPages(t *testing.T) {
	page := map[string]func(*bench.Bench, *string) (string, *string, error){
		"eks": func(b *bench.Bench, token *string) (string, *string, error) {
			out, err := b.EKS.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: aws.String("demo"), NextToken: token})
			if err != nil {
				return "", nil, err
			}
			return strings.Join(out.FargateProfileNames, ","), out.NextToken, nil
		},
		"ec2": func(b *bench.Bench, token *string) (string, *string, error) {
			out, err := b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{NextToken: token})
			if err != nil {
				return "", nil, err
			}
			return fmt.Sprint(len(out.Subnets)), out.NextToken, nil
		},
		"iam": func(b *bench.Bench, token *string) (string, *string, error) {
			out, err := b.IAM.ListRoles(ctx, &iam.ListRolesInput{Marker: token})
			if err != nil {
				return "", nil, err
			}
			if out.IsTruncated != (out.Marker != nil) {
				return "", nil, errors.New("IsTruncated and Marker differ")
			}
			return fmt.Sprint(len(out.Roles)), out.Marker, nil
		},
	}
	for service, first := range map[string]string{"eks": "a,b,c", "ec2": "6", "iam": "2"} {
		for kind, distinct := range map[string]int{sandbox.FaultSameToken: 1, sandbox.FaultEndlessPages: 4} {
			b := bench.Serve(t, withThree, func(w *sandbox.World) { w.Faults = []sandbox.Fault{{Operation: "*", Kind: kind}} })
			tokens := map[string]bool{}
			var token *string
			for n := range 4 {
				items, next, err := page[service](b, token)
				if err != nil || next == nil || (n == 0 && items != first) || (n > 0 && items != "" && items != "0") {
					t.Fatalf("%s of %s, page %d: %q %v %v", kind, service, n+1, items, next, err)
				}
				tokens[*next], token = true, next
			}
			if len(tokens) != distinct {
				t.Errorf("%s of %s: %d tokens, want %d", kind, service, len(tokens), distinct)
			}
		}
	}
}

// Pages that lead to themselves after some that do not.
func TestSameTokenOfPages(t *testing.T) {
	b := bench.Serve(t, withThree, func(w *sandbox.World) {
		w.PageSize = 1
		w.Faults = []sandbox.Fault{{Operation: "*", From: 2, Kind: sandbox.FaultSameToken}}
	})
	var got []string
	var token *string
	for range 4 {
		out, err := b.EKS.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: aws.String("demo"), NextToken: token})
		if err != nil {
			t.Fatal(err)
		}
		got, token = append(got, out.FargateProfileNames...), out.NextToken
	}
	if want := []string{"a", "b", "b", "b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Answers that are none, to a create, and whether the profile exists.
func TestNonsense(t *testing.T) {
	const size = 1 << 20
	for _, test := range []struct {
		fault  sandbox.Fault
		status int
		effect bool
		judge  func(*http.Response, []byte) bool
	}{
		{sandbox.Fault{Kind: sandbox.FaultNoMember}, 200, true, func(_ *http.Response, data []byte) bool { return string(data) == "{}" }},
		{sandbox.Fault{Kind: sandbox.FaultNoContent}, 204, true, func(_ *http.Response, data []byte) bool { return len(data) == 0 }},
		{sandbox.Fault{Kind: sandbox.FaultHTML}, 200, true, func(r *http.Response, data []byte) bool {
			return strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") && bytes.HasPrefix(data, []byte("<!DOCTYPE html>"))
		}},
		{sandbox.Fault{Kind: sandbox.FaultHuge, Size: size}, 200, true, func(r *http.Response, data []byte) bool {
			return r.ContentLength == -1 && len(data) == size && json.Valid(data) && bytes.Contains(data, []byte(`"status":"CREATING"`))
		}},
		{sandbox.Fault{Kind: sandbox.FaultHuge, Size: 1}, 200, true, func(_ *http.Response, data []byte) bool { return json.Valid(data) }},
		{sandbox.Fault{Kind: sandbox.FaultRedirect, Location: "http://127.0.0.1:1/x"}, 307, false, nil},
		{sandbox.Fault{Kind: sandbox.FaultRedirect, Location: "http://127.0.0.1:1/x", Status: 302}, 302, false, nil},
		{sandbox.Fault{Kind: sandbox.FaultError503, RetryAfter: time.Minute}, 503, false, func(r *http.Response, _ []byte) bool {
			return r.Header.Get("Retry-After") == "60"
		}},
	} {
		for _, inProcess := range []bool{false, true} {
			b := bench.Serve(t)
			test.fault.Operation = "eks:CreateFargateProfile"
			if err := b.SetFaults(test.fault); err != nil {
				t.Fatal(err)
			}
			request, err := http.NewRequest(http.MethodPost, b.URL+"/clusters/demo/fargate-profiles", strings.NewReader(bench.CreateBody))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=K/20260102/us-east-1/eks/aws4_request, Signature=0")
			transport := http.DefaultTransport
			if inProcess {
				transport = b.Transport()
			}
			response, err := transport.RoundTrip(request) // follows no redirect
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != test.status || (test.judge != nil && !test.judge(response, data)) {
				t.Errorf("%s: %+v, %d bytes, %v", test.fault.Kind, response, len(data), err)
			}
			if response.Header.Get("Location") != test.fault.Location {
				t.Errorf("%s: leads to %q", test.fault.Kind, response.Header.Get("Location"))
			}
			if exists := len(b.Profiles("demo")) == 1; exists != test.effect {
				t.Errorf("%s: the profile exists: %t", test.fault.Kind, exists)
			}
			if log := b.Requests(); len(log) != 1 || log[0].Fault != test.fault.Kind {
				t.Errorf("%s: log %+v", test.fault.Kind, log)
			}
			_ = response.Body.Close()
		}
	}
}

// In XML, too, what AWS always sends can be missing, and an answer can be long.
func TestNonsenseXML(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) { w.Faults = []sandbox.Fault{{Operation: "*", Kind: sandbox.FaultNoMember}} })
	if out, err := b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{}); err != nil || out.Subnets != nil {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err := b.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("fargate-pods")}); err != nil || out.Role != nil {
		t.Errorf("%+v, %v", out, err)
	}
	if err := b.SetFaults(sandbox.Fault{Operation: "*", Kind: sandbox.FaultHuge, Size: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	if out, err := b.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{}); err != nil || len(out.Subnets) != 6 {
		t.Errorf("%+v, %v", out, err)
	}
}

// Silence ends with the client, or after its bound with the connection; nothing has happened.
func TestSilence(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "eks:CreateFargateProfile", Nth: 1, Kind: sandbox.FaultSilence}}
	})
	hurried, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := b.EKS.CreateFargateProfile(hurried, bench.Input("web")); !errors.Is(err, hurried.Err()) || hurried.Err() == nil {
		t.Errorf("got %v", err)
	}
	if err := b.SetFaults(sandbox.Fault{
		Operation: "eks:CreateFargateProfile", Kind: sandbox.FaultSilence, Latency: sandbox.Range{Min: time.Millisecond, Max: time.Millisecond},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web")); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	if len(b.Profiles("demo")) != 0 {
		t.Error("a request that nobody answered made a profile")
	}
}

func TestMisleadingFaultsThatCannotBe(t *testing.T) {
	b := bench.Serve(t)
	for _, f := range []sandbox.Fault{
		{Operation: "eks:CreateFargateProfile", Kind: sandbox.FaultOmit},
		{Operation: "eks:Delete*", Kind: sandbox.FaultNotFound},
		{Operation: "eks:DescribeFargateProfile", Kind: sandbox.FaultSameToken},
		{Operation: "*", Kind: sandbox.FaultEmpty, Name: "web"},
		{Operation: "*", Kind: sandbox.FaultHuge, Size: -1},
		{Operation: "*", Kind: sandbox.FaultHTML, Size: 1},
		{Operation: "*", Kind: sandbox.FaultRedirect},
		{Operation: "*", Kind: sandbox.FaultRedirect, Location: "http://[::1"},
		{Operation: "*", Kind: sandbox.FaultRedirect, Location: "http://127.0.0.1/", Status: 200},
		{Operation: "*", Kind: sandbox.FaultHTML, Location: "http://127.0.0.1/"},
	} {
		var faults *sandbox.WorldError
		if err := b.SetFaults(f); !errors.As(err, &faults) || len(faults.Faults) != 1 {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
