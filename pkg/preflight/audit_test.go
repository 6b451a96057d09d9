package preflight

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// findings lists what did not pass, as "profile check level".
func findings(a Audited) []string {
	var out []string
	add := func(profile string, results []Result) {
		for _, r := range results {
			if r.Level != Pass {
				out = append(out, fmt.Sprintf("%s %s %s", profile, r.Check, r.Level))
			}
		}
	}
	add("-", a.Cluster)
	for _, p := range a.Profiles {
		add(p.Name, p.Results)
	}
	return out
}

func TestAudit(t *testing.T) {
	web := sandbox.Profile{
		Name: "web", Role: "fargate-pods", Subnets: []string{privateA},
		Selectors: []sandbox.Selector{{Namespace: "web"}},
	}
	for _, c := range []struct {
		name   string
		change func(*sandbox.World, *sandbox.Profile)
		want   string
	}{
		{"right", nil, ""},
		{"failed", func(_ *sandbox.World, p *sandbox.Profile) { p.Status = "CREATE_FAILED" }, "web status fail"},
		{"public", func(_ *sandbox.World, p *sandbox.Profile) { p.Subnets = []string{publicA} }, "web subnets fail, web egress skipped"},
		{"no trust", func(_ *sandbox.World, p *sandbox.Profile) { p.Role = "not-fargate" }, "web role fail, web role-use warn, web role-policy warn"},
		{"name", func(_ *sandbox.World, p *sandbox.Profile) { p.Name = "web_" }, "web_ name warn"},
		{"selectors", func(_ *sandbox.World, p *sandbox.Profile) {
			p.Selectors = []sandbox.Selector{{Namespace: "web"}, {Namespace: "web", Labels: map[string]string{"a": "b"}}}
		}, "web selectors warn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, server := newCloud(t, func(w *sandbox.World) {
				p := web
				if c.change != nil {
					c.change(w, &p)
				}
				w.Clusters[0].Profiles = []sandbox.Profile{p}
			})
			a, err := Audit(t.Context(), client, "demo", "", time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(findings(a), ", "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for _, r := range server.Requests() {
				if !strings.HasPrefix(r.Operation, "Describe") && !strings.HasPrefix(r.Operation, "Get") && !strings.HasPrefix(r.Operation, "List") {
					t.Errorf("%s was sent", r.Operation)
				}
			}
		})
	}
}

// An audit of many profiles asks each question once.
func TestAuditSharesWhatItReads(t *testing.T) {
	client, server := newCloud(t, func(w *sandbox.World) {
		w.Clusters[0].Profiles = nil
		for i := range 8 {
			w.Clusters[0].Profiles = append(w.Clusters[0].Profiles, sandbox.Profile{
				Name: fmt.Sprint("p", i), Role: "fargate-pods", Subnets: []string{privateA},
				Selectors: []sandbox.Selector{{Namespace: fmt.Sprint("n", i)}},
			})
		}
	})
	a, err := Audit(t.Context(), Remember(t.Context(), client), "demo", "", time.Now())
	if err != nil || len(a.Profiles) != 8 {
		t.Fatal(err, len(a.Profiles))
	}
	asked := map[string]int{}
	for _, r := range server.Requests() {
		asked[r.Operation]++
	}
	for operation, n := range asked {
		if n != 1 && operation != "DescribeFargateProfile" {
			t.Errorf("%s was asked %d times", operation, n)
		}
	}
}

func TestStatusOfWhatIsThere(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	issue := []fargate.HealthIssue{{Code: "AccessDenied", Message: "no"}}
	for _, c := range []struct {
		profile fargate.Profile
		want    Level
		message string
	}{
		{fargate.Profile{Status: fargate.StatusActive}, Pass, "ACTIVE, and EKS reports no issue"},
		{fargate.Profile{Status: fargate.StatusActive, Issues: issue}, Fail, "the profile is ACTIVE, but EKS reports issues with it"},
		{fargate.Profile{Status: fargate.StatusCreating, CreatedAt: now.Add(-time.Minute)}, Warn, "the profile is CREATING; EKS changes no other profile of the cluster meanwhile"},
		{fargate.Profile{Status: fargate.StatusCreating, CreatedAt: now.Add(-time.Hour), Issues: issue}, Fail, "the profile is CREATING for 1h0m0s"},
		{fargate.Profile{Status: fargate.StatusCreating}, Warn, "the profile is CREATING; EKS changes no other profile of the cluster meanwhile"},
		{fargate.Profile{Status: fargate.StatusDeleting, CreatedAt: now.Add(-time.Hour)}, Warn, "the profile is DELETING; EKS changes no other profile of the cluster meanwhile"},
		{fargate.Profile{Status: fargate.StatusDeleteFailed, Issues: issue}, Fail, "the profile is DELETE_FAILED"},
		{fargate.Profile{Status: "PAUSED"}, Warn, "the profile is PAUSED, a status that fgctl does not know"},
	} {
		r := judgeStatus(c.profile, now)
		if r.Level != c.want || r.Message != c.message || len(r.Details) != len(c.profile.Issues) || r.Level == Fail && r.Hint == "" && len(c.profile.Issues) == 0 {
			t.Errorf("got %+v, want %s %s", r, c.want, c.message)
		}
	}
}
