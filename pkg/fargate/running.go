package fargate

// A comparison of a pod that runs in a cluster with what a new pod of its kind would get: the webhook
// acts when a pod is created and never again, so the two may differ.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/support"
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

// codeSchedulerName is also that of a manifest's schedulerName; see rules.go.
const codeSchedulerName = "scheduler-name"

// guideDelete is the page on what a deletion does to pods.
const guideDelete = "EKS User Guide, Delete a Fargate profile"

// runningCodes describes them.
var runningCodes = []support.FindingCode{
	{
		Code: CodeSchedulerSays, Severity: support.SeverityError,
		Meaning: "a scheduler has written into the pod why it waits",
		Source:  "Kubernetes API, PodScheduled; eks-distro-prow-jobs PR#11; the text's own in fgctl explain",
	},
	{
		Code: CodeNotOnFargate, Severity: support.SeverityError,
		Meaning: "a pod matches a profile and is with another scheduler all the same",
		Source:  support.GuidePods + "; pulumi-eks#1030, eksctl#8355, terraform-aws-eks#2864",
	},
	{
		Code: CodeOtherProfile, Severity: support.SeverityWarning,
		Meaning: "a pod runs on another profile than a new one would",
		Source:  "the webhook acts when a pod is created; sample-apex-skills PR#210",
	},
	{
		Code: CodeProfileDeleting, Severity: support.SeverityWarning,
		Meaning: "a pod runs on a profile that is being deleted",
		Source:  guideDelete,
	},
	{
		Code: CodeProfileGone, Severity: support.SeverityWarning,
		Meaning: "a pod was taken by a profile that does not exist any more",
		Source:  guideDelete,
	},
	{
		Code: CodeWouldNotReturn, Severity: support.SeverityWarning,
		Meaning: "a pod runs on Fargate, and a new one would not",
		Source:  support.GuidePods,
	},
	{
		Code: CodePendingOnFargate, Severity: support.SeverityWarning,
		Meaning: "a pod was taken by a profile and waits for a node",
		Source:  "containers-roadmap#2654",
	},
	{
		Code: CodeOtherSize, Severity: support.SeverityWarning,
		Meaning: "Fargate has provisioned another size than follows from the requests",
		Source:  "annotation CapacityProvisioned; " + support.GuideSizes,
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
	Provisioned *support.Amount `json:"provisioned"`
}

// taken reports whether EKS's webhook gave the pod to a profile. The webhook writes the scheduler and the
// label together (EKS User Guide, Define which Pods use AWS Fargate when launched; sample-apex-skills
// PR#210).
func taken(pod kube.Pod) bool { return pod.Running != nil && pod.Spec.SchedulerName == kube.Scheduler }

// leaving reports whether a pod of a cluster has ended or is being deleted: where it ran does not matter any more, and
// whatever is made in its place is there already, or waits for its name.
func leaving(r *kube.Running) bool {
	return r.Phase == "Succeeded" || r.Phase == "Failed" || r.Terminating
}

// waits reports whether a running pod has no node yet.
func waits(pod kube.Pod) bool { return pod.Running.Phase == "Pending" && pod.Running.NodeName == "" }

func runningState(pod kube.Pod) *RunningState {
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
		s.Profile, s.Provisioned = pod.Labels[kube.ProfileLabel], provisioned(pod)
	}
	return s
}

// runningFindings returns where a running pod differs from the verdict, which is that of a new pod. They
// matter wherever the pod runs.
func runningFindings(pod kube.Pod, e Explanation, profiles []compiledProfile) []support.Finding {
	if pod.Running == nil || leaving(pod.Running) {
		return nil
	}
	find := notTakenFinding
	if taken(pod) {
		find = takenFinding
	}
	f := find(pod, e, profiles)
	var findings []support.Finding
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
func notTakenFinding(pod kube.Pod, e Explanation, profiles []compiledProfile) *support.Finding {
	if e.Profile == "" || pod.Running.OwnerKind == "Node" {
		// Unmatched or excluded, it is where it belongs; and the mirror of a static pod stays with the kubelet
		// that made it (Kubernetes, Create static Pods).
		return nil
	}
	f := &support.Finding{Code: CodeNotOnFargate, Severity: support.SeverityWarning, Path: "spec.schedulerName"}
	if waits(pod) {
		f.Severity, f.IsCause = support.SeverityError, true
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
	scheduler := cmp.Or(pod.Spec.SchedulerName, kube.DefaultScheduler)
	f.Message = fmt.Sprintf("the pod matches profile %s and is with %s all the same: %s", e.Profile, scheduler, why)
	if text := pod.Running.Unscheduled; text != "" && waits(pod) {
		f.Message += fmt.Sprintf("; %s says: %q", scheduler, text)
	}
	f.Hint, f.Commands = anew(pod, e)
	return f
}

// anew says how a pod gets to where a new one would go. What Fargate would refuse is to be mended first, and
// a pod that runs elsewhere is better off there until then.
func anew(pod kube.Pod, e Explanation) (hint string, commands []string) {
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
func takenFinding(pod kube.Pod, e Explanation, profiles []compiledProfile) *support.Finding {
	own := pod.Labels[kube.ProfileLabel]
	if e.Profile != "" && slices.Contains(e.Candidates, own) && !waits(pod) {
		return nil // it is where it belongs
	}
	f := &support.Finding{Severity: support.SeverityWarning, Path: "metadata.labels[" + kube.ProfileLabel + "]"}
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
		f.Message = "the pod names " + kube.Scheduler + ", but no profile took it: the label " + kube.ProfileLabel +
			" is missing"
		f.Severity = support.SeverityError
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
		if len(pod.Objects.SaidOf(pod)) == 0 {
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
var restartable = []string{"Deployment", "StatefulSet", "DaemonSet"}

// recreate says how to recreate a running pod; no command where a shell would not take a name as it is.
func recreate(pod kube.Pod) (hint string, commands []string) {
	const hintOnly = "recreate it"
	o := kube.OwnerOf(pod)
	if !isPlain(pod.Namespace) || !isPlain(pod.Name) || o != nil && !isPlain(o.Name) {
		return hintOnly, nil
	}
	remove := []string{fmt.Sprintf("kubectl delete pod %s -n %s", pod.Name, pod.Namespace)}
	if o == nil {
		return "delete it, then apply its manifest again (nothing owns it)", remove
	}
	// A rollout of a StatefulSet waits for the pod to be ready first (Kubernetes, StatefulSets, Forced rollback).
	isStuck := o.Kind == "StatefulSet" && waits(pod)
	if slices.Contains(restartable, o.Kind) && !isStuck && !pod.Running.OwnerForeign {
		return hintOnly, []string{
			fmt.Sprintf("kubectl rollout restart %s/%s -n %s", strings.ToLower(o.Kind), o.Name, pod.Namespace),
		}
	}
	return hintOnly, remove
}

func describe(pod kube.Pod) []string {
	if !isPlain(pod.Namespace) || !isPlain(pod.Name) {
		return nil
	}
	return []string{fmt.Sprintf("kubectl describe pod %s -n %s", pod.Name, pod.Namespace)}
}
