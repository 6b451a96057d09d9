package support

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// asking is a pod that asks for an amount in every place where a pod can.
func asking(resource, text string) kube.Pod {
	pod, list := kube.Pod{Name: "a", SpecPath: "spec"}, written{resource: text}
	of := func(path string) corev1.ResourceRequirements { return requirements(&pod, path, list, list) }
	pod.Spec = corev1.PodSpec{
		Containers: []corev1.Container{{Name: "a", Resources: of("spec.containers[0].resources")}},
		InitContainers: []corev1.Container{
			{Name: "b", Resources: of("spec.initContainers[0].resources")},
			{Name: "c", Resources: of("spec.initContainers[1].resources"), RestartPolicy: always()},
		},
		Overhead: amountsAt(&pod, "spec.overhead", list), Resources: new(of("spec.resources")),
	}
	return pod
}

// quantityOf parses what is a quantity.
func quantityOf(t *testing.T, text string) resource.Quantity {
	t.Helper()
	q, err := kube.ParseQuantity(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// What is as long or as large as a quantity may be has a size at once, wherever a pod asks for it.
func TestQuantitiesAtTheirBounds(t *testing.T) {
	for _, text := range []string{
		"1e99", "12345678901234567890.1e-99", strings.Repeat("9", 64), strings.Repeat("9", 60) + "Ei", "0." + strings.Repeat("0", 61),
	} {
		for _, name := range sized {
			start := time.Now()
			pod := asking(string(name), text)
			if Size(pod); len(pod.BadQuantities) > 0 {
				t.Errorf("%s %q: %v", name, text, pod.BadQuantities[0].Fault)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s %q took %s", name, text, took)
			}
		}
	}
	_, findings := Size(asking("cpu", "1e999999999"))
	if len(findings) == 0 {
		t.Error("no findings")
	}
	for _, f := range findings {
		if f.Code != CodeInvalidQuantity || f.Message != `cpu "1e999999999" is no quantity: its exponent is beyond what Kubernetes can hold` {
			t.Errorf("%+v", f)
		}
	}
}

// Whatever a quantity says, the size of its pod is worked out at once, or it is refused.
func FuzzQuantity(f *testing.F) {
	for _, text := range []string{"500m", "1Gi", "1e3", "0.5", "1e99", "-1", "1E", "9223372036854775807", "1.5Ti"} {
		f.Add("cpu", text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		defer time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("%s %q takes over 5s", name, text)) }).Stop()
		capacity, findings := Size(asking(name, text))
		if capacity == nil && len(findings) == 0 {
			t.Errorf("%s %q has no size, and nothing says why", name, text)
		}
	})
}
