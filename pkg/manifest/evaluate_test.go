package manifest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// perInput is what one input may take, with much room for a busy machine.
const perInput = 5 * time.Second

// within ends the process where the input takes longer, so that the fuzzing engine keeps it.
func within(limit time.Duration, input string) (done func() bool) {
	return time.AfterFunc(limit, func() { panic(fmt.Sprintf("over %s for %q", limit, input)) }).Stop
}

// judges are profiles that take pods in every way there is.
func judges() []fargate.Profile {
	active := func(name string, selectors ...fargate.Selector) fargate.Profile {
		return fargate.Profile{Name: name, Status: fargate.StatusActive, Selectors: selectors}
	}
	web := fargate.Selector{Namespace: "web", Labels: map[string]string{"app": "*", "*": "a?c*"}}
	return []fargate.Profile{
		active("web", web, fargate.Selector{Namespace: "default"}),
		active("web-2", fargate.Selector{Namespace: "w?b*", Labels: map[string]string{"*a*p*": "**"}}),
		active("system", fargate.Selector{Namespace: "kube-*", Labels: map[string]string{"k8s-app": "kube-dns"}}),
		{Name: "going", Status: fargate.StatusDeleting, Selectors: []fargate.Selector{{Namespace: "*"}}},
	}
}

// Whatever a manifest says, its pods are judged at once: verdict, findings, size, nearest selector, and what
// becomes of them when a profile goes.
func FuzzEvaluate(f *testing.F) {
	for _, text := range []string{
		"kind: Pod\nspec:\n  containers: [{resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: 1}}}]\n  overhead: {cpu: 1e3}\n  resources: {limits: {memory: 1e9}}\n",
		"kind: Deployment\nmetadata: {name: a, namespace: web}\nspec: {replicas: 2147483647, template: {metadata: {labels: {app: x}}, spec: {hostNetwork: true, initContainers: [{restartPolicy: Always}]}}}\n",
		`{"kind":"List","items":[{"kind":"PodDisruptionBudget","metadata":{"name":"b"},"spec":{"minAvailable":"100%","selector":{}}},{"kind":"Pod","metadata":{"name":"a","uid":"1","labels":{"eks.amazonaws.com/fargate-profile":"web"}},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}]}`,
		"kind: Pod\nmetadata: {annotations: {eks.amazonaws.com/compute-type: ec2}}\nspec: {volumes: [{name: a, csi: {driver: x}}], affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt, values: [1]}]}]}}}}\n",
	} {
		f.Add(text)
	}
	examples, err := filepath.Glob("../../examples/manifests/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range examples {
		if data, err := os.ReadFile(name); err == nil {
			f.Add(string(data))
		}
	}
	profiles := judges()
	matcher := fargate.NewMatcher(profiles)
	f.Fuzz(func(t *testing.T, text string) {
		defer within(perInput, text)()
		impact := fargate.NewImpact(profiles, profiles[1:], "web")
		var budgets []fargate.DisruptionBudget
		err := Read("f", strings.NewReader(text), Options{Budgets: func(b fargate.DisruptionBudget) { budgets = append(budgets, b) }}, func(pod kube.Pod) error {
			e := matcher.Explain(pod)
			if e.Verdict == "" {
				t.Errorf("%s has no verdict", pod.Name)
			}
			// An amount that is no number could not be printed.
			if _, err := json.Marshal(e); err != nil {
				t.Error(err)
			}
			impact.Add(pod)
			return nil
		})
		if err != nil && err.Error() == "" {
			t.Error("a fault without words")
		}
		for _, p := range impact.Pods() {
			if p.Fate == "" {
				t.Errorf("nothing becomes of %+v", p)
			}
		}
		impact.Broken(budgets)
	})
}

// What containers are stuck in is read where the pod has a node and is not ready.
func TestReadStuck(t *testing.T) {
	const statuses = `"initContainerStatuses":[{"name":"i","state":{"terminated":{"reason":"Completed","message":""}}}],
		"containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ContainerCreating"}}},
		{"name":"b","state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"reason":"StartError","message":"no"}}},
		{"name":"c","state":{"waiting":{"reason":"ErrImagePull","message":"x"}}},{"name":"d","state":{"running":{}}},
		{"name":"e","state":{"running":null},"lastState":{"terminated":{"reason":"Error","message":"its own words"}}}]`
	all := []string{"container b: CrashLoopBackOff", "container b: StartError: no", "container c: ErrImagePull: x"}
	for _, c := range []struct {
		node, status string
		want         []string
	}{
		{"n", `"phase":"Pending"`, all},
		{"n", `"phase":"Running","conditions":[{"type":"Ready","status":"False"}]`, all},
		{"n", `"phase":"Running","conditions":[{"type":"Ready","status":"True"}]`, nil},
		{"n", `"phase":"Failed","conditions":[{"type":"Ready","status":"False"}]`, nil},
		{"", `"phase":"Pending"`, nil},
	} {
		text := `{"kind":"Pod","metadata":{"uid":"x"},"spec":{"nodeName":"` + c.node + `"},"status":{` + c.status + `,` +
			statuses + `}}`
		if got := read(t, text, Options{})[0].Running.Stuck; !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.status, got, c.want)
		}
	}
}
