// Command size prints how large each package of fgctl is and how tightly its files are tied together.
//
//	go run ./cmd/size
//
// A line per package: lines of Go without tests, files, exported names, lines over 120 columns, and how many
// pairs of files there are per file in which one uses a name or a method that the other declares (a pair counts
// once for each direction). Packages are type-checked with the export data that the go command has in its cache.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// widest is the longest line, in columns, that does not count as long.
const widest = 120

// listed is what go list prints of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	DepOnly                 bool
}

// row is one line of the result.
type row struct {
	lines, files, exported, long, pairs int
}

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "size:", err)
		os.Exit(1)
	}
}

func run(out io.Writer) error {
	packages, exports, err := list()
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc",
		func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	var total row
	var text strings.Builder
	fmt.Fprintf(&text, "%-34s %7s %6s %9s %6s %14s\n", "package", "lines", "files", "exported", ">120",
		"pairs per file")
	for _, p := range packages {
		r, err := measure(fset, imports, p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.ImportPath, err)
		}
		fmt.Fprintf(&text, "%-34s %7d %6d %9d %6d %14.1f\n",
			strings.TrimPrefix(p.ImportPath, "github.com/fgctl/fgctl/"),
			r.lines, r.files, r.exported, r.long, float64(r.pairs)/float64(r.files))
		total.lines, total.files = total.lines+r.lines, total.files+r.files
		total.exported, total.long = total.exported+r.exported, total.long+r.long
	}
	fmt.Fprintf(&text, "%-34s %7d %6d %9d %6d\n", "all", total.lines, total.files, total.exported, total.long)
	_, err = io.WriteString(out, text.String())
	return err
}

// list returns the packages of this module, and where the export data of every package lies.
func list() ([]listed, map[string]string, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,DepOnly", "./...")
	cmd.Stderr = os.Stderr
	data, err := cmd.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("go list: %w", err)
	}
	var packages []listed
	exports := map[string]string{}
	for decoder := json.NewDecoder(bytes.NewReader(data)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, exports, nil
		} else if err != nil {
			return nil, nil, fmt.Errorf("go list: %w", err)
		}
		exports[p.ImportPath] = p.Export
		if !p.DepOnly && len(p.GoFiles) > 0 {
			packages = append(packages, p)
		}
	}
}

func measure(fset *token.FileSet, imports types.Importer, p listed) (row, error) {
	r := row{files: len(p.GoFiles)}
	var files []*ast.File
	for _, name := range p.GoFiles {
		path := filepath.Join(p.Dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			return r, err
		}
		for line := range strings.Lines(string(data)) {
			r.lines++
			if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > widest {
				r.long++
			}
		}
		file, err := parser.ParseFile(fset, path, data, parser.SkipObjectResolution)
		if err != nil {
			return r, err
		}
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	pkg, err := (&types.Config{Importer: imports}).Check(p.ImportPath, fset, files, info)
	if err != nil {
		return r, err
	}
	for _, name := range pkg.Scope().Names() {
		if token.IsExported(name) {
			r.exported++
		}
	}
	r.pairs = pairs(fset, pkg, info)
	return r, nil
}

// pairs counts the pairs of files in which the first uses a name, a method or a field that the second declares.
func pairs(fset *token.FileSet, pkg *types.Package, info *types.Info) int {
	seen := map[[2]string]bool{}
	for ident, object := range info.Uses {
		if object.Pkg() != pkg || !declared(pkg, object) {
			continue
		}
		if from, to := fset.Position(ident.Pos()).Filename, fset.Position(object.Pos()).Filename; from != to {
			seen[[2]string{from, to}] = true
		}
	}
	return len(seen)
}

// declared reports whether the object is a name of the package or a method of one of its types.
func declared(pkg *types.Package, object types.Object) bool {
	if object.Parent() == pkg.Scope() {
		return true
	}
	f, isFunc := object.(*types.Func)
	return isFunc && f.Signature().Recv() != nil
}
