package preflight

// This file tests the run as a whole: missing permissions, failures, round trips, a profile that exists.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// A check that lacks a permission is skipped and names it; it never passes.
func TestMissingPermissions(t *testing.T) {
	given := func(in *Input) {
		in.Profile.Subnets, in.Profile.PodExecutionRoleARN = []string{privateA}, goodRole
	}
	noProfiles := func(permission, role string) expect {
		text := "skipped: the cluster's profiles could not be read: the caller lacks the permission " + permission
		return expect{"slots": text, "siblings": text, "overlap": text, "role": role, "role-use": "skipped: needs the role", "role-policy": "skipped: needs the role"}
	}
	runWorlds(t, map[string]world{
		"DescribeCluster": {
			change: lacking("eks:DescribeCluster"), input: given, subnets: []string{privateA},
			want: expect{
				"cluster": "skipped: the caller lacks the permission eks:DescribeCluster", "subnets": "skipped: eks:DescribeCluster",
				"egress": "skipped: needs usable subnets", "role": "skipped: eks:DescribeCluster",
			},
		},
		"DescribeCluster, with a sibling": {
			change: both(lacking("eks:DescribeCluster"), withProfiles(profile("api", "api"))), subnets: []string{}, role: goodRole,
			want: expect{"cluster": "skipped: eks:DescribeCluster", "subnets": "skipped: eks:DescribeCluster | EKS chooses", "egress": "skipped: needs usable subnets"},
		},
		"DescribeCluster, without role": {
			change: lacking("eks:DescribeCluster"),
			want: expect{
				"cluster": "skipped: eks:DescribeCluster", "subnets": "skipped: eks:DescribeCluster", "egress": "skipped: needs usable subnets",
				"role": "fail: no role is named | eks:DescribeCluster", "role-use": "skipped: needs the role", "role-policy": "skipped: needs the role",
			},
		},
		"ListFargateProfiles": {change: lacking("eks:ListFargateProfiles"), want: noProfiles("eks:ListFargateProfiles", "fail: no role is named, and the roles of the cluster's profiles could not be read: the caller lacks the permission eks:ListFargateProfiles | --pod-execution-role-arn")},
		"DescribeFargateProfile": {
			change: both(lacking("eks:DescribeFargateProfile"), withProfiles(profile("api", "api"))),
			want:   noProfiles("eks:DescribeFargateProfile", "fail: no role is named"),
		},
		"DescribeSubnets":        {change: lacking("ec2:DescribeSubnets"), subnets: []string{}, want: expect{"subnets": "skipped: ec2:DescribeSubnets | EKS chooses", "egress": "skipped: needs usable subnets"}},
		"DescribeSubnets, given": {change: lacking("ec2:DescribeSubnets"), input: given, subnets: []string{privateA}, want: expect{"subnets": "skipped: ec2:DescribeSubnets", "egress": "skipped: needs usable subnets"}},
		"DescribeSubnets, VPC hidden": {
			change: both(lacking("ec2:DescribeSubnets"), func(w *sandbox.World) { w.Cluster("demo").HideVPC = true }), subnets: []string{},
			want: expect{"subnets": "skipped: the cluster's VPC could not be read: the caller lacks the permission ec2:DescribeSubnets", "egress": "skipped: needs usable subnets"},
		},
		"DescribeRouteTables":        {change: lacking("ec2:DescribeRouteTables"), subnets: []string{}, want: expect{"subnets": "skipped: ec2:DescribeRouteTables", "egress": "skipped: needs usable subnets"}},
		"DescribeRouteTables, given": {change: lacking("ec2:DescribeRouteTables"), input: given, subnets: []string{privateA}, want: expect{"subnets": "skipped: ec2:DescribeRouteTables", "egress": "skipped: needs usable subnets"}},
		"DescribeRouteTables, wrong VPC": {
			change: lacking("ec2:DescribeRouteTables"), input: withSubnets(otherVPC),
			want: expect{"subnets": "fail: lies in VPC", "egress": "skipped: needs usable subnets"},
		},
		"GetRole":                  {change: lacking("iam:GetRole"), input: given, want: expect{"role": "skipped: the caller lacks the permission iam:GetRole", "role-use": "skipped: iam:GetRole"}},
		"GetRole, elsewhere":       {change: lacking("iam:GetRole"), input: withRole("arn:aws:iam::999988887777:role/x"), want: expect{"role": "fail: belongs to account 999988887777", "role-use": "skipped: not of the cluster's account", "role-policy": "skipped: not of the cluster's account"}},
		"ListRoles":                {change: lacking("iam:ListRoles"), want: expect{"role": "fail: no role is named, and the account's roles could not be read: the caller lacks the permission iam:ListRoles | --pod-execution-role-arn", "role-use": "skipped: needs the role", "role-policy": "skipped: needs the role"}},
		"ListRoles, not needed":    {change: both(lacking("iam:ListRoles"), withProfiles(profile("api", "api"))), role: goodRole},
		"ListAttachedRolePolicies": {change: lacking("iam:ListAttachedRolePolicies"), want: expect{"role-use": "skipped: iam:ListAttachedRolePolicies", "role-policy": "skipped: iam:ListAttachedRolePolicies"}},
	})
}

// At most three sequential round trips, and as many requests at a time as the client allows.
func TestRoundTrips(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*sandbox.World)
		input  func(*Input)
	}{
		"nothing known":       {},
		"all given":           {input: func(in *Input) { in.Profile.Subnets, in.Profile.PodExecutionRoleARN = []string{privateA}, goodRole }},
		"role from siblings":  {change: withProfiles(manyProfiles(9)...)},
		"VPC hidden":          {change: func(w *sandbox.World) { w.Cluster("demo").HideVPC = true }},
		"unknown subnets":     {input: withSubnets(otherVPC, "subnet-0fff0000000000001", "subnet-0fff0000000000002")},
		"hidden and unknown":  {change: func(w *sandbox.World) { w.Cluster("demo").HideVPC = true }, input: withSubnets(otherVPC, "subnet-0fff0000000000001")},
		"role to be made":     {change: withProfiles(manyProfiles(9)...), input: func(in *Input) { in.NewRole = newRole }},
		"the cluster unknown": {input: func(in *Input) { in.Profile.Cluster = "nowhere" }},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := newCloud(t, func(w *sandbox.World) {
				w.Latency = sandbox.Range{Min: 60 * time.Millisecond, Max: 160 * time.Millisecond}
				if test.change != nil {
					test.change(w)
				}
			})
			if _, err := Run(t.Context(), client, wanted(test.input)); err != nil {
				t.Fatal(err)
			}
			if s := server.Stats(); s.Sequential > 3 || s.MaxInFlight > cloud.MaxInFlight || s.MaxInFlight < 2 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// What is skipped and not needed for a default is not read.
func TestSkippedIsNotRead(t *testing.T) {
	client, server := newCloud(t, nil)
	in := wanted(func(in *Input) {
		in.Profile.Subnets, in.Profile.PodExecutionRoleARN = []string{publicA}, badRole
		in.Skip = Checks
	})
	report, err := Run(t.Context(), client, in)
	if err != nil || report.Failed() {
		t.Fatalf("%+v, %v", report.Results, err)
	}
	for _, r := range report.Results {
		if r.Level != Skipped || r.Message != "by --skip-checks" {
			t.Errorf("%+v", r)
		}
	}
	if s := server.Stats(); s.Requests != 2 {
		t.Errorf("%v", s.Operations)
	}
}

// A profile of the name that stays ends the run early; one that goes does not.
func TestExisting(t *testing.T) {
	for _, status := range []string{"ACTIVE", "CREATING", "CREATE_FAILED", "DELETE_FAILED", "DELETING"} {
		client, server := newCloud(t, func(w *sandbox.World) {
			w.Delays = sandbox.Delays{Create: time.Hour, Delete: time.Hour}
			w.Cluster("demo").Profiles = []sandbox.Profile{profile("web", "other", func(p *sandbox.Profile) { p.Status = status }), profile("zeta", "z")}
		})
		report, err := Run(t.Context(), client, wanted(nil))
		if err != nil {
			t.Fatal(err)
		}
		existing := report.Existing()
		if existing == nil || existing.Status != fargate.Status(status) || len(report.Siblings) != 2 || report.Cluster.ARN == "" || report.Failed() {
			t.Errorf("%s: %+v", status, report)
		}
		if early := report.Results[1].Level == Skipped; early != (status != "DELETING") {
			t.Errorf("%s: %+v", status, report.Results)
		}
		if asked := server.Stats().Operations["iam:ListAttachedRolePolicies"]; (asked == 0) != (status != "DELETING") {
			t.Errorf("%s: %d questions to IAM", status, asked)
		}
	}
	client, _ := newCloud(t, nil)
	report, err := Run(t.Context(), client, wanted(nil))
	if err != nil || report.Existing() != nil {
		t.Errorf("%+v, %v", report.Existing(), err)
	}
	if report.Profile.Name != "web" || report.Passed("nothing") || !report.Passed("role") {
		t.Errorf("%+v", report)
	}
}

// When AWS cannot be asked there is no report; a cluster that does not exist is still told.
func TestErrors(t *testing.T) {
	for _, operation := range []string{
		"eks:DescribeCluster", "eks:ListFargateProfiles", "ec2:DescribeSubnets", "ec2:DescribeRouteTables",
		"ec2:DescribeVpcEndpoints", "iam:ListRoles", "iam:ListAttachedRolePolicies",
	} {
		for kind, class := range map[string]cloud.Class{"error500": cloud.Unavailable, "drop-before": cloud.Unavailable, "throttle": cloud.Throttled} {
			client, _ := newCloud(t, func(w *sandbox.World) {
				w.Faults = []sandbox.Fault{{Operation: operation, Kind: kind}}
			})
			report, err := Run(t.Context(), client, wanted(nil))
			if cloud.ClassOf(err) != class || report.Results != nil {
				t.Errorf("%s, %s: %v, %v", operation, kind, err, report.Results)
			}
		}
	}
	client, _ := newCloud(t, func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "eks:ListFargateProfiles", Kind: "error500"}}
		w.Latency = sandbox.Range{Min: 5 * time.Millisecond, Max: 5 * time.Millisecond}
	})
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(canceled, client, wanted(nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// The checks are reported in one order whatever comes, and the input is not changed.
func TestOrder(t *testing.T) {
	client, _ := newCloud(t, withProfiles(manyProfiles(3)...))
	in := wanted(nil)
	for range 5 {
		report, err := Run(t.Context(), client, in)
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		for _, r := range report.Results {
			order = append(order, r.Check)
		}
		if !slices.Equal(order, Checks) || fmt.Sprint(Checks) != "[cluster slots siblings overlap subnets egress role role-use access role-policy]" {
			t.Errorf("%v", order)
		}
	}
	if len(in.Profile.Subnets) > 0 || in.Profile.PodExecutionRoleARN != "" {
		t.Errorf("%+v", in.Profile)
	}
}
