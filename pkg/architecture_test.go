// Package pkg_test holds the architecture as a test: which package may know which.
package pkg_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/fgctl/fgctl"

// may lists, for every package of pkg, the packages of fgctl that it may import. Dependencies point
// downwards only, so a package imports packages that stand above it here.
var may = []struct {
	name    string
	imports []string
}{
	{"fargate/selector", nil},
	{"fargate/logging", nil},
	{"fargate/message", nil},
	{"fargate/kube", []string{"fargate/logging", "fargate/selector"}},
	{"fargate/support", []string{"fargate/kube", "fargate/logging"}},
	{"fargate/price", nil},
	{"fargate", []string{"fargate/kube", "fargate/message", "fargate/price", "fargate/selector", "fargate/support"}},
	{"network", nil},
	{"trust", nil},
	{"internal/document", nil},
	{"internal/spelling", nil},
	{"internal/shell", nil},
	{"internal/kubectl", nil},
	{"internal/kubecontext", []string{"internal/document"}},
	{"sandbox/internal/glob", nil},
	{"sandbox/internal/wire", nil},
	{"sandbox/internal/policy", []string{"sandbox/internal/glob"}},
	{"sandbox/fault", []string{"sandbox/internal/glob", "sandbox/internal/wire"}},
	{"sandbox/world", []string{"sandbox/fault", "sandbox/internal/policy"}},
	{"sandbox/internal/account", []string{
		"sandbox/fault", "sandbox/internal/glob", "sandbox/internal/policy", "sandbox/internal/wire", "sandbox/world",
	}},
	{"sandbox/internal/cfn", []string{"sandbox/internal/account", "sandbox/internal/wire", "sandbox/world"}},
	{"sandbox/internal/ec2", []string{
		"sandbox/internal/account", "sandbox/internal/glob", "sandbox/internal/wire", "sandbox/world",
	}},
	{"sandbox/internal/eks", []string{
		"sandbox/fault", "sandbox/internal/account", "sandbox/internal/policy", "sandbox/internal/wire", "sandbox/world",
	}},
	{"sandbox/internal/iam", []string{
		"sandbox/internal/account", "sandbox/internal/policy", "sandbox/internal/wire", "sandbox/world",
	}},
	{"sandbox", []string{
		"sandbox/fault", "sandbox/internal/account", "sandbox/internal/cfn", "sandbox/internal/ec2",
		"sandbox/internal/eks", "sandbox/internal/iam", "sandbox/internal/wire", "sandbox/world",
	}},
	{"sandbox/sandboxtest", []string{"sandbox"}},
	{"sandbox/internal/bench", []string{"sandbox"}},
	{"manifest", []string{"fargate", "fargate/kube", "fargate/logging", "internal/document", "internal/shell"}},
	{"profilefile", []string{"fargate", "fargate/kube", "internal/document", "internal/spelling"}},
	{"cloud", []string{"fargate", "internal/shell", "internal/spelling", "network"}},
	{"preflight", []string{"cloud", "fargate", "fargate/kube", "network", "trust"}},
	{"lifecycle/decision", []string{"fargate", "fargate/kube", "fargate/price", "preflight"}},
	{"lifecycle", []string{"cloud", "fargate", "fargate/kube", "lifecycle/decision", "preflight", "trust"}},
	{"plan", []string{"fargate", "fargate/kube", "fargate/price", "lifecycle", "lifecycle/decision"}},
	{"output", []string{
		"fargate", "fargate/kube", "fargate/message", "fargate/price", "internal/document", "plan", "profilefile",
	}},
	{"diagnose", []string{
		"fargate", "fargate/kube", "fargate/logging", "fargate/message", "fargate/support", "internal/shell", "preflight",
	}},
	{"cli/env", []string{
		"cloud", "fargate", "internal/kubecontext", "internal/shell", "internal/spelling", "lifecycle",
		"lifecycle/decision", "output", "plan", "preflight",
	}},
	{"cli/env/declared", []string{
		"cli/env", "cloud", "fargate", "internal/document", "lifecycle/decision", "manifest", "profilefile",
	}},
	{"cli/env/fleet", []string{"cli/env", "cloud", "output"}},
	{"cli/env/kubernetes", []string{
		"cli/env", "cloud", "fargate", "fargate/kube", "internal/kubecontext", "internal/kubectl", "lifecycle",
		"lifecycle/decision", "manifest",
	}},
	{"cli/env/podinput", []string{
		"cli/env", "fargate", "fargate/kube", "fargate/price", "internal/document", "internal/kubecontext",
		"lifecycle", "lifecycle/decision", "manifest", "output", "plan",
	}},
	{"cli/apply", []string{
		"cli/env", "cli/env/declared", "cli/env/kubernetes", "cli/env/podinput", "cloud", "fargate", "lifecycle",
		"lifecycle/decision", "output", "plan", "preflight",
	}},
	{"cli/check", []string{
		"cli/env", "cli/env/fleet", "cli/env/podinput", "cloud", "fargate", "fargate/kube", "fargate/price",
		"lifecycle", "lifecycle/decision", "output", "preflight",
	}},
	{"cli/create", []string{
		"cli/env", "cli/env/declared", "cloud", "fargate", "lifecycle", "lifecycle/decision", "output", "plan",
		"preflight", "profilefile",
	}},
	{"cli/delete", []string{
		"cli/env", "cli/env/declared", "cli/env/podinput", "cloud", "fargate", "lifecycle", "lifecycle/decision",
		"output", "plan", "profilefile",
	}},
	{"cli/describe", []string{
		"cli/env", "cli/env/kubernetes", "cloud", "fargate", "fargate/kube", "internal/kubectl",
		"lifecycle/decision", "manifest", "output",
	}},
	{"cli/diff", []string{
		"cli/env", "cli/env/declared", "cli/env/fleet", "cloud", "lifecycle/decision", "output", "plan",
	}},
	{"cli/explain", []string{"cli/env", "fargate/message", "output", "preflight"}},
	{"cli/get", []string{
		"cli/env", "cli/env/declared", "cli/env/fleet", "cloud", "fargate", "lifecycle/decision", "output",
	}},
	{"cli/match", []string{
		"cli/env", "cli/env/declared", "cli/env/fleet", "cli/env/podinput", "cloud", "fargate", "fargate/kube",
		"fargate/price", "fargate/support", "internal/document", "output",
	}},
	{"cli/replace", []string{
		"cli/env", "cli/env/declared", "cli/env/kubernetes", "cli/env/podinput", "cloud", "fargate", "lifecycle",
		"lifecycle/decision", "plan", "preflight", "profilefile",
	}},
	{"cli/sandbox", []string{"cli/env", "internal/document", "internal/shell", "sandbox"}},
	{"cli/validate", []string{"cli/env", "internal/document", "manifest", "output", "profilefile"}},
	{"cli/version", []string{"cli/env", "output"}},
	{"cli/wait", []string{"cli/env", "fargate"}},
	{"cli/why", []string{
		"cli/env", "cli/env/declared", "cli/env/kubernetes", "cloud", "diagnose", "fargate", "fargate/kube",
		"fargate/logging", "internal/document", "internal/kubectl", "manifest", "output", "preflight",
	}},
	{"cli", []string{
		"cli/apply", "cli/check", "cli/create", "cli/delete", "cli/describe", "cli/diff", "cli/env", "cli/env/fleet",
		"cli/explain", "cli/get", "cli/match", "cli/replace", "cli/sandbox", "cli/validate", "cli/version",
		"cli/wait", "cli/why", "cloud", "fargate", "internal/document", "lifecycle", "output",
	}},
}

// rules are the packages that import the standard library and Kubernetes' types at most.
var rules = []string{
	"fargate/selector", "fargate/logging", "fargate/message", "fargate/kube", "fargate/support", "fargate", "network", "trust",
}

// outside lists libraries that only the packages named may import.
var outside = map[string][]string{
	"github.com/aws/":                 {"cloud", "sandbox/sandboxtest", "sandbox/internal/bench"},
	"github.com/spf13/cobra":          {"cli", "cli/*", "cli/env/*"},
	"github.com/spf13/pflag":          {"cli", "cli/env"},
	"github.com/clipperhouse/":        {"output"},
	"github.com/fatih/color":          {"output"},
	"golang.org/x/term":               {"output"},
	"k8s.io/client-go":                {"output"}, // its JSONPath alone
	"k8s.io/api/":                     {"fargate", "fargate/kube", "fargate/support", "manifest", "cli/why"},
	"k8s.io/component-helpers/":       {"fargate/support"},
	"github.com/go-json-experiment/":  {"internal/document", "manifest", "output", "sandbox/internal/eks"},
	"github.com/rogpeppe/go-internal": nil,
	"pgregory.net/rapid":              nil,
	"testing":                         {"sandbox/sandboxtest", "sandbox/internal/bench"},
	"text/template":                   nil, // the linker would keep every exported method
}

func TestDependenciesPointDownwards(t *testing.T) {
	var known []string
	for _, p := range may {
		for _, below := range p.imports {
			if !slices.Contains(known, below) {
				t.Errorf("%s may import %s, which does not stand above it in the table", p.name, below)
			}
		}
		known = append(known, p.name)
	}
	for _, dir := range packages(t) {
		if !slices.Contains(known, dir) {
			t.Errorf("the table does not know the package %s", dir)
		}
	}
	for _, p := range may {
		for _, file := range imports(t, p.name, false) {
			for _, imported := range file.imports {
				own, isOwn := strings.CutPrefix(imported, module+"/pkg/")
				switch {
				case isOwn && !slices.Contains(p.imports, own):
					t.Errorf("%s imports %s; %s may import %v", file.name, imported, p.name, p.imports)
				case !isOwn && slices.Contains(rules, p.name) && !standard(imported) && !isKubernetes(imported):
					t.Errorf("%s imports %s; the rules know the standard library and Kubernetes' types at most", file.name, imported)
				}
				for library, allowed := range outside {
					if strings.HasPrefix(imported, library) && !slices.ContainsFunc(allowed, matches(p.name)) {
						t.Errorf("%s imports %s, which is for %v", file.name, imported, allowed)
					}
				}
			}
		}
	}
}

// isKubernetes reports whether a package has Kubernetes' types, or what Kubernetes works out with them.
func isKubernetes(imported string) bool {
	return slices.ContainsFunc([]string{"k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/component-helpers/"},
		func(module string) bool { return strings.HasPrefix(imported, module) })
}

// The rules have no clock, no network, no files and no context: data in, judgement out.
func TestRulesArePure(t *testing.T) {
	for _, name := range rules {
		for _, file := range imports(t, name, false) {
			for _, imported := range file.imports {
				if slices.Contains([]string{"context", "os", "io/fs", "net/http", "log", "math/rand", "math/rand/v2"}, imported) {
					t.Errorf("%s imports %s", file.name, imported)
				}
			}
		}
	}
}

// The sandbox judges by its own table, so that it can prove the rules wrong. Its tests may compare the two.
func TestSandboxKnowsNoRule(t *testing.T) {
	for _, dir := range packages(t) {
		if dir != "sandbox" && !strings.HasPrefix(dir, "sandbox/") {
			continue
		}
		for _, file := range imports(t, dir, false) {
			for _, imported := range file.imports {
				if strings.HasPrefix(imported, module+"/pkg/") && !strings.HasPrefix(imported, module+"/pkg/sandbox") {
					t.Errorf("%s imports %s", file.name, imported)
				}
			}
		}
	}
}

// A command's package imports no other command's: what two commands share lies in cli/env and below it, or lower. What
// lies below cli/env imports that alone.
func TestCommandsStandApart(t *testing.T) {
	for _, dir := range packages(t) {
		if !strings.HasPrefix(dir, "cli/") {
			continue
		}
		for _, file := range imports(t, dir, false) {
			for _, imported := range file.imports {
				own, isOwn := strings.CutPrefix(imported, module+"/pkg/cli")
				isBelow := strings.HasPrefix(own, "/env/") && !strings.HasPrefix(dir, "cli/env")
				if isOwn && own != "/env" && !isBelow {
					t.Errorf("%s imports %s; commands share only cli/env and what lies below it", file.name, imported)
				}
			}
		}
	}
}

// The command knows the command line and the streams, and nothing else.
func TestMainIsThin(t *testing.T) {
	for _, file := range imports(t, "../cmd/fgctl", false) {
		for _, imported := range file.imports {
			if !standard(imported) && imported != module+"/pkg/cli" && imported != module+"/pkg/output" {
				t.Errorf("%s imports %s", file.name, imported)
			}
		}
	}
}

// Every package says what it is for, and every file that is no test fits in a head.
func TestPackagesAreDescribedAndFilesShort(t *testing.T) {
	const most = 400
	for _, p := range may {
		described := false
		for _, file := range imports(t, p.name, false) {
			content, err := os.ReadFile(file.name)
			if err != nil {
				t.Fatal(err)
			}
			if lines := strings.Count(string(content), "\n"); lines > most {
				t.Errorf("%s has %d lines; %d are enough", file.name, lines, most)
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file.name, content, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			described = described || strings.HasPrefix(parsed.Doc.Text(), "Package "+path.Base(p.name)+" ")
		}
		if !described {
			t.Errorf("package %s has no comment", p.name)
		}
	}
}

// The page that leads a stranger to a rule names files that are there.
func TestThePageNamesFiles(t *testing.T) {
	page, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile("`[a-z_]+/[a-z_/]*\\.go`").FindAllString(string(page), -1) {
		name = strings.TrimPrefix(strings.Trim(name, "`"), "pkg/")
		if _, err := os.Stat(name); err != nil {
			t.Errorf("docs/architecture.md: %v", err)
		}
	}
}

// Each direct dependency has its reason and its price in CONTRIBUTING.md, and nothing else is named there.
func TestDependenciesAreAccountedFor(t *testing.T) {
	var lists [2][]string
	for i, from := range []struct{ file, line string }{
		{"../go.mod", `(?m)^\t(\S+) v\S+$`}, // without "// indirect"
		{"../CONTRIBUTING.md", "(?m)^\\| `(\\S+\\.\\S+)` \\|"},
	} {
		text, err := os.ReadFile(from.file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(from.line).FindAllStringSubmatch(string(text), -1) {
			lists[i] = append(lists[i], found[1])
		}
		slices.Sort(lists[i])
	}
	if !slices.Equal(lists[0], lists[1]) {
		t.Errorf("go.mod requires\n%s\nand CONTRIBUTING.md's table has\n%s", strings.Join(lists[0], "\n"), strings.Join(lists[1], "\n"))
	}
}

type sourceFile struct {
	name    string
	imports []string
}

// packages lists the directories below pkg that hold Go files.
func packages(t *testing.T) []string {
	t.Helper()
	var dirs []string
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		if entry.IsDir() && entry.Name() == "testdata" {
			return fs.SkipDir
		}
		if dir := path.Dir(name); dir != "." && path.Ext(name) == ".go" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// imports reads the imports of a package's files.
func imports(t *testing.T, dir string, tests bool) []sourceFile {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []sourceFile
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") && !tests {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		file := sourceFile{name: name}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			file.imports = append(file.imports, imported)
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		t.Fatalf("no Go files in %s", dir)
	}
	return files
}

// matches returns a function that reports whether a pattern, as path.Match has it, is of the name.
func matches(name string) func(string) bool {
	return func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	}
}

// standard reports whether a package is of the standard library: its first element has no dot.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}
