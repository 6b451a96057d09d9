package fargate

// On a running pod the label of its profile may be the webhook's or the template's, and only the template shows which.

// Owners remembers the workloads whose templates have ProfileLabel. Workloads have to be noted before the
// pods that they own are asked for.
type Owners struct {
	pins map[ownerKey]bool
}

type ownerKey struct{ namespace, kind, name string }

// Note takes a workload; pods are ignored.
func (o *Owners) Note(pod Pod) {
	if pod.Running != nil || pod.Labels[ProfileLabel] == "" {
		return
	}
	if o.pins == nil {
		o.pins = map[ownerKey]bool{}
	}
	o.pins[ownerKey{pod.Namespace, pod.Kind, pod.Name}] = true
}

// Pins reports whether the workload behind a running pod is known to pin its pods.
func (o *Owners) Pins(pod Pod) bool {
	if pod.Running == nil || len(o.pins) == 0 {
		return false
	}
	owner := OwnerOf(pod)
	return owner != nil && (o.pins[ownerKey{pod.Namespace, owner.Kind, owner.Name}] ||
		o.pins[ownerKey{pod.Namespace, pod.Running.OwnerKind, pod.Running.OwnerName}])
}
