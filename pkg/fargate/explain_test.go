package fargate

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/support"
)

func TestExplain(t *testing.T) {
	active := func(name string, selectors ...Selector) Profile {
		return Profile{Name: name, Status: StatusActive, Selectors: selectors}
	}
	ns := func(namespace string, labels ...string) Selector {
		s := Selector{Namespace: namespace}
		for i := 0; i < len(labels); i += 2 {
			if s.Labels == nil {
				s.Labels = map[string]string{}
			}
			s.Labels[labels[i]] = labels[i+1]
		}
		return s
	}
	creating := active("fp-new", ns("web"))
	creating.Status = StatusCreating
	fromFile := active("fp-file", ns("web"))
	fromFile.Status = ""
	for _, c := range []struct {
		why        string
		labels     map[string]string
		annotation string
		profiles   []Profile
		verdict    Verdict
		profile    string
		candidates string
		reason     string
	}{
		{"namespace alone", nil, "", []Profile{active("fp-web", ns("web"))}, VerdictMatched, "fp-web", "fp-web", "selector 1 of fp-web matches (namespace web)"},
		{"second selector", map[string]string{"app": "api"}, "", []Profile{active("fp", ns("x"), ns("web", "app", "api"))}, VerdictMatched, "fp", "fp", "selector 2 of fp"},
		{"every label is needed", map[string]string{"app": "api"}, "", []Profile{active("fp", ns("web", "app", "api", "tier", "x"))}, VerdictUnmatched, "", "", "no selector of the only profile, fp, matches"},
		{"wildcard key and value", map[string]string{"team-a": "xyz"}, "", []Profile{active("fp", ns("w*", "team-?", "x*"))}, VerdictMatched, "fp", "fp", ""},
		{"no profile", nil, "", nil, VerdictUnmatched, "", "", "there is no Fargate profile"},
		{"several, first by bytes", nil, "", []Profile{active("b", ns("web")), active("a10", ns("web")), active("B", ns("*"))}, VerdictAmbiguous, "B", "B a10 b", "3 ACTIVE profiles match"},
		{"order that is not certain", nil, "", []Profile{active("a10", ns("web")), active("a2", ns("web"))}, VerdictAmbiguous, "a10", "a10 a2", "sort differently"},
		{"pinned", map[string]string{kube.ProfileLabel: "b"}, "", []Profile{active("a", ns("web")), active("b", ns("web"))}, VerdictMatched, "b", "b", "pinned to it"},
		{"pinned to one that does not match", map[string]string{kube.ProfileLabel: "b"}, "", []Profile{active("a", ns("web")), active("b", ns("x"))}, VerdictUnmatched, "", "", "no selector of it matches"},
		{"pinned to nothing", map[string]string{kube.ProfileLabel: "c"}, "", []Profile{active("a", ns("web"))}, VerdictUnmatched, "", "", "does not exist"},
		{"pinned to a sleeper", map[string]string{kube.ProfileLabel: "fp-new"}, "", []Profile{creating}, VerdictUnmatched, "", "", "which is CREATING"},
		{"CREATING does not count", nil, "", []Profile{creating}, VerdictUnmatched, "", "", "not ACTIVE: fp-new (CREATING)"},
		{"no status counts as ACTIVE", nil, "", []Profile{fromFile, creating}, VerdictMatched, "fp-file", "fp-file", ""},
		{"annotated for EC2", nil, "ec2", []Profile{active("a", ns("web"))}, VerdictExcluded, "", "a", "keeps the pod off Fargate"},
		{"another annotation value", nil, "fargate", []Profile{active("a", ns("web"))}, VerdictMatched, "a", "a", ""},
	} {
		pod := kube.Pod{Namespace: "web", Labels: c.labels}
		if c.annotation != "" {
			pod.Annotations = map[string]string{kube.ComputeTypeAnnotation: c.annotation}
		}
		e := Explain(pod, c.profiles)
		if e.Verdict != c.verdict || e.Profile != c.profile || strings.Join(e.Candidates, " ") != c.candidates || !strings.Contains(e.Reason, c.reason) {
			t.Errorf("%s: got %s %q %v %q", c.why, e.Verdict, e.Profile, e.Candidates, e.Reason)
		}
		if len(e.Profiles) != len(c.profiles) || e.Reason == "" {
			t.Errorf("%s: incomplete: %+v", c.why, e)
		}
	}
}

// A finding counts where a profile takes the pod, unless it is about what is elsewhere.
func TestFindingsThatCount(t *testing.T) {
	for _, c := range []struct {
		verdict        Verdict
		elsewhere      bool
		taken, warning bool
	}{
		{VerdictMatched, false, true, true},
		{VerdictAmbiguous, false, true, true},
		{VerdictUnmatched, false, false, false},
		{VerdictExcluded, false, false, false},
		{VerdictUnmatched, true, false, true},
		{VerdictExcluded, true, false, true},
	} {
		e := Explanation{Verdict: c.verdict, Findings: []support.Finding{{Severity: support.SeverityWarning, Elsewhere: c.elsewhere}}}
		if e.OnFargate() != c.taken || e.Counts(support.SeverityWarning) != c.warning || e.Counts(support.SeverityError) {
			t.Errorf("%s, elsewhere %v: taken %v, a warning counts %v, an error %v", c.verdict, c.elsewhere, e.OnFargate(), e.Counts(support.SeverityWarning), e.Counts(support.SeverityError))
		}
	}
}

// The JSON is a public contract, key by key and in this order.
func TestExplanationJSON(t *testing.T) {
	e := Explain(kube.Pod{Source: "pod.yaml", Document: 1, Kind: "Deployment", Name: "api", Namespace: "web", Labels: map[string]string{"app": "api"}, Workload: kube.Workload{Replicas: 1}},
		[]Profile{{Name: "fp-web", Status: StatusActive, Selectors: []Selector{{Namespace: "web", Labels: map[string]string{"app": "api", "tier": "x"}}, {Namespace: "web"}}}})
	got, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"source":"pod.yaml","document":1,"line":0,"kind":"Deployment","name":"api","part":"","namespace":"web",` +
		`"verdict":"matched","profile":"fp-web","candidates":["fp-web"],"pinned":"","reason":"selector 2 of fp-web matches (namespace web)",` +
		`"profiles":[{"name":"fp-web","status":"ACTIVE","matches":true,"selectors":[` +
		`{"index":1,"matches":false,"namespace":{"want":"web","got":"web","matches":true},` +
		`"labels":[{"key":"app","want":"api","got":"api","matches":true},{"key":"tier","want":"x","got":null,"matches":false}]},` +
		`{"index":2,"matches":true,"namespace":{"want":"web","got":"web","matches":true},"labels":[]}]}],"findings":[],"nearest":null,` +
		`"capacity":{"requested":{"vcpu":0,"memoryGB":0},"vcpu":0.25,"memoryGB":0.5,"ephemeralStorageGB":20,"replicas":1,"total":{"vcpu":0.25,"memoryGB":0.5},"hint":""},` +
		`"owner":null,"running":null}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// mixedProfiles are as many profiles as EKS's quota allows, of so many selectors, each with up to so many label pairs,
// some of them patterns.
func mixedProfiles(selectors, labels int) []Profile {
	choose := rand.New(rand.NewPCG(1, 2)) // the profiles have to be the same every time
	pick := func(of ...string) string { return of[choose.IntN(len(of))] }
	var profiles []Profile
	for i := range MaxProfiles {
		p := Profile{Name: fmt.Sprintf("fp-%d", i), Status: StatusActive}
		for range selectors {
			s := Selector{Namespace: pick("web", "shop", "jobs", "team-a", "data", "kube-system", "web-*", "team-?", "*-eu"), Labels: map[string]string{}}
			for range choose.IntN(labels + 1) {
				key := pick("app", "app.kubernetes.io/name", "tier", "team", "compute", "app.kubernetes.io/managed-by", "version", "app*", "t*")
				s.Labels[key] = pick("api", "frontend", "fargate", "Helm", "core", "v1", "prod-*", "a?b*", "*")
			}
			p.Selectors = append(p.Selectors, s)
		}
		profiles = append(profiles, p)
	}
	return profiles
}

// One operation is the judgement of one pod of a cluster by ten profiles, findings and size included; the
// benchmark reports pairs of pod and profile a second. It keeps to one core, the garbage collector included.
func BenchmarkExplain(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	size := corev1.ResourceList{"cpu": resource.MustParse("250m"), "memory": resource.MustParse("512Mi")}
	resources := corev1.ResourceRequirements{Requests: size, Limits: size}
	pod := kube.Pod{
		Kind: "Pod", Name: "api-abc-1", Namespace: "jobs", SpecPath: "spec", Labels: map[string]string{
			"app": "api", "app.kubernetes.io/name": "api", "app.kubernetes.io/managed-by": "Helm", "tier": "frontend", "team": "core", "version": "v1", "pod-template-hash": "abc",
		},
		Spec:    corev1.PodSpec{SchedulerName: kube.Scheduler, Containers: []corev1.Container{{Name: "a", Resources: resources}, {Name: "b", Resources: resources}}},
		Running: &kube.Running{NodeName: "fargate-ip-10-0-0-1", Phase: "Running", OwnerKind: "ReplicaSet", OwnerName: "api-abc"},
	}
	for _, c := range []struct {
		name              string
		selectors, labels int
	}{{"usual", 2, 2}, {"full", MaxSelectors, MaxLabels}} {
		b.Run(c.name, func(b *testing.B) {
			matcher := NewMatcher(mixedProfiles(c.selectors, c.labels))
			pod := pod
			pod.Labels = maps.Clone(pod.Labels)
			if pod.Labels[kube.ProfileLabel] = matcher.Explain(pod).Profile; pod.Labels[kube.ProfileLabel] == "" {
				b.Fatal("no profile takes the pod")
			}
			for b.Loop() {
				matcher.Explain(pod)
			}
			b.ReportMetric(float64(MaxProfiles*b.N)/b.Elapsed().Seconds(), "pairs/s")
		})
	}
}
