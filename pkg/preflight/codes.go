package preflight

import (
	"slices"

	"github.com/fgctl/fgctl/pkg/network"
)

// The codes of what the checks find. They are a contract: scripts and code scanning go by them.
const (
	CodeNotJudged = "not-judged"

	codeClusterGone    = "cluster-gone"
	codeClusterPlace   = "cluster-without-fargate"
	codeClusterOld     = "cluster-version"
	codeClusterStatus  = "cluster-not-active"
	codeClusterHealth  = "cluster-health"
	codeNoSlot         = "no-slot"
	codeQuotaRaised    = "quota-raised"
	codeBusy           = "sibling-busy"
	codeCreateFailed   = "create-failed"
	codeDeleteFailed   = "delete-failed"
	codeStuck          = "creating-stuck"
	codeInTransition   = "in-transition"
	codeHealth         = "profile-health"
	codeStatusUnknown  = "status-unknown"
	codeNameNoLabel    = "name-not-a-label"
	codeRedundant      = "selector-redundant"
	codeSystemPods     = "selector-system-pods"
	codeOverlap        = "profile-overlap"
	codeOverlapUnknown = "overlap-undecided"
	codeShadowed       = "selector-shadowed"
	codeDuplicate      = "profile-duplicate"
	codeSubnetGone     = "subnet-gone"
	codeSubnetForeign  = "subnet-other-vpc"
	codeSubnetPlace    = "subnet-without-fargate"
	codeSubnetPublic   = "subnet-public"
	codeSubnetUnknown  = "subnet-unrouted"
	codeSubnetsNone    = "subnets-none"
	codeSubnetsFull    = "subnets-full"
	codeVPCGuessed     = "vpc-unknown"
	codeNoWayOut       = "no-way-out"
	codeEndpoints      = "endpoints-missing"
	codeAPIClosed      = "api-unreachable"
	codeAPILimited     = "api-limited"
	codeRoleGone       = "role-gone"
	codeRoleForeign    = "role-other-account"
	codeRolePartition  = "role-other-partition"
	codeRolePath       = "role-path"
	codeRoleTrust      = "role-not-trusting"
	codeRoleUndecided  = "role-trust-undecided"
	codeRoleUnnamed    = "role-not-found"
	codeRoleInstances  = "role-trusts-ec2"
	codeRolePolicies   = "role-node-policy"
	codeRoleInUse      = "role-in-use"
	codeRoleNodeEntry  = "role-node-entry"
	codeRolePulls      = "role-cannot-pull"
	codeEntryStale     = "entry-stale"
	codeEntryType      = "entry-type"
	codeEntryMissing   = "entry-missing"
	codeUnmapped       = "role-unmapped"

	// CodeRoleUnused, CodeReplacement and CodeTags are found by lifecycle, which knows fgctl's tags.
	CodeRoleUnused  = "role-unused"
	CodeReplacement = "replacement-unfinished"
	CodeTags        = "tags-contradict"
)

// FlagAtFault returns the flag whose value a finding of this code blames; empty where something else is to be mended.
func FlagAtFault(code string) string {
	switch code {
	case codeClusterGone, codeClusterPlace:
		return "cluster"
	case codeSubnetGone, codeSubnetForeign, codeSubnetPlace, codeSubnetPublic:
		return "subnets"
	case codeRoleGone, codeRoleForeign, codeRolePartition:
		return "pod-execution-role-arn"
	}
	return ""
}

// Code is one kind of finding: what it means, and what to do.
type Code struct {
	Name, Check   string
	Meaning, Cure string
}

// Codes returns every code with its check, in the order of the checks.
func Codes() []Code {
	return slices.Concat(
		ofCheck("",
			code(CodeNotJudged, "something could not be read, so the check says nothing",
				"let the caller have the permission that is named"),
		),
		ofCheck(checkCluster,
			code(codeClusterGone, "the cluster does not exist", "check name, region and account"),
			code(codeClusterPlace, "the cluster lies where there is no Fargate: on AWS Outposts, or in AWS GovCloud (US)",
				"run these pods in another cluster"),
			code(codeClusterOld, "Kubernetes is older than 1.14", "update the cluster"),
			code(codeClusterStatus, "the cluster is not ACTIVE",
				"wait for it, or see what EKS says of it: aws eks describe-cluster"),
			code(codeClusterHealth, "EKS reports issues with the cluster", "mend what the issue names"),
		),
		ofCheck(checkSlots,
			code(codeNoSlot, "no profile slot is free, and every replacement needs one for a while",
				"delete a profile, or raise quota L-33415657 of Amazon EKS"),
			code(codeQuotaRaised,
				"there are more profiles than the default quota allows, so the free slots cannot be counted",
				"see quota L-33415657 in Service Quotas"),
		),
		ofCheck(checkSiblings,
			code(codeBusy, "another profile is in transition; create and replace wait for it", "wait"),
		),
		ofCheck(checkStatus,
			code(codeCreateFailed, "the profile is CREATE_FAILED: it takes no pods and never will",
				"mend what its health issue names, delete the profile, create it again"),
			code(codeDeleteFailed, "the profile is DELETE_FAILED: it takes no pods", "delete it again"),
			code(codeStuck, "the profile is CREATING for more than 25 minutes, and EKS changes no other meanwhile",
				"delete it and create it again; ask AWS Support where EKS refuses that"),
			code(codeInTransition, "the profile is CREATING or DELETING, and EKS changes no other meanwhile",
				"wait for it: fgctl wait fargateprofile. EKS does not show since when a profile is DELETING"),
			code(codeHealth, "the profile is ACTIVE, but EKS reports issues with it", "mend what the issue names"),
			code(codeStatusUnknown, "the profile has a status that fgctl does not know", "see the EKS API, FargateProfile"),
		),
		ofCheck(checkName,
			code(codeNameNoLabel, "the name cannot be the value of a pod label, so no pod can pin the profile",
				"replace the profile under another name"),
		),
		ofCheck(checkSelectors,
			code(codeRedundant, "a selector adds nothing to the profile's others", "replace the profile without it"),
			code(codeSystemPods, "a wildcard takes the pods of kube-system too",
				"narrow the pattern; system pods that cannot run on Fargate stay Pending"),
		),
		ofCheck(checkOverlap,
			code(codeOverlap, "one pod can match this profile and another one",
				"make the selectors disjoint, or pin pods by the label eks.amazonaws.com/fargate-profile"),
			code(codeOverlapUnknown, "the selectors are too involved to tell whether one pod can match both profiles",
				"make the selectors simpler"),
			code(codeShadowed, "other profiles take every pod of a selector, and one of them may come first by name",
				"remove the selector, or pin its pods"),
			code(codeDuplicate, "another profile has the same selectors", "delete one of the two"),
		),
		ofCheck(checkSubnets,
			code(codeSubnetGone, "a subnet of the profile does not exist", "replace the profile with subnets that do"),
			code(codeSubnetForeign, "a subnet lies in another VPC than the cluster",
				"replace the profile with subnets of the VPC"),
			code(codeSubnetPlace, "a subnet lies where there is no Fargate: a zone, an Outpost, or without IPv4",
				"replace the profile with the subnets that are named as usable"),
			code(codeSubnetPublic, "a subnet is public: its default route leads to an internet gateway",
				"route it through a NAT gateway, or replace the profile with private subnets"),
			code(subnetCode(network.PerhapsPublic),
				"a subnet may count as public: a narrower route leads to an internet gateway, or one to a gateway that is gone",
				"take the route away, or replace the profile with other subnets"),
			code(subnetCode(network.UnlistedZone), "AWS is not known to offer Fargate in the zone of a subnet",
				"replace the profile with subnets in other zones"),
			code(codeSubnetUnknown, "no route table is known for a subnet",
				"associate one; see aws ec2 describe-route-tables"),
			code(codeSubnetsNone, "the VPC has no subnet that Fargate can use", "make a private subnet"),
			code(subnetCode(network.NoAddress), "a subnet has no free IPv4 address",
				"free addresses, or add a subnet of a secondary CIDR block"),
			code(subnetCode(network.FewAddresses), "a subnet has fewer than 5 free IPv4 addresses, and every pod takes one",
				"free addresses, or add a subnet of a secondary CIDR block"),
			code(codeSubnetsFull, "no usable subnet has a free IPv4 address, so no pod starts",
				"free addresses, or add a subnet of a secondary CIDR block"),
			code(subnetCode(network.BrokenWay), "a default route leads to something that is gone (blackhole)",
				"route it to a NAT gateway that is there"),
			code(codeVPCGuessed, "EKS names neither the cluster's VPC nor its subnets, so the subnets may be of another VPC",
				"see that they are the cluster's"),
		),
		ofCheck(checkEgress,
			code(codeNoWayOut, "a subnet has neither a default route nor a VPC endpoint: image pulls hang",
				"route it to a NAT gateway, or make VPC endpoints for ecr.api, ecr.dkr and s3"),
			code(codeEndpoints, "a subnet without a default route lacks VPC endpoints that image pulls need",
				"make the endpoints that are named"),
			code(codeAPIClosed,
				"nodes cannot reach the cluster's API endpoint from a subnet: it has public access only, and the "+
					"subnet no default route, or a way out whose address the endpoint does not let in",
				"enable the endpoint's private access, or let the NAT gateways' addresses in"),
			code(codeAPILimited,
				"the API endpoint has public access only, from addresses that may not be the subnets' way out",
				"enable its private access, or let the NAT gateways' addresses in"),
		),
		ofCheck(checkRole,
			code(codeRoleGone, "the pod execution role does not exist",
				"replace the profile with another role, or make the role again"),
			code(codeRoleForeign, "the role belongs to another account",
				"replace the profile with a role of the cluster's account"),
			code(codeRolePartition, "the role's ARN is of another partition, or none",
				"replace the profile with a role of the cluster's account"),
			code(codeRolePath, "the role has a path, which the ConfigMap aws-auth cannot carry",
				"replace the profile with a role without one"),
			code(codeRoleTrust, "the trust policy does not let Fargate assume the role for this profile",
				"mend the policy as the message says; docs/roles.md has one that works"),
			code(codeRoleUndecided, "a condition of the trust policy cannot be judged",
				"make the condition plain, as docs/roles.md has it"),
			code(codeRoleUnnamed, "no role is named, and none could be chosen",
				"name one with --pod-execution-role-arn (in a file podExecutionRoleARN)"),
		),
		ofCheck(checkRoleUse,
			code(codeRoleInstances, "the role trusts ec2.amazonaws.com: EC2 nodes seem to use it",
				"replace the profile with a role of its own: --create-pod-execution-role"),
			code(codeRolePolicies, "the role has policies of EC2 nodes",
				"replace the profile with a role of its own: --create-pod-execution-role"),
			code(codeRoleNodeEntry, "the role's access entry is of a type for EC2 nodes",
				"replace the profile with a role of its own: --create-pod-execution-role"),
			code(codeRoleInUse, "EKS says that the role is in use elsewhere (PodExecutionRoleAlreadyInUse)",
				"replace the profile with a role of its own: --create-pod-execution-role"),
		),
		ofCheck(checkRolePolicy,
			code(codeRolePulls, "no managed policy lets the role pull images from Amazon ECR",
				"attach AmazonEKSFargatePodExecutionRolePolicy; an inline policy may do as well"),
		),
		ofCheck(checkAccess,
			code(codeEntryStale,
				"the role's access entry is older than the role: it was made for one that is deleted, and no longer "+
					"lets nodes in",
				"delete the entry and make it again with the type FARGATE_LINUX; the commands are shown"),
			code(codeEntryType, "the role's access entry is not of the type FARGATE_LINUX", "make it again with that type"),
			code(codeEntryMissing, "the role has no access entry, and the cluster lets nobody in without",
				"make one of the type FARGATE_LINUX"),
			code(codeUnmapped,
				"EKS says AccessDenied of a profile, and the cluster's mode is CONFIG_MAP: aws-auth seems not to map the role",
				"add the role to the ConfigMap aws-auth: kubectl edit configmap aws-auth --namespace kube-system"),
		),
		ofCheck(CheckRoles,
			code(CodeRoleUnused,
				"fgctl made a pod execution role for the cluster, and no profile of the cluster uses it any more",
				"remove it with the command that is shown, unless it is still wanted"),
		),
		ofCheck(CheckTags,
			code(CodeTags, "the tags by which fgctl knows replacements and applied profiles contradict each other",
				"delete or untag the profile that is named"),
		),
		ofCheck(CheckReplacement,
			code(CodeReplacement, "a replacement is unfinished", "finish or undo it; both commands are shown"),
		),
	)
}

// ofCheck returns the codes as those of a check.
func ofCheck(check string, codes ...Code) []Code {
	for i := range codes {
		codes[i].Check = check
	}
	return codes
}

func code(name, meaning, cure string) Code { return Code{Name: name, Meaning: meaning, Cure: cure} }

func subnetCode(kind network.Kind) string { return "subnet-" + string(kind) }
