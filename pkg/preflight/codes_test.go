package preflight

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/network"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// codesOf lists the codes of a result, each once.
func codesOf(all []Result) []string {
	var out []string
	for _, r := range all {
		if (r.Level == Pass) != (len(r.Findings) == 0) {
			out = append(out, r.Check+" is "+string(r.Level)+" without a code")
		}
		for _, f := range r.Findings {
			out = append(out, f.Code)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// wrong is a world that is wrong in one way. The code is found by an audit, or with input by the checks of a new
// profile; also are codes that come with it.
type wrong struct {
	code   string
	change func(*sandbox.World)
	input  func(*Input)
	also   []string
}

func demo(change func(*sandbox.Cluster)) func(*sandbox.World) {
	return func(w *sandbox.World) { change(w.Cluster("demo")) }
}

func web(change func(*sandbox.Profile)) func(*sandbox.World) {
	return func(w *sandbox.World) { change(&w.Cluster("demo").Profiles[0]) }
}

func another(name, namespace string) func(*sandbox.World) {
	return demo(func(c *sandbox.Cluster) { c.Profiles = append(c.Profiles, profile(name, namespace)) })
}

func changeSubnet(change func(*sandbox.Subnet)) func(*sandbox.World) {
	return func(w *sandbox.World) { s, _ := w.Subnet(privateA); change(s) }
}

func entry(kind string, created time.Time) func(*sandbox.World) {
	return demo(func(c *sandbox.Cluster) {
		c.AccessEntries = []sandbox.AccessEntry{{Principal: goodRole, Type: kind, Created: created}}
	})
}

func withAccess(private bool, cidrs ...string) func(*sandbox.World) {
	return demo(func(c *sandbox.Cluster) { c.EndpointPrivateAccess, c.PublicAccessCIDRs = &private, cidrs })
}

func withNAT(address string) func(*sandbox.World) {
	return func(w *sandbox.World) {
		w.VPCs[0].NATAddresses = map[string]string{"nat-0aaa0000000000001": address}
	}
}

var wrongWorlds = func() []wrong {
	ptr := func(n int) *int { return &n }
	status := func(s string) func(*sandbox.World) { return web(func(p *sandbox.Profile) { p.Status = s }) }
	slow := func(w *sandbox.World) { w.Delays = sandbox.Delays{Create: 1e15, Delete: 1e15} }
	policies := func(names ...string) func(*sandbox.World) {
		return func(w *sandbox.World) {
			w.Role("fargate-pods").Policies = nil
			for _, n := range names {
				w.Role("fargate-pods").Policies = append(w.Role("fargate-pods").Policies, "arn:aws:iam::aws:policy/"+n)
			}
		}
	}
	role := func(arn string) func(*sandbox.World) { return web(func(p *sandbox.Profile) { p.Role = arn }) }
	pathed := func(w *sandbox.World) {
		r := *w.Role("fargate-pods")
		r.Name, r.Path = "pathed", "/team/"
		w.Roles = append(w.Roles, r)
		w.Cluster("demo").Profiles[0].Role = "pathed"
	}
	issue := func(code string) func(*sandbox.World) {
		return web(func(p *sandbox.Profile) { p.Issues = []sandbox.Issue{{Code: code, Message: "no"}} })
	}
	closed := withRoutes(privateRT)
	endpoints := func(names ...string) func(*sandbox.World) {
		return func(w *sandbox.World) {
			for i, n := range names {
				w.VPCs[0].Endpoints = append(w.VPCs[0].Endpoints, sandbox.Endpoint{
					ID: "vpce-0aaa000000000000" + string(rune('1'+i)), Service: "com.amazonaws.us-east-1." + n, Subnets: []string{privateA},
				})
			}
		}
	}
	others := func(n int) func(*sandbox.World) {
		return demo(func(c *sandbox.Cluster) { c.Profiles = append(c.Profiles, manyProfiles(n)...) })
	}
	const trusts = `{"Effect":"Allow","Principal":{"Service":["eks-fargate-pods.amazonaws.com"%s]},"Action":"sts:AssumeRole"%s}`
	trust := func(more, condition string) func(*sandbox.World) {
		return trusting(strings.Replace(strings.Replace(trusts, "%s", more, 1), "%s", condition, 1))
	}
	isNew := func(*Input) {}
	return []wrong{
		{code: CodeNotJudged, change: lacking("iam:ListAttachedRolePolicies")},
		{code: codeClusterGone, input: func(in *Input) { in.Profile.Cluster = "nowhere" }, also: []string{CodeNotJudged}},
		{code: codeClusterPlace, change: demo(func(c *sandbox.Cluster) {
			c.OutpostARN = "arn:aws:outposts:us-east-1:111122223333:outpost/op-0123456789abcdef0"
		})},
		{code: codeClusterOld, change: demo(func(c *sandbox.Cluster) { c.Version = "1.13" })},
		{code: codeClusterStatus, change: demo(func(c *sandbox.Cluster) { c.Status = "UPDATING" })},
		{code: codeClusterHealth, change: demo(func(c *sandbox.Cluster) { c.Issues = []sandbox.Issue{{Code: "Ec2SubnetNotFound", Message: "gone"}} })},
		{code: codeNoSlot, change: others(9)},
		{code: codeQuotaRaised, change: both(others(10), func(w *sandbox.World) { w.Quotas.Profiles = 20 })},
		{code: codeBusy, change: both(slow, status("CREATING")), input: func(in *Input) {
			in.Profile.Name, in.Profile.Selectors[0].Namespace = "api", "api"
		}},
		{code: codeCreateFailed, change: status("CREATE_FAILED")},
		{code: codeDeleteFailed, change: status("DELETE_FAILED")},
		{code: codeStuck, change: both(slow, status("CREATING"), web(func(p *sandbox.Profile) { p.Created = time.Now().Add(-time.Hour) }))},
		{code: codeInTransition, change: both(slow, status("DELETING"))},
		{code: codeHealth, change: issue("InternalFailure")},
		{code: codeNameNoLabel, change: web(func(p *sandbox.Profile) { p.Name = "web_" })},
		{code: codeRedundant, change: web(func(p *sandbox.Profile) {
			p.Selectors = append(p.Selectors, sandbox.Selector{Namespace: "web", Labels: map[string]string{"a": "b"}})
		})},
		{code: codeSystemPods, change: web(func(p *sandbox.Profile) { p.Selectors[0].Namespace = "kube-*" })},
		{code: codeOverlap, change: both(another("api", "?pi"), web(func(p *sandbox.Profile) { p.Selectors[0].Namespace = "ap?" }))},
		{code: codeShadowed, change: another("all", "we*"), also: []string{codeOverlap}},
		{code: codeDuplicate, change: another("api", "web")},
		{code: codeSubnetGone, change: web(func(p *sandbox.Profile) { p.Subnets = []string{privateA, "subnet-0123456789abcdef0"} })},
		{code: codeSubnetForeign, change: web(func(p *sandbox.Profile) { p.Subnets = []string{privateA, otherVPC} })},
		{code: codeSubnetPlace, change: both(web(func(p *sandbox.Profile) { p.Subnets = []string{privateA, privateB} }), func(w *sandbox.World) {
			s, _ := w.Subnet(privateB)
			s.IPv6Native = true
		})},
		{code: codeSubnetPublic, change: web(func(p *sandbox.Profile) { p.Subnets = []string{privateA, publicA} })},
		{code: subnetCode(network.PerhapsPublic), change: func(w *sandbox.World) {
			t := w.RouteTable(privateRT)
			t.Routes = append(t.Routes, sandbox.Route{To: "52.0.0.0/8", Via: "igw-0aaa0000000000001"})
		}},
		{code: subnetCode(network.UnlistedZone), change: func(w *sandbox.World) {
			w.Region = "us-west-1"
			for i := range w.VPCs {
				w.VPCs[i].Region = w.Region
			}
			w.Cluster("demo").Region = w.Region
			s, _ := w.Subnet(privateA)
			s.Zone, s.ZoneID = "us-west-1b", "usw1-az2"
			trust("", "")(w)
		}},
		{code: codeSubnetUnknown, change: both(web(func(p *sandbox.Profile) { p.Subnets = []string{privateA, implicitA} }), func(w *sandbox.World) {
			for i := range w.VPCs[0].RouteTables {
				if w.VPCs[0].RouteTables[i].Main {
					w.VPCs[0].RouteTables[i].Hidden = true
				}
			}
		})},
		{code: codeSubnetsNone, input: isNew, change: func(w *sandbox.World) {
			w.RouteTable(privateRT).Routes = []sandbox.Route{{To: "0.0.0.0/0", Via: "igw-0aaa0000000000001"}}
			w.Cluster("demo").Profiles[0].Name = "other"
			w.Cluster("demo").Profiles[0].Selectors[0].Namespace = "other"
		}, also: []string{CodeNotJudged}},
		{code: subnetCode(network.NoAddress), change: both(web(func(p *sandbox.Profile) { p.Subnets = []string{privateA, privateB} }),
			changeSubnet(func(s *sandbox.Subnet) { s.AvailableIPs = ptr(0) }))},
		{code: subnetCode(network.FewAddresses), change: changeSubnet(func(s *sandbox.Subnet) { s.AvailableIPs = ptr(4) })},
		{code: codeSubnetsFull, change: changeSubnet(func(s *sandbox.Subnet) { s.AvailableIPs = ptr(0) }), also: []string{subnetCode(network.NoAddress)}},
		{code: subnetCode(network.BrokenWay), change: both(withRoutes(privateRT, sandbox.Route{To: "0.0.0.0/0", Via: "nat-0aaa0000000000009", Blackhole: true}),
			endpoints("ecr.api", "ecr.dkr", "s3"))},
		{code: codeVPCGuessed, change: demo(func(c *sandbox.Cluster) { c.HideVPC, c.Subnets = true, nil })},
		{code: codeNoWayOut, change: closed},
		{code: codeEndpoints, change: both(closed, endpoints("ecr.api"))},
		{code: codeAPIClosed, change: both(closed, endpoints("ecr.api", "ecr.dkr", "s3"), withAccess(false, "0.0.0.0/0"))},
		{code: codeAPIClosed, change: both(withAccess(false, "203.0.113.0/24"), withNAT("198.51.100.1"))},
		{code: codeAPILimited, change: withAccess(false, "203.0.113.0/24")},
		{code: codeRoleGone, change: role("arn:aws:iam::111122223333:role/nobody"), also: []string{CodeNotJudged}},
		{code: codeRoleForeign, change: role("arn:aws:iam::999999999999:role/theirs"), also: []string{CodeNotJudged}},
		{code: codeRolePartition, change: role("arn:aws-cn:iam::111122223333:role/china"), also: []string{CodeNotJudged}},
		{code: codeRolePath, change: pathed},
		{code: codeRoleTrust, change: trusting(`{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}`)},
		{code: codeRoleUndecided, change: trust("", `,"Condition":{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}`)},
		{code: codeRoleUnnamed, input: isNew, change: func(w *sandbox.World) {
			w.Cluster("demo").Profiles = nil
			trusting(`{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}`)(w)
		}, also: []string{CodeNotJudged}},
		{code: codeRoleInstances, change: trust(`,"ec2.amazonaws.com"`, "")},
		{code: codeRolePolicies, change: policies("AmazonEKSFargatePodExecutionRolePolicy", "AmazonEKSWorkerNodePolicy")},
		{code: codeRoleNodeEntry, change: entry("EC2_LINUX", time.Now()), also: []string{CodeNotJudged}},
		{code: codeRoleInUse, change: issue("PodExecutionRoleAlreadyInUse"), also: []string{codeHealth}},
		{code: codeRolePulls, change: policies()},
		{code: codeEntryStale, change: both(entry("FARGATE_LINUX", time.Now().Add(-time.Hour)), func(w *sandbox.World) {
			w.Role("fargate-pods").Created = time.Now().Add(-time.Minute)
		})},
		{code: codeEntryType, change: entry("STANDARD", time.Now())},
		{code: codeEntryMissing, change: demo(func(c *sandbox.Cluster) {
			c.AuthenticationMode, c.AccessEntries = "API", []sandbox.AccessEntry{}
		})},
		{code: codeUnmapped, change: both(issue("AccessDenied"), demo(func(c *sandbox.Cluster) { c.AuthenticationMode = "CONFIG_MAP" })), also: []string{codeHealth}},
	}
}()

// Each code is found in a world that is wrong in that way, and only with what follows from it; none in the right one.
func TestCodes(t *testing.T) {
	right := func(w *sandbox.World) { w.Cluster("demo").Profiles = []sandbox.Profile{profile("web", "web")} }
	find := func(t *testing.T, w wrong) []string {
		change := w.change
		if change == nil {
			change = func(*sandbox.World) {}
		}
		client, _ := newCloud(t, both(right, change))
		if w.input != nil {
			report, err := Run(t.Context(), client, wanted(w.input))
			if err != nil {
				t.Fatal(err)
			}
			return codesOf(report.Results)
		}
		a, err := Audit(t.Context(), client, "demo", "", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		all := a.Cluster
		for _, p := range a.Profiles {
			all = append(all, p.Results...)
		}
		return codesOf(all)
	}
	if got := find(t, wrong{}); len(got) > 0 {
		t.Errorf("the right world has %v", got)
	}
	if got := find(t, wrong{change: both(withAccess(false, "203.0.113.0/24"), withNAT("203.0.113.7"))}); len(got) > 0 {
		t.Errorf("a NAT gateway that is let in has %v", got)
	}
	met := map[string]bool{
		codeStatusUnknown: true, codeOverlapUnknown: true, // the sandbox has no such status; see TestStatusOfWhatIsThere, TestOverlap
		CodeTags: true, CodeReplacement: true, CodeRoleUnused: true, // lifecycle finds them
	}
	for _, w := range wrongWorlds {
		t.Run(w.code, func(t *testing.T) {
			want := append([]string{w.code}, w.also...)
			slices.Sort(want)
			if got := find(t, w); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
		met[w.code] = true
	}
	for _, c := range Codes() {
		if !met[c.Name] {
			t.Errorf("no world has %s", c.Name)
		}
		if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(c.Name) || c.Meaning == "" || c.Cure == "" || strings.HasSuffix(c.Meaning+c.Cure, ".") {
			t.Errorf("%+v", c)
		}
		delete(met, c.Name)
	}
	if len(met) > 0 {
		t.Errorf("not in the table: %v", met)
	}
}

// A shared memory asks for an entry once for each role and cluster.
func TestEntriesOfClustersDiffer(t *testing.T) {
	client, _ := newCloud(t, func(w *sandbox.World) {
		w.Cluster("demo").Profiles = []sandbox.Profile{profile("web", "web")}
		bare := *w.Cluster("demo")
		bare.Name, bare.Profiles, bare.AccessEntries = "bare", nil, []sandbox.AccessEntry{}
		w.Clusters = append(w.Clusters, bare)
	})
	shared := Remember(t.Context(), client)
	if e, err := shared.AccessEntry(t.Context(), "demo", goodRole); err != nil || e.Type != cloud.EntryOfFargate {
		t.Error(e, err)
	}
	if _, err := shared.AccessEntry(t.Context(), "bare", goodRole); cloud.ClassOf(err) != cloud.NotFound {
		t.Error(err)
	}
}
