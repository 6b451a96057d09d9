package fargate

// This file holds the rules of what Fargate refuses in a pod, or what is risky there: a table with the
// source of each, and one small function for each entry. A new rule is a new entry, a row of its test and
// a section of docs/findings.md. What is measured or documented as refused is an error; what is inferred, or where
// sources disagree, is a warning. A text in double quotes is the scheduler's own; none is made up. What
// several rules share is in support_places.go, what Fargate's nodes offer in support_nodes.go.

import "strings"

// guide is the page of most rules.
const guide = "EKS User Guide, AWS Fargate considerations"

// rules is the table; findings come in its order.
var rules = []rule{
	known("privileged", SeverityError, "a container is privileged",
		guide+"; concourse-chart#236, aws-efs-csi-driver#1329", inContainers(privileged)),
	doubtful("capabilities-added", SeverityWarning, "a container adds Linux capabilities",
		"EKS Best Practices Guide, Pod Security; frappe/helm#182", inContainers(capabilitiesAdded)),
	doubtful("allow-privilege-escalation", SeverityWarning, "a container allows privilege escalation",
		"ingress-nginx#4888 (2020)", inContainers(privilegeEscalation)),
	known("host-network", SeverityError, "the pod uses the host's network",
		guide+"; aws-efs-csi-driver#589, containers-roadmap#1517", hostNetwork),
	doubtful("host-pid", SeverityWarning, "the pod uses the host's process IDs",
		"by analogy with hostNetwork, and with ECS (aws-cdk#29619); no report was found", hostPID),
	doubtful("host-ipc", SeverityWarning, "the pod uses the host's inter-process communication",
		"by analogy with hostNetwork; no report was found", hostIPC),
	known("host-port", SeverityError, "a container takes a port of the host",
		guide+"; aws-efs-csi-driver#589", inContainers(hostPort)),
	known("host-ip", SeverityError, "a container binds a port to an address of the host",
		"aws-efs-csi-driver#589", inContainers(hostIP)),
	known("host-path", SeverityError, "a volume is a path of the host",
		"pachyderm#4522, kube-s3#14", inVolumes(hostPath)),
	doubtful("volume-type", SeverityError, "a volume is of a kind that Fargate does not take",
		guide+"; cert-manager/csi-driver#267, containers-roadmap#1764; what is allowed is inferred from use", inVolumes(volumeType)),
	known("ephemeral-volume", SeverityError, "a volume would be provisioned for the pod",
		guide+" (no dynamic provisioning)", inVolumes(ephemeralVolume)),
	doubtful("persistent-volume-claim", SeverityWarning, "a volume is a claim, which works only for EFS, statically provisioned",
		guide+"; aws-efs-csi-driver#793, aws-cdk#23375, aws-ebs-csi-driver#810", inVolumes(claim)),
	known("claim-templates", SeverityWarning, "a StatefulSet makes a claim for each pod, as a rule provisioned dynamically",
		guide+" (no dynamic provisioning)", claimTemplates),
	known("block-volume", SeverityError, "a container uses a raw block device",
		guide+" (EFS only, which is no block device)", inContainers(blockVolume)),
	known("daemonset", SeverityError, "the pod is a DaemonSet's",
		guide, daemonSet),
	doubtful("extended-resource", SeverityError, "the pod asks for a GPU, an accelerator, huge pages or another device",
		guide+" (GPU, Inferentia); other devices are inferred", together(podDevices, inContainers(devices))),
	known("architecture", SeverityError, "the node selector asks for another processor than amd64",
		guide+" (no Arm)", architecture),
	doubtful("windows", SeverityError, "the pod is for Windows, or another system than Linux",
		guide+" (no Windows)", together(windowsPod, inContainers(windowsContainer))),
	doubtful("node-selector", SeverityError, "the node selector wants a label that Fargate's nodes do not have",
		"aws-ebs-csi-driver PR#496; containers-roadmap#1125 (zones are honoured)", nodeSelector),
	doubtful("node-affinity", SeverityError, "the required node affinity cannot be met by Fargate's nodes",
		"aws-ebs-csi-driver PR#496, aws-efs-csi-driver#1068", nodeAffinity),
	known("topology-spread", SeverityWarning, "topology spread constraints are not honoured",
		"EKS User Guide, Define which Pods use AWS Fargate when launched; containers-roadmap#824", topologySpread),
	known("pod-affinity", SeverityWarning, "affinity to other pods is not honoured",
		"EKS User Guide, Define which Pods use AWS Fargate when launched", podAffinity),
	known("pod-anti-affinity", SeverityWarning, "anti-affinity to other pods is not honoured",
		"EKS User Guide, Define which Pods use AWS Fargate when launched; containers-roadmap#1324", podAntiAffinity),
	known("reserved-port", SeverityWarning, "a container listens on port 10250",
		"EKS User Guide, View resource usage with the Kubernetes Metrics Server", inContainers(reservedPort)),
	known("scheduler-name", SeverityWarning, "the pod names its scheduler by hand",
		"eksctl userdocs, EKS Fargate Support; karpenter-provider-aws#7455", schedulerName),
	known("requests-unlike-limits", SeverityWarning, "requests of CPU or memory are not the limits",
		"EKS User Guide, Understand Fargate Pod configuration details; amazon-cloudwatch-agent#580, flux2#3138", together(podRequestsUnlikeLimits, inContainers(requestsUnlikeLimits))),
	known("finished-pods-kept", SeverityWarning, "the pods of a finished Job stay, and cost",
		guide, finishedPods),
	elsewhere("coredns-on-ec2", SeverityWarning, "CoreDNS is annotated to stay off Fargate",
		"EKS User Guide, Get started with AWS Fargate", coreDNSOnEC2),
}

func privileged(c Container, at place) []Finding {
	if c.SecurityContext == nil || !c.SecurityContext.Privileged {
		return nil
	}
	return refused(at.path("securityContext.privileged"), removeIt,
		`container %s is privileged: "Pod not supported on Fargate: invalid SecurityContext fields: Privileged"`, c.Name)
}

// capabilitiesAdded warns only: the Best Practices Guide says that capabilities can only be dropped, and
// the refusal was seen, but CoreDNS adds NET_BIND_SERVICE and runs on Fargate.
func capabilitiesAdded(c Container, at place) []Finding {
	if c.SecurityContext == nil || c.SecurityContext.Capabilities == nil {
		return nil
	}
	var found []Finding
	for i, name := range c.SecurityContext.Capabilities.Add {
		path := at.path("securityContext.capabilities.add" + index(i))
		if strings.TrimPrefix(name, "CAP_") == "NET_BIND_SERVICE" {
			found = append(found, risky(path, "if the pod stays Pending, remove it and listen on a port above 1023",
				"container %s adds the capability %s; AWS's guides say that capabilities can only be dropped, yet CoreDNS adds this one and runs on Fargate", c.Name, name)...)
			continue
		}
		found = append(found, risky(path, "drop it; "+keepOff,
			`container %s adds the capability %s; the scheduler has refused such pods: "Pod not supported on Fargate: invalid SecurityContext fields: Capabilities added: %s"`, c.Name, name, name)...)
	}
	return found
}

// privilegeEscalation warns only: it was refused in 2020, and nothing later was found.
func privilegeEscalation(c Container, at place) []Finding {
	if c.SecurityContext == nil || c.SecurityContext.AllowPrivilegeEscalation == nil || !*c.SecurityContext.AllowPrivilegeEscalation {
		return nil
	}
	return risky(at.path("securityContext.allowPrivilegeEscalation"), "set it to false, or leave it out",
		`container %s allows privilege escalation, which was refused in 2020: "Pod not supported on Fargate: invalid SecurityContext fields: AllowPrivilegeEscalation"`, c.Name)
}

func hostNetwork(pod Pod) []Finding {
	if !pod.Spec.HostNetwork {
		return nil
	}
	return refused(pod.field("hostNetwork"), removeIt, `the pod uses the host's network: "Pod not supported on Fargate: fields not supported: HostNetwork"`)
}

// hostPID and hostIPC are of the kind of hostNetwork: there is no host to share. No report of either was
// found, so that they are refused is inferred.
func hostPID(pod Pod) []Finding {
	return hostNamespace(pod, pod.Spec.HostPID, "hostPID", "process IDs")
}

func hostIPC(pod Pod) []Finding {
	return hostNamespace(pod, pod.Spec.HostIPC, "hostIPC", "inter-process communication")
}

func hostPort(c Container, at place) []Finding {
	var found []Finding
	for i, p := range c.Ports {
		if p.HostPort != 0 {
			found = append(found, refused(at.path("ports"+index(i)+".hostPort"), "remove it; other pods reach the containerPort at the pod's own address, or through a Service",
				`container %s takes port %d of the host: "Pod not supported on Fargate: port contains HostIP or HostPort"`, c.Name, p.HostPort)...)
		}
	}
	return found
}

func hostIP(c Container, at place) []Finding {
	var found []Finding
	for i, p := range c.Ports {
		if p.HostIP != "" {
			found = append(found, refused(at.path("ports"+index(i)+".hostIP"), "remove it; on Fargate a pod has addresses of its own",
				`container %s binds a port to the host's address %s: "Pod not supported on Fargate: port contains HostIP or HostPort"`, c.Name, p.HostIP)...)
		}
	}
	return found
}

func hostPath(v Volume, at place) []Finding {
	if v.Kind != "hostPath" {
		return nil
	}
	return refused(at.path(v.Kind), "use emptyDir for scratch space, or EFS for files that outlive the pod",
		`volume %s is a path of the host: "Pod not supported on Fargate: volumes not supported: %s is of an unsupported volume Type"`, v.Name, v.Name)
}

// volumeType knows what is refused: inline CSI volumes by report, EBS by the User Guide. Of other kinds
// no list is published. An inline volume of the EFS driver was not found in any report.
func volumeType(v Volume, at place) []Finding {
	switch v.Kind {
	case "", "emptyDir", "configMap", "secret", "projected", "downwardAPI", "hostPath", "ephemeral", "persistentVolumeClaim":
		return nil
	case "awsElasticBlockStore":
		return refused(at.path(v.Kind), useEFS, "volume %s is on EBS, which pods on Fargate cannot mount", v.Name)
	case "csi":
		if v.Driver != "efs.csi.aws.com" {
			return refused(at.path(v.Kind), "bring its content into the pod as a secret or configMap volume, or use a persistentVolumeClaim of EFS",
				`volume %s is an inline volume of the CSI driver %s: "Pod not supported on Fargate: volumes not supported: %s is of an unsupported volume Type"`, v.Name, v.Driver, v.Name)
		}
	}
	return risky(at.path(v.Kind), useEFS, "volume %s is of the kind %s; known to work are emptyDir, configMap, secret, projected, downwardAPI and claims of EFS, and AWS publishes no list", v.Name, v.Kind)
}

func ephemeralVolume(v Volume, at place) []Finding {
	if v.Kind != "ephemeral" {
		return nil
	}
	return refused(at.path(v.Kind), "use emptyDir (the pod has 20 GiB of storage, more by requests of ephemeral-storage), or a claim of EFS",
		"volume %s would be provisioned when the pod starts, and dynamic provisioning does not work on Fargate", v.Name)
}

// claim cannot see what the claim is bound to, so it says what must hold.
func claim(v Volume, at place) []Finding {
	if v.Kind != "persistentVolumeClaim" {
		return nil
	}
	return risky(at.path(v.Kind), useEFS,
		`volume %s works only if the claim %s is bound to a PersistentVolume of EFS that was made by hand; else "Pod not supported on Fargate: volumes not supported: %s not supported because: PVC %s not bound"`, v.Name, v.Claim, v.Name, v.Claim)
}

// claimTemplates cannot see whether somebody has made a PersistentVolume for each claim.
func claimTemplates(pod Pod) []Finding {
	var found []Finding
	for i, name := range pod.Workload.ClaimTemplates {
		found = append(found, risky("spec.volumeClaimTemplates"+index(i), "make a PersistentVolume of EFS for the claim of each pod beforehand (driver efs.csi.aws.com); other storage needs EC2 nodes",
			"every pod gets a claim of its own from the template %s; such claims are as a rule provisioned dynamically, which does not work on Fargate: only EFS, statically provisioned, does", name)...)
	}
	return found
}

func blockVolume(c Container, at place) []Finding {
	var found []Finding
	for i, d := range c.VolumeDevices {
		found = append(found, refused(at.path("volumeDevices"+index(i)), useEFS,
			"container %s uses %s as a raw block device; the only volumes that Fargate can mount are file systems of EFS", c.Name, d.Name)...)
	}
	return found
}

func daemonSet(pod Pod) []Finding {
	if !pod.madeByDaemonSet() {
		return nil
	}
	path := "kind"
	if pod.Running != nil {
		path = "metadata.ownerReferences"
	}
	return refused(path, "run it as a sidecar container in the pods that need it, and keep the DaemonSet off Fargate by a profile that does not select it",
		"DaemonSets do not run on Fargate")
}

// devices: the User Guide names GPUs and Inferentia. Any other device needs a plugin on its node, which
// is a DaemonSet; what Fargate's scheduler says to a pod that asks for one was not found.
func devices(c Container, at place) []Finding {
	if c.Resources.usual() {
		return nil
	}
	return unusualResources(c.Resources, "container "+c.Name, at.path)
}

func podDevices(pod Pod) []Finding {
	if pod.Spec.Resources == nil || pod.Spec.Resources.usual() {
		return nil
	}
	return unusualResources(*pod.Spec.Resources, "the pod", pod.field)
}

func architecture(pod Pod) []Finding {
	var found []Finding
	for _, key := range pod.unmetNodeLabels("kubernetes.io/arch", "beta.kubernetes.io/arch") {
		found = append(found, refused(keyPath(pod.field("nodeSelector"), key), "build the image for amd64, and ask for that or for nothing; "+keepOff,
			"the pod wants nodes with %s=%s; EKS on Fargate has amd64 only", key, pod.Spec.NodeSelector[key])...)
	}
	return found
}

func windowsPod(pod Pod) []Finding {
	var found []Finding
	for _, key := range pod.unmetNodeLabels("kubernetes.io/os", "beta.kubernetes.io/os") {
		found = append(found, refused(keyPath(pod.field("nodeSelector"), key), keepOff,
			"the pod wants nodes with %s=%s; EKS on Fargate has Linux only", key, pod.Spec.NodeSelector[key])...)
	}
	if pod.Spec.OS != nil && pod.Spec.OS.Name != "" && pod.Spec.OS.Name != "linux" {
		found = append(found, refused(pod.field("os.name"), keepOff, "the pod is for %s; EKS on Fargate has Linux only", pod.Spec.OS.Name)...)
	}
	if pod.Spec.SecurityContext != nil {
		found = append(found, windowsOptions(pod.Spec.SecurityContext.WindowsOptions, "the pod", pod.field("securityContext.windowsOptions"))...)
	}
	return found
}

func windowsContainer(c Container, at place) []Finding {
	if c.SecurityContext == nil || c.SecurityContext.WindowsOptions == nil {
		return nil
	}
	return windowsOptions(c.SecurityContext.WindowsOptions, "container "+c.Name, at.path("securityContext.windowsOptions"))
}

func nodeSelector(pod Pod) []Finding {
	var found []Finding
	for _, key := range pod.unmetNodeLabels() {
		r := NodeRequirement{Key: key, Operator: "In", Values: []string{pod.Spec.NodeSelector[key]}}
		found = append(found, nodeFinding(r, key+"="+r.Values[0], keyPath(pod.field("nodeSelector"), key))...)
	}
	return found
}

// nodeAffinity: the affinity of a DaemonSet's pods, to which its controller adds the node, says nothing new.
func nodeAffinity(pod Pod) []Finding {
	if pod.Spec.Affinity == nil || pod.Spec.Affinity.NodeAffinity == nil || pod.Spec.Affinity.NodeAffinity.Required == nil || pod.madeByDaemonSet() {
		return nil
	}
	return unmetTerms(pod.Spec.Affinity.NodeAffinity.Required.Terms, pod.field("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"))
}

func topologySpread(pod Pod) []Finding {
	if len(pod.Spec.TopologySpreadConstraints) == 0 {
		return nil
	}
	return risky(pod.field("topologySpreadConstraints"), spread, "Fargate does not honour topology spread constraints; the pods may all be in one zone")
}

func podAffinity(pod Pod) []Finding {
	if pod.Spec.Affinity == nil || !pod.Spec.Affinity.PodAffinity.hasTerms() {
		return nil
	}
	if pod.Spec.Affinity.PodAffinity.onlyHosts() {
		return risky(pod.field("affinity.podAffinity"), "put what must be together into one pod", "the pod wants to share a node with others; every pod on Fargate has a node of its own")
	}
	return risky(pod.field("affinity.podAffinity"), "to keep pods in one zone, select it by nodeSelector, which is honoured, or use a profile of one subnet", "Fargate does not honour affinity to other pods")
}

func podAntiAffinity(pod Pod) []Finding {
	if pod.Spec.Affinity == nil || !pod.Spec.Affinity.PodAntiAffinity.hasTerms() {
		return nil
	}
	if pod.Spec.Affinity.PodAntiAffinity.onlyHosts() {
		return risky(pod.field("affinity.podAntiAffinity"), "nothing is lost: every pod on Fargate has a node of its own; "+spread, "Fargate does not honour anti-affinity to other pods, and by host none is needed")
	}
	return risky(pod.field("affinity.podAntiAffinity"), spread, "Fargate does not honour anti-affinity to other pods; they may all be in one zone")
}

func reservedPort(c Container, at place) []Finding {
	var found []Finding
	for i, p := range c.Ports {
		if p.ContainerPort == 10250 {
			found = append(found, risky(at.path("ports"+index(i)+".containerPort"), "listen on another port, such as 10251, and let Services follow",
				"container %s listens on port 10250, which is reserved on Fargate", c.Name)...)
		}
	}
	return found
}

// schedulerName: in a pod that runs, the webhook has written fargate-scheduler; in a manifest somebody.
func schedulerName(pod Pod) []Finding {
	switch name := pod.Spec.SchedulerName; {
	case name == "" || name == DefaultScheduler || name == Scheduler && pod.Running != nil:
		return nil
	case name == Scheduler:
		return risky(pod.field("schedulerName"), "remove it; EKS's webhook writes it into the pods that a profile takes", "the manifest names the scheduler %s; a pod that matches no profile then stays Pending", name)
	default:
		return risky(pod.field("schedulerName"), removeIt, "the pod wants the scheduler %s; EKS's webhook writes %s into the pods that a profile takes", name, Scheduler)
	}
}

// requestsUnlikeLimits: the User Guide says that pods run with guaranteed priority, so the requested CPU
// and memory must be equal to the limit. So a request without a limit is told too; only what has limits
// alone is well, as Kubernetes sets its requests to them. Many such pods run, hence a warning.
func requestsUnlikeLimits(c Container, at place) []Finding {
	return unlikeLimits(c.Resources, func() string { return "container " + c.Name }, at.path)
}

func podRequestsUnlikeLimits(pod Pod) []Finding {
	if pod.Spec.Resources == nil {
		return nil
	}
	return unlikeLimits(*pod.Spec.Resources, func() string { return "the pod" }, pod.field)
}

func finishedPods(pod Pod) []Finding {
	if !pod.Workload.KeepsFinished {
		return nil
	}
	return risky(strings.TrimSuffix(pod.SpecPath, "template.spec")+"ttlSecondsAfterFinished", "set ttlSecondsAfterFinished in the Job's spec",
		"nothing removes the Job when it has finished, and its pods keep their Fargate nodes, which cost")
}

func coreDNSOnEC2(pod Pod) []Finding {
	if pod.Namespace != "kube-system" || pod.Labels["k8s-app"] != "kube-dns" || pod.Annotations[ComputeTypeAnnotation] != ComputeTypeEC2 {
		return nil
	}
	return risky(keyPath(strings.TrimSuffix(pod.SpecPath, "spec")+"metadata.annotations", ComputeTypeAnnotation),
		"with a profile that selects kube-system and k8s-app: kube-dns, run: "+moveCoreDNS,
		"CoreDNS is annotated for EC2; in a cluster without EC2 nodes it stays Pending, and no name resolves")
}
