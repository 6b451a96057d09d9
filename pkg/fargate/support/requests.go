package support

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	helpers "k8s.io/component-helpers/resource"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// The codes of findings about a pod's size.
const (
	CodeTooLarge           = "too-large"
	CodeRequestsNotLimits  = "requests-unlike-limits"
	CodeLimitAboveRequests = "limit-above-requests"
	CodeStorageTooLarge    = "storage-too-large"
	CodeStorageNearLimit   = "storage-near-limit"
	CodeInvalidQuantity    = "invalid-quantity"
	CodeSidecarSizing      = "native-sidecar-sizing"
	CodePodResourcesSizing = "pod-resources-sizing"
	CodeOverheadSizing     = "overhead-sizing"
)

// GuideSizes is the page of the sizes, guideStorage that of the storage.
const (
	GuideSizes   = "EKS User Guide, Understand Fargate Pod configuration details"
	guideStorage = "EKS User Guide, Fargate storage"
)

// sizeCodes describes them.
var sizeCodes = []FindingCode{
	{CodeInvalidQuantity, SeverityError, "an amount of CPU, memory or storage is no quantity", "Kubernetes API, Quantity"},
	{
		CodeTooLarge, SeverityError, "the pod is larger than Fargate's largest size",
		GuideSizes + "; \"requirements exceed the max Fargate configuration\"",
	},
	{
		CodeLimitAboveRequests, SeverityWarning, "a limit is above what the whole pod requests",
		"containers-roadmap#1890 and #1864, flux2#3138, amazon-cloudwatch-agent#580; EKS User Guide, Kubernetes 1.35 " +
			"(cgroup v1)",
	},
	{CodeLimitRange, SeverityError, "a LimitRange does not allow an amount", "Kubernetes, Limit Ranges"},
	{CodeStorageTooLarge, SeverityError, "the pod requests more ephemeral storage than Fargate has", guideStorage},
	{
		CodeStorageNearLimit, SeverityWarning,
		"the pod requests nearly all the ephemeral storage that Fargate has", guideStorage,
	},
	{
		CodeSidecarSizing, SeverityWarning, "how Fargate counts a native sidecar is not known",
		"nothing found; Kubernetes, Sidecar Containers",
	},
	{
		CodePodResourcesSizing, SeverityWarning, "how Fargate counts pod-level resources is not known",
		"nothing found; Kubernetes, Pod-level resources",
	},
	{
		CodeOverheadSizing, SeverityWarning, "how Fargate counts a pod's overhead is not known",
		"nothing found; Kubernetes, Pod Overhead",
	},
}

// sized are the resources that count for the size of a pod, in the order of their findings.
var sized = [...]corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage}

// podRequest is what a pod requests: thousandths of a vCPU, bytes of memory and of storage.
type podRequest struct{ milli, memory, storage int64 }

// requested is the pod's request: the larger of the largest init container and of the sum of the containers (EKS
// User Guide, Understand Fargate Pod configuration details). Native sidecars, pod-level resources and overhead go as
// Kubernetes counts them (Kubernetes, Sidecar Containers, Resource sharing within containers; Pod-level resources;
// Pod Overhead), since nothing is known of Fargate's way; unknownSizing says so.
func requested(spec corev1.PodSpec) podRequest {
	spec.InitContainers, spec.Containers = withDefaults(spec.InitContainers), withDefaults(spec.Containers)
	pod := &corev1.Pod{Spec: spec}
	if r := spec.Resources; r != nil && len(r.Limits) > 0 {
		// A limit of the pod is its request only where no container requests anything (KEP-2837, defaults).
		own := helpers.AggregateContainerRequests(pod, helpers.PodResourcesOptions{})
		pod.Spec.Resources = &corev1.ResourceRequirements{Requests: defaults(*r, func(name corev1.ResourceName) bool {
			request := own[name]
			return request.IsZero()
		})}
	}
	sum := helpers.PodRequests(pod, helpers.PodResourcesOptions{})
	return podRequest{
		milli:   bounded(sum[corev1.ResourceCPU], (*resource.Quantity).MilliValue),
		memory:  bounded(sum[corev1.ResourceMemory], (*resource.Quantity).Value),
		storage: bounded(sum[corev1.ResourceEphemeralStorage], (*resource.Quantity).Value),
	}
}

// withDefaults returns the containers with their limits as requests where these are missing, as Kubernetes makes
// them before any scheduler sees the pod.
func withDefaults(containers []corev1.Container) []corev1.Container {
	isCopy := false
	for i := range containers {
		r := &containers[i].Resources
		if requests := defaults(*r, anyResource); len(requests) > len(r.Requests) {
			if !isCopy {
				containers, isCopy = slices.Clone(containers), true
			}
			containers[i].Resources.Requests = requests
		}
	}
	return containers
}

func anyResource(corev1.ResourceName) bool { return true }

// defaults returns the requests with the limits beside them that have none, where it may be so.
func defaults(r corev1.ResourceRequirements, may func(corev1.ResourceName) bool) corev1.ResourceList {
	requests, isCopy := r.Requests, false
	for _, name := range sized {
		limit, limited := r.Limits[name]
		if _, given := r.Requests[name]; given || !limited || !may(name) {
			continue
		}
		if !isCopy {
			requests, isCopy = corev1.ResourceList{}, true
			maps.Copy(requests, r.Requests)
		}
		requests[name] = limit
	}
	return requests
}

// sizedParts are the parts of a spec whose amounts count for the size of a pod, in the order of their findings.
var sizedParts = [...]string{"initContainers", "containers", "resources", "overhead"}

// invalidQuantities returns the findings of the amounts that count for the size and are no quantities.
func invalidQuantities(pod kube.Pod) []Finding {
	if len(pod.BadQuantities) == 0 {
		return nil
	}
	var out []Finding
	for _, name := range sized {
		for _, part := range sizedParts {
			for _, bad := range pod.BadQuantities {
				if bad.Resource != string(name) || !strings.HasPrefix(bad.Path, pod.Field(part)) {
					continue
				}
				out = append(out, Finding{
					Code: CodeInvalidQuantity, Severity: SeverityError, Path: bad.Path,
					Message: fmt.Sprintf("%s %q is no quantity: %s", name, shorten(bad.Text), bad.Fault),
					Hint:    "write it as Kubernetes does: 500m or 0.5 for CPU, 512Mi or 1Gi for memory and storage",
				})
			}
		}
	}
	return out
}

// amountText writes an amount that was asked for, in the unit of which there are so many to it.
func amountText(amount int64, unit float64) string {
	if amount >= enormous {
		return "over a million"
	}
	return short(float64(amount) / unit)
}

func shorten(text string) string {
	if len(text) > 40 {
		return strings.ToValidUTF8(text[:40], "") + "…"
	}
	return text
}

// tooLarge is the finding of a pod that fits no size.
func tooLarge(pod kube.Pod, r podRequest) Finding {
	biggest := tiers[len(tiers)-1]
	most := biggest.memories[len(biggest.memories)-1]
	return Finding{
		Code: CodeTooLarge, Severity: SeverityError, Path: pod.Field("containers"),
		Message: fmt.Sprintf("the pod requests %s vCPU and %s GB; Fargate's largest size is %s, of which %d MiB are its own "+
			`("Your pod's cpu/memory requirements exceed the max Fargate configuration")`,
			amountText(r.milli, 1000), amountText(r.memory, gibibyte),
			Amount{vcpus(biggest.milli), float64(most) / 1024}.Size(), componentsMiB),
		Hint: fmt.Sprintf("request at most %s vCPU and %dMi in one pod, or keep it on EC2 nodes",
			short(vcpus(biggest.milli)), most-componentsMiB),
	}
}

// limitsAbove finds limits of CPU and memory above the request of the whole pod, which is how large the pod is made:
// on cgroup v1, which Fargate has, a container with such a limit has failed to start (StartError). The evidence is
// strong, and mostly of 2022.
func limitsAbove(pod kube.Pod, r podRequest) []Finding {
	return inResources(func(own *corev1.ResourceRequirements, of amounts) []Finding {
		var found []Finding
		for _, name := range sized[:2] {
			limit, limited := own.Limits[name]
			if !limited || of.container == nil {
				continue
			}
			asked, most := bounded(limit, (*resource.Quantity).MilliValue), r.milli
			requested := resource.NewMilliQuantity(most, resource.DecimalSI)
			if name == corev1.ResourceMemory {
				asked, most = bounded(limit, (*resource.Quantity).Value), r.memory
				requested = resource.NewQuantity(most, resource.BinarySI)
			}
			if asked <= most || name == corev1.ResourceMemory && pod.IsCoreDNS() {
				continue // EKS's own CoreDNS has such a limit of memory, and runs on Fargate
			}
			found = append(found, Finding{
				Code: CodeLimitAboveRequests, Severity: SeverityWarning, Path: of.path("limits", name),
				Message: fmt.Sprintf("%s may use %s %s, but the whole pod requests %s: on Fargate such containers have failed "+
					"to start", of.whose(), limit.String(), name, requested),
				Hint: "lower the limit, or request as much",
			})
		}
		return found
	})(pod)
}

// checkStorage judges the request of ephemeral storage. Fargate provisions more than is requested; the
// only figure is "100 GiB will provision 115 GiB" (EKS User Guide, Fargate storage), so a request close to
// the limit is doubtful.
func checkStorage(pod kube.Pod, storage int64) []Finding {
	f := Finding{
		Path: pod.Field("containers"),
		Hint: "request less ephemeral-storage, or keep the data on EFS or S3",
	}
	asks := fmt.Sprintf("the pod requests %s GB of ephemeral storage; Fargate ", amountText(storage, gibibyte))
	has := fmt.Sprintf("has at most %d GB", mostStorage/gibibyte)
	switch {
	case storage > mostStorage:
		f.Code, f.Severity, f.Message = CodeStorageTooLarge, SeverityError, asks+has
	case float64(storage)*1.15 > mostStorage:
		f.Code, f.Severity = CodeStorageNearLimit, SeverityWarning
		f.Message = asks + "provisions more than that (115 GB for 100 GB) and " + has
	default:
		return nil
	}
	return []Finding{f}
}

// unknownSizing warns where nothing is known of how Fargate counts; the size is then Kubernetes' own sum.
func unknownSizing(pod kube.Pod) []Finding {
	var out []Finding
	unknown := func(code, path, what, sum string) {
		out = append(out, Finding{
			Code: code, Severity: SeverityWarning, Path: path,
			Message: fmt.Sprintf("how Fargate counts %s is not documented; the size shown here is %s", what, sum),
			Hint:    "compare with the annotation CapacityProvisioned of a running pod",
		})
	}
	if i := slices.IndexFunc(pod.Spec.InitContainers, isSidecar); i >= 0 {
		unknown(CodeSidecarSizing, place{pod.SpecPath, "initContainers", i}.path("restartPolicy"),
			"native sidecars", "Kubernetes' sum, in which they run beside the containers")
	}
	if r := pod.Spec.Resources; r != nil && len(r.Requests)+len(r.Limits) > 0 {
		unknown(CodePodResourcesSizing, pod.Field("resources"), "pod-level resources",
			"Kubernetes' sum, in which they replace those of the containers")
	}
	if len(pod.Spec.Overhead) > 0 {
		unknown(CodeOverheadSizing, pod.Field("overhead"), "a pod's overhead", "Kubernetes' sum, to which it is added")
	}
	return out
}

func isSidecar(c corev1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

// Locate sets the line of every finding.
func Locate(pod kube.Pod, findings []Finding) []Finding {
	for i := range findings {
		if pod.PathOf != nil {
			findings[i].Path = pod.PathOf(findings[i].Path)
		}
		findings[i].Line = pod.LineAt(findings[i].Path)
	}
	return findings
}

// withLimits returns the pod as the LimitRanges of its namespace leave it, and the name of one that has changed any of
// its containers. What a container says itself stays; a limit of its own is its request already (Kubernetes, Limit
// Ranges). The pods of a cluster have what these set.
func withLimits(pod kube.Pod) (changed kube.Pod, name string) {
	if pod.Running != nil {
		return pod, ""
	}
	for _, l := range pod.Objects.LimitsOf(pod.Namespace) {
		for _, list := range []*[]corev1.Container{&pod.Spec.InitContainers, &pod.Spec.Containers} {
			*list = slices.Clone(*list)
			for i := range *list {
				r := &(*list)[i].Resources
				requests, limits := filled(defaults(*r, anyResource), l.Requests), filled(r.Limits, l.Limits)
				if len(requests)+len(limits) > len(r.Requests)+len(r.Limits) {
					r.Requests, r.Limits, name = requests, limits, l.Name
				}
			}
		}
	}
	return pod, name
}

// filled returns a list with the amounts of another one for what it does not name.
func filled(own, more corev1.ResourceList) corev1.ResourceList {
	out := corev1.ResourceList{}
	maps.Copy(out, more)
	maps.Copy(out, own)
	return out
}

// enormous is an amount, in thousandths of a vCPU or in bytes, that is over a million vCPU or GB. Whatever
// is larger counts as this: the numbers of a Quantity overflow where it does not fit 64 bits.
const enormous = 1 << 50

var enormousQuantity = resource.NewQuantity(enormous, resource.BinarySI)

// bounded returns what value makes of a quantity, enormous at most.
func bounded(q resource.Quantity, value func(*resource.Quantity) int64) int64 {
	if q.Cmp(*enormousQuantity) >= 0 {
		return enormous
	}
	return value(&q)
}
