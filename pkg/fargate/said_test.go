package fargate

import (
	"slices"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/support"
)

// The words of a scheduler come first, explained, with what cures them.
func TestSchedulerSays(t *testing.T) {
	profiles := []Profile{{Name: "web", Cluster: "demo", Selectors: parsed(t, "namespace=web")}}
	for _, c := range []struct {
		why, scheduler, namespace, text string
		want                            []string // severity and code of every finding
		says, hint, commands            string   // of the first one
	}{
		{
			"a claim that is not bound", kube.Scheduler, "web",
			"Pod not supported on Fargate: volumes not supported: data not supported because: PVC data not bound",
			[]string{"error scheduler-says", "warning pending-on-fargate"},
			`fargate-scheduler says: "Pod not supported on Fargate: volumes not supported: data not supported because: PVC data ` +
				`not bound"; the claim data was not bound`, "delete the pod once", "kubectl get pvc data -n web",
		},
		{
			"a role that EKS does not know", kube.Scheduler, "web",
			"Misconfigured Fargate Profile: fargate profile web blocked for new launches due to: Pod execution role is not " +
				"found in auth config or does not have all required permissions for launching fargate pods.",
			[]string{"error scheduler-says", "warning pending-on-fargate"},
			"the cluster does not know the pod execution role of profile web", "access entry",
			"aws eks list-access-entries --cluster-name demo",
		},
		{
			"one that waits out", kube.Scheduler, "web", "Fargate capacity is unavailable at this time. Please try again later",
			[]string{"warning scheduler-says", "warning pending-on-fargate"},
			"no room", "wait", "",
		},
		{
			"several faults", kube.Scheduler, "web",
			"Pod not supported on Fargate: fields not supported: HostNetwork, port contains HostIP or HostPort",
			[]string{"error scheduler-says", "error scheduler-says", "warning pending-on-fargate"},
			`says: "fields not supported: HostNetwork"`, "HostNetwork", "",
		},
		{
			"a text that nobody knows", kube.Scheduler, "web", "the moon is wrong",
			[]string{"warning scheduler-says", "warning pending-on-fargate"},
			`says: "the moon is wrong"`, "not known",
			"kubectl describe pod p -n web",
		},
		{
			"another scheduler, and a profile that would take it", kube.DefaultScheduler, "web", "no nodes available",
			[]string{"error not-on-fargate"},
			`default-scheduler says: "no nodes available"`, "apply its manifest", "kubectl delete pod p -n web",
		},
		{
			"another scheduler, and no profile", kube.DefaultScheduler, "dev",
			"0/1 nodes are available: 1 node(s) had untolerated taint {eks.amazonaws.com/compute-type: fargate}",
			[]string{"warning scheduler-says"},
			"no profile took it", "ACTIVE profile", "",
		},
		{"nothing said", kube.Scheduler, "web", "", []string{"warning pending-on-fargate"}, "Pending", "read its events", "kubectl describe pod p -n web; kubectl delete pod p -n web"},
	} {
		pod := kube.Pod{Kind: "Pod", Name: "p", Namespace: c.namespace, SpecPath: "spec", Running: &kube.Running{Phase: "Pending", Unscheduled: c.text}}
		pod.Spec.SchedulerName = c.scheduler
		if c.scheduler == kube.Scheduler {
			pod.Labels = map[string]string{kube.ProfileLabel: "web"}
		}
		var got []string
		findings := Explain(pod, profiles).Findings
		for _, f := range findings {
			got = append(got, string(f.Severity)+" "+f.Code)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.why, got, c.want)
			continue
		}
		f := findings[0]
		if !strings.Contains(f.Message, c.says) || !strings.Contains(f.Hint, c.hint) || strings.Join(f.Commands, "; ") != c.commands {
			t.Errorf("%s: %+v", c.why, f)
		}
		if explained := f.Code == CodeSchedulerSays && !strings.Contains(f.Hint, "not known"); (explained || f.Code == CodeNotOnFargate) != f.IsCause {
			t.Errorf("%s: is the cause: %v", c.why, f.IsCause)
		}
	}
}

// A name that a shell would not take is in no command.
func TestCommandsOfAMeaningArePlain(t *testing.T) {
	pod := kube.Pod{Kind: "Pod", Name: "p", Namespace: "web", SpecPath: "spec", Running: &kube.Running{Phase: "Pending", Unscheduled: `persistentvolumeclaim "$(x)" not found`}}
	for _, f := range Explain(pod, nil).Findings {
		if len(f.Commands) > 0 {
			t.Errorf("%+v", f)
		}
	}
}

// What Fargate has provisioned stands beside the computed size, and a difference is a finding.
func TestProvisionedSize(t *testing.T) {
	profiles := []Profile{{Name: "web", Selectors: parsed(t, "namespace=web")}}
	for _, c := range []struct {
		text string
		want *support.Amount
		code string
	}{
		{"0.25vCPU 0.5GB", &support.Amount{VCPU: 0.25, MemoryGB: 0.5}, ""},
		{"0.5vCPU 2GB", &support.Amount{VCPU: 0.5, MemoryGB: 2}, "other-size"},
		{"", nil, ""},
		{"much", nil, ""},
		{"NaNvCPU 1GB", nil, ""},
		{"-1vCPU 1GB", nil, ""},
	} {
		pod := kube.Pod{
			Kind: "Pod", Name: "p", Namespace: "web", SpecPath: "spec", Labels: map[string]string{kube.ProfileLabel: "web"},
			Annotations: map[string]string{"CapacityProvisioned": c.text}, Running: &kube.Running{Phase: "Running", NodeName: "n"},
		}
		pod.Spec.SchedulerName = kube.Scheduler
		e, code := Explain(pod, profiles), ""
		for _, f := range e.Findings {
			code += f.Code
		}
		if code != c.code || (e.Running.Provisioned == nil) != (c.want == nil) || c.want != nil && *e.Running.Provisioned != *c.want {
			t.Errorf("%q: got %v %q", c.text, e.Running.Provisioned, code)
		}
	}
}
