package kube

import "strings"

// Owner is what keeps pods alive: a Deployment, Job or another workload.
type Owner struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// String is the owner as kubectl names it.
func (o Owner) String() string { return o.Kind + "/" + o.Name }

// HashLabel is the label that sets the ReplicaSets of a Deployment apart; a ReplicaSet's name is the
// Deployment's with the hash behind it (Kubernetes, Deployments, Pod-template-hash label).
const HashLabel = "pod-template-hash"

// OwnerOf returns the workload of a running pod: the Deployment where the controller is one of its
// ReplicaSets. It is nil for a pod that nobody owns, and for a manifest.
func OwnerOf(pod Pod) *Owner {
	if pod.Running == nil || pod.Running.OwnerKind == "" {
		return nil
	}
	o := &Owner{Kind: pod.Running.OwnerKind, Name: pod.Running.OwnerName}
	if hash := pod.Labels[HashLabel]; o.Kind == "ReplicaSet" && hash != "" {
		if deployment, ok := strings.CutSuffix(o.Name, "-"+hash); ok && deployment != "" {
			o.Kind, o.Name = "Deployment", deployment
		}
	}
	return o
}

// On a running pod the label of its profile may be the webhook's or the template's, and only the template shows which.

// Owners remembers the workloads whose templates have ProfileLabel. Workloads have to be noted before the
// pods that they own are asked for.
type Owners struct {
	pins map[OwnerKey]bool
}

// OwnerKey names a workload of a cluster.
type OwnerKey struct{ Namespace, Kind, Name string }

// Note takes a workload; pods are ignored.
func (o *Owners) Note(pod Pod) {
	if pod.Running != nil || pod.Labels[ProfileLabel] == "" {
		return
	}
	if o.pins == nil {
		o.pins = map[OwnerKey]bool{}
	}
	o.pins[OwnerKey{pod.Namespace, pod.Kind, pod.Name}] = true
}

// Pins reports whether the workload behind a running pod is known to pin its pods.
func (o *Owners) Pins(pod Pod) bool {
	if pod.Running == nil || len(o.pins) == 0 {
		return false
	}
	owner := OwnerOf(pod)
	return owner != nil && (o.pins[OwnerKey{pod.Namespace, owner.Kind, owner.Name}] ||
		o.pins[OwnerKey{pod.Namespace, pod.Running.OwnerKind, pod.Running.OwnerName}])
}
