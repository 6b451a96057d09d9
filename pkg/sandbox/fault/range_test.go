package fault_test

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/fgctl/fgctl/pkg/sandbox/fault"
)

func TestRanges(t *testing.T) {
	for text, want := range map[string]string{
		"20ms": "20ms", "20ms..60ms": "20ms..60ms", "\t1s .. 2s\t": "1s..2s", "0s": "0s",
		"2s..1s": "ends before it begins", "-1s..2s": "begins below zero", "1s..2h": "longer than an hour",
		"soon": "not a span of time", "1s..": "not a span of time", "": "not a span of time",
	} {
		r, err := fault.ParseRange(text)
		if err == nil {
			err = r.Check()
		}
		if got := r.String(); err != nil && !strings.Contains(err.Error(), want) || err == nil && got != want {
			t.Errorf("%q: %s, %v; want %s", text, got, err, want)
		}
	}
	var both struct{ A, B fault.Range }
	if err := yaml.Unmarshal([]byte("a: 1s..2s\nb: 3s"), &both); err != nil {
		t.Fatal(err)
	}
	if data, err := yaml.Marshal(both); err != nil || string(data) != "a: 1s..2s\nb: 3s\n" {
		t.Errorf("written as %q, %v", data, err)
	}
	if err := yaml.Unmarshal([]byte("a: [1s]"), &both); err == nil {
		t.Error("a list is a range")
	}
}

// All that is wrong with faults and failures is reported together.
func TestChecks(t *testing.T) {
	var wrong []string
	report := func(path, _ string, _ ...any) { wrong = append(wrong, path) }
	fault.Fault{
		Operation: strings.Repeat("x", 300), Kind: fault.Throttle, Nth: -1, Every: 2, From: 1, After: 2, Until: 1,
		RetryAfter: -1, Latency: fault.Range{Min: -1}, Reads: -1, Lag: -1, Size: -1, Name: "x", Location: "x",
		Actor: &fault.Actor{},
	}.Check(report, "f")
	fault.Failure{Times: -1, Code: "x"}.Check(report, "g")
	want := "f f f.from f.until f.retryAfter f.latency f f.size f.name f.size f.location f f.actor g.times g.code"
	if got := strings.Join(wrong, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
