package manifest

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// laughs is a document whose last alias stands for 10 to the power of n values.
func laughs(n int) string {
	var out strings.Builder
	out.WriteString("l0: &l0 {name: x}\n")
	for i := range n {
		refs := strings.Repeat(fmt.Sprintf("*l%d, ", i), 10)
		fmt.Fprintf(&out, "l%d: &l%d [%s]\n", i+1, i+1, strings.TrimSuffix(refs, ", "))
	}
	return out.String()
}

// What is wrong with a file is reported in one clear line, with little time and memory, whatever it is.
func TestHostileManifests(t *testing.T) {
	const tenMB = 10_000_000
	for _, c := range []struct{ name, text, want string }{
		{"a tab", "kind: Pod\nmetadata:\n\tname: a\n", "f.yaml: document 1, line 3: invalid YAML: a tab indents the line; YAML wants spaces"},
		{"YAML cut off", "kind: Pod\nmetadata: {name: a\n", "f.yaml: document 1, line 2: invalid YAML: did not find expected ',' or '}'"},
		{"JSON cut off", `{"kind":"List","items":[{"kind":"Service"},{"ki`, "f.yaml: document 1, line 1: invalid JSON: the document ends too early"},
		{"a list of JSON cut off between elements", "{\"kind\":\"List\",\"items\":[\n{\"kind\":\"Service\"},", "f.yaml: document 1, line 2: invalid JSON: the document ends too early"},
		{"a billion laughs", laughs(9) + "kind: Pod\nspec: {containers: *l9}\n", "f.yaml: document 1, line 6: the aliases of this document expand to more than 20 times its size"},
		{"10 MB of one line of YAML", "kind: Pod\nmetadata: {name: " + strings.Repeat("x", tenMB) + "}\n", "f.yaml: document 1, line 1: the document that begins here is larger than 8 MiB; a long list is read as JSON without a limit"},
		{"10 MB of one line of JSON", `{"kind":"Pod","metadata":{"name":"` + strings.Repeat("x", tenMB) + `"}}`, "f.yaml: document 1, line 1: the JSON value that begins here is larger than 8 MiB"},
		{"10 MB of one element", `{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"` + strings.Repeat("x", tenMB) + `"}}]}`, "f.yaml: document 1, line 1: the JSON value that begins here is larger than 8 MiB"},
		{"8 MB of single letters", "kind: Pod\nx: [" + strings.Repeat("a,", 4_000_000) + "]\n", "f.yaml: document 1, line 1: the document that begins here has more than 500000 parts; a long list is read as JSON without a limit"},
		{"8 MB of empty elements whose kind comes last", `{"items":[` + strings.Repeat("{},", 2_700_000) + `{}],"kind":"PodList"}`, "f.yaml: document 1, line 1: items[16320] has no kind, and that of its list has not come yet; put the list's kind before its items"},
		{"a pod of many containers", `{"kind":"Pod","spec":{"containers":[` + strings.Repeat("{},", 10_000) + `{}]}}`, "f.yaml: document 1, line 1: spec.containers has 10001 elements; fgctl reads at most 10000"},
		{"no UTF-8", "kind: Pod\nmetadata: {name: \xff\xfe}\n", "f.yaml: document 1, line 2: the text is not UTF-8; save the file as UTF-8"},
		{"no UTF-8 in a list of JSON", "{\"kind\":\"List\",\"items\":[\n{\"kind\":\"Pod\",\"metadata\":{\"name\":\"\xff\"}}]}", "f.yaml: document 1, line 2: the text is not UTF-8; save the file as UTF-8"},
		{"UTF-16", "\xff\xfek\x00i\x00", "f.yaml: document 1, line 1: the text is UTF-16; save the file as UTF-8"},
		{"deep YAML", "kind: Pod\nspec: " + strings.Repeat("[", 100_000), "f.yaml: document 1, line 2: invalid YAML: exceeded max depth of 10000"},
		{"deep JSON", `{"kind":"List","items":[{"kind":"Pod","spec":` + strings.Repeat("[", 100_000), "f.yaml: document 1, line 1: invalid JSON: exceeded max depth"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			got, err := pods(c.text, Options{})
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			if err == nil || strings.SplitN(err.Error(), "\n", 2)[0] != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if len(got) > 0 || strings.Count(err.Error(), "\n") > 12 {
				t.Errorf("%d pods, %d lines", len(got), strings.Count(err.Error(), "\n"))
			}
			// A bound that only exponential growth passes, so that a slow machine does not.
			if spent := after.TotalAlloc - before.TotalAlloc; spent > 200<<20 || took > 20*time.Second {
				t.Errorf("%d MiB and %s", spent>>20, took)
			}
		})
	}
}

// The line of a field is looked for at most so often that a pod with a fault in every container does not
// take time that grows with their square.
func TestLinesAreLimited(t *testing.T) {
	text := `{"kind":"Pod","spec":{"containers":[` + strings.Repeat("{},", maxLines) + `{}]}}`
	found := 0
	err := Read("f.json", strings.NewReader(text), Options{}, func(p kube.Pod) error {
		for i := range p.Spec.Containers {
			if p.LineOf(fmt.Sprintf("spec.containers[%d]", i)) == 1 {
				found++
			}
		}
		return nil
	})
	if err != nil || found != maxLines {
		t.Errorf("%d lines, %v", found, err)
	}
}
