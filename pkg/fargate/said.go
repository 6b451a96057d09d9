package fargate

// What the schedulers have written into a pod: why it waits, and what size it got.

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/message"
	"github.com/fgctl/fgctl/pkg/fargate/support"
)

// capacityAnnotation is where fargate-scheduler writes the size that a pod got; written by anybody else it does
// nothing (containers-roadmap#1309).
const capacityAnnotation = "CapacityProvisioned"

// schedulerSays explains the words of the scheduler that has a waiting pod. They are the cause, so they come first;
// what a pod waits for with another scheduler is no error of Fargate's.
func schedulerSays(pod kube.Pod, profiles []compiledProfile) []support.Finding {
	if !waits(pod) || pod.MadeByDaemonSet() && fargateNode(pod) != "" {
		return nil
	}
	var out []support.Finding
	for _, text := range pod.Objects.SaidOf(pod) {
		out = append(out, explainSaid(strings.Join(strings.Fields(text), " "), pod, profiles)...)
	}
	return out
}

func explainSaid(said string, pod kube.Pod, profiles []compiledProfile) []support.Finding {
	who := cmp.Or(pod.Spec.SchedulerName, kube.DefaultScheduler)
	finding := support.Finding{
		Code: CodeSchedulerSays, Severity: support.SeverityWarning, Path: "status.conditions",
		Message: fmt.Sprintf("%s says: %q", who, said),
	}
	meanings := message.Explain(said)
	if len(meanings) == 0 {
		finding.Hint, finding.Commands = "what it means is not known here; read the pod's events", describe(pod)
		return []support.Finding{finding}
	}
	var out []support.Finding
	for _, m := range meanings {
		f := finding
		if len(meanings) > 1 {
			f.Message = fmt.Sprintf("%s says: %q", who, m.Said)
		}
		f.Message += "; " + m.Cause
		f.Hint, f.IsCause, f.Commands = m.Cure, true, commandsOf(m, pod, profiles)
		if taken(pod) && !m.Passing {
			f.Severity = support.SeverityError
		}
		out = append(out, f)
	}
	return out
}

// commandsOf completes the command of a meaning. One that cannot be completed, or asks for what is being answered, is
// left out.
func commandsOf(m message.Meaning, pod kube.Pod, profiles []compiledProfile) []string {
	command := m.Command
	for _, part := range m.Parts {
		if command != "" && !isPlain(part) && strings.Contains(command, part) {
			return nil
		}
	}
	cluster := ""
	if p := findProfile(profiles, cmp.Or(m.Parts["profile"], pod.Labels[kube.ProfileLabel])); p != nil {
		cluster = p.cluster
	}
	switch {
	case command == "", strings.HasPrefix(command, "fgctl match"):
		return nil
	case strings.HasPrefix(command, "kubectl get pvc "):
		if !isPlain(pod.Namespace) {
			return nil
		}
		command += " -n " + pod.Namespace
	case strings.Contains(command, "CLUSTER"):
		if !isPlain(cluster) {
			return nil
		}
		command = strings.ReplaceAll(command, "CLUSTER", cluster)
	case strings.HasPrefix(command, "fgctl ") && isPlain(cluster):
		command += " --cluster " + cluster
	}
	return []string{command}
}

// provisioned reads the annotation, written as 0.25vCPU 0.5GB; nil where it says nothing that can be read.
func provisioned(pod kube.Pod) *support.Amount {
	cpu, memory, ok := strings.Cut(strings.TrimSpace(pod.Annotations[capacityAnnotation]), " ")
	if !ok {
		return nil
	}
	vcpu, isCPU := strings.CutSuffix(cpu, "vCPU")
	gb, isMemory := strings.CutSuffix(strings.TrimSpace(memory), "GB")
	a, errCPU := strconv.ParseFloat(vcpu, 64)
	b, errMemory := strconv.ParseFloat(gb, 64)
	if !isCPU || !isMemory || errCPU != nil || errMemory != nil || !(a > 0 && a < 1e6 && b > 0 && b < 1e6) {
		return nil
	}
	return &support.Amount{VCPU: a, MemoryGB: b}
}

// otherSize compares the size that a pod got with the one computed from its requests.
func otherSize(e Explanation) []support.Finding {
	got := e.Running.Provisioned
	if got == nil || e.Capacity == nil || *got == (support.Amount{VCPU: e.Capacity.VCPU, MemoryGB: e.Capacity.MemoryGB}) {
		return nil
	}
	return []support.Finding{{
		Code: CodeOtherSize, Severity: support.SeverityWarning,
		Path: kube.KeyPath("metadata.annotations", capacityAnnotation),
		Message: fmt.Sprintf("Fargate has provisioned %s, but the pod's requests come to %s",
			got.Size(), e.Capacity.Size()),
		Hint: "the annotation is what is paid for; the requests may have been changed since, or be counted otherwise than " +
			"is documented",
	}}
}
