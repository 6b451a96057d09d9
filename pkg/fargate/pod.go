package fargate

// This file holds a pod as the rules see it: what chooses its profile, and what runs it.

import "time"

// The names that EKS gives a meaning (EKS User Guide, Define which Pods use AWS Fargate when launched).
const (
	// ProfileLabel on a pod pins it to the profile of that name; the pod must still match a selector
	// of that profile.
	ProfileLabel = "eks.amazonaws.com/fargate-profile"
	// ComputeTypeAnnotation with the value ComputeTypeEC2 on a pod template keeps its pods off Fargate.
	ComputeTypeAnnotation = "eks.amazonaws.com/compute-type"
	// ComputeTypeEC2 is the value of ComputeTypeAnnotation that excludes a pod.
	ComputeTypeEC2 = "ec2"
	// Scheduler is the scheduler that EKS's webhook names in the pods that a profile takes.
	Scheduler = "fargate-scheduler"
	// DefaultScheduler is Kubernetes' own; an empty name means it too.
	DefaultScheduler = "default-scheduler"
)

// Pod is a pod, or the pods that a workload's template would make.
type Pod struct {
	// Source is the file the pod was read from, "-" for standard input.
	Source string
	// Document counts the documents of the source from 1.
	Document int
	// Line is where the object begins in the source, counted from 1; 0 where unknown.
	Line int
	// Kind and Name are the manifest's: a Deployment stands for the pods of its template. Name may be
	// empty where only generateName is given.
	Kind string
	Name string
	// Namespace is never empty once defaults are applied.
	Namespace string
	// Labels and Annotations are the pod's own: for a workload, the pod template's.
	Labels      map[string]string
	Annotations map[string]string
	// Spec is the pod's own: for a workload, the pod template's.
	Spec PodSpec
	// SpecPath is where Spec lies in the object: spec, spec.template.spec.
	SpecPath string
	// Workload says how many pods the object makes.
	Workload Workload
	// Running is what a cluster says of a pod that exists in it; nil for a manifest.
	Running *Running
	// LineOf gives the line of a field of the object (spec.containers[0].image), or of the nearest part
	// above it that is there. It may be nil, and works only while the pod is judged.
	LineOf func(path string) int
}

// Workload is what a rule needs to know about the object around a pod template.
type Workload struct {
	// Replicas is how many pods run at once: replicas, or a Job's parallelism; Kubernetes' default of 1
	// where the manifest says nothing. A DaemonSet's is not known and 1.
	Replicas int
	// ClaimTemplates are the names of a StatefulSet's volumeClaimTemplates, each of which makes a claim for
	// every pod.
	ClaimTemplates []string
	// KeepsFinished reports whether the object is a Job, or makes Jobs, without ttlSecondsAfterFinished.
	KeepsFinished bool
	// OwnerKind and OwnerName are the controller's among the owner references: of a ReplicaSet in a cluster
	// its Deployment.
	OwnerKind string
	OwnerName string
}

// Running is what the cluster's API says of a pod that exists.
type Running struct {
	// CreatedAt is metadata.creationTimestamp.
	CreatedAt time.Time
	// OwnerKind and OwnerName are the controller's among the owner references; empty for a pod that was
	// made by hand.
	OwnerKind string
	OwnerName string
	// OwnerForeign reports whether the owner's kind is not Kubernetes' own, so that kubectl rollout does not know
	// it: OpenKruise has a StatefulSet, too.
	OwnerForeign bool
	// OwnerPins reports whether the owner's template has ProfileLabel itself. A pod alone does not show that:
	// see Owners.
	OwnerPins bool
	// Phase is status.phase: Pending, Running, Succeeded, Failed or Unknown.
	Phase string
	// NodeName is the node that the pod is bound to, empty while it waits.
	NodeName string
	// NotReady reports whether the condition Ready is there and is not True, or the phase is Pending. It is
	// read only where budgets are (manifest.Options).
	NotReady bool
	// Terminating reports whether the pod is being deleted (metadata.deletionTimestamp).
	Terminating bool
}

// PodSpec is the part of a Kubernetes PodSpec that the rules look at, in Kubernetes' own words.
// Quantities stay text, so that a wrong one can be named.
type PodSpec struct {
	InitContainers            []Container                `json:"initContainers"`
	Containers                []Container                `json:"containers"`
	Volumes                   []Volume                   `json:"volumes"`
	NodeSelector              map[string]string          `json:"nodeSelector"`
	Affinity                  *Affinity                  `json:"affinity"`
	TopologySpreadConstraints []TopologySpreadConstraint `json:"topologySpreadConstraints"`
	SchedulerName             string                     `json:"schedulerName"`
	HostNetwork               bool                       `json:"hostNetwork"`
	HostPID                   bool                       `json:"hostPID"`
	HostIPC                   bool                       `json:"hostIPC"`
	RuntimeClassName          string                     `json:"runtimeClassName"`
	Overhead                  ResourceList               `json:"overhead"`
	Resources                 *Resources                 `json:"resources"`
	OS                        *PodOS                     `json:"os"`
	SecurityContext           *PodSecurityContext        `json:"securityContext"`
}

// Container is a container or an init container; one of the latter with RestartPolicy Always is a
// native sidecar.
type Container struct {
	Name            string           `json:"name"`
	Resources       Resources        `json:"resources"`
	Ports           []ContainerPort  `json:"ports"`
	SecurityContext *SecurityContext `json:"securityContext"`
	VolumeDevices   []VolumeDevice   `json:"volumeDevices"`
	RestartPolicy   string           `json:"restartPolicy"`
}

// ResourceList is quantities as they are written (500m, 1Gi), by resource name.
type ResourceList map[string]string

// Resources are requests and limits, of a container or of the whole pod.
type Resources struct {
	Requests ResourceList `json:"requests"`
	Limits   ResourceList `json:"limits"`
}

// ContainerPort is an entry of a container's ports.
type ContainerPort struct {
	ContainerPort int    `json:"containerPort"`
	HostPort      int    `json:"hostPort"`
	HostIP        string `json:"hostIP"`
}

// SecurityContext is a container's.
type SecurityContext struct {
	Privileged               bool            `json:"privileged"`
	AllowPrivilegeEscalation *bool           `json:"allowPrivilegeEscalation"`
	Capabilities             *Capabilities   `json:"capabilities"`
	WindowsOptions           *WindowsOptions `json:"windowsOptions"`
}

// PodSecurityContext is the pod's own.
type PodSecurityContext struct {
	WindowsOptions *WindowsOptions `json:"windowsOptions"`
}

// Capabilities are the Linux capabilities that a container adds; what it drops does not matter here.
type Capabilities struct {
	Add []string `json:"add"`
}

// WindowsOptions matters by being there, and by asking for a process on the host.
type WindowsOptions struct {
	HostProcess bool `json:"hostProcess"`
}

// VolumeDevice is a raw block device of a container.
type VolumeDevice struct {
	Name string `json:"name"`
}

// PodOS is the operating system that the pod states.
type PodOS struct {
	Name string `json:"name"`
}

// Volume is a volume of a pod. Kind is the name of its source, as it is written in the manifest:
// emptyDir, hostPath, persistentVolumeClaim. It is empty where the manifest names none, which means
// emptyDir.
type Volume struct {
	Name string
	Kind string
	// Claim is the name of the claim of a persistentVolumeClaim.
	Claim string
	// Driver is the driver of a csi volume.
	Driver string
}

// Affinity is the scheduling rules of a pod that go beyond its node selector.
type Affinity struct {
	NodeAffinity    *NodeAffinity `json:"nodeAffinity"`
	PodAffinity     *PodAffinity  `json:"podAffinity"`
	PodAntiAffinity *PodAffinity  `json:"podAntiAffinity"`
}

// NodeAffinity holds the required terms; preferred ones do not hold a pod back.
type NodeAffinity struct {
	Required *NodeSelector `json:"requiredDuringSchedulingIgnoredDuringExecution"`
}

// NodeSelector holds terms of which one has to hold.
type NodeSelector struct {
	Terms []NodeTerm `json:"nodeSelectorTerms"`
}

// PodAffinity is a podAffinity or podAntiAffinity.
type PodAffinity struct {
	Required  []PodAffinityTerm         `json:"requiredDuringSchedulingIgnoredDuringExecution"`
	Preferred []WeightedPodAffinityTerm `json:"preferredDuringSchedulingIgnoredDuringExecution"`
}

// PodAffinityTerm says over which parts of the cluster pods stay together or apart.
type PodAffinityTerm struct {
	TopologyKey string `json:"topologyKey"`
}

// WeightedPodAffinityTerm is a preferred term.
type WeightedPodAffinityTerm struct {
	Term PodAffinityTerm `json:"podAffinityTerm"`
}

// NodeTerm is a nodeSelectorTerm: all its requirements have to hold.
type NodeTerm struct {
	Expressions []NodeRequirement `json:"matchExpressions"`
	// Fields know only metadata.name.
	Fields []NodeRequirement `json:"matchFields"`
}

// NodeRequirement is one requirement on a node's labels or fields. Operator is In, NotIn, Exists,
// DoesNotExist, Gt or Lt.
type NodeRequirement struct {
	Key      string   `json:"key"`
	Operator string   `json:"operator"`
	Values   []string `json:"values"`
}

// TopologySpreadConstraint is an entry of topologySpreadConstraints.
type TopologySpreadConstraint struct {
	TopologyKey       string `json:"topologyKey"`
	WhenUnsatisfiable string `json:"whenUnsatisfiable"`
}
