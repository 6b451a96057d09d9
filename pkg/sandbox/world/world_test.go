package world_test

// World files: what is read, what is refused and where, and that nothing makes the reader crash.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

func TestDefaultWorld(t *testing.T) {
	w := sandbox.DefaultWorld()
	c := w.Cluster("demo")
	if w.Region != "us-east-1" || w.Account != "111122223333" || c == nil || c.VPC != "vpc-0d3e0000000000001" || len(c.Subnets) != 4 || len(c.Profiles) != 0 ||
		w.Delays.Create != 2*time.Second || w.Delays.Delete != 3*time.Second || w.RoleARN(*w.Role("fargate-pods")) != bench.GoodRole || w.RoleARN(*w.Role("not-fargate")) != bench.BadRole {
		t.Errorf("default world %+v", w)
	}
	for _, id := range []string{bench.PrivateA, bench.PrivateB, bench.PublicA, "subnet-0bbb0000000000002", bench.MainOnly, bench.Foreign} {
		if s, _ := w.Subnet(id); s == nil {
			t.Errorf("subnet %s is missing", id)
		}
	}
}

// A world that is written and read again is the same.
func TestWorldRoundTrip(t *testing.T) {
	w := sandbox.DefaultWorld()
	w.Latency = sandbox.Range{Min: time.Millisecond, Max: time.Second}
	w.Faults = []sandbox.Fault{{Operation: "*", Kind: sandbox.FaultThrottle, Nth: 2}}
	data, err := yaml.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	again, err := sandbox.ParseWorld(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(w.Clone(), again) {
		t.Errorf("got  %+v\nwant %+v", again, w)
	}
}

func TestWorldFaults(t *testing.T) {
	for _, test := range []struct{ what, text, want string }{
		{"nothing", "", "line 1: the world is empty; `fgctl sandbox world` prints one to start from"},
		{"only a comment", "# hello\n", "line 1: the world is empty; `fgctl sandbox world` prints one to start from"},
		{"another version", "apiVersion: sandbox.fgctl.dev/v2", `line 1: apiVersion: "sandbox.fgctl.dev/v2" is none of sandbox.fgctl.dev/v1`},
		{"broken YAML", "region: us-east-1\n\tx: y", "line 2: found a tab character that violates indentation"},
		{"two documents", "region: us-east-1\n---\nregion: us-east-1\n", "a world is one YAML document; this file has several"},
		{"unknown keys, wrong types and bad values together", strings.Join([]string{
			"region: us-east-1",
			"colour: blue",
			"delays: {create: 2}",
			"latency: soon",
			"pageSize: many",
			"clusters:",
			"  - name: demo",
			"    vpc: vpc-1",
			"    satus: ACTIVE",
			"  - name: demo",
			"    status: FINE",
			"faults:",
			"  - {operation: eks:*, kind: explode}",
		}, "\n"), strings.Join([]string{
			`line 2: unknown key "colour"`,
			"line 3: number `2` where a duration like 2s is wanted",
			`line 4: "soon" is not a span of time like 20ms..60ms`,
			"line 5: text `many` where a whole number is wanted",
			`line 8: clusters[0].vpc: there is no VPC "vpc-1"`,
			`line 9: unknown key "satus"`,
			`line 10: clusters[1].name: "demo" is already at clusters[0].name`,
			`line 11: clusters[1].status: "FINE" is none of CREATING, ACTIVE, DELETING, FAILED, UPDATING, PENDING`,
			`line 13: faults[0].kind: "explode" is none of actor, create-failed, cut-body, delete-failed, drop-after, drop-before, duplicate, empty, endless-pages, error, error-after, error500, error503, expired, html, huge, latency, latency-after, nameless, no-content, no-member, not-found, omit, redirect, reset-after, reset-before, same-token, short-body, silence, stale, throttle`,
		}, "\n")},
		{"a network that cannot be", strings.Join([]string{
			"vpcs:",
			"  - id: vpc-1",
			"    subnets: [{id: subnet-1}, {id: subnet-1}]",
			"    routeTables:",
			"      - id: rtb-1",
			"        subnets: [subnet-1, subnet-2]",
			"        routes:",
			"          - {to: everywhere, via: nowhere}",
		}, "\n"), strings.Join([]string{
			`line 3: vpcs[0].subnets[1].id: "subnet-1" is already at vpcs[0].subnets[0].id`,
			"line 4: vpcs[0].routeTables: one of the route tables of vpc-1 must have main: true",
			`line 6: vpcs[0].routeTables[0].subnets[1]: there is no subnet "subnet-2" in vpc-1`,
			`line 8: vpcs[0].routeTables[0].routes[0].to: "everywhere" is neither a CIDR block nor a prefix list`,
			`line 8: vpcs[0].routeTables[0].routes[0].via: "nowhere" is not local, nor the id of a gateway, NAT gateway or other target`,
		}, "\n")},
		{"profiles and roles that cannot be", strings.Join([]string{
			"account: 12",
			"roles:",
			"  - {name: r, path: team, trust: no}",
			"clusters:",
			"  - name: c",
			"    profiles:",
			"      - {name: p, role: q, status: ODD, created: 2026-01-01T00:00:00+24:00}",
			"      - {name: p}",
		}, "\n"), strings.Join([]string{
			`line 1: account: "12" is not a number of twelve digits (quote it)`,
			`line 3: roles[0].path: "team" must begin and end with /`,
			"line 3: roles[0].trust: the trust policy is not JSON",
			"line 7: clusters[0].profiles[0].created: the time zone is impossible",
			`line 7: clusters[0].profiles[0].role: there is no role "q"`,
			`line 7: clusters[0].profiles[0].status: "ODD" is none of CREATING, ACTIVE, DELETING, CREATE_FAILED, DELETE_FAILED`,
			`line 8: clusters[0].profiles[1].name: "p" is already a profile of c`,
			"line 8: clusters[0].profiles[1].role: missing",
		}, "\n")},
	} {
		_, err := sandbox.ParseWorld([]byte(test.text))
		var faults *sandbox.WorldError
		if !errors.As(err, &faults) || err.Error() != test.want {
			t.Errorf("%s: got\n%v\nwant\n%s", test.what, err, test.want)
		}
	}
}

func FuzzParseWorld(f *testing.F) {
	f.Add(sandbox.DefaultWorldFile())
	f.Add([]byte("clusters: [{name: a, profiles: [{name: p, role: 'arn:x', status: DELETING}]}]"))
	f.Add([]byte("latency: 1s..2s\nfaults: [{operation: '*', kind: latency, latency: 1ms}]"))
	f.Add([]byte("clusters: [{name: c, updates: [{for: 1s}]}]\nfaults: [{operation: '*', kind: actor, actor: {action: update, for: 1s}}, {operation: '*', kind: stale, lag: 1s}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("x: {<<: {y: 1}}\n? [a]\n: b"))
	f.Add([]byte("vpcs: [{id: v, subnets: [{id: s, availableIPs: -1}]}]\nregion: 1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("over 5s for %q", data)) }).Stop()
		w, err := sandbox.ParseWorld(data)
		if err != nil {
			var faults *sandbox.WorldError
			if !errors.As(err, &faults) || len(faults.Faults) == 0 || err.Error() == "" {
				t.Fatalf("an error without a fault: %#v", err)
			}
			return
		}
		s, err := sandbox.New(w, sandbox.Options{Sleep: func(context.Context, time.Duration) {}})
		if err != nil {
			t.Fatalf("a world that was read cannot be served: %v", err)
		}
		answer := func(method, path, body string) {
			defer func() {
				if r := recover(); r != nil && r != http.ErrAbortHandler { //nolint:errorlint // what a dropped connection panics with
					panic(r)
				}
			}()
			r := httptest.NewRequest(method, "http://127.0.0.1/"+path, strings.NewReader(body))
			s.ServeHTTP(httptest.NewRecorder(), r)
		}
		for _, c := range w.Clusters[:min(3, len(w.Clusters))] {
			_ = s.Profiles(c.Name)
			profiles := "clusters/" + url.PathEscape(c.Name) + "/fargate-profiles"
			answer(http.MethodPost, profiles, `{"fargateProfileName":"web","podExecutionRoleArn":"arn:aws:iam::111122223333:role/fargate-pods","selectors":[{"namespace":"web"}],"clientRequestToken":"1"}`)
			answer(http.MethodGet, profiles, "")
			for _, p := range c.Profiles[:min(3, len(c.Profiles))] {
				answer(http.MethodGet, profiles+"/"+url.PathEscape(p.Name), "")
				answer(http.MethodDelete, profiles+"/"+url.PathEscape(p.Name), "")
			}
		}
		answer(http.MethodPost, "", "Action=DescribeSubnets&Version=2016-11-15")
		answer(http.MethodPost, "", "Action=DescribeRouteTables&Version=2016-11-15")
		answer(http.MethodPost, "", "Action=ListRoles&Version=2010-05-08")
	})
}

func TestWrongSpeed(t *testing.T) {
	for _, text := range []string{"-1", "10001", "0.0001", ".nan", ".inf"} {
		_, err := sandbox.ParseWorld([]byte("speed: " + text))
		if err == nil || !strings.Contains(err.Error(), "line 1: speed: ") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
