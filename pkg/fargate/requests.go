package fargate

// This file adds up what the containers of a pod request, and judges the sum.

import (
	"fmt"
	"strings"
)

// The codes of findings about a pod's size.
const (
	CodeTooLarge           = "too-large"
	CodeStorageTooLarge    = "storage-too-large"
	CodeStorageNearLimit   = "storage-near-limit"
	CodeInvalidQuantity    = "invalid-quantity"
	CodeSidecarSizing      = "native-sidecar-sizing"
	CodePodResourcesSizing = "pod-resources-sizing"
	CodeOverheadSizing     = "overhead-sizing"
)

// sizeCodes describes them.
var sizeCodes = []FindingCode{
	{CodeInvalidQuantity, SeverityError, "an amount of CPU, memory or storage is no quantity", "Kubernetes API, Quantity"},
	{CodeTooLarge, SeverityError, "the pod is larger than Fargate's largest size", sizing + "; \"requirements exceed the max Fargate configuration\""},
	{CodeStorageTooLarge, SeverityError, "the pod requests more ephemeral storage than Fargate has", "EKS User Guide, Fargate storage"},
	{CodeStorageNearLimit, SeverityWarning, "the pod requests nearly all the ephemeral storage that Fargate has", "EKS User Guide, Fargate storage"},
	{CodeSidecarSizing, SeverityWarning, "how Fargate counts a native sidecar is not known", "nothing found; Kubernetes, Sidecar Containers"},
	{CodePodResourcesSizing, SeverityWarning, "how Fargate counts pod-level resources is not known", "nothing found; Kubernetes, Pod-level resources"},
	{CodeOverheadSizing, SeverityWarning, "how Fargate counts a pod's overhead is not known", "nothing found; Kubernetes, Pod Overhead"},
}

// sizing is the page of the sizes.
const sizing = "EKS User Guide, Understand Fargate Pod configuration details"

// requested is the pod's request of one resource, in thousandths for cpu and in bytes otherwise: the
// larger of the largest init container and of the sum of the containers (EKS User Guide, Understand
// Fargate Pod configuration details). Native sidecars, pod-level resources and overhead go as Kubernetes
// counts them (Kubernetes, Sidecar Containers, Resource sharing within containers; Pod-level resources;
// Pod Overhead), since nothing is known of Fargate's way; unknownSizing tells that.
func requested(pod Pod, name string) (amount int64, faults []Finding) {
	// The path is put together only for a fault: most pods have none.
	take := func(list ResourceList, path func() string) (int64, bool) {
		text, given := list[name]
		if !given {
			return 0, false
		}
		n, err := quantity(name, text)
		if err != "" {
			faults = append(faults, Finding{
				Code: CodeInvalidQuantity, Severity: SeverityError, Path: path() + "." + name,
				Message: fmt.Sprintf("%s %q is no quantity: %s", name, shorten(text), err),
				Hint:    "write it as Kubernetes does: 500m or 0.5 for CPU, 512Mi or 1Gi for memory and storage",
			})
		}
		return n, true
	}
	of := func(r *Resources, path func() string) int64 {
		n, given := take(r.Requests, func() string { return path() + ".requests" })
		// Where only a limit is given, Kubernetes makes it the request before any scheduler sees the pod.
		limit, limited := take(r.Limits, func() string { return path() + ".limits" })
		if !given && limited {
			return limit
		}
		return n
	}
	ofContainer := func(list string, containers []Container, i int) int64 {
		return of(&containers[i].Resources, func() string { return containerPath(pod, list, i) + ".resources" })
	}
	var sidecars, largest int64
	for i := range pod.Spec.InitContainers {
		n := ofContainer("initContainers", pod.Spec.InitContainers, i)
		if pod.Spec.InitContainers[i].RestartPolicy == "Always" {
			sidecars = addUp(sidecars, n)
			largest = max(largest, sidecars)
			continue
		}
		largest = max(largest, addUp(sidecars, n))
	}
	sum := sidecars
	for i := range pod.Spec.Containers {
		sum = addUp(sum, ofContainer("containers", pod.Spec.Containers, i))
	}
	amount = max(sum, largest)
	if r := pod.Spec.Resources; r != nil && name != resourceStorage {
		// A limit of the pod is its request only where no container requests anything (KEP-2837, defaults).
		n := of(r, func() string { return pod.SpecPath + ".resources" })
		if _, given := r.Requests[name]; n > 0 && (given || amount == 0) {
			amount = n
		}
	}
	overhead, _ := take(pod.Spec.Overhead, func() string { return pod.SpecPath + ".overhead" })
	return addUp(amount, overhead), faults
}

func containerPath(pod Pod, list string, i int) string {
	return fmt.Sprintf("%s.%s[%d]", pod.SpecPath, list, i)
}

// addUp sums without going beyond what can be counted; any such sum is too large for Fargate.
func addUp(a, b int64) int64 {
	const most = 1 << 60
	return min(min(a, most)+min(b, most), most)
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
func tooLarge(pod Pod, milli, memory int64) Finding {
	biggest := tiers[len(tiers)-1]
	most := biggest.memories[len(biggest.memories)-1]
	return Finding{
		Code: CodeTooLarge, Severity: SeverityError, Path: pod.SpecPath + ".containers",
		Message: fmt.Sprintf("the pod requests %s vCPU and %s GB; Fargate's largest size is %s, of which %d MiB are its own (\"Your pod's cpu/memory requirements exceed the max Fargate configuration\")",
			amountText(milli, 1000), amountText(memory, gibibyte), sizeText(vcpus(biggest.milli), float64(most)/1024), componentsMiB),
		Hint: fmt.Sprintf("request at most %s vCPU and %dMi in one pod, or keep it on EC2 nodes", short(vcpus(biggest.milli)), most-componentsMiB),
	}
}

// checkStorage judges the request of ephemeral storage. Fargate provisions more than is requested; the
// only figure is "100 GiB will provision 115 GiB" (EKS User Guide, Fargate storage), so a request close to
// the limit is doubtful.
func checkStorage(pod Pod, storage int64) []Finding {
	f := Finding{Path: pod.SpecPath + ".containers", Hint: "request less ephemeral-storage, or keep the data on EFS or S3"}
	switch {
	case storage > mostStorage:
		f.Code, f.Severity = CodeStorageTooLarge, SeverityError
		f.Message = fmt.Sprintf("the pod requests %s GB of ephemeral storage; Fargate has at most %d GB", amountText(storage, gibibyte), mostStorage/gibibyte)
	case float64(storage)*1.15 > mostStorage:
		f.Code, f.Severity = CodeStorageNearLimit, SeverityWarning
		f.Message = fmt.Sprintf("the pod requests %s GB of ephemeral storage; Fargate provisions more than that (115 GB for 100 GB) and has at most %d GB", amountText(storage, gibibyte), mostStorage/gibibyte)
	default:
		return nil
	}
	return []Finding{f}
}

// unknownSizing warns where nothing is known of how Fargate counts; the size is then Kubernetes' own sum.
func unknownSizing(pod Pod) []Finding {
	var out []Finding
	unknown := func(code, path, what, sum string) {
		out = append(out, Finding{
			Code: code, Severity: SeverityWarning, Path: path,
			Message: fmt.Sprintf("how Fargate counts %s is not documented; the size shown here is %s", what, sum),
			Hint:    "compare with the annotation CapacityProvisioned of a running pod",
		})
	}
	for i := range pod.Spec.InitContainers {
		if pod.Spec.InitContainers[i].RestartPolicy == "Always" {
			unknown(CodeSidecarSizing, containerPath(pod, "initContainers", i)+".restartPolicy",
				"native sidecars", "Kubernetes' sum, in which they run beside the containers")
			break
		}
	}
	if r := pod.Spec.Resources; r != nil && len(r.Requests)+len(r.Limits) > 0 {
		unknown(CodePodResourcesSizing, pod.SpecPath+".resources", "pod-level resources", "Kubernetes' sum, in which they replace those of the containers")
	}
	switch {
	case len(pod.Spec.Overhead) > 0:
		unknown(CodeOverheadSizing, pod.SpecPath+".overhead", "a pod's overhead", "Kubernetes' sum, to which it is added")
	case pod.Spec.RuntimeClassName != "":
		unknown(CodeOverheadSizing, pod.SpecPath+".runtimeClassName", "the overhead of a RuntimeClass",
			"without it, because a manifest does not show it")
	}
	return out
}

// locate returns every finding the line of its path.
func locate(pod Pod, findings []Finding) []Finding {
	for i := range findings {
		findings[i].Line = pod.lineOf(findings[i].Path)
	}
	return findings
}
