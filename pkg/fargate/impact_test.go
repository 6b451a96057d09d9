package fargate

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"pgregory.net/rapid"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// on makes a running pod that a profile took.
func on(profile, namespace, owner, app string) kube.Pod {
	return kube.Pod{
		Kind: "Pod", Name: owner + "-x", Namespace: namespace,
		Labels:  map[string]string{"app": app, kube.ProfileLabel: profile, kube.HashLabel: "1"},
		Spec:    corev1.PodSpec{SchedulerName: kube.Scheduler},
		Running: &kube.Running{OwnerKind: "ReplicaSet", OwnerName: owner + "-1", Phase: "Running", NodeName: "fargate-1"},
	}
}

func TestImpact(t *testing.T) {
	profiles := []Profile{
		{Name: "web", Selectors: parsed(t, "namespace=web")},
		{Name: "api", Selectors: parsed(t, "namespace=web,app=api")},
		{Name: "all", Selectors: parsed(t, "namespace=web,app=a*")},
		{Name: "other", Selectors: parsed(t, "namespace=other")},
	}
	workload := func(kind, name, namespace, app string, replicas int) kube.Pod {
		return kube.Pod{Kind: kind, Name: name, Namespace: namespace, Labels: map[string]string{"app": app}, Workload: kube.Workload{Replicas: replicas}}
	}
	pinned := workload("Deployment", "pinned", "web", "api", 2)
	pinned.Labels[kube.ProfileLabel] = "web"
	ended := on("web", "web", "ended", "x")
	ended.Running.Phase = "Succeeded"
	deleted := on("web", "web", "deleted", "x")
	deleted.Running.Terminating = true
	elsewhere := on("web", "web", "elsewhere", "x")
	elsewhere.Spec.SchedulerName = kube.DefaultScheduler
	bare := on("web", "web", "bare", "all")
	bare.Running.OwnerKind, bare.Running.OwnerName = "", ""
	older := on("web", "web", "a", "all")
	older.Labels[kube.HashLabel], older.Running.OwnerName = "0", "a-0"
	made := workload("ReplicaSet", "b-1", "web", "cart", 5)
	made.Workload.OwnerKind, made.Workload.OwnerName = "Deployment", "b"
	annotated := on("web", "web", "annotated", "x")
	annotated.Annotations = map[string]string{kube.ComputeTypeAnnotation: kube.ComputeTypeEC2}
	for _, c := range []struct {
		why  string
		pods []kube.Pod
		want string
	}{
		{
			"pods of one owner are one",
			[]kube.Pod{on("web", "web", "b", "cart"), on("web", "web", "a", "all"), on("web", "web", "b", "cart")},
			"pending web Deployment/b 2 of web to []|moves web Deployment/a 1 of web to [all]",
		},
		{"several match", []kube.Pod{on("web", "web", "a", "api")}, "ambiguous web Deployment/a 1 of web to [all api]"},
		{"pods of other profiles stay", []kube.Pod{on("api", "web", "a", "api"), elsewhere, ended, deleted}, ""},
		{"kept off Fargate", []kube.Pod{annotated}, "leaves web Deployment/annotated 1 of web to []"},
		{
			"manifests go where a new pod would",
			[]kube.Pod{workload("Deployment", "a", "web", "cart", 3), workload("Deployment", "b", "other", "cart", 3)},
			"pending web Deployment/a 3 of web to []",
		},
		{"pinned by the template", []kube.Pod{pinned}, "pending web Deployment/pinned 2 of web to [] pinned"},
		{"its pods may come before it, and after", []kube.Pod{on("web", "web", "pinned", "x"), pinned, on("web", "web", "pinned", "x")}, "pending web Deployment/pinned 2 of web to [] pinned"},
		{"a pin narrows what was ambiguous", []kube.Pod{on("web", "web", "pinned", "api"), pinned}, "pending web Deployment/pinned 1 of web to [] pinned"},
		{"pods of several ReplicaSets are one", []kube.Pod{on("web", "web", "a", "all"), older}, "moves web Deployment/a 2 of web to [all]"},
		{"what a workload that was read has made", []kube.Pod{made, workload("Deployment", "b", "web", "cart", 3)}, "pending web Deployment/b 3 of web to []"},
		{"and what another has made", []kube.Pod{made, workload("Deployment", "c", "web", "cart", 3)}, "pending web Deployment/c 3 of web to []|pending web ReplicaSet/b-1 5 of web to []"},
		{"and the pods of that template", []kube.Pod{pinned, on("web", "web", "pinned", "api")}, "pending web Deployment/pinned 1 of web to [] pinned"},
		{
			"a workload that is there as pods too counts once",
			[]kube.Pod{workload("Deployment", "b", "web", "cart", 5), workload("ReplicaSet", "b-1", "web", "cart", 5), on("web", "web", "b", "cart")},
			"pending web Deployment/b 1 of web to []",
		},
		{"nothing makes a pod again that nobody owns", []kube.Pod{bare, workload("Pod", "single", "web", "cart", 1)}, "pending web Pod/single 1 of web to [] unowned|moves web Pod/bare-x 1 of web to [all] unowned"},
		{"no replicas, no pods", []kube.Pod{workload("Deployment", "a", "web", "cart", 0)}, ""},
	} {
		i := NewImpact(profiles, profiles[1:], "web")
		for _, p := range c.pods {
			i.Add(p)
		}
		var got []string
		for _, g := range i.Pods() {
			pin := ""
			if g.Pinned {
				pin = " pinned"
			}
			if g.Unowned {
				pin += " unowned"
			}
			got = append(got, fmt.Sprintf("%s %s %s %d of %s to %v%s", g.Fate, g.Namespace, g.Owner, g.Pods, g.From, g.To, pin))
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.why, s, c.want)
		}
	}
}

// A new profile under the old name comes too late for pods that are pinned to it.
func TestImpactOfPinsToANameThatStays(t *testing.T) {
	profiles := []Profile{{Name: "web", Selectors: parsed(t, "namespace=web")}, {Name: "all", Selectors: parsed(t, "namespace=*")}}
	pinned := kube.Pod{Kind: "Deployment", Name: "a", Namespace: "web", Labels: map[string]string{kube.ProfileLabel: "web"}, Workload: kube.Workload{Replicas: 1}}
	for _, pods := range [][]kube.Pod{{pinned, on("web", "web", "a", "x")}, {on("web", "web", "a", "x"), pinned}} {
		i := NewImpact(profiles, profiles, "web")
		for _, p := range pods {
			i.Add(p)
		}
		want := []PodImpact{{Namespace: "web", Owner: kube.Owner{Kind: "Deployment", Name: "a"}, Pods: 1, From: "web", Fate: FatePending, To: []string{}, Pinned: true}}
		if got := i.Pods(); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestBrokenBudgets(t *testing.T) {
	profiles := []Profile{{Name: "web", Selectors: parsed(t, "namespace=web")}}
	selector := labels.SelectorFromSet(labels.Set{"app": "api"})
	for _, c := range []struct {
		why, least, most string
		stopped, others  int
		unready          int // of the profile that goes if it is negative, else of the other
		want             []BrokenBudget
	}{
		{"a number", "2", "", 3, 1, 0, []BrokenBudget{{"web", "b", 4, 3, 2}}},
		{"just allowed", "1", "", 3, 1, 0, []BrokenBudget{}},
		{"a percentage is rounded up", "50%", "", 2, 1, 0, []BrokenBudget{{"web", "b", 3, 2, 1}}},
		{"maxUnavailable", "", "1", 2, 0, 0, []BrokenBudget{{"web", "b", 2, 2, 1}}},
		{"maxUnavailable as a percentage, rounded up", "", "30%", 1, 2, 0, []BrokenBudget{}},
		{"nothing stated", "", "", 1, 0, 0, []BrokenBudget{{"web", "b", 1, 1, 0}}},
		{"one that is not ready is missing already", "2", "", 1, 1, 1, []BrokenBudget{{"web", "b", 3, 1, 0}}},
		{"nor is it missed", "2", "", 0, 2, -1, []BrokenBudget{}},
		{"not less than none", "2", "", 1, 0, 3, []BrokenBudget{{"web", "b", 4, 1, 0}}},
		{"nothing stopped", "100%", "", 0, 3, 0, []BrokenBudget{}},
	} {
		i := NewImpact(profiles, nil, "web")
		for range c.stopped {
			i.Add(on("web", "web", "a", "api"))
		}
		for range c.others {
			i.Add(on("rest", "web", "b", "api"))
		}
		for n := c.unready; n != 0; n -= n / max(n, -n) {
			pod := on("rest", "web", "b", "api")
			if pod.Running.NotReady = true; n < 0 {
				pod.Labels[kube.ProfileLabel] = "web"
			}
			i.Add(pod)
		}
		i.Add(on("web", "web", "c", "cart"))
		i.Add(on("web", "other", "c", "api"))
		deleted := on("web", "web", "a", "api")
		deleted.Running.Terminating = true
		i.Add(deleted)
		budget := DisruptionBudget{Namespace: "web", Name: "b", Selector: selector, MinAvailable: c.least, MaxUnavailable: c.most}
		if got := i.Broken([]DisruptionBudget{budget}); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.why, got, c.want)
		}
	}
}

func TestDeletionOrder(t *testing.T) {
	profile := func(name string, status Status, selectors ...string) Profile {
		return Profile{Name: name, Status: status, Selectors: parsed(t, selectors...)}
	}
	for _, c := range []struct {
		why      string
		profiles []Profile
		want     string
		again    map[string]int
	}{
		{"nothing shared, the order given", []Profile{profile("b", "", "namespace=b"), profile("a", "", "namespace=a")}, "b a", nil},
		{"the later name first where pods could move", []Profile{profile("a", "", "namespace=x"), profile("b", "", "namespace=x*")}, "b a", nil},
		{"through a chain", []Profile{profile("a", "", "namespace=x"), profile("b", "", "namespace=x", "namespace=y"), profile("c", "", "namespace=y")}, "c b a", nil},
		{"one that takes no pods does not matter", []Profile{profile("a", "", "namespace=x"), profile("b", StatusCreateFailed, "namespace=x")}, "a b", nil},
		{"what is in transition first", []Profile{profile("a", "", "namespace=x"), profile("b", StatusDeleting, "namespace=y")}, "b a", nil},
		{"the pods run on the later one", []Profile{profile("a", "", "namespace=x"), profile("b", "", "namespace=x")}, "a b", map[string]int{"b": 3, "a": 1}},
		{"as many on each", []Profile{profile("a", "", "namespace=x"), profile("b", "", "namespace=x")}, "b a", map[string]int{"b": 2, "a": 2}},
		{"pods on one that shares none", []Profile{profile("b", "", "namespace=x"), profile("a", "", "namespace=y")}, "b a", map[string]int{"b": 3}},
	} {
		var got []string
		for _, p := range DeletionOrder(c.profiles, c.again) {
			got = append(got, p.Name)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: got %s, want %s", c.why, s, c.want)
		}
	}
}

// Deleting in that order, no pod moves to a profile that is deleted later, whatever the profiles.
func TestDeletionOrderMovesNoPodTwice(t *testing.T) {
	world := newSmallWorld()
	rapid.Check(t, func(t *rapid.T) {
		var profiles []Profile
		for i := range rapid.IntRange(1, 4).Draw(t, "profiles") {
			profiles = append(profiles, Profile{Name: string(rune('a' + i)), Selectors: rapid.SliceOfN(selectorOf, 1, 2).Draw(t, "selectors")})
		}
		doomed := DeletionOrder(rapid.Permutation(profiles).Draw(t, "order")[:rapid.IntRange(1, len(profiles)).Draw(t, "count")], nil)
		pod := kube.Pod{Namespace: rapid.SampledFrom(world.namespaces).Draw(t, "namespace"), Labels: rapid.SampledFrom(world.labels).Draw(t, "labels")}
		left, on, moves := profiles, Explain(pod, profiles).Profile, 0
		for _, d := range doomed {
			left = slices.DeleteFunc(slices.Clone(left), func(p Profile) bool { return p.Name == d.Name })
			if on == d.Name {
				if on = Explain(pod, left).Profile; on != "" {
					moves++
				}
			}
		}
		if moves > 1 {
			t.Fatalf("%s moved %d times", pod.Shape(), moves)
		}
	})
}

// Pods count where they are, not where new ones would be, and once, whether they were read with their workload or not.
func TestAgainCountsRunningPods(t *testing.T) {
	selectors := parsed(t, "namespace=x")
	profiles := []Profile{{Name: "a", Selectors: selectors}, {Name: "b", Selectors: selectors}, {Name: "c", Selectors: parsed(t, "namespace=x*")}}
	on := func(name, profile string) kube.Pod {
		return kube.Pod{
			Kind: "Pod", Name: name, Namespace: "x", Labels: map[string]string{kube.ProfileLabel: profile},
			Spec: corev1.PodSpec{SchedulerName: kube.Scheduler}, Running: &kube.Running{OwnerKind: "StatefulSet", OwnerName: "db"},
		}
	}
	workload := kube.Pod{Kind: "StatefulSet", Name: "db", Namespace: "x", Workload: kube.Workload{Replicas: 5}}
	for _, c := range []struct {
		why   string
		going []string
		want  map[string]int
	}{
		{"each to the other", []string{"a", "b"}, map[string]int{"a": 1, "b": 2}},
		{"to one that stays", []string{"b", "c"}, map[string]int{"b": 0, "c": 0}},
		{"one alone", []string{"b"}, map[string]int{"b": 0}},
	} {
		impact := NewImpact(profiles, nil, c.going...)
		for _, pod := range []kube.Pod{workload, on("db-0", "a"), on("db-1", "b"), on("db-2", "b")} {
			impact.Add(pod)
		}
		got := impact.Again()
		for _, name := range c.going {
			if got[name] != c.want[name] {
				t.Errorf("%s: got %v, want %v", c.why, got, c.want)
			}
		}
	}
}
