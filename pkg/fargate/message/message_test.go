package message

import (
	"slices"
	"strings"
	"testing"
)

// Every row recognises its own example, as itself and first, with every part filled in and every word in place.
func TestRowsKnowTheirExamples(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range All() {
		if seen[k.Code] {
			t.Errorf("%s is there twice", k.Code)
		}
		seen[k.Code] = true
		got := Explain(k.Example)
		if !slices.ContainsFunc(got, func(m Meaning) bool { return m.Code == k.Code }) {
			t.Errorf("%s: %q means %v", k.Code, k.Example, got)
		}
		for name, text := range map[string]string{"cause": k.Cause, "cure": k.Cure, "source": k.Source, "by": k.By} {
			if text == "" || strings.ContainsAny(text, "{}") || strings.HasSuffix(text, ".") {
				t.Errorf("%s: its %s is %q", k.Code, name, text)
			}
		}
	}
}

// What a text holds is explained part by part, and what is particular goes before what is general.
func TestExplain(t *testing.T) {
	for _, c := range []struct {
		text  string
		codes []string
		parts map[string]string
	}{
		{"", nil, nil},
		{"hello", nil, nil},
		{
			"Pod not supported on Fargate: invalid SecurityContext fields: Capabilities added: CAP_CHOWN, fields not " +
				"supported: HostNetwork, volumes not supported: host-logs",
			[]string{"capability", "field", "volume-type"},
			map[string]string{"capability": "CAP_CHOWN", "field": "HostNetwork", "volume": "host-logs"},
		},
		{
			"Pod not supported on Fargate: volumes not supported: data not supported because: PVC claim-1 not bound",
			[]string{"claim-not-bound"},
			map[string]string{"volume": "data", "claim": "claim-1"},
		},
		{
			"Warning FailedScheduling 2m fargate-scheduler Misconfigured Fargate Profile: fargate profile web blocked " +
				"for " +
				"new launches due to: Pod execution role is not found in auth config or does not have all required\n" +
				"permissions for launching fargate pods.",
			[]string{"role-not-in-auth-config"},
			map[string]string{"profile": "web"},
		},
		{
			"Misconfigured Fargate Profile: fargate profile web blocked for new launches due to: the moon",
			[]string{"profile-blocked"},
			map[string]string{"profile": "web"},
		},
		{
			"An error occurred (ResourceInUseException) when calling the DeleteFargateProfile operation: Cannot Delete " +
				"Fargate " +
				"Profile web because cluster demo currently has Fargate profile api in status DELETING",
			[]string{"busy-sibling"},
			map[string]string{"sibling": "api", "status": "DELETING", "cluster": "demo"},
		},
		{"MISCONFIGURED PODEXECUTIONROLE TRUST POLICY", []string{"trust-policy"}, nil},
		{"Pod not supported on Fargate: a fault of tomorrow", []string{"unsupported"}, nil},
		{"0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint " +
			"{eks.amazonaws.com/compute-type: fargate}. " +
			"preemption: 0/3 nodes are available", []string{"untouched", "no-room"}, map[string]string{"resource": "cpu"}},
	} {
		got := Explain(c.text)
		var codes []string
		parts := map[string]string{}
		for _, m := range got {
			codes = append(codes, m.Code)
			for k, v := range m.Parts {
				parts[k] = v
			}
		}
		if !slices.Equal(codes, c.codes) {
			t.Errorf("%q: got %v, want %v", c.text, codes, c.codes)
		}
		for k, v := range c.parts {
			if parts[k] != v {
				t.Errorf("%q: %s is %q, want %q", c.text, k, parts[k], v)
			}
		}
	}
}

func FuzzExplain(f *testing.F) {
	for _, k := range All() {
		f.Add(k.Example)
	}
	f.Add(strings.Repeat("PVC a not bound, ", 100))
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range Explain(text) {
			if m.Code == "" || m.Cause == "" || m.Cure == "" || m.Source == "" {
				t.Errorf("%q: %+v", text, m)
			}
		}
	})
}
