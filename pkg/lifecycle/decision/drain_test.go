package decision

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// drained is the wish to replace web, whose pods are moved first.
func drained() Wish {
	return Wish{
		Name: "web", Drain: 5 * time.Minute,
		Change: fargate.Change{Add: []fargate.Selector{{Namespace: "web-more"}}},
	}
}

// What becomes of pods is decided by their owner, its template and strategy, the profiles and the budgets.
func TestDrainOf(t *testing.T) {
	profiles := []fargate.Profile{there("web", "", "web other", fargate.StatusActive), there("9-web", "", "web", fargate.StatusActive)}
	deployment := func(change func(*kube.Pod)) []kube.Pod {
		w := kube.Pod{Kind: "Deployment", Namespace: "web", Name: "shop", Labels: map[string]string{"app": "shop"}, Workload: kube.Workload{Replicas: 3}}
		if change != nil {
			change(&w)
		}
		return []kube.Pod{w}
	}
	pod := func(change func(*kube.Pod)) []kube.Pod {
		p := kube.Pod{
			Kind: "Pod", Namespace: "web", Name: "shop-7c9d-x",
			Labels:  map[string]string{kube.ProfileLabel: "web", "pod-template-hash": "7c9d", "app": "shop"},
			Running: &kube.Running{Phase: "Running", OwnerKind: "ReplicaSet", OwnerName: "shop-7c9d"},
		}
		p.Spec.SchedulerName = kube.Scheduler
		if change != nil {
			change(&p)
		}
		return []kube.Pod{p}
	}
	budget := fargate.DisruptionBudget{Namespace: "web", Name: "keep", MinAvailable: "2", Selector: labels.Set{"app": "shop"}.AsSelector()}
	for _, c := range []struct {
		name      string
		pods      []kube.Pod
		workloads []kube.Pod
		to, why   string
		budget    bool
		nothing   bool
	}{
		{name: "moves", pods: pod(nil), workloads: deployment(nil), to: "9-web"},
		{name: "several pods", pods: append(pod(nil), pod(nil)...), workloads: deployment(nil), to: "9-web"},
		{name: "of another profile", pods: pod(func(p *kube.Pod) { p.Labels[kube.ProfileLabel] = "9-web" }), workloads: deployment(nil), nothing: true},
		{name: "not of Fargate", pods: pod(func(p *kube.Pod) { p.Spec.SchedulerName = "" }), nothing: true},
		{name: "finished", pods: pod(func(p *kube.Pod) { p.Running.Phase = "Succeeded" }), nothing: true},
		{name: "bare", pods: pod(func(p *kube.Pod) { p.Running.OwnerKind = "" }), why: "nothing makes it again"},
		{name: "a Job", pods: pod(func(p *kube.Pod) { p.Running.OwnerKind, p.Running.OwnerName = "Job", "job" }), why: "kubectl rollout restart does not know its kind"},
		{
			name: "another's StatefulSet", why: "kubectl rollout restart does not know its kind",
			pods: pod(func(p *kube.Pod) { p.Running.OwnerKind, p.Running.OwnerForeign = "StatefulSet", true }),
		},
		{name: "no such owner", pods: pod(nil), why: "there is no Deployment/shop"},
		{
			name: "pinned", pods: pod(nil), why: "its template pins web by the label eks.amazonaws.com/fargate-profile",
			workloads: deployment(func(w *kube.Pod) { w.Labels[kube.ProfileLabel] = "web" }),
		},
		{
			name: "paused", pods: pod(nil), why: "its rollout is paused",
			workloads: deployment(func(w *kube.Pod) { w.Workload.Rollout.Paused = true }),
		},
		{
			name: "the successor does not take it", why: "its new pods would hit web again: no profile that sorts before takes them",
			pods:      pod(func(p *kube.Pod) { p.Namespace = "other" }),
			workloads: deployment(func(w *kube.Pod) { w.Namespace = "other" }),
		},
		{
			name: "no profile takes it", why: "no profile takes its new pods: they would be unmatched",
			pods:      pod(func(p *kube.Pod) { p.Namespace = "gone" }),
			workloads: deployment(func(w *kube.Pod) { w.Namespace = "gone" }),
		},
		{name: "a budget that the rollout keeps", pods: pod(nil), workloads: deployment(nil), budget: true, to: "9-web"},
		{
			name: "a budget that the rollout just keeps", pods: pod(nil), budget: true, to: "9-web",
			workloads: deployment(func(w *kube.Pod) { w.Workload.Rollout.MaxUnavailable = "1" }),
		},
		{
			name: "a budget that the rollout breaks", pods: pod(nil), budget: true,
			workloads: deployment(func(w *kube.Pod) { w.Workload.Rollout.Type = "Recreate" }),
			why:       "a restart takes 3 of its pods away at once, and PodDisruptionBudget keep lets 1 go",
		},
	} {
		in := Inhabitants{Pods: c.pods, Workloads: c.workloads}
		if c.budget {
			in.Budgets = []fargate.DisruptionBudget{budget}
		}
		d := DrainOf("web", profiles, in, nil)
		all := slices.Concat(d.Moves, d.Stays)
		if c.nothing {
			if len(all) > 0 {
				t.Errorf("%s: %+v", c.name, d)
			}
			continue
		}
		if len(all) != 1 || all[0].To != c.to || all[0].Why != c.why || len(all[0].Pods) != len(c.pods) || (len(d.Moves) == 1) != (c.why == "") {
			t.Errorf("%s: %+v, want to %q, why %q", c.name, d, c.to, c.why)
		}
	}
}

// The name of a drained profile's successor sorts first, and a successor that does not is not drained to.
func TestDecideDrained(t *testing.T) {
	web := there("web", "", "web", fargate.StatusActive)
	later := there("web-2", "", "web web-more", fargate.StatusActive)
	later.Tags[TagReplaces], later.Tags[TagReplacesID] = "web", "1"
	decide := func(w Wish, profiles ...fargate.Profile) (Decision, error) {
		s, err := Assess(profiles, w.Name)
		if err != nil {
			t.Fatal(err)
		}
		return s.Decide(w)
	}
	d, err := decide(drained(), web)
	if err != nil || d.Wanted.Name != "9-web" || fmt.Sprint(d.Steps()) != fmt.Sprint([]Step{MakeSuccessor, DrainOriginal, RetireOriginal}) {
		t.Errorf("%s, %v, %v", d.Wanted.Name, d.Steps(), err)
	}
	undrained := drained()
	undrained.Drain = 0
	if d, err := decide(undrained, web); err != nil || slices.Contains(d.Steps(), DrainOriginal) {
		t.Errorf("nobody asked for a drain: %v, %v", d.Steps(), err)
	}
	if _, err := decide(drained(), web, later); err == nil || !strings.Contains(err.Error(), "--drain needs a successor whose name sorts before web") {
		t.Errorf("%v", err)
	}
	web.Status = fargate.StatusDeleting
	if d, err := decide(drained(), web, later); err != nil || slices.Contains(d.Steps(), DrainOriginal) {
		t.Errorf("the original goes: %v, %v", d.Steps(), err)
	}
	zero := there("0", "", "web", fargate.StatusActive)
	w := drained()
	w.Name = "0"
	if _, err := decide(w, zero); err == nil || !strings.Contains(err.Error(), "no name sorts before 0") {
		t.Errorf("%v", err)
	}
}

// What is left on a profile is told in full.
func TestLeft(t *testing.T) {
	d := Drain{
		Profile: "web", Leaving: 2, Moves: []Move{{Namespace: "web", Owner: kube.Owner{Kind: "Deployment", Name: "shop"}, Pods: []string{"shop-1", "shop-2"}, To: "web-2"}},
		Stays: []Move{{Namespace: "web", Owner: kube.Owner{Kind: "Job", Name: "load"}, Pods: []string{"load-1"}, Why: "it runs to its end"}},
	}
	const left = "Deployment/shop in namespace web (shop-1, shop-2): there was no time to restart it; " +
		"Job/load in namespace web (load-1): it runs to its end; pods that are being deleted: 2"
	if got := d.Left(); got != left {
		t.Errorf("got\n%s\nwant\n%s", got, left)
	}
}
