package manifest

// What is left out of a directory: hidden directories, charts, what kustomize changes manifests with.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/internal/shell"
)

// Left counts what was left out, and names what may make pods.
type Left struct {
	Hidden, Excluded, Inputs int
	// Charts and Kustomizations are directories. Of kustomizations those are left away that others build on.
	Charts, Kustomizations []string
}

// any reports whether something may make pods that was left out; l may be nil.
func (l *Left) any() bool { return l != nil && len(l.Charts)+len(l.Kustomizations) > 0 }

// Commands returns the command lines that print what charts and kustomizations make.
func (l *Left) Commands() []string {
	out := make([]string, 0, len(l.Kustomizations)+len(l.Charts))
	for _, dir := range l.Kustomizations {
		out = append(out, "kubectl kustomize "+shell.Quote(dir))
	}
	for _, dir := range l.Charts {
		out = append(out, "helm template "+shell.Quote(dir))
	}
	return out
}

// Find is Files, but leaves out of directories what fits a pattern of exclude, is hidden or is a chart, and anywhere
// what a kustomization changes other manifests with.
func Find(names []string, recursive bool, exclude []string) ([]File, *Left, error) {
	s := &search{
		recursive: recursive, left: &Left{},
		inputs: map[string]string{}, looked: map[string]bool{}, used: map[string]bool{},
	}
	for _, pattern := range exclude {
		g, err := compileGlob(pattern)
		if err != nil {
			return nil, s.left, err
		}
		s.exclude = append(s.exclude, g)
	}
	files, err := s.files(names)
	s.left.Kustomizations = slices.DeleteFunc(s.left.Kustomizations, func(dir string) bool {
		return s.used[absolute(dir)]
	})
	return files, s.left, err
}

// leavesOut reports whether a directory is left out.
func (s *search) leavesOut(dir, root string) bool {
	if s.left == nil {
		return false
	}
	if dir != root {
		if strings.HasPrefix(filepath.Base(dir), ".") {
			s.left.Hidden++
			return true
		}
		if s.isExcluded(dir, root) {
			return true
		}
	}
	if isFile(filepath.Join(dir, "Chart.yaml")) && isDirectory(filepath.Join(dir, "templates")) {
		s.left.Charts = append(s.left.Charts, filepath.Clean(dir))
		return true
	}
	if s.kustomization(filepath.Clean(dir)) {
		s.left.note(dir)
	}
	return false
}

// isExcluded reports whether a path below root fits a pattern.
func (s *search) isExcluded(name, root string) bool {
	below, err := filepath.Rel(root, name)
	if err != nil {
		return false
	}
	below = filepath.ToSlash(below)
	excluded := slices.ContainsFunc(s.exclude, func(g glob) bool { return g.match(below) })
	if excluded {
		s.left.Excluded++
	}
	return excluded
}

// kustomizationNames are the names of the file that makes a directory a kustomization (kustomize's konfig package).
var kustomizationNames = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// parents is how far above a patch its kustomization is looked for.
const parents = 2

// without returns the files that no kustomization changes others with; an error where none is left.
func (s *search) without(given string, files []string) ([]string, error) {
	if s.left == nil {
		return files, nil
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		for range 1 + parents {
			s.kustomization(dir)
			dir = filepath.Join(dir, "..")
		}
	}
	var out []string
	for _, file := range files {
		of, isInput := s.inputs[absolute(file)]
		if !isInput {
			out = append(out, file)
			continue
		}
		s.left.note(of)
		if !slices.Contains(kustomizationNames, filepath.Base(file)) {
			s.left.Inputs++
		}
	}
	if len(out) == 0 && s.left.any() && !s.recursive {
		return nil, errors.New(given + ": what kustomize and Helm complete is not judged as it stands; pipe to -f - what " +
			"this prints:\n" + strings.Join(s.left.Commands(), "\n"))
	}
	return out, nil
}

// note keeps a kustomization, once.
func (l *Left) note(dir string) {
	if dir = filepath.Clean(dir); !slices.Contains(l.Kustomizations, dir) {
		l.Kustomizations = append(l.Kustomizations, dir)
	}
}

// kustomization looks for the kustomization of a directory and notes which files of it are no manifests of their own;
// it reports whether there is a new one.
func (s *search) kustomization(dir string) bool {
	if s.looked[dir] {
		return false
	}
	s.looked[dir] = true
	for _, name := range kustomizationNames {
		k, ok := readKustomization(filepath.Join(dir, name))
		if !ok {
			continue
		}
		for _, input := range append(k.inputs, name) {
			s.inputs[absolute(filepath.Join(dir, input))] = dir
		}
		for _, base := range k.bases {
			s.used[absolute(filepath.Join(dir, base))] = true
		}
		s.used[absolute(dir)] = s.used[absolute(dir)] || k.isComponent
		return true
	}
	return false
}

func absolute(file string) string {
	if abs, err := filepath.Abs(file); err == nil {
		return abs
	}
	return file
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

func isDirectory(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// maxSniffed is how much is read of a file to see what it is.
const maxSniffed = 1 << 20

// sniff returns the beginning of a file.
func sniff(name string) []byte {
	if !isFile(name) {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close() //nolint:errcheck // it was only read
	text, _ := io.ReadAll(io.LimitReader(f, maxSniffed))
	return text
}

// kustomization is what is read of one.
type kustomization struct {
	inputs      []string // files that patch, generate or configure
	bases       []string // files and directories that it builds on
	isComponent bool     // which is nothing without another kustomization
}

// readKustomization reads a file; ok is false for what is no kustomization. Flux has objects of the same kind.
func readKustomization(name string) (k kustomization, ok bool) {
	text := sniff(name)
	if text == nil {
		return k, false
	}
	err := document.Read(bytes.NewReader(text), document.Options{}, func(p document.Part) error {
		fields, err := p.Value.Fields()
		kind, _ := document.AsText(document.Get(fields, "kind"), "")
		version, _ := document.AsText(document.Get(fields, "apiVersion"), "")
		known := kind == "" || kind == "Kustomization" || kind == "Component"
		if err == nil && p.Value.Kind() == document.Mapping && known && !strings.Contains(version, "fluxcd") {
			ok = true
			k = kustomization{
				inputs: append(pathsIn(fields, inputFields...), generatorFiles(fields)...),
				bases:  pathsIn(fields, "resources", "bases", "components"), isComponent: kind == "Component",
			}
		}
		return nil
	})
	return k, ok && err == nil
}

// inputFields are the lists of files that are no manifests to apply (kubernetes-sigs/kustomize,
// api/types/kustomization.go).
var inputFields = []string{
	"patches", "patchesStrategicMerge", "patchesJson6902", "replacements", "transformers", "generators",
	"configurations", "validators", "crds",
}

// generatorFiles returns the files whose text becomes the data of ConfigMaps and Secrets, which may be manifests
// (kustomize's KvPairSources: key=path or path).
func generatorFiles(fields []document.Field) []string {
	var out []string
	for _, item := range itemsOf(fields, "configMapGenerator", "secretGenerator") {
		entry, err := document.AsFields(item, "")
		if err != nil {
			continue
		}
		for _, file := range pathsIn(entry, "files", "envs") {
			out = append(out, file[strings.IndexByte(file, '=')+1:])
		}
	}
	return out
}

// pathsIn returns what lists name, as text or at path.
func pathsIn(fields []document.Field, lists ...string) []string {
	var out []string
	for _, item := range itemsOf(fields, lists...) {
		if entry, err := document.AsFields(item, ""); err == nil {
			item = document.Get(entry, "path")
		}
		if file, err := document.AsText(item, ""); err == nil && file != "" {
			out = append(out, file)
		}
	}
	return out
}

// itemsOf returns the elements of lists; a field that is no list has none.
func itemsOf(fields []document.Field, lists ...string) []document.Value {
	var out []document.Value
	for _, list := range lists {
		items, _ := document.AsItems(document.Get(fields, list), "")
		out = append(out, items...)
	}
	return out
}

// LooksLikeManifest reports whether a file that could not be read is a manifest that is broken.
func LooksLikeManifest(name string) bool {
	text := sniff(name)
	for _, key := range []string{"apiVersion", "kind"} { // which every manifest has, wherever they stand
		if !regexp.MustCompile(`(?m)(^|[{,\s])["']?` + key + `["']?\s*:`).Match(text) {
			return false
		}
	}
	return true
}

// glob is a pattern of a path, by its steps. A pattern of one step fits a name anywhere.
type glob []string

func compileGlob(pattern string) (glob, error) {
	steps := strings.Split(strings.Trim(filepath.ToSlash(pattern), "/"), "/")
	for _, step := range steps {
		if _, err := path.Match(step, ""); err != nil {
			return nil, fmt.Errorf("%q is not a pattern of files to exclude: %w", pattern, err)
		}
	}
	if len(steps) == 1 {
		steps = []string{"**", steps[0]}
	}
	return steps, nil
}

// match reports whether a path fits; ** stands for any number of steps.
func (g glob) match(below string) bool {
	steps := strings.Split(below, "/")
	// fits[i] reports whether the pattern so far fits the first i steps.
	fits := make([]bool, len(steps)+1)
	fits[0] = true
	for _, part := range g {
		next := make([]bool, len(steps)+1)
		for i := range fits {
			if part == "**" {
				next[i] = fits[i] || i > 0 && next[i-1]
			} else if i > 0 && fits[i-1] {
				next[i], _ = path.Match(part, steps[i-1])
			}
		}
		fits = next
	}
	return fits[len(steps)]
}
