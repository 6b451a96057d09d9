package support

// These tests hold the sizes against every figure that a source states.

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"pgregory.net/rapid"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// requesting makes a pod whose containers request the pairs of CPU and memory.
func requesting(pairs ...string) kube.Pod {
	pod := kube.Pod{SpecPath: "spec", Workload: kube.Workload{Replicas: 1}}
	for i := 0; i < len(pairs); i += 2 {
		list := written{}
		if pairs[i] != "" {
			list["cpu"] = pairs[i]
		}
		if pairs[i+1] != "" {
			list["memory"] = pairs[i+1]
		}
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{
			Resources: requirements(&pod, fmt.Sprintf("spec.containers[%d].resources", i/2), list, nil),
		})
	}
	return pod
}

func TestSizes(t *testing.T) {
	const (
		guide    = "EKS User Guide, Understand Fargate Pod configuration details"
		bpg      = "EKS Best Practices, cost_opt_compute"
		measured = "measured by a third party (facts, Sizing)"
		derived  = "derived from the guide's table"
	)
	for _, c := range []struct{ cpu, memory, want, source string }{
		{"", "", "0.25 vCPU / 0.5 GB", guide},
		{"1", "8Gi", "2 vCPU / 9 GB", guide},
		{"1", "0.5Gi", "1 vCPU / 2 GB", bpg},
		{"250m", "1000Mi", "0.25 vCPU / 2 GB", measured},
		{"255m", "1000Mi", "0.5 vCPU / 2 GB", measured},
		{"260m", "1750Mi", "0.5 vCPU / 2 GB", measured},
		{"255m", "1800Mi", "0.5 vCPU / 3 GB", measured},
		{"255m", "10Gi", "2 vCPU / 11 GB", measured},
		{"500m", "750M", "0.5 vCPU / 1 GB", measured},
		{"1", "1750M", "1 vCPU / 2 GB", measured},
		{"1", "3750M", "1 vCPU / 4 GB", measured},
		{"0.25", "256Mi", "0.25 vCPU / 0.5 GB", derived},
		{"0.25", "257Mi", "0.25 vCPU / 1 GB", derived},
		{"1", "30Gi", "8 vCPU / 32 GB", derived},
		{"8", "60Gi", "16 vCPU / 64 GB", derived},
		{"16", "122624Mi", "16 vCPU / 120 GB", derived},
		{"16", "122625Mi", "", derived},
		{"", "120Gi", "", derived},
		{"16001m", "", "", derived},
		{"", "31Gi", "8 vCPU / 32 GB", "the rows of 8 and 16 vCPU, which the older measurement did not have"},
		{"16", "120Gi", "", derived},
		{"9", "", "16 vCPU / 32 GB", "the rows of 8 and 16 vCPU, which the older measurement did not have"},
		{"1n", "1", "0.25 vCPU / 0.5 GB", "Kubernetes, Quantity: amounts are rounded up"},
		{"1e3", "", "", "Kubernetes, Quantity: exponents"},
		{"0.1", "1e9", "0.25 vCPU / 2 GB", "Kubernetes, Quantity: fractions and exponents"},
		{"", "100m", "0.25 vCPU / 0.5 GB", "Kubernetes, Quantity: a tenth of a byte, rounded up"},
		{" 1 ", "1.5Gi", "1 vCPU / 2 GB", "Kubernetes, Quantity: space around it is passed over"},
		{"-0", "0Gi", "0.25 vCPU / 0.5 GB", "Kubernetes, Quantity: nothing is requested"},
		{"9E", "", "", "no overflow: thousandths of it do not fit 64 bits"},
		{"16Ei", "", "", "the same"},
		{"1e30", "", "", "no overflow: it does not fit 64 bits"},
		{"", "10000000000000000000", "", "the same"},
		{"", "9223372036854775807", "", "the largest number of 64 bits"},
	} {
		got, findings := Size(requesting(c.cpu, c.memory))
		if c.want == "" {
			if got != nil || len(findings) != 1 || findings[0].Code != CodeTooLarge || findings[0].Severity != SeverityError {
				t.Errorf("%s, %s (%s): got %v, %v; want it refused", c.cpu, c.memory, c.source, got, findings)
			}
			continue
		}
		if got == nil || got.Size() != c.want || len(findings) > 0 {
			t.Errorf("%s, %s (%s): got %v, %v; want %s", c.cpu, c.memory, c.source, got, findings, c.want)
		}
	}
}

func TestTooLargeSaysHowMuchThereIs(t *testing.T) {
	t.Parallel()
	_, findings := Size(requesting("16.5", "120Gi"))
	if len(findings) != 1 || findings[0].Path != "spec.containers" ||
		findings[0].Message != `the pod requests 16.5 vCPU and 120 GB; Fargate's largest size is 16 vCPU / 120 GB, of which 256 MiB are its own ("Your pod's cpu/memory requirements exceed the max Fargate configuration")` ||
		findings[0].Hint != "request at most 16 vCPU and 122624Mi in one pod, or keep it on EC2 nodes" {
		t.Errorf("%+v", findings)
	}
}

// The guide's own table, written out: every row from its smallest to its largest memory, and what a MiB more
// than that takes.
func TestEveryRowOfTheGuide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ vcpu, memories, next string }{
		{"0.25", "0.5 1 2", "0.5 vCPU / 3 GB"},
		{"0.5", "1 2 3 4", "1 vCPU / 5 GB"},
		{"1", "2 3 4 5 6 7 8", "2 vCPU / 9 GB"},
		{"2", "4 5 6 7 8 9 10 11 12 13 14 15 16", "4 vCPU / 17 GB"},
		{"4", "8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30", "8 vCPU / 32 GB"},
		{"8", "16 20 24 28 32 36 40 44 48 52 56 60", "16 vCPU / 64 GB"},
		{"16", "32 40 48 56 64 72 80 88 96 104 112 120", ""},
	} {
		least := 0.0
		for gb := range strings.FieldsSeq(c.memories) {
			most, _ := strconv.ParseFloat(gb, 64)
			for _, mib := range []float64{max(least*1024-255, 0), most*1024 - 256} {
				got, _ := Size(requesting(c.vcpu, fmt.Sprintf("%gMi", mib)))
				if want := c.vcpu + " vCPU / " + gb + " GB"; got == nil || got.Size() != want {
					t.Errorf("%s vCPU, %gMi: %v, want %s", c.vcpu, mib, got, want)
				}
			}
			least = most
		}
		got, _ := Size(requesting(c.vcpu, fmt.Sprintf("%gMi", least*1024-255)))
		if c.next == "" && got != nil || c.next != "" && (got == nil || got.Size() != c.next) {
			t.Errorf("a MiB more than %s GB: %v, want %s", c.memories, got, c.next)
		}
	}
}

func TestRequestsAddUp(t *testing.T) {
	list := func(cpu string) corev1.ResourceList { return amountsAt(&kube.Pod{}, "", written{"cpu": cpu}) }
	resources := func(cpu string) corev1.ResourceRequirements { return corev1.ResourceRequirements{Requests: list(cpu)} }
	for _, c := range []struct {
		why  string
		spec corev1.PodSpec
		want float64
		code string
	}{
		{"containers add up", corev1.PodSpec{Containers: []corev1.Container{{Resources: resources("300m")}, {Resources: resources("0.5")}}}, 0.8, ""},
		{"the largest init container counts where it is larger", corev1.PodSpec{
			InitContainers: []corev1.Container{{Resources: resources("1")}, {Resources: resources("2")}},
			Containers:     []corev1.Container{{Resources: resources("0.5")}},
		}, 2, ""},
		{"and not where it is smaller", corev1.PodSpec{
			InitContainers: []corev1.Container{{Resources: resources("300m")}}, Containers: []corev1.Container{{Resources: resources("0.5")}},
		}, 0.5, ""},
		{"a limit alone is a request (Kubernetes, Resource Management for Pods and Containers)", corev1.PodSpec{
			Containers: []corev1.Container{{Resources: corev1.ResourceRequirements{Limits: list("3")}}},
		}, 3, ""},
		{"a request goes before a limit", corev1.PodSpec{
			Containers: []corev1.Container{{Resources: corev1.ResourceRequirements{Requests: list("1"), Limits: list("3")}}},
		}, 1, CodeLimitAboveRequests},
		{"a limit that another container's request makes room for", corev1.PodSpec{
			Containers: []corev1.Container{{Resources: corev1.ResourceRequirements{Requests: list("1"), Limits: list("3")}}, {Resources: resources("2")}},
		}, 3, ""},
		{"an enormous limit is its own request", corev1.PodSpec{
			Containers: []corev1.Container{{Resources: corev1.ResourceRequirements{Limits: list("15")}}},
		}, 15, ""},
		{"native sidecars run beside the containers (Kubernetes, Sidecar Containers)", corev1.PodSpec{
			InitContainers: []corev1.Container{{Resources: resources("1"), RestartPolicy: always()}, {Resources: resources("2")}},
			Containers:     []corev1.Container{{Resources: resources("1")}},
		}, 3, CodeSidecarSizing},
		{"a sidecar that starts after an init container does not run beside it", corev1.PodSpec{
			InitContainers: []corev1.Container{{Resources: resources("2")}, {Resources: resources("1"), RestartPolicy: always()}},
			Containers:     []corev1.Container{{Resources: resources("0.5")}},
		}, 2, CodeSidecarSizing},
		{"pod-level requests replace the containers' (Kubernetes, Pod-level resources)", corev1.PodSpec{
			Containers: []corev1.Container{{Resources: resources("1")}}, Resources: &corev1.ResourceRequirements{Requests: list("4")},
		}, 4, CodePodResourcesSizing},
		{"a pod's limit is its request where no container has one (KEP-2837)", corev1.PodSpec{
			Containers: []corev1.Container{{}}, Resources: &corev1.ResourceRequirements{Limits: list("4")},
		}, 4, CodePodResourcesSizing},
		{"and is none where a container has (KEP-2837)", corev1.PodSpec{
			Containers: []corev1.Container{{Resources: resources("1")}, {Resources: corev1.ResourceRequirements{Limits: list("2")}}},
			Resources:  &corev1.ResourceRequirements{Limits: list("8")},
		}, 3, CodePodResourcesSizing},
		{"overhead is added (Kubernetes, Pod Overhead)", corev1.PodSpec{
			Containers: []corev1.Container{{Resources: resources("1")}}, Overhead: list("250m"),
		}, 1.25, CodeOverheadSizing},
		{"nothing stated for the whole pod is nothing unknown", corev1.PodSpec{
			Containers: []corev1.Container{{Resources: resources("1")}}, Resources: &corev1.ResourceRequirements{}, Overhead: corev1.ResourceList{},
		}, 1, ""},
		{"the overhead of a RuntimeClass is not seen, which runtime-class says", corev1.PodSpec{
			Containers: []corev1.Container{{Resources: resources("1")}}, RuntimeClassName: new("gvisor"),
		}, 1, ""},
	} {
		got, findings := Size(kube.Pod{SpecPath: "spec", Spec: c.spec})
		if got == nil || got.Requested.VCPU != c.want {
			t.Errorf("%s: got %+v, want %v vCPU", c.why, got, c.want)
		}
		code := ""
		if len(findings) > 0 {
			code = findings[0].Code
		}
		if code != c.code || len(findings) > 1 {
			t.Errorf("%s: findings %v, want %q", c.why, findings, c.code)
		}
	}
}

func TestManyEnormousRequestsDoNotOverflow(t *testing.T) {
	t.Parallel()
	pairs := make([]string, 20000)
	for i := range pairs {
		pairs[i] = "1e30"
	}
	if got, findings := Size(requesting(pairs...)); got != nil || len(findings) != 1 || findings[0].Code != CodeTooLarge || !strings.Contains(findings[0].Message, "over a million vCPU and over a million GB") {
		t.Errorf("got %v, %v", got, findings)
	}
}

func TestCapacityOfReplicasAndStorage(t *testing.T) {
	pod := requesting("1", "1750Mi")
	pod.Workload.Replicas = 3
	pod.Spec.Containers[0].Resources.Requests["ephemeral-storage"] = quantityOf(t, "30Gi")
	c, findings := Size(pod)
	if len(findings) > 0 || c.Replicas != 3 || c.Total != (Amount{VCPU: 3, MemoryGB: 6}) || c.EphemeralStorageGB != 30 {
		t.Errorf("got %+v, %v", c, findings)
	}
	for storage, want := range map[string]string{
		"1Gi": "20 GB", "20Gi": "20 GB", "21Gi": "21 GB", "152Gi": "152 GB",
		"153Gi": "153 GB storage-near-limit warning", "175Gi": "175 GB storage-near-limit warning",
		"176Gi": "176 GB storage-too-large error", "1e30": "1.048576e+06 GB storage-too-large error",
	} {
		pod.Spec.Containers[0].Resources.Requests["ephemeral-storage"] = quantityOf(t, storage)
		c, findings := Size(pod)
		got := fmt.Sprintf("%g GB", c.EphemeralStorageGB)
		for _, f := range findings {
			got += fmt.Sprintf(" %s %s", f.Code, f.Severity)
		}
		if got != want {
			t.Errorf("%s of storage: %s, want %s", storage, got, want)
		}
	}
}

func TestWrongQuantitiesAreNamedWithTheirPlace(t *testing.T) {
	pod := requesting("1", "512Mi", "half", "-1Gi")
	pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{
		Resources: requirements(&pod, "spec.containers[2].resources", written{"cpu": ""}, nil),
	})
	pod.Spec.InitContainers = []corev1.Container{{
		Resources: requirements(&pod, "spec.initContainers[0].resources", nil, written{"memory": "1Gb"}),
	}}
	pod.LineOf = func(path string) int { return len(path) }
	c, findings := Size(pod)
	var got []string
	for _, f := range findings {
		got = append(got, fmt.Sprintf("%s %s: %s", f.Code, f.Path, f.Message))
		if f.Line != len(f.Path) {
			t.Errorf("%s is at line %d", f.Path, f.Line)
		}
	}
	want := strings.Join([]string{
		`invalid-quantity spec.containers[1].resources.requests.cpu: cpu "half" is no quantity: digits and a suffix such as m, Mi or Gi are wanted`,
		`invalid-quantity spec.containers[2].resources.requests.cpu: cpu "" is no quantity: digits and a suffix such as m, Mi or Gi are wanted`,
		`invalid-quantity spec.initContainers[0].resources.limits.memory: memory "1Gb" is no quantity: digits and a suffix such as m, Mi or Gi are wanted`,
		`invalid-quantity spec.containers[1].resources.requests.memory: memory "-1Gi" is no quantity: it is negative`,
	}, "\n")
	if c != nil || strings.Join(got, "\n") != want {
		t.Errorf("got %v\n%s\nwant\n%s", c, strings.Join(got, "\n"), want)
	}
}

func TestNearMisses(t *testing.T) {
	for _, c := range []struct{ cpu, memory, want string }{
		{"255m", "1000Mi", "5m less CPU would fit 0.25 vCPU / 2 GB"},
		{"1", "8Gi", "256Mi less memory would fit 1 vCPU / 8 GB"},
		{"0.25", "257Mi", "1Mi less memory would fit 0.25 vCPU / 0.5 GB"},
		{"1050m", "2Gi", "50m less CPU would fit 1 vCPU / 3 GB"},
		{"1", "1750Mi", ""},
		{"500m", "512Mi", ""},
		{"", "", ""},
		{"0.25", "1000Mi", ""},
		{"2100m", "3850Mi", "100m less CPU would fit 2 vCPU / 5 GB"},
		{"1050m", "7985Mi", "50m less CPU and 49Mi less memory would fit 1 vCPU / 8 GB, 49Mi less memory would fit 2 vCPU / 8 GB"},
		{"1050m", "9Gi", "256Mi less memory would fit 2 vCPU / 9 GB"},
		{"250m", "2Gi", "256Mi less memory would fit 0.25 vCPU / 2 GB"},
		{"250m", "1Gi", ""},
		{"250m", "2340Mi", ""},
		{"4100m", "16Gi", "100m less CPU would fit 4 vCPU / 17 GB, 256Mi less memory would fit 8 vCPU / 16 GB"},
	} {
		got, _ := Size(requesting(c.cpu, c.memory))
		if got == nil || got.Hint != c.want {
			t.Errorf("%s, %s: got %+v, want %q", c.cpu, c.memory, got, c.want)
		}
	}
}

// Whatever is requested, the size is enough, no smaller tier would be, and the hint is what trying finds.
func TestProvisionIsTheSmallestThatFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		milli := rapid.OneOf(rapid.Int64Range(0, 1200), rapid.Int64Range(0, 17000)).Draw(t, "milli")
		memory := rapid.OneOf(rapid.Int64Range(0, 10*1024), rapid.Int64Range(0, 125*1024)).Draw(t, "MiB") * mebibyte
		cpu, mib, ok := provision(milli, memory)
		need := memory/mebibyte + componentsMiB
		for _, tier := range tiers {
			for _, m := range tier.memories {
				fits := tier.milli >= milli && m >= need
				if fits && !ok {
					t.Fatalf("%d/%d fits and was refused", tier.milli, m)
				}
				if ok && fits && (tier.milli < cpu || tier.milli == cpu && m < mib) {
					t.Fatalf("%d/%d fits and is smaller than %d/%d", tier.milli, m, cpu, mib)
				}
			}
		}
		if !ok {
			return
		}
		if cpu < milli || mib < need {
			t.Fatalf("%d/%d is too small", cpu, mib)
		}
		got, _ := nearMiss(milli, memory, cpu, mib)
		if want := nearMissByTrying(milli, memory); got != want {
			t.Fatalf("%dm, %dMi: %q, by trying %q", milli, memory/mebibyte, got, want)
		}
	})
}

// nearMissByTrying asks for a thousandth of a vCPU and a MiB less at a time, to an eighth of each.
func nearMissByTrying(milli, memory int64) string {
	var hints []string
	hint := func(less string, cpu, mib int64) {
		hints = append(hints, fmt.Sprintf("%s would fit %g vCPU / %g GB", less, float64(cpu)/1000, float64(mib)/1024))
	}
	row, _, _ := provision(milli, 0)
	for cpu := int64(1); cpu <= milli/8; cpu++ {
		if smaller, _, _ := provision(milli-cpu, 0); smaller == row {
			continue
		}
		for mib := int64(0); mib <= memory/mebibyte/8; mib++ {
			got, gb, _ := provision(milli-cpu, memory-mib*mebibyte)
			if got >= row {
				continue
			}
			less := fmt.Sprintf("%dm less CPU", cpu)
			if mib > 0 {
				less += fmt.Sprintf(" and %dMi less memory", mib)
			}
			hint(less, got, gb)
			break
		}
		break
	}
	cpu, gb, _ := provision(milli, memory)
	for mib := int64(1); mib <= memory/mebibyte/8; mib++ {
		if gotCPU, got, _ := provision(milli, memory-mib*mebibyte); gotCPU != cpu || got != gb {
			hint(fmt.Sprintf("%dMi less memory", mib), gotCPU, got)
			break
		}
	}
	return strings.Join(hints, ", ")
}
