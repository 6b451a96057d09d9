package manifest

// The files that -f names, found as kubectl does.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// File is a file to read.
type File struct {
	// Name is the path, "-" for standard input.
	Name string
	// Given is what the user named: the path itself, a directory or a pattern.
	Given string
	// InDirectory reports whether it was found in a directory that the user named, and may be no manifest.
	InDirectory bool
}

// extensions are those of the files that are read from a directory (kubectl's list).
var extensions = []string{".json", ".yaml", ".yml"}

// ErrNoFiles is part of the error for a directory that holds no file to read.
var ErrNoFiles = errors.New("no file in this directory ends in " + strings.Join(extensions, ", "))

// Files returns the files behind names, which may be files, directories, patterns and "-". A directory
// stands for its own files that end in .json, .yaml or .yml; with recursive, for those of its
// subdirectories too. Symbolic links to directories are not followed, except those that are named. All
// names that lead nowhere are reported together.
func Files(names []string, recursive bool) ([]File, error) {
	return (&search{recursive: recursive}).files(names)
}

// search is a search for files; left is nil where nothing is left out.
type search struct {
	recursive bool
	exclude   []glob
	left      *Left
	inputs    map[string]string // the files of kustomizations that are no manifests, and the kustomization of each
	used      map[string]bool   // directories that kustomizations build on
	looked    map[string]bool   // directories in which a kustomization was looked for
}

func (s *search) files(names []string) ([]File, error) {
	var out []File
	var errs []error
	for _, name := range names {
		files, isDir, err := s.expand(name)
		if err != nil {
			errs = append(errs, err)
		}
		for _, f := range files {
			out = append(out, File{Name: f, Given: name, InDirectory: isDir})
		}
	}
	isStdin := func(f File) bool { return f.Name == "-" }
	if at := slices.IndexFunc(out, isStdin); at >= 0 && slices.ContainsFunc(out[at+1:], isStdin) {
		errs = append(errs, errors.New("standard input (-) is named twice; it can be read only once"))
	}
	return out, errors.Join(errs...)
}

// expand returns the files of a name, and whether it is a directory's.
func (s *search) expand(name string) (files []string, isDir bool, err error) {
	switch {
	case name == "":
		return nil, false, errors.New("an empty file name; name a file, a directory or - for standard input")
	case name == "-":
		return []string{name}, false, nil
	case strings.HasPrefix(name, "http://"), strings.HasPrefix(name, "https://"):
		shown := document.SourceName(name)
		if shown != name {
			return nil, false, fmt.Errorf("%s: URLs are not read; name - and pipe it in", shown)
		}
		return nil, false, fmt.Errorf("%s: URLs are not read; download it first: curl -fsSLO %s", shown, shown)
	}
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(name, "*?[") {
		files, bad := filepath.Glob(name)
		if bad == nil && len(files) > 0 {
			files, err = s.without(name, files)
			return files, false, err
		}
		return nil, false, fmt.Errorf("%s: no file matches this pattern", name)
	}
	if err != nil {
		return nil, false, reason(name, err)
	}
	if !info.IsDir() {
		files, err = s.without(name, []string{name})
		return files, false, err
	}
	if files, err = s.walk(name); err != nil {
		return files, true, err
	}
	if files, err = s.without(name, files); err == nil && len(files) == 0 && !s.left.any() {
		err = fmt.Errorf("%s: %w", name, ErrNoFiles)
	}
	return files, true, err
}

// walk returns the files of a directory in the order of their names.
func (s *search) walk(dir string) ([]string, error) {
	var out []string
	var errs []error
	// A root that is a symbolic link is followed only with a separator behind it.
	root := strings.TrimRight(dir, string(filepath.Separator)) + string(filepath.Separator)
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			errs = append(errs, reason(path, err))
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			if path != root && !s.recursive || s.leavesOut(path, root) {
				return fs.SkipDir
			}
			return nil
		}
		if !slices.Contains(extensions, filepath.Ext(path)) || s.isExcluded(path, root) {
			return nil
		}
		// What is neither a file nor leads to one (a pipe, a directory behind a link) is left out.
		if info, err := os.Stat(path); err != nil {
			errs = append(errs, reason(path, err))
		} else if info.Mode().IsRegular() {
			out = append(out, filepath.Clean(path))
		}
		return nil
	})
	return out, errors.Join(errs...)
}

// reason is an error of the file system in the form "name: what is wrong".
func reason(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}
