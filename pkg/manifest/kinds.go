package manifest

// Where the objects of others keep their pods. Paths are joined by dots; [] after a name stands for each element of a
// list, * for each entry of a mapping. An entry is read from the types of the project that its comment names.

// podPlace is where an object keeps a pod, or several.
type podPlace struct {
	// at is what holds one pod's parts. Further paths begin there, or with $ at the object.
	at string
	// part tells the pods of one object apart. Without it the key of a mapping does, or what the element of a list has
	// at name, which is "name" where it is empty.
	part, name string
	// template is a PodTemplateSpec, at itself where it is empty and there are no specs.
	template string
	replicas string
	// A pod without a PodTemplateSpec is put together, and its operator completes it. labels are mappings that hold
	// labels and annotations, specs those with fields of a PodSpec, later ones before earlier; containers are
	// containers that stand elsewhere.
	labels, specs, containers []string
	// needs are fields one of which is there where at makes a pod.
	needs []string
}

// foreignPlaces are the kinds of others, as Kind.group. Kinds with a complete pod template at spec.template need no
// entry: see object.plainTemplate.
var foreignPlaces = map[string][]podPlace{
	// KEDA, Knative (serving/v1, whose Revision copies its labels to its pods), Volcano, Agones.
	"ScaledJob.keda.sh":            {{at: "spec.jobTargetRef.template"}},
	"Revision.serving.knative.dev": {{}},
	"Job.batch.volcano.sh":         {{at: "spec.tasks[]", template: "template", replicas: "replicas"}},
	"Fleet.agones.dev":             {{at: "spec.template.spec.template", replicas: "$spec.replicas"}},
	"GameServerSet.agones.dev":     {{at: "spec.template.spec.template", replicas: "$spec.replicas"}},
	"JobSet.jobset.x-k8s.io": {
		{at: "spec.replicatedJobs[]", template: "template.spec.template", replicas: "replicas"},
	},
	"LeaderWorkerSet.leaderworkerset.x-k8s.io": {
		{at: "spec.leaderWorkerTemplate.leaderTemplate", part: "leader", replicas: "$spec.replicas"},
		{at: "spec.leaderWorkerTemplate.workerTemplate", part: "worker", replicas: "$spec.replicas"},
	},
	// Kubeflow's training operator.
	"PyTorchJob.kubeflow.org": replicaSpecs("pytorchReplicaSpecs"),
	"TFJob.kubeflow.org":      replicaSpecs("tfReplicaSpecs"),
	"MPIJob.kubeflow.org":     replicaSpecs("mpiReplicaSpecs"),
	"XGBoostJob.kubeflow.org": replicaSpecs("xgbReplicaSpecs"),
	"PaddleJob.kubeflow.org":  replicaSpecs("paddleReplicaSpecs"),
	// KubeRay.
	"RayCluster.ray.io": rayCluster("spec"),
	"RayService.ray.io": rayCluster("spec.rayClusterConfig"),
	"RayJob.ray.io": append(rayCluster("spec.rayClusterSpec"),
		podPlace{at: "spec.submitterPodTemplate", part: "submitter"}),
	// actions-runner-controller; of summerwind.dev, containers are in the template only where they are changed.
	"RunnerDeployment.actions.summerwind.dev": {runner("spec.template")},
	"RunnerReplicaSet.actions.summerwind.dev": {runner("spec.template")},
	"RunnerSet.actions.summerwind.dev":        {runner("spec.template")},
	"Runner.actions.summerwind.dev":           {runner("")},
	"EphemeralRunnerSet.actions.github.com":   {{at: "spec.ephemeralRunnerSpec", replicas: "$spec.replicas"}},
	"EphemeralRunner.actions.github.com":      {{at: "spec"}},
	// Argo Workflows.
	"Workflow.argoproj.io":                workflow("spec"),
	"WorkflowTemplate.argoproj.io":        workflow("spec"),
	"ClusterWorkflowTemplate.argoproj.io": workflow("spec"),
	"CronWorkflow.argoproj.io":            workflow("spec.workflowSpec"),
	// The Spark operator.
	"SparkApplication.sparkoperator.k8s.io":          spark("spec"),
	"ScheduledSparkApplication.sparkoperator.k8s.io": spark("spec.template"),
	// Tekton copies the labels of tasks and runs to pods.
	"Task.tekton.dev":     {tekton("spec")},
	"TaskRun.tekton.dev":  {tekton("spec.taskSpec", "$spec.podTemplate")},
	"Pipeline.tekton.dev": {tektonTask("spec.tasks[]")},
	"PipelineRun.tekton.dev": {
		tektonTask("spec.pipelineSpec.tasks[]", "$spec.podTemplate", "$spec.taskRunTemplate.podTemplate"),
	},
	// The Prometheus operator.
	"Prometheus.monitoring.coreos.com":      {monitoring()},
	"PrometheusAgent.monitoring.coreos.com": {monitoring()},
	"Alertmanager.monitoring.coreos.com":    {monitoring()},
	"ThanosRuler.monitoring.coreos.com":     {monitoring()},
	// Elastic Cloud on Kubernetes, and Flink, complete what the templates say.
	"Elasticsearch.elasticsearch.k8s.elastic.co": {
		{
			at: "spec.nodeSets[]", replicas: "count",
			labels: []string{"podTemplate.metadata"}, specs: []string{"podTemplate.spec"},
		},
	},
	"Kibana.kibana.k8s.elastic.co": {
		{replicas: "spec.count", labels: []string{"spec.podTemplate.metadata"}, specs: []string{"spec.podTemplate.spec"}},
	},
	"FlinkDeployment.flink.apache.org": {flink("jobManager"), flink("taskManager")},
}

func replicaSpecs(field string) []podPlace {
	return []podPlace{{at: "spec." + field + ".*", template: "template", replicas: "replicas"}}
}

func rayCluster(spec string) []podPlace {
	return []podPlace{
		{at: spec + ".headGroupSpec", part: "head", template: "template"},
		{at: spec + ".workerGroupSpecs[]", name: "groupName", template: "template", replicas: "replicas"},
	}
}

func runner(at string) podPlace {
	return podPlace{
		at: at, replicas: "$spec.replicas", labels: []string{"metadata"}, specs: []string{"spec"},
	}
}

// workflow is a WorkflowSpec: each template that runs something makes a pod.
func workflow(spec string) []podPlace {
	return []podPlace{{
		at: spec + ".templates[]", needs: []string{"container", "script", "containerSet", "resource", "data"},
		labels:     []string{"$" + spec + ".podMetadata", "metadata"},
		specs:      []string{"$" + spec, ""},
		containers: []string{"container", "script", "containerSet.containers[]", "sidecars[]"},
	}}
}

// spark is a SparkApplicationSpec. The driver and the executors are containers and pods in one.
func spark(spec string) []podPlace {
	place := func(part, replicas string) podPlace {
		return podPlace{
			at: spec + "." + part, part: part, replicas: replicas, labels: []string{"template.metadata", ""},
			specs: []string{"$" + spec, "template.spec", ""}, containers: []string{"", "sidecars[]"},
		}
	}
	return []podPlace{place("driver", ""), place("executor", "instances")}
}

// tekton is a TaskSpec; podTemplates have fields of its pod.
func tekton(at string, podTemplates ...string) podPlace {
	return podPlace{
		at: at, labels: []string{"$metadata"}, specs: append(podTemplates, ""),
		containers: []string{"steps[]", "sidecars[]"},
	}
}

// tektonTask is a task of a pipeline, which has its TaskSpec within.
func tektonTask(at string, podTemplates ...string) podPlace {
	return podPlace{
		at: at, labels: []string{"$metadata", "taskSpec.metadata"}, specs: append(podTemplates, "taskSpec"),
		containers: []string{"taskSpec.steps[]", "taskSpec.sidecars[]"}, needs: []string{"taskSpec"},
	}
}

func monitoring() podPlace {
	return podPlace{replicas: "spec.replicas", labels: []string{"spec.podMetadata"}, specs: []string{"spec"}}
}

func flink(part string) podPlace {
	return podPlace{
		at: "spec." + part, part: part, replicas: "replicas",
		labels: []string{"$spec.podTemplate.metadata", "podTemplate.metadata"},
		specs:  []string{"$spec.podTemplate.spec", "podTemplate.spec"},
	}
}
