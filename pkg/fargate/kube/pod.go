package kube

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/selector"
)

// The names that have a meaning for EKS (EKS User Guide, Define which Pods use AWS Fargate when launched).
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
	// ComputeTypeFargate is the value of the label ComputeTypeAnnotation on Fargate's nodes (sample-apex-skills PR#210),
	// and FargateNodes how their names begin.
	ComputeTypeFargate = "fargate"
	FargateNodes       = "fargate-"
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
	// Part tells the pods of one object apart: driver and executor of a SparkApplication. It is empty where the
	// object makes pods of one sort.
	Part string
	// Foreign reports whether the object belongs to an operator, which may add labels to its pods.
	Foreign bool
	// Incomplete reports whether the operator adds what the object does not show, containers for one, so that there is
	// no saying what size the pod has.
	Incomplete bool
	// Namespace is never empty once defaults are applied.
	Namespace string
	// Labels and Annotations are the pod's own: for a workload, the pod template's.
	Labels      map[string]string
	Annotations map[string]string
	// Spec is the pod's own: for a workload, the pod template's.
	Spec corev1.PodSpec
	// BadQuantities are the amounts of the source that are no quantities, in the order of the source; Spec
	// has zero in their places.
	BadQuantities []BadQuantity
	// SpecPath is where Spec lies in the object: spec, spec.template.spec.
	SpecPath string
	// Workload says how many pods the object makes.
	Workload Workload
	// Objects are those of the same input that decide about pods; may be nil.
	Objects *Objects
	// Running is what a cluster says of a pod that exists in it; nil for a manifest.
	Running *Running
	// LineOf returns the line of a field of the object (spec.containers[0].image), or of the nearest part
	// above it that is there. It may be nil, and works only while the pod is judged.
	LineOf func(path string) int
	// PathOf returns where a path below SpecPath lies in the object, for a pod whose parts lie apart in it; nil
	// otherwise.
	PathOf func(path string) string
}

// Workload is what a rule needs to know about the object around a pod template.
type Workload struct {
	// Replicas is how many pods run at once: replicas, or a Job's parallelism; Kubernetes' default of 1
	// where the manifest says nothing. A DaemonSet's is not known and 1.
	Replicas int
	// Labels and Annotations are the object's own, where it is no pod: EKS looks at those of its template alone.
	Labels, Annotations map[string]string
	// ClaimTemplates are the names of a StatefulSet's volumeClaimTemplates, each of which makes a claim for
	// every pod.
	ClaimTemplates []string
	// ClaimClasses are their StorageClasses, by the name of the template; nil for the default one.
	ClaimClasses map[string]*string
	// KeepsFinished reports whether the object is a Job, or makes Jobs, without ttlSecondsAfterFinished.
	KeepsFinished bool
	// Rollout is how a Deployment, StatefulSet or DaemonSet replaces its pods.
	Rollout Rollout
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
	// Unscheduled is what the condition PodScheduled says where it is False: the scheduler's own words, its reason
	// where it has no message.
	Unscheduled string
	// Stuck is what keeps containers from running, by their states: a reason and a message each. It is read where the
	// pod has a node and is not ready.
	Stuck []string
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

// MadeByDaemonSet reports whether the pod is a DaemonSet's template, or was made by one.
func (p Pod) MadeByDaemonSet() bool {
	return p.Kind == "DaemonSet" || p.Running != nil && p.Running.OwnerKind == "DaemonSet"
}

// TakenByFargate reports whether Fargate's scheduler has given the pod a node: what it might have refused, it
// did not refuse.
func (p Pod) TakenByFargate() bool {
	return p.Running != nil && p.Running.NodeName != "" && p.Spec.SchedulerName == Scheduler
}

// RequiredTerms returns the terms of the required node affinity.
func (p Pod) RequiredTerms() []corev1.NodeSelectorTerm {
	if p.Spec.Affinity == nil || p.Spec.Affinity.NodeAffinity == nil {
		return nil
	}
	if required := p.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution; required != nil {
		return required.NodeSelectorTerms
	}
	return nil
}

// MadeForNode returns the one node that a DaemonSet's pod is made for, by the affinity that its controller writes;
// empty for none.
func (p Pod) MadeForNode() string {
	for _, t := range p.RequiredTerms() {
		for _, f := range t.MatchFields {
			if p.MadeByDaemonSet() && f.Key == "metadata.name" && len(f.Values) == 1 {
				return f.Values[0]
			}
		}
	}
	return ""
}

// IsCoreDNS reports whether the pod is one of the cluster's DNS, by its label.
func (p Pod) IsCoreDNS() bool {
	return p.Namespace == "kube-system" && p.Labels["k8s-app"] == "kube-dns"
}

// Shape describes the pod as selectors see it: namespace web, app=api.
func (p Pod) Shape() string {
	return selector.Pod{Namespace: p.Namespace, Labels: p.Labels}.Shape()
}
