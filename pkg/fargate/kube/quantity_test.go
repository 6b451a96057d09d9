package kube

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// Quantities are read as Kubernetes reads them. What it could not hold is refused by its text: no arithmetic is begun
// that would not end.
func TestParseQuantity(t *testing.T) {
	const length, exponent = "it is too long", "its exponent is beyond what Kubernetes can hold"
	const form, negative = "digits and a suffix such as m, Mi or Gi are wanted", "it is negative"
	for text, want := range map[string]struct{ value, fault string }{
		"500m": {value: "500m"}, "0.5": {value: "500m"}, "1Gi": {value: "1Gi"}, " 2\n": {value: "2"}, "0": {value: "0"}, "-0": {value: "0"},
		"1E": {value: "1E"}, "1e3": {value: "1e3"}, "1E+3": {value: "1e3"}, "0.1n": {value: "1n"}, "1e00000000000000000000000003": {value: "1e3"},
		"1e99": {value: "1e99"}, "12345678901234567890.1e-99": {value: "1n"},
		"0." + strings.Repeat("0", 61): {value: "0"}, strings.Repeat("9", 64): {value: strings.Repeat("9", 64)},
		strings.Repeat(" ", 65) + "1": {value: "1"},

		"": {fault: form}, "1 Gi": {fault: form}, "1gb": {fault: form}, "0x10": {fault: form}, "1e": {fault: form},
		"e999999999": {fault: exponent}, "1efoo999999999": {fault: form}, "1" + strings.Repeat("e", 60): {fault: form},
		"-1": {fault: negative}, "-1m": {fault: negative},
		strings.Repeat("9", 65): {fault: length}, strings.Repeat("1e999999999 ", 9): {fault: length},
		"1e100": {fault: exponent}, "1e999999999": {fault: exponent}, "1E+999999999": {fault: exponent}, "1e-999999999": {fault: exponent},
		"\t1e100\n": {fault: exponent}, "0e999999999": {fault: exponent}, "1e18446744073709551617": {fault: exponent}, "1e+-999": {fault: exponent},
	} {
		start, fault := time.Now(), ""
		got, err := ParseQuantity(text)
		if err != nil {
			fault = err.Error()
		}
		if fault != want.fault || err == nil && got.Cmp(resource.MustParse(want.value)) != 0 {
			t.Errorf("%q: got %s, %v; want %+v", text, got.String(), err, want)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%q took %s", text, took)
		}
	}
}

// Quantities are parsed in one place, which has the bounds.
func TestQuantitiesHaveOneParser(t *testing.T) {
	const root = "../.."
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "fargate/kube/quantity.go" {
			return err
		}
		text, err := fs.ReadFile(os.DirFS(root), name)
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
