package support

// What the rules of rules.go share: how they walk over a pod, name a place in it and make a finding. Paths are
// built only for what is found, so that a clean pod costs no memory.

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// Hints that several rules give.
const (
	goAway = "narrow the profile's selector, or annotate the pod template with eks.amazonaws.com/compute-type: ec2"

	keepOff  = "to keep the pod off Fargate, " + goAway
	removeIt = "remove it; " + keepOff
	useEFS   = "use a claim of EFS whose PersistentVolume was made by hand (driver efs.csi.aws.com, no dynamic " +
		"provisioning); other storage needs EC2 nodes"
	spread = "to spread pods over zones, use two profiles of one subnet each"
)

// refused makes a finding of what Fargate is known to refuse.
func refused(path, hint, format string, args ...any) []Finding {
	return []Finding{{Severity: SeverityError, Path: path, Hint: hint, Message: fmt.Sprintf(format, args...)}}
}

// risky makes a finding of what Fargate ignores, changes, or perhaps refuses.
func risky(path, hint, format string, args ...any) []Finding {
	return []Finding{{Severity: SeverityWarning, Path: path, Hint: hint, Message: fmt.Sprintf(format, args...)}}
}

// minor marks findings of little weight.
func minor(found []Finding) []Finding {
	for i := range found {
		found[i].IsMinor = true
	}
	return found
}

// place is where a container or a volume is.
type place struct {
	specPath string
	list     string // containers, initContainers, volumes
	index    int
}

// path returns the place of a field of the container or volume.
func (p place) path(field string) string {
	return p.specPath + "." + p.list + kube.Index(p.index) + "." + field
}

// containerList is one of the two lists of containers of a pod.
type containerList struct {
	name       string
	containers []corev1.Container
}

// inContainers makes a rule of a judgement of one container.
func inContainers(judge func(*corev1.Container, place) []Finding) func(kube.Pod) []Finding {
	return func(pod kube.Pod) []Finding {
		var found []Finding
		for _, list := range lists(pod) {
			for i := range list.containers {
				found = append(found, judge(&list.containers[i], place{pod.SpecPath, list.name, i})...)
			}
		}
		return found
	}
}

// inVolumes makes a rule of a judgement of one volume.
func inVolumes(judge func(*corev1.Volume, place) []Finding) func(kube.Pod) []Finding {
	return func(pod kube.Pod) []Finding {
		var found []Finding //nolint:prealloc // a clean pod costs no memory
		for i := range pod.Spec.Volumes {
			found = append(found, judge(&pod.Spec.Volumes[i], place{pod.SpecPath, "volumes", i})...)
		}
		return found
	}
}

// amounts are where requests and limits are: in a container, or in the pod itself.
type amounts struct {
	place
	container *corev1.Container // nil for the pod's own
	bad       []kube.BadQuantity
}

// whose names the container or the pod in a message.
func (a amounts) whose() string {
	if a.container == nil {
		return "the pod"
	}
	return "container " + a.container.Name
}

// path returns the place of a resource in requests or limits.
func (a amounts) path(list string, name corev1.ResourceName) string {
	field := kube.KeyPath("resources."+list, string(name))
	if a.container == nil {
		return a.specPath + "." + field
	}
	return a.place.path(field)
}

// isBad reports whether what stands at the path is no quantity.
func (a amounts) isBad(path string) bool {
	return slices.ContainsFunc(a.bad, func(bad kube.BadQuantity) bool { return bad.Path == path })
}

// inResources makes a rule of a judgement of requests and limits, the pod's own first.
func inResources(judge func(*corev1.ResourceRequirements, amounts) []Finding) func(kube.Pod) []Finding {
	return func(pod kube.Pod) []Finding {
		var found []Finding
		of := amounts{place: place{specPath: pod.SpecPath}, bad: pod.BadQuantities}
		if pod.Spec.Resources != nil {
			found = judge(pod.Spec.Resources, of)
		}
		for _, list := range lists(pod) {
			for i := range list.containers {
				of.container, of.list, of.index = &list.containers[i], list.name, i
				found = append(found, judge(&list.containers[i].Resources, of)...)
			}
		}
		return found
	}
}

// unlessTaken makes a rule that pods which run on Fargate refute.
func unlessTaken(judge func(kube.Pod) []Finding) func(kube.Pod) []Finding {
	return func(pod kube.Pod) []Finding {
		if pod.TakenByFargate() {
			return nil
		}
		return judge(pod)
	}
}

// together makes one rule of two.
func together(first, second func(kube.Pod) []Finding) func(kube.Pod) []Finding {
	return func(pod kube.Pod) []Finding { return append(first(pod), second(pod)...) }
}

// lists returns the containers of a pod. Init containers come first, as they run.
func lists(p kube.Pod) [2]containerList {
	return [2]containerList{{"initContainers", p.Spec.InitContainers}, {"containers", p.Spec.Containers}}
}
