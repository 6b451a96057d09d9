package support

// What other objects of the same input mean for a pod on Fargate.

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	helpers "k8s.io/component-helpers/resource"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// securityGroups cannot see which group is the cluster's.
func securityGroups(pod kube.Pod) []Finding {
	selected, perhaps := pod.Objects.PoliciesOf(pod)
	if len(selected)+len(perhaps) == 0 {
		return nil
	}
	hint := "add the cluster security group to the policy's groupIds, unless it is among them"
	if group := pod.Objects.ClusterGroup(); group != "" {
		hint = fmt.Sprintf("add the cluster security group, %s, to the policy's groupIds", group)
	}
	var found []Finding
	for _, p := range selected {
		found = append(found, risky(metadata(pod, "labels"), hint,
			"the SecurityGroupPolicy %s selects the pod, and its groups (%s) are in the place of the cluster security group: "+
				"without that one kubelet and DNS are cut off and the pod hangs", p.Name, strings.Join(p.Groups, ", "))...)
	}
	for _, p := range perhaps {
		found = append(found, risky(metadata(pod, "labels"), hint,
			"the SecurityGroupPolicy %s chooses by the labels of service accounts, and the pod's is not in the input: where it "+
				"is chosen, its groups (%s) are in the place of the cluster security group", p.Name,
			strings.Join(p.Groups, ", "))...)
	}
	return found
}

// metadata returns the place of a field of the pod's metadata.
func metadata(pod kube.Pod, field string) string {
	return strings.TrimSuffix(pod.SpecPath, "spec") + "metadata." + field
}

// inlineVolumes finds those of EFS where the driver's CSIDriver takes none; those of other drivers are refused anyway.
func inlineVolumes(pod kube.Pod) []Finding {
	if !pod.Objects.RefusesInline(kube.EFSDriver) {
		return nil
	}
	var found []Finding
	for i := range pod.Spec.Volumes {
		if v := &pod.Spec.Volumes[i]; v.CSI != nil && v.CSI.Driver == kube.EFSDriver {
			found = append(found, refused(place{pod.SpecPath, "volumes", i}.path("csi"), useEFS,
				"volume %s is inline, and the CSIDriver %s takes no inline volumes (volumeLifecycleModes)", v.Name,
				v.CSI.Driver)...)
		}
	}
	return found
}

// targets finds traffic that does not reach the pod on Fargate.
func targets(pod kube.Pod) []Finding {
	var found []Finding
	for _, m := range pod.Objects.MissedBy(pod.Namespace) {
		if m.Selector.Matches(labels.Set(pod.Labels)) {
			found = append(found, risky(metadata(pod, "labels"), "use the target type ip (annotation "+
				"alb.ingress.kubernetes.io/target-type of an Ingress, "+
				"service.beta.kubernetes.io/aws-load-balancer-nlb-target-type of a Service)",
				"%s; load balancers reach pods on Fargate by their addresses alone", m.Text)...)
		}
	}
	return found
}

// logRouter finds that the pod's logs go nowhere; all pods share the cause.
func logRouter(pod kube.Pod) []Finding {
	faults := pod.Objects.Unlogged()
	if len(faults) == 0 {
		return nil
	}
	f, more := faults[0], ""
	if n := len(faults) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more)", n)
	}
	place := f.Field
	if f.Line > 0 {
		place += fmt.Sprintf(", line %d", f.Line)
	}
	found := risky(pod.SpecPath, f.Hint, "the pod's logs go nowhere: %s, %s: %s%s", f.Object, place, f.Message, more)
	found[0].IsShared = true
	return found
}

// CodeLimitRange is the code of amounts that a LimitRange does not allow.
const CodeLimitRange = "limit-range"

// outOfBounds finds amounts that a LimitRange does not allow, so that admission refuses the pod wherever it goes
// (Kubernetes, Limit Ranges). Defaults are set already.
func outOfBounds(pod kube.Pod) []Finding {
	if pod.Running != nil {
		return nil
	}
	var found []Finding
	for _, b := range pod.Objects.BoundsOf(pod.Namespace) {
		if b.OfPod {
			whole := &corev1.Pod{Spec: pod.Spec}
			r := corev1.ResourceRequirements{
				Requests: helpers.PodRequests(whole, helpers.PodResourcesOptions{}),
				Limits:   helpers.PodLimits(whole, helpers.PodResourcesOptions{}),
			}
			found = append(found, judgeBounds(b, r, "the pod", pod.SpecPath)...)
			continue
		}
		for _, list := range lists(pod) {
			for i := range list.containers {
				c := &list.containers[i]
				found = append(found, judgeBounds(b, c.Resources, "container "+c.Name,
					place{pod.SpecPath, list.name, i}.path("resources"))...)
			}
		}
	}
	for i := range found {
		found[i].Code, found[i].Elsewhere = CodeLimitRange, true
	}
	return found
}

// judgeBounds finds what of one container, or of the pod, is out of bounds.
func judgeBounds(b kube.Bounds, r corev1.ResourceRequirements, whose, path string) []Finding {
	var found []Finding
	add := func(format string, args ...any) {
		found = append(found, refused(path, "change the amount, or the LimitRange "+b.Name, whose+" "+format+"; the "+
			"LimitRange "+b.Name+" does not allow that, so Kubernetes refuses the pod", args...)...)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Min)) {
		least := b.Min[name]
		if request := r.Requests[name]; request.Cmp(least) < 0 {
			add("requests %s %s, which is less than %s", amountOf(r.Requests, name), name, least.String())
		} else if limit, ok := r.Limits[name]; ok && limit.Cmp(least) < 0 {
			add("has a limit of %s %s, which is less than %s", limit.String(), name, least.String())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.Max)) {
		most := b.Max[name]
		limit, ok := r.Limits[name]
		switch request := r.Requests[name]; {
		case !ok:
			add("has no limit of %s, and may have %s at most", name, most.String())
		case limit.Cmp(most) > 0:
			add("has a limit of %s %s, which is more than %s", limit.String(), name, most.String())
		case request.Cmp(most) > 0:
			add("requests %s %s, which is more than %s", request.String(), name, most.String())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.Ratio)) {
		request, limit, most := r.Requests[name], r.Limits[name], b.Ratio[name]
		if request.Sign() <= 0 || limit.Sign() <= 0 ||
			limit.AsApproximateFloat64() > request.AsApproximateFloat64()*most.AsApproximateFloat64() {
			add("has a limit of %s %s for a request of %s, which is more than %s times", amountOf(r.Limits, name), name,
				amountOf(r.Requests, name), most.String())
		}
	}
	return found
}

// amountOf writes an amount, or that there is none.
func amountOf(list corev1.ResourceList, name corev1.ResourceName) string {
	if amount, ok := list[name]; ok {
		return amount.String()
	}
	return "no"
}
