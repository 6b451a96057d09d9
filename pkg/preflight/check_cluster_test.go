package preflight

// This file tests what is judged of EKS: cluster, slots, siblings, overlap.

import (
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

func TestCluster(t *testing.T) {
	cluster := func(change func(*sandbox.Cluster)) func(*sandbox.World) {
		return func(w *sandbox.World) { change(w.Cluster("demo")) }
	}
	all := func(text string) expect {
		out := expect{}
		for _, check := range Checks {
			out[check] = text
		}
		return out
	}
	missing := all("skipped: needs the cluster")
	missing["cluster"] = "fail: cluster nowhere does not exist | No cluster found for name: nowhere. | the name, the region"
	runWorlds(t, map[string]world{
		"good":      {want: expect{"cluster": "pass: demo is ACTIVE, Kubernetes 1.36, platform eks.6"}, subnets: []string{privateA, privateB}, role: goodRole},
		"not found": {input: func(in *Input) { in.Profile.Cluster = "nowhere" }, want: missing},
		"creating":  {change: cluster(func(c *sandbox.Cluster) { c.Status = "CREATING" }), want: expect{"cluster": "fail: cluster demo is CREATING, not ACTIVE | wait until it is ACTIVE"}},
		"failed":    {change: cluster(func(c *sandbox.Cluster) { c.Status = "FAILED" }), want: expect{"cluster": "fail: cluster demo is FAILED, not ACTIVE | describe-cluster"}},
		"Outposts": {
			change: cluster(func(c *sandbox.Cluster) {
				c.OutpostARN = "arn:aws:outposts:us-east-1:111122223333:outpost/op-0123456789abcdef0"
			}),
			want: expect{"cluster": "fail: local cluster on AWS Outposts"},
		},
		"old":      {change: cluster(func(c *sandbox.Cluster) { c.Version = "1.13" }), want: expect{"cluster": "fail: runs Kubernetes 1.13; Fargate needs 1.14 or later"}},
		"just new": {change: cluster(func(c *sandbox.Cluster) { c.Version = "1.14" })},
		"several faults": {
			change: cluster(func(c *sandbox.Cluster) { c.Version, c.Status = "1.13", "FAILED" }),
			want:   expect{"cluster": "fail: runs Kubernetes 1.13 | is FAILED"},
		},
		"unwell": {
			change: cluster(func(c *sandbox.Cluster) {
				c.Issues = []sandbox.Issue{{Code: "Ec2SubnetNotFound", Message: "a subnet is gone", ResourceIDs: []string{"subnet-x"}}}
			}),
			want: expect{"cluster": "warn: EKS reports issues | Ec2SubnetNotFound: a subnet is gone (subnet-x)"},
		},
		"GovCloud": {
			change: func(w *sandbox.World) {
				w.Partition, w.Region = "aws-us-gov", "us-gov-west-1"
				w.Cluster("demo").Region, w.VPCs[0].Region, w.VPCs[1].Region = w.Region, w.Region, w.Region
				trusting(`{"Effect":"Allow","Principal":{"Service":"eks-fargate-pods.amazonaws.com"},"Action":"sts:AssumeRole"}`)(w)
				w.Role("fargate-pods").Policies = []string{"arn:aws-us-gov:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"}
			},
			want: expect{"cluster": "fail: lies in us-gov-west-1; AWS GovCloud (US) has no EKS on Fargate"},
		},
		"left out": {
			change: cluster(func(c *sandbox.Cluster) { c.Status = "FAILED" }),
			input:  func(in *Input) { in.Skip = []string{"cluster"} },
			want:   expect{"cluster": "skipped: by --skip-checks"},
		},
	})
}

func TestSlots(t *testing.T) {
	planned := func(names ...string) func(*Input) {
		return func(in *Input) {
			for _, n := range names {
				in.Planned = append(in.Planned, fargate.Profile{Name: n, Selectors: []fargate.Selector{{Namespace: n}}})
			}
		}
	}
	runWorlds(t, map[string]world{
		"some":                 {change: withProfiles(manyProfiles(3)...), want: expect{"slots": "pass: 3 of 10 profile slots are taken"}},
		"last":                 {change: withProfiles(manyProfiles(9)...)},
		"none":                 {change: withProfiles(manyProfiles(10)...), want: expect{"slots": "fail: no free profile slot: 10 of 10 | L-33415657 | --skip-checks slots"}},
		"none for a successor": {change: withProfiles(manyProfiles(10)...), input: func(in *Input) { in.Leaving = []string{"other-03"} }, want: expect{"slots": "fail: the successor needs a slot"}},
		"planned ones take the last": {
			change: withProfiles(manyProfiles(8)...), input: planned("plan-a", "plan-b"),
			want: expect{"slots": "fail: no free profile slot: 10 of 10 profile slots are taken, with those that are created before this profile"},
		},
		"planned ones that exist": {change: withProfiles(manyProfiles(8)...), input: planned("other-00", "plan-a")},
		"a raised quota": {
			change: both(withProfiles(manyProfiles(11)...), func(w *sandbox.World) { w.Quotas.Profiles = 20 }),
			want:   expect{"slots": "warn: has 11 profiles, so its quota was raised above 10"},
		},
		"one that goes": {
			change: both(withProfiles(append(manyProfiles(9), profile("web", "web", func(p *sandbox.Profile) { p.Status = "DELETING" }))...), func(w *sandbox.World) { w.Delays.Delete = 1e12 }),
			want:   expect{"slots": "pass: 9 of 10", "siblings": "warn: profile web is DELETING"},
		},
		"one that is deleted before": {
			change: withProfiles(manyProfiles(10)...), input: func(in *Input) { in.Gone = []string{"other-03"} },
			want: expect{"slots": "pass: 9 of 10"},
		},
		"left out": {change: withProfiles(manyProfiles(10)...), input: func(in *Input) { in.Skip = []string{"slots"} }, want: expect{"slots": "skipped: by --skip-checks"}},
	})
}

func TestSiblings(t *testing.T) {
	in := func(status string) func(*sandbox.Profile) {
		return func(p *sandbox.Profile) { p.Status = status }
	}
	slow := func(w *sandbox.World) { w.Delays = sandbox.Delays{Create: 1e12, Delete: 1e12} }
	runWorlds(t, map[string]world{
		"creating": {
			change: both(slow, withProfiles(profile("api", "api", in("CREATING")))),
			want:   expect{"siblings": "warn: profile api is CREATING; EKS changes one profile at a time, so fgctl will wait for it"},
		},
		"deleting": {change: both(slow, withProfiles(profile("api", "web", in("DELETING")))), want: expect{"siblings": "warn: api is DELETING"}},
		"failed": {
			change: withProfiles(profile("api", "web", in("CREATE_FAILED")), profile("old", "web", in("DELETE_FAILED"))),
			want:   expect{"siblings": "pass: api is CREATE_FAILED | old is DELETE_FAILED"},
		},
	})
}

func TestOverlap(t *testing.T) {
	labelled := func(p *sandbox.Profile) { p.Selectors[0].Labels = map[string]string{"app": "api"} }
	runWorlds(t, map[string]world{
		"other namespaces": {change: withProfiles(profile("api", "api"))},
		"same namespace": {
			change: withProfiles(profile("api", "web", labelled)),
			want:   expect{"overlap": "warn: pods like namespace web, app=api match profile api too | EKS would run it on api, the first by name | at random | eks.amazonaws.com/fargate-profile"},
		},
		"wildcard, ours sorts first": {
			change: withProfiles(profile("zeta", "w*")),
			want:   expect{"overlap": "warn: namespace web | selector 1 of profile zeta | EKS would run it on web | selector 1 of profile web (namespace=web) is redundant: selector 1 of profile zeta (namespace=w*) would take all its pods"},
		},
		"theirs is redundant": {
			change: withProfiles(profile("api", "web", labelled)),
			want:   expect{"overlap": "warn: selector 1 of profile api (namespace=web,app=api) is redundant: selector 1 of profile web (namespace=web) would take all its pods"},
		},
		"bytes decide": {change: withProfiles(profile("Web", "web")), want: expect{"overlap": "warn: EKS would run it on Web"}},
		"several":      {change: withProfiles(profile("api", "web"), profile("b", "*")), want: expect{"overlap": "warn: profiles api, b | profile api | profile b"}},
		"the original": {change: withProfiles(profile("old", "web")), input: func(in *Input) { in.Leaving = []string{"old"} }},
		"another beside the original": {
			change: withProfiles(profile("old", "web"), profile("api", "web")), input: func(in *Input) { in.Leaving = []string{"old"} },
			want: expect{"overlap": "warn: match profile api too"},
		},
		"planned": {
			input: func(in *Input) {
				in.Planned = []fargate.Profile{{Name: "plan", Selectors: []fargate.Selector{{Namespace: "x"}, {Namespace: "we?"}}}}
			},
			want: expect{"overlap": "warn: selector 2 of profile plan"},
		},
		"left out": {
			change: withProfiles(profile("api", "web")), input: func(in *Input) { in.Skip = []string{"overlap"} },
			want: expect{"overlap": "skipped: by --skip-checks"},
		},
	})
}

// Selectors too involved for a pod to be found are told of without one.
func TestOverlapBeyondTheBounds(t *testing.T) {
	hard := func(name, letter string) fargate.Profile {
		window := "*" + letter + strings.Repeat("?", 14) + "*"
		labels := map[string]string{}
		for _, key := range []string{"*", "*k", "k*", "*?", "?*"} {
			labels[key] = window
		}
		return fargate.Profile{Name: name, Selectors: []fargate.Selector{{Namespace: strings.Repeat("a*?*"+letter+"*", 10), Labels: labels}, {Namespace: "*"}}}
	}
	mine, theirs := hard("web", "a"), hard("api", "b")
	mine.Selectors = mine.Selectors[:1]
	f := &facts{input: Input{Profile: mine}, siblings: answer[[]fargate.Profile]{value: []fargate.Profile{theirs}}}
	if got := f.judgeOverlap(); got.Level != Warn || !strings.HasPrefix(got.Message, "pods like namespace a") ||
		!strings.HasPrefix(got.Details[0], "selector 1 and selector 2 of profile api both match a pod in namespace a") {
		t.Errorf("the overlap that is known does not come first: %+v", got)
	}
	theirs.Selectors = theirs.Selectors[:1]
	f.siblings.value = []fargate.Profile{theirs}
	if got := f.judgeOverlap(); got.Level != Warn || got.Message != "profile api may match the same pods; the selectors are too involved to tell" ||
		got.Details[0] != "selector 1 and selector 1 of profile api may match the same pods" {
		t.Errorf("%+v", got)
	}
}
