package cli

// The manifests of testdata/corpus have the shapes that people write: every kind, odd YAML, quantities of every form.
// An oracle judges them anew: it shares no code with fgctl's rules and computes with fractions. Which findings a pod
// has stands beside it, in the annotation example.com/findings of its object.

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/fgctl/fgctl/pkg/output"
)

// leastManifests is how many files the corpus has at least.
const leastManifests = 300

func TestCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/corpus/*")
	if err != nil || len(files) < leastManifests {
		t.Fatalf("%d files, %v", len(files), err)
	}
	profiles := oracleTrees(t, "testdata/corpus.yaml")[0].([]any)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			streams := &output.Streams{In: strings.NewReader(""), Out: &out, Err: &errs}
			args := []string{
				"match", "--profiles-from", "testdata/corpus.yaml", "-f", file, "-o", "json", "--fail-on", "none",
			}
			if code := run(t.Context(), args, streams, systemClock{}); code != 0 {
				t.Fatalf("exit %d: %s", code, &errs)
			}
			want, got := oraclePods(t, file, profiles), judgedPods(t, out.Bytes())
			for _, name := range slices.Sorted(maps.Keys(want)) {
				if got[name] != want[name] {
					t.Errorf("%s\n     got %s\n    want %s", name, got[name], want[name])
				}
			}
			if len(got) != len(want) {
				t.Errorf("got %d pods, want %d", len(got), len(want))
			}
		})
	}
}

// judgedPods are the answers of match, in one line for each pod.
func judgedPods(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var answer struct {
		Pods []struct {
			Name, Part, Verdict, Profile string
			Findings                     []struct{ Code string }
			Capacity                     *struct{ VCPU, MemoryGB float64 }
		}
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, p := range answer.Pods {
		size := "no size"
		if p.Capacity != nil {
			size = fmt.Sprintf("%g/%g", p.Capacity.VCPU, p.Capacity.MemoryGB)
		}
		codes := make([]string, len(p.Findings))
		for i, f := range p.Findings {
			codes[i] = f.Code
		}
		slices.Sort(codes)
		out[p.Name+" "+p.Part] = oracleLine(p.Verdict, p.Profile, size, strings.Join(slices.Compact(codes), ", "))
	}
	return out
}

func oracleLine(verdict, profile, size, codes string) string {
	return fmt.Sprintf("%s %q %s [%s]", verdict, profile, size, codes)
}

// oracleTrees reads the documents of a file: mappings, lists, and the texts of scalars as they stand.
func oracleTrees(t *testing.T, file string) (out []any) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for decoder := yaml.NewDecoder(bytes.NewReader(content)); ; {
		var node yaml.Node
		if err := decoder.Decode(&node); err != nil {
			if err.Error() != "EOF" {
				t.Fatal(err)
			}
			return out
		}
		if tree := treeOf(&node); tree != nil {
			out = append(out, tree)
		}
	}
}

func treeOf(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return treeOf(n.Content[0])
	case yaml.AliasNode:
		return treeOf(n.Alias)
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, item := range n.Content {
			out[i] = treeOf(item)
		}
		return out
	case yaml.MappingNode:
		own, merged := map[string]any{}, map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			value := treeOf(n.Content[i+1])
			if n.Content[i].Value != "<<" {
				own[n.Content[i].Value] = value
				continue
			}
			sources, several := value.([]any)
			if !several {
				sources = []any{value}
			}
			for _, source := range slices.Backward(sources) {
				maps.Copy(merged, source.(map[string]any))
			}
		}
		maps.Copy(merged, own)
		return merged
	}
	var whole int64
	switch {
	case n.Tag == "!!null":
		return nil
	case n.Tag == "!!int" && n.Decode(&whole) == nil:
		return strconv.FormatInt(whole, 10)
	case n.Tag == "!!float":
		return strings.ReplaceAll(n.Value, "_", "")
	}
	return n.Value
}

// dig follows a path of keys.
func dig(tree any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		m, _ := tree.(map[string]any)
		tree = m[key]
	}
	return tree
}

func text(tree any, path string) string {
	s, _ := dig(tree, path).(string)
	return s
}

func list(tree any, path string) []any {
	l, _ := dig(tree, path).([]any)
	return l
}

// table is a mapping of texts.
func table(tree any, path string) map[string]string {
	out := map[string]string{}
	m, _ := dig(tree, path).(map[string]any)
	for k, v := range m {
		out[k], _ = v.(string)
	}
	return out
}

// found is what a path leads to.
type found struct {
	tree any
	part string
}

// walk follows a path of keys, in which * stands for every entry, and a|b for the one that is there.
func walk(tree any, path, part string) []found {
	if path == "" {
		return []found{{tree, part}}
	}
	key, rest, _ := strings.Cut(path, ".")
	var out []found
	switch t := tree.(type) {
	case []any:
		for _, item := range t {
			out = append(out, walk(item, rest, cmp.Or(text(item, "name"), text(item, "groupName")))...)
		}
	case map[string]any:
		for k, v := range t {
			switch {
			case key == "*":
				out = append(out, walk(v, rest, k)...)
			case slices.Contains(strings.Split(key, "|"), k):
				out = append(out, walk(v, rest, part)...)
			}
		}
	}
	return out
}
