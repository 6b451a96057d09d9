package cli

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

const theWebhook = `{"metadata":{"name":"0500-amazon-eks-fargate-mutation.amazonaws.com"}}`

// waitingPod is a pod of the Deployment shop that a profile took and that has no node.
func waitingPod(name, message string) string {
	return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"web","uid":"u","creationTimestamp":"2026-11-20T10:00:00Z","labels":{`+
		`"app":"shop","pod-template-hash":"7c9d","eks.amazonaws.com/fargate-profile":"web"},"ownerReferences":[{"apiVersion":`+
		`"apps/v1","kind":"ReplicaSet","name":"shop-7c9d","controller":true,"uid":"r"}]},"spec":{"schedulerName":`+
		`"fargate-scheduler","containers":[{"name":"c","image":"x"}],"volumes":[{"name":"data","persistentVolumeClaim":`+
		`{"claimName":"data"}}]},"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False",`+
		`"reason":"Unschedulable","message":%q}]}}`, name, message)
}

// askWhy runs fgctl why against the built-in world with a profile web.
func askWhy(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	world := sandbox.DefaultWorld()
	world.Delays.Create = 0
	inSandbox(t, world)
	clock := fastClock{time.Now()}
	var made bytes.Buffer
	if code := run(t.Context(), strings.Fields("create fargateprofile web -c demo --namespace web"),
		&output.Streams{In: strings.NewReader(""), Out: &made, Err: &made}, clock); code != 0 {
		t.Fatal(made.String())
	}
	var stdout, stderr bytes.Buffer
	streams := &output.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr}
	code = run(t.Context(), append([]string{"why"}, args...), streams, clock)
	return code, stdout.String(), stderr.String()
}

// A command to copy is for the cluster and the context that were asked about.
func TestWhyCommandsAreForThisCluster(t *testing.T) {
	kubernetes(t, map[string][]string{"pods": {
		waitingPod("shop-1", "Your pod's cpu/memory requirements exceed the max Fargate configuration"),
		`{"metadata":{"name":"b","namespace":"other","uid":"b"},"spec":{"containers":[{"name":"c","image":"x"}]},"status":{"phase":"Pending"}}`,
	}})
	_, out, errs := askWhy(t, "-A", "-c", "demo", "--context", "test")
	for _, want := range []string{
		"kubectl --context test get pod shop-1 -n web -o json | fgctl match -f - --cluster demo\n",
		"fgctl replace fargateprofile web --add-selector namespace=other --cluster demo\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s%s", want, out, errs)
		}
	}
}

// With the real kubectl: the reason that the scheduler gave, the claim that is bound by now, the events.
func TestWhyReadsAClusterWithKubectl(t *testing.T) {
	const unbound = "Pod not supported on Fargate: volumes not supported: data not supported because: PVC data not bound"
	kubernetes(t, map[string][]string{
		"pods": {waitingPod("shop-7c9d-a", unbound), waitingPod("shop-7c9d-b", unbound)},
		"events": {`{"metadata":{"name":"e","namespace":"web"},"involvedObject":{"kind":"Pod","namespace":"web","name":"shop-7c9d-a"},` +
			`"reason":"FailedScheduling","message":"Fargate capacity is unavailable at this time. Please try again later","source":{"component":"fargate-scheduler"}}`},
		"persistentvolumeclaims":        {`{"metadata":{"name":"data","namespace":"web"},"spec":{},"status":{"phase":"Bound"}}`},
		"mutatingwebhookconfigurations": {theWebhook},
	})
	code, out, errs := askWhy(t, "-A", "-c", "demo")
	if code != 3 {
		t.Errorf("exit %d, want 3: %s", code, errs)
	}
	for _, want := range []string{
		"Deployment/shop in namespace web: Pending, taken by profile web, without a node (shop-7c9d-a)",
		"[claim-not-bound]", "[claim-bound-late]", "[capacity]", "seen: claim data: is Bound by now",
		"kubectl delete pod shop-7c9d-a -n web", "2 pods looked at, 2 of them in 2 cases.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

// What the cluster refuses is named, and nothing is said that would rest on it.
func TestWhyNamesWhatItMayNotRead(t *testing.T) {
	kubernetes(t, map[string][]string{"pods": {waitingPod("shop-7c9d-a", "")}}, "events", "persistentvolumeclaims")
	code, out, errs := askWhy(t, "-n", "web", "-c", "demo")
	if code != 3 || strings.Contains(out, "claim-") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	for _, want := range []string{"not read, so not judged: events: kubectl get events: Error from server (Forbidden)", "persistentvolumeclaims: kubectl"} {
		if !strings.Contains(errs, want) {
			t.Errorf("%q is missing in\n%s", want, errs)
		}
	}
	kubernetes(t, nil, "pods")
	if code, _, errs := askWhy(t, "-A", "-c", "demo"); code != 1 || !strings.Contains(errs, "kubectl get pods: Error from server (Forbidden)") {
		t.Errorf("pods forbidden: exit %d, %s", code, errs)
	}
	t.Setenv("KUBECTL", filepath.Join(t.TempDir(), "kubectl"))
	if code, _, errs := askWhy(t, "-A", "-c", "demo"); code != 1 || !strings.Contains(errs, "install kubectl") {
		t.Errorf("no kubectl: exit %d, %s", code, errs)
	}
}

// Which pods are on or for Fargate's nodes the nodes' label says; what the nodes say is not guessed where they are
// forbidden, and they are not asked for where they decide nothing.
func TestWhyReadsNodes(t *testing.T) {
	node := func(name, labels string) string {
		return fmt.Sprintf(`{"metadata":{"name":%q,"labels":{%s}}}`, name, labels)
	}
	agent := func(name, node string) string {
		return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"web","ownerReferences":[{"apiVersion":"apps/v1","kind":"DaemonSet",`+
			`"name":"agent","controller":true,"uid":"d"}]},"spec":{"containers":[{"name":"c","image":"x"}],"affinity":{"nodeAffinity":`+
			`{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":`+
			`"In","values":[%q]}]}]}}}},"status":{"phase":"Pending"}}`, name, node)
	}
	const runs = `{"metadata":{"name":"old-1","namespace":"web"},"spec":{"nodeName":"ec2","containers":[{"name":"c","image":"x"}]},` +
		`"status":{"phase":"Running"}}`
	objects := map[string][]string{
		"pods":                          {agent("agent-a", "node-a"), agent("agent-b", "node-b"), agent("agent-c", "ec2"), runs},
		"nodes":                         {node("node-a", `"eks.amazonaws.com/compute-type":"fargate"`), node("node-b", `"eks.amazonaws.com/compute-type":"fargate"`), node("ec2", "")},
		"mutatingwebhookconfigurations": {theWebhook},
	}
	kubernetes(t, objects)
	code, out, errs := askWhy(t, "-A", "-c", "demo")
	for _, want := range []string{
		"DaemonSet/agent in namespace web: Pending, made for a Fargate node (agent-a, agent-b)\n  seen: nodes of the pods: node-a, node-b",
		"Pending, made for a node that is not Fargate's (agent-c)", "[other-node]",
		"Pod/old-1 in namespace web: Running on a node that is not Fargate's (old-1)",
	} {
		if code != 3 || !strings.Contains(out, want) {
			t.Errorf("exit %d, %q is missing in\n%s%s", code, want, out, errs)
		}
	}
	if _, out, _ := askWhy(t, "-A", "-c", "demo", "-o", "json"); !strings.Contains(out, `"nodes": [
        "node-a",
        "node-b"
      ]`) {
		t.Error(out)
	}
	kubernetes(t, objects, "nodes")
	_, out, errs = askWhy(t, "-A", "-c", "demo")
	if !strings.Contains(errs, "not read, so not judged: nodes: kubectl get nodes: Error from server (Forbidden)") ||
		!strings.Contains(out, "perhaps: a DaemonSet makes a pod for every node") {
		t.Errorf("nodes are forbidden:\n%s%s", out, errs)
	}
	kubernetes(t, map[string][]string{"pods": {waitingPod("shop-7c9d-a", "")}}, "nodes")
	if _, _, errs := askWhy(t, "-A", "-c", "demo"); strings.Contains(errs, "nodes") {
		t.Errorf("nodes decide nothing: %s", errs)
	}
}

// A cluster in which all is well exits 0, and a webhook that is not there is a cause.
func TestWhyOfUntakenPods(t *testing.T) {
	pod := func(phase string) string {
		return `{"metadata":{"name":"api-1","namespace":"web","uid":"u","creationTimestamp":"2099-01-01T00:00:00Z"},"spec":{` +
			`"schedulerName":"default-scheduler","containers":[{"name":"c","image":"x"}]},"status":{"phase":"` + phase + `"}}`
	}
	kubernetes(t, map[string][]string{"pods": {pod("Pending")}})
	if code, out, _ := askWhy(t, "-A", "-c", "demo"); code != 3 || !strings.Contains(out, "[webhook-absent]") {
		t.Errorf("no webhook: exit %d\n%s", code, out)
	}
	kubernetes(t, map[string][]string{"pods": {pod("Succeeded")}, "mutatingwebhookconfigurations": {theWebhook}})
	if code, out, errs := askWhy(t, "-A", "-c", "demo"); code != 0 || !strings.Contains(out, "none waits") {
		t.Errorf("all is well: exit %d\n%s%s", code, out, errs)
	}
	if code, _, errs := askWhy(t, "nobody", "-c", "demo"); code != 1 || !strings.Contains(errs, `there is no pod "nobody"`) {
		t.Errorf("no such pod: exit %d, %s", code, errs)
	}
}

// Which pods hold back an upgrade, by their nodes, and what budgets let go; without --to the cluster's version decides.
func TestWhyUpgrade(t *testing.T) {
	node := func(name, kubelet string) string {
		return fmt.Sprintf(`{"metadata":{"name":%q,"labels":{"eks.amazonaws.com/compute-type":"fargate"}},"status":{"nodeInfo":`+
			`{"kubeletVersion":%q}}}`, name, kubelet)
	}
	pod := func(name, node string) string {
		return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":"web","uid":"u","labels":{"app":"shop","pod-template-hash":"7c9d"},`+
			`"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"shop-7c9d","controller":true,"uid":"r"}]},`+
			`"spec":{"nodeName":%q,"containers":[{"name":"c","image":"x"}]},"status":{"phase":"Running"}}`, name, node)
	}
	kubernetes(t, map[string][]string{
		"nodes": {node("fargate-a", "v1.20.4-eks-1"), node("fargate-b", "v1.99.0")},
		"pods":  {pod("shop-a", "fargate-a"), pod("shop-b", "fargate-b")},
		"poddisruptionbudgets": {`{"metadata":{"name":"keep","namespace":"web"},"spec":{"minAvailable":2,"selector":{"matchLabels":` +
			`{"app":"shop"}}}}`},
	})
	code, out, errs := askWhy(t, "--upgrade", "-c", "demo")
	for _, want := range []string{
		"Deployment/shop in namespace web: 1 pod with kubelet v1.20.4-eks-1; budget keep lets 0 go now",
		"kubectl rollout restart deployment/shop -n web && kubectl rollout status deployment/shop -n web",
	} {
		if code != 3 || !strings.Contains(out, want) {
			t.Errorf("exit %d, %q is missing in\n%s%s", code, want, out, errs)
		}
	}
	if code, out, _ := askWhy(t, "--upgrade", "--to", "1.22"); code != 0 || !strings.Contains(out, "No Fargate pod holds back 1.22 (2 Fargate nodes") {
		t.Errorf("to 1.22: exit %d\n%s", code, out)
	}
	if code, _, errs := askWhy(t, "--upgrade", "--to", "x"); code != 2 || !strings.Contains(errs, "not a Kubernetes version") {
		t.Errorf("to x: exit %d, %s", code, errs)
	}
}

// The profile of a pod that waits is checked as create would check it, knowing that it is there.
func TestWhyChecksTheProfile(t *testing.T) {
	kubernetes(t, map[string][]string{
		"pods":                          {waitingPod("shop-7c9d-a", "")},
		"mutatingwebhookconfigurations": {theWebhook},
		"persistentvolumeclaims":        {`{"metadata":{"name":"data","namespace":"web"},"spec":{},"status":{"phase":"Bound"}}`},
	})
	world := sandbox.DefaultWorld()
	world.Clusters[0].Profiles = []sandbox.Profile{{
		Name: "web", Role: "not-fargate", Status: "ACTIVE", Subnets: []string{"subnet-0aaa0000000000001"},
		Selectors: []sandbox.Selector{{Namespace: "web"}},
	}}
	inSandbox(t, world)
	var out, errs bytes.Buffer
	streams := &output.Streams{In: strings.NewReader(""), Out: &out, Err: &errs}
	code := run(t.Context(), []string{"why", "-A", "-c", "demo"}, streams, fastClock{time.Now()})
	if code != 3 || !strings.Contains(out.String(), "[role-not-trusting]") {
		t.Errorf("exit %d\n%s%s", code, &out, &errs)
	}
}
