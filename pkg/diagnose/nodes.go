package diagnose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// Node is what matters of a node.
type Node struct {
	// Fargate reports whether the node is one of Fargate's, by its label.
	Fargate bool
	// Kubelet is the version of its kubelet.
	Kubelet string
}

// NeedsNodes reports whether the cluster's nodes decide about any of the pods.
func (e *Examiner) NeedsNodes() bool {
	return slices.ContainsFunc(e.subjects, func(s *subject) bool { return !s.taken() || s.strays() })
}

// node names the node that the pod is on or made for; empty for none.
func (s *subject) node() string { return cmp.Or(s.pod.Running.NodeName, s.pod.MadeForNode()) }

// known reports whether the pod's node was read, and is one of Fargate's, or is none.
func (s *subject) known(fargate bool) bool {
	n, ok := s.ev.Nodes[s.node()]
	return ok && n.Fargate == fargate
}

// strays reports whether the pod is with fargate-scheduler and on a node that does not have a name of Fargate's.
func (s *subject) strays() bool {
	name := s.pod.Running.NodeName
	return s.taken() && name != "" && !strings.HasPrefix(name, kube.FargateNodes)
}

// misled reports whether such a pod is known to be on another node.
func (s *subject) misled() bool { return s.strays() && s.known(false) }

// forFargate reports whether the pod is a DaemonSet's, made for a Fargate node: by the node's label, or by its name
// where nodes were not read.
func (s *subject) forFargate() bool {
	name := s.pod.MadeForNode()
	return name != "" && (s.known(true) || s.ev.Nodes == nil && strings.HasPrefix(name, kube.FargateNodes))
}

// nodes are those that a case names.
func (s *subject) nodes() []string {
	if s.known(false) || s.forFargate() {
		return []string{s.node()}
	}
	return nil
}

// misleads is a pod whose own template has chosen its node, which leaves its scheduler nothing to do.
func (s *subject) misleads() {
	if s.misled() {
		s.add(Cause{
			Code: "node-named", Certain: true,
			Text: "the pod is with fargate-scheduler, but on a node that is not Fargate's: it was made with spec.nodeName, " +
				"which schedulers leave alone",
			Cure: "take nodeName out of the pod template, then make the pod anew", Command: s.anew(),
			Source: "Kubernetes, Assigning Pods to Nodes, nodeName",
		})
	}
}

// otherNodes counts the nodes that were read and are not Fargate's.
func (s *subject) otherNodes() (count int) {
	for _, n := range s.ev.Nodes {
		if !n.Fargate {
			count++
		}
	}
	return count
}

// noteNodes notes what the cluster has for a pod that no profile took.
func (s *subject) noteNodes() {
	if !s.waits() || s.ev.Nodes == nil {
		return
	}
	if others := s.otherNodes(); others > 0 {
		s.fact("nodes of the cluster", "%d of %d are not Fargate's", others, len(s.ev.Nodes))
		return
	}
	s.fact("nodes of the cluster", "none that is not Fargate's, and Fargate's take only the pods that they were made for")
}
