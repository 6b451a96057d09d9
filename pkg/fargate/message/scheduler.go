package message

// Who says something.
const (
	fargateScheduler = "fargate-scheduler"
	defaultScheduler = "default-scheduler"
	byEKS            = "EKS"
	byHealth         = "health of the profile"
	byFargate        = "Fargate (annotation of the pod)"
	byContainer      = "the container runtime (status of a container)"
	byAuthenticator  = "the cluster's authenticator"
	byKubelet        = "kubelet"
	byAPI            = "the Kubernetes API"
)

const (
	// recreate is the cure's end for what the scheduler does not look at again (containers-roadmap#2654).
	recreate   = "; then delete the pod, since a refused pod is seldom looked at again"
	guidePods  = "EKS User Guide, Fargate considerations"
	rolePolicy = "EKS User Guide, pod execution role"
)

// schedulerSays are the refusals of pods: what Fargate does not run, and pods that never came to it.
func schedulerSays() []entry {
	return []entry{
		{
			code: "privileged", by: fargateScheduler,
			pattern: `invalid SecurityContext fields: Privileged|SecurityContext fields: [^,]*\bPrivileged\b`,
			cause:   "a container is privileged, and Fargate runs no privileged containers",
			cure:    "take securityContext.privileged away, or let the pod run on EC2 nodes" + recreate,
			source:  guidePods + "; concourse-chart#236, aws-efs-csi-driver#1329",
			example: "Pod not supported on Fargate: invalid SecurityContext fields: Privileged",
		},
		{
			code: "capability", by: fargateScheduler,
			pattern: `Capabilities added: (?P<capability>[A-Z_]+(?:(?:,\s*|\s+)(?:CAP_)?[A-Z]+(?:_[A-Z]+)+)*)`,
			cause: "a container adds the capability {capability}; on Fargate capabilities can only be dropped, of " +
				"added ones only NET_BIND_SERVICE has been seen to run",
			cure:    "take {capability} out of capabilities.add, or let the pod run on EC2 nodes" + recreate,
			source:  "frappe/helm#182, aws-app-mesh-roadmap#158, containers-roadmap#682",
			example: "Pod not supported on Fargate: invalid SecurityContext fields: Capabilities added: NET_ADMIN",
		},
		{
			code: "privilege-escalation", by: fargateScheduler,
			pattern: `SecurityContext fields: [^,]*AllowPrivilegeEscalation`,
			cause:   "a container allows privilege escalation",
			cure:    "set allowPrivilegeEscalation: false" + recreate,
			source:  "ingress-nginx#4888 (2020)",
			example: "Pod not supported on Fargate: invalid SecurityContext fields: AllowPrivilegeEscalation",
		},
		{
			code: "field", by: fargateScheduler,
			pattern: `fields not supported: (?P<field>[A-Za-z]+(?:, (?:Host[A-Za-z]+|ShareProcessNamespace))*)`,
			cause:   "the pod uses {field}, which Fargate has not: there is no node that is the user's",
			cure:    "take {field} out of the pod's spec, or let the pod run on EC2 nodes" + recreate,
			source:  "aws-efs-csi-driver#589, containers-roadmap#1517",
			example: "Pod not supported on Fargate: fields not supported: HostNetwork",
		},
		{
			code: "host-port", by: fargateScheduler,
			pattern: `port contains HostIP or HostPort`,
			cause:   "a port of a container has a hostPort or a hostIP",
			cure:    "take hostPort and hostIP away; a Service reaches the pod by its own address" + recreate,
			source:  guidePods,
			example: "Pod not supported on Fargate: port contains HostIP or HostPort",
		},
		{
			code: "claim-not-bound", by: fargateScheduler,
			pattern: `(?:(?P<volume>\S+) not supported because: )?PVC (?P<claim>\S+) (?:is )?not bound`,
			cause: "the claim {claim} was not bound when the pod was judged, and Fargate's scheduler seldom judges " +
				"twice",
			cure: "see that the claim gets bound (Fargate takes EFS volumes that were made before), then delete the " +
				"pod once",
			command: "kubectl get pvc {claim}",
			source:  "aws-efs-csi-driver#793, aws-cdk#23375, langfuse README (2026)",
			example: "Pod not supported on Fargate: volumes not supported: data not supported because: PVC data not " +
				"bound",
		},
		{
			code: "claim-driver", by: fargateScheduler,
			pattern: `bound to invalid PV (?P<pv>\S+) with CSI Driver: (?P<driver>[\w.-]+\w)`,
			cause:   "the claim is bound to the volume {pv} of {driver}, and Fargate mounts EFS volumes only",
			cure:    "use a volume of efs.csi.aws.com, or let the pod run on EC2 nodes" + recreate,
			source:  "airbyte#15470; " + guidePods,
			example: "Pod not supported on Fargate: volumes not supported: data not supported because: PVC data " +
				"bound to invalid PV pvc-1 with CSI Driver: ebs.csi.aws.com",
		},
		{
			code: "claim-missing", by: fargateScheduler,
			pattern: `persistentvolumeclaim "(?P<claim>[^"]+)" not found`,
			cause:   "there is no claim {claim} in the pod's namespace",
			cure:    "make the claim, see that it gets bound, then delete the pod once",
			command: "kubectl get pvc {claim}",
			source:  "containers-roadmap#1382",
			example: `persistentvolumeclaim "data" not found`,
		},
		{
			code: "volume-type", by: fargateScheduler,
			pattern: `volumes not supported: (?P<volume>[\w.-]*\w)(?:[^\w\s:-]|$)|` +
				`(?P<named>\S+) is of an unsupported volume Type`,
			cause:   "the pod has a volume ({volume}{named}) of a type that Fargate does not mount, such as hostPath",
			cure:    "use emptyDir, configMap, secret, projected, downwardAPI or a claim on EFS" + recreate,
			source:  "pachyderm#4522, kube-s3#14",
			example: "Pod not supported on Fargate: volumes not supported: host-logs",
		},
		{
			code: "too-large", by: fargateScheduler,
			pattern: `cpu/memory requirements exceed the max Fargate configuration|POD_CPU_MEM_EXCEEDS_MAX_FARGATE_SIZE`,
			cause: "the pod requests more than the largest size that Fargate has: 16 vCPU and 120 GB, 256 MB of " +
				"which are Fargate's own",
			cure:    "request less, split the pod, or let it run on EC2 nodes",
			command: "fgctl match -f pod.yaml",
			source:  "eks-distro-prow-jobs PR#11; EKS User Guide, Fargate pod configuration",
			example: "Your pod's cpu/memory requirements exceed the max Fargate configuration",
		},
		{
			code: "node-selector", by: fargateScheduler,
			pattern: `MatchNodeSelector failed: Fargate profile (?P<profile>\S+) cannot satisfy pod's node selector/affinity`,
			cause: "the profile {profile} takes the pod, but no Fargate node has the labels that the pod's " +
				"nodeSelector or nodeAffinity wants",
			cure: "take the nodeSelector or the affinity away, or keep the pod off Fargate by the annotation " +
				"eks.amazonaws.com/compute-type: ec2 in its template",
			source: "aws-ebs-csi-driver PR#496, aws-efs-csi-driver#1068",
			example: "MatchNodeSelector failed: Fargate profile web cannot satisfy pod's node selector/affinity " +
				"requirements",
		},
		{
			code: "unsupported", by: fargateScheduler, general: true,
			pattern: `POD_UNSUPPORTED_ON_FARGATE|Pod not supported on Fargate\b(?:: [^,;]*)?`,
			cause:   "Fargate does not run a pod with this spec; what follows the colon names the fault",
			cure:    "change what is named; fgctl match tells all findings of the spec at once",
			command: "fgctl match -f pod.yaml",
			source:  guidePods,
			example: "Pod not supported on Fargate: ",
		},
	}
}

// provisioningSays are what stands between a pod that is taken and its node.
func provisioningSays() []entry {
	return []entry{
		{
			code: "role-not-assumed", by: fargateScheduler,
			pattern: `(?:fargate profile (?P<profile>\S+) blocked for new launches due to: )?Failed to assume PodExecutionRole`,
			cause: "Fargate cannot assume the pod execution role of profile {profile}: the role is missing, or its " +
				"trust policy does not let eks-fargate-pods.amazonaws.com assume it for this profile",
			cure: "mend the trust policy (its conditions too), or replace the profile with another role; then delete " +
				"the pod",
			command: "fgctl get fargateprofile {profile} -o yaml",
			source:  "terraform-aws-eks#2912, #2972; " + rolePolicy,
			example: "Misconfigured Fargate Profile: fargate profile web blocked for new launches due to: Failed to " +
				"assume PodExecutionRole; Please make sure the role exists and trusts the " +
				"eks-fargate-pods.amazonaws.com service principal",
		},
		{
			code: "role-not-in-auth-config", by: fargateScheduler,
			pattern: `(?:fargate profile (?P<profile>\S+) blocked for new launches due to: )?` +
				`Pod execution role is not found in auth config`,
			cause: "the cluster does not know the pod execution role of profile {profile}: its access entry or its " +
				"line in aws-auth is missing, or belongs to a role of the same name that was deleted",
			cure: "give the role an access entry of type FARGATE_LINUX, or under CONFIG_MAP its line in aws-auth " +
				"again; an entry older than the role must be deleted first",
			command: "aws eks list-access-entries --cluster-name CLUSTER",
			source:  "terraform-aws-eks#2912, #2972, containers-roadmap#2441, pulumi-eks#807",
			example: "Misconfigured Fargate Profile: fargate profile web blocked for new launches due to: Pod " +
				"execution role is not found in auth config or does not have all required permissions for launching " +
				"fargate pods.",
		},
		{
			code: "profile-blocked", by: fargateScheduler, general: true,
			pattern: `Misconfigured Fargate Profile(?:: fargate profile (?P<profile>\S+) blocked for new launches)?`,
			cause:   "EKS starts no new pods for profile {profile} as it stands; what follows names the fault",
			cure:    "mend what is named, then delete the pod",
			command: "fgctl get fargateprofile {profile} -o yaml",
			source:  "terraform-aws-eks#2912",
			example: "Misconfigured Fargate Profile: fargate profile web blocked for new launches",
		},
		{
			code: "capacity", by: fargateScheduler, passing: true,
			pattern: `Fargate capacity is unavailable at this time`,
			cause:   "Fargate has no room for the pod in the zones of the profile's subnets at the moment",
			cure:    "wait, since it is tried again; subnets in more zones help (fgctl replace with --subnets)",
			source:  "re:Post, Pending pods on Fargate",
			example: "Fargate capacity is unavailable at this time. Please try again later or in a different " +
				"availability zone",
		},
		{
			code: "provisioning-timed-out", by: fargateScheduler, passing: true,
			pattern: `Pod provisioning timed out(?: \(will retry\))?(?: for pod: (?P<pod>[\w./-]*\w))?`,
			cause: "the pod's node did not come up in time; most often the subnets have no way out to ECR, S3 and " +
				"the cluster's API endpoint",
			cure: "look at the subnets' way out (a NAT gateway, or the VPC endpoints ecr.api, ecr.dkr and s3) and at " +
				"the cluster's private endpoint access; it is tried again",
			source:  "eksctl#2690; EKS User Guide, private clusters",
			example: "Pod provisioning timed out (will retry) for pod: web/shop-7c9d5b6f48-abcde",
		},
		{
			code: "identity-unmapped", by: byAuthenticator,
			pattern: `identity is not mapped`,
			cause: "the cluster does not know an IAM role; of Fargate's nodes it is the pod execution role, also " +
				"where it was deleted and made again under its name, for its old access entry lets it in no more",
			cure: "give the role an access entry of type FARGATE_LINUX; delete one that is older than the role " +
				"first; then delete the pod",
			command: "aws eks list-access-entries --cluster-name CLUSTER",
			source:  "containers-roadmap#2441; EKS User Guide, Create access entries",
			example: "identity is not mapped",
		},
		{
			code: "cpu-quota", by: byContainer,
			pattern: `cpu\.cfs_quota_us"?: invalid argument`,
			cause: "a container does not start, for its CPU limit is above what the pod requests: Fargate's size " +
				"follows the requests",
			cure:    "set the limits to the requests, or leave the limits out, then make the pod anew",
			command: "fgctl match -f pod.yaml",
			source:  "containers-roadmap#1890, #1864, flux2#3138; EKS User Guide, Fargate pod configuration",
			example: `failed to write "100000": write /sys/fs/cgroup/cpu,cpuacct/kubepods/pod1/cpu.cfs_quota_us: ` +
				"invalid argument: unknown",
		},
		{
			code: "zone", by: fargateScheduler,
			pattern: `Fargate is not supported in the requested availability zone: (?P<zone>[a-z0-9-]+)`,
			cause:   "there is no Fargate in the zone {zone}",
			cure:    "give the profile subnets of other zones (fgctl replace with --subnets)",
			source:  "EKS User Guide, Fargate considerations; eksctl#2690",
			example: "Fargate is not supported in the requested availability zone: ca-central-1d",
		},
		{
			code: "untouched", by: defaultScheduler,
			// The second form is kube-scheduler's before 1.24; without any node it names no taint.
			pattern: `untolerated taint \{?eks\.amazonaws\.com/compute-type: ?fargate\}?|` +
				`had taint \{eks\.amazonaws\.com/compute-type: fargate\}|no nodes available to schedule pods`,
			cause: "the pod is with the default scheduler: no profile took it when it was made, and a toleration " +
				"would not bring it onto Fargate either",
			cure: "let an ACTIVE profile match the pod, then make the pod anew (rollout restart of its owner): pods " +
				"are judged when they are made",
			command: "fgctl match -f pod.yaml",
			source:  "pulumi-eks#1030, eksctl#8355, terraform-aws-eks#2864",
			example: "0/1 nodes are available: 1 node(s) had untolerated taint {eks.amazonaws.com/compute-type: " +
				"fargate}",
		},
		{
			code: "no-room", by: defaultScheduler, passing: true,
			pattern: `\d+ (?:Insufficient (?P<resource>[\w./-]*\w)|(?P<many>Too many pods))`,
			cause:   "no profile took the pod, and the cluster's other nodes have no room for it ({resource}{many})",
			cure: "where it is to run on Fargate, let an ACTIVE profile match it, then make it anew; else give the " +
				"nodes room, or request less",
			source:  "Kubernetes, Assigning Pods to Nodes; kube-scheduler, NodeResourcesFit",
			example: "0/3 nodes are available: 3 Insufficient cpu.",
		},
		{
			code: "other-nodes", by: defaultScheduler, passing: true,
			pattern: `didn't match (?:Pod's )?node (?:affinity/)?selector`,
			cause: "no profile took the pod, and the cluster's other nodes do not have the labels that its " +
				"nodeSelector or nodeAffinity wants; such a wish does not bring it onto Fargate",
			cure: "where it is to run on Fargate, let an ACTIVE profile match it, then make it anew; else add such a " +
				"node, or take the wish away",
			source:  "Kubernetes, Assigning Pods to Nodes; kube-scheduler, NodeAffinity; terraform-aws-eks#2943",
			example: "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
		},
		{
			code: "claim-unbound", by: defaultScheduler, passing: true,
			pattern: `pod has unbound immediate PersistentVolumeClaims`,
			cause:   "no profile took the pod, and one of its claims is not bound, without which no scheduler places it",
			cure: "see that the claim gets bound; where the pod is to run on Fargate, let an ACTIVE profile match it " +
				"too, then make it anew",
			command: "kubectl get pvc",
			source:  "Kubernetes, Persistent Volumes; kube-scheduler, VolumeBinding; " + guidePods,
			example: "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
		},
		{
			code: "scheduling-gates", by: byAPI, passing: true,
			pattern: `Scheduling is blocked due to non-empty scheduling gates`,
			cause:   "the pod has scheduling gates, and waits until who has set them removes them",
			cure:    "look at what has set spec.schedulingGates, such as a queue",
			source:  "Kubernetes, Pod Scheduling Readiness",
			example: "Scheduling is blocked due to non-empty scheduling gates",
		},
		{
			code: "image-pull", by: byKubelet, passing: true,
			pattern: `\bFailed to pull image\b|\bBack-off pulling image\b|\bErrImagePull\b|\bImagePullBackOff\b`,
			cause: "the node cannot pull an image: its name is wrong, its registry does not let the node in, or the " +
				"subnets have no way out to it",
			cure: "read what follows; an image in ECR needs AmazonEKSFargatePodExecutionRolePolicy on the pod " +
				"execution role, and the subnets need a NAT gateway or the VPC endpoints ecr.api, ecr.dkr and s3; it " +
				"is tried again",
			source:  "Kubernetes, Images; " + rolePolicy + "; EKS User Guide, private clusters",
			example: `Failed to pull image "111122223333.dkr.ecr.us-east-1.amazonaws.com/shop:1": i/o timeout`,
		},
		{
			code: "logging-off", by: byFargate,
			pattern: `LOGGING_CONFIGMAP_NOT_FOUND|Disabled logging because aws-logging configmap was not found`,
			cause:   "the pod's logs go nowhere: there was no ConfigMap aws-logging in the namespace aws-observability",
			cure:    "nothing where no logs are wanted; else make the ConfigMap, and the pod anew",
			source:  "EKS User Guide, Fargate logging; containers-roadmap#2165",
			example: "LoggingDisabled: LOGGING_CONFIGMAP_NOT_FOUND",
		},
		{
			code: "logging-invalid", by: fargateScheduler,
			pattern: `Disabled logging for pod due to invalid configmap\.? ?(?P<fault>.*?)\.? Please fix the logging configmap`,
			cause:   "the pod's logs go nowhere: Fargate does not take the ConfigMap aws-logging ({fault})",
			cure:    "mend the ConfigMap, then make the pod anew",
			command: "kubectl edit configmap aws-logging -n aws-observability",
			source:  "DataDog/documentation#24023; EKS User Guide, Fargate logging",
			example: "Disabled logging for pod due to invalid configmap. amazon_data_firehose is not a supported " +
				"output plugin. Please fix the logging configmap",
		},
		{
			code: "logging-refused", by: byEKS,
			pattern: `eks-fargate-configmaps-admission\S* denied the request: (?P<fault>.*?)\.? Please fix the logging ` +
				`configmap`,
			cause: "EKS's webhook does not let the ConfigMap aws-logging be written ({fault}); what was there before stays",
			cure: "mend the ConfigMap before it is applied; fgctl match names what is wrong with it where it is " +
				"among the manifests",
			source: "aws-for-fluent-bit#261; EKS User Guide, Fargate logging",
			example: `admission webhook "0500-amazon-eks-fargate-configmaps-admission.amazonaws.com" denied the request: ` +
				"loki is not a supported output plugin. Please fix the logging configmap",
		},
	}
}
