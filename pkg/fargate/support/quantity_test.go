package support

import (
	"fmt"
	"io/fs"
	"os"
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

// What Kubernetes could not hold is refused by its text: no arithmetic is begun that would not end.
func TestQuantitiesBeyondKubernetes(t *testing.T) {
	for text, fault := range map[string]string{
		"1e999999999":                     "its exponent is beyond what Kubernetes can hold",
		"1E+999999999":                    "its exponent is beyond what Kubernetes can hold",
		"1e-999999999":                    "its exponent is beyond what Kubernetes can hold",
		"\t1e100\n":                       "its exponent is beyond what Kubernetes can hold",
		"1e00000000000000000000000003":    "",
		"1e18446744073709551617":          "its exponent is beyond what Kubernetes can hold",
		"0e999999999":                     "its exponent is beyond what Kubernetes can hold",
		"1e99":                            "",
		"12345678901234567890.1e-99":      "",
		"1E":                              "",
		strings.Repeat("9", 65):           "it is too long",
		strings.Repeat("9", 64):           "",
		strings.Repeat("9", 60) + "Ei":    "",
		"0." + strings.Repeat("0", 61):    "",
		"1" + strings.Repeat("e", 60):     "digits and a suffix such as m, Mi or Gi are wanted",
		strings.Repeat("1e999999999 ", 9): "it is too long",
	} {
		for _, name := range sized {
			start := time.Now()
			pod, got := asking(string(name), text), ""
			Size(pod)
			if len(pod.BadQuantities) > 0 {
				got = pod.BadQuantities[0].Fault.Error()
			}
			if got != fault {
				t.Errorf("%s %q: got %q, want %q", name, text, got, fault)
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

// Quantities are parsed in one place, which has the bounds.
func TestQuantitiesHaveOneParser(t *testing.T) {
	err := fs.WalkDir(os.DirFS("../.."), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "fargate/kube/quantity.go" {
			return err
		}
		text, err := fs.ReadFile(os.DirFS("../.."), name)
		for _, parser := range []string{"resource.ParseQuantity(", "resource.MustParse("} {
			if strings.Contains(string(text), parser) {
				t.Errorf("%s calls %s...); kube.ParseQuantity has the bounds", name, parser)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
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
