package fargate

// This file holds a pod as the matching rules see it.

// The names that EKS gives a meaning (EKS User Guide, Define which Pods use AWS Fargate when launched).
const (
	// ProfileLabel on a pod pins it to the profile of that name; the pod must still match a selector
	// of that profile.
	ProfileLabel = "eks.amazonaws.com/fargate-profile"
	// ComputeTypeAnnotation with the value ComputeTypeEC2 on a pod template keeps its pods off Fargate.
	ComputeTypeAnnotation = "eks.amazonaws.com/compute-type"
	// ComputeTypeEC2 is the value of ComputeTypeAnnotation that excludes a pod.
	ComputeTypeEC2 = "ec2"
)

// Pod is a pod, or the pods that a workload's template would make.
type Pod struct {
	// Source is the file the pod was read from, "-" for standard input.
	Source string
	// Document counts the documents of the source from 1.
	Document int
	// Kind and Name are the manifest's: a Deployment stands for the pods of its template. Name may be
	// empty where only generateName is given.
	Kind string
	Name string
	// Namespace is never empty once defaults are applied.
	Namespace string
	// Labels and Annotations are the pod's own: for a workload, the pod template's.
	Labels      map[string]string
	Annotations map[string]string
}
