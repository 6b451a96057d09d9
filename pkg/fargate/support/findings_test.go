package support

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// What Fargate might have refused falls away for a pod that it has taken; what it ignores, and what costs, stays.
func TestRulesWithDoubt(t *testing.T) {
	t.Parallel()
	var doubt []string
	for _, r := range rules {
		if r.doubt {
			doubt = append(doubt, r.code.Code)
		}
	}
	const want = "allow-privilege-escalation host-pid host-ipc volume-type persistent-volume-claim extended-resource windows node-selector node-affinity localhost-profile runtime-class"
	if got := strings.Join(doubt, " "); got != want {
		t.Errorf("with doubt are\n%s\nwant\n%s", got, want)
	}
}

var (
	quotedText      = regexp.MustCompile(`"[^"]*"`)
	schedulersWords = regexp.MustCompile(`^"(Pod not supported on Fargate: (` +
		`invalid SecurityContext fields: (Privileged|AllowPrivilegeEscalation|Capabilities added: [A-Z_]+)` +
		`|fields not supported: HostNetwork|port contains HostIP or HostPort` +
		`|volumes not supported: \w+ (is of an unsupported volume Type|not supported because: PVC \w+ not bound))` +
		`|MatchNodeSelector failed: Fargate profile <profile> cannot satisfy pod's node selector/affinity requirements)"$`)
)

// checkFinding holds what is true of every finding: a hint, no severity above its code's, and in quotes
// nothing but the scheduler's words that were seen.
func checkFinding(t *testing.T, f Finding) {
	t.Helper()
	if f.Hint == "" || f.Message == "" || strings.HasSuffix(f.Message, ".") {
		t.Errorf("%s: message %q, hint %q", f.Code, f.Message, f.Hint)
	}
	for _, words := range quotedText.FindAllString(f.Message, -1) {
		if !schedulersWords.MatchString(words) {
			t.Errorf("%s: %s is in quotes, but no scheduler was seen to say it", f.Code, words)
		}
	}
	at := slices.IndexFunc(Codes(), func(c FindingCode) bool { return c.Code == f.Code })
	if at < 0 {
		t.Errorf("Codes does not know %s", f.Code)
	} else if f.Severity == SeverityError && Codes()[at].Severity != SeverityError {
		t.Errorf("%s is an error, but its code says a warning", f.Code)
	}
	if f.Elsewhere != (f.Code == "coredns-on-ec2") {
		t.Errorf("%s: counts elsewhere: %v", f.Code, f.Elsewhere)
	}
}

func TestCodesAreWhole(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, c := range Codes() {
		if c.Meaning == "" || c.Source == "" || strings.HasSuffix(c.Meaning, ".") || c.Severity != SeverityError && c.Severity != SeverityWarning {
			t.Errorf("%+v", c)
		}
		if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(c.Code) || slices.Contains(codes, c.Code) {
			t.Errorf("the code %q is no new name of small letters and hyphens", c.Code)
		}
		codes = append(codes, c.Code)
	}
}

func TestFindingsKnowTheirLine(t *testing.T) {
	t.Parallel()
	pod := cleanPod()
	pod.Spec.HostNetwork = true
	pod.LineOf = func(path string) int { return len(path) }
	if got := Findings(pod); len(got) != 1 || got[0].Line != len("spec.template.spec.hostNetwork") {
		t.Errorf("%+v", got)
	}
}

func TestFindingsInJSON(t *testing.T) {
	t.Parallel()
	if got, err := json.Marshal(Findings(cleanPod())); err != nil || string(got) != "[]" {
		t.Errorf("%s, %v", got, err)
	}
	pod := cleanPod()
	pod.Spec.HostPID = true
	got, err := json.Marshal(Findings(pod))
	if err != nil || !strings.HasPrefix(string(got), `[{"code":"host-pid","severity":"warning","path":"spec.template.spec.hostPID","line":0,"message":"`) || strings.Contains(string(got), "lsewhere") {
		t.Errorf("%s, %v", got, err)
	}
}

func TestCleanPodCostsNoMemory(t *testing.T) {
	pod := cleanPod()
	if got := testing.AllocsPerRun(100, func() { Findings(pod) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkFindings(b *testing.B) {
	pod := cleanPod()
	b.ReportAllocs()
	for b.Loop() {
		if len(Findings(pod)) > 0 {
			b.Fatal("the pod is clean")
		}
	}
}

// objects lets other objects decide about a pod.
func objects(add func(*kube.Objects)) func(*kube.Pod) {
	return func(p *kube.Pod) {
		p.Namespace, p.Labels, p.Objects = "web", map[string]string{"app": "web"}, &kube.Objects{}
		add(p.Objects)
	}
}

// podContext sets something in the pod's own security context.
func podContext(set func(*corev1.PodSecurityContext)) func(*kube.Pod) {
	return func(p *kube.Pod) {
		p.Spec.SecurityContext = &corev1.PodSecurityContext{}
		set(p.Spec.SecurityContext)
	}
}
