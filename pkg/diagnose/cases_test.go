package diagnose_test

import (
	"slices"
	"testing"

	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// Pods of one owner in one state are one case; pods that are fine, have ended or are going are none.
func TestCasesAreByOwner(t *testing.T) {
	web := fargate.Profile{Name: "web", Status: fargate.StatusActive, Selectors: []fargate.Selector{{Namespace: "web"}}}
	named := func(name, phase string) kube.Pod {
		return waiting("web", func(p *kube.Pod) {
			p.Name, p.Running.Phase, p.Running.NodeName = name, phase, map[string]string{"Running": "fargate-ip"}[phase]
		})
	}
	e := diagnose.New([]fargate.Profile{web})
	going := named("shop-6", "Pending")
	going.Running.Terminating = true
	for _, p := range []kube.Pod{
		named("shop-1", "Pending"), named("shop-2", "Pending"), named("shop-3", "Running"),
		named("shop-4", "Succeeded"), named("shop-5", "Failed"), going,
	} {
		e.Add(p)
	}
	cases := e.Cases(diagnose.Evidence{Profiles: []fargate.Profile{web}, Now: now})
	if e.Looked != 3 || len(cases) != 1 || !slices.Equal(cases[0].Pods, []string{"shop-1", "shop-2"}) ||
		cases[0].Owner != "Deployment/shop" {
		t.Errorf("looked at %d, cases %+v", e.Looked, cases)
	}
	if got := e.Profiles(); !slices.Equal(got, []string{"web"}) {
		t.Errorf("got profiles %v", got)
	}
}
