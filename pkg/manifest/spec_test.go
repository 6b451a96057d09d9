package manifest

// These tests state what is taken from the spec of a pod, how many pods a workload makes, and how the
// faults of a spec are told.

import (
	"reflect"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// read returns all pods of a text.
func read(t *testing.T, text string, opts Options) []kube.Pod {
	t.Helper()
	var out []kube.Pod
	if err := Read("f.yaml", strings.NewReader(text), opts, func(p kube.Pod) error {
		p.LineOf = nil
		out = append(out, p)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// everything is a pod with every field that is decoded. It is JSON, so it is YAML too.
const everything = `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {
	"initContainers": [{"name": "i", "restartPolicy": "Always", "image": "x"}],
	"containers": [{"name": "c", "resources": {"requests": {"cpu": "500m", "memory": 1073741824}, "limits": {"cpu": 0.5, "example.com/gpu": 1}, "claims": [{"name": "x"}]},
		"ports": [{"containerPort": 80, "hostPort": 8080, "hostIP": "10.0.0.1", "protocol": "TCP"}, {"containerPort": 81}],
		"securityContext": {"privileged": true, "allowPrivilegeEscalation": false, "capabilities": {"add": ["NET_ADMIN", "SYS_TIME"], "drop": ["ALL"]}, "windowsOptions": {"hostProcess": true}},
		"volumeDevices": [{"name": "d", "devicePath": "/dev/x"}]}],
	"volumes": [{"name": "v", "hostPath": {"path": "/"}}, {"persistentVolumeClaim": {"claimName": "p", "readOnly": true}, "name": "w"}, {"name": "x", "csi": {"driver": "efs.csi.aws.com"}}, {"name": "y"}, {"name": "z", "emptyDir": null}, {"name": "e", "emptyDir": {}}],
	"nodeSelector": {"kubernetes.io/arch": "arm64", "empty": null},
	"affinity": {
		"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a", "b"]}], "matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["n"]}]}]},
			"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]},
		"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "h", "labelSelector": {}}]},
		"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": {"topologyKey": "z"}}]}},
	"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "k", "whenUnsatisfiable": "DoNotSchedule"}],
	"schedulerName": "s", "hostNetwork": true, "hostPID": true, "hostIPC": true, "runtimeClassName": "r",
	"overhead": {"cpu": "1"}, "resources": {"requests": {"cpu": 2}}, "os": {"name": "windows"},
	"securityContext": {"runAsUser": 0, "windowsOptions": {}}}}`

func TestReadSpec(t *testing.T) {
	want := corev1.PodSpec{
		InitContainers: []corev1.Container{{Name: "i", RestartPolicy: new(corev1.ContainerRestartPolicyAlways), Image: "x"}},
		Containers: []corev1.Container{{
			Name: "c",
			Resources: corev1.ResourceRequirements{
				Requests: amounts(t, "cpu", "500m", "memory", "1073741824"), Limits: amounts(t, "cpu", "0.5", "example.com/gpu", "1"),
				Claims: []corev1.ResourceClaim{{Name: "x"}},
			},
			Ports: []corev1.ContainerPort{{ContainerPort: 80, HostPort: 8080, HostIP: "10.0.0.1", Protocol: "TCP"}, {ContainerPort: 81}},
			SecurityContext: &corev1.SecurityContext{
				Privileged: new(true), AllowPrivilegeEscalation: new(false),
				Capabilities:   &corev1.Capabilities{Add: []corev1.Capability{"NET_ADMIN", "SYS_TIME"}, Drop: []corev1.Capability{"ALL"}},
				WindowsOptions: &corev1.WindowsSecurityContextOptions{HostProcess: new(true)},
			},
			VolumeDevices: []corev1.VolumeDevice{{Name: "d", DevicePath: "/dev/x"}},
		}},
		Volumes: []corev1.Volume{
			{Name: "v", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}},
			{Name: "w", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "p", ReadOnly: true}}},
			{Name: "x", VolumeSource: corev1.VolumeSource{CSI: &corev1.CSIVolumeSource{Driver: "efs.csi.aws.com"}}},
			{Name: "y"},
			{Name: "z"},
			{Name: "e", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		},
		NodeSelector: map[string]string{"kubernetes.io/arch": "arm64", "empty": ""},
		Affinity: &corev1.Affinity{
			NodeAffinity: &corev1.NodeAffinity{
				RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
					MatchExpressions: []corev1.NodeSelectorRequirement{{Key: "zone", Operator: "In", Values: []string{"a", "b"}}},
					MatchFields:      []corev1.NodeSelectorRequirement{{Key: "metadata.name", Operator: "NotIn", Values: []string{"n"}}},
				}}},
				PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{{Weight: 1}},
			},
			PodAffinity: &corev1.PodAffinity{
				RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{TopologyKey: "h", LabelSelector: &metav1.LabelSelector{}}},
			},
			PodAntiAffinity: &corev1.PodAntiAffinity{
				PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{Weight: 1, PodAffinityTerm: corev1.PodAffinityTerm{TopologyKey: "z"}}},
			},
		},
		TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: "k", WhenUnsatisfiable: "DoNotSchedule"}},
		SchedulerName:             "s", HostNetwork: true, HostPID: true, HostIPC: true, RuntimeClassName: new("r"),
		Overhead: amounts(t, "cpu", "1"), Resources: &corev1.ResourceRequirements{Requests: amounts(t, "cpu", "2")},
		OS:              &corev1.PodOS{Name: "windows"},
		SecurityContext: &corev1.PodSecurityContext{RunAsUser: new(int64(0)), WindowsOptions: &corev1.WindowsSecurityContextOptions{}},
	}
	for name, opts := range map[string]Options{"JSON": {}, "YAML": {onlyYAML: true}} {
		got := read(t, strings.ReplaceAll(everything, "\t", "  "), opts)
		if len(got) != 1 || !equality.Semantic.DeepEqual(got[0].Spec, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, got[0].Spec, want)
		}
	}
}

// amounts parses quantities, each behind its name.
func amounts(t *testing.T, pairs ...string) corev1.ResourceList {
	t.Helper()
	out := corev1.ResourceList{}
	for i := 0; i < len(pairs); i += 2 {
		q, err := kube.ParseQuantity(pairs[i+1])
		if err != nil {
			t.Fatal(err)
		}
		out[corev1.ResourceName(pairs[i])] = q
	}
	return out
}

// What is no quantity is kept with its place, whichever way it is read.
func TestReadBadQuantities(t *testing.T) {
	const text = `{"kind": "List", "items": [{"kind": "Pod", "spec": {"containers": [
		{"resources": {"requests": {"cpu": "half", "memory": "1Gi"}, "limits": {"nvidia.com/gpu": "-1", "memory": 1e999}}}],
		"volumes": [{"emptyDir": {"sizeLimit": "1e99999999999"}}]}}]}`
	const want = `spec.containers[0].resources.requests.cpu cpu half, ` +
		`spec.containers[0].resources.limits[nvidia.com/gpu] nvidia.com/gpu -1, ` +
		`spec.containers[0].resources.limits.memory memory 1e999, spec.volumes[0].emptyDir.sizeLimit sizeLimit 1e99999999999`
	for name, opts := range map[string]Options{"JSON": {}, "YAML": {onlyYAML: true}} {
		pod := read(t, strings.ReplaceAll(text, "\t", "  "), opts)[0]
		var got []string
		for _, bad := range pod.BadQuantities {
			got = append(got, strings.Join([]string{bad.Path, bad.Resource, bad.Text}, " "))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, strings.Join(got, ", "), want)
		}
		r := pod.Spec.Containers[0].Resources
		if cpu, memory := r.Requests["cpu"], r.Requests["memory"]; !cpu.IsZero() || memory.String() != "1Gi" {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// Null is what is not there, as for the Kubernetes API.
func TestReadSpecOfNulls(t *testing.T) {
	got := read(t, `{"kind":"Pod","metadata":null,"status":null,"spec":{"initContainers":null,"containers":[null,{"name":null,"resources":null,"ports":null,"securityContext":null,"volumeDevices":null},
		{"resources":{"requests":{"cpu":null}},"ports":[null],"securityContext":{"privileged":null,"allowPrivilegeEscalation":null,"capabilities":{"add":[null]}}}],
		"volumes":[null],"nodeSelector":null,"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":null},"podAffinity":null},"hostNetwork":null,"os":null,"overhead":null}}`, Options{})
	want := corev1.PodSpec{
		Containers: []corev1.Container{{}, {}, {
			Resources: corev1.ResourceRequirements{Requests: amounts(t, "cpu", "0")}, Ports: []corev1.ContainerPort{{}},
			SecurityContext: &corev1.SecurityContext{Capabilities: &corev1.Capabilities{Add: []corev1.Capability{""}}},
		}},
		Volumes:  []corev1.Volume{{}},
		Affinity: &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{}},
	}
	if !equality.Semantic.DeepEqual(got[0].Spec, want) {
		t.Errorf("got  %+v\nwant %+v", got[0].Spec, want)
	}
}

func TestReadSpecOfYAML(t *testing.T) {
	got := read(t, "kind: Pod\nspec:\n  hostNetwork: yes\n  hostPID: On\n  hostIPC: off\n  containers:\n  - ports: [{containerPort: 0x50, hostPort: 1_000}]\n    resources: {limits: {cpu: 1, memory: 1e9, x: .5}}\n", Options{})
	want := corev1.PodSpec{
		HostNetwork: true, HostPID: true,
		Containers: []corev1.Container{{
			Ports:     []corev1.ContainerPort{{ContainerPort: 80, HostPort: 1000}},
			Resources: corev1.ResourceRequirements{Limits: amounts(t, "cpu", "1", "memory", "1e9", "x", ".5")},
		}},
	}
	if !equality.Semantic.DeepEqual(got[0].Spec, want) {
		t.Errorf("got  %+v\nwant %+v", got[0].Spec, want)
	}
}

func TestReadWorkloads(t *testing.T) {
	const pod = "template: {spec: {schedulerName: s}}"
	for _, c := range []struct {
		text     string
		replicas int
		finished bool
		path     string
	}{
		{"kind: Pod\nspec: {schedulerName: s, replicas: 3}", 1, false, "spec"},
		{"kind: Deployment\nspec: {" + pod + "}", 1, false, "spec.template.spec"},
		{"kind: Deployment\nspec: {replicas: ~, " + pod + "}", 1, false, "spec.template.spec"},
		{"kind: Deployment\nspec: {replicas: 0, " + pod + "}", 0, false, "spec.template.spec"},
		{"kind: StatefulSet\nspec: {replicas: 7, " + pod + "}", 7, false, "spec.template.spec"},
		{"kind: ReplicaSet\nspec: {replicas: 7, " + pod + "}", 7, false, "spec.template.spec"},
		{"kind: ReplicationController\nspec: {replicas: 7, " + pod + "}", 7, false, "spec.template.spec"},
		{"kind: DaemonSet\nspec: {replicas: 7, " + pod + "}", 1, false, "spec.template.spec"},
		{"kind: Job\nspec: {" + pod + "}", 1, true, "spec.template.spec"},
		{"kind: Job\nspec: {parallelism: 4, ttlSecondsAfterFinished: ~, " + pod + "}", 4, true, "spec.template.spec"},
		{"kind: Job\nspec: {parallelism: 4, completions: 9, ttlSecondsAfterFinished: 0, " + pod + "}", 4, false, "spec.template.spec"},
		{"kind: Job\nspec: {parallelism: 4, completions: 3, " + pod + "}", 3, true, "spec.template.spec"},
		{"kind: Job\nspec: {completions: 3, " + pod + "}", 1, true, "spec.template.spec"},
		{"kind: CronJob\nspec: {ttlSecondsAfterFinished: 1, jobTemplate: {spec: {parallelism: 2, " + pod + "}}}", 2, true, "spec.jobTemplate.spec.template.spec"},
		{"kind: CronJob\nspec: {jobTemplate: {spec: {ttlSecondsAfterFinished: 60, " + pod + "}}}", 1, false, "spec.jobTemplate.spec.template.spec"},
		{"kind: PodTemplate\n" + pod, 1, false, "template.spec"},
	} {
		p := read(t, c.text, Options{})[0]
		if p.Workload.Replicas != c.replicas || p.Workload.KeepsFinished != c.finished || p.SpecPath != c.path || p.Spec.SchedulerName != "s" {
			t.Errorf("%s\ngot %+v, %s, %q", c.text, p.Workload, p.SpecPath, p.Spec.SchedulerName)
		}
	}
}

// Whether a pod is ready is read where it matters, for budgets: the condition Ready says so.
func TestReadReadiness(t *testing.T) {
	for _, c := range []struct {
		status string
		want   bool
	}{
		{`{"phase":"Running","conditions":[{"type":"Initialized","status":"False"},{"type":"Ready","status":"True"}]}`, false},
		{`{"phase":"Running","conditions":[{"type":"Ready","status":"False"},{"type":"Initialized","status":"True"}]}`, true},
		{`{"phase":"Running","conditions":[{"type":"Ready","status":"Unknown"}]}`, true},
		{`{"phase":"Running"}`, false},
		{`{"phase":"Pending"}`, true},
		{`null`, false},
	} {
		text := `{"kind":"Pod","metadata":{"uid":"x"},"status":` + c.status + `}`
		for _, budgets := range []func(fargate.DisruptionBudget){nil, func(fargate.DisruptionBudget) {}} {
			want := c.want && budgets != nil
			if got := read(t, text, Options{Budgets: budgets})[0].Running.NotReady; got != want {
				t.Errorf("%s, with budgets %t: got %t", c.status, budgets != nil, got)
			}
		}
	}
}

func TestReadMaker(t *testing.T) {
	p := read(t, `{"kind":"ReplicaSet","metadata":{"name":"a-1","ownerReferences":[{"kind":"Deployment","name":"a","controller":true}]},"spec":{"template":{}}}`, Options{})[0]
	if p.Workload.OwnerKind != "Deployment" || p.Workload.OwnerName != "a" {
		t.Errorf("%+v", p.Workload)
	}
}

func TestReadRunning(t *testing.T) {
	at := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	for _, c := range []struct {
		text string
		want *kube.Running
	}{
		{`{"kind":"Pod","metadata":{"name":"a","creationTimestamp":null},"status":{"phase":1}}`, nil},
		{`{"kind":"Pod","metadata":{"uid":"x"}}`, &kube.Running{}},
		{`{"kind":"Deployment","metadata":{"uid":"x"},"spec":{"template":{"metadata":{"uid":"x"}}}}`, nil},
		{
			`{"kind":"Pod","metadata":{"creationTimestamp":"2026-05-04T03:02:01Z","ownerReferences":[{"kind":"Backup","name":"b"},{"kind":"ReplicaSet","name":"web-1","controller":true},{"kind":"X","name":"x","controller":false}]},
			"spec":{"nodeName":"fargate-ip-10-0-0-1"},"status":{"phase":"Running","conditions":[]}}`,
			&kube.Running{CreatedAt: at, OwnerKind: "ReplicaSet", OwnerName: "web-1", Phase: "Running", NodeName: "fargate-ip-10-0-0-1"},
		},
		{
			`{"kind":"Pod","metadata":{"uid":"x","deletionTimestamp":"2026-05-04T03:02:01Z","ownerReferences":[{"apiVersion":"apps.kruise.io/v1beta1","kind":"StatefulSet","name":"db","controller":true}]}}`,
			&kube.Running{OwnerKind: "StatefulSet", OwnerName: "db", OwnerForeign: true, Terminating: true},
		},
		{
			`{"kind":"Pod","metadata":{"uid":"x","deletionTimestamp":null,"ownerReferences":[{"apiVersion":"batch/v1","kind":"Job","name":"j","controller":true}]}}`,
			&kube.Running{OwnerKind: "Job", OwnerName: "j"},
		},
		{"kind: Pod\nmetadata:\n  creationTimestamp: 2026-05-04T03:02:01Z\n", &kube.Running{CreatedAt: at}},
	} {
		if p := read(t, c.text, Options{})[0]; !reflect.DeepEqual(p.Running, c.want) {
			t.Errorf("%s\ngot  %+v\nwant %+v", c.text, p.Running, c.want)
		}
	}
}

func TestReadFaultsOfASpec(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"spec is text", "kind: Pod\nspec: x\n", `line 2: spec is text ("x"), not a mapping`},
		{"containers are a mapping", "kind: Pod\nspec:\n  containers:\n    name: a\n", "line 4: spec.containers is a mapping, not a list"},
		{"a container is text", "kind: Pod\nspec:\n  containers:\n  - a\n", `line 4: spec.containers[0] is text ("a"), not a mapping`},
		{"a list where a mapping is wanted", "kind: Deployment\nspec: {template: {spec: {containers: [{}, {resources: {requests: [cpu]}}]}}}\n", "line 2: spec.template.spec.containers[1].resources.requests is a list, not a mapping"},
		{"a quantity is a mapping", "kind: Pod\nspec: {containers: [{resources: {requests: {cpu: {a: b}}}}]}\n", "line 2: spec.containers[0].resources.requests[cpu] is a mapping, not a quantity like 500m or 1Gi"},
		{"a quantity is a boolean", "kind: Pod\nspec: {overhead: {cpu: yes}}\n", "line 2: spec.overhead[cpu] is a boolean (yes), not a quantity like 500m or 1Gi"},
		{"a quoted boolean", "kind: Pod\nspec: {hostNetwork: 'true'}\n", `line 2: spec.hostNetwork is text ("true"), not a boolean; write it without quotes: true`},
		{"a number for a boolean", "kind: Pod\nspec: {hostPID: 1}\n", "line 2: spec.hostPID is a number (1), not a boolean; write true or false"},
		{"a quoted number", "kind: Pod\nspec: {containers: [{ports: [{hostPort: '80'}]}]}\n", `line 2: spec.containers[0].ports[0].hostPort is text ("80"), not a whole number; write it without quotes: 80`},
		{"half a port", "kind: Pod\nspec: {containers: [{ports: [{containerPort: 80.5}]}]}\n", "line 2: spec.containers[0].ports[0].containerPort is a number (80.5), not a whole number"},
		{"a large port", "kind: Pod\nspec: {containers: [{ports: [{containerPort: 99999999999}]}]}\n", "line 2: spec.containers[0].ports[0].containerPort is 99999999999; it must be between -2147483648 and 2147483647"},
		{"less than none", "kind: Deployment\nspec:\n  template: {}\n  replicas: -1\n", "line 4: spec.replicas is -1; it must be 0 or more"},
		{"a time as text", "kind: Job\nspec:\n  template: {}\n  ttlSecondsAfterFinished: \"60\"\n", "line 4: spec.ttlSecondsAfterFinished is text (\"60\"), not a whole number; write it without quotes: 60"},
		{"completions below none", "kind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template: {}\n      completions: -1\n", "line 6: spec.jobTemplate.spec.completions is -1; it must be 0 or more"},
		{"no time", "kind: Pod\nmetadata: {creationTimestamp: today}\n", `line 2: metadata.creationTimestamp is "today", not a time like 2006-01-02T15:04:05Z`},
		{"a time that is a list", "kind: Pod\nmetadata: {creationTimestamp: []}\n", `line 2: metadata.creationTimestamp is a list, not text`},
		{"a volume's source", "kind: Pod\nspec: {volumes: [{name: a, emptyDir: x}]}\n", `line 2: spec.volumes[0].emptyDir is text ("x"), not a mapping`},
		{"a field twice", "kind: Pod\nspec:\n  containers:\n  - name: a\n    image: x\n    name: b\n", `line 6: the key "name" occurs twice; it is also in line 4`},
		{
			"all of an object, in its order", "kind: Job\nspec:\n  template:\n    spec:\n      hostIPC: x\n      containers: [{name: 1}]\n    metadata: {labels: {a: 1}}\n  parallelism: many\nmetadata: {name: 5}\n",
			`line 5: spec.template.spec.hostIPC is text ("x"), not a boolean; write true or false
f.yaml: document 1, line 6: spec.template.spec.containers[0].name is a number (1), not text; put it in quotes: "1"
f.yaml: document 1, line 7: spec.template.metadata.labels[a] is a number (1), not text; put it in quotes: "1"
f.yaml: document 1, line 8: spec.parallelism is text ("many"), not a whole number
f.yaml: document 1, line 9: metadata.name is a number (5), not text; put it in quotes: "5"`,
		},
		{"in a list", `{"kind":"List","items":[{"kind":"Pod"},{"kind":"Pod","spec":{"containers":[{"ports":{}}]}}]}`, "line 1: items[1].spec.containers[0].ports is a mapping, not a list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := pods(c.text, Options{})
			if want := "f.yaml: document 1, " + c.want; err == nil || err.Error() != want {
				t.Errorf("got\n%v\nwant\n%s", err, want)
			}
		})
	}
}

func TestLineOf(t *testing.T) {
	const text = `kind: List
items:
- kind: Service
-
  kind: Deployment
  metadata:
    labels:
      eks.amazonaws.com/fargate-profile: x
  spec:
    template:
      spec: &spec
        containers:
        - name: a
        - name: b
          securityContext:
            privileged: true
- kind: DaemonSet
  spec:
    template:
      spec:
        <<: *spec
        hostNetwork: true
`
	const asJSON = `{"kind":"List","items":[
{"kind":"Service"},
{"kind":"Deployment",
"metadata":{"labels":{
"eks.amazonaws.com/fargate-profile":"x"}},
"spec":{"template":{
"spec":{"a":[1,{"b":2}],
"containers":[
{"name":"a"},
{"name":"b","securityContext":{
"privileged":true}}]}}}}]}`
	for _, c := range []struct {
		pod, yaml, json int
		path            string
	}{
		{0, 5, 3, ""},
		{0, 5, 3, "kind"},
		{0, 5, 3, "nothing"},
		{0, 7, 4, "metadata.labels"},
		{0, 7, 4, "metadata.labels[nothing]"},
		{0, 8, 5, "metadata.labels[eks.amazonaws.com/fargate-profile]"},
		{0, 11, 7, "spec.template.spec"},
		{0, 13, 9, "spec.template.spec.containers[0]"},
		{0, 13, 9, "spec.template.spec.containers[0].image"},
		{0, 14, 10, "spec.template.spec.containers[1]"},
		{0, 16, 11, "spec.template.spec.containers[1].securityContext.privileged"},
		{0, 12, 8, "spec.template.spec.containers[2].name"},
		{0, 12, 8, "spec.template.spec.containers[-1]"},
		{0, 12, 8, "spec.template.spec.containers.name"},
		{0, 5, 3, "kind[0].x"},
		{1, 22, 0, "spec.template.spec.hostNetwork"},
		{1, 15, 0, "spec.template.spec.containers[1].securityContext"},
		{1, 17, 0, ""},
	} {
		for form, text := range map[string]string{"YAML": text, "JSON": asJSON} {
			want, seen, early := c.yaml, 0, 0
			if form == "JSON" {
				if want = c.json; want == 0 {
					continue
				}
			}
			var kept kube.Pod
			if err := Read("f", strings.NewReader(text), Options{}, func(p kube.Pod) error {
				if seen == c.pod {
					if early = p.LineOf(c.path); early != want {
						t.Errorf("%s: line %d of %s, want %d", form, early, c.path, want)
					}
					if p.Line != p.LineOf("") {
						t.Errorf("%s: the object begins in line %d, not %d", form, p.LineOf(""), p.Line)
					}
					kept = p
				}
				seen++
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			kept.LineOf(c.path) // late, but harmless
		}
	}
}
