package manifest

// These tests state where the objects of others have their pods.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/support"
)

// foreign writes every pod of a text as "kind/name part labels replicas containers" and what is refused in it.
func foreignPods(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	err := Read("f.yaml", strings.NewReader(text), Options{}, func(p kube.Pod) error {
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
		for _, f := range support.Findings(p) {
			if f.Severity == support.SeverityError {
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
		{"runners without containers", "apiVersion: actions.summerwind.dev/v1alpha1\nkind: RunnerDeployment\nmetadata: {name: r}\nspec: {replicas: 2, template: {metadata: {labels: {a: b}}, spec: {dockerEnabled: false, repository: x, resources: {limits: {cpu: 64}}}}}", "RunnerDeployment/r  map[a:b] x2 [] incomplete"},
		{"runners with Docker", "apiVersion: actions.summerwind.dev/v1alpha1\nkind: RunnerDeployment\nmetadata: {name: r}\nspec: {template: {spec: {repository: x}}}", "RunnerDeployment/r  map[] x1 [docker] incomplete spec.template.spec.dockerEnabled:4"},
		{"a runner with Docker inside", "apiVersion: actions.summerwind.dev/v1alpha1\nkind: RunnerSet\nmetadata: {name: r}\nspec:\n  dockerdWithinRunnerContainer: true\n  template: {spec: {containers: [{name: x}]}}", "RunnerSet/r  map[] x1 [x runner] incomplete spec.dockerdWithinRunnerContainer:5"},
		{"a runner that says itself how Docker runs", "apiVersion: actions.summerwind.dev/v1alpha1\nkind: Runner\nmetadata: {name: r}\nspec: {containers: [{name: docker, securityContext: {privileged: false}}]}", "Runner/r  map[] x1 [docker] incomplete"},
		{"a runner that makes Jobs", "apiVersion: actions.summerwind.dev/v1alpha1\nkind: Runner\nmetadata: {name: r}\nspec: {containerMode: kubernetes}", "Runner/r  map[] x1 [] incomplete"},
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
		{
			"JobSet, pods of parallel Jobs", "apiVersion: jobset.x-k8s.io/v1alpha2\nkind: JobSet\nspec: {replicatedJobs: [{name: w, replicas: 2, template: {spec: {parallelism: 3, template: {spec: {containers: [{name: c}]}}}}}]}",
			"JobSet/ w map[] x6 [c]",
		},
		{
			"LeaderWorkerSet", "apiVersion: leaderworkerset.x-k8s.io/v1\nkind: LeaderWorkerSet\nmetadata: {name: l}\nspec: {replicas: 2, leaderWorkerTemplate: {size: 4, workerTemplate: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}}}",
			"LeaderWorkerSet/l worker map[a:b] x8 [c]",
		},
		{
			"a Job of another time", "apiVersion: ray.io/v1\nkind: RayCronJob\nmetadata: {name: r}\nspec: {jobTemplate: {rayClusterSpec: {workerGroupSpecs: [{groupName: tpu, replicas: 2, numOfHosts: 4, template: {spec: {containers: [{name: w}]}}}]}}}",
			"RayCronJob/r tpu map[] x8 [w]",
		},
		{
			"Volcano's JobTemplate", "apiVersion: flow.volcano.sh/v1alpha1\nkind: JobTemplate\nmetadata: {name: j}\nspec: {tasks: [{name: a, template: {spec: {containers: [{name: c}]}}}]}",
			"JobTemplate/j a map[] x1 [c]",
		},
		{
			"JAXJob", "apiVersion: kubeflow.org/v1\nkind: JAXJob\nmetadata: {name: j}\nspec: {jaxReplicaSpecs: {Worker: {replicas: 2, template: {spec: {containers: [{name: jax}]}}}}}",
			"JAXJob/j Worker map[] x2 [jax]",
		},
		{
			"Argo's defaults of templates", "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec: {templateDefaults: {metadata: {labels: {d: x, a: over}}, nodeSelector: {team: a}}, templates: [{name: set, metadata: {labels: {a: b}}, containerSet: {containers: [{name: one}, {name: two}]}}, {name: get, data: {source: {}}}, {name: call, http: {url: x}}]}",
			"Workflow/w set map[a:b d:x] x1 [one two] incomplete spec.templateDefaults.nodeSelector.team:4|Workflow/w get map[a:over d:x] x1 [] incomplete spec.templateDefaults.nodeSelector.team:4",
		},
		{
			"Tekton, what holds for every step, and at the end", "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p}\nspec: {finally: [{name: end, taskSpec: {stepTemplate: {securityContext: {privileged: true}}, steps: [{name: s}]}}]}",
			"Pipeline/p end map[] x1 [s stepTemplate] incomplete spec.finally[0].taskSpec.stepTemplate.securityContext.privileged:4",
		},
		{
			"SparkConnect", "apiVersion: sparkoperator.k8s.io/v1alpha1\nkind: SparkConnect\nmetadata: {name: s}\nspec: {server: {template: {metadata: {labels: {a: b}}}}, executor: {instances: 3}}",
			"SparkConnect/s server map[a:b] x1 [server] incomplete|SparkConnect/s executor map[] x3 [executor] incomplete",
		},
		{
			"shards of Prometheus", "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s}\nspec: {replicas: 2, shards: 3}",
			"Prometheus/k8s  map[] x6 [] incomplete",
		},
		{
			"Logstash", "apiVersion: logstash.k8s.elastic.co/v1alpha1\nkind: Logstash\nmetadata: {name: l}\nspec: {count: 2, podTemplate: {metadata: {labels: {a: b}}}}",
			"Logstash/l  map[a:b] x2 [] incomplete",
		},
		{
			"Flink, blue and green", "apiVersion: flink.apache.org/v1beta1\nkind: FlinkBlueGreenDeployment\nmetadata: {name: f}\nspec: {template: {spec: {podTemplate: {metadata: {labels: {a: b}}}, jobManager: {replicas: 1}}}}",
			"FlinkBlueGreenDeployment/f jobManager map[a:b] x1 [] incomplete",
		},
		{
			"Strimzi", "apiVersion: kafka.strimzi.io/v1\nkind: KafkaNodePool\nmetadata: {name: k}\nspec: {replicas: 3, template: {pod: {metadata: {labels: {a: b}}, volumes: [{name: v, hostPath: {path: /x}}]}}}",
			"KafkaNodePool/k  map[a:b] x3 [] incomplete spec.template.pod.volumes[0].hostPath:4",
		},
		{
			"Strimzi's other parts", "apiVersion: kafka.strimzi.io/v1\nkind: Kafka\nmetadata: {name: k}\nspec: {kafka: {}, entityOperator: {template: {pod: {metadata: {labels: {a: b}}}}}}",
			"Kafka/k entity operator map[a:b] x1 [] incomplete",
		},
		{
			"CloudNativePG", "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: pg, labels: {own: x}}\nspec: {instances: 3, inheritedMetadata: {labels: {a: b}}, affinity: {nodeSelector: {team: a}}}",
			"Cluster/pg  map[a:b] x3 [] incomplete spec.affinity.nodeSelector.team:4",
		},
		{"more pods than there can be", "apiVersion: acme.example/v1\nkind: Shop\nspec: {replicas: 99999999, template: {spec: {containers: [{name: c}]}}}", "Shop/  map[] x1000000 [c]"},
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

// Operators make a claim for each pod of what they call storage.
func TestForeignClaims(t *testing.T) {
	for text, want := range map[string]string{
		"apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nspec:\n  storage: {volumeClaimTemplate: {spec: {storageClassName: gp3}}}\n":                                    "spec.storage.volumeClaimTemplate:4 error",
		"apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nspec: {storage: {emptyDir: {}}}\n":                                                                             "",
		"apiVersion: elasticsearch.k8s.elastic.co/v1\nkind: Elasticsearch\nspec:\n  nodeSets:\n  - volumeClaimTemplates: [{metadata: {name: data}}]\n":                          "spec.nodeSets[0].volumeClaimTemplates[0]:5 warning",
		"apiVersion: kafka.strimzi.io/v1\nkind: KafkaNodePool\nspec: {storage: {type: jbod, volumes: [{id: 0, type: ephemeral}, {id: 1, type: persistent-claim, class: gp3}]}}": "spec.storage.volumes[1]:3 error",
		"apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nspec: {storage: {size: 1Gi, storageClass: gp3}}\n":                                                                   "spec.storage:3 error",
		"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: {volumeClaimTemplates: [{metadata: {name: d}}], templates: [{script: {}}]}":                                    "spec.volumeClaimTemplates[0]:3 warning",
	} {
		var objects kube.Objects
		objects.AddClass("gp3", "ebs.csi.aws.com", false)
		var got []string
		err := Read("f.yaml", strings.NewReader(text), Options{}, func(p kube.Pod) error {
			p.Objects = &objects
			for _, f := range support.Findings(p) {
				if f.Code == "claim-templates" {
					got = append(got, fmt.Sprintf("%s:%d %s", f.Path, f.Line, f.Severity))
				}
			}
			return nil
		})
		if s := strings.Join(got, ", "); err != nil || s != want {
			t.Errorf("%s: got %s, %v; want %s", text, s, err, want)
		}
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
		"apiVersion: networking.istio.io/v1\nkind: VirtualService", "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator", "apiVersion: cert-manager.io/v1\nkind: Issuer", "apiVersion: acme.cert-manager.io/v1\nkind: Challenge",
		"apiVersion: projectcontour.io/v1\nkind: HTTPProxy", "apiVersion: projectcontour.io/v1alpha1\nkind: ContourDeployment", "apiVersion: emrcontainers.services.k8s.aws/v1alpha1\nkind: JobRun",
		"apiVersion: spaces.upbound.io/v1beta1\nkind: ControlPlane", "apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic", "apiVersion: postgresql.cnpg.io/v1\nkind: Database", "apiVersion: kueue.x-k8s.io/v1beta1\nkind: LocalQueue",
	}, "\n---\n"), opts)
	want := []string{
		"helm.toolkit.fluxcd.io/v2 HelmRelease", "argoproj.io/v1alpha1 Application", "argoproj.io/v1alpha1 Rollout", "tekton.dev/v1 PipelineRun",
		"kubevirt.io/v1 VirtualMachine", "batch.volcano.sh/v1alpha1 Job", "install.istio.io/v1alpha1 IstioOperator", "acme.cert-manager.io/v1 Challenge",
		"projectcontour.io/v1alpha1 ContourDeployment", "emrcontainers.services.k8s.aws/v1alpha1 JobRun", "spaces.upbound.io/v1beta1 ControlPlane",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
