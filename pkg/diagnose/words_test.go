package diagnose_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// stuck is a pod on a node of which a container does not run.
func stuck(text string) func(*kube.Pod) {
	return func(p *kube.Pod) { p.Running.NodeName, p.Running.Stuck = "fargate-ip-10-0-0-1", []string{text} }
}

// What kubelet, the API and containers say is a cause, whether it is known or not; that of other nodes is none of
// Fargate's.
func TestWords(t *testing.T) {
	all := []fargate.Profile{{
		Name: "web", Status: fargate.StatusActive, CreatedAt: now.Add(-24 * time.Hour),
		Selectors: []fargate.Selector{{Namespace: "web"}},
	}}
	for name, c := range map[string]struct {
		pod  kube.Pod
		ev   diagnose.Evidence
		want []string
		sure string
	}{
		"an image that cannot be pulled": {
			waiting("web", stuck(`container c: ImagePullBackOff: Back-off pulling image "x"`)),
			diagnose.Evidence{Profiles: all},
			[]string{"image-pull"},
			"image-pull",
		},
		"a CPU limit above the requests, of a pod that runs": {
			waiting("web", stuck("container c: StartError: cpu.cfs_quota_us: invalid argument"), func(p *kube.Pod) {
				p.Running.Phase = "Running"
			}),
			diagnose.Evidence{Profiles: all},
			[]string{"cpu-quota"},
			"cpu-quota",
		},
		"words of a container that are not known": {
			waiting("web", stuck(`container c: CreateContainerConfigError: configmap "x" not found`)),
			diagnose.Evidence{Profiles: all},
			[]string{"other-words"},
			"other-words",
		},
		"a young pod that the scheduler has refused in words that are not known": {
			waiting("web", says("a fault of tomorrow"), func(p *kube.Pod) { p.Running.CreatedAt = now }),
			diagnose.Evidence{Profiles: all},
			[]string{"other-words"},
			"other-words",
		},
		"an event that is no failure": {
			waiting("web"), diagnose.Evidence{Profiles: all, Events: map[string][]diagnose.Event{"web/shop-1": {{
				From: "fargate-scheduler", Reason: "Scheduled", Message: "Successfully assigned web/shop-1 to fargate-ip-1",
			}}}}, []string{"no-reason"}, "",
		},
		"scheduling gates": {
			waiting("web", says("Scheduling is blocked due to non-empty scheduling gates")),
			diagnose.Evidence{Profiles: all},
			[]string{"scheduling-gates"},
			"scheduling-gates",
		},
		"a pod that matches nothing, on another node": {
			waiting("", stuck(`container c: ErrImagePull: Failed to pull image "x"`), func(p *kube.Pod) {
				p.Namespace, p.Running.NodeName = "api", "ip-10-0-0-9"
			}),
			diagnose.Evidence{Profiles: all},
			[]string{"other-node"},
			"other-node",
		},
		"a DaemonSet's pod beside a Fargate pod": {
			waiting("", says("0/3 nodes are available: 1 Too many pods, 2 node(s) didn't match Pod's node affinity/selector."),
				daemon("fargate-ip-10-0-0-1")),
			diagnose.Evidence{Profiles: all},
			[]string{"daemonset-on-fargate"},
			"daemonset-on-fargate",
		},
		"a DaemonSet's pod for a full node": {
			waiting("", says("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector."),
				daemon("ip-10-0-0-1")),
			diagnose.Evidence{Profiles: all, Nodes: map[string]diagnose.Node{"ip-10-0-0-1": {}}},
			[]string{"no-room", "other-node"},
			"no-room",
		},
	} {
		t.Run(name, func(t *testing.T) { judge(t, c.pod, c.ev, c.want, c.sure) })
	}
}

// A profile that is not ACTIVE gets so by waiting only where it is CREATING; its health is named, taken or not.
func TestProfileNotActive(t *testing.T) {
	for status, want := range map[fargate.Status]string{
		fargate.StatusCreating: "wait until", fargate.StatusDeleting: "create another", fargate.StatusCreateFailed: "delete the profile",
		fargate.StatusDeleteFailed: "delete the profile",
	} {
		profiles := []fargate.Profile{{
			Name: "web", Status: status, Selectors: []fargate.Selector{{Namespace: "web"}},
			Issues: []fargate.HealthIssue{{Code: "AccessDenied", Message: "no"}},
		}}
		for _, taken := range []string{"", "web"} {
			e := diagnose.New(profiles)
			e.Add(waiting(taken))
			causes := e.Cases(diagnose.Evidence{Profiles: profiles, Now: now})[0].Causes
			if len(causes) < 2 || !strings.HasPrefix(causes[0].Cure, want) || causes[1].Code != "profile-health" {
				t.Errorf("%s, taken by %q: %+v", status, taken, causes)
			}
		}
	}
}

// CoreDNS needs a profile, and a template without its annotation; a cluster without profiles gets the command for one.
func TestCoreDNS(t *testing.T) {
	dns := waiting("", func(p *kube.Pod) {
		p.Namespace, p.Labels["k8s-app"] = "kube-system", "kube-dns"
		p.Annotations = map[string]string{kube.ComputeTypeAnnotation: "ec2"}
	})
	of := func(namespace string) []fargate.Profile {
		return []fargate.Profile{{Name: "a", Status: fargate.StatusActive, Selectors: []fargate.Selector{{Namespace: namespace}}}}
	}
	let := false
	for name, c := range map[string]struct {
		pod  kube.Pod
		ev   diagnose.Evidence
		want []string
	}{
		"annotated":             {dns, diagnose.Evidence{Profiles: of("kube-system"), Cluster: "demo"}, []string{"coredns-on-ec2"}},
		"annotated, no profile": {dns, diagnose.Evidence{Profiles: of("web")}, []string{"coredns-on-ec2", "no-profile"}},
		"no longer annotated":   {dns, diagnose.Evidence{Profiles: of("kube-*"), CoreDNSKept: &let}, []string{"coredns-on-ec2"}},
		"a cluster without any": {waiting(""), diagnose.Evidence{Profiles: []fargate.Profile{}}, []string{"no-profile"}},
	} {
		t.Run(name, func(t *testing.T) { judge(t, c.pod, c.ev, c.want, c.want[0]) })
	}
	e := diagnose.New([]fargate.Profile{})
	e.Add(dns)
	causes := e.Cases(diagnose.Evidence{Profiles: []fargate.Profile{}, Cluster: "demo", Now: now})[0].Causes
	if got := causes[1].Command; got != "fgctl create fargateprofile --selector namespace=kube-system,k8s-app=kube-dns --cluster demo" {
		t.Errorf("got %q", got)
	}
}
