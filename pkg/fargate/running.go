package fargate

// A comparison of a pod that runs in a cluster with what a new pod of its kind would get: the webhook
// acts when a pod is created and never again, so the two may differ.

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The codes of findings about running pods.
const (
	CodeNotOnFargate     = "not-on-fargate"
	CodeOtherProfile     = "other-profile"
	CodeProfileDeleting  = "profile-deleting"
	CodeProfileGone      = "profile-gone"
	CodeWouldNotReturn   = "would-not-return"
	CodePendingOnFargate = "pending-on-fargate"
	CodeSchedulerSays    = "scheduler-says"
	CodeOtherSize        = "other-size"
)

// codeSchedulerName is also that of a manifest's schedulerName; see support.go.
const codeSchedulerName = "scheduler-name"

// guideDelete is the page on what a deletion does to pods.
const guideDelete = "EKS User Guide, Delete a Fargate profile"

// runningCodes describes them.
var runningCodes = []FindingCode{
	{
		CodeSchedulerSays, SeverityError, "a scheduler has written into the pod why it waits",
		"Kubernetes API, PodScheduled; eks-distro-prow-jobs PR#11; the text's own in fgctl explain",
	},
	{
		CodeNotOnFargate, SeverityError, "a pod matches a profile and is with another scheduler all the same",
		guidePods + "; pulumi-eks#1030, eksctl#8355, terraform-aws-eks#2864",
	},
	{
		CodeOtherProfile, SeverityWarning, "a pod runs on another profile than a new one would",
		"the webhook acts when a pod is created; sample-apex-skills PR#210",
	},
	{CodeProfileDeleting, SeverityWarning, "a pod runs on a profile that is being deleted", guideDelete},
	{CodeProfileGone, SeverityWarning, "a pod was taken by a profile that does not exist any more", guideDelete},
	{CodeWouldNotReturn, SeverityWarning, "a pod runs on Fargate, and a new one would not", guidePods},
	{
		CodePendingOnFargate, SeverityWarning, "a pod was taken by a profile and waits for a node",
		"containers-roadmap#2654",
	},
	{
		CodeOtherSize, SeverityWarning, "Fargate has provisioned another size than follows from the requests",
		"annotation CapacityProvisioned; " + sizing,
	},
}

// RunningState is what a running pod's own object says of its place.
type RunningState struct {
	// Scheduler is spec.schedulerName.
	Scheduler string `json:"scheduler"`
	// Profile is the Fargate profile that took the pod, empty where none did.
	Profile string `json:"profile"`
	// Node and Phase are spec.nodeName and status.phase.
	Node  string `json:"node"`
	Phase string `json:"phase"`
	// CreatedAt is the time of the pod's creation in UTC; nil where unknown.
	CreatedAt *time.Time `json:"createdAt"`
	// Provisioned is the size that Fargate has given the pod, by its annotation; nil where it says nothing.
	Provisioned *Amount `json:"provisioned"`
}

// Owner is what keeps pods alive: a Deployment, Job or another workload.
type Owner struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// String is the owner as kubectl names it.
func (o Owner) String() string { return o.Kind + "/" + o.Name }

// hashLabel is the label that sets the ReplicaSets of a Deployment apart; a ReplicaSet's name is the
// Deployment's with the hash behind it (Kubernetes, Deployments, Pod-template-hash label).
const hashLabel = "pod-template-hash"

// OwnerOf returns the workload of a running pod: the Deployment where the controller is one of its
// ReplicaSets. It is nil for a pod that nobody owns, and for a manifest.
func OwnerOf(pod Pod) *Owner {
	if pod.Running == nil || pod.Running.OwnerKind == "" {
		return nil
	}
	o := &Owner{Kind: pod.Running.OwnerKind, Name: pod.Running.OwnerName}
	if hash := pod.Labels[hashLabel]; o.Kind == "ReplicaSet" && hash != "" {
		if deployment, ok := strings.CutSuffix(o.Name, "-"+hash); ok && deployment != "" {
			o.Kind, o.Name = "Deployment", deployment
		}
	}
	return o
}

// taken reports whether EKS's webhook gave the pod to a profile. The webhook writes the scheduler and the
// label together (EKS User Guide, Define which Pods use AWS Fargate when launched; sample-apex-skills
// PR#210).
func taken(pod Pod) bool { return pod.Running != nil && pod.Spec.SchedulerName == Scheduler }

// finished reports whether a running pod has ended; where it ran does not matter any more.
func finished(r *Running) bool { return r.Phase == "Succeeded" || r.Phase == "Failed" }

// waits reports whether a running pod has no node yet.
func waits(pod Pod) bool { return pod.Running.Phase == "Pending" && pod.Running.NodeName == "" }

func runningState(pod Pod) *RunningState {
	if pod.Running == nil {
		return nil
	}
	s := &RunningState{
		Scheduler: pod.Spec.SchedulerName, Node: pod.Running.NodeName, Phase: pod.Running.Phase,
	}
	if at := pod.Running.CreatedAt.UTC(); !at.IsZero() {
		s.CreatedAt = &at
	}
	if taken(pod) {
		s.Profile, s.Provisioned = pod.Labels[ProfileLabel], provisioned(pod)
	}
	return s
}

// runningFindings returns where a running pod differs from the verdict, which is that of a new pod. They
// matter wherever the pod runs.
func runningFindings(pod Pod, e Explanation, profiles []compiledProfile) []Finding {
	if pod.Running == nil || finished(pod.Running) || pod.Running.Terminating {
		return nil
	}
	var f *Finding
	if taken(pod) {
		f = takenFinding(pod, e, profiles)
	} else {
		f = notTakenFinding(pod, e, profiles)
	}
	var findings []Finding
	if f != nil {
		findings = append(findings, *f)
	}
	// The scheduler's words are part of the former, and about a node of Fargate's they are explained by daemonSetNodes.
	if f == nil || f.Code != CodeNotOnFargate {
		findings = append(schedulerSays(pod, profiles), findings...)
	}
	findings = append(findings, otherSize(e)...)
	for i := range findings {
		findings[i].Elsewhere = true
	}
	return findings
}

// notTakenFinding: a pod that a profile would take today, but that another scheduler has. Pods that
// existed before the profile was ACTIVE stay where they are (EKS User Guide, Define which Pods use AWS
// Fargate when launched; pulumi-eks#1030, eksctl#8355).
func notTakenFinding(pod Pod, e Explanation, profiles []compiledProfile) *Finding {
	if e.Profile == "" || pod.Running.OwnerKind == "Node" {
		// Unmatched or excluded, it is where it belongs; and the mirror of a static pod stays with the kubelet
		// that made it (Kubernetes, Create static Pods).
		return nil
	}
	f := &Finding{Code: CodeNotOnFargate, Severity: SeverityWarning, Path: "spec.schedulerName"}
	if waits(pod) {
		f.Severity, f.IsCause = SeverityError, true
	}
	why := "it was probably created before the profile was ACTIVE"
	if p := findProfile(profiles, e.Profile); p != nil && !p.createdAt.IsZero() && !pod.Running.CreatedAt.IsZero() {
		switch created, profile := stamp(pod.Running.CreatedAt), stamp(p.createdAt); {
		case pod.Running.CreatedAt.Before(p.createdAt):
			why = fmt.Sprintf("it was created at %s, before the profile at %s", created, profile)
		case pod.Running.CreatedAt.Sub(p.createdAt) > slowestCreation:
			why = fmt.Sprintf("it was created at %s, long after the profile at %s: its labels or annotations have "+
				"probably changed since", created, profile)
		default:
			why = fmt.Sprintf("it was created at %s, and the profile at %s was probably not ACTIVE yet, or the pod's "+
				"labels changed later", created, profile)
		}
	}
	scheduler := pod.Spec.SchedulerName
	if scheduler == "" {
		scheduler = DefaultScheduler
	}
	f.Message = fmt.Sprintf("the pod matches profile %s and is with %s all the same: %s", e.Profile, scheduler, why)
	if text := pod.Running.Unscheduled; text != "" && waits(pod) {
		f.Message += fmt.Sprintf("; %s says: %q", scheduler, text)
	}
	f.Hint, f.Commands = anew(pod, e)
	return f
}

// anew says how a pod gets to where a new one would go. What Fargate would refuse is to be mended first, and
// a pod that runs elsewhere is better off there until then.
func anew(pod Pod, e Explanation) (hint string, commands []string) {
	refused := e.Refused()
	why := fmt.Sprintf(": Fargate would refuse a new pod (%s), and it would stay Pending; ",
		strings.Join(refused, ", "))
	first := "leave it there until that is mended"
	hint, commands = recreate(pod)
	switch {
	case len(refused) == 0:
		return hint, commands
	case pod.Running.OwnerKind == "DaemonSet":
		return "leave it there" + why + "keep such pods off Fargate by a profile that does not select them", nil
	case waits(pod):
		first = "mend that first"
	}
	return first + why + "then " + hint, commands
}

// slowestCreation is longer than EKS was seen to take from the creation of a profile to ACTIVE, six minutes
// (containers-roadmap#2392, eksctl PR#6375), and its scheduler to notice.
const slowestCreation = 15 * time.Minute

// takenFinding: a pod that a profile took, where today's verdict is another. The label was written by the
// webhook and is no pin.
func takenFinding(pod Pod, e Explanation, profiles []compiledProfile) *Finding {
	own := pod.Labels[ProfileLabel]
	if e.Profile != "" && slices.Contains(e.Candidates, own) && !waits(pod) {
		return nil // it is where it belongs
	}
	f := &Finding{Severity: SeverityWarning, Path: "metadata.labels[" + ProfileLabel + "]"}
	next := "a new pod would go to " + e.Profile
	hint, commands := recreate(pod)
	switch e.Verdict {
	case VerdictUnmatched, VerdictExcluded:
		next, hint, commands = "a new pod would be "+string(e.Verdict), "mend that before the pod is recreated", nil
	case VerdictAmbiguous:
		next = "a new pod would go to one of " + strings.Join(e.Candidates, ", ")
	case VerdictMatched:
	}
	p := findProfile(profiles, own)
	switch {
	case own == "":
		f.Code, f.Path = codeSchedulerName, "spec.schedulerName"
		f.Message = "the pod names " + Scheduler + ", but no profile took it: the label " + ProfileLabel + " is missing"
		f.Severity = SeverityError
		f.Hint = "take schedulerName out of the pod template; EKS writes it when a profile matches"
	case p == nil:
		f.Code = CodeProfileGone
		f.Message = fmt.Sprintf("the pod was taken by profile %s, which does not exist any more; %s", own, next)
		f.Hint, f.Commands = hint, commands
	case p.status == StatusDeleting:
		f.Code = CodeProfileDeleting
		f.Message = fmt.Sprintf("the pod runs on profile %s, which is DELETING: EKS deletes its pods with it; %s",
			own, next)
		f.Hint, f.Commands = "to move it now, "+hint, commands
		if e.Profile == "" {
			f.Hint = "mend that before it is deleted"
		}
	case e.Verdict == VerdictUnmatched || e.Verdict == VerdictExcluded:
		f.Code = CodeWouldNotReturn
		why := "its labels or annotations have changed, or the profile's selectors were others"
		if !p.status.TakesPods() {
			why = "the profile is " + string(p.status)
		}
		f.Message = fmt.Sprintf("the pod runs on profile %s, but %s: %s", own, next, why)
		f.Hint, f.Commands = hint, commands
	case !slices.Contains(e.Candidates, own):
		f.Code = CodeOtherProfile
		f.Message = fmt.Sprintf("the pod runs on profile %s; %s", own, next)
		f.Hint, f.Commands = "to move it, "+hint, commands
	default:
		// It waits: fargate-scheduler tries a pending pod essentially once (containers-roadmap#2654).
		f.Code = CodePendingOnFargate
		f.Message = fmt.Sprintf("the pod was taken by profile %s and is Pending without a node; fargate-scheduler "+
			"seldom tries a pod again", own)
		f.Hint, f.Commands = "when the cause is mended, "+hint, commands
		if len(pod.Objects.saidOf(pod)) == 0 {
			f.Hint = "if it stays so for minutes, read its events, and when the cause is mended, " + hint
			f.Commands = slices.Concat(describe(pod), commands)
		}
	}
	return f
}

// stamp writes a time to the second.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// isPlain reports whether a shell takes a name as it is; Kubernetes allows no others, but a file might.
func isPlain(name string) bool {
	const inner = ".-"
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789"+inner) == "" &&
		strings.Trim(name, inner) == name
}

// restartable are the kinds that kubectl rollout restart knows.
var restartable = map[string]string{"Deployment": "deployment", "StatefulSet": "statefulset", "DaemonSet": "daemonset"}

// recreate says how to recreate a running pod; no command where a shell would not take a name as it is.
func recreate(pod Pod) (hint string, commands []string) {
	const hintOnly = "recreate it"
	o := OwnerOf(pod)
	if !isPlain(pod.Namespace) || !isPlain(pod.Name) || o != nil && !isPlain(o.Name) {
		return hintOnly, nil
	}
	remove := []string{fmt.Sprintf("kubectl delete pod %s -n %s", pod.Name, pod.Namespace)}
	if o == nil {
		return "delete it, then apply its manifest again (nothing owns it)", remove
	}
	kind, ok := restartable[o.Kind]
	if o.Kind == "StatefulSet" && waits(pod) {
		ok = false // a rollout waits for the pod to be ready first (Kubernetes, StatefulSets, Forced rollback)
	}
	if ok && !pod.Running.OwnerForeign {
		return hintOnly, []string{fmt.Sprintf("kubectl rollout restart %s/%s -n %s", kind, o.Name, pod.Namespace)}
	}
	return hintOnly, remove
}

func describe(pod Pod) []string {
	if !isPlain(pod.Namespace) || !isPlain(pod.Name) {
		return nil
	}
	return []string{fmt.Sprintf("kubectl describe pod %s -n %s", pod.Name, pod.Namespace)}
}
