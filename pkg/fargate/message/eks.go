package message

const (
	guideProfile = "EKS User Guide, Fargate profiles"
	moto         = "moto 5.2.1"
	measured     = "badmintoncryer/cdk-preflight, measured in 2026-09"
)

// refusals are EKS's answers to requests about profiles.
func refusals() []entry {
	return []entry{
		{
			code: "exists", by: byEKS,
			pattern: `A Fargate Profile already exists with this name`,
			cause:   "the cluster has a profile of that name already",
			cure: "nothing where it is as wanted; profiles cannot be changed, so put a new one in its place with " +
				"fgctl replace",
			command: "fgctl get fargateprofile",
			source:  "eksctl#2591, #5652",
			example: "ResourceInUseException: A Fargate Profile already exists with this name in this cluster.",
		},
		{
			code: "busy-sibling", by: byEKS, passing: true,
			pattern: `Cannot (?:create|delete) Fargate Profile (?P<profile>\S+) because cluster (?P<cluster>\S+) currently ` +
				`has Fargate profile (?P<sibling>\S+) in status (?P<status>[A-Z_]+)`,
			cause:   "EKS changes one profile of a cluster at a time, and {sibling} is {status}",
			cure:    "wait for it; fgctl create, replace and delete wait by themselves",
			command: "fgctl get fargateprofile {sibling} --cluster {cluster}",
			source:  "hashicorp/terraform#25059, terraform-aws-eks PR#866",
			example: "Cannot create Fargate Profile web because cluster demo currently has Fargate profile api in " +
				"status CREATING",
		},
		{
			code: "update-in-progress", by: byEKS, passing: true,
			pattern: `because cluster (?P<cluster>\S+) currently has an update in progress`,
			cause: "the cluster {cluster} is being updated, which EKS does by itself too; its status may still be " +
				"ACTIVE",
			cure:    "wait some minutes and try again; fgctl waits by itself",
			source:  "terraform-aws-eks#2194, eksctl#8514, apache/airflow PR#72957",
			example: "Cannot Delete Fargate Profile web because cluster demo currently has an update in progress",
		},
		{
			code: "in-use", by: byEKS, general: true, ambiguous: true,
			pattern: `\bResourceInUseException\b`,
			cause: "the code alone stands for several things: the cluster has a profile of that name already; or, which " +
				"passes, another profile is CREATING or DELETING, or the cluster is being updated",
			cure: "look whether the profile is there and what state the others are in; explain tells the three apart by " +
				"the message behind the code",
			command: "fgctl get fargateprofile",
			source:  "eksctl#2591, hashicorp/terraform#25059, terraform-aws-eks#2194", example: "ResourceInUseException",
		},
		{
			code: "not-found", by: byEKS, general: true, ambiguous: true,
			pattern: `\bResourceNotFoundException\b`,
			cause:   "the code alone stands for two things: the cluster has no such profile, or there is no such cluster",
			cure:    "look which clusters and profiles this region and account have",
			command: "fgctl get fargateprofile --all-clusters",
			source:  moto, example: "ResourceNotFoundException",
		},
		{
			code: "profile-missing", by: byEKS,
			pattern: `No Fargate Profile found with name: (?P<profile>[^\s.]+)`,
			cause:   "the cluster has no profile {profile}",
			cure:    "look which profiles there are",
			command: "fgctl get fargateprofile",
			source:  moto,
			example: "ResourceNotFoundException: No Fargate Profile found with name: web.",
		},
		{
			code: "cluster-missing", by: byEKS,
			pattern: `No cluster found for name: (?P<cluster>[^\s.]+)`,
			cause:   "there is no cluster {cluster} in this region and account",
			cure:    "name the region with --region, or the account's credentials with --profile",
			command: "fgctl get fargateprofile --all-clusters",
			source:  moto,
			example: "ResourceNotFoundException: No cluster found for name: demo.",
		},
		{
			code: "cluster-not-active", by: byEKS, passing: true,
			pattern: `Cluster '(?P<cluster>[^']+)' is not in ACTIVE status`,
			cause:   "the cluster {cluster} is not ACTIVE",
			cure:    "wait until it is",
			command: "aws eks wait cluster-active --name {cluster}",
			source:  moto,
			example: "InvalidRequestException: Cluster 'demo' is not in ACTIVE status",
		},
		{
			code: "profiles-left", by: byEKS,
			pattern: `Cluster has Fargate Profiles in ACTIVE/CREATING state`,
			cause:   "a cluster with profiles cannot be deleted",
			cure:    "delete its profiles first",
			command: "fgctl delete fargateprofile --all",
			source:  "CAPA#4728",
			example: "Cluster has Fargate Profiles in ACTIVE/CREATING state",
		},
		{
			code: "kubelet-skew", by: byEKS,
			pattern: `Kubelet version of Fargate pods must be updated to match cluster version (?P<version>[0-9.]+)`,
			cause:   "some Fargate pods run an older kubelet than the cluster's next version allows",
			cure: "make those pods anew (rollout restart of their owners): a Fargate pod's kubelet is that of its " +
				"birth",
			command: "kubectl get nodes -l eks.amazonaws.com/compute-type=fargate",
			source:  "okctl#1015, eksctl#2545",
			example: "Kubelet version of Fargate pods must be updated to match cluster version 1.20 before updating " +
				"cluster version; Please recycle all offending pod replicas",
		},
		{
			code: "public-subnet", by: byEKS,
			pattern: `Subnet (?P<subnet>subnet-[0-9a-z]+) provided in Fargate Profile is not a private subnet`,
			cause:   "the route table of {subnet} sends traffic to an Internet Gateway",
			cure: "choose private subnets; fgctl create without --subnets finds them, and its pre-flight names the " +
				"table, the route and the gateway",
			source:  "awslabs/eks-perf-tests#195",
			example: "Subnet subnet-0ab49c01946ecc462 provided in Fargate Profile is not a private subnet",
		},
		{
			code: "zone-refused", by: byEKS,
			pattern: `Fargate Profile creation for the Availability Zone (?P<zone>\S+) for Subnet (?P<subnet>\S+) is ` +
				`not supported`,
			cause:  "there is no Fargate in {zone}, the zone of {subnet}",
			cure:   "leave {subnet} out",
			source: "eksctl, pkg/fargate/create.go",
			example: "Fargate Profile creation for the Availability Zone ca-central-1d for Subnet subnet-1234 is not " +
				"supported",
		},
		{
			code: "trust-policy", by: byEKS, passing: true,
			pattern: `Misconfigured PodExecutionRole Trust Policy`,
			cause: "the role's trust policy does not let eks-fargate-pods.amazonaws.com assume it for this profile, " +
				"by its principal or by a condition such as aws:SourceArn; of a role just made it may only not be " +
				"known everywhere yet",
			cure: "let the principal in, with arn:aws:eks:REGION:ACCOUNT:fargateprofile/CLUSTER/* as aws:SourceArn; " +
				"of a new role wait some seconds",
			source: rolePolicy + "; Terraform's retry of two minutes",
			example: "Misconfigured PodExecutionRole Trust Policy; Please add the eks-fargate-pods.amazonaws.com " +
				"Service Principal",
		},
		{
			code: "linked-role", by: byEKS,
			pattern: `Failed to validate if SLR: (?P<role>\S+) already exists due to missing permissions for ` +
				`'(?P<permission>[^']+)'`,
			cause:  "the caller may not ask for the service-linked role {role}",
			cure:   "allow the caller {permission} on it",
			source: "ACK community#1821",
			example: "Failed to validate if SLR: AWSServiceRoleForAmazonEKSForFargate already exists due to missing " +
				"permissions for 'iam:GetRole'",
		},
		{
			code: "pass-role", by: byEKS,
			pattern: `not authorized to perform: iam:PassRole`,
			cause:   "the caller may not hand the pod execution role to EKS",
			cure:    "allow the caller iam:PassRole on the role",
			source:  "aws-cdk#8546",
			example: "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:PassRole",
		},
		{
			code: "access-denied", by: byEKS, general: true,
			pattern: `not authorized to perform: (?P<action>[a-z0-9-]+:[A-Za-z*]+)`,
			cause:   "the caller's policies do not allow {action}",
			cure:    "allow the caller {action}; docs/settings.md lists what each command needs",
			source:  "IAM User Guide, Troubleshoot access denied error messages",
			example: "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: eks:CreateFargateProfile " +
				"on resource: arn:aws:eks:us-east-1:111122223333:cluster/demo",
		},
		{
			code: "subnets-unreadable", by: byEKS,
			pattern: `Missing permissions for "?(?P<action>ec2:Describe\w+)`,
			cause: "no subnets were given, so EKS looks for the cluster's private ones by the caller's permissions, " +
				"and the caller may not {action}",
			cure:   "allow the caller ec2:DescribeSubnets and ec2:DescribeRouteTables, or name the subnets with --subnets",
			source: "aws-cdk PR#7706, #7614", example: `Missing permissions for "ec2:DescribeSubnets"`,
		},
		{
			code: "propagating", by: byEKS, passing: true,
			pattern: `ResourcePropagationDelay|were created and are still propagating`,
			cause:   "what EKS has just made for the request, such as its service-linked role, is not known everywhere yet",
			cure:    "try again in some seconds; fgctl does so by itself",
			source:  "EKS API reference, ResourcePropagationDelayException",
			example: "ResourcePropagationDelayException: Required resources (such as service-linked roles) were " +
				"created and are still propagating. Retry later.",
		},
		{
			code: "throttled", by: byEKS, passing: true,
			pattern: `ThrottlingException|\bRate exceeded`,
			cause:   "the account sends this API more requests than it takes",
			cure:    "wait and try again; fgctl does so by itself",
			source:  "EKS API reference, Common Errors", example: "ThrottlingException: Rate exceeded",
		},
		{
			code: "quota", by: byEKS, general: true, ambiguous: true,
			pattern: `ResourceLimitExceededException`,
			cause: "a quota is reached: by default 10 profiles per cluster (L-33415657), 5 selectors per profile, 5 " +
				"labels per selector",
			cure:    "delete a profile that nothing uses, or have the quota raised; fgctl check tells how many slots are left",
			command: "fgctl check fargateprofile",
			source:  "EKS API reference, CreateFargateProfile; EKS User Guide, service quotas",
			example: "ResourceLimitExceededException",
		},
		{
			code: "zones", by: byEKS, general: true,
			pattern: `UnsupportedAvailabilityZoneException`,
			cause:   "at least one of the subnets is in a zone without Fargate",
			cure:    "leave such subnets out; fgctl create without --subnets finds those that Fargate can use",
			source:  "EKS API reference, CreateFargateProfile", example: "UnsupportedAvailabilityZoneException",
		},
		{
			code: "name-characters", by: byEKS,
			pattern: `name parameter contains invalid characters`,
			cause:   "a profile's name begins with a letter or digit and has letters, digits, hyphens and underscores",
			cure:    "choose such a name", source: measured,
			example: "The Fargate profile name parameter contains invalid characters.",
		},
		{
			code: "name-length", by: byEKS,
			pattern: `name parameter should not be greater than 100 characters`,
			cause:   "a profile's name has at most 100 characters, and 63 where it is to be a pod's label",
			cure:    "choose a shorter name", source: "aws-cdk#8706",
			example: "The Fargate profile name parameter should not be greater than 100 characters.",
		},
		{
			code: "name-reserved", by: byEKS,
			pattern: `profile name starts with the reserved prefix: 'eks-'`,
			cause:   "names that begin with eks- are EKS's own",
			cure:    "choose another name", source: "pulumi-eks#426",
			example: "The fargate profile name starts with the reserved prefix: 'eks-'.",
		},
		{
			code: "selectors-many", by: byEKS,
			pattern: `Request contains more than (?P<number>\d+) Selectors`,
			cause:   "a profile has at most {number} selectors, unless the quota L-D78D8AF8 is raised",
			cure:    "use wildcards, or spread the selectors over several profiles", source: guideProfile,
			example: "Request contains more than 5 Selectors",
		},
		{
			code: "labels-many", by: byEKS,
			pattern: `Selector with more than (?P<number>\d+) Label pairs`,
			cause:   "a selector has at most {number} labels, unless the quota L-23414FF3 is raised",
			cure:    "choose by fewer labels", source: moto,
			example: "Request contains Selector with more than 5 Label pairs",
		},
		{
			code: "selector-none", by: byEKS,
			pattern: `requires at least one selector|must have at least one selector with at least one namespace`,
			cause:   "a profile needs a selector, and each selector a namespace",
			cure:    "give --namespace or --selector", source: moto,
			example: "Fargate Profile requires at least one selector.",
		},
		{
			code: "namespace-invalid", by: byEKS,
			pattern: `The namespace provided is invalid`,
			cause:   "a namespace has lower-case letters, digits and -, and the wildcards * and ?",
			cure:    "mend the selector's namespace", source: measured,
			example: "The namespace provided is invalid.",
		},
		{
			code: "label-invalid", by: byEKS,
			pattern: `Selector label provided is invalid`,
			cause:   "a label of a selector is none of Kubernetes; EKS does not name it",
			cure:    "let fgctl create --dry-run name it", source: measured,
			example: "Selector label provided is invalid.",
		},
	}
}

// healthCodes are the codes of a profile's health.issues.
func healthCodes() []entry {
	const source = "EKS API reference, FargateProfileIssue"
	return []entry{
		{
			code: "role-in-use", by: byHealth, pattern: `PodExecutionRoleAlreadyInUse`,
			cause: "the profile's pod execution role is used elsewhere, by EC2 nodes",
			cure: "replace the profile with a role that no EC2 node uses: fgctl replace with " +
				"--pod-execution-role-arn or --create-pod-execution-role",
			source: source + "; eksctl#2290", example: "PodExecutionRoleAlreadyInUse",
		},
		{
			code: "health-access-denied", by: byHealth, ambiguous: true, pattern: `\bAccessDenied\b`,
			cause: "EKS lacks a permission to run the profile",
			cure: "read the rest of the message for the permission; the role's trust policy and EKS's access entry " +
				"are the usual places",
			source: source, example: "AccessDenied",
		},
		{
			code: "create-failed", by: byHealth, general: true, ambiguous: true, pattern: `\bCREATE_FAILED\b`,
			cause:   "EKS accepted the profile and could not make it; its health issues say why",
			cure:    "read them, mend what they name, delete the profile and create it again",
			command: "fgctl get fargateprofile -o wide", source: "EKS API reference, FargateProfile; hashicorp/terraform#25059",
			example: "unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'",
		},
		{
			code: "delete-failed", by: byHealth, general: true, ambiguous: true, pattern: `\bDELETE_FAILED\b`,
			cause:   "EKS could not delete the profile; its health issues say why",
			cure:    "read them, mend what they name, and delete the profile again",
			command: "fgctl get fargateprofile -o wide", source: "EKS API reference, FargateProfile",
			example: "waiting for EKS Fargate Profile (demo:web) delete: unexpected state 'DELETE_FAILED'",
		},
		{
			code: "cluster-unreachable", by: byHealth, passing: true, pattern: `ClusterUnreachable`,
			cause: "EKS could not reach the cluster's API server",
			cure:  "look at the cluster's health and try again", source: source, example: "ClusterUnreachable",
		},
		{
			code: "internal-failure", by: byHealth, passing: true, ambiguous: true, pattern: `InternalFailure`,
			cause:  "a failure inside of EKS",
			cure:   "try again: a profile in CREATE_FAILED is deleted and made anew, one in DELETE_FAILED deleted again",
			source: source, example: "InternalFailure",
		},
	}
}
