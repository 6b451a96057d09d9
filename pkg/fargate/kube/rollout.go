package kube

import "strconv"

// Rollout is how a workload replaces its pods when its template changes, as kubectl rollout restart has it do
// (Kubernetes, Deployments, Strategy; StatefulSets, Update strategies).
type Rollout struct {
	// Paused reports whether nothing is rolled out, whatever changes.
	Paused bool
	// Type is Recreate, RollingUpdate or OnDelete; empty for the default.
	Type string
	// MaxUnavailable is a number or a percentage as it is written; empty for the default.
	MaxUnavailable string
	// Partition is the first ordinal of a StatefulSet's pods that are replaced.
	Partition int
}

// KeepsPods returns why a restart does not replace all pods of a workload; it is empty where it does.
func (r Rollout) KeepsPods() string {
	switch {
	case r.Paused:
		return "its rollout is paused"
	case r.Type == "OnDelete":
		return "its update strategy is OnDelete, so that a restart replaces no pod"
	case r.Partition > 0:
		return "its update strategy has partition " + strconv.Itoa(r.Partition) + ", so that a restart replaces only a part"
	}
	return ""
}
