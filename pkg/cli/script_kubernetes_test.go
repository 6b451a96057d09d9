package cli

import (
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// scriptClusters holds the Kubernetes API of every running script, by *testscript.TestScript.
var scriptClusters sync.Map

// startKubernetes serves the pods of a file through kubectl. New pods hit the ACTIVE profile of the sandbox that sorts
// first among those whose selectors have their namespace, and pods go with their profile.
func startKubernetes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: kubernetes FILE [CLUSTER]")
	}
	profiles := func() []sandbox.Profile {
		all := sandboxOf(ts).Profiles("demo")
		slices.SortFunc(all, func(a, b sandbox.Profile) int { return strings.Compare(a.Name, b.Name) })
		return slices.DeleteFunc(all, func(p sandbox.Profile) bool { return p.Status != "ACTIVE" })
	}
	api := &kubernetesAPI{
		objects: map[string][]object{},
		place: func(namespace string) string {
			for _, p := range profiles() {
				if slices.ContainsFunc(p.Selectors, func(s sandbox.Selector) bool { return s.Namespace == namespace }) {
					return p.Name
				}
			}
			return ""
		},
		dead: func(name string) bool {
			return !slices.ContainsFunc(profiles(), func(p sandbox.Profile) bool { return p.Name == name })
		},
	}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if word, rest, _ := strings.Cut(strings.TrimSpace(line), " "); word == "forbidden" {
			api.forbidden = strings.Fields(rest)
		} else if word != "" {
			ts.Check(api.populate(line))
		}
	}
	web := httptest.NewServer(api)
	ts.Defer(web.Close)
	cluster := "arn:aws:eks:us-east-1:111122223333:cluster/demo"
	if len(args) > 1 {
		cluster = args[1]
	}
	ts.Check(os.WriteFile(ts.Getenv("KUBECONFIG"), kubeconfigOf(web.URL, cluster), 0o600))
	scriptClusters.Store(ts, api)
	ts.Defer(func() { scriptClusters.Delete(ts) })
}

// checkPods compares what became of pods: restarted NAMES, stopped NAMES, on PROFILE COUNT. Await waits until so many
// restarts were asked for, and unstick lets the rollouts end that were stuck.
func checkPods(ts *testscript.TestScript, neg bool, args []string) {
	found, ok := scriptClusters.Load(ts)
	if !ok || neg || len(args) < 1 {
		ts.Fatalf("usage: kubernetes FILE, then pods restarted|stopped [NAME...] | pods on PROFILE COUNT")
	}
	api := found.(*kubernetesAPI)
	if args[0] == "await" {
		api.await(ts, args[1])
		return
	}
	api.mu.Lock()
	defer api.mu.Unlock()
	api.bury()
	got := ""
	switch args[0] {
	case "unstick":
		api.stuck = nil
		for _, o := range api.objects["deployments"] {
			if status := o["status"].(object); status["updatedReplicas"] == 0 {
				status["updatedReplicas"] = status["replicas"]
				api.move(o)
			}
		}
		return
	case "restarted":
		got = strings.Join(api.restarts, " ")
	case "stopped":
		got = strings.Join(api.stopped, " ")
	case "on":
		n := 0
		for _, o := range api.objects["pods"] {
			if labelsOf(o)[profileLabel] == args[1] {
				n++
			}
		}
		got = fmt.Sprint(args[1], " ", n)
	}
	if want := strings.Join(args[1:], " "); got != want {
		ts.Fatalf("pods %s: %q, want %q", args[0], got, want)
	}
}

// await looks until so many restarts were asked for; a minute is as good as never.
func (a *kubernetesAPI) await(ts *testscript.TestScript, count string) {
	want, err := strconv.Atoi(count)
	ts.Check(err)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 6000 {
		a.mu.Lock()
		n := len(a.restarts)
		a.mu.Unlock()
		if n >= want {
			return
		}
		<-tick.C
	}
	ts.Fatalf("waited for %d restarts", want)
}
