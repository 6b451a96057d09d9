package fargate

// This file holds what the rules of support.go share: how they walk over a pod, name a place in it and
// make a finding. Paths are built only for what is found, so that a clean pod costs no memory.

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Hints that several rules give.
const (
	goAway   = "narrow the profile's selector, or annotate the pod template with eks.amazonaws.com/compute-type: ec2"
	keepOff  = "to keep the pod off Fargate, " + goAway
	removeIt = "remove it; " + keepOff
	useEFS   = "use a claim of EFS whose PersistentVolume was made by hand (driver efs.csi.aws.com, no dynamic provisioning); other storage needs EC2 nodes"
	spread   = "to spread pods over zones, use two profiles of one subnet each"

	// moveCoreDNS is the User Guide's command; without the annotation the pods are to be recreated.
	moveCoreDNS = `kubectl patch deployment coredns -n kube-system --type json -p='[{"op":"remove","path":"/spec/template/metadata/annotations/eks.amazonaws.com~1compute-type"}]' && kubectl rollout restart -n kube-system deployment coredns`
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

// inContainers makes a rule of a judgement of one container. Init containers come first, as they run.
func inContainers(judge func(Container, place) []Finding) func(Pod) []Finding {
	return func(pod Pod) []Finding {
		var found []Finding
		for i, c := range pod.Spec.InitContainers {
			found = append(found, judge(c, place{pod.SpecPath, "initContainers", i})...)
		}
		for i, c := range pod.Spec.Containers {
			found = append(found, judge(c, place{pod.SpecPath, "containers", i})...)
		}
		return found
	}
}

// inVolumes makes a rule of a judgement of one volume.
func inVolumes(judge func(Volume, place) []Finding) func(Pod) []Finding {
	return func(pod Pod) []Finding {
		var found []Finding
		for i, v := range pod.Spec.Volumes {
			found = append(found, judge(v, place{pod.SpecPath, "volumes", i})...)
		}
		return found
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

// madeByDaemonSet tells a DaemonSet, and a pod that one has made.
func (p Pod) madeByDaemonSet() bool {
	return p.Kind == "DaemonSet" || p.Running != nil && p.Running.OwnerKind == "DaemonSet"
}

// takenByFargate tells a pod that Fargate's scheduler has given a node: what it might have refused, it
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

// compareQuantities compares as Kubernetes does, so that 500m is 0.5: -1, 0 or 1. What is no quantity is
// equal to anything, since its fault is another one.
func compareQuantities(a, b string) int {
	if a == b {
		return 0
	}
	qa, errA := ParseQuantity(a)
	qb, errB := ParseQuantity(b)
	if errA != nil || errB != nil {
		return 0
	}
	return qa.Cmp(qb)
}

// isQuantity reports whether it can be read; what cannot is a fault of its own (see quantity).
func isQuantity(amount string) bool {
	_, err := ParseQuantity(amount)
	return err == nil
}

func isZero(amount string) bool {
	q, err := ParseQuantity(amount)
	return err == nil && q.IsZero()
}

// unusualResources finds what is asked for beyond the three resources that every node has, by name. A
// limit is told rather than a request; an amount of zero asks for nothing, one that is no quantity asks.
// What AWS's own webhook writes into a pod that gets security groups on EC2 is not asked for on Fargate, where they
// come by an annotation (EKS Best Practices Guide, Security Groups per Pod).
func unusualResources(r Resources, whose string, path func(field string) string) []Finding {
	asked := func(name, amount string) bool {
		return !slices.Contains(usualResources[:], name) && name != "vpc.amazonaws.com/pod-eni" && !isZero(amount)
	}
	lists := map[string]string{}
	for name, amount := range r.Requests {
		if asked(name, amount) {
			lists[name] = "resources.requests"
		}
	}
	for name, amount := range r.Limits {
		if asked(name, amount) {
			lists[name] = "resources.limits"
		}
	}
	var found []Finding
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		at := keyPath(path(lists[name]), name)
		switch {
		case accelerator(name):
			found = append(found, refused(at, keepOff, "%s asks for %s; Fargate has neither GPUs nor other accelerators", whose, name)...)
		case strings.HasPrefix(name, "hugepages-"):
			found = append(found, risky(at, keepOff, "%s asks for %s; nothing says that Fargate's nodes have huge pages", whose, name)...)
		default:
			found = append(found, risky(at, keepOff, "%s asks for %s; such a device comes from a plugin that runs as a DaemonSet, and those do not run on Fargate", whose, name)...)
		}
	}
	return found
}

// accelerator tells the resources of GPUs and of AWS's own accelerators.
func accelerator(name string) bool {
	domain, device, _ := strings.Cut(name, "/")
	return domain == "nvidia.com" || strings.HasPrefix(device, "neuron") || strings.Contains(domain, "gpu") || strings.Contains(device, "gpu")
}

// unlikeLimits finds the requests of CPU and memory that are not the limits.
func unlikeLimits(r Resources, whose func() string, path func(field string) string) []Finding {
	const hint = "give limits alone; Kubernetes then sets requests to them"
	var found []Finding
	for _, name := range [...]string{resourceCPU, resourceMemory} {
		request, requested := r.Requests[name]
		limit, limited := r.Limits[name]
		switch order := compareQuantities(request, limit); {
		case !requested || order == 0 && (limited || !isQuantity(request)):
		case !limited:
			found = append(found, risky(path("resources.requests."+name), hint,
				"%s requests %s %s and has no limit; on Fargate both should be equal, and the size follows requests", whose(), request, name)...)
		case order < 0:
			found = append(found, risky(path("resources.limits."+name), hint,
				"%s requests %s %s, but its limit is %s; on Fargate both should be equal, and the size follows requests, so more may not be there", whose(), request, name, limit)...)
		default:
			found = append(found, risky(path("resources.limits."+name), hint,
				"%s requests %s %s, but its limit is only %s; on Fargate both should be equal, and Kubernetes refuses a limit below the request", whose(), request, name, limit)...)
		}
	}
	return found
}

// usual reports whether only resources are named that every node has.
func (r Resources) usual() bool { return r.Requests.usual() && r.Limits.usual() }

func (l ResourceList) usual() bool {
	known := 0
	for _, name := range usualResources {
		if _, named := l[name]; named {
			known++
		}
	}
	return known == len(l)
}

var usualResources = [...]string{"cpu", "memory", "ephemeral-storage"}

// windowsOptions alone do not send a pod to Windows, a process on a Windows host does.
func windowsOptions(o *WindowsOptions, whose, path string) []Finding {
	switch {
	case o == nil:
		return nil
	case o.HostProcess:
		return refused(path+".hostProcess", keepOff, "%s is to run on a Windows host; EKS on Fargate has Linux only", whose)
	}
	return risky(path, keepOff, "%s has options for Windows, which mean nothing on Linux, and EKS on Fargate has Linux only", whose)
}

// hostNamespace makes the finding of a namespace shared with the host.
func hostNamespace(pod Pod, shared bool, field, what string) []Finding {
	if !shared {
		return nil
	}
	return risky(pod.field(field), removeIt, "the pod uses the host's %s; on Fargate there is no host to share, but what its scheduler does with such a pod is not known", what)
}
