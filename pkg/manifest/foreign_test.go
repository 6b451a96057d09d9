package manifest

// These tests state where the objects of others have their pods.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// foreign writes every pod of a text as "kind/name part labels replicas containers" and what is refused in it.
func foreignPods(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	err := Read("f.yaml", strings.NewReader(text), Options{}, func(p fargate.Pod) error {
		if !p.Foreign {
			t.Errorf("%s/%s is not foreign", p.Kind, p.Name)
		}
		var names []string
		for _, c := range p.Spec.Containers {
			names = append(names, c.Name)
		}
		s := fmt.Sprintf("%s/%s %s %v x%d %v", p.Kind, p.Name, p.Part, p.Labels, p.Workload.Replicas, names)
		if p.Incomplete {
			s += " incomplete"
		}
		for _, f := range fargate.Findings(p) {
			if f.Severity == fargate.SeverityError {
				s += fmt.Sprintf(" %s:%d", f.Path, f.Line)
			}
		}
		out = append(out, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestForeignPods(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{
			"any kind with a pod template", "apiVersion: acme.example/v1\nkind: Shop\nmetadata: {name: a, labels: {own: x}}\nspec: {replicas: 3, template: {metadata: {labels: {a: b}}, spec: {hostNetwork: true, containers: [{name: c}]}}}",
			"Shop/a  map[a:b] x3 [c] spec.template.spec.hostNetwork:4",
		},
		{"a kind of Kubernetes' that is not known", "apiVersion: v1\nkind: DeploymentConfig\nspec: {template: {spec: {containers: [{name: c}]}}}", "DeploymentConfig/  map[] x1 [c]"},
		{"a template of something else", "apiVersion: cluster.x-k8s.io/v1beta1\nkind: MachineDeployment\nspec: {template: {spec: {clusterName: a, bootstrap: {}}}}", ""},
		{"an application", "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec: {template: {metadata: {labels: {a: b}}, spec: {project: x}}}", ""},
		{"containers that are a number", "apiVersion: acme.example/v1\nkind: Shop\nspec: {template: {spec: {containers: 3}}}", ""},
		{"Knative Service", "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: k}\nspec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}}", "Service/k  map[a:b] x1 [c]"},
		{"Knative Revision", "apiVersion: serving.knative.dev/v1\nkind: Revision\nmetadata: {name: k, labels: {a: b}}\nspec: {containers: [{name: c}]}", "Revision/k  map[a:b] x1 [c]"},
		{"a kind named as Kubernetes'", "apiVersion: apps.kruise.io/v1beta1\nkind: StatefulSet\nmetadata: {name: s}\nspec: {replicas: 2, template: {spec: {containers: [{name: c}]}}}", "StatefulSet.apps.kruise.io/s  map[] x2 [c]"},
		{
			"Volcano", "apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nmetadata: {name: j}\nspec: {tasks: [{name: ps, replicas: 2, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}}, {template: {spec: {containers: [{name: d}]}}}]}",
			"Job.batch.volcano.sh/j ps map[a:b] x2 [c]|Job.batch.volcano.sh/j 1 map[] x1 [d]",
		},
		{
			"Kubeflow", "apiVersion: kubeflow.org/v1\nkind: PyTorchJob\nmetadata: {name: p}\nspec: {pytorchReplicaSpecs: {Worker: {replicas: 4, template: {spec: {containers: [{name: c, securityContext: {privileged: true}}]}}}}}",
			"PyTorchJob/p Worker map[] x4 [c] spec.pytorchReplicaSpecs.Worker.template.spec.containers[0].securityContext.privileged:4",
		},
		{
			"Ray", "apiVersion: ray.io/v1\nkind: RayJob\nmetadata: {name: r}\nspec: {rayClusterSpec: {headGroupSpec: {template: {spec: {containers: [{name: h}]}}}, workerGroupSpecs: [{groupName: small, replicas: 2, template: {spec: {containers: [{name: w}]}}}]}}",
			"RayJob/r head map[] x1 [h]|RayJob/r small map[] x2 [w]",
		},
		{"JobSet", "apiVersion: jobset.x-k8s.io/v1alpha2\nkind: JobSet\nspec: {replicatedJobs: [{name: w, replicas: 2, template: {spec: {template: {spec: {containers: [{name: c}]}}}}}]}", "JobSet/ w map[] x2 [c]"},
		{"runners without containers", "apiVersion: actions.summerwind.dev/v1alpha1\nkind: RunnerDeployment\nmetadata: {name: r}\nspec: {replicas: 2, template: {metadata: {labels: {a: b}}, spec: {repository: x, resources: {limits: {cpu: 64}}}}}", "RunnerDeployment/r  map[a:b] x2 [] incomplete"},
		{"EphemeralRunner", "apiVersion: actions.github.com/v1alpha1\nkind: EphemeralRunner\nmetadata: {name: r, labels: {no: x}}\nspec: {metadata: {labels: {a: b}}, spec: {containers: [{name: runner}]}}", "EphemeralRunner/r  map[a:b] x1 [runner]"},
		{
			"Argo Workflow", `apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: w, labels: {own: x}}
spec:
  workflowSpec:
    hostNetwork: true
    podMetadata: {labels: {all: x, a: over}}
    templates:
    - {name: main, steps: [[{name: s, template: run}]]}
    - name: run
      metadata: {labels: {a: b}}
      container: {image: i, resources: {limits: {memory: "{{inputs.parameters.mem}}"}}}
      sidecars: [{name: dind, securityContext: {privileged: true}}]
      volumes: [{name: v, hostPath: {path: /x}}]
    - {name: code, script: {image: i, source: x}}
`, "CronWorkflow/w run map[a:b all:x] x1 [container dind] incomplete spec.workflowSpec.templates[1].sidecars[0].securityContext.privileged:13 spec.workflowSpec.hostNetwork:6 spec.workflowSpec.templates[1].volumes[0].hostPath:14|" +
				"CronWorkflow/w code map[a:over all:x] x1 [script] incomplete spec.workflowSpec.hostNetwork:6",
		},
		{
			"Spark", `apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  volumes: [{name: scratch, hostPath: {path: /tmp}}]
  driver:
    labels: {role: d}
    securityContext: {privileged: true}
  executor: {instances: 5, labels: {role: e}, template: {metadata: {labels: {t: u}}}}
`, "SparkApplication/pi driver map[role:d] x1 [driver] incomplete spec.driver.securityContext.privileged:8 spec.volumes[0].hostPath:5|" +
				"SparkApplication/pi executor map[role:e t:u] x5 [executor] incomplete spec.volumes[0].hostPath:5",
		},
		{
			"Tekton", "apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: t, labels: {a: b}}\nspec:\n  podTemplate: {hostNetwork: true}\n  taskSpec: {steps: [{name: s, securityContext: {privileged: true}}]}\n",
			"TaskRun/t  map[a:b] x1 [s] incomplete spec.taskSpec.steps[0].securityContext.privileged:6 spec.podTemplate.hostNetwork:5",
		},
		{
			"Tekton, a pipeline", "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: p, labels: {a: b}}\nspec: {pipelineSpec: {tasks: [{name: ref, taskRef: {name: x}}, {name: own, taskSpec: {metadata: {labels: {c: d}}, steps: [{name: s}]}}]}}\n",
			"PipelineRun/p own map[a:b c:d] x1 [s] incomplete",
		},
		{
			"Prometheus", "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s, labels: {own: x}}\nspec: {replicas: 2, podMetadata: {labels: {a: b}}, hostNetwork: true, resources: {requests: {cpu: 99}}}\n",
			"Prometheus/k8s  map[a:b] x2 [] incomplete spec.hostNetwork:4",
		},
		{
			"Elasticsearch", "apiVersion: elasticsearch.k8s.elastic.co/v1\nkind: Elasticsearch\nmetadata: {name: e}\nspec: {nodeSets: [{name: hot, count: 3, podTemplate: {metadata: {labels: {a: b}}, spec: {initContainers: [{name: sysctl, securityContext: {privileged: true}}]}}}, {name: cold, count: 1}]}\n",
			"Elasticsearch/e hot map[a:b] x3 [] incomplete spec.nodeSets[0].podTemplate.spec.initContainers[0].securityContext.privileged:4|Elasticsearch/e cold map[] x1 [] incomplete",
		},
		{
			"Flink", "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: f}\nspec: {podTemplate: {metadata: {labels: {a: b}}}, jobManager: {replicas: 1}, taskManager: {podTemplate: {metadata: {labels: {c: d}}}}}\n",
			"FlinkDeployment/f jobManager map[a:b] x1 [] incomplete|FlinkDeployment/f taskManager map[a:b c:d] x1 [] incomplete",
		},
		{"in a list", `{"kind":"List","items":[{"apiVersion":"argoproj.io/v1alpha1","kind":"Rollout","metadata":{"name":"a"},"spec":{"template":{"spec":{"containers":[{"name":"c"}]}}}}]}`, "Rollout/a  map[] x1 [c]"},
		{"replicas that are text", "apiVersion: acme.example/v1\nkind: Shop\nspec: {replicas: many, template: {spec: {containers: [{name: c}]}}}", "Shop/  map[] x1 [c]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(foreignPods(t, c.text), "|"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// The annotation that keeps a pod off Fargate counts wherever an operator takes annotations from.
func TestForeignAnnotations(t *testing.T) {
	pod := read(t, "apiVersion: monitoring.coreos.com/v1\nkind: Alertmanager\nmetadata: {name: m}\nspec: {podMetadata: {annotations: {eks.amazonaws.com/compute-type: ec2}}}\n", Options{})[0]
	if e := fargate.Explain(pod, nil); e.Verdict != fargate.VerdictExcluded || e.Capacity != nil {
		t.Errorf("got %s, %v", e.Verdict, e.Capacity)
	}
}

func TestForeignFaults(t *testing.T) {
	for text, want := range map[string]string{
		"apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {template: {metadata: {labels: {a: 1}}, spec: {containers: [{name: c}]}}}\n": "spec.template.metadata.labels[a] is a number (1), not text",
		"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: {podMetadata: {labels: {a: 1}}, templates: [{script: {}}, {script: {}}]}\n": "labels[a] is a number (1), not text; put it in quotes: \"1\"",
		"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: {templates: x}\n":                                                           `spec.templates is text ("x"), not a list`,
		"apiVersion: kubeflow.org/v1\nkind: TFJob\nspec: {tfReplicaSpecs: {a: &a {template: {}}, a: *a}}\n":                                  `"a"`,
		"apiVersion: batch.volcano.sh/v1\nkind: Job\nspec: {tasks: [" + strings.Repeat("{template: {}},", maxParts+1) + "]}\n":               "makes more than 1000 pods",
	} {
		if _, err := pods(text, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: got %v, want %s", text, err, want)
		}
	}
}

// What may make pods in a way that is not known is skipped aloud; what makes none is not.
func TestSkippedKinds(t *testing.T) {
	var got []string
	opts := Options{Skipped: func(k Kind) { got = append(got, k.APIVersion+" "+k.Name) }}
	read(t, strings.Join([]string{
		"apiVersion: v1\nkind: ConfigMap", "apiVersion: networking.k8s.io/v1\nkind: Ingress", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition",
		"apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor", "apiVersion: ec2.services.k8s.aws/v1\nkind: VPC", "apiVersion: eks.aws.crossplane.io/v1beta1\nkind: FargateProfile", "apiVersion: argoproj.io/v1alpha1\nkind: AppProject",
		"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease", "apiVersion: argoproj.io/v1alpha1\nkind: Application", "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {workloadRef: {name: a}}",
		"apiVersion: tekton.dev/v1\nkind: PipelineRun\nspec: {pipelineRef: {name: a}}", "kind: List\nitems: [{apiVersion: kubevirt.io/v1, kind: VirtualMachine}]",
		"apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nspec: {tasks: []}", "kind: Pod",
	}, "\n---\n"), opts)
	want := []string{
		"helm.toolkit.fluxcd.io/v2 HelmRelease", "argoproj.io/v1alpha1 Application", "argoproj.io/v1alpha1 Rollout", "tekton.dev/v1 PipelineRun",
		"kubevirt.io/v1 VirtualMachine", "batch.volcano.sh/v1alpha1 Job",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
