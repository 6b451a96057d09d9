package support

// This file holds the table of the findings: a row names the source of the rule, what is changed in a
// pod that has no finding, and every finding that follows.

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/logging"
)

const (
	containersPath = "spec.template.spec.containers"
	terms          = "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
)

var findingRows = []struct {
	source string
	change func(*kube.Pod)
	want   string // code, severity and path of every finding, separated by commas
	says   string // part of the first finding's message
}{
	{"nothing to find", func(*kube.Pod) {}, "", ""},

	{
		"UG considerations; concourse-chart#236, aws-efs-csi-driver#1329", func(p *kube.Pod) { app(p).SecurityContext.Privileged = new(true) },
		"privileged error " + containersPath + "[0].securityContext.privileged", `"Pod not supported on Fargate: invalid SecurityContext fields: Privileged"`,
	},
	{
		"the same, in an init container", func(p *kube.Pod) {
			initContainer(p, corev1.Container{SecurityContext: &corev1.SecurityContext{Privileged: new(true)}})
		},
		"privileged error spec.template.spec.initContainers[1].securityContext.privileged", "",
	},

	{
		"frappe/helm#182; BPG security/pods.adoc", add("CAP_CHOWN"),
		"capabilities-added error " + containersPath + "[0].securityContext.capabilities.add[0]", `"Pod not supported on Fargate: invalid SecurityContext fields: Capabilities added: CAP_CHOWN"`,
	},
	{
		"CoreDNS adds NET_BIND_SERVICE and runs there", add("NET_BIND_SERVICE", "SYS_PTRACE"),
		"capabilities-added error " + containersPath + "[0].securityContext.capabilities.add[1]", "SYS_PTRACE",
	},
	{"dropping is what the BPG advises", add(), "", ""},
	{"a pod that Fargate has taken was not refused", all(add("SYS_PTRACE"), running(kube.Scheduler, "fargate-ip-10-0-0-1")), "", ""},
	{"a pod that waits may yet be", all(add("SYS_PTRACE"), running(kube.Scheduler, "")), "capabilities-added error spec.containers[0].securityContext.capabilities.add[0]", ""},
	{"a node of EC2 says nothing of Fargate", all(add("SYS_PTRACE"), running(kube.DefaultScheduler, "ip-10-0-0-1")), "capabilities-added error spec.containers[0].securityContext.capabilities.add[0]", ""},

	{
		"what Fargate ignores it ignores in a pod that runs, too", all(running(kube.Scheduler, "fargate-ip-10-0-0-1"), func(p *kube.Pod) { p.Spec.TopologySpreadConstraints = make([]corev1.TopologySpreadConstraint, 1) }),
		"topology-spread warning spec.topologySpreadConstraints", "",
	},
	{"what is known to be refused stays told", all(running(kube.Scheduler, "fargate-ip-10-0-0-1"), selectNodes("team", "a")), "node-selector error spec.nodeSelector.team", ""},

	{
		"ingress-nginx#4888", func(p *kube.Pod) { *app(p).SecurityContext.AllowPrivilegeEscalation = true },
		"allow-privilege-escalation warning " + containersPath + "[0].securityContext.allowPrivilegeEscalation", `"Pod not supported on Fargate: invalid SecurityContext fields: AllowPrivilegeEscalation"`,
	},
	{"left out is not set, though Kubernetes then allows it", func(p *kube.Pod) { app(p).SecurityContext = &corev1.SecurityContext{} }, "", ""},

	{
		"aws-efs-csi-driver#589, containers-roadmap#1517", func(p *kube.Pod) { p.Spec.HostNetwork = true },
		"host-network error spec.template.spec.hostNetwork", `"Pod not supported on Fargate: fields not supported: HostNetwork"`,
	},
	{"by analogy, no report found", func(p *kube.Pod) { p.Spec.HostPID = true }, "host-pid warning spec.template.spec.hostPID", "is not known"},
	{"by analogy, no report found", func(p *kube.Pod) { p.Spec.HostIPC = true }, "host-ipc warning spec.template.spec.hostIPC", "is not known"},
	{
		"aws-efs-csi-driver#589", func(p *kube.Pod) {
			app(p).Ports = []corev1.ContainerPort{{ContainerPort: 1}, {ContainerPort: 80, HostPort: 8080}}
		},
		"host-port error " + containersPath + "[0].ports[1].hostPort", `port 8080 of the host: "Pod not supported on Fargate: port contains HostIP or HostPort"`,
	},
	{
		"aws-efs-csi-driver#589", func(p *kube.Pod) { app(p).Ports[0].HostIP = "127.0.0.1" },
		"host-ip error " + containersPath + "[0].ports[0].hostIP", `127.0.0.1: "Pod not supported on Fargate: port contains HostIP or HostPort"`,
	},

	{"kube-s3#14, pachyderm#4522", volume("hostPath"), "host-path error spec.template.spec.volumes[1].hostPath", `"Pod not supported on Fargate: volumes not supported: data is of an unsupported volume Type"`},
	{"allowed: inferred from use", volume("configMap"), "", ""},
	{"allowed: inferred from use", volume("secret"), "", ""},
	{"allowed: inferred from use", volume("downwardAPI"), "", ""},
	{"Kubernetes: a volume without a source is an emptyDir", volume(""), "", ""},
	{"UG: no EBS", volume("awsElasticBlockStore"), "volume-type error spec.template.spec.volumes[1].awsElasticBlockStore", "EBS"},
	{"no list of allowed kinds found", volume("nfs"), "volume-type warning spec.template.spec.volumes[1].nfs", "AWS publishes no list"},
	{"cert-manager/csi-driver#267", csi("csi.cert-manager.io"), "volume-type error spec.template.spec.volumes[1].csi", `"Pod not supported on Fargate: volumes not supported: ca is of an unsupported volume Type"`},
	{"containers-roadmap#1764", csi("secrets-store.csi.k8s.io"), "volume-type error spec.template.spec.volumes[1].csi", ""},
	{"EFS inline: no report found", csi("efs.csi.aws.com"), "volume-type warning spec.template.spec.volumes[1].csi", ""},
	{"UG: no dynamic provisioning", volume("ephemeral"), "ephemeral-volume error spec.template.spec.volumes[1].ephemeral", "dynamic provisioning"},
	{
		"aws-efs-csi-driver#793, aws-cdk#23375", volume("persistentVolumeClaim"), "persistent-volume-claim warning spec.template.spec.volumes[1].persistentVolumeClaim",
		`"Pod not supported on Fargate: volumes not supported: data not supported because: PVC files not bound"`,
	},
	{"a pod that Fargate has taken has its claim bound", all(volume("persistentVolumeClaim"), running(kube.Scheduler, "fargate-ip-10-0-0-1")), "", ""},
	{
		"UG: no dynamic provisioning", all(kind("StatefulSet", "spec.template.spec"), func(p *kube.Pod) { p.Workload.ClaimTemplates = []string{"data", "log"} }),
		"claim-templates warning spec.volumeClaimTemplates[0], claim-templates warning spec.volumeClaimTemplates[1]", "from the template data",
	},
	{"UG: EFS only", func(p *kube.Pod) { app(p).VolumeDevices = []corev1.VolumeDevice{{Name: "disk"}} }, "block-volume error " + containersPath + "[0].volumeDevices[0]", "disk"},

	{"UG considerations: DaemonSets", kind("DaemonSet", "spec.template.spec"), "daemonset error kind", "DaemonSet"},
	{
		"a DaemonSet's pod; its controller wrote the affinity", all(running(kube.DefaultScheduler, "ip-10-0-0-1"), affine("metadata.name In ip-10-0-0-1"), func(p *kube.Pod) { p.Running.OwnerKind = "DaemonSet" }),
		"daemonset error metadata.ownerReferences", "",
	},

	{"UG: no GPU", resources(nil, written{"nvidia.com/gpu": "1"}), "extended-resource error " + containersPath + "[0].resources.limits[nvidia.com/gpu]", "nvidia.com/gpu"},
	{"UG: no Inferentia", resources(written{"aws.amazon.com/neuron": "1"}, nil), "extended-resource error " + containersPath + "[0].resources.requests[aws.amazon.com/neuron]", ""},
	{"the same, by core", resources(nil, written{"aws.amazon.com/neuroncore": "1"}), "extended-resource error " + containersPath + "[0].resources.limits[aws.amazon.com/neuroncore]", ""},
	{
		"other makers of GPUs", resources(nil, written{"amd.com/gpu": "1", "gpu.intel.com/i915": "1"}),
		"extended-resource error " + containersPath + "[0].resources.limits[amd.com/gpu], extended-resource error " + containersPath + "[0].resources.limits[gpu.intel.com/i915]", "",
	},
	{"an amount of zero asks for nothing", resources(written{"nvidia.com/gpu": "0"}, written{"hugepages-2Mi": "0"}), "", ""},
	{"what is no amount is asked for all the same", resources(nil, written{"nvidia.com/gpu": "one"}), "extended-resource error " + containersPath + "[0].resources.limits[nvidia.com/gpu]", ""},
	{"in both lists told once", resources(written{"nvidia.com/gpu": "1"}, written{"nvidia.com/gpu": "1"}), "extended-resource error " + containersPath + "[0].resources.limits[nvidia.com/gpu]", ""},
	{"device plugins are DaemonSets: inferred", resources(nil, written{"smarter-devices/fuse": "1"}), "extended-resource warning " + containersPath + "[0].resources.limits[smarter-devices/fuse]", "DaemonSet"},
	{"BPG, Security Groups per Pod: written by AWS's webhook for EC2", resources(written{"vpc.amazonaws.com/pod-eni": "1"}, written{"vpc.amazonaws.com/pod-eni": "1"}), "", ""},
	{"huge pages: nothing found", resources(nil, written{"hugepages-2Mi": "64Mi"}), "extended-resource warning " + containersPath + "[0].resources.limits.hugepages-2Mi", "huge pages"},
	{"none asked for", resources(nil, written{"nvidia.com/gpu": "0", "ephemeral-storage": "30Gi"}), "", ""},
	{
		"of the whole pod", func(p *kube.Pod) {
			p.Spec.Resources = new(requirements(p, "spec.template.spec.resources", nil, written{"cpu": "1", "hugepages-1Gi": "1Gi"}))
		},
		"extended-resource warning spec.template.spec.resources.limits.hugepages-1Gi", "the pod asks for",
	},

	{"UG: no Arm", selectNodes("kubernetes.io/arch", "arm64"), "architecture error spec.template.spec.nodeSelector[kubernetes.io/arch]", "amd64 only"},
	{
		"argo-workflows, node-selector.yaml", selectNodes("kubernetes.io/arch", "{{inputs.parameters.arch}}"),
		"node-selector warning spec.template.spec.nodeSelector[kubernetes.io/arch]", "filled in later",
	},
	{"the label's older name", selectNodes("beta.kubernetes.io/arch", "arm64"), "architecture error spec.template.spec.nodeSelector[beta.kubernetes.io/arch]", ""},
	{"nodes listed with --show-labels", selectNodes("kubernetes.io/arch", "amd64"), "", ""},
	{"UG: no Windows", selectNodes("kubernetes.io/os", "windows"), "windows error spec.template.spec.nodeSelector[kubernetes.io/os]", "windows"},
	{"the label's older name", selectNodes("beta.kubernetes.io/os", "windows"), "windows error spec.template.spec.nodeSelector[beta.kubernetes.io/os]", ""},
	{"nodes listed with --show-labels", selectNodes("kubernetes.io/os", "linux"), "", ""},
	{"UG: no Windows", func(p *kube.Pod) { p.Spec.OS = &corev1.PodOS{Name: "windows"} }, "windows error spec.template.spec.os.name", "windows"},
	{"Kubernetes: os may be linux", func(p *kube.Pod) { p.Spec.OS = &corev1.PodOS{Name: "linux"} }, "", ""},
	{"null is not set", func(p *kube.Pod) { p.Spec.SecurityContext = &corev1.PodSecurityContext{} }, "", ""},
	{"Kubernetes: windowsOptions mean nothing on Linux", func(p *kube.Pod) { app(p).SecurityContext.WindowsOptions = &corev1.WindowsSecurityContextOptions{} }, "windows warning " + containersPath + "[0].securityContext.windowsOptions", ""},
	{"Kubernetes: a host process is one on a Windows host", func(p *kube.Pod) {
		p.Spec.SecurityContext = &corev1.PodSecurityContext{WindowsOptions: &corev1.WindowsSecurityContextOptions{HostProcess: new(true)}}
	}, "windows error spec.template.spec.securityContext.windowsOptions.hostProcess", ""},

	{
		"aws-ebs-csi-driver PR#496", selectNodes("team", "a"), "node-selector error spec.template.spec.nodeSelector.team",
		`"MatchNodeSelector failed: Fargate profile <profile> cannot satisfy pod's node selector/affinity requirements"`,
	},
	{
		"keys in the order of their names", func(p *kube.Pod) {
			p.Spec.NodeSelector = map[string]string{"b": "1", "karpenter.sh/nodepool": "x", "a": "1"}
		},
		"node-selector error spec.template.spec.nodeSelector.a, node-selector error spec.template.spec.nodeSelector.b, node-selector error spec.template.spec.nodeSelector[karpenter.sh/nodepool]", "",
	},
	{"containers-roadmap#1125", selectNodes("topology.kubernetes.io/zone", "eu-west-1a"), "", ""},
	{"containers-roadmap#1125", selectNodes("failure-domain.beta.kubernetes.io/zone", "eu-west-1a"), "", ""},
	{"nodes listed with --show-labels", selectNodes("topology.kubernetes.io/region", "eu-west-1"), "", ""},
	{"terraform-aws-eks#3508", selectNodes("eks.amazonaws.com/compute-type", "fargate"), "", ""},
	{"nodes listed with --show-labels", selectNodes("eks.amazonaws.com/compute-type", "ec2"), "node-selector error spec.template.spec.nodeSelector[eks.amazonaws.com/compute-type]", "Fargate's nodes have fargate"},
	{"a node is made for its pod", selectNodes("kubernetes.io/hostname", "ip-10-0-0-1"), "node-selector error spec.template.spec.nodeSelector[kubernetes.io/hostname]", ""},
	{"zone ids: nothing found", selectNodes("topology.k8s.aws/zone-id", "euw1-az1"), "node-selector warning spec.template.spec.nodeSelector[topology.k8s.aws/zone-id]", "not known"},

	{
		"aws-efs-csi-driver#1068", affine("eks.amazonaws.com/compute-type NotIn fargate"), "node-affinity error " + terms + "[0].matchExpressions[0]",
		`"MatchNodeSelector failed: Fargate profile <profile> cannot satisfy pod's node selector/affinity requirements"`,
	},
	{"Kubernetes: requirements of a term are joined by and", affine("kubernetes.io/os In linux & team In a b"), "node-affinity error " + terms + "[0].matchExpressions[1]", "team In (a, b)"},
	{"of several that do not hold, the first is told", affine("team In a & team Exists"), "node-affinity error " + terms + "[0].matchExpressions[0]", "team In (a)"},
	{"Kubernetes: terms are joined by or", affine("team Exists", "kubernetes.io/os In linux windows"), "", ""},
	{"none of the terms holds", affine("team Exists", "kubernetes.io/arch In arm64"), "node-affinity error " + terms + "[0].matchExpressions[0]", "none of the other terms"},
	{"the term that may hold counts", affine("team Exists", "topology.k8s.aws/zone-id In euw1-az1"), "node-affinity warning " + terms + "[1].matchExpressions[0]", "not known"},
	{"EKS's own CoreDNS", affine("kubernetes.io/os In linux & kubernetes.io/arch In amd64 arm64"), "", ""},
	{"Karpenter's chart, which runs on Fargate", affine("karpenter.sh/nodepool DoesNotExist"), "", ""},
	{"containers-roadmap#1125", affine("topology.kubernetes.io/zone In eu-west-1a eu-west-1b"), "", ""},
	{"Kubernetes: no term matches no node, and the API refuses it", affine(), "", ""},
	{"Kubernetes: an empty term matches no node, here or elsewhere", func(p *kube.Pod) {
		p.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: make([]corev1.NodeSelectorTerm, 2)}}}
	}, "", ""},
	{"an empty term is no way out", func(p *kube.Pod) {
		affine("kubernetes.io/os In linux", "team Exists")(p)
		p.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0] = corev1.NodeSelectorTerm{}
	}, "node-affinity error " + terms + "[1].matchExpressions[0]", "none of the other terms"},
	{"a node's name is not known beforehand", affine("metadata.name In ip-10-0-0-1"), "node-affinity error " + terms + "[0].matchFields[0]", "metadata.name In (ip-10-0-0-1); a Fargate node is made for its pod"},
	{"not a certain node is no matter", affine("metadata.name NotIn ip-10-0-0-1"), "", ""},
	{"preferred affinity holds nothing back", func(p *kube.Pod) { p.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{}} }, "", ""},

	{"Kubernetes API, PodSpec: the scheduler ignores such a pod", func(p *kube.Pod) { p.Spec.NodeName = "ip-10-0-0-1" }, "node-name warning spec.template.spec.nodeName", "ip-10-0-0-1"},
	{
		"Kubernetes, Using sysctls; UG: no kubelet arguments; containers-roadmap#967", podContext(func(c *corev1.PodSecurityContext) {
			c.Sysctls = []corev1.Sysctl{{Name: "net.ipv4.tcp_keepalive_time"}, {Name: "net.core.somaxconn"}, {Name: "net/ipv4/tcp_rmem"}}
		}),
		"unsafe-sysctls error spec.template.spec.securityContext.sysctls[1]", "net.core.somaxconn",
	},
	{
		"Kubernetes: the profile has to lie on the node", func(p *kube.Pod) {
			podContext(func(c *corev1.PodSecurityContext) { c.SeccompProfile = &corev1.SeccompProfile{Type: "Localhost"} })(p)
			app(p).SecurityContext.AppArmorProfile = &corev1.AppArmorProfile{Type: "Localhost"}
			app(p).SecurityContext.SeccompProfile = &corev1.SeccompProfile{Type: "RuntimeDefault"}
		},
		"localhost-profile warning spec.template.spec.securityContext.seccompProfile, localhost-profile warning " + containersPath + "[0].securityContext.appArmorProfile", "seccomp",
	},
	{"Kubernetes, Runtime Class: a handler of the node", func(p *kube.Pod) { p.Spec.RuntimeClassName = new("gvisor") }, "runtime-class warning spec.template.spec.runtimeClassName", "gvisor"},
	{"Kubernetes, DRA: a driver is a DaemonSet", func(p *kube.Pod) { p.Spec.ResourceClaims = []corev1.PodResourceClaim{{Name: "gpu"}} }, "extended-resource warning spec.template.spec.resourceClaims[0]", "DaemonSet"},
	{"a disk of another cloud", volume("gcePersistentDisk"), "volume-type error spec.template.spec.volumes[1].gcePersistentDisk", "another cloud"},
	{"UG: IP targets only", objects(func(o *kube.Objects) {
		o.AddService(kube.ObjectName{Namespace: "web", Name: "front"}, kube.Service{Selector: map[string]string{"app": "web"}, IsLoadBalancer: true, Target: kube.TargetDefault})
	}), "load-balancer-target warning spec.template.metadata.labels", "the load balancer of the Service front sends to it without a target type"},
	{"UG, Fargate logging", objects(func(o *kube.Objects) { o.AddLogging(logging.Config{Data: map[string]string{}}) }), "logging-config warning spec.template.spec", "there is no [OUTPUT]"},
	{"UG, quoted in containers-roadmap#824", func(p *kube.Pod) {
		p.Spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{TopologyKey: "topology.kubernetes.io/zone", WhenUnsatisfiable: "DoNotSchedule"}}
	}, "topology-spread warning spec.template.spec.topologySpreadConstraints", "one zone"},
	{"UG: affinity rules do not apply", func(p *kube.Pod) { p.Spec.Affinity = nextTo("topology.kubernetes.io/zone", "") }, "pod-affinity warning spec.template.spec.affinity.podAffinity", "does not honour"},
	{"UG: each pod has a node of its own", func(p *kube.Pod) { p.Spec.Affinity = nextTo("", "kubernetes.io/hostname") }, "pod-affinity warning spec.template.spec.affinity.podAffinity", "node of its own"},
	{"containers-roadmap#1324", func(p *kube.Pod) {
		p.Spec.Affinity = apart("kubernetes.io/hostname", "topology.kubernetes.io/zone")
	}, "pod-anti-affinity warning spec.template.spec.affinity.podAntiAffinity", "one zone"},
	{"UG: affinity rules are not necessary", func(p *kube.Pod) { p.Spec.Affinity = apart("kubernetes.io/hostname", "") }, "pod-anti-affinity warning spec.template.spec.affinity.podAntiAffinity", "none is needed"},
	{"empty affinity says nothing", func(p *kube.Pod) {
		p.Spec.Affinity = &corev1.Affinity{PodAffinity: nextTo("", "").PodAffinity, PodAntiAffinity: apart("", "").PodAntiAffinity}
	}, "", ""},

	{"eksctl#4486", func(p *kube.Pod) {
		p.Objects = &kube.Objects{}
		for key, name := range map[string]string{"app": "db", "none": "other"} {
			p.Objects.AddPolicy(kube.GroupPolicy{Namespace: p.Namespace, Name: name, Groups: []string{"sg-0a"}, Pods: labels.Set{key: p.Labels[key]}.AsSelector()})
		}
		p.Objects.AddPolicy(kube.GroupPolicy{Namespace: "elsewhere", Pods: labels.Everything()})
	}, "security-groups warning spec.template.metadata.labels", "the SecurityGroupPolicy db selects the pod, and its groups (sg-0a)"},
	{"UG metrics-server.adoc", func(p *kube.Pod) { app(p).Ports[0].ContainerPort = 10250 }, "reserved-port warning " + containersPath + "[0].ports[0].containerPort", "reserved on Fargate"},
	{"the same, in the arguments alone", listening("--secure-port=10250"), "reserved-port warning " + containersPath + "[0].args[1]", "is to listen on port 10250"},
	{"the same, in two words", listening("--bind-address", "0.0.0.0:10250"), "reserved-port warning " + containersPath + "[0].args[2]", ""},
	{"the same, in the command", func(p *kube.Pod) { app(p).Command = []string{"server", "-listen=:10250"} }, "reserved-port warning " + containersPath + "[0].command[1]", ""},
	{"another's port is no matter", listening("--kubelet-port=10250", "--seed=10250", "10250", "--secure-port=110250", "--upstream-port=x:110250"), "", ""},
	{"UG metrics-server.adoc: such as 10251", func(p *kube.Pod) { app(p).Ports[0].ContainerPort = 10251 }, "", ""},

	{"eksctl userdocs; karpenter-provider-aws#7455", func(p *kube.Pod) { p.Spec.SchedulerName = kube.Scheduler }, "scheduler-name warning spec.template.spec.schedulerName", "stays Pending"},
	{"the webhook sets schedulerName", func(p *kube.Pod) { p.Spec.SchedulerName = "volcano" }, "scheduler-name warning spec.template.spec.schedulerName", "volcano"},
	{"Kubernetes: the default", func(p *kube.Pod) { p.Spec.SchedulerName = kube.DefaultScheduler }, "", ""},
	{"the webhook wrote it", running(kube.Scheduler, "fargate-ip-10-0-0-1"), "", ""},
	{"the API server wrote it", running(kube.DefaultScheduler, "ip-10-0-0-1"), "", ""},
	{"a scheduler of one's own", running("volcano", "ip-10-0-0-1"), "scheduler-name warning spec.schedulerName", ""},

	{
		"UG fargate-pod-configuration; flux2#3138", resources(written{"cpu": "250m", "memory": "1Gi"}, written{"cpu": "1", "memory": "2Gi"}),
		"requests-unlike-limits warning " + containersPath + "[0].resources.limits.cpu, requests-unlike-limits warning " + containersPath + "[0].resources.limits.memory", "250m cpu, but its limit is 1",
	},
	{"Kubernetes: a limit below the request is refused", resources(written{"cpu": "1"}, written{"cpu": "250m"}), "requests-unlike-limits warning " + containersPath + "[0].resources.limits.cpu", "below the request"},
	{"UG: must be equal to the limit", resources(written{"cpu": "250m"}, nil), "requests-unlike-limits warning " + containersPath + "[0].resources.requests.cpu", "has no limit"},
	{"Kubernetes: limits alone set requests", resources(nil, written{"cpu": "1", "memory": "2Gi"}), "", ""},
	{"equal, written otherwise", resources(written{"cpu": "500m", "memory": "1Gi"}, written{"cpu": "0.5", "memory": "1024Mi"}), "", ""},
	{"what is no quantity is another fault", resources(written{"cpu": "lots"}, written{"cpu": "1"}), "", ""},
	{"nor is it one without a limit", resources(written{"cpu": "lots", "memory": ""}, nil), "", ""},
	{
		"KEP-2837: what is stated for the whole pod replaces the containers' sum", func(p *kube.Pod) {
			p.Spec.Resources = new(requirements(p, "spec.template.spec.resources", written{"cpu": "1"}, written{"cpu": "2", "memory": "1Gi"}))
		}, "requests-unlike-limits warning spec.template.spec.resources.limits.cpu", "the pod requests 1 cpu, but its limit is 2",
	},
	{"Kubernetes passes over space around a quantity", resources(written{"cpu": " 500m"}, written{"cpu": "1 "}), "requests-unlike-limits warning " + containersPath + "[0].resources.limits.cpu", ""},
	{"UG names CPU and memory only", resources(written{"ephemeral-storage": "30Gi"}, nil), "", ""},

	{"UG considerations: Jobs", all(kind("Job", "spec.template.spec"), func(p *kube.Pod) { p.Workload.KeepsFinished = true }), "finished-pods-kept warning spec.ttlSecondsAfterFinished", "cost"},
	{"UG considerations: Jobs", all(kind("CronJob", "spec.jobTemplate.spec.template.spec"), func(p *kube.Pod) { p.Workload.KeepsFinished = true }), "finished-pods-kept warning spec.jobTemplate.spec.ttlSecondsAfterFinished", ""},

	{"UG fargate-getting-started", coreDNS, "coredns-on-ec2 warning spec.template.metadata.annotations[eks.amazonaws.com/compute-type]", "annotated for EC2"},
	{"the same, of a pod", all(coreDNS, running(kube.DefaultScheduler, "ip-10-0-0-1")), "coredns-on-ec2 warning metadata.annotations[eks.amazonaws.com/compute-type]", ""},
	{"with the annotation removed", all(coreDNS, func(p *kube.Pod) { p.Annotations = nil }), "", ""},
	{"a name server of one's own", all(coreDNS, func(p *kube.Pod) { p.Namespace = "dns" }), "", ""},
	{"other pods are annotated on purpose", all(coreDNS, func(p *kube.Pod) { p.Labels = nil }), "", ""},

	{"in the order of the rules", func(p *kube.Pod) {
		coreDNS(p)
		p.Spec.HostNetwork = true
		p.Spec.Containers[1].SecurityContext = &corev1.SecurityContext{Privileged: new(true)}
	}, "privileged error " + containersPath + "[1].securityContext.privileged, host-network error spec.template.spec.hostNetwork, coredns-on-ec2 warning spec.template.metadata.annotations[eks.amazonaws.com/compute-type]", ""},
}

// listening sets the container's arguments.
func listening(words ...string) func(*kube.Pod) {
	return func(p *kube.Pod) { app(p).Args = append([]string{"--quiet"}, words...) }
}

func TestFindings(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range findingRows {
		pod := cleanPod()
		row.change(&pod)
		findings := Findings(pod)
		got := []string{}
		for _, f := range findings {
			seen[f.Code] = true
			got = append(got, f.Code+" "+string(f.Severity)+" "+f.Path)
			checkFinding(t, f)
		}
		if strings.Join(got, ", ") != row.want {
			t.Errorf("%s:\n got %s\nwant %s", row.source, strings.Join(got, ", "), row.want)
		} else if len(findings) > 0 && !strings.Contains(findings[0].Message, row.says) {
			t.Errorf("%s: the message %s lacks %s", row.source, findings[0].Message, row.says)
		}
	}
	for _, r := range rules {
		if !seen[r.code.Code] {
			t.Errorf("no row finds %s", r.code.Code)
		}
	}
}
