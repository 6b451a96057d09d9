package diagnose_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// daemon makes a pod one of a DaemonSet for a node.
func daemon(node string) func(*kube.Pod) {
	return func(p *kube.Pod) {
		p.Running.OwnerKind, p.Running.OwnerName = "DaemonSet", "agent"
		p.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
				MatchFields: []corev1.NodeSelectorRequirement{{
					Key: "metadata.name", Operator: corev1.NodeSelectorOpIn, Values: []string{node},
				}},
			}}},
		}}
	}
}

func runs(node string) func(*kube.Pod) {
	return func(p *kube.Pod) { p.Running.Phase, p.Running.NodeName = "Running", node }
}

// Nodes that were read decide by their label what is else guessed by names, or not known.
func TestNodesDecide(t *testing.T) {
	web := []fargate.Profile{{
		Name: "web", Status: fargate.StatusActive, Selectors: []fargate.Selector{{Namespace: "web"}},
	}}
	other := []fargate.Profile{{
		Name: "web", Status: fargate.StatusActive, Selectors: []fargate.Selector{{Namespace: "api"}},
	}}
	mixed := map[string]diagnose.Node{"fargate-a": {Fargate: true}, "odd": {Fargate: true}, "ec2": {}}
	only := map[string]diagnose.Node{"fargate-a": {Fargate: true}}
	for name, c := range map[string]struct {
		pod      kube.Pod
		profiles []fargate.Profile
		nodes    map[string]diagnose.Node
		want     string // state; codes, a certain one with an exclamation mark; nodes; empty for no case
	}{
		"a DaemonSet's pod for a Fargate node": {
			waiting("", daemon("odd")), web, mixed, "Pending, made for a Fargate node; daemonset-on-fargate!; [odd]",
		},
		"by its name": {
			waiting("", daemon("fargate-a")), web, nil, "Pending, made for a Fargate node; daemonset-on-fargate!; [fargate-a]",
		},
		"for a node that may be any": {
			waiting("", daemon("odd")), web, nil, "Pending with default-scheduler; daemonset-on-fargate; []",
		},
		"for another node": {
			waiting("", daemon("ec2")), web, mixed, "Pending, made for a node that is not Fargate's; other-node!; [ec2]",
		},
		"no profile, and other nodes": {
			waiting(""), other, mixed, "Pending with default-scheduler; no-profile; []",
		},
		"no profile, and Fargate's nodes only": {
			waiting(""), other, only, "Pending with default-scheduler; no-profile!; []",
		},
		"runs on another node": {
			waiting("", runs("ec2")), web, mixed, "Running on a node that is not Fargate's; not-on-fargate!; [ec2]",
		},
		"runs on a node that is not known": {
			waiting("", runs("ec2")), web, nil, "Running, not on Fargate (node ec2); not-on-fargate!; []",
		},
		"runs on a Fargate node": {waiting("", runs("odd")), web, mixed, ""},
		"taken, and on another node": {
			waiting("web", runs("ec2")), web, mixed, "Running on a node that is not Fargate's; node-named!; [ec2]",
		},
		"taken, and on a Fargate node":  {waiting("web", runs("odd")), web, mixed, ""},
		"taken, and on a node not read": {waiting("web", runs("ec2")), web, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := diagnose.New(c.profiles)
			e.Add(c.pod)
			got := ""
			for _, x := range e.Cases(diagnose.Evidence{Profiles: c.profiles, Nodes: c.nodes, Now: now}) {
				var codes []string
				for _, cause := range x.Causes {
					codes = append(codes, cause.Code+map[bool]string{true: "!"}[cause.Certain])
				}
				got += fmt.Sprintf("%s; %s; %v", x.State, strings.Join(codes, ","), x.Nodes)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if needs := e.NeedsNodes(); c.want != "" && !needs {
				t.Error("nodes decide, and are not asked for")
			}
		})
	}
}

// The pods of a DaemonSet are one case, with the nodes of all; nodes are not asked for where they decide nothing.
func TestNodesOfACase(t *testing.T) {
	e := diagnose.New(nil)
	e.Add(waiting("web"))
	if e.NeedsNodes() {
		t.Error("nodes are asked for, and decide nothing")
	}
	for _, node := range []string{"fargate-a", "fargate-b"} {
		e.Add(waiting("", daemon(node), func(p *kube.Pod) { p.Name = "agent-" + node }))
	}
	cases := e.Cases(diagnose.Evidence{Now: now})
	if len(cases) != 2 || !slices.Equal(cases[0].Nodes, []string{"fargate-a", "fargate-b"}) {
		t.Errorf("got %+v", cases)
	}
}
