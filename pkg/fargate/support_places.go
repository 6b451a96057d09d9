package fargate

// What the rules of support.go share: how they walk over a pod, name a place in it and make a finding. Paths are
// built only for what is found, so that a clean pod costs no memory.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
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

// place is where a container or a volume is.
type place struct {
	specPath string
	list     string // containers, initContainers, volumes
	index    int
}

// path returns the place of a field of the container or volume.
func (p place) path(field string) string {
	return p.specPath + "." + p.list + index(p.index) + "." + field
}

// containerList is one of the two lists of containers of a pod.
type containerList struct {
	name       string
	containers []corev1.Container
}

// lists returns the containers of a pod. Init containers come first, as they run.
func (p Pod) lists() [2]containerList {
	return [2]containerList{{"initContainers", p.Spec.InitContainers}, {"containers", p.Spec.Containers}}
}

// inContainers makes a rule of a judgement of one container.
func inContainers(judge func(*corev1.Container, place) []Finding) func(Pod) []Finding {
	return func(pod Pod) []Finding {
		var found []Finding
		for _, list := range pod.lists() {
			for i := range list.containers {
				found = append(found, judge(&list.containers[i], place{pod.SpecPath, list.name, i})...)
			}
		}
		return found
	}
}

// inVolumes makes a rule of a judgement of one volume.
func inVolumes(judge func(*corev1.Volume, place) []Finding) func(Pod) []Finding {
	return func(pod Pod) []Finding {
		var found []Finding
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
	bad       []BadQuantity
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
	field := keyPath("resources."+list, string(name))
	if a.container == nil {
		return a.specPath + "." + field
	}
	return a.place.path(field)
}

// isBad reports whether what stands at the path is no quantity.
func (a amounts) isBad(path string) bool {
	return slices.ContainsFunc(a.bad, func(bad BadQuantity) bool { return bad.Path == path })
}

// inResources makes a rule of a judgement of requests and limits, the pod's own first.
func inResources(judge func(*corev1.ResourceRequirements, amounts) []Finding) func(Pod) []Finding {
	return func(pod Pod) []Finding {
		var found []Finding
		of := amounts{place: place{specPath: pod.SpecPath}, bad: pod.BadQuantities}
		if pod.Spec.Resources != nil {
			found = judge(pod.Spec.Resources, of)
		}
		for _, list := range pod.lists() {
			for i := range list.containers {
				of.container, of.list, of.index = &list.containers[i], list.name, i
				found = append(found, judge(&list.containers[i].Resources, of)...)
			}
		}
		return found
	}
}

// unlessTaken makes a rule that pods which run on Fargate refute.
func unlessTaken(judge func(Pod) []Finding) func(Pod) []Finding {
	return func(pod Pod) []Finding {
		if pod.takenByFargate() {
			return nil
		}
		return judge(pod)
	}
}

// together makes one rule of two.
func together(first, second func(Pod) []Finding) func(Pod) []Finding {
	return func(pod Pod) []Finding { return append(first(pod), second(pod)...) }
}

// field returns the place of a field of the pod's spec.
func (p Pod) field(name string) string { return p.SpecPath + "." + name }

// index returns the place of an element of a list.
func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

// keyPath appends a key of a mapping to a path; a key that a dotted path could not tell apart is in
// brackets.
func keyPath(path, key string) string {
	if strings.ContainsAny(key, "./") {
		return path + "[" + key + "]"
	}
	return path + "." + key
}

// madeByDaemonSet reports whether the pod is a DaemonSet's template, or was made by one.
func (p Pod) madeByDaemonSet() bool {
	return p.Kind == "DaemonSet" || p.Running != nil && p.Running.OwnerKind == "DaemonSet"
}

// takenByFargate reports whether Fargate's scheduler has given the pod a node: what it might have refused, it
// did not refuse.
func (p Pod) takenByFargate() bool {
	return p.Running != nil && p.Running.NodeName != "" && p.Spec.SchedulerName == Scheduler
}

// lineOf returns the line of a place, 0 where unknown.
func (p Pod) lineOf(path string) int {
	if p.LineOf == nil {
		return 0
	}
	return p.LineOf(path)
}
