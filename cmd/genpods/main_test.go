package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/manifest"
)

// The list is what kubectl prints as far as match is concerned: a List of pods of a cluster, the same for
// the same seed, about 5 kB each.
func TestWrite(t *testing.T) {
	var first, second bytes.Buffer
	if write(&first, 100, 1) != nil || write(&second, 100, 1) != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same seed gave two texts")
	}
	if !json.Valid(first.Bytes()) {
		t.Error("it is not JSON")
	}
	if size := first.Len() / 100; size < 4_500 || size > 5_500 {
		t.Errorf("a pod has %d bytes", size)
	}
	pods := 0
	if err := manifest.Read("-", &first, manifest.Options{}, func(p fargate.Pod) error {
		if pods++; p.Running == nil || p.Running.OwnerKind != "ReplicaSet" || len(p.Spec.Containers) != 1 || p.Labels["pod-template-hash"] == "" {
			t.Errorf("pod %d: %+v", pods, p)
		}
		return nil
	}); err != nil || pods != 100 {
		t.Errorf("%d pods, %v", pods, err)
	}
}
