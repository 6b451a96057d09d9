package manifest

// These tests state which files a name stands for.

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree makes files in a new directory and goes there.
func tree(t *testing.T, files ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFiles(t *testing.T) {
	tree(t, "one.txt", "dir/b.yml", "dir/a.yaml", "dir/c.json", "dir/d.txt", "dir/sub/e.yaml", "dir/sub/deep/f.yaml", "only/sub/g.yaml", "star[1].yaml")
	for link, to := range map[string]string{"linked": "dir", "dir/up": "..", "dir/z.yaml": "../one.txt", "dir/dir.yaml": "sub"} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	for _, c := range []struct {
		names     string
		recursive bool
		want      string
		err       string
	}{
		{"one.txt", false, "one.txt", ""},
		{"-", false, "-", ""},
		{"dir", false, "dir/a.yaml dir/b.yml dir/c.json dir/z.yaml", ""},
		{"dir/", false, "dir/a.yaml dir/b.yml dir/c.json dir/z.yaml", ""},
		{"linked", false, "linked/a.yaml linked/b.yml linked/c.json linked/z.yaml", ""},
		{"dir", true, "dir/a.yaml dir/b.yml dir/c.json dir/sub/deep/f.yaml dir/sub/e.yaml dir/z.yaml", ""},
		{"only", true, "only/sub/g.yaml", ""},
		{"only", false, "", "only: no file in this directory ends in .json, .yaml, .yml"},
		{"dir/*.y*ml", false, "dir/a.yaml dir/b.yml dir/dir.yaml dir/z.yaml", ""},
		{"star[1].yaml", false, "star[1].yaml", ""},
		{"dir/*.xml", false, "", "dir/*.xml: no file matches this pattern"},
		{"gone.yaml one.txt lost/x.yaml", false, "one.txt", "gone.yaml: no such file or directory\nlost/x.yaml: no such file or directory"},
		{"- one.txt -", false, "- one.txt -", "standard input (-) is named twice; it can be read only once"},
		{"https://example.com/a.yaml", false, "", "https://example.com/a.yaml: URLs are not read; download it first: curl -fsSLO https://example.com/a.yaml"},
		{"https://u:hunter2@example.com/a?t=x", false, "", "https://example.com/...: URLs are not read; name - and pipe it in"},
		{"one.txt/x", false, "", "one.txt/x: not a directory"},
	} {
		t.Run(c.names, func(t *testing.T) {
			files, err := Files(strings.Fields(c.names), c.recursive)
			var got []string
			for _, f := range files {
				got = append(got, f.Name)
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
			if (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
				t.Errorf("got  %v\nwant %s", err, c.err)
			}
		})
	}
}

func TestFindLeavesOut(t *testing.T) {
	tree(t, "a.yaml", ".git/b.yaml", "x/.hidden/c.yaml", "x/test/d.yaml", "x/y/test/e.yaml", "chart/Chart.yaml", "chart/templates/f.yaml", "chart/charts/sub/Chart.yaml", "plain/Chart.yaml")
	for _, c := range []struct {
		exclude                  string
		want                     string
		hidden, excluded, charts int
	}{
		{"", "a.yaml plain/Chart.yaml x/test/d.yaml x/y/test/e.yaml", 2, 0, 1},
		{"test", "a.yaml plain/Chart.yaml", 2, 2, 1},
		{"x/test", "a.yaml plain/Chart.yaml x/y/test/e.yaml", 2, 1, 1},
		{"**/test/*.yaml Chart.yaml", "a.yaml", 2, 3, 1},
		{"x/**", "a.yaml plain/Chart.yaml", 1, 1, 1},
		{"/x/ a.* chart", "plain/Chart.yaml", 1, 3, 0},
		{"x/**/e.yaml", "a.yaml plain/Chart.yaml x/test/d.yaml", 2, 1, 1},
	} {
		files, left, err := Find([]string{"."}, true, strings.Fields(c.exclude))
		var got []string
		for _, f := range files {
			if got = append(got, f.Name); !f.InDirectory {
				t.Errorf("%s was found in a directory", f.Name)
			}
		}
		if s := strings.Join(got, " "); err != nil || s != c.want || left.Hidden != c.hidden || left.Excluded != c.excluded || len(left.Charts) != c.charts {
			t.Errorf("%s: got %s %+v, %v", c.exclude, s, *left, err)
		}
	}
	if files, left, err := Find([]string{".git"}, true, nil); err != nil || len(files) != 1 || left.Hidden != 0 {
		t.Errorf("a hidden directory that is named: got %v, %v", files, err)
	}
}

// plainJSON tells JSON that means the same to a YAML parser.
func plainJSON(text string) bool {
	if !strings.HasPrefix(text, "{") || !json.Valid([]byte(text)) || len(text) > 900 || strings.Contains(text, "<<") {
		return false
	}
	for _, r := range text {
		if r < ' ' && r != '\n' && r != '\t' || r > '~' {
			return false
		}
	}
	return !strings.Contains(text, `\`)
}
