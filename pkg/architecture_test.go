// Package pkg_test holds the architecture as a test: which package may know which.
package pkg_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
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
	{"fargate", []string{"fargate/selector"}},
	{"network", nil},
	{"trust", nil},
	{"document", nil},
	{"spelling", nil},
	{"kubecontext", []string{"document"}},
	{"output", nil},
	{"sandbox", nil},
	{"sandbox/sandboxtest", []string{"sandbox"}},
	{"manifest", []string{"document", "fargate"}},
	{"profilefile", []string{"document", "fargate", "spelling"}},
	{"cloud", []string{"fargate", "network"}},
	{"preflight", []string{"cloud", "fargate", "network", "trust"}},
	{"lifecycle", []string{"cloud", "fargate"}},
	{"cli", []string{"cloud", "document", "fargate", "kubecontext", "lifecycle", "manifest", "network", "output", "preflight", "profilefile", "sandbox", "spelling", "trust"}},
}

// rules are the packages that import the standard library and k8s.io/apimachinery at most.
var rules = []string{"fargate/selector", "fargate", "network", "trust"}

// outside lists libraries that only the packages named may import.
var outside = map[string][]string{
	"github.com/aws/":                   {"cloud", "sandbox/sandboxtest"},
	"github.com/spf13/cobra":            {"cli"},
	"github.com/spf13/viper":            {"cli"},
	"github.com/spf13/pflag":            {"cli"},
	"github.com/olekukonko/tablewriter": {"output"},
	"github.com/briandowns/spinner":     {"output"},
	"github.com/fatih/color":            {"output"},
	"golang.org/x/term":                 {"output"},
	"k8s.io/client-go":                  nil,
	"k8s.io/api/":                       nil,
	"github.com/rogpeppe/go-internal":   nil,
	"pgregory.net/rapid":                nil,
	"testing":                           {"sandbox/sandboxtest"},
	"text/template":                     nil, // the linker would keep every exported method
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
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() && !slices.Contains(known, entry.Name()) {
			t.Errorf("the table does not know the package %s", entry.Name())
		}
	}
	for _, p := range may {
		for _, file := range imports(t, p.name, false) {
			for _, imported := range file.imports {
				own, isOwn := strings.CutPrefix(imported, module+"/pkg/")
				switch {
				case isOwn && !slices.Contains(p.imports, own):
					t.Errorf("%s imports %s; %s may import %v", file.name, imported, p.name, p.imports)
				case !isOwn && slices.Contains(rules, p.name) && !standard(imported) && !strings.HasPrefix(imported, "k8s.io/apimachinery/"):
					t.Errorf("%s imports %s; the rules know the standard library and k8s.io/apimachinery at most", file.name, imported)
				}
				for library, allowed := range outside {
					if strings.HasPrefix(imported, library) && !slices.Contains(allowed, p.name) {
						t.Errorf("%s imports %s, which is for %v", file.name, imported, allowed)
					}
				}
			}
		}
	}
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

// The sandbox judges by its own table, in tests too where they are its own package's.
func TestSandboxKnowsNoRule(t *testing.T) {
	for _, file := range imports(t, "sandbox", true) {
		for _, imported := range file.imports {
			if strings.HasPrefix(imported, module+"/pkg/") && imported != module+"/pkg/sandbox" && !strings.HasSuffix(file.name, "_test.go") {
				t.Errorf("%s imports %s", file.name, imported)
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

type sourceFile struct {
	name    string
	imports []string
}

// imports reads the imports of a package's files, below its directory too.
func imports(t *testing.T, dir string, tests bool) []sourceFile {
	t.Helper()
	var files []sourceFile
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && name != "." && hasRow(dir) && hasRow(path.Join(dir, name)) {
			return fs.SkipDir // judged by its own row
		}
		if err != nil || entry.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") && !tests {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path.Join(dir, name), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		file := sourceFile{name: path.Join(dir, name)}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			file.imports = append(file.imports, imported)
		}
		files = append(files, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no Go files in %s", dir)
	}
	return files
}

// hasRow reports whether the table has a row for a package.
func hasRow(name string) bool {
	for _, p := range may {
		if p.name == name {
			return true
		}
	}
	return false
}

// standard tells a package of the standard library: its first element has no dot.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}
