package cli

// This file serves the Kubernetes API as far as kubectl asks for it here: lists, single objects, watches, and the patch
// of rollout restart, after which new pods take the place of the old ones.

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// kind is a kind of objects that the API of a test serves.
type kind struct {
	group, version, name, kind string
	namespaced                 bool
}

var kinds = []kind{
	{"", "v1", "pods", "Pod", true},
	{"", "v1", "events", "Event", true},
	{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true},
	{"", "v1", "configmaps", "ConfigMap", true},
	{"", "v1", "namespaces", "Namespace", false},
	{"", "v1", "serviceaccounts", "ServiceAccount", true},
	{"", "v1", "nodes", "Node", false},
	{"apps", "v1", "deployments", "Deployment", true},
	{"apps", "v1", "statefulsets", "StatefulSet", true},
	{"apps", "v1", "daemonsets", "DaemonSet", true},
	{"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true},
	{"admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false},
	{"vpcresources.k8s.aws", "v1beta1", "securitygrouppolicies", "SecurityGroupPolicy", true},
}

func (k kind) path() string {
	if k.group == "" {
		return "/api/" + k.version
	}
	return "/apis/" + k.group + "/" + k.version
}

func (k kind) groupVersion() string {
	return strings.TrimPrefix(strings.TrimPrefix(k.path(), "/apis/"), "/api/")
}

type object = map[string]any

// kubernetesAPI is the API and what it holds, by the name of the resource.
type kubernetesAPI struct {
	mu        sync.Mutex
	objects   map[string][]object
	forbidden []string
	// place returns the profile that takes the new pods of a namespace; dead reports whether a profile is gone or going, so
	// that its pods are. Both may be nil.
	place func(namespace string) string
	dead  func(profile string) bool
	// restarts are those that were asked for, in their order; stopped the pods that were lost with their profile.
	restarts, stopped []string
	// stuck are workloads whose rollouts do not end, broken those whose rollouts fail.
	stuck, broken []string
}

// kubernetes serves objects as the Kubernetes API does, by the name of their resource, and leads kubectl to it. A
// resource of forbidden is refused.
func kubernetes(t *testing.T, objects map[string][]string, forbidden ...string) {
	t.Helper()
	if _, err := exec.LookPath("kubectl"); err != nil {
		t.Skip("kubectl is not installed")
	}
	api := &kubernetesAPI{objects: map[string][]object{}, forbidden: forbidden}
	for name, texts := range objects {
		for _, text := range texts {
			var o object
			if err := json.Unmarshal([]byte(text), &o); err != nil {
				t.Fatal(err)
			}
			api.objects[name] = append(api.objects[name], o)
		}
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, kubeconfigOf(server.URL, "test"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", config)
	t.Setenv("HOME", t.TempDir()) // kubectl's cache of what a server has
}

// kubeconfigOf leads to a server, through a context whose cluster has the name.
func kubeconfigOf(url, cluster string) []byte {
	return fmt.Appendf(nil, "apiVersion: v1\nkind: Config\ncurrent-context: test\ncontexts:\n- name: test\n  context: {cluster: %q, "+
		"user: test}\nclusters:\n- name: %[1]q\n  cluster: {server: %q}\nusers:\n- name: test\n  user: {}\n", cluster, url)
}

// ServeHTTP answers discovery and requests of objects.
func (a *kubernetesAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	a.mu.Lock()
	defer a.mu.Unlock()
	if body := discovery(r.URL.Path); body != nil {
		_ = json.NewEncoder(w).Encode(body) // kubectl may have gone
		return
	}
	for _, k := range kinds {
		rest, ok := strings.CutPrefix(r.URL.Path, k.path()+"/")
		if !ok {
			continue
		}
		parts := strings.Split(rest, "/")
		namespace := ""
		if len(parts) > 2 && parts[0] == "namespaces" {
			namespace, parts = parts[1], parts[2:]
		}
		if parts[0] != k.name {
			continue
		}
		if slices.Contains(a.forbidden, k.name) || r.Method == http.MethodPatch && slices.Contains(a.forbidden, "patch") {
			fail(w, http.StatusForbidden, "Forbidden", fmt.Sprintf(`%s is forbidden: User "u" cannot list resource`, k.name))
			return
		}
		a.bury()
		name := ""
		if len(parts) > 1 {
			name = parts[1]
		}
		a.serve(w, r, k, namespace, name)
		return
	}
	fail(w, http.StatusNotFound, "NotFound", "the server could not find the requested resource")
}

func fail(w http.ResponseWriter, code int, reason, message string) {
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(object{
		"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": reason, "code": code,
	})
}

// discovery says which kinds there are.
func discovery(path string) any {
	if path == "/api" {
		return object{"kind": "APIVersions", "versions": []string{"v1"}}
	}
	groups, seen, resources := []any{}, map[string]bool{"": true}, []any{}
	for _, k := range kinds {
		if v := (object{"groupVersion": k.groupVersion(), "version": k.version}); !seen[k.group] {
			seen[k.group] = true
			groups = append(groups, object{"name": k.group, "versions": []any{v}, "preferredVersion": v})
		}
		if k.path() == path {
			resources = append(resources, object{
				"name": k.name, "singularName": strings.ToLower(k.kind), "kind": k.kind, "namespaced": k.namespaced,
				"verbs": []string{"get", "list", "watch", "patch"},
			})
		}
	}
	switch {
	case path == "/apis":
		return object{"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
	case len(resources) > 0:
		version := strings.TrimPrefix(strings.TrimPrefix(path, "/apis/"), "/api/")
		return object{"kind": "APIResourceList", "groupVersion": version, "resources": resources}
	}
	return nil
}

// serve answers a request of objects.
func (a *kubernetesAPI) serve(w http.ResponseWriter, r *http.Request, k kind, namespace, name string) {
	query := r.URL.Query()
	if field, ok := strings.CutPrefix(query.Get("fieldSelector"), "metadata.name="); ok {
		name = field
	}
	chosen := []object{}
	for _, o := range a.objects[k.name] {
		key, value, isSelector := strings.Cut(query.Get("labelSelector"), "=")
		if own := meta(o, "namespace"); (namespace == "" || own == "" || own == namespace) && (name == "" || meta(o, "name") == name) &&
			(key == "" || isSelector && labelsOf(o)[key] == value || !isSelector && labelsOf(o)[key] != "") {
			chosen = append(chosen, typed(o, k))
		}
	}
	single := name != "" && query.Get("fieldSelector") == ""
	switch {
	case single && len(chosen) == 0:
		fail(w, http.StatusNotFound, "NotFound", fmt.Sprintf("%s %q not found", k.name, name))
	case r.Method == http.MethodPatch:
		a.restart(chosen[0])
		_ = json.NewEncoder(w).Encode(chosen[0])
	case single:
		_ = json.NewEncoder(w).Encode(chosen[0])
	case query.Get("watch") != "":
		w.(http.Flusher).Flush()
		a.mu.Unlock()
		<-r.Context().Done() // nothing changes here but at the moment of a patch
		a.mu.Lock()
	default:
		_ = json.NewEncoder(w).Encode(object{
			"kind": k.kind + "List", "apiVersion": k.groupVersion(), "metadata": object{"resourceVersion": "1"}, "items": chosen,
		})
	}
}

func typed(o object, k kind) object {
	o["kind"], o["apiVersion"] = k.kind, k.groupVersion()
	return o
}

func meta(o object, field string) string {
	metadata, _ := o["metadata"].(object)
	text, _ := metadata[field].(string)
	return text
}

func labelsOf(o object) map[string]string {
	out := map[string]string{}
	metadata, _ := o["metadata"].(object)
	labels, _ := metadata["labels"].(object)
	for key, value := range labels {
		out[key], _ = value.(string)
	}
	return out
}

const profileLabel = "eks.amazonaws.com/fargate-profile"

// bury takes away the pods whose profile is gone, as EKS does.
func (a *kubernetesAPI) bury() {
	a.objects["pods"] = slices.DeleteFunc(a.objects["pods"], func(o object) bool {
		gone := a.dead != nil && a.dead(labelsOf(o)[profileLabel])
		if gone {
			a.stopped = append(a.stopped, meta(o, "name"))
		}
		return gone
	})
}

// restart puts new pods in the place of a workload's.
func (a *kubernetesAPI) restart(workload object) {
	name := meta(workload, "name")
	a.restarts = append(a.restarts, name)
	if status := workload["status"].(object); slices.Contains(a.broken, name) {
		status["conditions"] = []any{object{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}}
		return
	} else if slices.Contains(a.stuck, name) {
		status["updatedReplicas"] = 0
		return
	}
	a.move(workload)
}

// move has the pods of a workload hit what new ones would.
func (a *kubernetesAPI) move(workload object) {
	namespace, name := meta(workload, "namespace"), meta(workload, "name")
	for _, o := range a.objects["pods"] {
		if strings.HasPrefix(meta(o, "name"), name+"-") && meta(o, "namespace") == namespace {
			o["metadata"].(object)["labels"].(object)[profileLabel] = a.place(namespace)
		}
	}
}

// populate adds what a line says: a workload or a bare pod with its pods on a profile, or a budget. See script_test.go.
func (a *kubernetesAPI) populate(line string) error {
	fields := strings.Fields(line)
	if len(fields) < 4 {
		return fmt.Errorf("%q: want KIND NAMESPACE/NAME PODS PROFILE [WORD...]", line)
	}
	namespace, name, _ := strings.Cut(fields[1], "/")
	var pods int
	if _, err := fmt.Sscan(fields[2], &pods); err != nil {
		return err
	}
	words := fields[4:]
	labels := object{"app": name}
	if fields[0] == "PodDisruptionBudget" {
		a.objects["poddisruptionbudgets"] = append(a.objects["poddisruptionbudgets"], object{
			"metadata": object{"namespace": namespace, "name": name},
			"spec":     object{"minAvailable": pods, "selector": object{"matchLabels": object{"app": fields[3]}}},
		})
		return nil
	}
	template := maps.Clone(labels)
	if slices.Contains(words, "pinned") {
		template[profileLabel] = fields[3]
	}
	spec := object{
		"replicas": pods, "selector": object{"matchLabels": labels},
		"template": object{"metadata": object{"labels": template}, "spec": object{"containers": []any{object{"name": "c", "image": "x"}}}},
	}
	if slices.Contains(words, "Recreate") {
		spec["strategy"] = object{"type": "Recreate"}
	}
	for _, list := range []struct {
		word string
		to   *[]string
	}{{"stuck", &a.stuck}, {"broken", &a.broken}} {
		if slices.Contains(words, list.word) {
			*list.to = append(*list.to, name)
		}
	}
	workload := object{
		"metadata": object{"namespace": namespace, "name": name, "generation": 1}, "spec": spec,
		"status": object{
			"observedGeneration": 1, "replicas": pods, "updatedReplicas": pods, "availableReplicas": pods, "readyReplicas": pods,
			"currentRevision": "r", "updateRevision": "r",
		},
	}
	owner := object{"apiVersion": "apps/v1", "kind": fields[0], "name": name, "controller": true, "uid": "o"}
	switch fields[0] {
	case "Deployment":
		a.objects["deployments"] = append(a.objects["deployments"], workload)
		owner["kind"], owner["name"], labels["pod-template-hash"] = "ReplicaSet", name+"-7c9d", "7c9d"
	case "StatefulSet":
		spec["updateStrategy"] = object{"type": "RollingUpdate"}
		a.objects["statefulsets"] = append(a.objects["statefulsets"], workload)
	}
	for i := range pods {
		own := maps.Clone(labels)
		own[profileLabel] = fields[3]
		pod := object{
			"metadata": object{"namespace": namespace, "name": fmt.Sprintf("%s-%d", name, i), "uid": "u", "labels": own},
			"spec":     object{"schedulerName": "fargate-scheduler", "containers": []any{object{"name": "c", "image": "x"}}},
			"status":   object{"phase": "Running"},
		}
		if fields[0] != "Pod" {
			pod["metadata"].(object)["ownerReferences"] = []any{owner}
		}
		a.objects["pods"] = append(a.objects["pods"], pod)
	}
	return nil
}
