package pkg_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	fence   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	span    = regexp.MustCompile("`[^`\n]*`")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?)\s*$`)
	madeID  = regexp.MustCompile(`<a id="([^"]+)">`)
)

// anchor returns the fragment that GitHub makes of a heading, as the site does.
func anchor(heading string) string {
	heading = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(heading, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// anchors returns the places of a page that a link can name.
func anchors(page string) map[string]bool {
	all := map[string]bool{"": true}
	for _, found := range heading.FindAllStringSubmatch(fence.ReplaceAllString(page, ""), -1) {
		all[anchor(strings.ReplaceAll(found[1], "`", ""))] = true
	}
	for _, found := range madeID.FindAllStringSubmatch(page, -1) {
		all[found[1]] = true
	}
	return all
}

// TestLinks holds every link of every page that leads to a file or a heading of the repository.
func TestLinks(t *testing.T) {
	t.Parallel()
	pages := map[string]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git"):
			return fs.SkipDir
		case filepath.Ext(path) == ".md":
			text, err := os.ReadFile(path)
			pages[path] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for path, page := range pages {
		for _, found := range link.FindAllStringSubmatch(span.ReplaceAllString(fence.ReplaceAllString(page, ""), ""), -1) {
			file, place, _ := strings.Cut(found[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			checked++
			target := path
			if file != "" {
				target = filepath.Join(filepath.Dir(path), filepath.FromSlash(file))
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: the link %s leads nowhere: %v", path, found[1], err)
			} else if text, isPage := pages[target]; place != "" && (!isPage || !anchors(text)[place]) {
				t.Errorf("%s: %s has no heading for the link %s", path, target, found[1])
			}
		}
	}
	if checked < 300 {
		t.Errorf("only %d links were found", checked)
	}
}
