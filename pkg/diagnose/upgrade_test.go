package diagnose_test

import (
	"reflect"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

func TestMinor(t *testing.T) {
	for text, want := range map[string]int{
		"1.33": 33, "v1.33.5-eks-1234567": 33, "1.9+": 9, "": -1, "2.1": -1,
		"1": -1, "1.x": -1,
	} {
		got, err := diagnose.Minor(text)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("%q: got %d, %v", text, got, err)
		}
	}
}

// Pods whose kubelet is more than three versions behind the target hold it back, by owner; what budgets let go least
// comes last.
func TestHolders(t *testing.T) {
	on := func(name, app, node string) kube.Pod {
		return waiting("web", func(p *kube.Pod) {
			p.Name, p.Running.Phase, p.Running.NodeName, p.Labels["app"] = name, "Running", node, app
			p.Running.OwnerKind, p.Running.OwnerName = "StatefulSet", app
		})
	}
	u := diagnose.Upgrade{Target: 34, Kubelets: map[string]string{
		"old": "v1.30.9-eks-1", "just": "v1.31.0-eks-1", "new": "v1.33.0", "odd": "unknown",
	}}
	app, err := labels.Parse("app=db")
	if err != nil {
		t.Fatal(err)
	}
	u.Budgets = []fargate.DisruptionBudget{{Namespace: "web", Name: "keep", Selector: app, MaxUnavailable: "1"}}
	bare := on("bare", "x", "old")
	bare.Running.OwnerKind, bare.Running.OwnerName = "", ""
	ec2 := on("ec2-0", "ec2", "ip-10")
	ec2.Spec.SchedulerName = ""
	for _, p := range []kube.Pod{
		on("db-0", "db", "old"), on("db-1", "db", "old"), on("api-0", "api", "just"), on("api-1", "api", "new"),
		on("odd-0", "odd", "odd"), ec2, bare,
		on("lost-0", "lost", "fargate-not-read"),
	} {
		u.Add(p)
	}
	want := []diagnose.Holder{
		{
			Namespace: "web", Owner: "Pod/bare", Pods: []string{"bare"}, Kubelets: []string{"v1.30.9-eks-1"},
			Budgets: []string{}, Allowed: -1, Command: "kubectl delete pod bare -n web",
		},
		{
			Namespace: "web", Owner: "StatefulSet/db", Pods: []string{"db-0", "db-1"},
			Kubelets: []string{"v1.30.9-eks-1"}, Budgets: []string{"keep"}, Allowed: 1,
			Command: "kubectl rollout restart statefulset/db -n web && kubectl rollout status statefulset/db -n web",
		},
	}
	if got := u.Holders(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if !slices.Equal(u.Unknown, []string{"odd", "fargate-not-read"}) {
		t.Errorf("unknown: %v", u.Unknown)
	}
	u.Target = 33
	if got := u.Holders(); len(got) != 0 {
		t.Errorf("for 1.33: %+v", got)
	}
}
