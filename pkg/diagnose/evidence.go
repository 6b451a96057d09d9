// Package diagnose says why a pod of a cluster is not, or not yet, running on Fargate: the evidence of a cluster to
// causes in the order of their weight, each with its cure. It is pure: it reads neither a cluster nor AWS, and what was
// not read it names. Start reading at Examiner.Examine, then at the rules in causes.go.
package diagnose

import (
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/logging"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// Evidence is what was read of a cluster besides its pods. A nil map or pointer was not read, which is not the same as
// empty.
type Evidence struct {
	// Cluster is the name of the cluster, for command lines; empty where it is not known.
	Cluster string
	// Profiles are those of the cluster; nil where they were not read.
	Profiles []fargate.Profile
	// Events are those of pods, by Key.
	Events map[string][]Event
	// Claims are the PersistentVolumeClaims, by Key.
	Claims map[string]Claim
	// Nodes are those of the cluster, by name.
	Nodes map[string]Node
	// Webhook reports whether EKS's webhook for Fargate is there.
	Webhook *bool
	// Objects has the SecurityGroupPolicies, the service accounts, and the cluster's security group; may be nil.
	Objects *kube.Objects
	// AuthenticationMode is the cluster's, empty where unknown; RoleMap is what its ConfigMap aws-auth says, nil where it
	// was not read.
	AuthenticationMode string
	RoleMap            *RoleMap
	// CoreDNSKept reports whether the pod template of the Deployment coredns is annotated to stay off Fargate; nil where
	// it was not read.
	CoreDNSKept *bool
	// Logging is the configuration of Fargate's log router; nil where there is none, or it was not read.
	Logging *logging.Config
	// Checks are what the pre-flight says of profiles that are there, by the profile's name.
	Checks map[string][]preflight.Result
	// Now is the time by which the age of a pod is judged.
	Now time.Time
}

// Event is what a component reported about a pod.
type Event struct {
	// From is the component, such as fargate-scheduler.
	From    string
	Reason  string
	Message string
}

// Claim is a PersistentVolumeClaim.
type Claim struct {
	// Phase is Pending, Bound or Lost.
	Phase string
}

// Key names an object of a namespace.
func Key(namespace, name string) string { return namespace + "/" + name }

// Case is what is the matter with the pods of one owner, and why. Its JSON form is a public contract: fields may be
// added.
type Case struct {
	Namespace string `json:"namespace"`
	// Owner is the workload as kubectl names it, or the pod itself.
	Owner string `json:"owner"`
	// Pods are the names of its pods that are in this state.
	Pods []string `json:"pods"`
	// Nodes are those that the pods are on, or that a DaemonSet's are made for, where it matters; may be empty.
	Nodes []string `json:"nodes,omitempty"`
	// State is what is the case, in a sentence without a full stop.
	State string `json:"state"`
	// Evidence is what was seen, Causes why, the certain ones first. Never nil.
	Evidence []Fact  `json:"evidence"`
	Causes   []Cause `json:"causes"`
}

// Fact is something that was seen.
type Fact struct {
	// From says where: a condition, an event, a label, a profile.
	From string `json:"from"`
	Text string `json:"text"`
}

// Cause is why a pod does not run, and what cures it.
type Cause struct {
	// Code is stable; those of messages are the codes of fgctl explain.
	Code string `json:"code"`
	// Certain reports whether the evidence shows it; the others are candidates.
	Certain bool `json:"certain"`
	// Text and Cure are sentences without a full stop; Command is the command line that cures, or shows more.
	Text    string `json:"text"`
	Cure    string `json:"cure"`
	Command string `json:"command,omitempty"`
	Source  string `json:"source,omitempty"`
}
