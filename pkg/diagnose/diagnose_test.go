package diagnose_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/preflight"
)

var now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// waiting is a pod of the Deployment shop that waits: taken by profile web, or with the default scheduler where taken
// is empty.
func waiting(taken string, change ...func(*kube.Pod)) kube.Pod {
	p := kube.Pod{
		Kind: "Pod", Name: "shop-1", Namespace: "web", Labels: map[string]string{"app": "shop"},
		Running: &kube.Running{
			Phase: "Pending", CreatedAt: now.Add(-time.Hour), OwnerKind: "ReplicaSet", OwnerName: "shop-7c9d",
		},
	}
	p.Labels["pod-template-hash"] = "7c9d"
	if taken != "" {
		p.Labels[kube.ProfileLabel], p.Spec.SchedulerName = taken, kube.Scheduler
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

func says(text string) func(*kube.Pod) {
	return func(p *kube.Pod) { p.Running.Unscheduled = text }
}

func mounts(claim string) func(*kube.Pod) {
	return func(p *kube.Pod) {
		p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: "v", VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim},
		}})
	}
}

// Each state of a cluster leads to its cause; the certain ones come first, and what was not read is not judged.
func TestCauses(t *testing.T) {
	web := fargate.Profile{
		Name: "web", Status: fargate.StatusActive, CreatedAt: now.Add(-24 * time.Hour),
		Selectors: []fargate.Selector{{Namespace: "web"}},
	}
	with := func(change func(*fargate.Profile)) []fargate.Profile {
		p := web.Clone()
		change(&p)
		return []fargate.Profile{p}
	}
	all, yes, no := []fargate.Profile{web}, true, false
	for name, c := range map[string]struct {
		pod  kube.Pod
		ev   diagnose.Evidence
		want []string
		sure string // the code of the first certain cause, empty for none
	}{
		"the scheduler's refusal": {
			waiting("web", says("Pod not supported on Fargate: fields not supported: HostNetwork")),
			diagnose.Evidence{Profiles: all},
			[]string{"field"},
			"field",
		},
		"an event's": {
			waiting("web"), diagnose.Evidence{Profiles: all, Events: map[string][]diagnose.Event{"web/shop-1": {{
				From: "fargate-scheduler", Reason: "FailedScheduling", Message: "Fargate capacity is unavailable at " +
					"this time",
			}}}}, []string{"capacity"}, "capacity",
		},
		"timed out, and the check of the way out warns": {
			waiting("web", says("Pod provisioning timed out (will retry) for pod: web/shop-1")),
			diagnose.Evidence{Profiles: all, Checks: map[string][]preflight.Result{"web": {
				{Check: "egress", Level: preflight.Warn, Message: "no way out"},
				{Check: "overlap", Level: preflight.Warn, Message: "overlaps"},
				{Check: "role", Level: preflight.Pass, Message: "good"},
			}}},
			[]string{"provisioning-timed-out", "check-egress"},
			"provisioning-timed-out",
		},
		"a role that is refused": {
			waiting("web"), diagnose.Evidence{Profiles: all, Checks: map[string][]preflight.Result{"web": {
				{Check: "role", Level: preflight.Fail, Message: "trusts nobody", Hint: "mend it"},
			}}}, []string{"check-role"}, "check-role",
		},
		"a profile that is gone": {
			waiting("web"), diagnose.Evidence{Profiles: []fargate.Profile{}}, []string{"profile-gone"}, "profile-gone",
		},
		"a profile that fails": {
			waiting("web"), diagnose.Evidence{Profiles: with(func(p *fargate.Profile) {
				p.Status, p.Issues = fargate.StatusCreateFailed, []fargate.HealthIssue{{
					Code:    "AccessDenied",
					Message: "no",
				}}
			})}, []string{"profile-not-active", "profile-health", "would-not-return"}, "profile-not-active",
		},
		"profiles that were not read": {
			waiting("web"), diagnose.Evidence{}, []string{"no-reason"}, "",
		},
		"a spec that Fargate refuses, not said yet": {
			waiting("web", func(p *kube.Pod) { p.Spec.HostNetwork = true }),
			diagnose.Evidence{Profiles: all},
			[]string{"host-network"},
			"",
		},
		"a claim that is missing": {
			waiting("web", mounts("data")),
			diagnose.Evidence{Profiles: all, Claims: map[string]diagnose.Claim{}},
			[]string{"claim-missing"},
			"claim-missing",
		},
		"a claim that waits": {
			waiting("web", mounts("data")),
			diagnose.Evidence{Profiles: all, Claims: map[string]diagnose.Claim{"web/data": {Phase: "Pending"}}},
			[]string{"claim-not-bound"},
			"claim-not-bound",
		},
		"a claim that was bound too late": {
			waiting("web", mounts("data"), says("volumes not supported: v not supported because: PVC data not bound")),
			diagnose.Evidence{Profiles: all, Claims: map[string]diagnose.Claim{"web/data": {Phase: "Bound"}}},
			[]string{"claim-not-bound", "claim-bound-late"},
			"claim-not-bound",
		},
		"claims that were not read": {
			waiting("web", mounts("data")), diagnose.Evidence{Profiles: all}, []string{"no-reason"}, "",
		},
		"a policy without the cluster's group": {
			waiting("web"), diagnose.Evidence{
				Profiles: all, ClusterGroup: "sg-c",
				Policies: []diagnose.SecurityGroupPolicy{{
					Namespace: "web", Name: "db", Groups: []string{"sg-1"}, Selects: func(kube.Pod) bool { return true },
				}},
			}, []string{"security-group-policy"}, "",
		},
		"a policy with it": {
			waiting("web"), diagnose.Evidence{
				Profiles: all, ClusterGroup: "sg-c",
				Policies: []diagnose.SecurityGroupPolicy{{
					Namespace: "web", Name: "db", Groups: []string{
						"sg-1",
						"sg-c",
					}, Selects: func(kube.Pod) bool { return true },
				}},
			}, []string{"no-reason"}, "",
		},
		"young": {
			waiting("web", func(p *kube.Pod) { p.Running.CreatedAt = now.Add(-time.Minute) }),
			diagnose.Evidence{Profiles: all},
			[]string{"starting"},
			"",
		},
		"made before the profile": {
			waiting("", func(p *kube.Pod) { p.Running.CreatedAt = now.Add(-48 * time.Hour) }),
			diagnose.Evidence{Profiles: all, Webhook: &yes},
			[]string{"not-on-fargate"},
			"not-on-fargate",
		},
		"no webhook": {
			waiting(""), diagnose.Evidence{Profiles: all, Webhook: &no}, []string{
				"webhook-absent",
				"not-on-fargate",
			}, "webhook-absent",
		},
		"no profile matches": {
			waiting("", says("0/1 nodes are available: 1 node(s) had untolerated taint "+
				"{eks.amazonaws.com/compute-type: fargate}")),
			diagnose.Evidence{Profiles: with(func(p *fargate.Profile) { p.Selectors[0].Namespace = "api" })},
			[]string{"no-profile"},
			"no-profile",
		},
		"a profile that is not ACTIVE yet": {
			waiting(""),
			diagnose.Evidence{Profiles: with(func(p *fargate.Profile) { p.Status = fargate.StatusCreating })},
			[]string{"profile-not-active"},
			"profile-not-active",
		},
		"pinned to nothing": {
			waiting("", func(p *kube.Pod) { p.Labels[kube.ProfileLabel] = "api" }),
			diagnose.Evidence{Profiles: all},
			[]string{"pinned"},
			"pinned",
		},
		"kept off": {
			waiting("", func(p *kube.Pod) { p.Annotations = map[string]string{kube.ComputeTypeAnnotation: "ec2"} }),
			diagnose.Evidence{Profiles: all},
			[]string{"kept-off"},
			"kept-off",
		},
		"CoreDNS": {
			waiting("", func(p *kube.Pod) {
				p.Namespace, p.Labels["k8s-app"] = "kube-system", "kube-dns"
				p.Annotations = map[string]string{kube.ComputeTypeAnnotation: "ec2"}
			}), diagnose.Evidence{Profiles: all, Cluster: "demo"}, []string{"coredns-on-ec2"}, "coredns-on-ec2",
		},
		"a DaemonSet's pod for a Fargate node": {
			waiting("", func(p *kube.Pod) { p.Running.OwnerKind, p.Running.OwnerName = "DaemonSet", "agent" },
				says("1 node(s) had untolerated taint {eks.amazonaws.com/compute-type: fargate}")),
			diagnose.Evidence{Profiles: all},
			[]string{"daemonset-on-fargate"},
			"daemonset-on-fargate",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.ev.Now = now
			e := diagnose.New(c.ev.Profiles)
			e.Add(c.pod)
			cases := e.Cases(c.ev)
			if len(cases) != 1 {
				t.Fatalf("%d cases", len(cases))
			}
			var codes []string
			sure := ""
			for i, cause := range cases[0].Causes {
				codes = append(codes, cause.Code)
				if cause.Certain && sure == "" {
					sure = cause.Code
					if i > 0 {
						t.Errorf("%s is certain and stands behind %s", cause.Code, codes[0])
					}
				}
				if cause.Text == "" || cause.Cure == "" || cause.Source == "" ||
					strings.Contains(cause.Command, "CLUSTER") && c.ev.Cluster != "" {
					t.Errorf("%+v", cause)
				}
			}
			if !slices.Equal(codes, c.want) || sure != c.sure {
				t.Errorf("got %v, certain %q, want %v, certain %q", codes, sure, c.want, c.sure)
			}
		})
	}
}

// Pods of one owner in one state are one case; pods that are fine, have ended or are going are none.
func TestCasesAreByOwner(t *testing.T) {
	web := fargate.Profile{Name: "web", Status: fargate.StatusActive, Selectors: []fargate.Selector{{Namespace: "web"}}}
	named := func(name, phase string) kube.Pod {
		return waiting("web", func(p *kube.Pod) {
			p.Name, p.Running.Phase, p.Running.NodeName = name, phase, map[string]string{"Running": "fargate-ip"}[phase]
		})
	}
	e := diagnose.New([]fargate.Profile{web})
	going := named("shop-6", "Pending")
	going.Running.Terminating = true
	for _, p := range []kube.Pod{
		named("shop-1", "Pending"), named("shop-2", "Pending"), named("shop-3", "Running"),
		named("shop-4", "Succeeded"), named("shop-5", "Failed"), going,
	} {
		e.Add(p)
	}
	cases := e.Cases(diagnose.Evidence{Profiles: []fargate.Profile{web}, Now: now})
	if e.Looked != 3 || len(cases) != 1 || !slices.Equal(cases[0].Pods, []string{"shop-1", "shop-2"}) ||
		cases[0].Owner != "Deployment/shop" {
		t.Errorf("looked at %d, cases %+v", e.Looked, cases)
	}
	if got := e.Profiles(); !slices.Equal(got, []string{"web"}) {
		t.Errorf("got profiles %v", got)
	}
}
