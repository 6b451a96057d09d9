package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// These tests state what is left out of what -f names, and what is said of it (docs/matching.md, What is not judged).

// write makes files with their texts in a new directory and goes there.
func write(t *testing.T, texts map[string]string) {
	t.Helper()
	names := make([]string, 0, len(texts))
	for name := range texts {
		names = append(names, name)
	}
	tree(t, names...)
	for name, text := range texts {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// leftText writes what was found and what was left out.
func leftText(files []File, left *Left) string {
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	text := strings.Join(names, " ")
	if left.Inputs > 0 {
		text += fmt.Sprintf("; %d inputs", left.Inputs)
	}
	if len(left.Kustomizations) > 0 {
		text += "; kustomizations " + strings.Join(left.Kustomizations, " ")
	}
	if len(left.Charts) > 0 {
		text += "; charts " + strings.Join(left.Charts, " ")
	}
	return text
}

// What a kustomization patches, generates or configures with is no manifest of its own; its resources are.
func TestKustomizationInputs(t *testing.T) {
	for _, c := range []struct{ name, kustomization, want string }{
		{"resources", "resources: [a.yaml]", "k/a.yaml k/b.yaml; kustomizations k"},
		{"patches by path", "patches: [{path: a.yaml}, {patch: b.yaml}]", "k/b.yaml; 1 inputs; kustomizations k"},
		{"patches of the older form", "patchesStrategicMerge: [a.yaml]\npatchesJson6902: [{path: ./b.yaml}]", "; 2 inputs; kustomizations k"},
		{"a patch within", "patchesStrategicMerge: ['kind: Pod']", "k/a.yaml k/b.yaml; kustomizations k"},
		{"replacements, transformers and generators", "replacements: [{path: a.yaml}]\ntransformers: [b.yaml]", "; 2 inputs; kustomizations k"},
		{"configurations and validators", "configurations: [a.yaml]\nvalidators: [b.yaml]", "; 2 inputs; kustomizations k"},
		{"generators and CRDs", "generators: [a.yaml]\ncrds: [b.yaml]", "; 2 inputs; kustomizations k"},
		{"files of a ConfigMap, with and without a key", "configMapGenerator: [{name: c, files: [key=a.yaml, b.yaml]}]", "; 2 inputs; kustomizations k"},
		{"files of a Secret", "secretGenerator: [{name: s, envs: [a.yaml], files: x}, y]", "k/b.yaml; 1 inputs; kustomizations k"},
		{"what is no list", "patches: a.yaml\nconfigMapGenerator: {files: [a.yaml]}", "k/a.yaml k/b.yaml; kustomizations k"},
		{"its own kind", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches: [{path: a.yaml}]", "k/b.yaml; 1 inputs; kustomizations k"},
		{"a component is nothing by itself", "kind: Component\npatches: [{path: a.yaml}]", "k/b.yaml; 1 inputs"},
		{"Flux's objects are manifests", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\npatches: [{path: a.yaml}]", "k/a.yaml k/b.yaml k/kustomization.yaml"},
		{"another kind", "kind: ConfigMap\npatches: [{path: a.yaml}]", "k/a.yaml k/b.yaml k/kustomization.yaml"},
		{"a list", "[a.yaml]", "k/a.yaml k/b.yaml k/kustomization.yaml"},
		{"broken", "patches: [{path: a.yaml}", "k/a.yaml k/b.yaml k/kustomization.yaml"},
		{"what is outside of it", "patches: [{path: ../up.yaml}]", "k/a.yaml k/b.yaml; kustomizations k"},
	} {
		write(t, map[string]string{"k/kustomization.yaml": c.kustomization, "k/a.yaml": "", "k/b.yaml": "", "k/note.txt": ""})
		files, left, err := Find([]string{"k"}, true, nil)
		if got := leftText(files, left); err != nil || got != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.name, got, err, c.want)
		}
	}
}

// Of kustomizations that build on each other the last ones count, whatever the file is called.
func TestKustomizationsThatBuildOnEachOther(t *testing.T) {
	write(t, map[string]string{
		"base/kustomization.yml": "resources: [a.yaml]", "base/a.yaml": "",
		"parts/tls/Kustomization": "kind: Component\npatches: [{path: p.yaml}]", "parts/tls/p.yaml": "",
		"overlays/prod/kustomization.yaml": "resources: [../../base]\ncomponents: [../../parts/tls]\npatches: [{path: p.yaml}]", "overlays/prod/p.yaml": "",
		"overlays/test/kustomization.yaml": "bases: [../../shared/]", "shared/kustomization.yaml": "{}", "other/kustomization.yaml": "{}",
	})
	files, left, err := Find([]string{"."}, true, nil)
	if want := "base/a.yaml; 2 inputs; kustomizations other overlays/prod overlays/test"; err != nil || leftText(files, left) != want {
		t.Errorf("got %s, %v; want %s", leftText(files, left), err, want)
	}
	// A base that is named alone counts: nothing that was looked at builds on it.
	files, left, err = Find([]string{"base"}, true, nil)
	if want := "base/a.yaml; kustomizations base"; err != nil || leftText(files, left) != want {
		t.Errorf("got %s, %v; want %s", leftText(files, left), err, want)
	}
}

// A patch that -f names is no pod either; where nothing else is named, that is an error with what to run instead.
func TestInputsThatAreNamed(t *testing.T) {
	const hint = ": what kustomize and Helm complete is not judged as it stands; pipe to -f - what this prints:\n"
	write(t, map[string]string{
		"a b/kustomization.yaml": "patches: [{path: p.yaml}, {path: patches/q.yaml}, {path: patches/deep/r.yaml}, {path: patches/deep/er/s.yaml}]",
		"a b/p.yaml":             "", "a b/patches/q.yaml": "", "a b/patches/deep/r.yaml": "", "a b/patches/deep/er/s.yaml": "", "a b/patches/own.yaml": "",
		"chart/Chart.yaml": "", "chart/templates/t.yaml": "", "chart/values.yaml": "", "crate/Chart.yaml": "", "empty/none.txt": "",
	})
	for _, c := range []struct {
		name      string
		recursive bool
		want, err string
	}{
		{"a b/p.yaml", false, "; 1 inputs; kustomizations a b", "a b/p.yaml" + hint + "kubectl kustomize 'a b'"},
		{"a b/patches/q.yaml", false, "; 1 inputs; kustomizations a b", "a b/patches/q.yaml" + hint + "kubectl kustomize 'a b'"},
		{"a b/patches/deep/r.yaml", false, "; 1 inputs; kustomizations a b", "a b/patches/deep/r.yaml" + hint + "kubectl kustomize 'a b'"},
		{"a b/patches/deep/er/s.yaml", false, "a b/patches/deep/er/s.yaml", ""},
		{"a b/patches/*.yaml", false, "a b/patches/own.yaml; 1 inputs; kustomizations a b", ""},
		{"a b/patches/q*", false, "; 1 inputs; kustomizations a b", "a b/patches/q*" + hint + "kubectl kustomize 'a b'"},
		{"a b/kustomization.yaml", false, "; kustomizations a b", "a b/kustomization.yaml" + hint + "kubectl kustomize 'a b'"},
		{"a b/patches/q.yaml", true, "; 1 inputs; kustomizations a b", ""},
		{"chart", false, "; charts chart", "chart" + hint + "helm template chart"},
		{"chart", true, "; charts chart", ""},
		{"chart/", true, "; charts chart", ""},
		{"chart/values.yaml", false, "chart/values.yaml", ""},
		{"crate", true, "crate/Chart.yaml", ""},
		{"empty", true, "", "empty: " + ErrNoFiles.Error()},
		{"", false, "", "an empty file name; name a file, a directory or - for standard input"},
	} {
		files, left, err := Find([]string{c.name}, c.recursive, nil)
		if got := leftText(files, left); got != c.want || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%s: got %s, %v; want %s, %s", c.name, got, err, c.want, c.err)
		}
	}
	if files, err := Files([]string{"a b/p.yaml"}, false); err != nil || len(files) != 1 {
		t.Errorf("Files leaves nothing out: got %v, %v", files, err)
	}
	l := &Left{Charts: []string{"c"}, Kustomizations: []string{"it's"}}
	if got, want := strings.Join(l.Commands(), "\n"), `kubectl kustomize 'it'\''s'`+"\nhelm template c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A pattern that is none is refused before anything is looked at, and what cannot be read is an error beside the rest.
func TestFindFaults(t *testing.T) {
	write(t, map[string]string{"d/a.yaml": "", "d/sub/b.yaml": ""})
	for _, pattern := range []string{"[", "a/[/b"} {
		if files, _, err := Find([]string{"d"}, true, []string{"ok", pattern}); files != nil || err == nil ||
			!strings.HasPrefix(err.Error(), `"`+pattern+`" is not a pattern of files to exclude: `) {
			t.Errorf("%s: got %v, %v", pattern, files, err)
		}
	}
	if err := os.Symlink("nowhere", "d/gone.yaml"); err != nil {
		t.Skip("no symbolic links here")
	}
	files, left, err := Find([]string{"d"}, true, nil)
	if want := "d/gone.yaml: no such file or directory"; err == nil || err.Error() != want || leftText(files, left) != "d/a.yaml d/sub/b.yaml" {
		t.Errorf("got %s, %v; want %s", leftText(files, left), err, want)
	}
}

// A file is taken for a broken manifest where both of a manifest's keys stand in it, as keys.
func TestLooksLikeManifest(t *testing.T) {
	for text, want := range map[string]bool{
		"apiVersion: v1\nkind: Pod\n": true, "kind : Pod\nmetadata: {\n'apiVersion' : v1": true, `{"kind":"Pod","apiVersion":"v1"`: true,
		"{apiVersion: v1,kind: Pod": true, "- apiVersion: v1\n  kind: Pod\n": true,
		"kind: Pod\n": false, "apiVersion: v1\n": false, "": false, "mankind: 1\napiVersion: 1": false, "the kind and the apiVersion": false,
		strings.Repeat("#\n", maxSniffed/2) + "apiVersion: v1\nkind: Pod\n": false,
	} {
		write(t, map[string]string{"f": text})
		if got := LooksLikeManifest("f"); got != want {
			t.Errorf("%.60q: got %t", text, got)
		}
	}
	if LooksLikeManifest("gone") || LooksLikeManifest(filepath.Dir(".")) {
		t.Error("what is no file looks like a manifest")
	}
}

// Documents without a kind are let pass where that was asked for, but not those that misspell it or are broken.
func TestDocumentsThatPass(t *testing.T) {
	for _, c := range []struct {
		text   string
		passed int
		fault  string
	}{
		{"replicas: 3\n---\n[a, b]\n---\ntext\n---\nkind: Pod\n", 3, ""},
		{"kind: ~\n", 1, ""},
		{"Kind: Pod\n", 0, `the document has no kind, so it is not a Kubernetes object; line 1 has "Kind", which is written kind`},
		{"kind: [Pod]\n", 0, "kind is a list, not text"},
		{"kind: List\nitems: [{a: b}]\n", 0, "items[0] has no kind"},
		{"a: 1\na: 2\n", 0, `"a"`},
	} {
		passed := 0
		err := Read("f.yaml", strings.NewReader(c.text), Options{NotAManifest: func() { passed++ }}, func(kube.Pod) error { return nil })
		if passed != c.passed || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%q: %d passed, %v", c.text, passed, err)
		}
	}
}

// How a workload replaces its pods: a Deployment by its strategy, others by their update strategy.
func TestRollout(t *testing.T) {
	for text, want := range map[string]kube.Rollout{
		"kind: Deployment\nspec: {paused: true, strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 25%}}, template: {}}":      {Paused: true, Type: "RollingUpdate", MaxUnavailable: "25%"},
		"kind: Deployment\nspec: {strategy: {type: Recreate}, template: {}}":                                                               {Type: "Recreate"},
		"kind: StatefulSet\nspec: {updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2, maxUnavailable: 1}}, template: {}}": {Type: "RollingUpdate", MaxUnavailable: "1", Partition: 2},
		"kind: DaemonSet\nspec: {updateStrategy: {type: OnDelete}, template: {}}":                                                          {Type: "OnDelete"},
		"kind: Deployment\nspec: {template: {}}":                                                                                           {},
	} {
		if pods := read(t, text, Options{}); len(pods) != 1 || pods[0].Workload.Rollout != want {
			t.Errorf("%s: got %+v", text, pods[0].Workload.Rollout)
		}
	}
}
