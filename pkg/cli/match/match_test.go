package match

// These tests state what the test scripts of match cannot show: that pods are printed as they are read,
// and that the pieces are the text that a whole would be.

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/output"
)

// to returns an environment that writes results to w.
func to(w io.Writer) *env.Env { return env.New(&output.Streams{Out: w}, nil, nil) }

func TestMatchPrintsPiecesLikeAWhole(t *testing.T) {
	profiles := []fargate.Profile{{Name: "a", Selectors: []fargate.Selector{{Namespace: "web", Labels: map[string]string{"x": "*"}}}}}
	for count := range 4 {
		var whole struct {
			Pods    []fargate.Explanation `json:"pods"`
			Summary fargate.Summary       `json:"summary"`
		}
		whole.Pods = []fargate.Explanation{}
		for i := range count {
			e := fargate.Explain(kube.Pod{Source: "f", Document: i + 1, Kind: "Pod", Name: "p\n1: 2", Namespace: "web"}, profiles[:i%2])
			whole.Pods = append(whole.Pods, e)
			whole.Summary.Add(e)
		}
		for format, write := range map[string]func(io.Writer, any) error{"json": output.JSON, "yaml": output.YAML} {
			var want, got bytes.Buffer
			if err := write(&want, whole); err != nil {
				t.Fatal(err)
			}
			p := newPrinter(to(&got), options{output: format}, &guide{env: to(&got)}, &gate{})
			for _, e := range whole.Pods {
				if err := p.pod(e); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.close(whole.Summary); err != nil {
				t.Fatal(err)
			}
			if got.String() != want.String() {
				t.Errorf("%s of %d:\n%s\nwant\n%s", format, count, &got, &want)
			}
		}
	}
}

func TestMatchTableExplainsSomePodsOfMany(t *testing.T) {
	var out bytes.Buffer
	p := newPrinter(to(&out), options{output: "table"}, &guide{env: to(&out)}, &gate{})
	var summary fargate.Summary
	for i := range tableRows + 100 {
		e := fargate.Explain(kube.Pod{Source: "f", Document: 1, Kind: "Pod", Name: fmt.Sprint("p", i), Namespace: "web"}, nil)
		summary.Add(e)
		if err := p.pod(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.close(summary); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if n := strings.Count(text, "POD "); n != 1 {
		t.Errorf("the header is there %d times", n)
	}
	if n := strings.Count(text, "\nPod/p"); n != tableRows+100+tableDetails {
		t.Errorf("%d lines begin with a pod, want a row for each and %d explanations", n, tableDetails)
	}
	for _, want := range []string{
		fmt.Sprintf("\n%d more are not explained here; -o wide gives a reason for each, -o json everything.\n", tableRows+100-tableDetails),
		fmt.Sprintf("\n%d pods: %d unmatched.\n", tableRows+100, tableRows+100),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// Commands in a hint are there to be pasted, so the lines of a narrow terminal do not break them.
func TestCommandsAreNotBroken(t *testing.T) {
	coredns := kube.Pod{
		Kind: "Deployment", Name: "coredns", Namespace: "kube-system", Labels: map[string]string{"k8s-app": "kube-dns"},
		Annotations: map[string]string{kube.ComputeTypeAnnotation: kube.ComputeTypeEC2},
	}
	bare := kube.Pod{Kind: "Pod", Name: "a-pod-that-nobody-owns-with-a-long-name", Namespace: "a-namespace-with-a-long-name", Running: &kube.Running{Phase: "Running", NodeName: "n"}}
	taken := bare
	taken.Spec.SchedulerName, taken.Labels = kube.Scheduler, map[string]string{kube.ProfileLabel: "a"}
	taken.Running = &kube.Running{Phase: "Pending", OwnerKind: "Job", OwnerName: "j"}
	profiles := []fargate.Profile{{Name: "a", Selectors: []fargate.Selector{{Namespace: "*"}}}}
	for _, c := range []struct {
		pod  kube.Pod
		want string
	}{
		{coredns, `kubectl patch deployment coredns -n kube-system --type json -p='[{"op":"remove","path":"/spec/template/metadata/annotations/eks.amazonaws.com~1compute-type"}]'` + "\n      kubectl rollout restart -n kube-system deployment coredns\n"},
		{bare, "      kubectl delete pod a-pod-that-nobody-owns-with-a-long-name -n a-namespace-with-a-long-name\n"},
		{taken, "      kubectl describe pod a-pod-that-nobody-owns-with-a-long-name -n a-namespace-with-a-long-name\n"},
	} {
		for _, width := range []int{0, 60, 80} {
			got := (&guide{env: to(io.Discard)}).explain(fargate.Explain(c.pod, profiles), true, width)
			if !strings.Contains(got, c.want) {
				t.Errorf("in %d columns:\n%s\nwant %s", width, got, c.want)
			}
		}
	}
}

// Conditions stand in columns where a terminal has room for them, and are sentences where it has not.
func TestConditionsFitTheTerminal(t *testing.T) {
	profile := fargate.Profile{Name: "a", Selectors: []fargate.Selector{{Namespace: "web", Labels: map[string]string{"a.long.prefix.example.com/name": "value"}}}}
	e := fargate.Explain(kube.Pod{Kind: "Pod", Name: "p", Namespace: "web"}, []fargate.Profile{profile})
	columns := "      ✔ namespace                             wants web    the pod has web\n" +
		"      ✗ label a.long.prefix.example.com/name  wants value  the pod has no such label\n"
	lines := "      ✔ namespace  wants web  the pod has web\n" +
		"      ✗ label a.long.prefix.example.com/name  wants value  the pod has no such\n        label\n"
	for width, want := range map[int]string{0: columns, 84: columns, 83: lines, 80: lines} {
		if got := (&guide{env: to(io.Discard)}).explain(e, true, width); !strings.Contains(got, want) {
			t.Errorf("in %d columns:\n%s\nwant\n%s", width, got, want)
		}
	}
}
