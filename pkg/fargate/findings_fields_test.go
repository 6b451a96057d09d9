package fargate

// The table of docs/findings.md with every field of a pod is held to Kubernetes' types and to what the code finds.

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/support"
)

// fieldTypes are the types whose fields the page lists, by its headings.
var fieldTypes = map[string]reflect.Type{
	"PodSpec": reflect.TypeFor[corev1.PodSpec](), "Container": reflect.TypeFor[corev1.Container](),
	"EphemeralContainer": reflect.TypeFor[corev1.EphemeralContainer](),
	"PodSecurityContext": reflect.TypeFor[corev1.PodSecurityContext](),
	"SecurityContext":    reflect.TypeFor[corev1.SecurityContext](), "VolumeSource": reflect.TypeFor[corev1.VolumeSource](),
}

// fieldSamples set a field, by Type.field, so that the findings that its row names follow.
var fieldSamples = map[string]string{
	"PodSpec.initContainers":                   `{"initContainers": [{"restartPolicy": "Always"}]}`,
	"PodSpec.nodeSelector":                     `{"nodeSelector": {"team": "a", "kubernetes.io/arch": "arm64", "kubernetes.io/os": "windows"}}`,
	"PodSpec.nodeName":                         `{"nodeName": "ip-10-0-0-1"}`,
	"PodSpec.hostNetwork":                      `{"hostNetwork": true}`,
	"PodSpec.hostPID":                          `{"hostPID": true}`,
	"PodSpec.hostIPC":                          `{"hostIPC": true}`,
	"PodSpec.affinity":                         `{"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "team", "operator": "Exists"}]}]}}, "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}, "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}}}`,
	"PodSpec.schedulerName":                    `{"schedulerName": "other"}`,
	"PodSpec.tolerations":                      `{"tolerations": [{"key": "eks.amazonaws.com/compute-type", "operator": "Exists"}]}`,
	"PodSpec.runtimeClassName":                 `{"runtimeClassName": "gvisor"}`,
	"PodSpec.overhead":                         `{"overhead": {"cpu": "1"}}`,
	"PodSpec.topologySpreadConstraints":        `{"topologySpreadConstraints": [{"topologyKey": "zone"}]}`,
	"PodSpec.os":                               `{"os": {"name": "windows"}}`,
	"PodSpec.resourceClaims":                   `{"resourceClaims": [{"name": "gpu", "resourceClaimName": "gpu"}]}`,
	"PodSpec.resources":                        `{"resources": {"requests": {"cpu": "1"}}}`,
	"Container.ports":                          `{"containers": [{"ports": [{"containerPort": 10250, "hostPort": 80, "hostIP": "10.0.0.1"}]}]}`,
	"Container.resources":                      `{"containers": [{"resources": {"requests": {"cpu": "64"}, "limits": {"cpu": "65", "nvidia.com/gpu": "1"}}}]}`,
	"Container.restartPolicy":                  `{"initContainers": [{"restartPolicy": "Always"}]}`,
	"Container.volumeDevices":                  `{"containers": [{"volumeDevices": [{"name": "a"}]}]}`,
	"PodSecurityContext.windowsOptions":        `{"securityContext": {"windowsOptions": {"hostProcess": true}}}`,
	"PodSecurityContext.sysctls":               `{"securityContext": {"sysctls": [{"name": "net.core.somaxconn"}]}}`,
	"PodSecurityContext.seccompProfile":        `{"securityContext": {"seccompProfile": {"type": "Localhost"}}}`,
	"PodSecurityContext.appArmorProfile":       `{"securityContext": {"appArmorProfile": {"type": "Localhost"}}}`,
	"SecurityContext.capabilities":             `{"containers": [{"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}]}`,
	"SecurityContext.privileged":               `{"containers": [{"securityContext": {"privileged": true}}]}`,
	"SecurityContext.windowsOptions":           `{"containers": [{"securityContext": {"windowsOptions": {"hostProcess": true}}}]}`,
	"SecurityContext.allowPrivilegeEscalation": `{"containers": [{"securityContext": {"allowPrivilegeEscalation": true}}]}`,
	"SecurityContext.seccompProfile":           `{"containers": [{"securityContext": {"seccompProfile": {"type": "Localhost"}}}]}`,
	"SecurityContext.appArmorProfile":          `{"containers": [{"securityContext": {"appArmorProfile": {"type": "Localhost"}}}]}`,
	"VolumeSource.csi":                         `{"volumes": [{"csi": {"driver": "csi.example"}}]}`,
}

// fieldRow is a row of the page.
type fieldRow struct {
	state string
	codes []string // of the findings that it names
}

func fieldRows(t *testing.T) map[string]fieldRow {
	t.Helper()
	content, err := os.ReadFile("../../docs/findings.md")
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(string(content), "## Every field\n")
	row := regexp.MustCompile("^\\| `([A-Za-z]+)` \\| ([a-z ]+) \\| (.+) \\|$")
	link := regexp.MustCompile(`\]\(#([a-z0-9-]+)\)`)
	rows, of := map[string]fieldRow{}, ""
	for line := range strings.SplitSeq(page, "\n") {
		if heading, ok := strings.CutPrefix(line, "### "); ok {
			of = heading
		}
		if m := row.FindStringSubmatch(line); m != nil {
			r := fieldRow{state: m[2]}
			for _, code := range link.FindAllStringSubmatch(m[3], -1) {
				if slices.ContainsFunc(FindingCodes(), func(c support.FindingCode) bool { return c.Code == code[1] }) {
					r.codes = append(r.codes, code[1])
				}
			}
			rows[of+"."+m[1]] = r
		}
	}
	return rows
}

func TestEveryFieldHasItsRow(t *testing.T) {
	t.Parallel()
	rows := fieldRows(t)
	for name, of := range fieldTypes {
		for i := range of.NumField() {
			field, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if field == "" { // the fields of EphemeralContainer that Container has too
				for j := range of.Field(i).Type.NumField() {
					if inner := of.Field(i).Type.Field(j).Name; !hasField(fieldTypes["Container"], inner) {
						t.Errorf("%s has the field %s, which Container has not", name, inner)
					}
				}
				continue
			}
			full := name + "." + field
			r, ok := rows[full]
			delete(rows, full)
			switch {
			case !ok:
				t.Errorf("docs/findings.md has no row for %s", full)
			case !slices.Contains([]string{"works", "ignored", "refused", "not known"}, r.state):
				t.Errorf("%s: %q is no state", full, r.state)
			case r.state == "refused" && len(r.codes) == 0:
				t.Errorf("%s is refused, and its row names no finding", full)
			}
			checkSample(t, name, field, r)
		}
	}
	for full := range rows {
		t.Errorf("docs/findings.md has a row for %s, which Kubernetes has not", full)
	}
}

func hasField(of reflect.Type, name string) bool {
	_, ok := of.FieldByName(name)
	return ok
}

// checkSample judges a pod that has the field by the code.
func checkSample(t *testing.T, name, field string, r fieldRow) {
	t.Helper()
	full := name + "." + field
	text, ok := fieldSamples[full]
	if !ok && name == "VolumeSource" {
		text, ok = `{"volumes": [{"`+field+`": {}}]}`, true
	}
	if !ok {
		if len(r.codes) > 0 {
			t.Errorf("%s names findings, and there is no sample with it", full)
		}
		return
	}
	pod := kube.Pod{Kind: "Pod", Namespace: "a", SpecPath: "spec"}
	if err := json.Unmarshal([]byte(text), &pod.Spec); err != nil {
		t.Fatalf("%s: %v", full, err)
	}
	var found []foundCode
	for _, profiles := range [][]Profile{nil, {{Name: "all", Selectors: []Selector{{Namespace: "*"}}}}} {
		for _, f := range Explain(pod, profiles).Findings {
			found = append(found, foundCode{f.Code, f.Severity})
		}
	}
	isRefused := false
	for _, code := range r.codes {
		at := slices.IndexFunc(found, func(f foundCode) bool { return f.code == code })
		if at < 0 {
			t.Errorf("%s names the finding %s, but the code has not found it in %s", full, code, text)
			continue
		}
		isRefused = isRefused || found[at].severity == support.SeverityError
	}
	if r.state == "refused" && !isRefused {
		t.Errorf("%s is refused, but nothing found in %s is an error", full, text)
	}
	for _, f := range found { // an error beside "works" is for some values only, and then the row names it
		if f.severity == support.SeverityError && !slices.Contains(r.codes, f.code) && f.code != "architecture" && f.code != "windows" {
			t.Errorf("%s: %s is an error in %s, and the row does not name it", full, f.code, text)
		}
	}
}

// foundCode is what the table compares of a finding.
type foundCode struct {
	code     string
	severity support.Severity
}
