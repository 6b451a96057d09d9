package kubecontext_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/internal/kubecontext"
)

// one is a kubeconfig with one context.
func one(name, cluster, namespace string) string {
	return "apiVersion: v1\nkind: Config\ncurrent-context: " + name + "\nclusters: []\nusers:\n- name: u\n  user: {exec: {command: aws}}\ncontexts:\n" +
		"- name: other\n  context: {cluster: other, namespace: other}\n- name: " + name + "\n  context:\n    cluster: " + cluster + "\n    user: u\n    namespace: " + namespace + "\n"
}

const arn = "arn:aws:eks:eu-west-1:111122223333:cluster/demo"

// Names of all kinds of contexts, and the EKS cluster that they point to.
func TestCluster(t *testing.T) {
	tests := []struct {
		name, context, cluster string
		want                   kubecontext.Context
	}{
		{"aws eks update-kubeconfig", arn, arn, kubecontext.Context{Name: arn, Namespace: "web", Cluster: "demo", Region: "eu-west-1"}},
		{"with an alias", "prod", arn, kubecontext.Context{Name: "prod", Namespace: "web", Cluster: "demo", Region: "eu-west-1"}},
		{"the cluster's entry wins", "u@old.us-east-1.eksctl.io", arn, kubecontext.Context{Name: "u@old.us-east-1.eksctl.io", Namespace: "web", Cluster: "demo", Region: "eu-west-1"}},
		{"only the context's name", arn, "c1", kubecontext.Context{Name: arn, Namespace: "web", Cluster: "demo", Region: "eu-west-1"}},
		{"China", "x", "arn:aws-cn:eks:cn-north-1:111122223333:cluster/my_demo-2", kubecontext.Context{Name: "x", Namespace: "web", Cluster: "my_demo-2", Region: "cn-north-1"}},
		{"eksctl", "me@demo.eu-west-1.eksctl.io", "demo.eu-west-1.eksctl.io", kubecontext.Context{Name: "me@demo.eu-west-1.eksctl.io", Namespace: "web", Cluster: "demo", Region: "eu-west-1"}},
		{"eksctl, renamed context", "x", "demo.eu-west-1.eksctl.io", kubecontext.Context{Name: "x", Namespace: "web", Cluster: "demo", Region: "eu-west-1"}},
		{"eksctl, mail address", "me@example.com@demo.eu-west-1.eksctl.io", "c1", kubecontext.Context{Name: "me@example.com@demo.eu-west-1.eksctl.io", Namespace: "web", Cluster: "demo", Region: "eu-west-1"}},
		{"not EKS", "kind-kind", "kind-kind", kubecontext.Context{Name: "kind-kind", Namespace: "web"}},
		{"node group ARN", "x", "arn:aws:eks:eu-west-1:111122223333:nodegroup/demo/x/y", kubecontext.Context{Name: "x", Namespace: "web"}},
		{"EC2 ARN", "x", "arn:aws:ec2:eu-west-1:111122223333:cluster/demo", kubecontext.Context{Name: "x", Namespace: "web"}},
		{"eksctl look-alike", "x", "demo.eu-west-1.eksctl.io.example.com", kubecontext.Context{Name: "x", Namespace: "web"}},
		{"eksctl without region", "x", "demo.eksctl.io", kubecontext.Context{Name: "x", Namespace: "web"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := kubecontext.Current(files(t, one(tt.context, tt.cluster, "web")))
			if err != nil || got != tt.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// files writes the texts and returns an environment whose KUBECONFIG lists them.
func files(t *testing.T, texts ...string) func(string) string {
	t.Helper()
	var names []string
	for _, text := range texts {
		name := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return env(map[string]string{"KUBECONFIG": strings.Join(names, string(filepath.ListSeparator)), "HOME": t.TempDir()})
}

func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

// Several files are merged as kubectl merges them: what comes first wins.
func TestMerge(t *testing.T) {
	contexts := "contexts:\n- name: a\n  context: {cluster: " + arn + ", namespace: first}\n"
	tests := []struct {
		name  string
		texts []string
		want  kubecontext.Context
	}{
		{"current context in the first, context in the second", []string{"current-context: a\n", contexts}, kubecontext.Context{Name: "a", Namespace: "first", Cluster: "demo", Region: "eu-west-1"}},
		{"the first current context wins", []string{contexts, "current-context: a\n", one("b", "b", "second")}, kubecontext.Context{Name: "a", Namespace: "first", Cluster: "demo", Region: "eu-west-1"}},
		{"the first context of a name wins", []string{contexts, one("a", "b", "second")}, kubecontext.Context{Name: "a", Namespace: "first", Cluster: "demo", Region: "eu-west-1"}},
		{"no current context", []string{contexts, ""}, kubecontext.Context{}},
		{"current context unset", []string{"current-context: \"\"\n", contexts}, kubecontext.Context{}},
		{"dangling current context", []string{"current-context: gone\n", contexts}, kubecontext.Context{Name: "gone"}},
		{"nulls", []string{"current-context: a\ncontexts:\n- name: a\n  context: null\n- null\nusers: null\n"}, kubecontext.Context{Name: "a"}},
		{"JSON", []string{`{"current-context":"a","contexts":[{"name":"a","context":{"cluster":"c","namespace":"n"}}]}`}, kubecontext.Context{Name: "a", Namespace: "n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := kubecontext.Current(files(t, tt.texts...))
			if err != nil || got != tt.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// Where the files are: KUBECONFIG, which shuts out the home directory, else the home directory.
func TestPlaces(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".kube"), 0o700); err != nil {
		t.Fatal(err)
	}
	atHome := filepath.Join(home, ".kube", "config")
	if err := os.WriteFile(atHome, []byte(one("home", "h", "web")), 0o600); err != nil {
		t.Fatal(err)
	}
	list := string(filepath.ListSeparator)
	none := filepath.Join(t.TempDir(), "none")
	tests := []struct {
		name string
		env  map[string]string
		want string
	}{
		{"home", map[string]string{"HOME": home}, "home"},
		{"home on Windows", map[string]string{"USERPROFILE": home}, "home"},
		{"home without a kubeconfig", map[string]string{"HOME": t.TempDir()}, ""},
		{"no home", nil, ""},
		{"KUBECONFIG of a missing file", map[string]string{"HOME": home, "KUBECONFIG": none}, ""},
		{"missing and empty entries", map[string]string{"KUBECONFIG": list + none + list + list + atHome + list}, "home"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := kubecontext.Current(env(tt.env))
			if err != nil || got.Name != tt.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// A broken file is named with its line; it does not pass as an empty one.
func TestBroken(t *testing.T) {
	tests := []struct{ name, text, line string }{
		{"tab", "apiVersion: v1\ncontexts:\n\t- name: a\n", "line 3: "},
		{"no YAML in the first line", "@nonsense\n", "line 1: "},
		{"unclosed", "contexts: [\n", "line "},
		{"wrong type", "apiVersion: v1\ncurrent-context: a\ncontexts:\n  a: b\n", "line 4: "},
		{"a list", "- a\n- b\n", "line 1: "},
		{"text", "hello\n", "line 1: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := files(t, "", tt.text)
			second := filepath.SplitList(e("KUBECONFIG"))[1]
			got, err := kubecontext.Current(e)
			if err == nil {
				t.Fatalf("%+v", got)
			}
			if !strings.Contains(err.Error(), second+": "+tt.line) || strings.Contains(err.Error(), "\n") {
				t.Error(err)
			}
		})
	}
	dir := t.TempDir()
	if _, err := kubecontext.Current(env(map[string]string{"KUBECONFIG": dir})); err == nil || strings.Count(err.Error(), dir) != 1 {
		t.Errorf("a directory: %v", err)
	}
}

// A kubeconfig of any size is read in seconds, or refused in words.
func TestLargeFiles(t *testing.T) {
	keys := strings.Builder{}
	for i := range 100_000 {
		fmt.Fprintf(&keys, "key%d: value\n", i)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"many keys", one("a", arn, "web") + keys.String(), ""},
		{"too large", one("a", arn, "web") + strings.Repeat("# comment\n", 1<<20), "line 1: the document that begins here is larger than 8 MiB"},
		{"a device", strings.Repeat("\x00", 1<<20), "line 1: invalid YAML: there is a NUL character in it"},
	} {
		began := time.Now()
		got, err := kubecontext.Current(files(t, tt.text))
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: it took %s", tt.name, took)
		}
		if tt.want == "" && (err != nil || got.Cluster != "demo") || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}

func FuzzCurrent(f *testing.F) {
	f.Add(one("a", arn, "web"))
	f.Add("a: &a [*a]\n")
	f.Add("contexts: [{name: a, context: *x}]")
	f.Fuzz(func(t *testing.T, text string) {
		defer time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("over 5s for %q", text)) }).Stop()
		got, err := kubecontext.Current(files(t, text))
		if err != nil && got != (kubecontext.Context{}) {
			t.Errorf("%+v with %v", got, err)
		}
		if (got.Cluster == "") != (got.Region == "") {
			t.Errorf("half a cluster: %+v", got)
		}
	})
}
