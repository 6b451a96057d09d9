package diagnose_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/logging"
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

const podRole = "arn:aws:iam::111122223333:role/pods"

// silent is a pod that runs, and whose logs go nowhere.
func silent(p *kube.Pod) {
	p.Running.Phase, p.Running.NodeName = "Running", "fargate-ip-10-0-0-1"
	p.Annotations = map[string]string{"Logging": "LoggingDisabled: LOGGING_CONFIGMAP_NOT_FOUND"}
}

// policy is a SecurityGroupPolicy for every pod of the namespace, or for those of service accounts.
func policy(accounts labels.Set, groups ...string) *kube.Objects {
	p := kube.GroupPolicy{Namespace: "web", Name: "db", Groups: groups, Pods: labels.Everything()}
	if accounts != nil {
		p.Accounts = accounts.AsSelector()
	}
	var o kube.Objects
	o.AddPolicy(p)
	o.SetClusterGroup(func() string { return "sg-c" })
	return &o
}

// accounts adds the pod's service account.
func accounts(o *kube.Objects, team string) *kube.Objects {
	o.AddAccount(kube.ObjectName{Namespace: "web", Name: "default"}, labels.Set{"team": team})
	return o
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
	role := with(func(p *fargate.Profile) { p.PodExecutionRoleARN = podRole })
	nodeGroups := []string{"system:bootstrappers", "system:nodes", "system:node-proxier"}
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
				{Check: "egress", Level: preflight.Warn, Findings: []preflight.Finding{{Code: "no-way-out", Message: "no"}}},
				{Check: "overlap", Level: preflight.Warn, Message: "overlaps"},
				{Check: "role", Level: preflight.Pass, Message: "good"},
			}}},
			[]string{"provisioning-timed-out", "no-way-out"},
			"provisioning-timed-out",
		},
		"a role that is refused": {
			waiting("web"), diagnose.Evidence{Profiles: all, Checks: map[string][]preflight.Result{"web": {
				{Check: "role", Level: preflight.Fail, Findings: []preflight.Finding{
					{Code: "role-not-trusting", Message: "trusts nobody"}, {Code: "role-path", Message: "has a path"},
				}},
			}}}, []string{"role-not-trusting", "role-path"}, "role-not-trusting",
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
			})}, []string{"profile-not-active", "profile-health"}, "profile-not-active",
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
			waiting("web"),
			diagnose.Evidence{Profiles: all, Objects: policy(nil, "sg-1")},
			[]string{"security-group-policy"},
			"",
		},
		"a policy with it": {
			waiting("web"),
			diagnose.Evidence{Profiles: all, Objects: policy(nil, "sg-1", "sg-c")},
			[]string{"no-reason"},
			"",
		},
		"a policy for service accounts that are not known": {
			waiting("web"),
			diagnose.Evidence{Profiles: all, Objects: policy(labels.Set{"team": "a"}, "sg-1")},
			[]string{"security-group-policy"},
			"",
		},
		"a policy for another service account": {
			waiting("web"),
			diagnose.Evidence{Profiles: all, Objects: accounts(policy(labels.Set{"team": "a"}, "sg-1"), "b")},
			[]string{"no-reason"},
			"",
		},
		"a policy for the pod's service account": {
			waiting("web"),
			diagnose.Evidence{Profiles: all, Objects: accounts(policy(labels.Set{"team": "a"}, "sg-1"), "a")},
			[]string{"security-group-policy"},
			"",
		},
		"aws-auth without the role": {
			waiting("web"),
			diagnose.Evidence{Profiles: role, AuthenticationMode: "CONFIG_MAP", RoleMap: &diagnose.RoleMap{}},
			[]string{"role-unmapped"},
			"role-unmapped",
		},
		"aws-auth with the role's path": {
			waiting("web"), diagnose.Evidence{
				Profiles: role, AuthenticationMode: "CONFIG_MAP",
				RoleMap: &diagnose.RoleMap{Roles: []diagnose.MappedRole{{ARN: "arn:aws:iam::111122223333:role/apps/pods"}}},
			}, []string{"role-path"}, "role-path",
		},
		"aws-auth with the role as one of EC2 nodes": {
			waiting("web"), diagnose.Evidence{Profiles: role, AuthenticationMode: "CONFIG_MAP", RoleMap: &diagnose.RoleMap{
				Roles: []diagnose.MappedRole{{ARN: podRole, Username: "system:node:{{EC2PrivateDNSName}}", Groups: nodeGroups}},
			}}, []string{"role-map-groups"}, "role-map-groups",
		},
		"aws-auth without a group": {
			waiting("web"), diagnose.Evidence{Profiles: role, AuthenticationMode: "CONFIG_MAP", RoleMap: &diagnose.RoleMap{
				Roles: []diagnose.MappedRole{{ARN: podRole, Username: "system:node:{{SessionName}}", Groups: nodeGroups[:2]}},
			}}, []string{"role-map-groups"}, "role-map-groups",
		},
		"aws-auth with the role": {
			waiting("web"), diagnose.Evidence{Profiles: role, AuthenticationMode: "CONFIG_MAP", RoleMap: &diagnose.RoleMap{
				Roles: []diagnose.MappedRole{{ARN: podRole, Username: "system:node:{{SessionName}}", Groups: nodeGroups}},
			}}, []string{"no-reason"}, "",
		},
		"aws-auth that is broken": {
			waiting("web"),
			diagnose.Evidence{Profiles: role, RoleMap: &diagnose.RoleMap{Fault: errors.New("line 1: no list")}},
			[]string{"role-map-broken"},
			"",
		},
		"aws-auth where access entries decide": {
			waiting("web"),
			diagnose.Evidence{Profiles: role, AuthenticationMode: "API", RoleMap: &diagnose.RoleMap{}},
			[]string{"no-reason"},
			"",
		},
		"aws-auth beside an access entry": {
			waiting("web"), diagnose.Evidence{
				Profiles: role, AuthenticationMode: "API_AND_CONFIG_MAP", RoleMap: &diagnose.RoleMap{},
				Checks: map[string][]preflight.Result{"web": {{Check: "access", Level: preflight.Pass}}},
			}, []string{"no-reason"}, "",
		},
		"no access entry, and aws-auth without the role": {
			waiting("web", says("Pod execution role is not found in auth config")), diagnose.Evidence{
				Profiles: role, AuthenticationMode: "API_AND_CONFIG_MAP", RoleMap: &diagnose.RoleMap{},
				Checks: map[string][]preflight.Result{"web": {{Check: "access", Level: preflight.Skipped}}},
			}, []string{"role-not-in-auth-config", "role-unmapped"}, "role-not-in-auth-config",
		},
		"an access entry that is older than the role": {
			waiting("web"), diagnose.Evidence{Profiles: role, Checks: map[string][]preflight.Result{"web": {{
				Check: "access", Level: preflight.Fail, Message: "older",
				Findings: []preflight.Finding{{Code: "entry-stale", Message: "older"}},
			}}}}, []string{"entry-stale"}, "entry-stale",
		},
		"an event about logs, which holds nothing up": {
			waiting("web"), diagnose.Evidence{Profiles: all, Events: map[string][]diagnose.Event{"web/shop-1": {{
				From: "fargate-scheduler", Reason: "LoggingDisabled",
				Message: `Disabled logging because aws-logging configmap was not found. configmap "aws-logging" not found`,
			}}}}, []string{"no-reason"}, "",
		},
		"logs that nobody's configuration takes": {
			waiting("web", silent),
			diagnose.Evidence{Profiles: all, Logging: &logging.Config{Data: map[string]string{"output.conf": ""}}},
			[]string{"logging-config"},
			"logging-config",
		},
		"logs that were configured later": {
			waiting("web", silent), diagnose.Evidence{Profiles: all, Logging: &logging.Config{Data: map[string]string{
				"output.conf": "[OUTPUT]\n    Name cloudwatch\n    Match *\n",
			}}}, []string{"logging-late"}, "",
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
		"the taint in an event": {
			waiting(""), diagnose.Evidence{
				Profiles: with(func(p *fargate.Profile) { p.Selectors[0].Namespace = "api" }),
				Events: map[string][]diagnose.Event{"web/shop-1": {{
					From: "default-scheduler", Reason: "FailedScheduling",
					Message: "0/1 nodes are available: 1 node(s) had untolerated taint {eks.amazonaws.com/compute-type: fargate}",
				}}},
			}, []string{"no-profile"}, "no-profile",
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
		"no room on other nodes": {
			waiting("", says("0/3 nodes are available: 3 Insufficient memory.")),
			diagnose.Evidence{Profiles: with(func(p *fargate.Profile) { p.Selectors[0].Namespace = "api" })},
			[]string{"no-room", "no-profile"},
			"no-room",
		},
		"a DaemonSet's pod for a Fargate node": {
			waiting("", func(p *kube.Pod) { p.Running.OwnerKind, p.Running.OwnerName = "DaemonSet", "agent" },
				says("1 node(s) had untolerated taint {eks.amazonaws.com/compute-type: fargate}")),
			diagnose.Evidence{Profiles: all},
			[]string{"daemonset-on-fargate"},
			"daemonset-on-fargate",
		},
	} {
		t.Run(name, func(t *testing.T) { judge(t, c.pod, c.ev, c.want, c.sure) })
	}
}

// judge examines a pod, and compares the codes of its causes, and the first certain one.
func judge(t *testing.T, pod kube.Pod, ev diagnose.Evidence, want []string, certain string) {
	t.Helper()
	ev.Now = now
	e := diagnose.New(ev.Profiles)
	e.Add(pod)
	if quiet := e.Cases(diagnose.Evidence{}); pod.Running.Phase != "Pending" && pod.Running.Stuck == nil && len(quiet) > 0 {
		t.Fatalf("without evidence there are %v", quiet)
	}
	e = diagnose.New(ev.Profiles)
	e.Add(pod)
	cases := e.Cases(ev)
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
			strings.Contains(cause.Command, "CLUSTER") && ev.Cluster != "" {
			t.Errorf("%+v", cause)
		}
	}
	if !slices.Equal(codes, want) || sure != certain {
		t.Errorf("got %v, certain %q, want %v, certain %q", codes, sure, want, certain)
	}
}
