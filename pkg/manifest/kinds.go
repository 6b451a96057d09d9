package manifest

import "sync"

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
	// replicas are paths of numbers, joined by *, whose product is how many pods there are.
	replicas string
	// A pod without a PodTemplateSpec is put together, and its operator completes it. labels are mappings that hold
	// labels and annotations, specs those with fields of a PodSpec, later ones before earlier; containers are
	// containers that stand elsewhere, claims the storage of which each pod gets its own.
	labels, specs, containers, claims []string
	// needs are fields one of which is there where at makes a pod.
	needs []string
	// docker is a RunnerConfig of actions-runner-controller, whose default is a privileged Docker beside the runner.
	docker string
}

// foreignPlaces are the kinds of others, as Kind.group. Each was read from the types or the CRD that its comment names,
// in the middle of 2026 (Kubeflow's of 2024, its last with these kinds). Kinds with a complete pod template at
// spec.template need no entry: see object.plainTemplate.
var foreignPlaces = sync.OnceValue(func() map[string][]podPlace {
	return map[string][]podPlace{
		// volcano-sh/apis, pkg/apis/batch/v1alpha1/job.go and flow/v1alpha1/jobtemplate_types.go.
		"Job.batch.volcano.sh":        {volcano},
		"JobTemplate.flow.volcano.sh": {volcano},
		// googleforgames/agones, pkg/apis/agones/v1/fleet.go, gameserverset.go and gameserver.go.
		"Fleet.agones.dev":         {{at: "spec.template.spec.template", replicas: "$spec.replicas"}},
		"GameServerSet.agones.dev": {{at: "spec.template.spec.template", replicas: "$spec.replicas"}},
		// kedacore/keda, apis/keda/v1alpha1/scaledjob_types.go.
		"ScaledJob.keda.sh": {{at: "spec.jobTargetRef.template"}},
		// knative/serving, pkg/apis/serving/v1/revision_types.go; reconciler/revision/resources/meta.go copies the labels.
		"Revision.serving.knative.dev": {{}},
		// kubernetes-sigs/jobset, api/jobset/v1alpha2/jobset_types.go.
		"JobSet.jobset.x-k8s.io": {
			{at: "spec.replicatedJobs[]", template: "template.spec.template", replicas: "replicas*template.spec.parallelism"},
		},
		// kubernetes-sigs/lws, api/leaderworkerset/v1/leaderworkerset_types.go; size counts the leader too.
		"LeaderWorkerSet.leaderworkerset.x-k8s.io": {
			{at: "spec.leaderWorkerTemplate.leaderTemplate", part: "leader", replicas: "$spec.replicas"},
			{
				at: "spec.leaderWorkerTemplate.workerTemplate", part: "worker",
				replicas: "$spec.replicas*$spec.leaderWorkerTemplate.size",
			},
		},
		// kubeflow/training-operator, pkg/apis/kubeflow.org/v1/*_types.go; kubeflow/mpi-operator,
		// pkg/apis/kubeflow/v2beta1/types.go.
		"PyTorchJob.kubeflow.org": replicaSpecs("pytorchReplicaSpecs"),
		"TFJob.kubeflow.org":      replicaSpecs("tfReplicaSpecs"),
		"MPIJob.kubeflow.org":     replicaSpecs("mpiReplicaSpecs"),
		"XGBoostJob.kubeflow.org": replicaSpecs("xgbReplicaSpecs"),
		"PaddleJob.kubeflow.org":  replicaSpecs("paddleReplicaSpecs"),
		"JAXJob.kubeflow.org":     replicaSpecs("jaxReplicaSpecs"),
		// ray-project/kuberay, ray-operator/apis/ray/v1/*_types.go.
		"RayCluster.ray.io": rayCluster("spec"),
		"RayService.ray.io": rayCluster("spec.rayClusterConfig"),
		"RayJob.ray.io":     rayJob("spec"),
		"RayCronJob.ray.io": rayJob("spec.jobTemplate"),
		// actions/actions-runner-controller, apis/actions.summerwind.net/v1alpha1/*_types.go (the group is
		// actions.summerwind.dev) and apis/actions.github.com/v1alpha1/*_types.go. An AutoscalingRunnerSet has its
		// template at spec.template; the listener is made in another namespace.
		"RunnerDeployment.actions.summerwind.dev": {runner("spec.template", "spec")},
		"RunnerReplicaSet.actions.summerwind.dev": {runner("spec.template", "spec")},
		"RunnerSet.actions.summerwind.dev":        {runner("spec.template", "$spec")},
		"Runner.actions.summerwind.dev":           {runner("", "spec")},
		"EphemeralRunnerSet.actions.github.com":   {{at: "spec.ephemeralRunnerSpec", replicas: "$spec.replicas"}},
		"EphemeralRunner.actions.github.com":      {{at: "spec"}},
		// argoproj/argo-workflows, pkg/apis/workflow/v1alpha1/*_types.go.
		"Workflow.argoproj.io":                workflow("spec"),
		"WorkflowTemplate.argoproj.io":        workflow("spec"),
		"ClusterWorkflowTemplate.argoproj.io": workflow("spec"),
		"CronWorkflow.argoproj.io":            workflow("spec.workflowSpec"),
		// kubeflow/spark-operator, api/v1beta2/*_types.go and api/v1alpha1/sparkconnect_types.go.
		"SparkApplication.sparkoperator.k8s.io":          spark("spec", "driver"),
		"ScheduledSparkApplication.sparkoperator.k8s.io": spark("spec.template", "driver"),
		"SparkConnect.sparkoperator.k8s.io":              spark("spec", "server"),
		// tektoncd/pipeline, pkg/apis/pipeline/v1/*_types.go and pod/template.go; podTemplate of a PipelineRun is v1beta1's.
		// The labels of tasks and runs are copied to pods (pkg/pod/pod.go, pkg/reconciler).
		"Task.tekton.dev":     {tekton("spec")},
		"TaskRun.tekton.dev":  {tekton("spec.taskSpec", "$spec.podTemplate")},
		"Pipeline.tekton.dev": {tektonTask("spec.tasks[]"), tektonTask("spec.finally[]")},
		"PipelineRun.tekton.dev": {
			tektonTask("spec.pipelineSpec.tasks[]", "$spec.podTemplate", "$spec.taskRunTemplate.podTemplate"),
			tektonTask("spec.pipelineSpec.finally[]", "$spec.podTemplate", "$spec.taskRunTemplate.podTemplate"),
		},
		// prometheus-operator/prometheus-operator, pkg/apis/monitoring/v1 and v1alpha1, *_types.go.
		"Prometheus.monitoring.coreos.com":      {monitoring("spec.replicas*spec.shards")},
		"PrometheusAgent.monitoring.coreos.com": {monitoring("spec.replicas*spec.shards")},
		"Alertmanager.monitoring.coreos.com":    {monitoring("spec.replicas")},
		"ThanosRuler.monitoring.coreos.com":     {monitoring("spec.replicas")},
		// elastic/cloud-on-k8s, pkg/apis/*/*_types.go; the operator completes the templates.
		"Elasticsearch.elasticsearch.k8s.elastic.co": {
			{
				at: "spec.nodeSets[]", replicas: "count", labels: []string{"podTemplate.metadata"},
				specs: []string{"podTemplate.spec"}, claims: []string{"volumeClaimTemplates[]"},
			},
		},
		"Kibana.kibana.k8s.elastic.co":                     {elastic},
		"ApmServer.apm.k8s.elastic.co":                     {elastic},
		"Logstash.logstash.k8s.elastic.co":                 {elastic},
		"EnterpriseSearch.enterprisesearch.k8s.elastic.co": {elastic},
		"ElasticMapsServer.maps.k8s.elastic.co":            {elastic},
		// apache/flink-kubernetes-operator, flink-kubernetes-operator-api, api/spec/*.java.
		"FlinkDeployment.flink.apache.org": {flink("spec", "jobManager"), flink("spec", "taskManager")},
		"FlinkBlueGreenDeployment.flink.apache.org": {
			flink("spec.template.spec", "jobManager"), flink("spec.template.spec", "taskManager"),
		},
		// strimzi/strimzi-kafka-operator, packaging/install/cluster-operator/*-Crd-*.yaml.
		"KafkaNodePool.kafka.strimzi.io":     {strimzi("spec", "")},
		"KafkaConnect.kafka.strimzi.io":      {strimzi("spec", "")},
		"KafkaBridge.kafka.strimzi.io":       {strimzi("spec", "")},
		"KafkaMirrorMaker2.kafka.strimzi.io": {strimzi("spec", "")},
		"Kafka.kafka.strimzi.io": {
			strimzi("spec.entityOperator", "entity operator"), strimzi("spec.cruiseControl", "cruise control"),
			strimzi("spec.kafkaExporter", "kafka exporter"),
		},
		// cloudnative-pg/cloudnative-pg, api/v1/cluster_types.go and pooler_types.go.
		"Cluster.postgresql.cnpg.io": {{
			replicas: "spec.instances", labels: []string{"spec.inheritedMetadata"}, specs: []string{"spec", "spec.affinity"},
			claims: []string{"spec.storage", "spec.walStorage"},
		}},
		"Pooler.postgresql.cnpg.io": {{
			replicas: "spec.instances", labels: []string{"spec.template.metadata"}, specs: []string{"spec.template.spec"},
		}},
	}
})

var (
	volcano = podPlace{at: "spec.tasks[]", template: "template", replicas: "replicas"}
	elastic = podPlace{
		replicas: "spec.count", labels: []string{"spec.podTemplate.metadata"}, specs: []string{"spec.podTemplate.spec"},
		claims: []string{"spec.volumeClaimTemplates[]"},
	}
)

func replicaSpecs(field string) []podPlace {
	return []podPlace{{at: "spec." + field + ".*", template: "template", replicas: "replicas"}}
}

func rayCluster(spec string) []podPlace {
	return []podPlace{
		{at: spec + ".headGroupSpec", part: "head", template: "template"},
		{at: spec + ".workerGroupSpecs[]", name: "groupName", template: "template", replicas: "replicas*numOfHosts"},
	}
}

func rayJob(spec string) []podPlace {
	return append(rayCluster(spec+".rayClusterSpec"), podPlace{at: spec + ".submitterPodTemplate", part: "submitter"})
}

func runner(at, config string) podPlace {
	return podPlace{
		at: at, replicas: "$spec.replicas", labels: []string{"metadata"}, specs: []string{"spec"},
		containers: []string{"spec.sidecarContainers[]"}, docker: config,
	}
}

// workflow is a WorkflowSpec: each template that runs something makes a pod (Template.IsPodType). What templateDefaults
// says holds where a template says nothing.
func workflow(spec string) []podPlace {
	defaults := "$" + spec + ".templateDefaults"
	return []podPlace{{
		at: spec + ".templates[]", needs: []string{"container", "script", "containerSet", "resource", "data"},
		labels:     []string{"$" + spec + ".podMetadata", defaults + ".metadata", "metadata"},
		specs:      []string{"$" + spec, defaults, ""},
		containers: []string{"container", "script", "containerSet.containers[]", "sidecars[]", defaults + ".sidecars[]"},
		claims:     []string{"$" + spec + ".volumeClaimTemplates[]"},
	}}
}

// spark is a SparkApplicationSpec or a SparkConnectSpec. Drivers and executors are containers and pods in one.
func spark(spec, driver string) []podPlace {
	place := func(part, replicas string) podPlace {
		return podPlace{
			at: spec + "." + part, part: part, replicas: replicas, labels: []string{"template.metadata", ""},
			specs: []string{"$" + spec, "template.spec", ""}, containers: []string{"", "sidecars[]"},
		}
	}
	return []podPlace{place(driver, ""), place("executor", "instances")}
}

// tekton is a TaskSpec; podTemplates have fields of its pod, stepTemplate those of every step.
func tekton(at string, podTemplates ...string) podPlace {
	return podPlace{
		at: at, labels: []string{"$metadata"}, specs: append(podTemplates, ""),
		containers: []string{"steps[]", "stepTemplate", "sidecars[]"},
	}
}

// tektonTask is a task of a pipeline, which has its TaskSpec within.
func tektonTask(at string, podTemplates ...string) podPlace {
	return podPlace{
		at: at, labels: []string{"$metadata", "taskSpec.metadata"}, specs: append(podTemplates, "taskSpec"),
		containers: []string{"taskSpec.steps[]", "taskSpec.stepTemplate", "taskSpec.sidecars[]"},
		needs:      []string{"taskSpec"},
	}
}

func monitoring(replicas string) podPlace {
	return podPlace{
		replicas: replicas, labels: []string{"spec.podMetadata"}, specs: []string{"spec"},
		claims: []string{"spec.storage.volumeClaimTemplate"},
	}
}

func flink(spec, part string) podPlace {
	return podPlace{
		at: spec + "." + part, part: part, replicas: "replicas",
		labels: []string{"$" + spec + ".podTemplate.metadata", "podTemplate.metadata"},
		specs:  []string{"$" + spec + ".podTemplate.spec", "podTemplate.spec"},
	}
}

// strimzi is a part of Kafka; its template.pod has fields of a pod.
func strimzi(at, part string) podPlace {
	return podPlace{
		at: at, part: part, replicas: "replicas", labels: []string{"template.pod.metadata"},
		specs: []string{"template.pod"}, claims: []string{"storage", "storage.volumes[]"},
	}
}
