package support

// The sizes on offer: EKS User Guide, Understand Fargate Pod configuration details.

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// Capacity is what a pod asks for and what Fargate provisions for it. GB are GiB throughout, as in the
// User Guide's table: 1750Mi and 256Mi fit its 2 GB, which they would not if GB were decimal.
type Capacity struct {
	// Requested is the pod's own sum, without what Fargate adds.
	Requested Amount `json:"requested"`
	// VCPU and MemoryGB are what Fargate provisions for one pod.
	VCPU     float64 `json:"vcpu"`
	MemoryGB float64 `json:"memoryGB"`
	// EphemeralStorageGB is the least storage that the pod gets: Fargate's 20, or what it requests, which
	// Fargate rounds up in a way that is not documented.
	EphemeralStorageGB float64 `json:"ephemeralStorageGB"`
	// Replicas is how many such pods the manifest makes at once, and Total what they take together.
	Replicas int    `json:"replicas"`
	Total    Amount `json:"total"`
	// LimitRange names the LimitRange that sets some of the requests; empty for none.
	LimitRange string `json:"limitRange,omitempty"`
	// Hint says when a little less would fit a smaller size; empty otherwise.
	Hint string `json:"hint"`
	// Smaller are the sizes that Hint names.
	Smaller []Amount `json:"-"`
}

// Amount is an amount of CPU and memory.
type Amount struct {
	VCPU     float64 `json:"vcpu"`
	MemoryGB float64 `json:"memoryGB"`
}

// Size is one of the combinations that Fargate has, written as 0.25 vCPU / 0.5 GB.
func (c Capacity) Size() string { return Amount{c.VCPU, c.MemoryGB}.Size() }

// Size writes the amount as 0.25 vCPU / 0.5 GB.
func (a Amount) Size() string {
	return fmt.Sprintf("%s vCPU / %s GB", short(a.VCPU), short(a.MemoryGB))
}

// short writes a number without needless digits.
func short(f float64) string {
	return strconv.FormatFloat(math.Round(f*1000)/1000, 'f', -1, 64)
}

// tier is a row of the User Guide's table: CPU in thousandths of a vCPU, memory in MiB.
type tier struct {
	milli    int64
	memories []int64
}

// tiers is the table of vCPU and memory combinations (EKS User Guide, Understand Fargate Pod
// configuration details).
var tiers = []tier{
	{250, []int64{512, 1024, 2048}},
	{500, gigabytes(1, 4, 1)},
	{1000, gigabytes(2, 8, 1)},
	{2000, gigabytes(4, 16, 1)},
	{4000, gigabytes(8, 30, 1)},
	{8000, gigabytes(16, 60, 4)},
	{16000, gigabytes(32, 120, 8)},
}

// gigabytes returns the sizes of memory from first to last GiB in MiB.
func gigabytes(first, last, step int64) []int64 {
	var out []int64
	for g := first; g <= last; g += step {
		out = append(out, g*1024)
	}
	return out
}

const (
	mebibyte = 1 << 20
	gibibyte = 1 << 30
	// componentsMiB is what Fargate adds to every pod's memory for kubelet, kube-proxy and containerd
	// (EKS User Guide, Understand Fargate Pod configuration details).
	componentsMiB = 256
	// defaultStorage and mostStorage are the ephemeral storage of a pod in bytes (EKS User Guide, Fargate
	// storage).
	defaultStorage = 20 * gibibyte
	mostStorage    = 175 * gibibyte
)

// mebibytes returns bytes in MiB, rounded up.
func mebibytes(bytes int64) int64 { return (bytes + mebibyte - 1) / mebibyte }

// provision returns the smallest size for so many thousandths of a vCPU and bytes of memory: the first
// tier with enough CPU whose largest memory is enough, then its smallest memory that is. ok is false
// where no size is large enough.
func provision(milli, memory int64) (vcpu int64, memoryMiB int64, ok bool) {
	need := mebibytes(memory) + componentsMiB
	for _, t := range tiers {
		if t.milli < milli || t.memories[len(t.memories)-1] < need {
			continue
		}
		at, _ := slices.BinarySearch(t.memories, need)
		return t.milli, t.memories[at], true
	}
	return 0, 0, false
}

// Size returns what Fargate provisions for the pod, and findings of what does not fit, which quantities are wrong,
// and where the service's way of counting is not known. The capacity is nil where there is no such size.
func Size(pod kube.Pod) (*Capacity, []Finding) {
	if pod.Incomplete {
		return nil, nil
	}
	if findings := invalidQuantities(pod); len(findings) > 0 {
		return nil, Locate(pod, findings)
	}
	pod, limitRange := withLimits(pod)
	r := requested(pod.Spec)
	findings := slices.Concat(outOfBounds(pod), limitsAbove(pod, r), unknownSizing(pod), checkStorage(pod, r.storage))
	cpu, memoryMiB, ok := provision(r.milli, r.memory)
	if !ok {
		return nil, Locate(pod, append(findings, tooLarge(pod, r)))
	}
	hint, smaller := nearMiss(r.milli, r.memory, cpu, memoryMiB)
	size, replicas := Amount{vcpus(cpu), float64(memoryMiB) / 1024}, pod.Workload.Replicas
	return &Capacity{
		Requested: Amount{VCPU: vcpus(r.milli), MemoryGB: float64(r.memory) / gibibyte},
		VCPU:      size.VCPU, MemoryGB: size.MemoryGB,
		EphemeralStorageGB: float64(max(r.storage, defaultStorage)) / gibibyte,
		Replicas:           replicas,
		Total:              Amount{size.VCPU * float64(replicas), size.MemoryGB * float64(replicas)},
		LimitRange:         limitRange, Hint: hint, Smaller: smaller,
	}, Locate(pod, findings)
}

func vcpus(milli int64) float64 { return float64(milli) / 1000 }

// near reports whether so much less of a request makes a near miss: an eighth of it at most. So 2Gi is one,
// which is over 2 GB by what Fargate adds.
func near(less, asked int64) bool { return less*8 <= asked }

// nearMiss says how little less of a request would fit a smaller size: less CPU, and less memory with it where
// the smaller tier does not have as much; then less memory alone. It is empty where nothing is near.
func nearMiss(milli, memory, cpu, memoryMiB int64) (text string, sizes []Amount) {
	asked := mebibytes(memory)
	need := asked + componentsMiB
	var hints []string
	hint := func(less string, lessCPU, lessMemory int64) {
		v, m, _ := provision(milli-lessCPU, memory-lessMemory*mebibyte)
		size := Amount{vcpus(v), float64(m) / 1024}
		hints, sizes = append(hints, less+" would fit "+size.Size()), append(sizes, size)
	}
	for _, t := range slices.Backward(tiers) {
		if t.milli >= milli {
			continue
		}
		lessCPU, lessMemory := milli-t.milli, max(need-t.memories[len(t.memories)-1], 0)
		switch {
		case !near(lessCPU, milli) || !near(lessMemory, asked):
		case lessMemory == 0:
			hint(fmt.Sprintf("%dm less CPU", lessCPU), lessCPU, 0)
		default:
			hint(fmt.Sprintf("%dm less CPU and %dMi less memory", lessCPU, lessMemory), lessCPU, lessMemory)
		}
		break
	}
	// The largest memory of any size that this CPU could have and that is below the need.
	below := int64(0)
	for _, t := range tiers {
		if t.milli < milli || t.milli > cpu {
			continue
		}
		for _, m := range t.memories {
			if m < need && m > below && (t.milli < cpu || m < memoryMiB) {
				below = m
			}
		}
	}
	if less := need - below; below > componentsMiB && near(less, asked) {
		hint(fmt.Sprintf("%dMi less memory", less), 0, less)
	}
	return strings.Join(hints, ", "), sizes
}
